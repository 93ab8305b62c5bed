/* Which row of the route table a request belongs to. Literal segments win over parameters because
 * rows are tried in two rounds. */
#include "http/inner.h"

#include "base/buf.h"

static bool is_param(str segment) { return segment.n > 2 && segment.p[0] == '{'; }

static bool match(str pattern, str path, struct route_match *m)
{
	str want, have;
	m->param_count = 0;
	if (pattern.n == 0 || path.n == 0)
		return false;
	pattern = str_sub(pattern, 1, pattern.n);
	path = str_sub(path, 1, path.n);
	while (str_next(&pattern, '/', &want)) {
		bool rest = is_param(want) && want.p[want.n - 2] == '*';
		if (rest) {
			have = path.p ? path : STR("");
			path = STR_NONE;
		} else if (!str_next(&path, '/', &have)) {
			return false;
		}
		if (!is_param(want)) {
			if (!str_eq(want, have))
				return false;
			continue;
		}
		if (have.n == 0 && !rest)
			return false;
		BUG_IF(m->param_count == PARAMS_MAX);
		m->names[m->param_count] = str_sub(want, 1, want.n - 1 - rest);
		m->values[m->param_count++] = have;
	}
	return path.p == NULL;
}

static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

void route_find(struct http_server *server, struct arena *a, enum http_method method, str path,
                struct route_match *out)
{
	struct buf allow = BUF_INIT(256);
	bool allowed[COUNT_OF(methods)] = {false};
	for (int round = 0; round < 2; round++) { /* rows with a rest parameter last */
		for (size_t i = 0; i < server->config.route_count; i++) {
			const struct http_route *r = &server->config.routes[i];
			bool rest = strstr(r->pattern, "*}") != NULL;
			if (rest != (round == 1) || !match(str_of(r->pattern), path, out))
				continue;
			if (r->method == method) {
				out->route = r;
				out->refusal = 0;
				buf_free(&allow);
				return;
			}
			allowed[r->method] = true;
		}
	}
	out->param_count = 0;
	out->refusal = 404;
	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		if (!allowed[i])
			continue;
		buf_printf(&allow, "%s%s%s", out->refusal == 405 ? ", " : "", methods[i], i == HTTP_GET ? ", HEAD" : "");
		out->refusal = 405;
	}
	out->allow = buf_finish(&allow, a);
}
