/* Reading a codebook's folder. Fails on the first file that cannot be read, naming it. */
#include "worker/codebook/codebook.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_file(const char *path, struct buf *b, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = 1;

	if (fd < 0)
		return err_errno(e, errno, "open %s", path);
	while (got > 0 && b->n <= SOURCE_FILE_MAX) {
		buf_reserve(b, 65536);
		got = read(fd, b->p + b->n, 65536);
		if (got > 0)
			b->n += (size_t)got;
	}
	if (got < 0) {
		err_errno(e, errno, "read %s", path);
		close(fd);
		return -1;
	}
	close(fd);
	if (b->n > SOURCE_FILE_MAX)
		return err_set(e, ERR_TOO_BIG, "%s is larger than %d bytes", path, SOURCE_FILE_MAX);
	return 0;
}

/* What is being read: the folder, and the path below it. */
struct walk {
	struct codebook_files *files;
	const char *top;
	uint32_t layer;
	int depth;
};

static int walk_dir(struct walk *w, const char *below, struct err *e);

static int walk_entry(struct walk *w, const char *below, const char *name, struct err *e)
{
	struct str n = str_of(name);
	char path[PATH_MAX], inner[PATH_MAX];
	struct stat st;
	struct buf b = {0};
	int rc;

	if (name[0] == '.')
		return 0;
	if (snprintf(inner, sizeof(inner), "%s%s", below, name) >= (int)sizeof(inner) - 1 ||
	    snprintf(path, sizeof(path), "%s/%s", w->top, inner) >= (int)sizeof(path))
		return err_set(e, ERR_TOO_BIG, "path below %s is too long", w->top);
	if (stat(path, &st) < 0)
		return err_errno(e, errno, "look at %s", path);
	if (S_ISDIR(st.st_mode)) {
		strcat(inner, "/");
		return w->depth < 8 ? walk_dir(w, inner, e)
				    : err_set(e, ERR_TOO_BIG, "%s: folders nest too deep", path);
	}
	if (!str_ends(n, STR(".txt")))
		return 0;
	if (w->files->n >= CODEBOOK_FILES_MAX)
		return err_set(e, ERR_TOO_BIG, "more than %d codebook files", CODEBOOK_FILES_MAX);
	rc = read_file(path, &b, e);
	if (rc == 0)
		codebook_files_add(w->files, str_of(inner), buf_str(&b), w->layer);
	buf_free(&b);
	return rc;
}

/* Bytewise: the order of files must not depend on the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int walk_dir(struct walk *w, const char *below, struct err *e)
{
	struct dirent **list;
	char path[PATH_MAX];
	int n, rc = 0;

	if (snprintf(path, sizeof(path), "%s/%s", w->top, below) >= (int)sizeof(path))
		return err_set(e, ERR_TOO_BIG, "path below %s is too long", w->top);
	n = scandir(path, &list, NULL, by_name);
	if (n < 0)
		return err_errno(e, errno, "read folder %s", path);
	w->depth++;
	for (int i = 0; i < n; i++) {
		if (rc == 0)
			rc = walk_entry(w, below, list[i]->d_name, e);
		free(list[i]);
	}
	w->depth--;
	free(list);
	return rc;
}

int codebook_read_dir(struct codebook_files *f, const char *dir, struct err *e)
{
	struct walk w = {.files = f, .top = dir};
	uint32_t before = f->n;

	w.layer = f->n ? f->list[f->n - 1].layer + 1 : 0;
	if (walk_dir(&w, "", e) < 0)
		return -1;
	if (f->n == before) /* who wrote own.dic would believe that it counts */
		return err_set(e, ERR_INVALID, "%s: no *.txt file is in it", dir);
	return 0;
}
