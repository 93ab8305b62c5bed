/* A database file of SQLite's as a whole: copied while others write it, and looked at before anything in it is
 * believed. For backups and what is restored from them. */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include "base/clock.h"

/* The path of sqlite:PATH; false for anything else. */
enum { STORE_PATH_MAX = 4096 };
bool store_url_sqlite(str url, char path[STORE_PATH_MAX]);
bool store_url_postgres(str url);

/* Called now and then; `of` is what `done` will reach. */
typedef void store_progress(void *ctx, int64_t done, int64_t of);

enum store_file_use {
	STORE_FILE_LIVE,  /* others may have it open, and write it */
	STORE_FILE_FROZEN /* nobody writes it: read as it lies, without its log */
};

struct store_file_facts {
	int64_t schema;  /* how many migrations have run */
	bool schema_old; /* this program knows more */
	int64_t comments, decisions, publications, bytes;
	msec newest; /* comment; 0: there is none */
};

/* Copies one state of `from` into the empty file `to`, which is on the disk afterwards, as one file, without a log.
 * Does not hold up who writes `from`. Errors: FRG_NOT_FOUND, FRG_UNAVAILABLE (store_full, store_io, store_busy),
 * FRG_CORRUPT. */
MUST_CHECK enum frg_status store_file_copy(const char *from, enum store_file_use use, const char *to,
                                           store_progress *progress, void *ctx, struct frg_error *err);
/* Is it a database of this program's, or of an earlier version of it? Its tables must be those, and nothing else be in
 * it. FRG_CORRUPT (file_foreign) for anything else, FRG_UNSUPPORTED (schema_newer, schema_changed). */
MUST_CHECK enum frg_status store_file_look(const char *path, enum store_file_use use, struct store_file_facts *out,
                                           struct frg_error *err);
/* Is there nothing at all in it, as after a program that was cut off before it made a table? */
bool store_file_empty(const char *path);
/* Every page, index and constraint, of a frozen file; FRG_CORRUPT with what is wrong. */
MUST_CHECK enum frg_status store_file_whole(const char *path, struct frg_error *err);
/* Makes it one file again, without a log. Nobody else has it open. */
MUST_CHECK enum frg_status store_file_seal(const char *path, struct frg_error *err);
/* FRG_UNAVAILABLE (store_in_use) if a program has it open; takes in what its log holds. */
MUST_CHECK enum frg_status store_file_unused(const char *path, struct frg_error *err);

#endif
