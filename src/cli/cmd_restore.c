/* freigabe restore: puts a backup in place, after having checked it. */
#include "cli/cli.h"

#include "base/log.h"
#include "service/move/move.h"

#include <stdio.h>
#include <stdlib.h>

static const char help[] =
	"usage: freigabe restore --from FILE [--db URL] [--replace] [--dry-run]\n\n"
	"Checks a backup, copies it to where the database is to be, and brings it up to this version of Freigabe. The\n"
	"backup itself is only read. Stop the server first: a database that is in use is not touched.\n\n"
	"--replace  something is there already: keep it, as PATH.before-YYYYMMDDTHHMMSSZ, and put the backup in its place\n"
	"--dry-run  say what would be done: what is in the backup, what is there now; change nothing\n\n"
	"Into PostgreSQL a backup is copied row by row, into an empty database; a copy that was cut off goes on when\n"
	"the command is given again.\n\n"
	"Exit code 0: done, or with --dry-run: would be done; 1: the backup is damaged, or no backup; 2: it could not be\n"
	"done.\n";

static void print_now(const struct move_restored *r, const char *db)
{
	if (store_url_postgres(str_of(db)))
		db = "that server"; /* the address may hold a password */
	char newest[CLOCK_ISO_SIZE] = "none";
	if (!r->there) {
		printf("at %s: nothing yet\n", db);
		return;
	}
	if (r->now.newest)
		clock_iso(r->now.newest, newest);
	if (r->readable)
		printf("at %s: %lld comments (newest: %s), %lld decisions, %lld published\n", db, (long long)r->now.comments,
		       newest, (long long)r->now.decisions, (long long)r->now.publications);
	else
		printf("at %s: something that is not a whole database of Freigabe's\n", db);
}

int cmd_restore(int argc, char **argv)
{
	const char *db = NULL;
	struct cli_progress shown = {0};
	struct move_restore config = {.watch = {cli_progress, &shown}};
	struct move_restored done;
	struct frg_error err;
	const struct cli_option options[] = {{"db", &db, NULL},
	                                     {"from", &config.file, NULL},
	                                     {"replace", NULL, &config.replace},
	                                     {"dry-run", NULL, &config.dry_run}};
	int words = cli_options(argc, argv, options, COUNT_OF(options), help);
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	if (words > 0 || !config.file)
		return cli_usage("restore", "say: --from FILE");
	log_set_level(LOG_WARN); /* the new file's schema is no news */
	db = cli_database(db);
	config.db = str_of(db);
	enum frg_status st = move_restore(&config, &done, &err);
	cli_progress_end(&shown);
	bool good = done.backup.chains_checked || (done.backup.file.schema && done.backup.file.schema_old);
	if (good) {
		printf("backup: %s\n", config.file);
		cli_print_facts(&done.backup);
		print_now(&done, db);
	}
	if (st != FRG_OK) {
		cli_failed("restore", &err);
		return st == FRG_CORRUPT ? EXIT_FINDING : EXIT_USAGE;
	}
	if (done.aside[0] && done.there)
		printf(config.dry_run ? "would be kept as %s\n" : "what was there: %s\n", done.aside);
	puts(config.dry_run ? "nothing has been changed" : "restored");
	return EXIT_DONE;
}
