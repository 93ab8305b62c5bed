/* A small table of the lines that were written within the last minute. */
#include "base/repeat.h"

#include <pthread.h>
#include <stdio.h>

enum { SLOTS = 64 };

struct slot {
	msec written;
	struct repeat_line line;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct slot slots[SLOTS];
static unsigned used; /* slots from here on are free */

static bool is_same(const struct repeat_line *a, const struct repeat_line *b)
{
	return a->level == b->level && strcmp(a->event, b->event) == 0 && strcmp(a->message, b->message) == 0;
}

/* In the lock: has it been written within the last minute? If so it is counted. */
static bool is_left_out(const struct repeat_line *line, msec now)
{
	for (unsigned i = 0; i < used; i++) {
		if (!is_same(&slots[i].line, line) || now - slots[i].written >= REPEAT_MS)
			continue;
		slots[i].line.left_out++;
		return true;
	}
	return false;
}

bool repeat_may(int level, const char *event, const char *message, msec now)
{
	struct repeat_line line = {.level = level};
	snprintf(line.event, sizeof line.event, "%s", event);
	snprintf(line.message, sizeof line.message, "%s", message);
	pthread_mutex_lock(&lock);
	bool left_out = is_left_out(&line, now);
	if (!left_out && used < SLOTS)
		slots[used++] = (struct slot){.written = now, .line = line};
	pthread_mutex_unlock(&lock);
	return !left_out;
}

bool repeat_due(msec now, bool all, struct repeat_line *out)
{
	bool due = false;
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < used && !due;) {
		struct slot *s = &slots[i];
		if (!all && now - s->written < REPEAT_MS) {
			i++;
		} else if (s->line.left_out) {
			*out = s->line;
			s->line.left_out = 0;
			s->written = now; /* told now, so its like are left out for another minute */
			due = true;
		} else if (all) {
			i++;
		} else {
			*s = slots[--used];
		}
	}
	pthread_mutex_unlock(&lock);
	return due;
}
