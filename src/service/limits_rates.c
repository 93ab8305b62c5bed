/* How much is allowed: the usual rates, those of the configuration, and those of a site. */
#include "service/limits.h"

enum { BURST_MAX = 1000000, PER_MINUTE_MAX = 60000, PREFIX_MAX = 65536 };

static const struct {
	const char *name;
	struct limit_rate rate;
	bool of_site; /* a site may have its own */
} usual[] = {
	[LIMIT_SUBMIT] = {"submit", {20, 10}, true},
	[LIMIT_CHECK] = {"check", {60, 120}, false},
	[LIMIT_LOGIN] = {"login", {8, 2}, false},
	[LIMIT_LOGIN_ADDRESS] = {"login_address", {40, 10}, false}, /* a whole newsroom may come from one address */
	[LIMIT_DISCOVER] = {"discover", {10, 5}, false},
	[LIMIT_ANALYZE] = {"analyze", {300, 1200}, false}, /* twenty a second, from a program with a key */
	[LIMIT_SUGGEST] = {"suggest", {60, 120}, false},
	[LIMIT_NOTICE] = {"notice", {10, 2}, false},
	[LIMIT_READER] = {"reader", {20, 10}, true},
	[LIMIT_ARTICLE] = {"article", {600, 240}, true},
	[LIMIT_SITE] = {"site", {1200, 600}, true},
	[LIMIT_PLAIN] = {"plain", {20, 10}, true},
};
_Static_assert(COUNT_OF(usual) == LIMIT_KINDS, "each kind has a rate");

void limit_rates_default(struct limit_rates *rates)
{
	for (size_t i = 0; i < LIMIT_KINDS; i++)
		rates->kinds[i] = usual[i].rate;
	rates->prefix = 8;
}

static bool number(str text, int64_t least, int64_t most, double *out)
{
	int64_t n;
	if (!str_to_i64(str_trim(text), &n) || n < least || n > most)
		return false;
	*out = (double)n;
	return true;
}

static bool read_rate(str value, struct limit_rate *rate)
{
	str burst;
	if (!str_next(&value, '/', &burst) || !number(burst, 0, BURST_MAX, &rate->burst))
		return false;
	if (rate->burst == 0 && !value.p)
		return true;
	return value.p && number(value, 1, PER_MINUTE_MAX, &rate->per_minute);
}

static bool set(struct limit_rates *rates, str name, str value, bool of_site)
{
	for (size_t i = 0; i < LIMIT_KINDS; i++)
		if (str_eq(name, str_of(usual[i].name)) && (usual[i].of_site || !of_site))
			return read_rate(value, &rates->kinds[i]);
	return !of_site && str_eq(name, STR("prefix")) && number(value, 1, PREFIX_MAX, &rates->prefix);
}

bool limit_rates_set(struct limit_rates *rates, str name, str value) { return set(rates, name, value, false); }

bool limits_read_site(str text, struct limit_rates *rates)
{
	str one, name;
	while (str_next(&text, ' ', &one))
		if (one.n && (!str_next(&one, '=', &name) || !one.p || !set(rates, name, one, true)))
			return false;
	return true;
}

struct wish {
	id64 site;
	str text;
};

static enum frg_status save(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	const struct wish *w = ctx;
	return store_setting_put(tx, w->site, STR("limits"), w->text, err);
}

enum frg_status service_site_limits_save(struct service *svc, id64 site, str text, struct frg_error *err)
{
	struct limit_rates tried = {0};
	if (!limits_read_site(text, &tried))
		return frg_fail(err, FRG_INVALID, "limits_invalid",
		                "limits are 'submit=20/10 reader=… article=… site=…', not '%.*s'", STR_ARG(text));
	struct arena *a = arena_open(1 << 20);
	enum frg_status st = store_write(svc->store, a, save, &(struct wish){site, text}, err);
	arena_close(a);
	return st;
}
