/* What the files of the api share. */
#ifndef API_INNER_H
#define API_INNER_H

#include "api/api.h"
#include "base/json.h"

/* ---- answer.c ---- */

/* The language to speak to this client in. */
enum frg_lang api_lang(struct http_request *req, const struct store_site *site);
/* Takes over the reference. */
void api_json(struct http_request *req, unsigned status, json_t *body);
/* {"error":{"code","message","request"}} with the right status; `extra` (may be NULL) is merged in. */
void api_error(struct api *api, struct http_request *req, const struct frg_error *err, json_t *extra);
/* The same as a page for people. */
void api_error_page(struct api *api, struct http_request *req, const struct frg_error *err);
/* For those that are told nobody else: only what is our fault, or another server's. */
void api_log_error(struct http_request *req, const struct frg_error *err);
unsigned api_http_status(enum frg_status status);
/* The sentence for an error code. */
str api_message(struct arena *a, enum frg_lang lang, const struct frg_error *err);
void api_redirect(struct http_request *req, str location);
void api_no_store(struct http_request *req);
/* 204: it is done, and there is nothing to say. */
void api_done(struct http_request *req);
/* The body as a JSON object, or an error already answered. Release with json_decref. */
bool api_body(struct api *api, struct http_request *req, json_t **out);
/* A member that must be a string if it is there. False: answered. */
bool api_member(struct api *api, struct http_request *req, json_t *body, const char *name, str *out);

/* ---- who.c: site, origin, reader, editor ---- */

/* The site asked for: by ?site=, else the one at this host, else the first; NULL if there is none. */
const struct store_site *api_find_site(struct api *api, struct http_request *req);
/* The same, or an error already answered. */
const struct store_site *api_site(struct api *api, struct http_request *req);

enum api_origin { ORIGIN_NONE, ORIGIN_OWN, ORIGIN_FOREIGN, ORIGIN_REFUSED };
enum api_origin api_origin(struct http_request *req, const struct store_site *site);
/* Adds the CORS headers for a foreign origin that is allowed. */
void api_cors(struct http_request *req, const struct store_site *site);
/* False (and answered) if a writing request comes from a page that may not write. */
bool api_may_write(struct api *api, struct http_request *req, const struct store_site *site, bool page);

/* The capability that came along, or "". */
str api_reader(struct http_request *req, const struct store_site *site);
void api_set_reader(struct http_request *req, str reader);
/* It leads nowhere any more. */
void api_forget_reader(struct http_request *req);

/* Who is at the desk; checks the CSRF token on all but GET, and that the role has the right that the route's row
 * names. False: answered. */
bool api_editor(struct api *api, struct http_request *req, struct editor_session *out);
/* Answers with the session, and its cookie if it was just made. */
void api_answer_session(struct api *api, struct http_request *req, const struct editor_session *s);
json_t *api_texts_json(const struct store_texts *texts);
/* What the desk learns of a session. */
json_t *api_session_json(struct api *api, struct arena *a, const struct editor_session *s);
json_t *api_id_json(id64 id); /* 0: null */
/* An id of the path, or FRG_NOT_FOUND already answered. */
bool api_path_id(struct api *api, struct http_request *req, const char *name, id64 *out);
void api_set_desk_cookie(struct http_request *req, str token, bool end);
/* What a browser keeps for some minutes while somebody logs in. The
 * second comes along when another site's page leads back to us. */
enum api_waiting { WAITING_PASSKEY, WAITING_HOUSE };
str api_waiting(struct http_request *req, enum api_waiting which);
void api_set_waiting(struct http_request *req, enum api_waiting which, str token);
/* False (and answered): a page of another origin asks for what nobody is logged in for yet. */
bool api_may_begin(struct api *api, struct http_request *req);
/* The client's address as far as limits go: IPv6 by its /64. */
str api_client_key(struct http_request *req);
struct limit_post api_post(struct http_request *req, const struct store_site *site);
/* Limits on a reader's text for the article of the path; not `take`: would it be refused? */
MUST_CHECK enum frg_status api_limit_post(struct api *api, struct http_request *req, const struct store_site *site,
                                          bool take, struct frg_error *err);

/* ---- items.c ---- */

json_t *api_item_json(struct arena *a, const struct queue_item *item);
json_t *api_copies_json(const struct queue_copy *copies, size_t count);
/* A review as the desk reads it: offsets in UTF-16. */
json_t *api_review_json(const struct service_review *review, str text);
/* Byte offset in UTF-8 → UTF-16 units. */
size_t api_utf16(str text, size_t byte);
/* Does an article take comments, and if not, why and until when. */
json_t *api_closure_json(const struct store_article *a);

/* ---- persons.c ---- */

struct address_view;
/* Other comments by the same line, or null. */
json_t *api_line_json(const struct address_view *view);
/* ---- lanes.c ---- */

/* As the settings have them. */
json_t *api_shifts_json(const struct desk_shift *shifts, size_t count);

/* ---- decide.c ---- */

/* What a refusal says: rules, law, passages, the letter's sentences, a word. */
enum frg_status api_read_terms(struct arena *a, json_t *body, struct decide_command *cmd, struct frg_error *err);
/* {"conflict":{…}} for a 409. */
json_t *api_conflict_json(const struct decide_result *r);

/* ---- readers.c ---- */

/* The query for a thread of this request; false (not answered) if there is no such site. */
bool api_thread_query(struct api *api, struct http_request *req, enum thread_form form, struct thread_query *q);
/* Answers from memory if it can. */
/* On the event loop: answers with the page, whose reference it takes over, if there is one and it is ready. */
bool api_page_quick(struct http_request *req, struct http_page *page);
/* A page that is there. Takes over its reference. */
void api_page(struct http_request *req, struct http_page *page, bool older);
bool api_thread_cached(struct api *api, struct http_request *req, enum thread_form form);

