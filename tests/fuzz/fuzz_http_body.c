/* Query strings, forms, cookies and header lists: first byte chooses, the rest is the input. */
#include "base/arena.h"
#include "http/decode.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void percent(struct arena *a, str in, bool form)
{
	str out;
	if (!decode_percent(a, in, form, &out))
		return;
	BUG_IF(out.n > in.n || utf8_invalid(out) != SIZE_MAX || (out.n && memchr(out.p, 0, out.n)));
}

static void fields(struct arena *a, str in, size_t max)
{
	size_t count;
	bool broken;
	struct decode_field *f = decode_fields(a, in, max, &count, &broken);
	BUG_IF(count > max);
	for (size_t i = 0; i < count; i++)
		BUG_IF(!f[i].value.p || utf8_invalid(f[i].name) != SIZE_MAX || utf8_invalid(f[i].value) != SIZE_MAX);
}

static void cookie(str in, size_t cut)
{
	str value = decode_cookie(str_sub(in, cut, in.n), str_sub(in, 0, cut));
	BUG_IF(value.p && (value.p < in.p || value.p + value.n > in.p + in.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	struct arena *a = arena_open(64 << 20);
	str in = {(const char *)data + 2, size - 2};
	size_t cut = data[1] < in.n ? data[1] : in.n;
	switch (data[0] % 5) {
	case 0: percent(a, in, data[1] & 1); break;
	case 1: fields(a, in, data[1]); break;
	case 2: cookie(in, cut); break;
	case 3: decode_accepts(str_sub(in, cut, in.n), str_sub(in, 0, cut)); break;
	default: decode_etag_matches(str_sub(in, cut, in.n), str_sub(in, 0, cut));
	}
	arena_close(a);
	return 0;
}
