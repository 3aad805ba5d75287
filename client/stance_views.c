#include "client/command.h"
#include "client/hint.h"
#include "client/stance_views.h"

#include <stdlib.h>

#include "client/export.h"
#include "client/table.h"

enum { PAGE = 10000, ROWS_MAX = 30, CELL = 12 };

static struct str copy(struct arena *a, struct buf *b)
{
	struct str s = arena_str(a, buf_str(b));

	b->n = 0;
	return s;
}

/* The matrix */

struct axis {
	struct str name;
	int64_t n; /* stances in its row or column */
};

static int by_weight(const void *a, const void *b)
{
	const struct axis *x = a, *y = b;

	return x->n != y->n ? (x->n < y->n ? 1 : -1) : str_cmp(x->name, y->name);
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct axis *)a)->name, ((const struct axis *)b)->name);
}

/* Every holder (or target) once, the one with most stances first. */
static uint32_t axis_of(json_t *const *rows, uint32_t n, const char *key, struct axis *out)
{
	uint32_t m = 0;

	for (uint32_t i = 0; i < n; i++)
		out[i] = (struct axis){row_str(rows[i], key), row_int(rows[i], "n")};
	qsort(out, n, sizeof(*out), by_name);
	for (uint32_t i = 0; i < n; i++) {
		if (m && str_eq(out[m - 1].name, out[i].name))
			out[m - 1].n += out[i].n;
		else
			out[m++] = out[i];
	}
	qsort(out, m, sizeof(*out), by_weight);
	return m;
}

static const json_t *cell_of(json_t *const *rows, uint32_t n, struct str holder, struct str target)
{
	for (uint32_t i = 0; i < n; i++)
		if (str_eq(row_str(rows[i], "holder"), holder) &&
		    str_eq(row_str(rows[i], "target"), target))
			return rows[i];
	return NULL;
}

/* False where the holder stands on none of the targets shown. */
static bool print_row(struct table *t, json_t *const *rows, uint32_t n, struct str holder,
		      const struct axis *targets, uint32_t n_targets)
{
	struct str cells[TABLE_COLUMNS_MAX] = {holder};
	struct arena a = {0};
	bool some = false;

	for (uint32_t i = 0; i < n_targets; i++) {
		const json_t *cell = cell_of(rows, n, holder, targets[i].name);

		cells[i + 1] = cell ? arena_printf(&a, "%+.1f (%ld)", row_double(cell, "mean"),
						   (long)row_int(cell, "n"))
				    : STR("");
		some |= cell != NULL;
	}
	if (some)
		table_add(t, cells);
	arena_free(&a);
	return some;
}

/* As many targets as fit beside each other, those with most stances first. */
static uint32_t columns_that_fit(uint32_t n)
{
	uint32_t most = (uint32_t)(style_width(stdout) - 16) / CELL;

	if (most > TABLE_COLUMNS_MAX - 1)
		most = TABLE_COLUMNS_MAX - 1;
	return n < most ? n : most;
}

static int print_matrix(json_t *const *rows, uint32_t n)
{
	struct axis *holders = mem_alloc((n + 1) * sizeof(*holders));
	struct axis *targets = mem_alloc((n + 1) * sizeof(*targets));
	uint32_t n_holders = axis_of(rows, n, "holder", holders);
	uint32_t n_targets = axis_of(rows, n, "target", targets);
	uint32_t shown = columns_that_fit(n_targets);
	uint32_t lines = 0;
	const char *heads[TABLE_COLUMNS_MAX + 1] = {""};
	struct arena a = {0};
	struct table *t;

	for (uint32_t i = 0; i < shown; i++)
		heads[i + 1] =
			arena_printf(&a, ">%.*s", STR_ARG(text_fit(targets[i].name, CELL - 2))).p;
	t = table_new(heads);
	for (uint32_t i = 0; i < n_holders && lines < ROWS_MAX; i++)
		lines += print_row(t, rows, n, holders[i].name, targets, shown);
	table_print(t, stdout);
	table_free(t);
	arena_free(&a);
	puts("\nRows hold the position, columns are its target: mean from -3 (against) to 3 (for), "
	     "number of stances.");
	if (lines < n_holders || shown < n_targets)
		printf("%u of %u holders and %u of %u targets; --csv and --json have all.\n", lines,
		       n_holders, shown, n_targets);
	mem_free(holders);
	mem_free(targets);
	return 0;
}

