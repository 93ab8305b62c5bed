/* The engine as its users see it: disguised swear words are found, innocents are not, limits
 * hold, and a check allocates nothing. */
#include "base/embedded.h"
#include "text/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* Counts allocations, where no sanitizer does so already. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COUNTING 0
#elif defined(__has_feature)
#define COUNTING                                                                                                       \
	!(__has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer))
#else
#define COUNTING 1
#endif

#if COUNTING
static size_t allocations;
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
void *malloc(size_t n)
{
	allocations++;
	return __libc_malloc(n);
}
void *calloc(size_t n, size_t size)
{
	allocations++;
	return __libc_calloc(n, size);
}
void *realloc(void *p, size_t n)
{
	allocations++;
	return __libc_realloc(p, n);
}
#endif

static struct frg_engine *engine;
static struct frg_workspace *ws;
static struct frg_review review;

static int setup(void **state)
{
	struct frg_error err;
	if (frg_engine_open(NULL, &engine, &err) != FRG_OK)
		fail_msg("%s", err.msg);
	return frg_workspace_open(engine, &ws, &err);
}

static int teardown(void **state)
{
	frg_workspace_close(ws);
	frg_engine_close(engine);
	return 0;
}

static void check_str(str s, enum frg_lang lang)
{
	struct frg_input in = {.text = s, .lang = lang};
	struct frg_error err;
	if (frg_check(engine, ws, &in, &review, &err) != FRG_OK)
		fail_msg("%s", err.msg);
}

static void check(const char *s, enum frg_lang lang) { check_str(str_of(s), lang); }

/* ---- disguises ---- */

enum { OUT = 512 };

static size_t add(char *to, size_t n, const char *s)
{
	size_t k = strlen(s);
	if (n + k >= OUT)
		return n;
	memcpy(to + n, s, k + 1);
	return n + k;
}

static bool vowel(char c) { return c && strchr("aeiou", c) != NULL; }

/* Goes over the letters of a word: how = what is written for letter i of n. */
static void spell(const char *word, char *to, void (*how)(const char *letter, size_t i, size_t n, char *out))
{
	size_t chars = 0, k = 0, at = 0;
	str s = str_of(word);
	for (size_t i = 0; i < s.n; chars++)
		utf8_next(s, &i);
	to[0] = 0;
	for (size_t i = 0; i < s.n; k++) {
		char letter[8] = "", out[32] = "";
		size_t from = i;
		utf8_next(s, &i);
		memcpy(letter, s.p + from, i - from);
		how(letter, k, chars, out);
		at = add(to, at, out);
	}
}

