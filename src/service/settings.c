/* What a site's desk is set to: one JSON text a site, read where it counts. */
#include "service/inner.h"

enum { LONGEST_WAIT_MINUTES = 240, LONGEST_WAIT_MAX = 7 * 24 * 60, MINUTE_MS = 60 * 1000, SECTION_MAX = 100 };
enum { NOTICE_HOURS = 24, NOTICE_HOURS_MAX = 14 * 24, HOUR_MS = 60 * MINUTE_MS };

static void read_texts(struct arena *a, const json_t *list, struct store_texts *out)
{
	size_t i;
	json_t *v;
	out->items = ARENA_ARRAY(a, str, json_array_size(list));
	out->count = 0;
	json_array_foreach(list, i, v) out->items[out->count++] = json_str(a, v);
}

static void read_shifts(const json_t *list, struct desk_settings *out)
{
	size_t i;
	json_t *v;
	json_array_foreach(list, i, v)
	{
		if (out->shift_count == DESK_SHIFTS_MAX)
			return;
		out->shifts[out->shift_count++] = (struct desk_shift){
			.days = (unsigned)json_integer_value(json_object_get(v, "days")),
			.from = (int)json_integer_value(json_object_get(v, "from")),
			.to = (int)json_integer_value(json_object_get(v, "to")),
			.editors = (int)json_integer_value(json_object_get(v, "editors"))};
	}
}

enum frg_status settings_load(struct store_tx *tx, id64 site, struct desk_settings *out, struct frg_error *err)
{
	json_t *o = NULL;
	*out = (struct desk_settings){.longest_wait = (msec)LONGEST_WAIT_MINUTES * MINUTE_MS,
	                              .notice_time = (msec)NOTICE_HOURS * HOUR_MS};
	enum frg_status st = closing_rules_read(store_arena(tx), NULL, &out->closing, err);
	if (st == FRG_OK)
		st = setting_json(tx, site, STR("desk"), &o, err);
	if (!o)
		return st;
	out->version = json_integer_value(json_object_get(o, "version"));
	read_texts(store_arena(tx), json_object_get(o, "four_eyes"), &out->four_eyes);
	read_texts(store_arena(tx), json_object_get(o, "closed_days"), &out->closed_days);
	read_shifts(json_object_get(o, "shifts"), out);
	json_int_t wait = json_integer_value(json_object_get(o, "longest_wait_minutes"));
	if (wait > 0)
		out->longest_wait = wait * MINUTE_MS;
	json_int_t notice = json_integer_value(json_object_get(o, "notice_hours"));
	if (notice > 0)
		out->notice_time = notice * HOUR_MS;
	st = closing_rules_read(store_arena(tx), json_object_get(o, "closing"), &out->closing, err);
	json_decref(o);
	return st;
}

/* ---- reading and changing them ---- */

struct change {
	const struct staff *who;
	const struct desk_settings *wanted;
	struct desk_settings *settings;
	struct store_texts four_eyes;
};

static enum frg_status load(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct change *c = ctx;
	return settings_load(tx, c->who->site, c->settings, err);
}

enum frg_status service_settings(struct service *svc, struct arena *a, const struct staff *who,
                                 struct desk_settings *out, struct frg_error *err)
{
	struct change c = {.who = who, .settings = out};
	return store_read(svc->store, a, load, &c, err);
}

static json_t *texts_json(const struct store_texts *texts)
{
	json_t *list = json_array();
	for (size_t i = 0; i < texts->count; i++)
		json_array_append_new(list, json_of(texts->items[i]));
	return list;
}

static str settings_text(struct arena *a, const struct desk_settings *s)
{
	json_t *shifts = json_array();
	for (size_t i = 0; i < s->shift_count; i++)
		json_array_append_new(shifts,
		                      json_pack("{s:i, s:i, s:i, s:i}", "days", (int)s->shifts[i].days, "from",
		                                s->shifts[i].from, "to", s->shifts[i].to, "editors", s->shifts[i].editors));
	return json_text(a, json_pack("{s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "version", (json_int_t)s->version,
	                              "longest_wait_minutes", (json_int_t)(s->longest_wait / MINUTE_MS), "notice_hours",
	                              (json_int_t)(s->notice_time / HOUR_MS), "four_eyes", texts_json(&s->four_eyes),
	                              "shifts", shifts, "closed_days", texts_json(&s->closed_days), "closing",
	                              closing_rules_json(&s->closing)));
}

