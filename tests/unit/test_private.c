/* Data by which somebody can be reached, and what only looks like it. */
#include "text/private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* What is to be found stands between [ and ]; without them: nothing. */
static int check(const char *marked, enum private_kind kind)
{
	char text[512];
	size_t n = 0, begin = SIZE_MAX, end = 0;
	struct private_span found[8];
	for (const char *p = marked; *p; p++) {
		if (*p == '[')
			begin = n;
		else if (*p == ']')
			end = n;
		else
			text[n++] = *p;
	}
	size_t count = private_find((str){text, n}, found, 8);
	bool good = begin == SIZE_MAX
	                ? count == 0
	                : count == 1 && found[0].kind == kind && found[0].begin == begin && found[0].end == end;
	if (!good) {
		printf("# %s:", marked);
		for (size_t i = 0; i < count; i++)
			printf(" %s »%.*s«", private_kind_name(found[i].kind), (int)(found[i].end - found[i].begin),
			       text + found[i].begin);
		printf("\n");
	}
	return !good;
}

static void there(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum private_kind kind;
	} cases[] = {
		{"Schreiben Sie an [max.mustermann@example.org], bitte.", PRIVATE_EMAIL},
		{"Seine Mail: [m-m+zeitung@mail.example.co.uk].", PRIVATE_EMAIL},
		{"([info@rathaus-elver.de])", PRIVATE_EMAIL},
		{"Rufen Sie ihn an: [030 123456-78], jeden Tag.", PRIVATE_PHONE},
		{"Handy [0171 2345678]", PRIVATE_PHONE},
		{"Tel. [0171/234 56 78]!", PRIVATE_PHONE},
		{"[+49 171 2345678] ist seine Nummer", PRIVATE_PHONE},
		{"[+49 (0)30 1234567]", PRIVATE_PHONE},
		{"[0049 30 1234567]", PRIVATE_PHONE},
		{"[(030) 1234567]", PRIVATE_PHONE},
		{"[+44 20 7946 0958]", PRIVATE_PHONE},
		{"call her on [020 7946 0958]", PRIVATE_PHONE},
		{"[04321/98765]", PRIVATE_PHONE},
		{"Konto [DE89 3704 0044 0532 0130 00] bei der Sparkasse", PRIVATE_IBAN},
		{"[de89370400440532013000]", PRIVATE_IBAN},
		{"[GB29 NWBK 6016 1331 9268 19].", PRIVATE_IBAN},
		{"[AT61 1904 3002 3457 3201]", PRIVATE_IBAN},
		{"Karte [4111 1111 1111 1111] gesperrt", PRIVATE_CARD},
		{"[5500-0000-0000-0004]", PRIVATE_CARD},
		{"Er wohnt in der [Lindenstraße 12].", PRIVATE_ADDRESS},
		{"Adresse: [Lindenstraße 12, 10969 Berlin]!", PRIVATE_ADDRESS},
		{"bei ihm in der [Langen Straße 3a]", PRIVATE_ADDRESS},
		{"[Goethestr. 7]", PRIVATE_ADDRESS},
		{"[Mühlenweg 44 21335 Lüneburg]", PRIVATE_ADDRESS},
		{"am [Marktplatz 5]", PRIVATE_ADDRESS},
		{"[Äußere Gasse 9]", PRIVATE_ADDRESS},
		{"She lives at [12 High Street], Leeds.", PRIVATE_ADDRESS},
		{"[221 Upper Baker Street]", PRIVATE_ADDRESS},
	};
	int wrong = 0;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		wrong += check(cases[i].text, cases[i].kind);
	assert_int_equal(wrong, 0);
}

static void not_there(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"Am 24.12.2025 war das Spiel 1:0.",
		"seit dem 01.02.2024",
		"vom 01.02.24 bis 03/04/25",
		"Das kostet 10 000 000 Euro.",
		"0,000.000 Prozent",
		"0.000.000",
		"rund 1.234.567 Menschen",
		"§ 130 StGB und Art. 5 GG",
		"Die Bundesstraße 12 ist gesperrt.",
		"auf der Landstraße 113",
		"Der Verein steht auf Platz 1.",
		"Platz 2024 war besser",
		"den Weg 5 Kilometer weiter",
		"die Straße 3 Monate lang gesperrt",
		"in der Lindenstraße 2024 passiert",
		"Ich habe 3 Kinder und 2 Autos.",
		"Von 2019 bis 2025 stieg der Etat um 3,5 Prozent.",
		"@redaktion, das stimmt so nicht",
		"a@b",
		"Preis @ 5 Euro",
		"um 07:30 Uhr und 08.15 Uhr",
		"PLZ 10969 Berlin",
		"DE12 ist kein Konto",
		"AB12 3456 7890 1234 5678",
		"Karte 4111 1111 1111 1112",
		"ISBN 978-3-16-148410-0",
		"007 im Kino",
		"5:0, 4:1 und 3:2",
		"in 10 Downing sessions",
		"the 5 Star hotel on High Street",
		"Im Jahr 2023 Road to nowhere",
		"Bahn 2, Gleis 14",
		"Aktenzeichen 12 K 345/22",
		"0815 und 4711",
		"500 m weiter",
	};
	int wrong = 0;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		wrong += check(cases[i], PRIVATE_EMAIL);
	assert_int_equal(wrong, 0);
}

static void several(void **state)
{
	(void)state;
	struct private_span found[3];
	str s = STR("a@example.org, 0171 2345678, b@example.org, c@example.org");
	assert_int_equal(private_find(s, found, 3), 3);
	assert_int_equal(found[1].kind, PRIVATE_PHONE);
	assert_true(found[0].end <= found[1].begin && found[1].end <= found[2].begin);
	assert_int_equal(private_find(STR(""), found, 3), 0);
}

/* What newspaper readers write holds next to none of it: whatever is found is printed, to be looked at. */
static void corpus(void **state)
{
	(void)state;
	char path[512], line[16384];
	size_t comments = 0, hits = 0;
	snprintf(path, sizeof path, "%s/data/comments.de.tsv", getenv("TEST_SOURCE_ROOT"));
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f)) {
		struct private_span found[8];
		char *text = strrchr(line, '\t');
		if (!text || !comments++)
			continue;
		size_t n = private_find(str_of(text + 1), found, 8);
		hits += n > 0;
		for (size_t i = 0; i < n; i++)
			printf("# %s: %.*s\n", private_kind_name(found[i].kind), (int)(found[i].end - found[i].begin),
			       text + 1 + found[i].begin);
	}
	fclose(f);
	printf("# %zu comments, %zu with something\n", comments, hits);
	assert_true(comments > 1000 && hits * 20 < comments);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(there), cmocka_unit_test(not_there), cmocka_unit_test(several),
	                                   cmocka_unit_test(corpus)};
	return cmocka_run_group_tests_name("private", tests, NULL, NULL);
}
