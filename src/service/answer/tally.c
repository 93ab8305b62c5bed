/* Counting durations: see tally.h. */
#include "service/answer/tally.h"

#include <stdlib.h>

#define DAY_S INT64_C(86400)
enum { SECONDS = 86400, MINUTES = 29 * 24 * 60, HOURS = 3620 * 24, SLOTS = SECONDS + MINUTES + HOURS };

struct tally {
	int64_t count;
	uint32_t slots[SLOTS];
};

struct tally *tally_open(void)
{
	struct tally *t = calloc(1, sizeof *t);
	if (!t)
		BUG("out of memory");
	return t;
}

void tally_close(struct tally *t) { free(t); }

static size_t slot_of(msec took)
{
	int64_t s = took < 0 ? 0 : took / 1000;
	if (s < DAY_S)
		return (size_t)s;
	if (s < 30 * DAY_S)
		return (size_t)(SECONDS + (s - DAY_S) / 60);
	int64_t hours = (s - 30 * DAY_S) / 3600;
	return (size_t)(SECONDS + MINUTES + (hours < HOURS ? hours : HOURS - 1));
}

static msec value_of(size_t slot)
{
	int64_t at = (int64_t)slot;
	if (at < SECONDS)
		return at * 1000;
	if (at < SECONDS + MINUTES)
		return (DAY_S + (at - SECONDS) * 60) * 1000;
	return (30 * DAY_S + (at - SECONDS - MINUTES) * 3600) * 1000;
}

void tally_add(struct tally *t, msec took)
{
	t->slots[slot_of(took)]++;
	t->count++;
}

int64_t tally_count(const struct tally *t) { return t->count; }

/* The one at this place, from 0, when all stand in order. */
static msec at(const struct tally *t, int64_t place)
{
	BUG_IF(place < 0 || place >= t->count);
	int64_t before = 0;
	for (size_t i = 0; i < SLOTS; i++) {
		before += t->slots[i];
		if (before > place)
			return value_of(i);
	}
	BUG("a tally that has lost what it counted");
}

msec tally_median(const struct tally *t)
{
	msec upper = at(t, t->count / 2);
	return t->count % 2 ? upper : (at(t, t->count / 2 - 1) + upper) / 2;
}

msec tally_p90(const struct tally *t) { return at(t, (9 * t->count + 9) / 10 - 1); }
