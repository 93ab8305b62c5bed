/* Readers' JSON and fragments; also what embeds on foreign origins use. */
#include "api/inner.h"

#include "article/article.h"

static json_t *id_json(id64 id)
{
	char text[ID_TEXT_SIZE];
	id_text(id, text);
	return json_string(text);
}

/* ---- what all see ---- */

bool api_thread_query(struct api *api, struct http_request *req, enum thread_form form, struct thread_query *q)
{
	const struct store_site *site = api_find_site(api, req);
	if (!site)
		return false;
	enum api_origin origin = api_origin(req, site);
	*q = (struct thread_query){.site = site,
	                           .article = http_param(req, "id"),
	                           .lang = i18n_lang(http_query(req, "lang")),
	                           .cursor = http_query(req, "after"),
	                           .origin = origin == ORIGIN_FOREIGN ? http_header(req, "Origin") : STR(""),
	                           .form = form};
	return q->article.n <= 200 && q->cursor.n <= 64;
}

bool api_page_quick(struct http_request *req, struct http_page *page)
{
	bool ready = page && http_page_ready(req, page);
	if (ready)
		http_respond_page(req, page);
	http_page_unref(page);
	return ready;
}

void api_page(struct http_request *req, struct http_page *page, bool older)
{
	if (older)
		http_add_header(req, "Warning", STR("110 - \"Response is Stale\""));
	http_respond_page(req, page);
	http_page_unref(page);
}

bool api_thread_cached(struct api *api, struct http_request *req, enum thread_form form)
{
	struct thread_query q;
	if (!api_thread_query(api, req, form, &q))
		return false;
	return api_page_quick(req, service_thread_cached(api->svc, http_arena(req), &q));
}

static void made(struct api *api, struct http_request *req, enum thread_form form)
{
	struct thread_query q;
	struct http_page *page;
	struct frg_error err;
	bool older;
	if (!api_site(api, req))
		return;
	if (!api_thread_query(api, req, form, &q))
		frg_fail(&err, FRG_NOT_FOUND, "article_unknown", "no such article");
	else if (service_thread_page(api->svc, http_arena(req), &q, &page, &older, &err) == FRG_OK) {
		api_page(req, page, older);
		return;
	} else
		api_cors(req, q.site);
	api_error(api, req, &err, NULL);
}

QUICK(reader_comments_quick) { return api_thread_cached(app, req, THREAD_JSON); }
HANDLER(reader_comments) { made(app, req, THREAD_JSON); }

static bool is_personal(struct api *api, struct http_request *req)
{
	struct thread_query q;
	return api_thread_query(api, req, THREAD_FRAGMENT, &q) &&
	       (api_reader(req, q.site).n > 0 || http_query(req, "reply").n > 0);
}

QUICK(reader_thread_quick) { return !is_personal(app, req) && api_thread_cached(app, req, THREAD_FRAGMENT); }

