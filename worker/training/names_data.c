#include "worker/training/names_data.h"

#include "worker/engine/segment.h"

static enum ner kind_of(struct str s)
{
	for (int k = 1; k < N_NER; k++)
		if (str_is(s, ner_name((enum ner)k)))
			return (enum ner)k;
	return NER_NONE;
}

static void end_sentence(struct doc *d, uint32_t *start)
{
	if (d->n_tokens == *start)
		return;
	ARENA_GROW(d->arena, d->sentences, d->n_sentences, d->cap_sentences);
	d->sentences[d->n_sentences++] = (struct sentence){
		.tok = *start, .n_tok = d->n_tokens - *start, .root = -1, .voice = -1};
	*start = d->n_tokens;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void add_token(struct doc *d, struct str line, bool first)
{
	size_t word = 0, last = line.n;
	struct token *t;
	struct str label;

	while (word < line.n && !is_blank(line.p[word]))
		word++;
	while (last && !is_blank(line.p[last - 1]))
		last--;
	label = (struct str){line.p + last, line.n - last};
	ARENA_GROW(d->arena, d->tokens, d->n_tokens, d->cap_tokens);
	t = &d->tokens[d->n_tokens++];
	*t = (struct token){.sent = d->n_sentences,
			    .head = -1,
			    .child = -1,
			    .next = -1,
			    .mention = -1,
			    .space_after = true};
	segment_forms(d->arena, arena_str(d->arena, (struct str){line.p, word}), t);
	t->lemma = t->lower;
	if (label.n < 3 || label.p[1] != '-')
		return;
	t->ner = (uint8_t)kind_of((struct str){label.p + 2, label.n - 2});
	t->ner_begin = t->ner && (label.p[0] != 'I' || first || t[-1].ner != t->ner);
}

int names_read(struct treebank *tb, const char *path, struct err *e)
{
	struct doc *d = &tb->doc;
	struct buf b = {0};
	uint32_t start;
	size_t at = 0;

	d->arena = &tb->arena;
	start = d->n_tokens;
	if (file_read(&b, path, e) < 0)
		return -1;
	while (at < b.n) {
		const char *p = b.p + at, *nl = memchr(p, '\n', b.n - at);
		struct str line = {p, nl ? (size_t)(nl - p) : b.n - at};

		at += line.n + 1;
		while (line.n && is_blank(line.p[line.n - 1]))
			line.n--;
		if (!line.n || str_starts(line, STR("-DOCSTART-")))
			end_sentence(d, &start);
		else
			add_token(d, line, d->n_tokens == start);
	}
	end_sentence(d, &start);
	buf_free(&b);
	return 0;
}
