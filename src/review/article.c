/* Takes an article apart once, for all comments under it. Judges nothing. */
#include "review/inner.h"

#include "text/utf8.h"

#include <math.h>
#include <stdlib.h>

enum { PART_MAX = 256 << 10, PARTS = 3 };

/* A stem that stands in a sentence, before both are indexed. */
struct posting {
	uint32_t slot, sentence;
};

struct building {
	struct frg_article *a;
	struct text text;
	struct stems stems;
	struct posting *postings;
	size_t posting_count, posting_room;
	size_t part_room, sentence_room;
	bool failed; /* out of memory */
};

uint64_t article_part(str w, bool ending)
{
	enum { LETTERS = 5, LONG = 7 };
	if (w.n < LONG)
		return 0;
	str s = ending ? str_sub(w, w.n - LETTERS, w.n) : str_sub(w, 0, LETTERS);
	return text_hash(s) * 2 + ending;
}

const struct article_stem *article_find(const struct frg_article *a, stem s)
{
	if (a->size == 0 || s == 0)
		return NULL;
	for (size_t i = (size_t)(s >> 20) & (a->size - 1);; i = (i + 1) & (a->size - 1)) {
		if (a->stems[i].stem == s)
			return &a->stems[i];
		if (a->stems[i].stem == 0)
			return NULL;
	}
}

