/* Independent jobs on all cores. */
#ifndef LEARN_JOBS_H
#define LEARN_JOBS_H

#include <stddef.h>

/* Calls job(ctx, 0) … job(ctx, count - 1), each once, on several threads; returns when all are done. */
void jobs_run(void (*job)(void *ctx, size_t number), void *ctx, size_t count);

#endif
