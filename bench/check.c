/* How many comments a second the engine reads on one core: 250 characters, with article, all rules, with evidence. */
#include <freigabe.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct frg_str text(const char *s) { return (struct frg_str){s, strlen(s)}; }

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

int main(void)
{
	static const char *const comments[] = {
		"Der Umweg über die Autobahnbrücke kostet die Leute aus der Neustadt jeden Morgen zwanzig Minuten, weil die "
		"Linie 5 "
		"nur alle halbe Stunde fährt. Wenn die Stadt den Takt nicht verdichtet, wird der Versuch scheitern. Gibt es "
		"dazu Zahlen?",
		"Diese Stadtverwaltung ist doch ein Haufen von Vollidioten, die bekommen seit Jahren gar nichts hin, und am "
		"Ende zahlen "
		"wieder wir. Wer hat daran verdient? Das würde mich wirklich sehr interessieren, aber das darf man ja nicht "
		"mehr fragen.",
		"Ich wohne seit 1987 am Fischmarkt und gehe jeden Tag über die Brücke. Mit Autos war es dort zuletzt "
		"gefährlich, mein "
		"Nachbar ist im Mai angefahren worden. Laut Unfallbericht waren es 14 Unfälle in zwei Jahren: "
		"www.elvermuende.de/verkehr",
		"Super Artikel!!! Wer auch so günstig Fahrräder kaufen will, schaut mal auf rad-billig24 punkt com vorbei, da "
		"gibt es "
		"mit dem Code BRUECKE20 noch zwanzig Prozent extra. Ich habe meins jetzt seit drei Wochen und bin sehr "
		"zufrieden damit.",
	};
	enum { ROUNDS = 5, PER_ROUND = 20000, COMMENTS = 4 };
	struct frg_engine *engine;
	struct frg_workspace *ws;
	struct frg_article *article;
	struct frg_error err;
	if (frg_engine_open(NULL, &engine, &err) || frg_workspace_open(engine, &ws, &err) ||
	    frg_article_open(
			engine, text("Die Alte Elverbrücke soll den Fußgängern gehören"),
			text("Der Stadtrat sperrt die Brücke für ein Jahr für Autos. Die Händler fürchten um ihre Kundschaft."),
			text("Die Brücke von 1888 verbindet den Fischmarkt mit der Neustadt. Zuletzt querten sie täglich 9400 "
	             "Autos, die "
	             "Linie 5 fährt alle dreißig Minuten. Die Stadt zählt Unfälle, Umwege und den Umsatz der Läden."),
			&article, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		return 2;
	}
	static double took[PER_ROUND];
	double best = 0, p99 = 0;
	size_t evidence = 0;
	for (int round = 0; round < ROUNDS; round++) {
		double start = now();
		for (int i = 0; i < PER_ROUND; i++) {
			struct frg_review review;
			struct frg_input input = {.text = text(comments[i % COMMENTS]), .article = article};
			double before = now();
			if (frg_check(engine, ws, &input, &review, &err))
				return 2;
			took[i] = now() - before;
			evidence += review.evidence_count;
		}
		double rate = PER_ROUND / (now() - start);
		qsort(took, PER_ROUND, sizeof *took, by_value);
		if (rate > best) {
			best = rate;
			p99 = took[PER_ROUND * 99 / 100];
		}
	}
	printf("{\"comments_per_second\": %.0f, \"p99_us\": %.1f, \"evidence\": %zu}\n", best, p99 * 1e6, evidence);
	frg_article_close(article);
	frg_workspace_close(ws);
	frg_engine_close(engine);
	return 0;
}
