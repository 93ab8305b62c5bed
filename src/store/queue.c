/* The queue: held revisions with what they are sorted and filtered by. What a request asks for costs the same however
 * many wait: pages and counts go along indexes in the order itself, and counts end at a limit. */
#include "store/near_held.h"
#include "store/tx.h"

#include <stdlib.h>

#define ROW                                                                                                            \
	"q.revision_id, q.site_id, q.comment_id, q.article_id, q.author_id, q.section, q.lang, q.submitted_at, q.due_at,"  \
	" q.suggestion, q.profanity, q.aggression, q.insinuation, q.ad_link, q.off_topic, q.engaging, q.author_released,"  \
	" q.author_rejected, q.edit, q.returned, q.referral, q.referral_by, q.escalated_at, q.group_id, q.repost_of, "     \
	"q.blind_for"

enum frg_status store_queue_put(struct store_tx *tx, const struct store_queue_row *r, struct frg_error *err)
{
	enum frg_status st = DB_RUN(tx->db, err, "DELETE FROM queue WHERE revision_id = $1", DB_INT(r->revision));
	return st == FRG_OK ? store_queue_add(tx, r, err) : st;
}

enum frg_status store_queue_add(struct store_tx *tx, const struct store_queue_row *r, struct frg_error *err)
{
	bool within;
	char near[NEAR_HELD_BYTES];
	enum frg_status st = store_near_hold(tx, r, &within, err);
	if (st != FRG_OK)
		return st;
	return DB_PUT(tx->db, err,
	              "INSERT INTO queue (revision_id, site_id, comment_id, article_id, author_id, section, lang,"
	              " submitted_at, due_at, suggestion, profanity, aggression, insinuation, ad_link, off_topic,"
	              " engaging, author_released, author_rejected, edit, returned, referral, referral_by, escalated_at, "
	              "group_id, repost_of, blind_for, turn, near)"
	              " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,"
	              " $21, $22, $23, $24, $25, $26, $27, $28)",
	              DB_INT(r->revision), DB_INT(r->site), DB_INT(r->comment), DB_INT(r->article), DB_INT(r->author),
	              DB_TEXT(r->section), DB_TEXT(r->lang), DB_INT(r->submitted), DB_INT(r->due), DB_TEXT(r->suggestion),
	              DB_INT(r->score[0]), DB_INT(r->score[1]), DB_INT(r->score[2]), DB_INT(r->score[3]),
	              DB_INT(r->score[4]), DB_INT(r->score[5]), DB_INT(r->author_released), DB_INT(r->author_rejected),
	              DB_INT(r->edit), DB_INT(r->returned), DB_TEXT(r->referral), DB_INT(r->referral_by),
	              DB_INT_OR_NULL(r->escalated), DB_INT(r->group), DB_INT(r->repost_of), DB_INT(r->blind_for),
	              DB_INT(r->escalated == 0), within ? DB_BLOB(near_held_bytes(r->near, r->near_count, near)) : DB_NULL);
}

static void read_row(struct arena *a, struct db_rows *r, struct store_queue_row *q)
{
	*q = (struct store_queue_row){
		.revision = db_int(r, 0),
		.site = db_int(r, 1),
		.comment = db_int(r, 2),
		.article = db_int(r, 3),
		.author = db_int(r, 4),
		.section = db_text(r, 5, a),
		.lang = db_text(r, 6, a),
		.submitted = db_int(r, 7),
		.due = db_int(r, 8),
		.suggestion = db_text(r, 9, a),
		.author_released = db_int(r, 16),
		.author_rejected = db_int(r, 17),
		.edit = db_int(r, 18),
		.returned = db_int(r, 19),
		.referral = db_text(r, 20, a),
		.referral_by = db_int(r, 21),
		.escalated = db_int(r, 22),
		.group = db_int(r, 23),
		.repost_of = db_int(r, 24),
		.blind_for = db_int(r, 25),
	};
	for (int i = 0; i < FRG_RULE_COUNT; i++)
		q->score[i] = db_int(r, 10 + i);
}

