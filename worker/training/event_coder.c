#include "worker/training/event_coder.h"

#include "worker/training/conllu.h"

static int open_image(struct image *im, struct buf *bytes, const char *path, struct err *e)
{
	struct buf raw = {0};
	size_t pad, n;

	if (file_read(&raw, path, e) < 0)
		return -1;
	buf_reserve(bytes, raw.n + IMAGE_ALIGN);
	pad = (IMAGE_ALIGN - (uintptr_t)bytes->p % IMAGE_ALIGN) % IMAGE_ALIGN;
	n = raw.n;
	memcpy(bytes->p + pad, raw.p, n);
	buf_free(&raw);
	return image_open(im, bytes->p + pad, n, e);
}

int coder_open(struct coder *c, const char *model, const char *codebook, const char *corpus,
	       const char *records, struct err *e)
{
	if (open_image(&c->model, &c->model_bytes, model, e) < 0 ||
	    open_image(&c->codebook, &c->codebook_bytes, codebook, e) < 0)
		return -1;
	c->engine = engine_new(&c->model, &c->codebook, e);
	if (!c->engine)
		return -1;
	if (word_clusters_open(&c->clusters, image_section(&c->model, "stance.clusters"), e) < 0)
		return -1;
	c->book = frame_book_new(&c->codebook, e);
	return c->book ? gold_read(&c->gold, corpus, records, e) : -1;
}

void coder_close(struct coder *c)
{
	frame_book_free(c->book);
	engine_free(c->engine);
	gold_free(&c->gold);
	buf_free(&c->model_bytes);
	buf_free(&c->codebook_bytes);
}

static struct doc *read_text(struct coder *c, const struct engine_input *in, struct event_ground *g)
{
	struct doc *d = engine_parse(c->engine, in);

	event_ground_init(g, c->book, &c->clusters, d);
	return d;
}

struct doc *coder_read(struct coder *c, const struct gold_doc *gd, struct event_ground *g)
{
	struct engine_input in = gold_input(gd);

	return read_text(c, &in, g);
}

struct doc *coder_read_alone(struct coder *c, const struct gold_doc *gd, struct str piece,
			     struct event_ground *g)
{
	struct engine_input in = gold_input(gd);

	in.text = piece;
	in.meta.title = STR("");
	return read_text(c, &in, g);
}

struct doc *coder_read_silver(struct coder *c, const struct silver_sentence *x,
			      struct event_ground *g)
{
	struct engine_input in = {.text = x->text};

	in.meta = (struct result_doc){x->id,     STR(""), x->date, STR("none"),
				      STR("en"), STR(""), STR(""), STR("")};
	return read_text(c, &in, g);
}
