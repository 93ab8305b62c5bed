/* What somebody at a terminal can do about a failure, in their language: a sentence of i18n/advice.LANG.json by the
 * error's code. What went wrong was said before, with names and the system's own words. */
#include "cli/cli.h"

#include "base/i18n.h"

#include <stdio.h>
#include <stdlib.h>

/* As programs do: the first of these that is set decides. What is not German is English. */
static enum frg_lang terminal_lang(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *value = getenv(names[i]);
		if (value && *value)
			return str_starts(str_of(value), STR("de")) ? FRG_LANG_DE : FRG_LANG_EN;
	}
	return FRG_LANG_EN;
}

void cli_advise(const char *code)
{
	enum msg found = code ? i18n_find_msg("advice.", code, MSG_COUNT) : MSG_COUNT;
	if (found != MSG_COUNT)
		fprintf(stderr, "%.*s\n", STR_ARG(i18n(terminal_lang(), found)));
}
