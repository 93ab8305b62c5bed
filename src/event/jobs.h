/* What time alone brings about: a table of jobs, each some at a time, so that no live message waits for long. Called by
 * the outbox's tail, between its batches; one thread. */
#ifndef EVENT_JOBS_H
#define EVENT_JOBS_H

#include "event/upkeep.h"
#include "service/figures/figures.h"

#include <stdatomic.h>

enum { JOBS_MAX = 10 };
struct jobs {
	struct service *svc;
	const atomic_bool *stopping;
	msec next[JOBS_MAX]; /* by the steady clock; 0: at once */
	struct upkeep upkeep;
	struct figures_progress figures;
	bool failed;     /* something in the job that runs; it goes on nevertheless */
	int64_t overdue; /* notices, of all sites, when last looked at */
};
/* Each that is due, once. True: there is more to do at once. */
bool jobs_some(struct jobs *j, struct arena *a);

#endif
