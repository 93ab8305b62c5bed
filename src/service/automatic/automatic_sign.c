/* What a lane would do, opening it by signature, closing it by hand. */
#include "service/staff/access_inner.h"
#include "service/automatic/automatic.h"

enum { CASES_MAX = 6000, LEARN_DAYS = 180, MONTH = 30, SHOWN_SECTIONS = 40 };
static const msec day_ms = (msec)24 * 3600 * 1000;

const int64_t automatic_limits[AUTOMATIC_LIMITS] = {5, 10, 20, 30, 50};

/* ---- what it would mean ---- */

static void interval(int64_t n, int64_t bad, double *low, double *high)
{
	*low = risk_lower(n, bad, 0.975);
	*high = risk_upper(n, bad, 0.975);
}

/* Looking back at the last month; `cases` newest first. */
static void look_back(const struct store_automatic_cases *cases, struct automatic_choice *c)
{
	msec now = clock_now();
	if (c->found.answer != RISK_FOUND || !cases->count)
		return;
	for (size_t i = 0; i < cases->count; i++) {
		const struct store_automatic_case *k = &cases->items[i];
		if (k->decided < now - MONTH * day_ms || k->score > c->found.threshold)
			continue;
		c->month++;
		c->month_bad += !str_eq(k->outcome, STR("release"));
	}
	double days = (double)(now - cases->items[cases->count - 1].decided) / (double)day_ms;
	days = days < 1 ? 1 : days > MONTH ? MONTH : days;
	c->per_day = (double)c->month * (1 - AUTOMATIC_DRAW_MIN / 1000.0) / days;
	interval(c->month, c->month_bad, &c->low, &c->high);
}

static enum frg_status calibrate(struct store_tx *tx, struct service *svc, id64 site, struct automatic_section *s,
                                 struct frg_error *err)
{
	struct store_automatic_cases cases;
	str engine = service_scorer_id(svc, store_arena(tx), site);
	msec since = clock_now() - LEARN_DAYS * day_ms;
	enum frg_status st = store_automatic_decided(tx, site, s->section, engine, since, CASES_MAX, &cases, err);
	if (st == FRG_OK)
		st = store_automatic_reason_list(tx, site, s->section, engine, since, &s->excluded, err);
	if (st != FRG_OK)
		return st;
	struct risk_case *list = ARENA_ARRAY(store_arena(tx), struct risk_case, cases.count);
	for (size_t i = 0; i < cases.count; i++) {
		const struct store_automatic_case *k = &cases.items[cases.count - 1 - i];
		list[i] = (struct risk_case){(int)k->score, !str_eq(k->outcome, STR("release"))};
	}
	struct risk_search search;
	risk_begin(&search, list, cases.count, AUTOMATIC_CONFIDENCE / 1000.0);
	for (int i = 0; i < AUTOMATIC_LIMITS; i++) {
		s->choices[i] = (struct automatic_choice){.limit = automatic_limits[i]};
		risk_find(&search, (double)automatic_limits[i] / 1000, &s->choices[i].found);
		look_back(&cases, &s->choices[i]);
	}
	s->eligible = s->decided = (int64_t)cases.count;
	for (size_t i = 0; i < s->excluded.count; i++)
		s->decided += s->excluded.items[i].cases;
	return FRG_OK;
}

static enum frg_status load_section(struct store_tx *tx, struct service *svc, id64 site, str section,
                                    struct automatic_section *s, struct frg_error *err)
{
	struct desk_settings settings;
	*s = (struct automatic_section){.section = section};
	enum frg_status st = settings_load(tx, site, &settings, err);
	if (st == FRG_OK)
		st = calibrate(tx, svc, site, s, err);
	if (st == FRG_OK)
		st = store_automatic_open(tx, site, section, &s->policy, err);
	s->is_open = st == FRG_OK;
	if (st == FRG_OK)
		st = store_automatic_count(tx, site, section, s->policy.version, &s->count, err);
	s->four_eyes = automatic_names(&settings.four_eyes, section);
	interval(s->count.checked, s->count.refused, &s->low, &s->high);
	return st == FRG_NOT_FOUND ? FRG_OK : st;
}

struct viewing {
	struct service *svc;
	const struct staff *who;
	struct automatic_view *out;
};

static bool is_listed(const struct automatic_view *v, str section)
{
	for (size_t i = 0; i < v->section_count; i++)
		if (str_eq(v->sections[i].section, section))
			return true;
	return false;
}

