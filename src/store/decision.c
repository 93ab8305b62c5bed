/* Decisions: append-only, each chained to the one before by a hash over all its columns. What is personal in a row goes
 * into its hash by salted marks, so that it can be erased and the row still be proved. */
#include "store/person.h"
#include "store/tx.h"

#include "base/buf.h"

#define COLUMNS                                                                                                        \
	"d.seq, d.id, d.site_id, d.comment_id, d.revision_id, d.text_hash, d.author_name, d.action, d.rules, d.word,"      \
	" d.editor_id, d.editor_name, d.engine, d.findings, d.undoes, d.submitted_at, d.decided_at,"                       \
	" d.prev_hash, d.hash, CASE WHEN EXISTS (SELECT 1 FROM decision u WHERE u.undoes = d.id) THEN 1 ELSE 0 END, "      \
	"d.detail, d.version, d.salt,"                                                                                     \
	" d.name_mark, d.word_mark, d.detail_mark, d.findings_mark, d.erasures"

static void read_decision(struct arena *a, struct db_rows *r, struct store_decision *d)
{
	*d = (struct store_decision){
		.seq = db_int(r, 0),
		.id = db_int(r, 1),
		.site = db_int(r, 2),
		.comment = db_int(r, 3),
		.revision = db_int(r, 4),
		.text_hash = db_text(r, 5, a),
		.author_name = db_text(r, 6, a),
		.action = db_text(r, 7, a),
		.rules = db_text(r, 8, a),
		.word = db_text(r, 9, a),
		.editor = db_int(r, 10),
		.editor_name = db_text(r, 11, a),
		.engine = db_text(r, 12, a),
		.findings = db_text(r, 13, a),
		.undoes = db_int(r, 14),
		.submitted = db_int(r, 15),
		.decided = db_int(r, 16),
		.prev_hash = db_text(r, 17, a),
		.hash = db_text(r, 18, a),
		.undone = db_int(r, 19),
		.detail = db_text(r, 20, a),
		.version = db_int(r, 21),
		.salt = db_text(r, 22, a),
		.mark = {db_text(r, 23, a), db_text(r, 24, a), db_text(r, 25, a), db_text(r, 26, a)},
		.erasures = db_text(r, 27, a),
	};
}

/* As printf writes it, which takes most of what a hash's numbers cost. */
static str int_text(int64_t v, char out[24])
{
	char *end = out + 24, *p = end;
	uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	do
		*--p = (char)('0' + rest % 10);
	while (rest /= 10);
	if (v < 0)
		*--p = '-';
	return (str){p, (size_t)(end - p)};
}

/* Netstrings: no two different rows give the same bytes. */
static void add_text(struct buf *b, str s)
{
	char length[24];
	buf_add(b, int_text((int64_t)s.n, length));
	buf_byte(b, ':');
	buf_add(b, s);
	buf_byte(b, ',');
}

static void add_int(struct buf *b, int64_t v)
{
	char text[24];
	add_text(b, int_text(v, text));
}

static void add_numbers(struct buf *b, const struct store_decision *d)
{
	const int64_t numbers[] = {d->seq,    d->id,     d->site,      d->comment, d->revision,
	                           d->editor, d->undoes, d->submitted, d->decided};
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		add_int(b, numbers[i]);
}

static void finish(struct buf *b, const str *texts, size_t count, char *out)
{
	for (size_t i = 0; i < count; i++)
		add_text(b, texts[i]);
	hash_text(buf_str(b), out);
	buf_free(b);
}

/* Rows from before anything could be erased; and from before there was a column `detail`. */
static void hash_first_version(const struct store_decision *d, char *out)
{
	struct buf b = BUF_INIT(SIZE_MAX / 2);
	add_text(&b, STR("freigabe decision 1"));
	add_numbers(&b, d);
	const str texts[] = {d->text_hash,   d->author_name, d->action,   d->rules,     d->word,
	                     d->editor_name, d->engine,      d->findings, d->prev_hash, d->detail};
	finish(&b, texts, d->detail.n ? COUNT_OF(texts) : COUNT_OF(texts) - 1, out);
}

void store_decision_hash(const struct store_decision *d, char *out)
{
	if (d->version == 1) {
		hash_first_version(d, out);
		return;
	}
	struct buf b = BUF_INIT(SIZE_MAX / 2);
	add_text(&b, STR("freigabe decision"));
	add_int(&b, d->version);
	add_numbers(&b, d);
	const str texts[] = {d->text_hash,
	                     d->mark[DECISION_NAME],
	                     d->action,
	                     d->rules,
	                     d->mark[DECISION_WORD],
	                     d->editor_name,
	                     d->engine,
	                     d->mark[DECISION_DETAIL],
	                     d->mark[DECISION_FINDINGS],
	                     d->erasures,
	                     d->prev_hash};
	finish(&b, texts, COUNT_OF(texts), out);
}

