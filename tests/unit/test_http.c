/* The web server over real sockets: what it takes, what it refuses, and that nobody holds up others. */
#include "http_app.h"

static struct app *app; /* shared by the tests that need nothing special */

static int set_up(void **state)
{
	assert_true(id_setup());
	app = app_open((struct http_config){.loops = 2, .workers = 3, .trusted_proxies = STR("127.0.0.1 10.0.0.1")});
	return 0;
}

static int tear_down(void **state)
{
	app_close(app);
	return 0;
}

/* Sends a request of its own connection and checks status and, if not NULL, body. */
static void check(unsigned status, const char *body, const char *request)
{
	struct peer *p = peer_open(app_port(app));
	assert_true(peer_send(p, request));
	struct reply r = peer_reply(p, strncmp(request, "HEAD ", 5) != 0);
	if (r.status != status || (body && strcmp(body, r.body) != 0))
		fail_msg("%.300s\ngot %u \"%s\"\nwant %u \"%s\"", request, r.status, r.body ? r.body : "", status,
		         body ? body : "");
	reply_free(&r);
	peer_close(p);
}

static struct reply ask(const char *request)
{
	struct peer *p = peer_open(app_port(app));
	assert_true(peer_send(p, request));
	struct reply r = peer_reply(p, strncmp(request, "HEAD ", 5) != 0);
	peer_close(p);
	assert_int_not_equal(r.status, 0);
	return r;
}

#define HOST " HTTP/1.1\r\nHost: x\r\n"
#define GET(target) "GET " target HOST "\r\n"
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

/* ---- workers ---- */

static void pipelined_requests_are_answered_in_order(void **state)
{
	struct peer *p = peer_open(app_port(app));
	assert_true(peer_send(p, GET("/items/1") GET("/") "POST /echo" HOST "Content-Length: 2\r\n\r\nhi" GET("/items/2")
	                             GET("/nowhere")));
	static const char *const want[] = {"item [1] [] 0 tag 7 path [/items/1]", "quick", "hi",
	                                   "item [2] [] 0 tag 7 path [/items/2]", "refused 404"};
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		struct reply r = peer_reply(p, true);
		assert_string_equal(r.body, want[i]);
		reply_free(&r);
	}
	peer_close(p);
}

static void who_waits_holds_up_nobody(void **state)
{
	struct peer *waiting[2];
	for (size_t i = 0; i < COUNT_OF(waiting); i++) {
		waiting[i] = peer_open(app_port(app));
		assert_true(peer_send(waiting[i], GET("/gate")));
	}
	wait_until(atomic_load(&app->at_gate) == 2);
	check(200, "quick", GET("/"));
	check(201, "abc", "POST /echo" HOST "Content-Length: 3\r\n\r\nabc"); /* by the third worker */
	assert_false(peer_more(waiting[0], 0));
	app_gate_set(app, true);
	for (size_t i = 0; i < COUNT_OF(waiting); i++) {
		struct reply r = peer_reply(waiting[i], true);
		assert_string_equal(r.body, "through the gate");
		reply_free(&r);
		peer_close(waiting[i]);
	}
	app_gate_set(app, false);
}

static void clients_may_go_while_they_wait(void **state)
{
	unsigned before = atomic_load(&app->at_gate), done = atomic_load(&app->finished);
	for (unsigned i = 0; i < 3; i++) {
		struct peer *p = peer_open(app_port(app));
		assert_true(peer_send(p, GET("/gate")));
		wait_until(atomic_load(&app->at_gate) == before + i + 1);
		if (i == 2)
			peer_close(p);
		else
			peer_break(p);
	}
	app_gate_set(app, true);
	wait_until(atomic_load(&app->finished) == done + 3);
	check(201, "abc", "POST /echo" HOST "Content-Length: 3\r\n\r\nabc");
	app_gate_set(app, false);
}

