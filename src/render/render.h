/* Server-side HTML and feeds: view structs in, markup out. Knows no database
 * and no HTTP. All strings are plain text unless their type is struct html. */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include "base/arena.h"
#include "base/clock.h"
#include "render/html.h"

struct view_site {
	str slug, name, base_url; /* base_url without a slash at the end */
	enum frg_lang lang;
	str slogan; /* may be empty */
};

struct view_article {
	str id, url; /* url: canonical, absolute */
	str path;    /* on this server: "/articles/ID" */
	enum frg_lang lang;
	str title, kicker, lead, section, author, source, agency;
	struct html body;
	str image_url, image_alt, image_caption, image_credit; /* image_url may be empty */
	int image_width, image_height;
	msec published, updated; /* 0: unknown */
	int64_t comment_count;   /* released ones */
	bool open;               /* takes comments */
};

enum view_state {
	VIEW_RELEASED,
	VIEW_REMOVED, /* was released, then withdrawn; stands only because it has replies */
	/* the following are seen by their author alone */
	VIEW_HELD,
	VIEW_RETURNED,
	VIEW_REJECTED,
	VIEW_WITHDRAWN
};

/* What the author is told about a breach. */
struct view_finding {
	enum frg_rule rule;
	str passage; /* quoted; may be empty */
	str reason;  /* may be empty */
};

enum view_objection {
	VIEW_NO_OBJECTION,
	VIEW_OBJECTION_OPEN,
	VIEW_OBJECTION_UPHELD,
	VIEW_OBJECTION_CHANGED,
	VIEW_OBJECTION_REJECTED,
	VIEW_OBJECTION_SETTLED
};

/* The statement of reasons on a comment, for its author. */
struct view_letter {
	enum frg_lang lang;
	str subject, body; /* plain text */
	str link;          /* where to object */
	msec until;        /* how long */
	bool late;
	enum view_objection objection;
	str reasons; /* of the answer */
};

/* The author's own, unreleased revision of a comment. */
struct view_own {
	str revision_id;
	str text;                            /* as written, for the edit form */
	int64_t queue_position;              /* 1: next; 0: not in the queue */
	msec now, review_from, review_until; /* when it will be decided; 0: cannot be said */
	bool review_late;                    /* later than was told first */
	bool review_none;                    /* too much is going on to give a time */
	const struct view_finding *findings; /* why it was rejected or returned */
	size_t finding_count;
	str word;                /* the editor's word to the author; may be empty */
	msec submitted, decided; /* decided: 0 if not */
	bool removed;            /* had been released, and was withdrawn by the editors */
};

struct view_comment {
	str id, parent_id; /* parent_id.n == 0: at the top level */
	str name;          /* the author's chosen name */
	struct html body;
	msec published;
	msec edited;      /* release of a later revision, or 0 */
	unsigned depth;   /* 0 … 2 as shown; deeper ones are shown at 2 */
	str answers_name; /* name of the parent's author when the depth was cut, else empty */
	enum view_state state;
	/* The author's pending or refused revision: set for VIEW_HELD …, and also beside
	 * VIEW_RELEASED when an edit of a released comment waits. NULL for all other readers. */
	const struct view_own *own;
	bool mine;                        /* written by this reader */
	bool picked;                      /* marked by the editors as worth reading */
	const struct view_letter *letter; /* for its author; NULL: none */
};

/* A hint of the check, for the writer, before anything is sent. */
struct view_hint {
	enum frg_rule rule;
	str before, passage, after; /* the passage with some context; passage may be empty */
	str reason;
};

/* The form: empty, replying, editing, or given back with hints or an error. */
struct view_form {
	str name, email, text;
	str reply_to, reply_to_name; /* id; empty: a new thread */
	str edit_of;                 /* comment id; empty: a new comment */
	str idempotency_key;         /* fresh random value when rendered for one reader, else empty */
	str error;                   /* localised; empty: none */
	const struct view_hint *hints;
	size_t hint_count;
	bool checked; /* hints were asked for: say so too when there are none */
};

/* When a comment will probably have been reviewed. */
struct view_wait {
	msec now, from, until; /* until 0: no time is known, or */
	bool none;             /* too much is going on to give one */
};

/* Why there is no form; as enum store_closed. */
enum view_closed {
	VIEW_NOT_CLOSED,
	VIEW_CLOSED_ARTICLE,
	VIEW_CLOSED_EDITORS,
	VIEW_CLOSED_AGE,
	VIEW_CLOSED_HOURS,
	VIEW_CLOSED_OVERLOAD
};

struct view_thread {
	const struct view_site *site;
	str article_id, article_path;
	enum frg_lang lang;
	struct html notice;
	const struct view_comment *comments; /* in the order shown */
	size_t comment_count;                /* of this page */
	int64_t total;                       /* released ones in the whole thread */
	str next_cursor;                     /* empty: last page */
	bool first_page;
	bool open;
	str closed_reason; /* of the editors; may be empty */
	msec closed_until; /* 0: for good */
	enum view_closed closed_by;
	int64_t closed_days; /* CLOSED_AGE */
	/* Of a comment sent now. All zero where a page is kept for many readers: the script fills it in. */
	struct view_wait ahead;
	const struct view_form *form;
	str sent_id; /* the comment just sent: thank for it; else empty */
};

/* Paths of the assets with their content hashes ("/assets/site-3f9a….css"). */
struct view_assets {
	str site_css, widget_js, desk_js, desk_css, figures_js, figures_css, favicon;
};

/* One comment as <li>. Used in the thread, in live events and in the author's view. */
void render_comment(struct buf *b, enum frg_lang lang, const struct view_comment *comment);
/* The whole comment area: notice, comments, form. What stands inside <freigabe-comments>. */
void render_thread(struct buf *b, const struct view_thread *thread);
/* What those who have not written yet are told of the wait; plain text. */
void render_ahead_words(struct buf *out, enum frg_lang lang, const struct view_wait *wait);
/* Whole documents, from <!doctype html> on. */
void render_article_page(struct buf *b, const struct view_assets *assets, const struct view_site *site,
                         const struct view_article *article, const struct view_thread *thread);
void render_front_page(struct buf *b, const struct view_assets *assets, const struct view_site *site,
                       const struct view_article *articles, size_t count);
/* `status` decides the heading (404, 403, …); `message` is localised. */
void render_error_page(struct buf *b, const struct view_assets *assets, enum frg_lang lang, unsigned status,
                       str message, str request_id);
/* The letter by itself, with the form for an objection or what became of it. */
struct view_letter_page {
	const struct view_site *site;
	enum frg_lang lang;
	struct view_letter letter;
	str path;               /* of this page */
	str text, email, error; /* given back */
	bool sent;
};
void render_letter_page(struct buf *b, const struct view_assets *assets, const struct view_letter_page *page);
/* The desk's shell: an empty document that loads the desk's script. */
void render_desk_page(struct buf *b, const struct view_assets *assets, enum frg_lang lang);
/* Atom 1.0 of the released comments, newest first. */
void render_feed(struct buf *b, const struct view_site *site, const struct view_article *article,
                 const struct view_comment *comments, size_t count, msec updated);

#endif
