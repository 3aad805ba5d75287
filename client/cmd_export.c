/* demarche export: stored records as files that other tools load. */
#include <stdlib.h>
#include <xlsxwriter.h>

#include "client/command.h"
#include "client/export.h"
#include "client/export_store.h"
#include "client/output.h"
#include "client/record.h"

enum { XLSX_STRING_MAX = 32767, XLSX_ROWS_MAX = LXW_ROW_MAX };
enum { NAME_BYTES_MAX = 200 }; /* of a file's name; file systems allow 255 */

enum format {
	AS_CSV,
	AS_JSONL,
	AS_POLECAT,
	AS_ICEWS,
	AS_PHOENIX,
	AS_GDELT,
	AS_BRAT,
	AS_XLSX,
	AS_GEOJSON
};

struct export
{
	struct source_options source;
	const char *out, *collection, *status, *confidence;
	int as;
	bool header, once;
	double least;                    /* of confidence */
	bool statuses[N_EVENT_STATUSES]; /* that are wanted, */
	bool any_status;                 /* or all */
};

#define AT(field) .offset = offsetof(struct export, field)
static const struct option_row ROWS[] = {
	{.type = OPTION_INCLUDE, AT(source), .include = SOURCE_ROWS},
	{.name = "as",
	 .type = OPTION_CHOICE,
	 AT(as),
	 .arg = "csv|jsonl|polecat|icews|phoenix|gdelt|brat|xlsx|geojson",
	 .standard = "csv",
	 .help = "format of the files"},
	{.name = "out",
	 .letter = 'o',
	 .type = OPTION_STR,
	 AT(out),
	 .arg = "PATH",
	 .help = "file to write (- is standard output); a folder for csv and brat"},
	COLLECTION_ROW(AT(collection)),
	{.name = "status",
	 .type = OPTION_STR,
	 AT(status),
	 .arg = "LIST",
	 .help = "events of these statuses only: actual, planned, hypothetical, negated, habitual, "
		 "with commas, or any (default: actual for polecat, icews, phoenix and gdelt, "
		 "which have no column for it; else any)"},
	{.name = "confidence",
	 .type = OPTION_STR,
	 AT(confidence),
	 .arg = "P",
	 .help = "events and stances at least so sure, from 0 to 1"},
	{.name = "once",
	 .type = OPTION_BOOL,
	 AT(once),
	 .help = "without events that their document told before (same_as)"},
	{.name = "header",
	 .type = OPTION_BOOL,
	 AT(header),
	 .help = "a header line for phoenix and gdelt too, whose files have none"},
	{.type = OPTION_END},
};

static const struct option_program PROGRAM = {
	.name = "demarche export",
	.section = "client",
	.synopsis = "--as FORMAT --out PATH",
	.about = "Writes the stored results as files that the field's tools load: csv (a folder "
		 "with "
		 "events, stances and documents), jsonl, xlsx, geojson, brat, and the layouts of "
		 "POLECAT, ICEWS, Phoenix and GDELT.",
	.more = "Examples:\n"
		"  demarche export --db out.db --as csv --out tables/\n"
		"  demarche export --db out.db --as gdelt --out events.CSV\n"
		"  demarche export --db out.db --as icews --status any --confidence 0.5 --out "
		"events.tab\n",
	.rows = ROWS,
};

/* A file being written with a layout. */
struct sheet {
	const struct export *o;
	const struct export_layout *layout;
	const char *name; /* in a folder or workbook */
	FILE *f;
	lxw_worksheet *xlsx;
	lxw_row_t n;
	uint64_t written, cut; /* rows; cells that a spreadsheet cannot hold whole */
};

struct writer {
	const struct export *o;
	struct export_store *store; /* NULL where only the records are wanted */
	struct sheet sheets[3];
	int n_sheets;
	FILE *f; /* jsonl, geojson */
	lxw_workbook *book;
	struct buf line;
	json_t *names;              /* of brat's files */
	uint64_t written, left_out; /* left_out: events of another status */
	struct export_places *places;
};

static bool has_status(const struct export *o, const struct result_event *ev)
{
	return o->any_status || o->statuses[ev->status];
}

static bool is_wanted(const struct export *o, const struct export_row *row)
{
	if (row->event)
		return has_status(o, row->event) && row->event->confidence >= o->least &&
		       !(o->once && row->event->same_as);
	return !row->stance || row->stance->confidence >= o->least;
}

