#include "client/summary.h"

#include <stdlib.h>

#include "client/table.h"

enum { BEST = 400, PER_KIND = 2, PER_DOCUMENT = 2 };

/* The rows that are surest, kept sorted. */
struct best {
	json_t *rows[BEST];
	double scores[BEST];
	int n;
};

/* Pairs of codes with two counts: cooperation and conflict, or support and opposition. */
struct summary {
	struct best events, stances;
	json_t *acts, *positions; /* "CHN\tUSA" → [n, n] */
	json_t *documents;        /* id → true */
	struct summary_counts *counts;
	int rows;
	FILE *f;
};

static void keep(struct best *b, json_t *row, double score)
{
	int at = b->n;

	while (at > 0 && b->scores[at - 1] < score)
		at--;
	if (at == BEST)
		return;
	if (b->n == BEST)
		json_decref(b->rows[--b->n]);
	memmove(b->rows + at + 1, b->rows + at, (size_t)(b->n - at) * sizeof(*b->rows));
	memmove(b->scores + at + 1, b->scores + at, (size_t)(b->n - at) * sizeof(*b->scores));
	b->rows[at] = json_incref(row);
	b->scores[at] = score;
	b->n++;
}

static void drop(struct best *b)
{
	while (b->n)
		json_decref(b->rows[--b->n]);
}

static void count_pair(json_t *pairs, struct str a, struct str b, bool second)
{
	char key[300];
	json_t *two;

	if (!a.n || !b.n || str_eq(a, b) || a.n + b.n > 290)
		return;
	snprintf(key, sizeof(key), "%.*s\t%.*s", STR_ARG(a), STR_ARG(b));
	two = json_object_get(pairs, key);
	if (!two) {
		two = json_pack("[i,i]", 0, 0);
		json_object_set_new(pairs, key, two);
	}
	json_array_set_new(two, second,
			   json_integer(json_integer_value(json_array_get(two, second)) + 1));
}

static void count_document(struct summary *s, const json_t *row)
{
	struct str id = row_str(row, "document");

	json_object_setn_new(s->documents, id.p, id.n, json_true());
}

/* A good example names both sides, is certain, and fits on a screen. */
static double event_score(const json_t *row)
{
	double score = row_double(row, "confidence");
	size_t n = row_str(row, "text").n;

	score += json_array_size(json_object_get(row, "target")) ? 0.3 : 0;
	score -= str_is(row_str(row, "status"), "actual") ? 0 : 0.1;
	return score - (n > 220 ? 0.3 : 0) - (n < 40 ? 0.2 : 0);
}

static double stance_score(const json_t *row)
{
	double score = row_double(row, "confidence") + 0.1 * (double)row_int(row, "strength");
	size_t n = row_str(row, "text").n;

	return score - (n > 220 ? 0.3 : 0) - (n < 40 ? 0.2 : 0);
}

/* What was planned, hypothetical or negated is no act of one on the other. */
static void count_acts(struct summary *s, const json_t *row)
{
	const json_t *a, *b;
	size_t i, k;

	if (!str_is(row_str(row, "status"), "actual") &&
	    !str_is(row_str(row, "status"), "habitual"))
		return;
	json_array_foreach(json_object_get(row, "source"), i, a)
		json_array_foreach(json_object_get(row, "target"), k, b) count_pair(
			s->acts, row_str(a, "code"), row_str(b, "code"), row_int(row, "quad") > 2);
}

static void take_event(void *to, json_t *row)
{
	struct summary *s = to;

	s->counts->events++;
	count_document(s, row);
	count_acts(s, row);
	if (json_array_size(json_object_get(row, "source")))
		keep(&s->events, row, event_score(row));
}

static void take_stance(void *to, json_t *row)
{
	struct summary *s = to;
	const json_t *a;
	size_t i;

	s->counts->stances++;
	count_document(s, row);
	json_array_foreach(json_object_get(row, "holder"), i,
			   a) if (!str_is(row_str(row, "polarity"), "neutral"))
		count_pair(s->positions, row_str(a, "code"), row_str(row, "target_code"),
			   str_is(row_str(row, "polarity"), "oppose"));
	keep(&s->stances, row, stance_score(row));
}

struct pair {
	const char *key;
	int64_t n[2];
};

static int by_count(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	int64_t n = x->n[0] + x->n[1], m = y->n[0] + y->n[1];

	return n != m ? (n < m ? 1 : -1) : strcmp(x->key, y->key);
}

static void print_pairs(const struct summary *s, json_t *pairs, const char *const *heads)
{
	size_t n = json_object_size(pairs), i = 0;
	struct pair *list = mem_alloc((n + 1) * sizeof(*list));
	struct table *t = table_new(heads);
	char first[32], second[32];
	const char *key;
	json_t *two;

	json_object_foreach(pairs, key, two)
	{
		list[i].key = key;
		for (size_t k = 0; k < 2; k++)
			list[i].n[k] = json_integer_value(json_array_get(two, k));
		i++;
	}
	qsort(list, n, sizeof(*list), by_count);
	for (i = 0; i < n && i < (size_t)s->rows; i++) {
		const char *tab = strchr(list[i].key, '\t');

		snprintf(first, sizeof(first), "%ld", (long)list[i].n[0]);
		snprintf(second, sizeof(second), "%ld", (long)list[i].n[1]);
		table_add(t, (const struct str[]){{list[i].key, (size_t)(tab - list[i].key)},
						  str_of(tab + 1),
						  str_of(first),
						  str_of(second)});
	}
	if (n)
		table_print(t, s->f);
	table_free(t);
	mem_free(list);
}

