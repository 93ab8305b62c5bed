/* Between our strings and jansson's values. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/arena.h"

#include <jansson.h>

/* Call once before anything else here: without memory the program ends, instead of taking a text for an empty one. */
void json_setup(void);
json_t *json_of(str s);                             /* a string; invalid UTF-8 becomes "" */
json_t *json_or_null(str s);                        /* null if empty */
json_t *json_list(char separator, str parts);       /* strings, but no empty ones */
str json_str(struct arena *a, const json_t *value); /* copied; "" if it is no string */
/* Compact text; takes the reference over. */
str json_text(struct arena *a, json_t *value);

#endif
