/* Second judgements: drawn, asked for in the queue, recorded, counted. */
#include "service/automatic/agreement.h"
#include "service/automatic/automatic.h"
#include "service/inner.h"

enum { DRAWN_WITHIN_MS = 24 * 3600 * 1000, WAITS_DAYS = 3 };
static const msec day_ms = (msec)24 * 3600 * 1000;

static const str action_names[AGREED_COUNT] = {STR_INIT("release"), STR_INIT("reject"), STR_INIT("return")};

static int kind_of(str action)
{
	for (int i = 0; i < AGREED_COUNT; i++)
		if (str_eq(action, action_names[i]))
			return i;
	return -1;
}

/* ---- the share ---- */

struct share {
	int64_t version, share;
};

static enum frg_status load_share(struct store_tx *tx, id64 site, struct share *out, struct frg_error *err)
{
	str text, version;
	*out = (struct share){0};
	enum frg_status st = store_setting_get(tx, site, STR("double_check"), &text, err);
	if (st == FRG_NOT_FOUND)
		return FRG_OK;
	if (st == FRG_OK &&
	    (!str_next(&text, ' ', &version) || !str_to_i64(version, &out->version) || !str_to_i64(text, &out->share)))
		return frg_fail(err, FRG_CORRUPT, "store_corrupt", "the share judged twice is no number");
	return st;
}

struct sharing {
	const struct staff *who;
	struct share wanted;
};

static enum frg_status save_share(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct sharing *s = ctx;
	struct share now;
	struct arena *a = store_arena(tx);
	enum frg_status st = load_share(tx, s->who->site, &now, err);
	if (st == FRG_OK && now.version != s->wanted.version)
		return frg_fail(err, FRG_CONFLICT, "conflict", "somebody has changed it meanwhile");
	str text = arena_printf(a, "%lld %lld", (long long)now.version + 1, (long long)s->wanted.share);
	if (st == FRG_OK)
		st = store_setting_put(tx, s->who->site, STR("double_check"), text, err);
	struct store_staff_event log = {.site = s->who->site,
	                                .actor = s->who->id,
	                                .kind = STR("double_check"),
	                                .detail = arena_printf(a, "%.1f%%", (double)s->wanted.share / 10)};
	return st == FRG_OK ? store_staff_log(tx, &log, err) : st;
}

enum frg_status service_agreement_share(struct service *svc, struct arena *a, const struct staff *who, int64_t version,
                                        int64_t share, struct frg_error *err)
{
	struct sharing s = {.who = who, .wanted = {.version = version, .share = share}};
	if (share < 0 || share > AGREEMENT_SHARE_MAX)
		return frg_fail(err, FRG_INVALID, "share_invalid", "0 to %d per mille", AGREEMENT_SHARE_MAX);
	return store_write(svc->store, a, save_share, &s, err);
}

/* ---- drawing ---- */

/* Only what can be shown as if nothing had happened: a comment's first text, as it was decided. */
static enum frg_status can_wait_again(struct store_tx *tx, const struct store_decision *d,
                                      struct store_revision *revision, struct store_comment *comment,
                                      struct store_article *article, bool *can, struct frg_error *err)
{
	struct desk_settings settings;
	struct store_revisions all;
	enum frg_status st = store_revision_get(tx, d->revision, revision, err);
	if (st == FRG_OK)
		st = store_comment_get(tx, revision->comment, comment, err);
	if (st == FRG_OK)
		st = store_article_by_id(tx, comment->article, article, err);
	if (st == FRG_OK)
		st = settings_load(tx, d->site, &settings, err);
	if (st == FRG_OK)
		st = store_revision_of_comment(tx, comment->id, &all, err);
	if (st != FRG_OK)
		return st;
	enum store_state expected = str_eq(d->action, STR("release")) ? STATE_RELEASED : STATE_REJECTED;
	*can = !revision->purged && revision->ordinal == 1 && all.count == 1 && revision->state == expected &&
	       !automatic_names(&settings.four_eyes, article->section);
	return FRG_OK;
}

enum frg_status agreement_draw(struct store_tx *tx, const struct store_decision *d, struct frg_error *err)
{
	struct share share;
	struct store_revision revision;
	struct store_comment comment;
	struct store_article article;
	bool drawn = false, can = false, first;
	int kind = kind_of(d->action);
	if ((kind != AGREED_RELEASE && kind != AGREED_REJECT) || d->decided < clock_now() - DRAWN_WITHIN_MS)
		return FRG_OK;
	enum frg_status st = load_share(tx, d->site, &share, err);
	if (st == FRG_OK && share.share)
		st = automatic_drawn(tx, d->revision, "double", share.share, &drawn, err);
	if (st == FRG_OK && drawn)
		st = can_wait_again(tx, d, &revision, &comment, &article, &can, err);
	if (st != FRG_OK || !can)
		return st;
	struct store_double row = {.id = id_new(),
	                           .revision = d->revision,
	                           .site = d->site,
	                           .section = article.section,
	                           .decision = d->id,
	                           .first_editor = d->editor,
	                           .first_action = d->action,
	                           .first_rules = d->rules,
	                           .made = clock_now()};
	st = store_double_insert(tx, &row, &first, err);
	if (st == FRG_OK && first)
		st = queue_enter_again(tx, &comment, &revision, d->editor, err);
	return st == FRG_OK ? store_double_forget(tx, clock_now() - WAITS_DAYS * day_ms, err) : st;
}

/* ---- judging ---- */

bool agreement_asks(const struct staff *who)
{
	return (who->rights & (RIGHT_DECIDE | RIGHT_ANSWER)) == (RIGHT_DECIDE | RIGHT_ANSWER);
}