static void too_many_waiting_are_refused(void **state)
{
	struct app *small = app_open((struct http_config){.workers = 1, .waiting_max = 2});
	struct peer *p[4];
	for (size_t i = 0; i < COUNT_OF(p); i++) {
		p[i] = peer_open(app_port(small));
		if (i == 0) {
			assert_true(peer_send(p[0], GET("/gate")));
			wait_until(atomic_load(&small->at_gate) == 1);
		}
	}
	/* two find room, one does not, whichever comes last */
	for (size_t i = 1; i < COUNT_OF(p); i++)
		assert_true(peer_send(p[i], GET("/items/x")));
	size_t refused = 0;
	wait_until(
		(refused = (size_t)peer_more(p[1], 0) + (size_t)peer_more(p[2], 0) * 2 + (size_t)peer_more(p[3], 0) * 3) > 0);
	assert_in_range(refused, 1, 3);
	struct reply r = peer_reply(p[refused], true);
	assert_int_equal(r.status, 503);
	assert_string_equal(reply_header(&r, "Retry-After"), "5");
	reply_free(&r);
	app_gate_set(small, true);
	for (size_t i = 0; i < COUNT_OF(p); i++) {
		if (i != refused) {
			r = peer_reply(p[i], true);
			assert_int_equal(r.status, 200);
			reply_free(&r);
		}
		peer_close(p[i]);
	}
	app_close(small);
}

static void slow_senders_are_cut(void **state)
{
	struct app *strict = app_open((struct http_config){.workers = 1, .idle_timeout_s = 1});
	struct peer *silent = peer_open(app_port(strict)), *half = peer_open(app_port(strict)),
				*drip = peer_open(app_port(strict));
	assert_true(peer_send(half, "GET /items/x HTT"));
	assert_true(peer_send(drip, "POST /echo" HOST "Content-Length: 60000\r\n\r\n"));
	msec until = clock_steady() + PATIENCE_MS;
	while (!drip->ended && clock_steady() < until) {
		(void)peer_send(drip, "x");
		(void)peer_more(drip, 50);
	}
	assert_true(drip->ended);
	assert_true(peer_is_closed(half));
	assert_true(peer_is_closed(silent));
	peer_close(silent);
	peer_close(half);
	peer_close(drip);
	app_close(strict);
}

static void slow_heads_and_slow_takers_are_cut(void **state)
{
	struct app *strict = app_open((struct http_config){.workers = 1, .idle_timeout_s = 1});
	struct peer *drip = peer_open(app_port(strict)), *lazy = peer_open(app_port(strict));
	assert_true(peer_send(drip, "GET /items/x HTTP/1.1\r\nX-Long: "));
	for (int i = 0; i < 2000; i++) /* far more than fits into the buffers between us */
		assert_true(peer_send(lazy, GET("/page")));
	msec until = clock_steady() + PATIENCE_MS;
	while (!drip->ended && clock_steady() < until) {
		(void)peer_send(drip, "x");
		(void)peer_more(drip, 50);
	}
	assert_true(drip->ended);
	assert_true(peer_is_closed(lazy));
	peer_close(drip);
	peer_close(lazy);
	app_close(strict);
}

static unsigned status_of(struct peer *p)
{
	struct reply r = peer_reply(p, true);
	unsigned status = r.status;
	reply_free(&r);
	peer_close(p);
	return status;
}

/* All but the last byte of a body that only one has room for. */
static struct peer *begin_large(struct app *on)
{
	struct peer *p = peer_open(app_port(on));
	char text[15001];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = 0;
	assert_true(peer_send(p, "POST /echo" HOST "Content-Length: 15001\r\n\r\n"));
	assert_true(peer_send(p, text));
	return p;
}

static void bodies_take_so_much_memory_together(void **state)
{
	struct app *small = app_open((struct http_config){.workers = 1, .bodies_max = 20000});
	unsigned taken = 0, refused = 0, other = 0;
	for (int i = 0; i < 20; i++) {
		struct peer *both[] = {begin_large(small), begin_large(small)};
		for (size_t k = 0; k < 2; k++)
			assert_true(peer_send(both[k], "x"));
		for (size_t k = 0; k < 2; k++) {
			unsigned status = status_of(both[k]);
			taken += status == 201;
			refused += status == 503;
			other += status != 201 && status != 503;
		}
	}
	assert_int_equal(other, 0);
	assert_true(refused > 0);
	assert_true(taken > 0); /* and when one is gone there is room again */
	app_close(small);
}

/* ---- streams ---- */

static struct peer *listen_to(struct app *on, const char *last_event_id)
{
	char request[300];
	struct peer *p = peer_open(app_port(on));
	snprintf(request, sizeof request, "GET /stream" HOST "%s%s%s\r\n", last_event_id ? "Last-Event-ID: " : "",
	         last_event_id ? last_event_id : "", last_event_id ? "\r\n" : "");
	assert_true(peer_send(p, request));
	peer_expect(p, "HTTP/1.1 200 ");
	peer_expect(p, "retry: 3000\n");
	return p;
}

