/* Hostile settings: refused with a line, or good for a check whose passages lie within the text. The first line
 * of the input is the comment, the rest the settings. */
#include "base/base.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct frg_engine *engine;
static struct frg_workspace *ws;

static void check(const struct frg_policy *policy, str text)
{
	struct frg_input in = {.text = text, .policy = policy};
	struct frg_review r;
	struct frg_error err;
	if (frg_check(engine, ws, &in, &r, &err) != FRG_OK)
		return;
	for (size_t i = 0; i < r.evidence_count; i++)
		if (r.evidence[i].end > text.n || r.evidence[i].begin >= r.evidence[i].end || !r.evidence[i].reason.n)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frg_policy *policy;
	struct frg_error err;
	str rest = {(const char *)data, size}, text;
	if (!engine && (frg_engine_open(NULL, &engine, &err) != FRG_OK || frg_workspace_open(engine, &ws, &err) != FRG_OK))
		abort();
	if (!str_next(&rest, '\n', &text))
		return 0;
	enum frg_status status = frg_policy_open(engine, rest, &policy, &err);
	if (status != FRG_OK) {
		if (policy || (status == FRG_INVALID && (err.pos == 0 || !err.code)))
			abort();
		return 0;
	}
	check(policy, text);
	check(NULL, text);
	frg_policy_close(policy);
	return 0;
}
