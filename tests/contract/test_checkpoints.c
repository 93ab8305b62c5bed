/* SQLite's log: moved into the file beside the writer, begins anew, and nobody who reads an old state holds it up for
 * good. A server has no such log. */
#include "store_fixture.h"

#include "store/person.h"

enum { VALUE = 400000, WRITES_MAX = 4000 };

static enum frg_status put(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	return store_setting_put(tx, 0, STR("test"), *(str *)ctx, e);
}

static bool read_log(const struct fixture *f, unsigned char head[32])
{
	char path[256];
	snprintf(path, sizeof path, "%s-wal", f->url + strlen("sqlite:"));
	FILE *log = fopen(path, "rb");
	bool there = log && fread(head, 1, 32, log) == 32;
	if (log)
		fclose(log);
	return there;
}

/* Counts how often the log has begun anew: its number of checkpoints, as SQLite's format of the file has it. */
static unsigned log_number(const struct fixture *f)
{
	unsigned char h[32] = {0};
	assert_true(read_log(f, h));
	return (unsigned)h[12] << 24 | (unsigned)h[13] << 16 | (unsigned)h[14] << 8 | (unsigned)h[15];
}

static void write_much(const struct fixture *f, int times)
{
	char *p = malloc(VALUE);
	assert_non_null(p);
	for (int i = 0; i < times; i++) {
		memset(p, 'a' + i % 26, VALUE);
		str value = {p, VALUE};
		OK(store_write(f->store, f->arena, put, &value, &err));
		arena_reset(f->arena);
	}
	free(p);
}

static bool begins_anew(const struct fixture *f)
{
	unsigned before = log_number(f);
	for (int i = 0; i < WRITES_MAX; i += 10) {
		write_much(f, 10);
		if (log_number(f) != before)
			return true;
	}
	return false;
}

static void the_log_begins_anew(void **state)
{
	struct fixture *f = *state;
	assert_true(begins_anew(f) && begins_anew(f));
}

/* ---- somebody reads what was before ---- */

struct reading {
	struct fixture *f;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	bool begun, over;
	enum frg_status scrubbed;
	struct frg_error why;
};

static enum frg_status read_long(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct reading *r = ctx;
	str before, after;
	enum frg_status st = store_setting_get(tx, 0, STR("test"), &before, e);
	pthread_mutex_lock(&r->lock);
	r->begun = true;
	pthread_cond_broadcast(&r->moved);
	while (!r->over)
		pthread_cond_wait(&r->moved, &r->lock);
	pthread_mutex_unlock(&r->lock);
	if (st == FRG_OK)
		st = store_setting_get(tx, 0, STR("test"), &after, e);
	assert_true(st != FRG_OK || str_eq(before, after));
	return st;
}

static void *reader(void *ctx)
{
	struct reading *r = ctx;
	struct frg_error e;
	struct arena *a = arena_open(4 << 20);
	OK(store_read(r->f->store, a, read_long, r, &e));
	arena_close(a);
	return NULL;
}

static void it_waits_for_who_reads(void **state)
{
	struct fixture *f = *state;
	pthread_t thread;
	struct reading r = {.f = f, .lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
	write_much(f, 1);
	assert_int_equal(pthread_create(&thread, NULL, reader, &r), 0);
	pthread_mutex_lock(&r.lock);
	while (!r.begun)
		pthread_cond_wait(&r.moved, &r.lock);
	pthread_mutex_unlock(&r.lock);
	unsigned before = log_number(f);
	write_much(f, 150); /* several rounds */
	assert_int_equal(log_number(f), before);
	pthread_mutex_lock(&r.lock);
	r.over = true;
	pthread_cond_broadcast(&r.moved);
	pthread_mutex_unlock(&r.lock);
	pthread_join(thread, NULL);
	assert_true(begins_anew(f));
}

static void *scrubbing(void *ctx)
{
	struct reading *r = ctx;
	r->scrubbed = store_scrub(r->f->store, &r->why);
	return NULL;
}

/* Clearing the file needs a moment in which nobody reads what was before, and does not give up for one who does. */
static void clearing_waits_for_who_reads(void **state)
{
	struct fixture *f = *state;
	pthread_t reads, scrubs;
	struct reading r = {.f = f, .lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
	int64_t seen = -1;
	write_much(f, 1);
	assert_int_equal(pthread_create(&reads, NULL, reader, &r), 0);
	pthread_mutex_lock(&r.lock);
	while (!r.begun)
		pthread_cond_wait(&r.moved, &r.lock);
	pthread_mutex_unlock(&r.lock);
	write_much(f, 1);
	store_wait_commit(f->store, &seen, 0);
	int64_t refused = seen + 2; /* the index is merged first */
	assert_int_equal(pthread_create(&scrubs, NULL, scrubbing, &r), 0);
	while (seen < refused)
		store_wait_commit(f->store, &seen, 1000);
	pthread_mutex_lock(&r.lock);
	r.over = true;
	pthread_cond_broadcast(&r.moved);
	pthread_mutex_unlock(&r.lock);
	pthread_join(reads, NULL);
	pthread_join(scrubs, NULL);
	OK(r.scrubbed);
}

/* ---- an end ---- */

static void a_stop_leaves_no_log(void **state)
{
	struct fixture *f = *state;
	unsigned char head[32] = {0};
	write_much(f, 60);
	store_close(f->store);
	f->store = NULL;
	assert_false(read_log(f, head));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_log_begins_anew),
		TEST(it_waits_for_who_reads),
		TEST(clearing_waits_for_who_reads),
		TEST(a_stop_leaves_no_log),
	};
	return cmocka_run_group_tests_name("checkpoints", tests, NULL, NULL);
}
