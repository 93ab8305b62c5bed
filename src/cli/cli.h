/* The commands of the binary. Each is one file cmd_NAME.c plus one row in main.c. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/base.h"

struct arena;
struct move_facts;
struct service;
struct store_site;

/* Exit codes of every command. */
enum { EXIT_DONE = 0, EXIT_FINDING = 1, EXIT_USAGE = 2 };

/* argv[0] is the command's name. Returns an exit code. */
int cmd_serve(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_train(int argc, char **argv);
int cmd_eval(int argc, char **argv);
int cmd_predict(int argc, char **argv);
int cmd_site(int argc, char **argv);
int cmd_policy(int argc, char **argv);
int cmd_user(int argc, char **argv);
int cmd_person(int argc, char **argv);
int cmd_article(int argc, char **argv);
int cmd_key(int argc, char **argv);
int cmd_webhook(int argc, char **argv);
int cmd_audit(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_demo(int argc, char **argv);
int cmd_backup(int argc, char **argv);
int cmd_restore(int argc, char **argv);
int cmd_migrate_store(int argc, char **argv);

/* Reads a whole file, "-" for standard input, up to `max` bytes. The caller frees out->p.
 * On failure prints the reason to standard error and returns false. */
bool cli_read_file(const char *path, size_t max, str *out);
/* Prints "freigabe COMMAND: …" and how to get help; returns EXIT_USAGE. */
int cli_usage(const char *command, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Prints what went wrong, and what can be done about it; returns EXIT_USAGE. */
int cli_failed(const char *command, const struct frg_error *err);

/* ---- advice.c ---- */

/* Prints what can be done about a failure with this code, in the terminal's language, if there is something to say. */
void cli_advise(const char *code);

/* ---- options.c ---- */

/* One "--name VALUE" (or "--name=VALUE"), or a flag if `flag` is given. `letter`, if there is one: "-l VALUE" too. */
struct cli_option {
	const char *name;
	const char **value;
	bool *flag;
	char letter;
};
/* Takes the options out of argv and leaves the other words at argv[1] …; `help` is what --help prints.
 * Returns the number of words left, -1 if --help was asked for (and printed), -2 after an error. */
int cli_options(int argc, char **argv, const struct cli_option *options, size_t count, const char *help);

/* The database named, or $FREIGABE_DB, or sqlite:freigabe.db. */
const char *cli_database(const char *db);
/* Opens the service on a database ("sqlite:PATH", NULL: $FREIGABE_DB or sqlite:freigabe.db). */
bool cli_open_service(const char *command, const char *db, bool create, struct service **out);
/* The site named, or the only one; NULL after having said what is wrong. */
const struct store_site *cli_site(const char *command, struct service *svc, const char *slug);

/* A setting's own copy of a text, in place of what was there. */
bool cli_set_text(char **field, const char *value);
/* The first line of a file, so that no password stands in the configuration; false if it is shorter than `least`. */
bool cli_read_secret(char **field, const char *path, size_t least);

/* ---- config_file.c ---- */

/* One line of it. */
enum cli_set { CLI_SET, CLI_BAD_VALUE, CLI_NO_SUCH_KEY };
typedef enum cli_set cli_setting(void *ctx, const char *key, const char *value);
/* False after having said on standard error what is wrong, in which line, and what to do. */
bool cli_read_config(const char *command, const char *path, cli_setting *set, void *ctx);

/* ---- progress.c ---- */

/* Shows how far a part of long work has come, if standard error is a terminal; `ctx` is a struct cli_progress, zero at
 * first. A new part has another pointer. */
struct cli_progress {
	const char *part;
	int64_t began, shown, first;
};
void cli_progress(void *ctx, const char *part, int64_t done, int64_t of);
/* Takes the line away. */
void cli_progress_end(const struct cli_progress *p);

/* ---- cmd_backup.c ---- */

/* What is in a backup and what of it was checked. */
void cli_print_facts(const struct move_facts *f);

/* ---- article_file.c ---- */

/* Imports one file (Markdown or ninjs) with its picture. Prints what went wrong. */
bool cli_import_article(struct service *svc, const struct store_site *site, const char *path, bool *created);

#endif
