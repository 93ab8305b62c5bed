/* freigabe check: the review engine on the command line, text or JSON lines in, JSON lines out. */
#include "cli/cli.h"

#include "base/buf.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char help[] =
	"usage: freigabe check [--lang de|en|auto] [--article FILE] [--policy FILE] [--jsonl] [FILE|-]\n"
	"\n"
	"Reads a comment from FILE (or standard input) and prints one JSON object: the score of each\n"
	"house rule, the passages that led to it with a reason, and a suggestion to the editor.\n"
	"\n"
	"  --lang LANG      the comment's language; auto (the default) detects it\n"
	"  --article FILE   the article it stands under: JSON {\"title\",\"lead\",\"body\"}, or plain text or\n"
	"                   Markdown (first line the title, second paragraph the lead, the rest the body)\n"
	"  --policy FILE    a newsroom's own thresholds, words, exceptions and patterns (docs/tune.md)\n"
	"  --jsonl          one JSON object a line: {\"id\",\"text\",\"article\":{\"title\",\"lead\",\"body\"},\n"
	"                   \"parent\",\"lang\"}; all but \"text\" may be missing. A line that cannot be checked\n"
	"                   is answered by {\"id\",\"error\":{\"code\",\"message\",\"pos\"}}, and the next one follows\n"
	"\n"
	"begin and end are byte positions in the comment's UTF-8, end exclusive. off_topic is null without\n"
	"an article. Exit codes: 0 done, 2 wrong usage or input (with --jsonl: in at least one line).\n";

enum { FILE_MAX = 4 << 20, LINE_MAX_BYTES = 8 << 20, ARTICLES = 16 };

/* An article that was seen, to be analysed once although it comes with every line. */
struct known_article {
	json_t *json;
	struct frg_article *article;
};

struct check {
	struct frg_engine *engine;
	struct frg_workspace *ws;
	enum frg_lang lang;
	struct frg_article *article; /* of --article */
	struct frg_policy *policy;   /* of --policy, or NULL */
	char id[160];                /* of engine and policy */
	struct known_article known[ARTICLES];
	size_t next;
};

/* ---- output ---- */

static json_t *real(double v) { return json_real(round(v * 1e4) / 1e4); }

static json_t *string(str s)
{
	json_t *j = json_stringn(s.p ? s.p : "", s.n);
	if (!j)
		BUG("a string that is not UTF-8, or no memory");
	return j;
}

static void print_json(json_t *object)
{
	if (json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(5)) != 0)
		BUG("JSON that cannot be printed");
	putchar('\n');
	json_decref(object);
}

static json_t *evidence_json(const struct frg_review *r, str text)
{
	json_t *list = json_array();
	for (size_t i = 0; i < r->evidence_count; i++) {
		const struct frg_evidence *e = &r->evidence[i];
		json_array_append_new(list, json_pack("{s:s,s:s,s:I,s:I,s:o,s:o,s:o}", "rule", frg_rule_id(e->rule), "kind",
		                                      e->kind, "begin", (json_int_t)e->begin, "end", (json_int_t)e->end,
		                                      "quote", string(str_sub(text, e->begin, e->end)), "score", real(e->score),
		                                      "reason", string(e->reason)));
	}
	return list;
}

/* Takes `id` over. */
static void print_review(const struct check *c, json_t *id, str text, const struct frg_review *r)
{
	json_t *scores = json_object();
	for (int k = 0; k < FRG_RULE_COUNT; k++) {
		bool unknown = k == FRG_OFF_TOPIC && !r->off_topic_known;
		json_object_set_new(scores, frg_rule_id((enum frg_rule)k), unknown ? json_null() : real(r->score[k]));
	}
	print_json(json_pack("{s:o,s:s,s:o,s:o,s:s,s:s}", "id", id, "lang", frg_lang_id(r->lang), "scores", scores,
	                     "evidence", evidence_json(r, text), "suggestion", frg_suggestion_id(r->suggestion), "engine",
	                     c->id));
}

/* Takes `id` over. */
static void print_error(json_t *id, const struct frg_error *err)
{
	print_json(json_pack("{s:o,s:{s:s,s:s,s:I}}", "id", id, "error", "code", err->code ? err->code : "generic",
	                     "message", err->msg, "pos", (json_int_t)err->pos));
}

/* ---- articles ---- */

static str member(const json_t *object, const char *name)
{
	const json_t *j = json_object_get(object, name);
	return json_is_string(j) ? (str){json_string_value(j), json_string_length(j)} : STR_NONE;
}

