#include "event/tell.h"

#include "base/log.h"

void tell(struct service *svc, struct arena *a, id64 subject, id64 topic, const char *event, json_t *data)
{
	service_channel_tell(svc, subject, topic, event, json_text(a, data));
}

void tell_notices(struct service *svc, struct arena *a, id64 site)
{
	int64_t open = 0, overdue = 0;
	struct frg_error err;
	if (service_notice_count(svc, a, site, &open, &overdue, &err) != FRG_OK)
		log_warn("live", "notices could not be counted: %s", err.msg);
	tell(svc, a, site, 0, "notices", json_pack("{s:I, s:I}", "open", (json_int_t)open, "overdue", (json_int_t)overdue));
}

void tell_site_turned(struct service *svc, id64 site)
{
	service_threads_drop_all(svc);
	service_channels_tell(svc, site, "closing", STR("{}"));
}
