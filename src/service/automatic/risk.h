/* What a share of errors can be said to be, with a stated confidence. Pure arithmetic; knows no comments.
 *
 * The promise is: of what is released by itself, at most the share `limit` would have been refused by people, with a
 * confidence of 95 % over the decisions that the threshold was found on. Conformal risk control (Angelopoulos, Bates,
 * Fisch, Lei, Schuster 2022, arXiv 2208.02814) bounds the expectation of a loss that only grows with the threshold; a
 * share *among the released* neither only grows nor is a bound on its mean what is promised here. Learn then Test
 * (Angelopoulos, Bates, Candès, Jordan, Lei 2021, arXiv 2110.01052) fits: each threshold is a null hypothesis »its
 * share is over the limit«, tested exactly by the binomial distribution (Clopper and Pearson 1934), and fixed-sequence
 * testing keeps the chance of *any* wrongly accepted threshold under 5 %. The sequence must not depend on the data that
 * test it: the older half of the decisions says where to begin, the newer half tests, upwards until the first threshold
 * fails.
 *
 * The watch over an open lane is looked at after every check, so a plain interval would be crossed by chance sooner or
 * later. It is an e-process (Ramdas, Grünwald, Vovk, Shafer 2023, arXiv 2210.01948) that begins anew whenever it has
 * lost (an e-detector: Shin, Ramdas, Rinaldo 2024, arXiv 2203.03532): of likelihood ratios against twice, four and
 * eight times the limit, each the largest over all beginnings, the mean. While the true share is no more than the
 * limit, at least RISK_ALARM checks pass on average before it alarms, however often one looks. */
#ifndef SERVICE_RISK_H
#define SERVICE_RISK_H

#include "base/base.h"

/* One-sided bounds of Clopper and Pearson on the true share, when `bad` of `n` were: at most, at least. */
double risk_upper(int64_t n, int64_t bad, double confidence);
double risk_lower(int64_t n, int64_t bad, double confidence);

enum { RISK_SCALE = 10000, RISK_STEP = 50 };

/* A comment that people decided. */
struct risk_case {
	int score; /* 0 … RISK_SCALE */
	bool bad;  /* it was no release */
};
enum risk_answer {
	RISK_FOUND,
	RISK_FEW, /* not even without any error could the limit be certified */
	RISK_HIGH /* too many errors at every threshold */
};
struct risk_threshold {
	enum risk_answer answer;
	int threshold;  /* RISK_FOUND: release what scores no more */
	int64_t n, bad; /* of the newer half, at or under it; RISK_HIGH: at the best threshold */
	double bound;   /* risk_upper of these */
	int64_t needed; /* RISK_FEW: how many cases more, if none of them is bad */
};
enum { RISK_STEPS = RISK_SCALE / RISK_STEP + 1 };
struct risk_counts {
	int64_t n[RISK_STEPS], bad[RISK_STEPS]; /* at or under each step */
};
struct risk_search {
	double confidence;
	size_t count;
	struct risk_counts newer;
	int begin;
};
/* `cases` in the order in which they were decided, oldest first. */
void risk_begin(struct risk_search *s, const struct risk_case *cases, size_t count, double confidence);
void risk_find(const struct risk_search *s, double limit, struct risk_threshold *out);

enum { RISK_WATCHED = 3, RISK_ALARM = 20 };
struct risk_watch {
	double limit, ratio[RISK_WATCHED];
	int64_t n, bad;
	bool alarmed; /* stays so */
};
void risk_watch_begin(struct risk_watch *w, double limit);
void risk_watch_add(struct risk_watch *w, bool bad);

#endif
