/* Reading pages of others: which addresses are public, and a peer that misbehaves. */
#include "unit.h"

#include "base/clock.h"
#include "http/fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- addresses ---- */

static bool is_public(const char *text)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return fetch_is_public((const struct sockaddr *)(const void *)&v4);
	assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
	return fetch_is_public((const struct sockaddr *)(const void *)&v6);
}

static void public_addresses_are(void **state)
{
	static const char *const open[] = {
		"1.1.1.1",         "9.255.255.255",   "11.0.0.0",          "100.63.255.255",       "100.128.0.0",
		"126.255.255.255", "128.0.0.0",       "169.253.255.255",   "169.255.0.0",          "172.15.255.255",
		"172.32.0.0",      "192.0.1.0",       "192.0.3.0",         "192.167.255.255",      "192.169.0.0",
		"198.17.255.255",  "198.20.0.0",      "198.51.99.255",     "198.51.101.0",         "203.0.112.255",
		"203.0.114.0",     "223.255.255.255", "2a00:1450:4001::1", "2001:4860:4860::8888", "2003::1",
		"2606:4700::1111", "::ffff:1.1.1.1",  "64:ff9b::101:101",  "2002:101:101::1",      "2001:db7::1",
		"2001:db9::1",
	};
	for (size_t i = 0; i < COUNT_OF(open); i++)
		if (!is_public(open[i]))
			fail_msg("%s is refused", open[i]);
}

static void private_addresses_are_not(void **state)
{
	static const char *const closed[] = {
		"0.0.0.0",
		"0.1.2.3",
		"10.0.0.1",
		"10.255.255.255",
		"100.64.0.1",
		"100.127.255.255",
		"127.0.0.1",
		"127.255.255.255",
		"169.254.169.254" /* where clouds keep their secrets */,
		"172.16.0.1",
		"172.31.255.255",
		"192.0.0.1",
		"192.0.2.1",
		"192.88.99.1",
		"192.168.0.1",
		"192.168.255.255",
		"198.18.0.1",
		"198.19.255.255",
		"198.51.100.1",
		"203.0.113.1",
		"224.0.0.1",
		"239.255.255.255",
		"240.0.0.1",
		"255.255.255.255",
		"::",
		"::1",
		"::7f00:1",
		"::1.1.1.1",
		"fe80::1",
		"febf::1",
		"fec0::1",
		"fc00::1",
		"fdff::1",
		"ff02::1",
		"100::1",
		"2001:db8::1",
		"2001::1" /* Teredo */,
		"2001:2::1",
		"2001:10::1",
		"2001:20::1",
		"5f00::1",
		"::ffff:127.0.0.1",
		"::ffff:10.0.0.1",
		"::ffff:169.254.169.254",
		"::ffff:0:127.0.0.1",
		"64:ff9b::7f00:1",
		"64:ff9b::a00:1",
		"64:ff9b::a9fe:a9fe",
		"64:ff9b:1::1",
		"2002:7f00:1::1",
		"2002:a00:1::1",
		"2002:c0a8:1::1",
	};
	for (size_t i = 0; i < COUNT_OF(closed); i++)
		if (is_public(closed[i]))
			fail_msg("%s is let through", closed[i]);
	struct sockaddr_storage other = {.ss_family = AF_UNIX};
	assert_false(fetch_is_public((const struct sockaddr *)&other));
}

/* ---- the peer ---- */

static pid_t peer;
static int peer_input;
static unsigned port;
static struct arena *arena;

