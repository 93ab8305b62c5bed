/* Files that are part of the binary: made by tools/embed.py. */
#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

#include "base/base.h"

struct embedded_file {
	const char *name; /* as given to the tool, unique in its table */
	const unsigned char *data;
	size_t size;
	const char *etag; /* first 16 hexadecimal digits of the content's SHA-256 */
	const char *type; /* MIME type by the name's ending */
};

static inline str embedded_content(const struct embedded_file *file)
{
	return (str){(const char *)file->data, file->size};
}

extern const struct embedded_file embedded_lists[];
extern const size_t embedded_lists_count;
extern const struct embedded_file embedded_model[];
extern const struct embedded_file embedded_discovery[];
extern const struct embedded_file embedded_report[]; /* the transparency report's style */
extern const struct embedded_file embedded_migrations[];
extern const size_t embedded_migrations_count;
extern const struct embedded_file embedded_assets[];
extern const size_t embedded_assets_count;

#endif
