/* Stands in for Google's Perspective API (v1alpha1): existing clients work with another address and key. Requests,
 * answers and errors are in its form, not in ours; what differs is said in docs/perspective.md. Nothing that is
 * analysed is kept. Knows no scores (perspective_score.c) and no HTML (perspective_text.c). */
#include "api/perspective.h"

#include "base/embedded.h"
#include "base/i18n.h"
#include "base/log.h"
#include "text/utf8.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- errors ---- */

struct refusal {
	unsigned http;
	const char *status;     /* of Google's RPCs */
	const char *error_type; /* of the comment analyzer's; NULL: no details */
	json_t *more;           /* merged into the details; taken over */
};

static const struct refusal invalid = {400, "INVALID_ARGUMENT", "INVALID_REQUEST", NULL};

/* Always false, for functions that return whether to go on. */
static bool refuse(struct http_request *req, struct refusal r, const char *fmt, ...) PRINTF_LIKE(3, 4);

static bool refuse(struct http_request *req, struct refusal r, const char *fmt, ...)
{
	char message[400];
	va_list args;
	va_start(args, fmt);
	vsnprintf(message, sizeof message, fmt, args);
	va_end(args);
	str text = str_of(message);
	size_t cut = utf8_invalid(text); /* where the end of the room fell into a character */
	json_t *error = json_pack("{s:i, s:o, s:s}", "code", (int)r.http, "message",
	                          json_of(str_sub(text, 0, cut == SIZE_MAX ? text.n : cut)), "status", r.status);
	if (r.error_type) {
		json_t *detail = json_pack("{s:s, s:s}", "@type", "type.googleapis.com/google.commentanalyzer.v1alpha1.Error",
		                           "errorType", r.error_type);
		if (r.more)
			json_object_update(detail, r.more);
		json_object_set_new(error, "details", json_pack("[o]", detail));
	}
	json_decref(r.more);
	api_no_store(req);
	api_json(req, r.http, json_pack("{s:o}", "error", error));
	return false;
}

/* What the service or the engine refused. */
static bool refuse_service(struct http_request *req, const struct frg_error *err)
{
	unsigned http = api_http_status(err->status);
	char seconds[24];
	snprintf(seconds, sizeof seconds, "%zu", err->pos);
	switch (err->status) {
	case FRG_UNAUTHENTICATED:
		return refuse(req, (struct refusal){403, "PERMISSION_DENIED", NULL, NULL},
		              "API key not valid. Please pass a valid API key.");
	case FRG_THROTTLED:
		http_add_header(req, "Retry-After", str_of(seconds));
		return refuse(req, (struct refusal){429, "RESOURCE_EXHAUSTED", NULL, NULL},
		              "Quota exceeded for this key. Try again in %s seconds.", seconds);
	case FRG_TOO_LARGE: /* of a text it was said before; this is the archive */
		return refuse(req, (struct refusal){429, "RESOURCE_EXHAUSTED", NULL, NULL}, "%s", err->msg);
	default:
		log_about(http_request_id(req).p, LOG_ERROR, "perspective", "%s: %s", err->code ? err->code : "-", err->msg);
		return http == 503 ? refuse(req, (struct refusal){503, "UNAVAILABLE", NULL, NULL}, "Try again later.")
		                   : refuse(req, (struct refusal){500, "INTERNAL", NULL, NULL}, "Internal error.");
	}
}

/* ---- members of the request ---- */

/* By its name in camelCase or, as Google takes it too, in snake_case. NULL if absent or null. */
static json_t *member(json_t *object, const char *name)
{
	char snake[64];
	size_t n = 0;
	json_t *v = json_object_get(object, name);
	for (const char *p = name; !v && *p && n + 3 < sizeof snake; p++) {
		if (*p >= 'A' && *p <= 'Z')
			snake[n++] = '_';
		snake[n++] = (char)(*p >= 'A' && *p <= 'Z' ? *p | 32 : *p);
	}
	snake[n] = 0;
	v = v ? v : json_object_get(object, snake);
	return json_is_null(v) ? NULL : v;
}

enum shape { SHAPE_OBJECT, SHAPE_ARRAY, SHAPE_STRING, SHAPE_NUMBER, SHAPE_BOOLEAN };

