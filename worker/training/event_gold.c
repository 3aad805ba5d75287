#include "worker/training/event_gold.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "worker/training/json_lines.h"

static struct str text_of(struct gold *g, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_string(v))
		return STR("");
	return arena_str(&g->arena, (struct str){json_string_value(v), json_string_length(v)});
}

static uint32_t actors_of(struct gold *g, const json_t *o, const char *key, struct gold_actor *out)
{
	const json_t *list = json_object_get(o, key), *a;
	size_t i;
	uint32_t n = 0;

	json_array_foreach(list, i, a) if (n < GOLD_ACTORS_MAX) out[n++] = (struct gold_actor){
		text_of(g, a, "code"), text_of(g, a, "role"), text_of(g, a, "name")};
	return n;
}

static enum event_status status_named(struct str name)
{
	for (int i = 0; i < N_EVENT_STATUSES; i++)
		if (str_is(name, event_status_name((enum event_status)i)))
			return (enum event_status)i;
	return STATUS_ACTUAL;
}

static struct gold_doc *find_doc(struct gold *g, struct str id)
{
	for (uint32_t i = 0; i < g->n; i++)
		if (str_eq(g->docs[i].id, id))
			return &g->docs[i];
	return NULL;
}

static void add_event(struct gold *g, const json_t *o)
{
	struct gold_event e = {.type = event_type_of(text_of(g, o, "type")),
			       .status = status_named(text_of(g, o, "status")),
			       .sentence = text_of(g, o, "sent"),
			       .trigger = text_of(g, o, "trigger")};
	struct gold_doc *d = find_doc(g, text_of(g, o, "doc"));

	if (!d || !e.type)
		return;
	e.n_source = actors_of(g, o, "source", e.source);
	e.n_target = actors_of(g, o, "target", e.target);
	e.n_by = (uint32_t)json_array_size(json_object_get(o, "by"));
	MEM_GROW(d->events, d->n_events, d->cap_events);
	d->events[d->n_events++] = e;
}

static void add_doc(struct gold *g, const json_t *o)
{
	struct gold_doc d = {.id = text_of(g, o, "id"),
			     .date = text_of(g, o, "date"),
			     .title = text_of(g, o, "title"),
			     .text = text_of(g, o, "text")};

	MEM_GROW(g->docs, g->n, g->cap);
	g->docs[g->n++] = d;
}

static int read_doc(void *to, json_t *o, struct err *e)
{
	(void)e;
	add_doc(to, o);
	return 0;
}

static int read_record(void *to, json_t *o, struct err *e)
{
	(void)e;
	if (json_is_string(json_object_get(o, "type")))
		add_event(to, o);
	return 0;
}

static int each_file(struct gold *g, const char *path, struct err *e)
{
	struct dirent **list;
	struct stat st;
	int n, rc = 0;

	if (stat(path, &st) < 0)
		return err_set(e, ERR_NOT_FOUND, "no such file or folder: %s", path);
	if (!S_ISDIR(st.st_mode))
		return json_lines(path, read_record, g, e);
	n = scandir(path, &list, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char below[4096];
		struct str name = str_of(list[i]->d_name);

		snprintf(below, sizeof(below), "%s/%s", path, list[i]->d_name);
		if (rc == 0 && name.p[0] != '.' && stat(below, &st) == 0 &&
		    (S_ISDIR(st.st_mode) ||
		     (str_ends(name, STR(".jsonl")) && !strstr(name.p, "index"))))
			rc = each_file(g, below, e);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return rc;
}

static int by_id(const void *a, const void *b)
{
	return str_cmp(((const struct gold_doc *)a)->id, ((const struct gold_doc *)b)->id);
}

int gold_read(struct gold *g, const char *corpus, const char *records, struct err *e)
{
	*g = (struct gold){0};
	if (json_lines(corpus, read_doc, g, e) < 0)
		return -1;
	if (g->n)
		qsort(g->docs, g->n, sizeof(*g->docs), by_id);
	for (uint32_t i = 0; i < g->n; i++)
		g->docs[i].fold = i % 5;
	return each_file(g, records, e);
}

static int read_more(struct gold *g, const char *corpus, const char *records, struct err *e)
{
	uint32_t first = g->n;

	if (json_lines(corpus, read_doc, g, e) < 0)
		return -1;
	for (uint32_t i = first; i < g->n; i++)
		g->docs[i].fold = GOLD_EXTRA;
	return each_file(g, records, e);
}

int gold_read_pair(struct gold *g, const char *pair, struct err *e)
{
	const char *colon = strchr(pair, ':');
	char documents[4096];

	if (!colon)
		return err_set(e, ERR_INVALID, "%s: expected DOCUMENTS:RECORDS", pair);
	snprintf(documents, sizeof(documents), "%.*s", (int)(colon - pair), pair);
	return read_more(g, documents, colon + 1, e);
}

uint32_t gold_fold(const struct gold_doc *d)
{
	return d->fold == GOLD_EXTRA ? (uint32_t)(XXH3_64bits(d->id.p, d->id.n) % 5) : d->fold;
}

void gold_free(struct gold *g)
{
	for (uint32_t i = 0; i < g->n; i++)
		mem_free(g->docs[i].events);
	mem_free(g->docs);
	arena_free(&g->arena);
	*g = (struct gold){0};
}

struct engine_input gold_input(const struct gold_doc *doc)
{
	return (struct engine_input){
		.text = doc->text,
		.meta = {.id = doc->id,
			 .title = doc->title,
			 .date = doc->date,
			 .date_source = doc->date.n ? STR("given") : STR("none"),
			 .lang = STR("en"),
			 .source = STR(""),
			 .collection = STR(""),
			 .sha256 = STR("")}};
}

/* Letters and digits alone, in lower case: what is left when quotes, dashes and spaces differ.
 * General punctuation (U+2000 to U+206F) and the no-break space are dropped. */
static void squeeze(struct str s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == 0xE2 && i + 2 < s.n && ((unsigned char)s.p[i + 1] & 0xFE) == 0x80) {
			i += 2;
		} else if (c == 0xC2 && i + 1 < s.n && (unsigned char)s.p[i + 1] == 0xA0) {
			i++;
		} else if (c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
			buf_add(out, &c, 1);
		} else if (c >= 'A' && c <= 'Z') {
			c = (unsigned char)(c + 'a' - 'A');
			buf_add(out, &c, 1);
		}
	}
}

