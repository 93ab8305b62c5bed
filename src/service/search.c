/* What editors look for: texts, authors, headlines, what was decided, when. */
#include "service/inner.h"

#include "text/utf8.h"

#include <ctype.h>

enum { BYTES_MAX = 4096, FILL_PAGE = 500, FOLLOW_PAGE = 1000, WALK = 500 /* some milliseconds */ };

void search_add_words(struct search_words *to, int where, str words)
{
	size_t i = 0, count = 0;
	while (i < words.n && count < SEARCH_WORDS_MAX && to->count < COUNT_OF(to->items)) {
		while (i < words.n && (unsigned char)words.p[i] < 0x80 && !isalnum((unsigned char)words.p[i]))
			i++;
		size_t from = i;
		while (i < words.n && ((unsigned char)words.p[i] >= 0x80 || isalnum((unsigned char)words.p[i])))
			i++;
		if (i == from)
			continue;
		to->items[to->count++] = (struct store_word){.in = where, .begin = str_sub(words, from, i)};
		to->bytes += i - from;
		count++;
	}
}

/* ---- the index follows the outbox ---- */

static enum frg_status is_behind(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	return store_search_behind(tx, ctx, err);
}

static enum frg_status follow(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	return store_search_follow(tx, FOLLOW_PAGE, ctx, err);
}

enum frg_status service_search_follow(struct service *svc, struct arena *a, bool *more, struct frg_error *err)
{
	*more = false;
	enum frg_status st = store_read(svc->store, a, is_behind, more, err);
	return st == FRG_OK && *more ? store_write_as(svc->store, STORE_PATIENT, a, follow, more, err) : st;
}

enum frg_status search_catch_up(struct service *svc, struct arena *a, struct frg_error *err)
{
	bool more = false;
	enum frg_status st = store_read(svc->store, a, is_behind, &more, err);
	while (st == FRG_OK && more)
		st = store_write(svc->store, a, follow, &more, err);
	return st;
}

/* ---- looking ---- */

struct searching {
	const struct search_query *in;
	struct store_search q;
	struct search_hit *hits;
	size_t count;
	str next;
};

enum frg_status search_load_hit(struct store_tx *tx, id64 id, struct search_hit *hit, struct frg_error *err)
{
	*hit = (struct search_hit){0};
	enum frg_status st = store_revision_get(tx, id, &hit->revision, err);
	if (st == FRG_OK)
		st = store_comment_get(tx, hit->revision.comment, &hit->comment, err);
	if (st == FRG_OK)
		st = store_article_heading(tx, hit->comment.article, &hit->article, err);
	if (st != FRG_OK)
		return st;
	st = store_decision_standing(tx, id, &hit->decision, NULL);
	hit->decided = st == FRG_OK;
	return st == FRG_OK || st == FRG_NOT_FOUND ? store_notice_reported(tx, hit->comment.id, &hit->reported, err) : st;
}

static enum frg_status search(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct searching *s = ctx;
	struct store_ids ids;
	s->q.own_sections = queue_filter_of(store_arena(tx), s->in->who).own_sections;
	enum frg_status st = store_search_find(tx, &s->q, s->in->limit, &ids, err);
	if (st != FRG_OK)
		return st;
	s->hits = ARENA_ARRAY(store_arena(tx), struct search_hit, ids.count);
	for (size_t i = 0; st == FRG_OK && i < ids.count; i++)
		st = search_load_hit(tx, ids.items[i], &s->hits[s->count++], err);
	if ((int64_t)ids.count == s->in->limit)
		s->next = arena_printf(store_arena(tx), "%lld", (long long)ids.items[ids.count - 1]);
	return st;
}

static bool is_state(str s)
{
	for (int i = STATE_HELD; i <= STATE_WITHDRAWN; i++)
		if (str_eq(s, store_state_name((enum store_state)i)))
			return true;
	return s.n == 0;
}

enum frg_status service_search(struct service *svc, struct arena *a, const struct search_query *in,
                               struct search_hit **out, size_t *count, str *next, struct frg_error *err)
{
	enum frg_rule rule;
	struct searching s = {.in = in,
	                      .q = {.site = in->who->site,
	                            .before = INT64_MAX,
	                            .from = in->from,
	                            .to = in->to ? in->to : INT64_MAX,
	                            .walk = WALK,
	                            .state = in->state,
	                            .rule = in->rule}};
	if (!is_state(in->state) || (in->rule.n && !frg_rule_from_id(in->rule, &rule)) ||
	    (in->cursor.n && !str_to_i64(in->cursor, &s.q.before)) || utf8_invalid(in->words) < in->words.n ||
	    utf8_invalid(in->author) < in->author.n || utf8_invalid(in->article) < in->article.n)
		return frg_fail(err, FRG_INVALID, "search_invalid", "no such state, rule or place");
	struct search_words words = {0};
	search_add_words(&words, SEARCH_ANYWHERE, in->words);
	search_add_words(&words, SEARCH_NAME, in->author);
	search_add_words(&words, SEARCH_TITLE, in->article);
	s.q.words = words.items;
	s.q.word_count = words.count;
	if (words.bytes > BYTES_MAX)
		return frg_fail(err, FRG_INVALID, "search_invalid", "too long");
	/* asked for words, but only signs came: nothing has them */
	bool nothing = words.count == 0 && in->words.n + in->author.n + in->article.n > 0;
	enum frg_status st = nothing || words.count == 0 ? FRG_OK : search_catch_up(svc, a, err);
	if (st == FRG_OK && !nothing)
		st = store_read(svc->store, a, search, &s, err);
	*out = s.hits;
	*count = s.count;
	*next = s.next;
	return st;
}

enum frg_status search_complete(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct store_ids ids;
	int64_t *after = ctx;
	str done;
	enum frg_status st = store_setting_get(tx, 0, STR("search"), &done, err);
	if (st != FRG_NOT_FOUND) {
		*after = 0;
		return st;
	}
	st = store_search_missing(tx, *after, FILL_PAGE, &ids, err);
	for (size_t i = 0; st == FRG_OK && i < ids.count; i++) {
		struct search_hit hit;
		st = search_load_hit(tx, ids.items[i], &hit, err);
		if (st == FRG_OK)
			st = store_search_add(tx, hit.revision.id, hit.comment.name, hit.article.title, hit.revision.text, err);
		*after = ids.items[i];
	}
	if (st == FRG_OK && ids.count < FILL_PAGE) {
		*after = 0;
		st = store_setting_put(tx, 0, STR("search"), STR("complete"), err);
	}
	return st;
}
