/* Reads classes and cues of the word list into sets of terms. */
#include "review/lists.h"

#include <stdlib.h>

static const struct fixed {
	const char *name;
	uint16_t term;
} fixed[] = {{"num", TERM_NUM},     {"cap", TERM_CAP},         {"upper", TERM_UPPER},
             {"link", TERM_LINK},   {"contact", TERM_CONTACT}, {"handle", TERM_HANDLE},
             {"swear", TERM_SWEAR}, {"any", TERM_ANY},         {"quoted", TERM_QUOTED}};

size_t pattern_term(struct lists *l, enum term_kind kind, str text)
{
	str stable;
	uint32_t term;
	if (text.n == 0 || text.n > LISTS_WORD_MAX)
		return SIZE_MAX;
	if (map_first(&l->terms[kind], text, text_hash(text), &term))
		return term;
	if (l->term_count >= UINT16_MAX || !pool_copy(&l->pool, text, &stable) ||
	    !map_add(&l->terms[kind], stable, (uint32_t)l->term_count))
		return SIZE_MAX;
	if (kind == TERM_BEGIN && text.n > l->longest_prefix)
		l->longest_prefix = (uint32_t)text.n;
	if (kind == TERM_END && text.n > l->longest_suffix)
		l->longest_suffix = (uint32_t)text.n;
	return l->term_count++;
}

static bool set_add(struct set *s, size_t term)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->term[i] == term)
			return true;
	if (s->count >= UINT16_MAX || !grow((void **)&s->term, &s->room, s->count, sizeof *s->term))
		return false;
	s->term[s->count++] = (uint16_t)term;
	return true;
}

static const char *add_class(struct lists *l, size_t set, str name)
{
	uint32_t other;
	if (map_first(&l->classes, name, text_hash(name), &other)) {
		for (size_t i = 0; i < l->set_list[other].count; i++)
			if (!set_add(&l->set_list[set], l->set_list[other].term[i]))
				return LISTS_NO_MEMORY;
		return NULL;
	}
	if (!map_first(&l->terms[TERM_TAG], name, text_hash(name), &other))
		return "no such class or tag above this line";
	return set_add(&l->set_list[set], other) ? NULL : LISTS_NO_MEMORY;
}

/* One alternative: word, word*, *word, @class, %fixed. */
static const char *add_member(struct lists *l, size_t set, str m)
{
	char folded[64];
	if (m.n == 0)
		return "empty alternative";
	if (m.p[0] == '@')
		return add_class(l, set, str_sub(m, 1, m.n));
	if (m.p[0] == '%') {
		for (size_t i = 0; i < COUNT_OF(fixed); i++)
			if (str_eq(str_sub(m, 1, m.n), str_of(fixed[i].name)))
				return set_add(&l->set_list[set], fixed[i].term) ? NULL : LISTS_NO_MEMORY;
		return "no such %name";
	}
	enum term_kind kind = TERM_WORD;
	if (m.p[0] == '*') {
		kind = TERM_END;
		m = str_sub(m, 1, m.n);
	} else if (m.p[m.n - 1] == '*') {
		kind = TERM_BEGIN;
		m = str_sub(m, 0, m.n - 1);
	}
	size_t n = fold_word(m, folded, sizeof folded);
	for (size_t i = 0; i < n; i++)
		if (!fold_is_word(folded[i]))
			return "a word has only letters and digits";
	if (n == 0 || (kind != TERM_WORD && n < 2))
		return "too short or too long";
	size_t term = pattern_term(l, kind, (str){folded, n});
	return term != SIZE_MAX && set_add(&l->set_list[set], term) ? NULL : LISTS_NO_MEMORY;
}

static const char *new_set(struct lists *l, size_t *set)
{
	if (l->set_count >= UINT16_MAX)
		return "too many patterns";
	if (!grow((void **)&l->set_list, &l->set_room, l->set_count, sizeof *l->set_list))
		return LISTS_NO_MEMORY;
	l->set_list[l->set_count] = (struct set){0};
	*set = l->set_count++;
	return NULL;
}

const char *pattern_class(struct lists *l, str name, str members)
{
	size_t set;
	uint32_t already;
	str stable, member;
	const char *wrong = NULL;
	if (name.n == 0)
		return "a class needs a name";
	if (map_first(&l->classes, name, text_hash(name), &already)) {
		set = already; /* more members for it */
	} else {
		wrong = new_set(l, &set);
		if (wrong)
			return wrong;
		if (!pool_copy(&l->pool, name, &stable) || !map_add(&l->classes, stable, (uint32_t)set))
			return LISTS_NO_MEMORY;
	}
	while (!wrong && str_next(&members, ' ', &member))
		if (member.n)
			wrong = add_member(l, set, member);
	return wrong;
}

static const char *element_set(struct lists *l, str text, uint16_t *out)
{
	uint32_t already;
	size_t set;
	str stable, rest = text, member;
	if (map_first(&l->sets, text, text_hash(text), &already)) {
		*out = (uint16_t)already;
		return NULL;
	}
	const char *wrong = new_set(l, &set);
	while (!wrong && str_next(&rest, '|', &member))
		wrong = add_member(l, set, member);
	if (wrong)
		return wrong;
	if (!pool_copy(&l->pool, text, &stable) || !map_add(&l->sets, stable, (uint32_t)set))
		return LISTS_NO_MEMORY;
	*out = (uint16_t)set;
	return NULL;
}

