/* Telling those who reported, and closing notices: by a decision, or by themselves when what was reported no longer
 * stands there. Always in the transaction of what brought it about. */
#include "service/answer/notice_inner.h"

#include "base/buf.h"
#include "render/letter.h"

enum { FORGET_DAYS = 183 };
#define FORGET_MS ((msec)FORGET_DAYS * 24 * 3600 * 1000)

enum frg_status notice_changed(struct store_tx *tx, const struct store_comment *c, struct frg_error *err)
{
	return decision_tell(tx, "notice", c, 0, STR(""), err);
}

/* ---- telling ---- */

static void add_decision(struct arena *a, const struct store_decision *d, struct notice_letter *l)
{
	json_t *detail = d->detail.n ? json_loadb(d->detail.p, d->detail.n, 0, NULL) : NULL;
	json_t *findings = json_loadb(d->findings.p, d->findings.n, 0, NULL);
	l->rules = service_rules_bits(d->rules);
	l->law = json_str(a, json_object_get(detail, "law"));
	l->machine_marked = json_array_size(json_object_get(findings, "evidence")) > 0;
	json_decref(findings);
	json_decref(detail);
}

static enum frg_status find_site(struct store_tx *tx, id64 id, struct store_site *out, struct frg_error *err)
{
	struct store_sites all;
	enum frg_status st = store_site_all(tx, &all, err);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++) {
		*out = all.items[i];
		if (out->id == id)
			return FRG_OK;
	}
	return st == FRG_OK ? frg_fail(err, FRG_NOT_FOUND, "site_unknown", "no such site") : st;
}

static enum frg_status write_letter(struct store_tx *tx, const struct notice_telling *t, struct notice_letter *l,
                                    struct frg_error *err)
{
	struct arena *a = store_arena(tx);
	const struct store_notice *n = t->notice;
	struct store_article article;
	struct store_site site;
	str token;
	char *reference = arena_alloc(a, ID_TEXT_SIZE);
	id_text(n->id, reference);
	*l = (struct notice_letter){.lang = n->lang,
	                            .kind = t->kind,
	                            .reference = str_of(reference),
	                            .what = n->kind,
	                            .received = n->created,
	                            .by_person = t->decision != NULL,
	                            .reasons = t->reasons};
	enum frg_status st = store_article_by_id(tx, t->comment->article, &article, err);
	if (st == FRG_OK)
		st = find_site(tx, n->site, &site, err);
	if (st == FRG_OK)
		st = link_token(tx, "notice", n->id, &token, err);
	if (st == FRG_OK)
		st = notice_due(tx, n, &l->due, err);
	if (st != FRG_OK)
		return st;
	if (t->decision)
		add_decision(a, t->decision, l);
	l->site_name = site.name;
	l->article_title = article.title;
	l->comment_link = notice_link(a, &site, &article, n->comment);
	l->link = arena_printf(a, "%.*s/notice/%.*s", STR_ARG(site.base_url), STR_ARG(token));
	return FRG_OK;
}

enum frg_status notice_tell(struct store_tx *tx, const struct notice_telling *t, str *body, struct frg_error *err)
{
	struct arena *a = store_arena(tx);
	const struct store_notice *n = t->notice;
	struct notice_letter l;
	enum frg_status st = write_letter(tx, t, &l, err);
	if (st != FRG_OK)
		return st;
	struct buf b = BUF_INIT(LETTER_MAX);
	notice_letter_body(&b, &l);
	*body = buf_finish(&b, a);
	if (n->email.n == 0 || n->joins)
		return FRG_OK;
	msec now = clock_now();
	bool receipt = t->kind == NOTICE_RECEIVED; /* all else may be taken back for some seconds */
	struct store_mail mail = {.id = id_new(),
	                          .site = n->site,
	                          .about = receipt ? n->revision : n->id,
	                          .recipient = n->email,
	                          .subject = notice_letter_subject(a, &l),
	                          .body = *body,
	                          .send_at = receipt ? now : now + UNDO_MS + UNDO_GRACE_MS,
	                          .created = now};
	return store_mail_insert(tx, &mail, err);
}

