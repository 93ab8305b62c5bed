/* Does the limit of a lane that releases by itself hold? Simulated newsrooms, and an archive of decisions.
 *
 *   automatic [RUNS]              synthetic: as it was, drifting scores, a slowly rising share, a campaign
 *   automatic [RUNS] FILE         an archive: lines of »score<TAB>refused«, score 0 … 1, refused 0 or 1
 *
 * In each run a threshold is found on the past (service/automatic/risk.h) and signed; then comments come, one in twenty
 * is drawn blind, the watch sees what people say of these and may close the lane. What was released is compared with
 * what people would have said. One JSON object a line. Nothing of the archive is printed. */
#include "service/automatic/risk.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PER_DAY = 200, PAST = 6000, DAYS = 60, ARCHIVE_MAX = 1000000 };
static const double confidence = 0.95, draw = 0.05;

static uint64_t state;

static double chance(void) /* splitmix64 */
{
	uint64_t x = state += UINT64_C(0x9E3779B97F4A7C15);
	x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
	return (double)((x ^ x >> 31) >> 11) / 9007199254740992.0;
}
static double normal(void) { return sqrt(-2 * log(1 - chance())) * cos(6.283185307179586 * chance()); }

/* ---- a comment comes ---- */

enum world { STEADY, DRIFTING, RISING, CAMPAIGN, WORLDS };
static const char *const world_names[] = {"steady", "drifting scores", "rising share", "campaign"};

/* Scores are of logistic-normal shape, as the engine's are; people refuse the more often the higher, but a quarter of
 * what they refuse no score shows. `day` counts from the signing; before it, the past. */
static struct risk_case comment(enum world w, double day)
{
	double middle = -2.0 + (w == DRIFTING ? 0.5 * sin((day + 30) / 12) : 0);
	double score = 1 / (1 + exp(-(middle + 0.9 * normal())));
	double refused = 0.004 + 0.35 * score * score;
	if (w == RISING && day > 0)
		refused *= 1 + day / 10; /* twice as much every ten days */
	if (w == CAMPAIGN && day >= 20 &&
	    chance() < 0.4) { /* of what comes then, 4 in 10 are the campaign's: civil in tone */
		score = 0.02 + 0.1 * chance();
		refused = 0.3;
	}
	return (struct risk_case){(int)ceil(score * RISK_SCALE), chance() < refused};
}

/* ---- one run ---- */

struct outcome {
	bool found, closed;
	int64_t released, bad; /* until it closed */
	int64_t after;         /* of these, from day 20 on */
};

static void operate(struct outcome *o, struct risk_watch *watch, const struct risk_threshold *found,
                    const struct risk_case *c, double day)
{
	if (o->closed || c->score > found->threshold)
		return;
	if (chance() < draw) {
		risk_watch_add(watch, c->bad);
		o->closed = watch->alarmed;
		return;
	}
	o->released++;
	o->bad += c->bad;
	o->after += day >= 20;
}

static struct outcome run_world(enum world w, double limit)
{
	static struct risk_case past[PAST];
	struct risk_search search;
	struct risk_threshold found;
	struct risk_watch watch;
	struct outcome o = {0};
	for (int i = 0; i < PAST; i++)
		past[i] = comment(w, (double)(i - PAST) / PER_DAY);
	risk_begin(&search, past, PAST, confidence);
	risk_find(&search, limit, &found);
	o.found = found.answer == RISK_FOUND;
	risk_watch_begin(&watch, limit);
	for (int i = 0; o.found && i < DAYS * PER_DAY; i++) {
		struct risk_case c = comment(w, (double)i / PER_DAY);
		operate(&o, &watch, &found, &c, (double)i / PER_DAY);
	}
	return o;
}

/* A random half of the archive is the past, the other half comes. */
static struct outcome run_archive(struct risk_case *all, size_t count, double limit)
{
	struct risk_search search;
	struct risk_threshold found;
	struct risk_watch watch;
	struct outcome o = {0};
	for (size_t i = count; i-- > 1;) {
		size_t k = (size_t)(chance() * (double)(i + 1));
		struct risk_case c = all[i];
		all[i] = all[k];
		all[k] = c;
	}
	size_t past = count / 2;
	risk_begin(&search, all, past, confidence);
	risk_find(&search, limit, &found);
	o.found = found.answer == RISK_FOUND;
	risk_watch_begin(&watch, limit);
	for (size_t i = past; o.found && i < count; i++)
		operate(&o, &watch, &found, &all[i], 0);
	return o;
}

/* ---- many ---- */

static int by_value(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;
	return (a > b) - (a < b);
}

static void report(const char *name, double limit, const struct outcome *all, int runs)
{
	int found = 0, held = 0, closed = 0, counted = 0;
	double released = 0, share = 0, worst = 0, *until = calloc((size_t)runs + 1, sizeof *until);
	for (int i = 0; i < runs; i++) {
		const struct outcome *o = &all[i];
		double s = o->released ? (double)o->bad / (double)o->released : 0;
		found += o->found;
		held += s <= limit; /* nothing released: nothing wrong */
		closed += o->closed;
		released += (double)o->released / runs;
		share += o->found ? s : 0;
		worst = s > worst ? s : worst;
		if (o->closed && o->after)
			until[counted++] = (double)o->after;
	}
	qsort(until, (size_t)counted, sizeof *until, by_value);
	printf("{\"world\": \"%s\", \"limit\": %.3f, \"runs\": %d, \"opened\": %d, \"limit_held\": %d, \"released\": %.0f, "
	       "\"mean_share\": %.4f, \"worst_share\": %.4f, \"closed_itself\": %d",
	       name, limit, runs, found, held, released, found ? share / found : 0, worst, closed);
	if (counted && strcmp(name, world_names[CAMPAIGN]) == 0)
		printf(", \"releases_from_day_20_until_closed\": {\"median\": %.0f, \"nine_in_ten\": %.0f}", until[counted / 2],
		       until[counted * 9 / 10]);
	printf("}\n");
	free(until);
}

static size_t read_archive(const char *path, struct risk_case *out)
{
	FILE *f = fopen(path, "r");
	double score;
	int bad;
	size_t count = 0;
	if (!f)
		return 0;
	while (count < ARCHIVE_MAX && fscanf(f, "%lf %d", &score, &bad) == 2)
		out[count++] = (struct risk_case){(int)ceil(score * RISK_SCALE), bad != 0};
	fclose(f);
	return count;
}

int main(int argc, char **argv)
{
	static const double limits[] = {0.01, 0.02, 0.03, 0.05};
	int runs = argc > 1 ? atoi(argv[1]) : 100;
	struct outcome *all = calloc((size_t)runs, sizeof *all);
	struct risk_case *archive = calloc(ARCHIVE_MAX, sizeof *archive);
	size_t count = argc > 2 ? read_archive(argv[2], archive) : 0;
	if (argc > 2 && !count) {
		fprintf(stderr, "cannot read %s\n", argv[2]);
		return 2;
	}
	for (int w = 0; w < (count ? 1 : WORLDS); w++)
		for (size_t l = 0; l < COUNT_OF(limits); l++) {
			for (int i = 0; i < runs; i++) {
				state = (uint64_t)(i + 1) * 1000003 + (uint64_t)w * 101 + l;
				all[i] = count ? run_archive(archive, count, limits[l]) : run_world((enum world)w, limits[l]);
			}
			report(count ? "archive" : world_names[w], limits[l], all, runs);
		}
	free(all);
	free(archive);
	return 0;
}
