/* Hands letters over to a mail server (libcurl): what is due, one after the other, later again when that fails.
 * A letter's row goes only when the server has taken it, so that none is lost; one may come twice if the program
 * ends in between, under the same Message-ID. Of several nodes one sends, and it claims each letter before: another
 * that thinks it is the one finds it not due. */
#include "event/mail.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/log.h"

#include <curl/curl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
	BATCH = 20,
	LOOK_MS = 30000,
	TIMEOUT_S = 30,
	SENDING_MS = 2 * TIMEOUT_S * 1000,
	TRIES_MAX = 12,
	MESSAGE_MAX = 1 << 20,
	LINE = 76
};

struct mailer {
	struct service *svc;
	char *url, *from, *user, *password;
	bool plain;
	pthread_t thread;
	atomic_bool stopping;
};

/* ---- a letter as RFC 5322 has it ---- */

static void add_base64(struct buf *b, str data, size_t line)
{
	size_t step = line / 4 * 3;
	char out[LINE + 5];
	for (size_t at = 0; at < data.n; at += step) {
		size_t n = data.n - at < step ? data.n - at : step;
		sodium_bin2base64(out, sizeof out, (const unsigned char *)data.p + at, n, sodium_base64_VARIANT_ORIGINAL);
		buf_add(b, str_of(out));
		BUF_LIT(b, "\r\n");
	}
}

/* An encoded word holds at most 75 characters and whole letters (RFC 2047). */
static void add_subject(struct buf *b, str subject)
{
	enum { PART = 42 };
	char out[PART / 3 * 4 + 5];
	for (size_t at = 0; at < subject.n;) {
		size_t n = subject.n - at < PART ? subject.n - at : PART;
		while (at + n < subject.n && ((unsigned char)subject.p[at + n] & 0xc0) == 0x80)
			n--;
		sodium_bin2base64(out, sizeof out, (const unsigned char *)subject.p + at, n, sodium_base64_VARIANT_ORIGINAL);
		buf_printf(b, "%s=?utf-8?B?%s?=\r\n", at ? " " : "", out);
		at += n;
	}
	if (subject.n == 0)
		BUF_LIT(b, "\r\n");
}

/* Addresses were checked when they were taken; this is for the day when one slips through. */
static bool address_is_safe(str address)
{
	for (size_t i = 0; i < address.n; i++)
		if ((unsigned char)address.p[i] <= 0x20 || address.p[i] == 0x7f || strchr("<>\"\\,;:", address.p[i]))
			return false;
	return address.n > 0;
}

static void write_message(struct buf *b, const struct mailer *m, const struct store_mail *letter)
{
	char id[ID_TEXT_SIZE], date[64];
	time_t at = (time_t)(letter->created / 1000);
	struct tm tm;
	gmtime_r(&at, &tm);
	strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &tm);
	id_text(letter->id, id);
	const char *domain = strchr(m->from, '@');
	buf_printf(b, "Date: %s\r\nFrom: <%s>\r\nTo: <%.*s>\r\nMessage-ID: <%s%s>\r\nSubject: ", date, m->from,
	           STR_ARG(letter->recipient), id, domain ? domain : "@localhost");
	add_subject(b, letter->subject);
	BUF_LIT(b, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
	           "Content-Transfer-Encoding: base64\r\nAuto-Submitted: auto-generated\r\n\r\n");
	add_base64(b, letter->body, LINE);
}

/* Letters that were written together leave in one message; each stays a statement of its own, with its own way to
 * object. */
struct bundle {
	const struct store_mail *items[BATCH];
	size_t count;
};

static bool together(const struct store_mail *a, const struct store_mail *b)
{
	msec apart = b->created > a->created ? b->created - a->created : a->created - b->created;
	return a->letter && b->letter && a->site == b->site && str_eq(a->recipient, b->recipient) && a->tries == b->tries &&
	       apart <= STORE_MAIL_TOGETHER_MS;
}

