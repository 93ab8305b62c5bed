/* How far two judgements of the same agree beyond chance: Cohen's kappa (1960), with the interval of Fleiss, Cohen and
 * Everitt (1969). Pure arithmetic. */
#ifndef SERVICE_KAPPA_H
#define SERVICE_KAPPA_H

#include "base/base.h"

enum { KAPPA_MAX = 4, KAPPA_ENOUGH = 30 };

struct kappa {
	int64_t n, agreed;
	bool known;              /* at least KAPPA_ENOUGH pairs, and both kinds of judgement occurred */
	double value, low, high; /* 95 % */
};
/* cells[i][j]: judged i first and j second; of k kinds. */
void kappa_of(const int64_t cells[KAPPA_MAX][KAPPA_MAX], int k, struct kappa *out);

#endif
