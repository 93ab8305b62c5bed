/* What is found by words: the same in every store, whatever its index. */
#include "store_fixture.h"

#include "store/person.h"
#include "store/plain.h"

struct looking {
	struct fixture *f;
	struct store_word words[3];
	size_t count;
	struct store_ids hits, missing;
};

static enum frg_status add(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct made *m = ctx;
	return store_search_add(tx, m->revision.id, STR("Zoë Ångström"), STR("Die Brücke am Fluß"), m->text, e);
}

static enum frg_status add_and_fail(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	enum frg_status st = add(tx, ctx, e);
	return st == FRG_OK ? frg_fail(e, FRG_FORBIDDEN, "no", "no") : st;
}

static enum frg_status take_out(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct made *m = ctx;
	return store_search_remove(tx, m->revision.id, STR("Zoë Ångström"), STR("Die Brücke am Fluß"), m->text, e);
}

static enum frg_status look(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct looking *l = ctx;
	struct store_search q = {
		.site = l->f->site.id, .before = INT64_MAX, .to = INT64_MAX, .words = l->words, .word_count = l->count};
	enum frg_status st = store_search_find(tx, &q, 10, &l->hits, e);
	return st == FRG_OK ? store_search_missing(tx, 0, 10, &l->missing, e) : st;
}

static size_t hits(struct fixture *f, int where, const char *begin, const char *second)
{
	struct looking l = {.f = f, .words = {{where, str_of(begin)}, {where, str_of(second)}}, .count = second ? 2 : 1};
	OK(store_read(f->store, f->arena, look, &l, &err));
	return l.hits.count;
}

static void what_was_not_kept_is_not_found(void **state)
{
	struct fixture *f = *state;
	struct made one = make_one(f, "Ein Steg, den es nie gab.", NULL);
	assert_int_equal(store_write(f->store, f->arena, add_and_fail, &one, &err), FRG_FORBIDDEN);
	if (!store_plain_guarded()) /* where it is, this would end the test */
		assert_int_equal(store_write_as(f->store, STORE_PLAIN, f->arena, add_and_fail, &one, &err), FRG_FORBIDDEN);
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "steg", NULL), 0);
	OK(store_write_as(f->store, STORE_PLAIN, f->arena, add, &one, &err));
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "steg", NULL), 1);
}

static void words_are_found_by_their_beginning(void **state)
{
	struct fixture *f = *state;
	struct made one = make_one(f, "Der „Müllers-Steg“, 2024 gebaut: z.B. foo-bar@example.com!", NULL);
	struct made two = make_one(f, "Muller schreibt etwas anderes.", NULL);
	OK(store_write(f->store, f->arena, add, &one, &err));
	OK(store_write(f->store, f->arena, add, &two, &err));
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "muller", NULL), 2); /* marks and capitals do not count */
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "MÜLLERS", NULL), 1);
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "steg", NULL), 1);
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "example", NULL), 1); /* no part of an address is hidden */
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "2024", NULL), 1);
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "muller", "schr"), 1);
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "uller", NULL), 0);
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "bruck", NULL), 2);
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "fluß", NULL), 2);
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "zoe", "angstrom"), 2);
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "„Müllers–Steg“", NULL), 1); /* what is not ASCII may hold signs */
	assert_int_equal(hits(f, SEARCH_NAME, "bruck", NULL), 0);
	assert_int_equal(hits(f, SEARCH_TITLE, "bruck", NULL), 2);
	assert_int_equal(hits(f, SEARCH_NAME, "zo", NULL), 2);
	assert_int_equal(hits(f, SEARCH_TITLE, "steg", NULL), 0);
}

