/* Lanes: filters over the queue that a team names, the board that shows one at a glance, and who looks at what. */
#include "service/inner.h"

#include "base/buf.h"

enum { SCORE_MAX = 1000, MINUTE_MS = 60 * 1000 };

static const str built_in[] = {STR_INIT("all"), STR_INIT("overdue"), STR_INIT("second"), STR_INIT("lawyer")};

/* ---- a filter's JSON ---- */

struct reading {
	struct arena *a;
	struct store_tx *tx;
	struct store_queue_filter *out;
	bool good;
};

static void read_sections(struct reading *r, const json_t *list)
{
	struct buf b = BUF_INIT(1 << 16);
	size_t i;
	json_t *v;
	r->good = r->good && json_is_array(list) && json_array_size(list) <= STAFF_SECTIONS_MAX;
	json_array_foreach(list, i, v)
	{
		r->good = r->good && json_is_string(v) && json_string_length(v) > 0;
		buf_byte(&b, '\n');
		buf_add(&b, json_str(r->a, v));
	}
	if (b.n)
		buf_byte(&b, '\n');
	r->out->sections = buf_finish(&b, r->a);
}

static void read_scores(struct reading *r, json_t *scores)
{
	const char *key;
	json_t *v;
	r->good = r->good && json_is_object(scores);
	json_object_foreach(scores, key, v)
	{
		enum frg_rule rule;
		json_t *low = json_array_get(v, 0), *high = json_array_get(v, 1);
		if (!frg_rule_from_id(str_of(key), &rule) || !json_is_number(low) || !json_is_number(high)) {
			r->good = false;
			continue;
		}
		double a = json_number_value(low), b = json_number_value(high);
		r->good = r->good && a >= 0 && b <= 1 && a <= b;
		r->out->min[rule] = (int64_t)(a * SCORE_MAX);
		r->out->max[rule] = (int64_t)(b * SCORE_MAX);
		r->out->by_score = true;
	}
}

static void read_suggestions(struct reading *r, const json_t *list)
{
	static const str names[] = {STR_INIT("release"), STR_INIT("look"), STR_INIT("reject")};
	size_t i;
	json_t *v;
	r->good = r->good && json_is_array(list);
	json_array_foreach(list, i, v)
	{
		bool known = false;
		for (unsigned n = 0; n < COUNT_OF(names); n++)
			if (str_eq(json_str(r->a, v), names[n])) {
				r->out->suggestions |= 1u << n;
				known = true;
			}
		r->good = r->good && known;
	}
}

static void read_author(struct reading *r, const json_t *v)
{
	static const str names[] = {STR_INIT("any"), STR_INIT("first"), STR_INIT("released"), STR_INIT("rejected")};
	bool known = false;
	for (unsigned n = 0; n < COUNT_OF(names); n++)
		if (str_eq(json_str(r->a, v), names[n])) {
			r->out->author = (enum store_author_kind)n;
			known = true;
		}
	r->good = r->good && known;
}

static void read_article(struct reading *r, const json_t *v)
{
	struct store_article article;
	r->good = r->good && json_is_string(v);
	/* one that is not there (any more) shows nothing, but breaks nothing */
	bool found = r->tx && store_article_get(r->tx, r->out->site, json_str(r->a, v), &article, NULL) == FRG_OK;
	r->out->article = found ? article.id : 1;
}

static void read_member(struct reading *r, const char *key, json_t *v)
{
	struct store_queue_filter *f = r->out;
	if (strcmp(key, "sections") == 0)
		read_sections(r, v);
	else if (strcmp(key, "scores") == 0)
		read_scores(r, v);
	else if (strcmp(key, "suggestions") == 0)
		read_suggestions(r, v);
	else if (strcmp(key, "author") == 0)
		read_author(r, v);
	else if (strcmp(key, "article") == 0)
		read_article(r, v);
	else if (strcmp(key, "lang") == 0) {
		f->lang = json_str(r->a, v);
		r->good = r->good && (str_eq(f->lang, STR("de")) || str_eq(f->lang, STR("en")));
	} else if (strcmp(key, "edits") == 0)
		f->only_edits = json_is_true(v);
	else if (strcmp(key, "returned") == 0)
		f->only_returned = json_is_true(v);
	else if (strcmp(key, "appealed") == 0)
		f->only_appealed = json_is_true(v);
	else if (strcmp(key, "reported") == 0)
		f->only_reported = json_is_true(v);
	else if (strcmp(key, "waiting_minutes") == 0) {
		r->good = r->good && json_is_integer(v) && json_integer_value(v) > 0 && json_integer_value(v) < 100000;
		f->before = clock_now() - json_integer_value(v) * MINUTE_MS;
	} else
		r->good = false;
}