static enum frg_status save(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct change *c = ctx;
	struct desk_settings *s = c->settings;
	enum frg_status st = settings_load(tx, c->who->site, s, err);
	if (st == FRG_OK && s->version != c->wanted->version)
		return frg_fail(err, FRG_CONFLICT, "conflict", "somebody has changed the settings meanwhile");
	if (st != FRG_OK)
		return st;
	msec before = s->longest_wait, notice_time = s->notice_time;
	struct closing_rules closing = c->wanted->keep_closing ? s->closing : c->wanted->closing;
	*s = *c->wanted;
	if (!s->notice_time)
		s->notice_time = notice_time;
	s->closing = closing;
	if (!s->closing.overload_wait) /* not said */
		s->closing.overload_wait = (msec)CLOSING_WAIT_MINUTES * MINUTE_MS;
	s->version++;
	s->four_eyes = c->four_eyes;
	st = store_setting_put(tx, c->who->site, STR("desk"), settings_text(store_arena(tx), s), err);
	if (st == FRG_OK) /* what waits is due by the new measure */
		st = store_queue_stretch(tx, c->who->site, before, s->longest_wait, clock_now() - s->longest_wait, err);
	struct store_staff_event e = {.site = c->who->site,
	                              .actor = c->who->id,
	                              .kind = STR("settings"),
	                              .detail = settings_text(store_arena(tx), s)};
	if (st == FRG_OK)
		st = store_staff_log(tx, &e, err);
	return st == FRG_OK
	           ? store_event_insert(tx, &(struct store_event){.kind = STR("closing"), .site = c->who->site}, err)
	           : st;
}

static enum frg_status check_shifts(const struct desk_settings *s, struct frg_error *err)
{
	for (size_t i = 0; i < s->shift_count; i++) {
		const struct desk_shift *h = &s->shifts[i];
		bool good = h->days && h->days < 128 && h->from >= 0 && h->from < h->to && h->to <= 24 * 60 &&
		            h->editors >= 1 && h->editors <= DESK_EDITORS_MAX;
		if (!good)
			return frg_fail(err, FRG_INVALID, "shift_invalid",
			                "a shift has days, begins before it ends, and somebody works");
	}
	for (size_t i = 0; i < s->closed_days.count; i++) {
		msec day;
		if (s->closed_days.items[i].n != 10 || !clock_parse_iso(s->closed_days.items[i], &day))
			return frg_fail(err, FRG_INVALID, "shift_invalid", "a closed day is a date, as 2026-12-25");
	}
	return FRG_OK;
}

enum frg_status service_settings_save(struct service *svc, struct arena *a, const struct staff *who,
                                      const struct desk_settings *wanted, struct desk_settings *out,
                                      struct frg_error *err)
{
	struct change c = {.who = who, .settings = out, .wanted = wanted};
	if (wanted->longest_wait < MINUTE_MS || wanted->longest_wait > (msec)LONGEST_WAIT_MAX * MINUTE_MS)
		return frg_fail(err, FRG_INVALID, "wait_invalid", "1 to %d minutes", LONGEST_WAIT_MAX);
	if (wanted->notice_time &&
	    (wanted->notice_time < HOUR_MS || wanted->notice_time > (msec)NOTICE_HOURS_MAX * HOUR_MS))
		return frg_fail(err, FRG_INVALID, "notice_hours_invalid", "1 to %d hours", NOTICE_HOURS_MAX);
	if (wanted->four_eyes.count > STAFF_SECTIONS_MAX)
		return frg_fail(err, FRG_INVALID, "sections_invalid", "too many sections");
	c.four_eyes.items = ARENA_ARRAY(a, str, wanted->four_eyes.count);
	for (size_t i = 0; i < wanted->four_eyes.count; i++) {
		str *section = &c.four_eyes.items[c.four_eyes.count++];
		if (clean_text(a, wanted->four_eyes.items[i], SECTION_MAX, true, "name", section, NULL) != FRG_OK ||
		    section->n == 0)
			return frg_fail(err, FRG_INVALID, "sections_invalid", "a section has 1 to %d characters", SECTION_MAX);
	}
	enum frg_status st = check_shifts(wanted, err);
	if (st == FRG_OK)
		st = store_write(svc->store, a, save, &c, err);
	if (st == FRG_OK)
		st = service_closing_reload(svc, who->site, err);
	if (st == FRG_OK)
		service_threads_drop_all(svc);
	return st;
}
