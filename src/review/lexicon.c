/* Recognises the words of the list in a text: inflected, in compounds, in disguise.
 * Says only which word it is; what it means is the rules' business. */
#include "review/inner.h"

#include "text/mask.h"

struct entry {
	uint16_t word;
	float weight;
	enum mark_how how;
};

/* A word with the hashes of all its beginnings. */
struct probe {
	str w;
	uint64_t p[LISTS_WORD_MAX + 1];
};

static void probe_set(struct probe *q, str w)
{
	q->w = w.n > LISTS_WORD_MAX ? str_sub(w, w.n - LISTS_WORD_MAX, w.n) : w;
	q->p[0] = 0;
	for (size_t i = 0; i < q->w.n; i++)
		q->p[i + 1] = hash_step(q->p[i], q->w.p[i]);
}

static uint64_t probe_hash(const struct lists *l, const struct probe *q, size_t a, size_t b)
{
	return q->p[b] - q->p[a] * l->power[b - a];
}

/* The weightiest word of the language with this form and one of these flags (0: any). */
static bool find_form(const struct frg_workspace *ws, const struct map *m, str w, uint64_t hash, unsigned flags,
                      struct entry *out)
{
	const struct lists *l = ws->lists;
	size_t cursor = 0;
	uint32_t i;
	bool found = false;
	while (map_next(m, w, hash, &cursor, &i)) {
		uint16_t word = l->forms[i].word;
		const struct word *k = &l->words[word];
		if (!(k->langs & ws->langs) || (flags && !(k->flags & flags)))
			continue;
		if (!found || k->weight > out->weight) {
			out->word = word;
			out->weight = k->weight;
		}
		found = true;
	}
	return found;
}

static bool safe_ending(str e)
{
	static const char *const endings[] = {"", "s", "n", "e", "en", "es", "er", "ern", "in", "innen"};
	for (size_t i = 0; i < COUNT_OF(endings); i++)
		if (str_eq(e, str_of(endings[i])))
			return true;
	return false;
}

/* Is the word one that only looks like a bad one? A word that stands in the list as such is
 * safe only by its own entry, not by that of its beginning (`open`). */
static bool is_safe(const struct frg_workspace *ws, const struct probe *q, bool open)
{
	const struct lists *l = ws->lists;
	for (size_t n = q->w.n; n >= 3; n--) {
		str part = str_sub(q->w, 0, n);
		uint32_t langs;
		size_t cursor = 0;
		if (safe_ending(str_sub(q->w, n, q->w.n)))
			while (map_next(&l->safe, part, q->p[n], &cursor, &langs))
				if (langs & ws->langs)
					return true;
		cursor = 0;
		while (open && map_next(&l->open_safe, part, q->p[n], &cursor, &langs))
			if (langs & ws->langs)
				return true;
	}
	return false;
}

/* Could the rest of a compound be a word? */
static bool plausible(str s)
{
	if (s.n < 3)
		return str_eq(s, STR("du")) || str_eq(s, STR("ur")) || str_eq(s, STR("ex"));
	for (size_t i = 0; i < s.n; i++)
		if (strchr("aeiouy", s.p[i]))
			return true;
	return false;
}

/* A known first part, perhaps with a linking s, n or en. */
static bool known_first(const struct frg_workspace *ws, const struct map *m, const struct probe *q, size_t n)
{
	for (size_t cut = 0; cut <= 2 && n >= cut + 2; cut++) {
		str part = str_sub(q->w, 0, n - cut);
		str link = str_sub(q->w, n - cut, n);
		bool ok = cut == 0 || str_eq(link, STR("s")) || str_eq(link, STR("n")) || str_eq(link, STR("e")) ||
		          str_eq(link, STR("en")) || str_eq(link, STR("er"));
		if (ok && map_has(m, part, q->p[n - cut]))
			return true;
	}
	return false;
}

