/* The tables of what happened, as the outbox tells it: what was rolled back is not in it. */
#include "event/measure.h"

static const char *const happenings[] = {"held",      "release",    "reject",  "return", "refer",     "remove", "undo",
                                         "withdrawn", "superseded", "article", "notice", "objection", "other",  NULL};
static const char *const outcomes[] = {"sent", "retry", "given_up", NULL};
static const char *const tellings[] = {"sent", "retry", "given_up", "skipped", NULL};
static const char *const hooks[] = {"active", "paused", "off", NULL};
/* In the order of the table in jobs.c. */
static const char *const jobs[] = {
	"terms",   "overdue", "escalate", "load", "automatic_release", "automatic_guard", "upkeep",
	"figures", "near",    "search",   NULL};

static METRIC(events, COUNTER, "freigabe_events_total",
              "What happened to comments and articles, anywhere. Each node counts all.",
              .label = {{"what", happenings}}, .cells = METRIC_CELLS(COUNT_OF(happenings)));
METRIC(mail_handed, COUNTER, "freigabe_mail_total", "Letters that were to be handed over, by what came of it.",
       .label = {{"result", outcomes}}, .cells = METRIC_CELLS(COUNT_OF(outcomes)));
METRIC(webhook_told, COUNTER, "freigabe_webhook_deliveries_total",
       "Messages to webhooks, by what came of a try; skipped: what they would have said was not so any more.",
       .label = {{"result", tellings}}, .cells = METRIC_CELLS(COUNT_OF(tellings)));
METRIC(webhook_took, COUNTER, "freigabe_webhook_seconds_total", "Time that these tries took.",
       .unit = METRIC_MILLISECONDS, .cells = METRIC_CELLS(1));
METRIC(webhook_waiting, GAUGE, "freigabe_webhook_waiting", "Messages that wait, as of the last minute.",
       .cells = METRIC_CELLS(1));
METRIC(webhook_states, GAUGE, "freigabe_webhooks", "Webhooks; off: switched off as nobody took what was sent.",
       .label = {{"state", hooks}}, .cells = METRIC_CELLS(COUNT_OF(hooks)));
static METRIC(job_seconds, COUNTER, "freigabe_job_seconds_total", "Time that jobs took.", .label = {{"job_name", jobs}},
              .unit = METRIC_NANOSECONDS, .cells = METRIC_CELLS(COUNT_OF(jobs)));
static METRIC(job_last, GAUGE, "freigabe_job_last_run_timestamp_seconds", "When a job last came to its end.",
              .label = {{"job_name", jobs}}, .unit = METRIC_MILLISECONDS, .cells = METRIC_CELLS(COUNT_OF(jobs)));
static METRIC(job_failures, COUNTER, "freigabe_job_failures_total", "Jobs that failed; each is tried again.",
              .label = {{"job_name", jobs}}, .cells = METRIC_CELLS(COUNT_OF(jobs)));

void event_measure_open(void)
{
	static struct metric *const table[] = {&events,       &mail_handed,     &webhook_told,
	                                       &webhook_took, &webhook_waiting, &webhook_states,
	                                       &job_seconds,  &job_last,        &job_failures};
	metrics_register(table, COUNT_OF(table));
}

void event_count(const struct store_event *e)
{
	str rest = e->detail, what = e->kind;
	size_t i = 0;
	if (str_eq(e->kind, STR("decided")))
		str_next(&rest, ' ', &what);
	else if (str_eq(e->kind, STR("undone")))
		what = STR("undo");
	while (happenings[i + 1] && !str_eq(what, str_of(happenings[i])))
		i++;
	metric_add(&events, i, 1);
}

void event_count_job(size_t job, int64_t took_ns, bool failed)
{
	BUG_IF(job + 1 >= COUNT_OF(jobs));
	metric_add(&job_seconds, job, took_ns);
	metric_set(&job_last, job, clock_now());
	metric_add(&job_failures, job, failed);
}
