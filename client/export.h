/* Files that the field's tools load. A format is a table of columns, or a writer of its own; the
 * record is where everything comes from. Owns layouts; must never know where records come from. */
#ifndef DEMARCHE_CLIENT_EXPORT_H
#define DEMARCHE_CLIENT_EXPORT_H

#include <stdio.h>

#include "proto/result.h"

/* How often an event was reported, where the store knows: its cluster ("" none) and documents. */
struct export_report {
	struct str cluster;
	uint64_t reports;
};

/* One row to be written: an event or a stance of a record; for data sets whose rows have one
 * actor on each side, also which two (NULL: none). */
struct export_row {
	const struct result *result;
	uint64_t seq;
	const struct result_event *event;
	const struct result_stance *stance;
	uint32_t index; /* of the event or stance in the record */
	uint32_t pair;  /* of source and target in the event */
	const struct result_entity *source, *target;
	const struct export_report *reports; /* [n_events], or NULL where nobody counted */
	const struct export_places *places;  /* NULL where no codebook is at hand */
};

/* The middles of countries: what lies there is somewhere in the country. */
struct export_places {
	const struct result_place *middles; /* [n] */
	uint32_t n;
};

struct export_column {
	const char *name;
	void (*cell)(const struct export_row *row, struct buf *out); /* NULL: always empty */
	bool number;                                                 /* for spreadsheets */
};

struct export_layout {
	const struct export_column *columns; /* ends with an empty entry */
	char separator;                      /* ',' with quotes where needed, '\t' without */
	bool header;                         /* by default */
	bool pairs;                          /* a row for each source and target */
};

extern const struct export_layout EXPORT_EVENTS, EXPORT_STANCES, EXPORT_DOCUMENTS, EXPORT_POLECAT,
	EXPORT_ICEWS, EXPORT_PHOENIX, EXPORT_GDELT;

/* Calls back for each row of the layout that a record gives. `from` has what is known beside the
 * record: reports and places, both of which may be NULL. */
typedef void export_row_fn(void *arg, const struct export_row *row);
void export_rows(const struct export_layout *l, const struct export_row *from, export_row_fn *fn,
		 void *arg);

/* Header line and one line, with line end. */
void export_header(const struct export_layout *l, struct buf *out);
void export_line(const struct export_layout *l, const struct export_row *row, struct buf *out);

/* Appends a cell of CSV, in quotes where it needs them. */
void export_csv_cell(struct str s, struct buf *out);

/* The first 16 digits of the document's hash, "-e" or "-s", and the place in the record: the same
 * in every run. */
void export_id(const struct export_row *row, struct buf *out);

/* Stand-off annotation of a record for its document's text, in which its spans are counted. */
void export_brat(const struct result *r, struct str text, struct buf *out);

/* One GeoJSON feature; false where the event has no place. */
bool export_feature(const struct export_row *row, struct buf *out);

#endif
