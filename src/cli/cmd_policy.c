/* `freigabe policy`: a newsroom's own settings from a file, and back into one. A running server follows at once. */
#include "cli/cli.h"

#include "service/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char help[] =
	"usage: freigabe policy show [--version N] [--site NAME] [--db URL]\n"
	"       freigabe policy set FILE [--site NAME] [--db URL]\n"
	"       freigabe policy log [--site NAME] [--db URL]\n"
	"\n"
	"A newsroom's own settings: thresholds, words, exceptions and patterns (docs/tune.md). `show` prints the\n"
	"text in force, `set` puts another one in force (a running server follows at once, and checks held comments\n"
	"anew), `log` lists who changed it when. Nothing is ever lost: `show --version 3 | freigabe policy set -`\n"
	"brings the third version back. `freigabe check --policy FILE` tries a file out.\n"
	"\n"
	"  --site NAME   which newspaper, if there are several\n"
	"  --db URL      sqlite:PATH (else $FREIGABE_DB, else sqlite:freigabe.db)\n";

static enum frg_status show(struct service *svc, struct arena *a, id64 site, const char *version, struct frg_error *err)
{
	struct store_policy p;
	int64_t number = 0;
	if (version && (!str_to_i64(str_of(version), &number) || number < 1))
		return frg_fail(err, FRG_INVALID, "usage", "--version takes a number");
	enum frg_status st = service_policy_get(svc, a, site, number, &p, err);
	if (st == FRG_OK)
		fwrite(p.text.p, 1, p.text.n, stdout);
	return st;
}

static enum frg_status set(struct service *svc, struct arena *a, id64 site, const char *path, struct frg_error *err)
{
	struct policy_command cmd = {.site = site, .version = -1};
	struct policy_result result;
	if (!cli_read_file(path, FRG_POLICY_MAX + 1, &cmd.text))
		return frg_fail(err, FRG_NOT_FOUND, "file", "nothing was changed");
	enum frg_status st = service_policy_save(svc, a, &cmd, &result, err);
	if (st == FRG_OK)
		printf("version %lld is in force\n", (long long)result.policy.version);
	for (size_t i = 0; i < result.problem_count; i++)
		fprintf(stderr, "%s:%zu: %.*s\n", path, result.problems[i].line, STR_ARG(result.problems[i].detail));
	if (result.problem_count)
		frg_fail(err, FRG_INVALID, "policy_invalid", "nothing was changed");
	free((char *)cmd.text.p);
	return st;
}

static enum frg_status list(struct service *svc, struct arena *a, id64 site, struct frg_error *err)
{
	struct store_policies all = {0};
	enum frg_status st = service_policy_versions(svc, a, site, &all, err);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++) {
		const struct store_policy *p = &all.items[i];
		char when[32];
		struct tm tm;
		time_t seconds = (time_t)(p->created / 1000);
		strftime(when, sizeof when, "%Y-%m-%d %H:%M", localtime_r(&seconds, &tm));
		printf("%lld\t%s\t%.*s\n", (long long)p->version, when, STR_ARG(p->editor ? p->editor_name : STR("(command)")));
	}
	return st;
}

int cmd_policy(int argc, char **argv)
{
	const char *db = NULL, *site_name = NULL, *version = NULL;
	const struct cli_option options[] = {{"db", &db, NULL}, {"site", &site_name, NULL}, {"version", &version, NULL}};
	int words = cli_options(argc, argv, options, COUNT_OF(options), help);
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	const char *what = words ? argv[1] : "";
	bool setting = strcmp(what, "set") == 0;
	if (words != 1 + setting || (!setting && strcmp(what, "show") != 0 && strcmp(what, "log") != 0))
		return cli_usage("policy", "say: show, set FILE, or log");
	struct service *svc;
	if (!cli_open_service("policy", db, false, &svc))
		return EXIT_USAGE;
	struct frg_error err;
	struct arena *a = arena_open(64 << 20);
	const struct store_site *site = cli_site("policy", svc, site_name);
	enum frg_status st = FRG_OK;
	if (site && setting)
		st = set(svc, a, site->id, argv[2], &err);
	else if (site)
		st = what[0] == 's' ? show(svc, a, site->id, version, &err) : list(svc, a, site->id, &err);
	int rc = st != FRG_OK ? cli_failed("policy", &err) : site ? EXIT_DONE : EXIT_USAGE;
	arena_close(a);
	service_close(svc);
	return rc;
}
