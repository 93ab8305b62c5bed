/* What administrators do with webhooks: each change stands in the staff's log, with where it leads to and no more of
 * the address, as that may be a secret. */
#include "service/webhook/webhook.h"

#include "http/fetch.h"
#include "service/inner.h"

#include <sodium.h>
#include <stdio.h>

enum { SECRET_BYTES = 32, LISTED = 50 };

str webhook_where(struct arena *a, str url)
{
	size_t begin = str_find(url, STR("://"), 0), end = begin == SIZE_MAX ? 0 : begin + 3;
	while (end < url.n && !strchr("/?#", url.p[end]))
		end++;
	return arena_str(a, str_sub(url, 0, end));
}

enum frg_status webhook_note(struct store_tx *tx, const struct staff *who, const struct store_webhook *w,
                             const char *kind, str more, struct frg_error *err)
{
	str where = webhook_where(store_arena(tx), w->url);
	struct store_staff_event e = {
		.site = w->site,
		.actor = who ? who->id : 0,
		.kind = str_of(kind),
		.detail = more.n ? arena_printf(store_arena(tx), "%.*s %.*s", STR_ARG(more), STR_ARG(where)) : where};
	enum frg_status st = store_staff_log(tx, &e, err);
	return st == FRG_OK ? store_event_insert(tx, &(struct store_event){.kind = STR("webhook"), .site = w->site}, err)
	                    : st;
}

enum frg_status webhook_switch_off(struct store_tx *tx, struct store_webhook *w, const char *reason,
                                   struct frg_error *err)
{
	w->state = STR("off");
	w->off_reason = str_of(reason);
	enum frg_status st = store_webhook_update(tx, w, err);
	return st == FRG_OK ? webhook_note(tx, NULL, w, "webhook_off", w->off_reason, err) : st;
}

/* ---- what is asked for ---- */

/* In the order of webhook_types, each once. */
static enum frg_status read_types(struct arena *a, const struct webhook_command *cmd, str *out, struct frg_error *err)
{
	struct buf b = BUF_INIT(1 << 10);
	size_t known = 0;
	for (size_t i = 0; webhook_types[i]; i++)
		for (size_t k = 0; k < cmd->type_count; k++) {
			if (!str_eq(cmd->types[k], str_of(webhook_types[i])))
				continue;
			known++;
			buf_printf(&b, "%s%s", b.n ? " " : "", webhook_types[i]);
		}
	*out = buf_finish(&b, a);
	return known && known == cmd->type_count
	           ? FRG_OK
	           : frg_fail(err, FRG_INVALID, "webhook_types", "name at least one event, each once");
}

static enum frg_status check(struct arena *a, const struct webhook_command *cmd, str *types, struct frg_error *err)
{
	struct fetch_rules rules = {.allow_private = cmd->allow_private};
	if (fetch_send_check(a, &rules, cmd->url, NULL) != FRG_OK)
		return frg_fail(err, FRG_INVALID, "webhook_url", "%s",
		                cmd->allow_private ? "not an address of the web"
		                                   : "the address must be a public one and begin with https://");
	return read_types(a, cmd, types, err);
}

static void new_secret(struct arena *a, str *base64, char shown[WEBHOOK_SECRET_SIZE])
{
	unsigned char raw[SECRET_BYTES];
	char text[sodium_base64_ENCODED_LEN(SECRET_BYTES, sodium_base64_VARIANT_ORIGINAL)];
	randombytes_buf(raw, sizeof raw);
	sodium_bin2base64(text, sizeof text, raw, sizeof raw, sodium_base64_VARIANT_ORIGINAL);
	*base64 = arena_str(a, str_of(text));
	snprintf(shown, WEBHOOK_SECRET_SIZE, "whsec_%s", text);
	sodium_memzero(raw, sizeof raw);
}

/* ---- changes ---- */

struct changing {
	const struct webhook_command *cmd; /* NULL where only these count: */
	const struct staff *who;
	id64 site, id, delivery;
	str types, secret;
	struct frg_error problem; /* of what is asked for; told to nobody who may not know that there is one */
	struct store_webhook webhook;
	struct store_deliveries *deliveries;
};

static enum frg_status find(struct store_tx *tx, struct changing *c, struct frg_error *err)
{
	enum frg_status st = store_webhook_get(tx, c->site, c->id, &c->webhook, err);
	return st == FRG_NOT_FOUND ? frg_fail(err, st, "webhook_unknown", "no such webhook") : st;
}

static enum frg_status add(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct changing *c = ctx;
	id64 by = c->who ? c->who->id : 0;
	msec now = clock_now();
	c->webhook = (struct store_webhook){.id = id_new(),
	                                    .site = c->site,
	                                    .url = c->cmd->url,
	                                    .secret = c->secret,
	                                    .types = c->types,
	                                    .state = c->cmd->active ? STR("active") : STR("paused"),
	                                    .created_by = by,
	                                    .created = now,
	                                    .changed_by = by,
	                                    .changed = now};
	enum frg_status st = store_event_last(tx, &c->webhook.seen_seq, err);
	if (st == FRG_OK)
		st = store_webhook_insert(tx, &c->webhook, err);
	return st == FRG_OK ? webhook_note(tx, c->who, &c->webhook, "webhook_added", STR(""), err) : st;
}

enum frg_status service_webhook_add(struct service *svc, struct arena *a, const struct webhook_command *cmd,
                                    struct store_webhook *out, char secret[WEBHOOK_SECRET_SIZE], struct frg_error *err)
{
	struct changing c = {.cmd = cmd, .who = cmd->who, .site = cmd->site};
	enum frg_status st = check(a, cmd, &c.types, err);
	if (st != FRG_OK)
		return st;
	new_secret(a, &c.secret, secret);
	st = store_write(svc->store, a, add, &c, err);
	*out = c.webhook;
	return st;
}

