/* The filter of system calls (seccomp). Its lists hold what was seen over all tests with SQLite, PostgreSQL, mail, web
 * pages and both resolvers, and what these libraries call on other processors or C libraries. An unknown call is
 * refused, not deadly, so that a newer library degrades as on a kernel that lacks it. */
#include "base/confine.h"

#include <errno.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const allowed[] = {
	/* memory; patterns are compiled, libraries of the resolver loaded */
	"brk",
	"madvise",
	"mmap",
	"mmap2",
	"mprotect",
	"mremap",
	"msync",
	"munmap",
	"membarrier",
	/* files */
	"access",
	"close",
	"close_range",
	"copy_file_range",
	"creat",
	"dup",
	"dup2",
	"dup3",
	"faccessat",
	"faccessat2",
	"fadvise64",
	"fadvise64_64",
	"fallocate",
	"fchmod",
	"fchown",
	"fchown32",
	"fcntl",
	"fcntl64",
	"fdatasync",
	"flock",
	"fstat",
	"fstat64",
	"fstatat64",
	"fstatfs",
	"fstatfs64",
	"fsync",
	"ftruncate",
	"ftruncate64",
	"getcwd",
	"getdents",
	"getdents64",
	"_llseek",
	"lseek",
	"lstat",
	"lstat64",
	"memfd_create",
	"mkdir",
	"mkdirat",
	"newfstatat",
	"open",
	"openat",
	"pread64",
	"preadv",
	"preadv2",
	"pwrite64",
	"pwritev",
	"pwritev2",
	"read",
	"readahead",
	"readlink",
	"readlinkat",
	"readv",
	"rename",
	"renameat",
	"renameat2",
	"rmdir",
	"stat",
	"stat64",
	"statfs",
	"statfs64",
	"statx",
	"sync_file_range",
	"umask",
	"unlink",
	"unlinkat",
	"utimensat",
	"write",
	"writev",
	/* waiting, pipes */
	"epoll_create",
	"epoll_create1",
	"epoll_ctl",
	"epoll_pwait",
	"epoll_pwait2",
	"epoll_wait",
	"eventfd",
	"eventfd2",
	"pipe",
	"pipe2",
	"poll",
	"ppoll",
	"ppoll_time64",
	"pselect6",
	"pselect6_time64",
	"select",
	"_newselect",
	/* the network; which families stands below */
	"accept",
	"accept4",
	"bind",
	"connect",
	"getpeername",
	"getsockname",
	"getsockopt",
	"listen",
	"recv",
	"recvfrom",
	"recvmmsg",
	"recvmsg",
	"send",
	"sendfile",
	"sendfile64",
	"sendmmsg",
	"sendmsg",
	"sendto",
	"setsockopt",
	"shutdown",
	"socketpair",
	"splice",
	/* threads; they are made by clone, below */
	"exit",
	"exit_group",
	"futex",
	"futex_time64",
	"futex_waitv",
	"get_robust_list",
	"getpriority",
	"gettid",
	"rseq",
	"sched_get_priority_max",
	"sched_get_priority_min",
	"sched_getaffinity",
	"sched_getparam",
	"sched_getscheduler",
	"sched_yield",
	"set_robust_list",
	"set_tid_address",
	"setpriority",
	/* signals, time, who one is */
	"clock_getres",
	"clock_gettime",
	"clock_gettime64",
	"clock_nanosleep",
	"clock_nanosleep_time64",
	"getegid",
	"getegid32",
	"geteuid",
	"geteuid32",
	"getgid",
	"getgid32",
	"getpgrp",
	"getpid",
	"getppid",
	"getrandom",
	"getrlimit",
	"getrusage",
	"gettimeofday",
	"getuid",
	"getuid32",
	"nanosleep",
	"prlimit64",
	"restart_syscall",
	"rt_sigaction",
	"rt_sigpending",
	"rt_sigprocmask",
	"rt_sigreturn",
	"rt_sigtimedwait",
	"sigaltstack",
	"sysinfo",
	"tgkill",
	"time",
	"times",
	"ugetrlimit",
	"uname",
};

/* Not those for keys: Kerberos, which libpq asks at each connection over TCP, looks for tickets there if the machine
 * keeps them so, and goes on when it is refused. */
static const char *const deadly[] = {
	"execve",
	"execveat",
	"ptrace",
	"process_vm_readv",
	"process_vm_writev",
	"unshare",
	"setns",
	"mount",
	"umount2",
	"pivot_root",
	"chroot",
	"move_mount",
	"open_tree",
	"fsopen",
	"fsmount",
	"bpf",
	"perf_event_open",
	"userfaultfd",
	"init_module",
	"finit_module",
	"delete_module",
	"kexec_load",
	"kexec_file_load",
	"reboot",
	"swapon",
	"swapoff",
	"setuid",
	"setgid",
	"setreuid",
	"setregid",
	"setresuid",
	"setresgid",
	"setgroups",
	"open_by_handle_at",
	"io_uring_setup",
	"iopl",
	"ioperm",
	"modify_ldt",
	"personality",
	"pidfd_getfd",
};

/* Calls that this processor does not have are left out, no others: a program that may not make some call that it needs
 * would hang or end without a word. How many were added is added to `added`. */
static bool add_all(scmp_filter_ctx filter, uint32_t action, const char *const *names, size_t count, size_t *added)
{
	for (size_t i = 0; i < count; i++) {
		int number = seccomp_syscall_resolve_name(names[i]);
		if (number >= 0 && seccomp_rule_add(filter, action, number, 0) != 0)
			return false;
		*added += number >= 0;
	}
	return true;
}

/* Calls of which only a part is allowed, by what they are called with. */
static bool add_parts(scmp_filter_ctx filter)
{
	static const int families[] = {AF_UNIX, AF_INET, AF_INET6}, requests[] = {FIONREAD, FIONBIO, TCGETS};
	const unsigned long foreign = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
	                              CLONE_NEWPID | CLONE_NEWNET;
	bool good = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0; /* then clone is called */
	good = good && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
	                                SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD | foreign, CLONE_THREAD)) == 0;
	for (size_t i = 0; i < COUNT_OF(families); i++)
		good = good && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
		                                SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i])) == 0;
	for (size_t i = 0; i < COUNT_OF(requests); i++)
		good = good && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
		                                SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, (scmp_datum_t)requests[i])) == 0;
	return good && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME)) == 0;
}

static bool fill(scmp_filter_ctx filter, size_t *calls)
{
	size_t kills = 0;
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a tree instead of a list, where it can */
	return add_all(filter, SCMP_ACT_ALLOW, allowed, COUNT_OF(allowed), calls) &&
	       add_all(filter, SCMP_ACT_KILL_PROCESS, deadly, COUNT_OF(deadly), &kills) && add_parts(filter);
}

enum frg_status confine_process(size_t *calls, struct frg_error *err)
{
	if (SANITIZED) /* it traces its own process when it looks for leaks, and more */
		return frg_fail(err, FRG_UNSUPPORTED, NULL, "this program was built with a sanitizer, which needs more calls");
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM)); /* for the processor's own calls: others kill */
	*calls = 0;
	if (!filter || !fill(filter, calls)) /* what is added are constants */
		BUG("out of memory");
	int rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1); /* all threads, if this kernel can */
	rc = rc ? rc : seccomp_load(filter);
	if (rc == -ENOMEM)
		BUG("out of memory");
	seccomp_release(filter);
	if (rc != 0)
		return frg_fail(err, FRG_UNSUPPORTED, NULL, "the kernel takes no filter of system calls: %s", strerror(-rc));
	return FRG_OK;
}
