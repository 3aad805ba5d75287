#include "client/child.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/wire.h"

const char *child_path(const char *name)
{
	static const char *const PLACES[] = {"", "/../broker", "/../worker"};
	static char path[8192];
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char *slash;

	if (n <= 0)
		return name;
	self[n] = 0;
	slash = strrchr(self, '/');
	for (size_t i = 0; slash && i < sizeof(PLACES) / sizeof(*PLACES); i++) {
		snprintf(path, sizeof(path), "%.*s%s/%s", (int)(slash - self), self, PLACES[i],
			 name);
		if (access(path, X_OK) == 0)
			return path;
	}
	return name;
}

enum { ARGS_MAX = 32 };

static _Noreturn void become(const struct child *c, const char *path, const char *const *args,
			     int out)
{
	const char *argv[ARGS_MAX + 2] = {path};
	int log = open(c->log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int null = open("/dev/null", O_RDONLY);

	for (int i = 0; args[i] && i < ARGS_MAX; i++)
		argv[i + 1] = args[i];
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	setpgid(0, 0); /* ctrl-C is for us: we end the children in order */
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	if (log >= 0)
		dup2(log, STDERR_FILENO);
	execvp(path, (char *const *)(uintptr_t)argv);
	dprintf(STDERR_FILENO, "cannot start %s: %s\n", path, strerror(errno));
	_exit(127);
}

/* The last line that says something; the sentence for the user. */
static struct str last_line(const struct child *c, char *room, size_t size)
{
	int fd = open(c->log, O_RDONLY | O_CLOEXEC);
	off_t end = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	ssize_t n = 0;
	struct str s = {room, 0};

	if (fd >= 0) {
		lseek(fd, end > (off_t)size ? end - (off_t)size : 0, SEEK_SET);
		n = read(fd, room, size);
		close(fd);
	}
	while (n > 0 && (room[n - 1] == '\n' || room[n - 1] == ' '))
		n--;
	s.n = n > 0 ? (size_t)n : 0;
	for (size_t i = s.n; i-- > 0;)
		if (room[i] == '\n')
			return (struct str){room + i + 1, s.n - i - 1};
	return s;
}

/* Of a line of the log only the reason, a sentence in quotes; other lines are the reason. */
static struct str reason_of(struct str line, json_t **value)
{
	static const char *const KEYS[] = {" because=", "\"because\":"};
	const char *p = NULL;

	for (size_t i = 0; !p && i < sizeof(KEYS) / sizeof(KEYS[0]); i++) {
		p = memmem(line.p, line.n, KEYS[i], strlen(KEYS[i]));
		p = p ? p + strlen(KEYS[i]) : NULL;
	}
	*value = p ? json_loadb(p, line.n - (size_t)(p - line.p),
				JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, NULL)
		   : NULL;
	return json_is_string(*value) ? str_of(json_string_value(*value)) : line;
}

static int ended(struct child *c, int status, struct err *e)
{
	char room[2048];
	json_t *value;
	struct str why = reason_of(last_line(c, room, sizeof(room)), &value);

	c->pid = 0;
	if (WIFSIGNALED(status))
		err_set(e, ERR_CRASHED, "%s was ended by signal %d (%s)", c->name, WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	else
		err_set(e, ERR_CRASHED, "%s ended: %.*s", c->name, STR_ARG(why));
	json_decref(value);
	return -1;
}

int child_alive(struct child *c, struct err *e)
{
	int status;

	if (c->pid > 0 && waitpid(c->pid, &status, WNOHANG) == c->pid)
		return ended(c, status, e);
	return c->pid > 0 ? 0 : err_set(e, ERR_CRASHED, "%s is not running", c->name);
}

static int await_ready(struct child *c, int wait_ms, struct err *e)
{
	int64_t until = wire_now_ms() + wait_ms;
	char line[256];
	size_t n = 0;

	for (;;) {
		struct pollfd p = {.fd = c->out, .events = POLLIN};
		ssize_t got;

		if (child_alive(c, e) < 0)
			return -1;
		if (wire_now_ms() > until)
			return err_set(e, ERR_TIMEOUT, "%s did not get ready in %d s (its log: %s)",
				       c->name, wait_ms / 1000, c->log);
		if (poll(&p, 1, 100) <= 0)
			continue;
		got = read(c->out, line + n, 1);
		if (got <= 0) {
			wire_pause(20);
			continue;
		}
		if (line[n] == '\n' || n + 2 == sizeof(line)) {
			line[n] = 0;
			if (strncmp(line, "ready", 5) == 0)
				return 0;
			n = 0;
			continue;
		}
		n++;
	}
}

int child_start(struct child *c, const char *name, const char *const *args, const char *folder,
		int wait_ms, struct err *e)
{
	const char *path = child_path(name);
	int fd[2];

	*c = (struct child){.name = name, .out = -1};
	snprintf(c->log, sizeof(c->log), "%s/%s.log", folder, name);
	if (pipe2(fd, O_CLOEXEC) < 0)
		return err_errno(e, errno, "make a pipe");
	c->pid = fork();
	if (c->pid == 0)
		become(c, path, args, fd[1]);
	close(fd[1]);
	c->out = fd[0];
	if (c->pid < 0)
		return err_errno(e, errno, "start %s", name);
	return await_ready(c, wait_ms, e);
}

void child_stop(struct child *c, int wait_ms)
{
	int64_t until = wire_now_ms() + wait_ms;
	struct err ignored;

	if (c->pid > 0)
		kill(c->pid, SIGTERM);
	while (c->pid > 0 && child_alive(c, &ignored) == 0 && wire_now_ms() < until)
		wire_pause(10);
	if (c->pid > 0) {
		kill(c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
		c->pid = 0;
	}
	if (c->out >= 0)
		close(c->out);
	c->out = -1;
}
