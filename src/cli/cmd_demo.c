/* freigabe demo: a database with a small newspaper, its comments and their decisions, made through
 * the same service as everything else. Only the clock is moved, so that it has a past. */
#include "cli/cli.h"

#include "base/json.h"
#include "service/service.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static const char help[] =
	"usage: freigabe demo [--db URL] [--address URL] [--login NAME] [--password TEXT] DIR\n\n"
	"Makes a new database with the demo newspaper in DIR (data/demo): site, notices, articles with\n"
	"pictures, an editor, comments released, held, returned and rejected.\n";

enum { COMMENTS_MAX = 1000, MINUTE = 60000 };

struct demo_comment {
	str id, parent, article, name, text, state, word;
	unsigned rules;
	msec submitted, decided; /* before now */
	struct submit_result result;
	bool done;
	struct notice_command notice; /* of a released one; kind empty: nobody has reported it */
};

struct demo {
	struct service *svc;
	const struct store_site *site;
	struct staff editor;
	struct arena *arena;
	struct demo_comment comments[COMMENTS_MAX];
	size_t count;
};

/* ---- reading ---- */

static bool read_rules(json_t *list, unsigned *out)
{
	size_t i;
	json_t *v;
	*out = 0;
	json_array_foreach(list, i, v)
	{
		enum frg_rule rule;
		if (!frg_rule_from_id(str_of(json_string_value(v)), &rule))
			return false;
		*out |= 1u << rule;
	}
	return true;
}

static bool read_comment(struct demo *d, str line)
{
	json_t *o = json_loadb(line.p, line.n, 0, NULL);
	bool good = json_is_object(o) && d->count < COMMENTS_MAX;
	if (good) {
		struct demo_comment *c = &d->comments[d->count++];
		*c = (struct demo_comment){.id = json_str(d->arena, json_object_get(o, "id")),
		                           .parent = json_str(d->arena, json_object_get(o, "parent")),
		                           .article = json_str(d->arena, json_object_get(o, "article")),
		                           .name = json_str(d->arena, json_object_get(o, "name")),
		                           .text = json_str(d->arena, json_object_get(o, "text")),
		                           .state = json_str(d->arena, json_object_get(o, "state")),
		                           .word = json_str(d->arena, json_object_get(o, "word")),
		                           .submitted = json_integer_value(json_object_get(o, "minutes_ago")) * MINUTE};
		const json_t *n = json_object_get(o, "notice");
		c->notice = (struct notice_command){.lang = FRG_LANG_DE,
		                                    .kind = json_str(d->arena, json_object_get(n, "kind")),
		                                    .explanation = json_str(d->arena, json_object_get(n, "explanation")),
		                                    .name = json_str(d->arena, json_object_get(n, "name")),
		                                    .email = json_str(d->arena, json_object_get(n, "email")),
		                                    .good_faith = true,
		                                    .form_key = STR("demo-newspaper-notice")};
		good = read_rules(json_object_get(o, "rules"), &c->rules);
	}
	json_decref(o);
	return good;
}

static struct demo_comment *find(struct demo *d, str id)
{
	for (size_t i = 0; i < d->count && id.n; i++)
		if (str_eq(d->comments[i].id, id))
			return &d->comments[i];
	return NULL;
}

/* Decisions take some minutes, but an answer was written after what it answers was released. */
static void plan_decisions(struct demo *d)
{
	for (size_t i = 0; i < d->count; i++)
		d->comments[i].decided = d->comments[i].submitted - (4 + (msec)i * 7 % 19) * MINUTE;
	for (size_t i = 0; i < d->count; i++) {
		struct demo_comment *parent = find(d, d->comments[i].parent);
		msec middle = parent ? (parent->submitted + d->comments[i].submitted) / 2 : 0;
		if (parent && parent->decided < middle)
			parent->decided = middle;
	}
}

/* ---- doing ---- */

static bool said(const struct demo_comment *c, const char *what, const struct frg_error *err)
{
	fprintf(stderr, "freigabe demo: comment %.*s: %s: %s\n", STR_ARG(c->id), what, err->msg);
	return false;
}

static bool submit(struct demo *d, struct demo_comment *c)
{
	struct frg_error err;
	struct demo_comment *parent = find(d, c->parent);
	str reader = STR("");
	for (size_t i = 0; i < d->count; i++) /* the same name is the same reader */
		if (d->comments[i].result.comment && str_eq(d->comments[i].name, c->name))
			reader = d->comments[i].result.reader;
	struct submit_command cmd = {.site = d->site,
	                             .article = c->article,
	                             .reader = reader,
	                             .name = c->name,
	                             .text = c->text,
	                             .parent = parent ? parent->result.comment : 0};
	clock_shift(-c->submitted);
	return service_submit(d->svc, d->arena, &cmd, &c->result, &err) == FRG_OK || said(c, "not submitted", &err);
}

static bool decide(struct demo *d, struct demo_comment *c)
{
	static const str states[] = {STR_INIT("released"), STR_INIT("rejected"), STR_INIT("returned")};
	struct frg_error err;
	struct decide_result result;
	struct decide_command cmd = {
		.who = &d->editor, .revision = c->result.revision, .version = 1, .rules = c->rules, .word = c->word};
	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (str_eq(c->state, states[i]))
			cmd.action = (enum decide_action)i;
	clock_shift(-c->decided);
	return service_decide(d->svc, d->arena, &cmd, &result, &err) == FRG_OK || said(c, "not decided", &err);
}

