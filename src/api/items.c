/* What editors see, as JSON. Offsets go out in UTF-16 units, as browsers count. */
#include "api/inner.h"

#include "text/private.h"

enum { AROUND = 220, PERSONAL_MAX = 40 };

size_t api_utf16(str text, size_t byte)
{
	size_t units = 0;
	for (size_t i = 0; i < byte && i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		units += (c & 0xc0) != 0x80; /* a character begins */
		units += c >= 0xf0;          /* one that takes two units */
	}
	return units;
}

json_t *api_id_json(id64 id)
{
	char text[ID_TEXT_SIZE];
	if (!id)
		return json_null();
	id_text(id, text);
	return json_string(text);
}

/* The stored findings with offsets in UTF-16. */
static json_t *review_json(const struct store_review *review, str text)
{
	json_t *findings = json_loadb(review->findings.p, review->findings.n, 0, NULL);
	json_t *evidence = json_object_get(findings, "evidence"), *e;
	size_t i;
	json_array_foreach(evidence, i, e)
	{
		size_t begin = (size_t)json_integer_value(json_object_get(e, "begin"));
		size_t end = (size_t)json_integer_value(json_object_get(e, "end"));
		json_object_set_new(e, "begin", json_integer((json_int_t)api_utf16(text, begin)));
		json_object_set_new(e, "end", json_integer((json_int_t)api_utf16(text, end)));
	}
	json_t *scores = json_object_get(findings, "scores"), *over = json_object_get(findings, "over");
	json_t *failed = json_object_get(findings, "patterns_failed");
	json_t *rejection = json_object_get(findings, "rejection");
	json_t *out = json_pack("{s:o, s:o, s:O, s:O, s:O, s:I, s:O}", "engine", json_of(review->engine), "suggestion",
	                        json_of(review->suggestion), "scores", scores ? scores : json_null(), "over",
	                        over ? over : json_null(), "evidence", evidence ? evidence : json_null(), "patterns_failed",
	                        json_integer_value(failed), "rejection", rejection ? rejection : json_null());
	json_decref(findings);
	return out;
}

json_t *api_review_json(const struct service_review *review, str text)
{
	struct store_review as_stored = {
		.engine = review->engine, .suggestion = review->suggestion, .findings = review->findings};
	return review_json(&as_stored, text);
}

/* Steps back to the beginning of a character. */
static size_t char_start(str s, size_t at)
{
	while (at > 0 && at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80)
		at--;
	return at;
}

static json_t *related_json(struct arena *a, const struct queue_item *item)
{
	json_t *findings = json_loadb(item->review.findings.p, item->review.findings.n, 0, NULL);
	json_t *r = json_object_get(findings, "related"), *out = json_null();
	str part = json_str(a, json_object_get(r, "part"));
	str text = str_eq(part, STR("title"))  ? item->article.title
	           : str_eq(part, STR("lead")) ? item->article.lead
	                                       : item->article.body_text;
	size_t begin = (size_t)json_integer_value(json_object_get(r, "begin"));
	size_t end = (size_t)json_integer_value(json_object_get(r, "end"));
	/* the article may have changed since */
	bool fits = part.n && str_eq(item->review.article_hash, item->article.content_hash) && begin < end && end <= text.n;
	if (fits) {
		size_t from = char_start(text, begin > AROUND ? begin - AROUND : 0);
		size_t to = char_start(text, end + AROUND < text.n ? end + AROUND : text.n);
		out = json_pack("{s:o, s:o, s:o}", "before", json_of(str_sub(text, from, begin)), "quote",
		                json_of(str_sub(text, begin, end)), "after", json_of(str_sub(text, end, to)));
	}
	json_decref(findings);
	return out;
}

