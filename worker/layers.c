#include "worker/layers.h"

#include <stdio.h>

#include "worker/codebook/codebook.h"

int layers_apply(struct images *im, const char *dir, struct err *e)
{
	struct codebook_files files = {0};
	struct problems problems = {0};
	struct buf image = {0};
	int rc = -1;

	if (codebook_read_dir(&files, images_path("codebook"), e) < 0)
		err_wrap(e, "built-in codebook");
	else if (codebook_read_dir(&files, dir, e) < 0 ||
		 codebook_compile(&files, &image, &problems, e) < 0)
		err_wrap(e, "codebook %s", dir);
	else
		rc = images_set_codebook(im, buf_str(&image), e);
	if (problems.n)
		fwrite(problems.text.p, 1, problems.text.n, stderr);
	codebook_files_free(&files);
	problems_free(&problems);
	buf_free(&image);
	return rc;
}
