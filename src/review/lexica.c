/* Looks words and phrases up in the graded lexica. Knows no rule and no class by name. */
#include "review/lexica.h"

#include <libstemmer.h>
#include <stdlib.h>

enum { SHORTEST_END = 5, SHORTEST_OPEN = 3 };

struct sb_stemmer *lexica_stemmer(enum frg_lang lang)
{
	return sb_stemmer_new(lang == FRG_LANG_EN ? "english" : "german", "UTF_8");
}

bool lexica_reader_open(struct lexica_reader *r, enum frg_lang lang, size_t tokens)
{
	*r = (struct lexica_reader){.hit_room = tokens * 4 + 64};
	r->cache = calloc(WORD_CACHE, sizeof *r->cache);
	r->stemmer = lexica_stemmer(lang);
	r->hits = malloc(r->hit_room * sizeof *r->hits);
	r->stems = malloc((tokens + 1) * sizeof *r->stems);
	r->hits_of = malloc((tokens + 1) * sizeof *r->hits_of);
	if (r->cache && r->stemmer && r->hits && r->stems && r->hits_of) {
		char out[WORD_BYTES], longest[WORD_BYTES + 1] = "";
		memset(longest, 'a', WORD_BYTES); /* the stemmer grows its buffer by what it has seen */
		lexica_stem(r->stemmer, (str){longest, WORD_BYTES}, out);
		return true;
	}
	lexica_reader_close(r);
	return false;
}

void lexica_reader_close(struct lexica_reader *r)
{
	free(r->cache);
	free(r->hits);
	free(r->stems);
	free(r->hits_of);
	sb_stemmer_delete(r->stemmer);
	*r = (struct lexica_reader){0};
}

size_t lexica_plain_vowels(const unsigned char *s, size_t n, char *out)
{
	size_t to = 0;
	for (size_t i = 0; i < n; i++) {
		char c = (char)s[i];
		out[to++] = c;
		if ((c == 'a' || c == 'o' || c == 'u') && i + 1 < n && s[i + 1] == 'e' &&
		    !(i > 0 && (s[i - 1] == 'e' || s[i - 1] == 'a' || s[i - 1] == 'q')))
			i++;
	}
	return to;
}

size_t lexica_stem(struct sb_stemmer *stemmer, str w, char *out)
{
	if (w.n > WORD_BYTES)
		w.n = WORD_BYTES;
	const sb_symbol *s = sb_stemmer_stem(stemmer, (const sb_symbol *)w.p, (int)w.n);
	int n = s ? sb_stemmer_length(stemmer) : 0;
	if (n <= 0 || n > WORD_BYTES) {
		memcpy(out, w.p, w.n);
		return w.n;
	}
	size_t plain = lexica_plain_vowels(s, (size_t)n, out);
	/* the stemmer keeps the n of »Trotteln« and »Lügnern« */
	if (plain > 5 && out[plain - 1] == 'n' && out[plain - 3] == 'e' && (out[plain - 2] == 'l' || out[plain - 2] == 'r'))
		plain--;
	return plain;
}

static void add(struct word_classes *w, uint32_t class_, uint32_t weight)
{
	for (size_t i = 0; i < w->n; i++) {
		if (w->hit[i].class_ != class_)
			continue;
		if (w->hit[i].weight < weight)
			w->hit[i].weight = (uint8_t)weight;
		return;
	}
	if (w->n == WORD_HITS)
		return;
	w->hit[w->n].class_ = (uint8_t)class_;
	w->hit[w->n++].weight = (uint8_t)weight;
}

static void look_up(const struct lexica *l, struct word_classes *w, enum lexica_kind kind, uint64_t hash,
                    uint32_t factor)
{
	uint64_t key = lexica_key(kind, hash);
	for (size_t i = key & (l->size - 1); l->slots[i].key; i = (i + 1) & (l->size - 1)) {
		const struct lexica_entry *e = &l->slots[i];
		if (e->key != key)
			continue;
		if (kind == LEXICA_PHRASE_START)
			w->shapes |= UINT64_C(1) << e->class_;
		else
			add(w, e->class_, e->grade * factor);
	}
}