static void plain(const char *l, size_t i, size_t n, char *out) { strcpy(out, l); }
static void upper(const char *l, size_t i, size_t n, char *out)
{
	strcpy(out, l);
	if (i % 2 == 0 && l[0] >= 'a' && l[0] <= 'z')
		out[0] = (char)(l[0] - 32);
}
static void leet(const char *l, size_t i, size_t n, char *out)
{
	static const char from[] = "oiea", *const to[] = {"0", "1", "3", "4"};
	const char *at = l[1] ? NULL : strchr(from, l[0]);
	strcpy(out, at ? to[at - from] : l);
}
static void signs(const char *l, size_t i, size_t n, char *out)
{
	strcpy(out, !strcmp(l, "a") ? "@" : !strcmp(l, "s") ? "$" : !strcmp(l, "i") ? "!" : l);
}
static void between(const char *l, size_t i, size_t n, char *out, const char *what)
{
	strcpy(out, l);
	if (i + 1 < n)
		strcat(out, what);
}
static void dots(const char *l, size_t i, size_t n, char *out) { between(l, i, n, out, "."); }
static void dashes(const char *l, size_t i, size_t n, char *out) { between(l, i, n, out, "-"); }
static void spaces(const char *l, size_t i, size_t n, char *out) { between(l, i, n, out, " "); }
static void zero_width(const char *l, size_t i, size_t n, char *out) { between(l, i, n, out, "\xE2\x80\x8B"); }
static void soft_hyphen(const char *l, size_t i, size_t n, char *out) { between(l, i, n, out, "\xC2\xAD"); }
static void strike(const char *l, size_t i, size_t n, char *out) { between(l, i, n, out, "\xCC\xB6"); }
static void star_vowel(const char *l, size_t i, size_t n, char *out)
{
	static size_t starred;
	if (i == 0)
		starred = 0;
	bool star = i > 0 && !starred && ((unsigned char)l[0] >= 0x80 || vowel(l[0]));
	starred += star;
	strcpy(out, star ? "*" : l);
}
static void stars_inside(const char *l, size_t i, size_t n, char *out)
{
	strcpy(out, n >= 6 && i >= n / 2 && i < n / 2 + 2 ? "*" : l);
}
static void repeated(const char *l, size_t i, size_t n, char *out)
{
	strcpy(out, l);
	if (i == n / 2)
		for (int k = 0; k < 4; k++)
			strcat(out, l);
}
static void cyrillic(const char *l, size_t i, size_t n, char *out)
{
	static const char from[] = "aeocpxy", *const to[] = {"а", "е", "о", "с", "р", "х", "у"};
	const char *at = l[1] ? NULL : strchr(from, l[0]);
	strcpy(out, at ? to[at - from] : l);
}
static void full_width(const char *l, size_t i, size_t n, char *out)
{
	if (l[0] < 'a' || l[0] > 'z') {
		strcpy(out, l);
		return;
	}
	out[utf8_put(0xFF41 + (uint32_t)(l[0] - 'a'), out)] = 0;
}
static void no_umlaut(const char *l, size_t i, size_t n, char *out)
{
	strcpy(out, !strcmp(l, "ä") ? "ae" : !strcmp(l, "ö") ? "oe" : !strcmp(l, "ü") ? "ue" : !strcmp(l, "ß") ? "ss" : l);
}

static const struct disguise {
	const char *name;
	void (*how)(const char *, size_t, size_t, char *);
} disguises[] = {{"plain", plain},
                 {"MiXeD", upper},
                 {"leet", leet},
                 {"signs", signs},
                 {"dots", dots},
                 {"dashes", dashes},
                 {"spaces", spaces},
                 {"zero width", zero_width},
                 {"soft hyphen", soft_hyphen},
                 {"strike-through", strike},
                 {"starred vowel", star_vowel},
                 {"stars inside", stars_inside},
                 {"repeated", repeated},
                 {"Cyrillic", cyrillic},
                 {"full width", full_width},
                 {"no umlauts", no_umlaut}};

enum { DISGUISES = COUNT_OF(disguises) };

struct tally {
	size_t found[DISGUISES], total[DISGUISES];
};

static void try_word(const char *word, enum frg_lang lang, struct tally *tally)
{
	for (size_t d = 0; d < DISGUISES; d++) {
		char masked[OUT], text[OUT + 32];
		spell(word, masked, disguises[d].how);
		snprintf(text, sizeof text, lang == FRG_LANG_EN ? "That is %s today" : "Das ist %s hier", masked);
		check(text, lang);
		tally->total[d]++;
		tally->found[d] += review.score[FRG_PROFANITY] >= 0.5f;
	}
}

/* Each word of the list that counts by itself. */
static void try_line(str line, struct tally *tally)
{
	str field[6] = {0}, lemma;
	size_t n = 0;
	while (n < 6 && str_next(&line, '\t', &field[n]))
		n++;
	if (n < 5 || !str_eq(field[0], STR("word")) || field[2].n < 3 || field[2].p[2] < '6')
		return;
	while (str_next(&field[4], ' ', &lemma)) {
		char word[64];
		size_t cut = str_find(lemma, STR(","), 0), k = 0;
		lemma = cut == SIZE_MAX ? lemma : str_sub(lemma, 0, cut);
		for (size_t i = 0; i < lemma.n && k < sizeof word - 1; i++)
			if (lemma.p[i] != '*' && lemma.p[i] != '+')
				word[k++] = lemma.p[i];
		word[k] = 0;
		if (k >= 4)
			try_word(word, str_eq(field[1], STR("en")) ? FRG_LANG_EN : FRG_LANG_DE, tally);
	}
}

