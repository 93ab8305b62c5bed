/* Turns a text that was taken apart into a model's features. */
#include "review/features.h"

#include <math.h>
#include <stdlib.h>

enum { CHARS_LEAST = 3, CHARS_MOST = 5, NEAR = 3, PAIRED_HITS = 4 };

bool features_open(struct features *f, size_t bytes)
{
	size_t tokens = bytes / 2 + 2;
	*f = (struct features){.room = fold_room(bytes) * (CHARS_MOST - CHARS_LEAST + 1) + tokens * 4};
	f->grams = malloc(f->room * sizeof *f->grams);
	return f->grams != NULL;
}

void features_close(struct features *f)
{
	free(f->grams);
	*f = (struct features){0};
}

static uint64_t mixed(uint64_t h, uint64_t salt)
{
	h ^= salt * UINT64_C(0xD6E8FEB86659FD93);
	h *= UINT64_C(0xFF51AFD7ED558CCD);
	h ^= h >> 33;
	return h;
}

static void add(struct features *f, enum feature_group group, uint64_t hash, size_t token, size_t width)
{
	if (f->count < f->room)
		f->grams[f->count++] = (struct gram){hash, (uint32_t)token, (uint8_t)group, (uint8_t)width};
}

/* ---- words ---- */

enum { STAND_IN_LINK = 1, STAND_IN_HANDLE, STAND_IN_NUMBER, STAND_IN_EDGE, STAND_IN_MARK };

/* Addresses, names of accounts and numbers stand for their kind. */
static uint64_t word_hash(const struct text *t, size_t i)
{
	const struct token *k = &t->tokens[i];
	if (k->flags & TOK_LINK)
		return STAND_IN_LINK;
	if (k->f > 0 && t->folded.f[k->f - 1] == '@')
		return STAND_IN_HANDLE;
	if (k->flags & TOK_NUMBER)
		return STAND_IN_NUMBER + ((uint64_t)k->fn << 8);
	return k->hash;
}

static void add_words(struct features *f, const struct text *t)
{
	uint64_t before = STAND_IN_EDGE;
	for (size_t i = 0; i < t->token_count; i++) {
		uint64_t w = word_hash(t, i);
		if (t->tokens[i].flags & TOK_FIRST)
			before = STAND_IN_EDGE;
		add(f, GROUP_WORDS, mixed(w, 11), i, 1);
		add(f, GROUP_WORDS, mixed(before * 31 + w * UINT64_C(0x9E3779B97F4A7C15), 12),
		    before == STAND_IN_EDGE ? i : i - 1, before == STAND_IN_EDGE ? 1 : 2);
		before = w;
	}
}

/* Runs of marks ("!!!", "...") and pictures, as words of their own. */
static void add_marks(struct features *f, const struct text *t)
{
	size_t token = 0;
	const struct folded *d = &t->folded;
	for (size_t i = 0; i < d->n && t->token_count; i++) {
		char c = d->f[i];
		while (token + 1 < t->token_count && t->tokens[token + 1].f <= i)
			token++;
		if (fold_is_word(c) || fold_is_space(c))
			continue;
		size_t run = 1;
		while (i + run < d->n && d->f[i + run] == c && c != '\001')
			run++;
		uint64_t h = (unsigned char)c * 8u + (run > 3 ? 3 : run);
		if (c == '\001') /* which picture: its last bytes as given tell */
			for (size_t b = 0; b < d->width[i]; b++)
				h = hash_step(h, t->source.p[d->at[i] + b]);
		add(f, GROUP_WORDS, mixed(h, 13), token, 1);
		i += run - 1;
	}
}

/* ---- characters ---- */

/* n-grams of a word with a blank at either end. */
static void add_chars(struct features *f, const struct text *t, size_t i)
{
	enum { LONGEST = 60 };
	char padded[LONGEST + 2];
	str w = token_str(t, i);
	size_t n = w.n < LONGEST ? w.n : LONGEST;
	padded[0] = ' ';
	memcpy(padded + 1, w.p, n);
	padded[n + 1] = ' ';
	n += 2;
	for (size_t k = 0; k + CHARS_LEAST <= n; k++) {
		uint64_t h = 0;
		for (size_t c = 0; c < CHARS_MOST && k + c < n; c++) {
			h = hash_step(h, padded[k + c]);
			if (c + 1 >= CHARS_LEAST)
				add(f, GROUP_CHARS, mixed(h, 20 + c), i, 1);
		}
	}
}

/* ---- classes ---- */

