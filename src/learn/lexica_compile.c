/* Compiles the graded lexica (model/lexica) into the table that the engine looks words up in. */
#include "learn/learn.h"

#include "base/buf.h"
#include "text/utf8.h"

#include <libstemmer.h>
#include <stdlib.h>

struct compiler {
	struct sb_stemmer *stemmer;
	struct lexica_entry *entries;
	size_t count, room;
	struct lexica_shape shapes[LEXICA_SHAPES];
	size_t shape_count;
};

static void put(struct compiler *c, enum lexica_kind kind, uint64_t hash, uint32_t class_, uint32_t grade)
{
	if (c->count == c->room) {
		c->room = c->room ? c->room * 2 : 4096;
		c->entries = realloc(c->entries, c->room * sizeof *c->entries);
		if (!c->entries)
			BUG("out of memory");
	}
	c->entries[c->count++] = (struct lexica_entry){lexica_key(kind, hash), class_, grade};
}

static uint64_t stem_hash(struct compiler *c, str folded)
{
	char out[WORD_BYTES];
	size_t n = lexica_stem(c->stemmer, folded, out);
	return text_hash((str){out, n});
}

static size_t shape_number(struct compiler *c, uint32_t length, uint32_t open)
{
	for (size_t i = 0; i < c->shape_count; i++)
		if (c->shapes[i].length == length && c->shapes[i].open == open)
			return i;
	if (c->shape_count == LEXICA_SHAPES)
		return SIZE_MAX;
	c->shapes[c->shape_count] = (struct lexica_shape){length, open};
	return c->shape_count++;
}

/* Words as the text's own reader divides them: letters and digits together, everything else apart. */
static const char *add_phrase(struct compiler *c, const char *folded, size_t n, uint32_t class_, uint32_t grade)
{
	uint64_t words[LEXICA_PHRASE];
	uint32_t count = 0, open = 0;
	for (size_t i = 0; i < n;) {
		size_t end = i;
		if (folded[i] == '_') {
			end++;
		} else {
			while (end < n && fold_is_word(folded[end]))
				end++;
		}
		if (end > i) {
			if (count == LEXICA_PHRASE)
				return "more than six words";
			open |= (uint32_t)(folded[i] == '_') << count;
			words[count++] = folded[i] == '_' ? 0 : stem_hash(c, (str){folded + i, end - i});
		}
		i = end + (end == i);
	}
	if (count == 0)
		return "no word";
	if (count == 1) {
		put(c, LEXICA_WORD, words[0], class_, grade);
		return open ? "an open word alone" : NULL;
	}
	if (open & 1)
		return "begins with an open word";
	size_t shape = shape_number(c, count, open);
	if (shape == SIZE_MAX)
		return "too many different shapes of phrases";
	uint64_t h = count | (uint64_t)open << 8;
	for (uint32_t k = 0; k < count; k++)
		h = lexica_phrase_step(h, words[k]);
	put(c, LEXICA_PHRASE_KEY, h, class_, grade);
	put(c, LEXICA_PHRASE_START, words[0], (uint32_t)shape, 0);
	return NULL;
}

static const char *add_entry(struct compiler *c, str entry, uint32_t class_, uint32_t grade)
{
	char folded[256];
	bool begin = str_ends(entry, STR("*")), end = str_starts(entry, STR("*"));
	if (begin || end)
		entry = str_sub(entry, end, entry.n - begin);
	if (entry.n == 0 || entry.n > 100 || utf8_invalid(entry) != SIZE_MAX)
		return "empty, too long or not UTF-8";
	size_t n = fold_word(entry, folded, sizeof folded);
	if (n == 0)
		return "no word";
	if (!begin && !end)
		return add_phrase(c, folded, n, class_, grade);
	for (size_t i = 0; i < n; i++)
		if (!fold_is_word(folded[i]))
			return "an open entry is one word";
	if (n < 3 || n > WORD_BYTES)
		return "an open entry has 3 to 40 letters";
	if (begin)
		put(c, LEXICA_BEGIN, text_hash((str){folded, n}), class_, grade);
	if (end)
		put(c, LEXICA_END, stem_hash(c, (str){folded, n}), class_, grade);
	return NULL;
}

