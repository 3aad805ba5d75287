/* Tables with a header line and a column of texts: CSV with commas or semicolons, TSV. Fields in
 * quotes may hold separators, line ends and doubled quotes (RFC 4180). Which column is what, the
 * header says; columns that nobody knows are passed over. libcsv takes the rows apart. Failure
 * modes: no column of texts, and a quote that is never closed; both end the file, a bad row costs
 * that row. */
#include "client/read/reader.h"

#include <csv.h>
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
	struct csv_parser parser;
	struct buf bytes; /* the fields of the row, one after the other */
	uint32_t ends[FIELDS_MAX];
	uint32_t n;             /* fields of the row, those above FIELDS_MAX too */
	bool is_whole;          /* the row's last line was read */
	int columns[N_COLUMNS]; /* the field that holds it, -1 none */
};

/* What the library calls with each field. */
static void take_field(void *bytes, size_t n, void *to)
{
	struct csv *c = to;

	buf_add(&c->bytes, bytes, n);
	if (c->n < FIELDS_MAX)
		c->ends[c->n] = (uint32_t)c->bytes.n;
	c->n++;
}

static void take_end(int terminator, void *to)
{
	(void)terminator;
	((struct csv *)to)->is_whole = true;
}

/* Blanks around a field belong to it. */
static int is_no_space(unsigned char x)
{
	(void)x;
	return 0;
}

static int is_line_end(unsigned char x)
{
	return x == '\n';
}

static int take(struct csv *c, struct str bytes, struct err *e)
{
	if (csv_parse(&c->parser, bytes.p, bytes.n, take_field, take_end, c) == bytes.n)
		return 0;
	return err_set(e, ERR_CORRUPT, "%s", csv_strerror(csv_error(&c->parser)));
}

/* 1 a row was read, 0 the end, -1. *lines are added to as they are read. A quote that is open at
 * the end of a line goes on in the next. */
static int read_row(struct csv *c, struct stream *s, uint64_t *lines, struct err *e)
{
	struct str line;
	size_t n = 0; /* bytes of the row, 0 before it begins: empty lines are none */
	int got = 1;

	c->bytes.n = c->n = 0;
	c->is_whole = false;
	while (!c->is_whole) {
		got = stream_line(s, &line, e);
		if (got != 1)
			break;
		++*lines;
		n += line.n + (n > 0);
		if (take(c, line, e) < 0 || take(c, STR("\n"), e) < 0)
			return -1;
		if (n > READER_BYTES_MAX)
			return err_set(e, ERR_CORRUPT, "a quote is not closed within %d MiB",
				       READER_BYTES_MAX >> 20);
	}
	if (got == 0 && n)
		return err_set(e, ERR_CORRUPT, "a quote is not closed before the end of the file");
	if (c->n > FIELDS_MAX)
		return err_set(e, ERR_TOO_BIG, "more than %d columns", FIELDS_MAX);
	return got;
}

static struct str field(const struct csv *c, int i)
{
	size_t from = i > 0 ? c->ends[i - 1] : 0;

	if (i < 0 || (uint32_t)i >= c->n || c->ends[i] == from)
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

/* Says what is there instead: the name that is to be changed is among them. */
static int no_texts(const struct csv *c, struct err *e)
{
	struct buf names = {0};

	for (uint32_t i = 0; i < c->n && names.n < 200; i++)
		buf_printf(&names, "%s%.*s", i ? ", " : "", STR_ARG(str_cut(field(c, (int)i), 40)));
	err_set(e, ERR_CORRUPT,
		"a table whose first line names no column \"text\" (or event_text, content, body, "
		"article), but: %.*s",
		STR_ARG(buf_str(&names)));
	buf_free(&names);
	return -1;
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
	csv_set_delim(&c->parser, (unsigned char)separator_of(head));
	got = read_row(c, s, lines, e);
	if (got < 0)
		return -1;
	name_columns(c);
	if (c->columns[TEXT] >= 0)
		return 0;
	return no_texts(c, e);
}

struct csv *csv_open(struct stream *s, uint64_t *lines, struct err *e)
{
	struct csv *c = mem_alloc(sizeof(*c));

	if (csv_init(&c->parser, 0) != 0)
		abort(); /* it fails for a null pointer only */
	csv_set_blk_size(&c->parser, 4096);
	csv_set_realloc_func(&c->parser, mem_resize);
	csv_set_free_func(&c->parser, mem_free);
	csv_set_space_func(&c->parser, is_no_space);
	csv_set_term_func(&c->parser, is_line_end);
	if (read_header(c, s, lines, e) == 0)
		return c;
	csv_close(c);
	return NULL;
}

void csv_close(struct csv *c)
{
	if (!c)
		return;
	csv_free(&c->parser);
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
