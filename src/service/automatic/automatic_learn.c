/* What people decide becomes the measure of the lane: cases from the chain; and its end when that measure says so, or
 * when nobody answers for it any more. */
#include "service/automatic/agreement.h"
#include "service/automatic/automatic.h"
#include "service/inner.h"

#include "base/i18n.h"
#include "base/log.h"

enum {
	PAGE = 200,
	LEARN_DAYS = 180,  /* older decisions tell little of today's comments */
	BACK_MAX = 20000,  /* decisions looked back at, when there are no cases yet */
	KEPT_DAYS = 800,   /* as long as figures: which releases were a lane's is known by these when words have gone */
	CHECKS_MAX = 2000, /* the watch begins anew whenever it has lost: older ones change nothing */
	LAG_MS = UNDO_MS + UNDO_GRACE_MS + 2000
};
static const msec day_ms = (msec)24 * 3600 * 1000;

/* ---- cases from the chain ---- */

struct learning {
	struct service *svc;
	bool more;
};

static bool settles(const struct store_decision *d)
{
	static const str actions[] = {STR_INIT("release"), STR_INIT("reject"), STR_INIT("return"), STR_INIT("remove")};
	for (size_t i = 0; i < COUNT_OF(actions); i++)
		if (str_eq(d->action, actions[i]))
			return !d->undone && !str_starts(d->detail, STR("{\"automatic\""));
	return false;
}

/* One that no lane has looked at: as it would have been seen when it came in. `article`: the last one's, mostly this
 * one's too. */
static enum frg_status fresh_case(struct store_tx *tx, const struct store_decision *d, struct store_article *article,
                                  struct store_automatic_case *k, struct frg_error *err)
{
	struct store_revision revision;
	struct store_comment comment;
	enum frg_status st = store_revision_get(tx, d->revision, &revision, err);
	if (st == FRG_OK)
		st = store_comment_get(tx, revision.comment, &comment, err);
	if (st == FRG_OK && article->id != comment.article)
		st = store_article_heading(tx, comment.article, article, err);
	if (st != FRG_OK)
		return st;
	*k = (struct store_automatic_case){.revision = revision.id,
	                                   .site = revision.site,
	                                   .section = article->section,
	                                   .engine = service_scorer_of(d->engine),
	                                   .score = automatic_score(d->findings),
	                                   .excluded = STR("unread"),
	                                   .created = revision.created};
	if (k->score < 0) {
		k->score = RISK_SCALE;
		return FRG_OK;
	}
	struct automatic_look look = {.comment = &comment,
	                              .revision = &revision,
	                              .article = article,
	                              .findings = d->findings,
	                              .first = AUTOMATIC_FIRST_MIN,
	                              .at = revision.created + AUTOMATIC_DELAY * 1000,
	                              .past = true};
	return automatic_excluded(tx, &look, &k->excluded, err);
}

static enum frg_status text_is_gone(struct store_tx *tx, id64 revision, bool *gone, struct frg_error *err)
{
	struct store_revision r;
	enum frg_status st = store_revision_get(tx, revision, &r, err);
	*gone = st == FRG_OK && r.purged;
	return st;
}

static enum frg_status learn_from(struct store_tx *tx, const struct store_decision *d, struct store_article *article,
                                  struct frg_error *err)
{
	struct store_automatic_case k;
	bool gone;
	if (!settles(d) || d->decided < clock_now() - LEARN_DAYS * day_ms)
		return FRG_OK;
	enum frg_status st = store_automatic_get(tx, d->revision, &k, err);
	if (st == FRG_OK && k.decision == d->id)
		return FRG_OK; /* the lane's own, whose words have gone */
	if (st == FRG_NOT_FOUND) {
		st = text_is_gone(tx, d->revision, &gone, err);
		if (st != FRG_OK || gone)
			return st; /* nothing can be said of what it would have been taken for */
		st = fresh_case(tx, d, article, &k, err);
	}
	if (st != FRG_OK)
		return st;
	k.outcome = d->action;
	k.decided = d->decided;
	st = store_automatic_put(tx, &k, err);
	return st == FRG_OK ? agreement_draw(tx, d, err) : st;
}

/* Up to where the chain has been read; at first, as far back as is worth it. */
static enum frg_status cursor_of(struct store_tx *tx, int64_t *seq, struct frg_error *err)
{
	str text, hash;
	int64_t head = 0;
	enum frg_status st = store_setting_get(tx, 0, STR("automatic_seq"), &text, err);
	if (st == FRG_OK && str_to_i64(text, seq))
		return FRG_OK;
	if (st != FRG_OK && st != FRG_NOT_FOUND)
		return st;
	st = store_automatic_seq(tx, clock_now() - LEARN_DAYS * day_ms, seq, err);
	if (st == FRG_OK)
		st = store_chain_head(tx, &head, &hash, err);
	if (*seq < head - BACK_MAX)
		*seq = head - BACK_MAX;
	return st;
}

