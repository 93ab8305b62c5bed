/* Objections to a letter: made by its author through the letter's link, answered by somebody else than decided. */
#include "service/inner.h"

#include "base/i18n.h"

/* ---- by the author ---- */

struct by_token {
	str token, text, email;
	struct objection_case *out;
};

static enum frg_status load_case(struct store_tx *tx, struct objection_case *c, struct frg_error *err)
{
	struct store_editor editor;
	enum frg_status st = store_decision_get(tx, c->statement.decision, &c->decision, err);
	if (st == FRG_OK)
		st = store_revision_get(tx, c->decision.revision, &c->revision, err);
	if (st == FRG_OK)
		st = store_comment_get(tx, c->statement.comment, &c->comment, err);
	if (st == FRG_OK)
		st = store_article_by_id(tx, c->comment.article, &c->article, err);
	if (st == FRG_OK)
		st = store_objection_of(tx, c->statement.id, &c->objection, err);
	c->objected = st == FRG_OK;
	if (st == FRG_OK && c->objection.editor && store_editor_by_id(tx, c->objection.editor, &editor, NULL) == FRG_OK)
		c->answered_by = editor.name;
	return st == FRG_NOT_FOUND && c->article.id ? FRG_OK : st;
}

static enum frg_status case_by_token(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct by_token *t = ctx;
	enum frg_status st = letter_by_token(tx, t->token, &t->out->statement, err);
	return st == FRG_OK ? load_case(tx, t->out, err) : st;
}

enum frg_status service_objection_case(struct service *svc, struct arena *a, str token, struct objection_case *out,
                                       struct frg_error *err)
{
	*out = (struct objection_case){0};
	struct by_token t = {.token = token, .out = out};
	return store_read(svc->store, a, case_by_token, &t, err);
}

enum view_objection service_objection_state(const struct objection_case *c)
{
	return c->objected ? objection_view_state(c->objection.state) : VIEW_NO_OBJECTION;
}

static enum frg_status object(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct by_token *t = ctx;
	struct store_statement s;
	struct store_comment c;
	enum frg_status st = letter_by_token(tx, t->token, &s, err);
	if (st == FRG_OK && clock_now() > s.objection_until)
		return frg_fail(err, FRG_FORBIDDEN, "objection_late", "the time for it is over");
	if (st == FRG_OK)
		st = store_comment_get(tx, s.comment, &c, err);
	if (st != FRG_OK)
		return st;
	struct store_objection o = {.id = id_new(),
	                            .site = s.site,
	                            .statement = s.id,
	                            .comment = s.comment,
	                            .text = t->text,
	                            .email = t->email.n ? t->email : c.email,
	                            .created = clock_now()};
	st = store_objection_insert(tx, &o, err);
	return st == FRG_OK ? decision_tell(tx, "objection", &c, 0, STR(""), err) : st;
}

enum frg_status service_object(struct service *svc, struct arena *a, str token, str text, str email,
                               struct frg_error *err)
{
	struct by_token t = {.token = token};
	enum frg_status st = clean_text(a, text, OBJECTION_TEXT_MAX, false, "text", &t.text, err);
	if (st == FRG_OK && t.text.n == 0)
		st = frg_fail(err, FRG_INVALID, "text_empty", "say why");
	if (st == FRG_OK)
		st = clean_email(a, email, &t.email, err);
	return st == FRG_OK ? store_write(svc->store, a, object, &t, err) : st;
}

/* ---- at the desk ---- */

struct listing {
	const struct staff *who;
	bool open;
	int64_t limit;
	struct objection_case *items;
	size_t count;
};

static enum frg_status list(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct listing *l = ctx;
	struct store_objections all;
	enum frg_status st = store_objection_list(tx, l->who->site, l->open, l->limit, &all, err);
	if (st != FRG_OK)
		return st;
	l->items = ARENA_ARRAY(store_arena(tx), struct objection_case, all.count);
	for (size_t i = 0; st == FRG_OK && i < all.count; i++) {
		struct objection_case *c = &l->items[l->count];
		st = store_statement_get(tx, all.items[i].statement, &c->statement, err);
		if (st == FRG_OK)
			st = load_case(tx, c, err);
		l->count += staff_has_section(l->who, c->article.section);
	}
	return st;
}

