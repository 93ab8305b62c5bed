/* Decoding of what comes in a request line, a query, a form or a cookie. */
#include "http/decode.h"

#include "text/utf8.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool decode_percent(struct arena *a, str in, bool form, str *out)
{
	char *to = arena_alloc(a, in.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < in.n; i++) {
		if (in.p[i] == '%') {
			int high = i + 2 < in.n ? hex(in.p[i + 1]) : -1, low = i + 2 < in.n ? hex(in.p[i + 2]) : -1;
			if (high < 0 || low < 0 || (high == 0 && low == 0))
				return false;
			to[n++] = (char)(high << 4 | low);
			i += 2;
		} else if (in.p[i] == 0) {
			return false;
		} else {
			to[n++] = form && in.p[i] == '+' ? ' ' : in.p[i];
		}
	}
	*out = (str){to, n};
	return utf8_invalid(*out) == SIZE_MAX;
}

struct decode_field *decode_fields(struct arena *a, str in, size_t max, size_t *count, bool *broken)
{
	struct decode_field *fields = ARENA_ARRAY(a, struct decode_field, max);
	str part;
	*count = 0;
	*broken = false;
	while (*count < max && str_next(&in, '&', &part)) {
		size_t equals = str_find(part, STR("="), 0);
		str name = str_sub(part, 0, equals == SIZE_MAX ? part.n : equals);
		str value = equals == SIZE_MAX ? STR("") : str_sub(part, equals + 1, part.n);
		struct decode_field *f = &fields[*count];
		if (part.n == 0)
			continue;
		if (decode_percent(a, name, true, &f->name) && decode_percent(a, value, true, &f->value))
			++*count;
		else
			*broken = true;
	}
	return fields;
}

str decode_cookie(str header, str name)
{
	str part;
	while (str_next(&header, ';', &part)) {
		part = str_trim(part);
		if (part.n > name.n && str_starts(part, name) && part.p[name.n] == '=')
			return str_sub(part, name.n + 1, part.n);
	}
	return STR_NONE;
}

bool decode_accepts(str header, str coding)
{
	str part;
	while (str_next(&header, ',', &part)) {
		size_t semicolon = str_find(part, STR(";"), 0);
		str name = str_trim(str_sub(part, 0, semicolon == SIZE_MAX ? part.n : semicolon));
		if (!str_eq_nocase(name, coding))
			continue;
		str weight = semicolon == SIZE_MAX ? STR("q=1") : str_trim(str_sub(part, semicolon + 1, part.n));
		if (!str_starts(weight, STR("q=")))
			return true;
		for (size_t i = 2; i < weight.n; i++)
			if (weight.p[i] >= '1' && weight.p[i] <= '9')
				return true;
		return false;
	}
	return false;
}

bool decode_etag_matches(str header, str tag)
{
	str part;
	while (str_next(&header, ',', &part)) {
		part = str_trim(part);
		if (str_eq(part, STR("*")))
			return true;
		if (str_starts(part, STR("W/")))
			part = str_sub(part, 2, part.n);
		if (part.n == tag.n + 2 && part.p[0] == '"' && str_eq(str_sub(part, 1, part.n - 1), tag))
			return true;
	}
	return false;
}
