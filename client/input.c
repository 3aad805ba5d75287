/* Happy path: next argument, next file of a folder (fts, sorted), open, look at its first bytes,
 * read with the reader that fits, finish. A stream of records (JSON Lines, CSV, WARC) stays open
 * between calls. Failure modes: a folder or file that cannot be read, a record that is not what
 * it should be; both are one error with the name in it, and the next call goes on behind it. */
#include "client/input.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/output.h"

enum { SNIFF = 512, ARENA_KEEP = 8 << 20 };

enum kind { KIND_TEXT, KIND_JSONL, KIND_JSON, KIND_CSV, KIND_HTML, KIND_PDF, KIND_DOCX, KIND_WARC };

struct input {
	char *const *paths;
	int n, i;
	bool implicit_stdin;
	FTS *walk;
	struct stream *stream; /* an open file of records */
	struct csv *csv;       /* its table, where it is one */
	struct json_list *list;
	enum kind kind;
	struct buf name; /* of the open file, for messages */
	uint64_t line, failed;
	struct arena arena;
};

struct input *input_new(char *const *paths, int n)
{
	struct input *in = mem_alloc(sizeof(*in));

	in->paths = paths;
	in->n = n;
	in->implicit_stdin = n == 0;
	return in;
}

static void close_records(struct input *in)
{
	csv_close(in->csv);
	json_list_close(in->list);
	stream_close(in->stream);
	in->csv = NULL;
	in->list = NULL;
	in->stream = NULL;
}

void input_free(struct input *in)
{
	if (!in)
		return;
	if (in->walk)
		fts_close(in->walk);
	close_records(in);
	buf_free(&in->name);
	arena_free(&in->arena);
	mem_free(in);
}

uint64_t input_failed(const struct input *in)
{
	return in->failed;
}

static bool has_suffix(const char *path, const char *suffix)
{
	size_t n = strlen(path), m = strlen(suffix);

	return n > m && strcasecmp(path + n - m, suffix) == 0;
}

/* An array, or an object whose first line is only its bracket: no JSON Lines. */
static bool is_one_value(struct str head)
{
	size_t i = 1;

	if (!head.n || head.p[0] == '[')
		return head.n;
	while (i < head.n && strchr(" \t\r", head.p[i]))
		i++;
	return head.p[0] == '{' && i < head.n && head.p[i] == '\n';
}

/* By the name's ending where it says something, else by the first bytes. */
static enum kind kind_of(const char *path, struct str head)
{
	static const struct {
		const char *suffix;
		enum kind kind;
	} SUFFIXES[] = {
		{".txt", KIND_TEXT},       {".jsonl", KIND_JSONL},     {".ndjson", KIND_JSONL},
		{".jsonl.gz", KIND_JSONL}, {".jsonl.zst", KIND_JSONL}, {".json", KIND_JSONL},
		{".html", KIND_HTML},      {".htm", KIND_HTML},        {".xhtml", KIND_HTML},
		{".warc", KIND_WARC},      {".warc.gz", KIND_WARC},    {".md", KIND_TEXT},
		{".csv", KIND_CSV},        {".csv.gz", KIND_CSV},      {".tsv", KIND_CSV},
		{".tsv.gz", KIND_CSV},
	};
	enum kind kind = KIND_TEXT;
	bool named = false;

	if (str_starts(head, STR("%PDF-")))
		return KIND_PDF;
	if (str_starts(head, STR("PK\003\004")))
		return KIND_DOCX;
	if (str_starts(head, STR("WARC/")))
		return KIND_WARC;
	for (size_t i = 0; i < sizeof(SUFFIXES) / sizeof(*SUFFIXES); i++)
		if (has_suffix(path, SUFFIXES[i].suffix)) {
			kind = SUFFIXES[i].kind;
			named = true;
		}
	if (named && kind != KIND_JSONL)
		return kind;
	if (str_starts(head, STR("\xef\xbb\xbf")))
		head.p += 3, head.n -= 3;
	while (head.n && strchr(" \t\r\n", head.p[0]))
		head.p++, head.n--;
	if (named)
		return is_one_value(head) ? KIND_JSON : KIND_JSONL;
	if (head.n && head.p[0] == '{')
		return KIND_JSONL;
	if ((head.n >= 9 && strncasecmp(head.p, "<!doctype", 9) == 0) ||
	    (head.n >= 5 && strncasecmp(head.p, "<html", 5) == 0))
		return KIND_HTML;
	return KIND_TEXT;
}

