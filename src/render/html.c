/* Writing HTML so that nothing unescaped can slip in. */
#include "render/html.h"

#include "base/clock.h"

void html_text(struct buf *b, str text)
{
	size_t from = 0;
	for (size_t i = 0; i < text.n; i++) {
		str entity;
		switch (text.p[i]) {
		case '&': entity = STR("&amp;"); break;
		case '<': entity = STR("&lt;"); break;
		case '>': entity = STR("&gt;"); break;
		case '"': entity = STR("&quot;"); break;
		case '\'': entity = STR("&#39;"); break;
		default: continue;
		}
		buf_add(b, str_sub(text, from, i));
		buf_add(b, entity);
		from = i + 1;
	}
	if (text.n > from)
		buf_add(b, str_sub(text, from, text.n));
}

void html_attr_(struct buf *b, str open, str value)
{
	buf_add(b, open);
	html_text(b, value);
	buf_byte(b, '"');
}

void html_attr_int_(struct buf *b, str open, int64_t value)
{
	buf_add(b, open);
	buf_printf(b, "%lld\"", (long long)value);
}

void html_safe(struct buf *b, struct html html) { buf_add(b, html.safe); }

void html_msg(struct buf *b, enum frg_lang lang, enum msg msg) { html_text(b, i18n(lang, msg)); }

void html_msg_args(struct buf *b, enum frg_lang lang, enum msg msg, const str *args, size_t count)
{
	struct buf plain = BUF_INIT(1 << 16);
	i18n_format(&plain, lang, msg, args, count);
	html_text(b, buf_str(&plain));
	buf_free(&plain);
}

void html_time(struct buf *b, enum frg_lang lang, int64_t t)
{
	char iso[CLOCK_ISO_SIZE], words[CLOCK_WORDS_SIZE];
	clock_iso(t, iso);
	clock_words(t, lang, words);
	HTML(b, "<time");
	html_attr(b, "datetime", str_of(iso));
	HTML(b, ">");
	html_text(b, str_of(words));
	HTML(b, "</time>");
}
