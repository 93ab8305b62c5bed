/* What a client sends as JSON: parsed as the API does it, its texts cleaned as those of a command, and read
 * as an article too. */
#include "article/article.h"
#include "base/id.h"
#include "base/json.h"
#include "service/inner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_text(struct arena *a, const json_t *value)
{
	str out;
	struct frg_error err;
	str s = json_str(a, value);
	id64 id;
	if (id_parse(s, &id)) {
		char back[ID_TEXT_SIZE];
		id_text(id, back);
		BUG_IF(!str_eq(str_of(back), s));
	}
	if (clean_text(a, s, SERVICE_TEXT_MAX, false, "text", &out, &err) == FRG_OK)
		BUG_IF(out.n && json_text(a, json_of(out)).n <= 2); /* what is kept can be told again */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 1 << 16)
		return 0;
	struct arena *a = arena_open(512 << 20);
	struct frg_error err;
	struct article article;
	str in = {(const char *)data, size};
	json_t *root = json_loadb(in.p, in.n, JSON_REJECT_DUPLICATES, NULL), *value;
	const char *key;
	json_object_foreach(root, key, value)
	{
		BUG_IF(json_string_value(value) && json_str(a, value).n != json_string_length(value));
		take_text(a, value);
	}
	json_decref(root);
	if (article_from_ninjs(a, in, &article, &err) == FRG_OK && article_check(&article, &err) == FRG_OK)
		BUG_IF(article.title.n == 0 || article.body_html.n > ARTICLE_BODY_MAX);
	arena_close(a);
	return 0;
}
