/* The letter in plain text, section by section: what, why, how it was decided, what one can do. */
#include "render/letter.h"

#include "base/arena.h"
#include "base/i18n.h"
#include "render/markdown_parse.h"

#include <stdio.h>

enum { QUOTE_MAX = 300 };

const char *const letter_laws[] = {"insult", "defamation", "threat",    "incitement", "symbols",
                                   "crime",  "privacy",    "copyright", "youth",      NULL};

bool letter_law_known(str law)
{
	for (size_t i = 0; letter_laws[i]; i++)
		if (str_eq(law, str_of(letter_laws[i])))
			return true;
	return false;
}

void letter_quote(struct buf *b, str s, size_t max, bool lines)
{
	struct buf clean = BUF_INIT(LETTER_MAX);
	size_t end = s.n < max ? s.n : max;
	while (end < s.n && end > 0 && ((unsigned char)s.p[end] & 0xc0) == 0x80)
		end--;
	markdown_harmless(&clean, str_sub(s, 0, end), 0);
	for (size_t i = 0; i < clean.n; i++) {
		if (clean.p[i] == '\n' && lines)
			BUF_LIT(b, "\n> ");
		else
			buf_byte(b, clean.p[i] == '\n' ? ' ' : clean.p[i]);
	}
	if (end < s.n)
		BUF_LIT(b, " …");
	buf_free(&clean);
}

static void line(struct buf *b, const struct letter *l, enum msg msg)
{
	buf_add(b, i18n(l->lang, msg));
	buf_byte(b, '\n');
}

static void heading(struct buf *b, const struct letter *l, enum msg msg)
{
	buf_byte(b, '\n');
	line(b, l, msg);
}

static str words(msec at, enum frg_lang lang, char out[CLOCK_WORDS_SIZE])
{
	clock_words(at, lang, out);
	return str_of(out);
}

static const struct {
	enum msg subject, what;
} kinds[] = {
	[LETTER_REJECTED] = {MSG_LETTER_SUBJECT_REJECTED, MSG_LETTER_WHAT_REJECTED},
	[LETTER_REMOVED] = {MSG_LETTER_SUBJECT_REMOVED, MSG_LETTER_WHAT_REMOVED},
	[LETTER_SUSPENDED] = {MSG_LETTER_SUBJECT_SUSPENDED, MSG_LETTER_WHAT_SUSPENDED},
};

str letter_subject(struct arena *a, const struct letter *l)
{
	struct buf b = BUF_INIT(1 << 12), title = BUF_INIT(1 << 12);
	char until[CLOCK_WORDS_SIZE];
	letter_quote(&title, l->article_title, QUOTE_MAX, false);
	const str args[] = {buf_str(&title), l->until ? words(l->until, l->lang, until) : STR(""), l->site_name};
	i18n_format(&b, l->lang, kinds[l->kind].subject, args, COUNT_OF(args));
	buf_free(&title);
	return buf_finish(&b, a);
}

static void what(struct buf *b, const struct letter *l)
{
	struct buf title = BUF_INIT(1 << 12), name = BUF_INIT(1 << 12);
	char submitted[CLOCK_WORDS_SIZE], until[CLOCK_WORDS_SIZE];
	letter_quote(&title, l->article_title, QUOTE_MAX, false);
	letter_quote(&name, l->author_name, QUOTE_MAX, false);
	const str args[] = {buf_str(&name), words(l->submitted, l->lang, submitted), buf_str(&title),
	                    l->until ? words(l->until, l->lang, until) : STR(""), l->site_name};
	i18n_format(b, l->lang, MSG_LETTER_GREETING, args, COUNT_OF(args));
	BUF_LIT(b, "\n\n");
	i18n_format(b, l->lang, kinds[l->kind].what, args, COUNT_OF(args));
	buf_byte(b, '\n');
	buf_free(&title);
	buf_free(&name);
}

/* The sentence of a rule that the editor chose: letter.block.RULE_1 … */
static str block(const struct letter *l, enum frg_rule rule, unsigned which)
{
	char key[40];
	snprintf(key, sizeof key, "%s_%u", frg_rule_id(rule), (which < LETTER_BLOCKS ? which : 0) + 1);
	return i18n_find(l->lang, "letter.block.", key, MSG_ERROR_GENERIC);
}

static void grounds(struct buf *b, const struct letter *l)
{
	heading(b, l, MSG_LETTER_WHY);
	if (l->law.n) {
		char key[40];
		snprintf(key, sizeof key, "%.*s", STR_ARG(l->law));
		buf_add(b, i18n_find(l->lang, "letter.law.", key, MSG_ERROR_GENERIC));
		buf_byte(b, '\n');
	}
	for (size_t i = 0; i < l->ground_count; i++) {
		const struct letter_ground *g = &l->grounds[i];
		buf_add(b, block(l, g->rule, g->block));
		buf_byte(b, '\n');
		for (size_t p = 0; p < g->passage_count; p++) {
			buf_add(b, p ? STR(", ") : i18n(l->lang, MSG_LETTER_PASSAGE));
			buf_add(b, l->lang == FRG_LANG_EN ? STR("“") : STR("»"));
			letter_quote(b, g->passages[p], QUOTE_MAX, false);
			buf_add(b, l->lang == FRG_LANG_EN ? STR("”") : STR("«"));
		}
		if (g->passage_count)
			buf_byte(b, '\n');
	}
	if (l->word.n) {
		BUF_LIT(b, "\n");
		line(b, l, MSG_LETTER_WORD);
		BUF_LIT(b, "> ");
		letter_quote(b, l->word, LETTER_MAX, true);
		buf_byte(b, '\n');
	}
}

static void how(struct buf *b, const struct letter *l)
{
	heading(b, l, MSG_LETTER_HOW);
	line(b, l, l->noticed ? MSG_LETTER_HOW_NOTICE : l->went_by_itself ? MSG_LETTER_HOW_UNNOTICED : MSG_LETTER_HOW_OWN);
	if (l->went_by_itself)
		line(b, l, MSG_LETTER_HOW_WENT_BY_ITSELF);
	line(b, l, l->machine_marked ? MSG_LETTER_HOW_MARKED : MSG_LETTER_HOW_UNMARKED);
}

static void redress(struct buf *b, const struct letter *l)
{
	char until[CLOCK_WORDS_SIZE];
	const str args[] = {words(l->objection_until, l->lang, until), l->objection_link};
	heading(b, l, MSG_LETTER_REDRESS);
	i18n_format(b, l->lang, MSG_LETTER_REDRESS_OBJECT, args, COUNT_OF(args));
	buf_byte(b, '\n');
	if (l->kind == LETTER_REJECTED)
		line(b, l, MSG_LETTER_REDRESS_REVISE);
	line(b, l, MSG_LETTER_REDRESS_COURT);
}

void letter_body(struct buf *b, const struct letter *l)
{
	what(b, l);
	grounds(b, l);
	how(b, l);
	redress(b, l);
	heading(b, l, MSG_LETTER_TEXT);
	BUF_LIT(b, "> ");
	letter_quote(b, l->text, LETTER_MAX, true);
	BUF_LIT(b, "\n\n");
	i18n_format(b, l->lang, MSG_LETTER_SIGNED, &l->site_name, 1);
	buf_byte(b, '\n');
}
