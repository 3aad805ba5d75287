#include "client/score.h"

#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

struct words {
	struct str *list; /* sorted, without repeats */
	uint32_t n;
};

/* Of a gold or a predicted record, what matching asks for, computed once. */
struct record {
	const json_t *json;
	bool is_event;
	struct str label; /* event type, or polarity */
	struct str status;
	struct str sentence;    /* normalized: gold's prefix, or the prediction's text */
	struct words doers;     /* codes of source or holder */
	struct words targets;   /* codes of an event's targets */
	struct str target_code; /* a stance's */
	struct words target_words;
};

struct list {
	struct record *p;
	uint32_t n, cap;
};

struct scored_doc {
	struct str id;
	struct list gold, predicted;
	bool has_result;
};

struct score {
	struct arena arena;
	struct scored_doc *docs;
	uint32_t n_docs, cap_docs;
	json_t *kept; /* everything that was added, so that records stay valid */
};

static const char *const MEASURES[N_MEASURES] = {"event.detect", "event.triple", "event.full",
						 "stance.pair", "stance.full"};

const char *measure_name(enum measure m)
{
	return MEASURES[m];
}

double tally_precision(struct tally t)
{
	return t.predicted ? (double)t.tp / t.predicted : 0.0;
}

double tally_recall(struct tally t)
{
	return t.gold ? (double)t.tp / t.gold : 0.0;
}

double tally_f1(struct tally t)
{
	double p = tally_precision(t), r = tally_recall(t);

	return p + r > 0 ? 2 * p * r / (p + r) : 0.0;
}

struct score *score_new(void)
{
	struct score *s = mem_alloc(sizeof(*s));

	s->kept = json_array();
	return s;
}

void score_free(struct score *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->n_docs; i++) {
		mem_free(s->docs[i].gold.p);
		mem_free(s->docs[i].predicted.p);
	}
	mem_free(s->docs);
	json_decref(s->kept);
	arena_free(&s->arena);
	mem_free(s);
}

static UChar32 plain(UChar32 c)
{
	switch (c) {
	case 0x2018:
	case 0x2019:
		return '\'';
	case 0x201c:
	case 0x201d:
		return '"';
	default:
		return u_isUWhiteSpace(c) || (c >= 0x1c && c <= 0x1f) ? ' ' : u_tolower(c);
	}
}

/* Lower case, plain quotes, one space for each run of white space, none at the ends. */
static struct str normalize(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, 3 * s.n + 4);
	int32_t i = 0, n = 0, len = (int32_t)s.n;

	while (i < len) {
		UChar32 c;

		U8_NEXT(s.p, i, len, c);
		c = plain(c < 0 ? 0xfffd : c);
		if (c == ' ' && (n == 0 || out[n - 1] == ' '))
			continue;
		U8_APPEND_UNSAFE(out, n, c);
	}
	if (n && out[n - 1] == ' ')
		n--;
	return (struct str){out, (size_t)n};
}

static int by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void sort_words(struct words *w)
{
	uint32_t n = 0;

	if (w->n)
		qsort(w->list, w->n, sizeof(*w->list), by_bytes);
	for (uint32_t i = 0; i < w->n; i++)
		if (!n || !str_eq(w->list[i], w->list[n - 1]))
			w->list[n++] = w->list[i];
	w->n = n;
}

static uint32_t n_common(struct words a, struct words b)
{
	uint32_t n = 0;

	for (uint32_t i = 0, j = 0; i < a.n && j < b.n;) {
		int order = str_cmp(a.list[i], b.list[j]);

		n += order == 0;
		i += order <= 0;
		j += order >= 0;
	}
	return n;
}

static bool is_stop_word(struct str w)
{
	static const char STOP[] =
		" a an the of to in on for with and or its their his her our this "
		"that these those by from at as is are be was were will ";
	char padded[16];

	if (w.n > 8)
		return false;
	snprintf(padded, sizeof(padded), " %.*s ", STR_ARG(w));
	return strstr(STOP, padded) != NULL;
}

static bool is_word_char(UChar32 c)
{
	return c == '\'' || c == '-' || c == '_' || u_isalnum(c) ||
	       u_charType(c) == U_OTHER_NUMBER || u_charType(c) == U_LETTER_NUMBER;
}

