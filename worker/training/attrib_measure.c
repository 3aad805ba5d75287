/* Measures attribution on PolNeAR (brat files): a found content or source is right where it
 * overlaps a coded one of the same relation; beside it, overlap counted by characters, and how
 * often the speaker of direct speech is the coded one (the same words or the same entity). Only
 * outermost attributions count, since the corpus does not nest. */
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/attrib.h"
#include "worker/training/bench.h"
#include "worker/training/polnear.h"
#include "worker/training/train.h"

struct tally {
	struct prf content, source, content_chars, source_chars, speaker;
};

static struct span content_of(const struct doc *d, const struct attribution *a)
{
	return doc_span(d, a->content, a->n_content);
}

/* The source's words: its mention where that holds its head ("who" stands for another one). */
static struct span source_of(const struct doc *d, const struct attribution *a)
{
	const struct mention *m = a->source >= 0 ? &d->mentions[a->source] : NULL;

	if (m && (uint32_t)a->source_tok >= m->tok && (uint32_t)a->source_tok < m->tok + m->n_tok)
		return doc_span(d, m->tok, m->n_tok);
	return doc_span(d, (uint32_t)a->source_tok, 1);
}

static bool same_speaker(const struct doc *d, const struct attribution *a, const struct relation *r)
{
	if (a->source_tok >= 0 && pieces_shared(&r->source, source_of(d, a)))
		return true;
	if (a->source_entity <= ENTITY_DOC_AUTHOR)
		return false;
	for (uint32_t i = 0; i < d->n_mentions; i++)
		if (d->mentions[i].entity == a->source_entity &&
		    pieces_shared(&r->source,
				  doc_span(d, d->mentions[i].tok, d->mentions[i].n_tok)))
			return true;
	return false;
}

/* A coded relation: what of it was not found, or what a found one should have been. */
static void show(const struct news *x, const struct relation *r, const char *what)
{
	struct str text = buf_str(&x->text);

	printf("%s\t", what);
	for (int k = 0; k < 3; k++) {
		const struct pieces *p = k == 0 ? &r->source : k == 1 ? &r->cue : &r->content;

		for (uint32_t i = 0; i < p->n; i++) {
			size_t a = news_byte(text, p->span[i].start),
			       b = news_byte(text, p->span[i].end);

			for (size_t j = a; j < b; j++)
				putchar((unsigned char)text.p[j] < ' ' ? ' ' : text.p[j]);
			putchar('|');
		}
		putchar(k < 2 ? '\t' : '\n');
	}
}

static void count_gold(const struct doc *d, const struct news *x, struct tally *t, bool verbose)
{
	for (uint32_t g = 0; g < x->n; g++) {
		const struct relation *r = &x->relations[g];
		bool content = false, source = false, speaker = false;
		uint32_t chars = 0, source_chars = 0;

		for (uint32_t k = 0; k < d->n_attributions; k++) {
			const struct attribution *a = &d->attributions[k];
			uint32_t c =
				a->parent < 0 ? pieces_shared(&r->content, content_of(d, a)) : 0;

			if (!c)
				continue;
			content = true;
			chars += c;
			speaker = speaker || same_speaker(d, a, r);
			if (a->source_tok >= 0 && pieces_shared(&r->source, source_of(d, a))) {
				source = true;
				source_chars = pieces_shared(&r->source, source_of(d, a));
			}
		}
		t->content.right_r += content;
		t->content.n_r++;
		t->content_chars.right_r +=
			chars < pieces_length(&r->content) ? chars : pieces_length(&r->content);
		t->content_chars.n_r += pieces_length(&r->content);
		if (r->source.n) {
			t->source.right_r += source;
			t->source.n_r++;
			t->source_chars.right_r += source_chars;
			t->source_chars.n_r += pieces_length(&r->source);
			t->speaker.right_r += r->direct && speaker;
			t->speaker.n_r += r->direct;
		}
		if (verbose && (!content || (r->source.n && !source)))
			show(x, r, content ? "missed source" : "missed content");
	}
}

