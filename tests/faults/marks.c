/* kill -9 at a marked point: loaded before a broker (LD_PRELOAD), it ends that process right at the
 * Nth system call of a kind on a file. The environment says which: KILL_MARK="KIND END N", where
 * END ends the file's name. Kinds:
 *
 *	write   after bytes were written, before anything syncs them
 *	first   the same, of the beginning of a half of the intake
 *	sync    after they were synced, before anybody is told
 *	unsync  just before they are synced
 *	remove  before the file is removed
 *	gone    after it was
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { HALF = 1 << 20, NAME = 512 };

static struct {
	char kind[16], end[32];
	long n;
} MARK;
static atomic_long REACHED;

__attribute__((constructor)) static void read_mark(void)
{
	const char *mark = getenv("KILL_MARK");

	if (!mark || sscanf(mark, "%15s %31s %ld", MARK.kind, MARK.end, &MARK.n) != 3)
		MARK.kind[0] = 0;
}

static int ends_so(const char *name)
{
	size_t n = strlen(name), k = strlen(MARK.end);

	return n >= k && strcmp(name + n - k, MARK.end) == 0;
}

static void reach(const char *kind, const char *name)
{
	int before = errno;

	if (strcmp(kind, MARK.kind) == 0 && ends_so(name) &&
	    atomic_fetch_add(&REACHED, 1) + 1 == MARK.n) {
		kill(getpid(), SIGKILL);
		for (;;)
			pause();
	}
	errno = before;
}

static void reach_fd(const char *kind, int fd)
{
	char link[64], name[NAME];
	int before = errno;
	ssize_t n;

	if (strcmp(kind, MARK.kind) != 0)
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, name, sizeof(name) - 1);
	errno = before;
	if (n <= 0)
		return;
	name[n] = 0;
	reach(kind, name);
}

/* What SQLite calls, by both names that the C library has for it. */

ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
	ssize_t r = syscall(SYS_pwrite64, fd, p, n, at);

	reach_fd("write", fd);
	if (at % HALF == 0)
		reach_fd("first", fd);
	return r;
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	return pwrite64(fd, p, n, at);
}

static int sync_by(long call, int fd)
{
	int r;

	reach_fd("unsync", fd);
	r = (int)syscall(call, fd);
	reach_fd("sync", fd);
	return r;
}

int fdatasync(int fd)
{
	return sync_by(SYS_fdatasync, fd);
}

int fsync(int fd)
{
	return sync_by(SYS_fsync, fd);
}

int unlink(const char *name)
{
	int r;

	reach("remove", name);
	r = (int)syscall(SYS_unlinkat, AT_FDCWD, name, 0);
	reach("gone", name);
	return r;
}