static void disguises_are_seen_through(void **state)
{
	struct tally tally = {0};
	size_t found = 0, total = 0;
	for (size_t i = 0; i < embedded_lists_count; i++) {
		str text = embedded_content(&embedded_lists[i]), line;
		if (strcmp(embedded_lists[i].name, "words.tsv") != 0)
			continue;
		while (str_next(&text, '\n', &line))
			try_line(line, &tally);
	}
	for (size_t d = 0; d < DISGUISES; d++) {
		printf("# %-15s %5.1f %% of %zu\n", disguises[d].name, 100.0 * (double)tally.found[d] / (double)tally.total[d],
		       tally.total[d]);
		found += tally.found[d];
		total += tally.total[d];
	}
	printf("# %-15s %5.1f %%\n", "all", 100.0 * (double)found / (double)total);
	assert_true(total > 5000);
	assert_true(found * 100 >= total * 90);
}

/* ---- innocents ---- */

/* many words to a line */
/* clang-format off */
static const char *const innocents_de[] = {
    "Klassenfahrt", "Dickicht", "Assistent", "Assistenzarzt", "Arsenal", "Analyse", "Analphabet", "Kanal", "banal", "Scheidegg", "Wichsenstein",
    "Fickert", "Pissarro", "Kotzebue", "Titisee", "Titicacasee", "Tittmoning", "Wixhausen", "Fuckersberg", "Fugging", "Petting", "Kissing",
    "Barsch", "Marsch", "harsch", "forsch", "Kirsche", "Hirsch", "Bursche", "morsch", "Dorsch", "unwirsch", "Marschall", "Arschin", "Hurrikan",
    "Hurra", "Kanute", "Minute", "Nutzen", "Kutte", "Mutter", "Futter", "Butter", "Fotograf", "Fotoapparat", "Asien",
    "Asiaten", "Asyl", "Asylrecht", "Assel", "Kassel", "Spass", "Mongolei", "negativ", "integer", "Gegner", "Juwel", "Polen",
    "Spinnerei", "Spinne", "Seidenspinner", "Eichenprozessionsspinner", "Schwanzfeder", "Misthaufen", "Mistgabel", "Muschel",
    "Schlamperei", "schlampig", "Hexenhaus", "Hexenschuss", "Rucksack", "Sackgasse", "Sackbahnhof", "Dudelsack", "Packung", "Gepäck", "Sechserpack",
    "Pfeifer", "Pfeifkonzert", "Penne", "Pennsylvania", "Pennäler", "Hundstage", "Hundesteuer", "Schweinebraten", "Sauerstoff", "Sauerkraut",
    "sauber", "Sauna", "Saurier", "Wildsau", "Viehzucht", "Eselsbrücke", "Affenbrotbaum", "Ziegenkäse", "Kuhhandel", "Gänsemarsch",
    "Rattenfänger", "Zeckenimpfung", "Madeira", "Wurmfortsatz", "Schlangenlinie", "Scheitel", "Scheit", "Bescheid", "gescheit", "Scheich",
    "Scheibe", "Scheune", "scheu", "Scheck", "verschieden", "Abschied", "geschieht", "Schießstand", "schießen", "Kacheln",
    "Kaktus", "Pisa", "Pistazie", "Piste", "Pilot", "Pistole", "Furche", "Furt", "Popcorn", "Posaune",
    "Busenfreund", "Nippes", "Vögel", "Vogelhaus", "Singvögel", "Bumerang", "Bummel", "Titan", "Titel",
    "Titelseite", "Tituskirche", "Wichtel", "wichtig", "Wichern", "Ficus", "Fichte", "Fixpunkt", "Dickmilch",
    "Dickdarm", "dicke Bohnen", "ein dicker Brief", "Dick und Doof", "Assmann", "Assisi", "Assekuranz", "Bassist", "Massage", "Kassette",
    "Passagier", "Klassik", "Analogie", "Kapitalanalyse", "Kanalisation", "Nationalanthem", "Arsenik", "Sextant", "Sextett", "Essex", "Sussex",
    "Middlesex", "Scunthorpe", "Penistone", "Cockpit", "Cocktail", "Hancock", "Hitchcock", "Shiitake", "Hornisse", "Hortensie", "Schwarte",
    "Schwarm", "Schwan", "Schwank", "Schwanger", "Pimpinelle", "Lumpensammler", "Bastei", "Bastler", "Bast", "Basar",
    "Idiom", "Idiolekt", "Idiosynkrasie", "Trottoir", "Depot", "Depesche", "Deppendorf", "Vollzeit", "Vollpension", "Vollkorn", "Erzbischof",
    "Erzieher", "Geschmeide", "geschmeidig", "Schaum", "Gesinde", "Gesims", "Parasol", "Paradies", "Schmarren", "Kretischer",
    "Kreta", "Krefeld", "Spaten", "Spatz", "Spaß am Spiel", "Hongkong", "Hirnforschung", "Hirntumor", "Kanadier",
    "Bimsstein", "Zigarette", "Tuntenhausen", "Tunnel", "Transit", "Transport", "Krüppelwalmdach",
    "Nazareth", "Nazi-Zeit", "Nationalsozialismus", "Hurghada", "Nutria", "Fötus", "Foyer", "Pusteblume", "Puffer", "Puffreis",
    "Auspuff", "Puffbohne", "Sackhüpfen", "Schnauzer", "Schnauzbart", "Maulwurf", "Maultasche", "Maulbeere", "Fressnapf", "Klappstuhl", "Eierkuchen",
    "Der Fußballer Arne Maier", "Herr Fick wohnt in der Schillerstraße", "Die Sau und ihre Ferkel im Stall", "geile Triebe entfernen",
    "Die Klasse fährt nach Assisi", "Das ist ein Schwein im Stall", "Hunde müssen an die Leine", "im Zoo leben Affen", "Esel und Ochse im Stall",
    "Ich packe den Rucksack", "Der Ball traf den Pfosten", "Ein Bauer pflügt", "Mist auf dem Acker", "Die Ziege meckert", "alte Eichen",
    "Ochsen am Spieß", "Drachen steigen lassen", "Die Null steht", "Das Opfer des Unfalls", "Die Flasche ist leer", "eine Flasche Wein",
};

