/* Every string that a reader or an editor meets, in every language. The texts
 * stand in i18n/AREA.LANG.json; tools/i18n.py turns them into tables and into
 * the enum below (MSG_REASON_SWEARWORD for "reason.swearword"), so that a
 * missing one does not compile. */
#ifndef BASE_I18N_H
#define BASE_I18N_H

#include "base/base.h"
#include "base/buf.h"
#include "messages.gen.h" /* enum msg */

/* FRG_LANG_AUTO counts as German. NUL-terminated. */
str i18n(enum frg_lang lang, enum msg msg);
/* By prefix and name at run time: i18n_find(lang, "error.", "text_empty"); falls back to
 * `otherwise` when there is no such text. */
str i18n_find(enum frg_lang lang, const char *prefix, const char *name, enum msg otherwise);
/* The same, which message it is. */
enum msg i18n_find_msg(const char *prefix, const char *name, enum msg otherwise);
/* Its key, such as "error.text_empty". Static storage. */
const char *i18n_key(enum msg msg);
/* Appends the text with {0} {1} … replaced by `args`. */
void i18n_format(struct buf *out, enum frg_lang lang, enum msg msg, const str *args, size_t count);
/* "de…" and "en…" by an Accept-Language header or a plain tag; FRG_LANG_AUTO if neither. */
enum frg_lang i18n_lang(str accept_language);

#endif
