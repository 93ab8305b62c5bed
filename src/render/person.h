/* What is kept about a person, to be read by people. */
#ifndef RENDER_PERSON_H
#define RENDER_PERSON_H

#include "base/json.h"
#include "render/render.h"

struct view_person_page {
	const struct view_site *site;
	enum frg_lang lang;
	const json_t *data; /* as service_person_export makes it; NULL: nothing is known */
	bool own;           /* the reader's: with a way to load it down and to erase it */
	str error;          /* localised; empty: none */
	bool erased;        /* it has just been done */
	int64_t erased_comments, held;
};
void render_person_page(struct buf *b, const struct view_assets *assets, const struct view_person_page *page);

#endif
