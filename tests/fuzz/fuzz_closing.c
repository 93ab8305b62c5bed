/* The rules by which comments close, from any bytes: refused, or the same again after they were written out; and no
 * time of the week at which they never end but by saying so. */
#include "service/inner.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good, const char *what)
{
	if (!good)
		BUG("%s", what);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const msec monday = INT64_C(1796598000000), hour = 3600 * 1000;
	struct arena *a = arena_open(16 << 20);
	struct closing_rules rules, again;
	const struct closing_hours *which;
	msec until;
	json_t *v = json_loadb((const char *)data, size, 0, NULL);
	if (closing_rules_read(a, v, &rules, NULL) == FRG_OK) {
		json_t *written = closing_rules_json(&rules);
		must(closing_rules_read(a, written, &again, NULL) == FRG_OK, "what was written cannot be read");
		json_t *twice = closing_rules_json(&again);
		must(json_equal(written, twice), "what was written is read as something else");
		json_decref(written);
		json_decref(twice);
		for (msec at = monday; at < monday + 7 * 24 * hour; at += 5 * hour + 7 * 60 * 1000)
			if (closing_by_clock(&rules, STR("Sport"), at, &until, &which))
				must(which && (until == 0 || until > at), "closed until a time that is over");
	}
	json_decref(v);
	arena_close(a);
	return 0;
}
