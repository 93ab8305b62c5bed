/* Runs the test cases in tests/cases (their format: README.md there): run_cases [--report] [--quiet] FILE…
 * Prints TAP, with what failed as remarks. Fails if a case fails, or if one marked as missed is not. */
#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

enum { TEXT_MAX_CASE = 64 << 10, SPANS = 64, IDS = 2048, NAME = 64 };

struct span {
	unsigned rules;
	size_t begin, end;
};

struct one_case {
	char id[NAME];
	enum frg_lang lang;
	unsigned expect, maybe, miss;
	int engaging; /* -1: not tested */
	char parent[NAME];
	char text[TEXT_MAX_CASE];
	size_t n;
	struct span span[SPANS];
	size_t spans;
};

struct earlier {
	char id[NAME];
	char *text;
	size_t n;
};

struct run {
	struct frg_engine *engine;
	struct frg_workspace *ws;
	struct frg_article *article;
	char part[3][TEXT_MAX_CASE];
	size_t part_n[3];
	struct earlier earlier[IDS];
	size_t earlier_count;
	size_t cases, failed, missed;
	size_t hit[FRG_RULE_COUNT], wrong[FRG_RULE_COUNT], lost[FRG_RULE_COUNT];
	bool report, quiet;
};

static _Noreturn void bad(const char *file, size_t line, const char *what)
{
	fprintf(stderr, "%s:%zu: %s\n", file, line, what);
	exit(2);
}

static unsigned rules_of(const char *file, size_t line, str names)
{
	unsigned rules = 0;
	str name;
	enum frg_rule r;
	while (str_next(&names, ',', &name)) {
		if (str_eq(name, STR("none")))
			continue;
		if (!frg_rule_from_id(name, &r))
			bad(file, line, "unknown rule");
		rules |= 1u << r;
	}
	return rules;
}

static void copy_name(char to[NAME], str s)
{
	size_t n = s.n < NAME - 1 ? s.n : NAME - 1;
	memcpy(to, s.p, n);
	to[n] = 0;
}

static void read_head(struct one_case *c, const char *file, size_t line, str head)
{
	str field;
	*c = (struct one_case){.engaging = -1, .lang = FRG_LANG_AUTO};
	while (str_next(&head, ' ', &field)) {
		size_t eq = str_find(field, STR("="), 0);
		if (eq == SIZE_MAX)
			continue;
		str key = str_sub(field, 0, eq), value = str_sub(field, eq + 1, field.n);
		if (str_eq(key, STR("id")))
			copy_name(c->id, value);
		else if (str_eq(key, STR("lang")))
			c->lang = str_eq(value, STR("en")) ? FRG_LANG_EN : FRG_LANG_DE;
		else if (str_eq(key, STR("expect")))
			c->expect = rules_of(file, line, value);
		else if (str_eq(key, STR("maybe")))
			c->maybe = rules_of(file, line, value);
		else if (str_eq(key, STR("miss")))
			c->miss = rules_of(file, line, value);
		else if (str_eq(key, STR("engaging")))
			c->engaging = str_eq(value, STR("yes"));
		else if (str_eq(key, STR("parent")))
			copy_name(c->parent, value);
		else
			bad(file, line, "unknown field");
	}
	if (!c->id[0])
		bad(file, line, "a case needs an id");
}

/* Adds a line of text, taking {{rules|passage}} apart; a passage may go over several lines. */
static void add_text(struct one_case *c, const char *file, size_t line, str s)
{
	static size_t open; /* index + 1 of the span that is open */
	if (c->n == 0)
		open = 0;
	else if (c->n < sizeof c->text)
		c->text[c->n++] = '\n';
	for (size_t i = 0; i < s.n;) {
		if (str_starts(str_sub(s, i, s.n), STR("{{"))) {
			size_t bar = str_find(s, STR("|"), i);
			if (bar == SIZE_MAX || open || c->spans == SPANS)
				bad(file, line, "bad mark");
			c->span[c->spans++] = (struct span){rules_of(file, line, str_sub(s, i + 2, bar)), c->n, 0};
			open = c->spans;
			i = bar + 1;
		} else if (open && str_starts(str_sub(s, i, s.n), STR("}}"))) {
			c->span[open - 1].end = c->n;
			open = 0;
			i += 2;
		} else {
			if (c->n == sizeof c->text)
				bad(file, line, "text too long");
			c->text[c->n++] = s.p[i++];
		}
	}
}