/* Classes that stand close together: contempt beside migrants says more than either. */
static void add_classes(struct features *f, const struct text *t, const struct lexica_reader *r)
{
	for (size_t i = 0; i < t->token_count; i++) {
		for (size_t a = r->hits_of[i]; a < r->hits_of[i + 1] && a < r->hits_of[i] + PAIRED_HITS; a++) {
			const struct class_hit *x = &r->hits[a];
			add(f, GROUP_CLASSES, mixed(x->class_ * 8u + x->weight, 31), x->first, x->last - x->first + 1);
			for (size_t k = i + 1; k <= i + NEAR && k < t->token_count; k++)
				for (size_t b = r->hits_of[k]; b < r->hits_of[k + 1] && b < r->hits_of[k] + PAIRED_HITS; b++)
					add(f, GROUP_CLASSES, mixed(x->class_ * 256u + r->hits[b].class_, 32), i, k - i + 1);
		}
	}
}

static void measure_classes(struct features *f, const struct lexica *l, const struct lexica_reader *r)
{
	float *v = f->dense + STYLE_MEASURES + RULE_MEASURES;
	size_t n = l->class_count;
	memset(v, 0, n * sizeof *v);
	for (size_t i = 0; i < r->hit_count; i++)
		v[r->hits[i].class_] += features_hit(&r->hits[i]);
	for (size_t i = 0; i < n; i++)
		v[i] = log1pf(v[i]);
	f->dense_count = STYLE_MEASURES + RULE_MEASURES + n;
}

/* ---- style ---- */

struct counts {
	float capitals, shouted, numbers, links, quoted, handles, hashtags, long_words, commas, exclaim, ask, dots,
		pictures, stretched, letters;
};

static void count_tokens(struct counts *c, const struct text *t)
{
	for (size_t i = 0; i < t->token_count; i++) {
		const struct token *k = &t->tokens[i];
		c->capitals += (k->flags & TOK_CAP) != 0;
		c->shouted += (k->flags & TOK_UPPER) != 0 && k->fn > 2;
		c->numbers += (k->flags & TOK_NUMBER) != 0;
		c->links += (k->flags & TOK_LINK) != 0;
		c->quoted += (k->flags & (TOK_QUOTED | TOK_QUOTELINE)) != 0;
		c->handles += k->f > 0 && t->folded.f[k->f - 1] == '@';
		c->hashtags += k->f > 0 && t->folded.f[k->f - 1] == '#';
		c->long_words += k->fn > 10;
		c->commas += (k->flags & TOK_COMMA) != 0;
		c->letters += k->fn;
	}
}

static void count_marks(struct counts *c, const struct folded *f)
{
	for (size_t i = 0; i < f->n; i++) {
		char x = f->f[i];
		c->exclaim += x == '!';
		c->ask += x == '?';
		c->dots += x == '.' && i + 1 < f->n && f->f[i + 1] == '.';
		c->pictures += x == '\001';
		c->stretched += i > 1 && x == f->f[i - 1] && x == f->f[i - 2] && x >= 'a' && x <= 'z';
	}
}

static void measure_style(struct features *f, const struct text *t)
{
	struct counts c = {0};
	count_tokens(&c, t);
	count_marks(&c, &t->folded);
	float n = (float)t->token_count + 1, s = (float)t->sentence_count + 1, lines = 1;
	size_t end = t->token_count ? t->tokens[t->token_count - 1].f : 0; /* blank lines at the end are no lines */
	for (size_t i = 0; i < end; i++)
		lines += t->folded.f[i] == '\n';
	const float v[STYLE_MEASURES] = {log1pf(n),           log1pf(s),         n / s / 20,
	                                 c.letters / n / 6,   c.capitals / n,    c.shouted / n,
	                                 log1pf(c.shouted),   log1pf(c.numbers), log1pf(c.links),
	                                 log1pf(c.quoted),    log1pf(c.handles), log1pf(c.hashtags),
	                                 c.long_words / n,    c.commas / n,      log1pf(c.exclaim),
	                                 log1pf(c.ask),       log1pf(c.dots),    log1pf(c.pictures),
	                                 log1pf(c.stretched), lines > 2,         n<6, n<12, n> 60, c.ask> 0 && s < 3};
	memcpy(f->dense, v, sizeof v);
}

uint64_t features_word(const struct token *t) { return mixed(t->hash, 11); }

uint64_t features_text_id(const struct text *t)
{
	uint64_t h = t->token_count;
	for (size_t i = 0; i < t->token_count; i++)
		h = mixed(h + word_hash(t, i), 41);
	return h;
}

void features_read(struct features *f, const struct text *t, const struct lexica *l, const struct lexica_reader *r,
                   const float *rules)
{
	f->count = 0;
	add_words(f, t);
	add_marks(f, t);
	for (size_t i = 0; i < t->token_count; i++)
		if (!(t->tokens[i].flags & (TOK_LINK | TOK_NUMBER)))
			add_chars(f, t, i);
	add_classes(f, t, r);
	measure_style(f, t);
	memcpy(f->dense + STYLE_MEASURES, rules, RULE_MEASURES * sizeof *rules);
	measure_classes(f, l, r);
}
