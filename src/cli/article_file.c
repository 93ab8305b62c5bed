/* Imports an article from a file, and the picture beside it. */
#include "cli/cli.h"

#include "article/article.h"
#include "article/picture.h"
#include "service/service.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ARTICLE_MAX = 2 << 20, PICTURE_MAX = 10 << 20 };

/* The picture's file: beside the article, or beside its folder. False: it is not a local name. */
static bool picture_path(const char *article, str name, char out[4096])
{
	char copy[4096];
	if (name.n == 0 || str_find(name, STR("://"), 0) != SIZE_MAX || name.p[0] == '/' ||
	    str_find(name, STR(".."), 0) != SIZE_MAX)
		return false;
	static const char *const folders[] = {"", "../"};
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		snprintf(copy, sizeof copy, "%s", article);
		if (snprintf(out, 4096, "%s/%s%.*s", dirname(copy), folders[i], STR_ARG(name)) >= 4096)
			return false;
		if (access(out, R_OK) == 0)
			return true;
	}
	return true;
}

static enum frg_status import_picture(struct service *svc, struct arena *a, const char *path, struct article *art,
                                      struct frg_error *err)
{
	char file[4096];
	str data;
	struct picture picture;
	if (!picture_path(path, art->image_url, file))
		return FRG_OK;
	if (!cli_read_file(file, PICTURE_MAX, &data))
		return frg_fail(err, FRG_NOT_FOUND, "picture_missing", "cannot read the picture %s", file);
	enum frg_status st = FRG_OK;
	if (!picture_read(data, &picture))
		st = frg_fail(err, FRG_UNSUPPORTED, "picture_type", "%s is no JPEG, PNG or WebP", file);
	if (st == FRG_OK)
		st = service_media_save(svc, a, picture.type, data, &art->image_url, err);
	if (st == FRG_OK) {
		art->image_width = picture.width;
		art->image_height = picture.height;
	}
	free((char *)data.p);
	return st;
}

bool cli_import_article(struct service *svc, const struct store_site *site, const char *path, bool *created)
{
	str file;
	struct frg_error err;
	struct article art = {0};
	if (!cli_read_file(path, ARTICLE_MAX, &file))
		return false;
	struct arena *a = arena_open(64 << 20);
	enum frg_status st = str_ends(str_of(path), STR(".json")) ? article_from_ninjs(a, file, &art, &err)
	                                                          : article_from_markdown(a, file, &art, &err);
	if (st == FRG_OK)
		st = import_picture(svc, a, path, &art, &err);
	if (st == FRG_OK)
		st = service_article_save(svc, a, site, &art, created, &err);
	if (st != FRG_OK)
		fprintf(stderr, "freigabe: %s:%zu: %s\n", path, err.pos, err.msg);
	arena_close(a);
	free((char *)file.p);
	return st == FRG_OK;
}
