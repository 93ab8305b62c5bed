/* freigabe site: set up a newspaper. */
#include "cli/cli.h"

#include "service/service.h"

#include <stdio.h>
#include <stdlib.h>

static const char help[] =
	"usage: freigabe site set NAME [OPTION…]\n"
	"       freigabe site list\n\n"
	"NAME is short: a-z, 0-9 and -. Makes the site or changes what is given.\n\n"
	"  --db URL            sqlite:PATH ($FREIGABE_DB, sqlite:freigabe.db)\n"
	"  --title TEXT        the newspaper's name\n"
	"  --slogan TEXT       stands under the name\n"
	"  --lang de|en        language of the site\n"
	"  --address URL       where readers reach it: https://comments.paper.example\n"
	"  --origins 'URL …'   foreign origins that may embed: 'https://www.paper.example'\n"
	"  --hosts 'HOST …'    hosts whose pages may be read for articles ('.paper.example' for all below)\n"
	"  --notice-de FILE    the notice under the articles, Markdown\n"
	"  --notice-en FILE\n"
	"  --limits TEXT       the site's own limits: 'submit=20/10 reader=20/10 article=600/240 site=1200/600\n"
	"                      plain=20/10', so many at once / then per minute, 0 for no limit (docs/limits.md)\n"
	"  --allow-passwords   editors may log in by password again, after it was switched off at the desk\n";

struct wish {
	const char *title, *slogan, *lang, *address, *origins, *hosts, *notice_de, *notice_en, *limits;
	bool passwords;
};

static void list_sites(struct service *svc)
{
	const struct store_site *first = service_site(svc, STR(""));
	for (size_t i = 0; first && i < service_site_count(svc); i++)
		printf("%.*s\t%.*s\t%.*s\n", STR_ARG(first[i].slug), STR_ARG(first[i].name), STR_ARG(first[i].base_url));
}

static void apply(const struct wish *w, struct store_site *s)
{
	if (w->title)
		s->name = str_of(w->title);
	if (w->slogan)
		s->slogan = str_of(w->slogan);
	if (w->lang)
		s->lang = strcmp(w->lang, "en") == 0 ? FRG_LANG_EN : FRG_LANG_DE;
	if (w->address)
		s->base_url = str_of(w->address);
	if (w->origins)
		s->origins = str_of(w->origins);
	if (w->hosts)
		s->article_hosts = str_of(w->hosts);
}

static enum frg_status set_notice(struct service *svc, id64 site, enum frg_lang lang, const char *path,
                                  struct frg_error *err)
{
	str text;
	if (!path)
		return FRG_OK;
	if (!cli_read_file(path, 1 << 16, &text))
		return frg_fail(err, FRG_NOT_FOUND, "notice_missing", "cannot read %s", path);
	enum frg_status st = service_site_notice_save(svc, site, lang, text, err);
	free((char *)text.p);
	return st;
}

static enum frg_status set_site(struct service *svc, const char *slug, const struct wish *w, struct frg_error *err)
{
	const struct store_site *old = service_site(svc, str_of(slug));
	struct store_site site = {
		.slug = str_of(slug), .name = str_of(slug), .lang = FRG_LANG_DE, .base_url = STR("http://127.0.0.1:8080")};
	if (old)
		site = *old;
	apply(w, &site);
	enum frg_status st = service_site_save(svc, &site, err);
	if (st == FRG_OK)
		st = set_notice(svc, site.id, FRG_LANG_DE, w->notice_de, err);
	if (st == FRG_OK)
		st = set_notice(svc, site.id, FRG_LANG_EN, w->notice_en, err);
	if (st == FRG_OK && w->limits)
		st = service_site_limits_save(svc, site.id, str_of(w->limits), err);
	return st == FRG_OK && w->passwords ? service_access_passwords(svc, site.id, err) : st;
}

int cmd_site(int argc, char **argv)
{
	const char *db = NULL;
	struct wish w = {0};
	const struct cli_option options[] = {{"db", &db, NULL},
	                                     {"title", &w.title, NULL},
	                                     {"slogan", &w.slogan, NULL},
	                                     {"lang", &w.lang, NULL},
	                                     {"address", &w.address, NULL},
	                                     {"origins", &w.origins, NULL},
	                                     {"hosts", &w.hosts, NULL},
	                                     {"notice-de", &w.notice_de, NULL},
	                                     {"notice-en", &w.notice_en, NULL},
	                                     {"limits", &w.limits, NULL},
	                                     {"allow-passwords", NULL, &w.passwords}};
	int words = cli_options(argc, argv, options, COUNT_OF(options), help);
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	bool list = words == 1 && strcmp(argv[1], "list") == 0;
	if (!list && (words != 2 || strcmp(argv[1], "set") != 0))
		return cli_usage("site", "say: set NAME, or: list");
	struct service *svc;
	struct frg_error err;
	if (!cli_open_service("site", db, !list, &svc))
		return EXIT_USAGE;
	int rc = EXIT_DONE;
	if (list)
		list_sites(svc);
	else if (set_site(svc, argv[2], &w, &err) != FRG_OK)
		rc = cli_failed("site", &err);
	service_close(svc);
	return rc;
}