static bool proven(const struct frg_review *r, enum frg_rule rule, const struct span *s)
{
	for (size_t i = 0; i < r->evidence_count; i++)
		if (r->evidence[i].rule == rule && r->evidence[i].begin < s->end && s->begin < r->evidence[i].end)
			return true;
	return false;
}

/* Is the rule judged as the case demands? */
static bool rule_holds(const struct one_case *c, const struct frg_review *r, enum frg_rule rule)
{
	unsigned bit = 1u << rule;
	bool scored = r->score[rule] >= 0.5f;
	if (rule == FRG_ENGAGING)
		return c->engaging < 0 || scored == (c->engaging == 1);
	if (!(c->expect & bit))
		return (c->maybe & bit) || !scored;
	if (!scored)
		return false;
	bool marked = false;
	for (size_t i = 0; i < c->spans; i++) {
		if (!(c->span[i].rules & bit))
			continue;
		if (proven(r, rule, &c->span[i]))
			return true;
		marked = true;
	}
	return !marked;
}

static void count(struct run *run, const struct one_case *c, const struct frg_review *r)
{
	for (int k = 0; k < FRG_RULE_COUNT; k++) {
		bool want = k == FRG_ENGAGING ? c->engaging == 1 : (c->expect >> k) & 1;
		bool open = k == FRG_ENGAGING ? c->engaging < 0 : (c->maybe >> k) & 1;
		bool got = r->score[k] >= 0.5f;
		if (open && !want)
			continue;
		run->hit[k] += want && got;
		run->lost[k] += want && !got;
		run->wrong[k] += !want && got;
	}
}

static void explain(const struct one_case *c, const struct frg_review *r, enum frg_rule rule, const char *what)
{
	printf("# %s: %s %s (score %.2f)\n", c->id, frg_rule_id(rule), what, (double)r->score[rule]);
	for (size_t i = 0; i < r->evidence_count; i++)
		if (r->evidence[i].rule == rule)
			printf("#     found   »%.*s« %.2f\n", (int)(r->evidence[i].end - r->evidence[i].begin),
			       c->text + r->evidence[i].begin, (double)r->evidence[i].score);
	for (size_t i = 0; i < c->spans; i++)
		if (c->span[i].rules >> rule & 1)
			printf("#     marked  »%.*s«\n", (int)(c->span[i].end - c->span[i].begin), c->text + c->span[i].begin);
}

static str parent_text(const struct run *run, const char *id)
{
	for (size_t i = 0; id[0] && i < run->earlier_count; i++)
		if (strcmp(run->earlier[i].id, id) == 0)
			return (str){run->earlier[i].text, run->earlier[i].n};
	return STR_NONE;
}

static void remember(struct run *run, const struct one_case *c)
{
	if (run->earlier_count == IDS)
		return;
	struct earlier *e = &run->earlier[run->earlier_count++];
	memcpy(e->id, c->id, NAME);
	e->text = malloc(c->n + 1);
	if (!e->text)
		exit(2);
	memcpy(e->text, c->text, c->n);
	e->n = c->n;
}

static void print_text(const char *file, const struct one_case *c)
{
	str rest = {c->text, c->n}, line;
	printf("#     %s\n", file);
	while (str_next(&rest, '\n', &line))
		printf("#     %.*s\n", STR_ARG(line));
}

static void check_case(struct run *run, struct one_case *c, const char *file, size_t line)
{
	struct frg_review r;
	struct frg_error err;
	bool failed = false;
	while (c->n && (c->text[c->n - 1] == '\n' || c->text[c->n - 1] == ' '))
		c->n--;
	struct frg_input in = {
		.text = {c->text, c->n}, .article = run->article, .lang = c->lang, .parent = parent_text(run, c->parent)};
	if (frg_check(run->engine, run->ws, &in, &r, &err) != FRG_OK)
		bad(file, line, err.msg);
	for (int k = 0; k < FRG_RULE_COUNT; k++) {
		bool holds = rule_holds(c, &r, (enum frg_rule)k), miss = c->miss >> k & 1;
		run->missed += miss;
		if (holds != miss)
			continue;
		failed = true;
		if (!run->quiet)
			explain(c, &r, (enum frg_rule)k, miss ? "is right, though marked as missed" : "is wrong");
	}
	if (failed && !run->quiet)
		print_text(file, c);
	printf("%s %zu - %s\n", failed ? "not ok" : "ok", run->cases + 1, c->id);
	count(run, c, &r);
	run->cases++;
	run->failed += failed;
	remember(run, c);
}