static bool has_shape(const json_t *v, enum shape shape)
{
	switch (shape) {
	case SHAPE_OBJECT: return json_is_object(v);
	case SHAPE_ARRAY: return json_is_array(v);
	case SHAPE_STRING: return json_is_string(v);
	case SHAPE_NUMBER: return json_is_number(v);
	default: return json_is_boolean(v);
	}
}

/* False: it is there, but of another kind, and that was answered. */
static bool take(struct http_request *req, json_t *object, const char *name, enum shape shape, json_t **out)
{
	static const char *const names[] = {"an object", "an array", "a string", "a number", "a boolean"};
	*out = member(object, name);
	if (!*out || has_shape(*out, shape))
		return true;
	return refuse(req, invalid, "Invalid JSON payload received: '%s' must be %s.", name, names[shape]);
}

static bool take_text(struct http_request *req, json_t *object, const char *name, str *out)
{
	json_t *v;
	if (!take(req, object, name, SHAPE_STRING, &v))
		return false;
	*out = json_str(http_arena(req), v);
	return true;
}

/* {"text","type"}; absent: an empty text. */
static bool take_entry(struct http_request *req, json_t *entry, struct perspective_text *out)
{
	str text = STR(""), type = STR("");
	if (entry && (!take_text(req, entry, "text", &text) || !take_text(req, entry, "type", &type)))
		return false;
	bool html = str_eq(type, STR("HTML"));
	if (type.n && !html && !str_eq(type, STR("PLAIN_TEXT")) && !str_eq(type, STR("TEXT_TYPE_UNSPECIFIED")))
		return refuse(req, invalid, "Unknown text type");
	perspective_text(http_arena(req), text, html, out);
	return true;
}

/* ---- what both calls have ---- */

struct call {
	struct api *api;
	struct http_request *req;
	const struct store_site *site;
	json_t *body;
	str client_token, community;
	struct perspective_text comment;
	struct service_text text;
	json_t *languages; /* as asked for; NULL: none */
};

static bool check_key(struct call *c, enum limit_kind limit)
{
	struct frg_error err;
	str key = http_header(c->req, "X-Goog-Api-Key");
	if (key.n == 0)
		key = http_query(c->req, "key");
	if (key.n == 0)
		return refuse(c->req, (struct refusal){403, "PERMISSION_DENIED", NULL, NULL},
		              "The request is missing a valid API key.");
	if (service_key_check(c->api->svc, http_arena(c->req), key, &c->site, &err) != FRG_OK ||
	    service_limit(c->api->svc, limit, key, &err) != FRG_OK)
		return refuse_service(c->req, &err);
	c->text.site = c->site->id;
	return true;
}

static bool take_body(struct call *c)
{
	json_error_t why;
	str body = http_body(c->req);
	/* whatever the content type says: there is no cookie that a foreign form could abuse */
	c->body = json_loadb(body.p ? body.p : "", body.n, JSON_REJECT_DUPLICATES, &why);
	if (!c->body)
		return refuse(c->req, invalid, "Invalid JSON payload received. %s", why.text);
	if (!json_is_object(c->body))
		return refuse(c->req, invalid, "Invalid JSON payload received. Not an object.");
	str session;
	json_t *keep;
	return take_text(c->req, c->body, "clientToken", &c->client_token) &&
	       take_text(c->req, c->body, "communityId", &c->community) &&
	       take_text(c->req, c->body, "sessionId", &session) &&
	       take(c->req, c->body, "doNotStore", SHAPE_BOOLEAN, &keep);
}

static bool take_comment(struct call *c)
{
	struct refusal empty = invalid, long_ = invalid;
	json_t *comment;
	empty.error_type = "COMMENT_EMPTY";
	long_.error_type = "COMMENT_TOO_LONG";
	if (!take(c->req, c->body, "comment", SHAPE_OBJECT, &comment))
		return false;
	json_t *text = member(comment, "text");
	if (json_is_string(text) && json_string_length(text) > FRG_TEXT_MAX)
		return refuse(c->req, long_, "Comment text too long.");
	if (!take_entry(c->req, comment, &c->comment))
		return false;
	c->text.text = c->comment.plain;
	return str_trim(c->text.text).n > 0 || refuse(c->req, empty, "Comment must be non-empty.");
}

