/* freigabe person: a reader's data, handed over and erased. */
#include "cli/cli.h"

#include "base/buf.h"
#include "render/person.h"
#include "service/person/person.h"
#include "service/service.h"

#include <stdio.h>
#include <stdlib.h>

static const char help[] =
	"usage: freigabe person find WORDS [--site NAME] [--db URL]\n"
	"       freigabe person export (--author ID | --comment ID | --email ADDRESS) [--format json|html]\n"
	"                              [--lang de|en] [--site NAME] [--db URL]\n"
	"       freigabe person erase (--author ID | --comment ID | --email ADDRESS) [--confirm] [--site NAME] [--db URL]\n"
	"       freigabe person scrub [--db URL]\n\n"
	"find: authors by an e-mail address that was left, a name, the id of a comment or an author, and what leads\n"
	"to each. A name proves nothing.\n"
	"export: all that is kept about them, to standard output; JSON as docs/privacy.md describes it. By an\n"
	"address several authors may be found: an array of all, and last the notices that were given with it.\n"
	"Whoever asks by an address must have shown that it is theirs.\n"
	"erase: shows what would go and what must stay; with --confirm it does it. What is held is erased by the\n"
	"server when the hold ends. Exit code 1: something stays for now.\n"
	"scrub: clears the database's files so that nothing of what was erased is left in them. The server does\n"
	"so itself, at once or, from 64 MB on, at night.\n";

struct options {
	const char *db, *site, *author, *comment, *email, *format, *lang;
	bool confirm;
};

/* ---- whom ---- */

static void print_texts(const char *what, const struct store_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		printf("%s%.*s", i ? ", " : what, STR_ARG(texts->items[i]));
}

static int find(struct service *svc, struct arena *a, const struct store_site *site, const char *words)
{
	static const char *const links[] = {"address", "name", "comment", "author"};
	struct person_found *found;
	size_t count;
	struct frg_error err;
	if (service_persons(svc, a, site->id, str_of(words), &found, &count, &err) != FRG_OK)
		return cli_failed("person", &err);
	for (size_t i = 0; i < count; i++) {
		char id[ID_TEXT_SIZE];
		id_text(found[i].person.author, id);
		printf("%s by", id);
		for (size_t k = 0; k < COUNT_OF(links); k++)
			if (found[i].links & 1u << k)
				printf(" %s", links[k]);
		printf(": %lld comments, %lld published", (long long)found[i].person.comments,
		       (long long)found[i].person.released);
		print_texts("; ", &found[i].person.names);
		print_texts("; ", &found[i].person.emails);
		putchar('\n');
	}
	if (count == PERSONS_MAX)
		fprintf(stderr, "freigabe person: more than %d; say more\n", PERSONS_MAX);
	return count ? EXIT_DONE : EXIT_FINDING;
}

/* The scopes that the options name. */
static int read_scopes(struct service *svc, struct arena *a, const struct store_site *site, const struct options *o,
                       struct person_scope **out, size_t *count)
{
	struct person_found *found;
	size_t found_count;
	struct frg_error err;
	enum frg_lang lang = o->lang ? i18n_lang(str_of(o->lang)) : site->lang;
	struct person_scope one = {.site = site->id, .lang = lang};
	*count = 0;
	if ((o->author != NULL) + (o->comment != NULL) + (o->email != NULL) != 1)
		return cli_usage("person", "say one of --author, --comment, --email");
	if (o->email) {
		if (service_persons(svc, a, site->id, str_of(o->email), &found, &found_count, &err) != FRG_OK)
			return cli_failed("person", &err);
		*out = ARENA_ARRAY(a, struct person_scope, found_count + 1);
		for (size_t i = 0; i < found_count; i++)
			if (found[i].links & PERSON_BY_EMAIL)
				(*out)[(*count)++] = (struct person_scope){
					.site = site->id, .author = found[i].person.author, .lang = lang};
		return EXIT_DONE; /* none: they may have reported something */
	}
	if (!id_parse(str_of(o->author ? o->author : o->comment), o->author ? &one.author : &one.comment))
		return cli_usage("person", "%s is no id", o->author ? o->author : o->comment);
	*out = ARENA_NEW(a, struct person_scope);
	**out = one;
	*count = 1;
	return EXIT_DONE;
}

