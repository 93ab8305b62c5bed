/* Asks the house's own log-in: its description, its keys, and what a code stands for. Knows no accounts. What it was
 * told is kept for a while; a key that is not known yet is asked for at once, since providers change theirs. */
#include "service/staff/oidc_inner.h"

#include "base/buf.h"
#include "base/log.h"
#include "http/fetch.h"

#include <sodium.h>
#include <stdlib.h>

enum { KEPT_MS = 10 * 60 * 1000, FORM_MAX = 1 << 16, ROLES_TEXT_MAX = 4000 };

/* A text that was asked for, and when. */
struct told {
	char *text;
	size_t n;
	msec at;
};

struct provider {
	struct provider_config config;
	pthread_mutex_t lock;
	struct told description, keys;
};

/* ---- set-up ---- */

static bool roles_valid(str roles)
{
	str pair;
	while (str_next(&roles, ' ', &pair)) {
		enum staff_role role;
		size_t cut = pair.n;
		while (cut && pair.p[cut - 1] != ':')
			cut--;
		if (pair.n && (cut < 2 || !staff_role_of(str_sub(pair, cut, pair.n), &role)))
			return false;
	}
	return true;
}

static enum frg_status check_config(const struct provider_config *c, struct frg_error *err)
{
	const char *why = NULL;
	if (oidc_authority(c->issuer).n == 0 || (!c->private_network && !str_starts(c->issuer, STR("https://"))))
		why = "oidc_issuer must be an address that begins with https://";
	else if (c->client_id.n == 0)
		why = "oidc_client_id is missing";
	else if (c->name.n == 0)
		why = "oidc_name, the words on the button, is missing";
	else if (c->roles.n > ROLES_TEXT_MAX || !roles_valid(c->roles))
		why = "oidc_roles must be 'value:role value:role', with roles of docs/roles.md";
	else if ((c->roles.n > 0) != (c->role_claim.n > 0))
		why = "oidc_roles and oidc_role_claim belong together";
	return why ? frg_fail(err, FRG_INVALID, "oidc_config", "%s", why) : FRG_OK;
}

enum frg_status service_house_setup(struct service *svc, const struct provider_config *config, struct frg_error *err)
{
	enum frg_status st = check_config(config, err);
	if (st != FRG_OK)
		return st;
	struct provider *house = calloc(1, sizeof *house);
	if (!house)
		BUG("out of memory");
	house->config = *config;
	pthread_mutex_init(&house->lock, NULL);
	svc->provider = house;
	return FRG_OK;
}

str service_house(const struct service *svc) { return svc->provider ? svc->provider->config.name : STR(""); }

const struct provider_config *provider_config(const struct provider *house) { return &house->config; }

void provider_close(struct provider *house)
{
	if (!house)
		return;
	free(house->description.text);
	free(house->keys.text);
	pthread_mutex_destroy(&house->lock);
	free(house);
}

/* ---- asking ---- */

static enum frg_status ask(struct provider *house, struct arena *a, const struct fetch_call *call, long *status,
                           str *body, struct frg_error *err)
{
	struct fetch_rules rules = {.hosts = oidc_authority(call->url), .allow_private = house->config.private_network};
	struct frg_error why = {0};
	if (fetch_call(a, &rules, call, status, body, &why) == FRG_OK)
		return FRG_OK;
	return frg_fail(err, FRG_IO, "oidc_provider", "%.*s: %s", STR_ARG(rules.hosts), why.msg);
}

static bool recall(struct provider *house, struct arena *a, const struct told *told, str *out)
{
	pthread_mutex_lock(&house->lock);
	bool there = told->text && clock_steady() - told->at < KEPT_MS;
	*out = there ? arena_str(a, (str){told->text, told->n}) : STR("");
	pthread_mutex_unlock(&house->lock);
	return there;
}

