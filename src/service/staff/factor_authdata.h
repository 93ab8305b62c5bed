/* What an authenticator writes, taken apart. For the passkeys' own files. */
#ifndef SERVICE_FACTOR_AUTHDATA_H
#define SERVICE_FACTOR_AUTHDATA_H

#include "service/staff/factor.h"

enum {
	AUTHDATA_PRESENT = 1,
	AUTHDATA_VERIFIED = 4,
	AUTHDATA_BACKUP_ELIGIBLE = 8,
	AUTHDATA_BACKED_UP = 16,
	AUTHDATA_CREDENTIAL = 64,
	AUTHDATA_EXTENSIONS = 128,
	AUTHDATA_HASH_SIZE = 32
};

/* All strings point into what was read. */
struct authdata {
	str rp_hash;
	unsigned flags;
	uint32_t sign_count;
	str id, key; /* of the credential; empty without AUTHDATA_CREDENTIAL */
};

MUST_CHECK enum frg_status authdata_read(str bytes, struct authdata *out, struct frg_error *err);
/* The authenticator data within an attestation object; the statement is passed over. */
MUST_CHECK enum frg_status authdata_of_attestation(str bytes, str *authdata, struct frg_error *err);

/* A public key as libfido2 wants it. */
struct authdata_key {
	enum passkey_algorithm algorithm;
	unsigned char raw[512];
	size_t size;
};

MUST_CHECK enum frg_status authdata_key_read(str cose, struct authdata_key *out, struct frg_error *err);

#endif
