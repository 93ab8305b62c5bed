/* Settings that are one JSON text, of a site or (site 0) of the installation. Knows not what is set. */
#include "service/inner.h"

enum frg_status setting_json(struct store_tx *tx, id64 site, str name, json_t **out, struct frg_error *err)
{
	str text;
	*out = NULL;
	enum frg_status st = store_setting_get(tx, site, name, &text, err);
	if (st != FRG_OK)
		return st == FRG_NOT_FOUND ? FRG_OK : st;
	*out = json_loadb(text.p, text.n, 0, NULL);
	return *out ? FRG_OK : frg_fail(err, FRG_CORRUPT, "store_corrupt", "the setting %.*s is no JSON", STR_ARG(name));
}
