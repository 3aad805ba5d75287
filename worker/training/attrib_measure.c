/* Measures attribution on PolNeAR (brat files): a found content or source is right where it
 * overlaps a coded one of the same relation; beside it, overlap counted by characters, and how
 * often the speaker of direct speech is the coded one (the same words or the same entity). Only
 * outermost attributions count, since the corpus does not nest. */
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/attrib.h"
#include "worker/training/bench.h"
#include "worker/training/conllu.h"
#include "worker/training/train.h"

enum { PIECES = 6, LABELS = 4096 };

struct pieces {
	struct span span[PIECES];
	uint32_t n;
};

struct relation {
	struct pieces source, cue, content;
	bool direct;
};

struct news {
	struct buf text;
	struct relation *relations;
	uint32_t n, cap;
};

static void add_pieces(struct pieces *to, const struct pieces *from)
{
	for (uint32_t i = 0; i < from->n && to->n < PIECES; i++)
		to->span[to->n++] = from->span[i];
}

/* "T3\tContent 13 98;101 120\ttext" */
static void read_label(const char *line, struct pieces *labels)
{
	unsigned long id = strtoul(line + 1, NULL, 10);
	const char *p = strchr(line, '\t');
	char *q;

	if (id >= LABELS || !p || !(p = strchr(p, ' ')))
		return;
	labels[id].n = 0;
	while (*p && *p != '\t' && labels[id].n < PIECES) {
		struct span s;

		s.start = (uint32_t)strtoul(p + 1, &q, 10);
		s.end = (uint32_t)strtoul(q, &q, 10);
		labels[id].span[labels[id].n++] = s;
		p = q;
	}
}

static void read_relation(struct news *x, const char *line, const struct pieces *labels)
{
	struct relation r = {0};
	const char *p = strchr(line, '\t');

	while (p && (p = strchr(p + 1, ' ')) != NULL) {
		const char *colon = strchr(p, ':');
		unsigned long id = colon && colon[1] == 'T' ? strtoul(colon + 2, NULL, 10) : LABELS;

		if (id >= LABELS)
			continue;
		if (strncmp(p + 1, "Source", 6) == 0)
			add_pieces(&r.source, &labels[id]);
		else if (strncmp(p + 1, "Content", 7) == 0)
			add_pieces(&r.content, &labels[id]);
		else if (strncmp(p + 1, "Cue", 3) == 0)
			add_pieces(&r.cue, &labels[id]);
	}
	/* the first role stands behind the tab: "E1\tAttribution:T4 …", so nothing is lost */
	MEM_GROW(x->relations, x->n, x->cap);
	x->relations[x->n++] = r;
}

static size_t byte_at(struct str text, uint32_t offset)
{
	uint32_t chars = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (((unsigned char)text.p[i] & 0xC0) == 0x80)
			continue;
		if (chars++ == offset)
			return i;
	}
	return text.n;
}

static bool starts_with_mark(struct str text, uint32_t offset)
{
	size_t b = byte_at(text, offset);
	struct str rest = {text.p + b, text.n - b};

	return str_starts(rest, STR("\"")) || str_starts(rest, STR("\xe2\x80\x9c"));
}

/* Some relations have source and cue the wrong way round: "said" is nobody. */
static void swap_back(const struct news *x, struct relation *r)
{
	static const char *const CUES[] = {"said", "says", "told", "wrote", "according to"};
	struct str text = buf_str(&x->text);
	struct pieces source = r->source;
	size_t a, b;

	if (source.n != 1 || r->cue.n != 1)
		return;
	a = byte_at(text, source.span[0].start);
	b = byte_at(text, source.span[0].end);
	for (size_t i = 0; i < sizeof(CUES) / sizeof(*CUES); i++) {
		if (!str_is((struct str){text.p + a, b - a}, CUES[i]))
			continue;
		r->source = r->cue;
		r->cue = source;
		return;
	}
}

static int read_news(struct news *x, struct str ann, const char *folder, struct err *e)
{
	static struct pieces labels[LABELS];
	struct buf file = {0};
	const char *base = strrchr(ann.p, '/') + 1;
	char path[512], *line, *next;

	/* NAME_ab12.ann is of NAME.txt: the tail names the annotator */
	snprintf(path, sizeof(path), "%s/text/%.*s.txt", folder,
		 (int)(strrchr(base, '_') ? strrchr(base, '_') - base : 0), base);
	x->text.n = 0;
	x->n = 0;
	if (file_read(&x->text, path, e) < 0 || file_read(&file, ann.p, e) < 0)
		return -1;
	buf_add(&file, "", 1);
	memset(labels, 0, sizeof(labels));
	for (int pass = 0; pass < 2; pass++) {
		for (line = file.p; line && *line; line = next) {
			next = strchr(line, '\n');
			if (next)
				*next = 0;
			if (pass == 0 && line[0] == 'T')
				read_label(line, labels);
			else if (pass == 1 && line[0] == 'E')
				read_relation(x, line, labels);
			if (next)
				*next++ = '\n';
		}
	}
	for (uint32_t i = 0; i < x->n; i++)
		swap_back(x, &x->relations[i]);
	for (uint32_t i = 0; i < x->n; i++)
		x->relations[i].direct =
			x->relations[i].content.n &&
			starts_with_mark(buf_str(&x->text), x->relations[i].content.span[0].start);
	buf_free(&file);
	return 0;
}

static uint32_t shared(const struct pieces *p, struct span s)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->n; i++) {
		uint32_t a = p->span[i].start > s.start ? p->span[i].start : s.start;
		uint32_t b = p->span[i].end < s.end ? p->span[i].end : s.end;

		n += b > a ? b - a : 0;
	}
	return n;
}

