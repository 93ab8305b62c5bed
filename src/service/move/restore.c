/* Restoring: the backup is checked, copied beside the place it goes to, brought up to date there, and only then put in
 * place; what stood there is kept under another name. */
#include "service/move/inner.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static void name_aside(const char *path, char out[STORE_PATH_MAX])
{
	char stamp[BACKUP_NAME_SIZE];
	move_backup_name(clock_now(), stamp); /* freigabe-20261128T191000Z.db */
	snprintf(out, STORE_PATH_MAX, "%.*s.before-%.16s", STORE_PATH_MAX - 32, path, stamp + 9);
}

/* What stands where the backup is to go, and may it? */
static enum frg_status look_at_place(const char *path, bool replace, struct move_restored *out, struct frg_error *err)
{
	struct frg_error unreadable;
	out->there = access(path, F_OK) == 0 || errno != ENOENT; /* what cannot be looked at is not overwritten */
	if (!out->there)
		return FRG_OK;
	name_aside(path, out->aside);
	out->readable = store_file_look(path, STORE_FILE_LIVE, &out->now, &unreadable) == FRG_OK;
	enum frg_status st = store_file_unused(path, err);
	if (st == FRG_OK && !replace)
		return frg_fail(err, FRG_CONFLICT, "restore_exists",
		                "%s is there already: with --replace it is kept under another name", path);
	return st;
}

/* The copy, not the backup, becomes what this program works with: it may be of an earlier version. */
static enum frg_status bring_up(const char *part, const struct move_watch *watch, struct move_facts *facts,
                                struct frg_error *err)
{
	struct store *store;
	struct arena *a = arena_open(1 << 16);
	struct store_config config = {.url = arena_printf(a, "sqlite:%s", part), .readers = 1};
	enum frg_status st = store_open(&config, &store, err);
	if (st == FRG_OK) {
		st = move_search(store, watch, err);
		if (st == FRG_OK && !facts->chains_checked)
			st = move_audit(store, watch, &facts->audit, err);
		facts->chains_checked = st == FRG_OK;
		store_close(store);
	}
	arena_close(a);
	return st == FRG_OK ? store_file_seal(part, err) : st;
}

/* The log first: without its database it is nothing, but a new database beside an old log would be destroyed by it. */
static const char *const ends[] = {"-wal", "-journal", ""};

static int rename_end(const char *from, const char *to, const char *end)
{
	char a[STORE_PATH_MAX + 16], b[STORE_PATH_MAX + 16];
	snprintf(a, sizeof a, "%s%s", from, end);
	snprintf(b, sizeof b, "%s%s", to, end);
	return move_rename(a, b) == 0 || errno == ENOENT ? 0 : -1;
}

/* The first `count` of them. Whoever is told that nothing came of it finds what was there where it was. */
static enum frg_status put_back(const char *path, const char *aside, size_t count, enum frg_status st,
                                struct frg_error *err)
{
	char why[sizeof err->msg];
	snprintf(why, sizeof why, "%s", err->msg);
	for (size_t i = 0; i < count; i++)
		if (rename_end(aside, path, ends[i]) != 0)
			return frg_fail(err, st, err->code, "what was there is %s%s now: %s", aside, ends[i], why);
	return st;
}

static enum frg_status put_aside(const char *path, const char *aside, struct frg_error *err)
{
	char index[STORE_PATH_MAX + 16];
	for (size_t i = 0; i < COUNT_OF(ends); i++)
		if (rename_end(path, aside, ends[i]) != 0)
			return put_back(path, aside, i,
			                frg_fail(err, FRG_UNAVAILABLE, "store_io", "cannot rename %s%s: %m", path, ends[i]), err);
	snprintf(index, sizeof index, "%s-shm", path); /* of the log, made anew when it is missing */
	if (unlink(index) != 0 && errno != ENOENT)
		return put_back(path, aside, COUNT_OF(ends),
		                frg_fail(err, FRG_UNAVAILABLE, "store_io", "cannot remove %s: %m", index), err);
	return FRG_OK;
}

static enum frg_status change_places(struct move_file *f, const char *path, const char *aside, struct frg_error *err)
{
	enum frg_status st = put_aside(path, aside, err);
	if (st != FRG_OK)
		return st;
	st = move_file_finish(f, path, err);
	return st != FRG_OK && f->fd >= 0 ? put_back(path, aside, COUNT_OF(ends), st, err) : st; /* it has no name yet */
}

static enum frg_status put_in_place(const struct move_restore *config, const char *path, struct move_restored *out,
                                    struct frg_error *err)
{
	struct move_file f;
	struct move_part part = {&config->watch, "copying"};
	enum frg_status st = move_file_begin(&f, path, err);
	if (st != FRG_OK)
		return st;
	st = store_file_copy(config->file, STORE_FILE_FROZEN, f.part, move_part_progress, &part, err);
	if (st == FRG_OK)
		st = bring_up(f.part, &config->watch, &out->backup, err);
	if (st == FRG_OK)
		st = move_file_give(&f, path, err);
	if (!out->there)
		name_aside(path, out->aside); /* a log may lie there without its database */
	if (st == FRG_OK)
		st = change_places(&f, path, out->aside, err);
	if (st != FRG_OK)
		move_file_drop(&f);
	return st;
}

/* Into a server's database, which must be empty: row by row. */
static enum frg_status restore_rows(const struct move_restore *config, struct move_restored *out, struct frg_error *err)
{
	struct move_stored stored;
	struct arena *a = arena_open(1 << 20);
	struct move_store move = {
		.from = arena_printf(a, "sqlite:%s", config->file), .frozen = true, .to = config->db, .watch = config->watch};
	enum frg_status st = store_server_look(config->db, &out->there, &out->now, err);
	out->readable = st == FRG_OK && out->there;
	if (st == FRG_OK && (config->replace || (config->dry_run && out->now.comments)))
		st = frg_fail(err, FRG_CONFLICT, "copy_not_empty",
		              "a backup goes into an empty PostgreSQL database only, or on with a copy that was cut off");
	if (st == FRG_OK && out->backup.file.schema_old)
		st = frg_fail(err, FRG_UNSUPPORTED, "schema_older",
		              "the backup is of an older freigabe: restore it into a file first, then use migrate-store");
	if (st == FRG_OK && !config->dry_run)
		st = move_store(&move, a, &stored, err);
	arena_close(a);
	return st;
}

/* To put the last backup in place is no advice to somebody who does just that. */
static void name_damage(struct frg_error *err)
{
	if (strcmp(err->code, "store_corrupt") == 0 || strcmp(err->code, "backup_chain") == 0)
		err->code = "backup_damaged";
	else if (strcmp(err->code, "file_foreign") == 0)
		err->code = "backup_foreign";
}

enum frg_status move_restore(const struct move_restore *config, struct move_restored *out, struct frg_error *err)
{
	char path[STORE_PATH_MAX];
	bool server = store_url_postgres(config->db);
	*out = (struct move_restored){0};
	if (!server && !store_url_sqlite(config->db, path))
		return frg_fail(err, FRG_INVALID, "store_url", "a database is named as sqlite:PATH or postgres://…");
	enum frg_status st = move_check(config->file, true, &config->watch, &out->backup, err);
	if (st == FRG_CORRUPT)
		name_damage(err);
	if (st == FRG_OK && server)
		return restore_rows(config, out, err);
	if (st == FRG_OK)
		st = look_at_place(path, config->replace, out, err);
	return st == FRG_OK && !config->dry_run ? put_in_place(config, path, out, err) : st;
}
