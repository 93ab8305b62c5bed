/* Proof of work: when comments come in floods, whoever sends one by script has to calculate for a moment first, so that
 * a flood costs its sender something and nobody has to solve a riddle. Stateless but for what has been used: the
 * challenge is signed, for an article and an address's prefix, and ends by itself (docs/limits.md). */
#include "service/limits.h"

#include <stdio.h>

enum {
	TERM_S = 600,
	KEPT_S = 60,     /* after its end it is still known as used: another node's clock may be behind */
	BITS_LEAST = 14, /* 16,000 hashes: a moment on an old telephone … */
	BITS_MORE = 4,   /* … and up to so many bits more as the site's bucket empties */
	MAC_BYTES = 16
};

struct proof {
	int64_t until; /* seconds since 1970 */
	unsigned bits;
	uint64_t nonce;
};

static void sign(struct limits *l, const struct limit_keys *keys, const struct limit_post *post, const struct proof *p,
                 char out[2 * MAC_BYTES + 1])
{
	unsigned char raw[MAC_BYTES], key[sizeof keys->proofs];
	char prefix[LIMIT_PREFIX_SIZE];
	crypto_generichash_state state;
	str parts[] = {limits_prefix(post->address, prefix), STR("/"), post->article};
	int64_t numbers[] = {p->until, p->bits, (int64_t)p->nonce, post->site->id};
	pthread_mutex_lock(&l->lock);
	memcpy(key, keys->proofs, sizeof key);
	pthread_mutex_unlock(&l->lock);
	crypto_generichash_init(&state, key, sizeof key, sizeof raw);
	crypto_generichash_update(&state, (const unsigned char *)numbers, sizeof numbers);
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (parts[i].n)
			crypto_generichash_update(&state, (const unsigned char *)parts[i].p, parts[i].n);
	crypto_generichash_final(&state, raw, sizeof raw);
	sodium_bin2hex(out, 2 * MAC_BYTES + 1, raw, sizeof raw);
	sodium_memzero(key, sizeof key);
}

static bool has_zeros(str text, unsigned bits)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256(hash, (const unsigned char *)text.p, text.n);
	for (unsigned i = 0; i < bits; i++)
		if (hash[i / 8] & 0x80 >> i % 8)
			return false;
	return true;
}

static bool take_number(str *rest, int64_t most, int64_t *out)
{
	str part;
	return str_next(rest, '.', &part) && str_to_i64(part, out) && *out >= 0 && *out <= most;
}

/* "until.bits.nonce.mac.counter" */
bool service_proof_good(struct service *svc, const struct limit_post *post, str text, struct proof_used *out)
{
	char mac[2 * MAC_BYTES + 1], before[2 * MAC_BYTES + 1];
	int64_t bits, number, counter;
	struct proof p;
	str rest = text, given;
	if (text.n == 0 || text.n > PROOF_MAX || !take_number(&rest, UINT32_MAX, &p.until) ||
	    !take_number(&rest, BITS_LEAST + BITS_MORE, &bits) || !take_number(&rest, INT64_MAX, &number) ||
	    !str_next(&rest, '.', &given) || !take_number(&rest, INT64_MAX, &counter) || rest.p)
		return false;
	p.bits = (unsigned)bits;
	p.nonce = (uint64_t)number;
	if (p.until < clock_now() / 1000 || !has_zeros(text, p.bits))
		return false;
	sign(svc->limits, &svc->limits->keys, post, &p, mac);
	sign(svc->limits, &svc->limits->before, post, &p, before); /* asked for before midnight */
	*out = (struct proof_used){number, (p.until + KEPT_S) * 1000};
	return secret_equal(given, str_of(mac)) || secret_equal(given, str_of(before));
}

/* How full of demands the site is, from 0 to 1; negative: no proof is asked for. */
static double heat(struct limits *l, id64 site)
{
	if (l->challenge == CHALLENGE_OFF)
		return -1;
	pthread_mutex_lock(&l->lock);
	double owed = limits_site_owed(l, site);
	pthread_mutex_unlock(&l->lock);
	return owed;
}

enum frg_status service_proof(struct service *svc, struct arena *a, const struct limit_post *post, str text,
                              struct proof_challenge *out, struct frg_error *err)
{
	struct proof_used used;
	double owed = heat(svc->limits, post->site->id);
	if (owed < 0 || service_proof_good(svc, post, text, &used))
		return FRG_OK;
	char mac[2 * MAC_BYTES + 1];
	struct proof p = {.until = clock_now() / 1000 + TERM_S, .bits = BITS_LEAST + (unsigned)(owed * BITS_MORE)};
	randombytes_buf(&p.nonce, sizeof p.nonce);
	p.nonce >>= 1; /* kept as a positive number */
	sign(svc->limits, &svc->limits->keys, post, &p, mac);
	out->bits = p.bits;
	out->until = p.until * 1000;
	out->token = arena_printf(a, "%lld.%u.%lld.%s", (long long)p.until, p.bits, (long long)p.nonce, mac);
	return frg_fail(err, FRG_FORBIDDEN, "work_needed", "a proof of work is needed");
}

enum frg_status service_proof_plain(struct service *svc, const struct limit_post *post, struct frg_error *err)
{
	return heat(svc->limits, post->site->id) < 0 ? FRG_OK : limits_plain(svc, post->site->id, err);
}