enum frg_status store_queue_get(struct store_tx *tx, id64 revision, struct store_queue_row *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT " ROW " FROM queue q WHERE q.revision_id = $1",
	                              DB_INT(revision));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_row, "place in the queue");
}

/* Which rows an editor may see: all of it stands in the indexes of the order. What is not asked for is a constant that
 * is always true. `replace` finds a name among others on both databases. */
#define MAY_SEE                                                                                                        \
	" AND ($2 = '' OR replace($2, '\n' || q.section || '\n', '') <> $2)"                                               \
	" AND ($3 = '' OR replace($3, '\n' || q.section || '\n', '') <> $3)"                                               \
	" AND ($4 = 0 OR q.referral <> 'lawyer') AND (q.blind_for = 0 OR ($5 <> 0 AND q.blind_for <> $5))"

#define MAY_SEE_ARGS(f)                                                                                                \
	DB_INT((f)->site), DB_TEXT((f)->own_sections), DB_TEXT((f)->sections), DB_INT((f)->without_lawyer),                \
		DB_INT((f)->asked), DB_INT(!(f)->only_escalated)

/* What a lane may ask besides. */
#define FILTER                                                                                                         \
	MAY_SEE " AND ($7 = 0 OR q.referral <> 'second' OR q.referral_by <> $7)"                                           \
			" AND ($8 = '' OR replace($8, '|' || q.referral || '|', '') <> $8) AND ($9 = '' OR q.lang = $9)"           \
			" AND ($10 = 0 OR (q.profanity BETWEEN $11 AND $12 AND q.aggression BETWEEN $13 AND $14"                   \
			" AND q.insinuation BETWEEN $15 AND $16 AND q.ad_link BETWEEN $17 AND $18"                                 \
			" AND q.off_topic BETWEEN $19 AND $20 AND q.engaging BETWEEN $21 AND $22))"                                \
			" AND ($23 = 0 OR ($23 = 1 AND q.author_released + q.author_rejected = 0)"                                 \
			" OR ($23 = 2 AND q.author_released > 0) OR ($23 = 3 AND q.author_rejected > 0))"                          \
			" AND ($24 = 0 OR q.edit = 1) AND ($25 = 0 OR q.returned = 1)"                                             \
			" AND ($26 = 0 OR ($26 & CASE q.suggestion WHEN 'release' THEN 1 WHEN 'look' THEN 2 ELSE 4 END) <> 0)"     \
			" AND ($27 = 0 OR q.article_id = $27) AND ($28 = 0 OR q.submitted_at <= $28)"                              \
			" AND ($29 = 0 OR EXISTS (SELECT 1 FROM objection o WHERE o.comment_id = q.comment_id))"                   \
			" AND ($30 = 0 OR q.author_id IN (SELECT m.author_id FROM notice n JOIN comment m ON m.id = n.comment_id"  \
			" WHERE n.site_id = $1 AND n.decided_at IS NULL))"

#define FILTER_ARGS(f)                                                                                                 \
	MAY_SEE_ARGS(f), DB_INT((f)->but_referred_by), DB_TEXT((f)->referral), DB_TEXT((f)->lang), DB_INT((f)->by_score),  \
		DB_INT((f)->min[0]), DB_INT((f)->max[0]), DB_INT((f)->min[1]), DB_INT((f)->max[1]), DB_INT((f)->min[2]),       \
		DB_INT((f)->max[2]), DB_INT((f)->min[3]), DB_INT((f)->max[3]), DB_INT((f)->min[4]), DB_INT((f)->max[4]),       \
		DB_INT((f)->min[5]), DB_INT((f)->max[5]), DB_INT((f)->author), DB_INT((f)->only_edits),                        \
		DB_INT((f)->only_returned), DB_INT((f)->suggestions), DB_INT((f)->article), DB_INT((f)->before),               \
		DB_INT((f)->only_appealed), DB_INT((f)->only_reported)