static void what_is_taken_out_is_not_found(void **state)
{
	struct fixture *f = *state;
	struct made m = make_one(f, "Vom Turm gesehen", NULL);
	struct looking l = {.f = f, .words = {{SEARCH_ANYWHERE, STR("turm")}}, .count = 1};
	OK(store_read(f->store, f->arena, look, &l, &err));
	assert_int_equal(l.hits.count, 0);
	assert_int_equal(l.missing.count, 1);
	OK(store_write(f->store, f->arena, add, &m, &err));
	OK(store_read(f->store, f->arena, look, &l, &err));
	assert_int_equal(l.hits.count, 1);
	assert_int_equal(l.missing.count, 0);
	OK(store_write(f->store, f->arena, take_out, &m, &err));
	OK(store_read(f->store, f->arena, look, &l, &err));
	assert_int_equal(l.hits.count, 0);
	assert_int_equal(l.missing.count, 1);
}

/* ---- the index follows the outbox ---- */

struct following {
	struct fixture *f;
	id64 revision;
	int64_t limit;
	bool more, behind;
};

static enum frg_status tell_held(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	const struct following *l = ctx;
	return store_event_insert(
		tx, &(struct store_event){.kind = STR("held"), .site = l->f->site.id, .revision = l->revision}, e);
}

static enum frg_status follow(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct following *l = ctx;
	return store_search_follow(tx, l->limit, &l->more, e);
}

static enum frg_status is_behind(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_search_behind(tx, &((struct following *)ctx)->behind, e);
}

static enum frg_status forget_events(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_event_purge(tx, INT64_MAX, e);
}

static bool behind(struct fixture *f)
{
	struct following l = {.f = f};
	OK(store_read(f->store, f->arena, is_behind, &l, &err));
	return l.behind;
}

static struct made arrive(struct fixture *f, const char *text)
{
	struct made m = make_one(f, text, NULL);
	struct following l = {.f = f, .revision = m.revision.id};
	OK(store_write(f->store, f->arena, tell_held, &l, &err));
	return m;
}

static bool follow_some(struct fixture *f, int64_t limit)
{
	struct following l = {.f = f, .limit = limit};
	OK(store_write(f->store, f->arena, follow, &l, &err));
	return l.more;
}

static void what_has_come_in_is_taken_in_later(void **state)
{
	struct fixture *f = *state;
	assert_false(behind(f));
	assert_false(follow_some(f, 2));
	arrive(f, "Erster Kirschbaum");
	arrive(f, "Zweiter Kirschbaum");
	arrive(f, "Dritter Kirschbaum");
	OK(store_write(f->store, f->arena, forget_events, NULL, &err)); /* not before the index has read them */
	assert_true(behind(f));
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "kirsch", NULL), 0);
	assert_true(follow_some(f, 2));
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "kirsch", NULL), 2);
	assert_false(follow_some(f, 2));
	assert_false(behind(f));
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "kirsch", NULL), 3);
	assert_int_equal(hits(f, SEARCH_TITLE, "titel", NULL), 3);
	assert_int_equal(hits(f, SEARCH_NAME, "n", NULL), 3);
	OK(store_write(f->store, f->arena, forget_events, NULL, &err));
	assert_false(follow_some(f, 2));
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "kirsch", NULL), 3);
}

static void nothing_is_taken_in_twice_or_when_it_is_erased(void **state)
{
	struct fixture *f = *state;
	struct made there = arrive(f, "Schon da: Walnuss"), erased = arrive(f, "Ausgelöscht: Walnuss");
	char sql[128];
	OK(store_write(f->store, f->arena, add, &there, &err));
	snprintf(sql, sizeof sql, "UPDATE revision SET purged_at = 1 WHERE id = %lld", (long long)erased.revision.id);
	tamper(f, sql);
	assert_false(follow_some(f, 10));
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "walnuss", NULL), 1);
	OK(store_write(f->store, f->arena, take_out, &there, &err));
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "walnuss", NULL), 0);
}

/* ---- the newest first, without the index ---- */

struct seeking {
	struct store_search q;
	int64_t limit;
	struct store_ids hits;
};

