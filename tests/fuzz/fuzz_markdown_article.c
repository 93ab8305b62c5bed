/* Articles as Markdown, as hostile as they come: whatever is returned is a clean article. */
#include "article_must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open((size_t)256 << 20);
	struct article art;
	struct frg_error err = {0};
	str in = {(const char *)data, size};
	must_judge(article_from_markdown(arena, in, &art, &err), &art, &err);
	arena_close(arena);
	return 0;
}
