/* What every store must do, whatever the database: run on each driver. */
#include "store_fixture.h"

#include "store/plain.h"
#include "store/tx.h"

#include <signal.h>
#include <sys/wait.h>

static struct store_publication publication_of(const struct made *m)
{
	return (struct store_publication){.comment = m->comment.id,
	                                  .site = m->f->site.id,
	                                  .article = m->f->article.id,
	                                  .parent = m->parent,
	                                  .root = m->comment.id,
	                                  .revision = m->revision.id,
	                                  .text_hash = m->revision.text_hash,
	                                  .decision = m->decision.id,
	                                  .name = STR("N"),
	                                  .text = m->text,
	                                  .submitted = 5,
	                                  .published = 9};
}

static enum frg_status publish(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct store_publication p = publication_of(ctx);
	return store_publication_write(tx, PUBLICATION_PUT, &p, e);
}

/* ---- promise 1: nothing without a decision to release exactly this ---- */

static void publication_needs_its_decision(void **state)
{
	struct fixture *f = *state;
	struct made held = make_one(f, "held", NULL);
	assert_int_equal(store_write(f->store, f->arena, publish, &held, &err), FRG_CONFLICT);
	struct made rejected = make_one(f, "rejected", "reject");
	assert_int_equal(store_write(f->store, f->arena, publish, &rejected, &err), FRG_CONFLICT);
	struct made released = make_one(f, "released", "release");
	struct made other = released;
	other.revision.text_hash = held.revision.text_hash; /* another text than was released */
	assert_int_equal(store_write(f->store, f->arena, publish, &other, &err), FRG_CONFLICT);
	other = released;
	other.revision.id = held.revision.id; /* another revision */
	assert_int_equal(store_write(f->store, f->arena, publish, &other, &err), FRG_CONFLICT);
	other = released;
	other.parent = held.comment.id; /* an answer to what is not released */
	assert_int_equal(store_write(f->store, f->arena, publish, &other, &err), FRG_CONFLICT);
	OK(store_write(f->store, f->arena, publish, &released, &err));
}

/* ---- what readers see is counted where it is written ---- */

struct changing {
	struct made *of;
	enum store_publication_change change;
	int64_t count;
};

static enum frg_status change_and_count(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct changing *c = ctx;
	struct store_publication p = publication_of(c->of);
	p.removed = 10;
	enum frg_status st = store_publication_write(tx, c->change, &p, e);
	return st == FRG_OK ? store_publication_count(tx, p.article, &c->count, e) : st;
}

static void publications_are_counted(void **state)
{
	struct fixture *f = *state;
	struct made one = make_one(f, "released", "release"), two = make_one(f, "released", "release");
	const struct changing steps[] = {
		{&one, PUBLICATION_DROP, 0},  {&one, PUBLICATION_PUT, 1},  {&one, PUBLICATION_PUT, 1},
		{&two, PUBLICATION_PUT, 2},   {&two, PUBLICATION_PICK, 2}, {&one, PUBLICATION_EMPTY, 1},
		{&one, PUBLICATION_EMPTY, 1}, {&one, PUBLICATION_PUT, 2},  {&one, PUBLICATION_EMPTY, 1},
		{&one, PUBLICATION_DROP, 1},  {&two, PUBLICATION_DROP, 0}, {&two, PUBLICATION_DROP, 0}};
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		struct changing c = steps[i];
		OK(store_write(f->store, f->arena, change_and_count, &c, &err));
		assert_int_equal(c.count, steps[i].count);
	}
}

/* Lies where the last place of its article's is: 22 bits count them. */
static enum frg_status put_last(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	const struct made *m = ctx;
	return DB_RUN(tx->db, e, "UPDATE publication SET place = $2 WHERE comment_id = $1", DB_INT(m->comment.id),
	              DB_INT(m->f->article.id | ((1 << 22) - 1)));
}