static enum frg_status seek(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct seeking *s = ctx;
	return store_search_find(tx, &s->q, s->limit, &s->hits, e);
}

static struct store_ids sought(struct fixture *f, struct store_search q, int64_t walk, int64_t limit)
{
	struct seeking s = {.q = q, .limit = limit};
	s.q.walk = walk;
	OK(store_read(f->store, f->arena, seek, &s, &err));
	return s.hits;
}

/* However many texts are walked through before the index is asked: the same is found. */
static void walked_or_not_the_same_is_found(void **state)
{
	struct fixture *f = *state;
	static const char *const texts[] = {"Die Brücke ist zu teuer, die Fähre auch.",
	                                    "Brückengeld! Und: E-Mail an foo.bar@example.org?",
	                                    "STRASSE, straße, Straßen – und ein Gedankenstrich–ohne Leerzeichen.",
	                                    "x",
	                                    "𝕬𝖚𝖋 der Brücke\u2028steht\u00a0es anders. ١٢٣ 4711",
	                                    "naïve Ångström-Zoë; İstanbul ıssız ΑΣ ας",
	                                    "a a b a a a b",
	                                    "日本語のコメント 한국어 комментарий",
	                                    "e\u0301cole und école",
	                                    "🦔🌉 keine Wörter? …"};
	static const char *const words[] = {"die",        "brück",      "BRUCKE",  "bruc", "e",
	                                    "x",          "straß",      "strasse", "–",    "…",
	                                    "foo",        "example",    "ang",     "zoe",  "İ",
	                                    "istanbul",   "i",          "ας",      "ΑΣ",   "a",
	                                    "日本",       "комм",       "ecole",   "é",    "Gedankenstrich–ohne",
	                                    "–ohne–leer", "a–a–b",      "a–b–a",   "a–b",  "🦔",
	                                    "4711",       "١٢",         "𝕬",       "auf",  "n",
	                                    "titel",      "gibtesnicht"};
	enum { ALL = 6 * COUNT_OF(texts) };
	id64 ids[ALL];
	for (size_t i = 0; i < ALL; i++)
		ids[i] = arrive(f, texts[i % COUNT_OF(texts)]).revision.id;
	while (follow_some(f, 1000))
		;
	size_t found = 0, pages = 0;
	for (size_t i = 0; i < COUNT_OF(words) * COUNT_OF(words); i += 7) {
		for (int where = SEARCH_ANYWHERE; where <= SEARCH_TITLE; where++) {
			struct store_word two[] = {{SEARCH_ANYWHERE, str_of(words[i % COUNT_OF(words)])},
			                           {where, str_of(words[i / COUNT_OF(words)])}};
			struct store_search q = {.site = f->site.id,
			                         .before = i % 3 ? INT64_MAX : ids[ALL / 2],
			                         .to = INT64_MAX,
			                         .words = two,
			                         .word_count = 1 + (i % 2)};
			struct store_ids by_index = sought(f, q, 0, 7);
			static const int64_t walks[] = {1, 4, ALL / 2, ALL, 10 * ALL};
			for (size_t w = 0; w < COUNT_OF(walks); w++) {
				struct store_ids walked = sought(f, q, walks[w], 7);
				if (walked.count != by_index.count ||
				    (walked.count && memcmp(walked.items, by_index.items, walked.count * sizeof *walked.items) != 0))
					fail_msg("%s, %s (%d), walk %d: %zu, not %zu", words[i % COUNT_OF(words)],
					         words[i / COUNT_OF(words)], where, (int)walks[w], walked.count, by_index.count);
			}
			found += by_index.count;
			pages += by_index.count == 7;
		}
	}
	assert_true(found > 300 && pages > 30);
}

/* ---- taken out to the last byte, while others write ---- */

enum { TEXTS = 300, WORDS = 400, ROOM = 16 };
/* The index keeps of a word what it does not share with the one before, so its end is what is looked for. */
static const char secret[] = "zwq8vxkanarienvogel", secret_end[] = "kanarienvogel";

