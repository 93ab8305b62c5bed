/* Where STORE_PLAIN is held to its word. Part of store/store.h. */
#ifndef STORE_PLAIN_H
#define STORE_PLAIN_H

#include "store/store.h"

/* Work that was to refuse before its first write has written and refuses: nothing of its group is committed, whoever
 * was in it. In a program built with a sanitizer, as the tests are, that ends the program and names the work; a
 * database that failed is no refusal. Otherwise does nothing: the caller gives the group up. */
void store_plain_broken(store_work *work, enum frg_status st, const struct frg_error *err);
/* Is this such a program? */
bool store_plain_guarded(void);

#endif
