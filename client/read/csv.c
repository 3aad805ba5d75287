/* Tables with a header line and a column of texts: CSV with commas or semicolons, TSV. Fields in
 * quotes may hold separators, line ends and doubled quotes (RFC 4180). Which column is what, the
 * header says; columns that nobody knows are passed over. Failure modes: no column of texts, and a
 * quote that is never closed; both end the file, a bad row costs that row. */
#include "client/read/reader.h"

#include <strings.h>

enum { FIELDS_MAX = 1000, NAME_MAX_BYTES = 64 };

/* The columns that are read; of two names for one the first that the header has. */
enum column { TEXT, ID, TITLE, DATE, SOURCE, LANG, N_COLUMNS };

static const struct {
	const char *name;
	enum column column;
} NAMES[] = {
	{"text", TEXT},      {"event_text", TEXT}, {"content", TEXT},     {"body", TEXT},
	{"article", TEXT},   {"id", ID},           {"doc_id", ID},        {"document_id", ID},
	{"title", TITLE},    {"headline", TITLE},  {"date", DATE},        {"pub_date", DATE},
	{"published", DATE}, {"source", SOURCE},   {"publisher", SOURCE}, {"lang", LANG},
	{"language", LANG},
};

struct csv {
	char separator;
	int columns[N_COLUMNS]; /* the field that holds it, -1 none */
	struct buf bytes;       /* the fields of the row, one after the other */
	uint32_t ends[FIELDS_MAX];
	uint32_t n;        /* fields */
	uint32_t in_quote; /* of the field that is being read: 0 none, 1 inside, 2 behind */
	size_t begun;      /* where that field starts */
};

static void begin_row(struct csv *c)
{
	c->bytes.n = c->begun = 0;
	c->n = c->in_quote = 0;
}

static int end_field(struct csv *c, struct err *e)
{
	if (c->n == FIELDS_MAX)
		return err_set(e, ERR_TOO_BIG, "more than %d columns", FIELDS_MAX);
	c->ends[c->n++] = (uint32_t)c->bytes.n;
	c->begun = c->bytes.n;
	c->in_quote = 0;
	return 0;
}

/* Takes one line; a quote that is open at its end goes on in the next. */
static int take_line(struct csv *c, struct str line, struct err *e)
{
	for (size_t i = 0; i < line.n; i++) {
		char x = line.p[i];

		if (c->in_quote == 1 && x == '"' && i + 1 < line.n && line.p[i + 1] == '"') {
			buf_add(&c->bytes, "\"", 1);
			i++;
		} else if (c->in_quote == 1 && x == '"') {
			c->in_quote = 2;
		} else if (c->in_quote != 1 && x == c->separator) {
			if (end_field(c, e) < 0)
				return -1;
		} else if (!c->in_quote && x == '"' && c->bytes.n == c->begun) {
			c->in_quote = 1;
		} else {
			buf_add(&c->bytes, &x, 1);
		}
	}
	if (c->in_quote == 1)
		buf_add(&c->bytes, "\n", 1);
	else
		return end_field(c, e);
	return 0;
}

/* 1 a row was read, 0 the end, -1. *lines are added to as they are read. */
static int read_row(struct csv *c, struct stream *s, uint64_t *lines, struct err *e)
{
	struct str line;
	int got;

	begin_row(c);
	do {
		got = stream_line(s, &line, e);
		*lines += got == 1;
	} while (got == 1 && !line.n);
	while (got == 1) {
		if (take_line(c, line, e) < 0)
			return -1;
		if (c->in_quote != 1)
			return 1;
		if (c->bytes.n > READER_BYTES_MAX)
			return err_set(e, ERR_CORRUPT, "a quote is not closed within %d MiB",
				       READER_BYTES_MAX >> 20);
		got = stream_line(s, &line, e);
		*lines += got == 1;
	}
	if (got == 0 && c->in_quote == 1)
		return err_set(e, ERR_CORRUPT, "a quote is not closed before the end of the file");
	return got;
}

static struct str field(const struct csv *c, int i)
{
	size_t from = i > 0 ? c->ends[i - 1] : 0;

	if (i < 0 || (uint32_t)i >= c->n)
		return STR("");
	return (struct str){c->bytes.p + from, c->ends[i] - from};
}

/* What separates most fields of the header. */
static char separator_of(struct str line)
{
	static const char SEPARATORS[] = ",;\t";
	size_t most = 0;
	char best = ',';

	for (const char *p = SEPARATORS; *p; p++) {
		size_t n = 0;

		for (size_t i = 0; i < line.n; i++)
			n += line.p[i] == *p;
		if (n > most) {
			most = n;
			best = *p;
		}
	}
	return best;
}

static void name_columns(struct csv *c)
{
	for (int k = 0; k < N_COLUMNS; k++)
		c->columns[k] = -1;
	for (size_t k = 0; k < sizeof(NAMES) / sizeof(*NAMES); k++)
		for (uint32_t i = 0; i < c->n && c->columns[NAMES[k].column] < 0; i++) {
			struct str f = field(c, (int)i);

			if (f.n == strlen(NAMES[k].name) &&
			    strncasecmp(f.p, NAMES[k].name, f.n) == 0)
				c->columns[NAMES[k].column] = (int)i;
		}
}

static int read_header(struct csv *c, struct stream *s, uint64_t *lines, struct err *e)
{
	struct str head;
	int got;

	if (stream_peek(s, 3, &head, e) < 0)
		return -1;
	if (str_starts(head, STR("\xef\xbb\xbf")) && stream_skip(s, 3, e) < 0)
		return -1;
	if (stream_peek(s, 4096, &head, e) < 0)
		return -1;
	for (size_t i = 0; i < head.n; i++)
		if (head.p[i] == '\n')
			head.n = i;
	c->separator = separator_of(head);
	got = read_row(c, s, lines, e);
	if (got < 0)
		return -1;
	name_columns(c);
	if (c->columns[TEXT] >= 0)
		return 0;
	return err_set(e, ERR_CORRUPT,
		       "a table whose first line names no column \"text\" (or event_text, content, "
		       "body, article)");
}

struct csv *csv_open(struct stream *s, uint64_t *lines, struct err *e)
{
	struct csv *c = mem_alloc(sizeof(*c));

	if (read_header(c, s, lines, e) == 0)
		return c;
	csv_close(c);
	return NULL;
}

void csv_close(struct csv *c)
{
	if (!c)
		return;
	buf_free(&c->bytes);
	mem_free(c);
}

/* What R and pandas write where there is nothing. */
static bool is_missing(struct str s)
{
	return !s.n || str_is(s, "NA") || str_is(s, "NaN") || str_is(s, "NULL") ||
	       str_is(s, "None");
}

static struct str value(const struct csv *c, struct arena *a, enum column column)
{
	struct str s = field(c, c->columns[column]);

	return is_missing(s) ? STR("") : arena_str(a, reader_utf8(a, s));
}

int reader_csv(struct csv *c, struct stream *s, struct arena *a, struct document *d,
	       uint64_t *lines, struct err *e)
{
	int got = read_row(c, s, lines, e);

	if (got != 1)
		return got;
	d->text = value(c, a, TEXT);
	d->meta.id = value(c, a, ID);
	d->meta.title = value(c, a, TITLE);
	d->meta.source = value(c, a, SOURCE);
	d->meta.lang = value(c, a, LANG);
	return reader_date_given(a, d, value(c, a, DATE), e) < 0 ? -1 : 1;
}