static int start_peer(void **state)
{
	int in[2], out[2];
	const char *root = getenv("TEST_SOURCE_ROOT");
	char script[1000], line[32] = "";
	snprintf(script, sizeof script, "%s/tests/unit/fetch_peer.py", root ? root : ".");
	if (pipe(in) || pipe(out))
		return -1;
	peer = fork();
	if (peer == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execlp("python3", "python3", script, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	peer_input = in[1];
	for (size_t n = 0; n + 1 < sizeof line && read(out[0], line + n, 1) == 1 && line[n] != '\n';)
		n++;
	close(out[0]);
	port = (unsigned)strtoul(line, NULL, 10);
	arena = arena_open(64 << 20);
	return port && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : -1;
}

static int stop_peer(void **state)
{
	close(peer_input);
	waitpid(peer, NULL, 0);
	arena_close(arena);
	curl_global_cleanup();
	return 0;
}

static struct fetch_result result;
static struct frg_error err;

static enum frg_status get(const char *path)
{
	const struct fetch_rules rules = {.hosts = STR("paper.example 127.0.0.1"), .allow_private = true};
	result = (struct fetch_result){0};
	err = (struct frg_error){0};
	return fetch_page(arena, &rules, arena_printf(arena, "http://127.0.0.1:%u%s", port, path), &result, &err);
}

static void a_page_is_read(void **state)
{
	OK(get("/ok"));
	assert_has(result.body, "<title>Brücke</title>");
	assert_str(result.url, arena_cstr(arena, arena_printf(arena, "http://127.0.0.1:%u/ok", port)));
	OK(get("/xhtml"));
	OK(get("/gzip"));
	assert_has(result.body, "<title>Brücke</title>");
	OK(get("/agent"));
	assert_true(str_starts(result.body, STR("Freigabe/")));
	OK(get("/headers"));
	assert_lacks(result.body, "Cookie");
	assert_lacks(result.body, "Authorization");
}

static void the_character_set_comes_along(void **state)
{
	OK(get("/latin"));
	assert_str(result.body, "<meta charset=\"ISO-8859-1\">\xe4");
	OK(get("/odd"));
	assert_true(str_starts(result.body, STR("<!doctype")));
}

static void redirects_are_followed_three_times(void **state)
{
	OK(get("/hop/0"));
	OK(get("/hop/2"));
	assert_str(result.url, arena_cstr(arena, arena_printf(arena, "http://127.0.0.1:%u/ok", port)));
	assert_has(result.body, "Text.");
	assert_int_equal(get("/hop/3"), FRG_IO);
	assert_code(err, "fetch_redirects");
	assert_int_equal(get("/loop"), FRG_IO);
	assert_code(err, "fetch_redirects");
	assert_int_equal(get("/nowhere"), FRG_IO);
	assert_code(err, "fetch_status");
}

static void redirects_are_checked_again(void **state)
{
	assert_int_equal(get("/other"), FRG_FORBIDDEN);
	assert_code(err, "fetch_host");
	assert_int_equal(get("/file"), FRG_INVALID);
	assert_code(err, "fetch_url");
	assert_int_equal(get("/gopher"), FRG_INVALID);
	assert_code(err, "fetch_url");
	assert_int_equal(get("/login"), FRG_INVALID);
	assert_code(err, "fetch_url");
	OK(get("/seen"));
	assert_lacks(result.body, "/forbidden"); /* not even asked */
}

static void only_pages_come_in(void **state)
{
	assert_int_equal(get("/json"), FRG_UNSUPPORTED);
	assert_code(err, "fetch_type");
	assert_int_equal(get("/untyped"), FRG_UNSUPPORTED);
	assert_code(err, "fetch_type");
	static const char *const failures[] = {"/status/404", "/status/500", "/status/204", "/status/403", "/no-such-page"};
	for (size_t i = 0; i < COUNT_OF(failures); i++) {
		assert_int_equal(get(failures[i]), FRG_IO);
		assert_code(err, "fetch_status");
	}
	assert_int_equal(get("/broken"), FRG_IO);
	assert_code(err, "fetch_failed");
	assert_int_equal(get("/short"), FRG_IO);
	assert_code(err, "fetch_failed");
}

static void too_much_is_refused(void **state)
{
	static const char *const large[] = {"/announced", "/endless", "/bomb", "/flood"};
	for (size_t i = 0; i < COUNT_OF(large); i++) {
		assert_int_equal(get(large[i]), FRG_TOO_LARGE);
		assert_code(err, "fetch_large");
	}
}

static void too_slow_is_given_up(void **state)
{
	msec before = clock_steady();
	assert_int_equal(get("/slowly"), FRG_IO);
	assert_code(err, "fetch_timeout");
	assert_true(clock_steady() - before < 8000);
}

/* ---- rules ---- */

static enum frg_status try(const char *hosts, bool private, const char *url)
{
	const struct fetch_rules rules = {.hosts = str_of(hosts), .allow_private = private};
	err = (struct frg_error){0};
	return fetch_page(arena, &rules, str_of(url), &result, &err);
}

static void only_named_hosts_are_asked(void **state)
{
	static const struct {
		const char *hosts, *url;
	} refused[] = {
		{"", "http://127.0.0.1/"},
		{"a.example", "https://b.example/"},
		{"a.example", "https://www.a.example/"},
		{".a.example", "https://xa.example/"},
		{".a.example", "https://a.example.b.example/"},
		{".", "https://a.example/"},
		{"a.example", "https://a.example.:443/"},
		{"a.example", "https://[::1]/"},
		{"a.example", "https://a.example%2eb.example/"},
		{"a.example b.example", "https://a.example%20b.example/"},
	};
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		enum frg_status st = try(refused[i].hosts, false, refused[i].url);
		if (st != FRG_FORBIDDEN && st != FRG_INVALID)
			fail_msg("%s asked under \"%s\"", refused[i].url, refused[i].hosts);
	}
}

static void a_port_can_be_named(void **state)
{
	/* named: only the address is wrong; without it or with another the entry says nothing */
	assert_int_equal(try("127.0.0.1:8443", false, "http://127.0.0.1:8443/"), FRG_FORBIDDEN);
	assert_code(err, "fetch_private");
	assert_int_equal(try("127.0.0.1:8443", false, "http://127.0.0.1:8444/"), FRG_FORBIDDEN);
	assert_code(err, "fetch_host");
	assert_int_equal(try("127.0.0.1:8443", false, "http://127.0.0.1/"), FRG_FORBIDDEN);
	assert_code(err, "fetch_host");
}

static void only_addresses_of_the_web_are_read(void **state)
{
	static const char *const bad[] = {
		"",
		"x",
		"file:///etc/passwd",
		"ftp://a.example/",
		"gopher://a.example/",
		"dict://a.example/",
		"http://",
		"https://user@a.example/",
		"https://user:word@a.example/",
		"//a.example/",
		"javascript:x",
		"https://a.example:99999/",
		"https://a.example/ x\n",
	};
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (try("a.example", false, bad[i]) != FRG_INVALID)
			fail_msg("%s: %s", bad[i], err.code);
		assert_code(err, "fetch_url");
	}
	char longer[2100] = "https://a.example/";
	memset(longer + 18, 'x', sizeof longer - 19);
	assert_int_equal(try("a.example", false, longer), FRG_INVALID);
	assert_int_equal(try("a.example", false, "https://a.example:8443/"), FRG_FORBIDDEN);
	assert_code(err, "fetch_url");
	assert_int_equal(try("a.example", false, "http://a.example:22/"), FRG_FORBIDDEN);
}

