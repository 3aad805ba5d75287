/* demarche-codebook DIR… OUT: compiles the codebook for the build. Later folders are layers over
 * earlier ones. Writes OUT whole or not at all; problems go to standard error. */
#include <errno.h>
#include <stdio.h>

#include "worker/codebook/codebook.h"

static int write_file(const char *path, const struct buf *b, struct err *e)
{
	struct buf temp = {0};
	FILE *f;
	int rc = 0;

	buf_printf(&temp, "%s.new", path);
	buf_add(&temp, "", 1);
	f = fopen(temp.p, "wb");
	if (!f || fwrite(b->p, 1, b->n, f) != b->n)
		rc = err_errno(e, errno, "write %s", temp.p);
	if (f && fclose(f) != 0 && rc == 0)
		rc = err_errno(e, errno, "write %s", temp.p);
	if (rc == 0 && rename(temp.p, path) < 0)
		rc = err_errno(e, errno, "rename to %s", path);
	buf_free(&temp);
	return rc;
}

int main(int argc, char **argv)
{
	struct codebook_files files = {0};
	struct problems problems = {0};
	struct buf image = {0};
	struct err e = {0};
	int rc = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: %s DIR... OUT\n", argv[0]);
		return 2;
	}
	for (int i = 1; rc == 0 && i < argc - 1; i++)
		rc = codebook_read_dir(&files, argv[i], &e);
	if (rc == 0)
		rc = codebook_compile(&files, &image, &problems, &e);
	if (rc == 0)
		rc = write_file(argv[argc - 1], &image, &e);
	if (problems.n)
		fprintf(stderr, "%.*s", (int)problems.text.n, problems.text.p);
	else if (rc < 0)
		fprintf(stderr, "demarche-codebook: %s\n", e.text);
	codebook_files_free(&files);
	problems_free(&problems);
	buf_free(&image);
	return rc == 0 ? 0 : 1;
}
