/* A container of named sections in one block of bytes: the compiled codebook and the trained
 * weights both travel in it, are mapped read only and shared by all slots. Knows no files: the
 * caller maps or reads the bytes and keeps them valid for as long as the image is used.
 *
 * Layout, little endian:  "DMRCIMG1" · u32 version · u32 n_sections · u64 hash (XXH3-64 of all
 * bytes after the header) · n_sections × { char name[24]; u64 offset; u64 length } · data, each
 * section at a multiple of 64 bytes. */
#ifndef DEMARCHE_ENGINE_IMAGE_H
#define DEMARCHE_ENGINE_IMAGE_H

#include "proto/err.h"
#include "proto/mem.h"

enum { IMAGE_VERSION = 1, IMAGE_NAME_MAX = 24, IMAGE_ALIGN = 64 };

struct image {
	const unsigned char *p; /* 64-byte aligned (mmap gives that), borrowed */
	size_t n;
	uint64_t hash;
};

/* Checks magic, version, bounds and hash of the bytes; fails with ERR_CORRUPT or ERR_VERSION. */
int image_open(struct image *im, const void *bytes, size_t n, struct err *e);

/* The bytes of a section, valid as long as the image's; {NULL, 0} where there is none. */
struct str image_section(const struct image *im, const char *name);

/* Writing, for the tools that build images. Sections keep the order in which they were added. */
struct image_writer;
struct image_writer *image_writer_new(void);
void image_writer_add(struct image_writer *w, const char *name, const void *p, size_t n);
void image_writer_finish(struct image_writer *w, struct buf *out); /* appends the image to out */
void image_writer_free(struct image_writer *w);

#endif
