/* Recovery codes: made, read as people type them, hashed for storage. Which are left is the caller's to keep. */
#include "service/staff/factor.h"

#include <sodium.h>

/* Crockford's: no o, i, l to mistake for 0 and 1, no u. The ids use the same. */
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

enum { CHARACTERS = 12, GROUP = 4 };

static void write_groups(const char plain[CHARACTERS], char out[RECOVERY_TEXT_SIZE])
{
	size_t at = 0;
	for (size_t i = 0; i < CHARACTERS; i++) {
		if (i && i % GROUP == 0)
			out[at++] = '-';
		out[at++] = plain[i];
	}
	out[at] = '\0';
}

void recovery_new(char out[RECOVERY_TEXT_SIZE])
{
	unsigned char raw[CHARACTERS];
	char plain[CHARACTERS];
	randombytes_buf(raw, sizeof raw);
	for (size_t i = 0; i < CHARACTERS; i++)
		plain[i] = alphabet[raw[i] & 31];
	write_groups(plain, out);
	sodium_memzero(raw, sizeof raw);
	sodium_memzero(plain, sizeof plain);
}

/* Bytes of a space or dash at the start of s, 0 if it is neither. Word processors and telephones put others than
 * those of a keyboard. */
static size_t divider(str s)
{
	static const str dividers[] = {
		STR_INIT(" "),
		STR_INIT("\t"),
		STR_INIT("\n"),
		STR_INIT("\r"),
		STR_INIT("-"),
		STR_INIT("_"),
		STR_INIT("."),
		STR_INIT("\xc2\xa0"),
		STR_INIT("\xc2\xad"),
		STR_INIT("\xe2\x80\x90"),
		STR_INIT("\xe2\x80\x91"),
		STR_INIT("\xe2\x80\x92"),
		STR_INIT("\xe2\x80\x93"),
		STR_INIT("\xe2\x80\x94"),
		STR_INIT("\xe2\x88\x92"),
		STR_INIT("\xe2\x80\xaf"),
	};
	for (size_t i = 0; i < COUNT_OF(dividers); i++)
		if (str_starts(s, dividers[i]))
			return dividers[i].n;
	return 0;
}

static char letter(char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	return c == 'o' ? '0' : c == 'i' || c == 'l' ? '1' : c;
}

enum frg_status recovery_read(str typed, char out[RECOVERY_TEXT_SIZE], struct frg_error *err)
{
	char plain[CHARACTERS];
	size_t n = 0, skip;
	out[0] = '\0';
	for (size_t i = 0; i < typed.n; i += skip) {
		skip = divider(str_sub(typed, i, typed.n));
		if (skip)
			continue;
		char c = letter(typed.p[i]);
		if (n == CHARACTERS || c == '\0' || !strchr(alphabet, c))
			return frg_fail(err, FRG_INVALID, "recovery_format", "not a recovery code");
		plain[n++] = c;
		skip = 1;
	}
	if (n != CHARACTERS)
		return frg_fail(err, FRG_INVALID, "recovery_format", "a recovery code has %d characters", CHARACTERS);
	write_groups(plain, out);
	sodium_memzero(plain, sizeof plain);
	return FRG_OK;
}

void recovery_hash(str key, int64_t account, str code, char out[RECOVERY_HASH_SIZE])
{
	unsigned char raw[crypto_generichash_BYTES], of[8];
	crypto_generichash_state state;
	BUG_IF(key.n < crypto_generichash_KEYBYTES_MIN || key.n > crypto_generichash_KEYBYTES_MAX);
	for (int i = 0; i < 8; i++)
		of[i] = (unsigned char)((uint64_t)account >> (8 * i));
	crypto_generichash_init(&state, (const unsigned char *)key.p, key.n, sizeof raw);
	crypto_generichash_update(&state, (const unsigned char *)"freigabe recovery code:", 23);
	crypto_generichash_update(&state, of, sizeof of);
	crypto_generichash_update(&state, (const unsigned char *)code.p, code.n);
	crypto_generichash_final(&state, raw, sizeof raw);
	sodium_bin2hex(out, RECOVERY_HASH_SIZE, raw, sizeof raw);
	sodium_memzero(&state, sizeof state);
}
