/* What editors do with what is released, and with its authors: withdraw, mark as worth reading, suspend. */
#include "service/inner.h"

enum { DAY_MS = 24 * 3600 * 1000 };

struct on_text {
	const struct staff *who;
	const struct store_site *site;
	id64 id; /* of the revision */
	struct decision_terms terms;
	int64_t days;
	bool picked;
	struct store_revision revision;
	struct store_comment comment;
	struct store_article article;
	struct decide_result *out;
};

static enum frg_status load(struct store_tx *tx, struct on_text *o, struct frg_error *err)
{
	enum frg_status st = store_revision_get(tx, o->id, &o->revision, err);
	if (st == FRG_OK && o->revision.site != o->who->site)
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such revision");
	if (st == FRG_OK)
		st = store_comment_get(tx, o->revision.comment, &o->comment, err);
	return st == FRG_OK ? staff_may_section(tx, o->who, &o->comment, &o->article, err) : st;
}

/* Exactly this text must be what readers see. */
static enum frg_status must_be_public(struct store_tx *tx, const struct on_text *o, struct store_publication *p,
                                      struct frg_error *err)
{
	enum frg_status st = store_publication_get(tx, o->comment.id, p, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && p->removed))
		return frg_fail(err, FRG_CONFLICT, "not_released", "readers do not see this comment");
	if (st == FRG_OK && p->revision != o->revision.id) {
		o->out->newer_revision = p->revision;
		return frg_fail(err, FRG_CONFLICT, "revision_superseded", "a later text has been released");
	}
	return st;
}

static enum frg_status append(struct store_tx *tx, struct on_text *o, const char *action, str detail,
                              struct store_decision *d, struct frg_error *err)
{
	struct decision_of of = {.who = o->who,
	                         .comment = &o->comment,
	                         .revision = &o->revision,
	                         .action = action,
	                         .rules = o->terms.rules,
	                         .word = o->terms.word,
	                         .detail = detail};
	enum frg_status st = decision_append(tx, &of, d, err);
	if (st == FRG_OK)
		st = decision_tell(tx, "decided", &o->comment, o->revision.id,
		                   arena_printf(store_arena(tx), "%s %.*s", action, STR_ARG(o->who->name)), err);
	o->out->decision = d->id;
	o->out->decided = d->decided;
	return st;
}

static str detail_text(struct arena *a, json_t *detail)
{
	return json_object_size(detail) ? json_text(a, json_incref(detail)) : STR("");
}

/* ---- withdrawing ---- */

/* Gone for readers, and held when it comes again. */
static enum frg_status unpublish(struct store_tx *tx, const struct on_text *o, const struct store_decision *d,
                                 struct frg_error *err)
{
	int64_t answers = 0;
	enum frg_status st = store_revision_move(tx, o->revision.id, STATE_RELEASED, 0, STATE_REJECTED, err);
	if (st == FRG_OK)
		st = store_publication_answers(tx, o->comment.id, &answers, err);
	struct release r = {
		.change = answers ? PUBLICATION_EMPTY : PUBLICATION_DROP, .comment = &o->comment, .now = d->decided};
	if (st == FRG_OK)
		st = release_apply(tx, &r, err);
	if (st == FRG_OK)
		st = near_refused(tx, &o->revision, d->id, NULL, err);
	return st == FRG_OK ? decision_tell(tx, "unpublished", &o->comment, o->revision.id, STR("editors"), err) : st;
}

enum frg_status removal_apply(struct store_tx *tx, struct removal *removal, struct frg_error *err)
{
	struct on_text o = {.who = removal->who, .id = removal->cmd->revision, .out = removal->out};
	struct store_publication p;
	struct store_decision d;
	enum frg_status st = load(tx, &o, err);
	removal->article = o.comment.article;
	if (st == FRG_OK)
		st = must_be_public(tx, &o, &p, err);
	if (st == FRG_OK)
		st = decision_passages(&removal->terms, removal->cmd, o.revision.text, err);
	if (st != FRG_OK)
		return st;
	o.terms = removal->terms;
	if (p.picked) /* for the one who takes it back */
		json_object_set_new(o.terms.detail, "picked", json_true());
	st = append(tx, &o, "remove", detail_text(store_arena(tx), o.terms.detail), &d, err);
	if (st == FRG_OK && removal->decided)
		st = removal->decided(tx, removal->ctx, &d, err);
	if (st == FRG_OK)
		st = unpublish(tx, &o, &d, err);
	struct letter_about about = {removal->site, &o.article, &o.comment, &o.revision, &d};
	return st == FRG_OK ? letter_write(tx, &about, err) : st;
}