static void private_addresses_are_never_connected_to(void **state)
{
	static const char *const urls[] = {
		"http://127.0.0.1/",  "https://127.0.0.1/", "http://127.1/", "http://2130706433/",         "http://0x7f000001/",
		"http://0177.0.0.1/", "http://0/",          "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::]/",
	};
	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		const char *hosts = "127.0.0.1 127.1 2130706433 0x7f000001 0177.0.0.1 0 0.0.0.0 [::1] [::] "
							"[::ffff:127.0.0.1] [::ffff:7f00:1]";
		assert_int_equal(try(hosts, false, urls[i]), FRG_FORBIDDEN);
		assert_code(err, "fetch_private");
	}
	assert_int_equal(try("localhost", false, "http://localhost/"), FRG_FORBIDDEN);
	assert_code(err, "fetch_private");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(public_addresses_are),
		cmocka_unit_test(private_addresses_are_not),
		cmocka_unit_test(a_page_is_read),
		cmocka_unit_test(the_character_set_comes_along),
		cmocka_unit_test(redirects_are_followed_three_times),
		cmocka_unit_test(redirects_are_checked_again),
		cmocka_unit_test(only_pages_come_in),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(too_slow_is_given_up),
		cmocka_unit_test(only_named_hosts_are_asked),
		cmocka_unit_test(a_port_can_be_named),
		cmocka_unit_test(only_addresses_of_the_web_are_read),
		cmocka_unit_test(private_addresses_are_never_connected_to),
	};
	return cmocka_run_group_tests_name("fetch", tests, start_peer, stop_peer);
}
