/* A database as a whole: backed up, restored, moved to another store. Knows nothing of what is asked at a terminal. */
#ifndef SERVICE_MOVE_H
#define SERVICE_MOVE_H

#include "service/service.h"
#include "store/copy.h"

/* Is told how far a part of the work has come; all may be zero. `of` 0: nobody knows. */
struct move_watch {
	void (*progress)(void *ctx, const char *part, int64_t done, int64_t of);
	void *ctx;
};

/* What was found out about a backup. */
struct move_facts {
	struct store_file_facts file;
	struct audit_report audit;
	bool chains_checked; /* not of an older schema: those are once it is brought up to date */
};

/* Copies the database while others use it, checks the copy (pages, indexes, links, both chains, what is published,
 * preserved evidence), and only then gives it its name. Nothing is left of a backup that failed. Errors: FRG_CONFLICT
 * (backup_exists, backup_running), FRG_CORRUPT (the copy, so the database, is not in order), those of the store. */
MUST_CHECK enum frg_status move_backup(str db, const char *file, const struct move_watch *watch, struct move_facts *out,
                                       struct frg_error *err);
/* Removes the oldest of the files that move_backup_name named in this folder until `keep` are left. */
MUST_CHECK enum frg_status move_backup_rotate(const char *folder, int64_t keep, int64_t *removed,
                                              struct frg_error *err);
/* freigabe-20261128T191000Z.db */
enum { BACKUP_NAME_SIZE = 32 };
void move_backup_name(msec now, char out[BACKUP_NAME_SIZE]);

struct move_restore {
	const char *file;
	str db;
	bool replace; /* what is there is kept under another name */
	bool dry_run; /* look, and change nothing */
	struct move_watch watch;
};
struct move_restored {
	struct move_facts backup;
	bool there;    /* something is there already */
	bool readable; /* a database of ours, and: */
	struct store_file_facts now;
	char aside[STORE_PATH_MAX]; /* where it is kept now, or would be */
};
/* Checks the backup, then puts it where `db` says. *out is filled as far as things went, also on failure. Errors:
 * FRG_CORRUPT (the backup), FRG_CONFLICT (restore_exists), FRG_UNAVAILABLE (store_in_use), those of the store. */
MUST_CHECK enum frg_status move_restore(const struct move_restore *config, struct move_restored *out,
                                        struct frg_error *err);

struct move_store {
	str from, to;
	bool frozen; /* the source is a file that nobody writes */
	bool verify_only;
	struct move_watch watch;
};
struct move_stored {
	struct store_copy_report report; /* in `arena` */
	int64_t resumed;                 /* rows that were there from a copy that was cut off */
	struct audit_report audit;       /* of the target */
};
/* Copies all rows, compares both, makes the search index and proves the target's chains. FRG_CONFLICT (copy_differs)
 * with the report filled if the two are not the same. */
MUST_CHECK enum frg_status move_store(const struct move_store *config, struct arena *a, struct move_stored *out,
                                      struct frg_error *err);

#endif
