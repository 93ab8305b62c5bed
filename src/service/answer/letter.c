/* The statement of reasons: gathers what the letter says, keeps it with the decision, and sends it by mail if there
 * is an address, once the decision can no longer be taken back. */
#include "service/inner.h"

#include "render/letter.h"

#include <sodium.h>
#include <time.h>

enum { MONTHS = 6, PASSAGES = 3 };

/* The same day six months on, by the calendar. */
static msec six_months_after(msec at)
{
	time_t seconds = (time_t)(at / 1000);
	struct tm tm;
	gmtime_r(&seconds, &tm);
	tm.tm_mon += MONTHS;
	return (msec)timegm(&tm) * 1000;
}

/* ---- private links: a token follows from what it leads to and the installation's key ---- */

static enum frg_status link_key(struct store_tx *tx, str *key, struct frg_error *err)
{
	return store_setting_get(tx, 0, STR("link_key"), key, err);
}

enum frg_status letter_key_make(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	str key;
	(void)ctx;
	enum frg_status st = link_key(tx, &key, NULL);
	if (st != FRG_NOT_FOUND)
		return st == FRG_OK ? st : frg_fail(err, st, "store_io", "cannot read the key");
	char secret[SECRET_TEXT_SIZE];
	secret_new(secret);
	return store_setting_put(tx, 0, STR("link_key"), str_of(secret), err);
}

static str token_of(struct arena *a, str key, const char *purpose, id64 id)
{
	unsigned char mac[16];
	char text[ID_TEXT_SIZE], *out = arena_alloc(a, 32);
	id_text(id, text);
	struct buf b = BUF_INIT(256);
	buf_printf(&b, "%s %s", purpose, text);
	crypto_generichash(mac, sizeof mac, (const unsigned char *)b.p, b.n, (const unsigned char *)key.p, key.n);
	buf_free(&b);
	sodium_bin2base64(out, 32, mac, sizeof mac, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return arena_printf(a, "%s-%s", text, out);
}

enum frg_status link_token(struct store_tx *tx, const char *purpose, id64 id, str *out, struct frg_error *err)
{
	str key;
	enum frg_status st = link_key(tx, &key, err);
	if (st == FRG_OK)
		*out = token_of(store_arena(tx), key, purpose, id);
	return st;
}

enum frg_status link_open(struct store_tx *tx, const char *purpose, str token, id64 *id, struct frg_error *err)
{
	str good;
	size_t dash = str_find(token, STR("-"), 0);
	if (dash == SIZE_MAX || !id_parse(str_sub(token, 0, dash), id))
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such link");
	enum frg_status st = link_token(tx, purpose, *id, &good, err);
	if (st == FRG_OK && !secret_equal(good, token))
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such link");
	return st;
}

enum frg_status link_hash(struct store_tx *tx, const char *purpose, str secret, str *out, struct frg_error *err)
{
	str key;
	unsigned char mac[16];
	enum frg_status st = link_key(tx, &key, err);
	if (st != FRG_OK)
		return st;
	str all = arena_printf(store_arena(tx), "%s %.*s", purpose, STR_ARG(secret));
	crypto_generichash(mac, sizeof mac, (const unsigned char *)all.p, all.n, (const unsigned char *)key.p, key.n);
	char *hex = arena_alloc(store_arena(tx), sizeof mac * 2 + 1);
	sodium_bin2hex(hex, sizeof mac * 2 + 1, mac, sizeof mac);
	*out = str_of(hex);
	return FRG_OK;
}

enum frg_status letter_token(struct store_tx *tx, id64 statement, str *out, struct frg_error *err)
{
	return link_token(tx, "objection", statement, out, err);
}

enum frg_status letter_by_token(struct store_tx *tx, str token, struct store_statement *out, struct frg_error *err)
{
	id64 id = 0;
	enum frg_status st = link_open(tx, "objection", token, &id, err);
	if (st == FRG_OK)
		st = store_statement_get(tx, id, out, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && (out->voided || out->body.n == 0))) /* taken back, or erased */
		return frg_fail(err, FRG_NOT_FOUND, "statement_unknown", "no such letter");
	return st;
}

