#include "client/table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>
#include <unistd.h>

enum { FLEXIBLE_MIN = 34, OTHERS_MIN = 16 };

struct table {
	struct arena arena;
	struct str heads[TABLE_COLUMNS_MAX];
	bool right[TABLE_COLUMNS_MAX], whole[TABLE_COLUMNS_MAX];
	int n_columns, flexible;
	struct str *cells; /* [n_rows][n_columns] */
	uint32_t n, cap;
};

struct table *table_new(const char *const *heads)
{
	struct table *t = mem_alloc(sizeof(*t));

	t->flexible = -1;
	for (; heads[t->n_columns]; t->n_columns++) {
		struct str h = str_of(heads[t->n_columns]);

		CHECK(t->n_columns < TABLE_COLUMNS_MAX);
		if (h.n && h.p[0] == '>')
			t->right[t->n_columns] = true;
		if (h.n && h.p[0] == '~')
			t->flexible = t->n_columns;
		if (h.n && h.p[0] == '!')
			t->whole[t->n_columns] = true;
		if (h.n && strchr(">~!", h.p[0]))
			h.p++, h.n--;
		t->heads[t->n_columns] = h;
	}
	return t;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	arena_free(&t->arena);
	mem_free(t->cells);
	mem_free(t);
}

struct str text_one_line(struct arena *a, struct str s)
{
	struct str copy = arena_str(a, s);
	char *p = (char *)(uintptr_t)copy.p;

	for (size_t i = 0; i < copy.n; i++) {
		unsigned char c = (unsigned char)p[i], next = (unsigned char)p[i + 1];

		if (c == 0xc2 && next >= 0x80 && next < 0xa0) /* U+0080 to U+009F */
			p[i] = p[i + 1] = ' ';
		else if (c < ' ' || c == 0x7f)
			p[i] = ' ';
	}
	return copy;
}

void table_add(struct table *t, const struct str *cells)
{
	for (int c = 0; c < t->n_columns; c++) {
		MEM_GROW(t->cells, t->n, t->cap);
		t->cells[t->n++] = text_one_line(&t->arena, cells[c]);
	}
}

static int char_columns(UChar32 c)
{
	int width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
	int type = u_charType(c);

	if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR ||
	    type == U_CONTROL_CHAR)
		return 0;
	return width == U_EA_FULLWIDTH || width == U_EA_WIDE ? 2 : 1;
}

struct str text_fit(struct str s, int columns)
{
	int32_t i = 0, len = (int32_t)s.n;

	while (i < len) {
		int32_t at = i;
		UChar32 c;

		U8_NEXT(s.p, i, len, c);
		columns -= char_columns(c < 0 ? 0xfffd : c);
		if (columns < 0)
			return (struct str){s.p, (size_t)at};
	}
	return s;
}

static int columns_of(struct str s)
{
	int n = 0;

	for (int32_t i = 0, len = (int32_t)s.n; i < len;) {
		UChar32 c;

		U8_NEXT(s.p, i, len, c);
		n += char_columns(c < 0 ? 0xfffd : c);
	}
	return n;
}

void text_add_short(struct buf *out, struct str s, int columns)
{
	bool fits = columns_of(s) <= columns;

	if (!fits)
		s = text_fit(s, columns - 1);
	while (!fits && s.n && s.p[s.n - 1] == ' ')
		s.n--;
	buf_printf(out, "%.*s%s", STR_ARG(s), fits ? "" : "…");
}

static bool styled(FILE *f)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(f)) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

const char *style_on(FILE *f, enum style s)
{
	static const char *const CODES[] = {
		[STYLE_NONE] = "",         [STYLE_BOLD] = "\033[1m", [STYLE_DIM] = "\033[2m",
		[STYLE_GOOD] = "\033[32m", [STYLE_BAD] = "\033[31m", [STYLE_MARK] = "\033[33m"};

	return styled(f) ? CODES[s] : "";
}

const char *style_off(FILE *f)
{
	return styled(f) ? "\033[0m" : "";
}

int style_width(FILE *f)
{
	struct winsize w;

	if (isatty(fileno(f)) && ioctl(fileno(f), TIOCGWINSZ, &w) == 0 && w.ws_col >= 40)
		return w.ws_col;
	return 100;
}

