#include "worker/training/bench.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/training/conllu.h"

static int open_image(struct image *im, void **bytes, const char *path, struct err *e)
{
	struct buf b = {0};
	char *aligned;
	size_t n;

	if (file_read(&b, path, e) < 0)
		return -1;
	*bytes = aligned = mem_alloc(b.n + IMAGE_ALIGN);
	aligned += (IMAGE_ALIGN - (uintptr_t)aligned % IMAGE_ALIGN) % IMAGE_ALIGN;
	n = b.n;
	memcpy(aligned, b.p, n);
	buf_free(&b);
	return image_open(im, aligned, n, e);
}

int bench_open(struct bench *b, const char *model, const char *codebook, struct err *e)
{
	*b = (struct bench){0};
	if (open_image(&b->model, &b->bytes[0], model, e) < 0)
		return -1;
	if (codebook && open_image(&b->codebook, &b->bytes[1], codebook, e) < 0)
		return -1;
	b->engine = engine_new(&b->model, codebook ? &b->codebook : NULL, e);
	return b->engine ? 0 : -1;
}

int bench_beside(struct bench *b, const char *program)
{
	const char *slash = strrchr(program, '/');
	int n = slash ? (int)(slash - program) : 1;
	char model[1024], codebook[1024];
	struct err e;

	snprintf(model, sizeof(model), "%.*s/../share/demarche/english.model", n,
		 slash ? program : ".");
	snprintf(codebook, sizeof(codebook), "%.*s/../share/demarche/codebook.image", n,
		 slash ? program : ".");
	if (bench_open(b, model, codebook, &e) == 0)
		return 0;
	fprintf(stderr, "%s\n", e.text);
	bench_close(b);
	return -1;
}

void bench_close(struct bench *b)
{
	engine_free(b->engine);
	mem_free(b->bytes[0]);
	mem_free(b->bytes[1]);
}

static int by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

int bench_list(struct arena *a, const char *folder, const char *tail, struct str **paths,
	       uint32_t *n, struct err *e)
{
	DIR *d = opendir(folder);
	struct dirent *f;
	uint32_t cap = 0;

	*paths = NULL;
	*n = 0;
	if (!d)
		return err_set(e, ERR_IO, "cannot read the folder %s", folder);
	while ((f = readdir(d))) {
		if (!str_ends(str_of(f->d_name), str_of(tail)))
			continue;
		ARENA_GROW(a, *paths, *n, cap);
		(*paths)[(*n)++] = arena_printf(a, "%s/%s", folder, f->d_name);
	}
	closedir(d);
	qsort(*paths, *n, sizeof(**paths), by_bytes);
	return 0;
}

static double ratio(uint64_t a, uint64_t b)
{
	return b ? (double)a / (double)b : 0;
}

double prf_precision(const struct prf *m)
{
	return ratio(m->right_p, m->n_p);
}

double prf_recall(const struct prf *m)
{
	return ratio(m->right_r, m->n_r);
}

double prf_f1(const struct prf *m)
{
	double p = prf_precision(m), r = prf_recall(m);

	return p + r > 0 ? 2 * p * r / (p + r) : 0;
}

double polarity_macro_f1(uint32_t n[N_POLARITIES][N_POLARITIES])
{
	double sum = 0;

	for (int k = 0; k < N_POLARITIES; k++) {
		uint32_t gold = 0, ours = 0;

		for (int j = 0; j < N_POLARITIES; j++) {
			gold += n[k][j];
			ours += n[j][k];
		}
		sum += gold + ours ? 2.0 * n[k][k] / (gold + ours) : 0;
	}
	return sum / N_POLARITIES;
}
