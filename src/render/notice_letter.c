/* What those who report are told, in plain text: that it has arrived, and what was decided, why, how, and what they
 * can do. None says who wrote the comment: that name may have to go, and letters stay. What anybody can type into a
 * form, with anybody's address, is not sent there: no words of the sender's, no name. */
#include "render/notice.h"

#include "base/i18n.h"
#include "render/letter.h"
#include "render/parts.h"

#include <stdio.h>

enum { QUOTE_MAX = 300 };

const char *const notice_kinds[] = {"insult",    "defamation", "threat", "incitement", "symbols", "crime", "privacy",
                                    "copyright", "youth",      "abuse",  "other",      "rules",   NULL};

bool notice_kind_known(str kind)
{
	for (size_t i = 0; notice_kinds[i]; i++)
		if (str_eq(kind, str_of(notice_kinds[i])))
			return true;
	return false;
}

bool notice_kind_anonymous(str kind) { return str_eq(kind, STR("abuse")); }

static const struct {
	enum msg subject, what;
} kinds[] = {
	[NOTICE_RECEIVED] = {MSG_NOTICE_SUBJECT_RECEIVED, MSG_NOTICE_WHAT_RECEIVED},
	[NOTICE_REMOVED] = {MSG_NOTICE_SUBJECT_REMOVED, MSG_NOTICE_WHAT_REMOVED},
	[NOTICE_KEPT] = {MSG_NOTICE_SUBJECT_KEPT, MSG_NOTICE_WHAT_KEPT},
	[NOTICE_WITHDRAWN] = {MSG_NOTICE_SUBJECT_MOOT, MSG_NOTICE_WHAT_WITHDRAWN},
	[NOTICE_GONE] = {MSG_NOTICE_SUBJECT_MOOT, MSG_NOTICE_WHAT_GONE},
	[NOTICE_CHANGED] = {MSG_NOTICE_SUBJECT_CHANGED, MSG_NOTICE_WHAT_CHANGED},
};

static void line(struct buf *b, const struct notice_letter *l, enum msg msg)
{
	buf_add(b, i18n(l->lang, msg));
	buf_byte(b, '\n');
}

static void heading(struct buf *b, const struct notice_letter *l, enum msg msg)
{
	buf_byte(b, '\n');
	line(b, l, msg);
}

/* A message with the letter's names and times put in: 0 reference, 1 received, 2 article, 3 site, 4 due,
 * 5 link, 6 the comment's address. */
static void say(struct buf *b, const struct notice_letter *l, enum msg msg)
{
	struct buf title = BUF_INIT(1 << 12);
	char received[CLOCK_WORDS_SIZE], due[CLOCK_WORDS_SIZE];
	letter_quote(&title, l->article_title, QUOTE_MAX, false);
	clock_words(l->received, l->lang, received);
	clock_words(l->due, l->lang, due);
	const str args[] = {l->reference, str_of(received), buf_str(&title), l->site_name,
	                    str_of(due),  l->link,          l->comment_link};
	i18n_format(b, l->lang, msg, args, COUNT_OF(args));
	buf_free(&title);
}

str notice_letter_subject(struct arena *a, const struct notice_letter *l)
{
	struct buf b = BUF_INIT(1 << 12);
	say(&b, l, kinds[l->kind].subject);
	return buf_finish(&b, a);
}

/* By no name: the letter stays when who reported has been forgotten. */
static void greeting(struct buf *b, const struct notice_letter *l)
{
	buf_add(b, i18n(l->lang, MSG_NOTICE_GREETING));
	BUF_LIT(b, "\n\n");
}

static void reported(struct buf *b, const struct notice_letter *l)
{
	char key[40];
	snprintf(key, sizeof key, "%.*s", STR_ARG(l->what));
	heading(b, l, MSG_NOTICE_REPORTED);
	say(b, l, MSG_NOTICE_REPORTED_TEXT);
	BUF_LIT(b, "\n");
	buf_add(b, i18n_find(l->lang, "notice.kind.", key, MSG_NOTICE_KIND_OTHER));
	BUF_LIT(b, "\n");
}

static void rules(struct buf *b, const struct notice_letter *l)
{
	struct buf names = BUF_INIT(1 << 12);
	for (int r = 0; r < FRG_RULE_COUNT; r++) {
		if (!(l->rules & 1u << r))
			continue;
		if (names.n)
			BUF_LIT(&names, ", ");
		buf_add(&names, i18n(l->lang, rule_msg((enum frg_rule)r)));
	}
	const str args[] = {buf_str(&names)};
	if (names.n) {
		i18n_format(b, l->lang, MSG_NOTICE_RULES, args, 1);
		buf_byte(b, '\n');
	}
	buf_free(&names);
}

static void why(struct buf *b, const struct notice_letter *l)
{
	heading(b, l, MSG_LETTER_WHY);
	if (l->law.n) {
		char key[40];
		snprintf(key, sizeof key, "%.*s", STR_ARG(l->law));
		buf_add(b, i18n_find(l->lang, "letter.law.", key, MSG_ERROR_GENERIC));
		buf_byte(b, '\n');
	}
	rules(b, l);
	if (l->reasons.n == 0)
		return;
	line(b, l, MSG_NOTICE_REASONS);
	BUF_LIT(b, "> ");
	letter_quote(b, l->reasons, LETTER_MAX, true);
	buf_byte(b, '\n');
}

static void how(struct buf *b, const struct notice_letter *l)
{
	heading(b, l, MSG_LETTER_HOW);
	line(b, l, MSG_NOTICE_HOW_HUMAN);
	line(b, l, l->machine_marked ? MSG_NOTICE_HOW_MARKED : MSG_NOTICE_HOW_UNMARKED);
}

void notice_letter_body(struct buf *b, const struct notice_letter *l)
{
	bool decided = l->kind == NOTICE_REMOVED || l->kind == NOTICE_KEPT;
	greeting(b, l);
	say(b, l, kinds[l->kind].what);
	BUF_LIT(b, "\n");
	if (l->kind == NOTICE_RECEIVED) {
		reported(b, l);
		heading(b, l, MSG_NOTICE_NEXT);
		say(b, l, MSG_NOTICE_NEXT_TEXT);
		BUF_LIT(b, "\n");
	}
	if (decided) {
		why(b, l);
		how(b, l);
	} else if (l->kind != NOTICE_RECEIVED) {
		heading(b, l, MSG_LETTER_HOW);
		line(b, l, l->by_person ? MSG_NOTICE_HOW_LOOKED_AT : MSG_NOTICE_HOW_SETTLED);
	}
	if (l->kind != NOTICE_RECEIVED) {
		heading(b, l, MSG_LETTER_REDRESS);
		line(b, l, l->kind == NOTICE_KEPT ? MSG_NOTICE_REDRESS_KEPT : MSG_NOTICE_REDRESS_GONE);
	}
	BUF_LIT(b, "\n");
	i18n_format(b, l->lang, MSG_LETTER_SIGNED, &l->site_name, 1);
	buf_byte(b, '\n');
}
