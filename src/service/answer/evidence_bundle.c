/* What goes into preserved evidence. Each part is one function; texts that are hashed elsewhere go in as they are, so
 * that the hashes can be computed from the bundle alone. Lists are long, but whole; only of notices, which anybody may
 * send, the first 2000. */
#include "service/answer/evidence_inner.h"

enum { NOTICES = 2000 };

json_t *evidence_time(msec t)
{
	char iso[CLOCK_ZONE_SIZE];
	if (!t)
		return json_null();
	clock_iso_zone(t, iso);
	return json_string(iso);
}

static json_t *id_json(id64 id)
{
	char text[ID_TEXT_SIZE];
	if (!id)
		return json_null();
	id_text(id, text);
	return json_string(text);
}

/* By which connection each text came, as long as that is kept: with the day's key, for without it nobody could ever
 * test an address against the hash (docs/answering.md). What is signed here stays when the rows have gone. */
static enum frg_status connections(struct store_tx *tx, const struct store_comment *c, json_t **out,
                                   struct frg_error *err)
{
	struct store_addresses all;
	struct store_address_keys keys = {0};
	enum frg_status st = store_address_of_comment(tx, c->id, &all, err);
	if (st == FRG_OK && all.count)
		st = store_address_keys(tx, &keys, err);
	*out = json_array();
	for (size_t i = 0; st == FRG_OK && i < all.count; i++) {
		const struct store_address *row = &all.items[i];
		str key = STR(""), site = arena_printf(store_arena(tx), "%lld", (long long)row->site); /* no double holds it */
		for (size_t k = 0; k < keys.count; k++)
			if (keys.items[k].day == row->day)
				key = keys.items[k].key;
		json_array_append_new(*out, json_pack("{s:o, s:o, s:I, s:o, s:o, s:o, s:o}", "revision", id_json(row->revision),
		                                      "at", evidence_time(row->created), "day", (json_int_t)row->day, "hash",
		                                      json_of(row->hash), "key", json_or_null(key), "connection",
		                                      id_json(row->line), "site_number", json_of(site)));
	}
	return st;
}

/* Who wrote it, as far as this house knows: name, address, the browser, the connection. More that is held of a person
 * goes here. */
static enum frg_status person(struct store_tx *tx, const struct store_comment *c, json_t **out, struct frg_error *err)
{
	str token;
	json_t *by = NULL;
	enum frg_status st = store_author_token(tx, c->author, &token, err);
	if (st == FRG_OK)
		st = connections(tx, c, &by, err);
	if (st != FRG_OK) {
		json_decref(by);
		return st;
	}
	*out = json_pack("{s:o, s:o, s:o, s:o, s:o}", "name", json_of(c->name), "email", json_or_null(c->email), "author",
	                 id_json(c->author), "capability_sha256", json_of(token), "connections", by);
	return FRG_OK;
}

static json_t *article_json(const struct store_article *a)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "id", json_of(a->external_id), "title", json_of(a->title), "url",
	                 json_or_null(a->url), "section", json_of(a->section), "published_at", evidence_time(a->published),
	                 "content_hash", json_of(a->content_hash));
}

static enum frg_status revisions(struct store_tx *tx, const struct store_comment *c, json_t **out,
                                 struct frg_error *err)
{
	struct store_revisions all;
	enum frg_status st = store_revision_of_comment(tx, c->id, &all, err);
	*out = json_array();
	for (size_t i = 0; st == FRG_OK && i < all.count; i++) {
		const struct store_revision *r = &all.items[i];
		struct store_review review;
		st = store_review_latest(tx, r->id, &review, err);
		if (st != FRG_OK)
			break;
		json_t *engine = json_pack("{s:o, s:o, s:o, s:o}", "engine", json_of(review.engine), "suggestion",
		                           json_of(review.suggestion), "findings", json_of(review.findings), "at",
		                           evidence_time(review.created));
		json_array_append_new(*out, json_pack("{s:o, s:I, s:o, s:o, s:o, s:o, s:o}", "id", id_json(r->id), "ordinal",
		                                      (json_int_t)r->ordinal, "text", json_of(r->text), "text_sha256",
		                                      json_of(r->text_hash), "state", json_of(store_state_name(r->state)),
		                                      "sent_at", evidence_time(r->created), "review", engine));
	}
	return st;
}

