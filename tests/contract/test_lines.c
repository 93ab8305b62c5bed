/* Who writes stands in one of two lines: those who can wait come after those who cannot. */
#include "store_fixture.h"

enum { MANY = 40 };

struct race {
	struct store *store;
	pthread_mutex_t lock;
	pthread_cond_t opened;
	bool open, begun;
	int order[MANY + 2], count;
};

struct runner {
	struct race *race;
	int name;
	bool patient;
	pthread_t thread;
};

static enum frg_status hold(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct race *r = ctx;
	(void)tx, (void)e;
	pthread_mutex_lock(&r->lock);
	r->begun = true;
	pthread_cond_broadcast(&r->opened);
	while (!r->open)
		pthread_cond_wait(&r->opened, &r->lock);
	pthread_mutex_unlock(&r->lock);
	return FRG_OK;
}

/* The writer's thread alone comes here. */
static enum frg_status note(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct runner *me = ctx;
	(void)tx, (void)e;
	me->race->order[me->race->count++] = me->name;
	return FRG_OK;
}

static void *run(void *arg)
{
	struct runner *me = arg;
	struct arena *a = arena_open(1 << 20);
	struct frg_error e;
	assert_int_equal(store_write_as(me->race->store, me->patient ? STORE_PATIENT : 0, a, note, me, &e), FRG_OK);
	arena_close(a);
	return NULL;
}

static void *run_first(void *arg)
{
	struct race *r = arg;
	struct arena *a = arena_open(1 << 20);
	struct frg_error e;
	assert_int_equal(store_write(r->store, a, hold, r, &e), FRG_OK);
	arena_close(a);
	return NULL;
}

static void start(struct race *r, struct runner *me, int name, bool patient)
{
	*me = (struct runner){.race = r, .name = name, .patient = patient};
	assert_int_equal(pthread_create(&me->thread, NULL, run, me), 0);
	while (store_waiting(r->store) < (unsigned)name + 1) /* in this order */
		sched_yield();
}

static void who_can_wait_comes_after_who_cannot(void **state)
{
	struct fixture *f = *state;
	struct race r = {.store = f->store};
	struct runner all[MANY + 1];
	pthread_t first;
	pthread_mutex_init(&r.lock, NULL);
	pthread_cond_init(&r.opened, NULL);
	assert_int_equal(pthread_create(&first, NULL, run_first, &r), 0);
	pthread_mutex_lock(&r.lock);
	while (!r.begun)
		pthread_cond_wait(&r.opened, &r.lock);
	pthread_mutex_unlock(&r.lock);
	for (int i = 0; i < MANY; i++)
		start(&r, &all[i], i, true);
	start(&r, &all[MANY], MANY, false);
	pthread_mutex_lock(&r.lock);
	r.open = true;
	pthread_cond_broadcast(&r.opened);
	pthread_mutex_unlock(&r.lock);
	pthread_join(first, NULL);
	for (int i = 0; i <= MANY; i++)
		pthread_join(all[i].thread, NULL);
	assert_int_equal(r.count, MANY + 1);
	assert_int_equal(r.order[0], MANY);
	for (int i = 1; i <= MANY; i++)
		assert_int_equal(r.order[i], i - 1);
	pthread_cond_destroy(&r.opened);
	pthread_mutex_destroy(&r.lock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_can_wait_comes_after_who_cannot, set_up, tear_down)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
