/* `make model`: builds the model that the library carries, bit for bit the same from the same data.
 *   make-model --lexica OUT CLASS.tsv…   the graded lexica alone */
#include "learn/learn.h"

#include <stdio.h>
#include <stdlib.h>

static int failed(const struct frg_error *err)
{
	fprintf(stderr, "make-model: %s\n", err->msg);
	return 2;
}

static int write_file(const char *path, str content)
{
	FILE *f = fopen(path, "wb");
	bool ok = f && fwrite(content.p, 1, content.n, f) == content.n;
	ok = f && fclose(f) == 0 && ok;
	if (!ok)
		fprintf(stderr, "make-model: cannot write %s: %m\n", path);
	free((char *)content.p);
	return ok ? 0 : 2;
}

int main(int argc, char **argv)
{
	struct frg_error err;
	struct lexica lexica;
	str classes;
	if (argc < 4 || strcmp(argv[1], "--lexica") != 0) {
		fprintf(stderr, "usage: make-model --lexica OUT CLASS.tsv…\n");
		return 2;
	}
	if (lexica_compile((const char *const *)argv + 3, (size_t)argc - 3, &lexica, &classes, &err) != FRG_OK)
		return failed(&err);
	struct model_parts parts = {.about = STR("lexica\n"), .classes = classes, .lexica = &lexica};
	return write_file(argv[2], writer_model(&parts));
}
