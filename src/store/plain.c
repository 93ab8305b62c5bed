/* Ends a program under test whose work breaks its word, so that it is found there and not by a newsroom whose group of
 * writes is given up. */
#include "store/plain.h"

#if SANITIZED
#include <sanitizer/common_interface_defs.h>

bool store_plain_guarded(void) { return true; }

void store_plain_broken(store_work *work, enum frg_status st, const struct frg_error *err)
{
	char name[200] = "";
	bool constraint = err->code && strcmp(err->code, "store_constraint") == 0; /* another's row, perhaps (store/db.h) */
	if (constraint || st == FRG_UNAVAILABLE || st == FRG_IO || st == FRG_CORRUPT)
		return;
	__sanitizer_symbolize_pc((void *)(uintptr_t)work, "%f (%m, %o)", name, sizeof name); /* or where, for addr2line */
	BUG("%s is STORE_PLAIN, and refused after it had written: %s", name, err->msg);
}
#else
bool store_plain_guarded(void) { return false; }

void store_plain_broken(store_work *work, enum frg_status st, const struct frg_error *err)
{
	(void)work;
	(void)st;
	(void)err;
}
#endif
