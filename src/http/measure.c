/* What is counted of requests, and the line in the log that one may leave. Neither holds anything that a client chose:
 * of the path only the route's pattern, of the status its class. */
#include "http/inner.h"

#include "base/log.h"
#include "base/metrics.h"

enum { GROUPS_MAX = 16, CLASSES = 4, LINES_A_SECOND = 50 };

static const char *const all_requests[] = {"all", NULL};
static const char *const classes[] = {"2xx", "3xx", "4xx", "5xx", NULL};

static METRIC(requests, COUNTER, "freigabe_http_requests_total",
              "Requests answered, by kind of route and class of status.", .label = {{"group"}, {"status", classes}},
              .cells = METRIC_CELLS(GROUPS_MAX * CLASSES));
static METRIC(durations, HISTOGRAM, "freigabe_http_request_duration_seconds",
              "From the whole request to its answer, without the sending.", .label = {{"group"}, {"status", classes}},
              .unit = METRIC_NANOSECONDS, .bounds = metric_times,
              .cells = METRIC_CELLS(GROUPS_MAX * CLASSES * METRIC_STRIDE));
static METRIC(sent, COUNTER, "freigabe_http_response_bytes_total", "Bytes of the answers' bodies, as sent.",
              .label = {{"group"}}, .cells = METRIC_CELLS(GROUPS_MAX));
static METRIC(refused, COUNTER, "freigabe_http_refused_total",
              "Requests for which there was no room: no worker, no place for a stream, or the server was stopping.",
              .cells = METRIC_CELLS(1));
static METRIC(connections, GAUGE, "freigabe_http_connections", "Open connections.", .cells = METRIC_CELLS(1));
static METRIC(connections_max, GAUGE, "freigabe_http_connections_max", "Connections that may be open.",
              .cells = METRIC_CELLS(1));
static METRIC(streams, GAUGE, "freigabe_http_streams", "Open live streams.", .cells = METRIC_CELLS(1));
static METRIC(streams_max, GAUGE, "freigabe_http_streams_max", "Live streams that may be open.",
              .cells = METRIC_CELLS(1));
static METRIC(workers, GAUGE, "freigabe_http_workers", "Threads that may wait for the database.",
              .cells = METRIC_CELLS(1));
static METRIC(workers_busy, GAUGE, "freigabe_http_workers_busy", "Of these, those that serve a request.",
              .cells = METRIC_CELLS(1));
static METRIC(workers_waiting, GAUGE, "freigabe_http_requests_waiting", "Requests that wait for a worker.",
              .cells = METRIC_CELLS(1));
static METRIC(worker_wait, HISTOGRAM, "freigabe_http_worker_wait_seconds", "How long requests waited for a worker.",
              .unit = METRIC_NANOSECONDS, .bounds = metric_times, .cells = METRIC_CELLS(METRIC_STRIDE));
static METRIC(unlogged, COUNTER, "freigabe_log_suppressed_total",
              "Lines about requests that were left out because too many came within a second.",
              .cells = METRIC_CELLS(1));

static struct metric *const table[] = {
	&requests,    &durations, &sent,         &refused,         &connections, &connections_max, &streams,
	&streams_max, &workers,   &workers_busy, &workers_waiting, &worker_wait, &unlogged,
};

void measure_open(struct http_server *s)
{
	const struct http_config *c = &s->config;
	if (!requests.registered) /* a second server of this process counts under the same names */
		requests.label[0].values = durations.label[0].values = sent.label[0].values = c->groups ? c->groups
		                                                                                        : all_requests;
	metrics_register(table, COUNT_OF(table));
	BUG_IF(requests.label[0].count > GROUPS_MAX || c->route_count > ROUTES_MAX);
	for (size_t i = 0; i < c->route_count && c->group_of; i++) {
		s->groups[i] = (unsigned char)c->group_of(&c->routes[i]);
		BUG_IF(s->groups[i] >= requests.label[0].count);
	}
}

/* ---- the log ---- */

/* Whoever floods us with what is refused shall not fill the disk. */
static bool may_log(struct http_server *s)
{
	int64_t second = clock_steady() / 1000;
	if (atomic_exchange(&s->log_second, second) != second)
		atomic_store(&s->log_lines, 0);
	if (atomic_fetch_add(&s->log_lines, 1) < LINES_A_SECOND)
		return true;
	metric_add(&unlogged, 0, 1);
	return false;
}

static bool is_logged(struct http_request *req)
{
	struct http_server *s = req->server;
	if (req->status >= 400)
		return s->config.access_log != HTTP_LOG_OFF && may_log(s);
	return s->config.access_log == HTTP_LOG_ALL &&
	       (s->config.log_every < 2 || atomic_fetch_add(&s->log_count, 1) % s->config.log_every == 0);
}

static void log_request(struct http_request *req, int64_t took)
{
	static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
	const struct http_route *route = req->match.route;
	const struct log_field fields[] = {{.name = "method", .text = methods[req->method]},
	                                   {.name = "route", .text = route ? route->pattern : "-"},
	                                   {.name = "status", .number = req->status},
	                                   {.name = "ms", .number = (double)(took / 1000) / 1000},
	                                   {.name = "bytes", .number = (double)req->answer.n}};
	log_set_request(http_request_id(req).p);
	log_fields(req->status >= 500 ? LOG_WARN : LOG_INFO, "access", fields, COUNT_OF(fields), "answered");
	log_set_request("");
}

/* ---- counting ---- */

void measure_answer(struct http_request *req)
{
	struct http_server *s = req->server;
	const struct http_route *route = req->match.route;
	size_t group = route ? s->groups[route - s->config.routes] : 0;
	unsigned class = req->status / 100 - 2;
	int64_t took = clock_steady_ns() - req->began;
	size_t at = group * CLASSES + (class < CLASSES ? class : CLASSES - 1);
	metric_add(&requests, at, 1);
	metric_observe(&durations, at, took);
	metric_add(&sent, group, (int64_t)req->answer.n);
	if (s->config.access_log != HTTP_LOG_OFF && is_logged(req))
		log_request(req, took);
}

void measure_refused(void) { metric_add(&refused, 0, 1); }
void measure_worker_wait(int64_t ns) { metric_observe(&worker_wait, 0, ns); }

void http_server_measure(struct http_server *s)
{
	unsigned open, max, count, busy, waiting;
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
	streams_count(s->streams, &open, &max);
	workers_count(s->workers, &count, &busy, &waiting);
	metric_set(&connections, 0, info ? (int64_t)info->num_connections : 0);
	metric_set(&connections_max, 0, s->config.connections_max);
	metric_set(&streams, 0, open);
	metric_set(&streams_max, 0, max);
	metric_set(&workers, 0, count);
	metric_set(&workers_busy, 0, busy);
	metric_set(&workers_waiting, 0, waiting);
}
