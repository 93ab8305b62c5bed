/* HTTP ↔ command structs. One row per endpoint in routes.c; one table maps status to HTTP in
 * answer.c. Handlers validate, call the service, answer; they hold no policy. */
#ifndef API_API_H
#define API_API_H

#include "http/http.h"
#include "service/answer/report.h"
#include "service/service.h"

#include <stdatomic.h>

struct api {
	struct service *svc;
	bool fetch_private;    /* article pages may be on private addresses (an intranet) */
	bool webhooks_private; /* webhooks may be, and without TLS */
	report_maker *report;  /* exchange_report: the formats stand beside the api, whoever starts it brings them */
	atomic_bool reporting; /* somebody waits for one */
	bool metrics_local;    /* programs on this machine may read /metrics */
	str metrics_token;     /* whoever has it may, from anywhere; n == 0: nobody */
	_Atomic(struct http_server *) server; /* whose connections are counted; NULL until it listens */
};

/* All routes, for http_config. */
const struct http_route *api_routes(size_t *count);
/* The same counts and answers for a port of their own, which only those reach who may. */
const struct http_route *api_operation_routes(size_t *count);
/* Under which names requests are counted; for http_config. */
extern const char *const api_groups[];
unsigned api_group_of(const struct http_route *route);
/* For http_config. */
void api_refuse(void *app, struct http_request *req, unsigned status);
void api_finish(void *app, struct http_request *req);
enum http_lane api_lane(void *app, struct http_request *req);
/* Paths of the embedded assets. `dev_dir` serves them from disk instead (NULL: not). */
void api_assets_setup(struct view_assets *out, const char *dev_dir);
void api_assets_free(void);

#endif