void store_decision_mark(const struct store_decision *d, enum store_decision_private which, char *out)
{
	static const str names[] = {STR_INIT("name"), STR_INIT("word"), STR_INIT("detail"), STR_INIT("findings")};
	const str values[] = {d->author_name, d->word, d->detail, d->findings};
	struct buf b = BUF_INIT(SIZE_MAX / 2);
	const str texts[] = {STR("freigabe private 1"), d->salt, names[which], values[which]};
	finish(&b, texts, COUNT_OF(texts), out);
}

static void set_marks(struct arena *a, struct store_decision *d)
{
	char *salt = arena_alloc(a, SECRET_TEXT_SIZE);
	secret_new(salt);
	d->version = 2;
	d->salt = str_of(salt);
	for (int i = 0; i < DECISION_PRIVATE_COUNT; i++) {
		char *mark = arena_alloc(a, HASH_TEXT_SIZE);
		store_decision_mark(d, (enum store_decision_private)i, mark);
		d->mark[i] = str_of(mark);
	}
}

void store_chain_keep(struct chain_end *end, int64_t seq, str hash)
{
	BUG_IF(hash.n >= sizeof end->hash);
	end->known = true;
	end->seq = seq;
	memcpy(end->hash, hash.p, hash.n);
	end->hash[hash.n] = 0;
}

static void read_end(struct arena *a, struct db_rows *r, struct chain_end *end)
{
	store_chain_keep(end, db_int(r, 0), db_text(r, 1, a));
}

enum frg_status store_chain_find(struct store_tx *tx, struct chain_end *end, const char *sql, struct frg_error *err)
{
	struct db_rows *rows;
	if (end->known)
		return FRG_OK;
	enum frg_status st = db_query(tx->db, err, sql, DB_ARGS(DB_INT(1)), &rows);
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, end, read_end, "chain");
}

static enum frg_status find_end(struct store_tx *tx, struct frg_error *err)
{
	return store_chain_find(tx, &tx->chain, "SELECT seq, hash FROM chain_head WHERE id = $1", err);
}

enum frg_status store_chain_head(struct store_tx *tx, int64_t *seq, str *hash, struct frg_error *err)
{
	enum frg_status st = find_end(tx, err);
	*seq = tx->chain.seq;
	*hash = arena_str(tx->arena, str_of(tx->chain.hash));
	return st;
}

enum frg_status store_chain_write(struct store_tx *tx, struct frg_error *err)
{
	if (!tx->chain.moved)
		return FRG_OK;
	return DB_RUN(tx->db, err, "UPDATE chain_head SET seq = $1, hash = $2 WHERE id = 1", DB_INT(tx->chain.seq),
	              DB_TEXT(str_of(tx->chain.hash)));
}

enum frg_status store_decision_append(struct store_tx *tx, struct store_decision *d, struct frg_error *err)
{
	int64_t erasures;
	enum frg_status st = find_end(tx, err);
	if (st == FRG_OK)
		st = store_erasure_head(tx, &erasures, &d->erasures, err);
	if (st != FRG_OK)
		return st;
	d->seq = tx->chain.seq + 1;
	d->prev_hash = arena_str(tx->arena, str_of(tx->chain.hash));
	set_marks(tx->arena, d);
	char *hash = arena_alloc(tx->arena, HASH_TEXT_SIZE);
	store_decision_hash(d, hash);
	d->hash = str_of(hash);
	st = DB_RUN(tx->db, err,
	            "INSERT INTO decision (seq, id, site_id, comment_id, revision_id, text_hash, author_name, action,"
	            " rules, word, editor_id, editor_name, engine, findings, undoes, submitted_at, decided_at,"
	            " prev_hash, hash, detail, version, salt, name_mark, word_mark, detail_mark, findings_mark, erasures)"
	            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,"
	            " $21, $22, $23, $24, $25, $26, $27)",
	            DB_INT(d->seq), DB_INT(d->id), DB_INT(d->site), DB_INT(d->comment), DB_INT(d->revision),
	            DB_TEXT(d->text_hash), DB_TEXT(d->author_name), DB_TEXT(d->action), DB_TEXT(d->rules), DB_TEXT(d->word),
	            DB_INT(d->editor), DB_TEXT(d->editor_name), DB_TEXT(d->engine), DB_TEXT(d->findings),
	            DB_INT_OR_NULL(d->undoes), DB_INT(d->submitted), DB_INT(d->decided), DB_TEXT(d->prev_hash),
	            DB_TEXT(d->hash), DB_TEXT(d->detail), DB_INT(d->version), DB_TEXT(d->salt),
	            DB_TEXT(d->mark[DECISION_NAME]), DB_TEXT(d->mark[DECISION_WORD]), DB_TEXT(d->mark[DECISION_DETAIL]),
	            DB_TEXT(d->mark[DECISION_FINDINGS]), DB_TEXT(d->erasures));
	if (st != FRG_OK)
		return st;
	store_chain_keep(&tx->chain, d->seq, d->hash);
	tx->chain.moved = true;
	return FRG_OK;
}

