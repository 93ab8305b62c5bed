/* A held revision's row in the queue: made from what is stored, when it comes in, comes back, or is checked anew. */
#include "service/inner.h"

#include "text/near.h"

/* How long it may wait, as a share of the longest wait. A good comment kept waiting costs a conversation, a bad one
 * costs nothing while it is held; so what will probably be released goes first, but as time passes everything comes
 * due, and nothing can be overtaken for longer than the longest wait. */
static double patience(const int64_t score[FRG_RULE_COUNT], str suggestion)
{
	int64_t worst = 0;
	for (int r = 0; r < FRG_RULE_COUNT; r++)
		if (r != FRG_ENGAGING && score[r] > worst)
			worst = score[r];
	double share = 0.25 + 0.75 * (double)worst / 1000 - 0.15 * (double)score[FRG_ENGAGING] / 1000;
	if (str_eq(suggestion, STR("look")) && share < 0.5)
		share = 0.5;
	return share < 0.1 ? 0.1 : share > 1 ? 1 : share;
}

static void read_scores(const json_t *scores, int64_t out[FRG_RULE_COUNT])
{
	for (int r = 0; r < FRG_RULE_COUNT; r++) {
		const json_t *v = json_object_get(scores, frg_rule_id((enum frg_rule)r));
		out[r] = json_is_number(v) ? (int64_t)(json_number_value(v) * 1000 + 0.5) : r == FRG_OFF_TOPIC ? -1 : 0;
	}
}

static void take_scores(const struct frg_review *review, int64_t out[FRG_RULE_COUNT])
{
	for (int r = 0; r < FRG_RULE_COUNT; r++)
		out[r] = r == FRG_OFF_TOPIC && !review->off_topic_known ? -1 : (int64_t)((double)review->score[r] * 1000 + 0.5);
}

static enum frg_status read_review(struct store_tx *tx, const struct store_revision *revision,
                                   struct store_queue_row *row, struct frg_error *err)
{
	struct store_review review;
	enum frg_status st = store_review_latest(tx, revision->id, &review, err);
	if (st != FRG_OK)
		return st;
	json_t *findings = json_loadb(review.findings.p, review.findings.n, 0, NULL);
	read_scores(json_object_get(findings, "scores"), row->score);
	row->lang = json_str(store_arena(tx), json_object_get(findings, "lang"));
	row->suggestion = review.suggestion;
	json_decref(findings);
	return FRG_OK;
}

static enum frg_status read_record(struct store_tx *tx, id64 author, struct store_queue_row *row, struct frg_error *err)
{
	int64_t by_state[6];
	enum frg_status st = store_author_record(tx, author, by_state, err);
	row->author_released = by_state[STATE_RELEASED];
	row->author_rejected = by_state[STATE_REJECTED];
	return st;
}

static enum frg_status read_history(struct store_tx *tx, const struct store_comment *comment,
                                    const struct store_revision *revision, struct store_queue_row *row,
                                    struct frg_error *err)
{
	struct store_revisions all;
	struct store_referral referral;
	enum frg_status st = read_record(tx, comment->author, row, err);
	if (st == FRG_OK)
		st = store_revision_of_comment(tx, comment->id, &all, err);
	if (st != FRG_OK)
		return st;
	if (revision->state == STATE_RELEASED)
		row->author_released--; /* as it was when it waited */
	if (revision->state == STATE_REJECTED)
		row->author_rejected--;
	for (size_t i = 0; i < all.count; i++) {
		if (all.items[i].id == revision->id)
			continue;
		row->edit = row->edit || all.items[i].state == STATE_RELEASED;
		row->returned = row->returned || all.items[i].state == STATE_RETURNED;
	}
	st = store_referral_get(tx, revision->id, &referral, err);
	if (st == FRG_OK) {
		row->referral = referral.kind;
		row->referral_by = referral.editor;
	}
	return st == FRG_NOT_FOUND ? FRG_OK : st;
}

