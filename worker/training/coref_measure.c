/* Measures coreference against OntoGUM: the text of a CoNLL-U file goes through the engine, its
 * mentions are laid on the gold tokens, and the CoNLL scores compare the chains. */
#include <stdio.h>
#include <stdlib.h>

#include "worker/training/bench.h"
#include "worker/training/conllu.h"
#include "worker/training/coref_score.h"
#include "worker/training/train.h"

struct word {
	uint32_t start, end; /* code points of the text */
};

struct gold_mention {
	uint32_t first, last; /* words, inclusive */
	int32_t chain;
};

struct sheet {
	char name[128];
	struct buf text;
	struct word *words;
	struct gold_mention *mentions;
	uint32_t n_words, cap_words, n_mentions, cap_mentions, n_chars;
};

static uint32_t chars_of(const char *p, size_t n)
{
	uint32_t chars = 0;

	for (size_t i = 0; i < n; i++)
		chars += ((unsigned char)p[i] & 0xC0) != 0x80;
	return chars;
}

static void add_word(struct sheet *s, const char *p, size_t n, bool space)
{
	uint32_t chars = chars_of(p, n);

	MEM_GROW(s->words, s->n_words, s->cap_words);
	s->words[s->n_words++] = (struct word){s->n_chars, s->n_chars + chars};
	buf_add(&s->text, p, n);
	s->n_chars += chars;
	if (space) {
		buf_add(&s->text, " ", 1);
		s->n_chars++;
	}
}

static void sheet_reset(struct sheet *s)
{
	s->text.n = 0;
	s->n_words = s->n_mentions = s->n_chars = 0;
}

static size_t column(const char *line, int k, const char **p)
{
	size_t n = 0;

	while (k-- > 0 && line) {
		line = strchr(line, '\t');
		line = line ? line + 1 : NULL;
	}
	*p = line ? line : "";
	while ((*p)[n] && (*p)[n] != '\t')
		n++;
	return n;
}

/* One line of CoNLL-U. A contraction's parts get no blank between them. */
static void read_line(struct sheet *s, const char *line, int *until, bool *range_space)
{
	const char *form, *misc;
	size_t n, n_misc;
	int id = atoi(line);
	bool space;

	if (strncmp(line, "# newpar", 8) == 0 && s->n_chars) {
		buf_add(&s->text, "\n", 1);
		s->n_chars++;
	}
	if (line[0] < '0' || line[0] > '9')
		return;
	n = column(line, 1, &form);
	n_misc = column(line, 9, &misc);
	space = !memmem(misc, n_misc, "SpaceAfter=No", 13);
	if (strchr(line, '\t') > strchr(line, '-') && strchr(line, '-')) {
		*until = atoi(strchr(line, '-') + 1);
		*range_space = space;
		return;
	}
	if (strchr(line, '.') && strchr(line, '.') < strchr(line, '\t'))
		return;
	if (*until && id <= *until) {
		space = id == *until && *range_space;
		if (id == *until)
			*until = 0;
	}
	add_word(s, form, n, space);
}

static int read_chains(struct sheet *s, const char *folder, struct err *e)
{
	struct buf file = {0};
	uint32_t open[256][2], n_open = 0, word = 0;
	char path[512];
	char *line, *next;

	snprintf(path, sizeof(path), "%s/%s.conll", folder, s->name);
	if (file_read(&file, path, e) < 0)
		return -1;
	buf_add(&file, "", 1);
	for (line = file.p; line && *line; line = next) {
		const char *p;

		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		if (line[0] == '#' || !strchr(line, '\t'))
			continue;
		column(line, 2, &p);
		while (*p && *p != '_') {
			if (*p == '(') {
				uint32_t chain = (uint32_t)strtoul(p + 1, (char **)&p, 10);

				if (n_open < 256) {
					open[n_open][0] = chain;
					open[n_open++][1] = word;
				}
				if (*p != ')')
					continue;
				n_open--;
				MEM_GROW(s->mentions, s->n_mentions, s->cap_mentions);
				s->mentions[s->n_mentions++] = (struct gold_mention){
					open[n_open][1], word, (int32_t)chain};
				p++;
			} else if (*p >= '0' && *p <= '9') {
				uint32_t chain = (uint32_t)strtoul(p, (char **)&p, 10), k = n_open;

				while (k > 0 && open[k - 1][0] != chain)
					k--;
				if (k > 0) {
					MEM_GROW(s->mentions, s->n_mentions, s->cap_mentions);
					s->mentions[s->n_mentions++] = (struct gold_mention){
						open[k - 1][1], word, (int32_t)chain};
					memmove(&open[k - 1], &open[k],
						(n_open - k) * sizeof(open[0]));
					n_open--;
				}
				if (*p == ')')
					p++;
			} else {
				p++;
			}
		}
		word++;
	}
	buf_free(&file);
	return 0;
}

