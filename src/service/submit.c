/* What readers send: new comments and new texts of theirs (what is taken back: withdraw.c). A submission is checked by
 * the engine before the transaction; comment, revision, review and event are then committed together. */
#include "service/thread_load.h"
#include "store/limit.h"

#include "text/near.h"

/* ---- the command, checked ---- */

static enum frg_status check_key(str key, struct frg_error *err)
{
	if (key.n == 0)
		return FRG_OK;
	bool good = key.n >= 16 && key.n <= 64 && capability_is_url_safe(key);
	return good ? FRG_OK
	            : frg_fail(err, FRG_INVALID, "key_invalid",
	                       "an idempotency key has 16 to 64 of A-Z a-z 0-9 - _, and cannot be guessed");
}

static enum frg_status check_text(struct arena *a, str in, str *out, struct frg_error *err)
{
	enum frg_status st = clean_text(a, in, SERVICE_TEXT_MAX, false, "text", out, err);
	if (st == FRG_OK && out->n == 0)
		return frg_fail(err, FRG_INVALID, "text_empty", "the text is empty");
	return st;
}

static enum frg_status check_name(struct arena *a, str in, str *out, struct frg_error *err)
{
	enum frg_status st = clean_text(a, in, SERVICE_NAME_MAX, true, "name", out, err);
	if (st == FRG_OK && out->n == 0)
		return frg_fail(err, FRG_INVALID, "name_empty", "the name is empty");
	return st;
}

/* ---- one submission on its way ---- */

struct submission {
	struct service *svc;
	const struct store_site *site;
	str article_id, reader, key, key_hash, text;
	str address;
	struct proof_used proof;
	bool reader_is_new, reader_is_drawn; /* drawn: no author can be known by it */
	struct store_article article;
	struct store_comment comment; /* id 0: not yet there */
	struct {
		struct store_comment comment;
		bool reader_is_new;
	} before; /* as they were read: what saves may be done twice, and what it found the first time is undone */
	struct store_revision revision;
	str parent_text, parent_name;
	int64_t depth;
	struct store_forecast told;
	struct service_review review;
	struct near_text near;
	msec longest_wait;
	struct address_terms address_terms;
	msec began;
	bool replayed;
};

static void set_key(struct arena *a, struct submission *s, str key)
{
	char *hash = arena_alloc(a, HASH_TEXT_SIZE);
	s->key = key;
	if (key.n) {
		hash_text(key, hash);
	} else { /* unique, so that nothing is taken for a repetition; no key has such a sign (check_key) */
		hash_text(arena_printf(a, "#%lld", (long long)id_new()), hash);
	}
	s->key_hash = str_of(hash);
}

/* Has this very request been done before? Fills comment and revision if so. One without a key is none that could have
 * been, and a capability that was made just now names nobody. */
static enum frg_status find_replay(struct store_tx *tx, struct submission *s, struct frg_error *err)
{
	id64 author = 0;
	if (s->reader_is_drawn)
		return FRG_OK;
	enum frg_status st = capability_author(tx, s->site, s->reader, &author, err);
	if (st == FRG_NOT_FOUND)
		return FRG_OK;
	if (st == FRG_OK) {
		s->comment.author = author;
		s->reader_is_new = false;
		struct store_revision old = {0};
		st = s->key.n ? store_revision_by_key(tx, author, s->key_hash, &old, err) : FRG_NOT_FOUND;
		if (st == FRG_NOT_FOUND)
			return FRG_OK;
		if (st == FRG_OK) {
			s->replayed = true;
			s->revision = old;
			st = store_comment_get(tx, old.comment, &s->comment, err);
		}
	}
	return st;
}

static enum frg_status request_erased(struct frg_error *err)
{
	return frg_fail(err, FRG_CONFLICT, "request_erased", "what this request made was erased");
}

/* A request on its way twice, whose comment was erased in between, would bring it back. One without a key is none. */
static enum frg_status check_erased(struct store_tx *tx, const struct submission *s, struct frg_error *err)
{
	bool erased = false;
	enum frg_status st = s->key.n ? store_proof_was(tx, erase_mark(s->key_hash), &erased, err) : FRG_OK;
	return st == FRG_OK && erased ? request_erased(err) : st;
}