static enum frg_status publication(struct store_tx *tx, const struct store_comment *c, json_t **out,
                                   struct frg_error *err)
{
	struct store_publication p;
	enum frg_status st = store_publication_get(tx, c->id, &p, err);
	*out = json_null();
	if (st == FRG_OK)
		*out = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "revision", id_json(p.revision), "text_sha256",
		                 json_of(p.text_hash), "decision", id_json(p.decision), "published_at",
		                 evidence_time(p.published), "edited_at", evidence_time(p.edited), "removed_at",
		                 evidence_time(p.removed));
	return st == FRG_NOT_FOUND ? FRG_OK : st;
}

/* Rows of the chain, with all that their hashes cover. */
static json_t *decision_json(const struct store_decision *d)
{
	json_t *o = json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "seq", (json_int_t)d->seq, "id",
	                      id_json(d->id), "revision", id_json(d->revision), "text_sha256", json_of(d->text_hash),
	                      "action", json_of(d->action), "rules", json_of(d->rules), "word", json_of(d->word), "detail",
	                      json_of(d->detail), "undoes", id_json(d->undoes));
	json_t *more = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "author_name", json_of(d->author_name),
	                         "editor", id_json(d->editor), "by", json_of(d->editor_name), "engine", json_of(d->engine),
	                         "findings", json_of(d->findings), "sent_at", evidence_time(d->submitted), "decided_at",
	                         evidence_time(d->decided), "previous_hash", json_of(d->prev_hash), "hash",
	                         json_of(d->hash));
	json_object_update(o, more);
	json_decref(more);
	return o;
}

static enum frg_status decisions(struct store_tx *tx, const struct store_comment *c, json_t **out,
                                 struct frg_error *err)
{
	struct store_decisions all;
	enum frg_status st = store_decision_of_comment(tx, c->id, &all, err);
	*out = json_array();
	for (size_t i = 0; st == FRG_OK && i < all.count; i++)
		json_array_append_new(*out, decision_json(&all.items[i]));
	return st;
}

static enum frg_status notices(struct store_tx *tx, const struct store_comment *c, json_t **out, struct frg_error *err)
{
	struct store_notices all;
	enum frg_status st = store_notice_on_comment(tx, c->id, 0, NOTICES, &all, err);
	*out = json_array();
	for (size_t i = 0; st == FRG_OK && i < all.count; i++) {
		const struct store_notice *n = &all.items[i];
		json_array_append_new(*out,
		                      json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", id_json(n->id),
		                                "revision", id_json(n->revision), "kind", json_of(n->kind), "explanation",
		                                json_of(n->explanation), "name", json_of(n->name), "email", json_of(n->email),
		                                "at", evidence_time(n->created), "decided_at", evidence_time(n->decided),
		                                "outcome", json_or_null(n->outcome), "decision", id_json(n->decision)));
	}
	return st;
}

enum frg_status evidence_bundle(struct store_tx *tx, const struct store_site *site, const struct store_evidence *e,
                                const struct store_comment *c, str key, json_t **out, struct frg_error *err)
{
	typedef enum frg_status gather(struct store_tx *, const struct store_comment *, json_t **, struct frg_error *);
	static const struct {
		const char *name;
		gather *gather;
	} parts[] = {{"person", person},
	             {"revisions", revisions},
	             {"publication", publication},
	             {"decisions", decisions},
	             {"notices", notices}};
	struct store_article article;
	enum frg_status st = store_article_by_id(tx, c->article, &article, err);
	if (st != FRG_OK)
		return st;
	*out = json_pack("{s:s, s:o, s:{s:o, s:I, s:o, s:o, s:o}, s:{s:o, s:o, s:o}, s:o, s:{s:o, s:o, s:o}}", "format",
	                 "freigabe evidence 1", "key", json_of(key), "preserved", "id", id_json(e->id), "number",
	                 (json_int_t)e->number, "by", json_of(e->editor_name), "at", evidence_time(e->created), "reason",
	                 json_of(e->reason), "site", "id", json_of(site->slug), "name", json_of(site->name), "address",
	                 json_of(site->base_url), "article", article_json(&article), "comment", "id", id_json(c->id),
	                 "answers", id_json(c->parent), "sent_at", evidence_time(c->created));
	for (size_t i = 0; st == FRG_OK && i < COUNT_OF(parts); i++) {
		json_t *part = NULL;
		st = parts[i].gather(tx, c, &part, err);
		if (part)
			json_object_set_new(*out, parts[i].name, part);
	}
	if (st != FRG_OK)
		json_decref(*out);
	return st;
}
