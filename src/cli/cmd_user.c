/* freigabe user: accounts of editors. */
#include "cli/cli.h"

#include "service/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

static const char help[] =
	"usage: freigabe user set LOGIN [--name TEXT] [--email ADDRESS] [--role ROLE] [--site NAME] [--db URL]\n"
	"                               [--password-stdin]\n\n"
	"Makes an account or changes its password, which ends the sessions and takes second factors off. The\n"
	"password (at least 10 characters) is asked for, or read from standard input.\n\n"
	"ROLE: administrator, lead, editor, trainee, auditor, lawyer (docs/roles.md). A site's first account\n"
	"is an administrator, the next ones are editors, unless said otherwise.\n";

/* A line without its end. Not echoed on a terminal. */
static bool read_password(bool ask, char out[1026])
{
	struct termios before, silent;
	bool terminal = ask && isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
	if (terminal) {
		fputs("Password: ", stderr);
		silent = before;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	}
	bool got = fgets(out, 1026, stdin) != NULL;
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fputc('\n', stderr);
	}
	if (got)
		out[strcspn(out, "\r\n")] = 0;
	return got;
}

int cmd_user(int argc, char **argv)
{
	const char *db = NULL, *name = NULL, *slug = NULL, *role = NULL, *email = NULL;
	bool from_stdin = false;
	const struct cli_option options[] = {{"db", &db, NULL},       {"name", &name, NULL},
	                                     {"email", &email, NULL}, {"role", &role, NULL},
	                                     {"site", &slug, NULL},   {"password-stdin", NULL, &from_stdin}};
	int words = cli_options(argc, argv, options, COUNT_OF(options), help);
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	if (words != 2 || strcmp(argv[1], "set") != 0)
		return cli_usage("user", "say: set LOGIN");
	char password[1026];
	if (!read_password(!from_stdin, password))
		return cli_usage("user", "no password given");
	struct service *svc;
	struct frg_error err;
	if (!cli_open_service("user", db, false, &svc))
		return EXIT_USAGE;
	int rc = EXIT_DONE;
	const struct store_site *site = cli_site("user", svc, slug);
	if (!site)
		rc = EXIT_USAGE;
	else if (service_account_save(svc,
	                              &(struct staff_account){.site = site->id,
	                                                      .login = str_of(argv[2]),
	                                                      .name = str_of(name ? name : argv[2]),
	                                                      .email = str_of(email),
	                                                      .password = str_of(password),
	                                                      .role = role},
	                              &err) != FRG_OK)
		rc = cli_failed("user", &err);
	else
		printf("account %s of %.*s saved\n", argv[2], STR_ARG(site->name));
	service_close(svc);
	return rc;
}
