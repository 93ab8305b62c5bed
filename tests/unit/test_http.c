/* The web server over real sockets: what it takes and what it refuses. */
#include "http_app.h"

#define FORM_TYPE "Content-Type: application/x-www-form-urlencoded\r\n"

/* ---- routes ---- */

static void requests_find_their_route(void **state)
{
	check(200, "quick", GET("/"));
	check(200, "special", GET("/items/special"));
	check(200, "item [a1] [] 0 tag 7 path [/items/a1]", GET("/items/a1"));
	check(200, "item [special] [] 0 tag 8 path [/items/special]", "DELETE /items/special" HOST "\r\n");
	check(200, "item [a1] [p2] 0 tag 9 path [/items/a1/parts/p2]", GET("/items/a1/parts/p2?x=y"));
	check(200, "item [a/b] [\xc3\xa4 +] 0 tag 9 path [/items/a/b/parts/\xc3\xa4 +]",
	      GET("/items/a%2Fb/parts/%C3%A4%20+"));
	check(200, "special", GET("/%69tems/special"));
	check(200, "files []", GET("/files/"));
	check(200, "files [a/b/c]", GET("/files/a/b%2Fc"));
	check(200, "files [1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17]",
	      GET("/files/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"));
	check(200, "13 1 1", GET("/id"));
	check(204, "", "OPTIONS /items/any/thing" HOST "\r\n");
}

static void what_is_not_there_is_refused(void **state)
{
	static const char *const nowhere[] = {"/nowhere",
	                                      "/items",
	                                      "/items/",
	                                      "/items/a/",
	                                      "/files",
	                                      "//",
	                                      "//items/a",
	                                      "/items/a/parts",
	                                      "/items//parts/b",
	                                      "/Items/special",
	                                      "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15"};
	char request[200];
	for (size_t i = 0; i < COUNT_OF(nowhere); i++) {
		snprintf(request, sizeof request, "GET %s" HOST "\r\n", nowhere[i]);
		check(404, "refused 404", request);
	}
	check(404, "refused 404", "POST /nowhere" HOST "Content-Length: 3\r\n\r\nabc");
	static const struct {
		const char *request, *allow;
	} table[] = {
		{"POST /" HOST "Content-Length: 0\r\n\r\n", "GET, HEAD"},
		{"POST /" HOST "Content-Length: 3\r\n\r\nabc", "GET, HEAD"},
		{GET("/echo"), "POST, PUT"},
		{"PATCH /items/special" HOST "\r\n", "GET, HEAD, DELETE, OPTIONS"},
		{"BREW /items/a/parts/b" HOST "\r\n", "GET, HEAD, OPTIONS"},
		{"TRACE /" HOST "\r\n", "GET, HEAD"},
	};
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct reply r = ask(table[i].request);
		assert_int_equal(r.status, 405);
		assert_string_equal(reply_header(&r, "Allow"), table[i].allow);
		assert_string_equal(reply_header(&r, "X-Finished"), "yes");
		reply_free(&r);
	}
}

static void doubtful_requests_are_refused(void **state)
{
	static const char *const bad[] = {
		GET("/items/%"),
		GET("/items/%zz"),
		GET("/items/%00"),
		GET("/items/%ff"),
		GET("/items/%c0%af"),
		GET("/items/\xff"),
		GET("/items/a%0Ab"),
		GET("/items/%7f"),
		GET("/items/.."),
		GET("/items/%2e%2e"),
		GET("/a/../items/b"),
		GET("/files/a%2F..%2Fb"),
		GET("/./"),
		GET("http://x/"),
		GET("*"),
		GET("items/a"),
		GET("/a b"),
		GET("/a#b"),
		"OPTIONS *" HOST "\r\n",
		"CONNECT x:80" HOST "\r\n",
		"GET / HTTP/1.1\r\n\r\n",
		"GET /" HOST "Host: y\r\n\r\n",
		"POST /echo" HOST "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
		"POST /echo" HOST "Content-Length: +3\r\n\r\nabc",
		"POST /echo" HOST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
		"POST /echo" HOST "Content-Length: 3, 3\r\n\r\nabc",
		"POST /echo" HOST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST /echo" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"POST /echo" HOST "Transfer-Encoding: identity\r\n\r\nabc",
		"POST /echo" HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST /echo" HOST "Content-Length : 3\r\n\r\nabc",
		"POST /echo" HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
	};
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		check(400, NULL, bad[i]);
	/* what is hardly HTTP may be answered in any way but with success */
	static const char *const worse[] = {"GARBAGE\r\n\r\n",
	                                    "GET\r\n\r\n",
	                                    "GET \r\n\r\n",
	                                    "GET /\r\n\r\n",
	                                    "GET / HTTP/9.9\r\n\r\n",
	                                    "GET /" HOST "no colon\r\n\r\n",
	                                    "GET /" HOST "Content-Length: 99999999999999999999\r\n\r\n"};
	for (size_t i = 0; i < COUNT_OF(worse); i++) {
		struct peer *p = peer_open(app_port(app));
		assert_true(peer_send(p, worse[i]));
		struct reply r = peer_reply(p, true);
		assert_true(r.status == 0 || r.status >= 400);
		reply_free(&r);
		peer_close(p);
	}
	check(200, "quick", "GET / HTTP/1.0\r\n\r\n");
}

