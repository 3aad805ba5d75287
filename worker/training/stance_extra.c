#include "worker/training/stance_extra.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static void add(struct extras *x, struct extra e)
{
	ARENA_GROW(&x->arena, x->list, x->n, x->cap);
	x->list[x->n++] = e;
}

static void take_newsmtsc(struct extras *x, const json_t *o)
{
	const char *text = json_string_value(json_object_get(o, "sentence_normalized"));
	const json_t *targets = json_object_get(o, "targets");
	struct str s = arena_str(&x->arena, str_of(text ? text : ""));

	for (size_t i = 0; i < json_array_size(targets); i++) {
		const json_t *t = json_array_get(targets, i);
		double v = json_number_value(json_object_get(t, "polarity"));
		struct extra e = {.text = s};

		e.target = (uint32_t)json_integer_value(json_object_get(t, "from"));
		e.target_end = (uint32_t)json_integer_value(json_object_get(t, "to"));
		e.polarity = v > 5 ? POLARITY_SUPPORT : v < 3 ? POLARITY_OPPOSE : POLARITY_NEUTRAL;
		add(x, e);
	}
}

static int each_line(const char *path, struct extras *x,
		     void (*take)(struct extras *x, struct str line), struct err *e)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (!f)
		return err_set(e, ERR_NOT_FOUND, "cannot open %s", path);
	while ((n = getline(&line, &cap, f)) > 0)
		take(x, (struct str){line, (size_t)n});
	free(line);
	fclose(f);
	return 0;
}

static void take_json(struct extras *x, struct str line)
{
	json_t *o = json_loadb(line.p, line.n, 0, NULL);

	if (o)
		take_newsmtsc(x, o);
	json_decref(o);
}

int extras_newsmtsc(struct extras *x, const char *path, struct err *e)
{
	return each_line(path, x, take_json, e);
}

/* Takes the brackets out of "… [Paul Ryan] … [U. S.] …" and says where, in characters, they were.
 */
static struct str unbracket(struct extras *x, struct str s, uint32_t at[4])
{
	char *out = arena_alloc(&x->arena, s.n + 1);
	uint32_t chars = 0, n_marks = 0;
	size_t n = 0;

	for (size_t i = 0; i < s.n && s.p[i] != '\t'; i++) {
		if ((s.p[i] == '[' || s.p[i] == ']') && n_marks < 4) {
			at[n_marks++] = chars;
			continue;
		}
		out[n++] = s.p[i];
		chars += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	}
	return (struct str){out, n};
}

static void take_directed(struct extras *x, struct str line)
{
	uint32_t at[4] = {0};
	struct extra e = {.text = unbracket(x, line, at)};
	char label = 0;

	for (size_t i = 0; i + 1 < line.n; i++)
		if (line.p[i] == '\t')
			label = line.p[i + 1];
	if (label < '0' || label > '4')
		return;
	e.polarity = label == '0'  ? POLARITY_NEUTRAL
		     : label < '3' ? POLARITY_SUPPORT
				   : POLARITY_OPPOSE;
	if (label == '2' || label == '4') {
		e.target = at[0], e.target_end = at[1], e.holder = at[2], e.holder_end = at[3];
		add(x, e);
		return;
	}
	e.target = at[2], e.target_end = at[3], e.holder = at[0], e.holder_end = at[1];
	add(x, e);
}

int extras_directed(struct extras *x, const char *path, struct err *e)
{
	return each_line(path, x, take_directed, e);
}

void extras_free(struct extras *x)
{
	arena_free(&x->arena);
	*x = (struct extras){0};
}

static bool within(const struct doc *d, int32_t tok, uint32_t start, uint32_t end)
{
	return tok >= 0 && d->tokens[tok].span.start >= start && d->tokens[tok].span.end <= end + 2;
}

/* The topmost target phrase whose head lies in the marked characters. */
static int32_t target_in(const struct stance_ground *s, const struct extra *x,
			 const struct candidates *c)
{
	int32_t best = -1;

	for (uint32_t t = 0; t < c->n_targets; t++) {
		if (!within(s->d, c->targets[t].head, x->target, x->target_end) ||
		    c->targets[t].kind == TARGET_CLAUSE)
			continue;
		if (best < 0 || doc_dominates(s->d, c->targets[t].head, c->targets[best].head))
			best = (int32_t)t;
	}
	return best;
}

static uint16_t holder_in(const struct stance_ground *s, const struct extra *x,
			  const struct candidates *c)
{
	if (x->holder < x->holder_end)
		for (uint32_t i = s->d->sentences[c->sentence].tok;
		     i < s->d->sentences[c->sentence].tok + s->d->sentences[c->sentence].n_tok;
		     i++) {
			int32_t e;

			if (!within(s->d, (int32_t)i, x->holder, x->holder_end))
				continue;
			e = target_entity_at(s->d, (int32_t)i, true);
			for (uint32_t h = 0; e >= 0 && h < c->n_holders; h++)
				if (c->holders[h].entity == e)
					return (uint16_t)h;
		}
	return UINT16_MAX;
}

bool extra_find(const struct stance_ground *s, const struct extra *x, struct candidates *c,
		struct pair *p)
{
	for (uint32_t i = 0; i < s->d->n_sentences; i++) {
		int32_t t;
		uint16_t h;

		candidates_find(s, i, c);
		t = target_in(s, x, c);
		if (t < 0)
			continue;
		h = holder_in(s, x, c);
		candidates_pair(s, c, (uint32_t)t);
		for (uint32_t k = 0; k < c->n_pairs; k++)
			if (c->pairs[k].holder == h) {
				*p = c->pairs[k];
				return true;
			}
		/* nobody named: whoever the grammar names, else the author */
		for (uint32_t k = 0; k < c->n_pairs; k++)
			if (k == 0 || (c->pairs[k].side >= 0 && p->side < 0))
				*p = c->pairs[k];
		return c->n_pairs > 0;
	}
	return false;
}
