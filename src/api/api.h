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
	report_maker *report;  /* exchange_report: the formats stand beside the api, whoever starts it brings them */
	atomic_bool reporting; /* somebody waits for one */
};

/* All routes, for http_config. */
const struct http_route *api_routes(size_t *count);
/* For http_config. */
void api_refuse(void *app, struct http_request *req, unsigned status);
void api_finish(void *app, struct http_request *req);
enum http_lane api_lane(void *app, struct http_request *req);
/* Paths of the embedded assets. `dev_dir` serves them from disk instead (NULL: not). */
void api_assets_setup(struct view_assets *out, const char *dev_dir);
void api_assets_free(void);

#endif
