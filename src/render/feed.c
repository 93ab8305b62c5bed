/* Atom 1.0 of an article's released comments. */
#include "render/parts.h"

static void element_time(struct buf *b, str open, msec t, str close)
{
	char iso[CLOCK_ISO_SIZE];
	clock_iso(t, iso);
	buf_add(b, open);
	buf_add(b, str_of(iso));
	buf_add(b, close);
}

static void article_url(struct buf *b, const struct view_site *site, const struct view_article *a)
{
	struct buf url = BUF_INIT(1 << 14);
	url_absolute(&url, site, a->path);
	xml_text(b, buf_str(&url));
	buf_free(&url);
}

static void entry(struct buf *b, const struct view_site *site, const struct view_article *a,
                  const struct view_comment *c)
{
	HTML(b, "<entry>\n<id>");
	article_url(b, site, a);
	HTML(b, "#comment-");
	url_part(b, c->id);
	HTML(b, "</id>\n<title>");
	xml_text(b, c->name);
	HTML(b, "</title>\n<author><name>");
	xml_text(b, c->name);
	HTML(b, "</name></author>\n<link rel=\"alternate\" type=\"text/html\" href=\"");
	article_url(b, site, a);
	HTML(b, "#comment-");
	url_part(b, c->id);
	HTML(b, "\"/>\n");
	element_time(b, STR("<published>"), c->published, STR("</published>\n"));
	element_time(b, STR("<updated>"), c->edited ? c->edited : c->published, STR("</updated>\n"));
	HTML(b, "<content type=\"html\">");
	xml_text(b, c->body.safe);
	HTML(b, "</content>\n</entry>\n");
}

void render_feed(struct buf *b, const struct view_site *site, const struct view_article *a,
                 const struct view_comment *comments, size_t count, msec updated)
{
	HTML(b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"");
	html_attr(b, "xml:lang", lang_tag(a->lang));
	HTML(b, ">\n<id>");
	article_url(b, site, a);
	HTML(b, "/comments.atom</id>\n<title>");
	struct buf title = BUF_INIT(1 << 14);
	i18n_format(&title, a->lang, MSG_READER_FEED_TITLE, &a->title, 1);
	xml_text(b, buf_str(&title));
	buf_free(&title);
	HTML(b, "</title>\n<author><name>");
	xml_text(b, site->name);
	HTML(b, "</name></author>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"");
	article_url(b, site, a);
	HTML(b, "/comments.atom\"/>\n<link rel=\"alternate\" type=\"text/html\" href=\"");
	article_url(b, site, a);
	HTML(b, "\"/>\n");
	element_time(b, STR("<updated>"), updated, STR("</updated>\n"));
	for (size_t i = 0; i < count; i++)
		if (comments[i].state == VIEW_RELEASED)
			entry(b, site, a, &comments[i]);
	HTML(b, "</feed>\n");
}
