/* Of every store, too: what goes, and what stays to prove it. */
#include "store_fixture.h"

#include "store/person.h"

/* ---- what goes ---- */

static enum frg_status erase_one(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct made *m = ctx;
	struct store_erasure row = {.site = m->f->site.id,
	                            .subject = STR("text"),
	                            .subject_id = m->revision.id,
	                            .subject_hash = m->revision.text_hash,
	                            .comment = m->comment.id,
	                            .state = STR("withdrawn"),
	                            .cause = STR("term"),
	                            .term_days = 180};
	enum frg_status st = store_search_add(tx, m->revision.id, STR("N"), STR("Alter Titel"), m->text, e);
	if (st == FRG_OK)
		st = store_search_remove(tx, m->revision.id, STR("N"), STR("Neuer Titel"), m->text, e);
	if (st == FRG_OK)
		st = store_revision_purge(tx, &m->revision, e);
	return st == FRG_OK ? store_erasure_append(tx, &row, e) : st;
}

static enum frg_status withdraw_one(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct made *m = ctx;
	return store_revision_move(tx, m->revision.id, STATE_HELD, 0, STATE_WITHDRAWN, e);
}

struct seen {
	id64 revision;
	struct store_revision now;
	struct store_erasures rows;
	struct store_ids hits;
	int64_t seq;
	str head;
};

static enum frg_status look(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct seen *s = ctx;
	const struct store_word either = {SEARCH_ANYWHERE, STR("T")}; /* Titel, Turm */
	struct store_search q = {.before = INT64_MAX, .to = INT64_MAX, .words = &either, .word_count = 1};
	enum frg_status st = store_revision_get(tx, s->revision, &s->now, e);
	q.site = s->now.site;
	if (st == FRG_OK)
		st = store_erasure_page(tx, 0, 10, &s->rows, e);
	if (st == FRG_OK)
		st = store_erasure_head(tx, &s->seq, &s->head, e);
	return st == FRG_OK ? store_search_find(tx, &q, 10, &s->hits, e) : st;
}

static void a_text_goes_and_its_hash_stays(void **state)
{
	struct fixture *f = *state;
	struct made m = {.f = f, .text = STR("Vom Turm gesehen"), .action = STR("reject")};
	struct seen s = {0};
	OK(store_write(f->store, f->arena, make, &m, &err));
	assert_int_equal(store_write(f->store, f->arena, erase_one, &m, &err), FRG_CONFLICT); /* it waits */
	OK(store_write(f->store, f->arena, withdraw_one, &m, &err));
	OK(store_write(f->store, f->arena, erase_one, &m, &err));
	s.revision = m.revision.id;
	OK(store_read(f->store, f->arena, look, &s, &err));
	assert_int_equal(s.now.text.n, 0);
	assert_true(str_eq(s.now.text_hash, m.revision.text_hash) && s.now.purged && s.now.moved);
	assert_int_equal(s.hits.count, 0);
	assert_int_equal(s.rows.count, 1);
	char hash[HASH_TEXT_SIZE];
	store_erasure_hash(&s.rows.items[0], hash);
	assert_true(str_eq(s.rows.items[0].hash, str_of(hash)) && str_eq(s.head, str_of(hash)) && s.seq == 1);
	s.rows.items[0].term_days++;
	store_erasure_hash(&s.rows.items[0], hash);
	assert_false(str_eq(s.head, str_of(hash)));
	assert_int_equal(store_write(f->store, f->arena, erase_one, &m, &err), FRG_CONFLICT); /* once */
	OK(store_scrub(f->store, &err));
	OK(store_write(f->store, f->arena, make, &m, &err)); /* it goes on after that */
}

static enum frg_status erase_decision(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct made *m = ctx;
	enum frg_status st = store_decision_erase(tx, m->decision.seq, e);
	return st == FRG_OK ? store_decision_get(tx, m->decision.id, &m->decision, e) : st;
}

static void a_decision_is_proved_without_its_words(void **state)
{
	struct fixture *f = *state;
	char hash[HASH_TEXT_SIZE], mark[HASH_TEXT_SIZE];
	struct made m = {.f = f, .text = STR("Vom Turm gesehen"), .action = STR("reject")};
	OK(store_write(f->store, f->arena, make, &m, &err));
	OK(store_write(f->store, f->arena, decide, &m, &err));
	assert_int_equal(m.decision.version, 2);
	store_decision_mark(&m.decision, DECISION_NAME, mark);
	assert_true(str_eq(m.decision.mark[DECISION_NAME], str_of(mark)));
	OK(store_write(f->store, f->arena, erase_decision, &m, &err));
	assert_true(m.decision.author_name.n == 0 && m.decision.findings.n == 0 && m.decision.salt.n == 0);
	store_decision_hash(&m.decision, hash);
	assert_true(str_eq(m.decision.hash, str_of(hash)));
	m.decision.rules = STR("profanity"); /* what stays is proved as before */
	store_decision_hash(&m.decision, hash);
	assert_false(str_eq(m.decision.hash, str_of(hash)));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_text_goes_and_its_hash_stays),
		TEST(a_decision_is_proved_without_its_words),
	};
	return cmocka_run_group_tests_name("persons", tests, NULL, NULL);
}
