#include "client/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char DATABASE[] = "SQLite format 3"; /* and the NUL behind it */

bool output_is_database(const char *path)
{
	char head[sizeof(DATABASE)] = "";
	struct stat st;
	FILE *f;
	bool is;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	f = fopen(path, "rb");
	is = f && fread(head, 1, sizeof(head), f) == sizeof(head) &&
	     memcmp(head, DATABASE, sizeof(head)) == 0;
	if (f)
		fclose(f);
	return is;
}

static int refuse_database(const char *path, struct err *e)
{
	if (!output_is_database(path))
		return 0;
	return err_set(e, ERR_CONFLICT, "%s is a database and is not written over", path);
}

/* Whether a file may be made beside this one. */
static bool is_folder_open(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[4096];

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
		 slash ? path : ".");
	return access(folder, W_OK) == 0;
}

int output_check(const char *path, struct err *e)
{
	if (strcmp(path, "-") == 0)
		return 0;
	if (refuse_database(path, e) < 0)
		return -1;
	if (access(path, W_OK) == 0)
		return 0;
	if (errno == ENOENT && is_folder_open(path))
		return 0;
	return err_errno(e, errno, "cannot write %s", path);
}

struct output {
	FILE *f;
	char *path; /* of the file itself, where what was asked for is a link to it */
	char *part; /* NULL: written in place */
};

static void output_free(struct output *o)
{
	mem_free(o->path);
	mem_free(o->part);
	mem_free(o);
}

static char *path_of(const char *path)
{
	char *real = realpath(path, NULL), *copy = mem_strdup(real ? real : path);

	free(real);
	return copy;
}

/* "/dev/stdout" may be a file, which is not to become another one. */
static bool is_in_place(const char *path, const struct stat *st)
{
	bool exists = st->st_mode != 0;

	return strncmp(path, "/dev/", 5) == 0 ||
	       (exists && (!S_ISREG(st->st_mode) || !is_folder_open(path)));
}

/* One that a killed process left is taken over. If the name came to be another file while the lock
 * was taken, its writer has just ended, and so could the next one. */
static FILE *open_part(const char *path, const char *part, mode_t mode, struct err *e)
{
	int fd = open(part, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	struct stat ours, named;

	if (fd < 0) {
		err_errno(e, errno, "cannot write %s", path);
		return NULL;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &ours) < 0 || stat(part, &named) < 0 ||
	    ours.st_ino != named.st_ino) {
		err_set(e, ERR_BUSY, "cannot write %s: another process is writing it", path);
		close(fd);
		return NULL;
	}
	if (ftruncate(fd, 0) < 0 || (mode && fchmod(fd, mode & 0777) < 0)) {
		err_errno(e, errno, "cannot write %s", part);
		close(fd);
		return NULL;
	}
	return fdopen(fd, "wb");
}

struct output *output_open(const char *path, struct err *e)
{
	struct output *o;
	struct stat st = {0};

	if (refuse_database(path, e) < 0)
		return NULL;
	if (stat(path, &st) < 0)
		st.st_mode = 0; /* none yet */
	o = mem_alloc(sizeof(*o));
	o->path = path_of(path);
	if (strcmp(path, "-") == 0) {
		o->f = stdout;
	} else if (is_in_place(path, &st)) {
		o->f = fopen(path, "wb");
		if (!o->f)
			err_errno(e, errno, "cannot write %s", path);
	} else {
		o->part = mem_alloc(strlen(o->path) + sizeof(".part"));
		sprintf(o->part, "%s.part", o->path);
		o->f = open_part(path, o->part, st.st_mode, e);
	}
	if (o->f)
		return o;
	output_free(o);
	return NULL;
}

FILE *output_file(struct output *o)
{
	return o->f;
}

const char *output_place(const struct output *o)
{
	return o->part ? o->part : o->path;
}

int output_flush(struct output *o, struct err *e)
{
	if (fflush(o->f) != 0 || ferror(o->f))
		return err_errno(e, errno, "cannot write %s", o->path);
	return 0;
}

/* A network's file system may tell only here what did not arrive. The lock stays until the file has
 * its name, so that nobody takes it over in between. */
static int close_and_name(struct output *o, struct err *e)
{
	int lock = dup(fileno(o->f)), r = 0;

	if (fclose(o->f) != 0 || (o->part && rename(o->part, o->path) < 0))
		r = err_errno(e, errno, "cannot write %s", o->path);
	if (r < 0 && o->part)
		unlink(o->part);
	close(lock);
	return r;
}

int output_keep(struct output *o, struct err *e)
{
	int r;

	if (!o)
		return 0;
	r = output_flush(o, e);
	if (r < 0) {
		output_drop(o);
		return -1;
	}
	if (o->f != stdout)
		r = close_and_name(o, e);
	output_free(o);
	return r;
}

void output_drop(struct output *o)
{
	if (!o)
		return;
	if (o->part)
		unlink(o->part);
	if (o->f != stdout)
		fclose(o->f);
	output_free(o);
}

int output_write(const char *path, struct str bytes, struct err *e)
{
	struct output *o = output_open(path, e);

	if (!o)
		return -1;
	fwrite(bytes.p, 1, bytes.n, output_file(o));
	return output_keep(o, e);
}

int output_folder(const char *path, struct err *e)
{
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return err_errno(e, errno, "cannot make %s", path);
	return 0;
}