static void pad(FILE *f, int n)
{
	fprintf(f, "%*s", n > 0 ? n : 0, "");
}

/* As many whole words as fit; a word longer than the column is cut. */
static struct str take_words(struct str *rest, int columns)
{
	struct str line = text_fit(*rest, columns);
	size_t n = line.n;

	if (line.n < rest->n && rest->p[line.n] != ' ') {
		while (n && line.p[n - 1] != ' ')
			n--;
		if (n)
			line.n = n;
	}
	rest->p += line.n;
	rest->n -= line.n;
	while (rest->n && rest->p[0] == ' ')
		rest->p++, rest->n--;
	while (line.n && line.p[line.n - 1] == ' ')
		line.n--;
	return line;
}

static void print_cell(const struct table *t, int c, struct str s, int width, FILE *f)
{
	int room = width - columns_of(s);

	if (t->right[c])
		pad(f, room);
	fprintf(f, "%.*s", STR_ARG(s));
	if (c + 1 == t->n_columns)
		return;
	if (!t->right[c])
		pad(f, room);
	fputs("  ", f);
}

/* A row takes as many lines as its cells need: nothing is cut, since nobody could read it
 * elsewhere. */
static void print_row(const struct table *t, const struct str *cells, const int *widths, FILE *f)
{
	struct str rest[TABLE_COLUMNS_MAX];
	bool more = true;

	memcpy(rest, cells, (size_t)t->n_columns * sizeof(*rest));
	while (more) {
		more = false;
		for (int c = 0; c < t->n_columns; c++) {
			struct str part = take_words(&rest[c], widths[c]);

			print_cell(t, c, part, widths[c], f);
			more |= rest[c].n > 0;
		}
		fputc('\n', f);
	}
}

/* Takes so many columns away: first from the flexible column, down to a readable width; then from
 * the widest of the others. */
static void fit_widths(const struct table *t, int *widths, int excess)
{
	int *flexible = &widths[t->flexible];
	int give = *flexible - FLEXIBLE_MIN < excess ? *flexible - FLEXIBLE_MIN : excess;

	if (give > 0) {
		*flexible -= give;
		excess -= give;
	}
	while (excess > 0) {
		int widest = -1;

		for (int c = 0; c < t->n_columns; c++)
			if (c != t->flexible && !t->whole[c] && widths[c] > OTHERS_MIN &&
			    (widest < 0 || widths[c] > widths[widest]))
				widest = c;
		if (widest < 0)
			return;
		widths[widest]--;
		excess--;
	}
}

void table_print(struct table *t, FILE *f)
{
	int widths[TABLE_COLUMNS_MAX] = {0}, sum = 0, sum_heads = 0;

	for (int c = 0; c < t->n_columns; c++) {
		widths[c] = columns_of(t->heads[c]);
		sum_heads += widths[c];
		for (uint32_t i = (uint32_t)c; i < t->n; i += (uint32_t)t->n_columns) {
			int w = columns_of(t->cells[i]);

			widths[c] = w > widths[c] ? w : widths[c];
		}
		sum += widths[c] + (c ? 2 : 0);
	}
	if (t->flexible >= 0 && sum > style_width(f))
		fit_widths(t, widths, sum - style_width(f));
	if (sum_heads > 0) {
		fputs(style_on(f, STYLE_BOLD), f);
		print_row(t, t->heads, widths, f);
		fputs(style_off(f), f);
	}
	for (uint32_t i = 0; i < t->n; i += (uint32_t)t->n_columns)
		print_row(t, t->cells + i, widths, f);
}

void text_wrap(struct str text, int indent, FILE *f)
{
	struct arena a = {0};
	struct str s = text_one_line(&a, text);

	while (s.n) {
		struct str line = take_words(&s, style_width(f) - indent);

		pad(f, indent);
		fprintf(f, "%.*s\n", STR_ARG(line));
	}
	arena_free(&a);
}

void progress_show(const char *fmt, ...)
{
	va_list ap;

	if (!isatty(STDERR_FILENO))
		return;
	va_start(ap, fmt);
	fputs("\r\033[K", stderr);
	vfprintf(stderr, fmt, ap);
	fflush(stderr);
	va_end(ap);
}

void progress_clear(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}