/* One may answer what is released, or what is one's own. Anything else is as if it were not there. */
static enum frg_status find_parent(struct store_tx *tx, struct submission *s, struct frg_error *err)
{
	struct store_publication parent = {0};
	enum frg_status st = store_publication_get(tx, s->comment.parent, &parent, err);
	if (st == FRG_OK) {
		s->depth = parent.depth + 1;
		s->parent_name = parent.name;
	}
	if (st == FRG_OK && parent.article == s->article.id && !parent.removed) {
		s->parent_text = parent.text;
		return FRG_OK;
	}
	if (st != FRG_OK && st != FRG_NOT_FOUND)
		return st;
	struct store_comment own = {0};
	st = store_comment_get(tx, s->comment.parent, &own, err);
	if (st == FRG_OK && s->comment.author && own.author == s->comment.author && own.article == s->article.id)
		return FRG_OK;
	return st == FRG_OK || st == FRG_NOT_FOUND
	           ? frg_fail(err, FRG_INVALID, "parent_unknown", "the comment to answer is not there")
	           : st;
}

static enum frg_status must_be_open(struct store_tx *tx, struct submission *s, struct frg_error *err)
{
	static const char *const codes[] = {"",
	                                    "article_closed",
	                                    "article_closed",
	                                    "article_closed_age",
	                                    "article_closed_hours",
	                                    "article_closed_overload"};
	closing_apply(s->svc, store_arena(tx), &s->article);
	return s->article.open ? FRG_OK : frg_fail(err, FRG_FORBIDDEN, codes[s->article.closed_by], "comments are closed");
}

/* err->pos: until when, in seconds since 1970. */
static enum frg_status check_suspension(struct store_tx *tx, const struct submission *s, struct frg_error *err)
{
	struct store_suspension now;
	if (!s->comment.author)
		return FRG_OK;
	enum frg_status st = store_suspension_now(tx, s->comment.author, s->began, &now, NULL);
	if (st == FRG_NOT_FOUND)
		return FRG_OK;
	if (st != FRG_OK)
		return frg_fail(err, st, "store_io", "cannot read whether the author may write");
	st = frg_fail(err, FRG_FORBIDDEN, "author_suspended", "the author is suspended");
	err->pos = (size_t)(now.until / 1000);
	return st;
}

/* The site's terms; they are read beforehand so that the writer need not. */
static enum frg_status load_terms(struct store_tx *tx, struct submission *s, struct frg_error *err)
{
	struct desk_settings settings;
	enum frg_status st = settings_load(tx, s->site->id, &settings, err);
	s->longest_wait = settings.longest_wait;
	return st == FRG_OK ? address_prepare(tx, s->site->id, s->address, &s->address_terms, err) : st;
}

/* What find_replay is going to read, as far as it is known by now. */
static void ask_replay(struct store_tx *tx, const struct submission *s)
{
	id64 author;
	struct frg_error none;
	struct store_revision old;
	if (!s->reader_is_drawn)
		store_unread(capability_author(tx, s->site, s->reader, &author, &none));
	if (s->comment.author && s->key.n)
		store_unread(store_revision_by_key(tx, s->comment.author, s->key_hash, &old, &none));
}

static void ask_before(struct store_tx *tx, struct submission *s)
{
	struct frg_error none;
	if (!store_ask(tx))
		return;
	ask_replay(tx, s);
	store_unread(store_article_find(tx, s->site->id, s->article_id, &s->article, &none));
	store_unread(load_terms(tx, s, &none));
	store_asked(tx);
}

static void make_reader(struct store_tx *tx, struct submission *s)
{
	s->reader = capability_first(store_arena(tx), s->key);
	s->reader_is_drawn = s->key.n == 0;
}

static enum frg_status load_for_submit(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct submission *s = ctx;
	bool came = s->reader.n > 0;
	if (!came)
		make_reader(tx, s);
	ask_before(tx, s);
	enum frg_status st = find_replay(tx, s, err);
	if (st == FRG_OK && s->reader_is_new && came) { /* one that we never gave */
		make_reader(tx, s);
		st = find_replay(tx, s, err);
	}
	if (st != FRG_OK || s->replayed)
		return st;
	st = check_erased(tx, s, err);
	if (st == FRG_OK)
		st = store_article_find(tx, s->site->id, s->article_id, &s->article, err);
	if (st == FRG_NOT_FOUND)
		return frg_fail(err, FRG_NOT_FOUND, "article_unknown", "no such article");
	if (st == FRG_OK)
		st = must_be_open(tx, s, err);
	if (st == FRG_OK)
		st = check_suspension(tx, s, err);
	if (st == FRG_OK)
		st = load_terms(tx, s, err);
	if (st != FRG_OK)
		return st;
	return s->comment.parent ? find_parent(tx, s, err) : FRG_OK;
}

