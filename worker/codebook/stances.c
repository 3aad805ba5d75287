/* Happy path: every line is a class, a topic or words of the one that was opened last; items are
 * gathered, sorted by lemma and written. A mistake stops with the file, the line and what was
 * expected there. */
#include "worker/codebook/stances.h"

#include <stdlib.h>

#include "worker/engine/spelling.h"
#include "worker/engine/stance_grammar.h"

enum { CLASSES_MAX = 4096, ITEMS_MAX = 1 << 20, LINES_MAX = 65535, WORD_MAX = 100 };

struct compiler {
	struct grammar_class *classes;
	struct grammar_item *items;
	struct grammar_topic_word *words;
	uint32_t *topics;
	uint32_t n_classes, cap_classes, n_items, cap_items, n_words, cap_words, n_topics;
	uint32_t cap_topics;
	struct buf pool;
	enum { IN_NOTHING, IN_CLASS, IN_TOPIC } in;
	const char *name;
	uint32_t file, line;
	struct err *e;
};

static int fail(struct compiler *c, const char *what, struct str found)
{
	return err_set(c->e, ERR_INVALID, "%s:%u: %s, found \"%.*s\"", c->name, c->line, what,
		       (int)(found.n > 60 ? 60 : found.n), found.p);
}

/* Lines are short and files few: a linear search in the pool would be slow, so each string is
 * written once per use; only "" is shared. */
static uint32_t pool_add(struct compiler *c, struct str s)
{
	uint32_t offset = (uint32_t)c->pool.n;

	if (s.n == 0)
		return 0;
	buf_add_str(&c->pool, s);
	buf_add(&c->pool, "", 1);
	return offset;
}

static bool is_blank(char ch)
{
	return ch == ' ' || ch == '\t' || ch == '\r';
}

/* Cuts the next word off the line; {NULL, 0} at its end. */
static struct str next_word(struct str *line)
{
	struct str word = {0};

	while (line->n && is_blank(line->p[0]))
		line->p++, line->n--;
	if (!line->n)
		return word;
	word.p = line->p;
	while (line->n && !is_blank(line->p[0]))
		line->p++, line->n--, word.n++;
	return word;
}

/* Splits s at the first `mark`: the tail (without the mark) comes back, s keeps the head. */
static struct str split(struct str *s, char mark)
{
	const char *at = s->n ? memchr(s->p, mark, s->n) : NULL;
	struct str tail = {0};

	if (!at)
		return tail;
	tail = (struct str){at + 1, s->n - (size_t)(at - s->p) - 1};
	s->n = (size_t)(at - s->p);
	return tail;
}

static int slot_of(struct compiler *c, struct str s, uint8_t *bits)
{
	while (s.n) {
		struct str rest = split(&s, ',');

		if (str_is(s, "-"))
			;
#define X(name, text, bit) else if (str_is(s, text)) *bits |= bit;
		GRAMMAR_SLOTS(X)
#undef X
		else return fail(c, "expected a place (subj obj comp head poss source -)", s);
		s = rest;
	}
	return 0;
}

static int kind_of(struct str name, uint8_t *kind)
{
	struct str head = name;

	split(&head, '.');
#define X(id, text)                   \
	if (str_is(head, text)) {     \
		*kind = GRAMMAR_##id; \
		return 0;             \
	}
	GRAMMAR_KINDS(X)
#undef X
	return -1;
}

static int part_of(struct str word, uint8_t *part)
{
#define X(id, text)                   \
	if (str_is(word, text)) {     \
		*part = GRAMMAR_##id; \
		return 0;             \
	}
	GRAMMAR_PARTS(X)
#undef X
	return -1;
}

