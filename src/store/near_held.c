/* A table from keys to lists of texts, the newest first. What waits no more stays in it until a search comes across it,
 * or until it has grown to twice what waits and is read anew. */
#include "store/near_held.h"

#include "store/tx.h"

#include <stdlib.h>

/* Events are kept for a day (event/jobs.c): whoever has not looked for an hour reads all. */
enum { LEAST = 1 << 14, SLOTS = 1 << 10, PAGE = 4000, PAGE_BYTES = 1 << 24, FRESH_MS = 3600 * 1000, FOUND_MAX = 128 };
static const uint32_t ended = UINT32_MAX;

/* All texts with one key, or with two that have these bits in common: of 2 million keys one in 2,000. */
struct slot {
	uint32_t print, first; /* an entry, counted from 1; 0: the slot is free; ended: nothing of its list is left */
};

struct near_held {
	id64 *texts;
	uint32_t *next; /* of entry STORE_NEAR_KEYS * text + key */
	uint32_t count, room;
	struct slot *slots;
	uint32_t slot_count, slots_used; /* a power of two */
	uint32_t most, limit;            /* limit: where it is read anew */
	uint32_t came;                   /* since it was read, also others' and what found no room */
	bool loaded, current;            /* current: as this transaction sees it */
	bool rows;                       /* some of what waits has its keys in rows of near_key */
	bool hangs;                      /* on what this job has done so far: it lacks what would come back */
	bool hung;                       /* on what other jobs of this transaction did */
	int64_t connection;              /* by which it came to know */
	int64_t seq;                     /* the event up to which it knows */
	int64_t seq_before;              /* and did, of what this transaction itself has not told */
	msec read_at;
};

struct near_held *near_held_open(size_t most)
{
	struct near_held *h = calloc(1, sizeof *h);
	if (!h)
		BUG("out of memory");
	h->most = (uint32_t)most;
	return h;
}

static void empty(struct near_held *h)
{
	uint32_t most = h->most;
	int64_t connection = h->connection;
	free(h->texts);
	free(h->next);
	free(h->slots);
	memset(h, 0, sizeof *h);
	h->most = most;
	h->connection = connection;
}

void near_held_close(struct near_held *h)
{
	if (!h)
		return;
	empty(h);
	free(h);
}

void near_held_begin(struct near_held *h, int64_t connection)
{
	if (connection != h->connection)
		empty(h);
	h->connection = connection;
	h->current = false;
	h->hangs = h->hung = false;
	h->seq_before = h->seq;
}

void near_held_undo(struct near_held *h)
{
	if (h->hangs)
		empty(h);
}

void near_held_keep(struct near_held *h, int64_t events)
{
	if (h->current)
		h->seq += events;
	h->hung = h->hung || h->hangs;
	h->hangs = false; /* it stays, whatever becomes of the next job */
}

void near_held_failed(struct near_held *h) { empty(h); }

/* Texts of it that are left waited for nothing, as searches find out. To read all that waits anew would take long, and
 * whoever sends the same request twice at once brings a transaction here. */
void near_held_again(struct near_held *h)
{
	if (h->hangs || h->hung)
		empty(h);
	h->seq = h->seq_before;
	h->current = false;
}

/* ---- the table ---- */

static void *grown(void *p, size_t count, size_t size)
{
	void *out = realloc(p, count * size);
	if (!out)
		BUG("out of memory");
	return out;
}

/* Keys are spread evenly already. */
static uint32_t print_of(id64 site, uint64_t key)
{
	return (uint32_t)((key ^ (uint64_t)site * UINT64_C(0x9E3779B97F4A7C15)) >> 32);
}

static struct slot *slot_of(struct slot *slots, uint32_t count, uint32_t print)
{
	uint32_t at = print & (count - 1);
	while (slots[at].first && slots[at].print != print)
		at = (at + 1) & (count - 1);
	return &slots[at];
}

static void grow_slots(struct near_held *h)
{
	uint32_t count = h->slot_count ? h->slot_count * 2 : SLOTS;
	struct slot *slots = calloc(count, sizeof *slots);
	if (!slots)
		BUG("out of memory");
	for (uint32_t i = 0; i < h->slot_count; i++)
		if (h->slots[i].first)
			*slot_of(slots, count, h->slots[i].print) = h->slots[i];
	free(h->slots);
	h->slots = slots;
	h->slot_count = count;
}