/* The next message, whole; its id goes to `id`. */
static void expect_message(struct peer *p, const char *event, const char *data, char id[64])
{
	char want[200];
	msec until = clock_steady() + PATIENCE_MS;
	size_t end;
	while ((end = str_find((str){p->in, p->n}, STR("\n\n"), 0)) == SIZE_MAX)
		assert_true(peer_more(p, until - clock_steady()));
	/* before it stands what belongs to no message: the size of a chunk */
	size_t at = str_find((str){p->in, p->n}, STR("id: "), 0);
	assert_true(at < end);
	char *message = p->in + at;
	size_t n = end + 2 - at;
	snprintf(id, 64, "%.*s", (int)strcspn(message + 4, "\n"), message + 4);
	snprintf(want, sizeof want, "id: %s\nevent: %s\ndata: %s\n\n", id, event, data);
	if (!str_eq((str){message, n}, str_of(want)))
		fail_msg("got\n%.*s\nwant\n%s", (int)n, message, want);
	peer_drop(p, end + 2);
}

static void streams_open_at_once(void **state)
{
	struct peer *p = peer_open(app_port(app));
	assert_true(peer_send(p, "GET /stream" HOST "\r\n"));
	peer_expect(p, "HTTP/1.1 200 ");
	peer_expect(p, "retry: 3000\nid: ");
	peer_expect(p, "\n: hello\n\n");
	peer_close(p);
	struct reply r = ask("HEAD /stream" HOST "\r\n");
	assert_string_equal(reply_header(&r, "Content-Type"), "text/event-stream");
	assert_string_equal(reply_header(&r, "Cache-Control"), "no-store");
	assert_string_equal(reply_header(&r, "X-Accel-Buffering"), "no");
	assert_string_equal(reply_header(&r, "X-Finished"), "yes");
	reply_free(&r);
}

/* A message as one string, chunk heads and all; the reader must not depend on how they are packed. */
static void events_come_in_order_and_at_once(void **state)
{
	struct peer *p = listen_to(app, NULL);
	char data[40], want[80];
	msec best = PATIENCE_MS;
	peer_expect(p, ": hello\n\n");
	for (int i = 0; i < 20; i++) {
		snprintf(data, sizeof data, "{\"n\":%d}", i);
		snprintf(want, sizeof want, "event: put\ndata: %s\n\n", data);
		msec at = clock_steady();
		app_tell(app, data);
		peer_expect(p, want);
		if (clock_steady() - at < best)
			best = clock_steady() - at;
	}
	assert_true(best < 40); /* no waiting for a full packet */
	for (int i = 0; i < 100; i++) {
		snprintf(data, sizeof data, "{\"m\":%d}", i);
		app_tell(app, data);
	}
	for (int i = 0; i < 100; i++) {
		snprintf(want, sizeof want, "data: {\"m\":%d}\n\n", i);
		peer_expect(p, want);
		assert_true(i == 99 || p->n > 0 || peer_more(p, PATIENCE_MS));
	}
	http_channel_publish(app->channel, ++app->last_id, 0, "put", STR("one\ntwo\r"));
	peer_expect(p, "data: one\ndata: two \n\n");
	http_channel_publish(app->channel, ++app->last_id, 0, "put", STR_NONE);
	peer_expect(p, "event: put\ndata: \n\n");
	peer_close(p);
}

static void streams_go_on_where_they_were_lost(void **state)
{
	char id[64], second[64];
	struct peer *p = listen_to(app, NULL);
	peer_expect(p, ": hello\n\n");
	app_tell(app, "first");
	expect_message(p, "put", "first", id);
	peer_close(p);
	app_tell(app, "second");
	app_tell(app, "third");
	p = listen_to(app, id);
	peer_expect(p, ": hello\n\n");
	expect_message(p, "put", "second", second);
	expect_message(p, "put", "third", id);
	peer_close(p);
	p = listen_to(app, second);
	peer_expect(p, ": hello\n\n");
	expect_message(p, "put", "third", id);
	peer_close(p);
	/* also if nothing was told before the connection was lost */
	p = listen_to(app, NULL);
	peer_expect(p, "id: ");
	peer_expect(p, "\n");
	peer_close(p);
	p = listen_to(app, id);
	app_tell(app, "fourth");
	peer_expect(p, "event: put\ndata: fourth\n\n");
	peer_close(p);
}

