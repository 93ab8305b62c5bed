/* Signs as Standard Webhooks has it, tries, and keeps what came of it. One webhook's deliveries go in the order of
 * commits; where a try fails they wait with it for a moment, so that the order stays where the other side was away, but
 * not for hours, so that one that is never taken holds up no other. */
#include "service/webhook/webhook.h"

#include "http/fetch.h"
#include "service/inner.h"

#include <sodium.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, TRYING_MS = 2 * MINUTE, HOLD_MS = 5 * MINUTE };
enum { GONE = 410, SECRET_BYTES = 32, TEST_MS = 5000 };
/* After so many days and tries without one that was taken nobody seems to be there. A clock that jumps is no time. */
enum { AWAY_TRIES = 6 };
static const msec away_ms = (msec)3 * 24 * HOUR;

msec webhook_wait(int64_t tries)
{
	static const msec waits[] = {5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 24 * HOUR};
	size_t at = tries < 1 ? 0 : (size_t)tries - 1;
	return waits[at < COUNT_OF(waits) ? at : COUNT_OF(waits) - 1];
}

/* ---- signing ---- */

static void add_signature(struct buf *out, str secret, str id, const char *timestamp, str body)
{
	unsigned char key[SECRET_BYTES], mac[crypto_auth_hmacsha256_BYTES];
	char text[sodium_base64_ENCODED_LEN(sizeof mac, sodium_base64_VARIANT_ORIGINAL)];
	size_t n = 0;
	if (sodium_base642bin(key, sizeof key, secret.p, secret.n, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
		return; /* none is better than one that anybody can make */
	crypto_auth_hmacsha256_state state;
	crypto_auth_hmacsha256_init(&state, key, n);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)id.p, id.n);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)".", 1);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)timestamp, strlen(timestamp));
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)".", 1);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)body.p, body.n);
	crypto_auth_hmacsha256_final(&state, mac);
	sodium_memzero(key, sizeof key);
	sodium_bin2base64(text, sizeof text, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
	buf_printf(out, "%sv1,%s", out->n ? " " : "", text);
}

str webhook_signature(struct arena *a, const struct webhook_post *post, str id, int64_t timestamp)
{
	struct buf b = BUF_INIT(1 << 10);
	char at[24];
	snprintf(at, sizeof at, "%lld", (long long)timestamp);
	add_signature(&b, post->secret, id, at, post->body);
	if (post->secret_before.n)
		add_signature(&b, post->secret_before, id, at, post->body);
	return buf_finish(&b, a);
}

/* ---- one try ---- */

static const char *problem_of(const struct frg_error *err)
{
	static const struct {
		str code;
		const char *problem;
	} table[] = {
		{STR_INIT("fetch_private"), "private"}, {STR_INIT("fetch_timeout"), "timeout"}, {STR_INIT("fetch_url"), "url"}};
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (str_eq(str_of(err->code), table[i].code))
			return table[i].problem;
	return "unreachable";
}

static const char *problem_of_status(long status)
{
	if (status >= 200 && status < 300)
		return "";
	return status == GONE ? "gone" : status >= 300 && status < 400 ? "redirect" : "status";
}

struct webhook_post webhook_post_to(const struct store_webhook *w)
{
	bool both = w->secret_before_until > clock_now();
	return (struct webhook_post){
		.url = w->url, .secret = w->secret, .secret_before = both ? w->secret_before : STR("")};
}

void webhook_post(struct arena *a, const struct webhook_post *post, struct webhook_result *out)
{
	struct frg_error err = {0};
	char id[ID_TEXT_SIZE];
	int64_t now = clock_now() / 1000;
	id_text(post->id, id);
	str name = arena_printf(a, "msg_%s", id);
	const char *headers[] = {
		"Content-Type: application/json", arena_cstr(a, arena_printf(a, "webhook-id: %.*s", STR_ARG(name))),
		arena_cstr(a, arena_printf(a, "webhook-timestamp: %lld", (long long)now)),
		arena_cstr(a, arena_printf(a, "webhook-signature: %.*s", STR_ARG(webhook_signature(a, post, name, now)))),
		NULL};
	struct fetch_rules rules = {.allow_private = post->allow_private, .total_ms = post->total};
	struct fetch_send send = {
		.url = post->url, .headers = headers, .body = post->body, .stop = post->stop, .ctx = post->ctx};
	msec began = clock_steady();
	*out = (struct webhook_result){0};
	enum frg_status st = fetch_send(a, &rules, &send, &out->status, &err);
	out->took = clock_steady() - began;
	out->stopped = st == FRG_UNAVAILABLE;
	out->problem = st == FRG_OK ? problem_of_status(out->status) : problem_of(&err);
}

struct finding {
	id64 site, id;
	struct store_webhook webhook;
};

static enum frg_status find(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct finding *f = ctx;
	enum frg_status st = store_webhook_get(tx, f->site, f->id, &f->webhook, err);
	return st == FRG_NOT_FOUND ? frg_fail(err, st, "webhook_unknown", "no such webhook") : st;
}

enum frg_status service_webhook_test(struct service *svc, struct arena *a, id64 site, id64 id, bool allow_private,
                                     struct webhook_result *out, struct frg_error *err)
{
	struct finding f = {.site = site, .id = id};
	enum frg_status st = store_read(svc->store, a, find, &f, err);
	if (st != FRG_OK)
		return st;
	struct webhook_post post = webhook_post_to(&f.webhook);
	post.id = id_new();
	post.body = webhook_test_body(a, service_site_by_id(svc, site), clock_now());
	post.allow_private = allow_private;
	post.total = TEST_MS;
	webhook_post(a, &post, out);
	return FRG_OK;
}