static int read_class(struct compiler *c, struct str line)
{
	struct grammar_class k = {0};
	struct str name = next_word(&line), part = next_word(&line), sign = next_word(&line);
	struct str strength = next_word(&line), holder = next_word(&line);
	struct str targets = next_word(&line);

	if (kind_of(name, &k.kind) < 0)
		return fail(c,
			    "expected a class name (att. say. act. want. eff. flip. eval. cert.)",
			    name);
	if (part_of(part, &k.part) < 0)
		return fail(c, "expected a part (verb noun adj adv prep)", part);
	if (sign.n != 1 || !memchr("+-0", sign.p[0], 3))
		return fail(c, "expected a sign (+ - 0)", sign);
	k.sign = sign.p[0] == '+' ? 1 : sign.p[0] == '-' ? -1 : 0;
	if (strength.n != 1 || strength.p[0] < '1' || strength.p[0] > '3')
		return fail(c, "expected a strength (1 2 3)", strength);
	k.strength = (uint8_t)(strength.p[0] - '0');
	if (!holder.n || !targets.n)
		return fail(c, "expected the places of holder and target", targets);
	if (slot_of(c, holder, &k.holder) < 0 || slot_of(c, targets, &k.targets) < 0)
		return -1;
	if (next_word(&line).n)
		return fail(c, "expected the end of the line", line);
	if (c->n_classes == CLASSES_MAX)
		return fail(c, "expected fewer classes", name);
	k.name = pool_add(c, name);
	MEM_GROW(c->classes, c->n_classes, c->cap_classes);
	c->classes[c->n_classes++] = k;
	c->in = IN_CLASS;
	return 0;
}

/* A topic, or an issue: words for one thing. In the section an issue is a topic whose name starts
 * with GRAMMAR_ISSUE. */
static int read_topic(struct compiler *c, struct str line, bool issue)
{
	char text[WORD_MAX + 2] = {GRAMMAR_ISSUE};
	struct str name = next_word(&line);

	if (!name.n || name.n > WORD_MAX || next_word(&line).n)
		return fail(c, "expected one name of a topic or issue", name);
	if (c->n_topics == CLASSES_MAX)
		return fail(c, "expected fewer topics", name);
	memcpy(text + 1, name.p, name.n);
	if (issue)
		name = (struct str){text, name.n + 1};
	MEM_GROW(c->topics, c->n_topics, c->cap_topics);
	c->topics[c->n_topics++] = pool_add(c, name);
	c->in = IN_TOPIC;
	return 0;
}

/* The engine knows lemmas in American spelling alone. */
static uint32_t add_lemma(struct compiler *c, struct str word)
{
	char other[SPELLING_MAX];

	return pool_add(c, spelling_american(word, other));
}

/* lemma[_particle][:object][+prep]; of a noun or adjective the last part is the lemma. */
static int read_item(struct compiler *c, struct str word)
{
	struct grammar_item it = {.class_index = c->n_classes - 1};
	struct str prep = split(&word, '+'), asked = split(&word, '@');
	struct str object = split(&word, ':'), particle = split(&word, '_');

	if (!word.n || word.n > WORD_MAX || memchr(prep.n ? prep.p : "", '+', prep.n))
		return fail(c, "expected a word (lemma, lemma+prep, lemma_particle, lemma:noun)",
			    word);
	if (c->n_items == ITEMS_MAX)
		return fail(c, "expected fewer words", word);
	if (particle.n && c->classes[it.class_index].part != GRAMMAR_VERB) {
		struct str swap = word;

		word = particle;
		particle = swap;
	}
	if (asked.n) {
		prep = asked;
		it.flags = GRAMMAR_ADDRESSEE;
	}
	it.lemma = add_lemma(c, word);
	it.particle = pool_add(c, particle);
	it.object = pool_add(c, object);
	it.prep = pool_add(c, prep);
	it.line = c->file << 16 | c->line;
	MEM_GROW(c->items, c->n_items, c->cap_items);
	c->items[c->n_items++] = it;
	return 0;
}

