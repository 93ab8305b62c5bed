/* freigabe train: learns a model from a newsroom's labelled archive. */
#include "cli/cli.h"

#include "learn/learn.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char help[] =
	"usage: freigabe train --data A.tsv[,B.tsv…] --text COLUMN --label COLUMN[,COLUMN…]\n"
	"                      [--positive VALUE[,VALUE…]] [--objective macro_f1|f1|accuracy]\n"
	"                      [--lang de|en] --out M.model\n"
	"\n"
	"Learns from a labelled archive: tab-separated, a header line, one text a row (\\n, \\t and \\\\ for\n"
	"newline, tab and backslash). A row whose label is blank is left out.\n"
	"\n"
	"  --label      one or more columns; each becomes something that `eval` and `predict` know by its name\n"
	"  --positive   the values that mean yes. Without it: 1, true, yes, ja; a column with other values\n"
	"               becomes one answer for each value\n"
	"  --lang       the texts' language; without it, what most of them are written in\n"
	"  --objective  what the threshold shall serve best (macro_f1 unless told otherwise)\n"
	"\n"
	"What it costs to be wrong, how sure a score is and the threshold are found by cross-validation on\n"
	"the data given, nothing else; the report says what to expect. docs/train-on-your-archive.md tells more.\n"
	"Exit codes: 0 done, 2 wrong usage or input.\n";

enum { PARTS = 16 };

/* Divides "a,b,c"; false if there are too many or an empty one. */
static bool split(const char *list, str *out, size_t *count)
{
	str rest = str_of(list);
	*count = 0;
	while (str_next(&rest, ',', &out[*count]))
		if (out[*count].n == 0 || ++*count == PARTS)
			return false;
	return *count > 0;
}

static void show_progress(void *ctx, const char *step, size_t done, size_t all)
{
	if (*(bool *)ctx)
		fprintf(stderr, "\r%s %zu of %zu%s", step, done, all, done == all ? "\n" : "   ");
}

static void show_report(void *ctx, const char *line) { fprintf(stderr, "%s\n", line); }

static bool write_file(const char *path, str content)
{
	FILE *f = fopen(path, "wb");
	bool ok = f && fwrite(content.p, 1, content.n, f) == content.n;
	ok = f && fclose(f) == 0 && ok;
	if (!ok)
		fprintf(stderr, "freigabe train: cannot write %s: %m\n", path);
	return ok;
}

static int learn(const struct train_options *options, const char *out)
{
	struct frg_engine *engine;
	struct frg_error err;
	str model;
	if (frg_engine_open(NULL, &engine, &err) != FRG_OK)
		return cli_failed("train", &err);
	enum frg_status status = train(engine, options, &model, &err);
	frg_engine_close(engine);
	if (status != FRG_OK)
		return cli_failed("train", &err);
	bool written = write_file(out, model);
	free((char *)model.p);
	return written ? EXIT_DONE : EXIT_USAGE;
}

int cmd_train(int argc, char **argv)
{
	const char *data = NULL, *text = NULL, *label = NULL, *positive = NULL, *out = NULL, *objective = "macro_f1",
			   *lang = NULL;
	const struct cli_option options[] = {{.name = "data", .value = &data},
	                                     {.name = "text", .value = &text},
	                                     {.name = "label", .value = &label},
	                                     {.name = "positive", .value = &positive},
	                                     {.name = "objective", .value = &objective},
	                                     {.name = "lang", .value = &lang},
	                                     {.name = "out", .value = &out}};
	static const char *const objectives[] = {"macro_f1", "f1", "accuracy"};
	str files[PARTS], labels[PARTS], values[PARTS];
	const char *paths[PARTS];
	bool terminal = isatty(STDERR_FILENO);
	struct train_options o = {.progress = show_progress, .report = show_report, .ctx = &terminal};
	int words = cli_options(argc, argv, options, COUNT_OF(options), help), code;
	size_t chosen = 0;
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	if (words > 0 || !data || !text || !label || !out)
		return cli_usage("train", "--data, --text, --label and --out are needed");
	while (chosen < COUNT_OF(objectives) && strcmp(objectives[chosen], objective) != 0)
		chosen++;
	if (chosen == COUNT_OF(objectives))
		return cli_usage("train", "--objective takes macro_f1, f1 or accuracy");
	if (lang && strcmp(lang, "de") != 0 && strcmp(lang, "en") != 0)
		return cli_usage("train", "--lang takes de or en");
	o.lang = !lang ? FRG_LANG_AUTO : strcmp(lang, "en") == 0 ? FRG_LANG_EN : FRG_LANG_DE;
	if (!split(data, files, &o.data_count) || !split(label, labels, &o.label_count) ||
	    (positive && !split(positive, values, &o.positive_count)))
		return cli_usage("train", "a list has an empty part, or more than %d", PARTS - 1);
	struct arena *arena = arena_open(1 << 20);
	for (size_t i = 0; i < o.data_count; i++)
		paths[i] = arena_cstr(arena, files[i]);
	o.data = paths;
	o.text = str_of(text);
	o.label = labels;
	o.positive = values;
	o.objective = (enum objective)chosen;
	code = learn(&o, out);
	arena_close(arena);
	return code;
}
