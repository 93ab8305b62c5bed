/* What the files that stand in for Perspective share. */
#ifndef API_PERSPECTIVE_H
#define API_PERSPECTIVE_H

#include "api/inner.h"

/* ---- perspective_text.c ---- */

/* A text as the engine reads it, and where each of its bytes came from. */
struct perspective_text {
	str plain;
	uint32_t *begin, *end; /* by byte of `plain`: UTF-16 units of the text as it was sent */
	uint32_t units;        /* of all that was sent */
};
/* `sent` is valid UTF-8. */
void perspective_text(struct arena *a, str sent, bool html, struct perspective_text *out);

/* ---- perspective_score.c ---- */

struct attribute;
/* NULL if there is none of this name. */
const struct attribute *attribute_find(str name);
const char *attribute_name(const struct attribute *attribute);
bool attribute_needs_article(const struct attribute *attribute);

struct attribute_request {
	const struct attribute *attribute;
	double threshold; /* scores below are left out */
};
/* {"spanScores":[…],"summaryScore":{…}}; without spans, one that covers all. */
json_t *attribute_scores(const struct attribute_request *request, const struct frg_review *review,
                         const struct perspective_text *text, bool spans);

#endif
