/* What comes from many at once: nearly the same text under several names, the same link in several comments. Tells how
 * much and since when, so that an editor can judge; groups nothing by a link alone, as honest people share links. */
#include "service/campaign.h"

#include "text/links.h"

enum { HOUR_MS = 3600 * 1000, LOOKED_AT = 1000 };
static const msec since_ms = (msec)CAMPAIGN_HOURS * HOUR_MS;

/* Taking a text apart is not for nothing: a link has a dot between letters. */
static bool may_have_links(str text)
{
	for (size_t i = 1; i + 1 < text.n; i++)
		if (text.p[i] == '.' && text.p[i - 1] > ' ' && text.p[i + 1] > ' ' && text.p[i + 1] != '.')
			return true;
	return false;
}

/* Host and path, without what may differ from one copy to the next. */
static str address_of_link(struct arena *a, const struct link *l)
{
	str path = l->path;
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '?' || path.p[i] == '#')
			path.n = i;
	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	return arena_printf(a, "%.*s%.*s", STR_ARG(l->host), STR_ARG(path));
}

static uint64_t key_of(struct arena *a, str address)
{
	char hash[HASH_TEXT_SIZE];
	uint64_t key = 0;
	hash_text(arena_printf(a, "link %.*s", STR_ARG(address)), hash);
	for (size_t i = 0; i < 16; i++)
		key = key << 4 | (uint64_t)(hash[i] <= '9' ? hash[i] - '0' : hash[i] - 'a' + 10);
	return key;
}

size_t campaign_links(struct arena *a, str text, struct campaign_link out[CAMPAIGN_LINKS])
{
	struct text t;
	struct links found;
	size_t count = 0;
	if (!may_have_links(text))
		return 0;
	if (!text_open(&t, text.n))
		BUG("out of memory");
	text_read(&t, text);
	links_find(&t, &found);
	for (size_t i = 0; i < found.count && count < CAMPAIGN_LINKS; i++) {
		const struct link *l = &found.item[i];
		if (l->kind != LINK_URL && l->kind != LINK_DOMAIN)
			continue;
		str address = address_of_link(a, l);
		bool known = false;
		for (size_t k = 0; k < count; k++)
			known = known || str_eq(out[k].address, address);
		if (!known)
			out[count++] = (struct campaign_link){address, key_of(a, address)};
	}
	text_close(&t);
	return count;
}

static bool is_campaign(const struct store_tally *t)
{
	return t->texts >= CAMPAIGN_TEXTS && t->names >= CAMPAIGN_NAMES;
}

/* The one that most have used. */
static enum frg_status find_link(struct store_tx *tx, const struct store_revision *revision, struct campaign *out,
                                 struct frg_error *err)
{
	struct campaign_link links[CAMPAIGN_LINKS];
	size_t count = campaign_links(store_arena(tx), revision->text, links);
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < count; i++) {
		struct store_tally tally;
		st = store_near_tally(tx, revision->site, links[i].key, clock_now() - since_ms, LOOKED_AT, &tally, err);
		if (st != FRG_OK || !is_campaign(&tally) || tally.texts <= out->with_link.texts)
			continue;
		out->link = links[i].address;
		out->link_key = links[i].key;
		out->with_link = tally;
	}
	return st;
}

enum frg_status campaign_of(struct store_tx *tx, const struct store_revision *revision, id64 group,
                            struct campaign *out, struct frg_error *err)
{
	*out = (struct campaign){0};
	enum frg_status st = FRG_OK;
	if (group)
		st = store_queue_tally(tx, group, LOOKED_AT, &out->alike, err);
	if (st == FRG_OK && !is_campaign(&out->alike))
		out->alike = (struct store_tally){0};
	return st == FRG_OK ? find_link(tx, revision, out, err) : st;
}
