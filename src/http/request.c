/* A request: what came in, decoded when asked for, and the answer that is being made. */
#include "http/inner.h"

#include "base/id.h"
#include "text/utf8.h"

#include <arpa/inet.h>
#include <stdlib.h>

struct http_request *request_new(struct http_server *server, struct MHD_Connection *connection, const char *target)
{
	struct arena *a = arena_open(ARENA_MAX);
	struct http_request *req = ARENA_NEW(a, struct http_request);
	req->server = server;
	req->connection = connection;
	req->arena = a;
	req->target = arena_str(a, str_of(target));
	req->headers_end = &req->headers;
	id_text(id_new(), req->id);
	return req;
}

void request_free(struct http_request *req)
{
	http_page_unref(req->page);
	http_channel_unref(req->channel);
	free(req->body);
	arena_close(req->arena);
}

static bool parse_method(const char *method, enum http_method *out)
{
	static const struct {
		const char *name;
		enum http_method method;
	} methods[] = {{"GET", HTTP_GET},     {"HEAD", HTTP_GET},     {"POST", HTTP_POST},      {"PUT", HTTP_PUT},
	               {"PATCH", HTTP_PATCH}, {"DELETE", HTTP_DELETE}, {"OPTIONS", HTTP_OPTIONS}};
	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		if (strcmp(methods[i].name, method) == 0) {
			*out = methods[i].method;
			return true;
		}
	}
	return false;
}

static bool parse_target(struct http_request *req)
{
	str t = req->target;
	size_t question = str_find(t, STR("?"), 0);
	req->query_text = question == SIZE_MAX ? STR("") : str_sub(t, question + 1, t.n);
	str path = str_sub(t, 0, question == SIZE_MAX ? t.n : question);
	return path.n > 0 && path.p[0] == '/' && decode_percent(req->arena, path, false, &req->path);
}

void request_begin(struct http_request *req, const char *method)
{
	int64_t announced = 0;
	str length = http_header(req, "Content-Length");
	bool known = parse_method(method, &req->method);
	if (!parse_target(req)) {
		req->path = STR("/");
		req->refusal = 400;
		return;
	}
	if (!known) {
		req->refusal = 405;
		req->match.allow = STR("GET, HEAD");
		return;
	}
	route_find(req->server, req->arena, req->method, req->path, &req->match);
	req->refusal = req->match.refusal;
	req->body_max = req->match.route ? req->match.route->body_max : 0;
	if (!req->refusal && length.n && (!str_to_i64(length, &announced) || announced < 0))
		req->refusal = 400;
	else if (!req->refusal && (uint64_t)announced > req->body_max)
		req->refusal = 413;
}

/* ---- what came in ---- */

struct arena *http_arena(struct http_request *req) { return req->arena; }
enum http_method http_method(const struct http_request *req) { return req->method; }
unsigned http_tag(const struct http_request *req) { return req->match.route ? req->match.route->tag : 0; }
str http_path(const struct http_request *req) { return req->path; }
str http_body(const struct http_request *req) { return (str){req->body, req->body_size}; }
void **http_slot(struct http_request *req) { return &req->slot; }
str http_request_id(struct http_request *req) { return str_of(req->id); }
unsigned http_status(const struct http_request *req) { return req->status; }

str http_param(const struct http_request *req, const char *name)
{
	for (size_t i = 0; i < req->match.param_count; i++)
		if (str_eq(req->match.names[i], str_of(name)))
			return req->match.values[i];
	return STR("");
}

static str find_field(const struct decode_field *fields, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(fields[i].name, str_of(name)))
			return fields[i].value;
	return STR_NONE;
}

str http_query(struct http_request *req, const char *name)
{
	bool broken;
	if (!req->query_read)
		req->query = decode_fields(req->arena, req->query_text, FIELDS_MAX, &req->query_count, &broken);
	req->query_read = true;
	return find_field(req->query, req->query_count, name);
}

str http_form(struct http_request *req, const char *name)
{
	bool broken;
	if (!req->form_read && str_starts(http_header(req, "Content-Type"), STR("application/x-www-form-urlencoded")))
		req->form = decode_fields(req->arena, http_body(req), FIELDS_MAX, &req->form_count, &broken);
	req->form_read = true;
	return find_field(req->form, req->form_count, name);
}

/* Header values that are no UTF-8 are as if they were not there: nothing of ours sends them. */
str http_header(struct http_request *req, const char *name)
{
	const char *value = MHD_lookup_connection_value(req->connection, MHD_HEADER_KIND, name);
	str s = str_of(value);
	return value && utf8_invalid(s) == SIZE_MAX ? s : STR_NONE;
}

str http_cookie(struct http_request *req, const char *name)
{
	return decode_cookie(http_header(req, "Cookie"), str_of(name));
}

/* ---- who ---- */

static str peer(struct http_request *req)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(req->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	char text[INET6_ADDRSTRLEN] = "";
	if (info && info->client_addr->sa_family == AF_INET) {
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)info->client_addr)->sin_addr, text, sizeof text);
	} else if (info && info->client_addr->sa_family == AF_INET6) {
		const struct in6_addr *six = &((const struct sockaddr_in6 *)(const void *)info->client_addr)->sin6_addr;
		if (IN6_IS_ADDR_V4MAPPED(six))
			inet_ntop(AF_INET, six->s6_addr + 12, text, sizeof text);
		else
			inet_ntop(AF_INET6, six, text, sizeof text);
	}
	return arena_str(req->arena, str_of(text));
}

static bool trusted(const struct http_request *req, str address)
{
	str list = req->server->config.trusted_proxies, one;
	while (str_next(&list, ' ', &one))
		if (one.n && str_eq(one, address))
			return true;
	return false;
}

str http_client(struct http_request *req)
{
	str client = peer(req), chain = http_header(req, "X-Forwarded-For");
	/* from right to left, as far as we trust who added it */
	while (chain.n && trusted(req, client)) {
		size_t comma = chain.n;
		while (comma > 0 && chain.p[comma - 1] != ',')
			comma--;
		str last = str_trim(str_sub(chain, comma, chain.n));
		if (last.n == 0 || last.n >= INET6_ADDRSTRLEN)
			break;
		client = arena_str(req->arena, last);
		chain = str_sub(chain, 0, comma ? comma - 1 : 0);
	}
	return client;
}

bool http_is_secure(struct http_request *req)
{
	return trusted(req, peer(req)) && str_eq(http_header(req, "X-Forwarded-Proto"), STR("https"));
}

/* ---- the answer ---- */

void http_add_header(struct http_request *req, const char *name, str value)
{
	for (size_t i = 0; i < value.n; i++)
		BUG_IF((unsigned char)value.p[i] < 0x20 && value.p[i] != '\t');
	struct header *h = ARENA_NEW(req->arena, struct header);
	*h = (struct header){.name = arena_cstr(req->arena, str_of(name)), .value = arena_cstr(req->arena, value)};
	*req->headers_end = h;
	req->headers_end = &h->next;
}

void http_respond(struct http_request *req, unsigned status, const char *content_type, str body)
{
	BUG_IF(req->status);
	req->status = status;
	req->content_type = content_type;
	req->answer = body;
}

void http_respond_page(struct http_request *req, struct http_page *page)
{
	BUG_IF(req->status);
	req->status = 200;
	req->page = http_page_ref(page);
}

void http_respond_stream(struct http_request *req, struct http_channel *channel)
{
	BUG_IF(req->status);
	req->status = 200;
	req->channel = http_channel_ref(channel);
}
