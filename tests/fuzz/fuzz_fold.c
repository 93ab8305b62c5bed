/* Folding, tokens, sentences, masks and links of hostile text: every position leads back to
 * whole characters, and tokens stand in order. */
#include "text/links.h"
#include "text/mask.h"
#include "text/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)                                                                                                     \
	do {                                                                                                               \
		if (!(cond))                                                                                                   \
			abort();                                                                                                   \
	} while (0)

static void judge(const struct text *t, str s)
{
	uint32_t before = 0;
	for (size_t i = 0; i < t->folded.n; i++) {
		uint32_t a = text_begin(t, i), b = text_end(t, i);
		MUST(a < b && b <= s.n && a >= before);
		MUST(utf8_floor(s, a) == a && utf8_floor(s, b) == b);
		before = a;
	}
	for (size_t i = 0; i < t->token_count; i++) {
		const struct token *k = &t->tokens[i];
		MUST(k->begin < k->end && k->end <= s.n && k->fn > 0 && k->f + k->fn <= t->folded.n);
		MUST(k->sentence < t->sentence_count);
		MUST(i == 0 || t->tokens[i - 1].f < k->f);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct text t;
	static struct links links;
	enum { MOST = 4096 };
	str s = {(const char *)data, size < MOST ? size : MOST};
	if (!t.memory)
		MUST(text_open(&t, MOST));
	size_t bad = utf8_invalid(s);
	s.n = bad < s.n ? bad : s.n;
	text_read(&t, s);
	links_find(&t, &links);
	judge(&t, s);
	for (size_t i = 0; i < links.count; i++)
		MUST(links.item[i].begin < links.item[i].end && links.item[i].end <= s.n &&
		     links.item[i].token < t.token_count);
	struct mask_reader r;
	struct mask m;
	mask_start(&r, &t);
	while (mask_next(&r, &m))
		MUST(m.n <= MASK_WORD_MAX && m.f_begin < m.f_end && m.f_end <= t.folded.n);
	char letters[64];
	size_t from = 0, first;
	while (mask_spaced(&t, &from, &first, letters, sizeof letters))
		MUST(first < from && from <= t.token_count);
	return (int)text_lang(&t, FRG_LANG_DE) < 0;
}
