/* The sanitiser: what comes out is made of the allowed tags alone, and does not change when it is sanitised once more. */
#include "article_must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open((size_t)256 << 20);
	struct article art = {0};
	str again, text;
	str in = clean_charset(arena, (str){(const char *)data, size});
	if (article_sanitise(arena, in, &art.body_html, &art.body_text)) {
		must_be_an_article(&art);
		MUST(article_sanitise(arena, art.body_html, &again, &text));
		MUST(str_eq(text, art.body_text));
	}
	arena_close(arena);
	return 0;
}
