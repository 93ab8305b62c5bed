/* Backups: one file that holds everything, checked before it gets its name. */
#include "service/move/inner.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void move_part_progress(void *part, int64_t done, int64_t of)
{
	const struct move_part *p = part;
	if (p->watch->progress)
		p->watch->progress(p->watch->ctx, p->name, done, of);
}

void move_part_rows(void *part, int64_t done) { move_part_progress(part, done, 0); }

/* ---- checking ---- */

enum frg_status move_audit(struct store *store, const struct move_watch *watch, struct audit_report *out,
                           struct frg_error *err)
{
	struct move_part part = {watch, "proving the chains"};
	enum frg_status st = audit_verify(store, out, move_part_rows, &part, err);
	if (st == FRG_OK && !out->ok)
		return frg_fail(err, FRG_CORRUPT, "backup_chain", "%s%lld%s%s",
		                out->bad_seq ? "broken at decision " : "broken (", (long long)out->bad_seq,
		                out->bad_seq ? ": " : "): ", out->what);
	return st;
}

static enum frg_status check_chains(const char *file, const struct move_watch *watch, struct move_facts *out,
                                    struct frg_error *err)
{
	struct store *store;
	struct arena *a = arena_open(1 << 16);
	struct store_config config = {.url = arena_printf(a, "sqlite:%s", file), .readers = 1, .frozen = true};
	enum frg_status st = store_open(&config, &store, err);
	if (st == FRG_OK) {
		st = move_audit(store, watch, &out->audit, err);
		store_close(store);
	}
	out->chains_checked = st == FRG_OK;
	arena_close(a);
	return st;
}

enum frg_status move_check(const char *file, bool foreign, const struct move_watch *watch, struct move_facts *out,
                           struct frg_error *err)
{
	struct move_part part = {watch, "checking the file"};
	*out = (struct move_facts){0};
	enum frg_status st = store_file_look(file, STORE_FILE_FROZEN, &out->file, err);
	if (st == FRG_OK && (foreign || out->file.schema_old)) {
		move_part_rows(&part, 0);
		st = store_file_whole(file, err);
	}
	return st == FRG_OK && !out->file.schema_old ? check_chains(file, watch, out, err) : st;
}

/* ---- backing up ---- */

/* Row by row, as a server's database stands at one moment. */
static enum frg_status copy_rows(str db, const char *to, const struct move_watch *watch, struct frg_error *err)
{
	struct store_copy *c;
	struct store_copy_report report;
	struct move_part copying = {watch, "copying"}, comparing = {watch, "comparing"};
	struct arena *a = arena_open(1 << 16);
	struct store_copy_config config = {.from = db, .to = arena_printf(a, "sqlite:%s", to)};
	enum frg_status st = store_copy_open(&config, &c, err);
	if (st == FRG_OK) {
		st = store_copy_rows(c, move_part_progress, &copying, err);
		if (st == FRG_OK)
			st = store_copy_compare(c, &report, move_part_progress, &comparing, err);
		if (st == FRG_OK && !report.same)
			st = frg_fail(err, FRG_CORRUPT, "copy_differs", "the copy does not hold what the database holds");
		if (st == FRG_OK)
			st = store_copy_end(c, err);
		store_copy_close(c);
	}
	arena_close(a);
	return st == FRG_OK ? store_file_seal(to, err) : st;
}

static enum frg_status copy(str db, const char *to, const struct move_watch *watch, struct frg_error *err)
{
	char path[STORE_PATH_MAX];
	struct move_part part = {watch, "copying"};
	if (store_url_sqlite(db, path))
		return store_file_copy(path, STORE_FILE_LIVE, to, move_part_progress, &part, err);
	return copy_rows(db, to, watch, err);
}

enum frg_status move_backup(str db, const char *file, const struct move_watch *watch, struct move_facts *out,
                            struct frg_error *err)
{
	struct move_file f;
	if (strlen(file) >= STORE_PATH_MAX)
		return frg_fail(err, FRG_INVALID, "store_url", "the file's name is too long");
	if (access(file, F_OK) == 0)
		return frg_fail(err, FRG_CONFLICT, "backup_exists", "%s is there already", file);
	enum frg_status st = move_file_begin(&f, file, err);
	if (st != FRG_OK)
		return st;
	st = copy(db, f.part, watch, err);
	if (st == FRG_OK)
		st = move_check(f.part, false, watch, out, err);
	if (st == FRG_OK)
		st = move_file_finish(&f, file, err);
	if (st != FRG_OK)
		move_file_drop(&f);
	return st;
}

/* ---- the names of a series ---- */

void move_backup_name(msec now, char out[BACKUP_NAME_SIZE])
{
	char iso[CLOCK_ISO_SIZE];
	clock_iso(now, iso); /* 2026-11-23T22:31:07.123Z */
	snprintf(out, BACKUP_NAME_SIZE, "freigabe-%.4s%.2s%.2sT%.2s%.2s%.2sZ.db", iso, iso + 5, iso + 8, iso + 11, iso + 14,
	         iso + 17);
}

static int is_backup(const struct dirent *entry)
{
	int y, mo, d, h, mi, s, end = 0;
	return strlen(entry->d_name) == 28 &&
	       sscanf(entry->d_name, "freigabe-%4d%2d%2dT%2d%2d%2dZ.db%n", &y, &mo, &d, &h, &mi, &s, &end) == 6 &&
	       end == 28;
}

enum frg_status move_backup_rotate(const char *folder, int64_t keep, int64_t *removed, struct frg_error *err)
{
	struct dirent **names;
	char path[STORE_PATH_MAX + 300];
	enum frg_status st = FRG_OK;
	*removed = 0;
	int count = scandir(folder, &names, is_backup, alphasort); /* by name is by time */
	if (count < 0)
		return frg_fail(err, FRG_UNAVAILABLE, "store_io", "cannot read %s: %m", folder);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
		if (st == FRG_OK && i < count - keep) {
			if (unlink(path) != 0)
				st = frg_fail(err, FRG_UNAVAILABLE, "store_io", "cannot remove %s: %m", path);
			else
				++*removed;
		}
		free(names[i]);
	}
	free(names);
	return st;
}
