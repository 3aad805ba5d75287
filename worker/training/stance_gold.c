#include "worker/training/stance_gold.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_stop(struct str s)
{
	static const char *const list[] = {"a",     "an",   "the",  "of",   "to",    "in",    "on",
					   "for",   "with", "and",  "or",   "its",   "his",   "her",
					   "their", "our",  "this", "that", "these", "those", "by",
					   "from",  "at",   "as",   "is",   "are",   "be",    "was",
					   "were",  "will", NULL};

	return str_in(s, list);
}

/* Typographic quotes and non-breaking blanks to plain ones. */
static size_t plain(const char *p, size_t n, char *c)
{
	static const struct {
		const char *bytes;
		char plain;
	} marks[] = {{"\xe2\x80\x99", '\''},
		     {"\xe2\x80\x98", '\''},
		     {"\xe2\x80\x9c", '"'},
		     {"\xe2\x80\x9d", '"'},
		     {"\xc2\xa0", ' '}};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t m = strlen(marks[i].bytes);

		if (n >= m && memcmp(p, marks[i].bytes, m) == 0) {
			*c = marks[i].plain;
			return m;
		}
	}
	*c = *p;
	return 1;
}

struct str gold_normal(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n;) {
		char c;

		i += plain(s.p + i, s.n - i, &c);
		if (c == '\n' || c == '\t' || c == '\r')
			c = ' ';
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c == ' ' && (n == 0 || out[n - 1] == ' '))
			continue;
		out[n++] = c;
	}
	while (n && out[n - 1] == ' ')
		n--;
	return (struct str){out, n};
}

static bool is_word_byte(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'' || c == '-' ||
	       c == '_' || c >= 0x80;
}

void words_of(struct arena *a, struct str text, struct words *out)
{
	struct str s = gold_normal(a, text);

	out->n = 0;
	for (size_t i = 0; i < s.n && out->n < WORDS_MAX;) {
		struct str w = {s.p + i, 0};
		bool again;

		while (i < s.n && is_word_byte((unsigned char)s.p[i]))
			i++, w.n++;
		if (!w.n) {
			i++;
			continue;
		}
		again = is_stop(w);
		for (uint32_t k = 0; !again && k < out->n; k++)
			again = str_eq(out->w[k], w);
		if (!again)
			out->w[out->n++] = w;
	}
}

uint32_t words_common(const struct words *a, const struct words *b)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < a->n; i++)
		for (uint32_t k = 0; k < b->n; k++)
			n += str_eq(a->w[i], b->w[k]);
	return n;
}

static bool contains(struct str s, struct str part)
{
	return part.n <= s.n && memmem(s.p, s.n, part.p, part.n);
}

bool gold_same_sentence(struct str gold, struct str ours)
{
	struct str g = gold, t = ours;

	if (!g.n || !t.n)
		return false;
	if (contains(t, g) || (t.n >= 20 && contains(g, t)))
		return true;
	g.n = g.n > 40 ? 40 : g.n;
	t.n = t.n > 40 ? 40 : t.n;
	return str_starts(ours, g) || str_starts(gold, t);
}

bool gold_same_target(const struct gold_stance *g, struct str code, const struct words *w)
{
	uint32_t least = g->words.n < w->n ? g->words.n : w->n;

	if (g->code.n && code.n)
		return str_eq(g->code, code);
	return least && words_common(&g->words, w) * 2 >= least;
}

bool gold_holds(const struct gold_stance *g, struct str code)
{
	for (uint32_t i = 0; code.n && i < g->n_holders; i++)
		if (str_eq(g->codes[i], code))
			return true;
	return false;
}

/* Whether both are names that stand for no code, and share a word. */
static bool both_named(struct arena *a, struct str x, struct str y)
{
	const size_t n = strlen("OTHER:");
	struct words v, w;

	if (!str_starts(x, STR("OTHER:")) || !str_starts(y, STR("OTHER:")))
		return false;
	words_of(a, (struct str){x.p + n, x.n - n}, &v);
	words_of(a, (struct str){y.p + n, y.n - n}, &w);
	return words_common(&v, &w) > 0;
}

bool gold_means_holder(struct arena *a, const struct gold_stance *g, struct str code)
{
	bool named = false;

	for (uint32_t i = 0; i < g->n_holders; i++)
		named |= both_named(a, g->codes[i], code);
	return named || gold_holds(g, code);
}

bool gold_means_target(struct arena *a, const struct gold_stance *g, struct str code,
		       const struct words *w)
{
	return gold_same_target(g, code, w) || both_named(a, g->code, code);
}

static struct str string_at(struct arena *a, const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return arena_str(a, str_of(s ? s : ""));
}

struct str gold_id(struct str id)
{
	const char *slash = memrchr(id.p, '/', id.n);

