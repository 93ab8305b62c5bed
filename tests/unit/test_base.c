/* Strings, buffers, arenas, time, ids, messages. */
#include "unit.h"

#include "base/repeat.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/id.h"
#include "base/json.h"

#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- strings ---- */

static void strings_compare_by_bytes_and_length(void **state)
{
	assert_true(str_eq(STR(""), STR_NONE));
	assert_true(str_eq(STR("a"), STR("a")));
	assert_false(str_eq(STR("a"), STR("ab")));
	assert_true(str_cmp(STR("a"), STR("ab")) < 0);
	assert_true(str_cmp(STR("b"), STR("ab")) > 0);
	assert_int_equal(str_cmp(STR_NONE, STR("")), 0);
	assert_true(str_cmp(STR("\xff"), STR("a")) > 0);
	assert_true(str_starts(STR("abc"), STR("")));
	assert_true(str_starts(STR("abc"), STR("ab")));
	assert_false(str_starts(STR("a"), STR("ab")));
	assert_true(str_ends(STR("abc"), STR("bc")));
	assert_false(str_ends(STR("c"), STR("bc")));
	assert_true(str_eq_nocase(STR("AbZ"), STR("aBz")));
	assert_false(str_eq_nocase(STR("Ä"), STR("ä")));
	assert_false(str_eq_nocase(STR("@"), STR("`")));
}

static void strings_are_trimmed_and_searched(void **state)
{
	assert_str(str_trim(STR(" \t\r\n a b \v\f")), "a b");
	assert_str(str_trim(STR("   ")), "");
	assert_str(str_trim(STR_NONE), "");
	assert_int_equal(str_find(STR("abcabc"), STR("bc"), 0), 1);
	assert_int_equal(str_find(STR("abcabc"), STR("bc"), 2), 4);
	assert_true(str_find(STR("abc"), STR("d"), 0) == SIZE_MAX);
	assert_true(str_find(STR("abc"), STR("a"), 4) == SIZE_MAX);
	assert_int_equal(str_find(STR("abc"), STR(""), 3), 3);
	assert_true(str_find(STR("ab"), STR("abc"), 0) == SIZE_MAX);
}

static void strings_are_cut_at_a_separator(void **state)
{
	str rest = STR("a,,b,"), part;
	const char *const want[] = {"a", "", "b", ""};
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		assert_true(str_next(&rest, ',', &part));
		assert_str(part, want[i]);
	}
	assert_false(str_next(&rest, ',', &part));
	rest = STR_NONE;
	assert_false(str_next(&rest, ',', &part));
}

static void numbers_are_read_whole_or_not_at_all(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} table[] = {
		{"0", true, 0},
		{"-1", true, -1},
		{"9223372036854775807", true, INT64_MAX},
		{"-9223372036854775807", true, -INT64_MAX},
		{"0012", true, 12},
		{"9223372036854775808", false, 0},
		{"99999999999999999999", false, 0},
		{"", false, 0},
		{"-", false, 0},
		{"+1", false, 0},
		{" 1", false, 0},
		{"1 ", false, 0},
		{"1a", false, 0},
		{"--1", false, 0},
		{"1.0", false, 0},
	};
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		int64_t v = 42;
		assert_int_equal(str_to_i64(str_of(table[i].text), &v), table[i].ok);
		if (table[i].ok)
			assert_int_equal(v, table[i].value);
	}
}

static void a_failure_carries_its_code(void **state)
{
	struct frg_error err = {.pos = 7};
	assert_int_equal(frg_fail(&err, FRG_CONFLICT, "some_code", "n=%d %s", 3, "x"), FRG_CONFLICT);
	assert_int_equal(err.status, FRG_CONFLICT);
	assert_code(err, "some_code");
	assert_string_equal(err.msg, "n=3 x");
	assert_int_equal(err.pos, 0);
	char big[1000];
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = 0;
	assert_int_equal(frg_fail(&err, FRG_IO, "c", "%s", big), FRG_IO);
	assert_int_equal(strlen(err.msg), sizeof err.msg - 1);
	assert_int_equal(frg_fail(NULL, FRG_IO, "c", "x"), FRG_IO);
}

/* ---- buffers ---- */

