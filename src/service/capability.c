/* Who writes: the capability of a reader's browser. It is known to that browser alone and kept
 * hashed; an e-mail address or a name proves nothing. */
#include "service/inner.h"

#include <sodium.h>

bool capability_is_url_safe(str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_'))
			return false;
	}
	return true;
}

bool capability_is(str s) { return s.n == SECRET_TEXT_SIZE - 1 && capability_is_url_safe(s); }

enum frg_status capability_author(struct store_tx *tx, const struct store_site *site, str reader, id64 *author,
                                  struct frg_error *err)
{
	char hash[HASH_TEXT_SIZE];
	id64 of_site;
	if (!capability_is(reader))
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such author");
	hash_text(reader, hash);
	enum frg_status st = store_author_find(tx, str_of(hash), author, &of_site, err);
	if (st == FRG_OK && of_site != site->id)
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such author");
	return st;
}

enum frg_status capability_comment(struct store_tx *tx, const struct store_site *site, str article, str reader,
                                   id64 comment, struct store_comment *out, struct frg_error *err)
{
	id64 author = 0;
	struct store_article under = {0};
	enum frg_status st = capability_author(tx, site, reader, &author, err);
	if (st == FRG_OK)
		st = store_comment_get(tx, comment, out, err);
	if (st == FRG_OK)
		st = store_article_by_id(tx, out->article, &under, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && (out->author != author || out->site != site->id || out->erased ||
	                                             !str_eq(under.external_id, article))))
		return frg_fail(err, FRG_NOT_FOUND, "comment_unknown", "no such comment of this author");
	return st;
}

str capability_first(struct arena *a, str key)
{
	char *out = arena_alloc(a, SECRET_TEXT_SIZE);
	if (key.n == 0) {
		secret_new(out);
		return str_of(out);
	}
	unsigned char raw[crypto_hash_sha256_BYTES];
	str all = arena_printf(a, "freigabe reader capability:%.*s", STR_ARG(key));
	crypto_hash_sha256(raw, (const unsigned char *)all.p, all.n);
	sodium_bin2base64(out, SECRET_TEXT_SIZE, raw, sizeof raw, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return str_of(out);
}
