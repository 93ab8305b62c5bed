/* Notices of illegal content, as those who give them see them: the form, the page of its state, and what they are
 * told (Article 16(4) to (6) of Regulation (EU) 2022/2065). Knows no database; all strings are plain text. */
#ifndef RENDER_NOTICE_H
#define RENDER_NOTICE_H

#include "render/render.h"

/* What can be reported, by key: the laws that letters know, "abuse", "other", "rules". */
extern const char *const notice_kinds[];
bool notice_kind_known(str kind);
/* Name and address need not be given (Article 16(2)(c)). */
bool notice_kind_anonymous(str kind);

enum notice_letter_kind {
	NOTICE_RECEIVED,
	NOTICE_REMOVED, /* by a decision on it */
	NOTICE_KEPT,
	NOTICE_WITHDRAWN, /* settled by itself: by the author */
	NOTICE_GONE,      /* by the editors, for another reason */
	NOTICE_CHANGED    /* another text stands there now */
};

struct notice_letter {
	enum frg_lang lang;
	enum notice_letter_kind kind;
	str site_name;
	str article_title;
	str reference, link /* to its state */, comment_link;
	str what;            /* was reported: one of notice_kinds */
	msec received, due;  /* due: when the house means to have decided */
	unsigned rules;      /* removed: bits of enum frg_rule */
	str law;             /* removed: letter_law(); may be empty */
	str reasons;         /* of the editors; may be empty when removed */
	bool by_person;      /* of what went by itself: somebody looked at it, and it had gone already */
	bool machine_marked; /* the engine had marked passages before it was published */
};
str notice_letter_subject(struct arena *a, const struct notice_letter *l);
void notice_letter_body(struct buf *b, const struct notice_letter *l);

/* The form. */
struct view_notice_form {
	const struct view_site *site;
	enum frg_lang lang;
	str path;         /* of this page */
	str comment_link; /* its electronic address */
	str author_name, article_title, revision_id;
	struct html body;
	msec published;
	str kind, explanation, name, email, form_key; /* given back */
	bool good_faith;
	const char *error_code; /* NULL: none */
	str error;
};
void render_notice_form(struct buf *b, const struct view_assets *assets, const struct view_notice_form *p);

/* What became of it. */
struct view_notice_page {
	const struct view_site *site;
	enum frg_lang lang;
	str reference, link, comment_link /* empty: gone */, article_title, kind, explanation, answer;
	msec received, due, decided /* 0: open */;
	bool by_mail, fresh /* just sent */;
};
void render_notice_page(struct buf *b, const struct view_assets *assets, const struct view_notice_page *p);

#endif
