/* Reads the word list (its format: model/lists/README.md). Trusts no line of it. */
#include "review/lists.h"

#include "base/i18n.h"
#include "text/utf8.h"

#include <stdlib.h>

enum { LIST_MAX = 8 << 20, POOL_MAX = 256 << 20, FIELDS = 7, TOPIC_MAX = 64 };

struct line {
	str field[FIELDS];
	size_t count;
};

static bool read_langs(str s, uint8_t *out)
{
	if (str_eq(s, STR("*")))
		*out = LANGS_ALL;
	else if (str_eq(s, STR("de")))
		*out = LANGS_DE;
	else if (str_eq(s, STR("en")))
		*out = LANGS_EN;
	else
		return false;
	return true;
}

/* -1 to 1 with up to three decimals. */
static bool read_weight(str s, float *out)
{
	bool negative = s.n && s.p[0] == '-';
	size_t i = negative;
	double v = 0, unit = 1;
	bool point = false, digits = false;
	if (s.n > 6)
		return false;
	for (; i < s.n; i++) {
		if (s.p[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		digits = true;
		v = v * 10 + (s.p[i] - '0');
		unit *= point ? 10 : 1;
	}
	v /= unit;
	if (!digits || v > 1)
		return false;
	*out = (float)(negative ? -v : v);
	return true;
}

static const char *add_tags(struct lists *l, struct word *w, str tags)
{
	str tag;
	while (str_next(&tags, ',', &tag)) {
		if (tag.n == 0)
			continue;
		if (w->tag_count == WORD_TAGS)
			return "more than four tags";
		size_t term = pattern_term(l, TERM_TAG, tag);
		if (term == SIZE_MAX)
			return LISTS_NO_MEMORY;
		w->tag[w->tag_count++] = (uint16_t)term;
	}
	return NULL;
}

/* Takes the marks for compounds off a lemma. */
static unsigned lemma_flags(str *s)
{
	unsigned flags = 0;
	if (s->n && (s->p[0] == '*' || s->p[0] == '+')) {
		flags |= s->p[0] == '*' ? WORD_LEFT | WORD_HEAD : WORD_HEAD;
		*s = str_sub(*s, 1, s->n);
	}
	if (s->n && s->p[s->n - 1] == '*') {
		flags |= WORD_RIGHT;
		*s = str_sub(*s, 0, s->n - 1);
	}
	return flags;
}

static const char *add_lemma(struct lists *l, const struct word *like, str pos, str lemma)
{
	char folded[64];
	str stem;
	if (l->word_count >= WORD_NONE - 1)
		return "too many words";
	if (!grow((void **)&l->words, &l->word_room, l->word_count, sizeof *l->words))
		return LISTS_NO_MEMORY;
	struct word *w = &l->words[l->word_count];
	*w = *like;
	w->flags |= (uint8_t)lemma_flags(&lemma);
	for (bool first = true; str_next(&lemma, ',', &stem); first = false) {
		size_t n = fold_word(stem, folded, sizeof folded - 8);
		for (size_t i = 0; i < n; i++)
			if (!fold_is_word(folded[i]))
				return "a word has only letters and digits";
		if (n < 2)
			return "a word has two letters at least, and 56 at most";
		if (first && !pool_copy(&l->pool, stem, &w->lemma))
			return LISTS_NO_MEMORY;
		if (!forms_add(l, (uint16_t)l->word_count, (str){folded, n}, pos))
			return LISTS_NO_MEMORY;
	}
	l->word_count++;
	return NULL;
}

static const char *read_word(struct lists *l, struct line *line)
{
	struct word w = {0};
	str lemma;
	if (line->count < 5)
		return "word: language, weight, endings and words expected";
	if (!read_langs(line->field[1], &w.langs) || !read_weight(line->field[2], &w.weight) || w.weight < 0)
		return "bad language or weight";
	str pos = line->field[3];
	for (size_t i = 0; i < pos.n; i++) {
		if (!strchr("nmfpixav", pos.p[i]))
			return "unknown endings";
		w.flags |= pos.p[i] == 'v' ? WORD_VERB : 0;
	}
	if (pos.n == 0 || pos.n > 3)
		return "unknown endings";
	const char *wrong = line->count > 5 ? add_tags(l, &w, line->field[5]) : NULL;
	while (!wrong && str_next(&line->field[4], ' ', &lemma))
		if (lemma.n)
			wrong = add_lemma(l, &w, pos, lemma);
	return wrong;
}

/* Adds the words of a field to a map, folded. Those that end in '*' go to `open`. */
static const char *add_all(struct lists *l, struct map *m, struct map *open, str words, uint32_t value)
{
	str word, stable;
	while (str_next(&words, ' ', &word)) {
		char folded[128];
		struct map *to = m;
		if (word.n == 0)
			continue;
		if (open && word.p[word.n - 1] == '*') {
			to = open;
			word = str_sub(word, 0, word.n - 1);
		}
		size_t n = fold_word(word, folded, sizeof folded);
		if (n == 0)
			return "empty or too long";
		if (!pool_copy(&l->pool, (str){folded, n}, &stable) || !map_add(to, stable, value))
			return LISTS_NO_MEMORY;
	}
	return NULL;
}

static const char *read_mod(struct lists *l, struct line *line)
{
	if (line->count < 3)
		return "mod: kind and words expected";
	if (str_eq(line->field[1], STR("noun")))
		return add_all(l, &l->mods, NULL, line->field[2], 1);
	if (str_eq(line->field[1], STR("verb")))
		return add_all(l, &l->verb_mods, NULL, line->field[2], 1);
	return "mod: noun or verb";
}

static const char *read_safe(struct lists *l, struct line *line)
{
	uint8_t langs;
	if (line->count < 3 || !read_langs(line->field[1], &langs))
		return "safe: language and words expected";
	return add_all(l, &l->safe, &l->open_safe, line->field[2], langs);
}

static const char *read_stop(struct lists *l, struct line *line)
{
	uint8_t langs;
	if (line->count < 3 || !read_langs(line->field[1], &langs))
		return "stop: language and words expected";
	return add_all(l, &l->stop, NULL, line->field[2], langs);
}

static const char *read_class(struct lists *l, struct line *line)
{
	return line->count < 3 ? "class: name and members expected" : pattern_class(l, line->field[1], line->field[2]);
}

static const char *read_topic(struct lists *l, struct line *line)
{
	uint32_t number;
	str stable;
	if (line->count < 3 || line->field[1].n == 0)
		return "topic: name and words expected";
	str name = line->field[1];
	if (!map_first(&l->topic_names, name, text_hash(name), &number)) {
		if (l->topic_count == TOPIC_MAX)
			return "too many topics";
		number = (uint32_t)l->topic_count++;
		if (!pool_copy(&l->pool, name, &stable) || !map_add(&l->topic_names, stable, number))
			return LISTS_NO_MEMORY;
	}
	return add_all(l, &l->topics, NULL, line->field[2], number);
}

static const char *read_host(struct lists *l, struct line *line)
{
	static const char *const kinds[] = {"", "source", "shop", "short", "affiliate", "messenger", "social", "spam"};
	if (line->count < 3)
		return "host: kind and names expected";
	if (str_eq(line->field[1], STR("word")))
		return add_all(l, &l->ad_words, NULL, line->field[2], 1);
	if (str_eq(line->field[1], STR("goodword")))
		return add_all(l, &l->ad_words, NULL, line->field[2], 2);
	for (uint32_t k = 1; k < COUNT_OF(kinds); k++)
		if (str_eq(line->field[1], str_of(kinds[k])))
			return add_all(l, &l->hosts, NULL, line->field[2], k);
	return "unknown kind of host";
}

static void find_reasons(struct cue *c, str kind)
{
	static const enum msg general[] = {MSG_REASON_PROFANITY, MSG_REASON_AGGRESSION, MSG_REASON_INSINUATION,
	                                   MSG_REASON_AD_LINK,   MSG_REASON_OFF_TOPIC,  MSG_REASON_ENGAGING};
	char name[64] = "";
	const char *rule = frg_rule_id(c->rule);
	if (kind.n && kind.n + strlen(rule) + 2 < sizeof name) {
		memcpy(name, rule, strlen(rule));
		name[strlen(rule)] = '_';
		memcpy(name + strlen(rule) + 1, kind.p, kind.n);
	}
	c->reason = i18n_find_msg("reason.", name, general[c->rule]);
}

static const char *cue_flags(struct cue *c, str flags)
{
	str flag;
	while (str_next(&flags, ',', &flag)) {
		if (str_eq(flag, STR("text")))
			c->flags |= CUE_TEXT;
		else if (flag.n)
			return "unknown flag";
	}
	return NULL;
}

static const char *read_cue(struct lists *l, struct line *line)
{
	struct cue c = {0};
	if (line->count < 6)
		return "cue: language, rule, weight, kind and patterns expected";
	if (!read_langs(line->field[1], &c.langs) || !frg_rule_from_id(line->field[2], &c.rule) ||
	    !read_weight(line->field[3], &c.weight))
		return "bad language, rule or weight";
	find_reasons(&c, line->field[4]);
	const char *wrong = line->count > 6 ? cue_flags(&c, line->field[6]) : NULL;
	str patterns = line->field[5], pattern;
	while (!wrong && str_next(&patterns, '/', &pattern))
		if (str_trim(pattern).n)
			wrong = pattern_cue(l, &c, pattern);
	return wrong;
}

static const struct kind {
	const char *name;
	const char *(*read)(struct lists *l, struct line *line);
} kinds[] = {{"word", read_word}, {"mod", read_mod},     {"safe", read_safe}, {"class", read_class},
             {"cue", read_cue},   {"topic", read_topic}, {"stop", read_stop}, {"host", read_host}};

static const char *read_line(struct lists *l, str text)
{
	struct line line = {0};
	str field;
	if (utf8_invalid(text) != SIZE_MAX)
		return "not UTF-8";
	while (str_next(&text, '\t', &field)) {
		if (line.count == FIELDS)
			return "too many fields";
		line.field[line.count++] = str_trim(field);
	}
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_eq(line.field[0], str_of(kinds[i].name)))
			return kinds[i].read(l, &line);
	return "unknown kind of line";
}

static const char *read_all(struct lists *l, str text, size_t *number)
{
	str line;
	l->digest = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < text.n; i++)
		l->digest = (l->digest ^ (unsigned char)text.p[i]) * UINT64_C(1099511628211);
	while (str_next(&text, '\n', &line)) {
		++*number;
		if (str_trim(line).n == 0 || line.p[0] == '#')
			continue;
		const char *wrong = read_line(l, line);
		if (wrong)
			return wrong;
	}
	return forms_finish(l) && patterns_finish(l) ? NULL : LISTS_NO_MEMORY;
}