static void an_article_may_have_more_comments_than_places(void **state)
{
	struct fixture *f = *state;
	struct made all[4];
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		all[i] = make_one(f, "released", "release");
		OK(store_write(f->store, f->arena, publish, &all[i], &err));
		if (i == 0)
			OK(store_write(f->store, f->arena, put_last, &all[0], &err));
	}
	struct changing c = {&all[3], PUBLICATION_PICK, 0};
	OK(store_write(f->store, f->arena, change_and_count, &c, &err));
	assert_int_equal(c.count, 4);
}

/* ---- transactions ---- */

static enum frg_status make_then_fail(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	enum frg_status st = make(tx, ctx, e);
	return st != FRG_OK ? st : frg_fail(e, FRG_FORBIDDEN, "test", "no");
}

struct lookup {
	id64 id;
	struct store_revision revision;
};

static enum frg_status find_revision(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct lookup *l = ctx;
	return store_revision_get(tx, l->id, &l->revision, e);
}

static void failed_work_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct made m = {.f = f, .text = STR("never")};
	assert_int_equal(store_write(f->store, f->arena, make_then_fail, &m, &err), FRG_FORBIDDEN);
	struct lookup l = {.id = m.revision.id};
	assert_int_equal(store_read(f->store, f->arena, find_revision, &l, &err), FRG_NOT_FOUND);
}

static enum frg_status refuse(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	enum frg_status st = find_revision(tx, ctx, e);
	return st == FRG_OK ? frg_fail(e, FRG_FORBIDDEN, "test", "no") : st;
}

static enum frg_status write_then_refuse(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	(void)ctx;
	enum frg_status st = store_setting_put(tx, 0, STR("test"), STR("1"), e);
	return st != FRG_OK ? st : frg_fail(e, FRG_FORBIDDEN, "test", "no");
}

