/* A database moved to another store: rows copied, compared, the search index made, the chains proved there. */
#include "service/inner.h"
#include "service/move/inner.h"

#include "text/utf8.h"

#include <unistd.h>

static enum frg_status compare(struct store_copy *c, const struct move_watch *watch, struct arena *a,
                               struct move_stored *out, struct frg_error *err)
{
	struct move_part part = {watch, "comparing"};
	enum frg_status st = store_copy_compare(c, &out->report, move_part_progress, &part, err);
	if (st != FRG_OK) {
		out->report = (struct store_copy_report){0}; /* what it had found by then goes with the copy's memory */
		return st;
	}
	struct store_copy_table *kept = ARENA_ARRAY(a, struct store_copy_table, out->report.count);
	for (size_t i = 0; i < out->report.count; i++) {
		kept[i] = out->report.tables[i];
		kept[i].name = arena_cstr(a, str_of(kept[i].name));
	}
	out->report.tables = kept;
	return out->report.same
	           ? FRG_OK
	           : frg_fail(err, FRG_CONFLICT, "copy_differs", "the target does not hold what the source holds");
}

enum frg_status move_search(struct store *store, const struct move_watch *watch, struct frg_error *err)
{
	struct move_part part = {watch, "making the search index"};
	struct arena *a = arena_open((size_t)64 << 20);
	int64_t after = 0, pages = 0;
	enum frg_status st;
	do {
		arena_reset(a);
		st = store_write(store, a, search_complete, &after, err);
		move_part_rows(&part, ++pages);
	} while (st == FRG_OK && after);
	arena_close(a);
	return st;
}

static enum frg_status finish(str db, const struct move_watch *watch, struct audit_report *out, struct frg_error *err)
{
	struct store *store;
	struct store_config config = {.url = db, .readers = 1};
	enum frg_status st = store_open(&config, &store, err);
	if (st != FRG_OK)
		return st;
	st = move_search(store, watch, err);
	if (st == FRG_OK)
		st = move_audit(store, watch, out, err);
	store_close(store);
	return st;
}

static enum frg_status open_copy(const struct move_store *config, struct store_copy **out, struct frg_error *err)
{
	struct store_copy_config both = {.from = config->from,
	                                 .to = config->to,
	                                 .use = config->frozen ? STORE_FILE_FROZEN : STORE_FILE_LIVE,
	                                 .alone = true,
	                                 .compare_only = config->verify_only,
	                                 .bad = utf8_invalid};
	char path[STORE_PATH_MAX];
	bool made = false;
	enum frg_status st = FRG_OK;
	if (!config->verify_only && store_url_sqlite(config->to, path))
		st = move_file_make(path, &made, err);
	if (st == FRG_OK)
		st = store_copy_open(&both, out, err);
	if (st != FRG_OK && made && store_file_empty(path))
		unlink(path);
	return st;
}

enum frg_status move_store(const struct move_store *config, struct arena *a, struct move_stored *out,
                           struct frg_error *err)
{
	struct store_copy *c;
	struct move_part part = {&config->watch, "copying"};
	*out = (struct move_stored){0};
	enum frg_status st = open_copy(config, &c, err);
	if (st != FRG_OK)
		return st;
	out->resumed = config->verify_only ? 0 : store_copy_resumed(c);
	if (!config->verify_only)
		st = store_copy_rows(c, move_part_progress, &part, err);
	if (st == FRG_OK)
		st = compare(c, &config->watch, a, out, err);
	if (st == FRG_OK && !config->verify_only)
		st = store_copy_end(c, err);
	store_copy_close(c);
	return st == FRG_OK && !config->verify_only ? finish(config->to, &config->watch, &out->audit, err) : st;
}