/* Without a transaction an article is not looked up: the filter is only judged. */
static bool read_filter(struct arena *a, struct store_tx *tx, str text, struct store_queue_filter *out)
{
	struct reading r = {.a = a, .tx = tx, .out = out, .good = true};
	json_t *o = json_loadb(text.p, text.n, 0, NULL), *v;
	const char *key;
	for (int i = 0; i < FRG_RULE_COUNT; i++) {
		out->min[i] = i == FRG_OFF_TOPIC ? -1 : 0;
		out->max[i] = SCORE_MAX;
	}
	r.good = json_is_object(o);
	json_object_foreach(o, key, v) read_member(&r, key, v);
	json_decref(o);
	return r.good;
}

enum frg_status lane_filter(struct store_tx *tx, const struct staff *who, str lane, struct store_queue_filter *out,
                            struct frg_error *err)
{
	struct store_lanes lanes;
	id64 id;
	*out = queue_filter_of(store_arena(tx), who);
	if (lane.n == 0 || str_eq(lane, built_in[0]))
		return FRG_OK;
	if (str_eq(lane, built_in[1]))
		out->only_escalated = true;
	if (str_eq(lane, built_in[2]))
		out->referral = STR("|second|proposal|");
	if (str_eq(lane, built_in[3]))
		out->referral = STR("|lawyer|");
	if (out->only_escalated || out->referral.n)
		return FRG_OK;
	enum frg_status st = store_lane_list(tx, who->site, &lanes, err);
	for (size_t i = 0; st == FRG_OK && id_parse(lane, &id) && i < lanes.count; i++)
		if (lanes.items[i].id == id)
			return read_filter(store_arena(tx), tx, lanes.items[i].filter, out)
			           ? FRG_OK
			           : frg_fail(err, FRG_CORRUPT, "store_corrupt", "a lane's filter cannot be read");
	return st == FRG_OK ? frg_fail(err, FRG_NOT_FOUND, "lane_unknown", "no such lane") : st;
}

/* ---- all lanes, with what waits in them ---- */

struct listing {
	const struct staff *who;
	struct lane_view *views;
	size_t count;
};

static enum frg_status add_lane(struct store_tx *tx, struct listing *l, str id, str name, str filter,
                                struct frg_error *err)
{
	struct lane_view *v = &l->views[l->count++];
	struct store_queue_filter f;
	*v = (struct lane_view){.id = id, .name = name, .filter = filter};
	enum frg_status st = lane_filter(tx, l->who, id, &f, err);
	return st == FRG_OK ? store_queue_count(tx, &f, QUEUE_COUNTED, &v->waiting, err) : st;
}

static enum frg_status list_lanes(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct listing *l = ctx;
	struct store_lanes lanes;
	enum frg_status st = store_lane_list(tx, l->who->site, &lanes, err);
	if (st != FRG_OK)
		return st;
	l->views = ARENA_ARRAY(store_arena(tx), struct lane_view, COUNT_OF(built_in) + lanes.count);
	for (size_t i = 0; st == FRG_OK && i < COUNT_OF(built_in); i++)
		if (!str_eq(built_in[i], STR("lawyer")) || l->who->rights & RIGHT_LEGAL)
			st = add_lane(tx, l, built_in[i], STR(""), STR("{}"), err);
	for (size_t i = 0; st == FRG_OK && i < lanes.count; i++) {
		char *id = arena_alloc(store_arena(tx), ID_TEXT_SIZE);
		id_text(lanes.items[i].id, id);
		st = add_lane(tx, l, str_of(id), lanes.items[i].name, lanes.items[i].filter, err);
	}
	return st;
}

enum frg_status service_lanes(struct service *svc, struct arena *a, const struct staff *who, struct lane_view **out,
                              size_t *count, struct frg_error *err)
{
	struct listing l = {.who = who};
	enum frg_status st = store_read(svc->store, a, list_lanes, &l, err);
	*out = l.views;
	*count = l.count;
	return st;
}

struct saving {
	id64 site;
	struct store_lanes lanes;
};

static enum frg_status save_lanes(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct saving *s = ctx;
	enum frg_status st = store_lane_replace(tx, s->site, &s->lanes, err);
	return st == FRG_OK ? store_event_insert(tx, &(struct store_event){.kind = STR("lanes"), .site = s->site}, err)
	                    : st;
}