static struct store_mail bound(struct mailer *m, struct arena *a, const struct bundle *bundle)
{
	struct store_mail one = *bundle->items[0];
	if (bundle->count == 1)
		return one;
	const struct store_site *site = service_site_by_id(m->svc, one.site);
	enum frg_lang lang = site ? site->lang : FRG_LANG_DE;
	struct buf subject = BUF_INIT(1024), body = BUF_INIT(MESSAGE_MAX);
	str total = arena_printf(a, "%zu", bundle->count);
	i18n_format(&subject, lang, MSG_MAIL_LETTERS_SUBJECT, &total, 1);
	i18n_format(&body, lang, MSG_MAIL_LETTERS_BODY, &total, 1);
	for (size_t i = 0; i < bundle->count; i++) {
		str args[] = {arena_printf(a, "%zu", i + 1), total, bundle->items[i]->subject};
		BUF_LIT(&body, "\n\n");
		i18n_format(&body, lang, MSG_MAIL_LETTERS_NTH, args, COUNT_OF(args));
		BUF_LIT(&body, "\n\n");
		buf_add(&body, bundle->items[i]->body);
	}
	one.subject = buf_finish(&subject, a);
	one.body = buf_finish(&body, a);
	return one;
}

struct upload {
	str rest;
};

static size_t give(char *to, size_t size, size_t count, void *ctx)
{
	struct upload *u = ctx;
	size_t n = size * count < u->rest.n ? size * count : u->rest.n;
	memcpy(to, u->rest.p, n);
	u->rest = str_sub(u->rest, n, u->rest.n);
	return n;
}

static int still_wanted(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	(void)a, (void)b, (void)c, (void)d;
	return atomic_load(&((struct mailer *)ctx)->stopping);
}

static void set_up(CURL *curl, struct mailer *m, struct upload *u, struct curl_slist *to, char *problem)
{
	curl_easy_setopt(curl, CURLOPT_URL, m->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)(m->plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	if (*m->user) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, m->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, m->password);
	}
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, m->from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(curl, CURLOPT_READDATA, u);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, still_wanted);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, m);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, problem);
}

/* 0: taken; else the server's answer or 1, and `problem` says what was wrong. */
static long hand_over(struct mailer *m, CURL *curl, struct arena *a, const struct store_mail *letter,
                      char problem[CURL_ERROR_SIZE])
{
	if (!address_is_safe(letter->recipient)) {
		snprintf(problem, CURL_ERROR_SIZE, "the address cannot be written to");
		return 550;
	}
	struct buf message = BUF_INIT(MESSAGE_MAX);
	write_message(&message, m, letter);
	struct upload u = {.rest = buf_str(&message)};
	struct curl_slist *to = curl_slist_append(NULL, arena_cstr(a, letter->recipient));
	curl_easy_reset(curl);
	set_up(curl, m, &u, to, problem);
	*problem = 0;
	CURLcode rc = curl_easy_perform(curl);
	long answer = 0;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
	if (rc != CURLE_OK && !*problem)
		snprintf(problem, CURL_ERROR_SIZE, "%s", curl_easy_strerror(rc));
	curl_slist_free_all(to);
	buf_free(&message);
	return rc == CURLE_OK ? 0 : answer >= 500 && rc != CURLE_LOGIN_DENIED ? answer : 1;
}

/* ---- what is due ---- */

struct due {
	struct store_mails mails;
	msec next;
};

static enum frg_status load_due(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct due *d = ctx;
	return store_mail_due(tx, clock_now(), BATCH, &d->mails, &d->next, err);
}

struct outcome {
	struct bundle bundle;
	long answer;
	const char *problem;
};

/* Leaves in the bundle what is ours to send. */
static enum frg_status claim(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	struct outcome *o = ctx;
	struct bundle ours = {0};
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < o->bundle.count; i++) {
		const struct store_mail *mail = o->bundle.items[i];
		bool claimed = false;
		st = store_mail_claim(tx, mail->id, mail->send_at, clock_now() + SENDING_MS, &claimed, err);
		if (claimed)
			ours.items[ours.count++] = mail;
	}
	o->bundle = ours;
	return st;
}

static enum frg_status save_one(struct store_tx *tx, const struct outcome *o, const struct store_mail *mail,
                                struct frg_error *err)
{
	if (o->answer == 0)
		return store_mail_delete(tx, mail->id, err);
	int64_t tries = mail->tries + 1;
	bool give_up = o->answer >= 500 || tries >= TRIES_MAX;
	msec wait = (msec)30000 << (tries < 10 ? tries : 10); /* a minute, two … half a day */
	return store_mail_retry(tx, mail->id, give_up ? 0 : clock_now() + wait, str_of(o->problem), err);
}