/* Words enough that the index has many parts; the secret in one text. */
static str many_words(struct arena *a, unsigned seed, bool with_secret)
{
	char *p = arena_alloc(a, WORDS * ROOM + sizeof secret);
	size_t n = 0;
	for (unsigned i = 0; i < WORDS; i++) {
		seed = seed * 1664525 + 1013904223;
		n += (size_t)snprintf(p + n, ROOM, "wort%06u ", seed >> 12 & 0xfffff);
	}
	n += (size_t)snprintf(p + n, sizeof secret, "%s", with_secret ? secret : "");
	return (str){p, n};
}

static bool is_in_files(const struct fixture *f, const char *word)
{
	static const char *const ends[] = {"", "-wal"};
	bool found = false;
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		char path[256];
		snprintf(path, sizeof path, "%s%s", f->url + strlen("sqlite:"), ends[i]);
		FILE *file = fopen(path, "rb");
		if (!file)
			continue;
		assert_int_equal(fseek(file, 0, SEEK_END), 0);
		size_t size = (size_t)ftell(file);
		char *bytes = malloc(size + 1);
		assert_non_null(bytes);
		rewind(file);
		assert_int_equal(fread(bytes, 1, size, file), size);
		fclose(file);
		found = found || memmem(bytes, size, word, strlen(word));
		free(bytes);
	}
	return found;
}

struct writing {
	struct fixture *f;
	atomic_bool over;
	unsigned count;
};

static void *go_on_writing(void *ctx)
{
	struct writing *w = ctx;
	struct arena *a = arena_open(1 << 22);
	struct frg_error e;
	for (; !atomic_load(&w->over); w->count++) {
		arena_reset(a);
		struct made m = {.f = w->f, .text = many_words(a, 1000 + w->count, false)};
		if (store_write(w->f->store, a, make, &m, &e) != FRG_OK || store_write(w->f->store, a, add, &m, &e) != FRG_OK)
			break;
	}
	arena_close(a);
	return NULL;
}

static enum frg_status forget_text(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct made *m = ctx;
	enum frg_status st = store_revision_move(tx, m->revision.id, STATE_HELD, 0, STATE_WITHDRAWN, e);
	m->revision.state = STATE_WITHDRAWN;
	return st == FRG_OK ? store_revision_purge(tx, &m->revision, e) : st;
}

static void what_is_taken_out_is_in_no_byte(void **state)
{
	struct fixture *f = *state;
	if (f->postgres)
		return; /* docs/postgresql.md says what is promised there */
	struct made one = {0};
	for (unsigned i = 0; i < TEXTS; i++) {
		struct made m = {.f = f, .text = many_words(f->arena, i, i == 0)};
		OK(store_write(f->store, f->arena, make, &m, &err));
		OK(store_write(f->store, f->arena, add, &m, &err));
		one = i == 0 ? m : one;
	}
	assert_true(is_in_files(f, secret_end));
	OK(store_write(f->store, f->arena, take_out, &one, &err));
	OK(store_write(f->store, f->arena, forget_text, &one, &err));
	struct writing w = {.f = f};
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, go_on_writing, &w), 0);
	OK(store_scrub(f->store, &err));
	atomic_store(&w.over, true);
	pthread_join(thread, NULL);
	assert_true(w.count > 0);
	assert_false(is_in_files(f, secret_end));
	assert_int_equal(hits(f, SEARCH_ANYWHERE, "wort", NULL), 10); /* as many as were asked for */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_was_not_kept_is_not_found),
		TEST(words_are_found_by_their_beginning),
		TEST(what_is_taken_out_is_not_found),
		TEST(what_has_come_in_is_taken_in_later),
		TEST(nothing_is_taken_in_twice_or_when_it_is_erased),
		TEST(walked_or_not_the_same_is_found),
		TEST(what_is_taken_out_is_in_no_byte),
	};
	return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