static const char *const innocents_en[] = {
    "classic", "class", "assassin", "assess", "assistant", "associate", "assume", "passage", "grass", "glass", "bass guitar", "compass",
    "embarrass", "harass", "mass", "brass", "cassette", "cockpit", "cocktail", "peacock", "Hancock", "Hitchcock", "cockatoo", "weathercock",
    "Dickens", "Dickinson", "Moby Dick", "Scunthorpe", "Penistone", "Essex", "Sussex", "Middlesex", "title", "titan", "petition", "constitution",
    "competition", "institute", "substitute", "appetite", "stitch", "Shiitake", "analysis", "analogue", "canal", "final", "national", "arsenal",
    "arsenic", "parse", "sparse", "coarse", "hoarse", "snigger", "niggard", "niggle", "cucumber", "document", "circumstance", "accumulate",
    "incumbent", "cumbersome", "Cumberland", "basement", "swank", "Pakistan", "spice", "despicable", "suspicious", "hospice", "raccoon", "cocoon",
    "tycoon", "bassoon", "shoe", "phoenix", "hello", "shell", "Michelle", "button", "butter", "rebuttal", "nutshell", "peanut", "coconut",
    "doughnut", "bitcoin", "habitat", "obituary", "therapist", "grape", "drape", "scrape", "crape", "scrap", "prickle", "prickly pear", "tardy",
    "bastion", "mishit", "Matsushita", "Fagin", "pussycat", "blue tit", "great tits at the feeder", "Mr Dick came",
    "The dog barked", "a pig farm", "Rats carry disease", "The cow gave milk", "He coughed", "the pricing", "duck", "luck", "truck", "Buckingham",
};
/* clang-format on */