/* The first write: a proof that has been used is refused while nothing has been written yet, and so refuses its own
 * sender alone (STORE_PLAIN). */
static enum frg_status use_proof(struct store_tx *tx, const struct submission *s, struct frg_error *err)
{
	return s->proof.until ? store_proof_use(tx, s->proof.nonce, s->proof.until, err) : FRG_OK;
}

static enum frg_status insert_revision(struct store_tx *tx, struct submission *s, struct frg_error *err)
{
	char *hash = arena_alloc(store_arena(tx), HASH_TEXT_SIZE);
	hash_text(s->revision.text, hash);
	s->revision.id = id_new();
	s->revision.site = s->site->id;
	s->revision.comment = s->comment.id;
	s->revision.author = s->comment.author;
	s->revision.text_hash = str_of(hash);
	s->revision.state = STATE_HELD;
	s->revision.version = 1;
	s->revision.idempotency_key = s->key_hash;
	s->revision.created = clock_now();
	enum frg_status st = store_revision_insert(tx, &s->revision, err);
	if (st != FRG_OK)
		return st;
	struct store_review review = {.id = id_new(),
	                              .revision = s->revision.id,
	                              .engine = s->review.engine,
	                              .suggestion = s->review.suggestion,
	                              .findings = s->review.findings,
	                              .article_hash = s->article.content_hash,
	                              .created = s->revision.created};
	st = store_review_insert(tx, &review, err);
	struct store_queue_row row;
	if (st == FRG_OK)
		st = queue_enter_new(tx,
		                     &(struct queue_newcomer){.comment = &s->comment,
		                                              .revision = &s->revision,
		                                              .article = &s->article,
		                                              .review = &s->review,
		                                              .near = &s->near,
		                                              .longest_wait = s->longest_wait,
		                                              .author_is_new = s->reader_is_new},
		                     &row, err);
	if (st == FRG_OK)
		st = delay_promise(s->svc, tx, &row, &s->told, err);
	if (st == FRG_OK)
		st = address_note(tx, &s->revision, s->address, &s->address_terms, err);
	if (st != FRG_OK)
		return st;
	return store_event_insert(tx,
	                          &(struct store_event){.kind = STR("held"),
	                                                .site = s->site->id,
	                                                .article = s->comment.article,
	                                                .comment = s->comment.id,
	                                                .revision = s->revision.id},
	                          err);
}

/* While the engine looked and while this stood in line somebody may have been erased or suspended: what was read then
 * is read again. What else may have changed harms nobody, as the comment is held: it came a moment earlier. */
static enum frg_status check_still(struct store_tx *tx, struct submission *s, struct frg_error *err)
{
	id64 author = s->reader_is_new ? 0 : s->comment.author;
	s->comment.author = 0;
	enum frg_status st = find_replay(tx, s, err); /* the same request may be on its way twice */
	if (st != FRG_OK || s->replayed)
		return st;
	if (author && s->comment.author != author)
		return request_erased(err);
	st = check_erased(tx, s, err);
	return st == FRG_OK ? check_suspension(tx, s, err) : st;
}

/* All writers of a database wait meanwhile: what is to be read takes one trip. That the same request is not done twice
 * the keys of author and revision see to, if it is on its way twice at the same moment. */
static void ask_to_save(struct store_tx *tx, void *ctx)
{
	const struct submission *s = ctx;
	struct frg_error none;
	bool used;
	ask_replay(tx, s);
	store_unread(check_erased(tx, s, &none));
	store_unread(check_suspension(tx, s, &none));
	if (s->proof.until)
		store_unread(store_proof_was(tx, s->proof.nonce, &used, &none));
	if (s->comment.author)
		queue_ask(tx, s->comment.author);
	near_ask(tx, s->site->id, &s->near);
	address_ask(tx, s->site->id, s->address, &s->address_terms);
}

static enum frg_status save_submission(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct submission *s = ctx;
	s->replayed = false;
	s->revision = (struct store_revision){.text = s->text};
	s->comment = s->before.comment;
	s->reader_is_new = s->before.reader_is_new;
	enum frg_status st = check_still(tx, s, err);
	if (st != FRG_OK || s->replayed)
		return st;
	st = use_proof(tx, s, err);
	if (st == FRG_OK && s->reader_is_new) {
		char hash[HASH_TEXT_SIZE];
		hash_text(s->reader, hash);
		s->comment.author = id_new();
		st = store_author_insert(tx, s->comment.author, s->site->id, str_of(hash), err);
	}
	s->comment.id = id_new();
	s->comment.site = s->site->id;
	s->comment.article = s->article.id;
	s->comment.created = clock_now();
	if (st == FRG_OK)
		st = store_comment_insert(tx, &s->comment, err);
	s->revision.ordinal = 1;
	return st == FRG_OK ? insert_revision(tx, s, err) : st;
}

