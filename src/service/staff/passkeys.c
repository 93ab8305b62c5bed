/* Passkeys of staff accounts: asked for, made, named, used, taken off. What an answer must be like is
 * factor_passkey.c's to judge; here is whom it belongs to, which question it answers, and that it counts once. */
#include "service/staff/access_inner.h"

#include "base/log.h"

#include <arpa/inet.h>
#include <sodium.h>

/* ---- the site's address ---- */

struct relying_party {
	str id, origin;
};

/* "https://paper.example:8443/x" → "paper.example" and "https://paper.example:8443". */
static bool party_of(struct arena *a, const struct store_site *site, struct relying_party *out)
{
	str url = site->base_url;
	bool tls = str_starts(url, STR("https://"));
	size_t from = tls ? 8 : 7;
	if (!tls && !str_starts(url, STR("http://")))
		return false;
	str rest = str_sub(url, from, url.n), host, port;
	str_next(&rest, '/', &host);
	out->origin = str_sub(url, 0, from + host.n);
	rest = host;
	str_next(&rest, ':', &port); /* an address in brackets is cut in pieces here, and is no name either way */
	out->id = port;
	struct in_addr four;
	bool name = out->id.n && out->id.p[0] != '[' && inet_pton(AF_INET, arena_cstr(a, out->id), &four) != 1;
	/* browsers offer passkeys on secure pages alone */
	return name && (tls || str_eq(out->id, STR("localhost")));
}

static enum frg_status find_party(struct arena *a, const struct store_site *at, struct relying_party *out,
                                  struct frg_error *err)
{
	if (party_of(a, at, out))
		return FRG_OK;
	return frg_fail(err, FRG_CONFLICT, "passkey_address", "passkeys need https and a host that has a name");
}

bool service_passkeys_work(const struct store_site *at)
{
	struct arena *a = arena_open(1 << 12);
	struct relying_party party = {0};
	bool work = party_of(a, at, &party);
	arena_close(a);
	return work;
}

/* ---- asking ---- */

struct listing {
	id64 editor;
	struct store_passkeys all;
};

static enum frg_status load_all(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct listing *l = ctx;
	return store_passkey_list(tx, l->editor, &l->all, err);
}

/* Those that work at this address. */
static size_t known_here(struct arena *a, const struct store_passkeys *all, str rp_id, struct passkey_known **out)
{
	size_t count = 0;
	*out = ARENA_ARRAY(a, struct passkey_known, all->count);
	for (size_t i = 0; i < all->count; i++)
		if (str_eq(all->items[i].rp_id, rp_id))
			(*out)[count++] = (struct passkey_known){all->items[i].credential, all->items[i].transports};
	return count;
}

enum frg_status passkey_ask(struct service *svc, struct arena *a, const struct store_site *at, const struct asking *q,
                            str *options, struct frg_error *err)
{
	struct asking asked = *q;
	struct relying_party party = {0};
	struct listing l = {.editor = q->editor};
	struct passkey_known *known = NULL;
	size_t count = 0;
	*options = STR("");
	enum frg_status st = find_party(a, at, &party, err);
	if (st == FRG_OK && q->editor)
		st = store_read(svc->store, a, load_all, &l, err);
	if (st == FRG_OK)
		count = known_here(a, &l.all, party.id, &known);
	if (st != FRG_OK || (q->editor && count == 0))
		return st;
	asked.data = challenge_token(a);
	st = challenge_put(svc, a, &asked, err);
	if (st == FRG_OK)
		*options = passkey_request_options(a, party.id, asked.data, known, count);
	return st;
}

/* ---- judging what came back ---- */

struct looking {
	str rp_id, credential;
	struct store_passkey *out;
};

static enum frg_status look_up(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct looking *l = ctx;
	enum frg_status st = store_passkey_by_credential(tx, l->rp_id, l->credential, l->out, err);
	if (st == FRG_NOT_FOUND)
		return frg_fail(err, FRG_FORBIDDEN, "passkey_unknown", "no such passkey here");
	return st;
}

