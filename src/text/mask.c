/* Words in disguise. Makes candidates; knows no words. */
#include "text/mask.h"

char mask_leet(char c, bool second)
{
	switch (c) {
	case '0': return 'o';
	case '1':
	case '!':
	case '|': return second ? 'l' : 'i';
	case '2': return 'z';
	case '3':
	case 'E': return 'e';
	case '4':
	case '@': return 'a';
	case '5':
	case '$': return 's';
	case '6': return second ? 'b' : 'g';
	case '7':
	case '+': return 't';
	case '8': return 'b';
	case '9': return 'g';
	default: return 0;
	}
}

static bool is_letter(char c) { return fold_is_word(c) && !fold_is_digit(c); }

/* Ends a piece: no disguise reaches over these. */
static bool splits(char c)
{
	static const bool table[256] = {
		[' '] = true,  ['\n'] = true, [','] = true, [';'] = true, [':'] = true, ['/'] = true,
		['\\'] = true, ['('] = true,  [')'] = true, ['"'] = true, ['<'] = true, ['>'] = true,
		['?'] = true,  ['='] = true,  ['['] = true, [']'] = true, ['{'] = true, ['}'] = true};
	return table[(unsigned char)c];
}

/* A hyphen between two words of some length divides them, too. */
static bool divides(const struct folded *f, size_t i)
{
	enum { LONG = 4 };
	if (splits(f->f[i]))
		return true;
	if (f->f[i] != '-' || i < LONG || i + LONG >= f->n)
		return false;
	for (size_t k = 1; k <= LONG; k++)
		if (!fold_is_word(f->f[i - k]) || !fold_is_word(f->f[i + k]))
			return false;
	return true;
}

static bool hides(char c)
{
	static const bool table[256] = {
		['\001'] = true, ['*'] = true, ['#'] = true, ['_'] = true, ['%'] = true,  ['&'] = true,
		['^'] = true,    ['~'] = true, ['.'] = true, ['-'] = true, ['\''] = true, ['`'] = true,
		['+'] = true,    ['|'] = true, ['@'] = true, ['$'] = true, ['!'] = true,  ['E'] = true};
	return table[(unsigned char)c];
}

static bool two_readings(char c) { return c == '1' || c == '!' || c == '|' || c == '6'; }

void mask_start(struct mask_reader *r, const struct text *t) { *r = (struct mask_reader){.text = t}; }

/* Cuts what is mere punctuation or emphasis off the ends. */
static void trim(const struct folded *f, size_t *begin, size_t *end)
{
	bool emphasis = false;
	while (*begin < *end) {
		char c = f->f[*begin];
		if (fold_is_word(c) || c == '$' || c == '@' || c == 'E')
			break;
		emphasis = emphasis || c == '*' || c == '_';
		(*begin)++;
	}
	while (*begin < *end) {
		char c = f->f[*end - 1];
		bool star = (c == '*' || c == '#') && !emphasis;
		if (fold_is_word(c) || star || c == '$' || c == '@')
			break;
		(*end)--;
	}
}

/* Is there anything in the piece that plain reading does not already see? */
static bool disguised(const struct folded *f, size_t begin, size_t end)
{
	size_t letters = 0, digits = 0, others = 0, dashes = 0, run = 0, shortest = SIZE_MAX;
	for (size_t i = begin; i < end; i++) {
		char c = f->f[i];
		if (is_letter(c)) {
			letters++;
			run++;
			continue;
		}
		digits += fold_is_digit(c);
		dashes += c == '-' || c == '.';
		others += !fold_is_digit(c) && c != '-' && c != '.';
		if (c == '.' && i + 1 < end && f->f[i + 1] == '.')
			others++;
		shortest = run < shortest ? run : shortest;
		run = 0;
	}
	shortest = run < shortest ? run : shortest;
	if (letters == 0 || letters + digits + others + dashes < 3)
		return false;
	return digits || others || (dashes && shortest <= 3);
}

/* Finds the next piece worth a second look. */
static bool next_piece(struct mask_reader *r)
{
	const struct text *t = r->text;
	const struct folded *f = &t->folded;
	while (r->at < f->n) {
		while (r->at < f->n && divides(f, r->at))
			r->at++;
		size_t begin = r->at;
		while (r->at < f->n && !divides(f, r->at))
			r->at++;
		size_t end = r->at;
		trim(f, &begin, &end);
		if (end - begin < 3 || end - begin > MASK_WORD_MAX || !disguised(f, begin, end))
			continue;
		while (r->token < t->token_count && t->tokens[r->token].f + t->tokens[r->token].fn <= begin)
			r->token++;
		if (r->token < t->token_count && t->tokens[r->token].f < end && (t->tokens[r->token].flags & TOK_LINK))
			continue;
		r->begin = begin;
		r->end = end;
		r->variant = 0;
		return true;
	}
	return false;
}