/* What was taken back is not told to those who come later. */
static void a_topic_is_told_once(void **state)
{
	char start[64], id[64];
	struct peer *p = listen_to(app, NULL);
	peer_expect(p, ": hello\n\n");
	app_tell(app, "before");
	expect_message(p, "put", "before", start);
	http_channel_publish(app->channel, ++app->last_id, 77, "put", STR("secret"));
	expect_message(p, "put", "secret", id);
	http_channel_publish(app->channel, ++app->last_id, 77, "remove", STR("77"));
	expect_message(p, "remove", "77", id);
	peer_close(p);
	p = listen_to(app, start);
	msec until = clock_steady() + PATIENCE_MS;
	while (str_find((str){p->in, p->n}, STR("event: remove"), 0) == SIZE_MAX)
		assert_true(peer_more(p, until - clock_steady()));
	assert_lacks(((str){p->in, p->n}), "secret");
	peer_close(p);
}

static void who_was_away_too_long_loads_anew(void **state)
{
	char first[64], id[64];
	struct peer *p = listen_to(app, NULL);
	peer_expect(p, ": hello\n\n");
	app_tell(app, "old");
	expect_message(p, "put", "old", first);
	peer_close(p);
	for (int i = 0; i < 300; i++)
		app_tell(app, "more");
	const char *const asked[] = {first, "0", "1", "-1", "kaputt", "0000000000000-1", "99999999999", "x-"};
	for (size_t i = 0; i < COUNT_OF(asked); i++) {
		p = listen_to(app, asked[i]);
		peer_expect(p, ": hello\n\n");
		expect_message(p, "reset", "{}", id);
		app_tell(app, "news");
		peer_expect(p, "event: put\ndata: news\n\n");
		peer_close(p);
		/* who has heard the reset is up to date */
		p = listen_to(app, id);
		peer_expect(p, ": hello\n\n");
		expect_message(p, "put", "news", first);
		peer_close(p);
	}
}

/* Who does not read costs no memory, and is told to load anew or sent away. */
static void slow_readers_fall_out(void **state)
{
	static char block[100000];
	struct peer *p = peer_open(app_port(app));
	int small = 256 << 10; /* less, and the kernel's own pace is what is waited for */
	setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	assert_true(peer_send(p, "GET /stream" HOST "\r\n"));
	peer_expect(p, "hello");
	memset(block, 'y', sizeof block - 1);
	for (int i = 0; i < 200; i++)
		app_tell(app, block);
	msec until = clock_steady() + PATIENCE_MS;
	bool over = false; /* told to load anew, or the answer ends in the middle of a message */
	while (!over && peer_more(p, until - clock_steady()))
		over = str_find((str){p->in, p->n}, STR("event: reset"), 0) != SIZE_MAX ||
		       str_ends((str){p->in, p->n}, STR("\r\n0\r\n\r\n"));
	assert_true(over || p->ended);
	assert_true(p->n < 10000000);
	peer_close(p);
}

/* One message that no ring can hold. */
static void huge_messages_become_resets(void **state)
{
	char *huge = malloc(400000), id[64];
	assert_non_null(huge);
	memset(huge, 'z', 400000);
	struct peer *p = listen_to(app, NULL);
	peer_expect(p, ": hello\n\n");
	http_channel_publish(app->channel, ++app->last_id, 0, "put", (str){huge, 400000});
	expect_message(p, "reset", "{}", id);
	peer_close(p);
	free(huge);
}

static void dead_peers_are_found(void **state)
{
	struct app *pinged = app_open((struct http_config){.workers = 1, .stream_ping_s = 1});
	struct peer *alive = listen_to(pinged, NULL), *dead = listen_to(pinged, NULL);
	wait_until(http_channel_listeners(pinged->channel) == 2);
	peer_expect(alive, ": hello\n\n");
	peer_break(dead);
	peer_expect(alive, ": \n\n");
	wait_until(http_channel_listeners(pinged->channel) == 1);
	peer_expect(alive, ": \n\n");
	peer_close(alive);
	wait_until(http_channel_listeners(pinged->channel) == 0);
	app_close(pinged);
}

