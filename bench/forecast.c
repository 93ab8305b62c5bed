/* How often the forecast of the wait keeps its word in a simulated newsroom, and how long its intervals are beside
 * queue length / rate with a fixed margin of the same share kept. One JSON object a line. */
#include "newsroom.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	static const double per_day[] = {1850, 2400, 3560};
	int days = argc > 1 ? atoi(argv[1]) : 120, seeds = argc > 2 ? atoi(argv[2]) : 5,
		first = argc > 3 ? atoi(argv[3]) : 0;
	for (size_t v = 0; v < sizeof per_day / sizeof *per_day; v++)
		for (int seed = 1; seed <= seeds; seed++) {
			struct newsroom n;
			struct newsroom_result r;
			newsroom_open(&n, per_day[v], days, (uint64_t)(seed + first) * 1000 + v);
			newsroom_run(&n);
			newsroom_result(&n, 0, &r);
			printf("{\"per_day\": %.0f, \"seed\": %d, \"comments\": %zu, \"worst_hour\": %.3f, \"best_hour\": %.3f",
			       per_day[v], seed, n.count, r.worst_hour, r.best_hour);
			for (int k = 0; k < NR_CLASSES; k++)
				printf(", \"%s\": {\"asked\": %zu, \"no_time\": %.3f, \"kept\": %.3f, \"minutes\": %.0f, "
				       "\"open_minutes\": %.0f, \"simple_minutes\": %.0f, \"simple_open_minutes\": %.0f}",
				       newsroom_kinds[k], r.kind[k].asked,
				       r.kind[k].asked ? 1 - (double)r.kind[k].given / (double)r.kind[k].asked : 0,
				       r.kind[k].given ? (double)r.kind[k].kept / (double)r.kind[k].given : 0, r.kind[k].minutes,
				       r.kind[k].open_minutes, r.kind[k].simple_minutes, r.kind[k].simple_open_minutes);
			printf("}\n");
			newsroom_close(&n);
		}
	return 0;
}
