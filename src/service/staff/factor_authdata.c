/* Takes apart what an authenticator writes: authenticator data, attestation object, COSE key. libcbor reads one head
 * at a time and allocates nothing, so a head that promises gigabytes costs nothing; nesting is counted, not followed.
 * Knows no signatures and trusts nothing it reads. */
#include "service/staff/factor_authdata.h"

#include <cbor.h>

/* ---- CBOR, as CTAP2 allows it: no indefinite lengths ---- */

enum kind { OTHER, INTEGER, BYTES, TEXT, ARRAY, MAP, TAG };

struct head {
	enum kind kind;
	int64_t number; /* of an integer; INT64_MIN where it does not fit */
	size_t count;   /* of an array or a map */
	str bytes;
	bool refused;
};

static void on_unsigned(struct head *h, uint64_t value)
{
	h->kind = INTEGER;
	h->number = value > INT64_MAX ? INT64_MIN : (int64_t)value;
}

/* -1 - value */
static void on_negative(struct head *h, uint64_t value)
{
	h->kind = INTEGER;
	h->number = value >= INT64_MAX ? INT64_MIN : -1 - (int64_t)value;
}

static void on_uint8(void *h, uint8_t value) { on_unsigned(h, value); }
static void on_uint16(void *h, uint16_t value) { on_unsigned(h, value); }
static void on_uint32(void *h, uint32_t value) { on_unsigned(h, value); }
static void on_uint64(void *h, uint64_t value) { on_unsigned(h, value); }
static void on_negint8(void *h, uint8_t value) { on_negative(h, value); }
static void on_negint16(void *h, uint16_t value) { on_negative(h, value); }
static void on_negint32(void *h, uint32_t value) { on_negative(h, value); }
static void on_negint64(void *h, uint64_t value) { on_negative(h, value); }

static void on_bytes(void *ctx, cbor_data p, size_t n)
{
	struct head *h = ctx;
	h->kind = BYTES;
	h->bytes = (str){(const char *)p, n};
}

static void on_text(void *ctx, cbor_data p, size_t n)
{
	on_bytes(ctx, p, n);
	((struct head *)ctx)->kind = TEXT;
}

static void on_array(void *ctx, size_t count)
{
	((struct head *)ctx)->kind = ARRAY;
	((struct head *)ctx)->count = count;
}

static void on_map(void *ctx, size_t count)
{
	((struct head *)ctx)->kind = MAP;
	((struct head *)ctx)->count = count;
}

static void on_tag(void *ctx, uint64_t value) { ((struct head *)ctx)->kind = TAG; }
static void on_refused(void *ctx) { ((struct head *)ctx)->refused = true; }

/* Cuts the next head, with its string if it is one, off *rest. */
static bool next_head(str *rest, struct head *out)
{
	struct cbor_callbacks on = cbor_empty_callbacks;
	on.uint8 = on_uint8, on.uint16 = on_uint16, on.uint32 = on_uint32, on.uint64 = on_uint64;
	on.negint8 = on_negint8, on.negint16 = on_negint16, on.negint32 = on_negint32, on.negint64 = on_negint64;
	on.byte_string = on_bytes, on.string = on_text, on.array_start = on_array, on.map_start = on_map, on.tag = on_tag;
	on.byte_string_start = on.string_start = on.indef_array_start = on.indef_map_start = on.indef_break = on_refused;
	*out = (struct head){0};
	if (rest->n == 0)
		return false;
	struct cbor_decoder_result r = cbor_stream_decode((cbor_data)rest->p, rest->n, &on, out);
	if (r.status != CBOR_DECODER_FINISHED || r.read == 0 || r.read > rest->n || out->refused)
		return false;
	*rest = str_sub(*rest, r.read, rest->n);
	/* each entry takes a byte at least; nor can sums of these overflow */
	return out->count <= rest->n;
}

