/* Log lines. The only mutable global of the base: the level, set once at start. */
#include "base/log.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdio.h>

static enum log_level least_level = LOG_INFO;

void log_set_level(enum log_level least) { least_level = least; }

static void escape(char *out, size_t size, const char *in)
{
	size_t n = 0;
	for (; *in && n + 7 < size; in++) {
		unsigned char c = (unsigned char)*in;
		if (c == '"' || c == '\\') {
			out[n++] = '\\';
			out[n++] = (char)c;
		} else if (c < 0x20) {
			n += (size_t)snprintf(out + n, size - n, "\\u%04x", c);
		} else {
			out[n++] = (char)c;
		}
	}
	out[n] = 0;
}

void log_at(enum log_level level, const char *event, const char *fmt, ...)
{
	static const char *const names[] = {"debug", "info", "warn", "error"};
	if (level < least_level)
		return;
	char msg[1024], escaped[2048], time[CLOCK_ISO_SIZE];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(msg, sizeof msg, fmt, ap);
	va_end(ap);
	escape(escaped, sizeof escaped, msg);
	clock_iso(clock_now(), time);
	/* one call, so that lines of several threads do not mix */
	fprintf(stderr, "{\"time\":\"%s\",\"level\":\"%s\",\"event\":\"%s\",\"msg\":\"%s\"}\n", time, names[level], event,
	        escaped);
}
