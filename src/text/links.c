/* Finds web and mail addresses. Judges none. */
#include "text/links.h"

#include <libpsl.h>

enum { HOST_MAX = 120 };

static bool in_list(str s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(s, str_of(list[i])))
			return true;
	return false;
}

bool links_suffix(str s)
{
	char z[HOST_MAX + 1];
	if (s.n < 2 || s.n > HOST_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	memcpy(z, s.p, s.n);
	z[s.n] = 0;
	/* the built-in list neither reads files nor allocates for lower-case ASCII */
	return psl_is_public_suffix2(psl_builtin(), z, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);
}

static bool host_char(char c) { return fold_is_word(c) || c == '-'; }

/* End of a host name that begins at `i`: labels with single dots between. *last_dot is the
 * dot before the last label, if there are two. */
static size_t host_end(const struct folded *f, size_t i, size_t *labels, size_t *last_dot)
{
	size_t end = i, dot = 0;
	size_t stop = f->n - i > HOST_MAX + 1 ? i + HOST_MAX + 1 : f->n;
	*labels = 0;
	*last_dot = 0;
	while (i < stop && host_char(f->f[i]) && f->f[i] != '-') {
		while (i < stop && host_char(f->f[i]))
			i++;
		end = i;
		*last_dot = dot;
		++*labels;
		if (i + 1 >= stop || f->f[i] != '.')
			break;
		dot = i++;
	}
	return end;
}

static bool url_char(char c) { return c > ' ' && c != '"' && c != '<' && c != '>' && c != '\001'; }

/* End of path, query and fragment; closing punctuation belongs to the sentence. */
static size_t path_end(const struct folded *f, size_t i)
{
	size_t from = i, open = 0, close = 0;
	if (i < f->n && f->f[i] == ':' && i + 1 < f->n && fold_is_digit(f->f[i + 1]))
		for (i++; i < f->n && fold_is_digit(f->f[i]);)
			i++;
	if (i == f->n || (f->f[i] != '/' && f->f[i] != '?' && f->f[i] != '#'))
		return i == from ? from : i;
	while (i < f->n && (url_char(f->f[i]) || (unsigned char)f->f[i] >= 0x80)) {
		open += f->f[i] == '(';
		close += f->f[i] == ')';
		i++;
	}
	while (i > from) {
		char c = f->f[i - 1];
		bool bracket = c == ')' && close > open;
		if (!bracket && !strchr(".,;:!?'*]", c))
			break;
		close -= bracket;
		i--;
	}
	return i;
}

static bool starts_at(const struct folded *f, size_t i, str s)
{
	return f->n - i >= s.n && memcmp(f->f + i, s.p, s.n) == 0;
}

/* Length of "https://" and the like at `i`, 0 if there is none. */
static size_t scheme_at(const struct folded *f, size_t i)
{
	static const char *const schemes[] = {"https://", "http://", "hxxps://", "hxxp://", "ftp://",
	                                      "h**ps://", "h**p://", "https:/",  "tg://",   "http:/"};
	if (f->f[i] != 'h' && f->f[i] != 'f' && f->f[i] != 't')
		return 0;
	for (size_t k = 0; k < COUNT_OF(schemes); k++)
		if (starts_at(f, i, str_of(schemes[k])))
			return strlen(schemes[k]);
	return 0;
}

/* Top-level domains that are also words or file endings: a bare "gut.so" is a typing slip. */
static bool doubtful_suffix(str s)
{
	static const char *const words[] = {
		"so",  "es",  "in",  "im",  "am",  "is",   "it",  "to",   "me",   "be",   "my",   "no",  "as",  "do",
		"la",  "al",  "je",  "md",  "py",  "sh",   "zip", "mov",  "pl",   "rs",   "ps",   "man", "hat", "mit",
		"der", "das", "men", "one", "now", "here", "how", "you",  "fail", "at",   "us",   "id",  "ad",  "ag",
		"an",  "sie", "sap", "gut", "cc",  "so",   "or",  "case", "save", "like", "make", "moe"};
	return in_list(s, words, COUNT_OF(words));
}

static bool known_bare(str host)
{
	static const char *const hosts[] = {
		"t.me",         "wa.me",     "g.co",        "t.co",           "x.com",     "youtu.be", "bit.do",
		"paypal.me",    "signal.me", "m.me",        "is.gd",          "t.ly",      "v.gd",     "goo.gl",
		"fb.me",        "amzn.to",   "orf.at",      "derstandard.at", "kurier.at", "krone.at", "diepresse.at",
		"willhaben.at", "line.me",   "telegram.me", "about.me",       "w.wiki"};
	return in_list(host, hosts, COUNT_OF(hosts));
}

/* Is f[begin, end) a domain although nothing announces it? */
static bool bare_domain(const struct folded *f, size_t begin, size_t end, size_t last_dot, bool path)
{
	str host = {f->f + begin, end - begin}, suffix = {f->f + last_dot + 1, end - last_dot - 1};
	if (known_bare(host))
		return true;
	if (last_dot - begin < 2 || (f->mark[last_dot + 1] & FOLD_UPPER && !(f->mark[begin] & FOLD_UPPER)))
		return false;
	if (f->mark[last_dot + 1] & FOLD_UPPER && end - last_dot > 2 && !(f->mark[last_dot + 2] & FOLD_UPPER))
		return false; /* "Ende.Info": a missing blank */
	size_t digits = 0;
	while (digits < last_dot - begin && fold_is_digit(f->f[last_dot - 1 - digits]))
		digits++;
	if (digits == last_dot - begin && !path)
		return false;
	if (doubtful_suffix(suffix) && !path &&
	    !(str_eq(suffix, STR("at")) && last_dot - begin >= 4 && memchr(host.p, '-', host.n)))
		return false;
	return links_suffix(suffix);
}

struct found {
	enum link_kind kind;
	size_t begin, host, host_end, end;
};

static bool find_url(const struct folded *f, size_t i, struct found *out)
{
	size_t labels, dot, scheme = scheme_at(f, i);
	bool www = starts_at(f, i + scheme, STR("www."));
	size_t host = i + scheme + (www ? 4 : 0);
	size_t end = host_end(f, host, &labels, &dot);
	if (end == host || end - host > HOST_MAX)
		return false;
	bool path = end + 1 < f->n && strchr("/?#:", f->f[end]) && url_char(f->f[end + 1]);
	bool ok = (scheme || www) && (labels >= 2 || (scheme && path));
	ok = ok || (!scheme && !www && labels >= 2 && bare_domain(f, host, end, dot, path));
	if (ok)
		*out = (struct found){scheme || www ? LINK_URL : LINK_DOMAIN, i, host, end, path_end(f, end)};
	return ok;
}

static bool mail_char(char c) { return host_char(c) || c == '.' || c == '_' || c == '+'; }

/* `i` stands at an '@'. */
static bool find_mail(const struct folded *f, size_t from, size_t i, struct found *out)
{
	size_t begin = i, labels, dot;
	while (begin > from && i - begin < 64 && mail_char(f->f[begin - 1]))
		begin--;
	size_t end = host_end(f, i + 1, &labels, &dot);
	if (begin == i || labels < 2 || end - i > HOST_MAX || !links_suffix((str){f->f + dot + 1, end - dot - 1}))
		return false;
	*out = (struct found){LINK_EMAIL, begin, i + 1, end, end};
	return true;
}

static bool find_handle(const struct folded *f, size_t i, struct found *out)
{
	size_t end = i + 1;
	if (i > 0 && !strchr(" \n(:,'\"", f->f[i - 1]))
		return false;
	while (end < f->n && (fold_is_word(f->f[end]) || f->f[end] == '_'))
		end++;
	if (end - i < 4)
		return false;
	*out = (struct found){LINK_HANDLE, i, i, i, end};
	return true;
}

static void keep(struct text *t, struct links *out, const struct found *w, size_t *token)
{
	const struct folded *f = &t->folded;
	while (*token < t->token_count && t->tokens[*token].f + t->tokens[*token].fn <= w->begin)
		++*token;
	size_t first = *token;
	for (size_t k = first; k < t->token_count && t->tokens[k].f < w->end; k++)
		t->tokens[k].flags |= TOK_LINK | (k > first ? TOK_JOINED : 0);
	if (out->count == LINK_MAX || first == t->token_count)
		return;
	struct link *link = &out->item[out->count++];
	*link = (struct link){.kind = w->kind,
	                      .token = (uint32_t)first,
	                      .begin = text_begin(t, w->begin),
	                      .end = text_end(t, w->end - 1),
	                      .host = {f->f + w->host, w->host_end - w->host},
	                      .path = {f->f + w->host_end, w->end - w->host_end}};
	if (w->kind == LINK_EMAIL || w->kind == LINK_HANDLE || w->kind == LINK_PHONE)
		link->path.n = 0;
	for (size_t k = w->host; k < w->host_end; k++)
		link->altered = link->altered || (f->mark[k] & FOLD_ALTERED);
	link->punycode = str_find(link->host, STR("xn--"), 0) != SIZE_MAX;
}

/* Tries everything that may begin at folded position `i`, the start of a word or a symbol. */
static bool find_at(const struct text *t, size_t from, size_t i, size_t token, struct found *w)
{
	const struct folded *f = &t->folded;
	struct link_range range;
	char c = f->f[i];
	if (c == '@')
		return find_mail(f, from, i, w) || find_handle(f, i, w);
	bool start = i == 0 || !fold_is_word(f->f[i - 1]);
	if (!start)
		return false;
	if ((c == '+' || c == '(' || fold_is_digit(c)) && contacts_phone(t, i, &range)) {
		*w = (struct found){LINK_PHONE, range.begin, range.begin, range.begin, range.end};
		return true;
	}
	if (!fold_is_word(c))
		return false;
	if (find_url(f, i, w))
		return true;
	size_t last;
	if (token < t->token_count && t->tokens[token].f == i && contacts_spelled(t, token, &last, &range)) {
		size_t end = t->tokens[last].f + (size_t)t->tokens[last].fn;
		*w = (struct found){LINK_SPELLED, i, range.begin, range.end, end};
		return true;
	}
	return false;
}

void links_find(struct text *t, struct links *out)
{
	size_t from = 0, token = 0, mark = 0;
	out->count = 0;
	for (size_t i = 0; i < t->folded.n;) {
		struct found w;
		while (token < t->token_count && t->tokens[token].f < i)
			token++;
		if (!find_at(t, from, i, token, &w)) {
			i++;
			continue;
		}
		keep(t, out, &w, &mark);
		from = i = w.end > i ? w.end : i + 1;
	}
}