/* ---- handing over ---- */

static int print_page(const struct store_site *site, const json_t *data, enum frg_lang lang)
{
	struct view_assets none = {0};
	struct view_site view = {.slug = site->slug, .name = site->name, .base_url = site->base_url, .lang = site->lang};
	struct view_person_page page = {.site = &view, .lang = lang, .data = data};
	struct buf b = BUF_INIT((size_t)1 << 31);
	render_person_page(&b, &none, &page);
	bool good = !b.cut && fwrite(b.p, 1, b.n, stdout) == b.n;
	buf_free(&b);
	return good ? EXIT_DONE : EXIT_USAGE;
}

static int export_all(struct service *svc, const struct store_site *site, const struct options *o,
                      const struct person_scope *scopes, size_t count)
{
	struct frg_error err;
	bool html = o->format && strcmp(o->format, "html") == 0;
	if (o->format && !html && strcmp(o->format, "json") != 0)
		return cli_usage("person", "--format is json or html");
	if (html && count != 1)
		return cli_usage("person", "%zu authors left this address: name one by --author, or take JSON", count);
	json_t *all = json_array();
	int rc = EXIT_DONE;
	for (size_t i = 0; rc == EXIT_DONE && i < count; i++) {
		json_t *one;
		if (service_person_export(svc, &scopes[i], &one, &err) != FRG_OK)
			rc = cli_failed("person", &err);
		else
			json_array_append_new(all, one);
	}
	if (rc == EXIT_DONE && o->email && !html) {
		json_t *given;
		if (service_notices_given(svc, site->id, str_of(o->email), &given, &err) != FRG_OK)
			rc = cli_failed("person", &err);
		else if (json_array_size(given) == 0 && count == 0)
			rc = cli_usage("person", "nobody left the address %s", o->email);
		else if (json_array_size(given))
			json_array_append_new(all, json_pack("{s:s, s:o}", "format", "freigabe notices 1", "notices_given", given));
		else
			json_decref(given);
	}
	const json_t *out = o->email ? all : json_array_get(all, 0);
	if (rc == EXIT_DONE && html)
		rc = print_page(site, json_array_get(all, 0), scopes[0].lang);
	else if (rc == EXIT_DONE && (json_dumpf(out, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(4)) != 0 || puts("") < 0))
		rc = EXIT_USAGE;
	json_decref(all);
	return rc;
}

/* ---- erasing ---- */

static void print_holds(const struct person_hold *holds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char id[ID_TEXT_SIZE] = "the author", since[CLOCK_ISO_SIZE], until[CLOCK_ISO_SIZE];
		if (holds[i].comment)
			id_text(holds[i].comment, id);
		clock_iso(holds[i].since, since);
		clock_iso(holds[i].until, until);
		printf("  stays: %s, because of %.*s since %s, %s%s\n", id, STR_ARG(holds[i].kind), since,
		       holds[i].until ? "until " : "until that has ended", holds[i].until ? until : "");
	}
}

static int erase_one(struct service *svc, struct arena *a, const struct person_scope *scope, bool confirm)
{
	struct person_preview p;
	struct erase_result r;
	struct frg_error err;
	struct erase_command cmd = {.scope = *scope};
	if (!confirm) {
		if (service_erase_preview(svc, a, scope, &p, &err) != FRG_OK)
			return cli_failed("person", &err);
		printf(
			"would be erased: %lld comments (%lld published, %lld waiting), %lld letters, %lld mails; add --confirm\n",
			(long long)p.comments, (long long)p.published, (long long)p.waiting, (long long)p.letters,
			(long long)p.mails);
		print_holds(p.holds, p.hold_count);
		return p.hold_count ? EXIT_FINDING : EXIT_DONE;
	}
	if (service_erase(svc, a, &cmd, &r, &err) != FRG_OK)
		return cli_failed("person", &err);
	printf("erased: %lld comments\n", (long long)r.erased);
	print_holds(r.holds, r.hold_count);
	return r.done ? EXIT_DONE : EXIT_FINDING;
}

