/* A thread as it is read from the store, ready to be rendered. Only for the files of threads, and for submit.c, which
 * has in hand what the author is shown. */
#ifndef SERVICE_THREAD_LOAD_H
#define SERVICE_THREAD_LOAD_H

#include "service/inner.h"

struct thread_own {
	struct store_comment comment;
	struct store_revision revision; /* the latest */
	bool published;
	struct store_publication publication; /* if published */
	int64_t depth;                        /* where it stands or would stand */
	str answers_name;                     /* whom it answers, if anybody */
	struct delay_told delay;              /* if it is held */
	struct store_forecast told;           /* if it was sent this moment: what its author is told */
	bool decided;
	struct store_decision decision;
	const struct view_letter *letter; /* NULL: none */
};

struct thread_data {
	/* asked for */
	struct service *svc;
	const struct thread_query *query;
	str reader;    /* empty: what all see */
	id64 own_only; /* of the reader's own comments this one; 0: all */
	/* found */
	struct store_article article;
	int64_t total;
	struct view_comment *views; /* in the order shown */
	size_t view_count;
	const struct store_publication **publications; /* beside views; NULL for held ones */
	str next_cursor;
	struct thread_own *own;
	size_t own_count;
};

/* A store_work; ctx is a struct thread_data. */
enum frg_status thread_load(struct store_tx *tx, void *ctx, struct frg_error *err);
/* The reader's own comments alone. Same ctx. */
enum frg_status thread_load_own(struct store_tx *tx, void *ctx, struct frg_error *err);
/* Takes the one own comment from the query, where it was sent this moment. False: its place in the queue is still to be
 * read, by thread_load_own. */
bool thread_own_fresh(struct thread_data *t, struct arena *a);
/* One comment as its author sees it. */
struct view_comment thread_own_view(struct arena *a, const struct thread_own *own);
/* One released comment as all see it. `answers_name` may be empty. */
struct view_comment thread_released_view(struct arena *a, const struct store_publication *p, str answers_name);
/* What programs read of it. threads.c */
json_t *thread_comment_json(const struct view_comment *v, const struct store_publication *p);
str thread_id_text(struct arena *a, id64 id); /* 0: empty */

#endif