static enum frg_status take_away(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	return removal_apply(tx, ctx, err);
}

enum frg_status service_remove(struct service *svc, struct arena *a, const struct decide_command *cmd,
                               struct decide_result *out, struct frg_error *err)
{
	*out = (struct decide_result){0};
	struct removal r = {.who = cmd->who, .site = service_site_by_id(svc, cmd->who->site), .cmd = cmd, .out = out};
	enum frg_status st = decision_terms(a, cmd, "remove", &r.terms, err);
	if (st == FRG_OK)
		st = store_write(svc->store, a, take_away, &r, err);
	json_decref(r.terms.detail);
	if (st == FRG_OK)
		service_threads_drop_both(svc, r.article, cmd->who->site);
	return st;
}

/* ---- worth reading ---- */

static enum frg_status pick(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct on_text *o = ctx;
	struct store_publication p;
	struct store_decision d;
	enum frg_status st = load(tx, o, err);
	if (st == FRG_OK)
		st = must_be_public(tx, o, &p, err);
	if (st == FRG_OK && p.picked == o->picked)
		return frg_fail(err, FRG_CONFLICT, "conflict", "it is so already");
	if (st == FRG_OK)
		st = append(tx, o, o->picked ? "pick" : "unpick", STR(""), &d, err);
	struct release r = {.change = PUBLICATION_PICK, .comment = &o->comment, .picked = o->picked};
	return st == FRG_OK ? release_apply(tx, &r, err) : st;
}

enum frg_status service_pick(struct service *svc, struct arena *a, const struct staff *who, id64 revision, bool picked,
                             struct decide_result *out, struct frg_error *err)
{
	*out = (struct decide_result){0};
	struct on_text o = {.who = who, .id = revision, .picked = picked, .out = out};
	enum frg_status st = store_write(svc->store, a, pick, &o, err);
	if (st == FRG_OK)
		service_threads_drop_both(svc, o.comment.article, who->site);
	return st;
}

/* ---- suspending ---- */

static enum frg_status suspend(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct on_text *o = ctx;
	struct store_decision d;
	struct store_suspension now;
	msec at = clock_now(), until = at + o->days * DAY_MS;
	enum frg_status st = load(tx, o, err);
	if (st != FRG_OK)
		return st;
	st = store_suspension_now(tx, o->comment.author, at, &now, err);
	if (st == FRG_NOT_FOUND && !o->days)
		return frg_fail(err, FRG_CONFLICT, "not_suspended", "the author is not suspended");
	if (st != FRG_OK && st != FRG_NOT_FOUND)
		return st;
	st = store_suspension_end(tx, o->comment.author, at, err); /* a new one replaces it */
	if (o->days)
		json_object_set_new(o->terms.detail, "until", json_integer(until));
	if (st == FRG_OK)
		st = append(tx, o, o->days ? "suspend" : "restore", detail_text(store_arena(tx), o->terms.detail), &d, err);
	if (st != FRG_OK || !o->days)
		return st;
	struct store_suspension row = {.id = id_new(),
	                               .site = o->who->site,
	                               .author = o->comment.author,
	                               .decision = d.id,
	                               .until = until,
	                               .created = at};
	st = store_suspension_insert(tx, &row, err);
	return st == FRG_OK
	           ? letter_write(tx, &(struct letter_about){o->site, &o->article, &o->comment, &o->revision, &d}, err)
	           : st;
}

enum frg_status service_suspend(struct service *svc, struct arena *a, const struct suspend_command *cmd,
                                struct decide_result *out, struct frg_error *err)
{
	*out = (struct decide_result){0};
	if (cmd->days < 0 || cmd->days > SUSPEND_DAYS_MAX)
		return frg_fail(err, FRG_INVALID, "days_invalid", "0 to %d days", SUSPEND_DAYS_MAX);
	struct decide_command terms = {.who = cmd->who, .rules = cmd->rules, .word = cmd->word};
	struct on_text o = {.who = cmd->who,
	                    .site = service_site_by_id(svc, cmd->who->site),
	                    .id = cmd->revision,
	                    .days = cmd->days,
	                    .out = out};
	enum frg_status st = decision_terms(a, &terms, cmd->days ? "suspend" : "restore", &o.terms, err);
	if (st == FRG_OK)
		st = store_write(svc->store, a, suspend, &o, err);
	json_decref(o.terms.detail);
	return st;
}