/* ---- what came of it ---- */

struct stepping {
	id64 id;
	const struct webhook_try *done;
	bool go_on;
	struct webhook_task *task;
	bool there;
};

/* How the webhook itself stands after a try. */
static enum frg_status judge(struct store_tx *tx, struct store_webhook *w, const struct webhook_result *r, msec now,
                             struct frg_error *err)
{
	bool taken = !*r->problem;
	if (taken && w->failures == 0)
		return FRG_OK;
	int64_t before = w->failures;
	w->failures = taken ? 0 : before + 1;
	w->failing_since = taken ? 0 : w->failing_since ? w->failing_since : now;
	msec wait = webhook_wait(w->failures);
	w->hold_until = taken ? 0 : now + (wait < HOLD_MS ? wait : HOLD_MS);
	if (str_eq(str_of(r->problem), STR("gone")))
		return webhook_switch_off(tx, w, "gone", err);
	if (!taken && w->failures >= AWAY_TRIES && now - w->failing_since > away_ms)
		return webhook_switch_off(tx, w, "failing", err);
	enum frg_status st = store_webhook_update(tx, w, err);
	/* it was away and is back: what waits has its order again */
	return st == FRG_OK && taken && before > 1 ? store_delivery_hasten(tx, w->id, now, err) : st;
}

static enum frg_status keep(struct store_tx *tx, struct store_webhook *w, const struct webhook_try *done,
                            struct frg_error *err)
{
	const struct webhook_result *r = &done->result;
	msec now = clock_now();
	bool failed = !done->skipped && !r->stopped && *r->problem, saved = false;
	struct store_delivery d = {.id = done->id,
	                           .state = done->skipped ? STR("skipped") : STR("sent"),
	                           .due = now,
	                           .tries = done->tries,
	                           .status = r->status,
	                           .problem = str_of(done->skipped ? "overtaken"
	                                             : r->problem  ? r->problem
	                                                           : ""),
	                           .took = r->took,
	                           .tried = now};
	if (!done->skipped && !r->stopped)
		d.tries++;
	if (r->stopped) {
		d.state = STR("waiting");
		d.problem = STR("");
		d.status = 0;
	}
	if (failed) {
		d.state = d.tries >= WEBHOOK_TRIES_MAX ? STR("failed") : STR("waiting");
		d.due = now + webhook_wait(d.tries);
	}
	enum frg_status st = store_delivery_save(tx, &d, done->claim, &saved, err);
	if (st != FRG_OK || !saved || done->skipped || r->stopped)
		return st;
	return judge(tx, w, r, now, err);
}

static enum frg_status claim_next(struct store_tx *tx, struct stepping *s, const struct store_webhook *w,
                                  struct frg_error *err)
{
	struct store_delivery d;
	enum frg_status st = store_delivery_next(tx, w->id, clock_now(), &d, err);
	if (st != FRG_OK)
		return st == FRG_NOT_FOUND ? FRG_OK : st;
	int64_t mark = id_new();
	s->task->webhook = *w;
	s->task->delivery = d;
	s->task->attempt = (struct webhook_try){.id = d.id, .claim = mark, .tries = d.tries};
	s->there = true;
	return store_delivery_claim(tx, d.id, mark, clock_now() + TRYING_MS, err);
}

static enum frg_status step(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct stepping *s = ctx;
	struct store_webhook w;
	s->there = false;
	enum frg_status st = store_webhook_get(tx, 0, s->id, &w, err);
	if (st != FRG_OK)
		return st == FRG_NOT_FOUND ? FRG_OK : st; /* removed meanwhile */
	if (s->done)
		st = keep(tx, &w, s->done, err);
	msec hold = w.hold_until - clock_now();
	if (st == FRG_OK && s->go_on && str_eq(w.state, STR("active")) && (hold <= 0 || hold > STORE_WEBHOOK_PUT_OFF_MS))
		st = claim_next(tx, s, &w, err);
	return st;
}

enum frg_status service_webhook_step(struct service *svc, struct arena *a, id64 webhook, const struct webhook_try *done,
                                     bool go_on, struct webhook_task *task, bool *there, struct frg_error *err)
{
	struct stepping s = {.id = webhook, .done = done, .go_on = go_on, .task = task};
	enum frg_status st = store_write_as(svc->store, STORE_PATIENT, a, step, &s, err);
	*there = st == FRG_OK && s.there;
	return st;
}

/* ---- what is due ---- */

struct due {
	struct store_ids *webhooks;
	msec *next;
};

static enum frg_status load_due(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct due *d = ctx;
	return store_delivery_due(tx, clock_now(), d->webhooks, d->next, err);
}

enum frg_status service_webhook_due(struct service *svc, struct arena *a, struct store_ids *webhooks, msec *next,
                                    struct frg_error *err)
{
	struct due d = {webhooks, next};
	return store_read(svc->store, a, load_due, &d, err);
}

static enum frg_status unclaim(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	(void)ctx;
	return store_delivery_unclaim(tx, clock_now(), err);
}

enum frg_status service_webhook_take_over(struct service *svc, struct arena *a, struct frg_error *err)
{
	return store_write_as(svc->store, STORE_PATIENT, a, unclaim, NULL, err);
}