static enum frg_status change(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct changing *c = ctx;
	struct store_webhook *w = &c->webhook;
	enum frg_status st = find(tx, c, err);
	if (st == FRG_OK && c->problem.status != FRG_OK) {
		*err = c->problem;
		st = err->status;
	}
	if (st != FRG_OK)
		return st;
	bool was_active = str_eq(w->state, STR("active")), active = c->cmd->active;
	if (active) { /* somebody has seen to it */
		w->failures = w->hold_until = w->failing_since = 0;
		w->off_reason = STR("");
		st = store_delivery_hasten(tx, w->id, clock_now(), err);
	}
	if (st == FRG_OK && active && !was_active)
		st = store_event_last(tx, &w->seen_seq, err);
	w->url = c->cmd->url;
	w->types = c->types;
	if (active || was_active) /* one that was switched off stays so until somebody switches it on */
		w->state = active ? STR("active") : STR("paused");
	w->changed_by = c->who ? c->who->id : 0;
	w->changed = clock_now();
	if (st == FRG_OK)
		st = store_webhook_update(tx, w, err);
	const char *kind = active == was_active ? "webhook_changed" : active ? "webhook_resumed" : "webhook_paused";
	return st == FRG_OK ? webhook_note(tx, c->who, w, kind, STR(""), err) : st;
}

enum frg_status service_webhook_change(struct service *svc, struct arena *a, const struct webhook_command *cmd,
                                       struct frg_error *err)
{
	struct changing c = {.cmd = cmd, .who = cmd->who, .site = cmd->site, .id = cmd->id};
	c.problem.status = check(a, cmd, &c.types, &c.problem);
	return store_write(svc->store, a, change, &c, err);
}

static enum frg_status take_away(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct changing *c = ctx;
	enum frg_status st = find(tx, c, err);
	if (st == FRG_OK)
		st = store_webhook_delete(tx, c->id, err);
	return st == FRG_OK ? webhook_note(tx, c->who, &c->webhook, "webhook_removed", STR(""), err) : st;
}

enum frg_status service_webhook_remove(struct service *svc, struct arena *a, const struct staff *who, id64 site,
                                       id64 id, struct frg_error *err)
{
	struct changing c = {.who = who, .site = site, .id = id};
	return store_write(svc->store, a, take_away, &c, err);
}

static enum frg_status change_secret(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct changing *c = ctx;
	struct store_webhook *w = &c->webhook;
	enum frg_status st = find(tx, c, err);
	if (st != FRG_OK)
		return st;
	w->secret_before = w->secret;
	w->secret_before_until = clock_now() + WEBHOOK_SECRETS_MS;
	w->secret = c->secret;
	w->changed_by = c->who ? c->who->id : 0;
	w->changed = clock_now();
	st = store_webhook_update(tx, w, err);
	return st == FRG_OK ? webhook_note(tx, c->who, w, "webhook_secret", STR(""), err) : st;
}

enum frg_status service_webhook_secret(struct service *svc, struct arena *a, const struct staff *who, id64 site,
                                       id64 id, char secret[WEBHOOK_SECRET_SIZE], struct frg_error *err)
{
	struct changing c = {.who = who, .site = site, .id = id};
	new_secret(a, &c.secret, secret);
	return store_write(svc->store, a, change_secret, &c, err);
}

static enum frg_status send_again(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct changing *c = ctx;
	enum frg_status st = find(tx, c, err);
	if (st != FRG_OK)
		return st;
	st = store_delivery_again(tx, c->id, c->delivery, clock_now(), err);
	if (st == FRG_NOT_FOUND)
		return frg_fail(err, st, "delivery_unknown", "no such delivery, or it waits");
	return st == FRG_OK ? webhook_note(tx, c->who, &c->webhook, "webhook_again", STR(""), err) : st;
}

enum frg_status service_webhook_again(struct service *svc, struct arena *a, const struct staff *who, id64 site, id64 id,
                                      id64 delivery, struct frg_error *err)
{
	struct changing c = {.who = who, .site = site, .id = id, .delivery = delivery};
	return store_write(svc->store, a, send_again, &c, err);
}

/* ---- looking ---- */

struct listing {
	id64 site;
	struct store_webhooks all;
	struct webhook_listed *items;
};

static enum frg_status list(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct listing *l = ctx;
	enum frg_status st = store_webhook_list(tx, l->site, &l->all, err);
	l->items = ARENA_ARRAY(store_arena(tx), struct webhook_listed, l->all.count);
	for (size_t i = 0; st == FRG_OK && i < l->all.count; i++) {
		l->items[i].is = l->all.items[i];
		st = store_delivery_waiting(tx, l->all.items[i].id, STORE_WEBHOOK_WAITING_MAX + 1, &l->items[i].waiting, err);
	}
	return st;
}

enum frg_status service_webhooks(struct service *svc, struct arena *a, id64 site, struct webhook_listed **out,
                                 size_t *count, struct frg_error *err)
{
	struct listing l = {.site = site};
	enum frg_status st = store_read(svc->store, a, list, &l, err);
	*out = l.items;
	*count = l.all.count;
	return st;
}

static enum frg_status list_deliveries(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct changing *c = ctx;
	enum frg_status st = find(tx, c, err);
	return st == FRG_OK ? store_delivery_list(tx, c->id, LISTED, c->deliveries, err) : st;
}

enum frg_status service_webhook_deliveries(struct service *svc, struct arena *a, id64 site, id64 id,
                                           struct store_deliveries *out, struct frg_error *err)
{
	struct changing c = {.site = site, .id = id, .deliveries = out};
	return store_read(svc->store, a, list_deliveries, &c, err);
}