/* Everything there is to know about one word. */
static void study(const struct lexica *l, struct lexica_reader *r, struct word_classes *w, str folded)
{
	char stem[WORD_BYTES];
	uint64_t prefix[WORD_BYTES + 1] = {0}, power = 1;
	size_t n = lexica_stem(r->stemmer, folded, stem);
	for (size_t i = 0; i < n; i++)
		prefix[i + 1] = hash_step(prefix[i], stem[i]);
	w->stem = prefix[n];
	look_up(l, w, LEXICA_WORD, w->stem, 2);
	look_up(l, w, LEXICA_PHRASE_START, w->stem, 1);
	for (size_t k = n; k-- > 1;) { /* its endings: listed as such, or a word that a compound ends with */
		power *= HASH_BASE;
		uint64_t ending = prefix[n] - prefix[k] * power;
		if (n - k >= SHORTEST_OPEN)
			look_up(l, w, LEXICA_END, ending, 2);
		if (n - k >= SHORTEST_END && k >= 2)
			look_up(l, w, LEXICA_WORD, ending, 1);
	}
	uint64_t begin = 0;
	for (size_t i = 0; i < folded.n && i < WORD_BYTES; i++) {
		begin = hash_step(begin, folded.p[i]);
		if (i + 1 >= SHORTEST_OPEN)
			look_up(l, w, LEXICA_BEGIN, begin, 2);
	}
}

static const struct word_classes *classes_of(const struct lexica *l, struct lexica_reader *r, const struct token *t,
                                             str folded)
{
	size_t length = folded.n < WORD_BYTES ? folded.n : WORD_BYTES;
	struct word_classes *w = &r->cache[(t->hash ^ t->hash >> 29) & (WORD_CACHE - 1)];
	if (w->hash == t->hash && w->length == length && memcmp(w->word, folded.p, length) == 0)
		return w;
	*w = (struct word_classes){.hash = t->hash, .length = (uint8_t)length};
	memcpy(w->word, folded.p, length);
	study(l, r, w, str_sub(folded, 0, length));
	return w;
}

static void add_hit(struct lexica_reader *r, size_t first, size_t last, uint32_t class_, uint32_t weight)
{
	if (r->hit_count < r->hit_room)
		r->hits[r->hit_count++] = (struct class_hit){(uint32_t)first, (uint32_t)last, (uint8_t)class_, (uint8_t)weight};
}

static void phrases_at(const struct lexica *l, struct lexica_reader *r, const struct text *t, size_t i, uint64_t shapes)
{
	for (; shapes; shapes &= shapes - 1) {
		const struct lexica_shape *s = &l->shapes[__builtin_ctzll(shapes)];
		uint64_t h = s->length | (uint64_t)s->open << 8;
		if (i + s->length > t->token_count || t->tokens[i + s->length - 1].sentence != t->tokens[i].sentence)
			continue;
		for (size_t k = 0; k < s->length; k++)
			h = lexica_phrase_step(h, s->open >> k & 1 ? 0 : r->stems[i + k]);
		uint64_t key = lexica_key(LEXICA_PHRASE_KEY, h);
		for (size_t p = key & (l->size - 1); l->slots[p].key; p = (p + 1) & (l->size - 1))
			if (l->slots[p].key == key)
				add_hit(r, i, i + s->length - 1, l->slots[p].class_, l->slots[p].grade * 2);
	}
}

void lexica_read(const struct lexica *l, struct lexica_reader *r, const struct text *t)
{
	uint64_t shapes[256]; /* of the last words; a phrase waits until the stems of all its words are known */
	r->hit_count = 0;
	for (size_t i = 0; i < t->token_count + LEXICA_PHRASE; i++) {
		if (i < t->token_count) {
			const struct token *k = &t->tokens[i];
			bool word = l->size && !(k->flags & (TOK_LINK | TOK_JOINED)) && k->fn;
			const struct word_classes *w = word ? classes_of(l, r, k, token_str(t, i)) : NULL;
			r->stems[i] = w ? w->stem : 0;
			shapes[i & 255] = w ? w->shapes : 0;
		}
		if (i < LEXICA_PHRASE)
			continue;
		size_t at = i - LEXICA_PHRASE;
		if (at >= t->token_count)
			break;
		r->hits_of[at] = (uint32_t)r->hit_count;
		const struct token *k = &t->tokens[at];
		if (!l->size || (k->flags & (TOK_LINK | TOK_JOINED)) || !k->fn)
			continue;
		const struct word_classes *w = classes_of(l, r, k, token_str(t, at));
		for (size_t h = 0; h < w->n; h++)
			add_hit(r, at, at, w->hit[h].class_, w->hit[h].weight);
		if (shapes[at & 255])
			phrases_at(l, r, t, at, shapes[at & 255]);
	}
	r->hits_of[t->token_count] = (uint32_t)r->hit_count;
}
