/* What editors do with what is held: release, reject, return, refer. Each is a row in the chain; the state of the
 * revision, the publication, the letter and the event are committed with it. */
#include "service/automatic/agreement.h"
#include "service/inner.h"
#include "store/plain.h"

#include "render/letter.h"
#include "text/utf8.h"

static const str action_names[] = {STR_INIT("release"), STR_INIT("reject"), STR_INIT("return"), STR_INIT("refer")};
static const enum store_state action_states[] = {STATE_RELEASED, STATE_REJECTED, STATE_RETURNED};

/* ---- what all decisions share ---- */

static enum frg_status check_rules(const struct decide_command *cmd, const char *action, unsigned rules, str word,
                                   struct frg_error *err)
{
	bool refuses = strcmp(action, "reject") == 0 || strcmp(action, "remove") == 0 || strcmp(action, "suspend") == 0;
	if (refuses && rules == 0 && cmd->law.n == 0)
		return frg_fail(err, FRG_INVALID, "rules_missing", "a rejection names at least one rule");
	if (strcmp(action, "return") == 0 && rules == 0 && word.n == 0)
		return frg_fail(err, FRG_INVALID, "reason_missing", "a return names a rule or says a word");
	if (cmd->law.n && !refuses)
		return frg_fail(err, FRG_INVALID, "law_unknown", "only a refusal rests on a law");
	if (cmd->law.n && !letter_law_known(cmd->law))
		return frg_fail(err, FRG_INVALID, "law_unknown", "no such law");
	if (cmd->passage_count > DECIDE_PASSAGES_MAX)
		return frg_fail(err, FRG_INVALID, "passage_invalid", "at most %d passages", DECIDE_PASSAGES_MAX);
	return FRG_OK;
}

enum frg_status decision_terms(struct arena *a, const struct decide_command *cmd, const char *action,
                               struct decision_terms *out, struct frg_error *err)
{
	*out = (struct decision_terms){.detail = json_object()};
	enum frg_status st = clean_text(a, cmd->word, DECIDE_WORD_MAX, false, "word", &out->word, err);
	if (st != FRG_OK)
		return st;
	bool names_rules = strcmp(action, "release") != 0 && strcmp(action, "refer") != 0;
	unsigned rules = names_rules ? cmd->rules & ~(1u << FRG_ENGAGING) : 0;
	out->rules = service_rules_text(a, rules);
	if (cmd->pick && strcmp(action, "release") == 0)
		json_object_set_new(out->detail, "pick", json_true());
	if (cmd->law.n)
		json_object_set_new(out->detail, "law", json_of(cmd->law));
	for (int r = 0; r < FRG_RULE_COUNT; r++)
		if (rules & 1u << r && cmd->block[r]) {
			json_t *blocks = json_object_get(out->detail, "blocks");
			if (!blocks)
				json_object_set_new(out->detail, "blocks", blocks = json_object());
			json_object_set_new(blocks, frg_rule_id((enum frg_rule)r), json_integer(cmd->block[r]));
		}
	return check_rules(cmd, action, rules, out->word, err);
}

enum frg_status decision_passages(struct decision_terms *terms, const struct decide_command *cmd, str text,
                                  struct frg_error *err)
{
	if (cmd->passage_count == 0)
		return FRG_OK;
	json_t *list = json_array();
	json_object_set_new(terms->detail, "passages", list);
	for (size_t i = 0; i < cmd->passage_count; i++) {
		const struct decide_passage *p = &cmd->passages[i];
		size_t begin = p->begin < 0 ? SIZE_MAX : utf8_from_utf16(text, (size_t)p->begin);
		size_t end = p->end < 0 ? SIZE_MAX : utf8_from_utf16(text, (size_t)p->end);
		if (begin == SIZE_MAX || end == SIZE_MAX || begin >= end)
			return frg_fail(err, FRG_INVALID, "passage_invalid", "a passage lies outside of the text");
		json_array_append_new(list, json_pack("{s:s, s:I, s:I}", "rule", frg_rule_id(p->rule), "begin",
		                                      (json_int_t)begin, "end", (json_int_t)end));
	}
	return FRG_OK;
}

enum frg_status decision_append(struct store_tx *tx, const struct decision_of *of, struct store_decision *out,
                                struct frg_error *err)
{
	struct store_review review;
	enum frg_status st = store_review_latest(tx, of->revision->id, &review, err);
	if (st != FRG_OK)
		return st;
	*out = (struct store_decision){
		.id = id_new(),
		.site = of->revision->site,
		.comment = of->revision->comment,
		.revision = of->revision->id,
		.text_hash = of->revision->text_hash,
		.author_name = of->comment->name,
		.action = str_of(of->action),
		.rules = of->rules,
		.word = of->word,
		.detail = of->detail,
		.editor = of->who->id,
		.editor_name = of->who->name,
		.engine = review.engine,
		.findings = review.findings,
		.submitted = of->revision->created,
		.decided = clock_now(),
	};
	return store_decision_append(tx, out, err);
}