enum frg_status service_objections(struct service *svc, struct arena *a, const struct staff *who, bool open,
                                   int64_t limit, struct objection_case **out, size_t *count, struct frg_error *err)
{
	struct listing l = {.who = who, .open = open, .limit = limit};
	enum frg_status st = store_read(svc->store, a, list, &l, err);
	*out = l.items;
	*count = l.count;
	return st;
}

struct counting {
	id64 site;
	int64_t open;
};

static enum frg_status count_open(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct counting *c = ctx;
	return store_objection_count(tx, c->site, &c->open, err);
}

enum frg_status service_objection_count(struct service *svc, struct arena *a, id64 site, int64_t *open,
                                        struct frg_error *err)
{
	struct counting c = {.site = site};
	enum frg_status st = store_read(svc->store, a, count_open, &c, err);
	*open = c.open;
	return st;
}

/* ---- answering ---- */

struct answering {
	const struct objection_command *cmd;
	const struct store_site *site;
	str reasons;
	struct decision_terms terms; /* of a changed decision */
	struct objection_case c;
	struct store_decision row;
};

static enum frg_status append(struct store_tx *tx, struct answering *v, const char *action, str rules, str word,
                              struct frg_error *err)
{
	char id[ID_TEXT_SIZE];
	id_text(v->c.objection.id, id);
	json_object_set_new(v->terms.detail, "objection", json_string(id));
	struct decision_of of = {.who = v->cmd->who,
	                         .comment = &v->c.comment,
	                         .revision = &v->c.revision,
	                         .action = action,
	                         .rules = rules,
	                         .word = word,
	                         .detail = json_text(store_arena(tx), json_incref(v->terms.detail))};
	enum frg_status st = decision_append(tx, &of, &v->row, err);
	if (st != FRG_OK)
		return st;
	return decision_tell(tx, "decided", &v->c.comment, v->c.revision.id,
	                     arena_printf(store_arena(tx), "%s %.*s", action, STR_ARG(v->cmd->who->name)), err);
}

/* What was refused stands again, unless its author has gone on meanwhile. */
static enum frg_status reinstate(struct store_tx *tx, struct answering *v, struct frg_error *err)
{
	if (str_eq(v->c.decision.action, STR("suspend"))) {
		enum frg_status st = store_suspension_end(tx, v->c.comment.author, clock_now(), err);
		return st == FRG_OK ? append(tx, v, "restore", STR(""), v->reasons, err) : st;
	}
	struct store_revisions all;
	enum frg_status st = store_revision_of_comment(tx, v->c.comment.id, &all, err);
	if (st != FRG_OK)
		return st;
	const struct store_revision *last = &all.items[all.count - 1];
	if (last->id != v->c.revision.id && (last->state == STATE_HELD || last->state == STATE_RELEASED))
		return frg_fail(err, FRG_CONFLICT, "revision_superseded", "the author has sent a new text since");
	st = store_revision_move(tx, v->c.revision.id, STATE_REJECTED, 0, STATE_RELEASED, err);
	if (st == FRG_CONFLICT)
		return frg_fail(err, st, "revision_withdrawn", "the author withdrew the comment");
	if (st == FRG_OK)
		st = append(tx, v, "release", STR(""), v->reasons, err);
	return st == FRG_OK ? decision_release(tx, &v->c.comment, &v->c.revision, &v->row, false, NULL, err) : st;
}

/* Refused for another reason: a new letter says which. */
static enum frg_status change(struct store_tx *tx, struct answering *v, struct frg_error *err)
{
	json_t *before = json_loadb(v->c.decision.detail.p, v->c.decision.detail.n, 0, NULL);
	json_t *until = json_object_get(before, "until"); /* of a suspension: as long as it was */
	if (until)
		json_object_set(v->terms.detail, "until", until);
	json_decref(before);
	enum frg_status st = decision_passages(&v->terms, v->cmd->terms, v->c.revision.text, err);
	if (st == FRG_OK)
		st = append(tx, v, v->c.decision.action.p, v->terms.rules, v->reasons, err);
	struct letter_about about = {v->site, &v->c.article, &v->c.comment, &v->c.revision, &v->row};
	return st == FRG_OK ? letter_write(tx, &about, err) : st;
}

