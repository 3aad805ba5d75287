/* What commands that analyse by themselves share: the images, with one's own dictionaries layered
 * on top where asked for. */
#ifndef DEMARCHE_CLIENT_WORK_H
#define DEMARCHE_CLIENT_WORK_H

#include "proto/options.h"
#include "worker/images.h"

struct work_options {
	const char *model, *codebook, *codebook_image;
};
extern const struct option_row WORK_ROWS[];

struct work {
	struct images images;
};

int work_open(struct work *w, const struct work_options *o, struct err *e);
void work_close(struct work *w);

#endif