static void keep(struct provider *house, struct told *told, str text)
{
	char *copy = malloc(text.n + 1);
	if (!copy)
		BUG("out of memory");
	memcpy(copy, text.p, text.n);
	pthread_mutex_lock(&house->lock);
	free(told->text);
	*told = (struct told){.text = copy, .n = text.n, .at = clock_steady()};
	pthread_mutex_unlock(&house->lock);
}

static enum frg_status ask_text(struct provider *house, struct arena *a, str url, str *out, struct frg_error *err)
{
	long status;
	struct fetch_call call = {.url = url};
	enum frg_status st = ask(house, a, &call, &status, out, err);
	if (st == FRG_OK && status != 200)
		return frg_fail(err, FRG_IO, "oidc_provider", "%.*s answers with %ld", STR_ARG(url), status);
	return st;
}

enum frg_status provider_provider(struct provider *house, struct arena *a, struct oidc_provider *out,
                                  struct frg_error *err)
{
	const struct provider_config *c = &house->config;
	str text, issuer = c->issuer;
	bool kept = recall(house, a, &house->description, &text);
	while (issuer.n && issuer.p[issuer.n - 1] == '/')
		issuer.n--;
	enum frg_status st = FRG_OK;
	if (!kept)
		st = ask_text(house, a, arena_printf(a, "%.*s/.well-known/openid-configuration", STR_ARG(issuer)), &text, err);
	if (st == FRG_OK)
		st = oidc_provider_read(a, text, c->issuer, c->private_network, out, err);
	if (st == FRG_OK && !kept)
		keep(house, &house->description, text);
	return st;
}

static enum frg_status load_keys(struct provider *house, struct arena *a, const struct oidc_provider *p, str *keys,
                                 struct frg_error *err)
{
	enum frg_status st = ask_text(house, a, p->keys, keys, err);
	if (st == FRG_OK)
		keep(house, &house->keys, *keys);
	return st;
}

static enum frg_status read_token(struct provider *house, struct arena *a, const struct oidc_provider *p, str token,
                                  str nonce, struct oidc_person *out, struct frg_error *err)
{
	const struct provider_config *c = &house->config;
	struct oidc_expected want = {.issuer = c->issuer,
	                             .client_id = c->client_id,
	                             .nonce = nonce,
	                             .now = clock_now(),
	                             .role_claim = c->role_claim};
	str keys;
	bool kept = recall(house, a, &house->keys, &keys);
	enum frg_status st = kept ? FRG_OK : load_keys(house, a, p, &keys, err);
	if (st != FRG_OK)
		return st;
	struct frg_error why = {0};
	st = oidc_token_read(a, token, keys, &want, out, &why);
	/* a key that came after ours: once, and only for a token that the provider has just handed out itself */
	if (st != FRG_OK && kept && strcmp(why.code, "oidc_key") == 0) {
		st = load_keys(house, a, p, &keys, err);
		if (st != FRG_OK)
			return st;
		st = oidc_token_read(a, token, keys, &want, out, &why);
	}
	if (st != FRG_OK && err)
		*err = why;
	return st;
}

/* ---- redeeming a code ---- */

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

str provider_form(struct arena *a, const struct provider_field *fields, size_t count)
{
	struct buf b = BUF_INIT(FORM_MAX);
	for (size_t i = 0; i < count; i++) {
		if (!fields[i].value.n)
			continue;
		buf_printf(&b, "%s%s=", b.n ? "&" : "", fields[i].name);
		add_escaped(&b, fields[i].value);
	}
	return buf_finish(&b, a);
}

/* RFC 6749, 2.3.1: both are escaped before they are joined. */
static str basic(struct arena *a, const struct provider_config *c)
{
	struct buf b = BUF_INIT(FORM_MAX);
	add_escaped(&b, c->client_id);
	buf_byte(&b, ':');
	add_escaped(&b, c->secret);
	str plain = buf_finish(&b, a);
	size_t size = sodium_base64_ENCODED_LEN(plain.n, sodium_base64_VARIANT_ORIGINAL);
	char *text = arena_alloc(a, size);
	sodium_bin2base64(text, size, (const unsigned char *)plain.p, plain.n, sodium_base64_VARIANT_ORIGINAL);
	return arena_printf(a, "Basic %s", text);
}