static void there_are_only_so_many_streams(void **state)
{
	struct app *few = app_open((struct http_config){.workers = 1, .streams_max = 2, .stream_ping_s = 1});
	struct peer *a = listen_to(few, NULL), *b = listen_to(few, NULL), *c = peer_open(app_port(few));
	assert_true(peer_send(c, GET("/stream")));
	struct reply r = peer_reply(c, true);
	assert_int_equal(r.status, 503);
	assert_string_equal(r.body, "refused 503");
	assert_string_equal(reply_header(&r, "Retry-After"), "5");
	reply_free(&r);
	peer_close(a);
	wait_until(http_channel_listeners(few->channel) == 1);
	a = listen_to(few, NULL);
	peer_close(a);
	peer_close(b);
	peer_close(c);
	app_close(few);
}

static void one_address_has_only_so_many_streams(void **state)
{
	struct app *few = app_open((struct http_config){
		.workers = 1, .streams_per_address = 2, .stream_ping_s = 1, .trusted_proxies = STR("127.0.0.1")});
	struct peer *a = listen_to(few, NULL), *b = listen_to(few, NULL), *c = peer_open(app_port(few));
	assert_true(peer_send(c, GET("/stream")));
	struct reply r = peer_reply(c, true);
	assert_int_equal(r.status, 429);
	assert_string_equal(reply_header(&r, "Retry-After"), "5");
	reply_free(&r);
	assert_true(peer_send(c, "GET /stream" HOST "X-Forwarded-For: 192.0.2.7\r\n\r\n")); /* another one may */
	peer_expect(c, "HTTP/1.1 200 ");
	peer_close(a);
	wait_until(http_channel_listeners(few->channel) == 2);
	a = listen_to(few, NULL);
	peer_close(a);
	peer_close(b);
	peer_close(c);
	app_close(few);
}

static void who_does_not_read_is_dropped(void **state)
{
	static char large[100001];
	struct app *strict = app_open((struct http_config){.workers = 1, .idle_timeout_s = 1});
	struct peer *deaf = listen_to(strict, NULL);
	memset(large, 'x', sizeof large - 1);
	wait_until(http_channel_listeners(strict->channel) == 1);
	msec until = clock_steady() + PATIENCE_MS;
	while (http_channel_listeners(strict->channel) && clock_steady() < until) {
		app_tell(strict, large);
		sched_yield();
	}
	assert_int_equal(http_channel_listeners(strict->channel), 0);
	peer_close(deaf);
	app_close(strict);
}

static void many_streams(void **state)
{
	enum { MANY = 500 };
	static struct peer *p[MANY];
	for (size_t i = 0; i < MANY; i++)
		p[i] = listen_to(app, NULL);
	wait_until(http_channel_listeners(app->channel) >= MANY);
	for (int i = 0; i < 3; i++)
		app_tell(app, "to all");
	check(200, "quick", GET("/"));
	check(201, "abc", "POST /echo" HOST "Content-Length: 3\r\n\r\nabc");
	for (size_t i = 0; i < MANY; i++) {
		for (int n = 0; n < 3; n++)
			peer_expect(p[i], "event: put\ndata: to all\n\n");
		if (i % 2)
			peer_close(p[i]);
		else
			peer_break(p[i]);
	}
}

struct teller {
	struct app *app;
	atomic_bool done;
};

static void *tell_on(void *arg)
{
	struct teller *t = arg;
	while (!atomic_load(&t->done))
		app_tell(t->app, "meanwhile");
	return NULL;
}

/* Who goes just when something is told is not told it any more, and not looked at either. */
static void streams_end_while_something_is_told(void **state)
{
	enum { MANY = 16, ROUNDS = 40 };
	struct peer *p[MANY];
	struct app *busy = app_open((struct http_config){.workers = 4});
	struct teller teller = {.app = busy};
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, tell_on, &teller), 0);
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < MANY; i++)
			p[i] = listen_to(busy, NULL);
		for (size_t i = 0; i < MANY; i++)
			i % 2 ? peer_close(p[i]) : peer_break(p[i]);
		for (size_t i = 0; i < MANY; i++) { /* these end at once, perhaps before libmicrohttpd has let go of them */
			p[i] = peer_open(app_port(busy));
			assert_true(peer_send(p[i], "HEAD /stream" HOST "\r\n"));
			peer_expect(p[i], "\r\n\r\n");
		}
		for (size_t i = 0; i < MANY; i++) {
			(void)peer_send(p[i], "more");
			peer_close(p[i]);
		}
	}
	wait_until(http_channel_listeners(busy->channel) == 0);
	atomic_store(&teller.done, true);
	pthread_join(thread, NULL);
	app_close(busy);
}