enum frg_status queue_enter(struct store_tx *tx, const struct store_comment *comment,
                            const struct store_revision *revision, struct frg_error *err)
{
	struct store_article article;
	struct desk_settings settings;
	struct store_queue_row row = {.revision = revision->id,
	                              .site = revision->site,
	                              .comment = comment->id,
	                              .article = comment->article,
	                              .author = comment->author,
	                              .submitted = revision->created};
	enum frg_status st = store_article_heading(tx, comment->article, &article, err);
	if (st == FRG_OK)
		st = settings_load(tx, revision->site, &settings, err);
	if (st == FRG_OK)
		st = read_review(tx, revision, &row, err);
	if (st == FRG_OK)
		st = read_history(tx, comment, revision, &row, err);
	if (st != FRG_OK)
		return st;
	struct near_text text;
	near_keys(store_arena(tx), revision->text, &text);
	st = near_place(tx, revision, &text, false, &row, err);
	if (st != FRG_OK)
		return st;
	row.section = article.section;
	row.due = row.submitted + (msec)((double)settings.longest_wait * patience(row.score, row.suggestion));
	if (clock_now() >= row.submitted + settings.longest_wait)
		row.escalated = clock_now();
	return store_queue_put(tx, &row, err);
}

void queue_ask(struct store_tx *tx, id64 author)
{
	struct frg_error none;
	struct store_queue_row row;
	store_unread(read_record(tx, author, &row, &none));
}

/* A comment's first text has no history but its author's. */
static enum frg_status read_newcomer(struct store_tx *tx, const struct queue_newcomer *n, struct store_queue_row *row,
                                     struct frg_error *err)
{
	if (n->author_is_new)
		return FRG_OK;
	return n->revision->ordinal == 1 ? read_record(tx, n->comment->author, row, err)
	                                 : read_history(tx, n->comment, n->revision, row, err);
}

enum frg_status queue_enter_new(struct store_tx *tx, const struct queue_newcomer *n, struct store_queue_row *row,
                                struct frg_error *err)
{
	*row = (struct store_queue_row){.revision = n->revision->id,
	                                .site = n->revision->site,
	                                .comment = n->comment->id,
	                                .article = n->comment->article,
	                                .author = n->comment->author,
	                                .section = n->article->section,
	                                .lang = str_of(frg_lang_id(n->review->lang)),
	                                .suggestion = n->review->suggestion,
	                                .submitted = n->revision->created};
	take_scores(&n->review->review, row->score);
	enum frg_status st = read_newcomer(tx, n, row, err);
	if (st == FRG_OK)
		st = near_place(tx, n->revision, n->near, true, row, err);
	row->due = row->submitted + (msec)((double)n->longest_wait * patience(row->score, row->suggestion));
	return st == FRG_OK ? store_queue_add(tx, row, err) : st;
}

enum frg_status queue_enter_again(struct store_tx *tx, const struct store_comment *comment,
                                  const struct store_revision *revision, id64 first, struct frg_error *err)
{
	struct store_article article;
	struct desk_settings settings;
	msec now = clock_now(); /* nobody waits for it: it is never too late */
	struct store_queue_row row = {.revision = revision->id,
	                              .site = revision->site,
	                              .comment = comment->id,
	                              .article = comment->article,
	                              .author = comment->author,
	                              .submitted = now,
	                              .blind_for = first};
	enum frg_status st = store_article_heading(tx, comment->article, &article, err);
	if (st == FRG_OK)
		st = settings_load(tx, revision->site, &settings, err);
	if (st == FRG_OK)
		st = read_review(tx, revision, &row, err);
	if (st == FRG_OK)
		st = read_history(tx, comment, revision, &row, err);
	if (st != FRG_OK)
		return st;
	row.section = article.section;
	row.due = now + (msec)((double)settings.longest_wait * patience(row.score, row.suggestion));
	return store_queue_put(tx, &row, err);
}

enum frg_status queue_enter_all(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	enum { PAGE = 200 };
	struct store_revisions some;
	int64_t *after = ctx;
	str done;
	enum frg_status st = store_setting_get(tx, 0, STR("queue"), &done, err);
	if (st != FRG_NOT_FOUND) {
		*after = 0;
		return st;
	}
	st = store_held_unqueued(tx, *after, PAGE, &some, err);
	for (size_t i = 0; st == FRG_OK && i < some.count; i++) {
		struct store_comment comment;
		st = store_comment_get(tx, some.items[i].comment, &comment, err);
		if (st == FRG_OK)
			st = queue_enter(tx, &comment, &some.items[i], err);
	}
	bool more = st == FRG_OK && some.count == PAGE;
	*after = more ? some.items[some.count - 1].id : 0;
	return st == FRG_OK && !more ? store_setting_put(tx, 0, STR("queue"), STR("complete"), err) : st;
}
