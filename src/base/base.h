/* What every file may use: strings, failures, bugs. Knows nothing of comments. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <freigabe.h>

#include <stdint.h>
#include <string.h>

/* SANITIZED: 1 in a program built to be tested, which does more than one that serves and is slower. */
#if defined __has_feature /* clang */
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#elif defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ /* gcc */
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* Pointer and length, never NULL-terminated by contract. p may be NULL if n is 0. */
typedef struct frg_str str;

#define STR(literal) ((str){"" literal, sizeof(literal) - 1})
/* For static initialisers, where a compound literal is not constant. */
#define STR_INIT(literal)                                                                                              \
	{                                                                                                                  \
		"" literal, sizeof(literal) - 1                                                                                \
	}
/* printf: "%.*s", STR_ARG(s) */
#define STR_ARG(s) (int)(s).n, ((s).p ? (s).p : "")
#define STR_NONE ((str){NULL, 0})

static inline str str_of(const char *cstr) { return (str){cstr, cstr ? strlen(cstr) : 0}; }
static inline bool str_eq(str a, str b) { return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); }
static inline str str_sub(str s, size_t begin, size_t end)
{
	return (str){begin ? s.p + begin : s.p, end - begin}; /* no arithmetic on NULL */
}
static inline bool str_starts(str s, str prefix)
{
	return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}
static inline bool str_ends(str s, str suffix)
{
	return s.n >= suffix.n && (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}
int str_cmp(str a, str b);
/* ASCII white space off both ends. */
str str_trim(str s);
/* ASCII case folded comparison. */
bool str_eq_nocase(str a, str b);
/* Position of `needle` at or after `from`, or SIZE_MAX. */
size_t str_find(str s, str needle, size_t from);
/* Cuts the part of *rest before `sep` off and returns it; false at the end.
 * Start with the whole string: while (str_next(&rest, ',', &part)) … */
bool str_next(str *rest, char sep, str *part);
/* Whole string as a decimal; false on anything else or overflow. */
bool str_to_i64(str s, int64_t *out);

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define MUST_CHECK __attribute__((warn_unused_result))

/* Fills `err` (which may be NULL) and returns `status`. `code` is a stable key with
 * static storage; i18n/ has "error.<code>" for each in every language. */
enum frg_status frg_fail(struct frg_error *err, enum frg_status status, const char *code, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* A broken invariant: say where and abort. Never used to judge input. */
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
#define BUG_IF(cond)                                                                                                   \
	do {                                                                                                               \
		if (cond)                                                                                                      \
			BUG("%s", #cond);                                                                                          \
	} while (0)
_Noreturn void bug_at(const char *file, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