/* Cuts one whole item off *rest. */
static bool next_item(str *rest, str *item)
{
	str at = *rest;
	uint64_t pending = 1;
	for (; pending; pending--) {
		struct head h;
		if (!next_head(&at, &h))
			return false;
		pending += h.kind == MAP ? 2 * (uint64_t)h.count : h.kind == TAG ? 1 : h.count;
	}
	*item = str_sub(*rest, 0, rest->n - at.n);
	*rest = at;
	return true;
}

/* ---- authenticator data: hash 32, flags 1, counter 4; credential; extensions ---- */

static uint32_t big_endian(const char *p, int n)
{
	uint32_t value = 0;
	for (int i = 0; i < n; i++)
		value = value << 8 | (unsigned char)p[i];
	return value;
}

static bool cut(str *rest, size_t n, str *out)
{
	if (rest->n < n)
		return false;
	*out = str_sub(*rest, 0, n);
	*rest = str_sub(*rest, n, rest->n);
	return true;
}

static bool next_map(str *rest, str *item)
{
	struct head h;
	str at = *rest;
	return next_head(&at, &h) && h.kind == MAP && next_item(rest, item);
}

/* aaguid 16, length 2, id, key */
static bool cut_credential(str *rest, struct authdata *out)
{
	str aaguid, length;
	if (!cut(rest, 16, &aaguid) || !cut(rest, 2, &length))
		return false;
	size_t n = big_endian(length.p, 2);
	return n > 0 && n <= PASSKEY_ID_MAX && cut(rest, n, &out->id) && next_map(rest, &out->key);
}

enum frg_status authdata_read(str bytes, struct authdata *out, struct frg_error *err)
{
	str rest = bytes, flags, count, extensions;
	*out = (struct authdata){0};
	if (!cut(&rest, AUTHDATA_HASH_SIZE, &out->rp_hash) || !cut(&rest, 1, &flags) || !cut(&rest, 4, &count))
		return frg_fail(err, FRG_INVALID, "passkey_data", "authenticator data of %zu bytes", bytes.n);
	out->flags = (unsigned char)flags.p[0];
	out->sign_count = big_endian(count.p, 4);
	if ((out->flags & AUTHDATA_CREDENTIAL) && !cut_credential(&rest, out))
		return frg_fail(err, FRG_INVALID, "passkey_data", "the credential in the authenticator data is malformed");
	if ((out->flags & AUTHDATA_EXTENSIONS) && !next_map(&rest, &extensions))
		return frg_fail(err, FRG_INVALID, "passkey_data", "the extensions in the authenticator data are malformed");
	if (rest.n)
		return frg_fail(err, FRG_INVALID, "passkey_data", "%zu bytes after the authenticator data", rest.n);
	return FRG_OK;
}

/* ---- attestation object: {"fmt": text, "attStmt": map, "authData": bytes} ---- */

/* Takes one entry; false if it is malformed or there twice. */
static bool take_entry(str *rest, str *authdata, unsigned *seen)
{
	static const str names[] = {STR_INIT("fmt"), STR_INIT("attStmt"), STR_INIT("authData")};
	static const enum kind kinds[] = {TEXT, MAP, BYTES};
	struct head key, value;
	str item;
	if (!next_head(rest, &key) || key.kind != TEXT)
		return false;
	str at = *rest;
	if (!next_head(&at, &value) || !next_item(rest, &item))
		return false;
	for (unsigned i = 0; i < COUNT_OF(names); i++) {
		if (!str_eq(key.bytes, names[i]))
			continue;
		if (value.kind != kinds[i] || (*seen & 1u << i))
			return false;
		*seen |= 1u << i;
		if (value.kind == BYTES)
			*authdata = value.bytes;
	}
	return true;
}

enum frg_status authdata_of_attestation(str bytes, str *authdata, struct frg_error *err)
{
	str rest = bytes;
	struct head h;
	unsigned seen = 0;
	bool good = next_head(&rest, &h) && h.kind == MAP;
	for (size_t i = 0; good && i < h.count; i++)
		good = take_entry(&rest, authdata, &seen);
	if (!good || seen != 7 || rest.n)
		return frg_fail(err, FRG_INVALID, "passkey_attestation", "the attestation object is malformed");
	return FRG_OK;
}

/* ---- COSE key ---- */