/* ---- gathering ---- */

static void add_passage(struct arena *a, struct letter_ground *g, str passage)
{
	str *list = ARENA_ARRAY(a, str, g->passage_count + 1);
	for (size_t i = 0; i < g->passage_count; i++) {
		if (str_eq(g->passages[i], passage))
			return;
		list[i] = g->passages[i];
	}
	list[g->passage_count++] = passage;
	g->passages = list;
}

static struct letter_ground *ground_of(struct letter_ground *list, size_t count, str rule)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(rule, str_of(frg_rule_id(list[i].rule))))
			return &list[i];
	return NULL;
}

/* Those that the editor named; for rules without any, those that the engine had found. */
static void gather_passages(struct arena *a, struct letter_ground *list, size_t count, const json_t *detail,
                            const json_t *evidence, str text)
{
	size_t i;
	json_t *p;
	bool named[FRG_RULE_COUNT] = {0};
	json_array_foreach(json_object_get(detail, "passages"), i, p)
	{
		struct letter_ground *g = ground_of(list, count, json_str(a, json_object_get(p, "rule")));
		size_t begin = (size_t)json_integer_value(json_object_get(p, "begin"));
		size_t end = (size_t)json_integer_value(json_object_get(p, "end"));
		if (!g || begin >= end || end > text.n)
			continue;
		named[g->rule] = true;
		add_passage(a, g, str_sub(text, begin, end));
	}
	json_array_foreach(evidence, i, p)
	{
		struct letter_ground *g = ground_of(list, count, json_str(a, json_object_get(p, "rule")));
		if (g && !named[g->rule] && g->passage_count < PASSAGES)
			add_passage(a, g, json_str(a, json_object_get(p, "quote")));
	}
}

static void gather_grounds(struct arena *a, struct letter *l, const struct store_decision *d, const json_t *detail,
                           const json_t *evidence)
{
	struct letter_ground *list = ARENA_ARRAY(a, struct letter_ground, FRG_RULE_COUNT);
	unsigned rules = service_rules_bits(d->rules);
	for (int r = 0; r < FRG_RULE_COUNT; r++)
		if (rules & 1u << r)
			list[l->ground_count++] = (struct letter_ground){
				.rule = (enum frg_rule)r,
				.block = (unsigned)json_integer_value(
					json_object_get(json_object_get(detail, "blocks"), frg_rule_id((enum frg_rule)r))),
			};
	gather_passages(a, list, l->ground_count, detail, evidence, l->text);
	l->grounds = list;
}

/* In the language that the comment was written in, as far as it is known. */
static enum frg_lang lang_of(struct arena *a, const json_t *findings, const struct store_article *article)
{
	str lang = json_str(a, json_object_get(findings, "lang"));
	return str_eq(lang, STR("en")) ? FRG_LANG_EN : str_eq(lang, STR("de")) ? FRG_LANG_DE : article->lang;
}

static void gather(struct arena *a, const struct letter_about *about, struct letter *l)
{
	const struct store_decision *d = about->decision;
	json_t *findings = json_loadb(d->findings.p, d->findings.n, 0, NULL);
	json_t *detail = d->detail.n ? json_loadb(d->detail.p, d->detail.n, 0, NULL) : NULL;
	json_t *evidence = json_object_get(findings, "evidence");
	*l = (struct letter){
		.lang = lang_of(a, findings, about->article),
		.kind = str_eq(d->action, STR("remove"))    ? LETTER_REMOVED
	            : str_eq(d->action, STR("suspend")) ? LETTER_SUSPENDED
	                                                : LETTER_REJECTED,
		.site_name = about->site->name,
		.author_name = about->comment->name,
		.article_title = about->article->title,
		.text = about->revision->text,
		.submitted = about->revision->created,
		.decided = d->decided,
		.until = json_integer_value(json_object_get(detail, "until")),
		.law = json_str(a, json_object_get(detail, "law")),
		.word = d->word,
		.noticed = json_object_get(detail, "notice") != NULL,
		.machine_marked = json_array_size(evidence) > 0,
		.objection_until = six_months_after(d->decided),
	};
	gather_grounds(a, l, d, detail, evidence);
	json_decref(detail);
	json_decref(findings);
}

