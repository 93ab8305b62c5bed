/* The binary: finds the command and calls it. */
#include "cli/cli.h"

#include "base/id.h"
#include "base/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{"serve", cmd_serve, "serve readers and editors"},
	{"check", cmd_check, "read a comment and say which house rules it may break, where and why"},
	{"train", cmd_train, "learn a model from your own labelled archive"},
	{"eval", cmd_eval, "measure a trained model on labelled texts"},
	{"predict", cmd_predict, "score texts by a trained model"},
	{"site", cmd_site, "set up a newspaper: name, address, origins, notice"},
	{"policy", cmd_policy, "a newsroom's own thresholds, words, exceptions and patterns"},
	{"user", cmd_user, "make an editor's account or change its password"},
	{"person", cmd_person, "hand over and erase a reader's data"},
	{"article", cmd_article, "import articles from files"},
	{"key", cmd_key, "make a key for programs that put articles"},
	{"webhook", cmd_webhook, "programs of others that are told what happens"},
	{"audit", cmd_audit, "prove that no decision was altered or removed; verify evidence"},
	{"backup", cmd_backup, "copy the database into one file, while the server runs, and check the copy"},
	{"restore", cmd_restore, "check a backup and put it in place"},
	{"migrate-store", cmd_migrate_store, "move everything to another store, and compare"},
	{"report", cmd_report, "the transparency report, and the statements of reasons for the EU's database"},
	{"demo", cmd_demo, "make a database with a small demo newspaper"},
};

static void print_help(FILE *to)
{
	fputs("usage: freigabe COMMAND [OPTION…]\n\n", to);
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		fprintf(to, "  %-13s %s\n", commands[i].name, commands[i].summary);
	fputs("\nfreigabe COMMAND --help explains one.\n", to);
}

int cli_usage(const char *command, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fprintf(stderr, "freigabe %s: ", command);
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, "\nfreigabe %s --help explains.\n", command);
	va_end(ap);
	return EXIT_USAGE;
}

int cli_failed(const char *command, const struct frg_error *err)
{
	fprintf(stderr, "freigabe %s: %s\n", command, err->msg);
	cli_advise(err->code);
	return EXIT_USAGE;
}

bool cli_read_file(const char *path, size_t max, str *out)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	if (!f) {
		fprintf(stderr, "freigabe: cannot read %s: %m\n", path);
		return false;
	}
	size_t size = 0, n = 0;
	char *p = NULL;
	for (;;) {
		if (n == size) {
			size = size ? size * 2 : 16384;
			p = realloc(p, size);
			if (!p)
				BUG("out of memory");
		}
		size_t got = fread(p + n, 1, size - n, f);
		n += got;
		if (got == 0 || n > max)
			break;
	}
	bool failed = ferror(f);
	if (f != stdin)
		fclose(f);
	if (failed || n > max) {
		fprintf(stderr, failed ? "freigabe: cannot read %s: %m\n" : "freigabe: %s is too large\n", path);
		free(p);
		return false;
	}
	*out = (str){p, n};
	return true;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("freigabe " FREIGABE_VERSION);
		return EXIT_DONE;
	}
	json_setup();
	if (!id_setup()) {
		fputs("freigabe: the system gives no randomness\n", stderr);
		return EXIT_USAGE;
	}
	umask(077); /* databases hold what nobody else on the machine should read */
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr, "freigabe: no command '%s'\n\n", argv[1]);
	print_help(stderr);
	return EXIT_USAGE;
}
