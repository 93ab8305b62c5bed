/* Log lines that say the same again and again: the first is written, then one a minute that tells how many there were.
 * Knows no log; thread-safe. Lines are told apart by level, event and message. */
#ifndef BASE_REPEAT_H
#define BASE_REPEAT_H

#include "base/clock.h"

enum { REPEAT_MS = 60000, REPEAT_EVENT = 24, REPEAT_MESSAGE = 256 };

struct repeat_line {
	int level;
	char event[REPEAT_EVENT], message[REPEAT_MESSAGE]; /* cut at their ends */
	uint64_t left_out;
};
/* May this one be written? `now` by the steady clock. If too many different ones come within a minute, the others may.
 */
bool repeat_may(int level, const char *event, const char *message, msec now);
/* One of which some were left out, and whose minute is over (`all`: even if it is not); false: none. Call it until it
 * says so, before repeat_may, and now and then. */
bool repeat_due(msec now, bool all, struct repeat_line *out);

#endif