/* Marks that are no words. True if it was one. */
static bool pattern_mark(struct cue *c, str word, uint8_t *gap)
{
	if (str_eq(word, STR("^")))
		c->flags |= CUE_FIRST;
	else if (str_eq(word, STR("?")))
		c->flags |= CUE_QUESTION;
	else if (str_eq(word, STR("!")))
		c->flags |= CUE_EXCLAIM;
	else if (str_eq(word, STR("$")))
		c->flags |= CUE_LAST;
	else if (word.n == 3 && str_starts(word, STR("..")) && word.p[2] >= '1' && word.p[2] <= '8')
		*gap = (uint8_t)(word.p[2] - '0');
	else
		return false;
	return true;
}

const char *pattern_cue(struct lists *l, const struct cue *like, str pattern)
{
	struct cue c = *like;
	str word;
	uint8_t gap = 0;
	size_t choices = 0;
	while (str_next(&pattern, ' ', &word)) {
		if (word.n == 0 || pattern_mark(&c, word, &gap))
			continue;
		if (c.count == ELEMENT_MAX)
			return "too many words in a pattern";
		struct element *e = &c.element[c.count];
		*e = (struct element){.gap = gap};
		if (word.n > 2 && word.p[0] == '[' && word.p[word.n - 1] == ']') {
			e->optional = true;
			word = str_sub(word, 1, word.n - 1);
		}
		if (c.count == 0 && (e->optional || gap))
			return "a pattern begins with a word";
		choices += e->optional + (gap ? 2u : 0u);
		gap = 0;
		const char *wrong = element_set(l, word, &e->set);
		if (wrong)
			return wrong;
		c.count++;
	}
	if (c.count == 0 || gap)
		return "a pattern needs words, also behind a gap";
	if (choices > 8)
		return "too many gaps and optional words";
	if (l->cue_count >= UINT16_MAX)
		return "too many patterns";
	if (!grow((void **)&l->cues, &l->cue_room, l->cue_count, sizeof *l->cues))
		return LISTS_NO_MEMORY;
	l->cues[l->cue_count++] = c;
	return NULL;
}

/* Turns "set has terms" round into "term is in sets", each list ascending. */
static bool index_terms(struct lists *l)
{
	size_t total = 0;
	uint32_t *start = pool_alloc(&l->pool, (l->term_count + 2) * sizeof *start);
	if (!start)
		return false;
	for (size_t s = 0; s < l->set_count; s++)
		for (size_t i = 0; i < l->set_list[s].count; i++, total++)
			start[l->set_list[s].term[i] + 2]++;
	for (size_t i = 2; i < l->term_count + 2; i++)
		start[i] += start[i - 1];
	uint16_t *item = pool_alloc(&l->pool, (total + 1) * sizeof *item);
	if (!item)
		return false;
	for (size_t s = 0; s < l->set_count; s++)
		for (size_t i = 0; i < l->set_list[s].count; i++)
			item[start[l->set_list[s].term[i] + 1]++] = (uint16_t)s;
	l->term_sets = (struct lists_index){start, item};
	l->set_bits = pool_alloc(&l->pool, (l->term_count + 1) * sizeof *l->set_bits);
	if (!l->set_bits)
		return false;
	for (size_t t = 0; t < l->term_count; t++)
		for (uint32_t k = start[t]; k < start[t + 1]; k++)
			l->set_bits[t] |= UINT64_C(1) << (item[k] & 63);
	return true;
}

/* Which cues may begin at a term. */
static bool index_cues(struct lists *l)
{
	size_t total = 0;
	uint32_t *start = pool_alloc(&l->pool, (l->term_count + 2) * sizeof *start);
	if (!start)
		return false;
	for (size_t i = 0; i < l->cue_count; i++) {
		const struct set *first = &l->set_list[l->cues[i].element[0].set];
		for (size_t k = 0; k < first->count; k++, total++)
			start[first->term[k] + 2]++;
	}
	for (size_t i = 2; i < l->term_count + 2; i++)
		start[i] += start[i - 1];
	uint16_t *item = pool_alloc(&l->pool, (total + 1) * sizeof *item);
	if (!item)
		return false;
	for (size_t i = 0; i < l->cue_count; i++) {
		const struct set *first = &l->set_list[l->cues[i].element[0].set];
		for (size_t k = 0; k < first->count; k++)
			item[start[first->term[k] + 1]++] = (uint16_t)i;
	}
	l->term_cues = (struct lists_index){start, item};
	return true;
}

static void find_known(struct lists *l)
{
	static const char *const names[KNOWN_CLASSES] = {"insulting", "wordtalk", "saying", "aim", "you", "en_you"};
	for (size_t i = 0; i < KNOWN_CLASSES; i++)
		if (!map_first(&l->classes, str_of(names[i]), text_hash(str_of(names[i])), &l->known[i]))
			l->known[i] = SET_NONE;
}

bool patterns_finish(struct lists *l)
{
	find_known(l);
	return index_terms(l) && index_cues(l);
}
