/* Prints what the discourse stages made of documents, for reading it line by line. */
#include <jansson.h>
#include <stdio.h>

#include "worker/engine/attrib.h"
#include "worker/engine/timex.h"
#include "worker/training/bench.h"
#include "worker/training/conllu.h"
#include "worker/training/train.h"

static void text(const struct doc *d, uint32_t tok, uint32_t n)
{
	struct str s = doc_text(d, tok, n);

	for (size_t i = 0; i < s.n; i++)
		putchar((unsigned char)s.p[i] < ' ' ? ' ' : s.p[i]);
}

static void entity(const struct doc *d, int32_t e)
{
	if (e < 0)
		printf("?");
	else
		printf("%d=%.*s<%.*s %.*s>", e, STR_ARG(d->entities[e].name),
		       STR_ARG(d->entities[e].code), STR_ARG(d->entities[e].role));
}

static void sentence(const struct doc *d, uint32_t k)
{
	const struct sentence *s = &d->sentences[k];

	printf("\n[%u p%u", k, s->paragraph);
	if (s->voice >= 0) {
		printf(" voice ");
		entity(d, s->voice);
	}
	printf("] ");
	text(d, s->tok, s->n_tok);
	putchar('\n');
	for (uint32_t i = 0; i < d->n_mentions; i++) {
		const struct mention *m = &d->mentions[i];

		if (m->tok < s->tok || m->tok >= s->tok + s->n_tok)
			continue;
		printf("    %s ", m->kind == MENTION_NAME      ? "name"
				  : m->kind == MENTION_PRONOUN ? "pron"
							       : "nomi");
		text(d, m->tok, m->n_tok);
		printf(" -> ");
		entity(d, m->entity);
		printf("%s%s%s%s (%.*s)\n", m->is_place ? " place" : "", m->modifier ? " mod" : "",
		       m->guessed ? " guess" : "", m->plural ? " plural" : "", STR_ARG(m->rule));
	}
	for (uint32_t i = 0; i < d->n_timexes; i++) {
		const struct timex *t = &d->timexes[i];

		if (t->tok < s->tok || t->tok >= s->tok + s->n_tok)
			continue;
		printf("    time ");
		text(d, t->tok, t->n_tok);
		printf(" -> %.*s\n", STR_ARG(t->value));
	}
	for (uint32_t i = 0; i < d->n_attributions; i++) {
		const struct attribution *a = &d->attributions[i];
		static const char *const kind[] = {"none", "says", "thinks", "wants", "about"};

		if (a->content < s->tok || a->content >= s->tok + s->n_tok)
			continue;
		printf("    %s%s #%u in %d: ", a->direct ? "quote " : "", kind[a->kind], i,
		       a->parent);
		entity(d, a->source_entity);
		printf(" (%.*s)", a->source_tok < 0 ? 1 : (int)d->tokens[a->source_tok].form.n,
		       a->source_tok < 0 ? "-" : d->tokens[a->source_tok].form.p);
		printf(" [%.*s]: ", a->cue < 0 ? 1 : (int)d->tokens[a->cue].form.n,
		       a->cue < 0 ? "-" : d->tokens[a->cue].form.p);
		text(d, a->content, a->n_content);
		putchar('\n');
	}
}

int discourse_dump(int argc, char **argv)
{
	struct bench b;
	struct buf corpus = {0};
	struct err e;
	char *line, *next;

	if (argc < 5) {
		fprintf(stderr, "usage: discourse-dump MODEL CODEBOOK CORPUS.jsonl ID...\n");
		return 2;
	}
	if (bench_open(&b, argv[1], argv[2], &e) < 0 || file_read(&corpus, argv[3], &e) < 0) {
		fprintf(stderr, "discourse-dump: %s\n", e.text);
		return 1;
	}
	buf_add(&corpus, "", 1);
	for (line = corpus.p; line && *line; line = next) {
		json_t *o;
		const char *id;
		bool wanted = false;

		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		o = json_loads(line, 0, NULL);
		id = json_string_value(json_object_get(o, "id"));
		for (int i = 4; i < argc; i++)
			wanted = wanted || (id && strcmp(argv[i], id) == 0) ||
				 strcmp(argv[i], "all") == 0;
		if (wanted) {
			struct engine_input in = {0};
			const struct doc *d;

			in.text = str_of(json_string_value(json_object_get(o, "text")));
			in.meta.date = str_of(json_string_value(json_object_get(o, "date")));
			in.meta.title = str_of(json_string_value(json_object_get(o, "title")));
			d = engine_parse(b.engine, &in);
			printf("\n==== %s %s\n", id, json_string_value(json_object_get(o, "date")));
			for (uint32_t k = 0; k < d->n_sentences; k++)
				sentence(d, k);
		}
		json_decref(o);
	}
	buf_free(&corpus);
	bench_close(&b);
	return 0;
}
