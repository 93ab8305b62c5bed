/* What the files about notices share. */
#ifndef SERVICE_NOTICE_INNER_H
#define SERVICE_NOTICE_INNER_H

#include "service/inner.h"

#include "render/notice.h"

/* The comment's electronic address. */
str notice_link(struct arena *a, const struct store_site *site, const struct store_article *article, id64 comment);
MUST_CHECK enum frg_status notice_due(struct store_tx *tx, const struct store_notice *n, msec *due,
                                      struct frg_error *err);

/* What one notice's sender is told; `decision` NULL: nothing was decided. */
struct notice_telling {
	const struct store_notice *notice;
	const struct store_comment *comment;
	const struct store_decision *decision;
	enum notice_letter_kind kind;
	str reasons;
};
/* Writes the letter; by mail too, if there is an address and the notice counts by itself. *body: the letter. */
MUST_CHECK enum frg_status notice_tell(struct store_tx *tx, const struct notice_telling *t, str *body,
                                       struct frg_error *err);
/* Settles one and tells its sender. */
MUST_CHECK enum frg_status notice_settle(struct store_tx *tx, const struct notice_telling *t, const char *outcome,
                                         struct frg_error *err);
/* The desks and their counts are told. */
MUST_CHECK enum frg_status notice_changed(struct store_tx *tx, const struct store_comment *c, struct frg_error *err);

#endif