enum frg_status decision_tell(struct store_tx *tx, const char *kind, const struct store_comment *c, id64 revision,
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

static enum frg_status is_theirs(const struct staff *who, const struct store_article *article, struct frg_error *err)
{
	if (staff_has_section(who, article->section))
		return FRG_OK;
	return frg_fail(err, FRG_FORBIDDEN, "section_forbidden", "the section %.*s is not theirs",
	                STR_ARG(article->section));
}

enum frg_status staff_may_section(struct store_tx *tx, const struct staff *who, const struct store_comment *c,
                                  struct store_article *article, struct frg_error *err)
{
	enum frg_status st = store_article_heading(tx, c->article, article, err);
	return st == FRG_OK ? is_theirs(who, article, err) : st;
}

/* ---- what all decisions of a request look at: read once ---- */

struct common {
	const struct store_site *site;
	bool set; /* settings are read */
	struct desk_settings settings;
	struct store_article *articles; /* as many as were met */
	size_t article_count;
	struct near_together refused; /* items NULL: there is but one decision */
};

static enum frg_status find_article(struct store_tx *tx, struct common *common, id64 id,
                                    const struct store_article **out, struct frg_error *err)
{
	for (size_t i = common->article_count; i-- > 0;)
		if (common->articles[i].id == id) {
			*out = &common->articles[i];
			return FRG_OK;
		}
	struct store_article *article = &common->articles[common->article_count];
	enum frg_status st = store_article_heading(tx, id, article, err);
	if (st != FRG_OK)
		return st;
	common->article_count++;
	*out = article;
	return FRG_OK;
}

static enum frg_status find_settings(struct store_tx *tx, struct common *common, struct frg_error *err)
{
	enum frg_status st = common->set ? FRG_OK : settings_load(tx, common->site->id, &common->settings, err);
	common->set = st == FRG_OK;
	return st;
}

/* ---- one decision on its way ---- */

struct deciding {
	const struct decide_command *cmd;
	struct decision_terms terms;
	struct common *common;
	id64 article;
	struct store_referral referral;
	bool referred;
	bool adds; /* a release did no more */
	struct decide_result *out;
};

/* Somebody was here before: who, and what. A request repeated by the same editor is not a conflict. */
static enum frg_status conflict(struct store_tx *tx, struct deciding *d, const struct store_revision *revision,
                                bool *repeated, struct frg_error *err)
{
	struct store_decision standing;
	if (revision->state == STATE_WITHDRAWN)
		return frg_fail(err, FRG_CONFLICT, "revision_withdrawn", "the author withdrew the comment");
	if (revision->state == STATE_HELD) {
		d->out->newer_revision = revision->id;
		return frg_fail(err, FRG_CONFLICT, "revision_changed", "somebody has referred it or taken a decision back");
	}
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
	*repeated = standing.editor == d->cmd->who->id && str_eq(standing.action, action_names[d->cmd->action]) &&
	            str_eq(standing.rules, d->terms.rules) && str_eq(standing.word, d->terms.word);
	d->out->decision = standing.id;
	d->out->decided = standing.decided;
	d->out->by = standing.editor_name;
	d->out->action = standing.action;
	d->out->at = standing.decided;
	return *repeated ? FRG_OK : frg_fail(err, FRG_CONFLICT, "already_decided", "somebody decided first");
}

/* ---- who may, and who must be asked first ---- */

static enum frg_status check_referral(const struct deciding *d, struct frg_error *err)
{
	const struct staff *who = d->cmd->who;
	const str kind = d->referral.kind;
	bool own = d->referral.editor == who->id;
	if (!d->referred)
		return FRG_OK;
	if (str_eq(kind, STR("lawyer")) && !(who->rights & RIGHT_LEGAL))
		return frg_fail(err, FRG_FORBIDDEN, "referred_to_lawyer", "it waits for a lawyer");
	/* a lead may go on alone: nobody else may be there */
	if (str_eq(kind, STR("second")) && own && !(who->rights & RIGHT_SUSPEND))
		return frg_fail(err, FRG_FORBIDDEN, "second_same_person", "somebody else was asked");
	if (str_eq(kind, STR("proposal")) && own)
		return frg_fail(err, FRG_FORBIDDEN, "four_eyes_same_person", "a second person confirms it");
	return FRG_OK;
}

static bool names(const struct store_texts *sections, str section)
{
	for (size_t i = 0; i < sections->count; i++)
		if (str_eq(sections->items[i], STR("*")) || str_eq(sections->items[i], section))
			return true;
	return false;
}

/* True if this is but a proposal: by a trainee, or where two must agree and nobody has proposed the same. */
static enum frg_status is_proposal(struct store_tx *tx, const struct deciding *d, const struct store_article *article,
                                   bool *proposal, struct frg_error *err)
{
	*proposal = d->cmd->who->role == ROLE_TRAINEE;
	if (*proposal)
		return FRG_OK;
	enum frg_status st = find_settings(tx, d->common, err);
	if (st != FRG_OK || !names(&d->common->settings.four_eyes, article->section))
		return st;
	*proposal = true;
	if (!d->referred || !str_eq(d->referral.kind, STR("proposal")))
		return FRG_OK;
	struct store_decision earlier;
	st = store_decision_get(tx, d->referral.decision, &earlier, err);
	if (st != FRG_OK)
		return st;
	json_t *detail = json_loadb(earlier.detail.p, earlier.detail.n, 0, NULL);
	*proposal = !str_eq(json_str(store_arena(tx), json_object_get(detail, "action")), action_names[d->cmd->action]);
	json_decref(detail);
	return FRG_OK;
}

/* To a second person or a lawyer; or what would have been decided waits to be confirmed. */
static enum frg_status refer(struct store_tx *tx, struct deciding *d, const struct store_comment *comment,
                             const struct store_revision *revision, bool proposal, struct frg_error *err)
{
	const char *to = proposal ? "proposal" : d->cmd->refer == REFER_LAWYER ? "lawyer" : "second";
	struct store_decision row;
	json_object_set_new(d->terms.detail, "to", json_string(to));
	if (proposal)
		json_object_set_new(d->terms.detail, "action", json_of(action_names[d->cmd->action]));
	struct decision_of of = {.who = d->cmd->who,
	                         .comment = comment,
	                         .revision = revision,
	                         .action = "refer",
	                         .rules = d->terms.rules,
	                         .word = d->terms.word,
	                         .detail = json_text(store_arena(tx), json_incref(d->terms.detail))};
	enum frg_status st = decision_append(tx, &of, &row, err);
	struct store_referral r = {.revision = revision->id,
	                           .site = revision->site,
	                           .kind = str_of(to),
	                           .editor = d->cmd->who->id,
	                           .decision = row.id,
	                           .created = row.decided};
	if (st == FRG_OK)
		st = store_referral_put(tx, &r, err);
	if (st == FRG_OK) /* whoever looks at it now decides on what they have not seen */
		st = store_revision_move(tx, revision->id, STATE_HELD, revision->version, STATE_HELD, err);
	if (st == FRG_OK)
		st = queue_enter(tx, comment, revision, err);
	if (st == FRG_OK)
		st = decision_tell(tx, "referred", comment, revision->id,
		                   arena_printf(store_arena(tx), "%s %.*s", to, STR_ARG(d->cmd->who->name)), err);
	d->out->decision = row.id;
	d->out->decided = row.decided;
	d->out->proposed = proposal;
	return st;
}

/* ---- deciding ---- */

/* The newest released revision gives way when a later one is released. */
static enum frg_status retire_released(struct store_tx *tx, const struct store_revision *now, struct frg_error *err)
{
	struct store_ids before;
	enum frg_status st = store_revision_released(tx, now->comment, &before, err);
	for (size_t i = 0; st == FRG_OK && i < before.count; i++)
		if (before.items[i] != now->id)
			st = store_revision_move(tx, before.items[i], STATE_RELEASED, 0, STATE_SUPERSEDED, err);
	return st;
}

enum frg_status decision_release(struct store_tx *tx, const struct store_comment *comment,
                                 const struct store_revision *revision, const struct store_decision *decision,
                                 bool pick, bool *adds, struct frg_error *err)
{
	struct release r = {.change = PUBLICATION_PUT,
	                    .comment = comment,
	                    .revision = revision,
	                    .decision = decision,
	                    .picked = pick,
	                    .adds = adds,
	                    .now = decision->decided};
	enum frg_status st = retire_released(tx, revision, err);
	if (st == FRG_OK)
		st = release_apply(tx, &r, err);
	return st == FRG_OK ? store_objection_settle(tx, comment->id, err) : st;
}

/* Whatever it may be refused for is asked before the first write: of a batch, only this one is refused then. */
static enum frg_status settle(struct store_tx *tx, struct deciding *d, const struct store_comment *comment,
                              const struct store_revision *revision, const struct store_article *article,
                              struct frg_error *err)
{
	enum decide_action action = d->cmd->action;
	bool said = json_object_size(d->terms.detail) > 0;
	struct store_decision decision = {0};
	struct decision_of of = {.who = d->cmd->who,
	                         .comment = comment,
	                         .revision = revision,
	                         .action = action_names[action].p,
	                         .rules = d->terms.rules,
	                         .word = d->terms.word,
	                         .detail = said ? json_text(store_arena(tx), json_incref(d->terms.detail)) : STR("")};
	enum frg_status st = action == DECIDE_RELEASE ? release_allowed(tx, comment, revision, err) : FRG_OK;
	if (st == FRG_OK)
		st = decision_append(tx, &of, &decision, err);
	if (st == FRG_OK)
		st = store_revision_move(tx, revision->id, STATE_HELD, revision->version, action_states[action], err);
	if (st == FRG_OK && d->referred)
		st = store_referral_delete(tx, revision->id, err);
	if (st == FRG_OK && action == DECIDE_RELEASE)
		st = decision_release(tx, comment, revision, &decision, d->cmd->pick, &d->adds, err);
	if (st == FRG_OK && action != DECIDE_RETURN)
		st = store_queue_author(tx, comment->author, action == DECIDE_RELEASE, action == DECIDE_REJECT, err);
	if (st == FRG_OK && action == DECIDE_REJECT)
		st = near_refused(tx, revision, decision.id, d->common->refused.items ? &d->common->refused : NULL, err);
	if (st == FRG_OK && action == DECIDE_REJECT)
		st = letter_write(tx, &(struct letter_about){d->common->site, article, comment, revision, &decision}, err);
	if (st == FRG_OK)
		st = decision_tell(tx, "decided", comment, revision->id,
		                   arena_printf(store_arena(tx), "%.*s %.*s%s", STR_ARG(decision.action),
		                                STR_ARG(decision.editor_name), d->adds ? "\n" EVENT_FIRST : ""),
		                   err);
	d->out->decision = decision.id;
	d->out->decided = decision.decided;
	return st;
}

enum frg_status queue_waiting(struct store_tx *tx, const struct staff *who, int64_t *waiting, struct frg_error *err)
{
	struct store_queue_filter all = queue_filter_of(store_arena(tx), who);
	return store_queue_waiting(tx, &all, QUEUE_COUNTED, waiting, err);
}

static enum frg_status decide_held(struct store_tx *tx, struct deciding *d, const struct store_comment *comment,
                                   const struct store_revision *revision, struct frg_error *err)
{
	const struct store_article *article = NULL;
	bool proposal = false;
	enum frg_status st = find_article(tx, d->common, comment->article, &article, err);
	if (st == FRG_OK)
		st = is_theirs(d->cmd->who, article, err);
	if (st == FRG_OK)
		st = store_referral_get(tx, revision->id, &d->referral, err);
	d->referred = st == FRG_OK;
	if (st == FRG_OK || st == FRG_NOT_FOUND)
		st = check_referral(d, err);
	if (st == FRG_OK)
		st = decision_passages(&d->terms, d->cmd, revision->text, err);
	if (st == FRG_OK && d->cmd->action != DECIDE_REFER)
		st = is_proposal(tx, d, article, &proposal, err);
	if (st != FRG_OK)
		return st;
	return proposal || d->cmd->action == DECIDE_REFER ? refer(tx, d, comment, revision, proposal, err)
	                                                  : settle(tx, d, comment, revision, article, err);
}

static enum frg_status decide(struct store_tx *tx, struct deciding *d, struct frg_error *err)
{
	struct store_revision revision;
	struct store_comment comment;
	enum frg_status st = store_revision_get(tx, d->cmd->revision, &revision, err);
	if (st == FRG_OK && revision.site != d->cmd->who->site)
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such revision");
	if (st == FRG_OK)
		st = store_comment_get(tx, revision.comment, &comment, err);
	if (st != FRG_OK)
		return st;
	d->article = comment.article;
	bool repeated = false, again = false;
	struct store_article article;
	if (revision.state != STATE_HELD) /* perhaps it is to be judged once more */
		st = staff_may_section(tx, d->cmd->who, &comment, &article, err);
	if (st == FRG_OK && revision.state != STATE_HELD)
		st = agreement_judge(tx, d->cmd, &revision, d->terms.rules, &again, d->out, err);
	if (st != FRG_OK || again)
		return st;
	if (revision.state != STATE_HELD || revision.version != d->cmd->version)
		return conflict(tx, d, &revision, &repeated, err);
	return decide_held(tx, d, &comment, &revision, err);
}

static enum frg_status decide_one(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct deciding *d = ctx;
	enum frg_status st = decide(tx, d, err);
	return st == FRG_OK ? queue_waiting(tx, d->cmd->who, &d->out->waiting, err) : st;
}

enum frg_status service_decide(struct service *svc, struct arena *a, const struct decide_command *cmd,
                               struct decide_result *out, struct frg_error *err)
{
	*out = (struct decide_result){0};
	struct common common = {.site = service_site_by_id(svc, cmd->who->site),
	                        .articles = ARENA_NEW(a, struct store_article)};
	struct deciding d = {.cmd = cmd, .common = &common, .out = out};
	enum frg_status st = decision_terms(a, cmd, action_names[cmd->action].p, &d.terms, err);
	if (st == FRG_OK)
		st = store_write_as(svc->store, STORE_PLAIN, a, decide_one, &d, err);
	json_decref(d.terms.detail);
	/* who released sees it at once; the outbox would say so a moment later */
	if (st == FRG_OK && cmd->action == DECIDE_RELEASE)
		service_threads_change(svc, d.article, cmd->who->site, d.adds);
	return st;
}

/* ---- many at once ---- */

struct batch {
	const struct staff *who;
	struct common common;
	struct decide_item *items;
	size_t count;
	const bool *asked; /* by item; the others were refused before. The work may be done twice (STORE_PLAIN) */
	id64 *articles;    /* of each that was released; 0: none */
	bool *adds;        /* the release did no more */
	int64_t waiting;
};

static enum frg_status decide_all(struct store_tx *tx, void *ctx, struct frg_error *err);

/* What is no word on the one decision: none that follows could be relied on either. */
static bool database_failed(enum frg_status st) { return st == FRG_UNAVAILABLE || st == FRG_IO || st == FRG_CORRUPT; }

static enum frg_status decide_next(struct store_tx *tx, struct batch *b, size_t i, struct frg_error *err)
{
	struct decide_item *item = &b->items[i];
	struct deciding d = {.cmd = &item->cmd, .common = &b->common, .out = &item->result};
	item->result = (struct decide_result){0};
	item->status = decision_terms(store_arena(tx), &item->cmd, action_names[item->cmd.action].p, &d.terms, &item->err);
	int64_t before = store_changes(tx);
	if (item->status == FRG_OK)
		item->status = decide(tx, &d, &item->err);
	json_decref(d.terms.detail);
	if (item->status != FRG_OK && store_changes(tx) != before) {
		store_plain_broken(decide_all, item->status, &item->err);
		return frg_fail(err, FRG_UNAVAILABLE, "store_io", "a decision failed half-way: %s", item->err.msg);
	}
	if (database_failed(item->status)) {
		*err = item->err;
		return item->status;
	}
	b->articles[i] = item->status == FRG_OK && item->cmd.action == DECIDE_RELEASE ? d.article : 0;
	b->adds[i] = d.adds;
	return FRG_OK;
}

static enum frg_status decide_all(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct batch *b = ctx;
	enum frg_status st = FRG_OK;
	b->common.refused.count = 0; /* nothing is, if this is done again */
	for (size_t i = 0; st == FRG_OK && i < b->count; i++)
		if (b->asked[i])
			st = decide_next(tx, b, i, err);
	return st == FRG_OK ? queue_waiting(tx, b->who, &b->waiting, err) : st;
}

enum frg_status service_decide_batch(struct service *svc, struct arena *a, const struct staff *who,
                                     struct decide_item *items, size_t count, int64_t *waiting, struct frg_error *err)
{
	bool *asked = ARENA_ARRAY(a, bool, count);
	for (size_t i = 0; i < count; i++)
		asked[i] = items[i].status == FRG_OK;
	struct batch b = {.who = who, .items = items, .count = count, .asked = asked};
	b.common.site = service_site_by_id(svc, who->site);
	b.common.articles = ARENA_ARRAY(a, struct store_article, count);
	b.common.refused.items = ARENA_ARRAY(a, struct near_text *, count);
	b.articles = ARENA_ARRAY(a, id64, count);
	b.adds = ARENA_ARRAY(a, bool, count);
	enum frg_status st = store_write_as(svc->store, STORE_PLAIN, a, decide_all, &b, err);
	*waiting = b.waiting;
	for (size_t i = 0; st == FRG_OK && i < count; i++)
		if (b.articles[i])
			service_threads_change(svc, b.articles[i], who->site, b.adds[i]);
	return st;
}
