/* Reads a page of another server, without being led astray: only hosts that are allowed, no private
 * addresses (checked on the very address that is connected to), every redirect checked again,
 * limits on time and size. curl_global_init is the caller's. */
#ifndef HTTP_FETCH_H
#define HTTP_FETCH_H

#include "base/arena.h"

struct fetch_rules {
	str hosts;          /* separated by spaces: "paper.example", ".paper.example" (it and all below) */
	bool allow_private; /* also loopback and private networks, and any port */
};

struct fetch_result {
	str body; /* UTF-8 if the page said so in its headers; else as it came */
	str url;  /* after redirects */
};

/* Errors (codes): fetch_url, fetch_host, fetch_private, fetch_large, fetch_timeout, fetch_status,
 * fetch_type, fetch_redirects, fetch_failed. */
MUST_CHECK enum frg_status fetch_page(struct arena *a, const struct fetch_rules *rules, str url,
                                      struct fetch_result *out, struct frg_error *err);

/* Is this an address of the public internet? `address` is a struct sockaddr_in or _in6. */
struct sockaddr;
bool fetch_is_public(const struct sockaddr *address);

#endif
