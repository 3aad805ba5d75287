/* Compiles the readable codebook into one image. A codebook is a folder of UTF-8 text files; the
 * first folder of a file's path says which compiler reads it (codebook.c has the table). Later
 * layers of files (a user's own) come after the built-in ones and win where both name the same.
 *
 * To add a compiler: write `NAME_compile` in worker/codebook/NAME.c, declare it below, add a row
 * to the table in codebook.c. The engine's reader of the section lives in worker/engine/. */
#ifndef DEMARCHE_CODEBOOK_CODEBOOK_H
#define DEMARCHE_CODEBOOK_CODEBOOK_H

#include "proto/err.h"
#include "proto/mem.h"
#include "worker/codebook/source.h"
#include "worker/engine/image.h"

enum { CODEBOOK_FILES_MAX = 4096 };

struct codebook_file {
	struct str path; /* below the codebook's folder: "actors/countries.txt" */
	struct str text;
	uint32_t layer; /* 0 built in, 1 a user's */
};

/* Files in order of layer, then path. Strings are owned; codebook_files_free gives them back. */
struct codebook_files {
	struct codebook_file *list;
	uint32_t n, cap;
};

/* Adds all *.txt files below dir as a layer, sorted by path (files.c; the one file with I/O).
 * Fails where there is none. */
int codebook_read_dir(struct codebook_files *f, const char *dir, struct err *e);
void codebook_files_add(struct codebook_files *f, struct str path, struct str text, uint32_t layer);
void codebook_files_free(struct codebook_files *f);

/* Appends the image to out. On -1 *e has the first problem and *p all of them. */
int codebook_compile(const struct codebook_files *f, struct buf *out, struct problems *p,
		     struct err *e);

/* The compilers: each reads the files of its folder and adds its sections; what is wrong goes
 * into p. Called even where there is no file, so that every section exists. */
typedef void codebook_compiler(const struct codebook_file *files, uint32_t n,
			       struct image_writer *w, struct problems *p);
codebook_compiler actors_compile, places_compile, events_compile;

#endif
