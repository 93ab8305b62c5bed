/* Makes newsrooms' own models from their decisions, on a thread of its own that gives way to everybody. */
#ifndef EVENT_TEACHER_H
#define EVENT_TEACHER_H

#include "service/service.h"

struct teacher;

MUST_CHECK enum frg_status teacher_open(struct service *svc, struct teacher **out, struct frg_error *err);
/* A model that is being made is given up. NULL: nothing. */
void teacher_close(struct teacher *t);

#endif
