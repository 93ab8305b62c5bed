/* When a comment sent now will probably have been reviewed: for pages, which are kept and shared and so cannot say it
 * themselves. From memory, the same for a site's articles, so that caches hold it once. */
#include "api/inner.h"

#include "base/buf.h"

QUICK(reader_delay)
{
	struct api *api = app;
	const struct store_site *site = api_site(api, req);
	if (!site)
		return true;
	struct service_ahead ahead;
	struct buf words = BUF_INIT(1024);
	service_delay_ahead(api->svc, site->id, &ahead);
	struct view_wait wait = {clock_now(), ahead.from, ahead.until, ahead.none};
	render_ahead_words(&words, api_lang(req, site), &wait);
	api_cors(req, site);
	http_add_header(req, "Vary", STR("Accept-Language"));
	http_add_header(req, "Cache-Control", STR("public, max-age=30"));
	api_json(req, 200,
	         json_pack("{s:o, s:o, s:b, s:o}", "from", ahead.until ? json_integer(ahead.from) : json_null(), "until",
	                   ahead.until ? json_integer(ahead.until) : json_null(), "overload", ahead.none, "words",
	                   json_of(buf_str(&words))));
	buf_free(&words);
	return true;
}