static void innocents_are_left_alone(void **state)
{
	size_t count = 0, wrong = 0;
	for (int lang = 0; lang < 2; lang++) {
		const char *const *list = lang ? innocents_en : innocents_de;
		size_t n = lang ? COUNT_OF(innocents_en) : COUNT_OF(innocents_de);
		for (size_t i = 0; i < n; i++) {
			if (!list[i][0])
				continue;
			check(list[i], lang ? FRG_LANG_EN : FRG_LANG_DE);
			count++;
			if (review.score[FRG_PROFANITY] < 0.5f && review.score[FRG_AGGRESSION] < 0.5f &&
			    review.score[FRG_AD_LINK] < 0.5f)
				continue;
			wrong++;
			printf("# false alarm: %s (%.2f %.2f)\n", list[i], (double)review.score[0], (double)review.score[1]);
		}
	}
	printf("# %zu innocents\n", count);
	assert_true(count >= 200);
	assert_int_equal(wrong, 0);
}

/* ---- promises ---- */

static void evidence_is_sound(void)
{
	for (size_t i = 0; i < review.evidence_count; i++) {
		const struct frg_evidence *e = &review.evidence[i];
		assert_true(e->begin < e->end && e->score >= 0 && e->score <= 1 && e->reason.n > 0);
		assert_true(utf8_invalid(e->reason) == SIZE_MAX);
		if (i)
			assert_true(review.evidence[i - 1].begin <= e->begin);
	}
}

static void all_rules_report(void **state)
{
	check("Du A....loch, wer hat die Redaktion wohl bezahlt? Ihr seid doch alle gekauft! Rabatt auf billig-shop24.de",
	      FRG_LANG_AUTO);
	assert_int_equal(review.lang, FRG_LANG_DE);
	for (int r = FRG_PROFANITY; r <= FRG_AD_LINK; r++)
		assert_true(review.score[r] >= 0.5f);
	assert_int_equal(review.suggestion, FRG_SUGGEST_REJECT);
	assert_false(review.off_topic_known);
	evidence_is_sound();
}

static void quoted_words_are_no_breach(void **state)
{
	check("Das Wort »Idiot« kommt aus dem Griechischen.", FRG_LANG_DE);
	assert_true(review.score[FRG_PROFANITY] < 0.5f && review.score[FRG_AGGRESSION] < 0.5f);
	check("The word “idiot” is of Greek origin.", FRG_LANG_EN);
	assert_true(review.score[FRG_PROFANITY] < 0.5f && review.score[FRG_AGGRESSION] < 0.5f);
}

static void limits_hold(void **state)
{
	static char big[FRG_TEXT_MAX + 1];
	struct frg_error err;
	struct frg_input in = {.text = {big, sizeof big}};
	memset(big, 'a', sizeof big);
	assert_int_equal(frg_check(engine, ws, &in, &review, &err), FRG_TOO_LARGE);
	in.text.n--;
	assert_int_equal(frg_check(engine, ws, &in, &review, &err), FRG_OK);
	big[7] = (char)0xFF;
	assert_int_equal(frg_check(engine, ws, &in, &review, &err), FRG_INVALID);
	assert_int_equal(err.pos, 7);
	in.text.n = 0;
	assert_int_equal(frg_check(engine, ws, &in, &review, &err), FRG_OK);
	assert_int_equal(review.suggestion, FRG_SUGGEST_RELEASE);
	for (size_t i = 0; i + 8 <= FRG_TEXT_MAX; i += 8)
		memcpy(big + i, "fotze !\n", 8);
	in.text.n = FRG_TEXT_MAX;
	assert_int_equal(frg_check(engine, ws, &in, &review, &err), FRG_OK);
	assert_true(review.evidence_cut && review.evidence_count == 64);
	evidence_is_sound();
}

