/* Log and metrics of `freigabe serve`: their settings and their port. */
#include "cli/seen.h"

#include "base/log.h"
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>

enum { TOKEN_LEAST = 16, DRAIN_WAIT_MAX = 600 };

void seen_begin(struct seen *s)
{
	*s = (struct seen){.metrics = strdup("local"), .token = strdup(""), .access_log = HTTP_LOG_ERRORS};
	if (!s->metrics || !s->token)
		BUG("out of memory");
}

void seen_free(struct seen *s)
{
	free(s->metrics);
	free(s->token);
}

static bool set_level(const char *value)
{
	static const char *const names[] = {"debug", "info", "warn", "error"};
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (strcmp(value, names[i]) == 0) {
			log_set_level((enum log_level)i);
			return true;
		}
	}
	return false;
}

static bool set_form(const char *value)
{
	bool text = strcmp(value, "text") == 0;
	log_set_form(text ? LOG_TEXT : LOG_JSON);
	return text || strcmp(value, "json") == 0;
}

/* off, errors, all, or a number: errors and each so-many-th of the others. */
static bool set_access_log(struct seen *s, const char *value)
{
	static const char *const names[] = {"off", "errors", "all"};
	int64_t every;
	s->log_every = 0;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (strcmp(value, names[i]) == 0) {
			s->access_log = (enum http_log)i;
			return true;
		}
	}
	s->access_log = HTTP_LOG_ALL;
	bool good = str_to_i64(str_of(value), &every) && every > 0 && every <= 1000000;
	s->log_every = good ? (unsigned)every : 0;
	return good;
}

bool seen_set(struct seen *s, const char *key, const char *value, bool *good)
{
	int64_t number;
	if (strcmp(key, "log") == 0)
		*good = set_form(value);
	else if (strcmp(key, "log_level") == 0)
		*good = set_level(value);
	else if (strcmp(key, "access_log") == 0)
		*good = set_access_log(s, value);
	else if (strcmp(key, "metrics") == 0)
		*good = cli_set_text(&s->metrics, value);
	else if (strcmp(key, "metrics_token_file") == 0)
		*good = cli_read_secret(&s->token, value, TOKEN_LEAST);
	else if (strcmp(key, "drain_wait") == 0) {
		*good = str_to_i64(str_of(value), &number) && number >= 0 && number <= DRAIN_WAIT_MAX;
		s->drain_wait_s = *good ? (unsigned)number : 0;
	} else
		return false;
	return true;
}

void seen_tell(const struct seen *s, struct api *api)
{
	api->metrics_local = strcmp(s->metrics, "local") == 0 && !*s->token;
	api->metrics_token = str_of(s->token);
}

enum frg_status seen_open(const struct seen *s, struct api *api, struct http_server **out, struct frg_error *err)
{
	*out = NULL;
	if (strcmp(s->metrics, "local") == 0 || strcmp(s->metrics, "off") == 0)
		return FRG_OK;
	struct http_config config = {.listen = str_of(s->metrics),
	                             .loops = 2,
	                             .workers = 1,
	                             .connections_max = 64,
	                             .groups = api_groups,
	                             .group_of = api_group_of,
	                             .app = api,
	                             .refuse = api_refuse,
	                             .finish = api_finish};
	config.routes = api_operation_routes(&config.route_count);
	enum frg_status st = http_server_open(&config, out, err);
	if (st == FRG_OK)
		log_info("metrics", "port %u", http_server_port(*out));
	return st;
}