static enum frg_status load_sections(struct store_tx *tx, struct viewing *v, struct frg_error *err)
{
	struct store_automatic_sections list;
	struct store_automatic_policies open;
	struct automatic_view *out = v->out;
	enum frg_status st = store_automatic_section_list(tx, v->who->site, clock_now() - LEARN_DAYS * day_ms,
	                                                  AUTOMATIC_SECTIONS, &list, err);
	if (st == FRG_OK)
		st = store_automatic_open_all(tx, v->who->site, &open, err);
	if (st != FRG_OK)
		return st;
	out->sections = ARENA_ARRAY(store_arena(tx), struct automatic_section, list.count + open.count);
	for (size_t i = 0; st == FRG_OK && i < open.count; i++)
		if (staff_has_section(v->who, open.items[i].section))
			st = load_section(tx, v->svc, v->who->site, open.items[i].section, &out->sections[out->section_count++],
			                  err);
	for (size_t i = 0; st == FRG_OK && i < list.count && out->section_count < SHOWN_SECTIONS; i++)
		if (staff_has_section(v->who, list.items[i].section) && !is_listed(out, list.items[i].section))
			st = load_section(tx, v->svc, v->who->site, list.items[i].section, &out->sections[out->section_count++],
			                  err);
	return st;
}

static enum frg_status load_view(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct viewing *v = ctx;
	struct automatic_view *out = v->out;
	struct store_automatic_policies all;
	out->engine = service_scorer_id(v->svc, store_arena(tx), v->who->site);
	enum frg_status st = load_sections(tx, v, err);
	if (st == FRG_OK)
		st = store_automatic_list(tx, v->who->site, AUTOMATIC_HISTORY, &all, err);
	if (st != FRG_OK)
		return st;
	out->history = ARENA_ARRAY(store_arena(tx), struct automatic_past, all.count);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++) {
		struct automatic_past *past = &out->history[out->history_count];
		if (!staff_has_section(v->who, all.items[i].section))
			continue;
		out->history_count++;
		past->policy = all.items[i];
		st = store_automatic_count(tx, past->policy.site, past->policy.section, past->policy.version, &past->count,
		                           err);
		interval(past->count.checked, past->count.refused, &past->low, &past->high);
	}
	return st;
}

enum frg_status service_automatic_view(struct service *svc, struct arena *a, const struct staff *who,
                                       struct automatic_view *out, struct frg_error *err)
{
	*out = (struct automatic_view){0};
	struct viewing v = {.svc = svc, .who = who, .out = out};
	return store_read(svc->store, a, load_view, &v, err);
}

/* ---- signing ---- */

struct signing {
	struct service *svc;
	const struct automatic_sign *cmd;
	struct store_editor editor;
	struct automatic_section section;
	struct store_automatic_policy policy;
};

static enum frg_status load_signing(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct signing *s = ctx;
	enum frg_status st = store_editor_by_id(tx, s->cmd->who->id, &s->editor, err);
	return st == FRG_OK ? load_section(tx, s->svc, s->cmd->who->site, s->cmd->section, &s->section, err) : st;
}

static enum frg_status check_terms(const struct automatic_sign *cmd, struct frg_error *err)
{
	bool known = false;
	for (int i = 0; i < AUTOMATIC_LIMITS; i++)
		known = known || cmd->limit == automatic_limits[i];
	if (!known || cmd->draw < AUTOMATIC_DRAW_MIN || cmd->draw > 1000 || cmd->first < AUTOMATIC_FIRST_MIN ||
	    cmd->first > AUTOMATIC_FIRST_MAX || cmd->delay < AUTOMATIC_DELAY_MIN || cmd->delay > AUTOMATIC_DELAY_MAX)
		return frg_fail(err, FRG_INVALID, "automatic_invalid",
		                "a limit of the list, at least 5 %% drawn, 3 first comments, 10 s delay");
	return staff_has_section(cmd->who, cmd->section)
	           ? FRG_OK
	           : frg_fail(err, FRG_FORBIDDEN, "section_forbidden", "not a section of theirs");
}

/* What is signed is what was seen. */
static enum frg_status check_finding(const struct signing *s, struct frg_error *err)
{
	const struct risk_threshold *found = NULL;
	for (int i = 0; i < AUTOMATIC_LIMITS; i++)
		if (s->section.choices[i].limit == s->cmd->limit)
			found = &s->section.choices[i].found;
	if (s->section.four_eyes)
		return frg_fail(err, FRG_CONFLICT, "automatic_four_eyes", "the section asks for two persons");
	if (found->answer == RISK_FEW)
		return frg_fail(err, FRG_CONFLICT, "automatic_few", "%lld more decisions are needed", (long long)found->needed);
	if (found->answer == RISK_HIGH)
		return frg_fail(err, FRG_CONFLICT, "automatic_high", "no threshold keeps the limit");
	if (found->threshold != s->cmd->threshold)
		return frg_fail(err, FRG_CONFLICT, "automatic_changed", "the threshold is %d by now", found->threshold);
	return FRG_OK;
}

