/* Taking notices: what anybody may report, without an account, and the private link to what became of it. Reads what
 * readers see, and of a comment that is gone only under which article it stood. */
#include "service/answer/notice_inner.h"

#include "base/buf.h"

#include <ctype.h>

static enum frg_status hidden(struct frg_error *err)
{
	return frg_fail(err, FRG_NOT_FOUND, "not_found", "readers see no such comment");
}

str notice_link(struct arena *a, const struct store_site *site, const struct store_article *article, id64 comment)
{
	char id[ID_TEXT_SIZE];
	id_text(comment, id);
	if (!article->hosted && article->url.n)
		return arena_printf(a, "%.*s#comment-%s", STR_ARG(article->url), id);
	return arena_printf(a, "%.*s/articles/%.*s#comment-%s", STR_ARG(site->base_url), STR_ARG(article->external_id), id);
}

enum frg_status notice_due(struct store_tx *tx, const struct store_notice *n, msec *due, struct frg_error *err)
{
	struct desk_settings settings;
	enum frg_status st = settings_load(tx, n->site, &settings, err);
	*due = n->created + settings.notice_time;
	return st;
}

/* ---- what can be reported ---- */

static enum frg_status load_target(struct store_tx *tx, id64 comment, struct notice_target *out, struct frg_error *err)
{
	enum frg_status st = store_publication_get(tx, comment, &out->publication, err);
	if (st == FRG_NOT_FOUND || (st == FRG_OK && out->publication.removed))
		return hidden(err);
	return st == FRG_OK ? store_article_by_id(tx, out->publication.article, &out->article, err) : st;
}

struct target_query {
	id64 comment;
	struct notice_target *out;
};

static enum frg_status read_target(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct target_query *q = ctx;
	return load_target(tx, q->comment, q->out, err);
}

enum frg_status service_notice_target(struct service *svc, struct arena *a, id64 comment, struct notice_target *out,
                                      struct frg_error *err)
{
	*out = (struct notice_target){0};
	struct target_query q = {comment, out};
	enum frg_status st = store_read(svc->store, a, read_target, &q, err);
	if (st != FRG_OK)
		return st;
	out->site = service_site_by_id(svc, out->publication.site);
	out->link = notice_link(a, out->site, &out->article, comment);
	return FRG_OK;
}

/* ---- giving one ---- */

struct giving {
	const struct notice_command *cmd;
	struct store_notice notice;
	str token;
};

static enum frg_status check_person(struct arena *a, const struct notice_command *cmd, struct store_notice *n,
                                    struct frg_error *err)
{
	struct frg_error why;
	bool may_be_nobody = notice_kind_anonymous(n->kind);
	enum frg_status st = clean_text(a, cmd->name, NOTICE_NAME_MAX, true, "name", &n->name, err);
	if (st != FRG_OK)
		return st;
	if (n->name.n == 0 && !may_be_nobody)
		return frg_fail(err, FRG_INVALID, "notice_name_missing", "who reports gives a name");
	if (clean_email(a, cmd->email, &n->email, &why) != FRG_OK)
		return frg_fail(err, FRG_INVALID, "notice_email_invalid", "not an e-mail address");
	if (n->email.n == 0 && !may_be_nobody)
		return frg_fail(err, FRG_INVALID, "notice_email_missing", "who reports gives an address");
	return FRG_OK;
}

static enum frg_status check(struct arena *a, const struct notice_command *cmd, struct store_notice *n,
                             struct frg_error *err)
{
	*n = (struct store_notice){.id = id_new(), .comment = cmd->comment, .kind = cmd->kind, .lang = cmd->lang};
	if (!notice_kind_known(cmd->kind))
		return frg_fail(err, FRG_INVALID, "notice_kind_missing", "say what it breaks");
	enum frg_status st = clean_text(a, cmd->explanation, NOTICE_TEXT_MAX, false, "notice", &n->explanation, err);
	if (st == FRG_OK && n->explanation.n == 0)
		return frg_fail(err, FRG_INVALID, "notice_why_missing", "say why");
	if (st == FRG_OK)
		st = check_person(a, cmd, n, err);
	if (st == FRG_OK && !cmd->good_faith)
		return frg_fail(err, FRG_INVALID, "notice_faith_missing", "good faith is to be stated");
	if (st == FRG_OK && (cmd->form_key.n < 16 || cmd->form_key.n > 64 || !capability_is_url_safe(cmd->form_key)))
		return frg_fail(err, FRG_INVALID, "key_invalid", "the form's key");
	return st;
}

/* By the address, whatever its case: known again by a hash, so that a list of who reported what cannot be made. */
static enum frg_status know_person(struct store_tx *tx, struct store_notice *n, struct frg_error *err)
{
	n->person = STR("");
	if (n->email.n == 0)
		return FRG_OK;
	char *low = arena_alloc(store_arena(tx), n->email.n + 1);
	for (size_t i = 0; i < n->email.n; i++)
		low[i] = (char)tolower((unsigned char)n->email.p[i]);
	return link_hash(tx, "notice person", (str){low, n->email.n}, &n->person, err);
}

