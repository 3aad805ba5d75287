#include "worker/engine/image.h"

#include <xxhash.h>

static const char MAGIC[8] = {'D', 'M', 'R', 'C', 'I', 'M', 'G', '1'};

struct header {
	char magic[8];
	uint32_t version, n_sections;
	uint64_t hash;
};
struct entry {
	char name[IMAGE_NAME_MAX];
	uint64_t offset, length;
};

_Static_assert(sizeof(struct header) == 24 && sizeof(struct entry) == 40, "no padding on disk");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "images are read in place");

static const struct entry *entries(const struct image *im)
{
	return (const struct entry *)(im->p + sizeof(struct header));
}

static uint32_t n_entries(const struct image *im)
{
	return ((const struct header *)im->p)->n_sections;
}

int image_open(struct image *im, const void *bytes, size_t n, struct err *e)
{
	const struct header *h = bytes;

	*im = (struct image){.p = bytes, .n = n};
	if (n < sizeof(*h) || memcmp(h->magic, MAGIC, sizeof(MAGIC)) != 0)
		return err_set(e, ERR_CORRUPT,
			       "not a model or codebook image (no DMRCIMG1 header)");
	if (h->version != IMAGE_VERSION)
		return err_set(e, ERR_VERSION, "image version %u, this program reads %d",
			       h->version, IMAGE_VERSION);
	if (h->n_sections > (n - sizeof(*h)) / sizeof(struct entry))
		return err_set(e, ERR_CORRUPT, "image ends inside its table of sections");
	for (uint32_t i = 0; i < h->n_sections; i++) {
		const struct entry *s = &entries(im)[i];

		if (s->offset > n || s->length > n - s->offset || s->name[IMAGE_NAME_MAX - 1])
			return err_set(e, ERR_CORRUPT, "image section %u lies outside the file", i);
	}
	if (XXH3_64bits(im->p + sizeof(*h), n - sizeof(*h)) != h->hash)
		return err_set(e, ERR_CORRUPT, "image content does not match its checksum");
	im->hash = h->hash;
	return 0;
}

struct str image_section(const struct image *im, const char *name)
{
	for (uint32_t i = 0; im->p && i < n_entries(im); i++) {
		const struct entry *s = &entries(im)[i];

		if (strcmp(s->name, name) == 0)
			return (struct str){(const char *)im->p + s->offset, s->length};
	}
	return (struct str){NULL, 0};
}

struct image_writer {
	struct entry *list; /* offset is relative to data until finish */
	uint32_t n, cap;
	struct buf data;
};

struct image_writer *image_writer_new(void)
{
	return mem_alloc(sizeof(struct image_writer));
}

static void pad(struct buf *b)
{
	static const char zeros[IMAGE_ALIGN];

	buf_add(b, zeros, (IMAGE_ALIGN - b->n % IMAGE_ALIGN) % IMAGE_ALIGN);
}

void image_writer_add(struct image_writer *w, const char *name, const void *p, size_t n)
{
	struct entry s = {.offset = w->data.n, .length = n};

	CHECK(strlen(name) < IMAGE_NAME_MAX);
	memcpy(s.name, name, strlen(name));
	MEM_GROW(w->list, w->n, w->cap);
	w->list[w->n++] = s;
	buf_add(&w->data, p, n);
	pad(&w->data);
}

void image_writer_finish(struct image_writer *w, struct buf *out)
{
	struct header h = {.version = IMAGE_VERSION, .n_sections = w->n};
	size_t start = out->n;
	struct buf image = {0};

	memcpy(h.magic, MAGIC, sizeof(MAGIC));
	buf_add(&image, &h, sizeof(h));
	buf_add(&image, w->list, w->n * sizeof(*w->list));
	pad(&image);
	for (uint32_t i = 0; i < w->n; i++)
		((struct entry *)(image.p + sizeof(h)))[i].offset += image.n;
	buf_add(&image, w->data.p, w->data.n);
	h.hash = XXH3_64bits(image.p + sizeof(h), image.n - sizeof(h));
	memcpy(image.p, &h, sizeof(h));
	buf_add(out, image.p, image.n);
	CHECK(out->n - start == image.n);
	buf_free(&image);
}

void image_writer_free(struct image_writer *w)
{
	if (!w)
		return;
	mem_free(w->list);
	buf_free(&w->data);
	mem_free(w);
}