/* A program under test does not go on: in a process of its own, with a file of its own, it is ended. */
static void broken_word_ends_the_program(const struct fixture *f)
{
	char url[192];
	int status = 0;
	snprintf(url, sizeof url, "sqlite:%s/broken.db", f->dir);
	pid_t child = fork();
	if (child == 0) {
		struct store *store;
		struct store_config config = {.url = str_of(url), .create = true};
		if (store_open(&config, &store, &err) == FRG_OK)
			(void)!store_write_as(store, STORE_PLAIN, f->arena, write_then_refuse, NULL, &err);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

/* Work that refuses before it writes is refused; work that breaks its word leaves nothing. */
static void plain_work_is_done_or_not(void **state)
{
	struct fixture *f = *state;
	struct made good = {.f = f, .text = STR("A")}, bad = {.f = f, .text = STR("B")};
	OK(store_write_as(f->store, STORE_PLAIN, f->arena, make, &good, &err));
	struct lookup there = {.id = good.revision.id};
	assert_int_equal(store_write_as(f->store, STORE_PLAIN, f->arena, refuse, &there, &err), FRG_FORBIDDEN);
	if (store_plain_guarded()) {
		broken_word_ends_the_program(f);
		return;
	}
	assert_int_equal(store_write_as(f->store, STORE_PLAIN, f->arena, make_then_fail, &bad, &err), FRG_FORBIDDEN);
	struct lookup gone = {.id = bad.revision.id};
	OK(store_read(f->store, f->arena, find_revision, &there, &err));
	assert_int_equal(store_read(f->store, f->arena, find_revision, &gone, &err), FRG_NOT_FOUND);
}

/* One of a group that breaks its word is refused; what waited with it is done, and done once. */
struct member {
	struct fixture *f;
	unsigned ways;
	store_work *work;
	enum frg_status status;
	pthread_t thread;
	int ran;
	id64 made;
};

static enum frg_status run_member(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct member *m = ctx;
	struct made made = {.f = m->f, .text = STR("member")};
	m->ran++;
	enum frg_status st = m->work(tx, &made, e);
	m->made = made.revision.id;
	return st;
}

static void *member_thread(void *arg)
{
	struct member *m = arg;
	struct arena *a = arena_open(1 << 20);
	struct frg_error e;
	m->status = store_write_as(m->f->store, m->ways, a, run_member, m, &e);
	arena_close(a);
	return NULL;
}

static enum frg_status wait_for_members(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct member *all = ctx;
	for (unsigned i = 0; i < 4; i++) { /* one after another, so that they stand in line in this order */
		if (pthread_create(&all[i].thread, NULL, member_thread, &all[i]))
			return frg_fail(e, FRG_UNAVAILABLE, "test", "no thread");
		while (store_waiting(all[i].f->store) <= i)
			usleep(1000);
	}
	(void)tx;
	return FRG_OK;
}

static void who_breaks_the_word_fails_alone(void **state)
{
	struct fixture *f = *state;
	struct member all[] = {
		{f, 0, make}, {f, STORE_PLAIN, make}, {f, STORE_PLAIN, make_then_fail}, {f, STORE_PLAIN, make}};
	if (store_plain_guarded())
		return;
	OK(store_write(f->store, f->arena, wait_for_members, all, &err));
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		pthread_join(all[i].thread, NULL);
		bool fails = all[i].work == make_then_fail;
		struct lookup l = {.id = all[i].made};
		assert_int_equal(all[i].status, fails ? FRG_FORBIDDEN : FRG_OK);
		assert_int_equal(store_read(f->store, f->arena, find_revision, &l, &err), fails ? FRG_NOT_FOUND : FRG_OK);
	}
	assert_int_equal(all[0].ran, 1);
}

static enum frg_status write_in_read(struct store_tx *tx, void *ctx, struct frg_error *e) { return make(tx, ctx, e); }

static void reading_cannot_write(void **state)
{
	struct fixture *f = *state;
	struct made m = {.f = f, .text = STR("never")};
	assert_int_not_equal(store_read(f->store, f->arena, write_in_read, &m, &err), FRG_OK);
}

/* Many at once are committed in groups; one that fails takes none with it. */
struct crowd {
	struct fixture *f;
	atomic_int made, failed;
};

static void *crowd_thread(void *arg)
{
	struct crowd *c = arg;
	struct arena *a = arena_open(1 << 20);
	for (int i = 0; i < 50; i++) {
		struct made m = {.f = c->f, .text = STR("crowd")};
		bool fails = i % 10 == 9;
		enum frg_status st = store_write(c->f->store, a, fails ? make_then_fail : make, &m, NULL);
		struct lookup l = {.id = m.revision.id};
		bool there = store_read(c->f->store, a, find_revision, &l, NULL) == FRG_OK;
		if (fails)
			atomic_fetch_add(&c->failed, st == FRG_FORBIDDEN && !there);
		else
			atomic_fetch_add(&c->made, st == FRG_OK && there);
	}
	arena_close(a);
	return NULL;
}

static void a_crowd_is_committed_together(void **state)
{
	struct crowd c = {.f = *state};
	pthread_t threads[8];
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, crowd_thread, &c), 0);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(c.made, 8 * 45);
	assert_int_equal(c.failed, 8 * 5);
}

static enum frg_status move(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_revision_move(tx, ((struct lookup *)ctx)->id, STATE_HELD, 1, STATE_REJECTED, e);
}

static void a_revision_moves_once(void **state)
{
	struct fixture *f = *state;
	struct made m = make_one(f, "once", NULL);
	struct lookup l = {.id = m.revision.id};
	OK(store_write(f->store, f->arena, move, &l, &err));
	assert_int_equal(store_write(f->store, f->arena, move, &l, &err), FRG_CONFLICT);
	OK(store_read(f->store, f->arena, find_revision, &l, &err));
	assert_int_equal(l.revision.state, STATE_REJECTED);
	assert_int_equal(l.revision.version, 2);
	assert_true(str_eq(l.revision.text, STR("once")));
}

/* ---- the chain ---- */

