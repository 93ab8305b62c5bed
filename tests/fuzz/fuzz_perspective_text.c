/* Hostile HTML as clients of Perspective send it: what is read of it is no longer than it was, stays UTF-8, and its
 * places lie within what was sent, in order. The first byte chooses between HTML and plain text. */
#include "api/perspective.h"
#include "base/arena.h"
#include "text/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena *a;
	struct perspective_text out;
	if (size == 0 || size > 20000)
		return 0;
	str sent = {(const char *)data + 1, size - 1};
	if (utf8_invalid(sent) != SIZE_MAX)
		return 0; /* JSON's reader has refused it before */
	if (!a)
		a = arena_open(64 << 20);
	arena_reset(a);
	perspective_text(a, sent, data[0] & 1, &out);
	if (out.plain.n > sent.n || utf8_invalid(out.plain) != SIZE_MAX || out.units > sent.n)
		abort();
	for (size_t i = 0; i < out.plain.n; i++)
		if (out.begin[i] > out.end[i] || out.end[i] > out.units || (i && out.begin[i] < out.begin[i - 1]))
			abort();
	return 0;
}
