/* Sessions that this process has seen to be good, so that nobody comes into the staff's lane by a cookie they made up.
 * It opens no door: whoever comes in is asked for the session all the same. Kept are keyed hashes, in sets of a few
 * places where a new one takes the place of another; no lock, for it is asked on the event loop. */
#include "service/inner.h"

#include <sodium.h>
#include <stdlib.h>

enum { SETS = 1024, PLACES = 4 };

struct known_sessions {
	unsigned char key[crypto_shorthash_KEYBYTES];
	_Atomic uint64_t marks[SETS][PLACES]; /* 0: nobody's */
};

struct known_sessions *known_open(void)
{
	struct known_sessions *k = calloc(1, sizeof *k);
	if (!k)
		BUG("out of memory");
	crypto_shorthash_keygen(k->key);
	return k;
}

void known_close(struct known_sessions *k) { free(k); }

static uint64_t mark_of(const struct known_sessions *k, str token)
{
	uint64_t mark;
	_Static_assert(sizeof mark == crypto_shorthash_BYTES, "a mark is one hash");
	crypto_shorthash((unsigned char *)&mark, (const unsigned char *)token.p, token.n, k->key);
	return mark ? mark : 1;
}

static _Atomic uint64_t *place_of(struct known_sessions *k, uint64_t mark)
{
	for (size_t i = 0; i < PLACES; i++)
		if (atomic_load_explicit(&k->marks[mark % SETS][i], memory_order_relaxed) == mark)
			return &k->marks[mark % SETS][i];
	return NULL;
}

void known_note(struct known_sessions *k, str token)
{
	uint64_t mark = mark_of(k, token);
	if (place_of(k, mark))
		return;
	_Atomic uint64_t *set = k->marks[mark % SETS];
	for (size_t i = 0; i < PLACES; i++) {
		uint64_t nobody = 0;
		if (atomic_compare_exchange_strong(&set[i], &nobody, mark))
			return;
	}
	atomic_store(&set[mark / SETS % PLACES], mark);
}

void known_forget(struct known_sessions *k, str token)
{
	uint64_t mark = mark_of(k, token);
	_Atomic uint64_t *place = place_of(k, mark);
	if (place)
		atomic_compare_exchange_strong(place, &mark, 0);
}

bool service_session_known(struct service *svc, str token)
{
	return token.n == SECRET_TEXT_SIZE - 1 && place_of(svc->known, mark_of(svc->known, token));
}
