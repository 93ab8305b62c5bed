/* Scripts, styles and pictures that are part of the binary, under names that carry their hash. */
#include "api/inner.h"

#include "base/embedded.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ASSETS_MAX = 16, DEV_FILE_MAX = 8 << 20 };

/* Made once before serving, then constant. */
static struct {
	struct http_page *pages[ASSETS_MAX], *embed, *favicon;
	char paths[ASSETS_MAX][96];
	const char *dev_dir;
} assets;

static const struct embedded_file *find(const char *name)
{
	for (size_t i = 0; i < embedded_assets_count; i++)
		if (strcmp(embedded_assets[i].name, name) == 0)
			return &embedded_assets[i];
	BUG("no asset %s", name);
}

/* "widget.js" → "/assets/widget-3f9a….js" */
static void asset_path(const struct embedded_file *file, char out[96])
{
	const char *dot = strrchr(file->name, '.');
	snprintf(out, 96, "/assets/%.*s-%.16s%s", (int)(dot - file->name), file->name, file->etag, dot);
}

static struct http_page *make(const struct embedded_file *file, const char *cache, bool cross)
{
	const char *headers[] = {"X-Content-Type-Options: nosniff",
	                         cross ? "Cross-Origin-Resource-Policy: cross-origin"
	                               : "Cross-Origin-Resource-Policy: same-origin",
	                         cross ? "Access-Control-Allow-Origin: *" : NULL, NULL};
	struct http_page_spec spec = {.content_type = file->type,
	                              .body = embedded_content(file),
	                              .lasting = true,
	                              .etag = file->etag,
	                              .cache_control = cache,
	                              .headers = headers,
	                              .compress = true};
	return http_page_new(&spec);
}

static str path_of(const char *name)
{
	for (size_t i = 0; i < embedded_assets_count; i++)
		if (strcmp(embedded_assets[i].name, name) == 0)
			return str_of(assets.paths[i]);
	BUG("no asset %s", name);
}

void api_assets_setup(struct view_assets *out, const char *dev_dir)
{
	BUG_IF(embedded_assets_count > ASSETS_MAX);
	assets.dev_dir = dev_dir;
	for (size_t i = 0; i < embedded_assets_count; i++) {
		asset_path(&embedded_assets[i], assets.paths[i]);
		if (!assets.pages[i])
			assets.pages[i] = make(&embedded_assets[i], "public, max-age=31536000, immutable", true);
	}
	if (!assets.embed)
		assets.embed = make(find("widget.js"), "public, max-age=300", true);
	if (!assets.favicon)
		assets.favicon = make(find("favicon.svg"), "public, max-age=86400", false);
	*out = (struct view_assets){.site_css = path_of("site.css"),
	                            .widget_js = path_of("widget.js"),
	                            .desk_js = path_of("desk.js"),
	                            .desk_css = path_of("desk.css"),
	                            .figures_js = path_of("figures.js"),
	                            .figures_css = path_of("figures.css"),
	                            .favicon = STR("/favicon.svg")};
}

void api_assets_free(void)
{
	for (size_t i = 0; i < ASSETS_MAX; i++)
		if (assets.pages[i])
			http_page_unref(assets.pages[i]);
	if (assets.embed)
		http_page_unref(assets.embed);
	if (assets.favicon)
		http_page_unref(assets.favicon);
	memset(&assets, 0, sizeof assets);
}

/* While developing: the file as it is now, whatever hash was asked for. */
static bool from_disk(struct http_request *req, const struct embedded_file *file)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", assets.dev_dir, file->name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	if (fd < 0)
		return false;
	bool good = fstat(fd, &st) == 0 && st.st_size >= 0 && st.st_size <= DEV_FILE_MAX;
	char *body = good ? arena_alloc(http_arena(req), (size_t)st.st_size + 1) : NULL;
	good = good && read(fd, body, (size_t)st.st_size) == st.st_size;
	close(fd);
	if (!good)
		return false;
	http_add_header(req, "Cache-Control", STR("no-store"));
	http_respond(req, 200, file->type, (str){body, (size_t)st.st_size});
	return true;
}

/* A form that is not ready yet is for a worker to make. */
static bool answer(struct http_request *req, struct http_page *page, bool quick)
{
	if (quick && !http_page_ready(req, page))
		return false;
	http_respond_page(req, page);
	return true;
}

static bool get(struct api *api, struct http_request *req, bool quick)
{
	for (size_t i = 0; i < embedded_assets_count; i++)
		if (str_eq(http_path(req), str_of(assets.paths[i])))
			return (assets.dev_dir && from_disk(req, &embedded_assets[i])) || answer(req, assets.pages[i], quick);
	api_refuse(api, req, 404);
	return true;
}

static bool get_embed(struct http_request *req, bool quick)
{
	return (assets.dev_dir && from_disk(req, find("widget.js"))) || answer(req, assets.embed, quick);
}

QUICK(asset_get_quick) { return get(app, req, true); }
HANDLER(asset_get) { get(app, req, false); }
QUICK(asset_embed_quick) { return get_embed(req, true); }
HANDLER(asset_embed) { get_embed(req, false); }
QUICK(asset_favicon_quick) { return answer(req, assets.favicon, true); }
HANDLER(asset_favicon) { answer(req, assets.favicon, false); }
