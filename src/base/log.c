/* Log lines. What changes here: level and form, set once at start, and for each thread the request that it serves.
 * Warnings and errors that repeat themselves are left out for a while (base/repeat.h). */
#include "base/log.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/repeat.h"

#include <stdarg.h>
#include <stdio.h>

enum { LINE_MAX_BYTES = 8192 };

static enum log_level least_level = LOG_INFO;
static enum log_form form = LOG_JSON;
static _Thread_local char request[16];

static const char *const level_names[] = {"debug", "info", "warn", "error", NULL};
static METRIC(lines, COUNTER, "freigabe_log_lines_total", "Lines written to the log.",
              .label = {{"level", level_names}}, .cells = METRIC_CELLS(COUNT_OF(level_names)));

static METRIC(repeats, COUNTER, "freigabe_log_repeats_total",
              "Warnings and errors that were left out because they repeated one of the last minute.",
              .cells = METRIC_CELLS(1));

void log_measure_open(void)
{
	static struct metric *const table[] = {&lines, &repeats};
	metrics_register(table, COUNT_OF(table));
}

void log_set_level(enum log_level least) { least_level = least; }
void log_set_form(enum log_form wanted) { form = wanted; }
void log_set_request(const char *id) { snprintf(request, sizeof request, "%s", id); }

/* Bytes of the character at `s`; 0 if it is none: a message may have been cut within one. */
static size_t character(const unsigned char *s)
{
	size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* So that one event is one line, whatever its words. */
static void add_escaped(struct buf *b, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	while (*s) {
		size_t n = character(s);
		if (n == 0)
			buf_byte(b, '?');
		else if (*s < 0x20 || *s == 0x7f)
			buf_printf(b, "\\u%04x", *s);
		else if (form == LOG_JSON && (*s == '"' || *s == '\\'))
			buf_printf(b, "\\%c", *s);
		else
			buf_add(b, (str){(const char *)s, n});
		s += n ? n : 1;
	}
}

static void add_field(struct buf *b, const struct log_field *f)
{
	buf_printf(b, form == LOG_JSON ? ",\"%s\":" : " %s=", f->name);
	if (!f->text) {
		buf_printf(b, "%.15g", f->number);
		return;
	}
	if (form == LOG_JSON)
		buf_byte(b, '"');
	add_escaped(b, f->text);
	if (form == LOG_JSON)
		buf_byte(b, '"');
}

static void write_line(enum log_level level, const char *event, const char *about, const struct log_field *fields,
                       size_t count, const char *message)
{
	struct buf b = BUF_INIT(LINE_MAX_BYTES);
	char time[CLOCK_ISO_SIZE];
	clock_iso(clock_now(), time);
	metric_add(&lines, level, 1);
	if (form == LOG_JSON) {
		buf_printf(&b, "{\"time\":\"%s\",\"level\":\"%s\",\"event\":\"%s\",\"message\":\"", time, level_names[level],
		           event);
		add_escaped(&b, message);
		buf_byte(&b, '"');
	} else {
		buf_printf(&b, "%s %s %s: ", time, level_names[level], event);
		add_escaped(&b, message);
	}
	if (*about)
		add_field(&b, &(struct log_field){.name = "request", .text = about});
	for (size_t i = 0; i < count; i++)
		add_field(&b, &fields[i]);
	buf_add(&b, form == LOG_JSON ? STR("}\n") : STR("\n"));
	fwrite(b.p, 1, b.n, stderr); /* one call, so that lines of several threads do not mix */
	buf_free(&b);
}

static void tell_repeats(bool all)
{
	struct repeat_line r;
	msec now = clock_steady();
	while (repeat_due(now, all, &r)) {
		struct log_field field = {.name = "repeated", .number = (double)r.left_out};
		write_line((enum log_level)r.level, r.event, "", &field, 1, r.message);
	}
}

void log_repeats(void) { tell_repeats(false); }
void log_end(void) { tell_repeats(true); }

static void say(enum log_level level, const char *event, const char *about, const char *fmt, va_list ap)
{
	char message[1024];
	if (level < least_level)
		return;
	vsnprintf(message, sizeof message, fmt, ap);
	if (level >= LOG_WARN) {
		tell_repeats(false);
		if (!repeat_may(level, event, message, clock_steady())) {
			metric_add(&repeats, 0, 1);
			return;
		}
	}
	write_line(level, event, about, NULL, 0, message);
}

void log_at(enum log_level level, const char *event, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(level, event, request, fmt, ap);
	va_end(ap);
}

void log_about(const char *id, enum log_level level, const char *event, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(level, event, id, fmt, ap);
	va_end(ap);
}

void log_fields(enum log_level level, const char *event, const struct log_field *fields, size_t count, const char *fmt,
                ...)
{
	char message[1024];
	va_list ap;
	if (level < least_level)
		return;
	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	write_line(level, event, request, fields, count, message);
}