/* A cell holds so many bytes of text at most; what is longer is cut at a character. */
static bool cut_cell(char *text)
{
	struct str s = str_of(text);

	if (s.n <= XLSX_STRING_MAX)
		return false;
	memcpy(text + str_cut(s, XLSX_STRING_MAX - strlen("…")).n, "…", sizeof("…"));
	return true;
}

static void xlsx_row(struct sheet *s, const struct export_row *row)
{
	struct buf cell = {0};

	if (s->n >= XLSX_ROWS_MAX) {
		s->n++; /* told at the end */
		return;
	}
	for (int i = 0; s->layout->columns[i].name; i++) {
		const struct export_column *c = &s->layout->columns[i];
		char *text;

		cell.n = 0;
		if (c->cell)
			c->cell(row, &cell);
		buf_add(&cell, "", 1);
		text = cell.p;
		s->cut += cut_cell(text);
		if (c->number && *text)
			worksheet_write_number(s->xlsx, s->n, (lxw_col_t)i, strtod(text, NULL),
					       NULL);
		else if (*text)
			worksheet_write_string(s->xlsx, s->n, (lxw_col_t)i, text, NULL);
	}
	s->n++;
	buf_free(&cell);
}

static void take_row(void *arg, const struct export_row *row)
{
	struct sheet *s = arg;
	struct buf line = {0};

	if (!is_wanted(s->o, row))
		return;
	s->written++;
	if (s->xlsx) {
		xlsx_row(s, row);
		return;
	}
	export_line(s->layout, row, &line);
	fwrite(line.p, 1, line.n, s->f);
	buf_free(&line);
}

static void take_feature(void *arg, const struct export_row *row)
{
	struct writer *w = arg;

	w->line.n = 0;
	if (!is_wanted(w->o, row) || !export_feature(row, &w->line))
		return;
	fprintf(w->f, "%s%.*s", w->written++ ? ",\n" : "", STR_ARG(buf_str(&w->line)));
}

/* Two collections may have documents of one name, and "a/b" and "a_b" are one file. */
static bool is_taken(json_t *names, struct str path)
{
	if (json_object_getn(names, path.p, path.n))
		return true;
	json_object_setn_new(names, path.p, path.n, json_true());
	return false;
}

/* A document's files, without ending. */
static void brat_path(struct writer *w, struct str id, uint64_t seq, struct buf *path)
{
	size_t at = strlen(w->o->out) + 1;

	if (id.n > 4 && str_ends(id, STR(".txt")))
		id.n -= 4;
	buf_printf(path, "%s/%.*s", w->o->out, STR_ARG(str_cut(id, NAME_BYTES_MAX)));
	for (char *p = path->p + at; p < path->p + path->n; p++)
		if (*p == '/' || *p == ':')
			*p = '_';
	while (is_taken(w->names, buf_str(path)))
		buf_printf(path, "-%lu", seq);
}

/* The annotation and, beside it, the text that it annotates. */
static int write_brat(struct writer *w, const struct result *r, uint64_t seq, struct err *e)
{
	struct buf path = {0};
	struct str text;
	size_t end;
	int x;

	brat_path(w, r->doc.id, seq, &path);
	end = path.n;
	buf_printf(&path, ".ann");
	buf_add(&path, "", 1);
	w->line.n = 0;
	x = export_store_text(w->store, seq, &text, e);
	if (x == 0) {
		export_brat(r, text, &w->line);
		x = output_write(path.p, buf_str(&w->line), e);
	}
	memcpy(path.p + end, ".txt", 4);
	if (x == 0)
		x = output_write(path.p, text, e);
	buf_free(&path);
	w->written++;
	return x;
}

static int take_record(void *arg, const struct result *r, uint64_t seq, struct err *e)
{
	struct writer *w = arg;
	struct export_row row = {.result = r, .seq = seq, .places = w->places};

	if (w->o->as == AS_BRAT)
		return write_brat(w, r, seq, e);
	if (w->store && export_store_reports(w->store, r, seq, &row.reports, e) < 0)
		return -1;
	for (uint32_t i = 0; i < r->n_events; i++)
		w->left_out += !has_status(w->o, &r->events[i]);
	for (int i = 0; i < w->n_sheets; i++)
		export_rows(w->sheets[i].layout, &row, take_row, &w->sheets[i]);
	if (w->o->as == AS_JSONL) {
		w->line.n = 0;
		result_json(r, seq, &w->line);
		fprintf(w->f, "%.*s\n", STR_ARG(buf_str(&w->line)));
		w->written++;
	}
	if (w->o->as == AS_GEOJSON)
		export_rows(&EXPORT_EVENTS, &row, take_feature, w);
	return 0;
}

