/* freigabe webhook: programs of others that are told what happens. A running server follows at once. */
#include "cli/cli.h"

#include "service/webhook/webhook.h"

#include <curl/curl.h>
#include <stdio.h>

static const char help[] =
	"usage: freigabe webhook list [--site NAME] [--db URL]\n"
	"       freigabe webhook add ADDRESS [--events 'TYPE …'] [--private] [--site NAME] [--db URL]\n"
	"       freigabe webhook test ID [--private] [--site NAME] [--db URL]\n"
	"       freigabe webhook remove ID [--site NAME] [--db URL]\n"
	"\n"
	"Webhooks (docs/webhooks.md): each event is sent to an address, signed. `add` prints the id and the secret, which\n"
	"is never shown again; `test` sends a message that says nothing and prints what was answered (1: not taken).\n"
	"\n"
	"  --events TYPES  separated by blanks: comment.held comment.decided comment.released comment.withdrawn\n"
	"                  article.closed article.opened (otherwise comment.released and comment.withdrawn)\n"
	"  --private       the address may be private and without TLS; the server needs `webhooks = private` too\n"
	"  --site NAME     which newspaper, if there are several\n"
	"  --db URL        sqlite:PATH or postgres://… (else $FREIGABE_DB, else sqlite:freigabe.db)\n";

enum { TYPES_MAX = 32 };

struct wish {
	struct service *svc;
	struct arena *arena;
	id64 site;
	const char *word, *events;
	bool allow_private;
};

static enum frg_status list(const struct wish *w, struct frg_error *err)
{
	struct webhook_listed *items;
	size_t count = 0;
	enum frg_status st = service_webhooks(w->svc, w->arena, w->site, &items, &count, err);
	for (size_t i = 0; st == FRG_OK && i < count; i++) {
		const struct store_webhook *hook = &items[i].is;
		char id[ID_TEXT_SIZE];
		id_text(hook->id, id);
		printf("%s\t%.*s%s%.*s\t%lld\t%.*s\t%.*s\n", id, STR_ARG(hook->state), hook->off_reason.n ? " " : "",
		       STR_ARG(hook->off_reason), (long long)items[i].waiting, STR_ARG(hook->url), STR_ARG(hook->types));
	}
	return st;
}

static enum frg_status add(const struct wish *w, struct frg_error *err)
{
	struct store_webhook made;
	char secret[WEBHOOK_SECRET_SIZE], id[ID_TEXT_SIZE];
	str types[TYPES_MAX], rest = str_of(w->events ? w->events : "comment.released comment.withdrawn"), one;
	struct webhook_command cmd = {
		.site = w->site, .url = str_of(w->word), .types = types, .active = true, .allow_private = w->allow_private};
	while (cmd.type_count < TYPES_MAX && str_next(&rest, ' ', &one))
		if (one.n)
			types[cmd.type_count++] = one;
	enum frg_status st = service_webhook_add(w->svc, w->arena, &cmd, &made, secret, err);
	id_text(made.id, id);
	if (st == FRG_OK)
		printf("%s\t%s\n", id, secret);
	return st;
}

/* *rc: whether it was taken. */
static enum frg_status test(const struct wish *w, id64 id, int *rc, struct frg_error *err)
{
	struct webhook_result r;
	enum frg_status st = service_webhook_test(w->svc, w->arena, w->site, id, w->allow_private, &r, err);
	if (st != FRG_OK)
		return st;
	printf("%s, status %ld, %lld ms\n", *r.problem ? r.problem : "taken", r.status, (long long)r.took);
	*rc = *r.problem ? EXIT_FINDING : EXIT_DONE;
	return FRG_OK;
}

static int run(const struct wish *w, const char *what)
{
	struct frg_error err;
	id64 id = 0;
	int rc = EXIT_DONE;
	bool named = strcmp(what, "test") == 0 || strcmp(what, "remove") == 0;
	enum frg_status st = FRG_OK;
	if (named && !id_parse(str_of(w->word), &id))
		st = frg_fail(&err, FRG_INVALID, "usage", "'%s' is no id: freigabe webhook list", w->word);
	else if (strcmp(what, "list") == 0)
		st = list(w, &err);
	else if (strcmp(what, "add") == 0)
		st = add(w, &err);
	else if (strcmp(what, "test") == 0)
		st = test(w, id, &rc, &err);
	else
		st = service_webhook_remove(w->svc, w->arena, NULL, w->site, id, &err);
	return st == FRG_OK ? rc : cli_failed("webhook", &err);
}

int cmd_webhook(int argc, char **argv)
{
	const char *db = NULL, *slug = NULL;
	struct wish w = {0};
	const struct cli_option options[] = {
		{"db", &db, NULL}, {"site", &slug, NULL}, {"events", &w.events, NULL}, {"private", NULL, &w.allow_private}};
	int words = cli_options(argc, argv, options, COUNT_OF(options), help);
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	const char *what = words ? argv[1] : "";
	bool lists = strcmp(what, "list") == 0;
	bool known = lists || strcmp(what, "add") == 0 || strcmp(what, "test") == 0 || strcmp(what, "remove") == 0;
	if (!known || words != 2 - lists)
		return cli_usage("webhook", "say: list, add ADDRESS, test ID, or remove ID");
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return cli_usage("webhook", "libcurl cannot start");
	if (!cli_open_service("webhook", db, false, &w.svc))
		return EXIT_USAGE;
	const struct store_site *site = cli_site("webhook", w.svc, slug);
	w.arena = arena_open(64 << 20);
	w.site = site ? site->id : 0;
	w.word = lists ? NULL : argv[2];
	int rc = site ? run(&w, what) : EXIT_USAGE;
	arena_close(w.arena);
	service_close(w.svc);
	curl_global_cleanup();
	return rc;
}
