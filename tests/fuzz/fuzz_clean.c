/* Readers' names and texts made fit to keep: what is taken stays within its limits and is stable. */
#include "service/inner.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct arena *a, str in, size_t max, bool one_line)
{
	struct frg_error err;
	str out, again;
	if (clean_text(a, in, max, one_line, one_line ? "name" : "text", &out, &err) != FRG_OK)
		return;
	BUG_IF(utf8_invalid(out) != SIZE_MAX || !str_eq(str_trim(out), out));
	size_t chars = 0;
	for (size_t i = 0; i < out.n; i++) {
		unsigned char c = (unsigned char)out.p[i];
		chars += (c & 0xc0) != 0x80;
		BUG_IF(c == 0x7f || (c < 0x20 && (one_line || (c != '\n' && c != '\t'))));
	}
	BUG_IF(chars > max);
	if (clean_text(a, out, max, one_line, "text", &again, &err) != FRG_OK || !str_eq(out, again))
		BUG("what was cleaned is not clean");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_open(64 << 20);
	str in = {(const char *)data, size};
	check(a, in, SERVICE_TEXT_MAX, false);
	check(a, in, SERVICE_NAME_MAX, true);
	check(a, in, 3, false);
	arena_close(a);
	return 0;
}
