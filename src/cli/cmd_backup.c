/* freigabe backup: one file that holds everything, made while the server runs, and checked. */
#include "cli/cli.h"

#include "base/log.h"
#include "service/move/move.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char help[] =
	"usage: freigabe backup [--db URL] --to FILE\n"
	"       freigabe backup [--db URL] --to FOLDER [--keep N]\n\n"
	"Copies the whole database, as it stands at one moment, into one file, while freigabe serve runs and writes.\n"
	"The file holds everything: comments, decisions, accounts, settings, pictures, and the installation's secret\n"
	"keys, so keep it as carefully as the database. It is an SQLite database, whatever the original is in. What is\n"
	"not in it: the configuration file, and the password files that it names.\n\n"
	"Before the file gets its name the copy is checked: every page and index, both chains, what is published,\n"
	"preserved evidence, signatures. Nothing is overwritten.\n\n"
	"--to    a file that is not there yet; or a folder, in which it is called freigabe-YYYYMMDDTHHMMSSZ.db\n"
	"--keep  of the backups in that folder, removes the oldest until N are left\n\n"
	"Exit code 0: done; 1: the copy was made, but is not in order (so the database is not); 2: it could not be\n"
	"made. After 1 and 2 nothing is left of it.\n";

static bool is_folder(const char *path)
{
	struct stat s;
	return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

void cli_print_facts(const struct move_facts *f)
{
	char newest[CLOCK_ISO_SIZE] = "none";
	if (f->file.newest)
		clock_iso(f->file.newest, newest);
	printf("%lld comments (newest: %s), %lld decisions, %lld published; %lld bytes, schema %lld\n",
	       (long long)f->file.comments, newest, (long long)f->file.decisions, (long long)f->file.publications,
	       (long long)f->file.bytes, (long long)f->file.schema);
	if (f->chains_checked)
		puts("checked: pages, indexes, links, both chains, what is published, preserved evidence");
	else if (f->file.schema)
		puts("checked: pages, indexes, links; not the chains, as it is of an earlier version of Freigabe");
}

static int rotate(const char *folder, int64_t keep)
{
	struct frg_error err;
	int64_t removed;
	if (move_backup_rotate(folder, keep, &removed, &err) != FRG_OK)
		return cli_failed("backup", &err);
	if (removed)
		printf("removed: %lld older ones\n", (long long)removed);
	return EXIT_DONE;
}

static int back_up(const char *db, const char *to, bool folder, int64_t keep)
{
	char name[BACKUP_NAME_SIZE], path[STORE_PATH_MAX];
	struct cli_progress shown = {0};
	struct move_watch watch = {cli_progress, &shown};
	struct move_facts facts = {0};
	struct frg_error err;
	log_set_level(LOG_WARN); /* the new file's schema is no news */
	move_backup_name(clock_now(), name);
	int n = folder ? snprintf(path, sizeof path, "%s/%s", to, name) : snprintf(path, sizeof path, "%s", to);
	if (n < 0 || (size_t)n >= sizeof path)
		return cli_usage("backup", "the name is too long");
	enum frg_status st = move_backup(str_of(db), path, &watch, &facts, &err);
	cli_progress_end(&shown);
	if (st != FRG_OK) {
		cli_failed("backup", &err);
		return st == FRG_CORRUPT ? EXIT_FINDING : EXIT_USAGE;
	}
	printf("backup: %s\n", path);
	cli_print_facts(&facts);
	return keep ? rotate(to, keep) : EXIT_DONE;
}

int cmd_backup(int argc, char **argv)
{
	const char *db = NULL, *to = NULL, *keep_text = NULL;
	int64_t keep = 0;
	const struct cli_option options[] = {{"db", &db, NULL}, {"to", &to, NULL}, {"keep", &keep_text, NULL}};
	int words = cli_options(argc, argv, options, COUNT_OF(options), help);
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	if (words > 0 || !to)
		return cli_usage("backup", "say: --to FILE or --to FOLDER");
	bool folder = is_folder(to);
	if (keep_text && (!folder || !str_to_i64(str_of(keep_text), &keep) || keep < 1))
		return cli_usage("backup", "--keep is a number from 1 on, and --to is a folder then");
	return back_up(cli_database(db), to, folder, keep);
}
