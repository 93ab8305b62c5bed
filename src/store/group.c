/* A group of jobs in one transaction. Plain jobs (STORE_PLAIN) come first, without anything to go back to: their
 * questions are asked all at once, their rows go together, their events are told in one go. Should one of them break
 * its word, or the database refuse what it wrote, nothing has been committed, and the group begins anew with a
 * savepoint for each. */
#include "store/group.h"

#include "store/checkpoints.h"
#include "store/measure.h"
#include "store/near_held.h"
#include "store/plain.h"

#include "base/log.h"

struct group {
	struct group_writer *w;
	struct job **jobs;
	size_t count, ran;
	bool plainly;         /* plain jobs go without a savepoint */
	bool ahead;           /* what they sent may not have been answered */
	bool again;           /* to begin anew: none of it is done */
	struct store_tx told; /* what plain jobs tell */
};

static struct store_tx tx_of(const struct group_writer *w, const struct job *job)
{
	return (struct store_tx){.db = w->db, .arena = job->arena, .kept = w->kept, .held = w->held};
}

/* ---- jobs ---- */

static void ask_one(const struct group_writer *w, const struct job *job)
{
	struct store_tx tx = tx_of(w, job);
	if (!job->ask || !db_ask(w->db))
		return;
	job->ask(&tx, job->ctx);
	db_asked(w->db);
}

/* Refused or done, but nothing in between. False: it was, and what it did is still there. */
static bool run_plain(struct group *g, struct job *job)
{
	struct group_writer *w = g->w;
	struct store_tx tx = tx_of(w, job);
	int64_t before = db_changes(w->db);
	job->status = job->work(&tx, job->ctx, &job->err);
	if (job->status == FRG_OK)
		job->status = store_chain_write(&tx, &job->err);
	if (job->status == FRG_OK) {
		store_events_join(&g->told, &tx);
		return true;
	}
	bool broken = db_changes(w->db) != before;
	if (broken)
		store_plain_broken(job->work, job->status, &job->err);
	return !broken;
}

/* One job in a savepoint of its own. False: it failed, and what it did is still there. */
static bool run_one(const struct group_writer *w, struct job *job)
{
	struct db *db = w->db;
	job->status = db_step(db, &job->err, DB_SAVE);
	if (job->status != FRG_OK)
		return true;
	struct store_tx tx = tx_of(w, job);
	ask_one(w, job);
	job->status = job->work(&tx, job->ctx, &job->err);
	if (job->status == FRG_OK)
		job->status = store_events_write(&tx, &job->err);
	if (job->status == FRG_OK)
		job->status = store_chain_write(&tx, &job->err);
	if (!db_in_transaction(db)) /* a full disk ends the whole group */
		return true;
	if (job->status == FRG_OK)
		job->status = db_step(db, &job->err, DB_KEEP);
	if (job->status == FRG_OK) {
		near_held_keep(w->held, tx.event_count);
		return true;
	}
	near_held_undo(w->held);
	struct frg_error undo;
	if (!db_in_transaction(db) || db_step(db, &undo, DB_UNDO) == FRG_OK)
		return true;
	log_error("store_undo", "%s", undo.msg);
	return false;
}

/* ---- a group ---- */

/* Plain jobs first: should one break its word, no other work has been done that would have to be done twice. Of these,
 * first who asks beforehand: they do not see what others of their group have written. How many are plain. */
static size_t sort(struct job **jobs, size_t count)
{
	struct job *sorted[GROUP_MAX];
	size_t n = 0, plain = 0;
	for (int turn = 0; turn < 3; turn++) {
		for (size_t i = 0; i < count; i++)
			if ((jobs[i]->plain ? jobs[i]->ask ? 0 : 1 : 2) == turn)
				sorted[n++] = jobs[i];
		if (turn == 1)
			plain = n;
	}
	memcpy(jobs, sorted, count * sizeof(struct job *));
	return plain;
}

/* All at once, with what the group itself is going to read. */
static void ask_all(const struct group *g, size_t plain)
{
	int64_t seq;
	struct frg_error none;
	struct db *db = g->w->db;
	if (plain == 0 || !g->jobs[0]->ask || !db_ask(db))
		return;
	store_unread(store_migrated_still(db, &none));
	for (size_t i = 0; i < plain && g->jobs[i]->ask; i++) {
		struct store_tx tx = tx_of(g->w, g->jobs[i]);
		db_whose(db, (unsigned)i + 1);
		if (i == 0) /* the first who looks for near texts reads it for all (near_held.h) */
			store_unread(store_event_last(&tx, &seq, &none));
		g->jobs[i]->ask(&tx, g->jobs[i]->ctx);
	}
	db_whose(db, 0);
	db_asked(db);
}

static enum frg_status given_up(const struct job *job, struct frg_error *err)
{
	return frg_fail(err, FRG_UNAVAILABLE, job->err.code ? job->err.code : "store_io",
	                "the transaction was given up: %s", job->err.msg);
}

