/* Of every store, too: closing, the story of a comment, suspensions, letters that leave together. */
#include "store_fixture.h"

struct afterwards {
	struct made made;
	struct store_article article;
	struct store_ids young, old;
	struct store_reviews reviews;
	struct store_decisions decisions;
	struct store_statements letters;
	struct store_objections objections;
	struct store_revision revision;
	struct store_suspension now;
	struct store_suspended_like like;
	struct store_mails due;
	id64 stranger;
	msec next;
};

static enum frg_status close_and_open(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct afterwards *w = ctx;
	struct fixture *f = w->made.f;
	struct store_closure row = {
		.article = f->article.id, .site = f->site.id, .editor = f->editor.id, .reason = STR("r")};
	OK(store_closure_put(tx, &row, e));
	OK(store_article_by_id(tx, f->article.id, &w->article, e));
	assert_true(!w->article.open && w->article.closed && !w->article.kept_open);
	row.kept_open = true;
	row.until = 77;
	OK(store_closure_put(tx, &row, e));
	OK(store_article_by_id(tx, f->article.id, &w->article, e));
	assert_true(w->article.open && !w->article.closed && w->article.kept_open && w->article.closed_until == 77);
	OK(store_closure_delete(tx, f->article.id, e));
	OK(store_article_by_id(tx, f->article.id, &w->article, e));
	assert_true(w->article.open && !w->article.kept_open);
	OK(store_article_published(tx, f->site.id, 999, 1000, 5, &w->old, e));
	return store_article_published(tx, f->site.id, 1000, 2000, 5, &w->young, e);
}

static void articles_close_and_are_kept_open(void **state)
{
	struct afterwards w = {.made = {.f = *state}};
	OK(store_write(w.made.f->store, w.made.f->arena, close_and_open, &w, &err));
	assert_int_equal(w.old.count, 1);
	assert_int_equal(w.old.items[0], w.made.f->article.id);
	assert_int_equal(w.young.count, 0);
}

static enum frg_status add_story(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct afterwards *w = ctx;
	struct made *m = &w->made;
	OK(make(tx, m, e));
	m->action = STR("reject");
	OK(decide(tx, m, e));
	struct store_statement letter = {.id = id_new(),
	                                 .site = m->f->site.id,
	                                 .decision = m->decision.id,
	                                 .comment = m->comment.id,
	                                 .author = m->f->author,
	                                 .lang = FRG_LANG_DE,
	                                 .subject = STR("s"),
	                                 .body = STR("b"),
	                                 .facts = STR("{}"),
	                                 .objection_until = 9,
	                                 .created = 6};
	OK(store_statement_insert(tx, &letter, e));
	struct store_objection objection = {.id = id_new(),
	                                    .site = m->f->site.id,
	                                    .statement = letter.id,
	                                    .comment = m->comment.id,
	                                    .text = STR("o"),
	                                    .created = 7};
	OK(store_objection_insert(tx, &objection, e));
	OK(store_review_of_comment(tx, m->comment.id, &w->reviews, e));
	OK(store_decision_of_comment(tx, m->comment.id, &w->decisions, e));
	OK(store_statement_of_comment(tx, m->comment.id, &w->letters, e));
	OK(store_objection_of_comment(tx, m->comment.id, &w->objections, e));
	OK(store_revision_get(tx, m->revision.id, &w->revision, e));
	assert_int_equal(w->revision.moved, w->revision.created);
	OK(store_revision_move(tx, m->revision.id, w->revision.state, 0, STATE_WITHDRAWN, e));
	return store_revision_get(tx, m->revision.id, &w->revision, e);
}

static void all_of_a_comment_comes_back(void **state)
{
	struct afterwards w = {.made = {.f = *state, .text = STR("Erzählt")}};
	OK(store_write(w.made.f->store, w.made.f->arena, add_story, &w, &err));
	assert_int_equal(w.reviews.count, 1);
	assert_int_equal(w.reviews.items[0].revision, w.made.revision.id);
	assert_int_equal(w.decisions.count, 1);
	assert_true(str_eq(w.decisions.items[0].hash, w.made.decision.hash));
	assert_true(w.letters.count == 1 && str_eq(w.letters.items[0].body, STR("b")));
	assert_true(w.objections.count == 1 && str_eq(w.objections.items[0].text, STR("o")));
	assert_true(w.revision.moved > w.revision.created);
}

