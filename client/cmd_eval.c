/* demarche eval: the figures behind every claim of quality. Same matching as in score.h; exit
 * status 1 where a floor is missed. */
#include "client/command.h"

#include <errno.h>
#include <fts.h>

#include "client/read/reader.h"
#include "client/score.h"
#include "client/table.h"
#include "proto/options.h"

struct eval {
	struct option_list gold;
	const char *results, *floors;
	int64_t errors;
	bool json, by_label;
};

static const struct option_row ROWS[] = {
	{.name = "gold",
	 .type = OPTION_LIST,
	 .offset = offsetof(struct eval, gold),
	 .arg = "FILE",
	 .help = "hand-coded records, one JSON object a line; or a folder of such files"},
	{.name = "results",
	 .type = OPTION_STR,
	 .offset = offsetof(struct eval, results),
	 .arg = "FILE",
	 .help = "result records, one a line; - is standard input"},
	{.name = "by-label",
	 .type = OPTION_BOOL,
	 .offset = offsetof(struct eval, by_label),
	 .help = "also each event type and each polarity alone"},
	{.name = "errors",
	 .type = OPTION_INT,
	 .offset = offsetof(struct eval, errors),
	 .arg = "N",
	 .standard = "0",
	 .help = "print up to N missed and N spurious records of event.triple and stance.full"},
	{.name = "floors",
	 .type = OPTION_STR,
	 .offset = offsetof(struct eval, floors),
	 .arg = "FILE",
	 .help = "lines \"MEASURE F1\"; exit status 1 where a figure is below its floor"},
	{.name = "json",
	 .type = OPTION_BOOL,
	 .offset = offsetof(struct eval, json),
	 .help = "one JSON object instead of a table"},
	{.type = OPTION_END},
};

const struct option_program PROGRAM_EVAL = {
	.name = "demarche eval",
	.synopsis = "--gold FILE… --results FILE",
	.about = "Compares result records with hand-coded records: precision, recall and F1 of "
		 "events (same type; who to whom; status) and stances (holder and target; "
		 "polarity).",
	.more = "Examples:\n"
		"  demarche analyze samples | demarche eval --gold tests/golden --results -\n",
	.rows = ROWS,
};

typedef int add_fn(struct score *s, json_t *record, struct err *e);

