/* A configuration file, line by line. Knows no key. */
#include "cli/cli.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>

/* inih cuts a longer line in two, without a word. So its lines may be longer than ours, which are refused. */
enum { VALUE_MAX = 8000, LINE_MAX_BYTES = 65536 };

struct reading {
	cli_setting *set;
	void *ctx;
	char problem[200];
	const char *advice;
};

static int take(void *ctx, const char *section, const char *key, const char *value)
{
	static const char *const wrong[] = {
		[CLI_BAD_VALUE] = "bad value for %.100s", [CLI_NO_SUCH_KEY] = "no such key: %.100s"};
	struct reading *r = ctx;
	enum cli_set came = CLI_SET;
	if (*section)
		snprintf(r->problem, sizeof r->problem, "there are no sections: [%.100s]", section);
	else if (strlen(key) + strlen(value) > VALUE_MAX)
		snprintf(r->problem, sizeof r->problem, "the line of %.100s is too long: at most %d characters", key,
		         VALUE_MAX);
	else
		came = r->set(r->ctx, key, value);
	if (came != CLI_SET)
		snprintf(r->problem, sizeof r->problem, wrong[came], key);
	r->advice = came == CLI_BAD_VALUE ? "config_value" : "config_key";
	return !*r->problem;
}

bool cli_read_config(const char *command, const char *path, cli_setting *set, void *ctx)
{
	struct reading r = {.set = set, .ctx = ctx, .advice = "config_key"};
	ini_use_stack = false;
	ini_allow_realloc = true;
	ini_max_line = LINE_MAX_BYTES;
	ini_stop_on_first_error = true; /* its number is told, and what was wrong with it */
	ini_allow_multiline = false;
	int rc = ini_parse(path, take, &r);
	if (rc == 0)
		return true;
	if (rc < 0)
		fprintf(stderr, "freigabe %s: cannot read %s: %s\n", command, path, strerror(errno));
	else
		fprintf(stderr, "freigabe %s: %s:%d: %s\n", command, path, rc, *r.problem ? r.problem : "not key = value");
	cli_advise(rc < 0 ? "config_file" : r.advice);
	return false;
}