static bool starts(struct str s, struct str head, size_t n)
{
	n = n < head.n ? n : head.n;
	return n > 0 && s.n >= n && memcmp(s.p, head.p, n) == 0;
}

static bool contains(struct str s, struct str part)
{
	return part.n && s.n >= part.n && memmem(s.p, s.n, part.p, part.n);
}

/* Squeezed tokens of a sentence on end, with where each byte comes from. */
static void squeeze_tokens(const struct doc *d, const struct sentence *s, struct buf *text,
			   struct buf *owner)
{
	text->n = owner->n = 0;
	for (uint32_t i = s->tok; i < s->tok + s->n_tok; i++) {
		size_t from = text->n;

		squeeze(d->tokens[i].lower, text);
		for (; from < text->n; from++)
			buf_add(owner, &i, sizeof(i));
	}
}

static bool locate_in(struct str text, const struct buf *owner, struct str trigger, uint32_t *first,
		      uint32_t *n)
{
	const uint32_t *own = (const uint32_t *)(const void *)owner->p;
	const char *hit = NULL, *at = text.p;

	/* the first hit that begins with a token is better than one inside a word */
	while (trigger.n && at && (size_t)(at - text.p) + trigger.n <= text.n) {
		at = memmem(at, text.n - (size_t)(at - text.p), trigger.p, trigger.n);
		if (!at)
			break;
		if (!hit)
			hit = at;
		if (at == text.p || own[at - text.p] != own[at - text.p - 1]) {
			hit = at;
			break;
		}
		at++;
	}
	if (!hit)
		return false;
	*first = own[hit - text.p];
	*n = own[(size_t)(hit - text.p) + trigger.n - 1] - *first + 1;
	return true;
}

bool gold_locate(const struct doc *d, struct str sentence, struct str phrase, uint32_t *first,
		 uint32_t *n)
{
	struct buf text = {0}, owner = {0}, sent = {0}, trigger = {0};
	bool found = false, near = false;

	squeeze(sentence, &sent);
	squeeze(phrase, &trigger);
	for (int pass = 0; pass < 3 && !found; pass++)
		for (uint32_t s = 0; s < d->n_sentences && !found; s++) {
			struct str t, head = buf_str(&sent);
			bool fits;

			squeeze_tokens(d, &d->sentences[s], &text, &owner);
			t = buf_str(&text);
			fits = starts(t, head, 30) || (pass > 0 && contains(t, head)) ||
			       (pass > 0 && t.n >= 15 && contains(head, t));
			/* pass 2: the sentence after the one that fits */
			if (pass < 2 ? fits : near)
				found = locate_in(t, &owner, buf_str(&trigger), first, n);
			near = fits;
		}
	buf_free(&text);
	buf_free(&owner);
	buf_free(&sent);
	buf_free(&trigger);
	return found;
}