static int read_one(struct input *in, struct stream *s, struct document *d, struct err *e)
{
	static reader_fn *const READERS[] = {[KIND_TEXT] = reader_text,
					     [KIND_HTML] = reader_html,
					     [KIND_PDF] = reader_pdf,
					     [KIND_DOCX] = reader_docx};
	struct str raw;

	if (stream_all(s, &raw, e) < 0)
		return -1;
	if (!raw.n)
		return err_set(e, ERR_INVALID, "empty: no text in it");
	return READERS[in->kind](&in->arena, arena_str(&in->arena, raw), d, e);
}

/* The next record of the open stream: 1, 0 at its end, -1. */
static int next_record(struct input *in, struct document *d, struct err *e)
{
	struct str line;
	int got;

	if (in->kind == KIND_WARC || in->kind == KIND_JSON) {
		got = in->list ? reader_json_list(in->list, &in->arena, d, e)
			       : reader_warc(in->stream, &in->arena, d, e);
		in->line++;
		return got;
	}
	if (in->kind == KIND_CSV)
		return reader_csv(in->csv, in->stream, &in->arena, d, &in->line, e);
	do {
		got = stream_line(in->stream, &line, e);
		in->line++;
	} while (got == 1 && !line.n);
	if (got != 1)
		return got;
	if (in->line == 1 && str_starts(line, STR("\xef\xbb\xbf")))
		line.p += 3, line.n -= 3;
	return reader_json(&in->arena, line, d, e) < 0 ? -1 : 1;
}

/* Everything below here names the document in front of what went wrong. */
static int failed(struct input *in, const char *name, struct err *e)
{
	in->failed++;
	return err_wrap(e, "%s", name);
}

