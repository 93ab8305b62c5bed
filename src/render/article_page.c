/* An article as a page of its own, with its comment area, and what search
 * engines and other sites read of it. */
#include "render/parts.h"

/* ---- for machines ------------------------------------------------------------------ */

static void meta_property(struct buf *b, str property, str content)
{
	if (content.n == 0)
		return;
	HTML(b, "<meta");
	html_attr(b, "property", property);
	html_attr(b, "content", content);
	HTML(b, ">\n");
}

static void open_graph(struct buf *b, const struct view_site *site, const struct view_article *a)
{
	meta_property(b, STR("og:type"), STR("article"));
	meta_property(b, STR("og:site_name"), site->name);
	meta_property(b, STR("og:title"), a->title);
	meta_property(b, STR("og:description"), a->lead);
	meta_property(b, STR("og:url"), a->url);
	meta_property(b, STR("og:locale"), a->lang == FRG_LANG_EN ? STR("en_GB") : STR("de_DE"));
	char iso[CLOCK_ISO_SIZE];
	if (a->published) {
		clock_iso(a->published, iso);
		meta_property(b, STR("article:published_time"), str_of(iso));
	}
	if (a->updated) {
		clock_iso(a->updated, iso);
		meta_property(b, STR("article:modified_time"), str_of(iso));
	}
	meta_property(b, STR("article:section"), a->section);
	if (a->image_url.n) {
		struct buf url = BUF_INIT(1 << 14);
		url_absolute(&url, site, a->image_url);
		meta_property(b, STR("og:image"), buf_str(&url));
		meta_property(b, STR("og:image:alt"), a->image_alt);
		buf_free(&url);
	}
	HTML(b, "<meta name=\"twitter:card\" content=\"summary_large_image\">\n");
}

#define json_field(b, name, text) json_field_(b, STR(",\"" name "\":"), text)
static void json_field_(struct buf *b, str name, str text)
{
	if (text.n == 0)
		return;
	buf_add(b, name);
	ld_text(b, text);
}

static void json_time(struct buf *b, str name, msec t)
{
	if (!t)
		return;
	char iso[CLOCK_ISO_SIZE];
	clock_iso(t, iso);
	json_field_(b, name, str_of(iso));
}

static void json_ld(struct buf *b, const struct view_site *site, const struct view_article *a)
{
	HTML(b, "<script type=\"application/ld+json\">{\"@context\":\"https://schema.org\","
	        "\"@type\":\"NewsArticle\"");
	json_field(b, "headline", a->title);
	json_field(b, "description", a->lead);
	json_field(b, "url", a->url);
	json_field(b, "mainEntityOfPage", a->url);
	json_field(b, "inLanguage", lang_tag(a->lang));
	json_field(b, "articleSection", a->section);
	json_time(b, STR(",\"datePublished\":"), a->published);
	json_time(b, STR(",\"dateModified\":"), a->updated ? a->updated : a->published);
	if (a->image_url.n) {
		struct buf url = BUF_INIT(1 << 14);
		url_absolute(&url, site, a->image_url);
		json_field(b, "image", buf_str(&url));
		buf_free(&url);
	}
	if (a->author.n) {
		HTML(b, ",\"author\":{\"@type\":\"Person\"");
		json_field(b, "name", a->author);
		HTML(b, "}");
	}
	HTML(b, ",\"publisher\":{\"@type\":\"NewsMediaOrganization\"");
	json_field(b, "name", site->name);
	json_field(b, "url", site->base_url);
	buf_printf(b, "},\"commentCount\":%lld}</script>\n", (long long)a->comment_count);
}

static void feed_link(struct buf *b, const struct view_article *a)
{
	HTML(b, "<link rel=\"alternate\" type=\"application/atom+xml\"");
	attr_open(b, "title");
	html_msg_args(b, a->lang, MSG_READER_FEED_TITLE, &a->title, 1);
	attr_close(b);
	attr_open(b, "href");
	html_text(b, a->path);
	HTML(b, "/comments.atom\">\n");
}

/* ---- for people ---------------------------------------------------------------------- */

static void masthead(struct buf *b, const struct view_site *site, const struct view_article *a)
{
	HTML(b, "<header class=\"mast mast-small\">\n<a class=\"mast-name\" href=\"/\">");
	html_text(b, site->name);
	HTML(b, "</a>\n");
	if (a->section.n) {
		HTML(b, "<span class=\"mast-section\">");
		html_text(b, a->section);
		HTML(b, "</span>\n");
	}
	HTML(b, "</header>\n");
}