static void title(const struct summary *s, const char *text)
{
	fprintf(s->f, "\n%s%s%s\n", style_on(s->f, STYLE_BOLD), text, style_off(s->f));
}

/* Whether this key was seen fewer than so many times. */
static bool fresh(json_t *seen, struct str key, int most)
{
	char name[200];
	int64_t n;

	snprintf(name, sizeof(name), "%.*s", STR_ARG(key));
	n = json_integer_value(json_object_get(seen, name)) + 1;
	if (n > most)
		return false;
	json_object_set_new(seen, name, json_integer(n));
	return true;
}

/* "Saudi Arabia → Canada", each side as far as it fits. */
static void add_sides(struct buf *out, const json_t *row, const char *first, const char *second)
{
	struct buf one = {0}, other = {0};

	row_actors(row, first, false, &one);
	text_add_short(out, buf_str(&one), 45);
	if (second)
		row_actors(row, second, false, &other);
	if (other.n && str_eq(buf_str(&one), buf_str(&other))) {
		buf_add_str(out, STR(" with each other"));
	} else if (other.n) {
		buf_add_str(out, STR(" → "));
		text_add_short(out, buf_str(&other), 45);
	}
	buf_free(&one);
	buf_free(&other);
}

static void print_example(const struct summary *s, struct str date, struct str sides,
			  const char *verdict, struct str sentence)
{
	fprintf(s->f, "%-12.*s%s%.*s%s  %s\n", STR_ARG(date), style_on(s->f, STYLE_BOLD),
		STR_ARG(sides), style_off(s->f), verdict);
	text_wrap(sentence, 12, s->f);
}

static void print_event(const struct summary *s, const json_t *row)
{
	struct buf sides = {0};
	char verdict[128];
	struct str mode = row_str(row, "mode"), status = row_str(row, "status");

	add_sides(&sides, row, "source", "target");
	snprintf(verdict, sizeof(verdict), "%s%.*s%s%s%.*s%s%.*s", style_on(s->f, STYLE_MARK),
		 STR_ARG(row_str(row, "type")), style_off(s->f), mode.n ? " " : "", STR_ARG(mode),
		 str_is(status, "actual") ? "" : ", ", str_is(status, "actual") ? 0 : (int)status.n,
		 status.p);
	print_example(s, row_str(row, "date"), buf_str(&sides), verdict, row_str(row, "text"));
	buf_free(&sides);
}

static void print_stance(const struct summary *s, const json_t *row)
{
	struct str polarity = row_str(row, "polarity");
	bool oppose = str_is(polarity, "oppose");
	struct buf sides = {0}, verdict = {0};

	add_sides(&sides, row, "holder", NULL);
	buf_printf(&verdict, "%s%s%s ", style_on(s->f, oppose ? STYLE_BAD : STYLE_GOOD),
		   oppose                        ? "opposes"
		   : str_is(polarity, "support") ? "supports"
						 : "is neutral on",
		   style_off(s->f));
	text_add_short(&verdict, row_str(row, "target"), 60);
	buf_add(&verdict, "", 1);
	print_example(s, row_str(row, "doc_date"), buf_str(&sides), verdict.p,
		      row_str(row, "text"));
	buf_free(&sides);
	buf_free(&verdict);
}

/* Examples of many kinds: at most so many of one type or polarity and of one document. */
static void print_examples(const struct summary *s, const struct best *best, const char *label,
			   int per_label, void (*print)(const struct summary *, const json_t *))
{
	json_t *labels = json_object(), *texts = json_object(), *documents = json_object();

	for (int i = 0, n = 0; i < best->n && n < s->rows; i++) {
		const json_t *row = best->rows[i];

		if (!fresh(texts, row_str(row, "text"), 1) ||
		    !fresh(documents, row_str(row, "document"), PER_DOCUMENT) ||
		    !fresh(labels, row_str(row, label), per_label))
			continue;
		print(s, row);
		n++;
	}
	json_decref(labels);
	json_decref(texts);
	json_decref(documents);
}

static void print_all(struct summary *s)
{
	static const char *const ACTS[] = {"who", "to whom", ">cooperation", ">conflict", NULL};
	static const char *const POSITIONS[] = {"who", "towards", ">support", ">oppose", NULL};

	if (s->events.n)
		title(s, "Who did what to whom (examples)");
	print_examples(s, &s->events, "type", PER_KIND, print_event);
	if (s->stances.n)
		title(s, "Who stands where on what (examples)");
	print_examples(s, &s->stances, "polarity", (s->rows + 1) / 2, print_stance);
	if (json_object_size(s->acts))
		title(s, "Most events between");
	print_pairs(s, s->acts, ACTS);
	if (json_object_size(s->positions))
		title(s, "Most positions of one actor on another");
	print_pairs(s, s->positions, POSITIONS);
}

int summary_print(struct source *source, int rows, FILE *f, struct summary_counts *counts,
		  struct err *e)
{
	struct summary *s = mem_alloc(sizeof(*s));
	int r;

	*s = (struct summary){.acts = json_object(),
			      .positions = json_object(),
			      .documents = json_object(),
			      .counts = counts,
			      .rows = rows,
			      .f = f};
	*counts = (struct summary_counts){0};
	r = source_rows(source, &(struct link_query){.what = "events"}, take_event, s, e);
	if (r == 0)
		r = source_rows(source, &(struct link_query){.what = "stances"}, take_stance, s, e);
	counts->documents = json_object_size(s->documents);
	if (r == 0 && rows > 0 && counts->events + counts->stances)
		print_all(s);
	drop(&s->events);
	drop(&s->stances);
	json_decref(s->acts);
	json_decref(s->positions);
	json_decref(s->documents);
	mem_free(s);
	return r;
}
