/* German or English? Function words and umlauts decide. */
#include "text/text.h"

#include <endian.h>
#include <stdlib.h>

/* Sorted, folded, of at most seven letters; words that both languages share are left out. */
enum { WORD = 8 };
static const char german[][WORD] = {
	"aber",    "alle",  "alles", "als",    "auch",   "auf",    "aus",    "bei",     "beim",    "bin",    "bis",
	"bitte",   "da",    "damit", "dann",   "das",    "dass",   "dem",    "den",     "denn",    "der",    "des",
	"deshalb", "dich",  "dies",  "diese",  "diesem", "diesen", "dieser", "dieses",  "dir",     "doch",   "du",
	"durch",   "ein",   "eine",  "einem",  "einen",  "einer",  "eines",  "einfach", "endlich", "er",     "es",
	"etwas",   "euch",  "euer",  "eure",   "fuer",   "ganz",   "gegen",  "geht",    "gibt",    "haben",  "halt",
	"hat",     "hatte", "ich",   "ihm",    "ihn",    "ihnen",  "ihr",    "ihre",    "im",      "immer",  "ist",
	"ja",      "jede",  "jeder", "jetzt",  "kann",   "kein",   "keine",  "kommt",   "mal",     "man",    "mehr",
	"mein",    "meine", "mich",  "mir",    "mit",    "muss",   "nach",   "nein",    "nicht",   "nichts", "noch",
	"nur",     "ob",    "oder",  "ohne",   "schon",  "sehr",   "sei",    "sein",    "seine",   "seit",   "sich",
	"sie",     "sind",  "soll",  "sollte", "ueber",  "um",     "und",    "uns",     "unter",   "viel",   "viele",
	"vom",     "von",   "vor",   "war",    "waren",  "warum",  "weil",   "wenn",    "wer",     "werden", "wie",
	"wieder",  "wir",   "wird",  "wo",     "wollen", "wurde",  "zu",     "zum",     "zur",     "zwei",
};
static const char english[][WORD] = {
	"a",      "about",  "after", "all",   "and",  "any",  "are",  "as",    "at",   "be",    "because", "been",
	"but",    "by",     "can",   "could", "did",  "do",   "does", "dont",  "even", "every", "for",     "from",
	"get",    "go",     "had",   "has",   "have", "he",   "her",  "here",  "him",  "his",   "how",     "i",
	"if",     "into",   "is",    "it",    "its",  "just", "know", "like",  "me",   "more",  "my",      "never",
	"no",     "not",    "of",    "on",    "one",  "only", "or",   "our",   "out",  "over",  "people",  "please",
	"really", "should", "some",  "such",  "than", "that", "the",  "their", "them", "then",  "there",   "these",
	"they",   "this",   "those", "to",    "too",  "up",   "us",   "very",  "want", "we",    "were",    "what",
	"when",   "where",  "which", "who",   "why",  "will", "with", "would", "you",  "your",  "youre",
};

/* Eight letters as a number that sorts as they do. */
static uint64_t packed(const char *word)
{
	uint64_t v;
	memcpy(&v, word, WORD);
	return be64toh(v);
}

static bool has(const char (*list)[WORD], size_t count, uint64_t word)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		uint64_t v = packed(list[mid]);
		if (v == word)
			return true;
		if (v < word)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* 1: a German function word, -1: an English one. */
static int function_word(str w)
{
	char word[WORD] = {0};
	if (w.n >= WORD)
		return 0;
	memcpy(word, w.p, w.n);
	uint64_t v = packed(word);
	return has(german, COUNT_OF(german), v) - has(english, COUNT_OF(english), v);
}

/* An umlaut or sharp s as given: folding made two letters of one source character. */
static bool german_letter(const struct text *t, const struct token *k)
{
	for (size_t i = 0; i + 1 < k->fn; i++) {
		size_t f = k->f + i;
		if (t->folded.at[f] == t->folded.at[f + 1] && t->folded.width[f] == 2 &&
		    (t->folded.f[f + 1] == 'e' || t->folded.f[f + 1] == 's'))
			return true;
	}
	return false;
}

/* Letters that seldom stand together in the other language. */
static int spelling(str w)
{
	if (w.n < 4)
		return 0;
	int v = 0;
	v += str_ends(w, STR("ung")) || str_ends(w, STR("lich")) || str_ends(w, STR("keit")) || str_ends(w, STR("isch")) ||
	     str_starts(w, STR("sch")) || str_ends(w, STR("icht")) || (str_starts(w, STR("ge")) && str_ends(w, STR("t")));
	v -= str_ends(w, STR("ing")) || str_ends(w, STR("tion")) - str_ends(w, STR("ation")) || str_ends(w, STR("ould")) ||
	     str_starts(w, STR("wh")) || str_ends(w, STR("ight"));
	return v;
}

enum frg_lang text_lang(const struct text *t, enum frg_lang fallback)
{
	enum { ENOUGH = 400, CLEAR = 24 };
	int balance = 0;
	for (size_t i = 0; i < t->token_count && i < ENOUGH && abs(balance) < CLEAR; i++) {
		str w = token_str(t, i);
		if (t->tokens[i].flags & (TOK_NUMBER | TOK_LINK))
			continue;
		balance += 2 * function_word(w);
		balance += 3 * german_letter(t, &t->tokens[i]) + spelling(w);
	}
	return balance > 0 ? FRG_LANG_DE : balance < 0 ? FRG_LANG_EN : fallback;
}
