/* Tells the service manager how far the program is (systemd's sd_notify(3): one datagram to $NOTIFY_SOCKET). */
#ifndef CLI_NOTIFY_H
#define CLI_NOTIFY_H

/* "READY=1", "STOPPING=1". Without a service manager nothing happens. */
void notify_manager(const char *state);

#endif
