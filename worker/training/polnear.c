#include "worker/training/polnear.h"

#include <stdio.h>
#include <stdlib.h>

#include "worker/training/conllu.h"

enum { LABELS = 4096 };

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

size_t news_byte(struct str text, uint32_t offset)
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
	size_t b = news_byte(text, offset);
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
	a = news_byte(text, source.span[0].start);
	b = news_byte(text, source.span[0].end);
	for (size_t i = 0; i < sizeof(CUES) / sizeof(*CUES); i++) {
		if (!str_is((struct str){text.p + a, b - a}, CUES[i]))
			continue;
		r->source = r->cue;
		r->cue = source;
		return;
	}
}

int news_read(struct news *x, struct str ann, const char *folder, struct err *e)
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

uint32_t pieces_shared(const struct pieces *p, struct span s)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->n; i++) {
		uint32_t a = p->span[i].start > s.start ? p->span[i].start : s.start;
		uint32_t b = p->span[i].end < s.end ? p->span[i].end : s.end;

		n += b > a ? b - a : 0;
	}
	return n;
}

uint32_t pieces_length(const struct pieces *p)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->n; i++)
		n += p->span[i].end - p->span[i].start;
	return n;
}

void news_free(struct news *x)
{
	buf_free(&x->text);
	mem_free(x->relations);
	*x = (struct news){0};
}