/* How a withdrawn text had come to be published, if that was without anybody having read it. */
static enum frg_status note_release(struct store_tx *tx, const struct letter_about *about, struct letter *l,
                                    struct frg_error *err)
{
	struct store_decision release;
	int64_t before = about->decision->seq ? about->decision->seq : INT64_MAX;
	if (l->kind != LETTER_REMOVED)
		return FRG_OK;
	enum frg_status st = store_decision_release_before(tx, about->comment->id, before, &release, err);
	l->went_by_itself = st == FRG_OK && release.revision == about->revision->id &&
	                    str_starts(release.detail, STR("{\"automatic\""));
	return st == FRG_NOT_FOUND ? FRG_OK : st;
}

static str body_of(struct arena *a, const struct letter *l)
{
	struct buf b = BUF_INIT(LETTER_MAX);
	letter_body(&b, l);
	return buf_finish(&b, a);
}

/* For reports and the transparency database: what the letter says, without words of the reader. */
static str facts_of(struct arena *a, const struct letter *l)
{
	json_t *rules = json_array();
	for (size_t i = 0; i < l->ground_count; i++)
		json_array_append_new(rules, json_string(frg_rule_id(l->grounds[i].rule)));
	static const char *const kinds[] = {"rejected", "removed", "suspended"};
	return json_text(a, json_pack("{s:s, s:o, s:o, s:b, s:b, s:b, s:b, s:I}", "restriction", kinds[l->kind], "rules",
	                              rules, "law", json_or_null(l->law), "notice", l->noticed, "automated_finding",
	                              l->machine_marked, "automated_decision", 0, "automated_release", l->went_by_itself,
	                              "until", (json_int_t)l->until));
}

enum frg_status letter_write(struct store_tx *tx, const struct letter_about *about, struct frg_error *err)
{
	struct arena *a = store_arena(tx);
	const struct store_decision *d = about->decision;
	struct letter l;
	str token;
	id64 id = id_new();
	enum frg_status st = letter_token(tx, id, &token, err);
	if (st != FRG_OK)
		return st;
	gather(a, about, &l);
	st = note_release(tx, about, &l, err);
	if (st != FRG_OK)
		return st;
	l.objection_link = arena_printf(a, "%.*s/objection/%.*s", STR_ARG(about->site->base_url), STR_ARG(token));
	struct store_statement s = {
		.id = id,
		.site = d->site,
		.decision = d->id,
		.comment = d->comment,
		.author = about->comment->author,
		.lang = l.lang,
		.subject = letter_subject(a, &l),
		.body = body_of(a, &l),
		.facts = facts_of(a, &l),
		.objection_until = l.objection_until,
		.created = d->decided,
	};
	st = store_statement_insert(tx, &s, err);
	if (st != FRG_OK || about->comment->email.n == 0)
		return st;
	struct store_mail mail = {.id = id_new(),
	                          .site = d->site,
	                          .about = d->id,
	                          .recipient = about->comment->email,
	                          .subject = s.subject,
	                          .body = s.body,
	                          .send_at = d->decided + UNDO_MS + UNDO_GRACE_MS,
	                          .created = d->decided};
	return store_mail_insert(tx, &mail, err);
}