/* ---- handlers ---- */

#define HANDLER(name) void name(void *app, struct http_request *req)
#define QUICK(name) bool name(void *app, struct http_request *req)

QUICK(page_front_quick);
HANDLER(page_front);
QUICK(page_article_quick);
QUICK(page_submit_quick);
HANDLER(page_article);
HANDLER(page_submit);
HANDLER(page_withdraw);
QUICK(page_feed_quick);
HANDLER(page_feed);
QUICK(page_desk);
HANDLER(page_objection);
HANDLER(page_object);
HANDLER(page_notice);
HANDLER(page_notice_give);
HANDLER(page_notice_state);
HANDLER(page_my_data);
HANDLER(page_my_data_erase);
HANDLER(page_my_data_file);
HANDLER(page_media);
QUICK(asset_get_quick);
HANDLER(asset_get);
QUICK(asset_embed_quick);
HANDLER(asset_embed);
QUICK(asset_favicon_quick);
HANDLER(asset_favicon);
QUICK(preflight);

HANDLER(reader_article);
QUICK(reader_comments_quick);
QUICK(reader_send_quick);
HANDLER(reader_comments);
QUICK(reader_thread_quick);
HANDLER(reader_thread);
HANDLER(reader_mine);
HANDLER(reader_submit);
HANDLER(reader_revise);
HANDLER(reader_withdraw);
HANDLER(reader_check);
HANDLER(reader_discover);
HANDLER(reader_data);
HANDLER(reader_erase);
HANDLER(reader_stream);
QUICK(reader_delay);
HANDLER(article_put);

HANDLER(desk_login);
HANDLER(desk_ways);
HANDLER(desk_passkey_ask);
HANDLER(desk_passkey_login);
HANDLER(desk_house_begin);
HANDLER(page_house);
HANDLER(desk_session);
HANDLER(desk_logout);
HANDLER(desk_queue);
HANDLER(desk_search);
HANDLER(desk_story);
HANDLER(desk_around);
HANDLER(desk_revision);
HANDLER(desk_group);
HANDLER(desk_lanes);
HANDLER(desk_lanes_save);
HANDLER(desk_board);
HANDLER(desk_claim);
HANDLER(desk_figures);
HANDLER(desk_figure);
HANDLER(desk_settings);
HANDLER(desk_close_thread);
HANDLER(desk_closing);
HANDLER(desk_closing_keep_open);
HANDLER(desk_settings_save);
HANDLER(desk_decide);
HANDLER(desk_decide_batch);
HANDLER(desk_undo);
HANDLER(desk_remove);
HANDLER(desk_pick);
HANDLER(desk_suspend);
HANDLER(desk_letter);
HANDLER(desk_objections);
HANDLER(desk_objection_decide);
HANDLER(desk_notices);
HANDLER(desk_notice_decide);
HANDLER(desk_evidence_preserve);
HANDLER(desk_evidence_list);
HANDLER(desk_evidence);
HANDLER(desk_evidence_file);
HANDLER(desk_evidence_end);
HANDLER(desk_decisions);
HANDLER(desk_stream);
HANDLER(desk_sessions);
HANDLER(desk_session_end);
HANDLER(desk_session_site);
HANDLER(desk_password);
HANDLER(desk_factors);
HANDLER(desk_factors_proof);
HANDLER(desk_recovery_new);
HANDLER(desk_passkey_begin);
HANDLER(desk_passkey_add);
HANDLER(desk_passkey_rename);
HANDLER(desk_passkey_remove);
HANDLER(desk_house_unlink);
HANDLER(desk_access);
HANDLER(desk_access_save);
HANDLER(desk_totp_begin);
HANDLER(desk_totp_confirm);
HANDLER(desk_totp_end);
HANDLER(desk_invitation);
HANDLER(desk_invitation_accept);
HANDLER(desk_line);
HANDLER(desk_persons);
HANDLER(desk_person);
HANDLER(desk_person_erase);
HANDLER(desk_erasures);
HANDLER(desk_privacy);
HANDLER(desk_privacy_save);
HANDLER(desk_webhooks);
HANDLER(desk_webhook_add);
HANDLER(desk_webhook_change);
HANDLER(desk_webhook_remove);
HANDLER(desk_webhook_secret);
HANDLER(desk_webhook_test);
HANDLER(desk_webhook_deliveries);
HANDLER(desk_webhook_again);
HANDLER(desk_staff);
HANDLER(desk_staff_change);
HANDLER(desk_staff_reset);
HANDLER(desk_invite);
HANDLER(desk_invitation_end);
HANDLER(desk_staff_log);
HANDLER(desk_report);
HANDLER(desk_agreement);
HANDLER(desk_agreement_share);
HANDLER(desk_agreement_pairs);
HANDLER(desk_agreement_csv);
HANDLER(desk_automatic);
HANDLER(desk_automatic_sign);
HANDLER(desk_automatic_close);
HANDLER(desk_policy);
HANDLER(desk_policy_versions);
HANDLER(desk_policy_save);
HANDLER(desk_policy_try);
HANDLER(desk_outcomes);
HANDLER(desk_outcome_list);
HANDLER(desk_learning);
HANDLER(desk_learning_stock);
HANDLER(desk_learning_start);
HANDLER(desk_learning_stop);
HANDLER(desk_learning_schedule);
HANDLER(desk_learning_choose);

QUICK(healthz);
QUICK(readyz);
QUICK(metrics_get);

QUICK(perspective_discovery);
HANDLER(perspective_analyze);
HANDLER(perspective_suggest);

#endif