static void begin_sheet(struct writer *w, struct sheet *s)
{
	if (w->book) {
		s->xlsx = workbook_add_worksheet(w->book, s->name);
		worksheet_freeze_panes(s->xlsx, 1, 0);
		for (int i = 0; s->layout->columns[i].name; i++)
			worksheet_write_string(s->xlsx, 0, (lxw_col_t)i, s->layout->columns[i].name,
					       NULL);
		s->n = 1;
	} else if (s->layout->header || w->o->header) {
		w->line.n = 0;
		export_header(s->layout, &w->line);
		fwrite(w->line.p, 1, w->line.n, s->f);
	}
}

static int begin_sheets(struct writer *w, struct err *e)
{
	char path[4096];

	for (int i = 0; i < w->n_sheets; i++) {
		struct sheet *s = &w->sheets[i];

		s->o = w->o;
		snprintf(path, sizeof(path), "%s/%s.csv", w->o->out, s->name);
		if (!w->book)
			s->f = output_open(w->o->as == AS_CSV ? path : w->o->out, e);
		if (!w->book && !s->f)
			return -1;
		begin_sheet(w, s);
	}
	return 0;
}

static int begin(struct writer *w, struct err *e)
{
	static const struct export_layout *const SINGLE[] = {[AS_POLECAT] = &EXPORT_POLECAT,
							     [AS_ICEWS] = &EXPORT_ICEWS,
							     [AS_PHOENIX] = &EXPORT_PHOENIX,
							     [AS_GDELT] = &EXPORT_GDELT};
	int as = w->o->as;

	if ((as == AS_CSV || as == AS_BRAT) && output_folder(w->o->out, e) < 0)
		return -1;
	if (as == AS_CSV || as == AS_XLSX) {
		w->sheets[0] = (struct sheet){.layout = &EXPORT_EVENTS, .name = "events"};
		w->sheets[1] = (struct sheet){.layout = &EXPORT_STANCES, .name = "stances"};
		w->sheets[2] = (struct sheet){.layout = &EXPORT_DOCUMENTS, .name = "documents"};
		w->n_sheets = 3;
	} else if (as >= AS_POLECAT && as <= AS_GDELT) {
		w->sheets[0] = (struct sheet){.layout = SINGLE[as]};
		w->n_sheets = 1;
	}
	/* The library tells less about what is wrong. */
	if (as == AS_XLSX && output_write(w->o->out, STR(""), e) < 0)
		return -1;
	if (as == AS_XLSX)
		w->book = workbook_new_opt(w->o->out,
					   &(lxw_workbook_options){.constant_memory = LXW_TRUE});
	if (as == AS_JSONL || as == AS_GEOJSON) {
		w->f = output_open(w->o->out, e);
		if (!w->f)
			return -1;
	}
	if (as == AS_GEOJSON)
		fputs("{\"type\":\"FeatureCollection\",\"features\":[\n", w->f);
	return begin_sheets(w, e);
}

/* What a spreadsheet has no room for is not dropped in silence. */
static int check_book(const struct writer *w, struct err *e)
{
	for (int i = 0; i < w->n_sheets; i++) {
		const struct sheet *s = &w->sheets[i];

		if (s->cut)
			fprintf(stderr,
				"demarche export: %lu cells of %s are cut at %d bytes, the most "
				"that a spreadsheet holds\n",
				s->cut, s->name, XLSX_STRING_MAX);
		if (s->n > XLSX_ROWS_MAX)
			return err_set(e, ERR_TOO_BIG,
				       "%s has %lu rows and a spreadsheet has room for %d: use "
				       "--as csv, or --collection, --confidence",
				       s->name, s->written, XLSX_ROWS_MAX - 1);
	}
	return 0;
}