struct chain {
	struct store_decisions page;
	int64_t seq;
	str hash;
};

static enum frg_status read_chain(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct chain *c = ctx;
	enum frg_status st = store_decision_page(tx, 0, 100, &c->page, e);
	return st == FRG_OK ? store_chain_head(tx, &c->seq, &c->hash, e) : st;
}

static void decisions_are_chained(void **state)
{
	struct fixture *f = *state;
	make_one(f, "a", "release");
	make_one(f, "b", "reject");
	make_one(f, "c", "return");
	struct chain c = {0};
	OK(store_read(f->store, f->arena, read_chain, &c, &err));
	assert_int_equal(c.page.count, 3);
	assert_int_equal(c.seq, 3);
	str before = STR("");
	for (size_t i = 0; i < 3; i++) {
		char hash[HASH_TEXT_SIZE];
		store_decision_hash(&c.page.items[i], hash);
		assert_int_equal(c.page.items[i].seq, (int64_t)i + 1);
		assert_true(str_eq(c.page.items[i].prev_hash, before));
		assert_true(str_eq(c.page.items[i].hash, str_of(hash)));
		before = c.page.items[i].hash;
	}
	assert_true(str_eq(c.hash, before));
}

static void an_undone_decision_does_not_enter_the_chain(void **state)
{
	struct fixture *f = *state;
	struct made m = make_one(f, "a", "release");
	struct made bad = m;
	bad.action = STR("burn"); /* the schema knows no such action: the seq it took is given back */
	assert_int_equal(store_write(f->store, f->arena, decide, &bad, &err), FRG_CONFLICT);
	make_one(f, "b", "reject");
	struct chain c = {0};
	OK(store_read(f->store, f->arena, read_chain, &c, &err));
	assert_int_equal(c.page.count, 2);
	assert_int_equal(c.page.items[1].seq, 2);
}

/* ---- reopening ---- */

static void what_was_written_is_there_again(void **state)
{
	struct fixture *f = *state;
	struct made m = make_one(f, "Grüße 🙂 \"'; --", "release");
	store_close(f->store);
	struct store_config config = {.url = str_of(f->url)};
	OK(store_open(&config, &f->store, &err));
	struct lookup l = {.id = m.revision.id};
	OK(store_read(f->store, f->arena, find_revision, &l, &err));
	assert_true(str_eq(l.revision.text, m.text));
}

static void a_foreign_schema_is_refused(void **state)
{
	struct fixture *f = *state;
	struct store_config config = {.url = str_of(f->url)};
	struct store *again;
	tamper(f, "UPDATE schema_migration SET hash = 'x' WHERE version = 1");
	assert_int_equal(store_open(&config, &again, &err), FRG_UNSUPPORTED);
	assert_string_equal(err.code, "schema_changed");
	tamper(f, "INSERT INTO schema_migration VALUES (99, 'z', 'z', 0)");
	assert_int_equal(store_open(&config, &again, &err), FRG_UNSUPPORTED);
	assert_string_equal(err.code, "schema_newer");
}

static enum frg_status count_one(struct store_tx *tx, void *ran, struct frg_error *e)
{
	(void)tx, (void)e;
	++*(int *)ran;
	return FRG_OK;
}

/* A newer program has brought the schema on, while this one has it open. */
static void a_newer_schema_ends_the_writes_of_an_older_program(void **state)
{
	struct fixture *f = *state;
	int ran = 0;
	tamper(f, "INSERT INTO schema_migration VALUES (99, 'z', 'z', 0)");
	assert_int_equal(store_write(f->store, f->arena, count_one, &ran, &err), FRG_UNAVAILABLE);
	assert_string_equal(err.code, "schema_newer");
	assert_int_equal(ran, 0);
	tamper(f, "DELETE FROM schema_migration WHERE version = 99");
	OK(store_write(f->store, f->arena, count_one, &ran, &err));
	assert_int_equal(ran, 1);
}