/* Is it everything that its reader may see? */
static bool is_everything(const struct store_queue_filter *f)
{
	return !f->referral.n && !f->lang.n && !f->by_score && f->author == AUTHOR_ANY && !f->only_edits &&
	       !f->only_returned && !f->suggestions && !f->article && !f->before && !f->only_appealed && !f->only_reported;
}

/* ---- ways in: each keeps the order, and leads past what is not asked for ---- */

enum way { BY_ORDER, BY_REFERRAL, BY_RETURN, BY_SECTION, WAYS };

#define ORDER_WAY " FROM queue q WHERE q.site_id = $1 AND q.turn <= $6"
#define REFERRAL_WAY ORDER_WAY " AND q.referral <> ''"
#define RETURN_WAY ORDER_WAY " AND q.edit + q.returned > 0"
#define SECTION_WAY(section) ORDER_WAY " AND q.section = " section
#define IN_ORDER " ORDER BY q.turn, q.due_at, q.revision_id LIMIT "

/* Sections that are read one by one. Whoever has more sees most of the queue anyway. */
enum { SECTIONS_MAX = 16 };

struct sections {
	str items[SECTIONS_MAX];
	size_t count;
};

/* The next name of a list; whether there is one. */
static bool next_name(str *list, str *name)
{
	while (list->n && list->p[0] == '\n')
		*list = str_sub(*list, 1, list->n);
	return list->n && str_next(list, '\n', name);
}

static bool among(struct arena *a, str list, str name)
{
	return list.n == 0 || str_find(list, arena_printf(a, "\n%.*s\n", STR_ARG(name)), 0) != SIZE_MAX;
}

/* Named twice it would be read and counted twice. */
static bool is_listed(const struct sections *s, str name)
{
	for (size_t i = 0; i < s->count; i++)
		if (str_eq(s->items[i], name))
			return true;
	return false;
}

/* How to read what the filter asks for. BY_SECTION: once for each of `out`, which may be none. */
static enum way way_in(struct arena *a, const struct store_queue_filter *f, struct sections *out)
{
	out->count = 0;
	if (f->referral.n)
		return BY_REFERRAL;
	if (f->only_edits || f->only_returned)
		return BY_RETURN;
	str name, list = f->own_sections.n ? f->own_sections : f->sections;
	if (list.n == 0)
		return BY_ORDER;
	while (next_name(&list, &name)) {
		if (!among(a, f->sections, name) || is_listed(out, name))
			continue;
		if (out->count == SECTIONS_MAX)
			return BY_ORDER;
		out->items[out->count++] = name;
	}
	return BY_SECTION;
}

/* The filter for a section of its own: what it may see is said by the section. */
static struct store_queue_filter within_section(const struct store_queue_filter *f)
{
	struct store_queue_filter inner = *f;
	inner.own_sections = inner.sections = STR("");
	return inner;
}

/* ---- pages ---- */

#define AFTER " AND (q.turn, q.due_at, q.revision_id) > ($31, $32, $33)" IN_ORDER "$34"

static const char *const page_sql[WAYS] = {
	[BY_ORDER] = "SELECT " ROW ORDER_WAY FILTER AFTER,
	[BY_REFERRAL] = "SELECT " ROW REFERRAL_WAY FILTER AFTER,
	[BY_RETURN] = "SELECT " ROW RETURN_WAY FILTER AFTER,
	[BY_SECTION] = "SELECT " ROW SECTION_WAY("$35") FILTER AFTER,
};