static int scrub(struct service *svc, struct arena *a, enum scrub_when when)
{
	struct frg_error err;
	bool done;
	enum frg_status st = service_scrub(svc, a, when, &done, &err);
	if (st == FRG_UNAVAILABLE && when != SCRUB_NOW) /* the server, which is there, will do it */
		return EXIT_DONE;
	return st == FRG_OK ? EXIT_DONE : cli_failed("person", &err);
}

/* What was reported with an address. `found`: something else was left with it. */
static int erase_given(struct service *svc, const struct store_site *site, const struct options *o, bool found)
{
	int64_t erased = 0, open = 0;
	struct frg_error err;
	json_t *given;
	if (service_notices_given(svc, site->id, str_of(o->email), &given, &err) != FRG_OK)
		return cli_failed("person", &err);
	size_t count = json_array_size(given);
	json_decref(given);
	if (count == 0)
		return found ? EXIT_DONE : cli_usage("person", "nobody left the address %s", o->email);
	if (!o->confirm) {
		printf("notices given with this address: %zu; add --confirm\n", count);
		return EXIT_DONE;
	}
	if (service_notices_given_erase(svc, site->id, str_of(o->email), &erased, &open, &err) != FRG_OK)
		return cli_failed("person", &err);
	printf("erased: %lld notices\n", (long long)erased);
	if (open)
		printf("  stay: %lld notices, until they are decided; ask again then\n", (long long)open);
	return open ? EXIT_FINDING : EXIT_DONE;
}

static int erase_all(struct service *svc, struct arena *a, const struct store_site *site, const struct options *o,
                     const struct person_scope *scopes, size_t count)
{
	int worst = o->email ? erase_given(svc, site, o, count > 0) : EXIT_DONE;
	if (worst == EXIT_USAGE)
		return worst;
	for (size_t i = 0; i < count; i++) {
		int rc = erase_one(svc, a, &scopes[i], o->confirm);
		worst = rc > worst ? rc : worst;
	}
	return worst == EXIT_USAGE || !o->confirm || scrub(svc, a, SCRUB_SOON) == EXIT_DONE ? worst : EXIT_USAGE;
}

static int run(struct service *svc, struct arena *a, const struct options *o, int words, char **argv)
{
	struct person_scope *scopes = NULL;
	size_t count;
	if (strcmp(argv[1], "scrub") == 0 && words == 1)
		return scrub(svc, a, SCRUB_NOW);
	const struct store_site *site = cli_site("person", svc, o->site);
	if (!site)
		return EXIT_USAGE;
	if (strcmp(argv[1], "find") == 0 && words == 2)
		return find(svc, a, site, argv[2]);
	bool exports = strcmp(argv[1], "export") == 0;
	if (words != 1 || (!exports && strcmp(argv[1], "erase") != 0))
		return cli_usage("person", "say: find WORDS, export, erase or scrub");
	int rc = read_scopes(svc, a, site, o, &scopes, &count);
	if (rc != EXIT_DONE)
		return rc;
	return exports ? export_all(svc, site, o, scopes, count) : erase_all(svc, a, site, o, scopes, count);
}

int cmd_person(int argc, char **argv)
{
	struct options o = {0};
	const struct cli_option options[] = {{"db", &o.db, NULL},         {"site", &o.site, NULL},
	                                     {"author", &o.author, NULL}, {"comment", &o.comment, NULL},
	                                     {"email", &o.email, NULL},   {"format", &o.format, NULL},
	                                     {"lang", &o.lang, NULL},     {"confirm", NULL, &o.confirm}};
	int words = cli_options(argc, argv, options, COUNT_OF(options), help);
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	if (words < 1)
		return cli_usage("person", "say: find WORDS, export, erase or scrub");
	struct service *svc;
	if (!cli_open_service("person", o.db, false, &svc))
		return EXIT_USAGE;
	struct arena *a = arena_open((size_t)256 << 20);
	int rc = run(svc, a, &o, words, argv);
	arena_close(a);
	service_close(svc);
	return rc;
}