static void a_missing_database_is_said_to_be_missing(void **state)
{
	(void)state;
	struct store *s;
	struct store_config config = {.url = STR("sqlite:/tmp/freigabe-no-such-file.db")};
	assert_int_equal(store_open(&config, &s, &err), FRG_NOT_FOUND);
	config.url = STR("postgres:///freigabe-no-such-database?host=/tmp/freigabe-no-such-server");
	assert_int_equal(store_open(&config, &s, &err), FRG_UNAVAILABLE);
	config.url = STR("mysql:x");
	assert_int_equal(store_open(&config, &s, &err), FRG_INVALID);
}

/* ---- events ---- */

struct events {
	struct store_events list;
	id64 article;
};

static enum frg_status add_event(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct events *v = ctx;
	return store_event_insert(
		tx, &(struct store_event){.kind = STR("held"), .site = 1, .article = v->article, .detail = STR("d")}, e);
}

static enum frg_status read_events(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_event_after(tx, 0, 100, &((struct events *)ctx)->list, e);
}

static void events_come_in_order(void **state)
{
	struct fixture *f = *state;
	struct events v = {0};
	for (v.article = 1; v.article <= 5; v.article++)
		OK(store_write(f->store, f->arena, add_event, &v, &err));
	OK(store_read(f->store, f->arena, read_events, &v, &err));
	assert_int_equal(v.list.count, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(v.list.items[i].seq, (int64_t)i + 1);
		assert_int_equal(v.list.items[i].article, (int64_t)i + 1);
	}
}

/* ---- suggested scores ---- */

struct suggested {
	struct store_suggestion row;
	struct store_suggestions list;
	int times;
};

static enum frg_status add_suggestions(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct suggested *s = ctx;
	enum frg_status st = FRG_OK;
	for (int i = 0; i < s->times && st == FRG_OK; i++) {
		s->row.id++;
		st = store_suggestion_insert(tx, &s->row, e);
	}
	return st;
}

static enum frg_status read_suggestions(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct suggested *s = ctx;
	return store_suggestion_page(tx, s->row.site, 102, 2, &s->list, e);
}

static void suggestions_come_back_by_page(void **state)
{
	struct fixture *f = *state;
	struct suggested s = {.times = 5,
	                      .row = {.id = 100,
	                              .site = f->site.id,
	                              .text = STR("Grüße 🙂"),
	                              .lang = FRG_LANG_EN,
	                              .attribute = STR("TOXICITY"),
	                              .score_permille = 1000,
	                              .community = STR("c"),
	                              .created = 7}};
	OK(store_write(f->store, f->arena, add_suggestions, &s, &err));
	OK(store_read(f->store, f->arena, read_suggestions, &s, &err));
	assert_int_equal(s.list.count, 2);
	const struct store_suggestion *got = &s.list.items[0];
	assert_int_equal(got->id, 103);
	assert_int_equal(s.list.items[1].id, 104);
	assert_true(str_eq(got->text, s.row.text) && str_eq(got->attribute, s.row.attribute) &&
	            str_eq(got->community, s.row.community));
	assert_int_equal(got->lang, FRG_LANG_EN);
	assert_int_equal(got->score_permille, 1000);
	assert_int_equal(got->created, 7);
	s.row.score_permille = 1001; /* no probability */
	assert_int_not_equal(store_write(f->store, f->arena, add_suggestions, &s, &err), FRG_OK);
	s.row.score_permille = 0;
	s.row.site = 1; /* no such site */
	assert_int_not_equal(store_write(f->store, f->arena, add_suggestions, &s, &err), FRG_OK);
}

