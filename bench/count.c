/* What bench/baseline.py has valgrind count: the server without what runs by the clock (tail, mail, learning), one
 * loop, one worker, random numbers that are the same each time. The client, which sends one request at a time, is a
 * process of its own and not counted. count DATABASE REQUESTS [HEADER…] REQUESTS has a request a line (`GET /path`,
 * `POST /path {"a":"body"}`; `SAME /path`: a GET with the last answer's ETag) and before some of them `# NAME`: from
 * there to the next such line they are counted under that name; `# ` alone: not counted.
 * `# review` counts frg_check over the texts that follow, a line each. */
#include "api/api.h"
#include "base/buf.h"
#include "base/id.h"
#include "http/http.h"
#include "service/desk.h"

#include <freigabe.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <valgrind/callgrind.h>

enum { ANSWER_MAX = 4 << 20, LINES_MAX = 2000, MESSAGE = 32 };

static const char *database, *headers;
static char answer[ANSWER_MAX], etag[128];
static int port;

static void fail(const char *what)
{
	fprintf(stderr, "count: %s\n", what);
	exit(1);
}

/* ---- the same numbers each time ---- */

static uint64_t state = 1;
static pthread_mutex_t random_lock = PTHREAD_MUTEX_INITIALIZER;

static const char *random_name(void) { return "counted"; }

static void random_buf(void *out, size_t n)
{
	pthread_mutex_lock(&random_lock);
	for (size_t i = 0; i < n; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		((unsigned char *)out)[i] = (unsigned char)(state >> 56);
	}
	pthread_mutex_unlock(&random_lock);
}

static uint32_t random_number(void)
{
	uint32_t out;
	random_buf(&out, sizeof out);
	return out;
}

static randombytes_implementation same = {
	.implementation_name = random_name, .random = random_number, .buf = random_buf};

/* ---- the client ---- */

static int connect_to(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to))
		fail("connect");
	return fd;
}

static void read_answer(int fd)
{
	for (size_t got = 0, whole = 0; !whole || got < whole;) {
		ssize_t n = read(fd, answer + got, ANSWER_MAX - 1 - got);
		if (n <= 0)
			fail("the connection ended");
		got += (size_t)n;
		answer[got] = 0;
		char *end = strstr(answer, "\r\n\r\n"), *length = strcasestr(answer, "\r\nContent-Length:");
		if (end)
			whole = (size_t)(end - answer) + 4 + (length && length < end ? strtoul(length + 17, NULL, 10) : 0);
	}
}

static void note_etag(void)
{
	char *at = strcasestr(answer, "\r\nETag: ");
	if (at)
		snprintf(etag, sizeof etag, "%.*s", (int)strcspn(at + 8, "\r"), at + 8);
}

static void request(int fd, char *line)
{
	char *path = strchr(line, ' '), *body = path ? strchr(path + 1, ' ') : NULL;
	if (!path)
		fail("a line without a path");
	if (body)
		*body++ = 0;
	bool conditional = strncmp(line, "SAME ", 5) == 0;
	struct buf b = BUF_INIT(ANSWER_MAX);
	buf_printf(&b, "%s%s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s", conditional ? "GET" : "", conditional ? line + 4 : line,
	           headers);
	if (conditional)
		buf_printf(&b, "If-None-Match: %s\r\n", etag);
	if (body)
		buf_printf(&b, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
	buf_printf(&b, "\r\n%s", body ? body : "");
	for (size_t at = 0; at < b.n;) {
		ssize_t n = write(fd, b.p + at, b.n - at);
		if (n < 0)
			fail("write");
		at += (size_t)n;
	}
	buf_free(&b);
	read_answer(fd);
	note_etag();
	if (answer[9] != (conditional ? '3' : '2'))
		fail(answer);
}

/* So that no counted commit has the log moved into the file: when that happens hangs on how full it was. */
static void empty_log(void)
{
	sqlite3 *db;
	if (sqlite3_open(database, &db) || sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL))
		fail("checkpoint");
	sqlite3_close(db);
}

/* ---- the list ---- */

static char *lines[LINES_MAX];
static size_t line_count;

static void read_list(FILE *list)
{
	size_t room = 0;
	for (ssize_t n; line_count < LINES_MAX && (n = getline(&lines[line_count], &room, list)) > 0; room = 0)
		lines[line_count++][n - 1] = 0;
}

/* One byte says where the client has come to: a name begins ('+') or ends ('-'), all is done ('.'); one says go on. */
static void tell(const int ends[2], char what, const char *name)
{
	char message[MESSAGE] = {what};
	snprintf(message + 1, sizeof message - 1, "%s", name);
	if (write(ends[1], message, sizeof message) != sizeof message || read(ends[0], message, 1) != 1)
		fail("the server is gone");
}

