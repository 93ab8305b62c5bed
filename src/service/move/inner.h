/* What backup and restore share. */
#ifndef SERVICE_MOVE_INNER_H
#define SERVICE_MOVE_INNER_H

#include "service/move/move.h"

/* A part of the work, told to the watch. */
struct move_part {
	const struct move_watch *watch;
	const char *name;
};
void move_part_progress(void *part, int64_t done, int64_t of);
void move_part_rows(void *part, int64_t done);

/* Everything that can be known of a file that nobody writes. `foreign`: it may be anybody's, so that its pages are
 * checked before its rows are read. */
MUST_CHECK enum frg_status move_check(const char *file, bool foreign, const struct move_watch *watch,
                                      struct move_facts *out, struct frg_error *err);
/* The chains of an open store. FRG_CORRUPT with what is wrong. */
MUST_CHECK enum frg_status move_audit(struct store *store, const struct move_watch *watch, struct audit_report *out,
                                      struct frg_error *err);

/* A file that is not finished: PATH.part, empty, locked against another that does the same. */
struct move_file {
	char part[STORE_PATH_MAX + 8];
	int fd;
};
MUST_CHECK enum frg_status move_file_begin(struct move_file *f, const char *path, struct frg_error *err);
/* Made by root it is to be whose `like` is, or if there is no such file, whose folder that is: the server's account
 * reads it. */
MUST_CHECK enum frg_status move_file_give(struct move_file *f, const char *like, struct frg_error *err);
/* An empty file under its own name, for a database that is made in place, and given away in the same way: also what
 * lies beside it while it grows is then its owner's (SQLite sees to that). `made`: it was not there. */
MUST_CHECK enum frg_status move_file_make(const char *path, bool *made, struct frg_error *err);
/* On the disk, and under its name; refuses to overwrite. Only then it is there. */
MUST_CHECK enum frg_status move_file_finish(struct move_file *f, const char *path, struct frg_error *err);
/* As rename; but what has that name already keeps it (EEXIST). */
MUST_CHECK int move_rename(const char *from, const char *to);
/* After a failure; nothing is left. */
void move_file_drop(struct move_file *f);
/* What stands in a folder's directory is on the disk, too. */
MUST_CHECK enum frg_status move_folder_sync(const char *path, struct frg_error *err);

/* Makes the search index of an open store, unless it is complete. */
MUST_CHECK enum frg_status move_search(struct store *store, const struct move_watch *watch, struct frg_error *err);

#endif
