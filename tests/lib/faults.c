/* A library to preload (LD_PRELOAD) that makes calls fail as a bad disk, a full table of files, a lack of memory, a
 * broken network, a database server in trouble or a wrong clock would. What fails, when and with which errno stands in
 * a file that the test maps and changes while the program runs (faults.mjs; FAULTS names it). Calls on files count only
 * below the folder FAULTS_DIR: the log and the sockets have kinds of their own, those to PostgreSQL others. Knows
 * nothing of the program. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* In the order of KINDS in faults.mjs. */
enum kind {
	MEMORY,
	OPEN,
	READ,
	WRITE,
	SYNC,
	TRUNCATE,
	MAP,
	ACCEPT,
	EPOLL,
	RECEIVE,
	SEND,
	THREAD,
	STEP,
	LOCK,
	STAT,
	NAME,
	WAIT,
	CONNECT,
	ASK,
	ANSWER,
	STATEMENT,
	SOCKET,
	WATCH,
	RANDOM,
	BELL,
	KINDS
};

/* The file: all numbers are 64 bits wide. */
struct control {
	_Atomic int64_t sync_held, clock_ms;     /* held: whoever asks the disk waits until it is 0 again */
	_Atomic int64_t counted;                 /* 1: count calls */
	_Atomic int64_t file_held, file_waiting; /* of the database's own file, not its log; how many wait */
	struct {
		_Atomic int64_t calls; /* since the test set it to 0 */
		_Atomic int64_t at;    /* the call that fails; 0: none */
		_Atomic int64_t more;  /* how many after it fail, too */
		_Atomic int64_t error; /* errno; for STEP SQLite's code, for STATEMENT an SQLSTATE as a number to base 36 */
		_Atomic int64_t fired;
	} kind[KINDS];
};

enum { FILES = 4096 };
static struct control *control;
static atomic_bool ours[FILES], databases[FILES], peers[FILES], bells[FILES];
static const char *folder;

static void set_up(void) __attribute__((constructor));
static void set_up(void)
{
	const char *path = getenv("FAULTS");
	folder = getenv("FAULTS_DIR");
	int fd = path ? (int)open(path, O_RDWR | O_CLOEXEC) : -1;
	void *p = fd >= 0 ? mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
	if (fd >= 0)
		close(fd);
	control = p == MAP_FAILED ? NULL : p;
}

/* The errno with which this call is to fail, or 0. */
static int fails(enum kind k)
{
	if (!control || !atomic_load_explicit(&control->counted, memory_order_relaxed))
		return 0;
	int64_t n = atomic_fetch_add(&control->kind[k].calls, 1) + 1, at = atomic_load(&control->kind[k].at);
	if (at == 0 || n < at || n - at > atomic_load(&control->kind[k].more))
		return 0;
	atomic_fetch_add(&control->kind[k].fired, 1);
	return (int)atomic_load(&control->kind[k].error);
}

static bool holds(const atomic_bool table[FILES], int fd)
{
	return fd >= 0 && fd < FILES && atomic_load_explicit(&table[fd], memory_order_relaxed);
}

static bool is_ours(int fd) { return holds(ours, fd); }

