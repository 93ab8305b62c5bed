/* Where sentences end. Knows abbreviations and ordinals, but no grammar. */
#include "text/text.h"

static const char *const abbreviations[] = {
	"bzw", "ca",  "dr",  "prof", "nr",   "st",  "str", "tel", "usw",  "etc",    "evtl", "ggf",  "inkl", "max",
	"min", "mio", "mrd", "mind", "sog",  "vgl", "zb",  "jh",  "abs",  "art",    "bspw", "geb",  "gest", "hrsg",
	"jr",  "sr",  "mr",  "mrs",  "ms",   "vs",  "eg",  "ie",  "dept", "approx", "jan",  "feb",  "mar",  "apr",
	"jun", "jul", "aug", "sep",  "sept", "okt", "oct", "nov", "dez",  "dec",    "mo",   "phil", "med",
};

static bool abbreviation(str word)
{
	if (word.n == 1)
		return word.p[0] >= 'a' && word.p[0] <= 'z';
	for (size_t i = 0; i < COUNT_OF(abbreviations); i++)
		if (str_eq(word, str_of(abbreviations[i])))
			return true;
	return false;
}

/* Judges the gap between token i and the next: the sentence's closing mark, or -1 if it goes on. */
static int gap_mark(const struct text *t, size_t i)
{
	const struct folded *f = &t->folded;
	size_t from = t->tokens[i].f + (size_t)t->tokens[i].fn;
	size_t to = t->tokens[i + 1].f;
	char mark = 0;
	size_t newlines = 0;
	bool space = false, dots = false;
	for (size_t k = from; k < to; k++) {
		char c = f->f[k];
		if (c == '?' || c == '!' || (c == '.' && !mark)) {
			if (mark != '?')
				mark = c;
			dots = dots || (c == '.' && k + 1 < to && f->f[k + 1] == '.');
		}
		newlines += c == '\n';
		space = space || fold_is_space(c);
	}
	bool capital = t->tokens[i + 1].flags & (TOK_CAP | TOK_NUMBER);
	if (newlines > 1 || (newlines && (mark || capital)))
		return mark;
	if (!mark || !space)
		return -1;
	if (mark == '.' && from < f->n && f->f[from] == '.') {
		if (!dots && (t->tokens[i].flags & TOK_NUMBER) && t->tokens[i].fn <= 2)
			return -1;
		if (!dots && abbreviation(token_str(t, i)))
			return -1;
	}
	return mark == '.' && !capital ? -1 : mark;
}

static char last_mark(const struct text *t)
{
	const struct token *last = &t->tokens[t->token_count - 1];
	char mark = 0;
	for (size_t k = last->f + (size_t)last->fn; k < t->folded.n; k++) {
		char c = t->folded.f[k];
		if (c == '?' || (c == '!' && mark != '?') || (c == '.' && !mark))
			mark = c;
	}
	return mark;
}

static void add_sentence(struct text *t, size_t first, size_t last, char mark)
{
	if (t->sentence_count == t->sentence_size)
		return;
	for (size_t i = first; i < last; i++)
		t->tokens[i].sentence = (uint32_t)t->sentence_count;
	t->tokens[first].flags |= TOK_FIRST;
	t->sentences[t->sentence_count++] = (struct sentence){.begin = t->tokens[first].begin,
	                                                      .end = t->tokens[last - 1].end,
	                                                      .first = (uint32_t)first,
	                                                      .last = (uint32_t)last,
	                                                      .mark = mark};
}

void text_find_sentences(struct text *t)
{
	size_t first = 0;
	for (size_t i = 0; i + 1 < t->token_count; i++) {
		int mark = gap_mark(t, i);
		if (mark < 0)
			continue;
		add_sentence(t, first, i + 1, (char)mark);
		first = i + 1;
	}
	if (first < t->token_count)
		add_sentence(t, first, t->token_count, last_mark(t));
}
