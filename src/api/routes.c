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

	/* the desk */
	{HTTP_POST, "/v1/desk/session", NULL, desk_login, COMMAND, 0},
	{HTTP_GET, "/v1/desk/session", NULL, desk_session, 0, 0},
	{HTTP_DELETE, "/v1/desk/session", NULL, desk_logout, COMMAND, 0},
	{HTTP_GET, "/v1/desk/queue", NULL, desk_queue, 0, 0},
	{HTTP_GET, "/v1/desk/revisions/{revision}", NULL, desk_revision, 0, 0},
	{HTTP_POST, "/v1/desk/revisions/{revision}/decision", NULL, desk_decide, COMMAND, 0},
	{HTTP_GET, "/v1/desk/decisions", NULL, desk_decisions, 0, 0},
	{HTTP_POST, "/v1/desk/decisions/{decision}/undo", NULL, desk_undo, COMMAND, 0},
	{HTTP_GET, "/v1/desk/stream", NULL, desk_stream, 0, 0},
	{HTTP_GET, "/v1/desk/policy", NULL, desk_policy, 0, 0},
	{HTTP_PUT, "/v1/desk/policy", NULL, desk_policy_save, DOCUMENT, 0},
	{HTTP_GET, "/v1/desk/policy/versions", NULL, desk_policy_versions, 0, 0},
	{HTTP_POST, "/v1/desk/policy/try", NULL, desk_policy_try, DOCUMENT, 0},

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