/* The same person's second notice joins the first, as long as that is open. Its sender is not told so: who did not
 * send the first would learn that somebody else had. */
static enum frg_status join(struct store_tx *tx, struct store_notice *n, struct frg_error *err)
{
	int64_t open, settled;
	struct store_notice earlier;
	enum frg_status st = store_notice_tally(tx, n->revision, &open, &settled, err);
	if (st == FRG_OK && open >= NOTICES_PER_TEXT_MAX)
		return frg_fail(err, FRG_THROTTLED, "notice_many", "this text has been reported often enough");
	if (st != FRG_OK || n->person.n == 0)
		return st;
	st = store_notice_by_person(tx, n->revision, n->person, &earlier, err);
	if (st == FRG_OK)
		n->joins = earlier.id;
	return st == FRG_NOT_FOUND ? FRG_OK : st;
}

static enum frg_status keep(struct store_tx *tx, struct giving *g, const struct notice_target *target,
                            struct frg_error *err)
{
	struct store_notice *n = &g->notice;
	str body;
	n->site = target->publication.site;
	n->revision = target->publication.revision;
	n->text_hash = target->publication.text_hash;
	n->created = clock_now();
	enum frg_status st = know_person(tx, n, err);
	if (st == FRG_OK)
		st = join(tx, n, err);
	if (st == FRG_OK)
		st = store_notice_insert(tx, n, err);
	/* as readers see it: nothing else of the comment is read here */
	struct store_comment c = {
		.id = n->comment, .site = n->site, .article = target->publication.article, .name = target->publication.name};
	struct notice_telling receipt = {.notice = n, .comment = &c, .kind = NOTICE_RECEIVED};
	if (st == FRG_OK)
		st = notice_tell(tx, &receipt, &body, err);
	if (st == FRG_OK)
		st = link_token(tx, "notice", n->id, &g->token, err);
	return st == FRG_OK ? notice_changed(tx, &c, err) : st;
}

static enum frg_status give(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct giving *g = ctx;
	struct notice_target target;
	struct store_notice before;
	enum frg_status st = load_target(tx, g->cmd->comment, &target, err);
	if (st == FRG_OK)
		st = link_hash(tx, "notice form", g->cmd->form_key, &g->notice.form_key, err);
	if (st != FRG_OK)
		return st;
	st = store_notice_by_key(tx, target.publication.site, g->notice.form_key, &before, err);
	if (st == FRG_OK) /* sent twice: the same receipt, to whoever has the form's key */
		return link_token(tx, "notice", before.id, &g->token, err);
	if (st != FRG_NOT_FOUND)
		return st;
	if (target.publication.revision != g->cmd->revision)
		return frg_fail(err, FRG_CONFLICT, "notice_text_changed", "the comment has been changed meanwhile");
	return keep(tx, g, &target, err);
}

enum frg_status service_notice_give(struct service *svc, struct arena *a, const struct notice_command *cmd, str *token,
                                    struct frg_error *err)
{
	struct giving g = {.cmd = cmd};
	enum frg_status st = check(a, cmd, &g.notice, err);
	if (st == FRG_OK)
		st = store_write(svc->store, a, give, &g, err);
	*token = g.token;
	return st;
}

/* ---- what became of it ---- */

struct asking {
	str token;
	struct service *svc;
	struct notice_state *out;
};

static enum frg_status read_state(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct asking *q = ctx;
	struct notice_state *s = q->out;
	struct store_article article;
	struct store_publication p;
	struct store_comment c;
	id64 id = 0;
	enum frg_status st = link_open(tx, "notice", q->token, &id, err);
	if (st == FRG_OK)
		st = store_notice_get(tx, id, &s->notice, err);
	if (st == FRG_NOT_FOUND)
		return frg_fail(err, st, "notice_unknown", "no such notice");
	if (st == FRG_OK)
		st = store_comment_get(tx, s->notice.comment, &c, err);
	if (st == FRG_OK)
		st = store_article_by_id(tx, c.article, &article, err);
	if (st == FRG_OK)
		st = notice_due(tx, &s->notice, &s->due, err);
	if (st != FRG_OK)
		return st;
	s->site = service_site_by_id(q->svc, s->notice.site);
	s->article_title = article.title;
	st = store_publication_get(tx, s->notice.comment, &p, err);
	if (st == FRG_OK && !p.removed && p.revision == s->notice.revision)
		s->comment_link = notice_link(store_arena(tx), s->site, &article, s->notice.comment);
	return st == FRG_NOT_FOUND ? FRG_OK : st;
}

enum frg_status service_notice_state(struct service *svc, struct arena *a, str token, struct notice_state *out,
                                     struct frg_error *err)
{
	*out = (struct notice_state){0};
	struct asking q = {.token = token, .svc = svc, .out = out};
	return store_read(svc->store, a, read_state, &q, err);
}