static struct words content_words(struct arena *a, struct str text)
{
	struct str s = normalize(a, text);
	struct words w = {0};
	uint32_t cap = 0;
	int32_t start = -1, len = (int32_t)s.n;

	for (int32_t i = 0; i <= len;) {
		int32_t at = i;
		UChar32 c = ' ';

		if (i < len)
			U8_NEXT(s.p, i, len, c);
		else
			i++;
		if (is_word_char(c)) {
			start = start < 0 ? at : start;
			continue;
		}
		if (start >= 0) {
			struct str word = {s.p + start, (size_t)(at - start)};

			if (!is_stop_word(word)) {
				ARENA_GROW(a, w.list, w.n, cap);
				w.list[w.n++] = word;
			}
		}
		start = -1;
	}
	sort_words(&w);
	return w;
}

static struct str string_of(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_string(v) ? (struct str){json_string_value(v), json_string_length(v)}
				 : STR("");
}

/* The entity of a result with this id; results number them from 0, so the place is tried first. */
static const json_t *entity_of(const json_t *entities, const json_t *id)
{
	size_t i, at = (size_t)json_integer_value(id);
	const json_t *v = json_array_get(entities, at);

	if (v && json_integer_value(json_object_get(v, "id")) == json_integer_value(id))
		return v;
	json_array_foreach(entities, i, v) if (json_integer_value(json_object_get(v, "id")) ==
					       json_integer_value(id)) return v;
	return NULL;
}

/* Codes of a list of actor maps, or of ids of `entities`. */
static struct words codes_of(struct arena *a, const json_t *actors, const json_t *entities)
{
	struct words w = {.list = ARENA_ARRAY(a, struct str, json_array_size(actors) + 1)};
	const json_t *v;
	size_t i;

	json_array_foreach(actors, i, v)
	{
		struct str code = string_of(json_is_object(v) ? v : entity_of(entities, v), "code");

		if (code.n)
			w.list[w.n++] = code;
	}
	sort_words(&w);
	return w;
}

static void fill_record(struct arena *a, struct record *r, const json_t *o, bool is_event,
			const json_t *entities)
{
	const json_t *target = json_object_get(o, "target");

	*r = (struct record){.json = o, .is_event = is_event};
	r->label = string_of(o, is_event ? "type" : "polarity");
	r->status = string_of(o, "status");
	if (!r->status.n)
		r->status = STR("actual");
	r->sentence = normalize(a, string_of(o, entities ? "text" : "sent"));
	r->doers = codes_of(a, json_object_get(o, is_event ? "source" : "holder"), entities);
	if (is_event) {
		r->targets = codes_of(a, target, entities);
		return;
	}
	r->target_code = string_of(target, "code");
	if (json_is_integer(json_object_get(target, "entity")))
		r->target_code =
			string_of(entity_of(entities, json_object_get(target, "entity")), "code");
	r->target_words = content_words(a, string_of(target, "text"));
}

static void list_add(struct list *l, struct record r)
{
	MEM_GROW(l->p, l->n, l->cap);
	l->p[l->n++] = r;
}

static struct scored_doc *doc_of(struct score *s, struct str id, bool make)
{
	for (uint32_t i = s->n_docs; i-- > 0;)
		if (str_eq(s->docs[i].id, id))
			return &s->docs[i];
	if (!make)
		return NULL;
	MEM_GROW(s->docs, s->n_docs, s->cap_docs);
	s->docs[s->n_docs] = (struct scored_doc){.id = id};
	return &s->docs[s->n_docs++];
}

int score_add_gold(struct score *s, json_t *record, struct err *e)
{
	struct str doc = string_of(record, "doc"), kind = string_of(record, "kind");
	bool is_event = str_is(kind, "event");
	struct record r;

	if (!doc.n || (!is_event && !str_is(kind, "stance")))
		return err_set(e, ERR_INVALID, "no coded record: \"doc\" and \"kind\" expected");
	if (!json_is_string(json_object_get(record, "sent")))
		return err_set(e, ERR_INVALID, "no \"sent\" in the record of %.*s", STR_ARG(doc));
	json_array_append(s->kept, record);
	fill_record(&s->arena, &r, record, is_event, NULL);
	if (!r.label.n)
		return err_set(e, ERR_INVALID, "no %s in a record of %.*s",
			       is_event ? "type" : "polarity", STR_ARG(doc));
	list_add(&doc_of(s, doc, true)->gold, r);
	return 0;
}