static void article_relates(void **state)
{
	struct frg_article *a;
	struct frg_error err;
	str title = STR("Freibad bleibt geschlossen"), lead = STR("Die Sanierung wird teurer.");
	str body = STR("Das Becken ist undicht. Bürgermeister Klaus Wiedmann bittet um Geduld. Es wird im Mai eröffnet.");
	assert_int_equal(frg_article_open(engine, STR_NONE, STR_NONE, STR_NONE, &a, &err), FRG_INVALID);
	assert_int_equal(frg_article_open(engine, title, lead, body, &a, &err), FRG_OK);
	struct frg_input in = {.article = a, .text = STR("Warum hat Bürgermeister Wiedmann so lange gewartet?")};
	assert_int_equal(frg_check(engine, ws, &in, &review, &err), FRG_OK);
	assert_true(review.off_topic_known && review.score[FRG_OFF_TOPIC] < 0.5f && review.related.found);
	assert_int_equal(review.related.part, FRG_BODY);
	assert_true(str_find(str_sub(body, review.related.begin, review.related.end), STR("Wiedmann"), 0) != SIZE_MAX);
	in.text = STR("Hat jemand meine Katze gesehen? Sie hört auf Minka und trägt ein rotes Halsband.");
	assert_int_equal(frg_check(engine, ws, &in, &review, &err), FRG_OK);
	assert_true(review.score[FRG_OFF_TOPIC] >= 0.5f);
	frg_article_close(a);
}

static void a_check_allocates_nothing(void **state)
{
#if COUNTING
	static char big[FRG_TEXT_MAX];
	static const char *const parts[] = {"Du A....loch ", "Überraschungsangebotsschlußverkäufe ", "a.b/ x@y.de ",
	                                    "»Idiot« ",      "https://shop.example.com/?ref=1 ",     "S c h e i s s e "};
	struct frg_article *a;
	struct frg_error err;
	assert_int_equal(frg_article_open(engine, STR("Titel"), STR_NONE, STR("Ein Angebot."), &a, &err), FRG_OK);
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		size_t n = 0, k = strlen(parts[i]);
		for (; n + k <= sizeof big; n += k)
			memcpy(big + n, parts[i], k);
		struct frg_input in = {.text = {big, n}, .parent = {big, n}, .article = a};
		size_t before = allocations;
		enum frg_status status = frg_check(engine, ws, &in, &review, &err);
		size_t during = allocations - before;
		assert_int_equal(status, FRG_OK);
		assert_int_equal(during, 0);
	}
	frg_article_close(a);
#else
	skip();
#endif
}

static void bad_lists_are_refused(void **state)
{
	static const struct {
		const char *text;
		size_t line;
	} cases[] = {{"word\tde", 1},
	             {"\n# x\nnonsense\tde\tx", 3},
	             {"word\tde\t2\tn\tabc", 1},
	             {"word\txx\t0.5\tn\tabc", 1},
	             {"cue\tde\tprofanity\t0.5\tx\t..3", 1},
	             {"cue\tde\tprofanity\t0.5\tx\t@none", 1},
	             {"stop\tde\t\xFF", 1},
	             {"class\t\tabc", 1},
	             {"cue\tde\tprofanity\t0.5\tx\ta|b ..9 c", 1},
	             {"word\tde\t0.5\tq\tabc", 1}};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct frg_engine_options o = {.word_list = str_of(cases[i].text)};
		struct frg_engine *e;
		struct frg_error err;
		assert_int_equal(frg_engine_open(&o, &e, &err), FRG_INVALID);
		assert_int_equal(err.pos, cases[i].line);
	}
	struct frg_engine_options o = {.word_list = STR("word\tde\t0.9\tn\tquarkkopf\n")};
	struct frg_engine *e;
	assert_int_equal(frg_engine_open(&o, &e, NULL), FRG_OK);
	assert_string_not_equal(frg_engine_id(e), frg_engine_id(engine));
	frg_engine_close(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(all_rules_report),
	                                   cmocka_unit_test(quoted_words_are_no_breach),
	                                   cmocka_unit_test(limits_hold),
	                                   cmocka_unit_test(article_relates),
	                                   cmocka_unit_test(bad_lists_are_refused),
	                                   cmocka_unit_test(a_check_allocates_nothing),
	                                   cmocka_unit_test(innocents_are_left_alone),
	                                   cmocka_unit_test(disguises_are_seen_through)};
	return cmocka_run_group_tests(tests, setup, teardown);
}