static enum frg_status load_body(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct store_article whole, *bare = ctx;
	enum frg_status st = store_article_by_id(tx, bare->id, &whole, err);
	if (st == FRG_NOT_FOUND)
		return frg_fail(err, FRG_NOT_FOUND, "article_unknown", "no such article");
	if (st != FRG_OK)
		return st;
	bare->title = whole.title;
	bare->lead = whole.lead;
	bare->body_text = whole.body_text;
	bare->content_hash = whole.content_hash;
	bare->bare = false;
	return FRG_OK;
}

/* What takes time and touches no database: what the engine says, and what the text is found again by. The engine mostly
 * knows the article by heart; only if not, it has to be read. */
static enum frg_status judge(struct arena *a, struct submission *s, struct frg_error *err)
{
	near_keys(a, s->text, &s->near);
	enum frg_status st = service_check(s->svc, a, &s->article, s->text, s->parent_text, &s->review, err);
	if (st != FRG_NOT_FOUND || !s->article.bare)
		return st;
	st = store_read(s->svc->store, a, load_body, &s->article, err);
	return st == FRG_OK ? service_check(s->svc, a, &s->article, s->text, s->parent_text, &s->review, err) : st;
}

static const struct thread_own *fresh(struct arena *a, const struct submission *s)
{
	struct thread_own *own = ARENA_NEW(a, struct thread_own);
	*own = (struct thread_own){.comment = s->comment,
	                           .revision = s->revision,
	                           .depth = s->depth,
	                           .answers_name = s->parent_name,
	                           .told = s->told};
	return own;
}

static void fill_result(const struct submission *s, struct submit_result *out)
{
	*out = (struct submit_result){.comment = s->comment.id,
	                              .revision = s->revision.id,
	                              .article = s->article,
	                              .reader = s->reader,
	                              .replayed = s->replayed};
}

enum frg_status service_submit(struct service *svc, struct arena *a, const struct submit_command *cmd,
                               struct submit_result *out, struct frg_error *err)
{
	struct submission s = {.svc = svc,
	                       .site = cmd->site,
	                       .article_id = cmd->article,
	                       .address = cmd->address,
	                       .proof = cmd->proof,
	                       .comment = {.parent = cmd->parent},
	                       .began = clock_now(),
	                       .reader_is_new = true};
	enum frg_status st = check_key(cmd->idempotency_key, err);
	if (st == FRG_OK)
		st = check_name(a, cmd->name, &s.comment.name, err);
	if (st == FRG_OK)
		st = clean_email(a, cmd->email, &s.comment.email, err);
	if (st == FRG_OK)
		st = check_text(a, cmd->text, &s.text, err);
	if (st != FRG_OK)
		return st;
	set_key(a, &s, cmd->idempotency_key);
	s.reader = capability_is(cmd->reader) ? cmd->reader : STR("");
	st = store_read(svc->store, a, load_for_submit, &s, err);
	if (st != FRG_OK)
		return st;
	if (!s.replayed) {
		s.before.comment = s.comment;
		s.before.reader_is_new = s.reader_is_new;
		st = judge(a, &s, err);
		if (st == FRG_OK)
			st = store_write_asking(svc->store, STORE_PLAIN | STORE_PATIENT, a, ask_to_save, save_submission, &s, err);
	}
	if (st != FRG_OK)
		return st;
	fill_result(&s, out);
	if (!s.replayed)
		out->fresh = fresh(a, &s);
	return FRG_OK;
}

/* ---- revising ---- */

/* The newest text, if another one may follow it. */
static enum frg_status latest_revision(struct store_tx *tx, id64 comment, struct store_revision *out,
                                       struct frg_error *err)
{
	enum frg_status st = store_revision_latest(tx, comment, out, err);
	if (st == FRG_NOT_FOUND)
		return frg_fail(err, FRG_CORRUPT, "store_corrupt", "a comment without a revision");
	if (st == FRG_OK && out->state == STATE_WITHDRAWN)
		return frg_fail(err, FRG_CONFLICT, "comment_withdrawn", "the comment was withdrawn");
	if (st == FRG_OK && out->ordinal >= SERVICE_REVISIONS_MAX)
		return frg_fail(err, FRG_CONFLICT, "comment_revised_often", "the comment has been changed often enough");
	return st;
}

