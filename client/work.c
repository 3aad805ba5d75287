#include "client/work.h"

const struct option_row WORK_ROWS[] = {
	{.name = "model",
	 .type = OPTION_STR,
	 .offset = offsetof(struct work_options, model),
	 .arg = "FILE",
	 .help = "trained weights instead of the installed ones"},
	{.name = "codebook-image",
	 .type = OPTION_STR,
	 .offset = offsetof(struct work_options, codebook_image),
	 .arg = "FILE",
	 .help = "compiled codebook instead of the installed one"},
	{.type = OPTION_END},
};

int work_open(struct work *w, const struct work_options *o, struct err *e)
{
	return images_open(&w->images, o->model, o->codebook_image, e);
}

void work_close(struct work *w)
{
	images_close(&w->images);
}
