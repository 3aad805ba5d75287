#include "client/work.h"

#include "worker/layers.h"

const struct option_row WORK_ROWS[] = {
	{.name = "model",
	 .type = OPTION_STR,
	 .offset = offsetof(struct work_options, model),
	 .arg = "FILE",
	 .help = "trained weights instead of the installed ones"},
	LAYERS_ROW(.offset = offsetof(struct work_options, codebook)),
	{.name = "codebook-image",
	 .type = OPTION_STR,
	 .offset = offsetof(struct work_options, codebook_image),
	 .arg = "FILE",
	 .help = "compiled codebook instead of the installed one"},
	{.type = OPTION_END},
};

int work_open(struct work *w, const struct work_options *o, struct err *e)
{
	if (images_open(&w->images, o->model, o->codebook_image, e) < 0)
		return -1;
	if (!o->codebook || layers_apply(&w->images, o->codebook, e) == 0)
		return 0;
	images_close(&w->images);
	return -1;
}

void work_close(struct work *w)
{
	images_close(&w->images);
}