/* `section` is for BY_SECTION. */
static enum frg_status read_page(struct store_tx *tx, enum way way, const struct store_queue_filter *f, str section,
                                 const struct store_queue_place *after, int64_t limit, struct store_queue_rows *out,
                                 struct frg_error *err)
{
	struct db_rows *rows;
	struct db_value args[] = {FILTER_ARGS(f),          DB_INT(after->turn), DB_INT(after->due),
	                          DB_INT(after->revision), DB_INT(limit),       DB_TEXT(section)};
	enum frg_status st = db_query(tx->db, err, page_sql[way], args, COUNT_OF(args) - (way != BY_SECTION), &rows);
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_row);
}

static int by_place(const void *x, const void *y)
{
	const struct store_queue_row *a = x, *b = y;
	int64_t left[] = {a->escalated == 0, a->due, a->revision}, right[] = {b->escalated == 0, b->due, b->revision};
	for (size_t i = 0; i < COUNT_OF(left); i++)
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	return 0;
}

/* The first of each section, and of these the first. */
static enum frg_status read_sections(struct store_tx *tx, const struct store_queue_filter *f,
                                     const struct sections *sections, const struct store_queue_place *after,
                                     int64_t limit, struct store_queue_rows *out, struct frg_error *err)
{
	struct store_queue_filter inner = within_section(f);
	struct store_queue_rows parts[SECTIONS_MAX] = {0};
	size_t count = 0;
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < sections->count; count += parts[i++].count)
		st = read_page(tx, BY_SECTION, &inner, sections->items[i], after, limit, &parts[i], err);
	if (st != FRG_OK)
		return st;
	*out = (struct store_queue_rows){.items = ARENA_ARRAY(tx->arena, struct store_queue_row, count)};
	for (size_t i = 0; i < sections->count; i++)
		for (size_t k = 0; k < parts[i].count; k++)
			out->items[out->count++] = parts[i].items[k];
	if (count)
		qsort(out->items, count, sizeof *out->items, by_place);
	out->count = count < (size_t)limit ? count : (size_t)limit;
	return FRG_OK;
}

enum frg_status store_queue_page(struct store_tx *tx, const struct store_queue_filter *f,
                                 const struct store_queue_place *after, int64_t limit, struct store_queue_rows *out,
                                 struct frg_error *err)
{
	struct sections sections;
	enum way way = way_in(tx->arena, f, &sections);
	return way == BY_SECTION ? read_sections(tx, f, &sections, after, limit, out, err)
	                         : read_page(tx, way, f, STR(""), after, limit, out, err);
}

/* ---- groups ---- */

enum frg_status store_queue_group(struct store_tx *tx, id64 group, id64 after, int64_t limit,
                                  struct store_queue_rows *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " ROW " FROM queue q WHERE q.revision_id = $1 AND q.group_id = $1"
	                              " AND q.revision_id > $2 UNION ALL"
	                              " SELECT " ROW " FROM queue q WHERE q.group_id = $1 AND q.group_id <> q.revision_id"
	                              " AND q.revision_id > $2 ORDER BY 1 LIMIT $3",
	                              DB_INT(group), DB_INT(after), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_row);
}

/* What was released lately may still have its keys; it is not in the queue, or there to be judged again. */
enum frg_status store_queue_linked(struct store_tx *tx, id64 site, uint64_t key, id64 after, int64_t limit,
                                   struct store_queue_rows *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " ROW
	                              " FROM near_key n CROSS JOIN queue q WHERE q.revision_id = n.revision_id"
	                              " AND n.site_id = $1 AND n.refused = 0 AND n.key = $2 AND n.revision_id > $3"
	                              " ORDER BY n.revision_id LIMIT $4",
	                              DB_INT(site), DB_INT((int64_t)key), DB_INT(after), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_row);
}

/* How many of k there are, and how many of these one with these sections decides along. */
#define ALONG(but)                                                                                                     \
	"SELECT count(*), count(*) FILTER (WHERE q.referral = '' AND q.blind_for = 0 AND " but                             \
	" AND ($2 = '' OR replace($2, '\n' || q.section || '\n', '') <> $2)) FROM ("
#define WAITS " LIMIT $3) AS k LEFT JOIN queue q ON q.revision_id = k.revision_id"

