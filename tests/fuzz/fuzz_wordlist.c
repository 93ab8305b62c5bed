/* Hostile word lists: refused with a line, or good for a check. */
#include "base/base.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frg_engine_options options = {.word_list = {(const char *)data, size}};
	struct frg_engine *engine;
	struct frg_workspace *ws;
	struct frg_review review;
	struct frg_error err;
	enum frg_status status = frg_engine_open(&options, &engine, &err);
	if (status != FRG_OK) {
		if (engine || (status == FRG_INVALID && err.pos == 0 && size))
			abort();
		return 0;
	}
	struct frg_input in = {.text = STR_INIT("Du bist ein blöder Esel, der A....loch sagt: beispiel punkt com, 1 2 3!")};
	if (frg_workspace_open(engine, &ws, &err) != FRG_OK || frg_check(engine, ws, &in, &review, &err) != FRG_OK)
		abort();
	frg_workspace_close(ws);
	frg_engine_close(engine);
	return 0;
}