HANDLER(reader_thread)
{
	struct api *api = app;
	struct thread_query q;
	struct frg_error err;
	if (!is_personal(api, req) || !api_thread_query(api, req, THREAD_FRAGMENT, &q)) {
		made(api, req, THREAD_FRAGMENT);
		return;
	}
	struct thread_personal who = {.reader = api_reader(req, q.site)};
	str html;
	if (http_query(req, "reply").n && !id_parse(http_query(req, "reply"), &who.reply_to))
		who.reply_to = 0;
	api_cors(req, q.site);
	if (service_thread_personal(api->svc, http_arena(req), &q, &who, &html, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	api_no_store(req);
	http_respond(req, 200, "text/html; charset=utf-8", html);
}

static json_t *article_json(const struct store_article *art, int64_t count)
{
	return json_pack("{s:o, s:o, s:o, s:s, s:b, s:I}", "id", json_of(art->external_id), "title", json_of(art->title),
	                 "url", json_of(art->url), "lang", frg_lang_id(art->lang), "open", art->open, "count",
	                 (json_int_t)count);
}

HANDLER(reader_article)
{
	struct api *api = app;
	struct frg_error err;
	struct store_article art;
	int64_t count;
	const struct store_site *site = api_site(api, req);
	if (!site)
		return;
	api_cors(req, site);
	if (service_article_get(api->svc, http_arena(req), site, http_param(req, "id"), &art, &err) != FRG_OK ||
	    service_article_count(api->svc, http_arena(req), art.id, &count, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	http_add_header(req, "Cache-Control", STR("public, no-cache"));
	api_json(req, 200, article_json(&art, count));
}

HANDLER(reader_stream)
{
	struct api *api = app;
	struct frg_error err;
	struct store_article art;
	const struct store_site *site = api_site(api, req);
	if (!site)
		return;
	api_cors(req, site);
	if (service_article_get(api->svc, http_arena(req), site, http_param(req, "id"), &art, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	struct http_channel *channel = service_channel(api->svc, site->id, art.id);
	http_respond_stream(req, channel);
	http_channel_unref(channel);
}

/* ---- one reader's own ---- */

static struct thread_query own_query(struct http_request *req, const struct store_site *site)
{
	return (struct thread_query){.site = site,
	                             .article = http_param(req, "id"),
	                             .lang = i18n_lang(http_query(req, "lang")),
	                             .form = THREAD_FRAGMENT};
}

static json_t *own_json(const struct own_comment *c)
{
	return json_pack("{s:o, s:o, s:o, s:I, s:o, s:o, s:o}", "id", json_of(c->view.id), "parent",
	                 json_or_null(c->view.parent_id), "state", json_of(c->state), "position", (json_int_t)c->position,
	                 "review_from", c->review_from ? json_integer(c->review_from) : json_null(), "review_until",
	                 c->review_until ? json_integer(c->review_until) : json_null(), "html", json_of(c->html));
}

HANDLER(reader_mine)
{
	struct api *api = app;
	struct frg_error err;
	struct own_comment *own = NULL;
	size_t count = 0;
	const struct store_site *site = api_site(api, req);
	if (!site)
		return;
	struct thread_query q = own_query(req, site);
	str reader = api_reader(req, site);
	api_cors(req, site);
	if (reader.n && service_own_comments(api->svc, http_arena(req), &q, reader, 0, &own, &count, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, own_json(&own[i]));
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o}", "comments", list));
}

/* The answer to a submission or revision: the comment as its author now sees it. */
static void answer_own(struct api *api, struct http_request *req, const struct store_site *site,
                       const struct submit_result *result, unsigned status)
{
	struct frg_error err;
	struct own_comment *own = NULL;
	size_t count = 0;
	struct thread_query q = own_query(req, site);
	q.known = &result->article;
	q.fresh = result->fresh;
	enum frg_status st = service_own_comments(api->svc, http_arena(req), &q, result->reader, result->comment, &own,
	                                          &count, &err);
	if (st == FRG_OK && count != 1)
		st = frg_fail(&err, FRG_CORRUPT, "store_corrupt", "the comment just saved is not there");
	if (st != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	json_t *body = own_json(&own[0]);
	if (api_origin(req, site) == ORIGIN_FOREIGN || http_header(req, "Freigabe-Reader").n)
		json_object_set_new(body, "reader", json_of(result->reader));
	else
		api_set_reader(req, result->reader);
	api_no_store(req);
	api_json(req, status, body);
}

/* Site, CORS, right to write and limit: what every writing request of a reader goes through. */
static const struct store_site *may_write(struct api *api, struct http_request *req)
{
	const struct store_site *site = api_site(api, req);
	if (!site)
		return NULL;
	api_cors(req, site);
	return api_may_write(api, req, site, false) ? site : NULL;
}

static const struct store_site *writing(struct api *api, struct http_request *req, enum limit_kind kind)
{
	struct frg_error err;
	const struct store_site *site = may_write(api, req);
	if (!site || service_limit(api->svc, kind, api_client_key(req), &err) == FRG_OK)
		return site;
	api_error(api, req, &err, NULL);
	return NULL;
}

/* The same for a text that is sent: its article and site have limits too. */
static const struct store_site *sending(struct api *api, struct http_request *req)
{
	struct frg_error err;
	const struct store_site *site = may_write(api, req);
	if (!site || api_limit_post(api, req, site, true, &err) == FRG_OK)
		return site;
	api_error(api, req, &err, NULL);
	return NULL;
}

static enum frg_status ask_for_proof(struct api *api, struct http_request *req, const struct store_site *site,
                                     json_t **challenge, struct frg_error *err)
{
	struct proof_challenge c;
	const struct limit_post post = api_post(req, site);
	enum frg_status st = service_proof(api->svc, http_arena(req), &post, http_header(req, "Freigabe-Proof"), &c, err);
	if (st != FRG_OK)
		*challenge = json_pack("{s:{s:o, s:i, s:I}}", "challenge", "token", json_of(c.token), "bits", (int)c.bits,
		                       "until", (json_int_t)c.until);
	return st;
}

/* What would be refused is refused at once, so that a flood costs no worker. */
QUICK(reader_send_quick)
{
	struct frg_error err;
	const struct store_site *site = api_find_site(app, req);
	if (!site)
		return false;
	enum frg_status st = api_limit_post(app, req, site, false, &err);
	json_t *challenge = NULL;
	if (st == FRG_OK)
		st = ask_for_proof(app, req, site, &challenge, &err);
	if (st == FRG_OK)
		return false;
	api_cors(req, site);
	api_error(app, req, &err, challenge);
	return true;
}

static struct proof_used used_proof(struct api *api, struct http_request *req, const struct store_site *site)
{
	struct proof_used out;
	const struct limit_post post = api_post(req, site);
	return service_proof_good(api->svc, &post, http_header(req, "Freigabe-Proof"), &out) ? out : (struct proof_used){0};
}

static bool parse_parent(struct api *api, struct http_request *req, json_t *body, id64 *out)
{
	str parent;
	struct frg_error err;
	*out = 0;
	if (!api_member(api, req, body, "parent", &parent))
		return false;
	if (parent.n == 0 || id_parse(parent, out))
		return true;
	frg_fail(&err, FRG_INVALID, "parent_unknown", "parent is no comment's id");
	api_error(api, req, &err, NULL);
	return false;
}

HANDLER(reader_submit)
{
	struct api *api = app;
	struct frg_error err;
	json_t *body;
	const struct store_site *site = sending(api, req);
	if (!site || !api_body(api, req, &body))
		return;
	struct submit_command cmd = {.site = site,
	                             .article = http_param(req, "id"),
	                             .reader = api_reader(req, site),
	                             .idempotency_key = http_header(req, "Idempotency-Key"),
	                             .address = api_client_key(req),
	                             .proof = used_proof(api, req, site)};
	struct submit_result result;
	if (api_member(api, req, body, "name", &cmd.name) && api_member(api, req, body, "email", &cmd.email) &&
	    api_member(api, req, body, "text", &cmd.text) && parse_parent(api, req, body, &cmd.parent)) {
		if (service_submit(api->svc, http_arena(req), &cmd, &result, &err) == FRG_OK)
			answer_own(api, req, site, &result, 201);
		else
			api_error(api, req, &err, NULL);
	}
	json_decref(body);
}

static bool comment_param(struct api *api, struct http_request *req, id64 *out)
{
	struct frg_error err;
	if (id_parse(http_param(req, "comment"), out))
		return true;
	frg_fail(&err, FRG_NOT_FOUND, "comment_unknown", "no such comment");
	api_error(api, req, &err, NULL);
	return false;
}

HANDLER(reader_revise)
{
	struct api *api = app;
	struct frg_error err;
	json_t *body;
	const struct store_site *site = sending(api, req);
	struct revise_command cmd = {.site = site, .article = http_param(req, "id")};
	if (!site || !comment_param(api, req, &cmd.comment) || !api_body(api, req, &body))
		return;
	cmd.reader = api_reader(req, site);
	cmd.idempotency_key = http_header(req, "Idempotency-Key");
	cmd.address = api_client_key(req);
	cmd.proof = used_proof(api, req, site);
	struct submit_result result;
	if (api_member(api, req, body, "text", &cmd.text)) {
		if (service_revise(api->svc, http_arena(req), &cmd, &result, &err) == FRG_OK)
			answer_own(api, req, site, &result, 200);
		else
			api_error(api, req, &err, NULL);
	}
	json_decref(body);
}

HANDLER(reader_withdraw)
{
	struct api *api = app;
	struct frg_error err;
	id64 comment;
	const struct store_site *site = writing(api, req, LIMIT_SUBMIT);
	if (!site || !comment_param(api, req, &comment))
		return;
	struct withdraw_command cmd = {
		.site = site, .article = http_param(req, "id"), .reader = api_reader(req, site), .comment = comment};
	if (service_withdraw(api->svc, http_arena(req), &cmd, &err) != FRG_OK) {
		api_error(api, req, &err, NULL);
		return;
	}
	api_no_store(req);
	api_json(req, 200, json_pack("{s:o, s:s, s:s}", "id", id_json(comment), "state", "withdrawn", "html", ""));
}

/* ---- check while writing ---- */

static json_t *hint_json(enum frg_lang lang, const struct frg_evidence *e, str text)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:I, s:I}", "rule", frg_rule_id(e->rule), "title",
	                 json_of(i18n_find(lang, "rule.", frg_rule_id(e->rule), MSG_ERROR_GENERIC)), "reason",
	                 json_of(e->reason), "quote", json_of(str_sub(text, e->begin, e->end)), "begin",
	                 (json_int_t)api_utf16(text, e->begin), "end", (json_int_t)api_utf16(text, e->end));
}

HANDLER(reader_check)
{
	struct api *api = app;
	struct frg_error err;
	json_t *body;
	str text;
	id64 parent;
	const struct store_site *site = writing(api, req, LIMIT_CHECK);
	if (!site || !api_body(api, req, &body))
		return;
	struct service_review review;
	if (api_member(api, req, body, "text", &text) && parse_parent(api, req, body, &parent)) {
		if (service_check_draft(api->svc, http_arena(req), site, http_param(req, "id"), text, parent, &review, &err) ==
		    FRG_OK) {
			json_t *hints = json_array();
			for (size_t i = 0; i < review.review.evidence_count; i++) {
				const struct frg_evidence *e = &review.review.evidence[i];
				if (service_hint_worthy(&review.review, e))
					json_array_append_new(hints, hint_json(review.lang, e, text));
			}
			if (service_off_topic(&review.review))
				json_array_append_new(hints, json_pack("{s:s, s:o, s:o, s:s, s:i, s:i}", "rule", "off_topic", "title",
				                                       json_of(i18n(review.lang, MSG_RULE_OFF_TOPIC)), "reason",
				                                       json_of(i18n(review.lang, MSG_HINT_OFF_TOPIC)), "quote", "",
				                                       "begin", 0, "end", 0));
			api_no_store(req);
			api_json(req, 200, json_pack("{s:o}", "hints", hints));
		} else {
			api_error(api, req, &err, NULL);
		}
	}
	json_decref(body);
}

/* ---- articles ---- */

HANDLER(reader_discover)
{
	struct api *api = app;
	struct frg_error err;
	json_t *body;
	str url;
	const struct store_site *site = writing(api, req, LIMIT_DISCOVER);
	if (!site || !api_body(api, req, &body))
		return;
	if (api_member(api, req, body, "url", &url)) {
		struct store_article art;
		int64_t count;
		if (service_article_discover(api->svc, http_arena(req), site, http_param(req, "id"), url, api->fetch_private,
		                             &art, &err) == FRG_OK &&
		    service_article_count(api->svc, http_arena(req), art.id, &count, &err) == FRG_OK)
			api_json(req, 200, article_json(&art, count));
		else
			api_error(api, req, &err, NULL);
	}
	json_decref(body);
}

static enum frg_status parse_article(struct http_request *req, struct article *art, struct frg_error *err)
{
	str type = http_header(req, "Content-Type");
	if (str_starts(type, STR("application/json")))
		return article_from_ninjs(http_arena(req), http_body(req), art, err);
	if (str_starts(type, STR("text/markdown")))
		return article_from_markdown(http_arena(req), http_body(req), art, err);
	return frg_fail(err, FRG_UNSUPPORTED, "article_type", "send ninjs as application/json or text/markdown");
}

HANDLER(article_put)
{
	struct api *api = app;
	struct frg_error err;
	struct article art = {0};
	const struct store_site *site = NULL;
	bool created;
	str authorization = http_header(req, "Authorization"), bearer = STR("Bearer ");
	enum frg_status st;
	if (!str_starts(authorization, bearer))
		st = frg_fail(&err, FRG_UNAUTHENTICATED, "key_unknown", "send Authorization: Bearer KEY");
	else
		st = service_key_check(api->svc, http_arena(req), str_sub(authorization, bearer.n, authorization.n), &site,
		                       &err);
	if (st == FRG_OK)
		st = parse_article(req, &art, &err);
	art.id = http_param(req, "id");
	BUG_IF(st == FRG_OK && !site);
	if (st == FRG_OK)
		st = service_article_save(api->svc, http_arena(req), site, &art, &created, &err);
	if (st != FRG_OK) {
		if (st == FRG_UNAUTHENTICATED)
			http_add_header(req, "WWW-Authenticate", STR("Bearer"));
		api_error(api, req, &err, NULL);
		return;
	}
	str url = art.url.n ? art.url
	                    : arena_printf(http_arena(req), "%.*s/articles/%.*s", STR_ARG(site->base_url), STR_ARG(art.id));
	api_json(req, created ? 201 : 200, json_pack("{s:o, s:o}", "id", json_of(art.id), "url", json_of(url)));
}

QUICK(preflight)
{
	const struct store_site *site = api_find_site(app, req);
	if (site && api_origin(req, site) == ORIGIN_FOREIGN) {
		http_add_header(req, "Access-Control-Allow-Origin", http_header(req, "Origin"));
		http_add_header(req, "Access-Control-Allow-Methods", STR("GET, POST, PUT, DELETE"));
		http_add_header(req, "Access-Control-Allow-Headers",
		                STR("Content-Type, Idempotency-Key, Freigabe-Reader, Freigabe-Proof"));
		http_add_header(req, "Access-Control-Max-Age", STR("600"));
	}
	http_add_header(req, "Vary", STR("Origin"));
	http_respond(req, 204, NULL, STR_NONE);
	return true;
}
