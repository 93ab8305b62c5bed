/* The frame that all documents have, and the two that are little more than a
 * frame: the error page and the desk's shell. */
#include "render/parts.h"

void page_begin(struct buf *b, const struct page_head *head)
{
	HTML(b, "<!doctype html>\n<html");
	html_attr(b, "lang", lang_tag(head->lang));
	HTML(b, ">\n<head>\n<meta charset=\"utf-8\">\n"
	        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
	html_text(b, head->title);
	HTML(b, "</title>\n");
	if (head->description.n) {
		HTML(b, "<meta name=\"description\"");
		html_attr(b, "content", head->description);
		HTML(b, ">\n");
	}
	HTML(b, "<link rel=\"icon\" type=\"image/svg+xml\"");
	html_attr(b, "href", head->assets->favicon);
	HTML(b, ">\n");
}

static void stylesheet(struct buf *b, str path)
{
	HTML(b, "<link rel=\"stylesheet\"");
	html_attr(b, "href", path);
	HTML(b, ">\n");
}

void page_body(struct buf *b, const struct page_head *head)
{
	stylesheet(b, head->assets->site_css);
	HTML(b, "</head>\n<body");
	html_attr(b, "class", str_of(head->body_class));
	HTML(b, ">\n<a class=\"skip\" href=\"#inhalt\">");
	html_msg(b, head->lang, MSG_READER_SKIP);
	HTML(b, "</a>\n");
}

void page_end(struct buf *b, enum frg_lang lang, const struct view_site *site)
{
	HTML(b, "<footer class=\"foot\">\n<p class=\"foot-name\"><a href=\"/\">");
	html_text(b, site->name);
	HTML(b, "</a></p>\n<p>");
	html_msg(b, lang, MSG_READER_FOOTER);
	HTML(b, "</p>\n<p><a href=\"/my-data?site=");
	url_part(b, site->slug);
	HTML(b, "\" rel=\"nofollow\">");
	html_msg(b, lang, MSG_PERSON_PAGE_LINK);
	HTML(b, "</a></p>\n</footer>\n</body>\n</html>\n");
}

static enum msg error_heading(unsigned status)
{
	switch (status) {
	case 403: return MSG_READER_ERROR_403;
	case 404:
	case 410: return MSG_READER_ERROR_404;
	case 429: return MSG_READER_ERROR_429;
	default: return status >= 500 ? MSG_READER_ERROR_5XX : MSG_READER_ERROR_4XX;
	}
}

void render_error_page(struct buf *b, const struct view_assets *assets, enum frg_lang lang, unsigned status,
                       str message, str request_id)
{
	enum msg heading = error_heading(status);
	struct page_head head = {assets, lang, i18n(lang, heading), STR_NONE, "page-error"};
	page_begin(b, &head);
	HTML(b, "<meta name=\"robots\" content=\"noindex\">\n");
	page_body(b, &head);
	HTML(b, "<main id=\"inhalt\" class=\"error\">\n<p class=\"error-status\" aria-hidden=\"true\">");
	buf_printf(b, "%u", status);
	HTML(b, "</p>\n<h1>");
	html_msg(b, lang, heading);
	HTML(b, "</h1>\n<p class=\"error-message\">");
	html_text(b, message);
	HTML(b, "</p>\n<p><a class=\"error-home\" href=\"/\">");
	html_msg(b, lang, MSG_READER_HOME);
	HTML(b, "</a></p>\n");
	if (request_id.n) {
		HTML(b, "<p class=\"error-request\">");
		html_msg_args(b, lang, MSG_READER_ERROR_REQUEST, &request_id, 1);
		HTML(b, "</p>\n");
	}
	HTML(b, "</main>\n</body>\n</html>\n");
}

void render_desk_page(struct buf *b, const struct view_assets *assets, enum frg_lang lang)
{
	struct page_head head = {assets, lang, i18n(lang, MSG_READER_DESK_TITLE), STR_NONE, NULL};
	page_begin(b, &head);
	HTML(b, "<meta name=\"robots\" content=\"noindex\">\n");
	stylesheet(b, assets->desk_css);
	HTML(b, "<script defer");
	html_attr(b, "src", assets->desk_js);
	HTML(b, "></script>\n</head>\n<body>\n<div id=\"desk\"");
	html_attr(b, "data-figures", assets->figures_js); /* loaded when somebody looks at them */
	html_attr(b, "data-figures-css", assets->figures_css);
	HTML(b, "></div>\n<noscript><p>");
	html_msg(b, lang, MSG_READER_DESK_NOSCRIPT);
	HTML(b, "</p></noscript>\n</body>\n</html>\n");
}
