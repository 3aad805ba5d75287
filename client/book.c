#include "client/book.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <xlsxwriter.h>

enum { STRING_MAX = 32767, ROWS_MAX = LXW_ROW_MAX };

struct sheet {
	const struct export_layout *layout;
	const char *name;
	lxw_worksheet *xlsx;
	uint64_t n, cut; /* rows with the header, also those without room; cells cut */
};

struct book {
	const char *path;
	lxw_workbook *xlsx;
	struct sheet sheets[BOOK_SHEETS_MAX];
	int n;
};

struct book *book_new(const char *path)
{
	struct book *b = mem_alloc(sizeof(*b));

	b->path = path;
	b->xlsx = workbook_new_opt(path, &(lxw_workbook_options){.constant_memory = LXW_TRUE});
	return b;
}

struct sheet *book_sheet(struct book *b, const char *name, const struct export_layout *layout)
{
	struct sheet *s = &b->sheets[b->n];

	CHECK(b->n < BOOK_SHEETS_MAX);
	b->n++;
	*s = (struct sheet){.layout = layout, .name = name, .n = 1};
	s->xlsx = workbook_add_worksheet(b->xlsx, name);
	worksheet_freeze_panes(s->xlsx, 1, 0);
	for (int i = 0; layout->columns[i].name; i++)
		worksheet_write_string(s->xlsx, 0, (lxw_col_t)i, layout->columns[i].name, NULL);
	return s;
}

/* A cell holds so many bytes of text at most; what is longer is cut at a character. */
static bool cut_cell(char *text)
{
	struct str s = str_of(text);

	if (s.n <= STRING_MAX)
		return false;
	memcpy(text + str_cut(s, STRING_MAX - strlen("…")).n, "…", sizeof("…"));
	return true;
}

void book_row(struct sheet *s, const struct export_row *row)
{
	lxw_row_t at = (lxw_row_t)s->n++;
	struct buf cell = {0};

	if (at >= ROWS_MAX)
		return; /* told at the end */
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
			worksheet_write_number(s->xlsx, at, (lxw_col_t)i, strtod(text, NULL), NULL);
		else if (*text)
			worksheet_write_string(s->xlsx, at, (lxw_col_t)i, text, NULL);
	}
	buf_free(&cell);
}

/* What a spreadsheet has no room for is not dropped in silence. */
static int check_room(const struct sheet *s, struct err *e)
{
	if (s->cut)
		fprintf(stderr,
			"demarche export: %lu cells of %s are cut at %d bytes, the most that a "
			"spreadsheet holds\n",
			s->cut, s->name, STRING_MAX);
	if (s->n > ROWS_MAX)
		return err_set(e, ERR_TOO_BIG,
			       "%s has %lu rows and a spreadsheet has room for %d: use --as csv, "
			       "or --collection, --confidence",
			       s->name, s->n - 1, ROWS_MAX - 1);
	return 0;
}

/* Rows wait in files of the library until the book is closed. */
static int check_waiting(const struct sheet *s, struct err *e)
{
	FILE *f = s->xlsx->optimize_tmpfile;

	if (!f || (fflush(f) == 0 && !ferror(f)))
		return 0;
	return err_set(e, ERR_IO, "cannot keep the rows of %s in %s: is the disk full?", s->name,
		       getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
}

/* A zip archive ends with its directory, and each of its files has a sum. */
static int check_file(const char *path, struct err *e)
{
	struct archive *z = archive_read_new();
	struct archive_entry *entry;
	const void *block;
	size_t n;
	int64_t at;
	int r, files = 0;

	archive_read_support_format_zip_seekable(z);
	r = archive_read_open_filename(z, path, 1 << 16);
	while (r == ARCHIVE_OK && (r = archive_read_next_header(z, &entry)) == ARCHIVE_OK) {
		files++;
		do
			r = archive_read_data_block(z, &block, &n, &at);
		while (r == ARCHIVE_OK);
		if (r == ARCHIVE_EOF)
			r = ARCHIVE_OK;
	}
	archive_read_free(z);
	if (r == ARCHIVE_EOF && files)
		return 0;
	return err_set(e, ERR_IO, "cannot write %s: not all of it has arrived; is the disk full?",
		       path);
}

int book_close(struct book *b, struct err *e)
{
	struct stat st;
	lxw_error x;
	int r = 0;

	if (!b)
		return 0;
	for (int i = 0; i < b->n && r == 0; i++)
		r = check_waiting(&b->sheets[i], e);
	if (r == 0 && (stat(b->path, &st) < 0 || !S_ISREG(st.st_mode)))
		r = err_set(e, ERR_INVALID, "cannot write %s: a workbook needs a file", b->path);
	x = workbook_close(b->xlsx); /* which frees it */
	if (r == 0 && x != LXW_NO_ERROR)
		r = err_set(e, ERR_IO, "cannot write %s: %s", b->path, lxw_strerror(x));
	if (r == 0)
		r = check_file(b->path, e);
	for (int i = 0; i < b->n && r == 0; i++)
		r = check_room(&b->sheets[i], e);
	mem_free(b);
	return r;
}
