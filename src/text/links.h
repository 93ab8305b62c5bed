/* Where a text leads: web addresses, mail, telephone, domains spelled out in words.
 * Finds and names them; judges none. */
#ifndef TEXT_LINKS_H
#define TEXT_LINKS_H

#include "text/text.h"

enum link_kind {
	LINK_URL,     /* with scheme or www. */
	LINK_DOMAIN,  /* a bare domain */
	LINK_SPELLED, /* "beispiel punkt com" */
	LINK_EMAIL,
	LINK_PHONE,
	LINK_HANDLE /* @name */
};

struct link {
	enum link_kind kind;
	uint32_t begin, end; /* source */
	uint32_t token;      /* its first token */
	str host;            /* folded, without www.; empty for PHONE and HANDLE */
	str path;            /* folded: from the first '/', '?' or '#' behind the host */
	bool altered;        /* the host is written with look-alikes */
	bool punycode;
};

enum { LINK_MAX = 64 };

struct links {
	struct link item[LINK_MAX];
	size_t count;
};

/* Finds the links of `t` in order and marks their tokens TOK_LINK, all but the first also
 * TOK_JOINED. Those beyond LINK_MAX are marked, but not kept. Linear. */
void links_find(struct text *t, struct links *out);

/* Is it a known top-level domain or public suffix (ASCII, lower case)? */
bool links_suffix(str s);

/* contacts.c: the same for what is not written as an address. */
struct link_range {
	size_t begin, end; /* folded */
};
bool contacts_phone(const struct text *t, size_t f, struct link_range *out);
bool contacts_spelled(const struct text *t, size_t token, size_t *last, struct link_range *host);

#endif
