/* How a serving process is seen from outside: its log, and the port on which it is watched. */
#ifndef CLI_SEEN_H
#define CLI_SEEN_H

#include "api/api.h"

struct seen {
	char *metrics, *token; /* "local", "off" or ADDR:PORT; owned */
	unsigned drain_wait_s; /* between not being ready any more and refusing requests */
	enum http_log access_log;
	unsigned log_every;
};
void seen_begin(struct seen *s);
void seen_free(struct seen *s);
/* One line of the configuration; false if the key is none of these, and *good tells whether the value is one. */
bool seen_set(struct seen *s, const char *key, const char *value, bool *good);
/* What the api is to know, before anybody asks it. `seen` must live as long. */
void seen_tell(const struct seen *s, struct api *api);
/* The second port, if one is named (*out NULL: none). */
MUST_CHECK enum frg_status seen_open(const struct seen *s, struct api *api, struct http_server **out,
                                     struct frg_error *err);

#endif