#define REAL(name)                                                                                                     \
	static __typeof__(&name) real;                                                                                     \
	if (!real)                                                                                                         \
	*(void **)&real = dlsym(RTLD_NEXT, #name)

#define FAIL_IF(k, value)                                                                                              \
	do {                                                                                                               \
		int e_ = fails(k);                                                                                             \
		if (e_) {                                                                                                      \
			errno = e_;                                                                                                \
			return value;                                                                                              \
		}                                                                                                              \
	} while (0)

/* ---- files ---- */

static bool is_below(const char *path) { return folder && strncmp(path, folder, strlen(folder)) == 0; }

static int remember(int fd, const char *path)
{
	size_t n = strlen(path);
	if (fd >= 0 && fd < FILES) {
		atomic_store(&ours[fd], is_below(path));
		atomic_store(&databases[fd], n > 3 && strcmp(path + n - 3, ".db") == 0);
		atomic_store(&bells[fd], false);
	}
	return fd;
}

int open64(const char *path, int flags, ...)
{
	REAL(open64);
	va_list ap;
	va_start(ap, flags);
	mode_t mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (is_below(path))
		FAIL_IF(OPEN, -1);
	return remember(real(path, flags, mode), path);
}

ssize_t pread64(int fd, void *to, size_t n, off64_t at)
{
	REAL(pread64);
	if (is_ours(fd))
		FAIL_IF(READ, -1);
	return real(fd, to, n, at);
}

/* A disk that fails or is full takes a part of what it is given. */
ssize_t pwrite64(int fd, const void *from, size_t n, off64_t at)
{
	REAL(pwrite64);
	int e = is_ours(fd) ? fails(WRITE) : 0;
	if (e && n > 1)
		(void)!real(fd, from, n / 2, at);
	if (e) {
		errno = e;
		return -1;
	}
	return real(fd, from, n, at);
}

/* A bell (eventfd) cannot fail otherwise than by having been rung too often, or by having been heard already: so a ring
 * that is to fail is one nevertheless, and what fails to be read is there still. */
ssize_t read(int fd, void *to, size_t n)
{
	REAL(read);
	if (is_ours(fd))
		FAIL_IF(READ, -1);
	if (holds(bells, fd))
		FAIL_IF(BELL, -1);
	return real(fd, to, n);
}

ssize_t write(int fd, const void *from, size_t n)
{
	REAL(write);
	int e = is_ours(fd) ? fails(WRITE) : holds(bells, fd) ? fails(BELL) : 0;
	if (!e)
		return real(fd, from, n);
	if (n > 1)
		(void)!real(fd, from, is_ours(fd) ? n / 2 : n);
	errno = e;
	return -1;
}

static void wait_while(_Atomic int64_t *held)
{
	const struct timespec moment = {.tv_nsec = 2000000};
	while (atomic_load(held))
		nanosleep(&moment, NULL);
}

/* Counted before it waits, so that the test sees that it does. */
static int synced(int fd, int (*real)(int))
{
	bool watched = is_ours(fd) && control, file = watched && atomic_load(&databases[fd]);
	int e = watched ? fails(SYNC) : 0;
	if (watched)
		wait_while(&control->sync_held);
	if (file) {
		atomic_fetch_add(&control->file_waiting, 1);
		wait_while(&control->file_held);
		atomic_fetch_sub(&control->file_waiting, 1);
	}
	if (e) {
		errno = e;
		return -1;
	}
	return real(fd);
}

int fdatasync(int fd)
{
	REAL(fdatasync);
	return synced(fd, real);
}

int fsync(int fd)
{
	REAL(fsync);
	return synced(fd, real);
}

int ftruncate64(int fd, off64_t n)
{
	REAL(ftruncate64);
	if (is_ours(fd))
		FAIL_IF(TRUNCATE, -1);
	return real(fd, n);
}

void *mmap64(void *at, size_t n, int protection, int flags, int fd, off64_t offset)
{
	REAL(mmap64);
	if (is_ours(fd))
		FAIL_IF(MAP, MAP_FAILED);
	return real(at, n, protection, flags, fd, offset);
}

/* Taking a lock; giving one back does not fail on a local file system. */
int fcntl64(int fd, int command, ...)
{
	REAL(fcntl64);
	va_list ap;
	va_start(ap, command);
	void *argument = va_arg(ap, void *);
	va_end(ap);
	if (is_ours(fd) && (command == F_SETLK || command == F_SETLKW) &&
	    ((const struct flock *)argument)->l_type != F_UNLCK)
		FAIL_IF(LOCK, -1);
	return real(fd, command, argument);
}

int fstat64(int fd, struct stat64 *out)
{
	REAL(fstat64);
	if (is_ours(fd))
		FAIL_IF(STAT, -1);
	return real(fd, out);
}

int stat64(const char *path, struct stat64 *out)
{
	REAL(stat64);
	if (is_below(path))
		FAIL_IF(STAT, -1);
	return real(path, out);
}

int access(const char *path, int mode)
{
	REAL(access);
	if (is_below(path))
		FAIL_IF(STAT, -1);
	return real(path, mode);
}

/* ---- what a file is called, and whose it is ---- */

int unlink(const char *path)
{
	REAL(unlink);
	if (is_below(path))
		FAIL_IF(NAME, -1);
	return real(path);
}

int rename(const char *from, const char *to)
{
	REAL(rename);
	if (is_below(to))
		FAIL_IF(NAME, -1);
	return real(from, to);
}

int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags)
{
	REAL(renameat2);
	if (is_below(to))
		FAIL_IF(NAME, -1);
	return real(from_at, from, to_at, to, flags);
}

int fchmod(int fd, mode_t mode)
{
	REAL(fchmod);
	if (is_ours(fd))
		FAIL_IF(NAME, -1);
	return real(fd, mode);
}

int fchown(int fd, uid_t user, gid_t group)
{
	REAL(fchown);
	if (is_ours(fd))
		FAIL_IF(NAME, -1);
	return real(fd, user, group);
}

int flock(int fd, int what)
{
	REAL(flock);
	if (is_ours(fd))
		FAIL_IF(NAME, -1);
	return real(fd, what);
}