static void a_buffer_keeps_to_its_ceiling(void **state)
{
	struct buf b = BUF_INIT(10);
	buf_add(&b, STR("12345"));
	buf_add(&b, STR("67890"));
	assert_false(b.cut);
	buf_byte(&b, 'x');
	assert_true(b.cut);
	assert_str(buf_str(&b), "1234567890");
	buf_free(&b);
	assert_int_equal(b.max, 10);
	assert_false(b.cut);
	buf_add(&b, STR("12345678901"));
	assert_true(b.cut);
	assert_int_equal(b.n, 0);
	buf_byte(&b, 'x'); /* cut is cut: no holes in the middle */
	assert_int_equal(b.n, 0);
	assert_null(buf_room(&b, SIZE_MAX));
	buf_free(&b);
}

static void a_buffer_formats_short_and_long(void **state)
{
	struct buf b = BUF_INIT(1 << 20);
	struct arena *a = arena_open(1 << 20);
	for (int i = 0; i < 3000; i++)
		buf_printf(&b, "%d,", i % 10);
	assert_int_equal(b.n, 6000);
	buf_printf(&b, "%0*d", 5000, 7);
	assert_int_equal(b.n, 11000);
	assert_int_equal(b.p[10999], '7');
	str s = buf_finish(&b, a);
	assert_int_equal(s.n, 11000);
	assert_int_equal(s.p[11000], 0);
	assert_null(b.p);
	arena_close(a);
}

/* ---- arenas ---- */

static void an_arena_grows_and_starts_over(void **state)
{
	struct arena *a = arena_open(1 << 20);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 1; i < 300; i++) {
			unsigned char *p = arena_alloc(a, i);
			assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
			for (size_t k = 0; k < i; k++)
				assert_int_equal(p[k], 0);
			memset(p, 0xaa, i);
		}
		unsigned char *big = arena_alloc(a, 200000);
		assert_int_equal(big[199999], 0);
		memset(big, 0xaa, 200000);
		arena_reset(a);
	}
	str s = arena_str(a, STR("abc"));
	assert_int_equal(s.p[3], 0);
	assert_string_equal(arena_cstr(a, STR_NONE), "");
	assert_str(arena_printf(a, "%d-%s", 4, "x"), "4-x");
	assert_non_null(arena_alloc(a, 0));
	arena_close(a);
	arena_close(NULL);
}

static void abort_over_ceiling(void)
{
	struct arena *a = arena_open(100000);
	for (int i = 0; i < 1000; i++)
		arena_alloc(a, 1000);
}

static void abort_on_overflow(void) { arena_array(arena_open(100000), SIZE_MAX / 4, 16); }

