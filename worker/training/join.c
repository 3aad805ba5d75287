/* Joins the sections of several images into one: worker/models/ into what is shipped. */
#include <stdio.h>

#include "worker/engine/image.h"
#include "worker/training/conllu.h"
#include "worker/training/train.h"

/* Images keep no list of names for readers; the table is at a fixed place (image.h). */
static void copy_sections(struct image_writer *w, const struct image *im)
{
	uint32_t n;

	memcpy(&n, im->p + 12, sizeof(n));
	for (uint32_t i = 0; i < n; i++) {
		const char *name = (const char *)im->p + 24 + (size_t)i * 40;
		struct str s = image_section(im, name);

		image_writer_add(w, name, s.p, s.n);
	}
}

int train_join(int argc, char **argv)
{
	struct image_writer *w;
	struct buf out = {0};
	struct err e;
	int bad = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: join OUT IMAGE...\n");
		return 2;
	}
	w = image_writer_new();
	for (int i = 2; i < argc && !bad; i++) {
		struct buf b = {0};
		struct image im;
		void *block, *aligned;

		bad = file_read(&b, argv[i], &e) < 0;
		if (bad)
			break;
		block = mem_alloc(b.n + IMAGE_ALIGN);
		aligned = (void *)(((uintptr_t)block + IMAGE_ALIGN - 1) &
				   ~(uintptr_t)(IMAGE_ALIGN - 1));
		memcpy(aligned, b.p, b.n);
		bad = image_open(&im, aligned, b.n, &e) < 0;
		if (!bad)
			copy_sections(w, &im);
		mem_free(block);
		buf_free(&b);
	}
	if (!bad)
		image_writer_finish(w, &out);
	bad = bad || file_write(argv[1], buf_str(&out), &e) < 0;
	if (bad)
		fprintf(stderr, "join: %s\n", e.text);
	buf_free(&out);
	image_writer_free(w);
	return bad;
}
