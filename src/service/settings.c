/* What a site's desk is set to: one JSON text a site, read where it counts. */
#include "service/inner.h"

enum { LONGEST_WAIT_MINUTES = 240, MINUTE_MS = 60 * 1000 };

static void read_texts(struct arena *a, const json_t *list, struct store_texts *out)
{
	size_t i;
	json_t *v;
	out->items = ARENA_ARRAY(a, str, json_array_size(list));
	out->count = 0;
	json_array_foreach(list, i, v) out->items[out->count++] = json_str(a, v);
}

enum frg_status settings_load(struct store_tx *tx, id64 site, struct desk_settings *out, struct frg_error *err)
{
	str text;
	*out = (struct desk_settings){.longest_wait = (msec)LONGEST_WAIT_MINUTES * MINUTE_MS};
	enum frg_status st = store_setting_get(tx, site, STR("desk"), &text, err);
	if (st == FRG_NOT_FOUND)
		return FRG_OK;
	if (st != FRG_OK)
		return st;
	json_t *o = json_loadb(text.p, text.n, 0, NULL);
	if (!o)
		return frg_fail(err, FRG_CORRUPT, "store_corrupt", "the desk's settings are no JSON");
	read_texts(store_arena(tx), json_object_get(o, "four_eyes"), &out->four_eyes);
	json_int_t wait = json_integer_value(json_object_get(o, "longest_wait_minutes"));
	if (wait > 0)
		out->longest_wait = wait * MINUTE_MS;
	json_decref(o);
	return FRG_OK;
}