static void suggestions_have_a_ceiling(void **state)
{
	struct fixture *f = *state;
	char *text = calloc(1, 1 << 20);
	memset(text, 'x', 1 << 20);
	struct suggested s = {.times = 1,
	                      .row = {.id = 100, .site = f->site.id, .text = {text, 1 << 20}, .attribute = STR("A")}};
	OK(store_write(f->store, f->arena, add_suggestions, &s, &err));
	tamper(f, "UPDATE counter SET value = value + 1073741824 - 2 * (1048576 + 1) WHERE name = 'suggestion_bytes'");
	OK(store_write(f->store, f->arena, add_suggestions, &s, &err));
	assert_int_equal(store_write(f->store, f->arena, add_suggestions, &s, &err), FRG_TOO_LARGE);
	s.row.text.n = 0;
	assert_int_equal(store_write(f->store, f->arena, add_suggestions, &s, &err), FRG_TOO_LARGE);
	free(text);
}

/* ---- notices, evidence ---- */

struct reported {
	struct store_notice row, got;
	struct store_notices list;
	struct store_notice_cases open, decided;
	int64_t persons, cases, late;
};

static enum frg_status report(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_notice_insert(tx, &((struct reported *)ctx)->row, e);
}

static enum frg_status close_report(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_notice_close(tx, &((struct reported *)ctx)->row, e);
}

static enum frg_status reopen_report(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_notice_reopen(tx, ((struct reported *)ctx)->row.id, e);
}

static enum frg_status read_reports(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct reported *r = ctx;
	enum frg_status st = store_notice_by_person(tx, r->row.revision, STR("p"), &r->got, e);
	if (st == FRG_OK || st == FRG_NOT_FOUND)
		st = store_notice_on_revision(tx, r->row.revision, true, 10, &r->list, e);
	if (st == FRG_OK)
		st = store_notice_reported(tx, r->row.comment, &r->persons, e);
	if (st == FRG_OK)
		st = store_notice_count(tx, r->row.site, 100, &r->cases, &r->late, e);
	if (st == FRG_OK)
		st = store_notice_cases(tx, r->row.site, true, 10, &r->open, e);
	return st == FRG_OK ? store_notice_cases(tx, r->row.site, false, 10, &r->decided, e) : st;
}

static void notices_on_a_text_are_one_case(void **state)
{
	struct fixture *f = *state;
	struct made m = make_one(f, "Gemeldet.", "release");
	struct reported r = {.row = {.id = 50,
	                             .site = f->site.id,
	                             .comment = m.comment.id,
	                             .revision = m.revision.id,
	                             .text_hash = m.revision.text_hash,
	                             .kind = STR("insult"),
	                             .lang = FRG_LANG_EN,
	                             .explanation = STR("Grüße"),
	                             .name = STR("N"),
	                             .email = STR("n@x.example"),
	                             .person = STR("p"),
	                             .form_key = STR("k1"),
	                             .created = 90}};
	OK(store_write(f->store, f->arena, report, &r, &err));
	assert_int_not_equal(store_write(f->store, f->arena, report, &r, &err), FRG_OK); /* the same form */
	struct reported again = r;
	again.row.id = 51;
	again.row.form_key = STR("k2");
	again.row.joins = 50;
	again.row.created = 110;
	OK(store_write(f->store, f->arena, report, &again, &err));
	OK(store_read(f->store, f->arena, read_reports, &r, &err));
	assert_true(r.got.id == 50 && str_eq(r.got.explanation, r.row.explanation) && r.got.lang == FRG_LANG_EN);
	assert_int_equal(r.list.count, 2);
	assert_int_equal(r.list.items[1].joins, 50);
	assert_true(r.persons == 1 && r.cases == 1 && r.late == 1 && r.decided.count == 0);
	assert_true(r.open.count == 1 && r.open.items[0].first == 90 && r.open.items[0].last == 51 &&
	            r.open.items[0].persons == 1);
	r.row.decided = again.row.decided = 200;
	r.row.outcome = again.row.outcome = STR("kept");
	r.row.decision = again.row.decision = m.decision.id;
	r.row.answer = again.row.answer = STR("A");
	OK(store_write(f->store, f->arena, close_report, &r, &err));
	OK(store_write(f->store, f->arena, close_report, &again, &err));
	OK(store_read(f->store, f->arena, read_reports, &r, &err));
	assert_true(r.list.count == 0 && r.cases == 0 && r.decided.count == 1 && r.decided.items[0].first == 200);
	OK(store_write(f->store, f->arena, reopen_report, &r, &err));
	OK(store_read(f->store, f->arena, read_reports, &r, &err));
	assert_true(r.list.count == 1 && !r.list.items[0].decided && r.list.items[0].answer.n == 0);
	r.row.form_key = STR("k3");
	r.row.id = 52;
	r.row.text_hash = STR("another text");
	assert_int_not_equal(store_write(f->store, f->arena, report, &r, &err), FRG_OK);
}

