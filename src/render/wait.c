/* When a comment will probably have been reviewed, in words: for its author, and for everybody before they write. */
#include "render/parts.h"

/* "14:10", with the day in front of it unless it is today. */
static str moment(struct buf *out, enum frg_lang lang, msec t, msec now)
{
	static const enum msg days[] = {MSG_READER_SUNDAY,   MSG_READER_MONDAY, MSG_READER_TUESDAY, MSG_READER_WEDNESDAY,
	                                MSG_READER_THURSDAY, MSG_READER_FRIDAY, MSG_READER_SATURDAY};
	struct clock_local there = clock_local(t), here = clock_local(now);
	char time[CLOCK_TIME_SIZE];
	clock_time(t, lang, time);
	if (there.day == here.day + 1)
		buf_printf(out, "%.*s %s", STR_ARG(i18n(lang, MSG_READER_TOMORROW)), time);
	else if (there.day != here.day)
		buf_printf(out, "%.*s %s", STR_ARG(i18n(lang, days[there.weekday])), time);
	else
		buf_printf(out, "%s", time);
	return buf_str(out);
}

struct sentences {
	enum msg until, between, not_today, none, unknown;
};

static void words(struct buf *out, enum frg_lang lang, const struct view_wait *w, const struct sentences *say)
{
	struct buf from = BUF_INIT(128), until = BUF_INIT(128);
	char time[CLOCK_TIME_SIZE];
	if (!w->until) {
		i18n_format(out, lang, w->none ? say->none : say->unknown, NULL, 0);
		return;
	}
	bool today = clock_local(w->from).day == clock_local(w->now).day;
	bool same_day = clock_local(w->from).day == clock_local(w->until).day;
	clock_time(w->until, lang, time);
	str args[] = {moment(&from, lang, w->from, w->now),
	              same_day ? str_of(time) : moment(&until, lang, w->until, w->now)};
	if (w->from <= w->now && same_day)
		i18n_format(out, lang, say->until, args + 1, 1);
	else
		i18n_format(out, lang, today ? say->between : say->not_today, args, 2);
	buf_free(&from);
	buf_free(&until);
}

void wait_words(struct buf *b, enum frg_lang lang, const struct view_wait *w)
{
	static const struct sentences say = {MSG_READER_REVIEW_UNTIL, MSG_READER_REVIEW_BETWEEN,
	                                     MSG_READER_REVIEW_NOT_TODAY, MSG_READER_REVIEW_NONE, MSG_READER_REVIEW_NONE};
	struct buf text = BUF_INIT(1024);
	words(&text, lang, w, &say);
	html_text(b, buf_str(&text));
	buf_free(&text);
}

void render_ahead_words(struct buf *out, enum frg_lang lang, const struct view_wait *w)
{
	static const struct sentences say = {MSG_READER_AHEAD_UNTIL, MSG_READER_AHEAD_BETWEEN, MSG_READER_AHEAD_NOT_TODAY,
	                                     MSG_READER_AHEAD_NONE, MSG_READER_AHEAD_UNKNOWN};
	words(out, lang, w, &say);
}

void wait_ahead(struct buf *b, enum frg_lang lang, const struct view_wait *w)
{
	struct buf text = BUF_INIT(1024);
	render_ahead_words(&text, lang, w);
	HTML(b, "<p class=\"frg-ahead\" data-frg=\"ahead\">");
	html_text(b, buf_str(&text));
	HTML(b, "</p>\n");
	buf_free(&text);
}
