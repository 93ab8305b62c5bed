/* Of every store, too: how people of the staff get in. */
#include "store_fixture.h"

/* ---- how people of the staff get in ---- */

/* In the writer's thread, where cmocka's own do not reach. */
#define MUST(condition)                                                                                                \
	do {                                                                                                               \
		if (!(condition))                                                                                              \
			return frg_fail(e, FRG_CORRUPT, "test", "line %d: %s", __LINE__, #condition);                              \
	} while (0)

static enum frg_status a_passkey_counts_up(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct fixture *f = ctx;
	struct store_passkey p = {.id = id_new(),
	                          .editor = f->editor.id,
	                          .rp_id = STR("paper.example"),
	                          .credential = STR("c"),
	                          .key = STR("k"),
	                          .transports = STR("usb"),
	                          .name = STR("Bund"),
	                          .sign_count = 7,
	                          .backup_eligible = true};
	struct store_passkey got;
	struct store_passkeys all;
	bool first, there;
	MUST(store_factor_there(tx, f->editor.id, &there, e) == FRG_OK);
	MUST(!there);
	MUST(store_passkey_insert(tx, &p, e) == FRG_OK);
	MUST(store_passkey_insert(tx, &p, e) == FRG_CONFLICT);
	MUST(store_factor_there(tx, f->editor.id, &there, e) == FRG_OK);
	MUST(there);
	MUST(store_passkey_by_credential(tx, STR("other.example"), p.credential, &got, e) == FRG_NOT_FOUND);
	MUST(store_passkey_by_credential(tx, p.rp_id, p.credential, &got, e) == FRG_OK);
	MUST(got.editor == f->editor.id && got.backup_eligible && !got.backed_up && got.used == 0);
	MUST(store_passkey_use(tx, &got, 8, true, &first, e) == FRG_OK);
	MUST(first);
	MUST(store_passkey_use(tx, &got, 9, true, &first, e) == FRG_OK); /* judged by the count before */
	MUST(!first);
	MUST(store_passkey_list(tx, f->editor.id, &all, e) == FRG_OK);
	MUST(all.count == 1 && all.items[0].sign_count == 8 && all.items[0].backed_up && all.items[0].used);
	MUST(store_passkey_rename(tx, f->editor.id + 1, p.id, STR("x"), e) == FRG_NOT_FOUND);
	MUST(store_passkey_delete(tx, f->editor.id + 1, p.id, e) == FRG_NOT_FOUND);
	MUST(store_passkey_delete(tx, f->editor.id, p.id, e) == FRG_OK);
	return FRG_OK;
}

static enum frg_status a_question_is_taken_once(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct fixture *f = ctx;
	struct store_challenge c = {.token_hash = STR("h"),
	                            .kind = STR("login"),
	                            .site = f->site.id,
	                            .data = STR("d"),
	                            .created = clock_now(),
	                            .expires = clock_now() + 60000};
	struct store_challenge got;
	MUST(store_challenge_put(tx, &c, e) == FRG_OK);
	c.data = STR("d2");
	MUST(store_challenge_put(tx, &c, e) == FRG_OK); /* in place of the first */
	MUST(store_challenge_take(tx, STR("h"), STR("add"), &got, e) == FRG_NOT_FOUND);
	MUST(store_challenge_take(tx, STR("h"), STR("login"), &got, e) == FRG_OK);
	MUST(str_eq(got.data, STR("d2")) && got.editor == 0);
	MUST(store_challenge_take(tx, STR("h"), STR("login"), &got, e) == FRG_NOT_FOUND);
	c.expires = clock_now() - 1;
	MUST(store_challenge_put(tx, &c, e) == FRG_OK);
	MUST(store_challenge_take(tx, STR("h"), STR("login"), &got, e) == FRG_NOT_FOUND);
	return FRG_OK;
}

/* Strangers can ask, too: the oldest give way, and only those of the same kind. */
static enum frg_status questions_have_a_ceiling(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct fixture *f = ctx;
	char hash[20];
	msec now = clock_now();
	struct store_challenge c = {.site = f->site.id, .data = STR(""), .expires = clock_now() + 600000}, got;
	c.token_hash = STR("mine");
	c.kind = STR("second");
	c.created = 1;
	MUST(store_challenge_put(tx, &c, e) == FRG_OK);
	c.kind = STR("login");
	for (int i = 0; i < STORE_CHALLENGES + 50; i++) {
		snprintf(hash, sizeof hash, "%d", i);
		c.token_hash = str_of(hash);
		c.created = now + i;
		MUST(store_challenge_put(tx, &c, e) == FRG_OK);
	}
	MUST(store_challenge_take(tx, STR("49"), STR("login"), &got, e) == FRG_NOT_FOUND);
	MUST(store_challenge_take(tx, STR("50"), STR("login"), &got, e) == FRG_OK);
	MUST(store_challenge_take(tx, STR("mine"), STR("second"), &got, e) == FRG_OK);
	return FRG_OK;
}

static enum frg_status an_identity_is_ones(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct fixture *f = ctx;
	struct store_identity i = {
		.issuer = STR("https://a"), .subject = STR("s"), .editor = f->editor.id, .email = STR("a@b.example")};
	struct store_identity got;
	int64_t count;
	id64 editor;
	MUST(store_identity_put(tx, &i, e) == FRG_OK);
	i.editor = 1; /* used again: it stays whose it was */
	i.email = STR("c@b.example");
	MUST(store_identity_put(tx, &i, e) == FRG_OK);
	MUST(store_identity_get(tx, i.issuer, i.subject, &got, e) == FRG_OK);
	MUST(got.editor == f->editor.id && str_eq(got.email, STR("c@b.example")));
	MUST(store_identity_get(tx, STR("https://b"), i.subject, &got, e) == FRG_NOT_FOUND);
	f->editor.email = STR("Mixed@Paper.example");
	MUST(store_editor_put(tx, &f->editor, e) == FRG_OK);
	MUST(store_editor_by_email(tx, STR("mixed@paper.EXAMPLE"), &editor, &count, e) == FRG_OK);
	MUST(count == 1 && editor == f->editor.id);
	MUST(store_editor_by_email(tx, STR(""), &editor, &count, e) == FRG_OK);
	MUST(count == 0);
	return FRG_OK;
}

static void ways_in(void **state)
{
	struct fixture *f = *state;
	store_work *const all[] = {a_passkey_counts_up, a_question_is_taken_once, questions_have_a_ceiling,
	                           an_identity_is_ones};
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (store_write(f->store, f->arena, all[i], f, &err) != FRG_OK)
			fail_msg("%s", err.msg);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(ways_in),
	};
	return cmocka_run_group_tests_name("accounts", tests, NULL, NULL);
}