/* The bytes behind a request that was refused for its framing are not taken for a request. */
static void no_request_is_slipped_in(void **state)
{
	static const char *const heads[] = {"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
	                                    "Transfer-Encoding: xchunked\r\n",
	                                    "Content-Length: 0\r\nContent-Length: 40\r\n", "Content-Length : 40\r\n"};
	char request[400];
	for (size_t i = 0; i < COUNT_OF(heads); i++) {
		struct peer *p = peer_open(app_port(app));
		snprintf(request, sizeof request, "POST /echo" HOST "%s\r\n0\r\n\r\n" GET("/items/special"), heads[i]);
		assert_true(peer_send(p, request));
		struct reply r = peer_reply(p, true);
		assert_int_equal(r.status, 400);
		reply_free(&r);
		assert_true(peer_is_closed(p));
		assert_int_equal(p->n, 0);
		peer_close(p);
	}
}

static void large_heads_are_refused(void **state)
{
	static char request[60000];
	memset(request, 'x', sizeof request - 1);
	memcpy(request, "GET /" HOST "X-Big: ", strlen("GET /" HOST "X-Big: "));
	memcpy(request + sizeof request - 5, "\r\n\r\n", 5);
	struct peer *p = peer_open(app_port(app));
	(void)peer_send(p, request); /* may be cut while sending */
	struct reply r = peer_reply(p, true);
	assert_true(r.status == 431 || r.status == 0);
	reply_free(&r);
	peer_close(p);
	memset(request, 'x', 5000);
	memcpy(request, "GET /" HOST "X-Ok: ", strlen("GET /" HOST "X-Ok: "));
	memcpy(request + 5000, "\r\n\r\n", 5);
	check(200, "quick", request);
}

/* ---- what comes in ---- */

static void queries_cookies_and_headers(void **state)
{
	check(200, "a=[1] b=-[] c=[] h=-[]", GET("/query?a=1&a=2"));
	check(200, "a=[x y&=] b=[] c=[] h=-[]", GET("/query?a=x+y%26%3D&b"));
	check(200, "a=-[] b=[2] c=[] h=-[]", GET("/query?a=%&b=2&a=%ff"));
	check(200, "a=-[] b=-[] c=[d] h=[\xc3\xa4 b]",
	      "GET /query" HOST "Cookie: cc=1; c=d; c=e\r\nX-Test: \xc3\xa4 b\r\n\r\n");
	check(200, "a=-[] b=-[] c=[] h=-[]", "GET /query" HOST "X-Test: \xff\xfe\r\n\r\n");
	check(200, "a=-[] b=-[] c=[] h=-[]", "GET /query" HOST "X-Test: a\x01z\r\n\r\n");
}

static void forms_are_decoded(void **state)
{
	check(200, "a=[1 2] b=[\xc3\xa4\n] whole",
	      "POST /form" HOST FORM_TYPE "Content-Length: 18\r\n\r\na=1+2&b=%C3%A4%0A&");
	check(200, "a=[1] b=[] broken", "POST /form" HOST FORM_TYPE "Content-Length: 11\r\n\r\na=1&b=%ff&x");
	check(200, "a=[1] b=[] whole",
	      "POST /form" HOST
	      "Content-Type: Application/X-WWW-Form-Urlencoded; charset=utf-8\r\nContent-Length: 3\r\n\r\na=1");
	check(200, "a=[] b=[] whole", "POST /form" HOST "Content-Type: text/plain\r\nContent-Length: 3\r\n\r\na=1");
	check(200, "a=[] b=[] whole", "POST /form" HOST FORM_TYPE "Content-Length: 0\r\n\r\n");
}

