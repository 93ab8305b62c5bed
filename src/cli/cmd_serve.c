/* freigabe serve: configuration, start, stop. */
#include "cli/cli.h"
#include "cli/seen.h"

#include "api/api.h"
#include "base/confine.h"
#include "base/log.h"
#include "cli/notify.h"
#include "event/mail.h"
#include "event/purge.h"
#include "event/scrubber.h"
#include "event/tail.h"
#include "event/teacher.h"
#include "event/watch.h"
#include "event/webhooks.h"
#include "exchange/exchange.h"
#include "service/health.h"

#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { DRAIN_MS = 10000, STREAMS_PER_ADDRESS = 100 };

static const char help[] =
	"usage: freigabe serve [--config FILE] [--db URL] [--replica URL] [--listen ADDR:PORT] [--port-file FILE]\n"
	"                      [--dev-assets DIR]\n\n"
	"Serves readers and editors. The configuration file has lines `key = value` (docs/configuration.md);\n"
	"options given here win.\n\n"
	"  --db URL            sqlite:PATH or postgres://… ($FREIGABE_DB, sqlite:freigabe.db)\n"
	"  --replica URL       postgres://…: reads for readers go to this copy of the database (docs/postgresql.md)\n"
	"  --listen ADDR:PORT  default 127.0.0.1:8080; port 0 takes a free one\n"
	"  --port-file FILE    writes the port there once it listens\n"
	"  --dev-assets DIR    serves scripts and styles from DIR instead of from the binary\n";

struct settings {
	char *db, *replicas, *listen, *proxies, *smtp, *mail_from, *smtp_user, *smtp_password, *purge;
	char *oidc_issuer, *oidc_client, *oidc_secret, *oidc_name, *oidc_claim, *oidc_roles;
	const char *dev_assets, *port_file;
	unsigned workers, loops, connections, connections_per_address, streams, streams_per_address, idle_timeout;
	bool unlimited, unconfined, fetch_private, smtp_plain, oidc_private, webhooks_private;
	struct limit_rates rates;
	enum challenge challenge;
	struct seen seen;
};

static bool set_number(unsigned *field, const char *value)
{
	int64_t v;
	if (!str_to_i64(str_of(value), &v) || v < 0 || v > 1000000)
		return false;
	*field = (unsigned)v;
	return true;
}

static bool set_switch(bool *field, const char *value, const char *on, const char *off)
{
	*field = strcmp(value, on) == 0;
	return *field || strcmp(value, off) == 0;
}

/* The house's own log-in. */
static bool set_oidc(struct settings *s, const char *key, const char *value, bool *known)
{
	if (strcmp(key, "client_secret_file") == 0)
		return cli_read_secret(&s->oidc_secret, value, 0);
	if (strcmp(key, "network") == 0)
		return set_switch(&s->oidc_private, value, "private", "public");
	const struct {
		const char *key;
		char **field;
	} texts[] = {{"issuer", &s->oidc_issuer},
	             {"client_id", &s->oidc_client},
	             {"name", &s->oidc_name},
	             {"role_claim", &s->oidc_claim},
	             {"roles", &s->oidc_roles}};
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (strcmp(key, texts[i].key) == 0)
			return cli_set_text(texts[i].field, value);
	*known = false;
	return false;
}

static bool set_challenge(enum challenge *field, const char *value)
{
	static const char *const names[] = {
		[CHALLENGE_OFF] = "off", [CHALLENGE_AUTO] = "auto", [CHALLENGE_ALWAYS] = "always"};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(value, names[i]) == 0) {
			*field = (enum challenge)i;
			return true;
		}
	return false;
}

/* The key may come several times. */
static bool add_replica(struct settings *s, const char *value)
{
	char *all = NULL;
	if (asprintf(&all, "%s%s%s", s->replicas, *s->replicas ? " " : "", value) < 0)
		return false;
	free(s->replicas);
	s->replicas = all;
	return *value != 0;
}

