/* A small newspaper in a database of its own, for the tests of what every store must do: in a file, or on the
 * PostgreSQL server that FREIGABE_TEST_POSTGRES names (tests/lib/postgres.py). */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include "store/story.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	char dir[64], url[192];
	bool postgres;
	struct store *store;
	struct arena *arena;
	struct store_site site;
	struct store_article article;
	struct store_editor editor;
	id64 author;
};

#define OK(expression) assert_int_equal(expression, FRG_OK)

static struct frg_error err;

/* ---- a small newspaper ---- */

static inline enum frg_status fill(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct fixture *f = ctx;
	bool created;
	enum frg_status st = store_site_put(tx, &f->site, e);
	if (st == FRG_OK)
		st = store_article_put(tx, &f->article, &created, e);
	if (st == FRG_OK)
		st = store_editor_put(tx, &f->editor, e);
	return st == FRG_OK ? store_author_insert(tx, f->author, f->site.id, STR("token-hash"), e) : st;
}

/* Runs SQL in the fixture's database behind the store's back. */
static inline void tamper(const struct fixture *f, const char *sql)
{
	char command[1024];
	snprintf(command, sizeof command, f->postgres ? "psql -q -v ON_ERROR_STOP=1 '%s' -c \"%s\"" : "sqlite3 '%s' \"%s\"",
	         f->postgres ? f->url : f->url + strlen("sqlite:"), sql);
	assert_int_equal(system(command), 0);
}

static inline void new_database(struct fixture *f)
{
	const char *server = getenv("FREIGABE_TEST_POSTGRES");
	f->postgres = server && *server;
	snprintf(f->dir, sizeof f->dir, "/tmp/freigabe-store-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->url, sizeof f->url, f->postgres ? "%spostgres" : "sqlite:%s/a.db", f->postgres ? server : f->dir);
	if (!f->postgres)
		return;
	static int number;
	char name[64], sql[96];
	snprintf(name, sizeof name, "t%d_%d", (int)getpid(), ++number);
	snprintf(sql, sizeof sql, "CREATE DATABASE %s", name);
	tamper(f, sql);
	snprintf(f->url, sizeof f->url, "%s%s", server, name);
}

static inline int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	new_database(f);
	assert_true(id_setup());
	f->arena = arena_open(64 << 20);
	struct store_config config = {.url = str_of(f->url), .create = true};
	OK(store_open(&config, &f->store, &err));
	f->site = (struct store_site){.id = id_new(),
	                              .slug = STR("test"),
	                              .name = STR("Test"),
	                              .lang = FRG_LANG_DE,
	                              .base_url = STR("http://127.0.0.1")};
	f->article = (struct store_article){.site = f->site.id,
	                                    .external_id = STR("a"),
	                                    .lang = FRG_LANG_DE,
	                                    .title = STR("Titel"),
	                                    .body_text = STR("Text"),
	                                    .hosted = true,
	                                    .open = true,
	                                    .published = 1000,
	                                    .content_hash = STR("h")};
	f->editor = (struct store_editor){
		.id = id_new(), .site = f->site.id, .login = STR("ed"), .name = STR("Ed"), .password_hash = STR("x")};
	f->author = id_new();
	OK(store_write(f->store, f->arena, fill, f, &err));
	*state = f;
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;
	char command[128];
	store_close(f->store);
	arena_close(f->arena);
	snprintf(command, sizeof command, "rm -rf '%s'", f->dir);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

/* ---- comments ---- */

struct made {
	struct fixture *f;
	struct store_comment comment;
	struct store_revision revision;
	struct store_decision decision;
	str text, action;
	id64 parent;
};

static inline enum frg_status make(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct made *m = ctx;
	char *hash = arena_alloc(store_arena(tx), HASH_TEXT_SIZE);
	hash_text(m->text, hash);
	m->comment = (struct store_comment){.id = id_new(),
	                                    .site = m->f->site.id,
	                                    .article = m->f->article.id,
	                                    .parent = m->parent,
	                                    .author = m->f->author,
	                                    .name = STR("N"),
	                                    .created = 5};
	char key[32];
	snprintf(key, sizeof key, "%lld", (long long)m->comment.id);
	m->revision = (struct store_revision){.id = id_new(),
	                                      .site = m->f->site.id,
	                                      .comment = m->comment.id,
	                                      .author = m->f->author,
	                                      .ordinal = 1,
	                                      .text = m->text,
	                                      .text_hash = str_of(hash),
	                                      .state = STATE_HELD,
	                                      .version = 1,
	                                      .idempotency_key = arena_str(store_arena(tx), str_of(key)),
	                                      .created = 5};
	struct store_review review = {.id = id_new(),
	                              .revision = m->revision.id,
	                              .engine = STR("e"),
	                              .suggestion = STR("look"),
	                              .findings = STR("{}"),
	                              .created = 5};
	enum frg_status st = store_comment_insert(tx, &m->comment, e);
	if (st == FRG_OK)
		st = store_revision_insert(tx, &m->revision, e);
	return st == FRG_OK ? store_review_insert(tx, &review, e) : st;
}

static inline enum frg_status decide(struct store_tx *tx, void *ctx, struct frg_error *e)
{
	struct made *m = ctx;
	m->decision = (struct store_decision){.id = id_new(),
	                                      .site = m->f->site.id,
	                                      .comment = m->comment.id,
	                                      .revision = m->revision.id,
	                                      .text_hash = m->revision.text_hash,
	                                      .author_name = STR("N"),
	                                      .action = m->action,
	                                      .editor = m->f->editor.id,
	                                      .editor_name = STR("Ed"),
	                                      .engine = STR("e"),
	                                      .findings = STR("{}"),
	                                      .submitted = 5,
	                                      .decided = 9};
	return store_decision_append(tx, &m->decision, e);
}

static inline struct made make_one(struct fixture *f, const char *text, const char *action)
{
	struct made m = {.f = f, .text = str_of(text), .action = str_of(action ? action : "")};
	OK(store_write(f->store, f->arena, make, &m, &err));
	if (action)
		OK(store_write(f->store, f->arena, decide, &m, &err));
	return m;
}

#endif