static enum frg_status add_file(struct compiler *c, const char *path, uint32_t class_, struct frg_error *err)
{
	struct table t;
	enum frg_status status = table_open(&t, path, err);
	if (status != FRG_OK)
		return status;
	for (size_t i = 0; i < t.rows && status == FRG_OK; i++) {
		int64_t grade = 0;
		const char *wrong = "entry TAB grade (1, 2 or 3) is expected";
		if (t.columns >= 2 && str_to_i64(table_cell(&t, i, 1), &grade) && grade >= 1 && grade <= 3)
			wrong = add_entry(c, table_cell(&t, i, 0), class_, (uint32_t)grade);
		if (wrong)
			status = frg_fail(err, FRG_INVALID, "lexica_entry", "%s, entry %zu (%.*s): %s", path, i + 1,
			                  STR_ARG(table_cell(&t, i, 0)), wrong);
	}
	table_close(&t);
	return status;
}

static int by_key(const void *a, const void *b)
{
	const struct lexica_entry *x = a, *y = b;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->class_ != y->class_)
		return x->class_ < y->class_ ? -1 : 1;
	return x->grade > y->grade ? -1 : x->grade < y->grade;
}

/* Lays the entries out by open addressing; of one entry in one class the highest grade stays. */
static void lay_out(struct compiler *c, struct lexica *out)
{
	size_t size = 64, kept = 0;
	if (c->count)
		qsort(c->entries, c->count, sizeof *c->entries, by_key);
	for (size_t i = 0; i < c->count; i++)
		if (i == 0 || c->entries[i].key != c->entries[kept - 1].key ||
		    c->entries[i].class_ != c->entries[kept - 1].class_)
			c->entries[kept++] = c->entries[i];
	while (size < kept * 2)
		size *= 2;
	struct lexica_entry *slots = calloc(size, sizeof *slots);
	struct lexica_shape *shapes = calloc(LEXICA_SHAPES, sizeof *shapes);
	if (!slots || !shapes)
		BUG("out of memory");
	for (size_t i = 0; i < kept; i++) {
		size_t at = c->entries[i].key & (size - 1);
		while (slots[at].key)
			at = (at + 1) & (size - 1);
		slots[at] = c->entries[i];
	}
	memcpy(shapes, c->shapes, sizeof c->shapes);
	*out = (struct lexica){slots, size, shapes, c->shape_count, out->class_count};
}

enum frg_status lexica_compile(enum frg_lang lang, const char *const *paths, size_t count, struct lexica *out,
                               str *classes, struct frg_error *err)
{
	struct compiler c = {.stemmer = lexica_stemmer(lang)};
	struct buf names = BUF_INIT(1 << 16);
	enum frg_status status = FRG_OK;
	*out = (struct lexica){.class_count = count};
	if (!c.stemmer)
		BUG("out of memory");
	if (count > LEXICA_CLASSES)
		status = frg_fail(err, FRG_INVALID, "lexica_classes", "more than %d lexica", LEXICA_CLASSES);
	for (size_t i = 0; i < count && status == FRG_OK; i++) {
		const char *slash = strrchr(paths[i], '/'), *name = slash ? slash + 1 : paths[i], *dot = strchr(name, '.');
		buf_add(&names, (str){name, dot ? (size_t)(dot - name) : strlen(name)});
		buf_byte(&names, '\n');
		status = add_file(&c, paths[i], (uint32_t)i, err);
	}
	if (status == FRG_OK)
		lay_out(&c, out);
	*classes = buf_str(&names);
	free(c.entries);
	sb_stemmer_delete(c.stemmer);
	return status;
}