/* False: none of these. */
static bool set_any_number(struct settings *s, const char *key, const char *value, bool *good)
{
	const struct {
		const char *key;
		unsigned *field;
	} numbers[] = {{"workers", &s->workers},          {"loops", &s->loops},
	               {"connections", &s->connections},  {"connections_per_address", &s->connections_per_address},
	               {"streams", &s->streams},          {"streams_per_address", &s->streams_per_address},
	               {"idle_timeout", &s->idle_timeout}};
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		if (strcmp(numbers[i].key, key) == 0) {
			*good = set_number(numbers[i].field, value);
			return true;
		}
	}
	return false;
}

/* One line of the configuration file. */
static enum cli_set set(void *ctx, const char *key, const char *value)
{
	struct settings *s = ctx;
	bool good = false, known = true;
	if (strcmp(key, "database") == 0)
		good = cli_set_text(&s->db, value);
	else if (strcmp(key, "replica") == 0)
		good = add_replica(s, value);
	else if (strcmp(key, "listen") == 0)
		good = cli_set_text(&s->listen, value);
	else if (strcmp(key, "trusted_proxies") == 0)
		good = cli_set_text(&s->proxies, value);
	else if (strcmp(key, "smtp") == 0)
		good = cli_set_text(&s->smtp, value);
	else if (strcmp(key, "smtp_tls") == 0)
		good = set_switch(&s->smtp_plain, value, "off", "on");
	else if (strcmp(key, "smtp_user") == 0)
		good = cli_set_text(&s->smtp_user, value);
	else if (strcmp(key, "smtp_password_file") == 0)
		good = cli_read_secret(&s->smtp_password, value, 0);
	else if (strcmp(key, "mail_from") == 0)
		good = cli_set_text(&s->mail_from, value);
	else if (strncmp(key, "oidc_", 5) == 0)
		good = set_oidc(s, key + 5, value, &known);
	else if (strcmp(key, "purge") == 0)
		good = cli_set_text(&s->purge, value);
	else if (seen_set(&s->seen, key, value, &good))
		;
	else if (set_any_number(s, key, value, &good))
		;
	else if (strcmp(key, "limits") == 0)
		good = set_switch(&s->unlimited, value, "off", "on");
	else if (strcmp(key, "seccomp") == 0)
		good = set_switch(&s->unconfined, value, "off", "on");
	else if (strcmp(key, "challenge") == 0)
		good = set_challenge(&s->challenge, value);
	else if (strncmp(key, "limit_", 6) == 0)
		good = limit_rates_set(&s->rates, str_of(key + 6), str_of(value));
	else if (strcmp(key, "article_pages") == 0)
		good = set_switch(&s->fetch_private, value, "private", "public");
	else if (strcmp(key, "webhooks") == 0)
		good = set_switch(&s->webhooks_private, value, "private", "public");
	else
		known = false;
	return !known ? CLI_NO_SUCH_KEY : good ? CLI_SET : CLI_BAD_VALUE;
}

static bool write_port(const char *path, unsigned port)
{
	char temporary[4096];
	snprintf(temporary, sizeof temporary, "%s.new", path);
	FILE *f = fopen(temporary, "w");
	if (!f || fprintf(f, "%u\n", port) < 0 || fclose(f) != 0 || rename(temporary, path) != 0) {
		fprintf(stderr, "freigabe serve: cannot write %s: %s\n", path, strerror(errno));
		return false;
	}
	return true;
}