static void bodies_are_whole_however_they_come(void **state)
{
	check(201, "abc", "POST /echo" HOST "Content-Length: 3\r\n\r\nabc");
	check(201, "", "POST /echo" HOST "\r\n");
	check(201, "abcdefg", "POST /echo" HOST "Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n");
	check(201, "abc", "PUT /echo" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nTrailer: x\r\n\r\n");
	struct peer *p = peer_open(app_port(app));
	static const char slow[] = "POST /echo" HOST "Content-Length: 5\r\n\r\nabcde";
	for (size_t i = 0; i + 1 < sizeof slow; i++)
		assert_true(peer_send_bytes(p, slow + i, 1));
	struct reply r = peer_reply(p, true);
	assert_string_equal(r.body, "abcde");
	reply_free(&r);
	assert_true(peer_send(p, "POST /echo" HOST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
	peer_expect(p, "HTTP/1.1 100 Continue\r\n\r\n");
	assert_true(peer_send(p, "xyz"));
	r = peer_reply(p, true);
	assert_string_equal(r.body, "xyz");
	reply_free(&r);
	peer_close(p);
}

static void send_filler(struct peer *p, size_t n)
{
	static char filler[1 << 16];
	memset(filler, 'x', sizeof filler);
	for (size_t part; n > 0; n -= part) {
		part = n < sizeof filler ? n : sizeof filler;
		if (!peer_send_bytes(p, filler, part))
			return;
	}
}

static void bodies_have_a_limit(void **state)
{
	char head[200];
	/* exactly as large as allowed, then one byte more, then much more that is read for the answer to be heard */
	static const struct {
		size_t size;
		unsigned status;
	} table[] = {{BODY_MAX, 201}, {BODY_MAX + 1, 413}, {3 << 20, 413}};
	struct peer *p = peer_open(app_port(app));
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		snprintf(head, sizeof head, "POST /echo" HOST "Content-Length: %zu\r\n\r\n", table[i].size);
		assert_true(peer_send(p, head));
		send_filler(p, table[i].size);
		struct reply r = peer_reply(p, true);
		assert_int_equal(r.status, table[i].status);
		reply_free(&r);
	}
	assert_true(peer_send(p, GET("/"))); /* the connection is still good */
	struct reply r = peer_reply(p, true);
	assert_int_equal(r.status, 200);
	reply_free(&r);
	peer_close(p);
	/* nothing is waited for if it is far too large, or if the client asks first */
	check(413, "refused 413", "POST /echo" HOST "Content-Length: 999999999999\r\n\r\n");
	check(413, "refused 413", "POST /echo" HOST "Expect: 100-continue\r\nContent-Length: 100000\r\n\r\n");
	check(404, "refused 404", "POST /nowhere" HOST "Expect: 100-continue\r\nContent-Length: 10\r\n\r\n");
	check(413, "refused 413", "GET /" HOST "Content-Length: 3\r\n\r\nabc");
}

static void chunks_are_counted(void **state)
{
	struct peer *p = peer_open(app_port(app));
	assert_true(peer_send(p, "POST /echo" HOST "Transfer-Encoding: chunked\r\n\r\n"));
	for (int i = 0; i < 5; i++) {
		assert_true(peer_send(p, "4000\r\n"));
		send_filler(p, 0x4000);
		assert_true(peer_send(p, "\r\n"));
	}
	assert_true(peer_send(p, "0\r\n\r\n"));
	struct reply r = peer_reply(p, true);
	assert_int_equal(r.status, 413);
	reply_free(&r);
	peer_close(p);
	/* without an end */
	p = peer_open(app_port(app));
	assert_true(peer_send(p, "POST /echo" HOST "Transfer-Encoding: chunked\r\n\r\nfffffff\r\n"));
	send_filler(p, 64 << 20);
	assert_true(peer_is_closed(p));
	peer_close(p);
}

static void the_client_is_who_trusted_proxies_say(void **state)
{
	check(200, "127.0.0.1 plain", GET("/who"));
	check(200, "9.9.9.9 secure",
	      "GET /who" HOST "X-Forwarded-For: 1.1.1.1, 9.9.9.9\r\nX-Forwarded-Proto: https\r\n\r\n");
	check(200, "9.9.9.9 plain",
	      "GET /who" HOST "X-Forwarded-For: 1.1.1.1, 9.9.9.9, 10.0.0.1\r\nX-Forwarded-Proto: https, http\r\n\r\n");
	check(200, "9.9.9.9 plain", "GET /who" HOST "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n");
	check(200, "2001:db8::1 plain", "GET /who" HOST "X-Forwarded-For: 2001:DB8:0::1\r\n\r\n");
	check(200, "9.9.9.9 plain", "GET /who" HOST "X-Forwarded-For: ::ffff:9.9.9.9\r\n\r\n");
	check(200, "127.0.0.1 plain", "GET /who" HOST "X-Forwarded-For: 1.1.1.1, unknown\r\n\r\n");
	check(200, "127.0.0.1 plain", "GET /who" HOST "X-Forwarded-For: ,,\r\n\r\n");
	struct app *other = app_open((struct http_config){.workers = 1});
	struct peer *p = peer_open(app_port(other));
	assert_true(peer_send(p, "GET /who" HOST "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\n\r\n"));
	struct reply r = peer_reply(p, true);
	assert_string_equal(r.body, "127.0.0.1 plain");
	reply_free(&r);
	peer_close(p);
	app_close(other);
}

/* ---- shared pages ---- */

static void pages_come_in_three_forms(void **state)
{
	static const struct {
		const char *request, *coding;
	} table[] = {
		{GET("/page"), ""},
		{"GET /page" HOST "Accept-Encoding: gzip\r\n\r\n", "gzip"},
		{"GET /page" HOST "Accept-Encoding: gzip, br\r\n\r\n", "br"},
		{"GET /page" HOST "Accept-Encoding: gzip, br;q=0\r\n\r\n", "gzip"},
		{"GET /page-with-cookie" HOST "Accept-Encoding: br\r\n\r\n", "br"},
	};
	char tags[COUNT_OF(table)][100];
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct reply r = ask(table[i].request);
		assert_int_equal(r.status, 200);
		assert_string_equal(reply_header(&r, "Content-Encoding"), table[i].coding);
		assert_string_equal(reply_header(&r, "Vary"), "Accept-Encoding");
		assert_string_equal(reply_header(&r, "Cache-Control"), "max-age=1");
		assert_string_equal(reply_header(&r, "X-Own"), "page");
		assert_string_equal(reply_header(&r, "X-Finished"), "");
		assert_string_equal(reply_header(&r, "Set-Cookie"), strstr(table[i].request, "cookie") ? "seen=1" : "");
		assert_true(*table[i].coding ? r.body_size < PAGE_SIZE : r.body_size == PAGE_SIZE);
		snprintf(tags[i], sizeof tags[i], "%s", reply_header(&r, "ETag"));
		reply_free(&r);
	}
	assert_string_not_equal(tags[0], tags[1]);
	assert_string_not_equal(tags[1], tags[2]);
	assert_string_equal(tags[1], tags[3]);
	assert_string_equal(tags[2], tags[4]);
}

static void known_pages_are_not_sent_again(void **state)
{
	char request[300], tag[100];
	struct reply r = ask("GET /page" HOST "Accept-Encoding: gzip\r\n\r\n");
	snprintf(tag, sizeof tag, "%s", reply_header(&r, "ETag"));
	reply_free(&r);
	static const struct {
		const char *before, *path, *encoding;
		unsigned status;
	} table[] = {{"", "/page", "gzip", 304},
	             {"W/", "/page", "gzip", 304},
	             {"\"x\", ", "/page", "gzip", 304},
	             {"*, ", "/page", "br", 304},
	             {"", "/page", "br", 200},
	             {"", "/page", "identity", 200},
	             {"", "/page-with-cookie", "gzip", 304}};
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		snprintf(request, sizeof request, "GET %s" HOST "Accept-Encoding: %s\r\nIf-None-Match: %s%s\r\n\r\n",
		         table[i].path, table[i].encoding, table[i].before, tag);
		r = ask(request);
		assert_int_equal(r.status, table[i].status);
		assert_string_equal(reply_header(&r, "Vary"), "Accept-Encoding");
		assert_string_equal(reply_header(&r, "Cache-Control"), "max-age=1");
		if (r.status == 304 && strcmp(table[i].encoding, "gzip") == 0)
			assert_string_equal(reply_header(&r, "ETag"), tag);
		reply_free(&r);
	}
}

