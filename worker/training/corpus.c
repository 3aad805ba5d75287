/* Raw text for unsupervised training: files in, one sentence a line out, tokens apart by blanks. */
#include <jansson.h>
#include <stdio.h>

#include "worker/engine/segment.h"
#include "worker/engine/text.h"
#include "worker/training/conllu.h"
#include "worker/training/corpus_tokens.h"
#include "worker/training/train.h"

static uint64_t write_text(struct arena *a, struct str text, FILE *out)
{
	struct doc d = {.arena = a};
	uint8_t *gaps;

	arena_reset(a, 64 << 20);
	text_decode(&d, text);
	gaps = corpus_tokens(&d);
	segment_sentences(&d, gaps, (struct str){0}); /* by rules, which need no training */
	for (uint32_t s = 0; s < d.n_sentences; s++) {
		for (uint32_t i = 0; i < d.sentences[s].n_tok; i++) {
			struct str f = d.tokens[d.sentences[s].tok + i].form;

			if (i)
				putc(' ', out);
			fwrite(f.p, 1, f.n, out);
		}
		putc('\n', out);
	}
	return d.n_tokens;
}

/* Each line is a JSON object with a "text". */
static uint64_t write_lines(struct arena *a, struct str all, FILE *out)
{
	uint64_t n = 0;

	while (all.n) {
		const char *nl = memchr(all.p, '\n', all.n);
		size_t len = nl ? (size_t)(nl - all.p) : all.n;
		json_t *o = json_loadb(all.p, len, 0, NULL);
		const char *text = json_string_value(json_object_get(o, "text"));

		if (text)
			n += write_text(a, str_of(text), out);
		json_decref(o);
		all.p += len + (nl != NULL);
		all.n -= len + (nl != NULL);
	}
	return n;
}

int train_corpus(int argc, char **argv)
{
	struct arena a = {0};
	struct err e;
	uint64_t n = 0;
	FILE *out;

	if (argc < 3 || !(out = fopen(argv[1], "wb"))) {
		fprintf(stderr,
			"usage: corpus OUT FILE...   (.jsonl with \"text\", or plain text)\n");
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		struct buf b = {0};

		if (file_read(&b, argv[i], &e) < 0) {
			fprintf(stderr, "%s\n", e.text);
			return 1;
		}
		n += str_ends(str_of(argv[i]), STR(".jsonl")) ? write_lines(&a, buf_str(&b), out)
							      : write_text(&a, buf_str(&b), out);
		buf_free(&b);
	}
	fprintf(stderr, "%llu tokens\n", (unsigned long long)n);
	arena_free(&a);
	return fclose(out) != 0;
}
