/* Reads through libarchive's raw format, which undoes gzip, zstd, xz and the like and leaves
 * everything else as it is. Failure modes: cannot open, cannot read, a line or a file above the
 * bound, and bytes that unpack to more than any text does; all are reported, none ends the
 * program. */
#include "client/read/reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	CHUNK = 1 << 16,
	PEEK_MAX = 4096,
	UNPACKED_FREE = 64 << 20, /* so much is read whatever it was packed in … */
	RATIO_MAX = 500,          /* … and above it no more than so many times the packed bytes */
};

struct stream {
	struct archive *archive;
	int fd;
	bool ended;
	struct buf ahead; /* read, not yet taken: ahead.p[taken .. ahead.n) */
	size_t taken;
	uint64_t unpacked; /* bytes, up to now */
	struct buf line;
};

static int open_fd(const char *path, struct err *e)
{
	struct stat st;
	int fd;

	if (strcmp(path, "-") == 0)
		return dup(STDIN_FILENO);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return err_errno(e, errno, "cannot open");
	if (fstat(fd, &st) < 0 || S_ISDIR(st.st_mode)) {
		close(fd);
		return err_set(e, ERR_INVALID, "not a file");
	}
	fcntl(fd, F_SETFL, 0); /* O_NONBLOCK only kept open() from waiting for a pipe's writer */
	return fd;
}

/* The library's own words for a failed read() are of no file: "Error reading fd 5". */
static int cannot_read(struct stream *s, struct err *e)
{
	int why = archive_errno(s->archive);

	if (why > 0 && strncmp(archive_error_string(s->archive), "Error reading", 13) == 0)
		return err_errno(e, why, "cannot read");
	return err_set(e, ERR_IO, "cannot read: %s", archive_error_string(s->archive));
}

struct stream *stream_open(const char *path, struct err *e)
{
	struct archive_entry *entry;
	struct stream *s;
	int fd = open_fd(path, e);
	int r;

	if (fd < 0)
		return NULL;
	s = mem_alloc(sizeof(*s));
	buf_reserve(&s->ahead, CHUNK); /* an empty file, too, has a place where it ends */
	s->fd = fd;
	s->archive = archive_read_new();
	CHECK(s->archive);
	archive_read_support_filter_gzip(s->archive);
	archive_read_support_filter_zstd(s->archive);
	archive_read_support_filter_xz(s->archive);
	archive_read_support_filter_bzip2(s->archive);
	archive_read_support_format_raw(s->archive);
	archive_read_support_format_empty(s->archive);
	r = archive_read_open_fd(s->archive, fd, CHUNK);
	if (r == ARCHIVE_OK)
		r = archive_read_next_header(s->archive, &entry);
	if (r == ARCHIVE_EOF)
		s->ended = true;
	else if (r < ARCHIVE_WARN) {
		cannot_read(s, e);
		stream_close(s);
		return NULL;
	}
	return s;
}

void stream_close(struct stream *s)
{
	if (!s)
		return;
	archive_read_free(s->archive);
	close(s->fd);
	buf_free(&s->ahead);
	buf_free(&s->line);
	mem_free(s);
}

static size_t n_ahead(const struct stream *s)
{
	return s->ahead.n - s->taken;
}

/* A few packed bytes may stand for terabytes, more so where they were packed twice: reading them
 * would never end. Texts are packed to a third or a tenth, logs and tables to a hundredth. */
static int check_ratio(struct stream *s, struct err *e)
{
	la_int64_t packed = archive_filter_bytes(s->archive, -1);

	if (s->unpacked <= UNPACKED_FREE ||
	    s->unpacked / RATIO_MAX <= (packed > 0 ? (uint64_t)packed : 0))
		return 0;
	s->ended = true;
	s->ahead.n = s->taken;
	return err_set(e, ERR_CORRUPT, "unpacks to more than %d times its bytes: no text does",
		       RATIO_MAX);
}

