/* Memory that is given back all at once: one arena per request or per import.
 * Not thread-safe. Running out of memory or over the ceiling aborts: the
 * server's answer to either is a restart, never half a state. The library
 * allocates by itself and checks. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/base.h"

struct arena;

/* `max` is the ceiling in bytes. */
struct arena *arena_open(size_t max);
void arena_close(struct arena *a);
/* Forgets all content, keeps the first block for reuse. */
void arena_reset(struct arena *a);

/* Aligned for any type, zeroed. */
void *arena_alloc(struct arena *a, size_t size);
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, count) ((type *)arena_array((a), (count), sizeof(type)))
void *arena_array(struct arena *a, size_t count, size_t size);

/* Copies, NUL-terminated behind the end for C interfaces. */
str arena_str(struct arena *a, str s);
const char *arena_cstr(struct arena *a, str s);
str arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
