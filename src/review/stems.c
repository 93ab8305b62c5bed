/* Stems and topics of words, for comparing a comment with its article. */
#include "review/inner.h"

#include <libstemmer.h>

/* The stemmers grow their buffers by what they have seen: let them see the longest. */
static void warm(struct sb_stemmer *s)
{
	sb_symbol word[LISTS_WORD_MAX * 2];
	memset(word, 'a', sizeof word);
	memcpy(word + sizeof word - 7, "heiten", 6);
	sb_stemmer_stem(s, word, (int)sizeof word);
}

bool stems_open(struct stems *s)
{
	s->de = sb_stemmer_new("german", "UTF_8");
	s->en = sb_stemmer_new("english", "UTF_8");
	if (!s->de || !s->en) {
		stems_close(s);
		return false;
	}
	warm(s->de);
	warm(s->en);
	return true;
}

void stems_close(struct stems *s)
{
	sb_stemmer_delete(s->de);
	sb_stemmer_delete(s->en);
	*s = (struct stems){0};
}

bool stems_stop(const struct lists *l, enum frg_lang lang, str w, uint64_t hash)
{
	uint32_t langs;
	size_t cursor = 0;
	while (map_next(&l->stop, w, hash, &cursor, &langs))
		if (langs & (lang == FRG_LANG_EN ? LANGS_EN : LANGS_DE))
			return true;
	return false;
}

stem stems_of(const struct stems *s, const struct lists *l, enum frg_lang lang, str w, uint64_t hash)
{
	char plain[LISTS_WORD_MAX];
	if (w.n < 3 || w.n > LISTS_WORD_MAX || stems_stop(l, lang, w, hash))
		return 0;
	struct sb_stemmer *stemmer = lang == FRG_LANG_EN ? s->en : s->de;
	const sb_symbol *r = sb_stemmer_stem(stemmer, (const sb_symbol *)w.p, (int)w.n);
	int n = r ? sb_stemmer_length(stemmer) : 0;
	if (n <= 0 || n > LISTS_WORD_MAX)
		return hash | 1;
	size_t plain_n = (size_t)n;
	if (lang == FRG_LANG_EN)
		memcpy(plain, r, plain_n);
	else
		plain_n = lexica_plain_vowels(r, plain_n, plain);
	return text_hash((str){plain, plain_n}) | 1; /* 0 means: none */
}

static uint64_t topic_bits(const struct lists *l, str s)
{
	uint64_t bits = 0;
	uint32_t topic;
	size_t cursor = 0;
	uint64_t hash = text_hash(s);
	while (map_next(&l->topics, s, hash, &cursor, &topic))
		bits |= UINT64_C(1) << topic;
	return bits;
}

uint64_t topics_of(const struct lists *l, str w)
{
	enum { SHORTEST = 3, LONGEST = 14 };
	uint64_t bits = 0;
	if (w.n > LISTS_WORD_MAX)
		return 0;
	for (size_t n = SHORTEST; n <= w.n && n <= LONGEST; n++)
		if (n >= 5 || n + 2 >= w.n) /* short ones only as whole words: "bus", not "business" */
			bits |= topic_bits(l, str_sub(w, 0, n));
	for (size_t n = 4; n + 3 <= w.n && n <= LONGEST; n++) /* the last part of a compound */
		for (size_t cut = 0; cut <= 2 && n >= cut + 4; cut++)
			bits |= topic_bits(l, str_sub(w, w.n - n, w.n - cut));
	return bits;
}
