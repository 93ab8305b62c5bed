/* Has a text the words of a search? Told by the tokenizer of the index, so that the newest texts can be looked through
 * without it. Knows no tables. */
#include "store/search_sqlite.h"

#include "base/arena.h"

enum { NAME, TITLE, TEXT, COLUMNS, TEXT_MAX = 1 << 26 };

struct tokens {
	str *items;
	size_t count;
};

struct word {
	char place; /* A name, B title, others all */
	struct tokens tokens;
};

/* Of one statement, as long as it is asked for the same. */
struct looking {
	fts5_tokenizer tokenizer;
	Fts5Tokenizer *instance;
	struct word *words;
	size_t count;
	struct arena *kept, *text;
};

struct collecting {
	struct arena *arena;
	struct tokens *to;
	size_t room;
};

static int collect(void *ctx, int flags, const char *token, int size, int begin, int end)
{
	struct collecting *c = ctx;
	(void)flags, (void)begin, (void)end;
	BUG_IF(c->to->count == c->room);
	c->to->items[c->to->count++] = arena_str(c->arena, (str){token, (size_t)size});
	return SQLITE_OK;
}

static int cut(const struct looking *l, struct arena *a, str text, struct tokens *out)
{
	struct collecting c = {.arena = a, .to = out, .room = text.n / 2 + 1}; /* something stands between two of them */
	*out = (struct tokens){.items = ARENA_ARRAY(a, str, c.room)};
	return l->tokenizer.xTokenize(l->instance, &c, FTS5_TOKENIZE_DOCUMENT, text.p ? text.p : "", (int)text.n, collect);
}

/* One behind the other, the last by its beginning. What is no word is nowhere. */
static bool has(const struct tokens *in, const struct tokens *phrase)
{
	for (size_t i = 0; phrase->count && i + phrase->count <= in->count; i++) {
		size_t n = 0;
		while (n + 1 < phrase->count && str_eq(in->items[i + n], phrase->items[n]))
			n++;
		if (n + 1 == phrase->count && str_starts(in->items[i + n], phrase->items[n]))
			return true;
	}
	return false;
}

static bool has_word(const struct tokens columns[COLUMNS], const struct word *w)
{
	if (w->place == 'A')
		return has(&columns[NAME], &w->tokens);
	if (w->place == 'B')
		return has(&columns[TITLE], &w->tokens);
	return has(&columns[TEXT], &w->tokens) || has(&columns[TITLE], &w->tokens) || has(&columns[NAME], &w->tokens);
}

static void end_looking(void *p)
{
	struct looking *l = p;
	if (l->instance)
		l->tokenizer.xDelete(l->instance);
	arena_close(l->text);
	arena_close(l->kept);
}

static int read_terms(struct looking *l, str terms)
{
	str line;
	int rc = SQLITE_OK;
	for (size_t i = 0; i < terms.n; i++)
		l->count += terms.p[i] == '\n';
	l->words = ARENA_ARRAY(l->kept, struct word, ++l->count);
	for (size_t i = 0; rc == SQLITE_OK && str_next(&terms, '\n', &line); i++) {
		l->words[i].place = line.n ? line.p[0] : ' ';
		rc = cut(l, l->kept, str_sub(line, line.n ? 1 : 0, line.n), &l->words[i].tokens);
	}
	return rc;
}

static int begin_looking(fts5_api *api, str terms, struct looking **out)
{
	static const char *with[] = {"remove_diacritics", "2"};
	struct arena *kept = arena_open(TEXT_MAX);
	struct looking *l = ARENA_NEW(kept, struct looking);
	void *context = NULL;
	l->kept = kept;
	l->text = arena_open(TEXT_MAX);
	int rc = api->xFindTokenizer(api, "unicode61", &context, &l->tokenizer);
	if (rc == SQLITE_OK)
		rc = l->tokenizer.xCreate(context, with, COUNT_OF(with), &l->instance);
	if (rc == SQLITE_OK)
		rc = read_terms(l, terms);
	if (rc == SQLITE_OK)
		*out = l;
	else
		end_looking(l);
	return rc;
}

static str value(sqlite3_value *v)
{
	const char *p = (const char *)sqlite3_value_text(v);
	return (str){p, p ? (size_t)sqlite3_value_bytes(v) : 0};
}

static void holds(sqlite3_context *ctx, int count, sqlite3_value **args)
{
	struct tokens columns[COLUMNS];
	struct looking *l = sqlite3_get_auxdata(ctx, 0);
	bool is_new = !l, all = true;
	int rc = is_new ? begin_looking(sqlite3_user_data(ctx), value(args[0]), &l) : SQLITE_OK;
	(void)count;
	if (rc == SQLITE_OK) {
		arena_reset(l->text);
		for (int i = 0; rc == SQLITE_OK && i < COLUMNS; i++)
			rc = cut(l, l->text, value(args[1 + i]), &columns[i]);
		for (size_t i = 0; rc == SQLITE_OK && all && i < l->count; i++)
			all = has_word(columns, &l->words[i]);
	}
	if (rc == SQLITE_OK)
		sqlite3_result_int(ctx, all);
	else
		sqlite3_result_error_code(ctx, rc);
	if (is_new && l)
		sqlite3_set_auxdata(ctx, 0, l, end_looking); /* may end it at once */
}

static int find_api(sqlite3 *db, fts5_api **out)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_pointer(stmt, 1, out, "fts5_api_ptr", NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt); /* a disk that fails now is no reason to end */
	sqlite3_finalize(stmt);
	return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

int search_sqlite_open(sqlite3 *db)
{
	fts5_api *api = NULL;
	int rc = find_api(db, &api);
	if (rc != SQLITE_OK)
		return rc;
	if (!api) /* SQLite does not always say that this was why */
		return SQLITE_NOMEM;
	return sqlite3_create_function_v2(db, "search_holds", 4, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
	                                  api, holds, NULL, NULL, NULL);
}