/* Hidden letters left out: "S.c.h.e.i.ß.e", "4rsch". False if this reading adds nothing. */
static bool read_dropped(const struct mask_reader *r, bool second, struct mask *out)
{
	const struct folded *f = &r->text->folded;
	bool two = false;
	out->n = 0;
	out->joined = false;
	for (size_t i = r->begin; i < r->end; i++) {
		char c = f->f[i];
		two = two || two_readings(c);
		char as = is_letter(c) ? c : mask_leet(c, second);
		if (as)
			out->word[out->n++] = as;
		else
			out->joined = true;
	}
	out->wild = false;
	return out->n >= 3 && (!second || two);
}

static bool star(const struct folded *f, size_t begin, size_t end, size_t i)
{
	if (i < begin || i >= end)
		return false;
	char c = f->f[i];
	return hides(c) && !mask_leet(c, false);
}

/* Hidden letters as gaps: "Sch***e", "A....loch". */
static bool read_wild(const struct mask_reader *r, struct mask *out)
{
	const struct folded *f = &r->text->folded;
	size_t visible = 0;
	out->n = 0;
	out->wild = out->joined = false;
	for (size_t i = r->begin; i < r->end;) {
		char c = f->f[i];
		bool gap = hides(c) && (!mask_leet(c, false) || star(f, r->begin, r->end, i + 1) ||
		                        (i > r->begin && star(f, r->begin, r->end, i - 1)));
		if (!gap) {
			char as = is_letter(c) ? c : mask_leet(c, false);
			if (as)
				out->word[out->n++] = as;
			visible += as != 0;
			i++;
			continue;
		}
		size_t from = i;
		while (i < r->end && hides(f->f[i]))
			i++;
		size_t run = i - from;
		if (run == 1 && (c == '.' || c == '-' || c == '\''))
			continue; /* one of these divides, it hides nothing */
		out->wild = true;
		if (run >= 3 || c == '.' || c == '-')
			out->word[out->n++] = '~';
		else
			for (size_t k = 0; k < run; k++)
				out->word[out->n++] = '?';
	}
	return out->wild && visible >= 1;
}

bool mask_next(struct mask_reader *r, struct mask *out)
{
	for (;;) {
		if (r->begin == r->end || r->variant == 3) {
			if (!next_piece(r))
				return false;
		}
		int variant = r->variant++;
		out->f_begin = r->begin;
		out->f_end = r->end;
		bool found = variant == 2 ? read_wild(r, out) : read_dropped(r, variant == 1, out);
		out->word[out->n] = 0;
		if (found)
			return true;
	}
}

/* Only blanks or a mask between two letters, no sentence. */
static bool near(const struct text *t, size_t a)
{
	size_t from = t->tokens[a].f + (size_t)t->tokens[a].fn, to = t->tokens[a + 1].f;
	if (to - from > 3)
		return false;
	for (size_t i = from; i < to; i++)
		if (t->folded.f[i] != ' ' && !hides(t->folded.f[i]))
			return false;
	return true;
}

size_t mask_spaced(const struct text *t, size_t *from, size_t *first, char *letters, size_t size)
{
	size_t i = *from;
	while (i < t->token_count) {
		if (t->tokens[i].fn > 2 || (t->tokens[i].flags & TOK_LINK)) {
			i++;
			continue;
		}
		size_t n = 0;
		*first = i;
		for (; i < t->token_count && n < size && !(t->tokens[i].flags & TOK_LINK); i++) {
			char c = t->folded.f[t->tokens[i].f];
			bool one = t->tokens[i].fn == 1 ||
			           (t->tokens[i].fn == 2 && t->folded.at[t->tokens[i].f] == t->folded.at[t->tokens[i].f + 1]);
			if (!one || (n && !near(t, i - 1)))
				break;
			letters[n++] = fold_is_digit(c) && mask_leet(c, false) ? mask_leet(c, false) : c;
		}
		if (n >= 4) {
			*from = i;
			return n;
		}
		if (n == 0)
			i++;
	}
	*from = t->token_count;
	return 0;
}
