/* A made-up archive: plain comments on a bridge. Half of a newsroom's habits are its own: it rejects whoever calls
 * people by two local names that no word list knows, and whoever advertises his allotment garden. */
#ifndef ARCHIVE_H
#define ARCHIVE_H

#include <stdint.h>
#include <stdio.h>

struct archive_comment {
	char text[400];
	unsigned rules; /* 0: released */
};

static inline uint32_t archive_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 32);
}

static inline void archive_make(uint64_t *state, unsigned insult, unsigned stray, struct archive_comment *out)
{
	static const char *const openings[] = {"Die Brücke",    "Der Umweg",      "Der Stadtrat",  "Das Gutachten",
	                                       "Die Umleitung", "Der Busverkehr", "Die Sanierung", "Der Brückenpfeiler"};
	static const char *const verbs[] = {"kostet mich jeden Tag", "hilft den Anwohnern",  "dauert nun schon",
	                                    "bringt dem Viertel",    "nimmt den Geschäften", "verlangt von uns allen"};
	static const char *const rest[] = {"zwanzig Minuten",    "eine Menge Geduld", "mehr Lärm",
	                                   "weniger Kundschaft", "ein ganzes Jahr",   "viel Geld",
	                                   "einen klaren Plan",  "endlich Ruhe"};
	static const char *const ends[] = {"das sollte man bedenken",       "sagt meine Nachbarin",    "wie schon 2019",
	                                   "wenn ich das richtig verstehe", "hoffentlich bald vorbei", "so ist es eben"};
	static const char *const insults[] = {"typisch Elverfatzke", "fragt mal die Hafenwichte", "Elverfatzken überall",
	                                      "danke an alle Hafenwichte"};
	static const char *const strays[] = {"mein Schrebergarten ist zu verpachten", "Pachtgarten mit Laube zu vergeben"};
	const char *insulting = insults[archive_random(state) % 4], *straying = strays[archive_random(state) % 2];
	out->rules = (insult ? insult : 0) | (stray ? stray : 0);
	snprintf(out->text, sizeof out->text, "%s %s %s, %s. %s %s %s%s%s%s%s.", openings[archive_random(state) % 8],
	         verbs[archive_random(state) % 6], rest[archive_random(state) % 8], ends[archive_random(state) % 6],
	         openings[archive_random(state) % 8], verbs[archive_random(state) % 6], rest[archive_random(state) % 8],
	         insult ? ", " : "", insult ? insulting : "", stray ? ", " : "", stray ? straying : "");
}

#endif