static int read_topic_word(struct compiler *c, struct str word)
{
	struct grammar_topic_word w = {.topic = (uint16_t)(c->n_topics - 1), .weight = 1};

	if (word.p[0] == '!') {
		word.p++, word.n--;
		w.weight = 2;
	}
	if (!word.n || word.n > WORD_MAX)
		return fail(c, "expected a word", word);
	if (c->n_words == ITEMS_MAX)
		return fail(c, "expected fewer words", word);
	w.lemma = add_lemma(c, word);
	MEM_GROW(c->words, c->n_words, c->cap_words);
	c->words[c->n_words++] = w;
	return 0;
}

static int read_line(struct compiler *c, struct str line)
{
	bool indented = line.n && is_blank(line.p[0]);
	struct str word;

	split(&line, '#');
	word = next_word(&line);
	if (!word.n)
		return 0;
	if (!indented && str_is(word, "class"))
		return read_class(c, line);
	if (!indented && (str_is(word, "topic") || str_is(word, "issue")))
		return read_topic(c, line, str_is(word, "issue"));
	if (!indented || c->in == IN_NOTHING)
		return fail(c,
			    "expected \"class …\", \"topic …\", \"issue …\" or indented words "
			    "below one",
			    word);
	for (; word.n; word = next_word(&line)) {
		int rc = c->in == IN_CLASS ? read_item(c, word) : read_topic_word(c, word);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static int read_text(struct compiler *c, const struct stances_text *t)
{
	struct str rest = t->text;

	c->name = t->name;
	c->in = IN_NOTHING;
	for (c->line = 1; rest.n; c->line++) {
		struct str line = rest;

		rest = split(&line, '\n');
		if (c->line > LINES_MAX)
			return fail(c, "expected fewer lines", line);
		if (read_line(c, line) < 0)
			return -1;
	}
	return 0;
}

/* qsort has no context argument in C17; the pool of the one compiler at work is in the rows'
 * neighbourhood instead: rows carry a pointer while they are sorted. */
struct row {
	const char *lemma;
	uint32_t index;
};

static int row_cmp(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int d = strcmp(x->lemma, y->lemma);

	return d ? d : x->index < y->index ? -1 : 1;
}

/* Writes the n rows (whose first u32 is the lemma) sorted by lemma. */
static void write_sorted(const struct compiler *c, const void *rows, uint32_t n, size_t size,
			 struct buf *out)
{
	struct row *order = mem_alloc((n + 1) * sizeof(*order));

	for (uint32_t i = 0; i < n; i++) {
		uint32_t offset;

		memcpy(&offset, (const char *)rows + i * size, sizeof(offset));
		order[i] = (struct row){c->pool.p + offset, i};
	}
	if (n)
		qsort(order, n, sizeof(*order), row_cmp);
	for (uint32_t i = 0; i < n; i++)
		buf_add(out, (const char *)rows + order[i].index * size, size);
	mem_free(order);
}

static void write_section(const struct compiler *c, struct buf *out)
{
	struct grammar_header h = {"STANCE1",  c->n_classes,        c->n_items, c->n_topics,
				   c->n_words, (uint32_t)c->pool.n, 0};

	buf_add(out, &h, sizeof(h));
	buf_add(out, c->classes, c->n_classes * sizeof(*c->classes));
	write_sorted(c, c->items, c->n_items, sizeof(*c->items), out);
	buf_add(out, c->topics, c->n_topics * sizeof(*c->topics));
	write_sorted(c, c->words, c->n_words, sizeof(*c->words), out);
	buf_add(out, c->pool.p, c->pool.n);
}

int stances_compile(const struct stances_text *texts, uint32_t n_texts, struct buf *out,
		    struct err *e)
{
	struct compiler c = {.e = e};
	int rc = 0;

	buf_add(&c.pool, "", 1);
	for (uint32_t i = 0; rc == 0 && i < n_texts; i++) {
		c.file = i;
		rc = read_text(&c, &texts[i]);
	}
	if (rc == 0)
		write_section(&c, out);
	mem_free(c.classes);
	mem_free(c.items);
	mem_free(c.words);
	mem_free(c.topics);
	buf_free(&c.pool);
	return rc;
}
