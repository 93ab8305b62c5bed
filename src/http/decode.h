/* Decoding of what comes in a request line, a query, a form or a cookie. Pure functions. */
#ifndef HTTP_DECODE_H
#define HTTP_DECODE_H

#include "base/arena.h"

/* %XX (and + for a space if `form`). False: a broken escape, a NUL, or not UTF-8 afterwards. */
bool decode_percent(struct arena *a, str in, bool form, str *out);

struct decode_field {
	str name, value;
};
/* a=1&b=2, names and values decoded; at most `max`. Broken fields are left out; *broken tells. */
struct decode_field *decode_fields(struct arena *a, str in, size_t max, size_t *count, bool *broken);
/* Value of a cookie in a Cookie header; p == NULL if there is none. */
str decode_cookie(str header, str name);
/* Does this Accept-Encoding header allow the coding? */
bool decode_accepts(str header, str coding);
/* Does this If-None-Match header name the (unquoted) tag, weakly compared? */
bool decode_etag_matches(str header, str tag);

#endif
