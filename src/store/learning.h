/* Decisions as examples to learn from, and the models that came of them. Knows nothing of what is in a model. */
#ifndef STORE_LEARNING_H
#define STORE_LEARNING_H

#include "store/store.h"

/* A decision that holds: neither taken back nor followed by another on the same text, made by a person. Only
 * releases, rejections and withdrawals by the editors, of comments under articles in the language asked for. */
struct store_verdict {
	int64_t seq;
	id64 revision, comment, article, parent;
	str action, rules;
	str text;             /* if asked for */
	str parent_text;      /* as released; empty: none */
	str engine, findings; /* if asked for */
	msec decided;
};
struct store_verdicts {
	struct store_verdict *items;
	size_t count;
};
enum store_verdict_part { VERDICT_LABELS, VERDICT_TEXTS, VERDICT_FINDINGS };

/* Newest first: those before `before` (0: from the newest) and not before `from`. VERDICT_FINDINGS: of all
 * languages (`lang` does not count). */
MUST_CHECK enum frg_status store_verdict_page(struct store_tx *tx, id64 site, enum frg_lang lang,
                                              enum store_verdict_part part, int64_t before, int64_t from, int64_t limit,
                                              struct store_verdicts *out, struct frg_error *err);
/* Of the newest `among` decisions of a site: how many a rule of the newsroom made by itself. */
MUST_CHECK enum frg_status store_verdict_automatic(struct store_tx *tx, id64 site, msec since, int64_t among,
                                                   int64_t *count, struct frg_error *err);

struct store_house_model {
	id64 site;
	int64_t version; /* 0: none */
	enum frg_lang lang;
	str name, hash, data; /* data only where it is asked for */
	int64_t size;
	bool kept; /* read only: data are there */
	int64_t learned_until, measured_until;
	bool better;
	str report, reason;
	id64 editor; /* 0: on schedule */
	str editor_name;
	msec created;
};
struct store_house_models {
	struct store_house_model *items;
	size_t count;
};
/* So many models that were better are kept, and so many records of those that were not. */
enum { STORE_HOUSE_MODELS = 10, STORE_HOUSE_RECORDS = 30 };

/* Assigns the next version; those beyond the ceilings lose their data or go, never the one in force. */
MUST_CHECK enum frg_status store_house_insert(struct store_tx *tx, struct store_house_model *m, struct frg_error *err);
MUST_CHECK enum frg_status store_house_get(struct store_tx *tx, id64 site, int64_t version,
                                           struct store_house_model *out, struct frg_error *err);
/* Newest first, without data. */
MUST_CHECK enum frg_status store_house_list(struct store_tx *tx, id64 site, struct store_house_models *out,
                                            struct frg_error *err);

struct store_house_choice {
	id64 site;
	int64_t seq; /* 0: nobody has chosen yet: the built-in model */
	int64_t version;
	str reason;
	id64 editor; /* 0: by itself */
	str editor_name;
	msec created;
};
struct store_house_choices {
	struct store_house_choice *items;
	size_t count;
};
enum { STORE_HOUSE_CHOICES = 100 };
MUST_CHECK enum frg_status store_house_choose(struct store_tx *tx, struct store_house_choice *c, struct frg_error *err);
/* Newest first, at most `limit`. */
MUST_CHECK enum frg_status store_house_choices(struct store_tx *tx, id64 site, int64_t limit,
                                               struct store_house_choices *out, struct frg_error *err);

#endif
