/* Does a check's cost grow with the text's length, or faster? For hostile texts of many kinds: cost per byte at 20,000
 * bytes against 2,000. Prints the worst; 1 is linear. */
#include <freigabe.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const seeds[] = {"a",
                                    "!",
                                    " ",
                                    "ä",
                                    "😀",
                                    "a ",
                                    "a.b.",
                                    "@a ",
                                    "((",
                                    "\"",
                                    "\"a ",
                                    "'a' ",
                                    "Idiot ",
                                    "I d i o t ",
                                    "I.d.i.o.t",
                                    "f*ck ",
                                    "***",
                                    "s c h e i ",
                                    "du bist ein ",
                                    "wer hat euch bezahlt? ",
                                    "http://",
                                    "www.a.de ",
                                    "beispiel punkt com ",
                                    "0171 ",
                                    "0",
                                    "1.000,50 ",
                                    "> a\n",
                                    "\n",
                                    "Donaudampfschifffahrtsgesellschaft",
                                    "scheissscheiss",
                                    "aaaaaa ",
                                    "alle gekauft und gesteuert ",
                                    "\xCC\x81",
                                    "\xE2\x80\x8B",
                                    "-",
                                    "a-b-",
                                    "e1n3r ",
                                    "warum ",
                                    "weil ",
                                    "ihr ",
                                    "ß",
                                    "{0}"};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Best of some runs, a byte. */
static double cost(const struct frg_engine *e, struct frg_workspace *ws, const struct frg_article *a, const char *text,
                   size_t n, int runs)
{
	double best = 1e9;
	struct frg_review review;
	struct frg_input in = {.text = {text, n}, .article = a};
	for (int i = 0; i < runs; i++) {
		double begin = now();
		if (frg_check(e, ws, &in, &review, NULL) != FRG_OK)
			exit(1);
		double took = now() - begin;
		best = took < best ? took : best;
	}
	return best / (double)n;
}

static void print_json(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			putchar('\\');
		if ((unsigned char)*s < ' ')
			printf("\\u%04x", (unsigned char)*s);
		else
			putchar(*s);
	}
	putchar('"');
}

int main(void)
{
	enum { LONG = 20000, SHORT = 2000 };
	static char text[LONG + 64];
	struct frg_engine *e;
	struct frg_workspace *ws;
	struct frg_article *a;
	struct frg_str title = {"Freibad", 7}, body = {"Das Freibad bleibt zu. Wer zahlt das?", 37};
	double worst = 0, slowest = 0;
	const char *where = "", *slow = "";
	if (frg_engine_open(NULL, &e, NULL) != FRG_OK || frg_workspace_open(e, &ws, NULL) != FRG_OK ||
	    frg_article_open(e, title, (struct frg_str){NULL, 0}, body, &a, NULL) != FRG_OK)
		return 1;
	for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
		size_t n = strlen(seeds[i]), whole = LONG / n * n, part = SHORT / n * n;
		for (size_t k = 0; k < whole; k += n)
			memcpy(text + k, seeds[i], n);
		double longer = cost(e, ws, a, text, whole, 7), shorter = cost(e, ws, a, text, part, 31);
		if (longer / shorter > worst) {
			worst = longer / shorter;
			where = seeds[i];
		}
		if (longer > slowest) {
			slowest = longer;
			slow = seeds[i];
		}
	}
	printf("{\"growth\": %.2f, \"growth_text\": ", worst);
	print_json(where[0] == '\n' ? "newline" : where);
	printf(", \"slowest_ms\": %.2f, \"slowest_text\": ", slowest * LONG * 1e3);
	print_json(slow[0] == '\n' ? "newline" : slow);
	printf("}\n");
	frg_article_close(a);
	frg_workspace_close(ws);
	frg_engine_close(e);
	return 0;
}
