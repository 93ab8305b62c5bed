/* Signs tokens as a provider does; for the unit test and the fuzzer. */
#ifndef OIDC_TOOLS_H
#define OIDC_TOOLS_H

#include "base/arena.h"
#include "base/json.h"

#include <cjose/cjose.h>

struct oidc_signer {
	cjose_jwk_t *key;
	const char *alg;
	char *jwk;
	str keys; /* the public set; owned */
};

static inline void oidc_signer_open(struct oidc_signer *s, bool rsa)
{
	cjose_err why;
	s->alg = rsa ? "RS256" : "ES256";
	s->key = rsa ? cjose_jwk_create_RSA_random(2048, NULL, 0, &why)
	             : cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &why);
	BUG_IF(!s->key);
	s->jwk = cjose_jwk_to_json(s->key, false, &why);
	json_t *set = json_pack("{s:[o]}", "keys", json_loads(s->jwk, 0, NULL));
	char *text = json_dumps(set, JSON_COMPACT);
	json_decref(set);
	s->keys = str_of(text);
}

static inline str oidc_sign(struct arena *a, struct oidc_signer *s, str claims)
{
	cjose_err why;
	const char *text;
	cjose_header_t *header = cjose_header_new(&why);
	BUG_IF(!cjose_header_set(header, "alg", s->alg, &why));
	cjose_jws_t *jws = cjose_jws_sign(s->key, header, (const uint8_t *)claims.p, claims.n, &why);
	BUG_IF(!jws || !cjose_jws_export(jws, &text, &why));
	str out = arena_str(a, str_of(text));
	cjose_jws_release(jws);
	cjose_header_release(header);
	return out;
}

static inline void oidc_signer_close(struct oidc_signer *s)
{
	cjose_jwk_release(s->key);
	free(s->jwk);
	free((char *)s->keys.p);
}

#endif