static void dateline(struct buf *b, const struct view_article *a)
{
	HTML(b, "<p class=\"dateline\">");
	if (a->source.n) {
		HTML(b, "<span class=\"source\">");
		html_text(b, a->source);
		HTML(b, "</span> ");
	}
	if (a->published) {
		HTML(b, "<span>");
		html_time(b, a->lang, a->published);
		HTML(b, "</span> ");
	}
	if (a->updated && a->updated != a->published) {
		char words[CLOCK_WORDS_SIZE];
		clock_words(a->updated, a->lang, words);
		str args[] = {str_of(words)};
		HTML(b, "<span>");
		html_msg_args(b, a->lang, MSG_READER_UPDATED, args, 1);
		HTML(b, "</span> ");
	}
	HTML(b, "<a href=\"#kommentare\">");
	html_comment_count(b, a->lang, a->comment_count);
	HTML(b, "</a></p>\n");
}

static void story_head(struct buf *b, const struct view_article *a)
{
	HTML(b, "<header class=\"story-head\">\n");
	if (a->kicker.n) {
		HTML(b, "<p class=\"kicker\">");
		html_text(b, a->kicker);
		HTML(b, "</p>\n");
	}
	HTML(b, "<h1>");
	html_text(b, a->title);
	HTML(b, "</h1>\n");
	if (a->lead.n) {
		HTML(b, "<p class=\"lead\">");
		html_text(b, a->lead);
		HTML(b, "</p>\n");
	}
	if (a->author.n) {
		HTML(b, "<p class=\"byline\">");
		html_msg_args(b, a->lang, MSG_READER_BY, &a->author, 1);
		HTML(b, "</p>\n");
	}
	dateline(b, a);
	HTML(b, "</header>\n");
}

static void picture(struct buf *b, const struct view_article *a)
{
	if (a->image_url.n == 0)
		return;
	HTML(b, "<figure class=\"picture\">\n<img fetchpriority=\"high\" decoding=\"async\"");
	html_attr(b, "src", a->image_url);
	html_attr(b, "alt", a->image_alt);
	if (a->image_width > 0 && a->image_height > 0) {
		html_attr_int(b, "width", a->image_width);
		html_attr_int(b, "height", a->image_height);
	}
	HTML(b, ">\n");
	if (a->image_caption.n || a->image_credit.n) {
		HTML(b, "<figcaption>");
		html_text(b, a->image_caption);
		HTML(b, " <span class=\"credit\">");
		html_text(b, a->image_credit);
		HTML(b, "</span></figcaption>\n");
	}
	HTML(b, "</figure>\n");
}

static void story(struct buf *b, const struct view_article *a)
{
	HTML(b, "<article class=\"story\">\n");
	story_head(b, a);
	picture(b, a);
	HTML(b, "<div class=\"story-body\">\n");
	html_safe(b, a->body);
	HTML(b, "\n");
	if (a->agency.n) {
		HTML(b, "<p class=\"agency\">");
		html_text(b, a->agency);
		HTML(b, "</p>\n");
	}
	HTML(b, "</div>\n</article>\n");
}

static void comment_area(struct buf *b, const struct view_site *site, const struct view_article *a,
                         const struct view_thread *thread)
{
	HTML(b, "<div class=\"comment-area\">\n<freigabe-comments");
	html_attr(b, "article", a->id);
	html_attr(b, "site", site->slug);
	html_attr(b, "lang", lang_tag(thread->lang));
	HTML(b, ">\n");
	render_thread(b, thread);
	HTML(b, "</freigabe-comments>\n<p class=\"feed\"><a");
	attr_open(b, "href");
	html_text(b, a->path);
	HTML(b, "/comments.atom\">");
	html_msg(b, a->lang, MSG_READER_FEED);
	HTML(b, "</a></p>\n</div>\n");
}

void render_article_page(struct buf *b, const struct view_assets *assets, const struct view_site *site,
                         const struct view_article *a, const struct view_thread *thread)
{
	struct buf title = BUF_INIT(1 << 14);
	buf_add(&title, a->title);
	BUF_LIT(&title, " · ");
	buf_add(&title, site->name);
	struct page_head head = {assets, a->lang, buf_str(&title), a->lead, "page-article"};
	page_begin(b, &head);
	buf_free(&title);
	if (a->url.n) {
		HTML(b, "<link rel=\"canonical\"");
		html_attr(b, "href", a->url);
		HTML(b, ">\n");
	}
	feed_link(b, a);
	open_graph(b, site, a);
	json_ld(b, site, a);
	HTML(b, "<script defer");
	html_attr(b, "src", assets->widget_js);
	HTML(b, "></script>\n");
	page_body(b, &head);
	masthead(b, site, a);
	HTML(b, "<main id=\"inhalt\">\n");
	story(b, a);
	comment_area(b, site, a, thread);
	HTML(b, "</main>\n");
	page_end(b, a->lang, site);
}
