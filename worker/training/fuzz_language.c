/* Random and hostile texts through the language stages; every document must come out whole. */
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/engine.h"
#include "worker/engine/segment.h"
#include "worker/engine/text.h"
#include "worker/training/conllu.h"
#include "worker/training/random.h"
#include "worker/training/train.h"

enum { LENGTH_MAX = 3000 };

static const char *const pieces[] = {
	"The minister",
	" said ",
	"\"",
	"“",
	"”",
	"'",
	"’s ",
	"n't ",
	". ",
	".",
	"...",
	"?!",
	"!",
	",",
	"(",
	")",
	"[",
	"]",
	" — ",
	"--",
	"-",
	"\n",
	"\n\n",
	"\r\n",
	"\t",
	" ",
	"\u200b",
	"\u202e",
	"שלום",
	"مرحبا",
	"北京",
	"Ж",
	"é",
	"😀",
	"👨‍👩‍👧",
	"\xff",
	"\xe2\x80",
	"\xed\xa0\x80",
	"\xf0",
	"1",
	"2020",
	"1,000",
	"$",
	"%",
	"U.S.",
	"Mr. ",
	"e.g.",
	"http://",
	"a@b.c",
	"www.",
	"@",
	"#",
	"/",
	"\\",
	"&",
	"*",
	"_",
	"=",
	"~",
	"`",
	"<",
	">",
	"{",
	"}",
	"|",
	";",
	":",
	"a",
	"I",
	"don",
	"cannot",
	"gonna",
	"Xi Jinping",
	"NATO",
	"of",
	"and",
	"which",
	"who",
	"that",
};

static void make_text(struct buf *b, uint64_t *seed)
{
	uint32_t kind = random_below(seed, 10), n = random_below(seed, LENGTH_MAX);
	uint32_t n_pieces = sizeof(pieces) / sizeof(pieces[0]);
	const char *one = pieces[random_below(seed, n_pieces)];

	b->n = 0;
	if (random_below(seed, 8))
		n /= 8;
	while (b->n < n) {
		const char *p = pieces[random_below(seed, n_pieces)];
		char byte = (char)random_next(seed);

		if (kind == 0) /* any bytes */
			buf_add(b, &byte, 1);
		else if (kind == 1) /* one piece over and over */
			buf_add(b, one, strlen(one));
		else
			buf_add(b, p, strlen(p));
		if (kind > 6)
			buf_add(b, " ", 1);
	}
}

/* Whether bytes are whole characters: decoding them again finds nothing to replace. */
static bool is_text(struct str s)
{
	struct arena a = {0};
	struct doc d = {.arena = &a};

	text_decode(&d, s);
	arena_free(&a);
	return d.n_bad == 0;
}

/* What must hold of every analysed document. */
static bool is_whole(const struct doc *d)
{
	uint32_t end = 0, tokens = 0;

	for (uint32_t i = 0; i < d->n_tokens; i++) {
		const struct token *t = &d->tokens[i];

		if (t->span.start < end || t->span.end <= t->span.start ||
		    t->span.end > d->n_chars || t->n_bytes == 0 || !t->form.n || !t->lemma.n ||
		    !is_text(t->lemma))
			return false;
		end = t->span.end;
	}
	for (uint32_t s = 0; s < d->n_sentences; s++) {
		const struct sentence *sent = &d->sentences[s];
		uint32_t roots = 0;

		if (sent->tok != tokens || sent->n_tok == 0 || sent->n_tok > SENTENCE_MAX)
			return false;
		tokens += sent->n_tok;
		for (uint32_t i = sent->tok; i < tokens; i++) {
			int32_t up = (int32_t)i;
			uint32_t steps = 0;

			roots += d->tokens[i].head < 0;
			while (d->tokens[up].head >= 0 && steps++ < sent->n_tok)
				up = d->tokens[up].head;
			if (up != sent->root)
				return false;
		}
		if (roots != 1)
			return false;
	}
	return tokens == d->n_tokens;
}

int fuzz_language(int argc, char **argv)
{
	struct buf bytes = {0}, text = {0};
	struct image model;
	struct engine *en;
	struct err e;
	uint64_t n, seed, tokens = 0;
	int bad = 0;

	if (argc < 4) {
		fprintf(stderr, "usage: fuzz MODEL COUNT SEED\n");
		return 2;
	}
	n = strtoull(argv[2], NULL, 10);
	if (file_read(&bytes, argv[1], &e) < 0 || image_open(&model, bytes.p, bytes.n, &e) < 0 ||
	    !(en = engine_new(&model, NULL, &e))) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	for (uint64_t i = 0; i < n && !bad; i++) {
		const struct doc *d;

		seed = strtoull(argv[3], NULL, 10) * 1000003 + i;
		make_text(&text, &seed);
		d = engine_parse(en, &(struct engine_input){.text = buf_str(&text)});
		tokens += d->n_tokens;
		bad = !is_whole(d);
		if (bad)
			fprintf(stderr, "text %llu is broken\n", (unsigned long long)i);
	}
	fprintf(stderr, "%llu texts, %llu tokens\n", (unsigned long long)n,
		(unsigned long long)tokens);
	engine_free(en);
	buf_free(&bytes);
	buf_free(&text);
	return bad;
}