struct proof {
	struct store_evidence row, got;
	struct store_evidences list, page;
	int64_t holds;
};

static enum frg_status preserve(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_evidence_insert(tx, &((struct proof *)ctx)->row, e);
}

static enum frg_status end_hold(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_evidence_end(tx, &((struct proof *)ctx)->row, e);
}

static enum frg_status read_proof(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct proof *p = ctx;
	enum frg_status st = store_evidence_get(tx, p->row.id, &p->got, e);
	if (st == FRG_OK)
		st = store_evidence_list(tx, p->row.site, 0, 10, &p->list, e);
	if (st == FRG_OK)
		st = store_evidence_page(tx, 0, 10, &p->page, e);
	return st == FRG_OK ? store_evidence_holds(tx, p->row.comment, &p->holds, e) : st;
}

static void a_hold_ends_once(void **state)
{
	struct fixture *f = *state;
	struct made m = make_one(f, "Gesichert.", NULL);
	struct proof p = {.row = {.id = 60,
	                          .site = f->site.id,
	                          .comment = m.comment.id,
	                          .editor = f->editor.id,
	                          .editor_name = STR("Ed"),
	                          .reason = STR("Grund"),
	                          .bundle = STR("{}"),
	                          .signature = STR("s"),
	                          .created = 7,
	                          .ended = 9,
	                          .ended_by = f->editor.id,
	                          .end_reason = STR("vorbei")}};
	OK(store_write(f->store, f->arena, preserve, &p, &err));
	OK(store_read(f->store, f->arena, read_proof, &p, &err));
	assert_true(p.holds == 1 && !p.got.ended && str_eq(p.got.bundle, STR("{}")) && str_eq(p.got.title, STR("Titel")));
	assert_true(p.list.count == 1 && p.list.items[0].bundle.n == 0 && p.page.count == 1 && p.page.items[0].bundle.n);
	OK(store_write(f->store, f->arena, end_hold, &p, &err));
	assert_int_equal(store_write(f->store, f->arena, end_hold, &p, &err), FRG_CONFLICT);
	OK(store_read(f->store, f->arena, read_proof, &p, &err));
	assert_true(p.holds == 0 && p.got.ended == 9 && str_eq(p.got.ended_name, STR("Ed")) &&
	            str_eq(p.got.end_reason, STR("vorbei")));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(publication_needs_its_decision),
		TEST(publications_are_counted),
		TEST(failed_work_leaves_nothing),
		TEST(plain_work_is_done_or_not),
		TEST(an_article_may_have_more_comments_than_places),
		TEST(who_breaks_the_word_fails_alone),
		TEST(reading_cannot_write),
		TEST(a_crowd_is_committed_together),
		TEST(a_revision_moves_once),
		TEST(decisions_are_chained),
		TEST(an_undone_decision_does_not_enter_the_chain),
		TEST(what_was_written_is_there_again),
		TEST(a_foreign_schema_is_refused),
		TEST(a_newer_schema_ends_the_writes_of_an_older_program),
		TEST(a_missing_database_is_said_to_be_missing),
		TEST(events_come_in_order),
		TEST(suggestions_come_back_by_page),
		TEST(suggestions_have_a_ceiling),
		TEST(notices_on_a_text_are_one_case),
		TEST(a_hold_ends_once),
	};
	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