static void show_found(const struct doc *d, const struct news *x, const struct attribution *a,
		       bool content)
{
	struct str c = doc_text(d, a->content, a->n_content);
	struct str cue = a->cue < 0 ? STR("-") : d->tokens[a->cue].lower;
	struct str s = a->source_tok < 0 ? STR("-") : d->tokens[a->source_tok].form;

	for (uint32_t g = 0; g < x->n; g++)
		if (pieces_shared(&x->relations[g].content, content_of(d, a)))
			show(x, &x->relations[g], "coded");
	printf("%s%s %u\t%.*s\t%.*s\t%.*s\n", content ? "wrong source" : "extra",
	       a->direct ? " direct" : "", a->kind, STR_ARG(s), STR_ARG(cue),
	       (int)(c.n > 120 ? 120 : c.n), c.p);
}

static void count_found(const struct doc *d, const struct news *x, struct tally *t, bool verbose)
{
	for (uint32_t k = 0; k < d->n_attributions; k++) {
		const struct attribution *a = &d->attributions[k];
		uint32_t chars = 0, source_chars = 0;
		bool content = false, source = false;

		if (a->parent >= 0)
			continue;
		for (uint32_t g = 0; g < x->n; g++) {
			uint32_t c = pieces_shared(&x->relations[g].content, content_of(d, a));

			content = content || c;
			chars += c;
			if (c && a->source_tok >= 0 && !source) {
				source_chars =
					pieces_shared(&x->relations[g].source, source_of(d, a));
				source = source_chars > 0;
			}
		}
		t->content.right_p += content;
		t->content.n_p++;
		t->content_chars.right_p += chars;
		t->content_chars.n_p += content_of(d, a).end - content_of(d, a).start;
		if (a->source_tok >= 0) {
			t->source.right_p += source;
			t->source.n_p++;
			t->source_chars.right_p += source_chars;
			t->source_chars.n_p += source_of(d, a).end - source_of(d, a).start;
		}
		if (verbose && (!content || (a->source_tok >= 0 && !source)))
			show_found(d, x, a, content);
	}
}

static void print(const char *name, const struct prf *m)
{
	printf("%-22s P %.3f R %.3f F1 %.3f\n", name, prf_precision(m), prf_recall(m), prf_f1(m));
}

int attrib_measure(int argc, char **argv)
{
	struct arena a = {0};
	struct news x = {0};
	struct tally t = {0};
	struct bench b;
	struct str *paths;
	struct err e;
	uint32_t n;
	char folder[512];
	bool verbose = argc >= 5 && strcmp(argv[4], "-v") == 0;

	if (argc < 4) {
		fprintf(stderr, "usage: attrib-measure MODEL CODEBOOK|- FOLDER [-v [FOLD]]\n");
		return 2;
	}
	snprintf(folder, sizeof(folder), "%s/attributions", argv[3]);
	if (bench_open(&b, argv[1], strcmp(argv[2], "-") ? argv[2] : NULL, &e) < 0 ||
	    bench_list(&a, folder, ".ann", &paths, &n, &e) < 0)
		goto bad;
	for (uint32_t i = 0; i < n; i++) {
		struct engine_input in = {0};
		const struct doc *d;

		if (argc > 5 && i * POLNEAR_FOLDS / n != (uint32_t)atoi(argv[5]))
			continue;
		if (news_read(&x, paths[i], argv[3], &e) < 0)
			goto bad;
		in.text = buf_str(&x.text);
		d = engine_parse(b.engine, &in);
		count_gold(d, &x, &t, verbose);
		count_found(d, &x, &t, verbose);
	}
	print("content, overlap", &t.content);
	print("source, overlap", &t.source);
	print("content, characters", &t.content_chars);
	print("source, characters", &t.source_chars);
	printf("speaker of direct speech right in %.3f of %llu\n", prf_recall(&t.speaker),
	       (unsigned long long)t.speaker.n_r);
	news_free(&x);
	arena_free(&a);
	bench_close(&b);
	return 0;
bad:
	fprintf(stderr, "attrib-measure: %s\n", e.text);
	return 1;
}