static enum frg_status read_along(struct db_rows *rows, int64_t limit, int64_t *count, bool *cut, struct frg_error *err)
{
	*count = 0;
	*cut = false;
	if (db_next(rows)) {
		*cut = db_int(rows, 0) >= limit;
		*count = db_int(rows, 1);
	}
	return db_end(rows, err);
}

enum frg_status store_queue_group_count(struct store_tx *tx, id64 group, id64 but, str own_sections, int64_t limit,
                                        int64_t *count, bool *cut, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, ALONG("q.revision_id <> $4") STORE_OF_GROUP WAITS, DB_INT(group),
	                              DB_TEXT(own_sections), DB_INT(limit), DB_INT(but));
	return st == FRG_OK ? read_along(rows, limit, count, cut, err) : st;
}

enum frg_status store_queue_linked_count(struct store_tx *tx, id64 site, uint64_t key, id64 but_group, str own_sections,
                                         int64_t limit, int64_t *count, bool *cut, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              ALONG("q.group_id <> $5") "SELECT revision_id FROM near_key WHERE site_id = $1 AND "
	                                                        "refused = 0 AND key = $4" WAITS,
	                              DB_INT(site), DB_TEXT(own_sections), DB_INT(limit), DB_INT((int64_t)key),
	                              DB_INT(but_group));
	return st == FRG_OK ? read_along(rows, limit, count, cut, err) : st;
}

enum frg_status store_queue_repost(struct store_tx *tx, id64 revision, id64 decision, struct frg_error *err)
{
	return DB_RUN(tx->db, err, "UPDATE queue SET repost_of = $2 WHERE revision_id = $1", DB_INT(revision),
	              DB_INT(decision));
}

/* ---- counts ---- */

#define COUNT                                                                                                          \
	"SELECT count(*), count(*) FILTER (WHERE k.turn = 0), min(k.submitted_at) FROM (SELECT q.turn, q.submitted_at"

static const char *const count_sql[WAYS] = {
	[BY_ORDER] = COUNT ORDER_WAY FILTER IN_ORDER "$31) AS k",
	[BY_REFERRAL] = COUNT REFERRAL_WAY FILTER IN_ORDER "$31) AS k",
	[BY_RETURN] = COUNT RETURN_WAY FILTER IN_ORDER "$31) AS k",
	[BY_SECTION] = COUNT SECTION_WAY("$32") FILTER IN_ORDER "$31) AS k",
};

/* Of everything that an editor may see: from an index alone. */
static const char *const waiting_sql[WAYS] = {
	[BY_ORDER] = "SELECT count(*), 0, 0 FROM (SELECT 1" ORDER_WAY MAY_SEE " LIMIT $7) AS k",
	[BY_SECTION] = "SELECT count(*), 0, 0 FROM (SELECT 1" SECTION_WAY("$8") MAY_SEE " LIMIT $7) AS k",
};

static enum frg_status read_count(struct store_tx *tx, const char *sql, const struct db_value *args, size_t count,
                                  struct store_queue_count *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = db_query(tx->db, err, sql, args, count, &rows);
	if (st != FRG_OK)
		return st;
	*out = (struct store_queue_count){0};
	if (db_next(rows))
		*out = (struct store_queue_count){
			.count = db_int(rows, 0), .escalated = db_int(rows, 1), .oldest = db_int(rows, 2)};
	return db_end(rows, err);
}

/* One way in, or one section. */
static enum frg_status count_one(struct store_tx *tx, enum way way, const struct store_queue_filter *f, str section,
                                 int64_t limit, struct store_queue_count *out, struct frg_error *err)
{
	struct db_value args[] = {FILTER_ARGS(f), DB_INT(limit), DB_TEXT(section)};
	return read_count(tx, count_sql[way], args, COUNT_OF(args) - (way != BY_SECTION), out, err);
}

