/* One line each on standard error, a JSON object or plain text. Never pass it a reader's words, names, addresses or
 * tokens, nor a path or query as it came: log ids, and routes by their pattern. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/base.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_form { LOG_JSON, LOG_TEXT };

/* Makes the count of warnings and errors known (base/metrics.h). */
void log_measure_open(void);
void log_set_level(enum log_level least);
void log_set_form(enum log_form form);
/* What this thread says until the next call concerns a request (http_request_id); "": none. */
void log_set_request(const char *id);
/* `event` is a short fixed name such as "listen"; the message explains. A warning or an error that says the same as one
 * of the last minute is left out and counted; once a minute the line comes again, with a member `repeated`. */
void log_at(enum log_level level, const char *event, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The same, concerning the request `id`. What is the same for each request belongs into the message, and nothing else.
 */
void log_about(const char *id, enum log_level level, const char *event, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* Tells what was left out: of the minutes that are over; or all of it, at the end. */
void log_repeats(void);
void log_end(void);
#define log_info(event, ...) log_at(LOG_INFO, event, __VA_ARGS__)
#define log_warn(event, ...) log_at(LOG_WARN, event, __VA_ARGS__)
#define log_error(event, ...) log_at(LOG_ERROR, event, __VA_ARGS__)

/* A member of its own in the line: a text, or a number if that is NULL. Nothing of these lines is left out. */
struct log_field {
	const char *name, *text;
	double number;
};
void log_fields(enum log_level level, const char *event, const struct log_field *fields, size_t count, const char *fmt,
                ...) PRINTF_LIKE(5, 6);

#endif
