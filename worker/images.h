/* The model and codebook images as open files: found, mapped read only, checked once.
 *
 * Every process that analyses maps the same two files, so the machine holds them once. The
 * descriptors stay open and are handed to slots, which therefore open nothing themselves and see
 * the same bytes even after the files were replaced. Knows nothing of what the sections hold. */
#ifndef DEMARCHE_WORKER_IMAGES_H
#define DEMARCHE_WORKER_IMAGES_H

#include "worker/engine/image.h"

struct images {
	struct image model, codebook;
	int model_fd, codebook_fd;
};

#define IMAGES_MODEL_NAME    "english.model"
#define IMAGES_CODEBOOK_NAME "codebook.image"

/* NULL paths: ../share/demarche/ beside the folder of this program, which is where both the build
 * and the installation put them. The error names the file and what to do. */
int images_open(struct images *im, const char *model_path, const char *codebook_path,
		struct err *e);

/* As images_open with open descriptors, which are kept (a slot's way). */
int images_adopt(struct images *im, int model_fd, int codebook_fd, struct err *e);

/* Replaces the codebook by an image made in memory (one's own dictionaries). Bytes are copied. */
int images_set_codebook(struct images *im, struct str bytes, struct err *e);

void images_close(struct images *im);

/* The path that images_open would use for `name` where none is given, in a static buffer. */
const char *images_path(const char *name);

#endif
