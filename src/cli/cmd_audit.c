/* freigabe audit: proves that no decision was altered or removed. */
#include "cli/cli.h"

#include "service/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char help[] =
	"usage: freigabe audit verify [--db URL]\n\n"
	"Reads the whole chain of decisions and checks that none was altered or removed, that each still\n"
	"names the text it was made on, and that all that is published was released. Exit code 0: all is\n"
	"well; 1: the first bad row is named; 2: it could not be checked. What has been erased is counted, and\n"
	"must stand in the chain of erasures.\n";

static void show_progress(void *ctx, int64_t done)
{
	(void)ctx;
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%lld rows checked", (long long)done);
}

static void print_report(const struct audit_report *r)
{
	printf("ok: %lld decisions, %lld publications\n", (long long)r->decisions, (long long)r->publications);
	if (r->purged || r->erased)
		printf("erased, each with its row in the chain of erasures: %lld texts, the words of %lld decisions\n",
		       (long long)r->purged, (long long)r->erased);
	if (r->unprovable_count == 0)
		return;
	printf("of these, decisions from before erasing was foreseen, of which only their neighbours attest the hash: ");
	for (int64_t i = 0; i < r->unprovable_count && i < AUDIT_UNPROVABLE_MAX; i++)
		printf("%s%lld", i ? ", " : "", (long long)r->unprovable[i]);
	puts(r->unprovable_count > AUDIT_UNPROVABLE_MAX ? ", …" : "");
}

static int verify(const char *db)
{
	struct store *store;
	struct frg_error err;
	struct audit_report report = {0};
	if (!db)
		db = getenv("FREIGABE_DB");
	struct store_config config = {.url = str_of(db ? db : "sqlite:freigabe.db"), .readers = 1};
	enum frg_status st = store_open(&config, &store, &err);
	if (st == FRG_OK) {
		st = audit_verify(store, &report, show_progress, NULL, &err);
		store_close(store);
	}
	if (isatty(STDERR_FILENO))
		fputc('\n', stderr);
	if (st == FRG_CORRUPT) { /* not even readable: that too is a finding */
		report.ok = false;
		snprintf(report.what, sizeof report.what, "%s", err.msg);
	} else if (st != FRG_OK) {
		return cli_failed("audit", &err);
	}
	if (report.ok) {
		print_report(&report);
		return EXIT_DONE;
	}
	if (report.bad_seq)
		printf("broken at decision %lld: %s\n", (long long)report.bad_seq, report.what);
	else
		printf("broken: %s\n", report.what);
	return EXIT_FINDING;
}

int cmd_audit(int argc, char **argv)
{
	const char *db = NULL;
	const struct cli_option options[] = {{"db", &db, NULL}};
	int words = cli_options(argc, argv, options, COUNT_OF(options), help);
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	if (words != 1 || strcmp(argv[1], "verify") != 0)
		return cli_usage("audit", "say: verify");
	return verify(db);
}
