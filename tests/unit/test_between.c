/* Between a request's reading and its writing somebody is erased or suspended: nothing of it comes back. The writer is
 * held up until the request stands in line, so that what happens meanwhile happens exactly there. */
#include "service/inner.h"
#include "service_fixture.h"
#include "store/limit.h"

#include <pthread.h>
#include <semaphore.h>

struct meanwhile {
	store_work *work; /* in the transaction that the request waits for */
	id64 comment;
	sem_t holds;
};

static enum frg_status hold_up(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct meanwhile *m = ctx;
	sem_post(&m->holds);
	while (store_waiting(service_store(t.svc)) == 0)
		usleep(1000);
	return m->work(tx, m, e);
}

static void *run_holder(void *ctx)
{
	struct frg_error e;
	struct arena *a = arena_open((size_t)64 << 20);
	OK(store_write(service_store(t.svc), a, hold_up, ctx, &e));
	arena_close(a);
	return NULL;
}

/* What the request answers, when `m` happens before it is written. */
static enum frg_status with(struct meanwhile *m, enum frg_status (*request)(void))
{
	pthread_t holder;
	sem_init(&m->holds, 0, 0);
	assert_int_equal(pthread_create(&holder, NULL, run_holder, m), 0);
	assert_int_equal(sem_wait(&m->holds), 0);
	enum frg_status st = request();
	pthread_join(holder, NULL);
	sem_destroy(&m->holds);
	return st;
}

static struct submit_result first;
static str key, reader;

static enum frg_status send(void)
{
	struct submit_result out;
	struct submit_command cmd = {.site = t.site,
	                             .article = STR("bruecke"),
	                             .reader = reader,
	                             .name = STR("Ines Musterfrau"),
	                             .text = STR("Vom Zwiebelturm herab."),
	                             .idempotency_key = key};
	err = (struct frg_error){0};
	enum frg_status st = service_submit(t.svc, t.a, &cmd, &out, &err);
	if (st == FRG_OK)
		first = out;
	return st;
}

static enum frg_status send_change(void)
{
	struct submit_result out;
	return revise(first.reader, first.comment, "Vom Zwiebelturm herab, noch einmal.", &out);
}

static enum frg_status erase_all(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct meanwhile *m = ctx;
	struct store_comment c;
	struct erasing why = {.cause = STR("reader")};
	enum frg_status st = store_comment_get(tx, m->comment, &c, e);
	if (st == FRG_OK)
		st = erase_comment(tx, &why, m->comment, e);
	return st == FRG_OK ? erase_author(tx, c.author, e) : st;
}

#define LEFT                                                                                                           \
	"SELECT (SELECT count(*) FROM revision WHERE text <> '') + (SELECT count(*) FROM comment WHERE name <> '')"        \
	" + (SELECT count(*) FROM queue) + (SELECT count(*) FROM search_text WHERE search_text MATCH 'zwiebelturm')"       \
	" + (SELECT count(*) FROM review WHERE findings LIKE '%Zwiebelturm%')"

static void begin(str with_key)
{
	key = with_key;
	reader = STR("");
	OK(send());
	reader = first.reader;
}

static void who_is_erased_writes_nothing_more(void **state)
{
	begin(KEY("eins"));
	key = KEY("zwei");
	struct meanwhile m = {.work = erase_all, .comment = first.comment};
	assert_int_equal(with(&m, send), FRG_CONFLICT);
	assert_code(err, "request_erased");
	assert_int_equal(number(LEFT), 0);
}

/* What erasing leaves of a request: the same one, on its way twice, had been written and erased. */
static enum frg_status mark_erased(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	char hash[HASH_TEXT_SIZE];
	(void)ctx;
	hash_text(key, hash);
	return store_proof_use(tx, erase_mark(str_of(hash)), clock_now() + 60000, e);
}

static void what_is_erased_is_not_sent_again(void **state)
{
	struct meanwhile m = {.work = mark_erased};
	key = KEY("eins");
	reader = STR("");
	assert_int_equal(with(&m, send), FRG_CONFLICT);
	assert_code(err, "request_erased");
	assert_int_equal(number(LEFT), 0);
}

static void a_change_brings_no_erased_comment_back(void **state)
{
	begin(KEY("eins"));
	OK(decide_as(&t.ada, first.revision, 1, DECIDE_REJECT));
	struct meanwhile m = {.work = erase_all, .comment = first.comment};
	assert_int_equal(with(&m, send_change), FRG_CONFLICT);
	assert_int_equal(number(LEFT), 0);
}

static enum frg_status suspend(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct meanwhile *m = ctx;
	struct store_comment c;
	enum frg_status st = store_comment_get(tx, m->comment, &c, e);
	struct store_suspension row = {.id = id_new(),
	                               .site = t.site->id,
	                               .author = c.author,
	                               .decision = decided.decision,
	                               .until = clock_now() + 60000,
	                               .created = clock_now()};
	return st == FRG_OK ? store_suspension_insert(tx, &row, e) : st;
}

static void who_is_suspended_is_refused(void **state)
{
	begin(KEY("eins"));
	OK(decide_as(&t.ada, first.revision, 1, DECIDE_REJECT));
	key = KEY("zwei");
	struct meanwhile m = {.work = suspend, .comment = first.comment};
	assert_int_equal(with(&m, send), FRG_FORBIDDEN);
	assert_code(err, "author_suspended");
}

static enum frg_status recheck(void)
{
	id64 after = 0;
	size_t changed;
	return service_recheck(t.svc, t.a, t.site->id, &after, &changed, &err);
}

/* A newer engine looks at what waits. */
static void a_look_anew_brings_no_words_back(void **state)
{
	begin(KEY("eins"));
	tamper("UPDATE review SET engine = 'older'");
	struct meanwhile m = {.work = erase_all, .comment = first.comment};
	OK(with(&m, recheck));
	assert_int_equal(number(LEFT), 0);
	assert_int_equal(number("SELECT count(*) FROM review"), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(who_is_erased_writes_nothing_more),      TEST(what_is_erased_is_not_sent_again),
		TEST(a_change_brings_no_erased_comment_back), TEST(who_is_suspended_is_refused),
		TEST(a_look_anew_brings_no_words_back),
	};
	return cmocka_run_group_tests_name("between", tests, NULL, NULL);
}
