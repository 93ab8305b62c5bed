/* Every endpoint, one row each. How to add one: docs/add-an-endpoint.md. */
#include "api/inner.h"

enum { FORM = 128 << 10, COMMAND = 64 << 10, DOCUMENT = 2 << 20 };

static const struct http_route routes[] = {
	/* pages */
	{HTTP_GET, "/", page_front_quick, page_front, 0, 0},
	{HTTP_GET, "/articles/{id}", page_article_quick, page_article, 0, 0},
	{HTTP_POST, "/articles/{id}/comments", NULL, page_submit, FORM, 0},
	{HTTP_POST, "/articles/{id}/comments/{comment}/withdraw", NULL, page_withdraw, FORM, 0},
	{HTTP_GET, "/articles/{id}/comments.atom", page_feed_quick, page_feed, 0, 0},
	{HTTP_GET, "/objection/{token}", NULL, page_objection, 0, 0},
	{HTTP_POST, "/objection/{token}", NULL, page_object, FORM, 0},
	{HTTP_GET, "/media/{name}", NULL, page_media, 0, 0},
	{HTTP_GET, "/assets/{name}", asset_get, NULL, 0, 0},
	{HTTP_GET, "/embed.js", asset_embed, NULL, 0, 0},
	{HTTP_GET, "/favicon.svg", asset_favicon, NULL, 0, 0},
	{HTTP_GET, "/desk", page_desk, NULL, 0, 0},
	{HTTP_GET, "/desk/{x*}", page_desk, NULL, 0, 0},
	{HTTP_GET, "/healthz", healthz, NULL, 0, 0},

	/* readers */
	{HTTP_OPTIONS, "/v1/articles/{x*}", preflight, NULL, 0, 0},
	{HTTP_GET, "/v1/articles/{id}", NULL, reader_article, 0, 0},
	{HTTP_GET, "/v1/articles/{id}/comments", reader_comments_quick, reader_comments, 0, 0},
	{HTTP_GET, "/v1/articles/{id}/thread", reader_thread_quick, reader_thread, 0, 0},
	{HTTP_GET, "/v1/articles/{id}/mine", NULL, reader_mine, 0, 0},
	{HTTP_POST, "/v1/articles/{id}/comments", NULL, reader_submit, COMMAND, 0},
	{HTTP_PUT, "/v1/articles/{id}/comments/{comment}", NULL, reader_revise, COMMAND, 0},
	{HTTP_DELETE, "/v1/articles/{id}/comments/{comment}", NULL, reader_withdraw, COMMAND, 0},
	{HTTP_POST, "/v1/articles/{id}/check", NULL, reader_check, COMMAND, 0},
	{HTTP_POST, "/v1/articles/{id}/discover", NULL, reader_discover, COMMAND, 0},
	{HTTP_GET, "/v1/articles/{id}/stream", NULL, reader_stream, 0, 0},
	{HTTP_PUT, "/v1/articles/{id}", NULL, article_put, DOCUMENT, 0},

	/* the desk; the last column is the right that a role must have (service/staff.h) */
	{HTTP_POST, "/v1/desk/session", NULL, desk_login, COMMAND, 0},
	{HTTP_GET, "/v1/desk/session", NULL, desk_session, 0, RIGHT_SELF},
	{HTTP_DELETE, "/v1/desk/session", NULL, desk_logout, COMMAND, RIGHT_SELF},
	{HTTP_GET, "/v1/desk/sessions", NULL, desk_sessions, 0, RIGHT_SELF},
	{HTTP_DELETE, "/v1/desk/sessions/{session}", NULL, desk_session_end, COMMAND, RIGHT_SELF},
	{HTTP_PUT, "/v1/desk/session/site", NULL, desk_session_site, COMMAND, RIGHT_SELF},
	{HTTP_PUT, "/v1/desk/password", NULL, desk_password, COMMAND, RIGHT_SELF},
	{HTTP_GET, "/v1/desk/factors", NULL, desk_factors, 0, RIGHT_SELF},
	{HTTP_POST, "/v1/desk/factors/totp", NULL, desk_totp_begin, COMMAND, RIGHT_SELF},
	{HTTP_PUT, "/v1/desk/factors/totp", NULL, desk_totp_confirm, COMMAND, RIGHT_SELF},
	{HTTP_DELETE, "/v1/desk/factors/totp", NULL, desk_totp_end, COMMAND, RIGHT_SELF},
	{HTTP_POST, "/v1/desk/invitation", NULL, desk_invitation, COMMAND, 0},
	{HTTP_POST, "/v1/desk/invitation/accept", NULL, desk_invitation_accept, COMMAND, 0},
	{HTTP_GET, "/v1/desk/queue", NULL, desk_queue, 0, RIGHT_READ},
	{HTTP_GET, "/v1/desk/search", NULL, desk_search, 0, RIGHT_READ},
	{HTTP_GET, "/v1/desk/lanes", NULL, desk_lanes, 0, RIGHT_READ},
	{HTTP_PUT, "/v1/desk/lanes", NULL, desk_lanes_save, COMMAND, RIGHT_CHANGE},
	{HTTP_GET, "/v1/desk/board", NULL, desk_board, 0, RIGHT_READ},
	{HTTP_PUT, "/v1/desk/claim", NULL, desk_claim, COMMAND, RIGHT_DECIDE},
	{HTTP_GET, "/v1/desk/revisions/{revision}", NULL, desk_revision, 0, RIGHT_READ},
	{HTTP_POST, "/v1/desk/revisions/{revision}/decision", NULL, desk_decide, COMMAND, RIGHT_DECIDE},
	{HTTP_POST, "/v1/desk/revisions/{revision}/letter", NULL, desk_letter, COMMAND, RIGHT_DECIDE},
	{HTTP_POST, "/v1/desk/revisions/{revision}/removal", NULL, desk_remove, COMMAND, RIGHT_ANSWER},
	{HTTP_PUT, "/v1/desk/revisions/{revision}/pick", NULL, desk_pick, COMMAND, RIGHT_ANSWER},
	{HTTP_POST, "/v1/desk/revisions/{revision}/suspension", NULL, desk_suspend, COMMAND, RIGHT_SUSPEND},
	{HTTP_GET, "/v1/desk/decisions", NULL, desk_decisions, 0, RIGHT_READ},
	{HTTP_POST, "/v1/desk/decisions/{decision}/undo", NULL, desk_undo, COMMAND, RIGHT_DECIDE},
	{HTTP_GET, "/v1/desk/objections", NULL, desk_objections, 0, RIGHT_READ},
	{HTTP_POST, "/v1/desk/objections/{objection}/decision", NULL, desk_objection_decide, COMMAND, RIGHT_ANSWER},
	{HTTP_GET, "/v1/desk/stream", NULL, desk_stream, 0, RIGHT_READ},
	{HTTP_PUT, "/v1/desk/articles/{article}/comments", NULL, desk_close_thread, COMMAND, RIGHT_THREAD},
	{HTTP_GET, "/v1/desk/settings", NULL, desk_settings, 0, RIGHT_SETTINGS},
	{HTTP_PUT, "/v1/desk/settings", NULL, desk_settings_save, COMMAND, RIGHT_CHANGE},
	{HTTP_GET, "/v1/desk/policy", NULL, desk_policy, 0, RIGHT_SETTINGS},
	{HTTP_PUT, "/v1/desk/policy", NULL, desk_policy_save, DOCUMENT, RIGHT_CHANGE},
	{HTTP_GET, "/v1/desk/policy/versions", NULL, desk_policy_versions, 0, RIGHT_SETTINGS},
	{HTTP_POST, "/v1/desk/policy/try", NULL, desk_policy_try, DOCUMENT, RIGHT_SETTINGS},
	{HTTP_GET, "/v1/desk/automatic", NULL, desk_automatic, 0, RIGHT_SETTINGS},
	{HTTP_POST, "/v1/desk/automatic/policies", NULL, desk_automatic_sign, COMMAND, RIGHT_SIGN},
	{HTTP_POST, "/v1/desk/automatic/closings", NULL, desk_automatic_close, COMMAND, RIGHT_CHANGE},
	{HTTP_GET, "/v1/desk/agreement", NULL, desk_agreement, 0, RIGHT_SETTINGS},
	{HTTP_PUT, "/v1/desk/agreement", NULL, desk_agreement_share, COMMAND, RIGHT_CHANGE},
	{HTTP_GET, "/v1/desk/agreement/pairs", NULL, desk_agreement_pairs, 0, RIGHT_CHANGE},
	{HTTP_GET, "/v1/desk/agreement/figures.csv", NULL, desk_agreement_csv, 0, RIGHT_SETTINGS},
	{HTTP_GET, "/v1/desk/staff", NULL, desk_staff, 0, RIGHT_STAFF},
	{HTTP_PUT, "/v1/desk/staff/{member}", NULL, desk_staff_change, COMMAND, RIGHT_STAFF},
	{HTTP_POST, "/v1/desk/staff/{member}/reset", NULL, desk_staff_reset, COMMAND, RIGHT_STAFF},
	{HTTP_POST, "/v1/desk/staff/invitations", NULL, desk_invite, COMMAND, RIGHT_STAFF},
	{HTTP_DELETE, "/v1/desk/staff/invitations/{invitation}", NULL, desk_invitation_end, COMMAND, RIGHT_STAFF},
	{HTTP_GET, "/v1/desk/staff/log", NULL, desk_staff_log, 0, RIGHT_LOG},

	/* programs made for Google's Perspective API */
	{HTTP_GET, "/$discovery/rest", perspective_discovery, NULL, 0, 0},
	{HTTP_POST, "/v1alpha1/comments:analyze", NULL, perspective_analyze, DOCUMENT, 0},
	{HTTP_POST, "/v1alpha1/comments:suggestscore", NULL, perspective_suggest, DOCUMENT, 0},
};

const struct http_route *api_routes(size_t *count)
{
	*count = COUNT_OF(routes);
	return routes;
}