/* ---- closing ---- */

enum frg_status notice_settle(struct store_tx *tx, const struct notice_telling *t, const char *outcome,
                              struct frg_error *err)
{
	struct store_notice n = *t->notice;
	n.outcome = str_of(outcome);
	n.decision = t->decision ? t->decision->id : 0;
	n.decided = t->decision ? t->decision->decided : clock_now();
	enum frg_status st = notice_tell(tx, t, &n.answer, err);
	return st == FRG_OK ? store_notice_close(tx, &n, err) : st;
}

static enum frg_status reopen(struct store_tx *tx, const struct store_notice *n, struct frg_error *err)
{
	int64_t cancelled;
	enum frg_status st = store_mail_cancel(tx, n->id, &cancelled, err);
	return st == FRG_OK ? store_notice_reopen(tx, n->id, err) : st;
}

/* Why readers no longer see what was reported. */
static enum frg_status why_gone(struct store_tx *tx, const struct store_notice *n, id64 now_public,
                                enum notice_letter_kind *kind, struct frg_error *err)
{
	struct store_revision revision;
	enum frg_status st = store_revision_get(tx, n->revision, &revision, err);
	*kind = now_public ? NOTICE_CHANGED : revision.state == STATE_WITHDRAWN ? NOTICE_WITHDRAWN : NOTICE_GONE;
	return st;
}

static enum frg_status settle_gone(struct store_tx *tx, const struct store_comment *comment,
                                   const struct store_notice *n, id64 now_public, struct frg_error *err)
{
	struct notice_telling t = {.notice = n, .comment = comment, .reasons = STR("")};
	enum frg_status st = why_gone(tx, n, now_public, &t.kind, err);
	return st == FRG_OK ? notice_settle(tx, &t, "moot", err) : st;
}

/* Gone only a moment ago: what took the text away is being taken back. */
static bool just_gone(const struct store_notice *n, msec now)
{
	return n->decided && !str_eq(n->outcome, STR("kept")) && now <= n->decided + UNDO_MS + UNDO_GRACE_MS;
}

enum frg_status notice_follow(struct store_tx *tx, const struct store_comment *comment, id64 now_public,
                              struct frg_error *err)
{
	struct store_notices all;
	bool changed = false;
	msec now = clock_now();
	msec since = now - UNDO_MS - UNDO_GRACE_MS; /* what was settled before stays settled */
	enum frg_status st = store_notice_on_comment(tx, comment->id, since, INT64_MAX, &all, err);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++) {
		const struct store_notice *n = &all.items[i];
		bool visible = n->revision == now_public;
		if (visible ? !just_gone(n, now) : n->decided != 0)
			continue;
		changed = true;
		st = visible ? reopen(tx, n, err) : settle_gone(tx, comment, n, now_public, err);
	}
	return st == FRG_OK && changed ? notice_changed(tx, comment, err) : st;
}

enum frg_status notice_take_back(struct store_tx *tx, const struct store_decision *d, struct frg_error *err)
{
	struct store_notices all;
	struct store_comment comment;
	enum frg_status st = store_comment_get(tx, d->comment, &comment, err);
	if (st == FRG_OK)
		st = store_notice_of_decision(tx, d->id, &all, err);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++)
		st = reopen(tx, &all.items[i], err);
	return st == FRG_OK ? notice_changed(tx, &comment, err) : st;
}

/* ---- forgetting ---- */

static enum frg_status forget(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	(void)ctx;
	return store_notice_forget(tx, clock_now() - FORGET_MS, err);
}

enum frg_status service_notice_forget(struct service *svc, struct arena *a, struct frg_error *err)
{
	return store_write(svc->store, a, forget, NULL, err);
}
