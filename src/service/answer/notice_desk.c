/* Notices at the desk: texts that were reported, the oldest first, and the one decision that settles all notices on a
 * text: it goes, with a letter to its author; or it stays, by a row of the chain that says so. */
#include "service/answer/notice_inner.h"

enum { LIST_BYTES = 8 << 20 };

/* ---- seeing ---- */

struct listing {
	const struct staff *who;
	bool open;
	int64_t limit;
	msec time; /* in which they are to be decided */
	struct notice_case *items;
	size_t count;
};

/* Of all notices on the text those of this case: what is open, or what was settled then. */
static enum frg_status load_notices(struct store_tx *tx, const struct store_notice_case *row, bool open,
                                    struct notice_case *c, struct frg_error *err)
{
	int64_t now_open;
	if (!open)
		return store_notice_settled(tx, row->revision, row->first, NOTICES_PER_TEXT_MAX, &c->notices, err);
	enum frg_status st = store_notice_tally(tx, row->revision, &now_open, &c->before, err);
	return st == FRG_OK ? store_notice_on_revision(tx, row->revision, true, NOTICES_PER_TEXT_MAX, &c->notices, err)
	                    : st;
}

static size_t bytes_of(const struct notice_case *c)
{
	size_t n = 0;
	for (size_t i = 0; i < c->notices.count; i++)
		n += c->notices.items[i].explanation.n + c->notices.items[i].answer.n;
	return n;
}

static enum frg_lang lang_of_review(const struct store_review *review, enum frg_lang otherwise)
{
	json_t *findings = json_loadb(review->findings.p, review->findings.n, 0, NULL);
	const char *lang = json_string_value(json_object_get(findings, "lang"));
	enum frg_lang out = !lang ? otherwise : strcmp(lang, "en") == 0 ? FRG_LANG_EN : FRG_LANG_DE;
	json_decref(findings);
	return out;
}

/* What readers see of it, and by whose decision. */
static enum frg_status load_release(struct store_tx *tx, struct notice_case *c, struct frg_error *err)
{
	struct store_publication p;
	enum frg_status st = store_publication_get(tx, c->comment.id, &p, err);
	c->is_public = st == FRG_OK && !p.removed && p.revision == c->revision.id;
	if (st != FRG_OK && st != FRG_NOT_FOUND)
		return st;
	st = store_decision_release_before(tx, c->comment.id, INT64_MAX, &c->release, err);
	c->has_release = st == FRG_OK && c->release.revision == c->revision.id;
	return st == FRG_NOT_FOUND ? FRG_OK : st;
}

static enum frg_status load_case(struct store_tx *tx, struct listing *l, const struct store_notice_case *row,
                                 struct notice_case *c, struct frg_error *err)
{
	struct store_review review;
	*c = (struct notice_case){.row = *row};
	enum frg_status st = store_revision_get(tx, row->revision, &c->revision, err);
	if (st == FRG_OK)
		st = store_comment_get(tx, c->revision.comment, &c->comment, err);
	if (st == FRG_OK)
		st = store_article_by_id(tx, c->comment.article, &c->article, err);
	if (st == FRG_OK)
		st = store_review_latest(tx, row->revision, &review, err);
	if (st == FRG_OK)
		st = load_notices(tx, row, l->open, c, err);
	if (st == FRG_OK)
		st = load_release(tx, c, err);
	if (st != FRG_OK)
		return st;
	c->lang = lang_of_review(&review, c->article.lang);
	c->due = row->first + l->time;
	if (l->open || c->notices.count == 0 || !c->notices.items[0].decision)
		return FRG_OK;
	c->has_decision = true;
	return store_decision_get(tx, c->notices.items[0].decision, &c->decision, err);
}

static enum frg_status list(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct listing *l = ctx;
	struct store_notice_cases rows;
	struct desk_settings settings;
	enum frg_status st = settings_load(tx, l->who->site, &settings, err);
	l->time = settings.notice_time;
	if (st == FRG_OK)
		st = store_notice_cases(tx, l->who->site, l->open, l->limit, &rows, err);
	if (st != FRG_OK)
		return st;
	l->items = ARENA_ARRAY(store_arena(tx), struct notice_case, rows.count);
	/* anybody may write notices: a flood of long ones makes the list shorter, those that wait longest stay in it */
	for (size_t i = 0, bytes = 0; st == FRG_OK && i < rows.count && bytes < LIST_BYTES; i++) {
		struct notice_case *c = &l->items[l->count];
		st = load_case(tx, l, &rows.items[i], c, err);
		bytes += st == FRG_OK ? bytes_of(c) : 0;
		l->count += st == FRG_OK && staff_has_section(l->who, c->article.section);
	}
	return st;
}

enum frg_status service_notices(struct service *svc, struct arena *a, const struct staff *who, bool open, int64_t limit,
                                struct notice_case **out, size_t *count, struct frg_error *err)
{
	struct listing l = {.who = who, .open = open, .limit = limit};
	enum frg_status st = store_read(svc->store, a, list, &l, err);
	*out = l.items;
	*count = l.count;
	return st;
}

struct counting {
	id64 site;
	int64_t open, overdue;
};

static enum frg_status count_open(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct counting *c = ctx;
	struct desk_settings settings;
	enum frg_status st = settings_load(tx, c->site, &settings, err);
	return st == FRG_OK
	           ? store_notice_count(tx, c->site, clock_now() - settings.notice_time, &c->open, &c->overdue, err)
	           : st;
}