static json_t *author_json(struct arena *a, const struct queue_item *item)
{
	json_t *recent = json_array();
	int64_t all = 0;
	for (int i = 0; i < 6; i++)
		all += item->record[i];
	for (size_t i = 0; i < item->recent_count; i++) {
		const struct queue_recent *r = &item->recent[i];
		json_array_append_new(recent, json_pack("{s:o, s:o, s:o, s:I, s:o}", "state",
		                                        json_of(store_state_name(r->revision.state)), "text",
		                                        json_of(r->revision.text), "rules", json_list(',', r->rules), "at",
		                                        (json_int_t)r->revision.created, "article", json_of(r->article_title)));
	}
	json_t *like = json_null();
	if (item->like_suspended)
		like = json_pack("{s:s, s:o, s:o, s:I}", "by", item->like.by_email ? "email" : "name", "name",
		                 json_of(item->like.name), "comment", api_id_json(item->like.comment), "until",
		                 (json_int_t)item->like.until);
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:b, s:I, s:I, s:I, s:I, s:o}", "line", api_line_json(&item->line), "like_suspended",
		like, "suspended_until", item->suspended_until ? json_integer(item->suspended_until) : json_null(), "name",
		json_of(item->comment.name), "email", json_of(item->comment.email), "first", all <= 1, "released",
		(json_int_t)item->record[STATE_RELEASED], "rejected", (json_int_t)item->record[STATE_REJECTED], "returned",
		(json_int_t)item->record[STATE_RETURNED], "held", (json_int_t)item->record[STATE_HELD], "recent", recent);
}

static json_t *earlier_json(struct arena *a, const struct queue_item *item)
{
	json_t *list = json_array();
	for (size_t i = 0; i < item->earlier_count; i++) {
		const struct queue_earlier *e = &item->earlier[i];
		json_array_append_new(list, json_pack("{s:I, s:o, s:o, s:o, s:o, s:I}", "ordinal",
		                                      (json_int_t)e->revision.ordinal, "text", json_of(e->revision.text),
		                                      "state", json_of(store_state_name(e->revision.state)), "word",
		                                      json_of(e->decided ? e->decision.word : STR("")), "rules",
		                                      json_list(',', e->decided ? e->decision.rules : STR("")), "at",
		                                      (json_int_t)(e->decided ? e->decision.decided : e->revision.created)));
	}
	return list;
}

json_t *api_closure_json(const struct store_article *a)
{
	static const char *const by[] = {NULL, "article", "editors", "age", "hours", "overload"};
	return json_pack("{s:b, s:b, s:s?, s:b, s:o, s:o}", "open", a->open, "by_editors", a->closed != 0, "by",
	                 by[a->closed_by], "kept_open", a->kept_open, "until",
	                 a->closed_until ? json_integer(a->closed_until) : json_null(), "reason",
	                 json_or_null(a->closed_reason));
}

static json_t *article_json(struct arena *a, const struct queue_item *item)
{
	const struct store_article *art = &item->article;
	str path = art->hosted ? arena_printf(a, "/articles/%.*s", STR_ARG(art->external_id)) : art->url;
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "comments", api_closure_json(art), "id",
	                 json_of(art->external_id), "title", json_of(art->title), "lead", json_of(art->lead), "url",
	                 json_of(art->url), "path", json_of(path), "section", json_of(art->section), "related",
	                 related_json(a, item));
}

static json_t *parent_json(const struct queue_item *item)
{
	if (!item->has_parent)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:I, s:b}", "id", api_id_json(item->parent.comment), "state",
	                 json_of(item->parent_state), "name", json_of(item->parent.name), "text",
	                 json_of(item->parent.text), "at", (json_int_t)item->parent.published, "released",
	                 item->parent_released);
}

/* By which somebody can be reached or found. */
static json_t *personal_json(str text)
{
	struct private_span found[PERSONAL_MAX];
	size_t count = private_find(text, found, PERSONAL_MAX);
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:I, s:I}", "kind", private_kind_name(found[i].kind), "begin",
		                                      (json_int_t)api_utf16(text, found[i].begin), "end",
		                                      (json_int_t)api_utf16(text, found[i].end)));
	return list;
}

