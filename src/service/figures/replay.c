#include "service/figures/replay.h"

#include <math.h>
#include <stdlib.h>

enum { HOUR_MS = 3600 * 1000, SERVERS_MAX = 1000 };

struct replay {
	const struct replay_question *q;
	uint64_t random;
	msec *sent; /* of this round, in order */
	size_t count, head /* next to be taken */, tail /* has come by now */;
	size_t shift;
	msec free_at[SERVERS_MAX]; /* a heap: who is at work, and until when */
	size_t busy;
	msec *waits; /* of all rounds */
	size_t wait_count, left;
	double waiting[REPLAY_WEEK];
	size_t looked[REPLAY_WEEK];
};

static double random_part(struct replay *r) /* splitmix64: in [0, 1) */
{
	uint64_t x = r->random += UINT64_C(0x9E3779B97F4A7C15);
	x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
	return (double)((x ^ x >> 31) >> 11) / 9007199254740992.0;
}

static int by_value(const void *x, const void *y)
{
	msec a = *(const msec *)x, b = *(const msec *)y;
	return (a > b) - (a < b);
}

static void swap(msec *a, msec *b)
{
	msec x = *a;
	*a = *b;
	*b = x;
}

static void begin_work(struct replay *r, msec until)
{
	size_t i = r->busy++;
	for (r->free_at[i] = until; i && r->free_at[i] < r->free_at[(i - 1) / 2]; i = (i - 1) / 2)
		swap(&r->free_at[i], &r->free_at[(i - 1) / 2]);
}

static void end_work(struct replay *r)
{
	r->free_at[0] = r->free_at[--r->busy];
	for (size_t i = 0;;) {
		size_t least = i;
		for (size_t k = 2 * i + 1; k < 2 * i + 3 && k < r->busy; k++)
			if (r->free_at[k] < r->free_at[least])
				least = k;
		if (least == i)
			return;
		swap(&r->free_at[i], &r->free_at[least]);
		i = least;
	}
}

/* How many are there at this time; *until: when that changes. Time only goes on. */
static size_t there(struct replay *r, msec now, msec *until)
{
	const struct forecast_calendar *c = &r->q->calendar;
	while (r->shift < c->count && c->items[r->shift].end <= now)
		r->shift++;
	if (r->shift == c->count) {
		*until = INT64_MAX;
		return 0;
	}
	const struct forecast_shift *s = &c->items[r->shift];
	*until = s->begin <= now ? s->end : s->begin;
	return s->begin > now ? 0 : s->editors < SERVERS_MAX ? (size_t)s->editors : SERVERS_MAX;
}

/* Whoever has a hand free takes the next; who is at work when a shift ends finishes that. */
static void take(struct replay *r, msec now, size_t people)
{
	while (r->head < r->tail && r->busy < people) {
		double takes = -log(1 - random_part(r)) / r->q->rate;
		r->waits[r->wait_count++] = now - r->sent[r->head++] + (msec)takes;
		begin_work(r, now + (msec)takes);
	}
}

static void scatter(struct replay *r)
{
	r->count = r->head = r->tail = r->busy = r->shift = 0;
	for (size_t h = 0; h < r->q->hours; h++) {
		msec *from = r->sent + r->count;
		for (int64_t i = 0; i < r->q->arrivals[h]; i++)
			r->sent[r->count++] = (msec)h * HOUR_MS + (msec)(random_part(r) * HOUR_MS);
		qsort(from, (size_t)(r->sent + r->count - from), sizeof *from, by_value);
	}
}

static void look(struct replay *r, size_t hour)
{
	size_t slot = (hour + (size_t)r->q->first) % REPLAY_WEEK;
	r->waiting[slot] += (double)(r->tail - r->head);
	r->looked[slot]++;
}

/* From one event to the next: somebody comes, somebody is done, a shift begins or ends, an hour is over. */
static void play(struct replay *r)
{
	size_t hour = 0;
	for (msec now = 0, change; now < INT64_MAX;) {
		size_t people = there(r, now, &change);
		take(r, now, people);
		msec next = change;
		if (r->tail < r->count && r->sent[r->tail] < next)
			next = r->sent[r->tail];
		if (r->busy && r->free_at[0] < next)
			next = r->free_at[0];
		while (hour < r->q->hours && ((msec)hour + 1) * HOUR_MS <= next)
			look(r, hour++);
		now = next;
		while (r->tail < r->count && r->sent[r->tail] <= now)
			r->tail++;
		while (r->busy && r->free_at[0] <= now)
			end_work(r);
		if (r->head == r->count && hour >= r->q->hours)
			return;
	}
	msec end = r->q->calendar.count ? r->q->calendar.items[r->q->calendar.count - 1].end : 0;
	for (; r->head < r->count; r->head++, r->left++)
		r->waits[r->wait_count++] = end > r->sent[r->head] ? end - r->sent[r->head] : 0;
}

static void sum_up(struct replay *r, struct replay_answer *out)
{
	double sum = 0;
	size_t within = 0, n = r->wait_count;
	*out = (struct replay_answer){.decided = n - r->left, .left = r->left};
	for (int i = 0; i < REPLAY_WEEK; i++)
		out->waiting[i] = r->looked[i] ? r->waiting[i] / (double)r->looked[i] : 0;
	if (n == 0)
		return;
	qsort(r->waits, n, sizeof *r->waits, by_value);
	for (size_t i = 0; i < n; i++) {
		sum += (double)r->waits[i];
		within += r->waits[i] <= r->q->within;
	}
	out->mean = (msec)(sum / (double)n);
	out->median = r->waits[n / 2];
	out->p90 = r->waits[n * 9 / 10];
	out->longest = r->waits[n - 1];
	out->within = (double)within / (double)n;
}

void replay_run(const struct replay_question *q, struct replay_answer *out)
{
	size_t all = 0;
	for (size_t h = 0; h < q->hours; h++)
		all += (size_t)q->arrivals[h];
	struct replay *r = calloc(1, sizeof *r);
	msec *sent = calloc(all + 1, sizeof *sent), *waits = calloc(all * (size_t)q->rounds + 1, sizeof *waits);
	if (!r || !sent || !waits)
		BUG("out of memory");
	r->q = q;
	r->sent = sent;
	r->waits = waits;
	for (int i = 0; i < q->rounds; i++) {
		r->random = (uint64_t)i + 1; /* the same luck for every staffing that is compared */
		scatter(r);
		play(r);
	}
	sum_up(r, out);
	free(waits);
	free(sent);
	free(r);
}
