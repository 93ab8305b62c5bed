/* Reads a page of another server or calls its interface, without being led astray: only hosts that are allowed, no
 * private addresses (checked on the very address that is connected to), every redirect checked again, limits on time
 * and size. curl_global_init is the caller's. */
#ifndef HTTP_FETCH_H
#define HTTP_FETCH_H

#include "base/arena.h"
#include "base/clock.h"

struct fetch_rules {
	/* separated by spaces: "paper.example", ".paper.example" (it and all below), "paper.example:8443" (this port
	 * instead of the usual ones) */
	str hosts;
	bool allow_private; /* also loopback and private networks, and any port */
	msec total_ms;      /* time for everything; 0: 5 s, of which at most 3 s to connect */
};

struct fetch_result {
	/* As it came; if the server named a character set other than UTF-8, <meta charset="…"> is put in front to
	 * keep that. */
	str body;
	str url; /* after redirects */
};

/* Errors (codes): fetch_url, fetch_host, fetch_private, fetch_large, fetch_timeout, fetch_status,
 * fetch_type, fetch_redirects, fetch_failed. */
MUST_CHECK enum frg_status fetch_page(struct arena *a, const struct fetch_rules *rules, str url,
                                      struct fetch_result *out, struct frg_error *err);

/* A call of another program's interface: what comes is the caller's to read, also with a status of 4xx. No redirects.
 * Errors: as above, without fetch_type; fetch_status for 3xx and 5xx. */
struct fetch_call {
	str url;
	str form;          /* sent by POST as application/x-www-form-urlencoded; empty: GET */
	str authorization; /* the header's value, "Bearer …"; empty: none. No control characters */
};
MUST_CHECK enum frg_status fetch_call(struct arena *a, const struct fetch_rules *rules, const struct fetch_call *call,
                                      long *status, str *body, struct frg_error *err);

/* Hands something to another program: POST to exactly this address, no redirects. What it answers is its status alone:
 * of the body nothing is kept, and little is read. `rules.hosts` does not count, as somebody has named this very
 * address; without `allow_private` it must be https, and the host's address a public one.
 * Errors: fetch_url, fetch_private, fetch_timeout, fetch_failed; FRG_UNAVAILABLE stopping. */
struct fetch_send {
	str url;
	const char *const *headers; /* "Name: value", NULL-terminated; no control characters */
	str body;
	bool (*stop)(void *ctx); /* asked while it waits; may be NULL */
	void *ctx;
};
MUST_CHECK enum frg_status fetch_send(struct arena *a, const struct fetch_rules *rules, const struct fetch_send *send,
                                      long *status, struct frg_error *err);
/* Could it be sent to? By its form alone, so a name may lead to a private address. Errors: fetch_url, fetch_private. */
MUST_CHECK enum frg_status fetch_send_check(struct arena *a, const struct fetch_rules *rules, str url,
                                            struct frg_error *err);

/* Is this an address of the public internet? `address` is a struct sockaddr_in or _in6. */
struct sockaddr;
bool fetch_is_public(const struct sockaddr *address);

#endif