static enum frg_status take_question(struct service *svc, struct arena *a, const struct passkey_answer *answer,
                                     struct store_challenge *out, struct frg_error *err)
{
	enum frg_status st = challenge_take(svc, a, answer->kind, answer->token, out, err);
	if (st == FRG_NOT_FOUND)
		return frg_fail(err, FRG_FORBIDDEN, "passkey_expired", "not asked, or too long ago, or answered already");
	return st;
}

/* As bytes, for factor_passkey.c. */
static str key_bytes(struct arena *a, str text)
{
	size_t n = 0;
	unsigned char *raw = arena_alloc(a, text.n + 1);
	if (sodium_base642bin(raw, text.n, text.p, text.n, NULL, &n, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return STR(""); /* is refused as no key */
	return (str){(char *)raw, n};
}

static str key_text(struct arena *a, str bytes)
{
	size_t size = sodium_base64_ENCODED_LEN(bytes.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *text = arena_alloc(a, size);
	sodium_bin2base64(text, size, (const unsigned char *)bytes.p, bytes.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return str_of(text);
}

static str account_id(struct arena *a, id64 editor)
{
	char *id = arena_alloc(a, ID_TEXT_SIZE);
	id_text(editor, id);
	return str_of(id);
}

enum frg_status passkey_judge(struct service *svc, struct arena *a, const struct passkey_answer *answer, id64 editor,
                              struct passkey_judged *out, struct frg_error *err)
{
	struct relying_party party = {0};
	struct store_challenge asked = {0};
	struct looking l = {.out = &out->row};
	enum frg_status st = find_party(a, answer->at, &party, err);
	if (st == FRG_OK)
		st = take_question(svc, a, answer, &asked, err);
	if (st == FRG_OK)
		st = passkey_claimed_id(a, answer->response, &l.credential, err);
	l.rp_id = party.id;
	if (st == FRG_OK)
		st = store_read(svc->store, a, look_up, &l, err);
	if (st == FRG_OK && (asked.editor != editor || (editor && out->row.editor != editor)))
		st = frg_fail(err, FRG_FORBIDDEN, "passkey_user", "a passkey of another account");
	if (st != FRG_OK)
		return st;
	struct passkey kept = {.id = out->row.credential,
	                       .key = key_bytes(a, out->row.key),
	                       .user_id = account_id(a, out->row.editor),
	                       .sign_count = (uint32_t)out->row.sign_count,
	                       .backup_eligible = out->row.backup_eligible,
	                       .backed_up = out->row.backed_up};
	struct passkey_expected want = {.challenge = asked.data, .origin = party.origin, .rp_id = party.id};
	return passkey_verify_assertion(a, answer->response, &kept, &want, &out->use, err);
}

enum frg_status passkey_used(struct store_tx *tx, const struct passkey_judged *judged, struct frg_error *err)
{
	bool first = false;
	enum frg_status st = store_passkey_use(tx, &judged->row, judged->use.sign_count, judged->use.backed_up, &first,
	                                       err);
	if (st == FRG_OK && !first)
		return frg_fail(err, FRG_FORBIDDEN, "passkey_counter", "used meanwhile, or taken off");
	return st;
}

/* ---- making one ---- */

enum frg_status service_passkey_begin(struct service *svc, struct arena *a, const struct editor_session *session,
                                      const struct access_proof *proof, str *options, struct frg_error *err)
{
	const struct staff *who = &session->who;
	struct relying_party party = {0};
	struct listing l = {.editor = who->id};
	struct passkey_known *known;
	enum frg_status st = find_party(a, proof->at, &party, err);
	if (st == FRG_OK)
		st = proof_check(svc, a, session, proof, err);
	if (st == FRG_OK)
		st = store_read(svc->store, a, load_all, &l, err);
	if (st == FRG_OK && l.all.count >= PASSKEYS_MAX)
		return frg_fail(err, FRG_CONFLICT, "passkeys_many", "%d passkeys are enough", PASSKEYS_MAX);
	struct asking q = {
		.kind = "add", .token = proof->token, .site = proof->at->id, .editor = who->id, .data = challenge_token(a)};
	if (st == FRG_OK)
		st = challenge_put(svc, a, &q, err);
	if (st != FRG_OK)
		return st;
	size_t count = known_here(a, &l.all, party.id, &known);
	struct passkey_account account = {.id = account_id(a, who->id), .name = who->login, .display_name = who->name};
	*options = passkey_create_options(a, party.id, arena_printf(a, "Freigabe %.*s", STR_ARG(proof->at->name)), &account,
	                                  q.data, known, count);
	return FRG_OK;
}

struct adding {
	const struct staff *who;
	struct store_passkey row;
	struct store_texts *codes;
};

static enum frg_status add(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct adding *s = ctx;
	struct store_passkeys all;
	enum frg_status st = store_passkey_list(tx, s->who->id, &all, err);
	if (st == FRG_OK && all.count >= PASSKEYS_MAX)
		return frg_fail(err, FRG_CONFLICT, "passkeys_many", "%d passkeys are enough", PASSKEYS_MAX);
	if (st == FRG_OK)
		st = store_passkey_insert(tx, &s->row, err);
	if (st == FRG_OK)
		st = codes_put(tx, s->who->id, s->codes, false, err);
	return st == FRG_OK ? access_note(tx, s->who, "passkey_added", s->row.name, err) : st;
}

static enum frg_status clean_name(struct arena *a, str in, str *out, struct frg_error *err)
{
	enum frg_status st = clean_text(a, in, PASSKEY_NAME_MAX, true, "name", out, err);
	if (st == FRG_OK && out->n == 0)
		return frg_fail(err, FRG_INVALID, "passkey_name", "a passkey has a name");
	return st;
}

enum frg_status service_passkey_add(struct service *svc, struct arena *a, const struct editor_session *session,
                                    const struct passkey_adding *cmd, id64 *id, struct store_texts *codes,
                                    struct frg_error *err)
{
	struct adding s = {.who = &session->who, .codes = codes};
	struct relying_party party = {0};
	struct store_challenge asked = {0};
	struct passkey made;
	struct passkey_answer answer = {.kind = "add", .token = cmd->token};
	str name = STR("");
	codes_prepare(a, codes);
	enum frg_status st = clean_name(a, cmd->name, &name, err);
	if (st == FRG_OK)
		st = find_party(a, cmd->at, &party, err);
	if (st == FRG_OK)
		st = take_question(svc, a, &answer, &asked, err);
	if (st == FRG_OK && asked.editor != s.who->id)
		st = frg_fail(err, FRG_FORBIDDEN, "passkey_user", "asked of another account");
	if (st != FRG_OK)
		return st;
	struct passkey_expected want = {.challenge = asked.data, .origin = party.origin, .rp_id = party.id};
	st = passkey_verify_creation(a, cmd->response, &want, &made, err);
	if (st != FRG_OK)
		return st;
	s.row = (struct store_passkey){.id = *id = id_new(),
	                               .editor = s.who->id,
	                               .rp_id = party.id,
	                               .credential = made.id,
	                               .key = key_text(a, made.key),
	                               .transports = made.transports,
	                               .name = name,
	                               .sign_count = made.sign_count,
	                               .backup_eligible = made.backup_eligible,
	                               .backed_up = made.backed_up};
	return store_write(svc->store, a, add, &s, err);
}

/* ---- naming and taking off ---- */

struct changing {
	const struct staff *who;
	id64 id;
	str name;
};

static enum frg_status rename_one(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct changing *c = ctx;
	return store_passkey_rename(tx, c->who->id, c->id, c->name, err);
}

enum frg_status service_passkey_rename(struct service *svc, struct arena *a, const struct staff *who, id64 id, str name,
                                       struct frg_error *err)
{
	struct changing c = {.who = who, .id = id};
	enum frg_status st = clean_name(a, name, &c.name, err);
	return st == FRG_OK ? store_write(svc->store, a, rename_one, &c, err) : st;
}

static enum frg_status remove_one(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct changing *c = ctx;
	enum frg_status st = store_passkey_delete(tx, c->who->id, c->id, err);
	if (st == FRG_OK)
		st = factor_gone(tx, c->who, err);
	return st == FRG_OK ? access_note(tx, c->who, "passkey_removed", STR(""), err) : st;
}

enum frg_status service_passkey_remove(struct service *svc, struct arena *a, const struct editor_session *session,
                                       const struct access_proof *proof, id64 id, struct frg_error *err)
{
	struct changing c = {.who = &session->who, .id = id};
	enum frg_status st = proof_check(svc, a, session, proof, err);
	return st == FRG_OK ? store_write(svc->store, a, remove_one, &c, err) : st;
}

/* ---- logging in by a passkey alone ---- */

enum frg_status service_passkey_ask(struct service *svc, struct arena *a, const struct store_site *at, str client,
                                    str *browser, str *options, struct frg_error *err)
{
	struct asking q = {.kind = "login", .token = *browser = challenge_token(a), .site = at->id};
	enum frg_status st = service_limit(svc, LIMIT_LOGIN_ADDRESS, client, err);
	return st == FRG_OK ? passkey_ask(svc, a, at, &q, options, err) : st;
}

struct entering {
	struct passkey_judged judged;
	const struct store_site *at;
	struct store_editor editor;
	struct staff who;
	struct session_new session;
	str problem;
};

static enum frg_status enter(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct entering *e = ctx;
	enum frg_status st = passkey_used(tx, &e->judged, err);
	if (st == FRG_OK)
		st = store_editor_by_id(tx, e->judged.row.editor, &e->editor, err);
	if (st == FRG_OK)
		st = first_site(tx, &e->editor, STR("passkey"), &e->who, err);
	return st == FRG_OK ? session_begin(tx, &e->session, &e->who, STR("passkey"), err) : st;
}

static enum frg_status log_refusal(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct entering *e = ctx;
	struct store_staff_event event = {
		.site = e->at->id, .subject = e->judged.row.editor, .kind = STR("login_failed"), .detail = e->problem};
	return store_staff_log(tx, &event, err);
}

/* Whose passkey it was said to be is known by then; strangers' noise is not worth a row. */
static void refused(struct service *svc, struct arena *a, struct entering *e, const struct frg_error *why)
{
	struct frg_error err;
	e->problem = str_of(why->code);
	if (e->judged.row.editor && store_write(svc->store, a, log_refusal, e, &err) != FRG_OK)
		log_error("login", "%s", err.msg);
}

enum frg_status service_passkey_login(struct service *svc, struct arena *a, const struct passkey_login *cmd,
                                      struct editor_session *out, struct frg_error *err)
{
	struct entering e = {.at = cmd->at};
	struct passkey_answer answer = {.at = cmd->at, .kind = "login", .token = cmd->browser, .response = cmd->response};
	enum frg_status st = service_limit(svc, LIMIT_LOGIN_ADDRESS, cmd->client, err);
	if (st != FRG_OK)
		return st;
	session_prepare(a, &e.session, cmd->agent);
	st = passkey_judge(svc, a, &answer, 0, &e.judged, err);
	if (st == FRG_OK)
		st = store_write(svc->store, a, enter, &e, err);
	if (st == FRG_OK)
		session_fill(svc, &e.session, &e.who, out);
	else if (st == FRG_FORBIDDEN)
		refused(svc, a, &e, err);
	return st;
}
