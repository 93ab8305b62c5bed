/* What this process may ask of the kernel from now on: what serving needs, and nothing with which one could take the
 * machine further. For all its threads, and for good. */
#ifndef BASE_CONFINE_H
#define BASE_CONFINE_H

#include "base/base.h"

/* Lets no thread of this process do more than serve: read and write files, speak to others, wait. Other calls are
 * answered EPERM; those that nobody calls by mistake (to start a program, to look into another one, to mount, …) end
 * the process by SIGSYS. FRG_UNSUPPORTED if the kernel has no such filter or the program was built with a sanitizer,
 * which needs more; nothing is changed then. *calls: how many are allowed. */
MUST_CHECK enum frg_status confine_process(size_t *calls, struct frg_error *err);

#endif