static enum frg_status waiting_one(struct store_tx *tx, enum way way, const struct store_queue_filter *f, str section,
                                   int64_t limit, struct store_queue_count *out, struct frg_error *err)
{
	struct db_value args[] = {MAY_SEE_ARGS(f), DB_INT(limit), DB_TEXT(section)};
	return read_count(tx, waiting_sql[way], args, COUNT_OF(args) - (way != BY_SECTION), out, err);
}

/* Adds up what `one` says of each section, or of all, until the limit is reached. */
static enum frg_status add_up(struct store_tx *tx, const struct store_queue_filter *f, int64_t limit,
                              enum frg_status (*one)(struct store_tx *, enum way, const struct store_queue_filter *,
                                                     str, int64_t, struct store_queue_count *, struct frg_error *),
                              struct store_queue_count *out, struct frg_error *err)
{
	struct sections sections;
	struct store_queue_filter inner = within_section(f);
	enum way way = way_in(tx->arena, f, &sections);
	*out = (struct store_queue_count){0};
	if (way != BY_SECTION)
		return one(tx, way, f, STR(""), limit, out, err);
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < sections.count && out->count < limit; i++) {
		struct store_queue_count more;
		st = one(tx, way, &inner, sections.items[i], limit - out->count, &more, err);
		if (st != FRG_OK)
			break;
		out->count += more.count;
		out->escalated += more.escalated;
		out->oldest = more.oldest && (!out->oldest || more.oldest < out->oldest) ? more.oldest : out->oldest;
	}
	return st;
}

/* What an editor has asked a second person about, which the index of the order does not tell. */
static enum frg_status count_asked(struct store_tx *tx, const struct store_queue_filter *f, int64_t *count,
                                   struct frg_error *err)
{
	struct store_queue_count of_all = {0};
	if (!f->but_referred_by) {
		*count = 0;
		return FRG_OK;
	}
	struct db_value args[] = {MAY_SEE_ARGS(f), DB_INT(f->but_referred_by)};
	enum frg_status st = read_count(
		tx, "SELECT count(*), 0, 0" REFERRAL_WAY MAY_SEE " AND q.referral = 'second' AND q.referral_by = $7", args,
		COUNT_OF(args), &of_all, err);
	*count = of_all.count;
	return st;
}

enum frg_status store_queue_waiting(struct store_tx *tx, const struct store_queue_filter *f, int64_t limit,
                                    int64_t *count, struct frg_error *err)
{
	struct store_queue_count all;
	int64_t asked = 0;
	BUG_IF(!is_everything(f));
	enum frg_status st = count_asked(tx, f, &asked, err);
	if (st == FRG_OK)
		st = add_up(tx, f, limit < INT64_MAX - asked ? limit + asked : INT64_MAX, waiting_one, &all, err);
	*count = st == FRG_OK ? all.count - asked : 0;
	return st;
}

/* By age: of many there is soon one. */
static enum frg_status read_oldest(struct store_tx *tx, const struct store_queue_filter *f, msec *oldest,
                                   struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT q.submitted_at FROM queue q WHERE q.site_id = $1 AND +q.turn <= $6" FILTER
	                              " ORDER BY q.submitted_at, q.revision_id LIMIT 1",
	                              FILTER_ARGS(f));
	if (st != FRG_OK)
		return st;
	*oldest = db_next(rows) ? db_int(rows, 0) : 0;
	return db_end(rows, err);
}

enum frg_status store_queue_count(struct store_tx *tx, const struct store_queue_filter *f, int64_t limit,
                                  struct store_queue_count *out, struct frg_error *err)
{
	*out = (struct store_queue_count){0};
	bool of_a_section = f->own_sections.n || f->sections.n; /* it may be one with few: not looked for by age */
	if (!is_everything(f) || of_a_section) {
		enum frg_status st = add_up(tx, f, limit, count_one, out, err);
		return st == FRG_OK && out->count == limit ? read_oldest(tx, f, &out->oldest, err) : st;
	}
	struct store_queue_filter late = *f;
	late.only_escalated = true;
	enum frg_status st = store_queue_waiting(tx, f, limit, &out->count, err);
	if (st == FRG_OK)
		st = store_queue_waiting(tx, &late, limit, &out->escalated, err);
	return st == FRG_OK && out->count ? read_oldest(tx, f, &out->oldest, err) : st;
}