void agreement_cover(struct queue_item *item)
{
	item->record[item->revision.state]--;
	item->record[STATE_HELD]++;
	item->revision.state = STATE_HELD;
	item->revision.version--; /* the decision counted it up */
	item->released_before = false;
	item->released_text = STR("");
}

enum frg_status agreement_blind(struct store_tx *tx, const struct staff *who, id64 revision, bool *blind,
                                struct frg_error *err)
{
	struct store_double d;
	enum frg_status st = store_double_open(tx, revision, &d, err);
	*blind = st == FRG_OK && d.first_editor != who->id && agreement_asks(who);
	return st == FRG_NOT_FOUND ? FRG_OK : st;
}

enum frg_status agreement_judge(struct store_tx *tx, const struct decide_command *cmd,
                                const struct store_revision *revision, str rules, bool *taken,
                                struct decide_result *out, struct frg_error *err)
{
	static const str names[] = {STR_INIT("release"), STR_INIT("reject"), STR_INIT("return"), STR_INIT("refer")};
	struct store_double d;
	*taken = false;
	enum frg_status st = store_double_open(tx, revision->id, &d, err);
	if (st == FRG_NOT_FOUND)
		return FRG_OK;
	if (st != FRG_OK)
		return st;
	if (d.first_editor == cmd->who->id || !agreement_asks(cmd->who) || cmd->version != revision->version - 1)
		return FRG_OK; /* the usual answer: it is decided */
	d.second_editor = cmd->who->id;
	d.second_action = names[cmd->action];
	d.second_rules = rules;
	d.second_at = clock_now();
	st = store_double_judge(tx, &d, err);
	if (st == FRG_OK)
		st = store_double_leave(tx, revision->id, err);
	*taken = true;
	out->decision = d.id;
	out->decided = d.second_at;
	return st;
}

enum frg_status agreement_undo(struct store_tx *tx, const struct staff *who, id64 id, id64 *revision,
                               struct frg_error *err)
{
	struct store_double d;
	struct store_revision r;
	struct store_comment c;
	enum frg_status st = store_double_get(tx, id, &d, err);
	if (st == FRG_OK && (d.site != who->site || d.second_editor != who->id))
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such decision");
	if (st == FRG_OK && clock_now() > d.second_at + UNDO_MS + UNDO_GRACE_MS)
		return frg_fail(err, FRG_CONFLICT, "undo_too_late", "decisions can be taken back for ten seconds");
	if (st == FRG_OK)
		st = store_revision_get(tx, d.revision, &r, err);
	if (st == FRG_OK)
		st = store_comment_get(tx, r.comment, &c, err);
	d.second_editor = 0;
	d.second_action = d.second_rules = STR("");
	d.second_at = 0;
	if (st == FRG_OK)
		st = store_double_judge(tx, &d, err);
	*revision = d.revision;
	bool decided = st == FRG_OK && (r.state == STATE_RELEASED || r.state == STATE_REJECTED);
	return decided ? queue_enter_again(tx, &c, &r, d.first_editor, err) : st;
}

/* ---- counting ---- */

struct viewing {
	const struct staff *who;
	struct agreement_view *out;
	struct store_doubles *pairs;
};

static void count_pair(struct agreement_view *v, const struct store_double *d)
{
	int first = kind_of(d->first_action), second = kind_of(d->second_action);
	if (first < 0 || second < 0)
		return; /* referred: no judgement */
	v->cells[first][second]++;
	unsigned one = service_rules_bits(d->first_rules), two = service_rules_bits(d->second_rules);
	for (int r = 0; r < FRG_RULE_COUNT; r++)
		v->rule_cells[r][(one >> r) & 1u][(two >> r) & 1u]++;
}

static enum frg_status load_view(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct viewing *v = ctx;
	struct store_doubles list;
	struct share share;
	struct agreement_view *out = v->out;
	enum frg_status st = load_share(tx, v->who->site, &share, err);
	if (st == FRG_OK)
		st = store_double_list(tx, v->who->site, clock_now() - AGREEMENT_DAYS * day_ms, AGREEMENT_MAX, &list, err);
	if (st != FRG_OK)
		return st;
	out->version = share.version;
	out->share = share.share;
	for (size_t i = 0; i < list.count; i++)
		if (staff_has_section(v->who, list.items[i].section))
			count_pair(out, &list.items[i]);
	kappa_of(out->cells, AGREED_COUNT, &out->action);
	for (int r = 0; r < FRG_RULE_COUNT; r++) {
		int64_t cells[KAPPA_MAX][KAPPA_MAX] = {{0}};
		for (int i = 0; i < 2; i++)
			for (int j = 0; j < 2; j++)
				cells[i][j] = out->rule_cells[r][i][j];
		kappa_of(cells, 2, &out->rule[r]);
	}
	return FRG_OK;
}

enum frg_status service_agreement(struct service *svc, struct arena *a, const struct staff *who,
                                  struct agreement_view *out, struct frg_error *err)
{
	*out = (struct agreement_view){0};
	struct viewing v = {.who = who, .out = out};
	return store_read(svc->store, a, load_view, &v, err);
}

static enum frg_status load_pairs(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct viewing *v = ctx;
	str own = queue_filter_of(store_arena(tx), v->who).own_sections;
	return store_double_pairs(tx, v->who->site, clock_now() - AGREEMENT_DAYS * day_ms, own, AGREEMENT_PAIRS, v->pairs,
	                          err);
}

enum frg_status service_agreement_pairs(struct service *svc, struct arena *a, const struct staff *who,
                                        struct store_doubles *out, struct frg_error *err)
{
	struct viewing v = {.who = who, .pairs = out};
	return store_read(svc->store, a, load_pairs, &v, err);
}