static enum frg_status learn_page(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct learning *l = ctx;
	struct store_decisions page;
	struct store_article article = {0};
	int64_t seq = 0;
	size_t done = 0;
	enum frg_status st = cursor_of(tx, &seq, err);
	if (st == FRG_OK)
		st = store_decision_page(tx, seq, PAGE, &page, err);
	for (; st == FRG_OK && done < page.count; done++) {
		const struct store_decision *d = &page.items[done];
		if (d->decided > clock_now() - LAG_MS)
			break; /* it may still be taken back */
		st = learn_from(tx, d, &article, err);
		seq = d->seq;
	}
	if (st != FRG_OK || !done)
		return st;
	l->more = done == PAGE;
	st = store_automatic_purge(tx, page.items[done - 1].site, clock_now() - KEPT_DAYS * day_ms, err);
	return st == FRG_OK ? store_setting_put(tx, 0, STR("automatic_seq"),
	                                        arena_printf(store_arena(tx), "%lld", (long long)seq), err)
	                    : st;
}

struct looking_ahead {
	bool some;
};

/* Whether there is anything to learn: a read, so that an idle server writes nothing. */
static enum frg_status look_ahead(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct looking_ahead *l = ctx;
	struct store_decisions next;
	int64_t seq = 0;
	enum frg_status st = cursor_of(tx, &seq, err);
	if (st == FRG_OK)
		st = store_decision_page(tx, seq, 1, &next, err);
	l->some = st == FRG_OK && next.count && next.items[0].decided <= clock_now() - LAG_MS;
	return st;
}

enum frg_status service_automatic_learn(struct service *svc, struct arena *a, bool *more, struct frg_error *err)
{
	struct looking_ahead ahead = {0};
	struct learning l = {.svc = svc};
	enum frg_status st = store_read(svc->store, a, look_ahead, &ahead, err);
	if (st == FRG_OK && ahead.some)
		st = store_write(svc->store, a, learn_page, &l, err);
	*more = l.more;
	return st;
}

/* ---- its end ---- */

static str why_words(enum frg_lang lang, const char *why)
{
	return i18n_find(lang, "mail.automatic.why.", why, MSG_ERROR_GENERIC);
}

static str formatted(struct arena *a, enum frg_lang lang, enum msg msg, const str *args, size_t count)
{
	struct buf b = BUF_INIT(1 << 16);
	i18n_format(&b, lang, msg, args, count);
	return buf_finish(&b, a);
}

/* Administrators with an address learn of it at once. */
static enum frg_status write_mails(struct service *svc, struct store_tx *tx, const struct automatic_end *end,
                                   const struct store_automatic_count *n, struct frg_error *err)
{
	struct arena *a = store_arena(tx);
	const struct store_automatic_policy *p = end->policy;
	const struct store_site *site = service_site_by_id(svc, p->site);
	struct store_memberships all;
	enum frg_status st = store_membership_list(tx, p->site, 0, &all, err);
	for (size_t i = 0; st == FRG_OK && site && i < all.count; i++) {
		const struct store_membership *m = &all.items[i];
		if (!m->open || !m->email.n || !str_eq(m->role, staff_role_name(ROLE_ADMINISTRATOR)))
			continue;
		const str args[] = {m->name,
		                    site->name,
		                    p->section.n ? p->section : i18n(site->lang, MSG_MAIL_AUTOMATIC_NO_SECTION),
		                    why_words(site->lang, end->why),
		                    arena_printf(a, "%lld", (long long)n->checked),
		                    arena_printf(a, "%lld", (long long)n->refused),
		                    arena_printf(a, "%lld", (long long)n->removed),
		                    arena_printf(a, "%.*s/desk", STR_ARG(site->base_url))};
		struct store_mail mail = {.id = id_new(),
		                          .site = p->site,
		                          .about = m->editor,
		                          .recipient = m->email,
		                          .subject = formatted(a, site->lang, MSG_MAIL_AUTOMATIC_SUBJECT, args, COUNT_OF(args)),
		                          .body = formatted(a, site->lang, MSG_MAIL_AUTOMATIC_BODY, args, COUNT_OF(args)),
		                          .send_at = clock_now(),
		                          .created = clock_now()};
		st = store_mail_insert(tx, &mail, err);
	}
	return st;
}