enum frg_status store_queue_ahead(struct store_tx *tx, id64 site, const struct store_queue_place *of, int64_t *ahead,
                                  struct frg_error *err)
{
	struct db_rows *rows;
	*ahead = 0;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT count(*) FROM (SELECT 1 FROM queue q WHERE q.site_id = $1 AND q.blind_for = 0"
	                              " AND (q.turn, q.due_at, q.revision_id) < ($2, $3, $4) LIMIT $5) AS before",
	                              DB_INT(site), DB_INT(of->turn), DB_INT(of->due), DB_INT(of->revision),
	                              DB_INT(STORE_AHEAD_MAX));
	if (st != FRG_OK)
		return st;
	if (db_next(rows))
		*ahead = db_int(rows, 0);
	return db_end(rows, err);
}

static void read_due(struct arena *a, struct db_rows *r, id64 *due)
{
	(void)a;
	*due = db_int(r, 0);
}

enum frg_status store_queue_due(struct store_tx *tx, id64 site, struct store_ids *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(
		tx->db, err, &rows,
		"SELECT due_at * turn FROM queue WHERE site_id = $1 AND blind_for = 0 ORDER BY turn, due_at LIMIT $2",
		DB_INT(site), DB_INT(STORE_DUE_MAX));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_due);
}

/* What else waits of an author: among the author's texts, from the oldest that waits. */
#define WAITING_OF_AUTHOR                                                                                              \
	"SELECT q.revision_id FROM revision r CROSS JOIN queue q WHERE q.revision_id = r.id AND r.author_id = $1"          \
	" AND r.id >= (SELECT min(revision_id) FROM queue)"

/* Asked first, as mostly nothing is. */
enum frg_status store_queue_author(struct store_tx *tx, id64 author, int64_t released, int64_t rejected,
                                   struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, WAITING_OF_AUTHOR " LIMIT 1", DB_INT(author));
	if (st != FRG_OK)
		return st;
	bool some = db_next(rows);
	st = db_end(rows, err);
	if (st != FRG_OK || !some)
		return st;
	return DB_RUN(tx->db, err,
	              "UPDATE queue SET author_released = author_released + $2, author_rejected = author_rejected + $3"
	              " WHERE revision_id IN (" WAITING_OF_AUTHOR ")",
	              DB_INT(author), DB_INT(released), DB_INT(rejected));
}

enum frg_status store_queue_escalate(struct store_tx *tx, id64 site, msec before, int64_t *count, struct frg_error *err)
{
	return DB_RUN_COUNT(tx->db, err, count,
	                    "UPDATE queue SET escalated_at = $3, turn = 0 WHERE site_id = $1 AND submitted_at <= $2"
	                    " AND escalated_at IS NULL AND blind_for = 0",
	                    DB_INT(site), DB_INT(before), DB_INT(clock_now()));
}

enum frg_status store_queue_stretch(struct store_tx *tx, id64 site, msec before, msec now, msec late,
                                    struct frg_error *err)
{
	return DB_RUN(tx->db, err,
	              "UPDATE queue SET due_at = submitted_at + (due_at - submitted_at) * $3 / $2,"
	              " escalated_at = CASE WHEN submitted_at <= $4 THEN coalesce(escalated_at, $5) ELSE NULL END,"
	              " turn = CASE WHEN submitted_at <= $4 THEN 0 ELSE 1 END"
	              " WHERE site_id = $1",
	              DB_INT(site), DB_INT(before), DB_INT(now), DB_INT(late), DB_INT(clock_now()));
}