static bool aborts(void (*what)(void))
{
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(3);
		signal(SIGABRT, SIG_DFL);
		what();
		_exit(0);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void an_arena_over_its_ceiling_aborts(void **state)
{
	assert_true(aborts(abort_over_ceiling));
	assert_true(aborts(abort_on_overflow));
}

/* ---- time ---- */

static void times_survive_the_way_to_text_and_back(void **state)
{
	static const msec times[] = {0,
	                             1,
	                             -1,
	                             999,
	                             1000,
	                             -86400000,
	                             951782400000 /* 29 February 2000 */,
	                             1795473067123,
	                             253402300799999,
	                             -62135596800000};
	for (size_t i = 0; i < COUNT_OF(times); i++) {
		char text[CLOCK_ISO_SIZE];
		msec back;
		clock_iso(times[i], text);
		assert_int_equal(strlen(text), 24);
		assert_true(clock_parse_iso(str_of(text), &back));
		assert_int_equal(back, times[i]);
	}
	char text[CLOCK_ISO_SIZE];
	clock_iso(1795473067123, text);
	assert_string_equal(text, "2026-11-23T22:31:07.123Z");
	clock_iso(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
	clock_iso(INT64_MAX, text);
	assert_string_equal(text, "0000-00-00T00:00:00.000Z");
	clock_iso(INT64_MIN, text);
	assert_int_equal(strlen(text), 24);
}

static void times_are_read_as_people_write_them(void **state)
{
	static const struct {
		const char *text;
		msec value;
	} good[] = {
		{"1970-01-02", 86400000},
		{"1970-01-01T00:00Z", 0},
		{"1970-01-01T01:00:00+01:00", 0},
		{"1969-12-31 19:00:00-05:00", 0},
		{"1970-01-01T00:00:01z", 1000},
		{"1970-01-01T00:00:00.5Z", 500},
		{"1970-01-01T00:00:00.123456789Z", 123},
		{"2024-02-29", 1709164800000},
		{"0000-01-01T00:00:00Z", -62167219200000},
		{"9999-12-31T23:59:59Z", 253402300799000},
	};
	static const char *const bad[] = {
		"",
		"1",
		"1970",
		"1970-01",
		"1970-1-1",
		"1970-13-01",
		"1970-00-01",
		"1970-01-00",
		"1970-01-32",
		"2023-02-29",
		"1900-02-29",
		"2026-04-31",
		"1970-01-01T",
		"1970-01-01T00",
		"1970-01-01T00:00",
		"1970-01-01T00:00:00",
		"1970-01-01T24:00:00Z",
		"1970-01-01T00:60:00Z",
		"1970-01-01T00:00:61Z",
		"1970-01-01T00:00:00+1:00",
		"1970-01-01T00:00:00+15:00",
		"1970-01-01T00:00:00+01:60",
		"1970-01-01T00:00:00+0100",
		"1970-01-01T00:00:00ZZ",
		"1970-01-01X00:00:00Z",
		"1970/01/01",
		"-970-01-01",
		"1970-01-01 ",
		" 1970-01-01",
		"1970-01-01T00:00:00.Z",
		"1970-01-01T00:00:0aZ",
		"19700-01-01",
	};
	msec t;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_true(clock_parse_iso(str_of(good[i].text), &t));
		assert_int_equal(t, good[i].value);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (clock_parse_iso(str_of(bad[i]), &t))
			fail_msg("read \"%s\"", bad[i]);
	assert_false(clock_parse_iso(STR_NONE, &t));
}

static void times_are_said_in_words(void **state)
{
	char words[CLOCK_WORDS_SIZE];
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	clock_words(1795473067123, FRG_LANG_DE, words);
	assert_string_equal(words, "23. November 2026, 23:31 Uhr");
	clock_words(1795473067123, FRG_LANG_EN, words);
	assert_string_equal(words, "23 November 2026, 11:31 pm");
	clock_words(1772319600000, FRG_LANG_DE, words);
	assert_string_equal(words, "1. März 2026, 0:00 Uhr");
	clock_words(1772319600000, FRG_LANG_EN, words);
	assert_string_equal(words, "1 March 2026, 12:00 am");
	clock_words(INT64_MAX, FRG_LANG_EN, words); /* no such year: no crash either */
}

static void the_clock_can_be_moved(void **state)
{
	msec before = clock_now();
	clock_shift(-3600000);
	assert_true(clock_now() < before);
	clock_shift(0);
	assert_true(clock_now() >= before);
	msec steady = clock_steady();
	assert_true(clock_steady() >= steady);
}

/* ---- ids ---- */

static void ids_keep_the_order_of_time(void **state)
{
	clock_shift(-1000000);
	id64 before = id_new();
	clock_shift(0);
	id64 after = id_new();
	assert_true(before > 0 && before < after);
	assert_true(id_time(after) <= clock_now() && id_time(after) > clock_now() - 1000);
	char a[ID_TEXT_SIZE], b[ID_TEXT_SIZE];
	id_text(before, a);
	id_text(after, b);
	assert_true(strcmp(a, b) < 0); /* the text sorts alike */
	for (id64 last = 0, next, i = 0; i < 100000; i++, last = next)
		assert_true((next = id_new()) > last); /* many in one millisecond: none twice */
	id64 last = id_new();
	clock_shift(-3600000); /* the clock is set back */
	for (int i = 0; i < 1000; i++) {
		id64 next = id_new();
		assert_true(next > last);
		last = next;
	}
	clock_shift(0);
	assert_true(id_time(last) - clock_now() < 1000); /* and does not run far ahead */
}

static void ids_survive_the_way_to_text_and_back(void **state)
{
	for (int i = 0; i < 1000; i++) {
		id64 id = i ? id_new() : INT64_MAX, back;
		char text[ID_TEXT_SIZE];
		id_text(id, text);
		assert_int_equal(strlen(text), 13);
		assert_true(id_parse(str_of(text), &back));
		assert_int_equal(back, id);
	}
	static const char *const bad[] = {
		"",
		"1",
		"000000000000",
		"00000000000001",
		"0000000000000",
		"8000000000000",
		"zzzzzzzzzzzzz",
		"000000000000i",
		"000000000000l",
		"000000000000o",
		"000000000000u",
		"000000000000A",
		"00000000 0001",
		"-000000000001",
	};
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		id64 id;
		assert_false(id_parse(str_of(bad[i]), &id));
	}
	id64 id;
	assert_false(id_parse((str){"0000000\0"
	                            "00001",
	                            13},
	                      &id));
}

static void secrets_and_hashes(void **state)
{
	char a[SECRET_TEXT_SIZE], b[SECRET_TEXT_SIZE], hash[HASH_TEXT_SIZE];
	secret_new(a);
	secret_new(b);
	assert_int_equal(strlen(a), 43);
	assert_string_not_equal(a, b);
	assert_true(secret_equal(str_of(a), str_of(a)));
	assert_false(secret_equal(str_of(a), str_of(b)));
	assert_false(secret_equal(str_of(a), STR("")));
	assert_true(secret_equal(STR_NONE, STR("")));
	hash_text(STR(""), hash);
	assert_string_equal(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hash_text(STR("abc"), hash);
	assert_string_equal(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* ---- messages ---- */

static void messages_are_there_in_both_languages(void **state)
{
	for (int m = 0; m < MSG_COUNT; m++) {
		assert_true(i18n(FRG_LANG_DE, (enum msg)m).n > 0);
		assert_true(i18n(FRG_LANG_EN, (enum msg)m).n > 0);
	}
	assert_true(str_eq(i18n(FRG_LANG_AUTO, MSG_ERROR_TEXT_EMPTY), i18n(FRG_LANG_DE, MSG_ERROR_TEXT_EMPTY)));
}

static void messages_are_found_by_name(void **state)
{
	assert_true(str_eq(i18n_find(FRG_LANG_EN, "error.", "text_empty", MSG_ERROR_GENERIC),
	                   i18n(FRG_LANG_EN, MSG_ERROR_TEXT_EMPTY)));
	assert_true(str_eq(i18n_find(FRG_LANG_EN, "error.", "no such thing", MSG_ERROR_GENERIC),
	                   i18n(FRG_LANG_EN, MSG_ERROR_GENERIC)));
	assert_true(
		str_eq(i18n_find(FRG_LANG_EN, "error.", "text_empt", MSG_ERROR_GENERIC), i18n(FRG_LANG_EN, MSG_ERROR_GENERIC)));
	assert_true(str_eq(i18n_find(FRG_LANG_EN, "", "", MSG_ERROR_GENERIC), i18n(FRG_LANG_EN, MSG_ERROR_GENERIC)));
}

static void messages_take_their_arguments(void **state)
{
	const str args[] = {STR("<erstes>"), STR("{0}")};
	int tried = 0;
	for (int m = 0; m < MSG_COUNT; m++) {
		str text = i18n(FRG_LANG_DE, (enum msg)m);
		if (str_find(text, STR("{0}"), 0) == SIZE_MAX || str_find(text, STR("{1}"), 0) == SIZE_MAX)
			continue;
		tried++;
		struct buf b = BUF_INIT(4000);
		i18n_format(&b, FRG_LANG_DE, (enum msg)m, args, 2);
		assert_has(buf_str(&b), "<erstes>");
		assert_has(buf_str(&b), "{0}"); /* arguments are not looked into */
		assert_lacks(buf_str(&b), "{1}");
		size_t both = b.n;
		buf_free(&b);
		i18n_format(&b, FRG_LANG_DE, (enum msg)m, args, 1);
		assert_int_equal(b.n, both - 3); /* one that is missing is empty */
		buf_free(&b);
		i18n_format(&b, FRG_LANG_DE, (enum msg)m, NULL, 0);
		assert_lacks(buf_str(&b), "{0}");
		buf_free(&b);
	}
	assert_true(tried > 0);
}

static void the_language_is_taken_from_the_header(void **state)
{
	static const struct {
		const char *header;
		enum frg_lang lang;
	} table[] = {
		{"de", FRG_LANG_DE},
		{"de-AT,de;q=0.9,en;q=0.5", FRG_LANG_DE},
		{"en-GB", FRG_LANG_EN},
		{"EN", FRG_LANG_EN},
		{"fr-FR, fr;q=0.9, en;q=0.8, de;q=0.7", FRG_LANG_EN},
		{"fr", FRG_LANG_AUTO},
		{"", FRG_LANG_AUTO},
		{"den", FRG_LANG_AUTO},
		{"d", FRG_LANG_AUTO},
		{"*", FRG_LANG_AUTO},
		{",,,de", FRG_LANG_DE},
	};
	for (size_t i = 0; i < COUNT_OF(table); i++)
		assert_int_equal(i18n_lang(str_of(table[i].header)), table[i].lang);
	assert_int_equal(i18n_lang(STR_NONE), FRG_LANG_AUTO);
}

static void json_takes_only_utf8(void **state)
{
	struct arena *a = arena_open(1 << 16);
	assert_str(json_text(a, json_of(STR("ä\"\n"))), "\"ä\\\"\\n\"");
	assert_str(json_text(a, json_of(STR("\xff"))), "\"\"");
	assert_str(json_text(a, json_or_null(STR(""))), "null");
	json_t *v = json_of((str){"a\0b", 3});
	assert_int_equal(json_str(a, v).n, 3);
	json_decref(v);
	assert_str(json_str(a, NULL), "");
	v = json_integer(3);
	assert_str(json_str(a, v), "");
	json_decref(v);
	arena_close(a);
}

static void a_line_that_repeats_itself_is_left_out_and_counted(void **state)
{
	(void)state;
	struct repeat_line r;
	msec at = 1000;
	assert_true(repeat_may(3, "outbox", "away", at));
	for (int i = 0; i < 5; i++)
		assert_false(repeat_may(3, "outbox", "away", at + i));
	assert_true(repeat_may(3, "outbox", "corrupt", at)); /* nothing else is lost */
	assert_true(repeat_may(2, "outbox", "away", at));
	assert_true(repeat_may(3, "mail", "away", at));
	assert_false(repeat_due(at + REPEAT_MS - 1, false, &r));
	assert_true(repeat_due(at + REPEAT_MS, false, &r)); /* a minute later, with how many */
	assert_string_equal(r.event, "outbox");
	assert_string_equal(r.message, "away");
	assert_int_equal(r.level, 3);
	assert_int_equal(r.left_out, 5);
	assert_false(repeat_due(at + REPEAT_MS, false, &r));
	assert_false(repeat_may(3, "outbox", "away", at + REPEAT_MS)); /* this one told of them */
	assert_true(repeat_may(3, "outbox", "corrupt", at + REPEAT_MS));
	assert_true(repeat_due(at + REPEAT_MS + 1, true, &r)); /* at the end */
	assert_int_equal(r.left_out, 1);
	assert_false(repeat_due(at + REPEAT_MS + 1, true, &r));
	assert_false(repeat_due(at + 9 * REPEAT_MS, false, &r)); /* all are free again */
	char message[16];
	for (int round = 0; round < 2; round++) { /* more different ones than there is room for are all written */
		for (int i = 0; i < 200; i++) {
			snprintf(message, sizeof message, "%d", i);
			assert_int_equal(repeat_may(3, "many", message, at + 9 * REPEAT_MS), round == 0 || i >= 64);
		}
	}
	assert_true(repeat_due(at + 10 * REPEAT_MS, true, &r));
}

int main(void)
{
	if (!id_setup())
		return 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_compare_by_bytes_and_length),
		cmocka_unit_test(strings_are_trimmed_and_searched),
		cmocka_unit_test(strings_are_cut_at_a_separator),
		cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
		cmocka_unit_test(a_failure_carries_its_code),
		cmocka_unit_test(a_buffer_keeps_to_its_ceiling),
		cmocka_unit_test(a_buffer_formats_short_and_long),
		cmocka_unit_test(an_arena_grows_and_starts_over),
		cmocka_unit_test(an_arena_over_its_ceiling_aborts),
		cmocka_unit_test(times_survive_the_way_to_text_and_back),
		cmocka_unit_test(times_are_read_as_people_write_them),
		cmocka_unit_test(times_are_said_in_words),
		cmocka_unit_test(the_clock_can_be_moved),
		cmocka_unit_test(ids_keep_the_order_of_time),
		cmocka_unit_test(ids_survive_the_way_to_text_and_back),
		cmocka_unit_test(secrets_and_hashes),
		cmocka_unit_test(messages_are_there_in_both_languages),
		cmocka_unit_test(messages_are_found_by_name),
		cmocka_unit_test(messages_take_their_arguments),
		cmocka_unit_test(the_language_is_taken_from_the_header),
		cmocka_unit_test(json_takes_only_utf8),
		cmocka_unit_test(a_line_that_repeats_itself_is_left_out_and_counted),
	};
	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
