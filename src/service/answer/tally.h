/* How long things took, counted so that the middle can be told without keeping them all: exact to the second below a
 * day, to the minute below thirty days, to the hour above. Takes the same memory for ten as for ten million. */
#ifndef SERVICE_TALLY_H
#define SERVICE_TALLY_H

#include "base/clock.h"

struct tally;
struct tally *tally_open(void);
void tally_close(struct tally *t);
void tally_add(struct tally *t, msec took); /* below 0 counts as 0 */
int64_t tally_count(const struct tally *t);
/* The median is the middle one, or the mean of the two in the middle. BUG if there is none. */
msec tally_median(const struct tally *t);
/* The smallest value that nine of ten do not pass. */
msec tally_p90(const struct tally *t);

#endif