enum frg_status service_notice_count(struct service *svc, struct arena *a, id64 site, int64_t *open, int64_t *overdue,
                                     struct frg_error *err)
{
	struct counting c = {.site = site};
	enum frg_status st = store_read(svc->store, a, count_open, &c, err);
	*open = c.open;
	*overdue = c.overdue;
	return st;
}

/* ---- deciding ---- */

struct deciding {
	const struct notice_decision *cmd;
	const struct store_site *site;
	str reasons;
	struct decide_command terms; /* to remove: with the revision */
	struct removal removal;
	struct store_comment comment;
	struct store_revision revision;
	struct store_notices open;
	struct decide_result *out;
};

static enum frg_status load(struct store_tx *tx, struct deciding *d, struct frg_error *err)
{
	struct store_notice n;
	struct store_article article;
	enum frg_status st = store_notice_get(tx, d->cmd->notice, &n, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && n.site != d->cmd->who->site))
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such notice");
	if (st == FRG_OK)
		st = store_revision_get(tx, n.revision, &d->revision, err);
	if (st == FRG_OK)
		st = store_comment_get(tx, n.comment, &d->comment, err);
	if (st == FRG_OK)
		st = staff_may_section(tx, d->cmd->who, &d->comment, &article, err);
	if (st == FRG_OK)
		st = store_notice_on_revision(tx, n.revision, true, NOTICES_PER_TEXT_MAX, &d->open, err);
	if (st != FRG_OK)
		return st;
	if (d->open.count == 0)
		return frg_fail(err, FRG_CONFLICT, "already_decided", "it has been settled");
	if (d->open.items[d->open.count - 1].id > d->cmd->last)
		return frg_fail(err, FRG_CONFLICT, "notice_more", "another notice has come");
	return FRG_OK;
}

/* All senders, once the decision stands. */
static enum frg_status settle_all(struct store_tx *tx, void *ctx, const struct store_decision *row,
                                  struct frg_error *err)
{
	struct deciding *d = ctx;
	/* its author asked for erasure: readers had lost sight of it before anybody came to decide */
	bool gone = d->revision.state == STATE_WITHDRAWN;
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < d->open.count; i++) {
		struct notice_telling t = {.notice = &d->open.items[i],
		                           .comment = &d->comment,
		                           .decision = row,
		                           .kind = gone             ? NOTICE_WITHDRAWN
		                                   : d->cmd->remove ? NOTICE_REMOVED
		                                                    : NOTICE_KEPT,
		                           .reasons = d->reasons};
		st = notice_settle(tx, &t, gone ? "moot" : d->cmd->remove ? "removed" : "kept", err);
	}
	return st == FRG_OK ? notice_changed(tx, &d->comment, err) : st;
}

/* The chain names the notice that led to it, and how many persons there were. */
static void name_notice(const struct deciding *d, json_t *detail)
{
	char id[ID_TEXT_SIZE];
	int64_t persons = 0;
	for (size_t i = 0; i < d->open.count; i++)
		persons += d->open.items[i].joins == 0;
	id_text(d->open.items[0].id, id);
	json_object_set_new(detail, "notice", json_string(id));
	json_object_set_new(detail, "notices", json_integer((json_int_t)persons));
}

static enum frg_status keep(struct store_tx *tx, struct deciding *d, struct frg_error *err)
{
	struct arena *a = store_arena(tx);
	struct store_decision row;
	json_t *detail = json_object();
	name_notice(d, detail);
	struct decision_of of = {.who = d->cmd->who,
	                         .comment = &d->comment,
	                         .revision = &d->revision,
	                         .action = "uphold",
	                         .rules = STR(""),
	                         .word = d->reasons,
	                         .detail = json_text(a, detail)};
	enum frg_status st = decision_append(tx, &of, &row, err);
	if (st == FRG_OK)
		st = decision_tell(tx, "decided", &d->comment, d->revision.id,
		                   arena_printf(a, "uphold %.*s", STR_ARG(d->cmd->who->name)), err);
	d->out->decision = row.id;
	d->out->decided = row.decided;
	return st == FRG_OK ? settle_all(tx, d, &row, err) : st;
}

static enum frg_status decide(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct deciding *d = ctx;
	enum frg_status st = load(tx, d, err);
	if (st != FRG_OK || !d->cmd->remove)
		return st == FRG_OK ? keep(tx, d, err) : st;
	name_notice(d, d->removal.terms.detail);
	d->terms.revision = d->revision.id;
	return removal_apply(tx, &d->removal, err);
}

enum frg_status service_notice_decide(struct service *svc, struct arena *a, const struct notice_decision *cmd,
                                      struct decide_result *out, struct frg_error *err)
{
	*out = (struct decide_result){0};
	struct deciding d = {.cmd = cmd, .site = service_site_by_id(svc, cmd->who->site), .out = out};
	enum frg_status st = clean_text(a, cmd->reasons, DECIDE_WORD_MAX, false, "word", &d.reasons, err);
	if (st == FRG_OK && !cmd->remove && d.reasons.n == 0)
		return frg_fail(err, FRG_INVALID, "notice_reasons_missing", "who reported is told why");
	if (cmd->remove)
		d.terms = *cmd->terms;
	d.removal = (struct removal){
		.who = cmd->who, .site = d.site, .cmd = &d.terms, .decided = settle_all, .ctx = &d, .out = out};
	if (st == FRG_OK && cmd->remove)
		st = decision_terms(a, &d.terms, "remove", &d.removal.terms, err);
	if (st == FRG_OK)
		st = store_write(svc->store, a, decide, &d, err);
	json_decref(d.removal.terms.detail);
	if (st == FRG_OK && cmd->remove)
		service_threads_drop_both(svc, d.removal.article, cmd->who->site);
	return st;
}