/* One more chunk behind what is ahead; sets `ended` at the end. */
static int fill(struct stream *s, struct err *e)
{
	la_ssize_t n;

	if (s->ended)
		return 0;
	if (s->taken) {
		memmove(s->ahead.p, s->ahead.p + s->taken, n_ahead(s));
		s->ahead.n -= s->taken;
		s->taken = 0;
	}
	buf_reserve(&s->ahead, CHUNK);
	n = archive_read_data(s->archive, s->ahead.p + s->ahead.n, CHUNK);
	if (n < 0) {
		s->ended = true;
		return cannot_read(s, e);
	}
	if (n == 0)
		s->ended = true;
	s->ahead.n += (size_t)n;
	s->unpacked += (uint64_t)n;
	return check_ratio(s, e);
}

int stream_peek(struct stream *s, size_t n, struct str *bytes, struct err *e)
{
	CHECK(n <= PEEK_MAX);
	while (n_ahead(s) < n && !s->ended)
		if (fill(s, e) < 0)
			return -1;
	*bytes = (struct str){s->ahead.p + s->taken, n_ahead(s) < n ? n_ahead(s) : n};
	return 0;
}

/* Passes over the rest of a line that is too long to keep. */
static int skip_line(struct stream *s, struct err *e)
{
	for (;;) {
		char *from = s->ahead.p + s->taken;
		char *nl = n_ahead(s) ? memchr(from, '\n', n_ahead(s)) : NULL;

		s->taken = nl ? (size_t)(nl + 1 - s->ahead.p) : s->ahead.n;
		if (nl || s->ended)
			return err_set(e, ERR_TOO_BIG, "line above the limit of %d MiB",
				       READER_BYTES_MAX >> 20);
		if (fill(s, e) < 0)
			return -1;
	}
}

int stream_line(struct stream *s, struct str *line, struct err *e)
{
	s->line.n = 0;
	for (;;) {
		char *from = s->ahead.p + s->taken;
		char *nl = n_ahead(s) ? memchr(from, '\n', n_ahead(s)) : NULL;
		size_t n = nl ? (size_t)(nl - from) : n_ahead(s);

		if (s->line.n + n > READER_BYTES_MAX)
			return skip_line(s, e);
		buf_add(&s->line, from, n);
		s->taken += n + (nl ? 1 : 0);
		if (nl || (s->ended && s->line.n))
			break;
		if (s->ended)
			return 0;
		if (fill(s, e) < 0)
			return -1;
	}
	if (s->line.n && s->line.p[s->line.n - 1] == '\r')
		s->line.n--;
	*line = buf_str(&s->line);
	return 1;
}

int stream_bytes(struct stream *s, size_t n, struct str *bytes, struct err *e)
{
	if (n > READER_BYTES_MAX)
		return err_set(e, ERR_TOO_BIG, "record of %zu bytes, limit %d MiB", n,
			       READER_BYTES_MAX >> 20);
	while (n_ahead(s) < n && !s->ended)
		if (fill(s, e) < 0)
			return -1;
	if (n > n_ahead(s))
		n = n_ahead(s);
	*bytes = (struct str){s->ahead.p + s->taken, n};
	s->taken += n;
	return 0;
}

int stream_skip(struct stream *s, uint64_t n, struct err *e)
{
	while (n) {
		size_t have = n_ahead(s) < n ? n_ahead(s) : (size_t)n;

		s->taken += have;
		n -= have;
		if (n && s->ended)
			return err_set(e, ERR_CORRUPT, "ends inside a record");
		if (n && fill(s, e) < 0)
			return -1;
	}
	return 0;
}

int stream_all(struct stream *s, struct str *bytes, struct err *e)
{
	while (!s->ended) {
		if (fill(s, e) < 0)
			return -1;
		if (n_ahead(s) > READER_BYTES_MAX)
			return err_set(e, ERR_TOO_BIG, "above the limit of %d MiB",
				       READER_BYTES_MAX >> 20);
	}
	*bytes = (struct str){s->ahead.p + s->taken, n_ahead(s)};
	s->taken = s->ahead.n;
	return 0;
}
