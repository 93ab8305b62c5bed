/* freigabe migrate-store: moves all there is to another store, and compares. */
#include "cli/cli.h"

#include "base/arena.h"
#include "base/log.h"
#include "service/move/move.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
	"usage: freigabe migrate-store --from URL --to URL [--verify]\n\n"
	"Copies every row of one database into another, empty one: from sqlite:PATH to postgres://… or back. Then reads\n"
	"both again and compares them, table by table, by number and by a hash of all rows; makes the search index in the\n"
	"target; proves its chains. Only then the target can be used.\n\n"
	"Stop the server first. The source is only read; an SQLite source is locked meanwhile, so that a server cannot "
	"start on\n"
	"it; a PostgreSQL source must have no other users and is read as it stands at one moment. If it changes all the\n"
	"same, that is found out, and the copy is not called done.\n\n"
	"If the copy is cut off, give the same command again: it goes on where it was.\n\n"
	"--verify  compare only; nothing is written\n\n"
	"Exit code 0: done, both hold the same; 1: they do not; 2: it could not be done.\n";

static void print_report(const struct move_stored *s, bool all)
{
	for (size_t i = 0; i < s->report.count; i++) {
		const struct store_copy_table *t = &s->report.tables[i];
		if (!t->same)
			printf("%-20s %10lld rows   differs: %lld in the target\n", t->name, (long long)t->rows_from,
			       (long long)t->rows_to);
		else if (all && t->rows_from)
			printf("%-20s %10lld rows   %.16s\n", t->name, (long long)t->rows_from, t->hash_from);
	}
}

static int move(struct move_store config)
{
	struct cli_progress shown = {0};
	struct move_stored done = {0};
	struct frg_error err;
	struct arena *a = arena_open(1 << 20);
	config.watch = (struct move_watch){cli_progress, &shown};
	log_set_level(LOG_WARN); /* the new schema is no news */
	enum frg_status st = move_store(&config, a, &done, &err);
	cli_progress_end(&shown);
	if (done.resumed)
		printf("went on: %lld rows were there\n", (long long)done.resumed);
	print_report(&done, st == FRG_OK);
	arena_close(a);
	if (st != FRG_OK) {
		cli_failed("migrate-store", &err);
		return st == FRG_CORRUPT || strcmp(err.code, "copy_differs") == 0 ? EXIT_FINDING : EXIT_USAGE;
	}
	printf("ok: %lld rows, the same on both sides\n", (long long)done.report.rows);
	if (!config.verify_only)
		printf("the target's chains are whole: %lld decisions, %lld publications\n", (long long)done.audit.decisions,
		       (long long)done.audit.publications);
	return EXIT_DONE;
}

int cmd_migrate_store(int argc, char **argv)
{
	const char *from = NULL, *to = NULL;
	struct move_store config = {0};
	const struct cli_option options[] = {
		{"from", &from, NULL}, {"to", &to, NULL}, {"verify", NULL, &config.verify_only}};
	int words = cli_options(argc, argv, options, COUNT_OF(options), help);
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	if (words > 0 || !from || !to)
		return cli_usage("migrate-store", "say: --from URL --to URL");
	config.from = str_of(from);
	config.to = str_of(to);
	if (str_eq(config.from, config.to))
		return cli_usage("migrate-store", "both are the same database");
	return move(config);
}