static struct reply ask_packed(const char *path, const char *known)
{
	char request[300];
	snprintf(request, sizeof request, "GET %s" HOST "Accept-Encoding: br\r\nIf-None-Match: %s\r\n\r\n", path, known);
	return ask(request);
}

/* The tag of brotli's better form, from the moment on at which it is what one gets. */
static void wait_for_better(const char *path, char tag[100])
{
	msec begin = clock_steady();
	do {
		assert_true(clock_steady() - begin < 20000);
		struct reply r = ask_packed(path, "\"x\"");
		assert_int_equal(r.status, 200);
		assert_string_equal(reply_header(&r, "Content-Encoding"), "br");
		snprintf(tag, 100, "%s", reply_header(&r, "ETag"));
		reply_free(&r);
	} while (!strstr(tag, "-b\""));
}

static void a_large_page_is_packed_hastily_first(void **state)
{
	static const struct {
		const char *path;
		unsigned hasty;
	} table[] = {{"/large-page", 304}, {"/page", 200}};
	char tag[100];
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		wait_for_better(table[i].path, tag);
		struct reply r = ask_packed(table[i].path, tag);
		assert_int_equal(r.status, 304);
		assert_string_equal(reply_header(&r, "ETag"), tag);
		reply_free(&r);
		*strstr(tag, "-b\"") = 0; /* who has the hasty one has the page */
		strcat(tag, "-h\"");
		r = ask_packed(table[i].path, tag);
		assert_int_equal(r.status, table[i].hasty);
		if (r.status == 304)
			assert_string_equal(reply_header(&r, "ETag"), tag);
		reply_free(&r);
	}
}