/* ---- the end ---- */

static void *drain(void *arg)
{
	http_server_drain(((struct app *)arg)->server, PATIENCE_MS);
	return NULL;
}

static void draining_finishes_what_runs(void **state)
{
	struct app *last = app_open((struct http_config){.workers = 2});
	struct peer *stream = listen_to(last, NULL), *running = peer_open(app_port(last)),
				*half = peer_open(app_port(last)), *kept = peer_open(app_port(last));
	assert_true(peer_send(kept, GET("/")));
	struct reply r = peer_reply(kept, true);
	reply_free(&r);
	assert_true(peer_send(running, GET("/gate")));
	assert_true(peer_send(half, "POST /echo" HOST "Expect: 100-continue\r\nContent-Length: 6\r\n\r\n"));
	peer_expect(half, "100 Continue\r\n\r\n");
	wait_until(atomic_load(&last->at_gate) == 1);
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, drain, last), 0);
	assert_true(peer_is_closed(stream)); /* draining has begun */
	struct peer *late = peer_open(app_port(last));
	(void)peer_send(late, GET("/"));
	assert_true(peer_is_closed(late));
	assert_int_equal(late->n, 0);
	assert_true(peer_send(kept, GET("/")));
	r = peer_reply(kept, true);
	assert_int_equal(r.status, 503);
	assert_string_equal(reply_header(&r, "Connection"), "close");
	reply_free(&r);
	assert_true(peer_send(half, "abcdef"));
	r = peer_reply(half, true);
	assert_string_equal(r.body, "abcdef");
	reply_free(&r);
	app_gate_set(last, true);
	r = peer_reply(running, true);
	assert_string_equal(r.body, "through the gate");
	reply_free(&r);
	assert_int_equal(pthread_join(thread, NULL), 0);
	peer_close(stream);
	peer_close(running);
	peer_close(half);
	peer_close(kept);
	peer_close(late);
	app_close(last);
}

/* Stopping at any moment under load neither hangs nor aborts. */
static void stopping_under_load(void **state)
{
	for (int round = 0; round < 15; round++) {
		struct app *busy = app_open((struct http_config){.workers = 2});
		struct peer *p[24];
		app_gate_set(busy, true);
		for (size_t i = 0; i < COUNT_OF(p); i++) {
			p[i] = peer_open(app_port(busy));
			for (int n = 0; n < 5; n++)
				(void)peer_send(p[i], i % 3 == 0 ? GET("/gate") : i % 3 == 1 ? GET("/page") : GET("/items/x"));
			(void)peer_send(p[i], i % 2 ? GET("/stream") : "POST /echo" HOST "Content-Length: 10\r\n\r\nabc");
		}
		http_server_drain(busy->server, round % 3 * 20);
		for (size_t i = 0; i < COUNT_OF(p); i++)
			peer_close(p[i]);
		app_close(busy);
	}
}

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
		cmocka_unit_test(pipelined_requests_are_answered_in_order),
		cmocka_unit_test(who_waits_holds_up_nobody),
		cmocka_unit_test(clients_may_go_while_they_wait),
		cmocka_unit_test(too_many_waiting_are_refused),
		cmocka_unit_test(slow_senders_are_cut),
		cmocka_unit_test(slow_heads_and_slow_takers_are_cut),
		cmocka_unit_test(bodies_take_so_much_memory_together),
		cmocka_unit_test(streams_open_at_once),
		cmocka_unit_test(events_come_in_order_and_at_once),
		cmocka_unit_test(streams_go_on_where_they_were_lost),
		cmocka_unit_test(a_topic_is_told_once),
		cmocka_unit_test(who_was_away_too_long_loads_anew),
		cmocka_unit_test(slow_readers_fall_out),
		cmocka_unit_test(huge_messages_become_resets),
		cmocka_unit_test(dead_peers_are_found),
		cmocka_unit_test(there_are_only_so_many_streams),
		cmocka_unit_test(one_address_has_only_so_many_streams),
		cmocka_unit_test(who_does_not_read_is_dropped),
		cmocka_unit_test(many_streams),
		cmocka_unit_test(streams_end_while_something_is_told),
		cmocka_unit_test(draining_finishes_what_runs),
		cmocka_unit_test(stopping_under_load),
		cmocka_unit_test(addresses_that_cannot_be_listened_on),
	};
	return cmocka_run_group_tests_name("http", tests, set_up, tear_down);
}
