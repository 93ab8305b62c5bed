/* freigabe article: articles from files. */
#include "cli/cli.h"

#include "service/service.h"

#include <stdio.h>

static const char help[] =
	"usage: freigabe article import [--db URL] [--site NAME] FILE…\n\n"
	"Imports articles: ninjs 2 (*.json) or Markdown with front matter (all other files). An article\n"
	"with the same id is replaced. Pictures named relative to the file are taken into the database.\n";

int cmd_article(int argc, char **argv)
{
	const char *db = NULL, *slug = NULL;
	const struct cli_option options[] = {{"db", &db, NULL}, {"site", &slug, NULL}};
	int words = cli_options(argc, argv, options, COUNT_OF(options), help);
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	if (words < 2 || strcmp(argv[1], "import") != 0)
		return cli_usage("article", "say: import FILE…");
	struct service *svc;
	if (!cli_open_service("article", db, false, &svc))
		return EXIT_USAGE;
	const struct store_site *site = cli_site("article", svc, slug);
	int failed = site ? 0 : 1;
	for (int i = 2; site && i <= words; i++) {
		bool created;
		if (!cli_import_article(svc, site, argv[i], &created))
			failed++;
		else
			printf("%s %s\n", created ? "imported" : "replaced", argv[i]);
	}
	service_close(svc);
	return failed ? EXIT_USAGE : EXIT_DONE;
}
