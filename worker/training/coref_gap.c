/* Checks pronouns on GAP: for each of two names whether the pronoun is said to be it. */
#include <stdio.h>
#include <stdlib.h>

#include "worker/training/bench.h"
#include "worker/training/conllu.h"
#include "worker/training/train.h"

enum { COLUMNS = 11 };

static bool overlaps(const struct doc *d, const struct mention *m, uint32_t start, uint32_t n)
{
	struct span s = doc_span(d, m->tok, m->n_tok);

	return s.start < start + n && start < s.end;
}

static int32_t pronoun_entity(const struct doc *d, uint32_t start)
{
	for (uint32_t i = 0; i < d->n_mentions; i++)
		if (d->mentions[i].kind == MENTION_PRONOUN &&
		    overlaps(d, &d->mentions[i], start, 1))
			return d->mentions[i].entity;
	return -1;
}

static bool is_entity(const struct doc *d, int32_t entity, uint32_t start, uint32_t n)
{
	for (uint32_t i = 0; i < d->n_mentions && entity > ENTITY_DOC_AUTHOR; i++)
		if (d->mentions[i].entity == entity && d->mentions[i].kind != MENTION_PRONOUN &&
		    overlaps(d, &d->mentions[i], start, n))
			return true;
	return false;
}

static uint32_t chars(const char *s)
{
	uint32_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

static void one(struct bench *b, char **column, struct prf *m)
{
	struct engine_input in = {.text = str_of(column[1])};
	const struct doc *d = engine_parse(b->engine, &in);
	int32_t e = pronoun_entity(d, (uint32_t)strtoul(column[3], NULL, 10));

	for (int k = 4; k <= 7; k += 3) {
		bool want = strcmp(column[k + 2], "TRUE") == 0;
		bool got = is_entity(d, e, (uint32_t)strtoul(column[k + 1], NULL, 10),
				     chars(column[k]));

		m->right_p += want && got;
		m->right_r += want && got;
		m->n_p += got;
		m->n_r += want;
	}
}

int coref_gap(int argc, char **argv)
{
	struct prf all = {0}, he = {0}, she = {0};
	struct buf file = {0};
	struct bench b;
	struct err e;
	char *line, *next;

	if (argc != 4) {
		fprintf(stderr, "usage: coref-gap MODEL CODEBOOK|- FILE.tsv\n");
		return 2;
	}
	if (bench_open(&b, argv[1], strcmp(argv[2], "-") ? argv[2] : NULL, &e) < 0 ||
	    file_read(&file, argv[3], &e) < 0) {
		fprintf(stderr, "coref-gap: %s\n", e.text);
		return 1;
	}
	buf_add(&file, "", 1);
	for (line = file.p; line && *line; line = next) {
		char *column[COLUMNS] = {0}, *at = line;
		int n = 0;
		bool female;

		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		for (; at && n < COLUMNS; n++) {
			column[n] = at;
			at = strchr(at, '\t');
			if (at)
				*at++ = 0;
		}
		if (n < COLUMNS || strcmp(column[0], "ID") == 0)
			continue;
		female = column[2][0] == 's' || column[2][0] == 'S' || column[2][1] == 'e';
		female = female && strcmp(column[2], "he") != 0 && strcmp(column[2], "He") != 0;
		one(&b, column, &all);
		one(&b, column, female ? &she : &he);
	}
	printf("names of pronouns P %.3f R %.3f F1 %.3f (he %.3f, she %.3f)\n", prf_precision(&all),
	       prf_recall(&all), prf_f1(&all), prf_f1(&he), prf_f1(&she));
	buf_free(&file);
	bench_close(&b);
	return 0;
}
