/* Query strings, forms, cookies and the two headers that are lists. */
#include "unit.h"

#include "http/decode.h"

static struct arena *arena;

static int set_up(void **state)
{
	arena = arena_open(16 << 20);
	return 0;
}

static int tear_down(void **state)
{
	arena_close(arena);
	return 0;
}

static void escapes_are_decoded(void **state)
{
	static const struct {
		const char *in, *out;
		bool form;
	} table[] = {
		{"", "", false},          {"abc", "abc", false}, {"%41%5a%5A", "AZZ", false}, {"a+b", "a b", true},
		{"a+b", "a+b", false},    {"%2B", "+", true},    {"%C3%A4", "ä", true},       {"%25", "%", true},
		{"%2541", "%41", false},  {"%41", "A", true},    {"\xc3\xa4", "ä", true},     {"%F0%9F%98%80", "😀", true},
		{"%0A%0d", "\n\r", true},
	};
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		str out;
		assert_true(decode_percent(arena, str_of(table[i].in), table[i].form, &out));
		assert_str(out, table[i].out);
	}
	str out;
	assert_true(decode_percent(arena, STR_NONE, true, &out));
	assert_int_equal(out.n, 0);
}

static void broken_escapes_are_refused(void **state)
{
	static const char *const bad[] = {
		"%",
		"%4",
		"a%",
		"a%4",
		"%4g",
		"%g4",
		"%%",
		"%00",
		"a%00b",
		"%-1",
		"% 1",
		"%0x",
		"%FF",
		"%C3",
		"%C3A4",
		"%ED%A0%80" /* a lone surrogate */,
		"%C0%AF" /* overlong */,
		"%F4%90%80%80" /* over U+10FFFF */,
		"\xff",
		"\x80",
	};
	str out;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (decode_percent(arena, str_of(bad[i]), false, &out))
			fail_msg("took \"%s\"", bad[i]);
	assert_false(decode_percent(arena, (str){"a\0b", 3}, false, &out));
}

static void fields_are_split(void **state)
{
	size_t n;
	bool broken;
	struct decode_field *f = decode_fields(arena, STR("a=1&b=&c&=d&a=2&e=x=y&&%61%3D=%26+"), 20, &n, &broken);
	static const char *const want[][2] = {{"a", "1"}, {"b", ""},    {"c", ""},   {"", "d"},
	                                      {"a", "2"}, {"e", "x=y"}, {"a=", "& "}};
	assert_int_equal(n, COUNT_OF(want));
	assert_false(broken);
	for (size_t i = 0; i < n; i++) {
		assert_str(f[i].name, want[i][0]);
		assert_str(f[i].value, want[i][1]);
		assert_non_null(f[i].value.p);
	}
	decode_fields(arena, STR_NONE, 4, &n, &broken);
	assert_int_equal(n, 0);
	assert_false(broken);
}

static void broken_fields_are_left_out_and_told(void **state)
{
	size_t n;
	bool broken;
	struct decode_field *f = decode_fields(arena, STR("a=1&b=%&%f=1&c=3"), 20, &n, &broken);
	assert_true(broken);
	assert_int_equal(n, 2);
	assert_str(f[1].name, "c");
}

static void no_more_fields_than_asked_for(void **state)
{
	char many[4000];
	for (size_t i = 0; i < sizeof many; i += 4)
		memcpy(many + i, "a=b&", 4);
	size_t n;
	bool broken;
	decode_fields(arena, (str){many, sizeof many}, 7, &n, &broken);
	assert_int_equal(n, 7);
	memset(many, '&', sizeof many);
	decode_fields(arena, (str){many, sizeof many}, 7, &n, &broken);
	assert_int_equal(n, 0);
}

static void cookies_are_found_by_whole_name(void **state)
{
	str header = STR("a=1; bb=2;b=3 ;c=; d; e=\"x\"; b=4");
	assert_str(decode_cookie(header, STR("a")), "1");
	assert_str(decode_cookie(header, STR("b")), "3"); /* the first counts */
	assert_str(decode_cookie(header, STR("bb")), "2");
	assert_str(decode_cookie(header, STR("e")), "\"x\"");
	assert_int_equal(decode_cookie(header, STR("c")).n, 0);
	assert_non_null(decode_cookie(header, STR("c")).p);
	assert_null(decode_cookie(header, STR("d")).p);
	assert_null(decode_cookie(header, STR("A")).p);
	assert_null(decode_cookie(STR_NONE, STR("a")).p);
	assert_null(decode_cookie(STR("a"), STR("a")).p);
}

static void encodings_are_accepted_by_weight(void **state)
{
	static const struct {
		const char *header, *coding;
		bool yes;
	} table[] = {
		{"gzip, deflate, br", "gzip", true},
		{"gzip, deflate, br", "br", true},
		{"gzip", "br", false},
		{"", "gzip", false},
		{"GZIP", "gzip", true},
		{"gzip;q=0", "gzip", false},
		{"gzip;q=0.0", "gzip", false},
		{"gzip;q=0.000", "gzip", false},
		{"gzip;q=0.001", "gzip", true},
		{"gzip ; q=1", "gzip", true},
		{"xgzip", "gzip", false},
		{"gzipx", "gzip", false},
		{"br;q=0, gzip", "br", false},
		{"identity", "gzip", false},
		{",,gzip", "gzip", true},
	};
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (decode_accepts(str_of(table[i].header), str_of(table[i].coding)) != table[i].yes)
			fail_msg("\"%s\" for %s", table[i].header, table[i].coding);
	assert_false(decode_accepts(STR_NONE, STR("gzip")));
}

static void tags_are_compared_weakly(void **state)
{
	str tag = STR("abc");
	static const char *const yes[] = {"\"abc\"",  "W/\"abc\"", "*", "\"x\", \"abc\"", "\"x\",W/\"abc\" , \"y\"",
	                                  " \"abc\" "};
	static const char *const no[] = {"", "abc", "\"abcd\"", "\"ab\"", "\"", "w/\"abc\"", "\"ABC\"", "W/", "\"x\""};
	for (size_t i = 0; i < COUNT_OF(yes); i++)
		assert_true(decode_etag_matches(str_of(yes[i]), tag));
	for (size_t i = 0; i < COUNT_OF(no); i++)
		assert_false(decode_etag_matches(str_of(no[i]), tag));
	assert_false(decode_etag_matches(STR_NONE, tag));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_are_decoded),
		cmocka_unit_test(broken_escapes_are_refused),
		cmocka_unit_test(fields_are_split),
		cmocka_unit_test(broken_fields_are_left_out_and_told),
		cmocka_unit_test(no_more_fields_than_asked_for),
		cmocka_unit_test(cookies_are_found_by_whole_name),
		cmocka_unit_test(encodings_are_accepted_by_weight),
		cmocka_unit_test(tags_are_compared_weakly),
	};
	return cmocka_run_group_tests_name("decode", tests, set_up, tear_down);
}
