/* Identifiers, secrets and hashes. */
#include "base/id.h"

#include <nettle/sha2.h>
#include <sodium.h>
#include <stdatomic.h>

/* Numbers that are no secrets are taken from the system several at a time: each time is a system call. */
static uint64_t next_random(void)
{
	static _Thread_local uint64_t stock[32];
	static _Thread_local size_t left;
	if (left == 0) {
		randombytes_buf(stock, sizeof stock);
		left = COUNT_OF(stock);
	}
	return stock[--left];
}

static const char base32[] = "0123456789abcdefghjkmnpqrstvwxyz";

bool id_setup(void) { return sodium_init() >= 0; }

/* 41 bits of milliseconds, 22 random ones. While the clock is not past the last one, also because it was set back by
 * some hours, the next is a random step above it: no two of one process are equal, and a later one is greater. After a
 * clock that was days ahead ids begin anew: they also tell the time, and equal ones the database refuses. */

id64 id_new(void)
{
	static _Atomic uint64_t last;
	uint64_t random = next_random(), before = atomic_load(&last), id;
	do {
		id = ((uint64_t)clock_now() & ((1ull << 41) - 1)) << 22 | (random & ((1ull << 22) - 1));
		if (id <= before && (before >> 22) - (id >> 22) <= ID_SET_BACK_MS)
			id = before + 1 + (random >> 22 & 1023);
	} while (!atomic_compare_exchange_weak(&last, &before, id));
	return (id64)id;
}

id64 id_at(msec t) { return (id64)(((uint64_t)t & ((1ull << 41) - 1)) << 22); }

msec id_time(id64 id) { return (msec)((uint64_t)id >> 22); }

void id_text(id64 id, char out[ID_TEXT_SIZE])
{
	uint64_t v = (uint64_t)id;
	for (int i = 12; i >= 0; i--) {
		out[i] = base32[v & 31];
		v >>= 5;
	}
	out[13] = 0;
}

bool id_parse(str s, id64 *out)
{
	if (s.n != 13)
		return false;
	uint64_t v = 0;
	for (size_t i = 0; i < 13; i++) {
		const char *hit = s.p[i] ? strchr(base32, s.p[i]) : NULL;
		if (!hit || (i == 0 && hit - base32 > 7))
			return false;
		v = v << 5 | (uint64_t)(hit - base32);
	}
	*out = (id64)v;
	return *out > 0;
}

void secret_new(char out[SECRET_TEXT_SIZE])
{
	unsigned char raw[32];
	randombytes_buf(raw, sizeof raw);
	sodium_bin2base64(out, SECRET_TEXT_SIZE, raw, sizeof raw, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(raw, sizeof raw);
}

void hash_text(str data, char out[HASH_TEXT_SIZE])
{
	/* the processor's own SHA-256, which libsodium does not use: five times as fast */
	unsigned char raw[SHA256_DIGEST_SIZE];
	struct sha256_ctx ctx;
	sha256_init(&ctx);
	sha256_update(&ctx, data.n, (const unsigned char *)data.p);
	sha256_digest(&ctx, sizeof raw, raw);
	sodium_bin2hex(out, HASH_TEXT_SIZE, raw, sizeof raw);
}

bool secret_equal(str a, str b) { return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0); }
