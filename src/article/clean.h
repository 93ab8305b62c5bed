/* Text of unknown origin to text that can be stored and shown: well-formed UTF-8 without control
 * characters and without what reorders or hides letters. Knows no fields and no formats. */
#ifndef ARTICLE_CLEAN_H
#define ARTICLE_CLEAN_H

#include "base/arena.h"

/* Decodes the character at *i (< s.n) and moves *i behind it; a byte that is part of none gives U+FFFD. */
uint32_t clean_next(str s, size_t *i);
/* Encodes; returns the number of bytes, 1 to 4. */
size_t clean_put(uint32_t cp, char out[4]);
/* Position of the first byte that is not part of well-formed UTF-8, or SIZE_MAX. */
size_t clean_bad_byte(str s);
/* Control characters (line breaks and tabs too), bidirectional controls, invisible ones. */
bool clean_is_hidden(uint32_t cp);

/* In one line: hidden characters left out, white space of any kind to single blanks, none at the ends. */
str clean_line(struct arena *a, str s);
/* The same line by line, empty lines between paragraphs kept as one. */
str clean_lines(struct arena *a, str s);
/* At most `max` bytes, cut between characters. */
str clean_cut(str s, size_t max);
/* "de-DE" → "de": the language alone, in lower case. */
str clean_lang(struct arena *a, str tag);
/* What an article's id may have, other characters becoming dashes; at most 200 bytes. */
str clean_id(struct arena *a, str s);

/* HTML in whatever character set (byte order mark, then <meta charset>, then what it looks like) to
 * well-formed UTF-8 without NULs. */
str clean_charset(struct arena *a, str html);

#endif