	return slash ? (struct str){slash + 1, id.n - (size_t)(slash + 1 - id.p)} : id;
}

struct gold_doc *gold_find(const struct stance_gold *g, struct str id)
{
	for (uint32_t i = 0; i < g->n_docs; i++)
		if (str_eq(g->docs[i].id, id))
			return &g->docs[i];
	return NULL;
}

static void read_corpus_line(struct stance_gold *g, const json_t *o)
{
	struct str id = gold_id(string_at(&g->arena, o, "id"));

	ARENA_GROW(&g->arena, g->docs, g->n_docs, g->cap);
	g->docs[g->n_docs++] = (struct gold_doc){.id = id,
						 .date = string_at(&g->arena, o, "date"),
						 .text = string_at(&g->arena, o, "text")};
}

static void read_stance(struct stance_gold *g, const json_t *o)
{
	struct gold_doc *d = gold_find(g, string_at(&g->arena, o, "doc"));
	const json_t *holders = json_object_get(o, "holder"), *t = json_object_get(o, "target");
	struct str polarity = string_at(&g->arena, o, "polarity");
	struct gold_stance s = {0};

	if (!d || !str_is(string_at(&g->arena, o, "kind"), "stance"))
		return;
	s.n_holders = (uint32_t)json_array_size(holders);
	s.codes = ARENA_ARRAY(&g->arena, struct str, s.n_holders + 1);
	s.names = ARENA_ARRAY(&g->arena, struct str, s.n_holders + 1);
	for (uint32_t i = 0; i < s.n_holders; i++) {
		s.codes[i] = string_at(&g->arena, json_array_get(holders, i), "code");
		s.names[i] = string_at(&g->arena, json_array_get(holders, i), "name");
	}
	s.sentence = gold_normal(&g->arena, string_at(&g->arena, o, "sent"));
	s.target = string_at(&g->arena, t, "text");
	s.code = string_at(&g->arena, t, "code");
	words_of(&g->arena, s.target, &s.words);
	s.polarity = str_is(polarity, "support")  ? POLARITY_SUPPORT
		     : str_is(polarity, "oppose") ? POLARITY_OPPOSE
						  : POLARITY_NEUTRAL;
	s.strength = (int)json_integer_value(json_object_get(o, "strength"));
	s.trigger = string_at(&g->arena, o, "trigger");
	ARENA_GROW(&g->arena, d->stances, d->n_stances, d->cap);
	d->stances[d->n_stances++] = s;
}

static int read_lines(struct stance_gold *g, const char *path,
		      void (*take)(struct stance_gold *g, const json_t *o), struct err *e)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (!f)
		return err_set(e, ERR_NOT_FOUND, "cannot open %s", path);
	while ((n = getline(&line, &cap, f)) > 0) {
		json_t *o = json_loadb(line, (size_t)n, 0, NULL);

		if (o)
			take(g, o);
		json_decref(o);
	}
	free(line);
	fclose(f);
	return 0;
}

static int read_folder(struct stance_gold *g, const char *folder, struct err *e)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int rc = 0;

	if (!dir)
		return err_set(e, ERR_NOT_FOUND, "cannot open %s", folder);
	while (rc == 0 && (entry = readdir(dir)) != NULL) {
		char path[4096];

		if (!str_ends(str_of(entry->d_name), STR(".jsonl")) ||
		    strstr(entry->d_name, "index"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		rc = read_lines(g, path, read_stance, e);
	}
	closedir(dir);
	return rc;
}

static int doc_cmp(const void *a, const void *b)
{
	return str_cmp(((const struct gold_doc *)a)->id, ((const struct gold_doc *)b)->id);
}

static int read_own(struct stance_gold *g, const char *folder, struct err *e)
{
	char path[4096];

	g->n_own = g->n_docs;
	snprintf(path, sizeof(path), "%s/documents.jsonl", folder);
	if (read_lines(g, path, read_corpus_line, e) < 0)
		return -1;
	g->n_own = g->n_docs - g->n_own;
	snprintf(path, sizeof(path), "%s/records.jsonl", folder);
	return read_lines(g, path, read_stance, e);
}

int stance_gold_read(struct stance_gold *g, const char *folder, const char *own, struct err *e)
{
	char path[4096];

	*g = (struct stance_gold){0};
	snprintf(path, sizeof(path), "%s/corpus.jsonl", folder);
	if (read_lines(g, path, read_corpus_line, e) < 0)
		return -1;
	qsort(g->docs, g->n_docs, sizeof(*g->docs), doc_cmp);
	snprintf(path, sizeof(path), "%s/gold", folder);
	if (read_folder(g, path, e) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/gold/news", folder);
	if (read_folder(g, path, e) < 0)
		return -1;
	return own ? read_own(g, own, e) : 0;
}