enum frg_status letter_on(struct store_tx *tx, id64 revision, struct service_own_letter *out, struct frg_error *err)
{
	*out = (struct service_own_letter){0};
	enum frg_status st = store_statement_on(tx, revision, &out->statement, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && out->statement.body.n == 0))
		return FRG_OK;
	if (st == FRG_OK)
		st = store_objection_of(tx, out->statement.id, &out->objection, err);
	out->objected = st == FRG_OK;
	return st == FRG_OK || st == FRG_NOT_FOUND ? letter_token(tx, out->statement.id, &out->token, err) : st;
}

enum view_objection objection_view_state(str state)
{
	static const str names[] = {STR_INIT(""),        STR_INIT("open"),     STR_INIT("upheld"),
	                            STR_INIT("changed"), STR_INIT("rejected"), STR_INIT("settled")};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq(state, names[i]))
			return (enum view_objection)i;
	BUG("objection '%.*s'", STR_ARG(state)); /* the schema allows no other */
}

/* ---- seen before it goes ---- */

struct previewing {
	const struct decide_command *cmd;
	const struct store_site *site;
	const char *action;
	struct decision_terms terms;
	struct service_letter *out;
};

static enum frg_status preview(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct previewing *p = ctx;
	struct store_revision revision;
	struct store_comment comment;
	struct store_article article;
	struct store_review review;
	enum frg_status st = store_revision_get(tx, p->cmd->revision, &revision, err);
	if (st == FRG_OK && revision.site != p->cmd->who->site)
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such revision");
	if (st == FRG_OK)
		st = store_comment_get(tx, revision.comment, &comment, err);
	if (st == FRG_OK)
		st = staff_may_section(tx, p->cmd->who, &comment, &article, err);
	if (st == FRG_OK)
		st = store_review_latest(tx, revision.id, &review, err);
	if (st == FRG_OK)
		st = decision_passages(&p->terms, p->cmd, revision.text, err);
	if (st != FRG_OK)
		return st;
	struct store_decision d = {.action = str_of(p->action),
	                           .rules = p->terms.rules,
	                           .word = p->terms.word,
	                           .detail = json_text(store_arena(tx), json_incref(p->terms.detail)),
	                           .findings = review.findings,
	                           .decided = clock_now()};
	struct letter_about about = {p->site, &article, &comment, &revision, &d};
	struct letter l;
	gather(store_arena(tx), &about, &l);
	st = note_release(tx, &about, &l, err);
	if (st != FRG_OK)
		return st;
	l.objection_link = arena_printf(store_arena(tx), "%.*s/objection/…", STR_ARG(p->site->base_url));
	*p->out = (struct service_letter){.lang = l.lang,
	                                  .subject = letter_subject(store_arena(tx), &l),
	                                  .body = body_of(store_arena(tx), &l),
	                                  .by_mail = comment.email.n > 0};
	return FRG_OK;
}

enum frg_status service_letter(struct service *svc, struct arena *a, const struct decide_command *cmd, str kind,
                               int64_t days, struct service_letter *out, struct frg_error *err)
{
	struct previewing p = {.cmd = cmd, .site = service_site_by_id(svc, cmd->who->site), .out = out};
	p.action = str_eq(kind, STR("remove")) ? "remove" : str_eq(kind, STR("suspend")) ? "suspend" : "reject";
	if (str_eq(kind, STR("suspend")) && (days < 1 || days > SUSPEND_DAYS_MAX))
		return frg_fail(err, FRG_INVALID, "days_invalid", "1 to %d days", SUSPEND_DAYS_MAX);
	enum frg_status st = decision_terms(a, cmd, p.action, &p.terms, err);
	if (st == FRG_OK && str_eq(kind, STR("suspend")))
		json_object_set_new(p.terms.detail, "until", json_integer(clock_now() + days * 24 * 3600 * 1000));
	if (st == FRG_OK && cmd->noticed)
		json_object_set_new(p.terms.detail, "notice", json_true());
	if (st == FRG_OK)
		st = store_read(svc->store, a, preview, &p, err);
	json_decref(p.terms.detail);
	return st;
}