/* Cuts the first paragraph (or line) off. */
static str take_until(str *rest, str sep)
{
	size_t at = str_find(*rest, sep, 0);
	str part = at == SIZE_MAX ? *rest : str_sub(*rest, 0, at);
	*rest = at == SIZE_MAX ? STR_NONE : str_trim(str_sub(*rest, at, rest->n));
	return str_trim(part);
}

static enum frg_status open_plain(struct check *c, str text, struct frg_article **out, struct frg_error *err)
{
	str rest = str_trim(text);
	if (str_starts(rest, STR("\xEF\xBB\xBF")))
		rest = str_sub(rest, 3, rest.n);
	str title = take_until(&rest, STR("\n"));
	while (title.n && title.p[0] == '#')
		title = str_trim(str_sub(title, 1, title.n));
	str lead = take_until(&rest, STR("\n\n"));
	return frg_article_open(c->engine, title, lead, rest, out, err);
}

static enum frg_status open_json(struct check *c, const json_t *j, struct frg_article **out, struct frg_error *err)
{
	return frg_article_open(c->engine, member(j, "title"), member(j, "lead"), member(j, "body"), out, err);
}

/* The file of --article. Prints what went wrong. */
static bool load_article(struct check *c, const char *path)
{
	str text;
	struct frg_error err;
	if (!cli_read_file(path, FILE_MAX, &text))
		return false;
	json_t *j = str_starts(str_trim(text), STR("{")) ? json_loadb(text.p, text.n, JSON_ALLOW_NUL, NULL) : NULL;
	enum frg_status status = json_is_object(j) ? open_json(c, j, &c->article, &err)
	                                           : open_plain(c, text, &c->article, &err);
	json_decref(j);
	free((char *)text.p);
	if (status != FRG_OK)
		fprintf(stderr, "freigabe check: %s: %s\n", path, err.msg);
	return status == FRG_OK;
}

/* The file of --policy. Prints what went wrong, as FILE:LINE. */
static bool load_policy(struct check *c, const char *path)
{
	str text;
	struct frg_error err;
	snprintf(c->id, sizeof c->id, "%s", frg_engine_id(c->engine));
	if (!path)
		return true;
	if (!cli_read_file(path, FILE_MAX, &text))
		return false;
	enum frg_status status = frg_policy_open(c->engine, text, &c->policy, &err);
	free((char *)text.p);
	if (status != FRG_OK) {
		fprintf(stderr, "freigabe check: %s:%zu: %s\n", path, err.pos, err.msg);
		return false;
	}
	snprintf(c->id, sizeof c->id, "%s %s", frg_engine_id(c->engine), frg_policy_id(c->policy));
	return true;
}

/* The line's own article, or (if it has none, or an empty one) that of --article, or none. */
static enum frg_status article_of(struct check *c, json_t *line, const struct frg_article **out, struct frg_error *err)
{
	json_t *j = json_object_get(line, "article");
	*out = c->article;
	if (!json_is_object(j) || !(member(j, "title").n || member(j, "lead").n || member(j, "body").n))
		return FRG_OK;
	for (size_t i = 0; i < ARTICLES; i++) {
		if (c->known[i].json && json_equal(c->known[i].json, j)) {
			*out = c->known[i].article;
			return FRG_OK;
		}
	}
	struct frg_article *opened;
	enum frg_status status = open_json(c, j, &opened, err);
	if (status != FRG_OK)
		return status;
	struct known_article *k = &c->known[c->next++ % ARTICLES];
	json_decref(k->json);
	frg_article_close(k->article);
	*k = (struct known_article){json_incref(j), opened};
	*out = opened;
	return FRG_OK;
}

/* ---- checks ---- */

static bool lang_from(str s, enum frg_lang *out)
{
	for (int l = FRG_LANG_AUTO; l <= FRG_LANG_EN; l++) {
		if (str_eq(s, str_of(frg_lang_id((enum frg_lang)l)))) {
			*out = (enum frg_lang)l;
			return true;
		}
	}
	return false;
}

static enum frg_status check_object(struct check *c, json_t *line, json_t *id, struct frg_error *err)
{
	struct frg_input in = {
		.text = member(line, "text"), .parent = member(line, "parent"), .lang = c->lang, .policy = c->policy};
	struct frg_review review;
	if (!json_is_object(line) || !json_is_string(json_object_get(line, "text")))
		return frg_fail(err, FRG_INVALID, "text_missing", "an object with a string \"text\" is expected");
	if (json_object_get(line, "lang") && !lang_from(member(line, "lang"), &in.lang))
		return frg_fail(err, FRG_INVALID, "lang_invalid", "\"lang\" is de, en or auto");
	enum frg_status status = article_of(c, line, &in.article, err);
	if (status == FRG_OK)
		status = frg_check(c->engine, c->ws, &in, &review, err);
	if (status == FRG_OK)
		print_review(c, json_incref(id), in.text, &review);
	return status;
}

