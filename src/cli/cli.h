/* The commands of the binary. Each is one file cmd_NAME.c plus one row in main.c. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/base.h"

/* Exit codes of every command. */
enum { EXIT_DONE = 0, EXIT_FINDING = 1, EXIT_USAGE = 2 };

/* argv[0] is the command's name. Returns an exit code. */
int cmd_check(int argc, char **argv);

/* Reads a whole file, "-" for standard input, up to `max` bytes. The caller frees out->p.
 * On failure prints the reason to standard error and returns false. */
bool cli_read_file(const char *path, size_t max, str *out);
/* Prints "freigabe COMMAND: …" and how to get help; returns EXIT_USAGE. */
int cli_usage(const char *command, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
