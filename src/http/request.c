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
	req->began = clock_steady_ns();
	return req;
}

void request_free(struct http_request *req)
{
	http_page_unref(req->page);
	http_channel_unref(req->channel);
	atomic_fetch_sub(&req->server->body_bytes, req->body_room);
	free(req->body);
	arena_close(req->arena);
}

/* ---- what came in ---- */

struct arena *http_arena(struct http_request *req) { return req->arena; }
enum http_method http_method(const struct http_request *req) { return req->method; }
unsigned http_tag(const struct http_request *req) { return req->match.route ? req->match.route->tag : 0; }
str http_path(const struct http_request *req) { return req->path; }
str http_body(const struct http_request *req) { return (str){req->body, req->body_size}; }
void **http_slot(struct http_request *req) { return &req->slot; }
unsigned http_status(const struct http_request *req) { return req->status; }

/* Made when asked for: what is answered from memory needs no randomness. */
str http_request_id(struct http_request *req)
{
	if (!req->id[0])
		id_text(id_new(), req->id);
	return str_of(req->id);
}

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
	if (!req->query_read)
		req->query = decode_fields(req->arena, req->query_text, FIELDS_MAX, &req->query_count, &req->query_broken);
	req->query_read = true;
	return find_field(req->query, req->query_count, name);
}

bool http_query_broken(struct http_request *req)
{
	(void)http_query(req, "");
	return req->query_broken;
}

str http_form(struct http_request *req, const char *name)
{
	str type = http_header(req, "Content-Type");
	size_t semicolon = str_find(type, STR(";"), 0);
	type = str_trim(str_sub(type, 0, semicolon == SIZE_MAX ? type.n : semicolon));
	if (!req->form_read && str_eq_nocase(type, STR("application/x-www-form-urlencoded")))
		req->form = decode_fields(req->arena, http_body(req), FIELDS_MAX, &req->form_count, &req->form_broken);
	req->form_read = true;
	return find_field(req->form, req->form_count, name);
}

bool http_form_broken(struct http_request *req)
{
	(void)http_form(req, "");
	return req->form_broken;
}

/* Header values that are no clean UTF-8 are as if they were not there: nothing of ours sends them. */
str http_header(struct http_request *req, const char *name)
{
	const char *value = MHD_lookup_connection_value(req->connection, MHD_HEADER_KIND, name);
	str s = str_of(value);
	return value && utf8_invalid(s) == SIZE_MAX && is_clean(s) ? s : STR_NONE;
}

str http_cookie(struct http_request *req, const char *name)
{
	return decode_cookie(http_header(req, "Cookie"), str_of(name));
}

/* ---- who ---- */

static str peer(struct http_request *req)
{
	if (req->peer.p)
		return req->peer;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(req->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
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
	req->peer = arena_str(req->arena, str_of(text));
	return req->peer;
}

static bool trusted(const struct http_request *req, str address)
{
	str list = req->server->config.trusted_proxies, one;
	while (str_next(&list, ' ', &one))
		if (one.n && str_eq(one, address))
			return true;
	return false;
}

struct joined {
	struct http_request *req;
	const char *name;
	str text;
};

static enum MHD_Result join(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct joined *j = cls;
	(void)kind;
	if (value && str_eq_nocase(str_of(name), str_of(j->name)))
		j->text = j->text.n ? arena_printf(j->req->arena, "%.*s,%s", STR_ARG(j->text), value) : str_of(value);
	return MHD_YES;
}

/* A list header, all its lines: a proxy may add one of its own below the client's. */
static str whole_list(struct http_request *req, const char *name)
{
	struct joined j = {.req = req, .name = name};
	MHD_get_connection_values(req->connection, MHD_HEADER_KIND, join, &j);
	return j.text;
}

/* Cuts the last entry off. */
static str take_last(str *list)
{
	size_t comma = list->n;
	while (comma > 0 && list->p[comma - 1] != ',')
		comma--;
	str last = str_trim(str_sub(*list, comma, list->n));
	list->n = comma ? comma - 1 : 0;
	return last;
}

/* As inet_ntop writes it, so that one address has one spelling; n == 0 if it is none. */
static str plain_address(struct http_request *req, str text)
{
	struct in6_addr raw;
	char out[INET6_ADDRSTRLEN];
	const char *in = arena_cstr(req->arena, text);
	int family = memchr(in, ':', text.n) ? AF_INET6 : AF_INET;
	if (inet_pton(family, in, &raw) != 1)
		return STR("");
	bool mapped = family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&raw);
	inet_ntop(mapped ? AF_INET : family, mapped ? &raw.s6_addr[12] : (void *)&raw, out, sizeof out);
	return arena_str(req->arena, str_of(out));
}

str http_client(struct http_request *req)
{
	str client = peer(req);
	if (!trusted(req, client))
		return client;
	str chain = whole_list(req, "X-Forwarded-For");
	/* from right to left, as far as we trust who added it */
	while (chain.n && trusted(req, client)) {
		str next = plain_address(req, take_last(&chain));
		if (next.n == 0)
			break;
		client = next;
	}
	return client;
}

static bool is_loopback(str host)
{
	bool digits = str_starts(host, STR("127.")); /* no name that begins so */
	for (size_t i = 0; digits && i < host.n; i++)
		digits = host.p[i] == '.' || (host.p[i] >= '0' && host.p[i] <= '9');
	return digits || str_eq(host, STR("::1")) || str_eq(host, STR("[::1]")) || str_eq_nocase(host, STR("localhost"));
}

bool http_is_local(struct http_request *req)
{
	static const char *const added[] = {"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
	                                    "X-Real-IP",       "Forwarded",        "Via"};
	str host = http_header(req, "Host");
	size_t colon = host.n;
	while (colon > 0 && host.p[colon - 1] != ':' && host.p[colon - 1] != ']')
		colon--;
	if (colon > 0 && host.p[colon - 1] == ':')
		host.n = colon - 1;
	for (size_t i = 0; i < COUNT_OF(added); i++)
		if (MHD_lookup_connection_value(req->connection, MHD_HEADER_KIND, added[i]))
			return false;
	return is_loopback(peer(req)) && is_loopback(host);
}

bool http_is_secure(struct http_request *req)
{
	if (!trusted(req, peer(req)))
		return false;
	str schemes = whole_list(req, "X-Forwarded-Proto");
	return str_eq_nocase(take_last(&schemes), STR("https"));
}

/* ---- the answer ---- */

void http_add_header(struct http_request *req, const char *name, str value)
{
	BUG_IF(!is_clean(value));
	if (value.n == 0)
		return; /* libmicrohttpd has no empty headers */
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
	req->status = page_status(page);
	req->page = http_page_ref(page);
	page_prepare(req, page);
}

void http_respond_stream(struct http_request *req, struct http_channel *channel)
{
	BUG_IF(req->status);
	req->status = 200;
	req->channel = http_channel_ref(channel);
}

void http_respond_stream_to(struct http_request *req, struct http_channel *channel, const struct http_listener *who)
{
	http_respond_stream(req, channel);
	req->listener = *who;
}
