/* Two hostile texts compared: keys that hold, a likeness within bounds, the same both ways. */
#include "text/near.h"
#include "text/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)                                                                                                     \
	do {                                                                                                               \
		if (!(cond))                                                                                                   \
			abort();                                                                                                   \
	} while (0)

static str valid(const char *p, size_t n)
{
	str s = {p, n};
	size_t bad = utf8_invalid(s);
	s.n = bad < n ? bad : n;
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = size < 4096 ? size : 4096, half = 0;
	while (half < n && data[half])
		half++;
	struct arena *a = arena_open(8u << 20);
	struct near_text x, y, again;
	str first = valid((const char *)data, half);
	near_read(a, first, &x);
	near_read(a, valid((const char *)data + half, n - half), &y);
	near_read(a, first, &again);
	double d = near_likeness(&x, &y);
	MUST(d >= 0 && d <= 1 && d == near_likeness(&y, &x) && near_likeness(&x, &again) == 1);
	MUST(x.key_count == 1 || x.key_count == NEAR_KEYS);
	for (size_t i = 1; i < x.gram_count; i++)
		MUST(x.grams[i - 1] < x.grams[i]);
	MUST(memcmp(x.keys, again.keys, sizeof x.keys) == 0);
	arena_close(a);
	return 0;
}