static enum frg_status answer_by_mail(struct store_tx *tx, const struct answering *v, struct frg_error *err)
{
	static const enum msg subjects[] = {MSG_MAIL_OBJECTION_UPHELD, MSG_MAIL_OBJECTION_CHANGED,
	                                    MSG_MAIL_OBJECTION_REJECTED};
	const struct store_objection *o = &v->c.objection;
	enum frg_lang lang = v->c.statement.lang;
	if (o->email.n == 0)
		return FRG_OK;
	const str args[] = {v->c.comment.name, v->c.article.title, v->reasons, v->site->name};
	struct buf subject = BUF_INIT(1 << 12), body = BUF_INIT(1 << 16);
	i18n_format(&subject, lang, MSG_MAIL_OBJECTION_SUBJECT, args, COUNT_OF(args));
	i18n_format(&body, lang, subjects[v->cmd->outcome], args, COUNT_OF(args));
	i18n_format(&body, lang, MSG_MAIL_OBJECTION_END, args, COUNT_OF(args));
	struct store_mail mail = {.id = id_new(),
	                          .site = o->site,
	                          .about = v->row.id,
	                          .recipient = o->email,
	                          .subject = buf_finish(&subject, store_arena(tx)),
	                          .body = buf_finish(&body, store_arena(tx)),
	                          .send_at = clock_now(),
	                          .created = clock_now()};
	return store_mail_insert(tx, &mail, err);
}

static enum frg_status load_answering(struct store_tx *tx, struct answering *v, struct frg_error *err)
{
	bool decided = false;
	struct store_objection o;
	enum frg_status st = store_objection_get(tx, v->cmd->objection, &o, err);
	if (st == FRG_OK && o.site != v->cmd->who->site)
		return frg_fail(err, FRG_NOT_FOUND, "not_found", "no such objection");
	if (st == FRG_OK)
		st = store_statement_get(tx, o.statement, &v->c.statement, err);
	if (st == FRG_OK)
		st = load_case(tx, &v->c, err);
	if (st == FRG_OK)
		st = store_decision_by(tx, v->c.revision.id, v->cmd->who->id, &decided, err);
	if (st != FRG_OK)
		return st;
	if (!str_eq(o.state, STR("open")))
		return frg_fail(err, FRG_CONFLICT, "already_decided", "somebody decided first");
	if (!staff_has_section(v->cmd->who, v->c.article.section))
		return frg_fail(err, FRG_FORBIDDEN, "section_forbidden", "not a section of theirs");
	if (decided)
		return frg_fail(err, FRG_FORBIDDEN, "objection_same_person", "who decided first does not decide again");
	return FRG_OK;
}

static enum frg_status answer(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	static const char *const states[] = {"upheld", "changed", "rejected"};
	struct answering *v = ctx;
	enum frg_status st = load_answering(tx, v, err);
	if (st != FRG_OK)
		return st;
	v->c.objection.state = str_of(states[v->cmd->outcome]);
	v->c.objection.reasons = v->reasons;
	v->c.objection.editor = v->cmd->who->id;
	v->c.objection.decided = clock_now();
	switch (v->cmd->outcome) {
	case OBJECTION_UPHELD: st = reinstate(tx, v, err); break;
	case OBJECTION_CHANGED: st = change(tx, v, err); break;
	case OBJECTION_REJECTED: st = append(tx, v, "uphold", STR(""), v->reasons, err); break;
	}
	v->c.objection.decision = v->row.id;
	/* a release has settled it already; say what became of it instead */
	if (st == FRG_OK)
		st = store_objection_close(tx, &v->c.objection, err);
	return st == FRG_OK ? answer_by_mail(tx, v, err) : st;
}

enum frg_status service_objection_decide(struct service *svc, struct arena *a, const struct objection_command *cmd,
                                         struct frg_error *err)
{
	struct answering v = {.cmd = cmd, .site = service_site_by_id(svc, cmd->who->site)};
	enum frg_status st = clean_text(a, cmd->reasons, DECIDE_WORD_MAX, false, "word", &v.reasons, err);
	if (st == FRG_OK && v.reasons.n == 0)
		st = frg_fail(err, FRG_INVALID, "reason_missing", "an answer gives its reasons");
	if (st == FRG_OK && cmd->outcome == OBJECTION_CHANGED)
		st = decision_terms(a, cmd->terms, "reject", &v.terms, err);
	else if (st == FRG_OK)
		v.terms.detail = json_object();
	if (st == FRG_OK)
		st = store_write(svc->store, a, answer, &v, err);
	json_decref(v.terms.detail);
	if (st == FRG_OK)
		service_threads_drop_both(svc, v.c.comment.article, cmd->who->site);
	return st;
}
