/* Happy path: limits while setting up, then seccomp with a short list of what pure computing
 * needs. Failure modes: a kernel without seccomp (an error, the caller decides), a libc that
 * needs a call not on the list (SIGSYS, seen at once by the tests). Under a sanitizer forbidden
 * calls fail with EPERM instead, and memory is not limited, so that reports can be written. */
#include "worker/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static int limit(int resource, const char *name, int64_t value, struct err *e)
{
	struct rlimit r = {(rlim_t)value, (rlim_t)value};

	if (setrlimit((__rlimit_resource_t)resource, &r) < 0)
		return err_errno(e, errno, "cannot limit %s to %lld", name, (long long)value);
	return 0;
}

int sandbox_limit(const struct sandbox_limits *l, struct err *e)
{
	if (limit(RLIMIT_CORE, "core files", 0, e) < 0 ||
	    limit(RLIMIT_FSIZE, "file sizes", 0, e) < 0 ||
	    limit(RLIMIT_CPU, "processor time", l->cpu_seconds, e) < 0)
		return -1;
	if (!SANITIZED && limit(RLIMIT_DATA, "memory", l->memory, e) < 0)
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_errno(e, errno, "cannot give up new privileges");
	return 0;
}

/* Talking over open descriptors, memory, dying with a reason, the clock where the vdso has none. */
static const int ALLOWED[] = {
	SCMP_SYS(read),         SCMP_SYS(write),        SCMP_SYS(writev),
	SCMP_SYS(close),        SCMP_SYS(brk),          SCMP_SYS(munmap),
	SCMP_SYS(madvise),      SCMP_SYS(futex),        SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday), SCMP_SYS(getrusage),    SCMP_SYS(rt_sigreturn),
	SCMP_SYS(getpid),       SCMP_SYS(gettid),       SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(exit),         SCMP_SYS(exit_group),   SCMP_SYS(restart_syscall),
	SCMP_SYS(sched_yield),
#if SANITIZED
	SCMP_SYS(sigaltstack),  SCMP_SYS(rt_sigaction), SCMP_SYS(tgkill),
	SCMP_SYS(nanosleep),
#endif
};

static int add_rules(scmp_filter_ctx c)
{
	const struct scmp_arg_cmp not_executable = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	const struct scmp_arg_cmp anonymous =
		SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS);
	const struct scmp_arg_cmp itself = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0);
	const struct scmp_arg_cmp abort_signal = SCMP_A2(SCMP_CMP_EQ, SIGABRT, 0);
	int rc = 0;

	for (size_t i = 0; i < sizeof(ALLOWED) / sizeof(*ALLOWED) && !rc; i++)
		rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, ALLOWED[i], 0);
	if (!rc)
		rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, not_executable,
				      anonymous);
	if (!rc)
		rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, not_executable);
	if (!rc)
		rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mremap), 0);
	if (!rc) /* abort: only SIGABRT, only to itself */
		rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 2, itself, abort_signal);
	return rc;
}

int sandbox_enter(struct err *e)
{
	scmp_filter_ctx c;
	int rc;

	if (!SANITIZED && limit(RLIMIT_NOFILE, "open files", 0, e) < 0)
		return -1;
	c = seccomp_init(SANITIZED ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_KILL_PROCESS);
	if (!c)
		return err_set(e, ERR_IO, "cannot make a system call filter");
	rc = add_rules(c);
	if (!rc)
		rc = seccomp_load(c);
	seccomp_release(c);
	if (rc)
		return err_errno(e, -rc, "cannot load the system call filter");
	return 0;
}
