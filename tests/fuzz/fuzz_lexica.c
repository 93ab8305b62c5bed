/* Hostile lexica and tables: refused with a reason, or a table that can be looked up in. */
#include "learn/learn.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	char path[64];
	struct lexica lexica;
	struct frg_error err = {0};
	str classes;
	if (fd < 0)
		fd = memfd_create("lexica", 0);
	if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	const char *const paths[] = {path};
	if (lexica_compile(FRG_LANG_DE, paths, 1, &lexica, &classes, &err) != FRG_OK) {
		if (!err.code)
			abort();
	} else {
		struct text t;
		struct lexica_reader reader;
		if (!text_open(&t, 4096) || !lexica_reader_open(&reader, FRG_LANG_DE, t.token_size))
			abort();
		text_read(&t, STR("Geh doch kotzen, du hirnverbrannter Dorftrottel, und lass es."));
		lexica_read(&lexica, &reader, &t);
		lexica_reader_close(&reader);
		text_close(&t);
		free((void *)lexica.slots);
		free((void *)lexica.shapes);
	}
	free((char *)classes.p);
	return 0;
}
