#include "worker/training/conllu.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/segment.h"
#include "worker/engine/tag.h"
#include "worker/engine/text.h"

int file_read(struct buf *b, const char *path, struct err *e)
{
	FILE *f = fopen(path, "rb");
	size_t got;
	int bad;

	if (!f)
		return err_errno(e, errno, "cannot open %s", path);
	do {
		buf_reserve(b, 1 << 16);
		got = fread(b->p + b->n, 1, b->cap - b->n, f);
		b->n += got;
	} while (got && b->n < 1u << 30);
	bad = ferror(f);
	fclose(f);
	return bad ? err_set(e, ERR_IO, "cannot read %s", path) : 0;
}

int file_write(const char *path, struct str bytes, struct err *e)
{
	FILE *f = fopen(path, "wb");
	bool ok;

	if (!f)
		return err_errno(e, errno, "cannot write %s", path);
	ok = fwrite(bytes.p, 1, bytes.n, f) == bytes.n;
	ok = fclose(f) == 0 && ok;
	return ok ? 0 : err_set(e, ERR_IO, "cannot write %s", path);
}

struct row {
	struct str col[10];
};

static bool split_row(struct str line, struct row *r)
{
	for (int i = 0; i < 10; i++) {
		const char *tab = i < 9 && line.n ? memchr(line.p, '\t', line.n) : NULL;
		size_t n = tab ? (size_t)(tab - line.p) : line.n;

		if (i < 9 && !tab)
			return false;
		r->col[i] = (struct str){line.p, n};
		line.p += n + (tab != NULL);
		line.n -= n + (tab != NULL);
	}
	return true;
}

static bool contains(struct str s, const char *what)
{
	return s.n && memmem(s.p, s.n, what, strlen(what)) != NULL;
}

static void add_token(struct treebank *tb, const struct row *r, bool glued, bool space)
{
	struct doc *d = &tb->doc;
	struct token *t;

	ARENA_GROW(d->arena, d->tokens, d->n_tokens, d->cap_tokens);
	ARENA_GROW(d->arena, tb->feats, d->n_tokens, tb->cap_feats);
	tb->feats[d->n_tokens] = arena_str(d->arena, r->col[5]);
	t = &d->tokens[d->n_tokens++];
	*t = (struct token){.glued = glued,
			    .space_after = space,
			    .sent = d->n_sentences,
			    .child = -1,
			    .next = -1,
			    .mention = -1};
	segment_forms(d->arena, arena_str(d->arena, r->col[1]), t);
	t->lemma = arena_str(d->arena, r->col[2]);
	t->upos = (uint8_t)upos_of(r->col[3]);
	t->xpos = (uint8_t)tag_xpos_of(r->col[4]);
	t->head = atoi(r->col[6].p);
	t->rel = (uint8_t)rel_of(r->col[7]);
}

static void end_sentence(struct treebank *tb, uint32_t start, bool paragraph)
{
	struct doc *d = &tb->doc;
	struct sentence *s;

	if (d->n_tokens == start)
		return;
	ARENA_GROW(d->arena, d->sentences, d->n_sentences, d->cap_sentences);
	ARENA_GROW(d->arena, tb->paragraph, d->n_sentences, tb->cap_paragraphs);
	tb->paragraph[d->n_sentences] = paragraph;
	s = &d->sentences[d->n_sentences++];
	*s = (struct sentence){.tok = start, .n_tok = d->n_tokens - start, .root = -1, .voice = -1};
	for (uint32_t i = start; i < d->n_tokens; i++) {
		struct token *t = &d->tokens[i];

		if (t->head == 0)
			s->root = (int32_t)i;
		t->head = t->head == 0 ? -1 : (int32_t)start + t->head - 1;
	}
	doc_link_children(d, d->n_sentences - 1);
}

/* "# text = …" lines make the raw text, as the measuring tool of the shared task does. */
static void add_text(struct treebank *tb, struct buf *text, struct str line, bool paragraph)
{
	if (text->n)
		buf_add(text, "\n\n", paragraph ? 2 : 0);
	if (text->n && !paragraph)
		buf_add(text, " ", 1);
	while (line.n && line.p[line.n - 1] == ' ')
		line.n--;
	buf_add(text, line.p, line.n);
	ARENA_GROW(&tb->arena, tb->text_ends, tb->n_text_ends, tb->cap_text_ends);
	tb->text_ends[tb->n_text_ends++] = (uint32_t)text->n;
}

int treebank_read(struct treebank *tb, const char *path, struct err *e)
{
	struct doc *d = &tb->doc;
	struct buf b = {0}, text = {0};
	uint32_t start, range_start = 0, range_end = 0;
	bool paragraph = false, range_space = true;
	size_t at = 0;
	struct row r;

	d->arena = &tb->arena;
	if (file_read(&b, path, e) < 0)
		return err_wrap(e, "treebank");
	if (tb->text.n) {
		buf_add_str(&text, tb->text);
		paragraph = true;
	}
	start = d->n_tokens;
	while (at <= b.n) {
		const char *p = b.p + at, *nl = at < b.n ? memchr(p, '\n', b.n - at) : NULL;
		struct str line = {p, nl ? (size_t)(nl - p) : b.n - at};

		at += line.n + 1;
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (!line.n) {
			if (d->n_tokens > start)
				end_sentence(tb, start, paragraph), paragraph = false;
			start = d->n_tokens;
			range_end = 0;
		} else if (line.p[0] == '#') {
			if (str_starts(line, STR("# newpar")) || str_starts(line, STR("# newdoc")))
				paragraph = true;
			if (str_starts(line, STR("# text = ")))
				add_text(tb, &text, (struct str){line.p + 9, line.n - 9},
					 paragraph);
		} else if (split_row(line, &r)) {
			uint32_t id = (uint32_t)atoi(r.col[0].p);
			bool space = !contains(r.col[9], "SpaceAfter=No");

			if (contains(r.col[0], "-")) {
				range_end = (uint32_t)atoi(strchr(r.col[0].p, '-') + 1);
				range_space = space;
				range_start = id;
			} else if (!contains(r.col[0], ".")) {
				bool inside = id <= range_end;

				add_token(tb, &r, inside && id > range_start,
					  inside ? id == range_end && range_space : space);
			}
		}
	}
	tb->text = arena_str(&tb->arena, buf_str(&text));
	buf_free(&text);
	buf_free(&b);
	return 0;
}

void treebank_free(struct treebank *tb)
{
	arena_free(&tb->arena);
	*tb = (struct treebank){0};
}
