/* Opening and closing engines and workspaces. Knows no rule. */
#include "review/policy.h"

#include "base/embedded.h"

#include <stdio.h>
#include <stdlib.h>

/* The built-in list is all embedded files, one after the other. */
bool engine_list_text(const struct frg_engine *e, size_t more, char **text, size_t *size)
{
	size_t total = more + e->own_list.n;
	for (size_t i = 0; i < embedded_lists_count; i++)
		total += embedded_lists[i].size + 1;
	*text = malloc(total ? total : 1);
	*size = 0;
	if (!*text)
		return false;
	if (e->own_list.p) {
		memcpy(*text, e->own_list.p, e->own_list.n);
		*size = e->own_list.n;
		return true;
	}
	for (size_t i = 0; i < embedded_lists_count; i++) {
		memcpy(*text + *size, embedded_lists[i].data, embedded_lists[i].size);
		*size += embedded_lists[i].size;
		(*text)[(*size)++] = '\n';
	}
	return true;
}

static enum frg_status open_lists(struct frg_engine *e, const struct frg_engine_options *options, struct frg_error *err)
{
	char *text;
	size_t size;
	if (options && options->word_list.p) {
		str list = options->word_list;
		char *copy = malloc(list.n + 1);
		if (!copy)
			return frg_fail(err, FRG_NO_MEMORY, "no_memory", "out of memory opening the engine");
		if (list.n)
			memcpy(copy, list.p, list.n);
		e->own_list = (str){copy, list.n};
	}
	if (!engine_list_text(e, 0, &text, &size))
		return frg_fail(err, FRG_NO_MEMORY, "no_memory", "out of memory opening the engine");
	enum frg_status status = lists_open(&e->lists, (str){text, size}, err);
	free(text);
	return status;
}

/* Fields are the lexica named f_…: what a word is about. */
static void find_heads(struct learned *l)
{
	str names = l->model.class_names, name;
	for (size_t i = 0; i < LEXICA_CLASSES && str_next(&names, '\n', &name); i++)
		l->field[i] = str_starts(name, STR("f_"));
	l->style_head = model_head_named(&l->model, STR("off_topic_style"));
	for (int r = 0; r < FRG_RULE_COUNT; r++)
		l->rule_head[r] = model_head_named(&l->model, str_of(frg_rule_id((enum frg_rule)r)));
}

/* The built-in models; the caller's takes the place of the one of its language. */
static enum frg_status open_models(struct frg_engine *e, const struct frg_engine_options *options,
                                   struct frg_error *err)
{
	enum frg_status status = FRG_OK;
	struct model own = {0};
	if (options && options->model.p)
		status = model_open(&own, options->model, err);
	for (size_t i = 0; i < LEARNED_LANGS && status == FRG_OK; i++) {
		struct learned *l = &e->learned[i];
		if (own.file.p && learned_index(own.lang) == i)
			l->model = own;
		else if (embedded_model[i].size) /* none while the first model is being made */
			status = model_open(&l->model, embedded_content(&embedded_model[i]), err);
		find_heads(l);
	}
	return status;
}

enum frg_status frg_engine_open(const struct frg_engine_options *options, struct frg_engine **out,
                                struct frg_error *err)
{
	if (err)
		*err = (struct frg_error){0};
	*out = NULL;
	struct frg_engine *e = calloc(1, sizeof *e);
	if (!e)
		return frg_fail(err, FRG_NO_MEMORY, "no_memory", "out of memory opening the engine");
	enum frg_status status = open_lists(e, options, err);
	if (status != FRG_OK) {
		free((char *)e->own_list.p);
		free(e);
		return status;
	}
	status = open_models(e, options, err);
	if (status != FRG_OK) {
		frg_engine_close(e);
		return status;
	}
	uint64_t d = e->lists.digest, m = e->learned[0].model.id * 31 + e->learned[1].model.id;
	snprintf(e->id, sizeof e->id, "freigabe %s lists-%08x model-%08x", FREIGABE_VERSION, (unsigned)(d ^ d >> 32),
	         (unsigned)(m ^ m >> 32));
	*out = e;
	return FRG_OK;
}

void frg_engine_close(struct frg_engine *e)
{
	if (!e)
		return;
	lists_close(&e->lists);
	free((char *)e->own_list.p);
	free(e);
}

const char *frg_engine_id(const struct frg_engine *e) { return e->id; }

static bool workspace_fill(struct frg_workspace *ws)
{
	if (!text_open(&ws->text, FRG_TEXT_MAX) || !text_open(&ws->parent, FRG_TEXT_MAX) || !stems_open(&ws->stems) ||
	    !features_open(&ws->features, FRG_TEXT_MAX))
		return false;
	if (!lexica_reader_open(&ws->readers[0], FRG_LANG_DE, FRG_TEXT_MAX / 2 + 2) ||
	    !lexica_reader_open(&ws->readers[1], FRG_LANG_EN, FRG_TEXT_MAX / 2 + 2))
		return false;
	ws->marks = calloc(ws->text.token_size, sizeof *ws->marks);
	ws->by_token = calloc(ws->text.token_size + 1, sizeof *ws->by_token);
	ws->excepted = calloc(ws->text.token_size + 1, sizeof *ws->excepted);
	ws->match = pcre2_match_data_create(1, NULL);
	ws->reasons = malloc(REASON_ROOM);
	ws->sentence_score = calloc(RELATED_SENTENCES, sizeof *ws->sentence_score);
	ws->seen = calloc(COMMENT_STEMS, sizeof *ws->seen);
	return ws->marks && ws->by_token && ws->excepted && ws->match && ws->reasons && ws->sentence_score && ws->seen;
}

enum frg_status frg_workspace_open(const struct frg_engine *engine, struct frg_workspace **out, struct frg_error *err)
{
	if (err)
		*err = (struct frg_error){0};
	*out = NULL;
	struct frg_workspace *ws = calloc(1, sizeof *ws);
	if (ws) {
		ws->engine = engine;
		ws->lists = &engine->lists;
	}
	if (!ws || !workspace_fill(ws)) {
		frg_workspace_close(ws);
		return frg_fail(err, FRG_NO_MEMORY, "no_memory", "out of memory opening a workspace");
	}
	*out = ws;
	return FRG_OK;
}

void frg_workspace_close(struct frg_workspace *ws)
{
	if (!ws)
		return;
	text_close(&ws->text);
	text_close(&ws->parent);
	stems_close(&ws->stems);
	for (size_t i = 0; i < LEARNED_LANGS; i++)
		lexica_reader_close(&ws->readers[i]);
	features_close(&ws->features);
	free(ws->marks);
	free(ws->by_token);
	free(ws->excepted);
	pcre2_match_data_free(ws->match);
	free(ws->reasons);
	free(ws->sentence_score);
	free(ws->seen);
	free(ws);
}