/* Over time */

static void add_mean(struct buf *b, const json_t *row)
{
	buf_printf(b, "%+.2f", row_double(row, "mean"));
}

static void add_interval(struct buf *b, const json_t *row)
{
	buf_printf(b, "%+.1f … %+.1f", row_double(row, "low"), row_double(row, "high"));
}

static void add_change(struct buf *b, const json_t *row)
{
	if (json_is_real(json_object_get(row, "change")))
		buf_printf(b, "%+.2f", row_double(row, "change"));
}

static int print_times(json_t *const *rows, uint32_t n)
{
	static const char *const heads[] = {"who",   "towards", "period",  ">for", ">against",
					    ">mean", ">95 %",   ">change", NULL};
	struct table *t = table_new(heads);
	struct str holder = STR(""), target = STR("");
	struct arena a = {0};
	struct buf b = {0};

	for (uint32_t i = 0; i < n; i++) {
		const json_t *row = rows[i];
		bool same = str_eq(row_str(row, "holder"), holder) &&
			    str_eq(row_str(row, "target"), target);
		struct str cells[8];

		holder = row_str(row, "holder");
		target = row_str(row, "target");
		cells[0] = same ? STR("") : holder;
		cells[1] = same ? STR("") : target;
		cells[2] = row_str(row, "period");
		cells[3] = arena_printf(&a, "%ld", (long)row_int(row, "support"));
		cells[4] = arena_printf(&a, "%ld", (long)row_int(row, "oppose"));
		add_mean(&b, row);
		cells[5] = copy(&a, &b);
		add_interval(&b, row);
		cells[6] = copy(&a, &b);
		add_change(&b, row);
		cells[7] = copy(&a, &b);
		table_add(t, cells);
	}
	table_print(t, stdout);
	table_free(t);
	arena_free(&a);
	buf_free(&b);
	return 0;
}

/* Contradictions */

static void print_side(const json_t *row, const char *side)
{
	char key[64];
	struct str polarity, date, target, text;
	bool oppose;

	snprintf(key, sizeof(key), "%s_polarity", side);
	polarity = row_str(row, key);
	oppose = str_is(polarity, "oppose");
	snprintf(key, sizeof(key), "%s_date", side);
	date = row_str(row, key);
	snprintf(key, sizeof(key), "%s_target", side);
	target = row_str(row, key);
	snprintf(key, sizeof(key), "%s_text", side);
	text = row_str(row, key);
	printf("  S%-6ld %.*s  %s%s%s %.*s\n", (long)row_int(row, side), STR_ARG(date),
	       style_on(stdout, oppose ? STYLE_BAD : STYLE_GOOD), oppose ? "opposes" : "supports",
	       style_off(stdout), STR_ARG(target));
	text_wrap(text, 10, stdout);
}

static int print_contradictions(json_t *const *rows, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct str holder = row_str(rows[i], "holder"), target = row_str(rows[i], "target");

		printf("%s%s%.*s%s on %.*s\n", i ? "\n" : "", style_on(stdout, STYLE_BOLD),
		       STR_ARG(holder), style_off(stdout), STR_ARG(target));
		print_side(rows[i], "earlier");
		print_side(rows[i], "later");
	}
	return 0;
}

static const char *const PAIR_COLUMNS[] = {"holder", "target",  "words",     "n",       "support",
					   "oppose", "neutral", "documents", "mean",    "low",
					   "high",   "first",   "last",      "changes", NULL};
