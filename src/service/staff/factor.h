/* Second factors of staff accounts: one-time codes, recovery codes, passkeys. Pure functions: they know no
 * database, no HTTP and no clock; times and expected values come in, what is to be kept goes out. */
#ifndef SERVICE_FACTOR_H
#define SERVICE_FACTOR_H

#include "base/arena.h"
#include "base/clock.h"

/* ---- one-time codes by time (factor_totp.c): RFC 6238 with SHA-1, 6 digits, 30 seconds ---- */

enum { TOTP_SECRET_TEXT_SIZE = 33, TOTP_NONE = -1 };

/* 20 random bytes as 32 characters of base 32 and a NUL. */
void totp_secret_new(char out[TOTP_SECRET_TEXT_SIZE]);
/* otpauth://totp/… for a QR code. `issuer` and `account` are names for people. */
str totp_uri(struct arena *a, str issuer, str account, str secret);
/* Accepts the code of the present step or of one neighbour, each step once: `last_step` is the one accepted last
 * (TOTP_NONE at first), *step is the one to keep now. Keep it with a comparison in the same transaction
 * (… WHERE last_step < step): two requests may come at once.
 * Errors: totp_format (no six digits), totp_wrong, totp_used (right, but not for the first time), totp_secret. */
MUST_CHECK enum frg_status totp_verify(str secret, str code, msec now, int64_t last_step, int64_t *step,
                                       struct frg_error *err);

/* A QR code of a text (factor_qr.c): path data for an SVG whose viewBox is 0 0 *size *size, white margin included.
 * Empty if the text is too long for one. */
str qr_path(struct arena *a, str text, int *size);

/* ---- recovery codes (factor_recovery.c): each opens the account once ---- */

enum { RECOVERY_COUNT = 10, RECOVERY_TEXT_SIZE = 15, RECOVERY_HASH_SIZE = 65 };

/* "xxxx-xxxx-xxxx", 60 random bits. */
void recovery_new(char out[RECOVERY_TEXT_SIZE]);
/* What a person typed, as recovery_new wrote it: any case, any dashes and spaces, o for 0, i and l for 1.
 * Errors: recovery_format. */
MUST_CHECK enum frg_status recovery_read(str typed, char out[RECOVERY_TEXT_SIZE], struct frg_error *err);
/* For storage: BLAKE2b keyed with the installation's key (16 to 64 bytes), over the account and the code as
 * recovery_read gives it. */
void recovery_hash(str key, int64_t account, str code, char out[RECOVERY_HASH_SIZE]);

/* ---- passkeys (factor_options.c, factor_passkey.c): WebAuthn level 2 and 3 ---- */

enum {
	PASSKEY_JSON_MAX = 64 << 10, /* a browser's answer */
	PASSKEY_ID_MAX = 1023,       /* bytes of a credential id, as the standard has it */
	PASSKEY_USER_MAX = 64,       /* bytes of an account's id, as the standard has it */
	PASSKEY_TRANSPORTS_MAX = 8,
	PASSKEY_TIMEOUT_MS = 300000 /* how long a browser asks; keep a challenge no longer than this */
};

/* By COSE's numbers. */
enum passkey_algorithm { PASSKEY_ES256 = -7, PASSKEY_EDDSA = -8, PASSKEY_RS256 = -257 };

/* A credential already kept, for the browser to leave out or to choose from. */
struct passkey_known {
	str id;         /* base64url, as in struct passkey */
	str transports; /* as in struct passkey; may be empty */
};

struct passkey_account {
	str id; /* opaque bytes, at most PASSKEY_USER_MAX; says nothing about the person */
	str name, display_name;
};

/* A new challenge is secret_new() (base/id.h); it is kept, with an expiry, and used once.
 * PublicKeyCredentialCreationOptionsJSON. */
str passkey_create_options(struct arena *a, str rp_id, str rp_name, const struct passkey_account *account,
                           str challenge, const struct passkey_known *known, size_t known_count);
/* PublicKeyCredentialRequestOptionsJSON; with no `known` the browser offers what it has. */
str passkey_request_options(struct arena *a, str rp_id, str challenge, const struct passkey_known *known,
                            size_t known_count);

struct passkey_expected {
	str challenge; /* as given to the browser */
	str origin;    /* "https://example.org", exactly as browsers write it */
	str rp_id;     /* "example.org" */
};

/* What is kept of a credential. */
struct passkey {
	str id;         /* base64url */
	str key;        /* COSE key, bytes */
	str user_id;    /* the account's id, bytes; not filled by passkey_verify_creation */
	str transports; /* "hybrid,internal"; may be empty */
	enum passkey_algorithm algorithm;
	uint32_t sign_count;
	bool backup_eligible, backed_up;
};

struct passkey_use {
	str user_handle; /* bytes; empty if the authenticator gave none */
	uint32_t sign_count;
	bool backed_up;
};

/* `response` is the text of PublicKeyCredential.toJSON(). Attestation is not asked for; where there is one, it is not
 * trusted. Errors: passkey_too_large, passkey_response, passkey_client_data, passkey_type, passkey_challenge,
 * passkey_origin, passkey_cross_origin, passkey_data, passkey_rp, passkey_presence, passkey_verification,
 * passkey_backup, passkey_attestation, passkey_id, passkey_algorithm, passkey_key. */
MUST_CHECK enum frg_status passkey_verify_creation(struct arena *a, str response, const struct passkey_expected *want,
                                                   struct passkey *out, struct frg_error *err);

/* Whose credential an answer claims to be, to look it up; base64url, proved by nothing yet. */
MUST_CHECK enum frg_status passkey_claimed_id(struct arena *a, str response, str *id, struct frg_error *err);
/* `kept.user_id` may be empty: then the user handle is not compared. Keep out->sign_count and out->backed_up.
 * Errors: as above without passkey_attestation, and passkey_unknown (another credential), passkey_user (another
 * account), passkey_signature, passkey_counter (went back: perhaps a copy of the authenticator). */
MUST_CHECK enum frg_status passkey_verify_assertion(struct arena *a, str response, const struct passkey *kept,
                                                    const struct passkey_expected *want, struct passkey_use *out,
                                                    struct frg_error *err);

#endif
