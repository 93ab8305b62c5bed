/* Kind and size of a picture from its first bytes: JPEG, PNG, WebP. */
#ifndef ARTICLE_PICTURE_H
#define ARTICLE_PICTURE_H

#include "base/base.h"

struct picture {
	str type; /* "image/jpeg" … */
	int width, height;
};

/* False if it is none of these or damaged. */
bool picture_read(str data, struct picture *out);

#endif