struct revising {
	struct submission s;
	id64 comment_id;
};

static enum frg_status load_for_revise(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct revising *r = ctx;
	struct submission *s = &r->s;
	enum frg_status st = find_replay(tx, s, err);
	if (st != FRG_OK || s->replayed)
		return st;
	st = capability_comment(tx, s->site, s->article_id, s->reader, r->comment_id, &s->comment, err);
	struct store_revision latest = {0};
	if (st == FRG_OK)
		st = latest_revision(tx, s->comment.id, &latest, err);
	if (st != FRG_OK)
		return st;
	if (str_eq(latest.text, s->text))
		return frg_fail(err, FRG_INVALID, "text_unchanged", "the text is as it was");
	st = store_article_heading(tx, s->comment.article, &s->article, err);
	if (st == FRG_OK)
		st = must_be_open(tx, s, err);
	if (st == FRG_OK)
		st = check_suspension(tx, s, err);
	if (st == FRG_OK)
		st = load_terms(tx, s, err);
	struct store_publication parent = {0};
	if (st == FRG_OK && s->comment.parent && store_publication_get(tx, s->comment.parent, &parent, NULL) == FRG_OK)
		s->parent_text = parent.text;
	return st;
}

/* Who was asked for a second opinion or as a lawyer is asked about the new text too; a proposal was about the old one.
 */
static enum frg_status carry_referral(struct store_tx *tx, id64 old, struct submission *s, struct frg_error *err)
{
	struct store_referral referral;
	enum frg_status st = store_referral_get(tx, old, &referral, err);
	if (st == FRG_NOT_FOUND)
		return FRG_OK;
	if (st == FRG_OK)
		st = store_referral_delete(tx, old, err);
	if (st != FRG_OK || str_eq(referral.kind, STR("proposal")))
		return st;
	referral.revision = s->revision.id;
	st = store_referral_put(tx, &referral, err);
	return st == FRG_OK ? queue_enter(tx, &s->comment, &s->revision, err) : st;
}

static enum frg_status save_revision(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct revising *r = ctx;
	struct submission *s = &r->s;
	enum frg_status st = check_still(tx, s, err);
	if (st != FRG_OK || s->replayed)
		return st;
	struct store_revision latest = {0};
	/* it may be erased by now */
	st = capability_comment(tx, s->site, s->article_id, s->reader, r->comment_id, &s->comment, err);
	if (st == FRG_OK)
		st = latest_revision(tx, s->comment.id, &latest, err);
	if (st == FRG_OK)
		st = use_proof(tx, s, err);
	if (st != FRG_OK)
		return st;
	/* released text stands until the new one is released; a waiting one makes way */
	if (latest.state == STATE_HELD) {
		st = store_revision_move(tx, latest.id, STATE_HELD, 0, STATE_SUPERSEDED, err);
		if (st != FRG_OK)
			return st;
	}
	s->revision = (struct store_revision){.text = s->text, .ordinal = latest.ordinal + 1};
	st = insert_revision(tx, s, err);
	if (st == FRG_OK && latest.state == STATE_HELD)
		st = carry_referral(tx, latest.id, s, err);
	if (st != FRG_OK || latest.state != STATE_HELD)
		return st;
	return store_event_insert(tx,
	                          &(struct store_event){.kind = STR("superseded"),
	                                                .site = s->site->id,
	                                                .article = s->comment.article,
	                                                .comment = s->comment.id,
	                                                .revision = latest.id},
	                          err);
}

enum frg_status service_revise(struct service *svc, struct arena *a, const struct revise_command *cmd,
                               struct submit_result *out, struct frg_error *err)
{
	struct revising r = {.s = {.svc = svc,
	                           .site = cmd->site,
	                           .article_id = cmd->article,
	                           .reader = cmd->reader,
	                           .address = cmd->address,
	                           .proof = cmd->proof,
	                           .began = clock_now()},
	                     .comment_id = cmd->comment};
	enum frg_status st = check_key(cmd->idempotency_key, err);
	if (st == FRG_OK)
		st = check_text(a, cmd->text, &r.s.text, err);
	if (st != FRG_OK)
		return st;
	set_key(a, &r.s, cmd->idempotency_key);
	st = store_read(svc->store, a, load_for_revise, &r, err);
	if (st == FRG_OK && !r.s.replayed) {
		st = judge(a, &r.s, err);
		if (st == FRG_OK)
			st = store_write_as(svc->store, STORE_PATIENT, a, save_revision, &r, err);
	}
	if (st == FRG_OK)
		fill_result(&r.s, out);
	return st;
}
