/* What an engine knows of words: read from the word list (model/lists/README.md),
 * immutable afterwards. */
#ifndef REVIEW_LISTS_H
#define REVIEW_LISTS_H

#include "base/i18n.h"
#include "review/pool.h"

/* A term is what a token can be recognised as: a word, a beginning, an ending, a tag of
 * a swear word, or one of these. */
enum {
	TERM_NUM,
	TERM_CAP,
	TERM_UPPER,
	TERM_LINK,
	TERM_CONTACT,
	TERM_HANDLE,
	TERM_SWEAR,
	TERM_ANY,
	TERM_QUOTED,
	TERM_FIXED /* how many there are */
};

enum term_kind { TERM_WORD, TERM_BEGIN, TERM_END, TERM_TAG, TERM_KINDS };

enum { LANGS_DE = 1, LANGS_EN = 2, LANGS_ALL = 3 };

enum word_flag {
	WORD_LEFT = 1,  /* anything plausible may stand before it: *wichser */
	WORD_RIGHT = 2, /* … or behind it: scheiss* */
	WORD_HEAD = 4,  /* a known first part may stand before it: +depp */
	WORD_VERB = 8   /* so may a verb's prefix */
};

/* Longest word that is looked up as one. */
enum { LISTS_WORD_MAX = 64 };

enum { WORD_TAGS = 4, WORD_NONE = 0xFFFF };

struct word {
	str lemma;
	float weight;
	uint8_t langs, flags, tag_count;
	uint16_t tag[WORD_TAGS]; /* terms */
};

struct form {
	str text;
	uint16_t word;
};

enum { ELEMENT_MAX = 12 };

struct element {
	uint16_t set;
	uint8_t gap; /* words that may lie before it */
	bool optional;
};

enum { CUE_FIRST = 1, CUE_QUESTION = 2, CUE_EXCLAIM = 4, CUE_TEXT = 8, CUE_LAST = 16 };

struct cue {
	enum frg_rule rule;
	float weight; /* negative: lowers the other findings of the rule */
	uint8_t langs, flags, count;
	struct element element[ELEMENT_MAX];
	enum msg reason; /* {0} is the passage */
};

enum host_kind {
	HOST_NONE,
	HOST_SOURCE,
	HOST_SHOP,
	HOST_SHORT,
	HOST_AFFILIATE,
	HOST_MESSENGER,
	HOST_SOCIAL,
	HOST_SPAM,
	HOST_KINDS
};

/* Classes that the code asks for by name. */
enum known_class { CLASS_INSULTING, CLASS_WORDTALK, CLASS_SAYING, CLASS_AIM, CLASS_YOU, CLASS_EN_YOU, KNOWN_CLASSES };
#define SET_NONE UINT32_MAX

/* Compressed lists: those of `i` are item[start[i]] … item[start[i + 1] - 1]. */
struct lists_index {
	uint32_t *start;
	uint16_t *item;
};

struct lists {
	struct pool pool;
	struct word *words;
	size_t word_count, word_room;
	struct form *forms;
	size_t form_count, form_room;
	struct map form_map, squeezed_map; /* to forms */
	struct map safe, mods, verb_mods, open_safe;
	struct map terms[TERM_KINDS];
	size_t term_count;
	struct map sets; /* key: the element as written */
	struct set {
		uint16_t *term;
		size_t count, room;
	} * set_list;
	size_t set_count, set_room;
	struct map classes;            /* name to set */
	uint32_t known[KNOWN_CLASSES]; /* sets, or SET_NONE */
	struct cue *cues;
	size_t cue_count, cue_room;
	struct lists_index term_sets, term_cues; /* cues by the terms of their first word */
	uint64_t *set_bits;                      /* by term: bit (set mod 64) of each of its sets */
	struct map stop;                         /* to langs */
	struct map topics;                       /* word beginnings to topic numbers */
	size_t topic_count;
	struct map topic_names;
	struct map hosts;    /* to enum host_kind */
	struct map ad_words; /* parts of hosts and paths */
	uint32_t longest_prefix, longest_suffix;
	uint32_t bucket[27]; /* first form by initial, for reading gaps; forms are sorted */
	uint32_t *by_initial;
	uint64_t power[LISTS_WORD_MAX + 1]; /* of HASH_BASE */
	uint64_t digest;
};

/* Reads a list. On failure nothing is left to close.
 * Errors: FRG_INVALID (err->pos is the line, from 1), FRG_NO_MEMORY. */
MUST_CHECK enum frg_status lists_open(struct lists *l, str text, struct frg_error *err);
void lists_close(struct lists *l);

/* forms.c: adds all inflections of a word. False: out of memory. */
bool forms_add(struct lists *l, uint16_t word, str lemma, str pos);
bool forms_finish(struct lists *l);
/* Every run of one letter as one: "idiiiot" and "idiot" alike. Returns the length. */
size_t squeeze(str s, char *out, size_t most, size_t keep);

/* patterns.c: reads cues and classes. NULL or what is wrong. */
const char *pattern_class(struct lists *l, str name, str members);
const char *pattern_cue(struct lists *l, const struct cue *like, str pattern);
/* The term of that kind, made if new; SIZE_MAX when out of memory or numbers. */
size_t pattern_term(struct lists *l, enum term_kind kind, str text);
bool patterns_finish(struct lists *l);

#define LISTS_NO_MEMORY "no memory"

#endif
