/* demarche-parse-dump MODEL FILE…: the language analysis of files as CoNLL-U, for measuring. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/resource.h>
#include <unistd.h>

#include "worker/engine/engine.h"
#include "worker/engine/tag.h"
#include "worker/training/conllu.h"

static int map_image(struct image *im, const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(e, ERR_IO, "cannot open %s", path);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return err_set(e, ERR_IO, "cannot map %s", path);
	return image_open(im, p, (size_t)st.st_size, e);
}

static void print_raw(const struct doc *d, uint32_t tok, uint32_t n)
{
	struct str s = doc_text(d, tok, n);

	for (size_t i = 0; i < s.n; i++)
		putchar((unsigned char)s.p[i] < ' ' ? ' ' : s.p[i]);
}

static void print_sentence(const struct doc *d, const struct sentence *s)
{
	static const char *const kinds[] = {"plain", "headline", "caption"};

	printf("# kind = %s\n# text = ", kinds[s->kind]);
	print_raw(d, s->tok, s->n_tok);
	putchar('\n');
	for (uint32_t i = 0; i < s->n_tok; i++) {
		const struct token *t = &d->tokens[s->tok + i];
		uint32_t run = 1;

		while (!t->glued && i + run < s->n_tok && t[run].glued)
			run++;
		if (run > 1) {
			printf("%u-%u\t", i + 1, i + run);
			print_raw(d, s->tok + i, run);
			printf("\t_\t_\t_\t_\t_\t_\t_\t%s\n",
			       t[run - 1].space_after ? "_" : "SpaceAfter=No");
		}
		printf("%u\t", i + 1);
		print_raw(d, s->tok + i, 1);
		printf("\t%.*s\t%s\t%s\t%.*s\t%d\t%s\t_\t", STR_ARG(t->lemma),
		       upos_name((enum upos)t->upos), tag_xpos_name(t->xpos),
		       STR_ARG(tag_feats_name(d->model, t->feats)),
		       t->head < 0 ? 0 : (int)((uint32_t)t->head - s->tok + 1),
		       rel_name((enum rel)t->rel));
		if (t->ner)
			printf("NER=%s-%s%s", t->ner_begin ? "B" : "I", ner_name((enum ner)t->ner),
			       t->space_after ? "" : "|");
		puts(t->space_after ? t->ner ? "" : "_" : "SpaceAfter=No");
	}
	putchar('\n');
}

/* Processor time of this process; wall time says little on a busy machine. */
static double cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static long peak_kib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

static int dump_file(struct engine *en, const char *path, uint64_t *tokens, double *seconds,
		     struct err *e)
{
	struct buf text = {0};
	struct doc *d;
	double start;

	if (file_read(&text, path, e) < 0)
		return -1;
	start = cpu_seconds();
	d = engine_parse(en, &(struct engine_input){.text = buf_str(&text)});
	*seconds += cpu_seconds() - start;
	*tokens += d->n_tokens;
	for (uint32_t k = 0; k < d->n_sentences; k++)
		print_sentence(d, &d->sentences[k]);
	for (uint32_t k = 0; k < d->n_warnings; k++)
		fprintf(stderr, "%s: %.*s\n", path, STR_ARG(d->warnings[k]));
	buf_free(&text);
	return 0;
}

int main(int argc, char **argv)
{
	struct image model, codebook = {0};
	bool coded = argc > 4 && strcmp(argv[2], "--codebook") == 0;
	struct engine *en;
	struct err e;
	double seconds = 0, start = cpu_seconds(), ready;
	uint64_t tokens = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: demarche-parse-dump MODEL [--codebook IMAGE] FILE...\n");
		return 2;
	}
	if (map_image(&model, argv[1], &e) < 0 ||
	    (coded && map_image(&codebook, argv[3], &e) < 0) ||
	    !(en = engine_new(&model, coded ? &codebook : NULL, &e))) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	ready = cpu_seconds() - start;
	for (int i = coded ? 4 : 2; i < argc; i++)
		if (dump_file(en, argv[i], &tokens, &seconds, &e) < 0) {
			fprintf(stderr, "%s\n", e.text);
			return 1;
		}
	fprintf(stderr, "%llu tokens, %.0f tokens/s, ready in %.1f ms, %ld MiB at most\n",
		(unsigned long long)tokens, (double)tokens / seconds, 1e3 * ready,
		peak_kib() / 1024);
	engine_free(en);
	return 0;
}