static void other_states_of_pages(void **state)
{
	check(410, "gone", GET("/gone"));
	check(410, "gone", "GET /gone" HOST "If-None-Match: *\r\n\r\n");
}

static void heads_are_as_of_the_get(void **state)
{
	static const char *const targets[] = {"/", "/page", "/items/x", "/gone", "/nowhere"};
	char request[200];
	struct peer *p = peer_open(app_port(app));
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		unsigned status[2], length[2];
		for (int head = 0; head < 2; head++) {
			snprintf(request, sizeof request, "%s %s" HOST "\r\n", head ? "HEAD" : "GET", targets[i]);
			assert_true(peer_send(p, request));
			struct reply r = peer_reply(p, !head); /* a body after HEAD would spoil the next */
			status[head] = r.status;
			length[head] = (unsigned)strtoul(reply_header(&r, "Content-Length"), NULL, 10);
			reply_free(&r);
		}
		assert_int_equal(status[0], status[1]);
		assert_int_equal(length[0], length[1]);
	}
	peer_close(p);
}

/* ---- where it listens ---- */

static void addresses_that_cannot_be_listened_on(void **state)
{
	static const char *const bad[] = {
		"", "8080", "127.0.0.1", "127.0.0.1:", "nowhere.invalid:80", "127.0.0.1:x", "[::1:80", "1.2.3.4.5:80"};
	struct http_config config = {.routes = app_routes, .route_count = COUNT_OF(app_routes), .refuse = app_refuse};
	struct http_server *server;
	struct frg_error err;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		config.listen = str_of(bad[i]);
		assert_int_equal(http_server_open(&config, &server, &err), FRG_INVALID);
		assert_code(err, "listen");
	}
	char taken[40];
	snprintf(taken, sizeof taken, "127.0.0.1:%u", app_port(app));
	config.listen = str_of(taken);
	assert_int_equal(http_server_open(&config, &server, &err), FRG_IO);
	assert_code(err, "listen");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_find_their_route),
		cmocka_unit_test(what_is_not_there_is_refused),
		cmocka_unit_test(doubtful_requests_are_refused),
		cmocka_unit_test(no_request_is_slipped_in),
		cmocka_unit_test(large_heads_are_refused),
		cmocka_unit_test(queries_cookies_and_headers),
		cmocka_unit_test(forms_are_decoded),
		cmocka_unit_test(bodies_are_whole_however_they_come),
		cmocka_unit_test(bodies_have_a_limit),
		cmocka_unit_test(chunks_are_counted),
		cmocka_unit_test(the_client_is_who_trusted_proxies_say),
		cmocka_unit_test(pages_come_in_three_forms),
		cmocka_unit_test(known_pages_are_not_sent_again),
		cmocka_unit_test(a_large_page_is_packed_hastily_first),
		cmocka_unit_test(other_states_of_pages),
		cmocka_unit_test(heads_are_as_of_the_get),
		cmocka_unit_test(addresses_that_cannot_be_listened_on),
	};
	return cmocka_run_group_tests_name("http", tests, app_set_up, app_tear_down);
}