/* "news/d00.txt" is the document "d00"; so is "d00_anything.txt". */
static bool names_doc(struct str id, struct str doc)
{
	const char *slash = id.n ? memrchr(id.p, '/', id.n) : NULL, *dot;
	struct str base = id;

	if (str_eq(id, doc))
		return true;
	if (slash)
		base = (struct str){slash + 1, id.n - (size_t)(slash + 1 - id.p)};
	dot = base.n ? memrchr(base.p, '.', base.n) : NULL;
	if (dot && dot != base.p)
		base.n = (size_t)(dot - base.p);
	if (!str_starts(base, doc))
		return false;
	return base.n == doc.n || base.p[doc.n] == '_' || base.p[doc.n] == '-';
}

static void add_predictions(struct score *s, struct scored_doc *d, const json_t *result)
{
	const json_t *entities = json_object_get(result, "entities"), *o;
	struct record r;
	size_t i;

	json_array_foreach(json_object_get(result, "events"), i, o)
	{
		fill_record(&s->arena, &r, o, true, entities);
		list_add(&d->predicted, r);
	}
	json_array_foreach(json_object_get(result, "stances"), i, o)
	{
		fill_record(&s->arena, &r, o, false, entities);
		list_add(&d->predicted, r);
	}
}

int score_add_result(struct score *s, json_t *result, struct err *e)
{
	struct str id = string_of(json_object_get(result, "doc"), "id");

	if (!id.n || !json_is_array(json_object_get(result, "entities")))
		return err_set(e, ERR_INVALID,
			       "no result record: \"doc\" with \"id\" and \"entities\" expected");
	json_array_append(s->kept, result);
	for (uint32_t i = 0; i < s->n_docs; i++)
		if (names_doc(id, s->docs[i].id)) {
			s->docs[i].predicted.n = 0; /* a later result replaces an earlier one */
			s->docs[i].has_result = true;
			add_predictions(s, &s->docs[i], result);
		}
	return 0;
}

void score_documents(const struct score *s, uint32_t *gold, uint32_t *with_result)
{
	*gold = s->n_docs;
	*with_result = 0;
	for (uint32_t i = 0; i < s->n_docs; i++)
		*with_result += s->docs[i].has_result;
}

static struct str first_chars(struct str s, int n)
{
	int32_t i = 0, len = (int32_t)s.n;

	while (n-- > 0 && i < len)
		U8_FWD_1(s.p, i, len);
	return (struct str){s.p, (size_t)i};
}

static bool contains(struct str s, struct str part)
{
	return memmem(s.p, s.n, part.p, part.n) != NULL;
}

/* Gold names a sentence by its beginning; a predicted text may be cut differently. */
static bool same_sentence(struct str gold, struct str text)
{
	bool long_enough = first_chars(text, 19).n < text.n; /* 20 characters or more */

	if (!gold.n || !text.n)
		return false;
	return contains(text, gold) || (long_enough && contains(gold, text)) ||
	       str_starts(text, first_chars(gold, 40)) || str_starts(gold, first_chars(text, 40));
}

static bool same_target(const struct record *g, const struct record *p)
{
	uint32_t shorter =
		g->target_words.n < p->target_words.n ? g->target_words.n : p->target_words.n;

	if (g->target_code.n && p->target_code.n)
		return str_eq(g->target_code, p->target_code);
	return shorter && n_common(g->target_words, p->target_words) * 2 >= shorter;
}

static bool matches(enum measure m, const struct record *g, const struct record *p)
{
	if (g->is_event != p->is_event || !same_sentence(g->sentence, p->sentence))
		return false;
	if (m <= EVENT_FULL) {
		if (!str_eq(g->label, p->label))
			return false;
		if (m == EVENT_DETECT)
			return true;
		if (!n_common(g->doers, p->doers) ||
		    (g->targets.n && !n_common(g->targets, p->targets)))
			return false;
		return m == EVENT_TRIPLE || str_eq(g->status, p->status);
	}
	if (!n_common(g->doers, p->doers) || !same_target(g, p))
		return false;
	return m == STANCE_PAIR || str_eq(g->label, p->label);
}