/* The first line counts as the heading if more lines follow and it is as short as headings are. */
static void split_article(str article, struct service_text *out)
{
	enum { HEADING_MAX = 200 };
	article = str_trim(article);
	size_t line = str_find(article, STR("\n"), 0);
	bool heading = line != SIZE_MAX && line <= HEADING_MAX;
	out->heading = heading ? str_trim(str_sub(article, 0, line)) : STR("");
	out->body = heading ? str_trim(str_sub(article, line, article.n)) : article;
}

static bool take_context(struct call *c)
{
	json_t *context, *both, *entries, *article, *parent;
	struct perspective_text text = {0};
	if (!take(c->req, c->body, "context", SHAPE_OBJECT, &context) ||
	    !take(c->req, context, "articleAndParentComment", SHAPE_OBJECT, &both) ||
	    !take(c->req, context, "entries", SHAPE_ARRAY, &entries) ||
	    !take(c->req, both, "article", SHAPE_OBJECT, &article) ||
	    !take(c->req, both, "parentComment", SHAPE_OBJECT, &parent))
		return false;
	if (both && json_array_size(entries))
		return refuse(c->req, invalid,
		              "Context can have either entries or article_and_parent_comment, "
		              "but both fields were populated.");
	if (json_array_size(entries)) /* a thread: its last entry is what the comment answers */
		parent = json_array_get(entries, json_array_size(entries) - 1);
	if (parent && !json_is_object(parent))
		return refuse(c->req, invalid, "Invalid JSON payload received: 'entries' must hold objects.");
	if (!take_entry(c->req, article, &text))
		return false;
	split_article(text.plain, &c->text);
	if (!take_entry(c->req, parent, &text))
		return false;
	c->text.parent = text.plain;
	return true;
}

/* "de", "de-AT", "en_GB"; FRG_LANG_AUTO for others. */
static enum frg_lang lang_of(str tag)
{
	bool whole = tag.n == 2 || (tag.n > 2 && (tag.p[2] == '-' || tag.p[2] == '_'));
	return whole ? i18n_lang(str_sub(tag, 0, 2)) : FRG_LANG_AUTO;
}

static bool refuse_languages(struct call *c, const char *attribute)
{
	struct refusal r = invalid;
	str list = STR("");
	json_t *v;
	size_t i;
	json_array_foreach(c->languages, i, v)
		list = arena_printf(http_arena(c->req), "%.*s%s%s", STR_ARG(list), i ? ", " : "", json_string_value(v));
	r.error_type = "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE";
	r.more = json_pack("{s:{s:O, s:s}}", "languageNotSupportedByAttributeError", "requestedLanguages", c->languages,
	                   "attribute", attribute);
	return refuse(c->req, r, "Attribute %s does not support request languages: %.*s", attribute, STR_ARG(list));
}

/* All attributes know the same languages; `attribute` is the one to name in an error. */
static bool take_languages(struct call *c, const char *attribute)
{
	enum { LANGUAGES_MAX = 20, TAG_MAX = 35 };
	bool found[3] = {false};
	json_t *v;
	size_t i;
	if (!take(c->req, c->body, "languages", SHAPE_ARRAY, &c->languages))
		return false;
	if (json_array_size(c->languages) == 0) {
		c->languages = NULL;
		return true;
	}
	json_array_foreach(c->languages, i, v)
	{
		if (!json_is_string(v) || json_string_length(v) > TAG_MAX || i >= LANGUAGES_MAX)
			return refuse(c->req, invalid, "Invalid JSON payload received: 'languages' must hold language codes.");
		found[lang_of((str){json_string_value(v), json_string_length(v)})] = true;
	}
	if (!found[FRG_LANG_DE] && !found[FRG_LANG_EN])
		return refuse_languages(c, attribute);
	if (found[FRG_LANG_DE] != found[FRG_LANG_EN]) /* with both the text decides */
		c->text.lang = found[FRG_LANG_DE] ? FRG_LANG_DE : FRG_LANG_EN;
	return true;
}