/* 100 … 1000, replaced at 200 by 200 … 300; then the second is taken back. */
static enum frg_status suspend_twice(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct afterwards *w = ctx;
	struct made *m = &w->made;
	struct fixture *f = m->f;
	OK(make(tx, m, e));
	m->action = STR("suspend");
	OK(decide(tx, m, e));
	struct store_suspension s = {.id = id_new(),
	                             .site = f->site.id,
	                             .author = f->author,
	                             .decision = m->decision.id,
	                             .until = 1000,
	                             .created = 100};
	OK(store_suspension_insert(tx, &s, e));
	OK(store_suspension_end(tx, f->author, 200, e));
	OK(decide(tx, m, e));
	s = (struct store_suspension){.id = id_new(),
	                              .site = f->site.id,
	                              .author = f->author,
	                              .decision = m->decision.id,
	                              .until = 300,
	                              .created = 200};
	OK(store_suspension_insert(tx, &s, e));
	OK(store_suspension_now(tx, f->author, 250, &w->now, e));
	assert_int_equal(w->now.until, 300);
	OK(store_suspension_undo(tx, m->decision.id, 210, e));
	OK(store_suspension_now(tx, f->author, 250, &w->now, e));
	assert_int_equal(w->now.until, 1000);
	OK(store_suspension_undo(tx, m->decision.id, 220, e)); /* it is not in force any more: nothing more comes back */
	w->stranger = id_new();
	OK(store_author_insert(tx, w->stranger, f->site.id, STR("another"), e));
	struct store_comment like = {.site = f->site.id, .author = w->stranger, .name = STR("n"), .email = STR("")};
	OK(store_suspension_like(tx, &like, 250, &w->like, e));
	assert_true(!w->like.by_email && w->like.until == 1000 && w->like.comment == m->comment.id);
	like.name = STR("anders");
	assert_int_equal(store_suspension_like(tx, &like, 250, &w->like, NULL), FRG_NOT_FOUND);
	like.name = STR("N");
	assert_int_equal(store_suspension_like(tx, &like, 1001, &w->like, NULL), FRG_NOT_FOUND);
	like.author = f->author;
	assert_int_equal(store_suspension_like(tx, &like, 250, &w->like, NULL), FRG_NOT_FOUND);
	return FRG_OK;
}

static void a_suspension_undone_brings_back_the_one_before(void **state)
{
	struct afterwards w = {.made = {.f = *state, .text = STR("Gesperrt")}};
	OK(store_write(w.made.f->store, w.made.f->arena, suspend_twice, &w, &err));
}

static void add_letter(struct store_tx *tx, struct afterwards *w, id64 about, msec created, struct frg_error *e)
{
	struct store_mail mail = {.id = id_new(),
	                          .site = w->made.f->site.id,
	                          .about = about,
	                          .recipient = STR("a@b.example"),
	                          .subject = STR("s"),
	                          .body = STR("b"),
	                          .send_at = created + 13000,
	                          .created = created};
	OK(store_mail_insert(tx, &mail, e));
}

static enum frg_status letters(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct afterwards *w = ctx;
	OK(add_story(tx, w, e));
	id64 about = w->made.decision.id;
	add_letter(tx, w, about, 0, e);
	add_letter(tx, w, about, 3000, e);
	add_letter(tx, w, about, 30000, e);
	add_letter(tx, w, 7, 2000, e); /* no letter: an invitation */
	OK(store_mail_due(tx, 15500, 10, &w->due, &w->next, e));
	assert_int_equal(w->due.count, 1); /* the first waits for the second, the invitation for nobody */
	assert_false(w->due.items[0].letter);
	OK(store_mail_due(tx, 16000, 10, &w->due, &w->next, e));
	assert_int_equal(w->due.count, 3);
	return FRG_OK;
}

static void letters_written_together_wait_for_each_other(void **state)
{
	struct afterwards w = {.made = {.f = *state, .text = STR("Mehrere")}};
	OK(store_write(w.made.f->store, w.made.f->arena, letters, &w, &err));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(articles_close_and_are_kept_open),
		TEST(all_of_a_comment_comes_back),
		TEST(a_suspension_undone_brings_back_the_one_before),
		TEST(letters_written_together_wait_for_each_other),
	};
	return cmocka_run_group_tests_name("story", tests, NULL, NULL);
}
