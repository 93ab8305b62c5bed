/* Readers' Markdown: the HTML is made of the allowed tags alone, grows in step with the text, and neither
 * form holds a character that hides or reorders. */
#include "../unit/only_tags.h"
#include "render/markdown.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_open(str s)
{
	static const char *const hidden[] = {"\x01",         "\xe2\x80\x8b", "\xe2\x80\xae",
	                                     "\xe2\x81\xa6", "\xef\xbb\xbf", "\xc2\xad"};
	for (size_t i = 0; i < COUNT_OF(hidden); i++)
		if (str_find(s, str_of(hidden[i]), 0) != SIZE_MAX)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str in = {(const char *)data, size};
	struct buf html = BUF_INIT(64 * size + 1024), text = BUF_INIT(64 * size + 1024);
	char why[200];
	render_comment_html(&html, in);
	render_comment_text(&text, in);
	if (html.cut || text.cut)
		abort();
	if (!only_tags_comment(buf_str(&html), why, sizeof why)) {
		fprintf(stderr, "%s\n%.*s\n", why, STR_ARG(buf_str(&html)));
		abort();
	}
	must_be_open(buf_str(&html));
	must_be_open(buf_str(&text));
	buf_free(&html);
	buf_free(&text);
	return 0;
}
