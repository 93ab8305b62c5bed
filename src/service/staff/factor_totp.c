/* One-time codes by time, RFC 6238. The codes are liboath's; which of them count, and how often, is decided here.
 * Knows no clock and keeps nothing. */
#include "service/staff/factor.h"

#include "base/buf.h"

#include <liboath/oath.h>
#include <sodium.h>
#include <stdlib.h>

enum { SECRET_BYTES_MIN = 16, SECRET_BYTES_MAX = 64, DIGITS = 6, STEP_MS = 30000, LABEL_MAX = 1024 };

void totp_secret_new(char out[TOTP_SECRET_TEXT_SIZE])
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned char raw[TOTP_SECRET_TEXT_SIZE - 1];
	/* 5 random bits a character: the same as 20 random bytes written in base 32 */
	randombytes_buf(raw, sizeof raw);
	for (size_t i = 0; i < sizeof raw; i++)
		out[i] = alphabet[raw[i] & 31];
	out[sizeof raw] = '\0';
	sodium_memzero(raw, sizeof raw);
}

static void add_escaped(struct buf *b, str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c && strchr("-._~", c)))
			buf_byte(b, (char)c);
		else
			buf_printf(b, "%%%02X", c);
	}
}

str totp_uri(struct arena *a, str issuer, str account, str secret)
{
	struct buf b = BUF_INIT(8 * LABEL_MAX);
	if (issuer.n > LABEL_MAX)
		issuer.n = LABEL_MAX;
	if (account.n > LABEL_MAX)
		account.n = LABEL_MAX;
	BUF_LIT(&b, "otpauth://totp/");
	add_escaped(&b, issuer);
	BUF_LIT(&b, ":");
	add_escaped(&b, account);
	BUF_LIT(&b, "?secret=");
	add_escaped(&b, secret);
	BUF_LIT(&b, "&issuer=");
	add_escaped(&b, issuer);
	/* what is usual; some programs want it said all the same */
	BUF_LIT(&b, "&algorithm=SHA1&digits=6&period=30");
	return buf_finish(&b, a);
}

/* Six digits, in groups or not: programs show "123 456", and a copied space may be one that does not break. */
static bool read_code(str typed, char out[DIGITS + 1])
{
	size_t n = 0;
	for (size_t i = 0; i < typed.n; i++) {
		char c = typed.p[i];
		if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			continue;
		if (str_starts(str_sub(typed, i, typed.n), STR("\xc2\xa0"))) {
			i++;
			continue;
		}
		if (c < '0' || c > '9' || n == DIGITS)
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return n == DIGITS;
}

/* Does the same work whatever the code: every step is computed and compared. The newest that is right, or TOTP_NONE. */
static int64_t find_step(const char *key, size_t key_size, const char code[DIGITS + 1], int64_t now, bool *failed)
{
	int64_t found = TOTP_NONE;
	for (int64_t step = now - 1; step <= now + 1; step++) {
		char right[DIGITS + 1];
		if (step < 0)
			continue;
		if (oath_hotp_generate(key, key_size, (uint64_t)step, DIGITS, false, OATH_HOTP_DYNAMIC_TRUNCATION, right) !=
		    OATH_OK) {
			*failed = true;
			return TOTP_NONE;
		}
		if (sodium_memcmp(right, code, DIGITS) == 0)
			found = step;
		sodium_memzero(right, sizeof right);
	}
	return found;
}

enum frg_status totp_verify(str secret, str code, msec now, int64_t last_step, int64_t *step, struct frg_error *err)
{
	char digits[DIGITS + 1], *key = NULL;
	size_t key_size = 0;
	bool failed = false;
	*step = TOTP_NONE;
	if (!read_code(code, digits))
		return frg_fail(err, FRG_INVALID, "totp_format", "a code has %d digits", DIGITS);
	if (secret.n == 0 || oath_base32_decode(secret.p, secret.n, &key, &key_size) != OATH_OK)
		return frg_fail(err, FRG_CORRUPT, "totp_secret", "the stored secret is no base 32");
	if (key_size < SECRET_BYTES_MIN || key_size > SECRET_BYTES_MAX)
		failed = true;
	int64_t found = failed ? TOTP_NONE : find_step(key, key_size, digits, now < 0 ? TOTP_NONE : now / STEP_MS, &failed);
	sodium_memzero(key, key_size);
	free(key);
	if (failed)
		return frg_fail(err, FRG_CORRUPT, "totp_secret", "the stored secret cannot be used");
	if (found == TOTP_NONE)
		return frg_fail(err, FRG_FORBIDDEN, "totp_wrong", "no code of this time");
	if (found <= last_step)
		return frg_fail(err, FRG_FORBIDDEN, "totp_used", "this code or a later one was used");
	*step = found;
	return FRG_OK;
}
