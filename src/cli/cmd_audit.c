/* freigabe audit: proves that no decision was altered or removed, and that preserved evidence is as it was signed. */
#include "cli/cli.h"

#include "service/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char help[] =
	"usage: freigabe audit verify [--db URL]\n"
	"       freigabe audit evidence FILE [--key KEY | --db URL]\n"
	"       freigabe audit key [--db URL]\n\n"
	"verify    reads the whole chain of decisions and checks that none was altered or removed, that each\n"
	"          still names the text it was made on, that all that is published was released, and that\n"
	"          preserved evidence is as it was signed. What has been erased is counted, and must stand in the\n"
	"          chain of erasures.\n"
	"evidence  checks a file of preserved evidence as it was downloaded (\"-\": standard input): against\n"
	"          KEY, else against the installation's key if --db is given, else against the key that the\n"
	"          file itself names, which must then be compared with the newsroom's.\n"
	"key       prints the installation's public key.\n\n"
	"Exit code 0: all is well; 1: it is not, and the first thing that is wrong is named; 2: it could not\n"
	"be checked.\n";

static void show_progress(void *ctx, int64_t done)
{
	(void)ctx;
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%lld rows checked", (long long)done);
}

static void print_report(const struct audit_report *r)
{
	printf("ok: %lld decisions, %lld publications, %lld preserved\n", (long long)r->decisions,
	       (long long)r->publications, (long long)r->evidence);
	if (r->purged || r->erased || r->evidence_erased)
		printf("erased, each with its row in the chain of erasures: %lld texts, the words of %lld decisions, %lld"
		       " preserved\n",
		       (long long)r->purged, (long long)r->erased, (long long)r->evidence_erased);
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

/* ---- evidence ---- */

static bool installation_key(struct arena *a, const char *db, str *key)
{
	struct store *store;
	struct frg_error err;
	struct store_config config = {.url = str_of(db), .readers = 1};
	enum frg_status st = store_open(&config, &store, &err);
	if (st == FRG_OK) {
		st = service_evidence_key(store, a, key, &err);
		store_close(store);
	}
	if (st != FRG_OK)
		cli_failed("audit", &err);
	return st == FRG_OK;
}

static int say_verdict(const struct evidence_check *c, bool own_key)
{
	switch (c->verdict) {
	case EVIDENCE_CHANGED: puts("broken: the file is not what was signed"); return EXIT_FINDING;
	case EVIDENCE_OTHER_KEY:
		printf("broken: it is signed with another key, %.*s\n", STR_ARG(c->key));
		return EXIT_FINDING;
	case EVIDENCE_GOOD: break;
	}
	printf("ok: comment %.*s on \"%.*s\", preserved %.*s by %.*s\n", STR_ARG(c->comment), STR_ARG(c->article),
	       STR_ARG(c->preserved_at), STR_ARG(c->by));
	printf("signed with %.*s%s\n", STR_ARG(c->key),
	       own_key ? "; compare this key with the newsroom's, which the file cannot prove" : "");
	return EXIT_DONE;
}

static int evidence(const char *path, const char *key, const char *db)
{
	str file, expected = key ? str_of(key) : STR("");
	struct frg_error err;
	struct evidence_check check;
	int code = EXIT_USAGE;
	if (!cli_read_file(path, EVIDENCE_FILE_MAX, &file))
		return EXIT_USAGE;
	struct arena *a = arena_open((size_t)1 << 30);
	if (key || !db || installation_key(a, db, &expected)) {
		enum frg_status st = evidence_check(a, file, expected, &check, &err);
		code = st == FRG_OK ? say_verdict(&check, expected.n == 0) : cli_failed("audit", &err);
	}
	arena_close(a);
	free((char *)file.p);
	return code;
}

static int print_key(const char *db)
{
	str key;
	if (!db)
		db = getenv("FREIGABE_DB");
	struct arena *a = arena_open(1 << 20);
	bool good = installation_key(a, db ? db : "sqlite:freigabe.db", &key);
	if (good)
		printf("%.*s\n", STR_ARG(key));
	arena_close(a);
	return good ? EXIT_DONE : EXIT_USAGE;
}

int cmd_audit(int argc, char **argv)
{
	const char *db = NULL, *key = NULL;
	const struct cli_option options[] = {{"db", &db, NULL}, {"key", &key, NULL}};
	int words = cli_options(argc, argv, options, COUNT_OF(options), help);
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	if (words == 1 && strcmp(argv[1], "verify") == 0)
		return verify(db);
	if (words == 1 && strcmp(argv[1], "key") == 0)
		return print_key(db);
	if (words == 2 && strcmp(argv[1], "evidence") == 0)
		return evidence(argv[2], key, db);
	return cli_usage("audit", "say: verify, evidence FILE, key");
}
