/* PDF, through poppler's pdftotext in a process of its own: bytes in through a temporary file that
 * has no name any more, text back through a pipe. Bounded: 60 seconds of processor, 2 GiB of
 * memory, READER_BYTES_MAX of text. A crash or a hang there is one failed document here. */
#include "client/read/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CPU_SECONDS = 60 };

static int unnamed_file(struct str raw, struct err *e)
{
	char path[] = "/tmp/demarche-pdf-XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	if (fd < 0)
		return err_errno(e, errno, "make a temporary file");
	unlink(path);
	for (size_t done = 0; done < raw.n;) {
		ssize_t n = write(fd, raw.p + done, raw.n - done);

		if (n < 0) {
			err_errno(e, errno, "write a temporary file");
			close(fd);
			return -1;
		}
		done += (size_t)n;
	}
	return fd;
}

/* In the child: only async-signal-safe calls until exec. */
static _Noreturn void become_pdftotext(int in, int out)
{
	static const struct rlimit CPU = {CPU_SECONDS, CPU_SECONDS},
				   MEMORY = {2UL << 30, 2UL << 30};
	int null = open("/dev/null", O_RDWR);

	setrlimit(RLIMIT_CPU, &CPU);
	setrlimit(RLIMIT_AS, &MEMORY);
	dup2(null, STDIN_FILENO);
	dup2(null, STDERR_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(in, 3); /* poppler reads by name, and this is its name: */
	execlp("pdftotext", "pdftotext", "-q", "-enc", "UTF-8", "-nopgbrk", "/dev/fd/3", "-",
	       (char *)NULL);
	_exit(127);
}

static int read_all(int fd, struct buf *out, struct err *e)
{
	for (;;) {
		ssize_t n;

		buf_reserve(out, 1 << 16);
		n = read(fd, out->p + out->n, 1 << 16);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, errno, "read from pdftotext");
		if (n == 0)
			return 0;
		out->n += (size_t)n;
		if (out->n > READER_BYTES_MAX)
			return err_set(e, ERR_TOO_BIG, "text above the limit of %d MiB",
				       READER_BYTES_MAX >> 20);
	}
}

static int run(int in, struct buf *out, struct err *e)
{
	int pipe_fd[2], status = 0, r;
	pid_t pid;

	if (pipe2(pipe_fd, O_CLOEXEC) < 0)
		return err_errno(e, errno, "make a pipe");
	pid = fork();
	if (pid == 0)
		become_pdftotext(in, pipe_fd[1]);
	close(pipe_fd[1]);
	r = pid < 0 ? err_errno(e, errno, "start pdftotext") : read_all(pipe_fd[0], out, e);
	close(pipe_fd[0]);
	if (pid < 0)
		return r;
	if (r < 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r < 0)
		return r;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return err_set(e, ERR_UNSUPPORTED, "pdftotext is missing: install poppler-utils");
	if (WIFSIGNALED(status))
		return err_set(e, ERR_CRASHED, "pdftotext ended with signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status))
		return err_set(e, ERR_INVALID, "not a PDF that pdftotext can read");
	return 0;
}

/* Lines become paragraphs again: a word cut by a hyphen at the end of a line is joined, a line
 * break inside a paragraph is a space, a blank line stays. */
static struct str join_lines(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		bool letter_next = i + 1 < s.n && s.p[i + 1] >= 'a' && s.p[i + 1] <= 'z';
		bool blank = i + 1 >= s.n || s.p[i + 1] == '\n' || (n && out[n - 1] == '\n');

		if (s.p[i] == '\n' && !blank && letter_next && n > 1 && out[n - 1] == '-' &&
		    out[n - 2] >= 'a' && out[n - 2] <= 'z')
			n--;
		else if (s.p[i] == '\n' && !blank)
			out[n++] = ' ';
		else
			out[n++] = s.p[i];
	}
	return (struct str){out, n};
}

int reader_pdf(struct arena *a, struct str raw, struct document *d, struct err *e)
{
	struct buf out = {0};
	int fd = unnamed_file(raw, e), r;

	if (fd < 0)
		return -1;
	r = run(fd, &out, e);
	close(fd);
	if (r == 0 && !out.n)
		r = err_set(e, ERR_INVALID, "no text in this PDF (scanned pages need OCR first)");
	if (r == 0)
		r = reader_text(a, join_lines(a, buf_str(&out)), d, e);
	buf_free(&out);
	return r;
}
