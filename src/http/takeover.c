/* Takes a connection out of libmicrohttpd's hands, to whom it is some ten kilobytes even while it waits: what is left
 * is a socket and the head of an answer whose body ends with the connection. Knows nothing of what is sent. */
#include "http/inner.h"

#include "base/buf.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>

enum { HEAD_MAX = 16 << 10, STALLED_MS = 60000 /* until the system gives up a client that takes nothing */ };

/* With MHD_USE_TURBO libmicrohttpd closes its descriptor without shutting the socket down. */
int takeover_socket(struct http_request *req)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(req->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	int on = 1, off = 0, stalled = STALLED_MS, fd = info ? fcntl(info->connect_fd, F_DUPFD_CLOEXEC, 0) : -1;
	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_CORK, &off, sizeof off);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &stalled, sizeof stalled);
	return fd;
}

str takeover_head(struct http_request *req)
{
	struct buf b = BUF_INIT(HEAD_MAX);
	char date[40];
	time_t now = time(NULL);
	struct tm tm;
	strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &tm));
	buf_printf(&b, "HTTP/1.1 200 OK\r\nDate: %s\r\nConnection: close\r\nContent-Type: text/event-stream\r\n", date);
	BUF_LIT(&b, "Cache-Control: no-store\r\nX-Accel-Buffering: no\r\n");
	for (struct header *h = req->headers; h; h = h->next)
		buf_printf(&b, "%s: %s\r\n", h->name, h->value);
	BUF_LIT(&b, "\r\n");
	BUG_IF(b.cut);
	return buf_str(&b);
}