static bool check_line(struct check *c, str text)
{
	json_error_t wrong;
	struct frg_error err = {0};
	json_t *line = json_loadb(text.p, text.n, JSON_ALLOW_NUL, &wrong), *id = json_object_get(line, "id");
	id = id ? json_incref(id) : json_null();
	enum frg_status status;
	if (line) {
		status = check_object(c, line, id, &err);
	} else {
		status = frg_fail(&err, FRG_INVALID, "json_invalid", "%s", wrong.text);
		err.pos = wrong.position > 0 ? (size_t)wrong.position : 0;
	}
	if (status != FRG_OK)
		print_error(json_incref(id), &err);
	json_decref(id);
	json_decref(line);
	return status == FRG_OK;
}

/* Reads up to the next newline; b->cut if that is too far. False at the end. */
static bool read_line(FILE *f, struct buf *b)
{
	int ch;
	b->n = 0;
	b->cut = false;
	while ((ch = getc(f)) != EOF && ch != '\n')
		if (!b->cut)
			buf_byte(b, (char)ch);
	return ch != EOF || b->n || b->cut;
}

static int check_lines(struct check *c, const char *path)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	struct buf b = BUF_INIT(LINE_MAX_BYTES);
	bool all = true;
	if (!f) {
		fprintf(stderr, "freigabe check: cannot read %s: %m\n", path);
		return EXIT_USAGE;
	}
	while (read_line(f, &b)) {
		if (b.cut) {
			struct frg_error err;
			frg_fail(&err, FRG_TOO_LARGE, "line_too_long", "a line has at most %d bytes", LINE_MAX_BYTES);
			print_error(json_null(), &err);
			all = false;
		} else if (str_trim(buf_str(&b)).n) {
			all = check_line(c, buf_str(&b)) && all;
		}
	}
	bool failed = ferror(f) || fflush(stdout) != 0;
	if (failed)
		fprintf(stderr, "freigabe check: %s: %m\n", path);
	buf_free(&b);
	if (f != stdin)
		fclose(f);
	return all && !failed ? EXIT_DONE : EXIT_USAGE;
}

static int check_file(struct check *c, const char *path)
{
	struct frg_input in = {.lang = c->lang, .article = c->article, .policy = c->policy};
	struct frg_review review;
	struct frg_error err;
	if (!cli_read_file(path, FILE_MAX, &in.text))
		return EXIT_USAGE;
	enum frg_status status = frg_check(c->engine, c->ws, &in, &review, &err);
	if (status == FRG_OK)
		print_review(c, json_string(path), in.text, &review);
	else
		fprintf(stderr, "freigabe check: %s: %s\n", path, err.msg);
	free((char *)in.text.p);
	return status == FRG_OK && fflush(stdout) == 0 ? EXIT_DONE : EXIT_USAGE;
}

static void close_check(struct check *c)
{
	for (size_t i = 0; i < ARTICLES; i++) {
		json_decref(c->known[i].json);
		frg_article_close(c->known[i].article);
	}
	frg_article_close(c->article);
	frg_policy_close(c->policy);
	frg_workspace_close(c->ws);
	frg_engine_close(c->engine);
}

static int run(enum frg_lang lang, const char *article, const char *policy, bool lines, const char *path)
{
	struct check c = {.lang = lang};
	struct frg_error err;
	int code = EXIT_USAGE;
	if (frg_engine_open(NULL, &c.engine, &err) != FRG_OK || frg_workspace_open(c.engine, &c.ws, &err) != FRG_OK)
		fprintf(stderr, "freigabe check: %s\n", err.msg);
	else if (load_policy(&c, policy) && (!article || load_article(&c, article)))
		code = lines ? check_lines(&c, path) : check_file(&c, path);
	close_check(&c);
	return code;
}

int cmd_check(int argc, char **argv)
{
	const char *lang_name = "auto", *article = NULL, *policy = NULL;
	bool lines = false;
	enum frg_lang lang;
	const struct cli_option options[] = {{.name = "lang", .value = &lang_name},
	                                     {.name = "article", .value = &article},
	                                     {.name = "policy", .value = &policy},
	                                     {.name = "jsonl", .flag = &lines}};
	int words = cli_options(argc, argv, options, COUNT_OF(options), help);
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	if (words > 1)
		return cli_usage("check", "one file at most");
	if (!lang_from(str_of(lang_name), &lang))
		return cli_usage("check", "--lang takes de, en or auto");
	setvbuf(stdout, NULL, _IOLBF, 1 << 16); /* a program that talks to us line by line must not wait */
	return run(lang, article, policy, lines, words ? argv[1] : "-");
}
