/* demarche export: stored records as files that other tools load. */
#include <stdlib.h>

#include "client/book.h"
#include "client/command.h"
#include "client/export.h"
#include "client/export_store.h"
#include "client/output.h"
#include "client/record.h"

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

const struct option_program PROGRAM_EXPORT = {
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

/* Rows of a layout, being written into a file or a sheet of a workbook. */
struct table {
	const struct export *o;
	const struct export_layout *layout;
	const char *name; /* in a folder or workbook */
	struct output *file;
	struct sheet *sheet;
	uint64_t written; /* rows */
};

struct writer {
	const struct export *o;
	struct export_store *store; /* NULL where only the records are wanted */
	struct table tables[3];
	int n_tables;
	struct output *file; /* jsonl, geojson, xlsx */
	FILE *f;             /* of it */
	struct book *book;
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

static void take_row(void *arg, const struct export_row *row)
{
	struct table *t = arg;
	struct buf line = {0};

	if (!is_wanted(t->o, row))
		return;
	t->written++;
	if (t->sheet) {
		book_row(t->sheet, row);
		return;
	}
	export_line(t->layout, row, &line);
	fwrite(line.p, 1, line.n, output_file(t->file));
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

static int take_record(void *arg, struct result *r, uint64_t seq, struct err *e)
{
	struct writer *w = arg;
	struct export_row row = {.result = r, .seq = seq, .places = w->places};

	if (w->o->as != AS_JSONL)
		result_drop_doubtful(r);
	if (w->o->as == AS_BRAT)
		return write_brat(w, r, seq, e);
	if (w->store && export_store_reports(w->store, r, seq, &row.reports, e) < 0)
		return -1;
	for (uint32_t i = 0; i < r->n_events; i++)
		w->left_out += !has_status(w->o, &r->events[i]);
	for (int i = 0; i < w->n_tables; i++)
		export_rows(w->tables[i].layout, &row, take_row, &w->tables[i]);
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

static int begin_table(struct writer *w, struct table *t, struct err *e)
{
	struct buf path = {0};

	t->o = w->o;
	if (w->book) {
		t->sheet = book_sheet(w->book, t->name, t->layout);
		return 0;
	}
	buf_printf(&path, w->o->as == AS_CSV ? "%s/%s.csv" : "%s", w->o->out, t->name);
	buf_add(&path, "", 1);
	t->file = output_open(path.p, e);
	buf_free(&path);
	if (!t->file)
		return -1;
	if (t->layout->header || w->o->header) {
		w->line.n = 0;
		export_header(t->layout, &w->line);
		fwrite(w->line.p, 1, w->line.n, output_file(t->file));
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
		w->tables[0] = (struct table){.layout = &EXPORT_EVENTS, .name = "events"};
		w->tables[1] = (struct table){.layout = &EXPORT_STANCES, .name = "stances"};
		w->tables[2] = (struct table){.layout = &EXPORT_DOCUMENTS, .name = "documents"};
		w->n_tables = 3;
	} else if (as >= AS_POLECAT && as <= AS_GDELT) {
		w->tables[0] = (struct table){.layout = SINGLE[as]};
		w->n_tables = 1;
	}
	if (as == AS_JSONL || as == AS_GEOJSON || as == AS_XLSX) {
		w->file = output_open(w->o->out, e);
		if (!w->file)
			return -1;
		w->f = output_file(w->file);
	}
	if (as == AS_XLSX)
		w->book = book_new(output_place(w->file));
	if (as == AS_GEOJSON)
		fputs("{\"type\":\"FeatureCollection\",\"features\":[\n", w->f);
	for (int i = 0; i < w->n_tables; i++)
		if (begin_table(w, &w->tables[i], e) < 0)
			return -1;
	return 0;
}

static int end_book(struct writer *w, struct err *e)
{
	struct book *b = w->book;

	w->book = NULL;
	return book_close(b, e);
}

static int flush_all(struct writer *w, struct err *e)
{
	if (w->o->as == AS_GEOJSON)
		fputs("\n]}\n", w->f);
	if (end_book(w, e) < 0)
		return -1;
	for (int i = 0; i < w->n_tables; i++) {
		w->written += w->tables[i].written;
		if (w->tables[i].file && output_flush(w->tables[i].file, e) < 0)
			return -1;
	}
	return w->file ? output_flush(w->file, e) : 0;
}

/* The files take their names when all of them are whole. */
static int keep_all(struct writer *w, struct err *e)
{
	int r = flush_all(w, e);

	for (int i = 0; i < w->n_tables && r == 0; i++) {
		r = output_keep(w->tables[i].file, e);
		w->tables[i].file = NULL;
	}
	if (r == 0) {
		r = output_keep(w->file, e);
		w->file = NULL;
	}
	return r;
}

static void drop_all(struct writer *w)
{
	struct err late; /* what failed before is told */

	end_book(w, &late);
	for (int i = 0; i < w->n_tables; i++)
		output_drop(w->tables[i].file);
	output_drop(w->file);
	buf_free(&w->line);
}

/* Formats that tell how often an event is reported, or the text. */
static bool wants_store(int as)
{
	return as == AS_CSV || as == AS_XLSX || as == AS_GEOJSON || as == AS_GDELT || as == AS_BRAT;
}

static void tell(const struct writer *w)
{
	fprintf(stderr, "%lu row%s written to %s\n", w->written, w->written == 1 ? "" : "s",
		w->o->out);
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
	if (r == 0)
		r = keep_all(&w, e);
	drop_all(&w);
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
		return err_set(e, ERR_INVALID, "--out PATH is needed (a folder for csv and brat)");
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
	int r, status = command_options_alone(&PROGRAM_EXPORT, argc, argv, &o);

	if (status >= 0)
		return status;
	if (check(&o, &e) < 0)
		return options_wrong(&PROGRAM_EXPORT, &e);
	r = export_all(&o, &e);
	if (r < 0)
		fprintf(stderr, "demarche export: %s\n", e.text);
	return r < 0 ? link_exit_status(&e) : EXIT_DONE;
}