/* In the order in which it happened. */
static bool live_through(struct demo *d)
{
	for (;;) {
		struct demo_comment *next = NULL;
		msec at = -1;
		for (size_t i = 0; i < d->count; i++) {
			struct demo_comment *c = &d->comments[i];
			bool to_decide = c->result.comment && !c->done && !str_eq(c->state, STR("held"));
			msec t = !c->result.comment ? c->submitted : to_decide ? c->decided : -1;
			if (t > at) {
				at = t;
				next = c;
			}
		}
		if (!next)
			break;
		bool decides = next->result.comment != 0;
		if (decides ? !decide(d, next) : !submit(d, next))
			return false;
		next->done = decides;
	}
	clock_shift(0);
	return true;
}

/* Some hours ago, so that it waits in time. */
static bool report(struct demo *d)
{
	struct frg_error err;
	str token;
	clock_shift(-(msec)180 * MINUTE);
	for (size_t i = 0; i < d->count; i++) {
		struct demo_comment *c = &d->comments[i];
		c->notice.comment = c->result.comment;
		c->notice.revision = c->result.revision;
		if (c->notice.kind.n && service_notice_give(d->svc, d->arena, &c->notice, &token, &err) != FRG_OK)
			return said(c, "not reported", &err);
	}
	clock_shift(0);
	return true;
}

static bool load_comments(struct demo *d, const char *dir)
{
	char path[4096];
	str file, rest, line;
	snprintf(path, sizeof path, "%s/comments.jsonl", dir);
	if (!cli_read_file(path, 4 << 20, &file))
		return false;
	rest = file;
	bool good = true;
	for (int n = 1; good && str_next(&rest, '\n', &line); n++) {
		if (str_trim(line).n && !read_comment(d, line)) {
			fprintf(stderr, "freigabe demo: %s:%d: not a comment\n", path, n);
			good = false;
		}
	}
	free((char *)file.p);
	plan_decisions(d);
	return good && live_through(d) && report(d);
}

static bool load_articles(struct demo *d, const char *dir)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/articles", dir);
	DIR *folder = opendir(path);
	struct dirent *entry;
	bool good = folder != NULL, created;
	if (!folder)
		fprintf(stderr, "freigabe demo: cannot read %s: %m\n", path);
	while (good && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/articles/%.200s", dir, entry->d_name);
		good = cli_import_article(d->svc, d->site, path, &created);
	}
	if (folder)
		closedir(folder);
	return good;
}

static const struct lane_view lanes[] = {
	{.name = STR_INIT("Zum ersten Mal hier"), .filter = STR_INIT("{\"author\":\"first\"}")},
	{.name = STR_INIT("Heikel"), .filter = STR_INIT("{\"suggestions\":[\"look\",\"reject\"]}")},
	{.name = STR_INIT("Anregend"), .filter = STR_INIT("{\"scores\":{\"engaging\":[0.6,1]}}")},
};

static bool make_site(struct demo *d, const char *dir, const char *address, const char *login, const char *password)
{
	struct frg_error err;
	struct store_site site = {.slug = STR("elverbote"),
	                          .name = STR("Elverbote"),
	                          .slogan = STR("Erst prüfen, dann drucken."),
	                          .lang = FRG_LANG_DE,
	                          .base_url = str_of(address)};
	enum frg_status st = service_site_save(d->svc, &site, &err);
	for (int i = 0; st == FRG_OK && i < 2; i++) {
		char path[4096];
		str text;
		snprintf(path, sizeof path, "%s/notice.%s.md", dir, i ? "en" : "de");
		if (!cli_read_file(path, 1 << 16, &text))
			return false;
		st = service_site_notice_save(d->svc, site.id, i ? FRG_LANG_EN : FRG_LANG_DE, text, &err);
		free((char *)text.p);
	}
	if (st == FRG_OK)
		st = service_account_save(d->svc,
		                          &(struct staff_account){.site = site.id,
		                                                  .login = str_of(login),
		                                                  .name = STR("Redaktion Elverbote"),
		                                                  .password = str_of(password)},
		                          &err);
	if (st == FRG_OK) /* a second person: an objection is answered by somebody else than decided */
		st = service_account_save(d->svc,
		                          &(struct staff_account){.site = site.id,
		                                                  .login = STR("leitung"),
		                                                  .name = STR("Henrike Thoms"),
		                                                  .password = str_of(password),
		                                                  .role = "lead"},
		                          &err);
	if (st == FRG_OK)
		st = service_staff_by_login(d->svc, d->arena, site.id, str_of(login), &d->editor, &err);
	if (st == FRG_OK)
		st = service_lanes_save(d->svc, d->arena, &d->editor, lanes, COUNT_OF(lanes), &err);
	if (st != FRG_OK)
		cli_failed("demo", &err);
	d->site = service_site(d->svc, STR(""));
	return st == FRG_OK;
}

int cmd_demo(int argc, char **argv)
{
	const char *db = NULL, *address = "http://127.0.0.1:8080", *login = "redaktion", *password = "elverbote-demo";
	const struct cli_option options[] = {
		{"db", &db, NULL}, {"address", &address, NULL}, {"login", &login, NULL}, {"password", &password, NULL}};
	int words = cli_options(argc, argv, options, COUNT_OF(options), help);
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	if (words != 1)
		return cli_usage("demo", "say where the demo content is");
	struct demo *d = calloc(1, sizeof *d);
	if (!d)
		BUG("out of memory");
	int rc = EXIT_USAGE;
	d->arena = arena_open((size_t)256 << 20);
	if (cli_open_service("demo", db, true, &d->svc)) {
		if (service_site(d->svc, STR("")))
			cli_usage("demo", "the database is not empty");
		else if (make_site(d, argv[1], address, login, password) && load_articles(d, argv[1]) &&
		         load_comments(d, argv[1])) {
			printf("%zu comments\n", d->count);
			rc = EXIT_DONE;
		}
		service_close(d->svc);
	}
	arena_close(d->arena);
	free(d);
	return rc;
}