static void put(struct near_held *h, id64 site, id64 revision, const uint64_t *keys, size_t count)
{
	if (h->count == h->room) {
		h->room = h->room ? h->room * 2 : SLOTS;
		h->texts = grown(h->texts, h->room, sizeof *h->texts);
		h->next = grown(h->next, (size_t)h->room * STORE_NEAR_KEYS, sizeof *h->next);
	}
	if ((h->slots_used + STORE_NEAR_KEYS) * 4 > h->slot_count * 3)
		grow_slots(h);
	h->texts[h->count] = revision;
	for (size_t i = 0; i < count; i++) {
		uint32_t print = print_of(site, keys[i]), entry = h->count * STORE_NEAR_KEYS + (uint32_t)i;
		struct slot *s = slot_of(h->slots, h->slot_count, print);
		h->slots_used += s->first == 0;
		h->next[entry] = s->first ? s->first : ended;
		*s = (struct slot){print, entry + 1};
	}
	h->count++;
}

/* ---- as rows hold it ---- */

str near_held_bytes(const uint64_t *keys, size_t count, char out[NEAR_HELD_BYTES])
{
	for (size_t i = 0; i < count * 8; i++)
		out[i] = (char)(keys[i / 8] >> (56 - i % 8 * 8));
	return (str){out, count * 8};
}

/* Puts all rows of a query; *last: the revision of the last one, *got: how many. */
static enum frg_status put_rows(struct near_held *h, struct db_rows *rows, struct arena *a, id64 *last, int64_t *got,
                                struct frg_error *err)
{
	*got = 0;
	while (db_next(rows)) {
		uint64_t keys[STORE_NEAR_KEYS] = {0};
		str near = db_text(rows, 2, a);
		h->rows = h->rows || near.n == 0;
		size_t bytes = near.n < NEAR_HELD_BYTES ? near.n : NEAR_HELD_BYTES;
		for (size_t i = 0; i < bytes; i++)
			keys[i / 8] = keys[i / 8] << 8 | (unsigned char)near.p[i];
		*last = db_int(rows, 0);
		if (bytes)
			put(h, db_int(rows, 1), *last, keys, bytes / 8);
		++*got;
	}
	return db_end(rows, err);
}

static enum frg_status load(struct near_held *h, struct db *db, struct frg_error *err)
{
	struct arena *a = arena_open(PAGE_BYTES);
	enum frg_status st = FRG_OK;
	id64 after = 0;
	empty(h);
	for (int64_t got = PAGE; st == FRG_OK && got == PAGE;) {
		struct db_rows *rows;
		arena_reset(a);
		st = DB_QUERY(db, err, &rows,
		              "SELECT revision_id, site_id, near FROM queue WHERE revision_id > $1 AND blind_for = 0"
		              " ORDER BY revision_id LIMIT $2",
		              DB_INT(after), DB_INT(PAGE));
		if (st == FRG_OK)
			st = put_rows(h, rows, a, &after, &got, err);
	}
	arena_close(a);
	h->limit = h->count > LEAST / 2 ? h->count * 2 : LEAST;
	if (h->limit > h->most)
		h->limit = h->most;
	h->loaded = st == FRG_OK;
	return st;
}

/* What others have put into the queue since. */
static enum frg_status read_others(struct near_held *h, struct db *db, struct frg_error *err)
{
	struct db_rows *rows;
	id64 last;
	int64_t got;
	enum frg_status st = DB_QUERY(db, err, &rows,
	                              "SELECT q.revision_id, q.site_id, q.near FROM event e JOIN queue q"
	                              " ON q.revision_id = e.revision_id WHERE e.seq > $1 AND q.blind_for = 0"
	                              " ORDER BY e.seq LIMIT $2",
	                              DB_INT(h->seq), DB_INT(PAGE));
	if (st != FRG_OK)
		return st;
	struct arena *a = arena_open(PAGE_BYTES);
	st = put_rows(h, rows, a, &last, &got, err);
	arena_close(a);
	h->came += (uint32_t)got;
	return st;
}

