/* Inflects the words of the list, once, so that reading a comment is mere look-up. */
#include "review/lists.h"

#include <stdlib.h>

static const char *const endings_de_n[] = {"", "s", "e", "en", "es", "n", "chen", "lein", NULL};
static const char *const endings_de_m[] = {"", "s", "e", "en", "es", "er", "ern", NULL};
static const char *const endings_de_f[] = {"", "n", "en", NULL};
static const char *const endings_de_p[] = {"", "s", "e", "n", "en", "es", "in", "innen", NULL};
static const char *const endings_i[] = {"", "s", NULL};
static const char *const endings_x[] = {"", NULL};
static const char *const endings_de_a[] = {"",     "e",    "en",    "er",    "es",  "em",   "ere",
                                           "eren", "erer", "eres",  "erem",  "ste", "sten", "ster",
                                           "stes", "este", "esten", "ester", NULL};
static const char *const endings_de_v[] = {"",    "e",    "st",    "t",     "en",    "te",  "ten", "test", "tet",
                                           "end", "ende", "enden", "ender", "endes", "et",  "er",  "ern",  "erei",
                                           "n",   "est",  "te",    "tes",   "ter",   "tem", NULL};
static const char *const endings_en_n[] = {"", "s", "es", "y", "ies", NULL};
static const char *const endings_en_v[] = {"",    "s",  "es",   "ed",    "d", "er", "ers",
                                           "ing", "in", "ings", "ingly", "y", NULL};
static const char *const endings_en_a[] = {"", "er", "est", "ly", "s", NULL};

static const char *const *endings(char pos, bool english)
{
	switch (pos) {
	case 'n': return english ? endings_en_n : endings_de_n;
	case 'm': return endings_de_m;
	case 'f': return endings_de_f;
	case 'p': return english ? endings_en_n : endings_de_p;
	case 'a': return english ? endings_en_a : endings_de_a;
	case 'v': return english ? endings_en_v : endings_de_v;
	case 'i': return endings_i;
	case 'x': return endings_x;
	default: return NULL;
	}
}

size_t squeeze(str s, char *out, size_t most, size_t keep)
{
	size_t n = 0, run = 0;
	for (size_t i = 0; i < s.n && n < most; i++) {
		run = i && s.p[i] == s.p[i - 1] ? run + 1 : 1;
		if (run <= keep)
			out[n++] = s.p[i];
	}
	return n;
}

static bool add_form(struct lists *l, uint16_t word, str text)
{
	enum { MOST = 200000 };
	char small[64];
	uint32_t already;
	size_t cursor = 0;
	while (map_next(&l->form_map, text, text_hash(text), &cursor, &already))
		if (l->forms[already].word == word)
			return true;
	if (l->form_count == MOST || !grow((void **)&l->forms, &l->form_room, l->form_count, sizeof *l->forms))
		return false;
	struct form *f = &l->forms[l->form_count];
	*f = (struct form){.word = word};
	if (!pool_copy(&l->pool, text, &f->text))
		return false;
	if (!map_add(&l->form_map, f->text, (uint32_t)l->form_count))
		return false;
	str key, squeezed = {small, squeeze(text, small, sizeof small, 1)};
	if (!pool_copy(&l->pool, squeezed, &key) || !map_add(&l->squeezed_map, key, (uint32_t)l->form_count))
		return false;
	l->form_count++;
	return true;
}

static bool add_endings(struct lists *l, uint16_t word, str lemma, str pos, bool english)
{
	for (size_t k = 0; k < pos.n; k++) {
		const char *const *e = endings(pos.p[k], english);
		for (; e && *e; e++) {
			char text[64];
			size_t n = strlen(*e);
			if (lemma.n + n > sizeof text)
				continue;
			memcpy(text, lemma.p, lemma.n);
			memcpy(text + lemma.n, *e, n);
			if (!add_form(l, word, (str){text, lemma.n + n}))
				return false;
		}
	}
	return true;
}

bool forms_add(struct lists *l, uint16_t word, str lemma, str pos)
{
	uint8_t langs = l->words[word].langs;
	return (!(langs & LANGS_DE) || add_endings(l, word, lemma, pos, false)) &&
	       (!(langs & LANGS_EN) || add_endings(l, word, lemma, pos, true));
}

static int initial(str s) { return s.n && s.p[0] >= 'a' && s.p[0] <= 'z' ? s.p[0] - 'a' : 26; }

/* Forms by first letter: a gap in a word is filled by looking through one letter's forms. */
bool forms_finish(struct lists *l)
{
	l->by_initial = pool_alloc(&l->pool, (l->form_count + 1) * sizeof *l->by_initial);
	if (!l->by_initial)
		return false;
	uint32_t at = 0;
	for (int c = 0; c <= 26; c++) {
		l->bucket[c] = at;
		for (size_t i = 0; i < l->form_count; i++)
			if (initial(l->forms[i].text) == c)
				l->by_initial[at++] = (uint32_t)i;
	}
	return true;
}