static enum frg_status run_plain_jobs(struct group *g, size_t plain, struct frg_error *err)
{
	struct db *db = g->w->db;
	enum frg_status st = FRG_OK;
	g->told = (struct store_tx){.db = db, .kept = g->w->kept};
	while (st == FRG_OK && g->ran < plain) {
		db_whose(db, (unsigned)g->ran + 1);
		struct job *job = g->jobs[g->ran++];
		g->again = !run_plain(g, job) && db_in_transaction(db);
		if (g->again || !db_in_transaction(db))
			st = given_up(job, err);
	}
	db_whose(db, 0);
	if (st == FRG_OK) {
		st = store_events_write(&g->told, err);
		g->again = st != FRG_OK && db_in_transaction(db);
	}
	if (st == FRG_OK)
		near_held_keep(g->w->held, g->told.event_count);
	if (st == FRG_OK && g->ahead && plain < g->count) { /* what comes may not be done twice */
		st = db_settle(db, err);
		g->ahead = st != FRG_OK;
	}
	return st;
}

static enum frg_status run_jobs(struct group *g, struct frg_error *err)
{
	struct db *db = g->w->db;
	size_t plain = sort(g->jobs, g->count);
	plain = g->plainly ? plain : 0;
	arena_reset(g->w->kept);
	enum frg_status st = db_step(db, err, DB_BEGIN_WRITE);
	near_held_begin(g->w->held, db_connection(db));
	if (st == FRG_OK) {
		g->ahead = plain && db_sends_ahead(db);
		ask_all(g, plain);
		st = store_migrated_still(db, err);
	}
	if (st == FRG_OK)
		st = run_plain_jobs(g, plain, err);
	while (st == FRG_OK && g->ran < g->count) {
		struct job *job = g->jobs[g->ran++];
		if (!run_one(g->w, job) || !db_in_transaction(db))
			st = given_up(job, err);
	}
	return st;
}

enum frg_status group_last_event(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct last_event *last = ctx;
	struct store_events row = {0};
	enum frg_status st = store_event_last(tx, &last->seq, err);
	if (st == FRG_OK)
		st = store_event_after(tx, last->seq - 1, 1, &row, err);
	last->mark = st == FRG_OK && row.count ? store_event_mark(&row.items[0]) : 0;
	return st;
}

static enum frg_status commit(const struct group *g, struct frg_error *err)
{
	struct last_event last = {0};
	struct group_writer *w = g->w;
	enum frg_status st = FRG_OK;
	if (w->known)
		st = group_last_event(&(struct store_tx){.db = w->db, .arena = w->kept}, &last, err);
	int64_t began = clock_steady_ns();
	atomic_store(w->by, db_number(w->db));
	if (st == FRG_OK)
		st = db_step(w->db, err, DB_COMMIT);
	if (st != FRG_OK)
		return st;
	metric_observe(&store_commits, 0, clock_steady_ns() - began);
	metric_observe(&store_group, 0, (int64_t)g->count);
	if (w->known)
		history_add(w->known, last.seq, last.mark);
	if (w->checkpoints)
		checkpoints_tell(w->checkpoints, db_log_pages(w->db));
	return FRG_OK;
}

static enum frg_status run_and_commit(struct group *g, struct frg_error *err)
{
	enum frg_status st = run_jobs(g, err);
	if (st == FRG_OK)
		st = commit(g, err);
	g->again = g->again || (st != FRG_OK && g->ahead && db_in_transaction(g->w->db));
	return st;
}

static void give_up(const struct group_writer *w)
{
	struct frg_error undo;
	near_held_failed(w->held);
	if (db_in_transaction(w->db) && db_step(w->db, &undo, DB_ROLLBACK) != FRG_OK)
		log_error("store_rollback", "%s", undo.msg);
}

const char *group_run(struct group_writer *w, struct job **jobs, size_t count)
{
	struct frg_error err = {0};
	struct group g = {.w = w, .jobs = jobs, .count = count, .plainly = true};
	enum frg_status st = run_and_commit(&g, &err);
	if (g.again) {
		log_error("store_plain", "a group begins anew, each with a savepoint: %s", err.msg);
		give_up(w);
		g = (struct group){.w = w, .jobs = jobs, .count = count};
		st = run_and_commit(&g, &err);
	}
	if (st == FRG_OK)
		return NULL;
	metric_add(&store_failures, 0, 1);
	give_up(w);
	log_error("store_commit", "writes not done: %s", err.msg);
	for (size_t i = 0; i < count; i++) { /* nothing of the group is on the disk: say so to all */
		if (i < g.ran && jobs[i]->status != FRG_OK)
			continue;
		jobs[i]->status = st;
		jobs[i]->err = err;
	}
	return err.code;
}