static void open_article(struct run *run, const char *file, size_t line)
{
	struct frg_error err;
	str p[3];
	for (int i = 0; i < 3; i++)
		p[i] = (str){run->part[i], run->part_n[i]};
	frg_article_close(run->article);
	run->article = NULL;
	if (frg_article_open(run->engine, p[0], p[1], p[2], &run->article, &err) != FRG_OK)
		bad(file, line, err.msg);
}

static void article_line(struct run *run, int *part, const char *file, size_t line, str s)
{
	static const char *const names[] = {"title: ", "lead: ", "body: "};
	for (int i = 0; i < 3; i++) {
		if (str_starts(s, str_of(names[i]))) {
			*part = i;
			s = str_sub(s, strlen(names[i]), s.n);
			memcpy(run->part[i], s.p, s.n);
			run->part_n[i] = s.n;
			return;
		}
	}
	if (*part < 0 || !str_starts(s, STR("  ")))
		bad(file, line, "title:, lead:, body: or two blanks expected");
	size_t n = run->part_n[*part];
	run->part[*part][n++] = '\n';
	memcpy(run->part[*part] + n, s.p + 2, s.n - 2);
	run->part_n[*part] = n + s.n - 2;
}

static void run_file(struct run *run, const char *file, str text)
{
	static struct one_case c;
	bool in_case = false, in_article = false;
	int part = -1;
	size_t number = 0;
	str line;
	while (str_next(&text, '\n', &line)) {
		number++;
		bool head = str_starts(line, STR("@"));
		if (in_article && (line.n == 0 || head)) {
			open_article(run, file, number);
			in_article = false;
		}
		if (in_case && head) {
			check_case(run, &c, file, number);
			in_case = false;
		}
		if (str_starts(line, STR("@article "))) {
			memset(run->part_n, 0, sizeof run->part_n);
			part = -1;
			in_article = true;
		} else if (str_starts(line, STR("@comment "))) {
			read_head(&c, file, number, line);
			in_case = true;
		} else if (in_case) {
			add_text(&c, file, number, line);
		} else if (in_article) {
			article_line(run, &part, file, number, line);
		} else if (line.n && line.p[0] != '#') {
			bad(file, number, "neither article nor comment");
		}
	}
	if (in_case)
		check_case(run, &c, file, number);
}

static str read_file(const char *path)
{
	enum { MOST = 4 << 20 };
	FILE *f = fopen(path, "rb");
	char *p = malloc(MOST);
	if (!f || !p) {
		fprintf(stderr, "cannot read %s\n", path);
		exit(2);
	}
	size_t n = fread(p, 1, MOST, f);
	fclose(f);
	return (str){p, n};
}

static void print_report(const struct run *run)
{
	printf("# %-12s %9s %9s %6s %6s %6s\n", "rule", "precision", "recall", "right", "wrong", "lost");
	for (int k = 0; k < FRG_RULE_COUNT; k++) {
		double found = (double)(run->hit[k] + run->wrong[k]), real = (double)(run->hit[k] + run->lost[k]);
		printf("# %-12s %9.2f %9.2f %6zu %6zu %6zu\n", frg_rule_id((enum frg_rule)k),
		       found > 0 ? (double)run->hit[k] / found : 1.0, real > 0 ? (double)run->hit[k] / real : 1.0, run->hit[k],
		       run->wrong[k], run->lost[k]);
	}
}

int main(int argc, char **argv)
{
	static struct run run;
	struct frg_error err;
	if (frg_engine_open(NULL, &run.engine, &err) != FRG_OK || frg_workspace_open(run.engine, &run.ws, &err) != FRG_OK) {
		fprintf(stderr, "%s\n", err.msg);
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		run.report = run.report || strcmp(argv[i], "--report") == 0;
		run.quiet = run.quiet || strcmp(argv[i], "--quiet") == 0;
	}
	for (int i = 1; i < argc; i++) {
		if (str_starts(str_of(argv[i]), STR("--")))
			continue;
		str text = read_file(argv[i]);
		run_file(&run, argv[i], text);
		free((char *)text.p);
	}
	if (run.report)
		print_report(&run);
	printf("1..%zu\n# %zu cases, %zu failed, %zu judgements known to be missed\n", run.cases, run.cases, run.failed,
	       run.missed);
	frg_article_close(run.article);
	for (size_t i = 0; i < run.earlier_count; i++)
		free(run.earlier[i].text);
	frg_workspace_close(run.ws);
	frg_engine_close(run.engine);
	return run.failed || run.cases == 0;
}
