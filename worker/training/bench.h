/* What the measuring commands share: an engine over image files, and span scores. */
#ifndef DEMARCHE_TRAINING_BENCH_H
#define DEMARCHE_TRAINING_BENCH_H

#include "worker/engine/engine.h"

struct bench {
	struct image model, codebook;
	void *bytes[2]; /* what the images lie in */
	struct engine *engine;
};

/* codebook may be NULL: then the engine has none. */
int bench_open(struct bench *b, const char *model, const char *codebook, struct err *e);
/* The images of the build that a test program belongs to; prints what is wrong and gives -1. */
int bench_beside(struct bench *b, const char *program);
void bench_close(struct bench *b);

/* Names of the files in a folder that end in `tail`, sorted bytewise, as full paths in the arena.
 * Fails where the folder cannot be read. */
int bench_list(struct arena *a, const char *folder, const char *tail, struct str **paths,
	       uint32_t *n, struct err *e);

struct prf {
	uint64_t right_p, n_p, right_r, n_r; /* counts for precision and for recall */
};
double prf_precision(const struct prf *m);
double prf_recall(const struct prf *m);
double prf_f1(const struct prf *m);

/* Mean of the polarities' F1; n[gold][ours]. */
double polarity_macro_f1(uint32_t n[N_POLARITIES][N_POLARITIES]);

#endif