/* ---- found mentions on the gold words ---- */

static bool left_out(enum rel r)
{
	switch (r) {
	case REL_CASE:
	case REL_CC:
	case REL_CONJ:
	case REL_MARK:
	case REL_COP:
	case REL_NSUBJ:
	case REL_NSUBJ_PASS:
	case REL_NSUBJ_OUTER:
	case REL_CSUBJ:
	case REL_CSUBJ_OUTER:
	case REL_AUX:
	case REL_ADVCL:
	case REL_ADVMOD:
	case REL_PARATAXIS:
	case REL_OBL:
	case REL_DISCOURSE:
	case REL_CCOMP:
	case REL_VOCATIVE:
	case REL_EXPL:
	case REL_DISLOCATED:
	case REL_ORPHAN:
		return true;
	default:
		return false;
	}
}

/* The whole noun phrase, as OntoNotes marks it. */
static void whole_phrase(const struct doc *d, const struct mention *m, uint32_t *first,
			 uint32_t *last)
{
	*first = *last = (uint32_t)m->head;
	if (m->kind == MENTION_PRONOUN)
		return;
	for (int32_t c = d->tokens[m->head].child; c >= 0; c = d->tokens[c].next) {
		uint32_t a, b;

		if (left_out(d->tokens[c].rel) || d->tokens[c].rel == REL_PUNCT)
			continue;
		doc_subtree(d, c, &a, &b);
		*first = a < *first ? a : *first;
		*last = b > *last ? b : *last;
	}
	*first = m->tok < *first ? m->tok : *first;
	*last = m->tok + m->n_tok - 1 > *last ? m->tok + m->n_tok - 1 : *last;
	while (*last > (uint32_t)m->head && d->tokens[*last].upos == UPOS_PUNCT)
		(*last)--;
}

static int64_t word_at(const struct sheet *s, uint32_t offset, bool start)
{
	uint32_t low = 0, high = s->n_words;

	while (low < high) {
		uint32_t mid = (low + high) / 2;
		uint32_t at = start ? s->words[mid].start : s->words[mid].end;

		if (at == offset)
			return mid;
		if (at < offset)
			low = mid + 1;
		else
			high = mid;
	}
	return -1;
}

/* OntoNotes leaves out relative pronouns and takes an apposition as part of the phrase before. */
static bool unmarked(const struct doc *d, const struct mention *m)
{
	static const char *const RELATIVE[] = {"who", "which", "that", "whose", "whom", NULL};
	const struct token *t = &d->tokens[m->head];

	if (m->kind != MENTION_PRONOUN)
		return t->rel == REL_APPOS;
	return str_in(t->lower, RELATIVE);
}

struct tally {
	struct coref_score score;
	uint64_t gold, found, shared;
};

