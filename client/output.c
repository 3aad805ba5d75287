#include "client/output.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char DATABASE[] = "SQLite format 3"; /* and the NUL behind it */

static bool is_database(const char *path)
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
	if (!is_database(path))
		return 0;
	return err_set(e, ERR_CONFLICT, "%s is a database and is not written over", path);
}

int output_check(const char *path, struct err *e)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');

	if (strcmp(path, "-") == 0)
		return 0;
	if (refuse_database(path, e) < 0)
		return -1;
	if (access(path, W_OK) == 0)
		return 0;
	if (errno != ENOENT)
		return err_errno(e, errno, "cannot write %s", path);
	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
		 slash ? path : ".");
	return access(folder, W_OK) == 0 ? 0 : err_errno(e, errno, "cannot write %s", path);
}

FILE *output_open(const char *path, struct err *e)
{
	FILE *f;

	if (strcmp(path, "-") == 0)
		return stdout;
	if (refuse_database(path, e) < 0)
		return NULL;
	f = fopen(path, "wb");
	if (!f)
		err_errno(e, errno, "cannot write %s", path);
	return f;
}

int output_close(FILE *f, const char *path, struct err *e)
{
	bool bad;

	if (!f)
		return 0;
	bad = ferror(f);
	if (f == stdout ? fflush(f) != 0 : fclose(f) != 0)
		bad = true;
	return bad ? err_errno(e, errno, "cannot write %s", path) : 0;
}

int output_write(const char *path, struct str bytes, struct err *e)
{
	FILE *f = output_open(path, e);

	if (!f)
		return -1;
	fwrite(bytes.p, 1, bytes.n, f);
	return output_close(f, path, e);
}

int output_folder(const char *path, struct err *e)
{
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return err_errno(e, errno, "cannot make %s", path);
	return 0;
}