/* Signals are taken by sigwait in the main thread, and by nobody else. */
static void block_signals(sigset_t *waited)
{
	sigemptyset(waited);
	sigaddset(waited, SIGTERM);
	sigaddset(waited, SIGINT);
	pthread_sigmask(SIG_BLOCK, waited, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* When all is open: what the start needs is not needed any more. */
static void confine(const struct settings *s)
{
	struct frg_error err;
	size_t calls;
	if (s->unconfined)
		log_warn("seccomp", "off: this process may call all of the kernel");
	else if (confine_process(&calls, &err) == FRG_OK)
		log_info("seccomp", "on: %zu system calls are allowed, no other programs, no other namespaces", calls);
	else
		log_warn("seccomp", "off: %s", err.msg);
}

/* Until told to stop; then, for those who send us requests to notice, for a while not ready but serving. A second
 * signal ends that. */
static void wait_for_end(const struct settings *s, struct service *svc, const sigset_t *waited)
{
	int signal_number;
	const struct timespec moment = {.tv_sec = s->seen.drain_wait_s};
	confine(s);
	notify_manager("READY=1");
	sigwait(waited, &signal_number);
	notify_manager("STOPPING=1");
	service_health_drain(svc);
	if (s->seen.drain_wait_s) {
		log_info("stop", "signal %d: not ready any more, for %u seconds", signal_number, s->seen.drain_wait_s);
		(void)sigtimedwait(waited, NULL, &moment);
	}
	log_info("stop", "signal %d: no new requests, running ones finish", signal_number);
}

/* What goes on beside the answering of requests, each on a thread of its own. */
struct background {
	struct purger *purger;
	struct webhooks *webhooks;
	struct tail *tail;
	struct mailer *mailer;
	struct teacher *teacher;
	struct scrubber *scrubber;
	struct watch *watch;
	struct http_server *watched; /* figures and readiness on an address of their own; NULL: not */
};

static enum frg_status begin(struct background *b, const struct settings *s, struct service *svc, struct api *api,
                             struct frg_error *err)
{
	const struct mailer_config mail = {.url = s->smtp,
	                                   .from = s->mail_from,
	                                   .user = s->smtp_user,
	                                   .password = s->smtp_password,
	                                   .plain = s->smtp_plain};
	enum frg_status st = purger_open(svc, s->purge, &b->purger, err);
	if (st == FRG_OK)
		st = webhooks_open(svc, s->webhooks_private, &b->webhooks, err);
	if (st == FRG_OK)
		st = tail_open(svc, b->purger, b->webhooks, &b->tail, err);
	if (st == FRG_OK)
		st = mailer_open(svc, &mail, &b->mailer, err);
	if (st == FRG_OK)
		st = teacher_open(svc, &b->teacher, err);
	if (st == FRG_OK)
		st = scrubber_open(svc, &b->scrubber, err);
	if (st == FRG_OK)
		st = watch_open(svc, &b->watch, err);
	return st == FRG_OK ? seen_open(&s->seen, api, &b->watched, err) : st;
}

/* As far as it has begun. */
static void end(struct background *b, struct http_server *server)
{
	if (b->watched) /* it asks the other one */
		http_server_close(b->watched);
	http_server_drain(server, DRAIN_MS);
	watch_close(b->watch);
	scrubber_close(b->scrubber);
	teacher_close(b->teacher);
	mailer_close(b->mailer);
	tail_close(b->tail);
	webhooks_close(b->webhooks);
	purger_close(b->purger);
}

static struct http_config http_config_of(const struct settings *s, struct api *api)
{
	struct http_config config = {.listen = str_of(s->listen),
	                             .loops = s->loops,
	                             .workers = s->workers,
	                             .connections_max = s->connections,
	                             .connections_per_address = s->connections_per_address,
	                             .streams_max = s->streams,
	                             .streams_per_address = s->unlimited ? 0 : s->streams_per_address,
	                             .idle_timeout_s = s->idle_timeout,
	                             .trusted_proxies = str_of(s->proxies),
	                             .groups = api_groups,
	                             .group_of = api_group_of,
	                             .access_log = s->seen.access_log,
	                             .log_every = s->seen.log_every,
	                             .app = api,
	                             .lane = api_lane,
	                             .refuse = api_refuse,
	                             .finish = api_finish};
	config.routes = api_routes(&config.route_count);
	return config;
}

static int serve_until_signal(const struct settings *s, struct service *svc, const sigset_t *waited)
{
	struct frg_error err;
	struct api api = {.svc = svc,
	                  .fetch_private = s->fetch_private,
	                  .webhooks_private = s->webhooks_private,
	                  .report = exchange_report};
	struct view_assets assets;
	struct http_server *server;
	struct background beside = {0};
	seen_tell(&s->seen, &api);
	api_assets_setup(&assets, s->dev_assets);
	service_set_assets(svc, &assets);
	struct http_config config = http_config_of(s, &api);
	if (http_server_open(&config, &server, &err) != FRG_OK)
		return cli_failed("serve", &err);
	service_live_start(svc, server);
	atomic_store(&api.server, server);
	int rc = EXIT_USAGE;
	if (begin(&beside, s, svc, &api, &err) != FRG_OK) {
		rc = cli_failed("serve", &err);
	} else if (!s->port_file || write_port(s->port_file, http_server_port(server))) {
		log_info("listen", "port %u, %s", http_server_port(server), service_engine_id(svc));
		wait_for_end(s, svc, waited);
		rc = EXIT_DONE;
	}
	end(&beside, server);
	service_live_stop(svc);
	http_server_close(server);
	return rc;
}

static enum frg_status set_up_house(const struct settings *s, struct service *svc, struct frg_error *err)
{
	struct provider_config house = {.issuer = str_of(s->oidc_issuer),
	                                .client_id = str_of(s->oidc_client),
	                                .secret = str_of(s->oidc_secret),
	                                .name = str_of(s->oidc_name),
	                                .role_claim = str_of(s->oidc_claim),
	                                .roles = str_of(s->oidc_roles),
	                                .private_network = s->oidc_private};
	return house.issuer.n || house.client_id.n ? service_house_setup(svc, &house, err) : FRG_OK;
}

static int run(struct settings *s)
{
	struct frg_error err;
	struct service *svc;
	sigset_t waited;
	block_signals(&waited);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return cli_usage("serve", "libcurl cannot start");
	struct service_config config = {.database = str_of(s->db),
	                                .replicas = str_of(s->replicas),
	                                .create = true,
	                                .unlimited = s->unlimited,
	                                .rates = &s->rates,
	                                .challenge = s->challenge,
	                                .readers = 8};
	if (service_open(&config, &svc, &err) != FRG_OK)
		return cli_failed("serve", &err);
	int rc = set_up_house(s, svc, &err) == FRG_OK && service_limits_start(svc, &err) == FRG_OK
	             ? serve_until_signal(s, svc, &waited)
	             : cli_failed("serve", &err);
	service_limits_stop(svc);
	service_close(svc);
	api_assets_free();
	curl_global_cleanup();
	log_end();
	return rc;
}

int cmd_serve(int argc, char **argv)
{
	const char *config = NULL, *db = NULL, *listen = NULL, *replica = NULL;
	struct settings s = {.streams_per_address = STREAMS_PER_ADDRESS};
	limit_rates_default(&s.rates);
	const struct cli_option options[] = {{"config", &config, NULL},         {"db", &db, NULL},
	                                     {"replica", &replica, NULL},       {"listen", &listen, NULL},
	                                     {"port-file", &s.port_file, NULL}, {"dev-assets", &s.dev_assets, NULL}};
	int words = cli_options(argc, argv, options, COUNT_OF(options), help);
	if (words < 0)
		return words == -1 ? EXIT_DONE : EXIT_USAGE;
	if (words > 0)
		return cli_usage("serve", "what is '%s'?", argv[1]);
	const char *environment = getenv("FREIGABE_DB");
	int rc = EXIT_USAGE;
	seen_begin(&s.seen);
	char **const texts[] = {&s.replicas,      &s.proxies,     &s.smtp,        &s.mail_from,   &s.smtp_user,
	                        &s.smtp_password, &s.oidc_issuer, &s.oidc_client, &s.oidc_secret, &s.oidc_name,
	                        &s.oidc_claim,    &s.oidc_roles,  &s.purge};
	bool good = cli_set_text(&s.db, environment ? environment : "sqlite:freigabe.db") &&
	            cli_set_text(&s.listen, "127.0.0.1:8080");
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		good = good && cli_set_text(texts[i], "");
	if (good && (!config || cli_read_config("serve", config, set, &s)) && (!db || cli_set_text(&s.db, db)) &&
	    (!replica || cli_set_text(&s.replicas, replica)) && (!listen || cli_set_text(&s.listen, listen)))
		rc = run(&s);
	seen_free(&s.seen);
	free(s.db);
	free(s.listen);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		free(*texts[i]);
	return rc;
}
