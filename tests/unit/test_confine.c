/* The filter of system calls as `serve` sets it: what serving needs goes on, and what could take the machine further is
 * refused or ends the process. Each try is made by a process of its own, for a filter is for good. */
#include "base/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* What a try ends with: 0, an errno, or KILLED. */
enum { KILLED = 1000, NO_FILTER = 99 };

static int refused(long rc) { return rc < 0 ? errno : 0; }

static int run_program(void) { return refused(execl("/bin/true", "true", NULL)); }
static int trace(void) { return refused(ptrace(PTRACE_TRACEME, 0, NULL, NULL)); }
static int new_user(void) { return refused(unshare(CLONE_NEWUSER)); }
static int mount_something(void) { return refused(mount("none", "/tmp", "tmpfs", 0, "")); }
static int load_program(void) { return refused(syscall(SYS_bpf, 0, NULL, 0)); }
static int become_another(void) { return refused(syscall(SYS_setuid, 65534)); }

static int second_process(void)
{
	pid_t child = fork();
	if (child == 0)
		_exit(0);
	return refused(child);
}

static int clone_into_namespace(void) { return refused(syscall(SYS_clone, CLONE_THREAD | CLONE_NEWNET, 0, 0, 0, 0)); }
static int raw_packets(void) { return refused(socket(AF_PACKET, SOCK_RAW, 0)); }
static int type_for_others(void) { return refused(ioctl(0, TIOCSTI, "x")); }
static int allow_dumps(void) { return refused(prctl(PR_SET_DUMPABLE, 1)); }
static int change_root(void) { return refused(syscall(SYS_chroot, "/tmp")); }
static int keys(void) { return refused(syscall(SYS_keyctl, 0, -3, 0, 0, 0)); } /* the session's */
static int strange_call(void) { return refused(syscall(SYS_acct, NULL)); }

static void *nothing(void *arg) { return arg; }

static int do_the_work(void)
{
	char name[] = "/tmp/freigabe-confine-XXXXXX";
	pthread_t thread;
	struct addrinfo *found, hints = {.ai_socktype = SOCK_STREAM};
	int fd = mkstemp(name);
	bool good = fd >= 0 && write(fd, "x", 1) == 1 && fsync(fd) == 0 && close(fd) == 0 && unlink(name) == 0;
	good = good && pthread_create(&thread, NULL, nothing, NULL) == 0 && pthread_setname_np(thread, "t") == 0 &&
	       pthread_join(thread, NULL) == 0;
	good = good && getaddrinfo("localhost", "80", &hints, &found) == 0;
	for (int family = AF_INET; good && family; family = family == AF_INET ? AF_INET6 : 0) {
		fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		good = (fd >= 0 && close(fd) == 0) || errno == EAFNOSUPPORT; /* a machine without IPv6 */
	}
	if (good)
		freeaddrinfo(found);
	return good ? 0 : EIO;
}

static int outcome(int (*attempt)(void))
{
	int status;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct frg_error err;
		size_t calls;
		_exit(confine_process(&calls, &err) == FRG_OK && calls > 50 ? attempt() : NO_FILTER);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status)) {
		assert_int_equal(WTERMSIG(status), SIGSYS);
		return KILLED;
	}
	return WEXITSTATUS(status);
}

static void what_takes_the_machine_further_ends_the_process(void **state)
{
	int (*const attempts[])(void) = {run_program,  trace,          new_user,   mount_something,
	                                 load_program, become_another, change_root};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(attempts); i++)
		assert_int_equal(outcome(attempts[i]), KILLED);
}

static void what_serving_does_not_need_is_refused(void **state)
{
	int (*const attempts[])(void) = {second_process, clone_into_namespace, raw_packets, type_for_others, allow_dumps,
	                                 keys,           strange_call};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(attempts); i++)
		assert_int_equal(outcome(attempts[i]), EPERM);
}

static void serving_goes_on(void **state)
{
	(void)state;
	assert_int_equal(outcome(do_the_work), 0);
}

/* Other threads than the one that asks for it are confined as well. */
static int pipe_to_other[2];

static void *wait_and_try(void *arg)
{
	char go;
	(void)arg;
	if (read(pipe_to_other[0], &go, 1) == 1)
		_exit(refused(socket(AF_PACKET, SOCK_RAW, 0)));
	return NULL;
}

static void threads_that_run_already_are_confined(void **state)
{
	int status;
	(void)state;
	pid_t child = fork();
	if (child == 0) {
		pthread_t thread;
		struct frg_error err;
		size_t calls;
		if (pipe(pipe_to_other) != 0 || pthread_create(&thread, NULL, wait_and_try, NULL) != 0 ||
		    confine_process(&calls, &err) != FRG_OK || write(pipe_to_other[1], "x", 1) != 1)
			_exit(NO_FILTER);
		pthread_join(thread, NULL);
		_exit(NO_FILTER);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_takes_the_machine_further_ends_the_process),
		cmocka_unit_test(what_serving_does_not_need_is_refused),
		cmocka_unit_test(serving_goes_on),
		cmocka_unit_test(threads_that_run_already_are_confined),
	};
	return cmocka_run_group_tests_name("confine", tests, NULL, NULL);
}
