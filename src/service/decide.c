/* What editors do: release, reject, return, and take back within ten seconds. Each is a row in
 * the chain; the state of the revision, the publication and the event are committed with it. */
#include "service/inner.h"

static const str action_names[] = {STR_INIT("release"), STR_INIT("reject"), STR_INIT("return")};
static const enum store_state action_states[] = {STATE_RELEASED, STATE_REJECTED, STATE_RETURNED};

struct deciding {
	const struct decide_command *cmd;
	str word, rules;
	id64 article;
	struct decide_result *out;
};

static enum frg_status check_command(struct arena *a, const struct decide_command *cmd, struct deciding *d,
                                     struct frg_error *err)
{
	enum frg_status st = clean_text(a, cmd->word, DECIDE_WORD_MAX, false, "word", &d->word, err);
	if (st != FRG_OK)
		return st;
	unsigned rules = cmd->rules & ~(1u << FRG_ENGAGING);
	if (cmd->action == DECIDE_RELEASE)
		rules = 0;
	if (cmd->action == DECIDE_REJECT && rules == 0)
		return frg_fail(err, FRG_INVALID, "rules_missing", "a rejection names at least one rule");
	if (cmd->action == DECIDE_RETURN && rules == 0 && d->word.n == 0)
		return frg_fail(err, FRG_INVALID, "reason_missing", "a return names a rule or says a word");
	d->rules = service_rules_text(a, rules);
	return FRG_OK;
}

/* Somebody was here before: who, and what. A request repeated by the same editor is not a conflict. */
static enum frg_status conflict(struct store_tx *tx, struct deciding *d, const struct store_revision *revision,
                                bool *repeated, struct frg_error *err)
{
	struct store_decision standing;
	if (revision->state == STATE_WITHDRAWN)
		return frg_fail(err, FRG_CONFLICT, "revision_withdrawn", "the author withdrew the comment");
	enum frg_status st = store_decision_standing(tx, revision->id, &standing, NULL);
	if (st == FRG_NOT_FOUND) { /* never decided: the author has revised */
		struct store_revisions all;
		st = store_revision_of_comment(tx, revision->comment, &all, err);
		if (st != FRG_OK)
			return st;
		d->out->newer_revision = all.items[all.count - 1].id;
		return frg_fail(err, FRG_CONFLICT, "revision_superseded", "the author has revised the comment");
	}
	if (st != FRG_OK)
		return frg_fail(err, st, "store_io", "cannot read the decision");
	*repeated = standing.editor == d->cmd->editor->id && str_eq(standing.action, action_names[d->cmd->action]) &&
	            str_eq(standing.rules, d->rules) && str_eq(standing.word, d->word);
	d->out->decision = standing.id;
	d->out->decided = standing.decided;
	d->out->by = standing.editor_name;
	d->out->action = standing.action;
	d->out->at = standing.decided;
	return *repeated ? FRG_OK : frg_fail(err, FRG_CONFLICT, "already_decided", "somebody decided first");
}

static enum frg_status append(struct store_tx *tx, const struct deciding *d, const struct store_comment *comment,
                              const struct store_revision *revision, struct store_decision *out, struct frg_error *err)
{
	struct store_review review;
	enum frg_status st = store_review_latest(tx, revision->id, &review, err);
	if (st != FRG_OK)
		return st;
	*out = (struct store_decision){
		.id = id_new(),
		.site = revision->site,
		.comment = revision->comment,
		.revision = revision->id,
		.text_hash = revision->text_hash,
		.author_name = comment->name,
		.action = action_names[d->cmd->action],
		.rules = d->rules,
		.word = d->word,
		.editor = d->cmd->editor->id,
		.editor_name = d->cmd->editor->name,
		.engine = review.engine,
		.findings = review.findings,
		.submitted = revision->created,
		.decided = clock_now(),
	};
	return store_decision_append(tx, out, err);
}