enum frg_status service_lanes_save(struct service *svc, struct arena *a, const struct staff *who,
                                   const struct lane_view *lanes, size_t count, struct frg_error *err)
{
	struct saving s = {.site = who->site};
	if (count > LANES_MAX)
		return frg_fail(err, FRG_TOO_LARGE, "lane_invalid", "at most %d lanes", LANES_MAX);
	s.lanes.items = ARENA_ARRAY(a, struct store_lane, count);
	for (size_t i = 0; i < count; i++) {
		struct store_queue_filter filter = {.site = who->site};
		struct store_lane *l = &s.lanes.items[s.lanes.count++];
		*l = (struct store_lane){.id = id_new(), .filter = lanes[i].filter};
		id64 id;
		if (lanes[i].id.n && id_parse(lanes[i].id, &id))
			l->id = id;
		enum frg_status st = clean_text(a, lanes[i].name, LANE_NAME_MAX, true, "name", &l->name, NULL);
		if (st != FRG_OK || l->name.n == 0 || !read_filter(a, NULL, l->filter, &filter)) {
			st = frg_fail(err, FRG_INVALID, "lane_invalid", "lane %zu: a name or a filter that cannot be", i);
			err->pos = i;
			return st;
		}
	}
	return store_write(svc->store, a, save_lanes, &s, err);
}

/* ---- the board ---- */

struct board {
	const struct staff *who;
	str lane;
	int64_t limit;
	struct store_queue_rows *out;
};

static enum frg_status load_board(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct board *b = ctx;
	struct store_queue_filter f;
	enum frg_status st = lane_filter(tx, b->who, b->lane, &f, err);
	return st == FRG_OK ? store_queue_page(tx, &f, &(struct store_queue_place){0}, b->limit, b->out, err) : st;
}

enum frg_status service_board(struct service *svc, struct arena *a, const struct staff *who, str lane, int64_t limit,
                              struct store_queue_rows *out, struct frg_error *err)
{
	struct board b = {.who = who, .lane = lane, .limit = limit, .out = out};
	return store_read(svc->store, a, load_board, &b, err);
}

/* ---- who looks at what ---- */

struct claiming {
	const struct staff *who;
	id64 site, revision;
	struct store_claim *out;
	struct store_claims *all;
};

static enum frg_status claim(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct claiming *c = ctx;
	struct store_revision revision;
	struct store_comment comment;
	struct store_article article;
	bool renewed = !c->revision;
	int64_t dropped = 0;
	msec now = clock_now();
	enum frg_status st = store_claim_drop(tx, c->who->site, c->who->id, c->revision, &dropped, err);
	if (st == FRG_OK && c->revision) {
		st = store_revision_get(tx, c->revision, &revision, err);
		if (st == FRG_OK && revision.site != c->who->site)
			return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such revision");
		if (st == FRG_OK)
			st = store_comment_get(tx, revision.comment, &comment, err);
		if (st == FRG_OK)
			st = staff_may_section(tx, c->who, &comment, &article, err);
		struct store_claim row = {.revision = c->revision,
		                          .site = c->who->site,
		                          .editor = c->who->id,
		                          .editor_name = c->who->name,
		                          .until = now + CLAIM_MS};
		if (st == FRG_OK)
			st = store_claim_take(tx, &row, now, &renewed, c->out, err);
	}
	if (st != FRG_OK || (renewed && !dropped))
		return st; /* nothing that others did not know */
	return store_event_insert(tx, &(struct store_event){.kind = STR("claim"), .site = c->who->site}, err);
}

enum frg_status service_claim(struct service *svc, struct arena *a, const struct staff *who, id64 revision,
                              struct store_claim *out, struct frg_error *err)
{
	*out = (struct store_claim){0};
	struct claiming c = {.who = who, .revision = revision, .out = out};
	return store_write(svc->store, a, claim, &c, err);
}

static enum frg_status list_claims(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct claiming *c = ctx;
	msec now = clock_now();
	return store_claim_list(tx, c->site, now, now + 2 * CLAIM_MS, c->all, err);
}

enum frg_status service_claims(struct service *svc, struct arena *a, id64 site, struct store_claims *out,
                               struct frg_error *err)
{
	struct claiming c = {.site = site, .all = out};
	return store_read(svc->store, a, list_claims, &c, err);
}

/* ---- escalation ---- */

struct escalating {
	id64 site;
	int64_t count;
};

static enum frg_status escalate(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct escalating *e = ctx;
	struct desk_settings settings;
	enum frg_status st = settings_load(tx, e->site, &settings, err);
	if (st == FRG_OK)
		st = store_queue_escalate(tx, e->site, clock_now() - settings.longest_wait, &e->count, err);
	if (st != FRG_OK || e->count == 0)
		return st;
	struct store_event event = {.kind = STR("escalated"),
	                            .site = e->site,
	                            .detail = arena_printf(store_arena(tx), "%lld", (long long)e->count)};
	return store_event_insert(tx, &event, err);
}

enum frg_status service_escalate(struct service *svc, struct arena *a, id64 site, int64_t *count, struct frg_error *err)
{
	struct escalating e = {.site = site};
	enum frg_status st = store_write(svc->store, a, escalate, &e, err);
	*count = e.count;
	return st;
}