static json_t *answer_json(const struct call *c, enum frg_lang detected, const char *languages, enum frg_lang lang)
{
	json_t *out = json_pack("{s:[s]}", "detectedLanguages", frg_lang_id(detected));
	json_object_set_new(out, languages,
	                    c->languages ? json_deep_copy(c->languages) : json_pack("[s]", frg_lang_id(lang)));
	if (c->client_token.n)
		json_object_set_new(out, "clientToken", json_of(c->client_token));
	return out;
}

static const struct attribute *known(struct http_request *req, const char *name)
{
	const struct attribute *attribute = attribute_find(str_of(name));
	if (!attribute)
		refuse(req, invalid, "Unknown requested attribute: %.100s", name);
	return attribute;
}

/* ---- comments:analyze ---- */

enum { REQUESTED_MAX = 32 }; /* more than there are attributes */

struct analyze {
	struct attribute_request requested[REQUESTED_MAX];
	size_t count;
	bool spans;
};

static bool take_attribute(struct call *c, const char *name, json_t *parameters, struct attribute_request *out)
{
	str type;
	json_t *threshold;
	*out = (struct attribute_request){.attribute = known(c->req, name)};
	if (!out->attribute)
		return false;
	if (!json_is_object(parameters))
		return refuse(c->req, invalid, "Invalid JSON payload received: the parameters of %s must be an object.", name);
	if (!take_text(c->req, parameters, "scoreType", &type) ||
	    !take(c->req, parameters, "scoreThreshold", SHAPE_NUMBER, &threshold))
		return false;
	if (type.n && !str_eq(type, STR("PROBABILITY")) && !str_eq(type, STR("SCORE_TYPE_UNSPECIFIED")))
		return refuse(c->req, invalid, "Requested score type %.40s is not supported by attribute %s",
		              arena_cstr(http_arena(c->req), type), name);
	out->threshold = json_number_value(threshold);
	return true;
}

static bool take_attributes(struct call *c, struct analyze *q)
{
	struct refusal none = invalid;
	const char *name;
	json_t *map, *parameters, *spans;
	none.error_type = "NO_REQUESTED_ATTRIBUTES";
	if (!take(c->req, c->body, "requestedAttributes", SHAPE_OBJECT, &map) ||
	    !take(c->req, c->body, "spanAnnotations", SHAPE_BOOLEAN, &spans))
		return false;
	q->spans = json_is_true(spans);
	if (json_object_size(map) == 0)
		return refuse(c->req, none, "Missing requested_attributes");
	json_object_foreach(map, name, parameters)
	{
		BUG_IF(q->count == REQUESTED_MAX); /* names are known and come once */
		if (!take_attribute(c, name, parameters, &q->requested[q->count++]))
			return false;
	}
	return true;
}

/* Without an article it is not known; a score would be made up. */
static bool check_article(struct call *c, const struct analyze *q)
{
	if (c->text.heading.n + c->text.body.n > 0)
		return true;
	for (size_t i = 0; i < q->count; i++)
		if (attribute_needs_article(q->requested[i].attribute))
			return refuse(c->req, invalid, "Attribute %s requires context.articleAndParentComment.article",
			              attribute_name(q->requested[i].attribute));
	return true;
}

static void answer_analyze(struct call *c, const struct analyze *q)
{
	struct service_review review;
	enum frg_lang detected;
	struct frg_error err;
	if (service_check_text(c->api->svc, http_arena(c->req), &c->text, &review, &detected, &err) != FRG_OK) {
		refuse_service(c->req, &err);
		return;
	}
	json_t *scores = json_object();
	for (size_t i = 0; i < q->count; i++) {
		json_t *one = attribute_scores(&q->requested[i], &review.review, &c->comment, q->spans);
		if (json_object_size(one))
			json_object_set(scores, attribute_name(q->requested[i].attribute), one);
		json_decref(one);
	}
	json_t *out = answer_json(c, detected, "languages", review.lang);
	json_object_set_new(out, "attributeScores", scores);
	api_no_store(c->req);
	api_json(c->req, 200, out);
}

HANDLER(perspective_analyze)
{
	struct call c = {.api = app, .req = req};
	struct analyze q = {.count = 0};
	if (check_key(&c, LIMIT_ANALYZE) && take_body(&c) && take_comment(&c) && take_attributes(&c, &q) &&
	    take_languages(&c, attribute_name(q.requested[0].attribute)) && take_context(&c) && check_article(&c, &q))
		answer_analyze(&c, &q);
	json_decref(c.body);
}

