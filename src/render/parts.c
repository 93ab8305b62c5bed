/* Small pieces that several pages write: links, dates, counts, JSON and XML
 * strings. Knows nothing of what they stand in. */
#include "render/parts.h"

#include <time.h>

void url_part(struct buf *b, str text)
{
	static const char hex[] = "0123456789ABCDEF";
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
		             c == '_' || c == '.' || c == '~';
		if (plain)
			buf_byte(b, (char)c);
		else
			buf_add(b, (str){(char[]){'%', hex[c >> 4], hex[c & 15]}, 3});
	}
}

static bool has_scheme(str url) { return str_starts(url, STR("https://")) || str_starts(url, STR("http://")); }

void url_absolute(struct buf *b, const struct view_site *site, str url)
{
	if (!has_scheme(url))
		buf_add(b, site->base_url);
	buf_add(b, url);
}

void ld_text(struct buf *b, str text)
{
	buf_byte(b, '"');
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&')
			buf_printf(b, "\\u%04x", c);
		else
			buf_byte(b, (char)c);
	}
	buf_byte(b, '"');
}

/* Length of the well-formed UTF-8 sequence at s.p[i] and its code point; 0 if there is none. */
static size_t utf8_at(str s, size_t i, uint32_t *code)
{
	unsigned char c = (unsigned char)s.p[i];
	if (c < 0x80) {
		*code = c;
		return 1;
	}
	size_t n = c >= 0xf0 && c < 0xf5 ? 4 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xc2 && c < 0xe0 ? 2 : 0;
	if (n == 0 || n > s.n - i)
		return 0;
	*code = c & (0x7fu >> n);
	for (size_t k = 1; k < n; k++) {
		unsigned char next = (unsigned char)s.p[i + k];
		if ((next & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (next & 0x3f);
	}
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	bool good = *code >= least[n] && *code <= 0x10ffff && (*code < 0xd800 || *code > 0xdfff);
	return good ? n : 0;
}

static bool xml_allows(uint32_t code)
{
	return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code != 0xfffe && code != 0xffff);
}

void xml_text(struct buf *b, str text)
{
	for (size_t i = 0; i < text.n;) {
		uint32_t code;
		size_t n = utf8_at(text, i, &code);
		if (n == 0)
			HTML(b, "\xef\xbf\xbd");
		else if (xml_allows(code))
			html_text(b, str_sub(text, i, i + n));
		i += n ? n : 1;
	}
}

str lang_tag(enum frg_lang lang) { return lang == FRG_LANG_EN ? STR("en") : STR("de"); }

void html_day(struct buf *b, enum frg_lang lang, msec t)
{
	char words[CLOCK_WORDS_SIZE];
	clock_words(t, lang, words);
	str date = str_of(words);
	size_t comma = str_find(date, STR(","), 0);
	if (comma != SIZE_MAX)
		date.n = comma;
	time_t s = (time_t)(t / 1000);
	struct tm tm;
	if (localtime_r(&s, &tm)) {
		html_msg(b, lang, (enum msg)(MSG_READER_WEEKDAY_0 + tm.tm_wday));
		HTML(b, ", ");
	}
	html_text(b, date);
}

void html_comment_count(struct buf *b, enum frg_lang lang, int64_t count)
{
	struct buf digits = BUF_INIT(32);
	buf_printf(&digits, "%lld", (long long)count);
	str args[] = {buf_str(&digits)};
	enum msg msg = count == 1 ? MSG_READER_COMMENT_ONE : count == 0 ? MSG_READER_COMMENT_NONE : MSG_READER_COMMENT_MANY;
	html_msg_args(b, lang, msg, args, 1);
	buf_free(&digits);
}

enum msg rule_msg(enum frg_rule rule)
{
	switch (rule) {
	case FRG_PROFANITY: return MSG_RULE_PROFANITY;
	case FRG_AGGRESSION: return MSG_RULE_AGGRESSION;
	case FRG_INSINUATION: return MSG_RULE_INSINUATION;
	case FRG_AD_LINK: return MSG_RULE_AD_LINK;
	case FRG_OFF_TOPIC: return MSG_RULE_OFF_TOPIC;
	case FRG_ENGAGING: return MSG_RULE_ENGAGING;
	}
	BUG("rule %d", (int)rule);
}
