/* Where questions are answered: a broker, or a database file read directly. Both give the same
 * rows (docs/protocol.md, QUERY). */
#ifndef DEMARCHE_CLIENT_SOURCE_H
#define DEMARCHE_CLIENT_SOURCE_H

#include <jansson.h>

#include "client/link.h"

struct source_options {
	struct link_options link;
	const char *db;
};
extern const struct option_row SOURCE_ROWS[];

struct source;

/* Fails where the file cannot be a database, so that what is asked for is said in plain words. */
int source_check(const char *path, bool may_be_new, struct err *e);

struct source *source_open(const struct source_options *o, struct err *e);
void source_close(struct source *s);
/* As link_page. */
int source_page(struct source *s, struct link_query *q, struct msg_rows *page, struct err *e);
/* The first row of the answer, valid until the next call: 1, 0 there is none, -1. */
int source_first(struct source *s, struct link_query *q, struct str *packed, struct err *e);

/* One packed row as JSON (yours to json_decref); NULL where it is damaged. */
json_t *source_row(struct str packed, struct err *e);

/* Gives every row of the answer to take, page by page; the row is borrowed. */
typedef void row_fn(void *to, json_t *row);
int source_rows(struct source *s, struct link_query *q, row_fn *take, void *to, struct err *e);
/* The same from a conversation that is open. */
int source_rows_of(struct link *l, struct link_query *q, row_fn *take, void *to, struct err *e);
/* The first row of its answer as JSON, yours: 1, 0 there is none, -1. */
int source_first_of(struct link *l, struct link_query *q, json_t **row, struct err *e);

/* Pieces of a row; "" and 0 where the key is missing. Valid as long as the row. */
struct str row_str(const json_t *row, const char *key);
int64_t row_int(const json_t *row, const char *key);
double row_double(const json_t *row, const char *key);
/* "Armenia, Russia" of a list of {name, code}; codes instead of names where `codes`. */
void row_actors(const json_t *row, const char *key, bool codes, struct buf *out);
/* Milliseconds since 1970 as "2026-01-31 12:30:05" (UTC), "" for 0. */
struct str row_time(struct arena *a, const json_t *row, const char *key);

/* Options of commands that list what a source has; each is given where its field lies
 * (`.offset = …`). */
#define COLLECTION_ROW(...)                                                           \
	{                                                                             \
		.name = "collection", .letter = 'c', .type = OPTION_STR, __VA_ARGS__, \
		.arg = "NAME", .help = "of one collection only"                       \
	}
#define LIMIT_ROW(...)                                                                       \
	{                                                                                    \
		.name = "limit", .letter = 'n', .type = OPTION_INT, __VA_ARGS__, .arg = "N", \
		.standard = "0", .help = "at most so many; 0 is all"                         \
	}
#define JSON_ROW(...)                                               \
	{                                                           \
		.name = "json", .type = OPTION_BOOL, __VA_ARGS__,   \
		.help = "one JSON object a line instead of a table" \
	}

/* What all commands that list rows share: a query from filters, printed as a table or as JSON
 * lines. Returns the exit status. */
struct row_column {
	const char *head; /* as for table_new */
	const char *key;  /* printed as it is, unless `cell` is given */
	void (*cell)(struct arena *a, const json_t *row, struct buf *out);
};
struct row_list {
	const char *command; /* for messages */
	const char *what;    /* of the QUERY */
	const struct row_column *columns;
	const char *none; /* said on standard error where there is no row */
};
struct row_filter {
	const char *name, *value; /* value NULL: not asked for */
};
/* The filters that are asked for, as a question's arguments; returns how many. */
uint32_t source_arguments(const struct row_filter *filters, struct msg_argument *out);
int rows_print(const struct row_list *l, const struct source_options *o,
	       const struct row_filter *filters, uint64_t limit, bool json);

#endif
