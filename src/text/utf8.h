/* UTF-8: judging, decoding and encoding it. Knows no meaning of characters. */
#ifndef TEXT_UTF8_H
#define TEXT_UTF8_H

#include "base/base.h"

/* Position of the first byte that is not part of well-formed UTF-8 (no overlong
 * forms, no surrogates, nothing above U+10FFFF), or SIZE_MAX. */
size_t utf8_invalid(str s);
/* Decodes the character at *i and moves *i behind it. `s` must be valid and *i < s.n. */
uint32_t utf8_next(str s, size_t *i);
/* Encodes; returns the number of bytes, 1 to 4. */
size_t utf8_put(uint32_t cp, char out[4]);
/* The largest boundary between characters that is not above `at`. */
size_t utf8_floor(str s, size_t at);
/* Byte position after so many UTF-16 units of valid text; SIZE_MAX if they end inside a character or past the end. */
size_t utf8_from_utf16(str s, size_t units);

#endif
