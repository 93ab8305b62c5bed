/* Command lines: options anywhere among the words. */
#include "cli/cli.h"

#include "service/service.h"

#include <stdio.h>
#include <stdlib.h>

static const struct cli_option *find(const struct cli_option *options, size_t count, const char *name, size_t n)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(options[i].name) == n && memcmp(options[i].name, name, n) == 0)
			return &options[i];
	return NULL;
}

static const struct cli_option *find_letter(const struct cli_option *options, size_t count, const char *arg)
{
	for (size_t i = 0; i < count && arg[0] == '-' && arg[1] && !arg[2]; i++)
		if (options[i].letter == arg[1])
			return &options[i];
	return NULL;
}

/* Takes one option at argv[*i]. */
static bool take(int argc, char **argv, int *i, const struct cli_option *options, size_t count)
{
	const struct cli_option *o = find_letter(options, count, argv[*i]);
	const char *name = argv[*i] + (o ? 1 : 2), *equals = o ? NULL : strchr(name, '=');
	if (!o)
		o = find(options, count, name, equals ? (size_t)(equals - name) : strlen(name));
	if (!o) {
		cli_usage(argv[0], "no option %s", argv[*i]);
		return false;
	}
	if (o->flag) {
		*o->flag = true;
		return true;
	}
	if (!equals && *i + 1 >= argc) {
		cli_usage(argv[0], "--%s needs a value", o->name);
		return false;
	}
	*o->value = equals ? equals + 1 : argv[++*i];
	return true;
}

int cli_options(int argc, char **argv, const struct cli_option *options, size_t count, const char *help)
{
	int words = 0;
	bool only_words = false;
	for (int i = 1; i < argc; i++) {
		if (only_words || (strncmp(argv[i], "--", 2) != 0 && !find_letter(options, count, argv[i]))) {
			argv[++words] = argv[i];
		} else if (strcmp(argv[i], "--") == 0) {
			only_words = true;
		} else if (strcmp(argv[i], "--help") == 0) {
			fputs(help, stdout);
			return -1;
		} else if (!take(argc, argv, &i, options, count)) {
			return -2;
		}
	}
	return words;
}

const char *cli_database(const char *db)
{
	if (!db)
		db = getenv("FREIGABE_DB");
	return db ? db : "sqlite:freigabe.db";
}

bool cli_open_service(const char *command, const char *db, bool create, struct service **out)
{
	struct frg_error err;
	struct service_config config = {
		.database = str_of(cli_database(db)), .create = create, .readers = 2, .unlimited = true};
	if (service_open(&config, out, &err) == FRG_OK)
		return true;
	cli_failed(command, &err);
	return false;
}

const struct store_site *cli_site(const char *command, struct service *svc, const char *slug)
{
	const struct store_site *site = service_site(svc, str_of(slug));
	if (!site && slug)
		fprintf(stderr, "freigabe %s: there is no site '%s'\n", command, slug);
	else if (!site)
		fprintf(stderr, "freigabe %s: there is no site yet: freigabe site set --help\n", command);
	return site;
}

bool cli_set_text(char **field, const char *value)
{
	free(*field);
	*field = strdup(value);
	return *field != NULL;
}

bool cli_read_secret(char **field, const char *path, size_t least)
{
	char line[1024];
	FILE *f = fopen(path, "r");
	bool good = f && fgets(line, sizeof line, f);
	if (f)
		fclose(f);
	if (good)
		line[strcspn(line, "\r\n")] = 0;
	return good && strlen(line) >= least && cli_set_text(field, line);
}
