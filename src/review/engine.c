/* Opening and closing engines and workspaces. Knows no rule. */
#include "review/inner.h"

#include "base/embedded.h"

#include <stdio.h>
#include <stdlib.h>

/* The built-in list is all embedded files, one after the other. False: out of memory. */
static bool builtin_list(char **text, size_t *size)
{
	size_t total = 0;
	for (size_t i = 0; i < embedded_lists_count; i++)
		total += embedded_lists[i].size + 1;
	*text = malloc(total ? total : 1);
	*size = 0;
	if (!*text)
		return false;
	for (size_t i = 0; i < embedded_lists_count; i++) {
		memcpy(*text + *size, embedded_lists[i].data, embedded_lists[i].size);
		*size += embedded_lists[i].size;
		(*text)[(*size)++] = '\n';
	}
	return true;
}

static enum frg_status open_lists(struct lists *l, const struct frg_engine_options *options, struct frg_error *err)
{
	char *text;
	size_t size;
	if (options && options->word_list.p)
		return lists_open(l, options->word_list, err);
	if (!builtin_list(&text, &size))
		return frg_fail(err, FRG_NO_MEMORY, "no_memory", "out of memory opening the engine");
	enum frg_status status = lists_open(l, (str){text, size}, err);
	free(text);
	return status;
}

/* Fields are the lexica named f_…: what a word is about. */
static void find_fields(struct frg_engine *e)
{
	str names = e->model.class_names, name;
	for (size_t i = 0; i < LEXICA_CLASSES && str_next(&names, '\n', &name); i++)
		e->field[i] = str_starts(name, STR("f_"));
}

/* The built-in model, or the caller's. */
static enum frg_status open_model(struct model *m, const struct frg_engine_options *options, struct frg_error *err)
{
	if (options && options->model.p)
		return model_open(m, options->model, err);
	if (embedded_model[0].size == 0) /* while the first model is being made */
		return FRG_OK;
	return model_open(m, embedded_content(&embedded_model[0]), err);
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
	enum frg_status status = open_lists(&e->lists, options, err);
	if (status != FRG_OK) {
		free(e);
		return status;
	}
	status = open_model(&e->model, options, err);
	if (status != FRG_OK) {
		frg_engine_close(e);
		return status;
	}
	find_fields(e);
	e->style_head = model_head_named(&e->model, STR("off_topic_style"));
	for (int r = 0; r < FRG_RULE_COUNT; r++)
		e->rule_head[r] = model_head_named(&e->model, str_of(frg_rule_id((enum frg_rule)r)));
	uint64_t d = e->lists.digest, m = e->model.id;
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
	free(e);
}

const char *frg_engine_id(const struct frg_engine *e) { return e->id; }

static bool workspace_fill(struct frg_workspace *ws)
{
	if (!text_open(&ws->text, FRG_TEXT_MAX) || !text_open(&ws->parent, FRG_TEXT_MAX) || !stems_open(&ws->stems) ||
	    !lexica_reader_open(&ws->reader, FRG_TEXT_MAX / 2 + 2) || !features_open(&ws->features, FRG_TEXT_MAX))
		return false;
	ws->marks = calloc(ws->text.token_size, sizeof *ws->marks);
	ws->by_token = calloc(ws->text.token_size + 1, sizeof *ws->by_token);
	ws->reasons = malloc(REASON_ROOM);
	ws->sentence_score = calloc(RELATED_SENTENCES, sizeof *ws->sentence_score);
	ws->seen = calloc(COMMENT_STEMS, sizeof *ws->seen);
	return ws->marks && ws->by_token && ws->reasons && ws->sentence_score && ws->seen;
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
	lexica_reader_close(&ws->reader);
	features_close(&ws->features);
	free(ws->marks);
	free(ws->by_token);
	free(ws->reasons);
	free(ws->sentence_score);
	free(ws->seen);
	free(ws);
}