/* The largest one-to-one pairing, by augmenting paths. owner[j] is the gold record of prediction
 * j, or -1. Recursion is bounded by the number of gold records of one document. */
struct pairing {
	enum measure m;
	const struct list *gold, *predicted;
	const char *label; /* only records with it, or NULL */
	int32_t *owner;
	bool *seen;
};

static bool takes_part(const struct pairing *p, const struct record *r)
{
	return r->is_event == (p->m <= EVENT_FULL) && (!p->label || str_is(r->label, p->label));
}

static bool grow(struct pairing *p, uint32_t g)
{
	for (uint32_t j = 0; j < p->predicted->n; j++) {
		const struct record *r = &p->predicted->p[j];

		if (p->seen[j] || !takes_part(p, r) || !matches(p->m, &p->gold->p[g], r))
			continue;
		p->seen[j] = true;
		if (p->owner[j] < 0 || grow(p, (uint32_t)p->owner[j])) {
			p->owner[j] = (int32_t)g;
			return true;
		}
	}
	return false;
}

static void pair(struct pairing *p, struct tally *t)
{
	for (uint32_t j = 0; j < p->predicted->n; j++) {
		p->owner[j] = -1;
		t->predicted += takes_part(p, &p->predicted->p[j]);
	}
	for (uint32_t g = 0; g < p->gold->n; g++) {
		if (!takes_part(p, &p->gold->p[g]))
			continue;
		t->gold++;
		memset(p->seen, 0, p->predicted->n);
		t->tp += grow(p, g);
	}
}

static struct tally sum(struct score *s, enum measure m, const char *label)
{
	struct tally t = {0};

	for (uint32_t i = 0; i < s->n_docs; i++) {
		struct scored_doc *d = &s->docs[i];
		struct pairing p = {m, &d->gold, &d->predicted, label, NULL, NULL};

		p.owner = mem_alloc((d->predicted.n + 1) * sizeof(*p.owner));
		p.seen = mem_alloc(d->predicted.n + 1);
		pair(&p, &t);
		mem_free(p.owner);
		mem_free(p.seen);
	}
	return t;
}

struct tally score_total(struct score *s, enum measure m)
{
	return sum(s, m, NULL);
}

struct tally score_label(struct score *s, enum measure m, const char *label)
{
	return sum(s, m, label);
}

static void doc_errors(const struct scored_doc *d, const struct pairing *p, score_error_fn *fn,
		       void *arg)
{
	char *id = mem_alloc(d->id.n + 1);
	bool *hit = mem_alloc(d->gold.n + 1);

	memcpy(id, d->id.p, d->id.n);
	for (uint32_t j = 0; j < d->predicted.n; j++)
		if (p->owner[j] >= 0)
			hit[p->owner[j]] = true;
	for (uint32_t g = 0; g < d->gold.n; g++)
		if (!hit[g] && takes_part(p, &d->gold.p[g]))
			fn(arg, id, true, d->gold.p[g].json);
	for (uint32_t j = 0; j < d->predicted.n; j++)
		if (p->owner[j] < 0 && takes_part(p, &d->predicted.p[j]))
			fn(arg, id, false, d->predicted.p[j].json);
	mem_free(hit);
	mem_free(id);
}

void score_errors(struct score *s, enum measure m, score_error_fn *fn, void *arg)
{
	for (uint32_t i = 0; i < s->n_docs; i++) {
		struct scored_doc *d = &s->docs[i];
		struct pairing p = {m, &d->gold, &d->predicted, NULL, NULL, NULL};
		struct tally t = {0};

		p.owner = mem_alloc((d->predicted.n + 1) * sizeof(*p.owner));
		p.seen = mem_alloc(d->predicted.n + 1);
		pair(&p, &t);
		doc_errors(d, &p, fn, arg);
		mem_free(p.owner);
		mem_free(p.seen);
	}
}