struct tokens {
	str id, access;
};

const char *provider_refusal(str error)
{
	static const char *const known[] = {
		"invalid_request",      "invalid_client",
		"invalid_grant",        "unauthorized_client",
		"access_denied",        "unsupported_grant_type",
		"invalid_scope",        "unsupported_response_type",
		"server_error",         "temporarily_unavailable",
		"interaction_required", "login_required",
		"consent_required",     "account_selection_required",
	};
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(error, str_of(known[i])))
			return known[i];
	return error.n ? "a word that is not the standard's" : "nothing";
}

static enum frg_status exchange(struct provider *house, struct arena *a, const struct oidc_provider *p,
                                const struct provider_exchange *x, struct tokens *out, struct frg_error *err)
{
	const struct provider_config *c = &house->config;
	bool in_header = c->secret.n && !p->secret_in_form;
	const struct provider_field fields[] = {{"grant_type", STR("authorization_code")},
	                                        {"code", x->code},
	                                        {"redirect_uri", x->redirect},
	                                        {"code_verifier", x->verifier},
	                                        {"client_id", in_header ? STR("") : c->client_id},
	                                        {"client_secret", in_header ? STR("") : c->secret}};
	struct fetch_call call = {.url = p->token,
	                          .form = provider_form(a, fields, COUNT_OF(fields)),
	                          .authorization = in_header ? basic(a, c) : STR("")};
	long status;
	str body;
	enum frg_status st = ask(house, a, &call, &status, &body, err);
	if (st != FRG_OK)
		return st;
	json_t *o = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
	out->id = json_str(a, json_object_get(o, "id_token"));
	out->access = json_str(a, json_object_get(o, "access_token"));
	str problem = json_str(a, json_object_get(o, "error"));
	json_decref(o);
	if (status == 200 && out->id.n)
		return FRG_OK;
	if (str_eq(problem, STR("invalid_grant"))) /* used already, too old, or not for us */
		return frg_fail(err, FRG_FORBIDDEN, "oidc_code", "the provider does not know the code");
	return frg_fail(err, FRG_IO, "oidc_provider", "the provider answers with %ld, %s", status,
	                provider_refusal(problem));
}

static bool is_token(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] > '~')
			return false;
	return s.n > 0 && s.n < FORM_MAX;
}

/* By the standard, address and names come from here when a code was exchanged; many providers put them into the token,
 * and then nobody is asked. */
static enum frg_status complete(struct provider *house, struct arena *a, const struct oidc_provider *p, str access,
                                struct oidc_person *person, struct frg_error *err)
{
	const struct provider_config *c = &house->config;
	bool enough = person->email.n && (!c->role_claim.n || person->roles.count);
	if (enough || !p->userinfo.n || !is_token(access))
		return FRG_OK;
	long status;
	str body;
	struct fetch_call call = {.url = p->userinfo, .authorization = arena_printf(a, "Bearer %.*s", STR_ARG(access))};
	enum frg_status st = ask(house, a, &call, &status, &body, err);
	if (st == FRG_OK && status != 200) {
		log_warn("oidc", "the provider tells nothing more of the person: %ld", status);
		return FRG_OK;
	}
	return st == FRG_OK ? oidc_userinfo_read(a, body, c->role_claim, person, err) : st;
}

enum frg_status provider_redeem(struct provider *house, struct arena *a, const struct provider_exchange *x,
                                struct oidc_person *out, struct frg_error *err)
{
	struct oidc_provider p;
	struct tokens tokens;
	enum frg_status st = provider_provider(house, a, &p, err);
	if (st == FRG_OK)
		st = exchange(house, a, &p, x, &tokens, err);
	if (st == FRG_OK)
		st = read_token(house, a, &p, tokens.id, x->nonce, out, err);
	return st == FRG_OK ? complete(house, a, &p, tokens.access, out, err) : st;
}
