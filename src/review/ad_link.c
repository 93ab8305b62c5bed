/* Rule: leading readers to something sold or promoted. */
#include "review/inner.h"

#include "base/i18n.h"

static enum host_kind host_kind(const struct lists *l, str host)
{
	uint32_t kind;
	while (host.n) { /* shop.example.com, then example.com, then com */
		if (map_first(&l->hosts, host, text_hash(host), &kind))
			return (enum host_kind)kind;
		size_t dot = str_find(host, STR("."), 0);
		if (dot == SIZE_MAX)
			break;
		host = str_sub(host, dot + 1, host.n);
	}
	return HOST_NONE;
}

static bool has_param(str path, str name)
{
	for (size_t at = str_find(path, name, 0); at != SIZE_MAX; at = str_find(path, name, at + 1))
		if (at > 0 && (path.p[at - 1] == '?' || path.p[at - 1] == '&' || path.p[at - 1] == ';'))
			return true;
	return false;
}

/* Parameters by which somebody earns from a click. */
static bool affiliate(str path)
{
	static const char *const names[] = {
		"tag=",      "aff=",       "affid=",  "affiliate=", "aff_id=", "ref=",       "refid=",   "referral=",
		"partner=",  "partnerid=", "awc=",    "clickref=",  "promo=",  "coupon=",    "invite=",  "invitecode=",
		"tid=",      "hop=",       "ref_id=", "afftrack=",  "wid=",    "irclickid=", "refcode=", "code=",
		"linkcode=", "subid=",     "campid=", "mkrid=",     "zanpid=", "bonus="};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (has_param(path, str_of(names[i])))
			return true;
	return str_find(path, STR("/ref/"), 0) != SIZE_MAX || str_find(path, STR("/aff/"), 0) != SIZE_MAX;
}

/* Looks the words of a host or path up; counts those that sell and those that inform. */
static void count_words(const struct lists *l, str s, int *selling, int *informing)
{
	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		while (i < s.n && fold_is_word(s.p[i]))
			i++;
		uint32_t kind;
		str w = str_sub(s, from, i);
		if (w.n && map_first(&l->ad_words, w, text_hash(w), &kind)) {
			*selling += kind == 1;
			*informing += kind == 2;
		}
		i += i == from || i < s.n;
	}
}

/* Beginnings and endings too: "schnaeppchenshop", "billigreisen". */
static bool selling_name(const struct lists *l, str host)
{
	enum { LABEL_MAX = 40 };
	str label;
	uint32_t kind;
	while (str_next(&host, '.', &label)) {
		if (label.n > LABEL_MAX || host.p == NULL)
			continue;
		for (size_t n = 4; n < label.n; n++) {
			str a = str_sub(label, 0, n), b = str_sub(label, label.n - n, label.n);
			if ((map_first(&l->ad_words, a, text_hash(a), &kind) && kind == 1) ||
			    (map_first(&l->ad_words, b, text_hash(b), &kind) && kind == 1))
				return true;
		}
	}
	return false;
}

/* How likely a web link by itself is there to sell, before the words around it count. */
static float web_score(const struct frg_workspace *ws, const struct link *k, enum msg *reason)
{
	const struct lists *l = ws->lists;
	int selling = 0, informing = 0;
	enum host_kind kind = host_kind(l, k->host);
	*reason = MSG_REASON_AD_LINK;
	if (affiliate(k->path) && kind != HOST_SOURCE) {
		*reason = MSG_REASON_AD_LINK_AFFILIATE;
		return 0.85f;
	}
	switch (kind) {
	case HOST_SHORT: *reason = MSG_REASON_AD_LINK_SHORT; return 0.8f;
	case HOST_AFFILIATE: *reason = MSG_REASON_AD_LINK_AFFILIATE; return 0.9f;
	case HOST_SHOP: *reason = MSG_REASON_AD_LINK_SHOP; return 0.8f;
	case HOST_MESSENGER: *reason = MSG_REASON_AD_LINK_MESSENGER; return 0.85f;
	case HOST_SPAM: return 0.92f;
	case HOST_SOURCE: return 0.03f;
	case HOST_SOCIAL: return 0.25f;
	default: break;
	}
	if (k->kind == LINK_SPELLED) {
		*reason = MSG_REASON_AD_LINK_SPELLED;
		return 0.78f;
	}
	if (k->altered) {
		*reason = MSG_REASON_AD_LINK_LOOKALIKE;
		return 0.75f;
	}
	count_words(l, k->host, &selling, &informing);
	count_words(l, k->path, &selling, &informing);
	if (selling > informing || (!informing && selling_name(l, k->host))) {
		*reason = MSG_REASON_AD_LINK_SHOP;
		return selling > 1 ? 0.85f : 0.7f;
	}
	return informing ? 0.12f : 0.3f;
}

static float link_score(const struct frg_workspace *ws, const struct link *k, enum msg *reason)
{
	switch (k->kind) {
	case LINK_PHONE: *reason = MSG_REASON_AD_LINK_CONTACT; return 0.6f;
	case LINK_EMAIL: *reason = MSG_REASON_AD_LINK_CONTACT; return 0.5f;
	case LINK_HANDLE: return 0;
	default: return web_score(ws, k, reason);
	}
}

/* Words that announce a source, or a sale, in the link's sentence or just before it. */
static float context(const struct frg_workspace *ws, uint32_t sentence)
{
	float selling = 0, factor = 1;
	for (size_t i = 0; i < ws->hit_count; i++) {
		const struct cue_hit *h = &ws->hits[i];
		uint32_t s = ws->text.tokens[h->first].sentence;
		if (h->cue->rule != FRG_AD_LINK)
			continue;
		bool near = s == sentence || s + 1 == sentence || s == sentence + 1;
		if (h->cue->weight > 0)
			selling = h->cue->weight > selling ? h->cue->weight : selling;
		else if (near || (h->cue->flags & CUE_TEXT))
			factor *= 1 + h->cue->weight;
	}
	return selling > 0 ? 1 + selling : factor;
}

static void add_links(struct frg_workspace *ws)
{
	for (size_t i = 0; i < ws->links.count; i++) {
		const struct link *k = &ws->links.item[i];
		uint32_t sentence = ws->text.tokens[k->token].sentence;
		enum msg reason = MSG_REASON_AD_LINK;
		float score = link_score(ws, k, &reason), around = context(ws, sentence);
		if (score <= 0.05f)
			continue;
		if (around > 1)
			score += (1 - score) * (around - 1) * 0.8f;
		else
			score *= around;
		struct finding f = {.rule = FRG_AD_LINK,
		                    .begin = k->begin,
		                    .end = k->end,
		                    .sentence = sentence,
		                    .score = score > 0.97f ? 0.97f : score,
		                    .reason = reason,
		                    .word = k->host};
		review_add(ws, &f);
	}
}

void ad_link_find(struct frg_workspace *ws)
{
	add_links(ws);
	cues_report(ws, FRG_AD_LINK);
	ws->score[FRG_AD_LINK] = review_combine(ws, FRG_AD_LINK);
}
