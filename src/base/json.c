/* Between our strings and jansson's values; and our values as text. jansson's own writer prints the address of every
 * object that it enters into a table of such, to find a value that holds itself, and takes a text letter by letter: a
 * tenth of what accepting a comment cost. Ours are trees, and most of their letters stand for themselves. */
#include "base/json.h"

#include "base/buf.h"

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

str json_str(struct arena *a, const json_t *v)
{
	return json_is_string(v) ? arena_str(a, (str){json_string_value(v), json_string_length(v)}) : STR("");
}

/* ---- writing ---- */

/* What was read is 2048 levels deep at most (jansson's JSON_PARSER_MAX_DEPTH), and may be passed on in something. */
enum { DEPTH_MAX = 2048 + 64 };

static void write_escaped(struct buf *b, char c)
{
	static const char named[32] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
	unsigned char u = (unsigned char)c;
	if (u >= 32 || named[u]) {
		buf_byte(b, '\\');
		buf_byte(b, u >= 32 ? c : named[u]);
	} else {
		buf_printf(b, "\\u%04X", u);
	}
}

/* What is in a value of jansson's is valid UTF-8. */
static void write_string(struct buf *b, const char *s, size_t n)
{
	size_t from = 0;
	buf_byte(b, '"');
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)s[i] >= 32 && s[i] != '"' && s[i] != '\\')
			continue;
		buf_add(b, (str){s + from, i - from});
		write_escaped(b, s[i]);
		from = i + 1;
	}
	buf_add(b, (str){s + from, n - from});
	buf_byte(b, '"');
}

static void write_integer(struct buf *b, json_int_t v)
{
	char digits[24], *p = digits + sizeof digits;
	unsigned long long left = v < 0 ? 0 - (unsigned long long)v : (unsigned long long)v;
	do
		*--p = (char)('0' + left % 10);
	while (left /= 10);
	if (v < 0)
		*--p = '-';
	buf_add(b, (str){p, (size_t)(digits + sizeof digits - p)});
}

static void write_real(struct buf *b, const json_t *v)
{
	enum { FLAGS = JSON_REAL_PRECISION(4) | JSON_ENCODE_ANY, LONGEST = 32 };
	char *to = buf_room(b, LONGEST);
	size_t n = to ? json_dumpb(v, to, LONGEST, FLAGS) : 0;
	BUG_IF(n > LONGEST);
	b->n += n;
}

/* Anything but an object or an array. */
static void write_plain(struct buf *b, const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_STRING: write_string(b, json_string_value(v), json_string_length(v)); break;
	case JSON_INTEGER: write_integer(b, json_integer_value(v)); break;
	case JSON_REAL: write_real(b, v); break;
	case JSON_TRUE: BUF_LIT(b, "true"); break;
	case JSON_FALSE: BUF_LIT(b, "false"); break;
	default: BUF_LIT(b, "null");
	}
}

/* An object or array that has been begun. */
struct level {
	json_t *in;
	void *member; /* of an object: the next one */
	size_t index; /* how many were written */
};

/* The next value in it; NULL: it is complete. */
static json_t *next_in(struct level *l, struct buf *b)
{
	json_t *v;
	bool object = json_is_object(l->in);
	v = object ? json_object_iter_value(l->member) : json_array_get(l->in, l->index);
	if (!v)
		return NULL;
	if (l->index++)
		buf_byte(b, ',');
	if (object) {
		const char *key = json_object_iter_key(l->member);
		write_string(b, key, strlen(key));
		buf_byte(b, ':');
		l->member = json_object_iter_next(l->in, l->member);
	}
	return v;
}

static void write_value(struct buf *b, json_t *value)
{
	struct level levels[DEPTH_MAX];
	size_t depth = 0;
	for (json_t *v = value;;) {
		if (json_is_object(v) || json_is_array(v)) {
			if (depth == DEPTH_MAX)
				BUG("JSON over %d levels deep", DEPTH_MAX);
			levels[depth++] = (struct level){.in = v, .member = json_object_iter(v)};
			buf_byte(b, json_is_object(v) ? '{' : '[');
		} else {
			write_plain(b, v);
		}
		while (depth && !(v = next_in(&levels[depth - 1], b))) {
			depth--;
			buf_byte(b, json_is_object(levels[depth].in) ? '}' : ']');
		}
		if (depth == 0)
			return;
	}
}

str json_text(struct arena *a, json_t *value)
{
	struct buf b = BUF_INIT(SIZE_MAX);
	BUG_IF(!value);
	write_value(&b, value);
	json_decref(value);
	return buf_finish(&b, a);
}
