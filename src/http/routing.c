/* Which row of the route table a request belongs to. The patterns are taken apart once and sorted, so
 * that at each segment a literal is tried before a parameter and that before a rest. The path is cut
 * before it is decoded: an encoded slash is part of its segment. */
#include "http/inner.h"

#include "base/buf.h"

#include <stdlib.h>

enum { SEGMENTS_MAX = 12 };
enum kind { LITERAL, PARAM, REST };

struct pattern {
	const struct http_route *route;
	size_t count;
	str segments[SEGMENTS_MAX]; /* the names of parameters without their braces */
	unsigned char kinds[SEGMENTS_MAX];
};

struct routes {
	size_t count;
	struct pattern rows[];
};

struct cut_path {
	str text;                        /* without the first slash */
	size_t count;                    /* SEGMENTS_MAX + 1: too many to match anything but a rest */
	const char *begin[SEGMENTS_MAX]; /* in the text */
	str segments[SEGMENTS_MAX];      /* decoded */
};

static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

/* ---- the table ---- */

static void take_apart(const struct http_route *route, struct pattern *p)
{
	str rest = str_of(route->pattern), segment;
	BUG_IF(rest.n == 0 || rest.p[0] != '/');
	rest = str_sub(rest, 1, rest.n);
	p->route = route;
	while (str_next(&rest, '/', &segment)) {
		bool braces = segment.n > 2 && segment.p[0] == '{' && segment.p[segment.n - 1] == '}';
		bool star = braces && segment.p[segment.n - 2] == '*';
		BUG_IF(p->count == SEGMENTS_MAX || (star && rest.p));
		p->kinds[p->count] = star ? REST : braces ? PARAM : LITERAL;
		p->segments[p->count++] = braces ? str_sub(segment, 1, segment.n - 1 - star) : segment;
	}
}

static bool comes_before(const struct pattern *a, const struct pattern *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (a->kinds[i] != b->kinds[i])
			return a->kinds[i] < b->kinds[i];
	return false;
}

struct routes *routes_open(const struct http_route *rows, size_t count)
{
	struct routes *t = calloc(1, sizeof *t + count * sizeof *t->rows);
	if (!t)
		BUG("out of memory");
	for (; t->count < count; t->count++) {
		struct pattern p = {0};
		size_t at = t->count;
		take_apart(&rows[t->count], &p);
		for (; at > 0 && comes_before(&p, &t->rows[at - 1]); at--)
			t->rows[at] = t->rows[at - 1];
		t->rows[at] = p;
	}
	return t;
}

void routes_close(struct routes *t) { free(t); }

/* ---- matching ---- */

/* The path as a whole was decoded before without complaint. */
static str decoded(struct arena *a, str raw)
{
	str out = raw;
	if (str_find(raw, STR("%"), 0) != SIZE_MAX && !decode_percent(a, raw, false, &out))
		BUG("a segment that cannot be decoded");
	return out;
}

static void cut(struct arena *a, str path, struct cut_path *out)
{
	out->text = str_sub(path, 1, path.n);
	out->count = 0;
	str rest = out->text, segment;
	while (out->count <= SEGMENTS_MAX && str_next(&rest, '/', &segment)) {
		if (out->count < SEGMENTS_MAX) {
			out->begin[out->count] = segment.p;
			out->segments[out->count] = decoded(a, segment);
		}
		out->count++;
	}
}

static bool matches(const struct pattern *p, const struct cut_path *path)
{
	bool rest = p->kinds[p->count - 1] == REST;
	if (rest ? path->count < p->count : path->count != p->count)
		return false;
	for (size_t i = 0; i < p->count && p->kinds[i] != REST; i++)
		if (p->kinds[i] == PARAM ? path->segments[i].n == 0 : !str_eq(p->segments[i], path->segments[i]))
			return false;
	return true;
}

static void take_params(const struct pattern *p, const struct cut_path *path, struct arena *a, struct route_match *out)
{
	for (size_t i = 0; i < p->count; i++) {
		if (p->kinds[i] == LITERAL)
			continue;
		BUG_IF(out->param_count == PARAMS_MAX);
		str value = path->segments[i];
		if (p->kinds[i] == REST)
			value = decoded(a, (str){path->begin[i], (size_t)(path->text.p + path->text.n - path->begin[i])});
		out->names[out->param_count] = p->segments[i];
		out->values[out->param_count++] = value;
	}
}

/* Where only a preflight could be answered there is nothing: 404. */
static void refuse(const bool *allowed, struct arena *a, struct route_match *out)
{
	struct buf names = BUF_INIT(256);
	out->refusal = 404;
	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		if (!allowed[i])
			continue;
		buf_printf(&names, "%s%s%s", names.n ? ", " : "", methods[i], i == HTTP_GET ? ", HEAD" : "");
		if (i != HTTP_OPTIONS)
			out->refusal = 405;
	}
	out->allow = buf_finish(&names, a);
}

void route_find(const struct routes *t, struct arena *a, int method, str path, struct route_match *out)
{
	struct cut_path parts;
	bool allowed[COUNT_OF(methods)] = {false};
	cut(a, path, &parts);
	for (size_t i = 0; i < t->count; i++) {
		const struct pattern *p = &t->rows[i];
		if (!matches(p, &parts))
			continue;
		allowed[p->route->method] = true;
		if ((int)p->route->method != method)
			continue;
		out->route = p->route;
		take_params(p, &parts, a, out);
		return;
	}
	refuse(allowed, a, out);
}
