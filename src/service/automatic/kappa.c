/* Cohen's kappa and its interval. */
#include "service/automatic/kappa.h"

#include <math.h>

void kappa_of(const int64_t cells[KAPPA_MAX][KAPPA_MAX], int k, struct kappa *out)
{
	double row[KAPPA_MAX] = {0}, column[KAPPA_MAX] = {0}, chance = 0;
	*out = (struct kappa){0};
	for (int i = 0; i < k; i++) {
		out->agreed += cells[i][i];
		for (int j = 0; j < k; j++) {
			out->n += cells[i][j];
			row[i] += (double)cells[i][j];
			column[j] += (double)cells[i][j];
		}
	}
	double n = (double)out->n, observed = n > 0 ? (double)out->agreed / n : 0;
	for (int i = 0; i < k && n > 0; i++) {
		row[i] /= n;
		column[i] /= n;
		chance += row[i] * column[i];
	}
	if (out->n < KAPPA_ENOUGH || chance >= 1)
		return;
	double a = 0, b = 0, value = (observed - chance) / (1 - chance);
	for (int i = 0; i < k; i++)
		for (int j = 0; j < k; j++) {
			double p = (double)cells[i][j] / n;
			if (i == j)
				a += p * pow(1 - (row[i] + column[i]) * (1 - value), 2);
			else
				b += p * pow(column[i] + row[j], 2);
		}
	double c = pow(value - chance * (1 - value), 2),
		   spread = (a + b * pow(1 - value, 2) - c) / (n * pow(1 - chance, 2));
	double margin = 1.959964 * sqrt(spread > 0 ? spread : 0);
	out->known = true;
	out->value = value;
	out->low = value - margin < -1 ? -1 : value - margin;
	out->high = value + margin > 1 ? 1 : value + margin;
}