/* A compound whose second part is a bad word. */
static bool find_head(const struct frg_workspace *ws, const struct probe *q, struct entry *out)
{
	const struct lists *l = ws->lists;
	for (size_t i = 2; i + 3 <= q->w.n; i++) {
		str tail = str_sub(q->w, i, q->w.n), first = str_sub(q->w, 0, i);
		struct entry e = {0};
		if (!find_form(ws, &l->form_map, tail, probe_hash(l, q, i, q->w.n), WORD_HEAD | WORD_VERB, &e))
			continue;
		unsigned flags = l->words[e.word].flags;
		bool ok = (flags & WORD_HEAD) && known_first(ws, &l->mods, q, i);
		ok = ok || ((flags & WORD_VERB) && map_has(&l->verb_mods, first, q->p[i]));
		ok = ok || ((flags & WORD_LEFT) && plausible(first));
		struct entry before;
		ok = ok || ((flags & WORD_HEAD) && find_form(ws, &l->form_map, first, q->p[i], 0, &before));
		if (ok) {
			*out = e;
			return true;
		}
	}
	return false;
}

/* A compound that begins with a bad word. */
static bool find_first(const struct frg_workspace *ws, const struct probe *q, struct entry *out)
{
	for (size_t n = q->w.n - 1; n >= 3; n--)
		if (find_form(ws, &ws->lists->form_map, str_sub(q->w, 0, n), q->p[n], WORD_RIGHT, out) &&
		    plausible(str_sub(q->w, n, q->w.n)))
			return true;
	return false;
}

static bool find_compound(const struct frg_workspace *ws, const struct probe *q, struct entry *out)
{
	if (q->w.n < 6 || !(find_head(ws, q, out) || find_first(ws, q, out)))
		return false;
	out->how = MARK_COMPOUND;
	return true;
}

static size_t longest_run(str w)
{
	size_t run = 0, longest = 0;
	for (size_t i = 0; i < w.n; i++) {
		run = i && w.p[i] == w.p[i - 1] ? run + 1 : 1;
		longest = run > longest ? run : longest;
	}
	return longest;
}

/* "Scheiiiße", "Arrrschloch". */
static bool find_repeated(const struct frg_workspace *ws, str w, struct entry *out)
{
	char small[LISTS_WORD_MAX];
	size_t run = longest_run(w);
	if (run < 2 || w.n > LISTS_WORD_MAX)
		return false;
	str s = {small, squeeze(w, small, sizeof small, 1)};
	if (s.n < (run > 2 ? 3 : 5))
		return false;
	out->how = MARK_MASKED;
	if (find_form(ws, &ws->lists->squeezed_map, s, text_hash(s), 0, out) && out->weight >= (run > 2 ? 0.3f : 0.7f))
		return true;
	if (run < 3)
		return false;
	for (size_t keep = 1; keep <= 2; keep++) {
		struct probe q;
		s.n = squeeze(w, small, sizeof small, keep);
		probe_set(&q, s);
		if (!is_safe(ws, &q, true) && find_compound(ws, &q, out)) {
			out->how = MARK_MASKED;
			return true;
		}
	}
	return false;
}

static bool find_word(const struct frg_workspace *ws, str w, struct entry *out)
{
	struct probe q;
	if (w.n < 2)
		return false;
	probe_set(&q, w);
	out->how = MARK_PLAIN;
	if (find_form(ws, &ws->lists->form_map, q.w, q.p[q.w.n], 0, out))
		return !is_safe(ws, &q, false);
	return (find_compound(ws, &q, out) || find_repeated(ws, q.w, out)) && !is_safe(ws, &q, true);
}

static void set_mark(struct frg_workspace *ws, size_t i, const struct entry *e)
{
	struct mark *m = &ws->marks[i];
	if (m->word != WORD_NONE && m->weight >= e->weight)
		return;
	m->word = e->word;
	m->weight = e->weight;
	m->how = (uint8_t)e->how;
}

/* Makes tokens first … last one word. */
static void join(struct frg_workspace *ws, size_t first, size_t last, uint32_t end)
{
	struct token *t = ws->text.tokens;
	if (end > t[first].end)
		t[first].end = end;
	for (size_t i = first + 1; i <= last; i++)
		t[i].flags |= TOK_JOINED;
}

/* ---- disguises ---- */

/* Letters that a reader hides behind one sign: one, or both of an umlaut or sharp s. */
static size_t hidden(str form, size_t f, bool umlauts)
{
	if (!umlauts || f + 1 >= form.n)
		return 1;
	char a = form.p[f], b = form.p[f + 1];
	return ((a == 'a' || a == 'o' || a == 'u') && b == 'e') || (a == 's' && b == 's') ? 2 : 1;
}