/* The newest released revision gives way when a later one is released. */
static enum frg_status retire_released(struct store_tx *tx, const struct store_revision *now, struct frg_error *err)
{
	struct store_revisions all;
	enum frg_status st = store_revision_of_comment(tx, now->comment, &all, err);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++)
		if (all.items[i].id != now->id && all.items[i].state == STATE_RELEASED)
			st = store_revision_move(tx, all.items[i].id, STATE_RELEASED, 0, STATE_SUPERSEDED, err);
	return st;
}

static enum frg_status tell(struct store_tx *tx, const char *kind, const struct store_comment *c, id64 revision,
                            str detail, struct frg_error *err)
{
	return store_event_insert(tx,
	                          &(struct store_event){.kind = str_of(kind),
	                                                .site = c->site,
	                                                .article = c->article,
	                                                .comment = c->id,
	                                                .revision = revision,
	                                                .detail = detail},
	                          err);
}

static enum frg_status count_waiting(struct store_tx *tx, id64 site, int64_t *waiting, struct frg_error *err)
{
	int64_t ahead;
	return store_queue_count(tx, site, 0, waiting, &ahead, err);
}

static enum frg_status decide(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct deciding *d = ctx;
	struct store_revision revision;
	struct store_comment comment;
	enum frg_status st = store_revision_get(tx, d->cmd->revision, &revision, err);
	if (st == FRG_OK && revision.site != d->cmd->editor->site)
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such revision");
	if (st == FRG_OK)
		st = store_comment_get(tx, revision.comment, &comment, err);
	if (st != FRG_OK)
		return st;
	d->article = comment.article;
	if (revision.state != STATE_HELD || revision.version != d->cmd->version) {
		bool repeated = false;
		st = conflict(tx, d, &revision, &repeated, err);
		return st == FRG_OK && repeated ? count_waiting(tx, revision.site, &d->out->waiting, err) : st;
	}
	struct store_decision decision = {0};
	st = append(tx, d, &comment, &revision, &decision, err);
	if (st == FRG_OK)
		st = store_revision_move(tx, revision.id, STATE_HELD, revision.version, action_states[d->cmd->action], err);
	if (st == FRG_OK && d->cmd->action == DECIDE_RELEASE) {
		struct release r = {.change = PUBLICATION_PUT,
		                    .comment = &comment,
		                    .revision = &revision,
		                    .decision = &decision,
		                    .now = decision.decided};
		st = retire_released(tx, &revision, err);
		if (st == FRG_OK)
			st = release_apply(tx, &r, err);
	}
	if (st == FRG_OK)
		st = tell(tx, "decided", &comment, revision.id,
		          arena_printf(store_arena(tx), "%.*s %.*s", STR_ARG(decision.action), STR_ARG(decision.editor_name)),
		          err);
	d->out->decision = decision.id;
	d->out->decided = decision.decided;
	return st == FRG_OK ? count_waiting(tx, revision.site, &d->out->waiting, err) : st;
}

enum frg_status service_decide(struct service *svc, struct arena *a, const struct decide_command *cmd,
                               struct decide_result *out, struct frg_error *err)
{
	*out = (struct decide_result){0};
	struct deciding d = {.cmd = cmd, .out = out};
	enum frg_status st = check_command(a, cmd, &d, err);
	if (st == FRG_OK)
		st = store_write(svc->store, a, decide, &d, err);
	/* who released sees it at once; the outbox would say so a moment later */
	if (st == FRG_OK && cmd->action == DECIDE_RELEASE)
		service_threads_drop_both(svc, d.article, cmd->editor->site);
	return st;
}

/* ---- taking back ---- */

struct undoing {
	const struct store_editor *editor;
	id64 decision, revision, article;
	int64_t waiting;
};

