/* freigabe key: keys for programs that put articles or ask for scores. */
#include "cli/cli.h"

#include "service/service.h"

#include <stdio.h>

static const char help[] =
	"usage: freigabe key new NAME [--site NAME] [--db URL]\n\n"
	"Makes a key for PUT /v1/articles/{id} and for programs made for Perspective, and prints it.\n"
	"It is kept hashed and cannot be shown again.\n";

int cmd_key(int argc, char **argv)
{
	const char *db = NULL, *slug = NULL;
	const struct cli_option options[] = {{"db", &db, NULL}, {"site", &slug, NULL}};
	int words = cli_options(argc, argv, options, COUNT_OF(options), help);
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	if (words != 2 || strcmp(argv[1], "new") != 0)
		return cli_usage("key", "say: new NAME");
	struct service *svc;
	struct frg_error err;
	char key[SECRET_TEXT_SIZE];
	if (!cli_open_service("key", db, false, &svc))
		return EXIT_USAGE;
	int rc = EXIT_DONE;
	const struct store_site *site = cli_site("key", svc, slug);
	if (!site)
		rc = EXIT_USAGE;
	else if (service_key_new(svc, site->id, str_of(argv[2]), key, &err) != FRG_OK)
		rc = cli_failed("key", &err);
	else
		puts(key);
	service_close(svc);
	return rc;
}
