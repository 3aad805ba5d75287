/* Measures the actors: on hand-coded documents, how many of the coded sources and targets stand in
 * their sentence with the same code (and role); on actor strings, whose country is right. */
#include <jansson.h>
#include <stdio.h>

#include "worker/training/bench.h"
#include "worker/training/conllu.h"
#include "worker/training/event_gold.h"
#include "worker/training/train.h"

struct tally {
	uint32_t n, code, role;
};

static void print_tally(const char *what, const struct tally *t)
{
	printf("%-18s %5u  code %.3f  role %.3f\n", what, t->n, t->n ? (double)t->code / t->n : 0,
	       t->n ? (double)t->role / t->n : 0);
}

static const struct entity *entity_of(const struct doc *d, const struct mention *m)
{
	return m->entity > ENTITY_DOC_AUTHOR ? &d->entities[m->entity] : NULL;
}

static void count_actor(const struct doc *d, uint32_t sentence, const struct gold_actor *a,
			struct tally *t)
{
	bool code = false, role = false;

	for (uint32_t i = 0; i < d->n_mentions; i++) {
		const struct mention *m = &d->mentions[i];
		const struct entity *x = entity_of(d, m);

		if (d->tokens[m->tok].sent != sentence)
			continue;
		if (str_eq(m->code, a->code) || (x && str_eq(x->code, a->code))) {
			code = true;
			role = role || str_eq(m->role, a->role) || (x && str_eq(x->role, a->role));
		}
	}
	t->n++;
	t->code += code;
	t->role += role;
}

static void count_doc(const struct doc *d, const struct gold_doc *g, struct tally *t)
{
	for (uint32_t k = 0; k < g->n_events; k++) {
		const struct gold_event *e = &g->events[k];
		uint32_t first, n;

		if (!gold_locate(d, e->sentence, e->trigger, &first, &n))
			continue;
		for (uint32_t i = 0; i < e->n_source; i++)
			count_actor(d, d->tokens[first].sent, &e->source[i], t);
		for (uint32_t i = 0; i < e->n_target; i++)
			count_actor(d, d->tokens[first].sent, &e->target[i], t);
	}
}

/* The last fold is a check: only its total is ever looked at. */
static int measure_gold(struct bench *b, const char *corpus, const char *records, struct err *e)
{
	struct gold g = {0};
	struct tally tune = {0}, check = {0};

	if (gold_read(&g, corpus, records, e) < 0)
		return -1;
	for (uint32_t i = 0; i < g.n; i++) {
		struct engine_input in = gold_input(&g.docs[i]);

		count_doc(engine_parse(b->engine, &in), &g.docs[i],
			  g.docs[i].fold == 4 ? &check : &tune);
	}
	print_tally("documents", &tune);
	print_tally("documents (check)", &check);
	gold_free(&g);
	return 0;
}

/* The code of the widest phrase that has one of its own. */
static struct str string_code(const struct doc *d, struct str *role)
{
	const struct mention *best = NULL;

	for (uint32_t i = 0; i < d->n_mentions; i++) {
		const struct mention *m = &d->mentions[i];

		if (m->code.n && !m->guessed && (!best || m->n_tok > best->n_tok))
			best = m;
	}
	*role = best ? best->role : STR("");
	return best ? best->code : STR("");
}

static bool same_country(struct str got, const char *want)
{
	bool country =
		got.n == 3 && !str_is(got, "WHO") && !str_is(got, "IMF") && !str_is(got, "WTO");

	if (strcmp(want, "UNO") == 0)
		return str_starts(got, STR("UN"));
	if (strcmp(want, "EUR") == 0)
		return str_is(got, "EU");
	return country ? str_is(got, want)
		       : !*want || strlen(want) != 3 || strcmp(want, "IGO") == 0;
}

static struct str clean_date(const char *s)
{
	struct str d = str_of(s ? s : "");

	while (d.n && (*d.p == '\'' || *d.p == '"'))
		d = (struct str){d.p + 1, d.n - 1};
	while (d.n && (d.p[d.n - 1] == '\'' || d.p[d.n - 1] == '"'))
		d.n--;
	return d;
}

static void count_string(struct bench *b, json_t *o, bool verbose, struct tally *t)
{
	json_t *expect = json_object_get(o, "expect");
	const char *want = json_string_value(json_object_get(expect, "country"));
	const char *sector = json_string_value(json_object_get(expect, "code_1"));
	const char *text = json_string_value(json_object_get(o, "text"));
	struct engine_input in = {0};
	struct str role, code;

	if (!want)
		want = json_string_value(json_object_get(expect, "cc"));
	if (!want || !text)
		return;
	in.text = str_of(text);
	in.meta.date = clean_date(
		json_string_value(json_object_get(json_object_get(o, "args"), "query_date")));
	code = string_code(engine_parse(b->engine, &in), &role);
	t->n++;
	t->code += same_country(code, want);
	t->role += sector && str_is(role, sector);
	if (verbose && !same_country(code, want))
		printf("  %s: expected %s, found %.*s\n", text, want, STR_ARG(code));
}

static int measure_strings(struct bench *b, const char *path, bool verbose, struct err *e)
{
	struct buf file = {0};
	struct tally t = {0};
	char *next;

	if (file_read(&file, path, e) < 0)
		return -1;
	buf_add(&file, "", 1);
	for (char *line = file.p; line && *line; line = next) {
		json_t *o;

		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		o = json_loads(line, 0, NULL);
		if (o)
			count_string(b, o, verbose, &t);
		json_decref(o);
	}
	print_tally("actor strings", &t);
	buf_free(&file);
	return 0;
}

int actor_measure(int argc, char **argv)
{
	struct bench b;
	struct err e;
	bool verbose = argc == 7 && strcmp(argv[6], "-v") == 0;
	int rc;

	if (argc < 6) {
		fprintf(stderr, "usage: actor-measure MODEL CODEBOOK CORPUS.jsonl RECORDS "
				"STRINGS.jsonl [-v]\n");
		return 2;
	}
	if (bench_open(&b, argv[1], argv[2], &e) < 0) {
		fprintf(stderr, "actor-measure: %s\n", e.text);
		return 1;
	}
	rc = measure_strings(&b, argv[5], verbose, &e);
	if (rc == 0)
		rc = measure_gold(&b, argv[3], argv[4], &e);
	if (rc < 0)
		fprintf(stderr, "actor-measure: %s\n", e.text);
	bench_close(&b);
	return rc < 0;
}
