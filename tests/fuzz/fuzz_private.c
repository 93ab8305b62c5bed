/* Personal data in hostile text: spans stand in order, inside the text, on whole characters. */
#include "text/private.h"
#include "text/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)                                                                                                     \
	do {                                                                                                               \
		if (!(cond))                                                                                                   \
			abort();                                                                                                   \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct private_span found[16];
	/* a copy of its own, so that reading past the end shows */
	char *copy = malloc(size ? size : 1);
	memcpy(copy, data, size);
	str s = {copy, size};
	size_t bad = utf8_invalid(s);
	s.n = bad < size ? bad : size;
	size_t n = private_find(s, found, 16), before = 0;
	MUST(n <= 16);
	for (size_t i = 0; i < n; i++) {
		MUST(found[i].begin >= before && found[i].begin < found[i].end && found[i].end <= s.n);
		MUST(utf8_floor(s, found[i].begin) == found[i].begin && utf8_floor(s, found[i].end) == found[i].end);
		before = found[i].end;
	}
	free(copy);
	return 0;
}