/* ---- the network ---- */

static void remember_peer(int fd, bool is)
{
	if (fd >= 0 && fd < FILES)
		atomic_store(&peers[fd], is);
}

static bool is_peer(int fd) { return holds(peers, fd); }

/* A connection to the database is broken from then on, as in truth: a call that failed alone would leave both sides
 * waiting for each other. */
static int broken(int fd, enum kind k)
{
	int e = fails(k);
	if (e)
		shutdown(fd, SHUT_RDWR);
	return e;
}

/* Whoever is to be heard has a descriptor of their own. */
static int forget(int fd)
{
	if (fd >= 0 && fd < FILES) {
		atomic_store(&ours[fd], false);
		atomic_store(&peers[fd], false);
		atomic_store(&bells[fd], false);
	}
	return fd;
}

int socket(int family, int type, int protocol)
{
	REAL(socket);
	FAIL_IF(SOCKET, -1);
	return forget(real(family, type, protocol));
}

int bind(int fd, const struct sockaddr *address, socklen_t size)
{
	REAL(bind);
	FAIL_IF(SOCKET, -1);
	return real(fd, address, size);
}

int listen(int fd, int backlog)
{
	REAL(listen);
	FAIL_IF(SOCKET, -1);
	return real(fd, backlog);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	REAL(setsockopt);
	FAIL_IF(SOCKET, -1);
	return real(fd, level, name, value, size);
}

int eventfd(unsigned count, int flags)
{
	REAL(eventfd);
	FAIL_IF(SOCKET, -1);
	int fd = forget(real(count, flags));
	if (fd >= 0 && fd < FILES)
		atomic_store(&bells[fd], true);
	return fd;
}

int pipe(int fds[2])
{
	REAL(pipe);
	FAIL_IF(SOCKET, -1);
	int code = real(fds);
	if (code == 0) {
		forget(fds[0]);
		forget(fds[1]);
	}
	return code;
}

int epoll_create1(int flags)
{
	REAL(epoll_create1);
	FAIL_IF(WATCH, -1);
	return forget(real(flags));
}

/* There are only so many that a user may watch; to stop watching one does not fail. */
int epoll_ctl(int fd, int what, int other, struct epoll_event *event)
{
	REAL(epoll_ctl);
	if (what == EPOLL_CTL_ADD)
		FAIL_IF(WATCH, -1);
	return real(fd, what, other, event);
}

/* PostgreSQL is where its socket's file says so. */
int connect(int fd, const struct sockaddr *address, socklen_t size)
{
	REAL(connect);
	const struct sockaddr_un *local = (const struct sockaddr_un *)address;
	remember_peer(fd, address->sa_family == AF_UNIX && strstr(local->sun_path, ".s.PGSQL."));
	if (is_peer(fd))
		FAIL_IF(CONNECT, -1);
	return real(fd, address, size);
}

int poll(struct pollfd *fds, nfds_t count, int ms)
{
	REAL(poll);
	FAIL_IF(WAIT, -1);
	return real(fds, count, ms);
}

int accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
	REAL(accept4);
	FAIL_IF(ACCEPT, -1);
	return forget(real(fd, address, size, flags));
}

int epoll_wait(int fd, struct epoll_event *events, int max, int timeout)
{
	REAL(epoll_wait);
	FAIL_IF(EPOLL, -1);
	return real(fd, events, max, timeout);
}

ssize_t recv(int fd, void *to, size_t n, int flags)
{
	REAL(recv);
	int e = is_peer(fd) ? broken(fd, ANSWER) : fails(RECEIVE);
	if (e) {
		errno = e;
		return -1;
	}
	return real(fd, to, n, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	REAL(sendmsg);
	FAIL_IF(SEND, -1);
	return real(fd, message, flags);
}

ssize_t send(int fd, const void *from, size_t n, int flags)
{
	REAL(send);
	int e = is_peer(fd) ? broken(fd, ASK) : fails(SEND);
	if (e) {
		errno = e;
		return -1;
	}
	return real(fd, from, n, flags);
}

/* ---- threads, memory, time ---- */

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg)
{
	REAL(pthread_create);
	int e = fails(THREAD);
	return e ? e : real(thread, attr, start, arg);
}

/* Without memory libseccomp (2.5.4) follows a null pointer when it makes the filter; it does so once, at a start. Its
 * rules before that do fail. */
static _Thread_local bool spared __attribute__((tls_model("initial-exec")));

int seccomp_load(void *filter);
int seccomp_load(void *filter)
{
	REAL(seccomp_load);
	spared = true;
	int rc = real(filter);
	spared = false;
	return rc;
}