/* What waits with it. */
json_t *api_copies_json(const struct queue_copy *copies, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		const struct queue_copy *c = &copies[i];
		json_array_append_new(list, json_pack("{s:o, s:o, s:I, s:o, s:o, s:I, s:o, s:f}", "revision",
		                                      api_id_json(c->revision.id), "comment", api_id_json(c->revision.comment),
		                                      "version", (json_int_t)c->revision.version, "name",
		                                      json_of(c->comment.name), "text", json_of(c->revision.text),
		                                      "submitted_at", (json_int_t)c->revision.created, "article",
		                                      json_of(c->article.title), "likeness", c->likeness));
	}
	return list;
}

static json_t *tally_json(const struct store_tally *t)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "texts", (json_int_t)t->texts, "names", (json_int_t)t->names,
	                 "readers", (json_int_t)t->authors, "lines", (json_int_t)t->lines, "since", (json_int_t)t->since,
	                 "until", (json_int_t)t->until);
}

/* What comes from many at once. */
static json_t *campaign_json(const struct queue_item *item)
{
	const struct campaign *c = &item->campaign;
	if (!c->alike.texts && !c->link.n)
		return json_null();
	json_t *link = c->link.n ? tally_json(&c->with_link) : json_null();
	if (c->link.n) {
		json_object_set_new(link, "address", json_of(c->link));
		json_object_set_new(link, "waiting", item->linked < 0 ? json_null() : json_integer(item->linked));
	}
	return json_pack("{s:o, s:o}", "alike", c->alike.texts ? tally_json(&c->alike) : json_null(), "link", link);
}

/* The decision that refused this text before. */
static json_t *repost_json(struct arena *a, const struct queue_item *item)
{
	const struct store_decision *d = &item->repost;
	if (!item->reposted)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:I}", "decision", api_id_json(d->id), "comment",
	                 api_id_json(d->comment), "action", json_of(d->action), "rules", json_list(',', d->rules), "by",
	                 json_of(d->editor_name), "name", json_of(d->author_name), "at", (json_int_t)d->decided);
}

json_t *api_item_json(struct arena *a, const struct queue_item *item)
{
	const struct store_revision *r = &item->revision;
	json_t *findings = json_loadb(item->review.findings.p, item->review.findings.n, 0, NULL);
	str lang = json_str(a, json_object_get(findings, "lang"));
	json_decref(findings);
	json_t *referral = json_null();
	if (item->referred) {
		json_t *detail = json_loadb(item->referral.detail.p, item->referral.detail.n, 0, NULL);
		referral = json_pack(
			"{s:o, s:o, s:o, s:o, s:o, s:I}", "to", json_of(json_str(a, json_object_get(detail, "to"))), "by",
			json_of(item->referral.editor_name), "action", json_or_null(json_str(a, json_object_get(detail, "action"))),
			"rules", json_list(',', item->referral.rules), "word", json_of(item->referral.word), "at",
			(json_int_t)item->referral.decided);
		json_decref(detail);
	}
	json_t *released = item->released_before ? json_of(item->released_text) : json_null();
	return json_pack(
		"{s:o, s:I, s:o, s:o, s:I, s:o, s:o, s:I, s:b, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:I, s:o, s:o, s:o, s:o, "
		"s:o, s:o, s:o}",
		"campaign", campaign_json(item), "reported", (json_int_t)item->reported, "personal", personal_json(r->text),
		"copies", api_copies_json(item->copies, item->copy_count), "alike", (json_int_t)item->alike, "group",
		api_id_json(item->group), "repost_of", repost_json(a, item), "due_at", (json_int_t)item->row.due, "escalated",
		item->row.escalated != 0, "referral", referral, "revision", api_id_json(r->id), "comment",
		api_id_json(r->comment), "version", (json_int_t)r->version, "ordinal", (json_int_t)r->ordinal, "state",
		json_of(store_state_name(r->state)), "lang", json_of(lang), "submitted_at", (json_int_t)r->created, "author",
		author_json(a, item), "text", json_of(r->text), "review", review_json(&item->review, r->text), "article",
		article_json(a, item), "parent", parent_json(item), "released_text", released, "earlier",
		earlier_json(a, item));
}