static void compare(const struct doc *d, const struct sheet *s, struct tally *t, bool show)
{
	uint32_t n = s->n_mentions, max = n + d->n_mentions + 1, n_gold = 0;
	int32_t *gold = mem_alloc(max * sizeof(int32_t)), *found = mem_alloc(max * sizeof(int32_t));
	uint32_t *renumber = mem_alloc((d->n_entities + 1) * sizeof(uint32_t)), n_found = 0;
	uint32_t *marked = mem_alloc((d->n_entities + 1) * sizeof(uint32_t));
	int32_t highest = 0, *chain;

	for (uint32_t i = 0; i < max; i++)
		gold[i] = found[i] = -1;
	for (uint32_t i = 0; i < n; i++)
		highest = s->mentions[i].chain > highest ? s->mentions[i].chain : highest;
	chain = mem_alloc(((size_t)highest + 1) * sizeof(int32_t));
	for (uint32_t i = 0; i < n; i++) {
		int32_t *c = &chain[s->mentions[i].chain];

		if (!*c)
			*c = (int32_t)++n_gold;
		gold[i] = *c - 1;
	}
	t->gold += n;
	for (uint32_t k = 0; k < d->n_mentions; k++)
		if (d->mentions[k].entity >= 0 && !unmarked(d, &d->mentions[k]))
			marked[d->mentions[k].entity]++;
	for (uint32_t k = 0; k < d->n_mentions; k++) {
		const struct mention *m = &d->mentions[k];
		uint32_t first, last, slot = n;
		int64_t a, b;

		if (m->entity <= ENTITY_DOC_AUTHOR && m->kind != MENTION_PRONOUN)
			continue;
		if (m->entity < 0 || marked[m->entity] < 2 || unmarked(d, m))
			continue;
		whole_phrase(d, m, &first, &last);
		a = word_at(s, d->tokens[first].span.start, true);
		b = word_at(s, d->tokens[last].span.end, false);
		if (a < 0 || b < a)
			continue;
		for (uint32_t i = 0; i < s->n_mentions && slot == n; i++)
			if (s->mentions[i].first == (uint32_t)a &&
			    s->mentions[i].last == (uint32_t)b && found[i] < 0)
				slot = i;
		if (!renumber[m->entity])
			renumber[m->entity] = ++n_found;
		t->found++;
		if (slot < s->n_mentions) {
			t->shared++;
			found[slot] = (int32_t)renumber[m->entity] - 1;
		} else {
			found[s->n_mentions + k] = (int32_t)renumber[m->entity] - 1;
		}
		if (show) {
			struct str x = doc_text(d, first, last - first + 1);

			printf("%s\t%d\t%s%d\t%.*s\n", s->name, m->entity,
			       slot < s->n_mentions ? "g" : "-",
			       slot < s->n_mentions ? s->mentions[slot].chain : 0, STR_ARG(x));
		}
	}
	coref_score_add(&t->score, max, &(struct partition){gold, n_gold},
			&(struct partition){found, n_found});
	mem_free(gold);
	mem_free(found);
	mem_free(renumber);
	mem_free(chain);
	mem_free(marked);
}

static void print(const char *name, const double *c)
{
	printf("%-7s R %.3f P %.3f F1 %.3f\n", name, coref_score_recall(c),
	       coref_score_precision(c), coref_score_f1(c));
}

static int measure_sheet(struct bench *b, struct sheet *s, const char *folder, struct tally *t,
			 bool show, struct err *e)
{
	struct engine_input in = {.every_noun = true};

	if (!s->n_words)
		return 0;
	if (read_chains(s, folder, e) < 0)
		return -1;
	in.text = buf_str(&s->text);
	compare(engine_parse(b->engine, &in), s, t, show);
	sheet_reset(s);
	return 0;
}

int coref_measure(int argc, char **argv)
{
	struct bench b;
	struct buf file = {0};
	struct sheet s = {0};
	struct tally t = {0};
	struct err e;
	bool show = argc == 6 && strcmp(argv[5], "-v") == 0, space = true;
	int until = 0;
	char *line, *next;

	if (argc < 5) {
		fprintf(stderr, "usage: coref-measure MODEL CODEBOOK|- CONLLU FOLDER [-v]\n");
		return 2;
	}
	if (bench_open(&b, argv[1], strcmp(argv[2], "-") ? argv[2] : NULL, &e) < 0 ||
	    file_read(&file, argv[3], &e) < 0)
		goto bad;
	buf_add(&file, "", 1);
	for (line = file.p; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		if (strncmp(line, "# newdoc id = ", 14) == 0) {
			if (measure_sheet(&b, &s, argv[4], &t, show, &e) < 0)
				goto bad;
			snprintf(s.name, sizeof(s.name), "%s", line + 14);
		}
		read_line(&s, line, &until, &space);
	}
	if (measure_sheet(&b, &s, argv[4], &t, show, &e) < 0)
		goto bad;
	printf("mentions R %.3f P %.3f\n", (double)t.shared / (double)(t.gold ? t.gold : 1),
	       (double)t.shared / (double)(t.found ? t.found : 1));
	print("MUC", t.score.muc);
	print("B3", t.score.b3);
	print("CEAFe", t.score.ceaf);
	printf("CoNLL F1 %.4f\n", coref_score_conll(&t.score));
	buf_free(&file);
	buf_free(&s.text);
	mem_free(s.words);
	mem_free(s.mentions);
	bench_close(&b);
	return 0;
bad:
	fprintf(stderr, "coref-measure: %s\n", e.text);
	return 1;
}