static bool no_memory(void)
{
	if (spared || !fails(MEMORY))
		return false;
	errno = ENOMEM;
	return true;
}

extern void *__libc_malloc(size_t n), *__libc_calloc(size_t count, size_t n), *__libc_realloc(void *p, size_t n);

void *malloc(size_t n) { return no_memory() ? NULL : __libc_malloc(n); }

void *calloc(size_t count, size_t n) { return no_memory() ? NULL : __libc_calloc(count, n); }

void *realloc(void *p, size_t n) { return no_memory() ? NULL : __libc_realloc(p, n); }

ssize_t getrandom(void *to, size_t n, unsigned flags)
{
	REAL(getrandom);
	FAIL_IF(RANDOM, -1);
	return real(to, n, flags);
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	REAL(clock_gettime);
	int rc = real(id, ts);
	int64_t ms = rc == 0 && id == CLOCK_REALTIME && control ? atomic_load(&control->clock_ms) : 0;
	int64_t seconds = ms / 1000, rest = ts->tv_nsec + ms % 1000 * 1000000;
	seconds += rest / 1000000000 - (rest % 1000000000 < 0);
	rest = (rest % 1000000000 + 1000000000) % 1000000000;
	if (ms) {
		ts->tv_sec += seconds;
		ts->tv_nsec = rest;
	}
	return rc;
}

/* ---- SQLite ---- */

struct sqlite3_stmt;

/* SQLite's own steps (its schema, the full-text index) are left alone: it asks for their result by other ways than the
 * step's, so that a step which only said that it failed would be one that did nothing and was taken for done. Whatever
 * makes them fail in truth is a call on files or memory, and that fails above. */
static bool within(const void *function, const void *caller)
{
	Dl_info its, whose;
	return dladdr(function, &its) && dladdr(caller, &whose) && its.dli_fbase == whose.dli_fbase;
}

int sqlite3_step(struct sqlite3_stmt *stmt);
int sqlite3_step(struct sqlite3_stmt *stmt)
{
	REAL(sqlite3_step);
	int code = within(*(void **)&real, __builtin_return_address(0)) ? 0 : fails(STEP);
	return code ? code : real(stmt);
}

/* ---- PostgreSQL ---- */

/* In place of the program's statement the server gets one that fails there, with the SQLSTATE that was asked for; 57P01
 * ends the connection, as an administrator does. So the failure is the server's own, with all that follows from it. */
static const char *instead(char out[200])
{
	char state[8] = "00000";
	int number = fails(STATEMENT);
	if (!number)
		return NULL;
	for (int i = 4; i >= 0; i--, number /= 36)
		state[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % 36];
	if (strcmp(state, "57P01") == 0)
		return "SELECT pg_terminate_backend(pg_backend_pid())";
	snprintf(out, 200, "DO $$ BEGIN RAISE EXCEPTION 'a fault' USING ERRCODE = '%s'; END $$", state);
	return out;
}

struct pg_conn;
struct pg_result;
int PQsendQueryParams(struct pg_conn *conn, const char *sql, int count, const unsigned *types,
                      const char *const *values, const int *lengths, const int *formats, int format);
int PQsendQueryPrepared(struct pg_conn *conn, const char *name, int count, const char *const *values,
                        const int *lengths, const int *formats, int format);
struct pg_result *PQexec(struct pg_conn *conn, const char *sql);

static __typeof__(&PQsendQueryParams) send_query(void)
{
	static __typeof__(&PQsendQueryParams) found;
	if (!found)
		*(void **)&found = dlsym(RTLD_NEXT, "PQsendQueryParams");
	return found;
}

int PQsendQueryParams(struct pg_conn *conn, const char *sql, int count, const unsigned *types,
                      const char *const *values, const int *lengths, const int *formats, int format)
{
	char own[200];
	const char *other = instead(own);
	if (other)
		return send_query()(conn, other, 0, NULL, NULL, NULL, NULL, 0);
	return send_query()(conn, sql, count, types, values, lengths, formats, format);
}

int PQsendQueryPrepared(struct pg_conn *conn, const char *name, int count, const char *const *values,
                        const int *lengths, const int *formats, int format)
{
	REAL(PQsendQueryPrepared);
	char own[200];
	const char *other = instead(own);
	if (other)
		return send_query()(conn, other, 0, NULL, NULL, NULL, NULL, 0);
	return real(conn, name, count, values, lengths, formats, format);
}

struct pg_result *PQexec(struct pg_conn *conn, const char *sql)
{
	REAL(PQexec);
	char own[200];
	const char *other = instead(own);
	return real(conn, other ? other : sql);
}