/* Does the form fit the mask, where '?' is one letter and '~' some? */
static bool fits(const char *mask, size_t mn, str form, bool umlauts)
{
	size_t m = 0, f = 0, back_m = SIZE_MAX, back_f = 0;
	while (f < form.n) {
		if (m < mn && mask[m] == '~') {
			back_m = m++;
			back_f = ++f;
		} else if (m < mn && (mask[m] == form.p[f] || mask[m] == '?')) {
			f += mask[m] == '?' ? hidden(form, f, umlauts) : 1;
			m++;
		} else if (back_m != SIZE_MAX && back_f < form.n) {
			m = back_m + 1;
			f = ++back_f;
		} else {
			return false;
		}
	}
	return m == mn;
}

static bool has_tag(const struct lists *l, uint16_t word, str tag)
{
	uint32_t term;
	if (!map_first(&l->terms[TERM_TAG], tag, text_hash(tag), &term))
		return false;
	for (size_t i = 0; i < l->words[word].tag_count; i++)
		if (l->words[word].tag[i] == term)
			return true;
	return false;
}

static bool find_gaps(const struct frg_workspace *ws, const struct mask *m, struct entry *out)
{
	const struct lists *l = ws->lists;
	size_t visible = 0, known = 0;
	float best = 0;
	for (size_t i = 0; i < m->n; i++) {
		known += m->word[i] != '~';
		visible += m->word[i] != '~' && m->word[i] != '?';
	}
	if (m->word[0] < 'a' || m->word[0] > 'z')
		return false;
	char last = m->word[m->n - 1];
	for (uint32_t k = l->bucket[m->word[0] - 'a']; k < l->bucket[m->word[0] - 'a' + 1]; k++) {
		const struct form *f = &l->forms[l->by_initial[k]];
		const struct word *w = &l->words[f->word];
		bool end = last == '?' || last == '~' || f->text.p[f->text.n - 1] == last;
		/* what is masked so often that everybody reads it comes first */
		float weight = w->weight + (has_tag(l, f->word, STR("star")) ? 0.2f : 0);
		if (!end || f->text.n < known || w->weight < 0.5f || weight <= best || !(w->langs & ws->langs) ||
		    visible * 3 < f->text.n || !(fits(m->word, m->n, f->text, false) || fits(m->word, m->n, f->text, true)))
			continue;
		if (visible < 2 && !(has_tag(l, f->word, STR("star")) && f->text.n == m->n && m->n <= 5))
			continue;
		*out = (struct entry){f->word, w->weight, MARK_MASKED};
		best = weight;
	}
	return best > 0;
}

static bool find_masked(const struct frg_workspace *ws, const struct mask *m, struct entry *out)
{
	struct probe q;
	str w = {m->word, m->n};
	if (m->wild)
		return find_gaps(ws, m, out);
	probe_set(&q, w);
	bool listed = find_form(ws, &ws->lists->form_map, w, q.p[q.w.n], 0, out) && w.n >= 4;
	bool found = listed;
	if (!listed)
		found = find_compound(ws, &q, out) || find_repeated(ws, w, out);
	out->how = MARK_MASKED;
	return found && out->weight >= 0.45f && !is_safe(ws, &q, !listed);
}

static void mark_masked(struct frg_workspace *ws)
{
	enum { GAPS_MAX = 400 }; /* looking for gaps is dear; nobody masks that many words */
	struct mask_reader r;
	struct mask m;
	size_t token = 0, gaps = 0;
	const struct text *t = &ws->text;
	mask_start(&r, t);
	while (mask_next(&r, &m)) {
		struct entry e = {0};
		if ((m.wild && gaps++ >= GAPS_MAX) || !find_masked(ws, &m, &e))
			continue;
		while (token < t->token_count && t->tokens[token].f + (size_t)t->tokens[token].fn <= m.f_begin)
			token++;
		size_t last = token;
		while (last + 1 < t->token_count && t->tokens[last + 1].f < m.f_end)
			last++;
		if (token == t->token_count || t->tokens[token].f >= m.f_end)
			continue;
		bool already = false;
		for (size_t i = token; i <= last; i++)
			already = already || (ws->marks[i].word != WORD_NONE && ws->marks[i].weight >= e.weight);
		if (already)
			continue;
		set_mark(ws, token, &e);
		struct token *first = &ws->text.tokens[token];
		if (text_begin(t, m.f_begin) < first->begin)
			first->begin = text_begin(t, m.f_begin);
		join(ws, token, last, text_end(t, m.f_end - 1));
	}
}

