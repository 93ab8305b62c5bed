/* The sanitiser: what comes out is made of the allowed tags alone, and its words stay when it is sanitised
 * once more. Only the kind of white space may change: an element that left no trace may have been the reason
 * for it. */
#include "article_must.h"

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool same_words(str a, str b)
{
	size_t i = 0, k = 0;
	while (i < a.n && k < b.n) {
		if (is_blank(a.p[i]) != is_blank(b.p[k]) || (!is_blank(a.p[i]) && a.p[i] != b.p[k]))
			return false;
		bool gap = is_blank(a.p[i++]);
		k++;
		while (gap && i < a.n && is_blank(a.p[i]))
			i++;
		while (gap && k < b.n && is_blank(b.p[k]))
			k++;
	}
	return i == a.n && k == b.n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open((size_t)256 << 20);
	struct article art = {0};
	str again, text;
	str in = clean_charset(arena, (str){(const char *)data, size});
	if (article_sanitise(arena, in, &art.body_html, &art.body_text)) {
		must_be_an_article(&art);
		MUST(article_sanitise(arena, art.body_html, &again, &text));
		MUST(same_words(text, art.body_text));
	}
	arena_close(arena);
	return 0;
}