enum frg_status automatic_end(struct service *svc, struct store_tx *tx, const struct automatic_end *end, bool *first,
                              struct frg_error *err)
{
	struct arena *a = store_arena(tx);
	const struct store_automatic_policy *p = end->policy;
	struct store_automatic_count n;
	enum frg_status st = store_automatic_count(tx, p->site, p->section, p->version, &n, err);
	struct store_automatic_closing c = {.site = p->site,
	                                    .section = p->section,
	                                    .version = p->version,
	                                    .why = str_of(end->why),
	                                    .word = end->word,
	                                    .checked = n.checked,
	                                    .refused = n.refused,
	                                    .removed = n.removed,
	                                    .editor = end->who ? end->who->id : 0,
	                                    .editor_name = end->who ? end->who->name : STR("")};
	if (st == FRG_OK)
		st = store_automatic_close(tx, &c, first, err);
	if (st != FRG_OK || !*first)
		return st;
	struct store_staff_event log = {
		.site = p->site,
		.actor = c.editor,
		.subject = p->signed_by,
		.kind = STR("automatic_closed"),
		.detail = arena_printf(a, "%lld %s %.*s", (long long)p->version, end->why, STR_ARG(p->section))};
	st = store_staff_log(tx, &log, err);
	if (st == FRG_OK && !end->who)
		st = write_mails(svc, tx, end, &n, err);
	struct store_event event = {.kind = STR("automatic"),
	                            .site = p->site,
	                            .detail = arena_printf(a, "closed %s %.*s", end->why, STR_ARG(p->section))};
	return st == FRG_OK ? store_event_insert(tx, &event, err) : st;
}

/* ---- the guard ---- */

enum frg_status automatic_signer(struct store_tx *tx, const struct store_automatic_policy *p, struct staff *out,
                                 struct frg_error *err)
{
	struct store_editor e;
	enum frg_status st = store_editor_by_id(tx, p->signed_by, &e, err);
	if (st == FRG_OK)
		st = staff_load(tx, &e, p->site, out, err);
	if (st == FRG_FORBIDDEN || (st == FRG_OK && (!(out->rights & RIGHT_SIGN) || !staff_has_section(out, p->section))))
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "who signed may no longer");
	return st;
}

/* NULL: it may stay open. */
static enum frg_status judge(struct store_tx *tx, struct service *svc, const struct store_automatic_policy *p,
                             const char **why, struct frg_error *err)
{
	struct store_automatic_cases checks;
	struct staff signer;
	struct risk_watch watch;
	*why = NULL;
	if (!str_eq(p->engine, service_scorer_id(svc, store_arena(tx), p->site))) {
		*why = "engine"; /* or another house model: the threshold is one of other scores */
		return FRG_OK;
	}
	enum frg_status st = automatic_signer(tx, p, &signer, err);
	if (st == FRG_NOT_FOUND) {
		*why = "signer";
		return FRG_OK;
	}
	if (st == FRG_OK)
		st = store_automatic_checks(tx, p->site, p->section, p->version, CHECKS_MAX, &checks, err);
	if (st != FRG_OK)
		return st;
	risk_watch_begin(&watch, (double)p->limit / 1000);
	for (size_t i = checks.count; i-- > 0;)
		risk_watch_add(&watch, !str_eq(checks.items[i].outcome, STR("release")));
	*why = watch.alarmed ? "error" : NULL;
	return FRG_OK;
}

struct guarding {
	struct service *svc;
	struct store_automatic_policies open;
	const char **why;
	size_t closed;
};

static enum frg_status judge_all(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct guarding *g = ctx;
	enum frg_status st = store_automatic_open_all(tx, 0, &g->open, err);
	g->why = ARENA_ARRAY(store_arena(tx), const char *, g->open.count);
	for (size_t i = 0; st == FRG_OK && i < g->open.count; i++) {
		st = judge(tx, g->svc, &g->open.items[i], &g->why[i], err);
		g->closed += g->why[i] != NULL;
	}
	return st;
}

static enum frg_status close_all(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct guarding *g = ctx;
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < g->open.count; i++) {
		bool first = false;
		if (g->why[i])
			st = automatic_end(g->svc, tx,
			                   &(struct automatic_end){.policy = &g->open.items[i], .why = g->why[i], .word = STR("")},
			                   &first, err);
		if (st == FRG_OK && first)
			log_warn("automatic", "the lane of section '%.*s' has closed itself: %s", STR_ARG(g->open.items[i].section),
			         g->why[i]);
	}
	return st;
}

enum frg_status service_automatic_guard(struct service *svc, struct arena *a, struct frg_error *err)
{
	struct guarding g = {.svc = svc};
	enum frg_status st = store_read(svc->store, a, judge_all, &g, err);
	return st == FRG_OK && g.closed ? store_write(svc->store, a, close_all, &g, err) : st;
}
