/* For the tests of passkeys: the recorded answers, and answers with one thing changed. */
#ifndef PASSKEY_TOOLS_H
#define PASSKEY_TOOLS_H

#include "unit.h"

#include "base/id.h"
#include "base/json.h"
#include "passkey_vectors.h"
#include "service/staff/factor_authdata.h"

#include <sodium.h>

static inline int setup(void **state)
{
	(void)state;
	return id_setup() ? 0 : -1;
}

static inline struct arena *open_arena(void) { return arena_open((size_t)64 << 20); }

static inline struct passkey_expected expected(const char *challenge)
{
	return (struct passkey_expected){str_of(challenge), STR(V_ORIGIN), STR("localhost")};
}

/* Creates the key of a recording. */
static inline struct passkey kept(struct arena *a, const char *made, const char *challenge)
{
	struct passkey_expected want = expected(challenge);
	struct passkey key;
	struct frg_error err = {0};
	if (passkey_verify_creation(a, str_of(made), &want, &key, &err) != FRG_OK)
		fail_msg("%s: %s", err.code, err.msg);
	key.user_id = STR(V_USER_ID);
	return key;
}

static inline str bytes_of(struct arena *a, const json_t *text)
{
	size_t n = 0;
	char *raw = arena_alloc(a, json_string_length(text) + 1);
	assert_int_equal(sodium_base642bin((unsigned char *)raw, json_string_length(text), json_string_value(text),
	                                   json_string_length(text), NULL, &n, NULL,
	                                   sodium_base64_VARIANT_URLSAFE_NO_PADDING),
	                 0);
	return (str){raw, n};
}

static inline void put_bytes(struct arena *a, json_t *object, const char *name, str bytes)
{
	size_t size = sodium_base64_ENCODED_LEN(bytes.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *text = arena_alloc(a, size);
	sodium_bin2base64(text, size, (const unsigned char *)bytes.p, bytes.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	json_object_set_new(object, name, json_string(text));
}

/* The answer with `bytes` for one member of its response. */
static inline str answer_with(struct arena *a, const char *answer, const char *member, str bytes)
{
	json_t *root = json_loads(answer, 0, NULL);
	put_bytes(a, json_object_get(root, "response"), member, bytes);
	return json_text(a, root);
}

static inline str response_bytes(struct arena *a, const char *answer, const char *member)
{
	json_t *root = json_loads(answer, 0, NULL);
	str out = bytes_of(a, json_object_get(json_object_get(root, "response"), member));
	json_decref(root);
	return out;
}

#endif