/* Much of it has gone, probably. */
static bool is_full(const struct near_held *h) { return h->count >= h->limit && h->came >= h->count / 4; }

enum frg_status near_held_read(struct near_held *h, struct db *db, struct frg_error *err)
{
	struct store_tx tx = {.db = db};
	int64_t seq;
	msec now = clock_steady();
	bool hangs = true;
	if (h->current)
		return FRG_OK;
	enum frg_status st = store_event_last(&tx, &seq, err);
	if (st != FRG_OK)
		return st;
	if (!h->loaded || is_full(h) || seq < h->seq || seq - h->seq > PAGE || now - h->read_at > FRESH_MS)
		st = load(h, db, err);
	else if (seq != h->seq)
		st = read_others(h, db, err);
	else
		hangs = false;
	if (st != FRG_OK) {
		empty(h);
		return st;
	}
	h->hangs = h->hangs || hangs;
	h->read_at = now;
	h->seq = seq;
	h->current = true;
	return FRG_OK;
}

enum frg_status near_held_first(struct near_held *h, struct db *db, struct frg_error *err)
{
	enum frg_status st = near_held_read(h, db, err);
	h->hangs = false;
	h->seq_before = h->seq;
	return st;
}

enum frg_status near_held_add(struct near_held *h, struct db *db, id64 site, id64 revision, const uint64_t *keys,
                              size_t count, bool *added, struct frg_error *err)
{
	BUG_IF(!h->current || count > STORE_NEAR_KEYS);
	if (is_full(h)) {
		h->current = false;
		enum frg_status st = near_held_read(h, db, err);
		if (st != FRG_OK)
			return st;
	}
	h->came++;
	*added = h->count < h->limit;
	if (*added)
		put(h, site, revision, keys, count);
	h->rows = h->rows || !*added;
	return FRG_OK;
}

bool near_held_has_rows(const struct near_held *h) { return h->rows; }

bool near_held_knows(const struct near_held *h, id64 site, const uint64_t *keys, size_t count)
{
	BUG_IF(!h->current);
	for (size_t i = 0; i < count && h->slot_count; i++) {
		uint32_t first = slot_of(h->slots, h->slot_count, print_of(site, keys[i]))->first;
		if (first && first != ended)
			return true;
	}
	return false;
}

static enum frg_status waits(struct db *db, id64 revision, bool *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(db, err, &rows,
	                              "SELECT 1 FROM queue WHERE revision_id = $1 AND near IS NOT NULL AND blind_for = 0",
	                              DB_INT(revision));
	if (st != FRG_OK)
		return st;
	*out = db_next(rows);
	return db_end(rows, err);
}

static bool is_in(const id64 *ids, size_t count, id64 id)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* Walks one list; what waits no more goes out of it, and where one stands that has come in again. */
static enum frg_status find_one(struct near_held *h, struct db *db, struct slot *s, int64_t limit,
                                struct store_ids *out, struct frg_error *err)
{
	id64 met[FOUND_MAX];
	int64_t count = 0;
	for (uint32_t *at = &s->first; *at != ended && count < limit;) {
		uint32_t entry = *at - 1;
		id64 revision = h->texts[entry / STORE_NEAR_KEYS];
		bool again = is_in(met, (size_t)count, revision), known = is_in(out->items, out->count, revision);
		bool there = known;
		enum frg_status st = known ? FRG_OK : waits(db, revision, &there, err);
		if (st != FRG_OK)
			return st;
		if (again || !there) {
			*at = h->next[entry];
			h->hangs = h->hangs || !there;
			continue;
		}
		if (!known)
			out->items[out->count++] = revision;
		met[count++] = revision;
		at = &h->next[entry];
	}
	return FRG_OK;
}

enum frg_status near_held_find(struct near_held *h, struct db *db, id64 site, const uint64_t *keys, size_t count,
                               int64_t limit, struct store_ids *out, struct frg_error *err)
{
	enum frg_status st = FRG_OK;
	BUG_IF(!h->current || limit > FOUND_MAX);
	for (size_t i = 0; st == FRG_OK && i < count && h->slot_count; i++) {
		struct slot *s = slot_of(h->slots, h->slot_count, print_of(site, keys[i]));
		if (s->first)
			st = find_one(h, db, s, limit, out, err);
	}
	return st;
}