static uint32_t length(const struct pieces *p)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->n; i++)
		n += p->span[i].end - p->span[i].start;
	return n;
}

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
	if (a->source_tok >= 0 && shared(&r->source, source_of(d, a)))
		return true;
	if (a->source_entity <= ENTITY_DOC_AUTHOR)
		return false;
	for (uint32_t i = 0; i < d->n_mentions; i++)
		if (d->mentions[i].entity == a->source_entity &&
		    shared(&r->source, doc_span(d, d->mentions[i].tok, d->mentions[i].n_tok)))
			return true;
	return false;
}

static void show_miss(const struct doc *d, const struct news *x, const struct relation *r)
{
	struct str text = buf_str(&x->text);

	(void)d;
	printf("missed\t");
	for (int k = 0; k < 3; k++) {
		const struct pieces *p = k == 0 ? &r->source : k == 1 ? &r->cue : &r->content;

		for (uint32_t i = 0; i < p->n; i++) {
			size_t a = byte_at(text, p->span[i].start),
			       b = byte_at(text, p->span[i].end);

			for (size_t j = a; j < b; j++)
				putchar((unsigned char)text.p[j] < ' ' ? ' ' : text.p[j]);
			putchar('|');
		}
		putchar(k < 2 ? '\t' : '\n');
	}
}

static void count_gold(const struct doc *d, const struct news *x, struct tally *t, bool show)
{
	for (uint32_t g = 0; g < x->n; g++) {
		const struct relation *r = &x->relations[g];
		bool content = false, source = false, speaker = false;
		uint32_t chars = 0, source_chars = 0;

		for (uint32_t k = 0; k < d->n_attributions; k++) {
			const struct attribution *a = &d->attributions[k];
			uint32_t c = a->parent < 0 ? shared(&r->content, content_of(d, a)) : 0;

			if (!c)
				continue;
			content = true;
			chars += c;
			speaker = speaker || same_speaker(d, a, r);
			if (a->source_tok >= 0 && shared(&r->source, source_of(d, a))) {
				source = true;
				source_chars = shared(&r->source, source_of(d, a));
			}
		}
		t->content.right_r += content;
		t->content.n_r++;
		t->content_chars.right_r +=
			chars < length(&r->content) ? chars : length(&r->content);
		t->content_chars.n_r += length(&r->content);
		if (r->source.n) {
			t->source.right_r += source;
			t->source.n_r++;
			t->source_chars.right_r += source_chars;
			t->source_chars.n_r += length(&r->source);
			t->speaker.right_r += r->direct && speaker;
			t->speaker.n_r += r->direct;
		}
		if (show && (!content || (r->source.n && !source)))
			show_miss(d, x, r);
	}
}

static void count_found(const struct doc *d, const struct news *x, struct tally *t, bool show)
{
	for (uint32_t k = 0; k < d->n_attributions; k++) {
		const struct attribution *a = &d->attributions[k];
		uint32_t chars = 0, source_chars = 0;
		bool content = false, source = false;

		if (a->parent >= 0)
			continue;
		for (uint32_t g = 0; g < x->n; g++) {
			uint32_t c = shared(&x->relations[g].content, content_of(d, a));

			content = content || c;
			chars += c;
			if (c && a->source_tok >= 0 && !source) {
				source_chars = shared(&x->relations[g].source, source_of(d, a));
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
		if (show && (!content || (a->source_tok >= 0 && !source))) {
			struct str c = doc_text(d, a->content, a->n_content);
			struct str cue = a->cue < 0 ? STR("-") : d->tokens[a->cue].lower;
			struct str s = a->source_tok < 0 ? STR("-") : d->tokens[a->source_tok].form;

			printf("%s%s\t%.*s\t%.*s\t%.*s\n", content ? "source" : "extra",
			       a->direct ? " direct" : "", STR_ARG(s), STR_ARG(cue),
			       (int)(c.n > 120 ? 120 : c.n), c.p);
		}
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
	bool show = argc == 5 && strcmp(argv[4], "-v") == 0;

	if (argc < 4) {
		fprintf(stderr, "usage: attrib-measure MODEL CODEBOOK|- FOLDER [-v]\n");
		return 2;
	}
	snprintf(folder, sizeof(folder), "%s/attributions", argv[3]);
	if (bench_open(&b, argv[1], strcmp(argv[2], "-") ? argv[2] : NULL, &e) < 0 ||
	    bench_list(&a, folder, ".ann", &paths, &n, &e) < 0)
		goto bad;
	for (uint32_t i = 0; i < n; i++) {
		struct engine_input in = {0};
		const struct doc *d;

		if (read_news(&x, paths[i], argv[3], &e) < 0)
			goto bad;
		in.text = buf_str(&x.text);
		d = engine_parse(b.engine, &in);
		count_gold(d, &x, &t, show);
		count_found(d, &x, &t, show);
	}
	print("content, overlap", &t.content);
	print("source, overlap", &t.source);
	print("content, characters", &t.content_chars);
	print("source, characters", &t.source_chars);
	printf("speaker of direct speech right in %.3f of %llu\n", prf_recall(&t.speaker),
	       (unsigned long long)t.speaker.n_r);
	buf_free(&x.text);
	mem_free(x.relations);
	arena_free(&a);
	bench_close(&b);
	return 0;
bad:
	fprintf(stderr, "attrib-measure: %s\n", e.text);
	return 1;
}
