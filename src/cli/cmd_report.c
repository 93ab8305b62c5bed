/* freigabe report: the transparency report and the statements of reasons, to a file or to standard output. */
#include "cli/cli.h"

#include "exchange/exchange.h"
#include "service/service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char help[] =
	"usage: freigabe report transparency [--site NAME] [--from DAY] [--to DAY] [--lang de|en]\n"
	"                                    [--format html|json|csv|text] [--profile hosting|platform|micro]\n"
	"                                    [-o FILE] [--db URL]\n"
	"       freigabe report statements   [--site NAME] [--from DAY] [--to DAY] [--lang de|en]\n"
	"                                    [--format json|jsonl|csv] [--profile hosting|platform|micro]\n"
	"                                    [--terms-url ADDRESS] [-o FILE] [--db URL]\n\n"
	"transparency: what came in, what was decided, why and how fast, objections, notices, and how often the\n"
	"engine was right, for a period (Articles 15 and 24 of Regulation (EU) 2022/2065). html is a page that\n"
	"stands alone. statements: the statements of reasons (Articles 17 and 24(5)) as the DSA Transparency\n"
	"Database takes them. Neither holds personal data.\n\n"
	"  --from, --to    days such as 2026-01-01, both included; otherwise this year up to today\n"
	"  --profile       what the law takes the comments for: a hosting service (a newspaper's comments as a rule;\n"
	"                  the default), an online platform, or a micro or small enterprise, which is exempt\n"
	"  --terms-url     where the house rules can be read; goes into each statement\n"
	"  -o, --output    the file to write; it appears whole or not at all\n\n"
	"What each profile covers, and how things are counted: docs/transparency.md.\n";

/* ---- progress ---- */

static bool show_progress(void *ctx, int64_t rows)
{
	bool *shown = ctx;
	if (isatty(STDERR_FILENO)) {
		fprintf(stderr, "\r%lld rows read", (long long)rows);
		*shown = true;
	}
	return true;
}

/* ---- where it goes ---- */

struct output {
	FILE *file;
	char *path, *partial; /* NULL: standard output */
};

static bool open_output(const char *path, struct output *out)
{
	*out = (struct output){.file = stdout};
	if (!path || strcmp(path, "-") == 0)
		return true;
	if (asprintf(&out->path, "%s", path) < 0 || asprintf(&out->partial, "%s.partial", path) < 0)
		BUG("out of memory");
	/* its user's, like all that we write, until they publish it */
	int fd = open(out->partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	out->file = fd < 0 ? NULL : fdopen(fd, "w");
	if (out->file)
		return true;
	fprintf(stderr, "freigabe report: cannot write %s: %s\n", path, strerror(errno));
	free(out->path);
	free(out->partial);
	return false;
}

static bool write_piece(void *ctx, str piece)
{
	FILE *f = ctx;
	return fwrite(piece.p ? piece.p : "", 1, piece.n, f) == piece.n;
}

/* Keeps the file only if all of it is there. */
static bool close_output(struct output *out, bool good)
{
	bool written = fflush(out->file) == 0 && !ferror(out->file);
	if (!out->path) {
		if (good && !written)
			fprintf(stderr, "freigabe report: cannot write: %s\n", strerror(errno));
		return written;
	}
	written = written && fsync(fileno(out->file)) == 0;
	written = fclose(out->file) == 0 && written;
	if (good && written)
		written = rename(out->partial, out->path) == 0;
	if (good && !written)
		fprintf(stderr, "freigabe report: cannot write %s: %s\n", out->path, strerror(errno));
	if (!good || !written)
		unlink(out->partial);
	free(out->path);
	free(out->partial);
	return written;
}

static int make(struct service *svc, const struct report_order *asked, const char *path)
{
	struct output out;
	struct frg_error err;
	bool shown = false;
	struct report_order order = *asked;
	order.progress = show_progress;
	order.progress_ctx = &shown;
	if (!open_output(path, &out))
		return EXIT_USAGE;
	enum frg_status st = exchange_report(svc, &order, write_piece, out.file, &err);
	if (shown)
		fputc('\n', stderr);
	/* the disk was full, not the report too large */
	bool good = st == FRG_OK, disk = !good && ferror(out.file), written = close_output(&out, good || disk);
	if (!good && !disk)
		return cli_failed("report", &err);
	return good && written ? EXIT_DONE : EXIT_USAGE;
}

/* ---- what is asked for ---- */

struct words {
	const char *db, *slug, *from, *to, *lang, *format, *profile, *output, *terms;
};

static int choose(const struct words *w, const struct store_site *site, struct report_order *order)
{
	struct frg_error err;
	order->site = site;
	order->lang = w->lang ? i18n_lang(str_of(w->lang)) : site->lang;
	if (order->lang == FRG_LANG_AUTO)
		return cli_usage("report", "--lang de or en, not '%s'", w->lang);
	if (w->profile && !report_profile_of(str_of(w->profile), &order->profile))
		return cli_usage("report", "--profile hosting, platform or micro, not '%s'", w->profile);
	if (!report_format_of(str_of(w->format           ? w->format
	                             : order->statements ? "jsonl"
	                                                 : "html"),
	                      order->statements, &order->format))
		return cli_usage("report", "--format %s, not '%s'",
		                 order->statements ? "json, jsonl or csv" : "html, json, csv or text", w->format);
	if (w->terms && !order->statements)
		return cli_usage("report", "--terms-url goes with statements");
	order->terms_url = str_of(w->terms);
	if (service_report_period(str_of(w->from), str_of(w->to), &order->from, &order->to, &err) != FRG_OK)
		return cli_usage("report", "%s", err.msg);
	return EXIT_DONE;
}

/* Not part of the file: what the law asks of whoever makes it. */
static void say_standing(const struct report_order *order)
{
	if (order->statements && order->profile != REPORT_PLATFORM && isatty(STDERR_FILENO))
		fputs("note: only online platforms that are no micro or small enterprises must send statements to the\n"
		      "database (Articles 19 and 24(5)); authors get theirs in any case (Article 17).\n",
		      stderr);
}

static int run(const struct words *w, bool statements)
{
	struct service *svc;
	struct report_order order = {.statements = statements};
	if (!cli_open_service("report", w->db, false, &svc))
		return EXIT_USAGE;
	int rc = EXIT_USAGE;
	if (!w->slug && service_site_count(svc) > 1)
		cli_usage("report", "there are several sites: say --site NAME");
	else {
		const struct store_site *site = cli_site("report", svc, w->slug);
		rc = site ? choose(w, site, &order) : EXIT_USAGE;
	}
	if (rc == EXIT_DONE) {
		say_standing(&order);
		rc = make(svc, &order, w->output);
	}
	service_close(svc);
	return rc;
}

int cmd_report(int argc, char **argv)
{
	struct words w = {0};
	const struct cli_option options[] = {
		{"db", &w.db, NULL, 0},           {"site", &w.slug, NULL, 0},       {"from", &w.from, NULL, 0},
		{"to", &w.to, NULL, 0},           {"lang", &w.lang, NULL, 0},       {"format", &w.format, NULL, 0},
		{"profile", &w.profile, NULL, 0}, {"output", &w.output, NULL, 'o'}, {"terms-url", &w.terms, NULL, 0}};
	int words = cli_options(argc, argv, options, COUNT_OF(options), help);
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	bool transparency = words == 1 && strcmp(argv[1], "transparency") == 0;
	if (!transparency && (words != 1 || strcmp(argv[1], "statements") != 0))
		return cli_usage("report", "say: transparency or statements");
	return run(&w, !transparency);
}