/* May this editor still take this decision back? */
static enum frg_status check_undo(const struct undoing *u, const struct store_decision *d, struct frg_error *err)
{
	if (d->site != u->editor->site || str_eq(d->action, STR("undo")))
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such decision");
	if (d->editor != u->editor->id)
		return frg_fail(err, FRG_FORBIDDEN, "undo_not_yours", "only who decided can take it back");
	if (d->undone)
		return frg_fail(err, FRG_CONFLICT, "undo_done", "the decision was taken back already");
	if (clock_now() > d->decided + UNDO_MS + UNDO_GRACE_MS)
		return frg_fail(err, FRG_CONFLICT, "undo_too_late", "decisions can be taken back for ten seconds");
	return FRG_OK;
}

/* What readers see goes back to what it was before this release. */
static enum frg_status take_back_release(struct store_tx *tx, const struct store_comment *c,
                                         const struct store_decision *d, struct frg_error *err)
{
	struct store_decision before;
	struct store_revision revision;
	enum frg_status st = store_decision_release_before(tx, c->id, d->seq, &before, err);
	if (st == FRG_OK) {
		struct release r = {
			.change = PUBLICATION_PUT, .comment = c, .revision = &revision, .decision = &before, .now = before.decided};
		st = store_revision_get(tx, before.revision, &revision, err);
		if (st == FRG_OK)
			st = store_revision_move(tx, revision.id, STATE_SUPERSEDED, 0, STATE_RELEASED, err);
		return st == FRG_OK ? release_apply(tx, &r, err) : st;
	}
	if (st != FRG_NOT_FOUND)
		return st;
	int64_t answers;
	st = store_publication_answers(tx, c->id, &answers, err);
	if (st == FRG_OK && answers)
		return frg_fail(err, FRG_CONFLICT, "undo_has_replies", "an answer to it has been released meanwhile");
	struct release r = {.change = PUBLICATION_DROP, .comment = c, .now = clock_now()};
	return st == FRG_OK ? release_apply(tx, &r, err) : st;
}

static enum frg_status undo(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct undoing *u = ctx;
	struct store_decision d;
	struct store_comment c;
	enum frg_status st = store_decision_get(tx, u->decision, &d, err);
	if (st == FRG_OK)
		st = check_undo(u, &d, err);
	if (st == FRG_OK)
		st = store_comment_get(tx, d.comment, &c, err);
	if (st != FRG_OK)
		return st;
	struct store_revisions all;
	st = store_revision_of_comment(tx, c.id, &all, err);
	if (st != FRG_OK)
		return st;
	if (all.items[all.count - 1].id != d.revision)
		return frg_fail(err, FRG_CONFLICT, "revision_superseded", "the author has revised the comment since");
	str action = d.action;
	enum store_state from = str_eq(action, action_names[0])   ? STATE_RELEASED
	                        : str_eq(action, action_names[1]) ? STATE_REJECTED
	                                                          : STATE_RETURNED;
	st = store_revision_move(tx, d.revision, from, 0, STATE_HELD, err);
	if (st == FRG_CONFLICT)
		return frg_fail(err, st, "revision_withdrawn", "the author withdrew the comment");
	if (st == FRG_OK && from == STATE_RELEASED)
		st = take_back_release(tx, &c, &d, err);
	if (st != FRG_OK)
		return st;
	struct store_decision row = d;
	row.id = id_new();
	row.action = STR("undo");
	row.rules = row.word = STR("");
	row.undoes = d.id;
	row.decided = clock_now();
	st = store_decision_append(tx, &row, err);
	if (st == FRG_OK)
		st = tell(tx, "undone", &c, d.revision, arena_printf(store_arena(tx), "%.*s", STR_ARG(action)), err);
	u->revision = d.revision;
	u->article = c.article;
	return st == FRG_OK ? count_waiting(tx, d.site, &u->waiting, err) : st;
}

enum frg_status service_undo(struct service *svc, struct arena *a, const struct store_editor *editor, id64 decision,
                             id64 *revision, int64_t *waiting, struct frg_error *err)
{
	struct undoing u = {.editor = editor, .decision = decision};
	enum frg_status st = store_write(svc->store, a, undo, &u, err);
	if (st == FRG_OK)
		service_threads_drop_both(svc, u.article, editor->site);
	*revision = u.revision;
	*waiting = u.waiting;
	return st;
}
