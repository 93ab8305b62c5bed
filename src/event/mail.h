/* Hands letters over to a mail server, on a thread of its own. */
#ifndef EVENT_MAIL_H
#define EVENT_MAIL_H

#include "service/service.h"

struct mailer;

struct mailer_config {
	const char *url;  /* smtp://host:port, smtps://…; empty: letters wait */
	const char *from; /* address */
	const char *user; /* empty: none */
	const char *password;
	bool plain; /* smtp:// without TLS; else it must be offered */
};
MUST_CHECK enum frg_status mailer_open(struct service *svc, const struct mailer_config *config, struct mailer **out,
                                       struct frg_error *err);
void mailer_close(struct mailer *m); /* NULL: nothing */

#endif