/* "S c h e i s s e": the longest word at each place of a run of single letters. */
static void mark_run(struct frg_workspace *ws, size_t first, str letters)
{
	for (size_t i = 0; i + 3 <= letters.n;) {
		size_t longest = letters.n - i < 24 ? letters.n - i : 24, n;
		struct entry e = {0};
		for (n = longest; n >= 3; n--) {
			str w = str_sub(letters, i, i + n);
			bool whole = i == 0 && n == letters.n;
			bool hit = n >= 4 || whole ? find_form(ws, &ws->lists->form_map, w, text_hash(w), 0, &e) : false;
			if (!hit && whole)
				hit = find_word(ws, w, &e);
			if (hit && e.weight >= 0.45f)
				break;
		}
		if (n < 3) {
			i++;
			continue;
		}
		e.how = MARK_MASKED;
		set_mark(ws, first + i, &e);
		join(ws, first + i, first + i + n - 1, ws->text.tokens[first + i + n - 1].end);
		i += n;
	}
}

static void mark_spaced(struct frg_workspace *ws)
{
	char letters[2048];
	size_t from = 0, first, n;
	while ((n = mask_spaced(&ws->text, &from, &first, letters, sizeof letters)) != 0)
		mark_run(ws, first, (str){letters, n});
}

/* "Sch eisse", "Arsch-loch": two parts of one word. */
static void mark_pairs(struct frg_workspace *ws)
{
	const struct text *t = &ws->text;
	for (size_t i = 0; i + 1 < t->token_count; i++) {
		const struct token *a = &t->tokens[i], *b = a + 1;
		size_t gap = b->f - (a->f + (size_t)a->fn), n = (size_t)a->fn + b->fn;
		char word[32];
		struct entry e = {0};
		if (gap == 0 || gap > 2 || n < 6 || n > 24 || a->fn < 2 || b->fn < 2 || ws->marks[i].word != WORD_NONE ||
		    ((a->flags | b->flags) & (TOK_LINK | TOK_JOINED)) || ws->marks[i + 1].word != WORD_NONE)
			continue;
		char between = t->folded.f[a->f + a->fn];
		if ((between != ' ' && between != '-') || (gap == 2 && t->folded.f[a->f + a->fn + 1] != '\n'))
			continue;
		uint64_t hash = a->hash * ws->lists->power[b->fn] + b->hash;
		memcpy(word, t->folded.f + a->f, a->fn);
		memcpy(word + a->fn, t->folded.f + b->f, b->fn);
		if (!find_form(ws, &ws->lists->form_map, (str){word, n}, hash, 0, &e) || e.weight < 0.7f)
			continue;
		e.how = MARK_MASKED;
		set_mark(ws, i, &e);
		join(ws, i, i + 1, b->end);
	}
}

void lexicon_mark_innocents(struct frg_workspace *ws)
{
	struct probe q;
	for (size_t i = 0; i < ws->text.token_count; i++) {
		str w = token_str(&ws->text, i);
		if (ws->marks[i].word != WORD_NONE || w.n < 3)
			continue;
		probe_set(&q, w);
		if (is_safe(ws, &q, true)) {
			ws->excepted[i] |= EXCEPT_INNOCENT;
			ws->excepted_any = true;
		}
	}
}

void lexicon_mark(struct frg_workspace *ws)
{
	const struct text *t = &ws->text;
	memset(ws->excepted, 0, t->token_count);
	for (size_t i = 0; i < t->token_count; i++) {
		struct entry e = {0};
		ws->marks[i] = (struct mark){.word = WORD_NONE};
		if (t->tokens[i].flags & (TOK_LINK | TOK_NUMBER))
			continue;
		if (find_word(ws, token_str(t, i), &e)) {
			if (t->tokens[i].flags & TOK_ALTERED)
				e.how = MARK_MASKED;
			set_mark(ws, i, &e);
		}
	}
	mark_masked(ws);
	mark_spaced(ws);
	mark_pairs(ws);
}
