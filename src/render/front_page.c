/* The front page: masthead, the lead story, the others. The date in the
 * masthead is that of the newest article, so that a page kept in memory never
 * tells a wrong day. */
#include "render/parts.h"

static msec newest(const struct view_article *articles, size_t count)
{
	msec t = 0;
	for (size_t i = 0; i < count; i++) {
		msec last = articles[i].updated > articles[i].published ? articles[i].updated : articles[i].published;
		if (last > t)
			t = last;
	}
	return t;
}

static bool section_seen(const struct view_article *articles, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (str_eq(articles[k].section, articles[i].section))
			return true;
	return false;
}

/* Each section leads to its first article on this page. */
static void sections(struct buf *b, enum frg_lang lang, const struct view_article *articles, size_t count)
{
	enum { MOST = 12 };
	size_t shown = 0;
	for (size_t i = 0; i < count && shown < MOST; i++) {
		if (articles[i].section.n == 0 || section_seen(articles, i))
			continue;
		if (shown++ == 0) {
			HTML(b, "<nav class=\"sections\"");
			html_attr(b, "aria-label", i18n(lang, MSG_READER_SECTIONS));
			HTML(b, ">\n<ul>\n");
		}
		HTML(b, "<li><a");
		attr_open(b, "href");
		HTML(b, "#artikel-");
		url_part(b, articles[i].id);
		HTML(b, "\">");
		html_text(b, articles[i].section);
		HTML(b, "</a></li>\n");
	}
	if (shown)
		HTML(b, "</ul>\n</nav>\n");
}

static void masthead(struct buf *b, const struct view_site *site, const struct view_article *articles, size_t count)
{
	HTML(b, "<header class=\"mast\">\n<h1 class=\"mast-name\">");
	html_text(b, site->name);
	HTML(b, "</h1>\n");
	if (site->slogan.n) {
		HTML(b, "<p class=\"mast-slogan\">");
		html_text(b, site->slogan);
		HTML(b, "</p>\n");
	}
	msec last = newest(articles, count);
	if (last) {
		HTML(b, "<p class=\"mast-date\">");
		html_day(b, site->lang, last);
		HTML(b, "</p>\n");
	}
	sections(b, site->lang, articles, count);
	HTML(b, "</header>\n");
}

static void teaser_picture(struct buf *b, const struct view_article *a, bool lead)
{
	if (a->image_url.n == 0)
		return;
	/* the headline is the link; the picture repeats it for the pointer only */
	HTML(b, "<a class=\"teaser-picture\" tabindex=\"-1\" aria-hidden=\"true\"");
	html_attr(b, "href", a->path);
	HTML(b, "><img alt=\"\" decoding=\"async\"");
	if (lead)
		HTML(b, " fetchpriority=\"high\"");
	else
		HTML(b, " loading=\"lazy\"");
	html_attr(b, "src", a->image_url);
	if (a->image_width > 0 && a->image_height > 0) {
		html_attr_int(b, "width", a->image_width);
		html_attr_int(b, "height", a->image_height);
	}
	HTML(b, "></a>\n");
}

static void teaser_meta(struct buf *b, enum frg_lang lang, const struct view_article *a)
{
	HTML(b, "<p class=\"teaser-meta\">");
	if (a->author.n) {
		HTML(b, "<span>");
		html_msg_args(b, lang, MSG_READER_BY, &a->author, 1);
		HTML(b, "</span> ");
	}
	if (a->published) {
		HTML(b, "<span>");
		html_time(b, lang, a->published);
		HTML(b, "</span> ");
	}
	if (a->comment_count > 0 || a->open) {
		HTML(b, "<a");
		attr_open(b, "href");
		html_text(b, a->path);
		HTML(b, "#kommentare\">");
		html_comment_count(b, lang, a->comment_count);
		HTML(b, "<span class=\"vh\">: ");
		html_text(b, a->title);
		HTML(b, "</span></a>");
	}
	HTML(b, "</p>\n");
}

static void teaser(struct buf *b, enum frg_lang lang, const struct view_article *a, bool lead)
{
	HTML(b, "<article");
	html_attr(b, "class", lead ? STR("teaser teaser-lead") : STR("teaser"));
	attr_open(b, "id");
	HTML(b, "artikel-");
	html_text(b, a->id);
	attr_close(b);
	html_attr(b, "lang", lang_tag(a->lang));
	HTML(b, ">\n");
	teaser_picture(b, a, lead);
	HTML(b, "<div class=\"teaser-text\">\n<h2><a");
	html_attr(b, "href", a->path);
	HTML(b, ">");
	if (a->kicker.n) {
		HTML(b, "<span class=\"kicker\">");
		html_text(b, a->kicker);
		HTML(b, "<span class=\"vh\">:</span></span> ");
	}
	HTML(b, "<span class=\"headline\">");
	html_text(b, a->title);
	HTML(b, "</span></a></h2>\n");
	if (a->lead.n) {
		HTML(b, "<p class=\"teaser-lead-in\">");
		html_text(b, a->lead);
		HTML(b, "</p>\n");
	}
	teaser_meta(b, lang, a);
	HTML(b, "</div>\n</article>\n");
}

void render_front_page(struct buf *b, const struct view_assets *assets, const struct view_site *site,
                       const struct view_article *articles, size_t count)
{
	struct page_head head = {assets, site->lang, site->name, site->slogan, "page-front"};
	page_begin(b, &head);
	HTML(b, "<link rel=\"canonical\"");
	attr_open(b, "href");
	html_text(b, site->base_url);
	HTML(b, "/\">\n");
	page_body(b, &head);
	masthead(b, site, articles, count);
	HTML(b, "<main id=\"inhalt\" class=\"front\">\n");
	if (count == 0) {
		HTML(b, "<p class=\"front-empty\">");
		html_msg(b, site->lang, MSG_READER_NO_ARTICLES);
		HTML(b, "</p>\n");
	}
	for (size_t i = 0; i < count; i++)
		teaser(b, site->lang, &articles[i], i == 0);
	HTML(b, "</main>\n");
	page_end(b, site->lang, site);
}
