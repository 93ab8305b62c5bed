/* Taking a text apart: words and what stands in quotes. Knows no rule. */
#include "text/text.h"

#include <stdlib.h>

uint64_t text_hash(str s)
{
	uint64_t h = 0;
	for (size_t i = 0; i < s.n; i++)
		h = hash_step(h, s.p[i]);
	return h;
}

static size_t aligned(size_t n) { return (n + 15) & ~(size_t)15; }

bool text_open(struct text *t, size_t capacity)
{
	size_t fold = fold_room(capacity);
	/* every word but the last is followed by something else, which may be a byte of its own */
	size_t tokens = capacity / 2 + 2, sentences = capacity / 2 + 2;
	size_t need = aligned(fold * sizeof(uint32_t)) + 3 * aligned(fold) + aligned(tokens * sizeof(struct token)) +
	              aligned(sentences * sizeof(struct sentence));
	char *p = malloc(need);
	*t = (struct text){0};
	if (!p)
		return false;
	t->memory = p;
	t->capacity = capacity;
	t->folded.size = fold;
	t->token_size = tokens;
	t->sentence_size = sentences;
	t->tokens = (struct token *)p;
	p += aligned(tokens * sizeof(struct token));
	t->sentences = (struct sentence *)p;
	p += aligned(sentences * sizeof(struct sentence));
	t->folded.at = (uint32_t *)p;
	p += aligned(fold * sizeof(uint32_t));
	t->folded.f = p;
	t->folded.width = (uint8_t *)p + aligned(fold);
	t->folded.mark = (uint8_t *)p + 2 * aligned(fold);
	return true;
}

void text_close(struct text *t)
{
	free(t->memory);
	*t = (struct text){0};
}

/* End of the word or number at `i`: 1.000,50 is one number. */
static size_t word_end(const struct folded *f, size_t i)
{
	bool digits = true;
	for (; i < f->n; i++) {
		if (fold_is_word(f->f[i])) {
			digits = digits && fold_is_digit(f->f[i]);
			continue;
		}
		bool inner = digits && (f->f[i] == '.' || f->f[i] == ',') && i + 1 < f->n && fold_is_digit(f->f[i + 1]);
		if (!inner)
			break;
	}
	return i;
}

static unsigned word_flags(const struct folded *f, size_t begin, size_t end)
{
	size_t upper = 0, letters = 0, digits = 0, altered = 0;
	for (size_t i = begin; i < end; i++) {
		bool digit = fold_is_digit(f->f[i]) || f->f[i] == '.' || f->f[i] == ',';
		digits += digit;
		letters += !digit;
		upper += !digit && (f->mark[i] & FOLD_UPPER);
		altered += (f->mark[i] & FOLD_ALTERED) != 0;
	}
	unsigned flags = f->mark[begin] & FOLD_UPPER ? TOK_CAP : 0;
	if (letters > 1 && upper == letters)
		flags |= TOK_UPPER;
	if (digits == end - begin)
		flags |= TOK_NUMBER;
	return altered ? flags | TOK_ALTERED : flags;
}

static void add_token(struct text *t, size_t begin, size_t end, unsigned flags)
{
	if (t->token_count == t->token_size)
		return;
	const struct folded *f = &t->folded;
	size_t n = end - begin > UINT16_MAX ? UINT16_MAX : end - begin;
	flags |= word_flags(f, begin, end);
	for (size_t i = begin; i < end; i++) {
		t->letters += !fold_is_digit(f->f[i]);
		t->capitals += (f->mark[i] & FOLD_UPPER) != 0;
	}
	t->tokens[t->token_count++] = (struct token){.begin = text_begin(t, begin),
	                                             .end = text_end(t, end - 1),
	                                             .f = (uint32_t)begin,
	                                             .fn = (uint16_t)n,
	                                             .flags = (uint16_t)flags,
	                                             .hash = text_hash((str){f->f + begin, n})};
}

/* Does the single quote at i open or close a quotation, rather than stand in a word? */
static bool single_quote(const struct folded *f, size_t i, bool inside)
{
	bool word_before = i > 0 && fold_is_word(f->f[i - 1]);
	bool word_after = i + 1 < f->n && fold_is_word(f->f[i + 1]);
	return inside ? !word_after : !word_before && word_after;
}

/* What has been read up to here. */
struct reading {
	char quote;         /* the kind of quotation that is open, or 0 */
	size_t quote_token; /* its first token */
	bool quoteline, comma;
};

static void close_quote(struct text *t, struct reading *r)
{
	enum { SHORT = 3, LONGEST = 120 };
	size_t count = t->token_count - r->quote_token;
	r->quote = 0;
	if (count > LONGEST)
		return;
	for (size_t i = r->quote_token; i < t->token_count; i++)
		t->tokens[i].flags |= TOK_QUOTED | (count <= SHORT ? TOK_SHORTQUOTE : 0);
}

static void read_symbol(struct text *t, struct reading *r, size_t i)
{
	const struct folded *f = &t->folded;
	char c = f->f[i];
	t->exclamations += c == '!';
	if (c == '"' || (c == '\'' && single_quote(f, i, r->quote == '\''))) {
		if (r->quote == c) {
			close_quote(t, r);
		} else if (!r->quote) {
			r->quote = c;
			r->quote_token = t->token_count;
		}
	}
	if (c == '\n') {
		size_t next = i + 1;
		while (next < f->n && f->f[next] == ' ')
			next++;
		if (next < f->n && f->f[next] == '\n')
			r->quote = 0; /* left open in a paragraph: it was none */
		r->quoteline = next < f->n && f->f[next] == '>';
	}
	if (c != ' ')
		r->comma = true;
}

void text_read(struct text *t, str s)
{
	BUG_IF(s.n > t->capacity);
	t->source = s;
	t->token_count = t->sentence_count = 0;
	t->letters = t->capitals = t->exclamations = 0;
	fold_text(&t->folded, s);
	const struct folded *f = &t->folded;
	size_t start = 0;
	while (start < f->n && fold_is_space(f->f[start]))
		start++;
	struct reading r = {.quoteline = start < f->n && f->f[start] == '>'};
	for (size_t i = 0; i < f->n;) {
		if (!fold_is_word(f->f[i])) {
			read_symbol(t, &r, i++);
			continue;
		}
		size_t end = word_end(f, i);
		add_token(t, i, end, (r.quoteline ? TOK_QUOTELINE : 0) | (r.comma ? TOK_COMMA : 0));
		r.comma = false;
		i = end;
	}
	text_find_sentences(t);
}
