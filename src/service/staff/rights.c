/* Which role may do what: the one table. */
#include "service/staff/staff.h"

enum {
	READER = RIGHT_SELF | RIGHT_READ | RIGHT_SETTINGS,
	DECIDER = READER | RIGHT_DECIDE,
	EDITOR = DECIDER | RIGHT_ANSWER | RIGHT_THREAD,
	LEAD = EDITOR | RIGHT_SUSPEND | RIGHT_CHANGE | RIGHT_EVIDENCE | RIGHT_LEGAL
};

static const struct {
	str name;
	unsigned rights;
} roles[ROLE_COUNT] = {
	[ROLE_ADMINISTRATOR] = {STR_INIT("administrator"),
                            LEAD | RIGHT_LOG | RIGHT_STAFF | RIGHT_PERSONS | RIGHT_SIGN | RIGHT_HOOKS},
	[ROLE_LEAD] = {STR_INIT("lead"), LEAD},
	[ROLE_EDITOR] = {STR_INIT("editor"), EDITOR},
	[ROLE_TRAINEE] = {STR_INIT("trainee"), DECIDER},
	[ROLE_AUDITOR] = {STR_INIT("auditor"), READER | RIGHT_EVIDENCE | RIGHT_LOG},
	[ROLE_LAWYER] = {STR_INIT("lawyer"), RIGHT_SELF | RIGHT_READ | RIGHT_EVIDENCE | RIGHT_LEGAL},
};

unsigned staff_rights(enum staff_role role) { return roles[role].rights; }

str staff_role_name(enum staff_role role) { return roles[role].name; }

bool staff_role_of(str name, enum staff_role *out)
{
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		if (str_eq(name, roles[i].name)) {
			*out = (enum staff_role)i;
			return true;
		}
	}
	return false;
}

enum frg_status staff_may(const struct staff *who, unsigned rights, struct frg_error *err)
{
	if ((who->rights & rights) == rights)
		return FRG_OK;
	str role = staff_role_name(who->role);
	return frg_fail(err, FRG_FORBIDDEN, "role_insufficient", "the role %.*s does not allow this", STR_ARG(role));
}

bool staff_has_section(const struct staff *who, str section)
{
	for (size_t i = 0; i < who->sections.count; i++)
		if (str_eq(who->sections.items[i], section))
			return true;
	return who->sections.count == 0;
}
