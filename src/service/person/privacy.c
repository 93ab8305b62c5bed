/* For how long a site keeps what its readers left: one JSON text a site. */
#include "service/inner.h"

static int64_t number(const json_t *o, const char *name, int64_t otherwise)
{
	const json_t *v = json_object_get(o, name);
	return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

enum frg_status privacy_load(struct store_tx *tx, id64 site, struct privacy_settings *out, struct frg_error *err)
{
	json_t *o;
	*out = (struct privacy_settings){.address_days = ADDRESS_DAYS,
	                                 .purge_days = PURGE_DAYS,
	                                 .log_days = LOG_DAYS,
	                                 .suggestion_days = SUGGESTION_DAYS};
	enum frg_status st = setting_json(tx, site, STR("privacy"), &o, err);
	if (!o)
		return st;
	out->version = number(o, "version", 0);
	out->address_days = number(o, "address_days", ADDRESS_DAYS);
	out->purge_days = number(o, "purge_days", PURGE_DAYS);
	out->log_days = number(o, "log_days", LOG_DAYS);
	out->suggestion_days = number(o, "suggestion_days", SUGGESTION_DAYS);
	json_decref(o);
	return FRG_OK;
}

struct change {
	const struct staff *who;
	const struct privacy_settings *wanted;
	struct privacy_settings *settings;
};

static enum frg_status load(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct change *c = ctx;
	return privacy_load(tx, c->who->site, c->settings, err);
}

enum frg_status service_privacy(struct service *svc, struct arena *a, const struct staff *who,
                                struct privacy_settings *out, struct frg_error *err)
{
	struct change c = {.who = who, .settings = out};
	return store_read(svc->store, a, load, &c, err);
}

static str settings_text(struct arena *a, const struct privacy_settings *s)
{
	return json_text(a, json_pack("{s:I, s:I, s:I, s:I, s:I}", "version", (json_int_t)s->version, "address_days",
	                              (json_int_t)s->address_days, "purge_days", (json_int_t)s->purge_days, "log_days",
	                              (json_int_t)s->log_days, "suggestion_days", (json_int_t)s->suggestion_days));
}

static enum frg_status save(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct change *c = ctx;
	enum frg_status st = privacy_load(tx, c->who->site, c->settings, err);
	if (st == FRG_OK && c->settings->version != c->wanted->version)
		return frg_fail(err, FRG_CONFLICT, "conflict", "somebody changed the terms meanwhile");
	if (st != FRG_OK)
		return st;
	*c->settings = *c->wanted;
	c->settings->version++;
	str text = settings_text(store_arena(tx), c->settings);
	st = store_setting_put(tx, c->who->site, STR("privacy"), text, err);
	struct store_staff_event e = {.site = c->who->site, .actor = c->who->id, .kind = STR("privacy"), .detail = text};
	return st == FRG_OK ? store_staff_log(tx, &e, err) : st;
}

static bool within(int64_t days, int64_t least, int64_t most) { return days >= least && days <= most; }

enum frg_status service_privacy_save(struct service *svc, struct arena *a, const struct staff *who,
                                     const struct privacy_settings *wanted, struct privacy_settings *out,
                                     struct frg_error *err)
{
	struct change c = {.who = who, .wanted = wanted, .settings = out};
	if (!within(wanted->address_days, 0, ADDRESS_DAYS_MAX) ||
	    !within(wanted->purge_days, PURGE_DAYS_MIN, PURGE_DAYS_MAX) ||
	    !within(wanted->log_days, LOG_DAYS_MIN, PURGE_DAYS_MAX) ||
	    !within(wanted->suggestion_days, PURGE_DAYS_MIN, PURGE_DAYS_MAX))
		return frg_fail(err, FRG_INVALID, "term_invalid", "a term is out of bounds");
	return store_write(svc->store, a, save, &c, err);
}
