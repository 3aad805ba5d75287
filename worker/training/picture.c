/* Draws the analysis of one sentence as SVG: words, tags, names, and the tree as arcs. */
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/engine.h"
#include "worker/training/conllu.h"
#include "worker/training/train.h"

enum { GAP = 22, CHAR = 9, LEVEL = 26, MARGIN = 16, WORDS_MAX = 40 };

struct canvas {
	const struct doc *d;
	uint32_t n;
	int x[WORDS_MAX]; /* middle of each word */
	int level[WORDS_MAX], levels, width;
};

static void lay_out(struct canvas *c)
{
	int x = MARGIN;

	for (uint32_t i = 0; i < c->n; i++) {
		const struct token *t = &c->d->tokens[i];
		int chars = (int)t->form.n > 5 ? (int)t->form.n : 5;

		c->x[i] = x + chars * CHAR / 2;
		x += chars * CHAR + GAP;
	}
	c->width = x - GAP + MARGIN;
}

static void ends_of(const struct canvas *c, uint32_t i, uint32_t *a, uint32_t *b)
{
	uint32_t h = (uint32_t)c->d->tokens[i].head;

	*a = i < h ? i : h;
	*b = i < h ? h : i;
}

/* An arc lies above all arcs that lie inside it. */
static int level_of(struct canvas *c, uint32_t i)
{
	uint32_t a, b, p, q;
	int level = 1;

	if (c->d->tokens[i].head < 0)
		return 0;
	if (c->level[i])
		return c->level[i];
	ends_of(c, i, &a, &b);
	for (uint32_t k = 0; k < c->n; k++) {
		if (k == i || c->d->tokens[k].head < 0)
			continue;
		ends_of(c, k, &p, &q);
		if (p >= a && q <= b && q - p < b - a) {
			int inner = level_of(c, k) + 1;

			level = inner > level ? inner : level;
		}
	}
	c->level[i] = level;
	c->levels = level > c->levels ? level : c->levels;
	return level;
}

static void draw_arc(const struct canvas *c, uint32_t i, int base)
{
	const struct token *t = &c->d->tokens[i];
	int from = c->x[t->head] + ((uint32_t)t->head < i ? 7 : -7), to = c->x[i];
	int top = base - c->level[i] * LEVEL, bend = from < to ? 8 : -8;

	printf("<path d=\"M%d %dV%dQ%d %d %d %dH%dQ%d %d %d %dV%d\" fill=\"none\" "
	       "stroke=\"#456\" marker-end=\"url(#a)\"/>\n",
	       from, base, top + 8, from, top, from + bend, top, to - bend, to, top, to, top + 8,
	       base - 2);
	printf("<text x=\"%d\" y=\"%d\" class=\"r\">%s</text>\n", (from + to) / 2, top - 3,
	       rel_name((enum rel)t->rel));
}

static void draw_word(const struct canvas *c, uint32_t i, int base)
{
	const struct token *t = &c->d->tokens[i];

	printf("<text x=\"%d\" y=\"%d\" class=\"w\">%.*s</text>\n", c->x[i], base + 18,
	       STR_ARG(t->form));
	printf("<text x=\"%d\" y=\"%d\" class=\"t\">%s</text>\n", c->x[i], base + 34,
	       upos_name((enum upos)t->upos));
	if (t->ner)
		printf("<text x=\"%d\" y=\"%d\" class=\"n\">%s</text>\n", c->x[i], base + 50,
		       ner_name((enum ner)t->ner));
}

static void draw(struct canvas *c)
{
	int base, height;

	lay_out(c);
	for (uint32_t i = 0; i < c->n; i++)
		level_of(c, i);
	base = MARGIN + 14 + c->levels * LEVEL;
	height = base + 60;
	printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
	       "viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" text-anchor=\"middle\">\n"
	       "<style>.w{font-size:15px}.t{font-size:11px;fill:#777}.n{font-size:11px;fill:#a40;"
	       "font-weight:bold}.r{font-size:11px;fill:#235}</style>\n"
	       "<defs><marker id=\"a\" viewBox=\"0 0 6 6\" refX=\"5\" refY=\"3\" markerWidth=\"6\" "
	       "markerHeight=\"6\" orient=\"auto\"><path d=\"M0 0L6 3L0 6z\" fill=\"#456\"/>"
	       "</marker></defs>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
	       c->width, height, c->width, height);
	for (uint32_t i = 0; i < c->n; i++) {
		draw_word(c, i, base);
		if (c->d->tokens[i].head >= 0)
			draw_arc(c, i, base);
	}
	puts("</svg>");
}

int train_picture(int argc, char **argv)
{
	struct buf bytes = {0};
	struct canvas c = {0};
	struct image model;
	struct engine *en;
	struct err e;

	if (argc < 3) {
		fprintf(stderr, "usage: picture MODEL SENTENCE > FILE.svg\n");
		return 2;
	}
	if (file_read(&bytes, argv[1], &e) < 0 || image_open(&model, bytes.p, bytes.n, &e) < 0 ||
	    !(en = engine_new(&model, NULL, &e))) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	c.d = engine_parse(en, &(struct engine_input){.text = str_of(argv[2])});
	c.n = c.d->n_sentences ? c.d->sentences[0].n_tok : 0;
	if (c.n && c.n <= WORDS_MAX)
		draw(&c);
	engine_free(en);
	buf_free(&bytes);
	return 0;
}