static const char *shown(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

static int failed_record(struct input *in, struct err *e)
{
	bool lost = e->code == ERR_IO || e->code == ERR_CORRUPT;

	in->failed++;
	err_wrap(e, "%.*s:%lu", STR_ARG(buf_str(&in->name)), in->line);
	if (lost) /* the place in the file is lost: nothing more can be read from it */
		close_records(in);
	return -1;
}

static int from_stream(struct input *in, struct document *d, struct err *e)
{
	int got;

	arena_reset(&in->arena, ARENA_KEEP);
	*d = (struct document){0};
	got = next_record(in, d, e);
	if (got == 1)
		got = reader_finish(&in->arena, d, e) < 0 ? -1 : 1;
	if (got < 0)
		return failed_record(in, e);
	if (got == 0)
		close_records(in);
	return got;
}

/* Lines are cut where the bytes say so: letters of two bytes, as spreadsheets can write them, have
 * other ones. */
static int check_letters(struct str head, struct err *e)
{
	if (!str_starts(head, STR("\xff\xfe")) && !str_starts(head, STR("\xfe\xff")))
		return 0;
	return err_set(e, ERR_UNSUPPORTED,
		       "tables and JSON are read as UTF-8, this is UTF-16: save it as UTF-8, or "
		       "iconv -f UTF-16 -t UTF-8");
}

/* A file of many documents stays open: its stream is the input's from now on. */
static int open_records(struct input *in, struct stream *s, struct str head, const char *path,
			struct err *e)
{
	struct str raw;
	int r = check_letters(head, e);

	in->stream = s;
	in->line = 0;
	if (r == 0 && in->kind == KIND_CSV) {
		in->csv = csv_open(s, &in->line, e);
		r = in->csv ? 0 : -1;
	} else if (r == 0 && in->kind == KIND_JSON) {
		r = stream_all(s, &raw, e);
		in->list = r == 0 ? json_list_open(raw, e) : NULL;
		r = in->list ? 0 : -1;
	}
	if (r == 0)
		return 0;
	close_records(in);
	return failed(in, path, e);
}

/* 1 one document, 0 a file of records is open now, -1. `id` is what the document is called. */
static int from_file(struct input *in, const char *path, const char *id, struct document *d,
		     struct err *e)
{
	struct stream *s;
	const char *unknown;
	struct str head;
	int r;

	if (strcmp(path, "-") == 0 && isatty(STDIN_FILENO))
		fprintf(stderr, "demarche: type or paste the text, and end it with Ctrl-D\n");
	s = stream_open(path, e);
	if (!s)
		return failed(in, shown(path), e);
	if (stream_peek(s, SNIFF, &head, e) < 0) {
		stream_close(s);
		return failed(in, shown(path), e);
	}
	in->kind = kind_of(path, head);
	in->name.n = 0;
	buf_add(&in->name, shown(path), strlen(shown(path)));
	unknown = reader_unknown(head);
	if (unknown) {
		stream_close(s);
		err_set(e, ERR_UNSUPPORTED, "%s", unknown);
		return failed(in, shown(path), e);
	}
	if (head.n && (in->kind == KIND_JSONL || in->kind == KIND_JSON || in->kind == KIND_CSV ||
		       in->kind == KIND_WARC))
		return open_records(in, s, head, shown(path), e);
	arena_reset(&in->arena, ARENA_KEEP);
	*d = (struct document){0};
	if (strcmp(path, "-") != 0)
		d->meta.id = arena_str(&in->arena, str_of(id));
	r = read_one(in, s, d, e);
	stream_close(s);
	if (r == 0)
		r = reader_finish(&in->arena, d, e);
	return r < 0 ? failed(in, shown(path), e) : 1;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Who keeps the database beside the documents does not mean it. */
static bool is_of_database(struct arena *a, const char *path)
{
	static const char *const BESIDE[] = {"", "-wal", "-shm", "-journal", "-intake", ".lock"};
	struct str s = str_of(path);

	for (size_t i = 0; i < sizeof(BESIDE) / sizeof(*BESIDE); i++) {
		struct str end = str_of(BESIDE[i]);

		if (str_ends(s, end) &&
		    output_is_database(arena_str(a, (struct str){s.p, s.n - end.n}).p))
			return true;
	}
	return false;
}

/* The next file of the folder that is being walked: as from_file, 0 also where it is done. */
static int from_folder(struct input *in, struct document *d, struct err *e)
{
	const char *top = in->paths[in->i - 1];
	FTSENT *f;

	while ((f = fts_read(in->walk))) {
		const char *id = f->fts_path + strlen(top);

		switch (f->fts_info) {
		case FTS_DNR:
		case FTS_ERR:
		case FTS_NS:
			err_errno(e, f->fts_errno, "cannot read");
			return failed(in, f->fts_path, e);
		case FTS_D:
			if (f->fts_level > 0 && f->fts_name[0] == '.')
				fts_set(in->walk, f, FTS_SKIP);
			continue;
		case FTS_F:
			if (f->fts_name[0] == '.' || is_of_database(&in->arena, f->fts_path))
				continue;
			while (*id == '/')
				id++;
			return from_file(in, f->fts_path, id, d, e);
		case FTS_SLNONE:
			err_set(e, ERR_NOT_FOUND, "link that leads nowhere");
			return failed(in, f->fts_path, e);
		default:
			continue;
		}
	}
	fts_close(in->walk);
	in->walk = NULL;
	return 0;
}

static int open_argument(struct input *in, struct document *d, struct err *e)
{
	char *path = in->paths[in->i++];
	char *const list[] = {path, NULL};
	struct stat st;

	if (strcmp(path, "-") != 0 && stat(path, &st) < 0) {
		err_errno(e, errno, "cannot open");
		return failed(in, path, e);
	}
	if (strcmp(path, "-") == 0 || !S_ISDIR(st.st_mode)) {
		const char *id = path;

		while (strncmp(id, "./", 2) == 0)
			id += 2;
		return from_file(in, path, id, d, e);
	}
	in->walk = fts_open(list, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	if (!in->walk) {
		err_errno(e, errno, "cannot open");
		return failed(in, path, e);
	}
	return 0;
}

int input_next(struct input *in, struct document *d, struct err *e)
{
	int got = 0;

	while (got == 0) {
		if (in->stream) {
			got = from_stream(in, d, e);
		} else if (in->walk) {
			got = from_folder(in, d, e);
		} else if (in->i < in->n) {
			got = open_argument(in, d, e);
		} else if (in->implicit_stdin) {
			in->implicit_stdin = false;
			got = from_file(in, "-", "-", d, e);
		} else {
			return 0;
		}
	}
	return got;
}