static enum frg_status save_outcome(struct store_tx *tx, void *ctx, struct frg_error *err)
{
	const struct outcome *o = ctx;
	enum frg_status st = FRG_OK;
	for (size_t i = 0; st == FRG_OK && i < o->bundle.count; i++)
		st = save_one(tx, o, o->bundle.items[i], err);
	return st;
}

/* The first that is not sent yet, and those that were written with it, as far as one message holds them. */
static struct bundle next_bundle(const struct store_mails *all, bool *sent, size_t first)
{
	struct bundle b = {0};
	size_t bytes = 0;
	for (size_t i = first; i < all->count; i++) {
		const struct store_mail *mail = &all->items[i];
		bool fits = i == first || (together(&all->items[first], mail) && bytes + mail->body.n < MESSAGE_MAX / 2);
		if (sent[i] || !fits)
			continue;
		sent[i] = true;
		bytes += mail->body.n;
		b.items[b.count++] = mail;
	}
	return b;
}

/* False: the way is barred, or there is nothing more to do now. */
static bool send_some(struct mailer *m, CURL *curl, struct arena *a)
{
	struct due d = {0};
	struct frg_error err;
	char problem[CURL_ERROR_SIZE];
	arena_reset(a);
	if (store_read(service_store(m->svc), a, load_due, &d, &err) != FRG_OK) {
		log_error("mail", "%s", err.msg);
		return false;
	}
	bool sent[BATCH] = {false};
	for (size_t i = 0; i < d.mails.count && !atomic_load(&m->stopping); i++) {
		if (sent[i])
			continue;
		struct outcome o = {.bundle = next_bundle(&d.mails, sent, i), .problem = problem};
		if (store_write(service_store(m->svc), a, claim, &o, &err) != FRG_OK) {
			log_error("mail", "%s", err.msg);
			return false;
		}
		if (o.bundle.count == 0)
			continue;
		struct store_mail message = bound(m, a, &o.bundle);
		o.answer = hand_over(m, curl, a, &message, problem);
		if (o.answer)
			log_warn("mail", "not handed over: %s", problem);
		if (store_write(service_store(m->svc), a, save_outcome, &o, &err) != FRG_OK) {
			log_error("mail", "%s", err.msg);
			return false;
		}
	}
	return d.mails.count == BATCH;
}

static void *loop(void *arg)
{
	struct mailer *m = arg;
	int64_t seen = 0;
	struct arena *a = arena_open((size_t)64 << 20);
	CURL *curl = curl_easy_init();
	if (!curl)
		BUG("out of memory");
	while (!atomic_load(&m->stopping)) {
		if (!store_works(service_store(m->svc))) { /* its end wakes */
			store_wait_commit(service_store(m->svc), &seen, LOOK_MS);
			continue;
		}
		if (send_some(m, curl, a))
			continue;
		struct due d = {0};
		struct frg_error err;
		arena_reset(a);
		msec wait = LOOK_MS;
		if (store_read(service_store(m->svc), a, load_due, &d, &err) == FRG_OK && d.next) {
			msec until = d.next - clock_now();
			wait = until < 50 ? 50 : until < wait ? until : wait;
		}
		store_wait_commit(service_store(m->svc), &seen, wait);
	}
	curl_easy_cleanup(curl);
	arena_close(a);
	return NULL;
}

enum frg_status mailer_open(struct service *svc, const struct mailer_config *config, struct mailer **out,
                            struct frg_error *err)
{
	*out = NULL;
	if (!*config->url)
		return FRG_OK; /* letters wait until somebody says where to */
	if (!strchr(config->from, '@'))
		return frg_fail(err, FRG_INVALID, "email_invalid", "mail_from must be an address when smtp is set");
	struct mailer *m = calloc(1, sizeof *m);
	if (!m)
		BUG("out of memory");
	m->svc = svc;
	m->plain = config->plain;
	m->url = strdup(config->url);
	m->from = strdup(config->from);
	m->user = strdup(config->user);
	m->password = strdup(config->password);
	if (pthread_create(&m->thread, NULL, loop, m))
		return frg_fail(err, FRG_UNAVAILABLE, "threads", "cannot start a thread");
	*out = m;
	return FRG_OK;
}

void mailer_close(struct mailer *m)
{
	if (!m)
		return;
	atomic_store(&m->stopping, true);
	store_wake(service_store(m->svc));
	pthread_join(m->thread, NULL);
	free(m->url);
	free(m->from);
	free(m->user);
	sodium_memzero(m->password, strlen(m->password));
	free(m->password);
	free(m);
}
