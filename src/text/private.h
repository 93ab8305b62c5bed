/* Data by which somebody can be reached or found: e-mail addresses, phone numbers, bank accounts, cards, street
 * addresses. Says where they stand; whose they are, an editor sees. Knows no comments. */
#ifndef TEXT_PRIVATE_H
#define TEXT_PRIVATE_H

#include "base/base.h"

enum private_kind { PRIVATE_EMAIL, PRIVATE_PHONE, PRIVATE_IBAN, PRIVATE_CARD, PRIVATE_ADDRESS };
struct private_span {
	enum private_kind kind;
	uint32_t begin, end; /* bytes */
};

/* Fills at most `max` spans, sorted and without overlap; returns how many. `s` is valid UTF-8. Linear in the text. */
size_t private_find(str s, struct private_span *out, size_t max);
/* "email", "phone", "iban", "card", "address" */
const char *private_kind_name(enum private_kind kind);

#endif
