/* PDF, through poppler's pdftotext in a process of its own: bytes in through a temporary file that
 * has no name any more, text back through a pipe. Bounded: 60 seconds of processor, 2 GiB of
 * memory, READER_BYTES_MAX of text, no files. A crash or a hang there is one failed document here.
 */
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
				   MEMORY = {2UL << 30, 2UL << 30}, NOTHING = {0, 0};
	int null = open("/dev/null", O_RDWR);

	setrlimit(RLIMIT_CPU, &CPU);
	setrlimit(RLIMIT_AS, &MEMORY);
	setrlimit(RLIMIT_FSIZE, &NOTHING); /* it writes into a pipe alone */
	setrlimit(RLIMIT_CORE, &NOTHING);
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

static size_t line_length(struct str s, size_t from)
{
	const char *nl = from < s.n ? memchr(s.p + from, '\n', s.n - from) : NULL;

	return nl ? (size_t)(nl - (s.p + from)) : s.n - from;
}

static size_t longest_line(struct str s)
{
	size_t most = 0;

	for (size_t i = 0, n; i < s.n; i += n + 1) {
		n = line_length(s, i);
		most = n > most && n < 200 ? n : most; /* a table's row is no measure */
	}
	return most;
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* What the end of a line is: a word goes on, the sentence goes on, or a paragraph ends (a line
 * that is short for this document, unless the next goes on in lower case). */
enum line_end { CUT_WORD, SAME_PARAGRAPH, PARAGRAPH_END };

static enum line_end line_end(struct str line, struct str rest, size_t longest)
{
	bool goes_on = rest.n && is_lower(rest.p[0]);

	if (goes_on && line.n > 1 && line.p[line.n - 1] == '-' && is_lower(line.p[line.n - 2]))
		return CUT_WORD;
	if (!line.n || !rest.n || rest.p[0] == '\n')
		return PARAGRAPH_END;
	return goes_on || line.n * 10 >= longest * 6 ? SAME_PARAGRAPH : PARAGRAPH_END;
}

/* Lines become paragraphs again, with a blank line after each. */
static struct str join_lines(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, 2 * s.n + 2);
	size_t longest = longest_line(s), n = 0;

	for (size_t i = 0, len; i < s.n; i += len + 1) {
		struct str line = {s.p + i, len = line_length(s, i)}, rest = {NULL, 0};

		if (i + len + 1 < s.n)
			rest = (struct str){s.p + i + len + 1, s.n - i - len - 1};
		memcpy(out + n, line.p, line.n);
		n += line.n;
		switch (line_end(line, rest, longest)) {
		case CUT_WORD:
			n--;
			break;
		case SAME_PARAGRAPH:
			out[n++] = ' ';
			break;
		case PARAGRAPH_END:
			while (n && out[n - 1] == '\n')
				n--;
			out[n++] = '\n';
			out[n++] = '\n';
			break;
		}
	}
	return (struct str){out, n};
}

int reader_pdf_text(struct arena *a, struct str raw, struct document *d, struct err *e)
{
	return reader_text(a, join_lines(a, raw), d, e);
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
		r = reader_pdf_text(a, buf_str(&out), d, e);
	buf_free(&out);
	return r;
}
