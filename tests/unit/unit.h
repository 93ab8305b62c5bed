/* What every unit test needs: cmocka with the headers it forgets, and comparing our strings. */
#ifndef UNIT_H
#define UNIT_H

#include "base/arena.h"
#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define OK(expression) assert_int_equal((expression), FRG_OK)

/* Compares pointer and length with a C string and shows both when they differ. */
#define assert_str(actual, expected) unit_assert_str((actual), (expected), __FILE__, __LINE__)
static inline void unit_assert_str(str actual, const char *expected, const char *file, int line)
{
	if (str_eq(actual, str_of(expected)))
		return;
	print_error("got  \"%.*s\"\nwant \"%s\"\n", STR_ARG(actual), expected);
	_fail(file, line);
}

#define assert_has(haystack, needle) unit_assert_has((haystack), (needle), true, __FILE__, __LINE__)
#define assert_lacks(haystack, needle) unit_assert_has((haystack), (needle), false, __FILE__, __LINE__)
static inline void unit_assert_has(str haystack, const char *needle, bool wanted, const char *file, int line)
{
	if ((str_find(haystack, str_of(needle), 0) != SIZE_MAX) == wanted)
		return;
	print_error("\"%s\" %s in\n\"%.*s\"\n", needle, wanted ? "is not" : "is", STR_ARG(haystack));
	_fail(file, line);
}

/* The stable key of the last failure. */
#define assert_code(err, expected) assert_string_equal((err).code ? (err).code : "", (expected))

#endif