enum frg_status store_decision_get(struct store_tx *tx, id64 id, struct store_decision *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows, "SELECT " COLUMNS " FROM decision d WHERE d.id = $1", DB_INT(id));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_decision, "decision");
}

/* Those that settle what becomes of a text, unless taken back. */
#define STANDING                                                                                                       \
	" d.action IN ('release', 'reject', 'return', 'remove')"                                                           \
	" AND NOT EXISTS (SELECT 1 FROM decision v WHERE v.undoes = d.id)"

enum frg_status store_decision_standing(struct store_tx *tx, id64 revision, struct store_decision *out,
                                        struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " COLUMNS " FROM decision d WHERE d.revision_id = $1 AND" STANDING
	                              " ORDER BY d.seq DESC LIMIT 1",
	                              DB_INT(revision));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_decision, "decision");
}

enum frg_status store_decision_then(struct store_tx *tx, id64 revision, str action, msec by, struct store_decision *out,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " COLUMNS " FROM decision d WHERE d.revision_id = $1 AND d.action = $2"
	                              " AND d.decided_at <= $3 ORDER BY d.seq DESC LIMIT 1",
	                              DB_INT(revision), DB_TEXT(action), DB_INT(by));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_decision, "decision");
}

enum frg_status store_decision_release_before(struct store_tx *tx, id64 comment, int64_t seq,
                                              struct store_decision *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " COLUMNS " FROM decision d WHERE d.comment_id = $1"
	                              " AND d.seq < $2 AND d.action = 'release' AND" STANDING
	                              " ORDER BY d.seq DESC LIMIT 1",
	                              DB_INT(comment), DB_INT(seq));
	if (st != FRG_OK)
		return st;
	READ_ONE(tx, rows, err, out, read_decision, "decision");
}

enum frg_status store_decision_by(struct store_tx *tx, id64 revision, id64 editor, bool *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT 1 FROM decision WHERE revision_id = $1 AND editor_id = $2"
	                              " AND action IN ('reject', 'return', 'remove', 'refer', 'suspend') LIMIT 1",
	                              DB_INT(revision), DB_INT(editor));
	if (st != FRG_OK)
		return st;
	*out = db_next(rows);
	return db_end(rows, err);
}

#define BY_ITSELF " substr(d.detail, 1, 12) = '{\"automatic\"'"

enum frg_status store_decision_recent(struct store_tx *tx, id64 site, int by, int64_t limit,
                                      struct store_decisions *out, struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = by == 2
	                         ? DB_QUERY(tx->db, err, &rows,
	                                    "SELECT " COLUMNS " FROM decision d WHERE d.site_id = $1 AND d.action <> 'undo'"
	                                    " AND" BY_ITSELF " ORDER BY d.seq DESC LIMIT $2",
	                                    DB_INT(site), DB_INT(limit))
	                         : DB_QUERY(tx->db, err, &rows,
	                                    "SELECT " COLUMNS " FROM decision d WHERE d.site_id = $1 AND d.action <> 'undo'"
	                                    " AND ($3 = 0 OR NOT" BY_ITSELF ") ORDER BY d.seq DESC LIMIT $2",
	                                    DB_INT(site), DB_INT(limit), DB_INT(by));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_decision);
}

enum frg_status store_decision_of_comment(struct store_tx *tx, id64 comment, struct store_decisions *out,
                                          struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " COLUMNS " FROM decision d WHERE d.comment_id = $1 ORDER BY d.seq",
	                              DB_INT(comment));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_decision);
}

enum frg_status store_decision_page(struct store_tx *tx, int64_t seq, int64_t limit, struct store_decisions *out,
                                    struct frg_error *err)
{
	struct db_rows *rows;
	enum frg_status st = DB_QUERY(tx->db, err, &rows,
	                              "SELECT " COLUMNS " FROM decision d WHERE d.seq > $1"
	                              " ORDER BY d.seq LIMIT $2",
	                              DB_INT(seq), DB_INT(limit));
	if (st != FRG_OK)
		return st;
	READ_ALL(tx, rows, err, out, read_decision);
}