/* ---- comments:suggestscore ---- */

struct suggest {
	struct service_suggestion scores[SUGGEST_SCORES_MAX];
	size_t count;
};

static bool take_score(struct call *c, const char *name, json_t *scores, struct service_suggestion *out)
{
	const struct attribute *attribute = known(c->req, name);
	if (!attribute)
		return false;
	json_t *summary = member(scores, "summaryScore"); /* NULL, too, if that is no object */
	json_t *value = member(summary, "value");
	if (!json_is_number(value))
		return refuse(c->req, invalid, "Suggested score of %s needs summaryScore.value", name);
	*out = (struct service_suggestion){str_of(attribute_name(attribute)), json_number_value(value)};
	if (!(out->score >= 0 && out->score <= 1))
		return refuse(c->req, invalid, "Suggested score of %s must be a probability from 0 to 1", name);
	return true;
}

static bool take_scores(struct call *c, struct suggest *s)
{
	const char *name;
	json_t *map, *scores;
	if (!take(c->req, c->body, "attributeScores", SHAPE_OBJECT, &map))
		return false;
	if (json_object_size(map) == 0)
		return refuse(c->req, invalid, "Missing attribute_scores");
	if (c->community.n > SUGGEST_COMMUNITY_MAX)
		return refuse(c->req, invalid, "communityId is longer than %d bytes", SUGGEST_COMMUNITY_MAX);
	json_object_foreach(map, name, scores)
	{
		BUG_IF(s->count == SUGGEST_SCORES_MAX);
		if (!take_score(c, name, scores, &s->scores[s->count++]))
			return false;
	}
	return true;
}

static void answer_suggest(struct call *c, const struct suggest *s)
{
	struct service_review review;
	enum frg_lang detected;
	struct frg_error err;
	struct arena *a = http_arena(c->req);
	enum frg_status st = service_check_text(c->api->svc, a, &c->text, &review, &detected, &err);
	if (st == FRG_OK)
		st = service_suggest(c->api->svc, a, c->site->id, c->text.text, review.lang, c->community, s->scores, s->count,
		                     &err);
	if (st != FRG_OK) {
		refuse_service(c->req, &err);
		return;
	}
	api_no_store(c->req);
	api_json(c->req, 200, answer_json(c, detected, "requestedLanguages", review.lang));
}

HANDLER(perspective_suggest)
{
	struct call c = {.api = app, .req = req};
	struct suggest s = {.count = 0};
	if (check_key(&c, LIMIT_SUGGEST) && take_body(&c) && take_comment(&c) && take_scores(&c, &s) &&
	    take_languages(&c, s.scores[0].attribute.p) && take_context(&c))
		answer_suggest(&c, &s);
	json_decref(c.body);
}

/* ---- discovery ---- */

/* The server as the client calls it, so that what the client makes of the document comes here again. */
static str own_address(struct api *api, struct http_request *req)
{
	str host = http_header(req, "Host");
	const struct store_site *site = api_find_site(api, req);
	if (host.n == 0)
		return site ? arena_printf(http_arena(req), "%.*s/", STR_ARG(site->base_url)) : STR("/");
	return arena_printf(http_arena(req), "%s://%.*s/", http_is_secure(req) ? "https" : "http", STR_ARG(host));
}

QUICK(perspective_discovery)
{
	str version = http_query(req, "version");
	if (version.n && !str_eq(version, STR("v1alpha1"))) {
		refuse(req, (struct refusal){404, "NOT_FOUND", NULL, NULL}, "Discovery document not found.");
		return true;
	}
	str text = embedded_content(&embedded_discovery[0]), address = own_address(app, req);
	json_t *document = json_loadb(text.p, text.n, 0, NULL);
	BUG_IF(!document);
	json_object_set_new(document, "rootUrl", json_of(address));
	json_object_set_new(document, "baseUrl", json_of(address));
	http_add_header(req, "Cache-Control", STR("no-cache"));
	api_json(req, 200, document);
	return true;
}