static int add_lines(struct score *s, const char *path, add_fn *add, struct err *e)
{
	struct stream *in = stream_open(path, e);
	struct str line;
	uint64_t n = 0;
	int got;

	if (!in)
		return err_wrap(e, "%s", path);
	while ((got = stream_line(in, &line, e)) == 1) {
		json_error_t je;
		json_t *o;

		n++;
		if (!line.n)
			continue;
		o = json_loadb(line.p, line.n, 0, &je);
		got = o ? add(s, o, e) : err_set(e, ERR_INVALID, "not JSON: %s", je.text);
		json_decref(o);
		if (got < 0)
			break;
	}
	stream_close(in);
	return got < 0 ? err_wrap(e, "%s:%lu", path, n) : 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Every .jsonl file below `path` but indexes; or `path` itself. */
static int add_gold(struct score *s, const char *path, struct err *e)
{
	char *const list[] = {(char *)(uintptr_t)path, NULL};
	FTS *walk = fts_open(list, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	FTSENT *f;
	int r = walk ? 0 : err_errno(e, errno, "cannot open %s", path);

	while (r == 0 && (f = fts_read(walk))) {
		const char *dot = strrchr(f->fts_name, '.');
		bool named = dot && strcmp(dot, ".jsonl") == 0 && !strstr(f->fts_name, "index");

		if (f->fts_info == FTS_NS || f->fts_info == FTS_DNR || f->fts_info == FTS_ERR)
			r = err_errno(e, f->fts_errno, "cannot read %s", f->fts_path);
		else if (f->fts_info == FTS_F && (named || f->fts_level == 0))
			r = add_lines(s, f->fts_path, score_add_gold, e);
	}
	if (walk)
		fts_close(walk);
	return r;
}

static void table_tally(struct table *t, struct str name, struct tally c)
{
	char text[6][16];
	struct str cells[7] = {name};

	snprintf(text[0], sizeof(text[0]), "%u", c.tp);
	snprintf(text[1], sizeof(text[1]), "%u", c.gold);
	snprintf(text[2], sizeof(text[2]), "%u", c.predicted);
	snprintf(text[3], sizeof(text[3]), "%.3f", tally_precision(c));
	snprintf(text[4], sizeof(text[4]), "%.3f", tally_recall(c));
	snprintf(text[5], sizeof(text[5]), "%.3f", tally_f1(c));
	for (int i = 0; i < 6; i++)
		cells[i + 1] = str_of(text[i]);
	table_add(t, cells);
}

static void json_tally(json_t *out, const char *name, struct tally t)
{
	json_object_set_new(out, name,
			    json_pack("{s:I,s:I,s:I,s:f,s:f,s:f}", "tp", (json_int_t)t.tp, "gold",
				      (json_int_t)t.gold, "predicted", (json_int_t)t.predicted,
				      "precision", tally_precision(t), "recall", tally_recall(t),
				      "f1", tally_f1(t)));
}

/* Calls back for the five measures and, where asked for, each label alone. */
struct printer {
	struct table *table;
	json_t *json;
};

static void print_one(struct printer *p, const char *name, struct tally t)
{
	if (p->json)
		json_tally(p->json, name, t);
	else
		table_tally(p->table, str_of(name), t);
}

static void print_labels(struct printer *p, struct score *s)
{
	char name[64];

	for (int t = EVENT_NONE + 1; t < N_EVENT_TYPES; t++) {
		const char *type = event_type_name((enum event_type)t);

		snprintf(name, sizeof(name), "event.triple %s", type);
		print_one(p, name, score_label(s, EVENT_TRIPLE, type));
	}
	for (int i = 0; i < N_POLARITIES; i++) {
		const char *polarity = polarity_name((enum polarity)i);

		snprintf(name, sizeof(name), "stance.full %s", polarity);
		print_one(p, name, score_label(s, STANCE_FULL, polarity));
	}
}

struct error_count {
	int64_t left[2];
	const char *measure;
};

static void print_error(void *arg, const char *doc, bool missed, const json_t *record)
{
	struct error_count *c = arg;
	char *text;

	if (c->left[missed]-- <= 0)
		return;
	text = json_dumps(record, JSON_COMPACT);
	printf("%s %s %s %s\n", missed ? "missed" : "spurious", c->measure, doc, text);
	mem_free(text);
}

static void print_errors(struct score *s, int64_t n)
{
	static const enum measure SHOWN[] = {EVENT_TRIPLE, STANCE_FULL};

	for (int i = 0; n > 0 && i < 2; i++) {
		struct error_count c = {{n, n}, measure_name(SHOWN[i])};

		score_errors(s, SHOWN[i], print_error, &c);
	}
}

static void print_figures(struct score *s, const struct eval *o)
{
	static const char *const HEADS[] = {"measure", ">right", ">gold", ">found",
					    ">P",      ">R",     ">F1",   NULL};
	struct printer p = {.table = table_new(HEADS), .json = o->json ? json_object() : NULL};

	for (int m = 0; m < N_MEASURES; m++)
		print_one(&p, measure_name((enum measure)m), score_total(s, (enum measure)m));
	if (o->by_label)
		print_labels(&p, s);
	if (o->json) {
		json_dumpf(p.json, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
		putchar('\n');
	} else {
		table_print(p.table, stdout);
	}
	json_decref(p.json);
	table_free(p.table);
	print_errors(s, o->errors);
}

/* Names of documents that differ would look like a coder that finds nothing. */
static void tell_missing(const struct score *s)
{
	uint32_t gold, with_result;

	score_documents(s, &gold, &with_result);
	if (with_result < gold)
		fprintf(stderr,
			"demarche eval: %u of the %u coded documents have no result: all in them "
			"counts as missed\n",
			gold - with_result, gold);
}

static int check_floor(struct score *s, struct str line, struct err *e)
{
	char name[32];
	double floor, f1;
	int m;

	if (sscanf(line.p, "%31s %lf", name, &floor) != 2)
		return err_set(e, ERR_INVALID, "\"MEASURE F1\" expected");
	for (m = 0; m < N_MEASURES; m++)
		if (strcmp(name, measure_name((enum measure)m)) == 0)
			break;
	if (m == N_MEASURES)
		return err_set(e, ERR_INVALID, "no measure \"%s\"", name);
	f1 = tally_f1(score_total(s, (enum measure)m));
	if (f1 >= floor)
		return 0;
	fprintf(stderr, "demarche eval: %s is %.3f, below its floor of %.3f\n", name, f1, floor);
	return 1;
}

/* 1 where a floor is missed. */
static int check_floors(struct score *s, const char *path, struct err *e)
{
	struct stream *in = stream_open(path, e);
	struct arena a = {0};
	struct str line;
	int got = 0, missed = 0;
	uint64_t n = 0;

	if (!in)
		return err_wrap(e, "%s", path);
	while (missed >= 0 && (got = stream_line(in, &line, e)) == 1) {
		n++;
		if (line.n && line.p[0] != '#') {
			int r = check_floor(s, arena_str(&a, line), e);

			missed = r < 0 ? r : missed | r;
		}
	}
	stream_close(in);
	arena_free(&a);
	return got < 0 || missed < 0 ? err_wrap(e, "%s:%lu", path, n) : missed;
}

int cmd_eval(int argc, char **argv)
{
	struct eval o = {0};
	struct err e;
	int operand, r, floors = 0;
	int status = command_options(&PROGRAM_EVAL, argc, argv, &o, &operand);
	struct score *s;

	if (status >= 0)
		return status;
	if (!o.gold.n || !o.results || operand < argc) {
		err_set(&e, ERR_INVALID, "--gold and --results are needed, and nothing else");
		return options_wrong(&PROGRAM_EVAL, &e);
	}
	s = score_new();
	r = 0;
	for (size_t i = 0; r == 0 && i < o.gold.n; i++)
		r = add_gold(s, o.gold.v[i], &e);
	if (r == 0)
		r = add_lines(s, o.results, score_add_result, &e);
	if (r == 0) {
		print_figures(s, &o);
		tell_missing(s);
	}
	if (r == 0 && o.floors)
		r = floors = check_floors(s, o.floors, &e);
	if (r < 0)
		fprintf(stderr, "demarche eval: %s\n", e.text);
	score_free(s);
	return r < 0 || floors ? EXIT_SOME_FAILED : EXIT_DONE;
}