static int end(struct writer *w, struct err *e)
{
	int r = 0;

	if (w->o->as == AS_GEOJSON && w->f)
		fputs("\n]}\n", w->f);
	for (int i = 0; i < w->n_sheets; i++) {
		w->written += w->sheets[i].written;
		if (output_close(w->sheets[i].f, w->o->out, e) < 0)
			r = -1;
	}
	if (output_close(w->f, w->o->out, e) < 0)
		r = -1;
	if (w->book) {
		lxw_error x = workbook_close(w->book);

		if (x != LXW_NO_ERROR)
			r = err_set(e, ERR_IO, "cannot write %s: %s", w->o->out, lxw_strerror(x));
		else if (r == 0)
			r = check_book(w, e);
	}
	buf_free(&w->line);
	return r;
}

/* Formats that tell how often an event is reported, or the text. */
static bool wants_store(int as)
{
	return as == AS_CSV || as == AS_XLSX || as == AS_GEOJSON || as == AS_GDELT || as == AS_BRAT;
}

static void tell(const struct writer *w)
{
	fprintf(stderr, "%lu rows written to %s\n", w->written, w->o->out);
	if (w->left_out && !w->o->status)
		fprintf(stderr,
			"%lu event%s left out as planned, hypothetical, negated or habitual: this "
			"layout has no column to say so (--status any takes them)\n",
			w->left_out, w->left_out == 1 ? " is" : "s are");
}

static int export_all(const struct export *o, struct err *e)
{
	struct writer w = {.o = o, .names = json_object()};
	struct source *s = source_open(&o->source, e);
	struct err late;
	int r = s ? 0 : -1;

	if (r == 0 && wants_store(o->as)) {
		w.store = export_store_open(&o->source, o->collection, e);
		r = w.store ? 0 : -1;
	}
	w.places = export_places_open();
	if (r == 0)
		r = begin(&w, e);
	if (r == 0)
		r = records_each(s, o->collection, take_record, &w, e);
	if (s && end(&w, r < 0 ? &late : e) < 0)
		r = -1;
	export_store_close(w.store);
	source_close(s);
	export_places_close(w.places);
	json_decref(w.names);
	if (r == 0)
		tell(&w);
	return r;
}

static int read_statuses(struct export *o, struct err *e)
{
	static const char *const WORDS = "actual, planned, hypothetical, negated, habitual or any";
	const char *p = o->status;

	if (!p) {
		o->statuses[STATUS_ACTUAL] = true;
		o->any_status = o->as < AS_POLECAT || o->as > AS_GDELT;
		return 0;
	}
	o->any_status = strcmp(p, "any") == 0;
	while (*p && !o->any_status) {
		struct str word = {p, strcspn(p, ", ")};
		int i = 0;

		while (i < N_EVENT_STATUSES && !str_is(word, event_status_name(i)))
			i++;
		if (i == N_EVENT_STATUSES)
			return err_set(e, ERR_INVALID, "--status %s: expected %s", o->status,
				       WORDS);
		o->statuses[i] = true;
		p += word.n;
		p += strspn(p, ", ");
	}
	return 0;
}

static int check(struct export *o, struct err *e)
{
	bool whole = o->as == AS_JSONL || o->as == AS_BRAT;
	char *end;

	if (!o->out)
		return err_set(e, ERR_INVALID, "--out is needed");
	if (strcmp(o->out, "-") == 0 && (o->as == AS_CSV || o->as == AS_BRAT || o->as == AS_XLSX))
		return err_set(e, ERR_INVALID, "this format cannot go to standard output");
	if (whole && (o->status || o->confidence || o->once))
		return err_set(e, ERR_INVALID,
			       "jsonl and brat hold whole records: no --status, --confidence or "
			       "--once");
	if (o->confidence) {
		o->least = strtod(o->confidence, &end);
		if (*end || end == o->confidence || !(o->least >= 0 && o->least <= 1))
			return err_set(e, ERR_INVALID,
				       "--confidence %s is not a number from 0 to 1",
				       o->confidence);
	}
	return read_statuses(o, e);
}

int cmd_export(int argc, char **argv)
{
	struct export o = {0};
	struct err e;
	int r, status = command_options_alone(&PROGRAM, argc, argv, &o);

	if (status >= 0)
		return status;
	if (check(&o, &e) < 0)
		return options_wrong(&PROGRAM, &e);
	r = export_all(&o, &e);
	if (r < 0)
		fprintf(stderr, "demarche export: %s\n", e.text);
	return r < 0 ? link_exit_status(&e) : EXIT_DONE;
}