static void fill_policy(struct signing *s, struct arena *a)
{
	const struct automatic_sign *cmd = s->cmd;
	for (int i = 0; i < AUTOMATIC_LIMITS; i++)
		if (s->section.choices[i].limit == cmd->limit)
			s->policy = (struct store_automatic_policy){.used = s->section.choices[i].found.n,
			                                            .refused = s->section.choices[i].found.bad};
	s->policy.site = cmd->who->site;
	s->policy.section = cmd->section;
	s->policy.limit = cmd->limit;
	s->policy.confidence = AUTOMATIC_CONFIDENCE;
	s->policy.threshold = cmd->threshold;
	s->policy.draw = cmd->draw;
	s->policy.first = cmd->first;
	s->policy.delay = cmd->delay * 1000;
	s->policy.engine = service_scorer_id(s->svc, a, cmd->who->site);
	s->policy.signed_by = cmd->who->id;
	s->policy.signed_name = cmd->who->name;
	s->policy.signed_at = clock_now();
}

static enum frg_status sign(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct signing *s = ctx;
	struct store_automatic_policy before;
	struct arena *a = store_arena(tx);
	bool first;
	fill_policy(s, a);
	enum frg_status st = store_automatic_open(tx, s->policy.site, s->policy.section, &before, err);
	if (st == FRG_OK)
		st = automatic_end(
			s->svc, tx,
			&(struct automatic_end){.policy = &before, .why = "replaced", .word = STR(""), .who = s->cmd->who}, &first,
			err);
	if (st == FRG_OK || st == FRG_NOT_FOUND)
		st = store_automatic_sign(tx, &s->policy, err);
	struct store_staff_event log = {.site = s->policy.site,
	                                .actor = s->policy.signed_by,
	                                .kind = STR("automatic_opened"),
	                                .detail = arena_printf(a, "%lld %.1f%% %.*s", (long long)s->policy.version,
	                                                       (double)s->policy.limit / 10, STR_ARG(s->policy.section))};
	if (st == FRG_OK)
		st = store_staff_log(tx, &log, err);
	struct store_event event = {.kind = STR("automatic"),
	                            .site = s->policy.site,
	                            .detail = arena_printf(a, "opened - %.*s", STR_ARG(s->policy.section))};
	return st == FRG_OK ? store_event_insert(tx, &event, err) : st;
}

enum frg_status service_automatic_sign(struct service *svc, struct arena *a, const struct automatic_sign *cmd,
                                       int64_t *version, struct frg_error *err)
{
	struct signing s = {.svc = svc, .cmd = cmd};
	enum frg_status st = check_terms(cmd, err);
	if (st == FRG_OK)
		st = service_limit(svc, LIMIT_LOGIN, arena_printf(a, "sign %.*s", STR_ARG(cmd->who->login)), err);
	if (st == FRG_THROTTLED)
		err->code = "login_throttled";
	if (st == FRG_OK)
		st = store_read(svc->store, a, load_signing, &s, err);
	if (st == FRG_OK && s.editor.password_hash.n == 0)
		return frg_fail(err, FRG_CONFLICT, "automatic_no_password", "the account has no password to sign with");
	if (st == FRG_OK && !password_is(svc, a, s.editor.password_hash, cmd->password))
		return proof_failed(svc, a, cmd->who, "password_wrong", err);
	if (st == FRG_OK)
		st = check_finding(&s, err);
	if (st == FRG_OK)
		st = store_write(svc->store, a, sign, &s, err);
	*version = s.policy.version;
	return st;
}

/* ---- closing ---- */

struct closing {
	struct service *svc;
	const struct staff *who;
	str section, word;
	int64_t version;
};

static enum frg_status close_lane(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct closing *c = ctx;
	struct store_automatic_policy p;
	bool first = false;
	enum frg_status st = store_automatic_open(tx, c->who->site, c->section, &p, err);
	if (st == FRG_OK && p.version == c->version)
		st = automatic_end(c->svc, tx,
		                   &(struct automatic_end){.policy = &p, .why = "person", .word = c->word, .who = c->who},
		                   &first, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && !first))
		return frg_fail(err, FRG_CONFLICT, "automatic_closed", "it is not open any more");
	return st;
}

enum frg_status service_automatic_close(struct service *svc, struct arena *a, const struct staff *who, str section,
                                        int64_t version, str word, struct frg_error *err)
{
	struct closing c = {.svc = svc, .who = who, .section = section, .version = version};
	if (!staff_has_section(who, section))
		return frg_fail(err, FRG_FORBIDDEN, "section_forbidden", "not a section of theirs");
	enum frg_status st = clean_text(a, word, AUTOMATIC_WORD_MAX, false, "word", &c.word, err);
	return st == FRG_OK ? store_write(svc->store, a, close_lane, &c, err) : st;
}
