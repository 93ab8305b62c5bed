/* The letter: the statement of reasons of Article 17(3) of Regulation (EU) 2022/2065, as plain text.
 * Knows no database; all strings are plain text. */
#ifndef RENDER_LETTER_H
#define RENDER_LETTER_H

#include "base/buf.h"
#include "base/clock.h"

enum letter_kind {
	LETTER_REJECTED, /* was never published */
	LETTER_REMOVED,  /* is no longer published */
	LETTER_SUSPENDED /* the author may not write for a time */
};

struct letter_ground {
	enum frg_rule rule;
	unsigned block; /* which of the sentences for the rule: 0 … LETTER_BLOCKS - 1 */
	const str *passages;
	size_t passage_count;
};

struct letter {
	enum frg_lang lang;
	enum letter_kind kind;
	str site_name, author_name, article_title;
	str text; /* of the comment */
	msec submitted, decided;
	msec until; /* of a suspension */
	const struct letter_ground *grounds;
	size_t ground_count;
	str law;             /* letter_law(); empty: the house rules alone */
	str word;            /* of the editors; may be empty */
	bool noticed;        /* a notice under Article 16 led to it */
	bool machine_marked; /* the engine had marked passages */
	bool went_by_itself; /* it had been released under a signed policy, without anybody having read it */
	str objection_link;
	msec objection_until;
};

enum { LETTER_BLOCKS = 3, LETTER_LAWS_MAX = 16, LETTER_MAX = 64 << 10 };

/* Laws that a refusal can rest on, by key ("insult"); their names and sentences stand in i18n. */
extern const char *const letter_laws[];
bool letter_law_known(str law);

/* What somebody wrote, made harmless; of more than `max` bytes the beginning. With `lines` as a quotation, line by
 * line. */
void letter_quote(struct buf *b, str s, size_t max, bool lines);
str letter_subject(struct arena *a, const struct letter *l);
void letter_body(struct buf *b, const struct letter *l);

#endif