static void send_all(const int ends[2])
{
	const char *name = "";
	int fd = connect_to();
	for (size_t i = 0; i < line_count && strcmp(lines[i], "# review") != 0; i++) {
		if (*lines[i] != '#') {
			request(fd, lines[i]);
			continue;
		}
		if (*name)
			tell(ends, '-', name);
		name = lines[i] + 2;
		empty_log();
		if (*name)
			tell(ends, '+', name);
	}
	if (*name)
		tell(ends, '-', name);
	tell(ends, '.', "");
	close(fd);
}

static void listen_to(const int ends[2])
{
	char message[MESSAGE] = "";
	while (*message != '.') {
		if (read(ends[0], message, sizeof message) != sizeof message)
			fail("the client is gone");
		if (*message == '+')
			CALLGRIND_ZERO_STATS;
		else if (*message == '-')
			CALLGRIND_DUMP_STATS_AT(message + 1);
		if (write(ends[1], message, 1) != 1)
			fail("the client is gone");
	}
}

/* ---- the engine alone ---- */

static void review(void)
{
	struct frg_engine *engine;
	struct frg_workspace *ws;
	struct frg_error err;
	size_t first = 0;
	while (first < line_count && strcmp(lines[first], "# review") != 0)
		first++;
	if (frg_engine_open(NULL, &engine, &err) || frg_workspace_open(engine, &ws, &err))
		fail(err.msg);
	for (int round = 0; round < 2; round++) { /* the first makes the workspace as large as it must be */
		CALLGRIND_ZERO_STATS;
		for (size_t i = first + 1; i < line_count; i++) {
			struct frg_review out;
			struct frg_input input = {.text = str_of(lines[i])};
			if (frg_check(engine, ws, &input, &out, &err))
				fail(err.msg);
		}
	}
	CALLGRIND_DUMP_STATS_AT("review");
	frg_workspace_close(ws);
	frg_engine_close(engine);
}

/* ---- the server ---- */

/* What a server knows that has run for some seconds: how long its queue is. */
static void look_at_queue(struct service *svc)
{
	bool more;
	struct frg_error err;
	struct arena *a = arena_open(16 << 20);
	const struct store_site *sites = service_site(svc, STR(""));
	for (size_t i = 0; i < service_site_count(svc); i++)
		if (service_delay_refresh(svc, a, sites[i].id, &more, &err))
			fail(err.msg);
	arena_close(a);
}

static void serve(const int ends[2])
{
	struct service *svc;
	struct http_server *server;
	struct frg_error err;
	char url[4096];
	snprintf(url, sizeof url, "sqlite:%s", database);
	struct service_config config = {.database = str_of(url), .unlimited = true, .readers = 1};
	if (service_open(&config, &svc, &err))
		fail(err.msg);
	look_at_queue(svc);
	struct api api = {.svc = svc};
	struct view_assets assets;
	api_assets_setup(&assets, NULL);
	service_set_assets(svc, &assets);
	struct http_config http = {.listen = STR("127.0.0.1:0"),
	                           .loops = 1,
	                           .workers = 1,
	                           .app = &api,
	                           .refuse = api_refuse,
	                           .finish = api_finish};
	http.routes = api_routes(&http.route_count);
	if (http_server_open(&http, &server, &err))
		fail(err.msg);
	service_live_start(svc, server);
	port = (int)http_server_port(server);
	CALLGRIND_START_INSTRUMENTATION;
	if (write(ends[1], &port, sizeof port) != sizeof port)
		fail("the client is gone");
	listen_to(ends);
	review();
	CALLGRIND_STOP_INSTRUMENTATION;
	http_server_drain(server, 1000);
	service_live_stop(svc);
	http_server_close(server);
	service_close(svc);
	api_assets_free();
}

int main(int argc, char **argv)
{
	struct buf b = BUF_INIT(1 << 16);
	int there[2], back[2];
	FILE *list = argc > 2 ? fopen(argv[2], "r") : NULL;
	if (!list || randombytes_set_implementation(&same) || !id_setup() || pipe(there) || pipe(back))
		fail("usage: count DATABASE REQUESTS [HEADER...]");
	read_list(list);
	fclose(list);
	for (int i = 3; i < argc; i++)
		buf_printf(&b, "%s\r\n", argv[i]);
	buf_byte(&b, 0);
	database = argv[1];
	headers = b.p;
	pid_t client = fork();
	if (client == 0) {
		if (read(there[0], &port, sizeof port) != sizeof port)
			fail("no port");
		send_all((int[]){there[0], back[1]});
		return 0;
	}
	serve((int[]){back[0], there[1]});
	return client < 0 || waitpid(client, NULL, 0) != client;
}