static const char *const TIME_COLUMNS[] = {"holder",  "target", "words",   "period",    "n",
					   "support", "oppose", "neutral", "documents", "mean",
					   "low",     "high",   "change",  NULL};
static const char *const CONTRADICTION_COLUMNS[] = {"holder",
						    "target",
						    "earlier",
						    "earlier_date",
						    "earlier_polarity",
						    "earlier_strength",
						    "earlier_target",
						    "earlier_text",
						    "earlier_document",
						    "earlier_confidence",
						    "later",
						    "later_date",
						    "later_polarity",
						    "later_strength",
						    "later_target",
						    "later_text",
						    "later_document",
						    "later_confidence",
						    NULL};

const struct stance_view STANCE_MATRIX = {.what = "stance_pairs",
					  .print = print_matrix,
					  .columns = PAIR_COLUMNS,
					  .none = "no such stances"};
const struct stance_view STANCE_TIMES = {.what = "stance_times",
					 .print = print_times,
					 .columns = TIME_COLUMNS,
					 .none = "no such stances with a date"};
const struct stance_view STANCE_CONTRADICTIONS = {.what = "contradictions",
						  .print = print_contradictions,
						  .columns = CONTRADICTION_COLUMNS,
						  .none = "no contradictions"};

/* All formats */

static void print_csv(const char *const *columns, const json_t *row)
{
	struct buf line = {0};

	for (int i = 0; columns[i]; i++) {
		const json_t *v = row ? json_object_get(row, columns[i]) : NULL;

		if (i)
			buf_add_str(&line, STR(","));
		if (!row)
			buf_add_str(&line, str_of(columns[i]));
		else if (json_is_integer(v))
			buf_printf(&line, "%ld", (long)json_integer_value(v));
		else if (json_is_real(v))
			buf_printf(&line, "%.4f", json_real_value(v));
		else
			export_csv_cell(row_str(row, columns[i]), &line);
	}
	printf("%.*s\n", STR_ARG(buf_str(&line)));
	buf_free(&line);
}

static void print_rows(const struct stance_view *v, json_t *const *rows, uint32_t n)
{
	if (v->format == STANCE_TABLE) {
		v->print(rows, n);
		return;
	}
	if (v->format == STANCE_CSV)
		print_csv(v->columns, NULL);
	for (uint32_t i = 0; i < n; i++) {
		if (v->format == STANCE_CSV) {
			print_csv(v->columns, rows[i]);
			continue;
		}
		json_dumpf(rows[i], stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
		putchar('\n');
	}
}

struct kept_rows {
	json_t **rows;
	uint32_t n, cap;
};

static void keep_row(void *to, json_t *row)
{
	struct kept_rows *k = to;

	MEM_GROW(k->rows, k->n, k->cap);
	k->rows[k->n++] = json_incref(row);
}

int stance_view_print(const struct stance_view *v, const struct source_options *o)
{
	struct msg_argument arguments[FILTERS_MAX];
	struct link_query q = {
		.what = v->what, .arguments = arguments, .limit = v->limit, .page = PAGE};
	struct kept_rows kept = {0};
	struct err e;
	struct source *s = source_open(o, &e);
	int got = s ? 0 : -1, status = EXIT_DONE;

	q.n_arguments = source_arguments(v->filters, arguments);
	if (s)
		got = source_rows(s, &q, keep_row, &kept, &e);
	if (got == 0 && kept.n)
		print_rows(v, kept.rows, kept.n);
	else if (got == 0)
		fprintf(stderr, "%s\n", v->none), status = hint_nothing("stances", s, v->filters);
	else
		fprintf(stderr, "demarche stances: %s\n", e.text);
	while (kept.n)
		json_decref(kept.rows[--kept.n]);
	mem_free(kept.rows);
	source_close(s);
	return got < 0 ? link_exit_status(&e) : status;
}
