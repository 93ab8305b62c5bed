/* The head of a request: is it one that we and a proxy before us read in the same way, and which
 * route is it for? Whatever is doubtful is refused, for two readings of one request are how one
 * client slips a request into another's connection. */
#include "http/inner.h"

#include <strings.h>

struct framing {
	bool bad_name, bad_value, chunked, other_coding, encoded;
	unsigned lengths, hosts;
	uint64_t length;
};

static bool is_token(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++)
		if (!strchr("!#$%&'*+-.^_`|~", *s) && !(*s >= '0' && *s <= '9') && !((*s | 32) >= 'a' && (*s | 32) <= 'z'))
			return false;
	return true;
}

static bool parse_length(const char *s, uint64_t *out)
{
	*out = 0;
	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || *out > UINT64_MAX / 10 - 1)
			return false;
		*out = *out * 10 + (uint64_t)(*s - '0');
	}
	return true;
}

static enum MHD_Result look_at(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct framing *f = cls;
	(void)kind;
	value = value ? value : "";
	f->bad_name = f->bad_name || !is_token(name);
	if (strcasecmp(name, "Host") == 0) {
		f->hosts++;
	} else if (strcasecmp(name, "Content-Length") == 0) {
		f->lengths++;
		f->bad_value = f->bad_value || !parse_length(value, &f->length);
	} else if (strcasecmp(name, "Transfer-Encoding") == 0) {
		f->other_coding = f->other_coding || f->chunked || strcasecmp(value, "chunked") != 0;
		f->chunked = true;
	} else if (strcasecmp(name, "Content-Encoding") == 0) {
		f->encoded = f->encoded || (*value && strcasecmp(value, "identity") != 0);
	}
	return MHD_YES;
}

static bool framing_is_clear(struct http_request *req, const char *version, struct framing *f)
{
	bool old = strcmp(version, "HTTP/1.1") != 0;
	MHD_get_connection_values(req->connection, MHD_HEADER_KIND, look_at, f);
	return !f->bad_name && !f->bad_value && !f->other_coding && f->lengths <= 1 &&
	       !(f->chunked && (f->lengths || old)) && f->hosts <= 1 && (old || f->hosts == 1);
}

/* HEAD is a GET to everybody but libmicrohttpd. -1: none that any route could have. */
static int find_method(const char *method)
{
	static const struct {
		const char *name;
		enum http_method method;
	} methods[] = {{"GET", HTTP_GET},     {"HEAD", HTTP_GET},      {"POST", HTTP_POST},      {"PUT", HTTP_PUT},
	               {"PATCH", HTTP_PATCH}, {"DELETE", HTTP_DELETE}, {"OPTIONS", HTTP_OPTIONS}};
	for (size_t i = 0; i < COUNT_OF(methods); i++)
		if (strcmp(methods[i].name, method) == 0)
			return (int)methods[i].method;
	return -1;
}

bool is_clean(str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f)
			return false;
	return true;
}

/* Without segments that mean another path. */
static bool path_is_plain(str path)
{
	str segment;
	if (!is_clean(path))
		return false;
	while (str_next(&path, '/', &segment))
		if (str_eq(segment, STR(".")) || str_eq(segment, STR("..")))
			return false;
	return true;
}

/* Only /path?query: no absolute addresses, no "*", no fragment. */
static bool parse_target(struct http_request *req, str *raw_path)
{
	str t = req->target;
	if (!is_clean(t) || str_find(t, STR(" "), 0) != SIZE_MAX || str_find(t, STR("#"), 0) != SIZE_MAX)
		return false;
	size_t question = str_find(t, STR("?"), 0);
	*raw_path = str_sub(t, 0, question == SIZE_MAX ? t.n : question);
	req->query_text = question == SIZE_MAX ? STR("") : str_sub(t, question + 1, t.n);
	return raw_path->n > 0 && raw_path->p[0] == '/' && decode_percent(req->arena, *raw_path, false, &req->path) &&
	       path_is_plain(req->path);
}

static unsigned judge(struct http_request *req, const char *method, const struct framing *f, bool clear)
{
	str raw_path;
	int known = find_method(method);
	req->path = STR("/");
	if (known >= 0)
		req->method = (enum http_method)known;
	if (!parse_target(req, &raw_path)) {
		req->path = STR("/");
		return 400;
	}
	if (!clear)
		return 400;
	route_find(req->server->routes, req->arena, known, raw_path, &req->match);
	if (req->match.refusal)
		return req->match.refusal;
	req->body_max = req->match.route->body_max;
	if (f->length > req->body_max)
		return 413;
	return f->encoded && req->body_max ? 415 : 0; /* nothing unpacks it: what is small may be huge then */
}

void request_begin(struct http_request *req, const char *method, const char *version)
{
	struct framing f = {0};
	bool clear = framing_is_clear(req, version, &f);
	req->head_only = strcmp(method, "HEAD") == 0;
	req->refusal = judge(req, method, &f, clear);
	/* A refusal is heard by clients that send first and read then only if their body is taken; but
	 * not if it is long, its end unclear, or if they ask before they send. */
	req->close = req->refusal && (!clear || f.length > DISCARD_MAX || http_header(req, "Expect").n);
}
