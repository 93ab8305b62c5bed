/* Between our strings and jansson's values. */
#include "base/json.h"

#include <stdlib.h>

static void *allocate(size_t n)
{
	void *p = malloc(n ? n : 1);
	if (!p)
		BUG("out of memory");
	return p;
}

void json_setup(void) { json_set_alloc_funcs(allocate, free); }

json_t *json_of(str s)
{
	json_t *v = json_stringn(s.p ? s.p : "", s.n);
	return v ? v : json_string("");
}

json_t *json_or_null(str s) { return s.n ? json_of(s) : json_null(); }

json_t *json_list(char separator, str parts)
{
	json_t *list = json_array();
	str part;
	while (str_next(&parts, separator, &part))
		if (part.n)
			json_array_append_new(list, json_of(part));
	return list;
}

str json_str(struct arena *a, const json_t *v)
{
	return json_is_string(v) ? arena_str(a, (str){json_string_value(v), json_string_length(v)}) : STR("");
}

str json_text(struct arena *a, json_t *value)
{
	BUG_IF(!value);
	char *dump = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(4) | JSON_ENCODE_ANY);
	if (!dump)
		BUG("out of memory");
	str s = arena_str(a, str_of(dump));
	free(dump);
	json_decref(value);
	return s;
}
