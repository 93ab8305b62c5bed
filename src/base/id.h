/* Identifiers, secrets and hashes (libsodium). */
#ifndef BASE_ID_H
#define BASE_ID_H

#include "base/base.h"
#include "base/clock.h"

/* 64 bit, positive: 41 bits of milliseconds, then 22 random bits. Ordered by time, but
 * not counting: two neighbours tell nothing of how many lie between them. */
typedef int64_t id64;

/* Call once before anything else here; false if the system has no randomness. */
bool id_setup(void);
id64 id_new(void);
/* So far an id may be ahead of the time when it was made: ids do not go back with a clock that is set back. */
enum { ID_SET_BACK_MS = 3 * 3600 * 1000 };
/* The time part. */
msec id_time(id64 id);
/* The smallest that could have been made at this time. */
id64 id_at(msec t);

/* How ids look outside: 13 characters of Crockford's base 32, lower case. */
enum { ID_TEXT_SIZE = 14 };
void id_text(id64 id, char out[ID_TEXT_SIZE]);
bool id_parse(str s, id64 *out);

/* 32 random bytes as 43 characters of URL-safe base64: capabilities, sessions. */
enum { SECRET_TEXT_SIZE = 44 };
void secret_new(char out[SECRET_TEXT_SIZE]);

/* SHA-256 as 64 hexadecimal characters and a NUL. */
enum { HASH_TEXT_SIZE = 65 };
void hash_text(str data, char out[HASH_TEXT_SIZE]);
/* Constant time for equal lengths. */
bool secret_equal(str a, str b);

#endif