bool article_has_part(const struct frg_article *a, uint64_t part)
{
	size_t low = 0, high = a->part_count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (a->parts[mid] == part)
			return true;
		if (a->parts[mid] < part)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

static struct article_stem *slot_for(struct building *b, stem s)
{
	struct frg_article *a = b->a;
	if (a->stem_count * 2 >= a->size)
		return NULL; /* sized for all tokens: cannot happen */
	size_t i = (size_t)(s >> 20) & (a->size - 1);
	while (a->stems[i].stem && a->stems[i].stem != s)
		i = (i + 1) & (a->size - 1);
	if (!a->stems[i].stem) {
		a->stems[i].stem = s;
		a->stem_count++;
	}
	return &a->stems[i];
}

static void add_part(struct building *b, uint64_t part)
{
	if (!part)
		return;
	if (!grow((void **)&b->a->parts, &b->part_room, b->a->part_count, sizeof *b->a->parts))
		b->failed = true;
	else
		b->a->parts[b->a->part_count++] = part;
}

static void add_token(struct building *b, size_t i, enum frg_article_part part, size_t sentence)
{
	const struct lists *l = &b->a->engine->lists;
	const struct token *k = &b->text.tokens[i];
	str w = token_str(&b->text, i);
	bool number = k->flags & TOK_NUMBER;
	stem s = number ? k->hash | 1 : stems_of(&b->stems, l, b->a->lang, w, k->hash);
	if (!s || (number && w.n < 2))
		return;
	struct article_stem *at = slot_for(b, s);
	if (!at)
		return;
	uint8_t weight = part == FRG_TITLE ? STEM_TITLE : part == FRG_LEAD ? STEM_LEAD : STEM_BODY;
	at->weight = weight > at->weight ? weight : at->weight;
	at->number = number;
	at->name = at->name || ((k->flags & TOK_CAP) && !(k->flags & TOK_FIRST));
	at->count++;
	uint64_t topics = number ? 0 : topics_of(l, w);
	b->a->topics |= topics;
	if (part != FRG_BODY)
		b->a->title_topics |= topics;
	add_part(b, number ? 0 : article_part(w, false));
	add_part(b, number ? 0 : article_part(w, true));
	if (sentence >= RELATED_SENTENCES)
		return;
	if (!grow((void **)&b->postings, &b->posting_room, b->posting_count, sizeof *b->postings)) {
		b->failed = true;
		return;
	}
	b->postings[b->posting_count++] = (struct posting){(uint32_t)(at - b->a->stems), (uint32_t)sentence};
}

static void add_text(struct building *b, str s, enum frg_article_part part)
{
	text_read(&b->text, s);
	for (size_t k = 0; k < b->text.sentence_count && !b->failed; k++) {
		const struct sentence *from = &b->text.sentences[k];
		size_t number = b->a->sentence_count;
		if (number < RELATED_SENTENCES) {
			if (!grow((void **)&b->a->sentences, &b->sentence_room, number, sizeof *b->a->sentences)) {
				b->failed = true;
				return;
			}
			b->a->sentences[b->a->sentence_count++] = (struct article_sentence){part, from->begin, from->end};
		}
		for (size_t i = from->first; i < from->last; i++)
			add_token(b, i, part, number);
	}
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static void sort_parts(struct frg_article *a)
{
	size_t n = 0;
	if (a->part_count)
		qsort(a->parts, a->part_count, sizeof *a->parts, by_value);
	for (size_t i = 0; i < a->part_count; i++)
		if (i == 0 || a->parts[i] != a->parts[n - 1])
			a->parts[n++] = a->parts[i];
	a->part_count = n;
}

/* Lists each stem's sentences one after the other. */
static bool index_postings(struct building *b)
{
	struct frg_article *a = b->a;
	a->sentences_of = calloc(b->posting_count + 1, sizeof *a->sentences_of);
	if (!a->sentences_of)
		return false;
	uint32_t at = 0;
	for (size_t i = 0; i < b->posting_count; i++)
		a->stems[b->postings[i].slot].postings++;
	for (size_t i = 0; i < a->size; i++) {
		uint32_t n = a->stems[i].postings;
		a->stems[i].postings = at;
		a->stems[i].count = 0;
		at += n;
	}
	for (size_t i = 0; i < b->posting_count; i++) {
		struct article_stem *s = &a->stems[b->postings[i].slot];
		a->sentences_of[s->postings + s->count++] = b->postings[i].sentence;
	}
	return true;
}

/* What the article is about, by field: headline and lead count more. */
static bool read_fields(struct building *b, const str part[PARTS])
{
	static const float weight[PARTS] = {[FRG_TITLE] = 3, [FRG_LEAD] = 2, [FRG_BODY] = 1};
	struct lexica_reader reader;
	float square = 0, *v = b->a->fields;
	const struct learned *learned = engine_learned(b->a->engine, b->a->lang);
	if (!lexica_reader_open(&reader, b->a->lang, b->text.token_size))
		return false;
	for (int p = 0; p < PARTS; p++) {
		text_read(&b->text, part[p]);
		lexica_read(&learned->model.lexica, &reader, &b->text);
		for (size_t i = 0; i < reader.hit_count; i++)
			if (learned->field[reader.hits[i].class_])
				v[reader.hits[i].class_] += weight[p] * features_hit(&reader.hits[i]);
	}
	lexica_reader_close(&reader);
	for (size_t i = 0; i < LEXICA_CLASSES; i++) {
		v[i] = sqrtf(v[i]);
		square += v[i] * v[i];
	}
	for (size_t i = 0; i < LEXICA_CLASSES && square > 0; i++)
		v[i] /= sqrtf(square);
	return true;
}

static bool build(struct building *b, const str part[PARTS])
{
	size_t longest = 0, total = 0, size = 64;
	for (int i = 0; i < PARTS; i++) {
		longest = part[i].n > longest ? part[i].n : longest;
		total += part[i].n;
	}
	while (size < total) /* a token needs two bytes: at most half full */
		size *= 2;
	size *= 2;
	b->a->stems = calloc(size, sizeof *b->a->stems);
	b->a->size = size;
	if (!b->a->stems || !text_open(&b->text, longest) || !stems_open(&b->stems))
		return false;
	text_read(&b->text, part[FRG_BODY].n ? part[FRG_BODY] : part[FRG_LEAD].n ? part[FRG_LEAD] : part[FRG_TITLE]);
	b->a->lang = text_lang(&b->text, FRG_LANG_DE);
	for (int i = 0; i < PARTS; i++)
		add_text(b, part[i], (enum frg_article_part)i);
	sort_parts(b->a);
	return !b->failed && index_postings(b) && read_fields(b, part);
}

static enum frg_status judge_parts(str part[PARTS], struct frg_error *err)
{
	size_t total = 0;
	for (int i = 0; i < PARTS; i++) {
		size_t bad = utf8_invalid(part[i]);
		if (bad != SIZE_MAX) {
			enum frg_status status = frg_fail(err, FRG_INVALID, "article_not_utf8", "part %d is not UTF-8 at byte %zu",
			                                  i, bad);
			if (err)
				err->pos = bad;
			return status;
		}
		part[i].n = part[i].n > PART_MAX ? utf8_floor(part[i], PART_MAX) : part[i].n;
		total += part[i].n;
	}
	return total ? FRG_OK : frg_fail(err, FRG_INVALID, "article_empty", "title, lead and body are empty");
}

enum frg_status frg_article_open(const struct frg_engine *engine, struct frg_str title, struct frg_str lead,
                                 struct frg_str body, struct frg_article **out, struct frg_error *err)
{
	str part[PARTS] = {title, lead, body};
	if (err)
		*err = (struct frg_error){0};
	*out = NULL;
	enum frg_status status = judge_parts(part, err);
	if (status != FRG_OK)
		return status;
	struct building b = {.a = calloc(1, sizeof *b.a)};
	bool ok = b.a != NULL;
	if (ok) {
		b.a->engine = engine;
		ok = build(&b, part);
	}
	text_close(&b.text);
	stems_close(&b.stems);
	free(b.postings);
	if (!ok) {
		frg_article_close(b.a);
		return frg_fail(err, FRG_NO_MEMORY, "no_memory", "out of memory reading an article");
	}
	*out = b.a;
	return FRG_OK;
}

void frg_article_close(struct frg_article *a)
{
	if (!a)
		return;
	free(a->stems);
	free(a->sentences_of);
	free(a->sentences);
	free(a->parts);
	free(a);
}