enum frg_status lists_open(struct lists *l, str text, struct frg_error *err)
{
	size_t line = 0;
	*l = (struct lists){.pool = {.max = POOL_MAX}, .term_count = TERM_FIXED};
	l->power[0] = 1;
	for (size_t i = 1; i < COUNT_OF(l->power); i++)
		l->power[i] = l->power[i - 1] * HASH_BASE;
	const char *wrong = text.n > LIST_MAX ? "the list is too large" : read_all(l, text, &line);
	if (!wrong)
		return FRG_OK;
	lists_close(l);
	if (strcmp(wrong, LISTS_NO_MEMORY) == 0)
		return frg_fail(err, FRG_NO_MEMORY, "no_memory", "out of memory reading the word list");
	enum frg_status status = frg_fail(err, FRG_INVALID, "word_list_invalid", "word list, line %zu: %s", line, wrong);
	if (err)
		err->pos = line;
	return status;
}

void lists_close(struct lists *l)
{
	struct map *maps[] = {&l->form_map,    &l->squeezed_map, &l->safe,    &l->mods, &l->verb_mods,
	                      &l->open_safe,   &l->sets,         &l->classes, &l->stop, &l->topics,
	                      &l->topic_names, &l->hosts,        &l->ad_words};
	for (size_t i = 0; i < COUNT_OF(maps); i++)
		map_close(maps[i]);
	for (size_t i = 0; i < TERM_KINDS; i++)
		map_close(&l->terms[i]);
	for (size_t i = 0; i < l->set_count; i++)
		free(l->set_list[i].term);
	free(l->set_list);
	free(l->words);
	free(l->forms);
	free(l->cues);
	pool_close(&l->pool);
	*l = (struct lists){0};
}
