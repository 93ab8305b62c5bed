/* How far long work has come, on a terminal only: one line, written over. */
#include "cli/cli.h"

#include "base/clock.h"

#include <stdio.h>
#include <unistd.h>

enum { EVERY_MS = 100, CLEAR_MS = 1000 };

static void print_rest(msec left)
{
	int64_t s = (left + 999) / 1000;
	if (s < 120)
		fprintf(stderr, ", %lld s left", (long long)s);
	else
		fprintf(stderr, ", %lld min left", (long long)((s + 59) / 60));
}

void cli_progress(void *ctx, const char *part, int64_t done, int64_t of)
{
	struct cli_progress *p = ctx;
	msec now = clock_steady();
	if (!isatty(STDERR_FILENO))
		return;
	if (p->part != part) {
		*p = (struct cli_progress){.part = part, .began = now, .first = done, .shown = p->shown};
	} else if (now - p->shown < EVERY_MS) {
		return;
	}
	p->shown = now;
	msec spent = now - p->began;
	int64_t rate = spent ? (done - p->first) * 1000 / spent : 0;
	fprintf(stderr, "\r\033[K%s: %lld", part, (long long)done);
	if (of)
		fprintf(stderr, " of %lld (%d %%)", (long long)of, (int)(100 * done / of));
	if (spent > CLEAR_MS && rate) { /* before, it is not clear enough to be told */
		fprintf(stderr, ", %lld/s", (long long)rate);
		if (of > done)
			print_rest((of - done) * 1000 / rate);
	}
}

void cli_progress_end(const struct cli_progress *p)
{
	if (p->part && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}
