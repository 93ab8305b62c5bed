#include "text/private.h"

#include <ctype.h>

enum {
	DIGITS_MAX = 40,
	LOCAL_MAX = 64,
	LOOK_BACK = 48 /* bytes of a street's name */
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_alnum(char c) { return isalnum((unsigned char)c) || (unsigned char)c >= 0x80; }
static char at(str s, size_t i) { return i < s.n ? s.p[i] : 0; }

/* A match found: up to where the source is used; 0: none. */
struct match {
	enum private_kind kind;
	size_t begin, end;
};

/* ---- e-mail: known by its '@' ---- */

static bool is_local(char c) { return isalnum((unsigned char)c) || strchr("._%+-", c); }

static bool email(str s, size_t i, struct match *m)
{
	size_t b = i, e = i + 1, dot = 0;
	if (at(s, i) != '@')
		return false;
	while (b > 0 && i - b < LOCAL_MAX && s.p[b - 1] && is_local(s.p[b - 1]))
		b--;
	while (e < s.n && e - i < 255 && s.p[e] && (isalnum((unsigned char)s.p[e]) || s.p[e] == '-' || s.p[e] == '.')) {
		if (s.p[e] == '.' && e + 1 < s.n && isalnum((unsigned char)s.p[e + 1]))
			dot = e;
		e++;
	}
	while (e > i && !isalnum((unsigned char)s.p[e - 1]))
		e--;
	if (b == i || !dot || e < dot + 3)
		return false;
	*m = (struct match){PRIVATE_EMAIL, b, e};
	return true;
}

/* ---- numbers: digits with what stands between them ---- */

struct number {
	char digits[DIGITS_MAX];
	size_t count, end; /* behind the last digit */
	size_t groups;
	char separators[DIGITS_MAX]; /* the first of each gap */
	size_t lengths[DIGITS_MAX];  /* of each group */
};

static void read_number(str s, size_t i, struct number *n)
{
	*n = (struct number){0};
	size_t run = 0;
	while (i < s.n && n->count < DIGITS_MAX) {
		if (is_digit(s.p[i])) {
			if (run == 0)
				n->groups++;
			n->lengths[n->groups - 1]++;
			n->digits[n->count++] = s.p[i++];
			n->end = i;
			run = 1;
			continue;
		}
		size_t gap = 0; /* at most three signs between two groups: " (0)", " / " */
		while (i + gap < s.n && gap < 3 && s.p[i + gap] && strchr(" -/.()", s.p[i + gap]))
			gap++;
		if (gap == 0 || !is_digit(at(s, i + gap)) || n->groups == 0)
			return;
		n->separators[n->groups - 1] = s.p[i];
		i += gap;
		run = 0;
	}
}

static bool all_separators(const struct number *n, const char *of)
{
	for (size_t i = 0; i + 1 < n->groups; i++)
		if (!strchr(of, n->separators[i]))
			return false;
	return true;
}

/* 24.12.2025, 01/02/24, 2025-12-24 */
static bool is_date(const struct number *n)
{
	if (n->groups != 3 || !all_separators(n, "./-"))
		return false;
	return (n->lengths[0] <= 2 && n->lengths[1] <= 2 && (n->lengths[2] == 2 || n->lengths[2] == 4)) ||
	       (n->lengths[0] == 4 && n->lengths[1] <= 2 && n->lengths[2] <= 2);
}

/* 0.000.000 */
static bool is_amount(const struct number *n)
{
	for (size_t i = 1; i < n->groups; i++)
		if (n->lengths[i] != 3)
			return false;
	return n->groups > 1 && n->lengths[0] <= 3 && all_separators(n, ".");
}

static bool luhn(const struct number *n)
{
	int sum = 0;
	for (size_t i = 0; i < n->count; i++) {
		int d = n->digits[n->count - 1 - i] - '0';
		sum += i % 2 ? (d > 4 ? 2 * d - 9 : 2 * d) : d;
	}
	return sum % 10 == 0;
}

static bool phone_or_card(str s, size_t i, struct match *m)
{
	struct number n;
	bool plus = at(s, i) == '+', bracket = at(s, i) == '(';
	if (i > 0 && (is_alnum(s.p[i - 1]) || strchr("+-/.,:§$€", s.p[i - 1]) || (s.p[i - 1] == '(' && !plus)))
		return false;
	read_number(s, i + (plus || bracket), &n);
	if (n.count < 7 || is_alnum(at(s, n.end)) || is_date(&n) || is_amount(&n))
		return false;
	if (at(s, n.end) == ',' && is_digit(at(s, n.end + 1)))
		return false;
	bool card = n.count >= 13 && n.count <= 19 && n.digits[0] >= '3' && n.digits[0] <= '6' && luhn(&n) &&
	            all_separators(&n, " -") && !plus && !bracket;
	bool abroad = (plus && n.digits[0] != '0') || (n.digits[0] == '0' && n.digits[1] == '0' && n.digits[2] != '0');
	bool home = !plus && n.digits[0] == '0' && n.digits[1] != '0' && n.lengths[0] >= 2;
	if (card)
		m->kind = PRIVATE_CARD;
	else if ((abroad && n.count >= 9 && n.count <= 17) || (home && n.count >= 8 && n.count <= 14))
		m->kind = PRIVATE_PHONE;
	else
		return false;
	m->begin = i;
	m->end = n.end;
	return true;
}

/* ---- IBAN: ISO 13616, checked modulo 97 ---- */

static bool iban(str s, size_t i, struct match *m)
{
	char c[40];
	size_t n = 0, k = i, end = i;
	if ((i > 0 && is_alnum(s.p[i - 1])) || !isalpha((unsigned char)at(s, i)) || !isalpha((unsigned char)at(s, i + 1)) ||
	    !is_digit(at(s, i + 2)) || !is_digit(at(s, i + 3)))
		return false;
	unsigned found = 0;
	for (; k < s.n && n < 34; k++) {
		if (s.p[k] == ' ' && isalnum((unsigned char)at(s, k + 1)))
			continue;
		if (!isalnum((unsigned char)s.p[k]))
			break;
		c[n++] = (char)toupper((unsigned char)s.p[k]);
		end = k + 1;
		if (n < 15 || is_alnum(at(s, end)))
			continue;
		/* the check digits stand behind the rest */
		unsigned rest = 0;
		for (size_t j = 0; j < n; j++) {
			char x = c[(j + 4) % n];
			rest = is_digit(x) ? (rest * 10 + (unsigned)(x - '0')) % 97 : (rest * 100 + (unsigned)(x - 'A') + 10) % 97;
		}
		if (rest == 1)
			found = (unsigned)(end - i);
	}
	if (!found)
		return false;
	*m = (struct match){PRIVATE_IBAN, i, i + found};
	return true;
}

/* ---- street addresses: a street's name and a house's number ---- */

static bool ends_with(str word, const char *end)
{
	size_t n = strlen(end);
	return word.n >= n && memcmp(word.p + word.n - n, end, n) == 0;
}

/* "Lindenstraße", "Marktplatz"; "Straße" and "Allee" alone only behind a capitalised word. Roads have no houses. */
static bool is_street(str word, bool named)
{
	static const char *const roads[] = {"undesstraße", "andstraße",    "andesstraße", "reisstraße",
	                                    "taatsstraße", "undesstrasse", "ernstraße",   "chnellstraße"};
	static const char *const ends[] = {"straße", "strasse", "str.", "allee", "gasse", "weg",     "platz",
	                                   "ring",   "damm",    "ufer", "steig", "pfad",  "chaussee"};
	static const char *const alone[] = {"Straße", "Strasse", "Str.", "Allee", "Gasse", "Chaussee"};
	for (size_t i = 0; i < COUNT_OF(roads); i++)
		if (ends_with(word, roads[i]))
			return false;
	for (size_t i = 0; named && i < COUNT_OF(alone); i++)
		if (str_eq(word, str_of(alone[i])))
			return true;
	for (size_t i = 0; i < COUNT_OF(ends); i++)
		if (ends_with(word, ends[i]) && word.n >= strlen(ends[i]) + 3)
			return true;
	return false;
}

static bool is_capital(str s, size_t i)
{
	return isupper((unsigned char)at(s, i)) ||
	       (at(s, i) == '\xc3' && (unsigned char)at(s, i + 1) >= 0x80 && (unsigned char)at(s, i + 1) <= 0x9e);
}

static size_t word_back(str s, size_t end)
{
	size_t b = end;
	while (b > 0 && end - b < LOOK_BACK &&
	       (is_alnum(s.p[b - 1]) || s.p[b - 1] == '-' || (s.p[b - 1] == '.' && b == end)))
		b--;
	return b;
}

/* ", 10969 Berlin" */
static size_t town(str s, size_t i)
{
	size_t k = i;
	while (at(s, k) == ',' || at(s, k) == ' ')
		k++;
	for (int d = 0; d < 5; d++, k++)
		if (!is_digit(at(s, k)))
			return i;
	if (at(s, k) != ' ' || !is_capital(s, k + 1))
		return i;
	for (k++; k < s.n && (is_alnum(s.p[k]) || s.p[k] == '-'); k++)
		;
	return k;
}

/* The number of a house at i, behind a space; *end behind "12", "3a", "5-7". */
static bool house(str s, size_t i, size_t *end)
{
	size_t k = i;
	int n = 0;
	while (is_digit(at(s, k)) && k - i < 5)
		n = n * 10 + (s.p[k++] - '0');
	bool year = k - i == 4 && n >= 1900 && n < 2100;
	if (k == i || k - i > 4 || year || n == 0)
		return false;
	if (isalpha((unsigned char)at(s, k)) && !is_alnum(at(s, k + 1)))
		k++;
	if (is_alnum(at(s, k)) || ((at(s, k) == '.' || at(s, k) == ',' || at(s, k) == ':') && is_digit(at(s, k + 1))))
		return false;
	*end = k;
	return true;
}

static bool german_address(str s, size_t i, struct match *m)
{
	size_t end;
	if (i < 4 || s.p[i - 1] != ' ' || !house(s, i, &end))
		return false;
	size_t b = word_back(s, i - 1), before = b > 1 && s.p[b - 1] == ' ' ? word_back(s, b - 1) : b;
	bool named = before < b && is_capital(s, before);
	if (b == i - 1 || !(is_capital(s, b) || named) || !is_street(str_sub(s, b, i - 1), named))
		return false;
	*m = (struct match){PRIVATE_ADDRESS, named ? before : b, town(s, end)};
	return true;
}

/* "12 High Street" */
static bool english_address(str s, size_t i, struct match *m)
{
	static const char *const ends[] = {"Street",  "Road",    "Lane",     "Avenue", "Drive", "Square",
	                                   "Terrace", "Gardens", "Crescent", "Court",  "Close", "Ave"};
	size_t k;
	if ((i > 0 && (is_alnum(s.p[i - 1]) || strchr(".,:-/", s.p[i - 1]))) || !house(s, i, &k))
		return false;
	for (int words = 0; words < 4 && at(s, k) == ' ' && is_capital(s, k + 1); words++) {
		size_t b = ++k;
		while (k < s.n && is_alnum(s.p[k]))
			k++;
		for (size_t e = 0; words > 0 && e < COUNT_OF(ends); e++)
			if (str_eq(str_sub(s, b, k), str_of(ends[e]))) {
				*m = (struct match){PRIVATE_ADDRESS, i, k};
				return true;
			}
	}
	return false;
}

/* ---- all of them ---- */

size_t private_find(str s, struct private_span *out, size_t max)
{
	size_t count = 0, i = 0, used = 0;
	while (i < s.n && count < max) {
		struct match m = {0};
		char c = s.p[i];
		bool found = c == '@' && email(s, i, &m);
		if (!found && (is_digit(c) || c == '+' || c == '('))
			found = phone_or_card(s, i, &m);
		if (!found && is_digit(c))
			found = german_address(s, i, &m) || english_address(s, i, &m);
		if (!found && isalpha((unsigned char)c))
			found = iban(s, i, &m);
		if (found && m.begin >= used) {
			out[count++] = (struct private_span){m.kind, (uint32_t)m.begin, (uint32_t)m.end};
			i = used = m.end;
			continue;
		}
		i++;
	}
	return count;
}

const char *private_kind_name(enum private_kind kind)
{
	static const char *const names[] = {"email", "phone", "iban", "card", "address"};
	return names[kind];
}