enum { COSE_TYPE = 1, COSE_ALGORITHM = 3 };                     /* labels of every key */
enum { COSE_CURVE = -1, COSE_POINT_X = -2, COSE_POINT_Y = -3 }; /* of an OKP or EC2 key */
enum { COSE_MODULUS = -1, COSE_EXPONENT = -2 };                 /* of an RSA key */
enum { TYPE_OKP = 1, TYPE_EC2 = 2, TYPE_RSA = 3, CURVE_P256 = 1, CURVE_ED25519 = 6 };

/* By label, 3 down to -3, at 3 - label. */
struct cose {
	struct head value[7];
	bool there[7];
};

static const struct head *cose_get(const struct cose *c, int label, enum kind kind)
{
	const struct head *h = &c->value[3 - label];
	return c->there[3 - label] && h->kind == kind ? h : NULL;
}

static bool cose_is(const struct cose *c, int label, int64_t number)
{
	const struct head *h = cose_get(c, label, INTEGER);
	return h && h->number == number;
}

static bool cose_read(str bytes, struct cose *c)
{
	struct head map, label;
	str item;
	*c = (struct cose){0};
	if (!next_head(&bytes, &map) || map.kind != MAP)
		return false;
	for (size_t i = 0; i < map.count; i++) {
		if (!next_head(&bytes, &label) || label.kind != INTEGER)
			return false;
		str at = bytes;
		if (!next_item(&bytes, &item))
			return false;
		if (label.number < -3 || label.number > 3)
			continue;
		size_t slot = (size_t)(3 - label.number);
		if (c->there[slot] || !next_head(&at, &c->value[slot]))
			return false;
		c->there[slot] = true;
	}
	return bytes.n == 0;
}

static bool add_bytes(struct authdata_key *key, const struct cose *c, int label, size_t size)
{
	const struct head *h = cose_get(c, label, BYTES);
	if (!h || h->bytes.n != size || size > sizeof key->raw - key->size)
		return false;
	memcpy(key->raw + key->size, h->bytes.p, size);
	key->size += size;
	return true;
}

static bool point_of(const struct cose *c, struct authdata_key *key)
{
	if (key->algorithm == PASSKEY_EDDSA)
		return cose_is(c, COSE_TYPE, TYPE_OKP) && cose_is(c, COSE_CURVE, CURVE_ED25519) &&
		       add_bytes(key, c, COSE_POINT_X, 32);
	return cose_is(c, COSE_TYPE, TYPE_EC2) && cose_is(c, COSE_CURVE, CURVE_P256) &&
	       add_bytes(key, c, COSE_POINT_X, 32) && add_bytes(key, c, COSE_POINT_Y, 32);
}

/* libfido2 takes 2048 bits with an exponent of three bytes; authenticators make no others. */
static bool modulus_of(const struct cose *c, struct authdata_key *key)
{
	return cose_is(c, COSE_TYPE, TYPE_RSA) && add_bytes(key, c, COSE_MODULUS, 256) && (key->raw[0] & 0x80) &&
	       add_bytes(key, c, COSE_EXPONENT, 3);
}

enum frg_status authdata_key_read(str cose, struct authdata_key *out, struct frg_error *err)
{
	struct cose c;
	*out = (struct authdata_key){0};
	if (!cose_read(cose, &c))
		return frg_fail(err, FRG_INVALID, "passkey_key", "the public key is no COSE key");
	const struct head *algorithm = cose_get(&c, COSE_ALGORITHM, INTEGER);
	int64_t number = algorithm ? algorithm->number : 0;
	if (number != PASSKEY_ES256 && number != PASSKEY_EDDSA && number != PASSKEY_RS256)
		return frg_fail(err, FRG_INVALID, "passkey_algorithm", "an algorithm that was not offered");
	out->algorithm = (enum passkey_algorithm)number;
	if (out->algorithm == PASSKEY_RS256 ? !modulus_of(&c, out) : !point_of(&c, out))
		return frg_fail(err, FRG_INVALID, "passkey_key", "the public key does not fit its algorithm");
	return FRG_OK;
}
