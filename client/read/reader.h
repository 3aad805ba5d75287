/* Formats: raw bytes of one file or record in, text and what is known about it out. Each reader
 * knows its format and nothing else: no folders, no names, no terminal. What they fill lives in
 * the arena they are given; fields they do not know stay as they were. */
#ifndef DEMARCHE_CLIENT_READER_H
#define DEMARCHE_CLIENT_READER_H

#include <stdio.h>

#include "proto/err.h"
#include "proto/mem.h"
#include "proto/result.h"

/* A file or record above the first is refused, a text above the second; the engine itself analyses
 * the first 4 MiB of a text. */
enum { READER_BYTES_MAX = 32 * 1024 * 1024, READER_TEXT_MAX = 16 * 1024 * 1024 };

struct document {
	struct result_doc meta; /* id, title, date (ISO or ""), date_source, lang, source, sha256 */
	struct str text;        /* bytes meant as UTF-8, not checked; never empty, no NUL in it */
};

typedef int reader_fn(struct arena *a, struct str raw, struct document *d, struct err *e);

/* Plain text, UTF-8 or UTF-16 with a byte order mark. The text is kept as it is; a short first
 * line before a blank line is the title; a date line near the top is the date. */
reader_fn reader_text;
/* One JSON object: text (or event_text), and id, title, date (or pub_date), source (or publisher),
 * lang where given. */
reader_fn reader_json;
/* The article of a web page: headings, paragraphs and list items, without navigation. */
reader_fn reader_html;
/* Through pdftotext, in a process of its own with bounded time and memory. */
reader_fn reader_pdf;
/* What pdftotext gave: lines of pages become paragraphs again. */
reader_fn reader_pdf_text;
/* word/document.xml of the zip archive. */
reader_fn reader_docx;

/* The next HTTP response with a page in it from a WARC file (plain; gzip is undone by the caller):
 * 1, or 0 at the end, or -1 for a record that cannot be read. Records that are no pages (requests,
 * images, metadata) are passed over. */
struct stream;
int reader_warc(struct stream *s, struct arena *a, struct document *d, struct err *e);

/* A table with a header line (CSV, TSV); a row is a document. Opening reads the header, which must
 * name a column of texts. Reading gives 1, 0 at the end, or -1: ERR_IO and ERR_CORRUPT where
 * nothing more can be read from it. `lines` counts the file's lines. */
struct csv;
struct csv *csv_open(struct stream *s, uint64_t *lines, struct err *e);
void csv_close(struct csv *c);
int reader_csv(struct csv *c, struct stream *s, struct arena *a, struct document *d,
	       uint64_t *lines, struct err *e);

/* A JSON array of objects, or one object over several lines: the documents in it one by one. */
struct json_list;
struct json_list *json_list_open(struct str raw, struct err *e);
void json_list_close(struct json_list *l);
int reader_json_list(struct json_list *l, struct arena *a, struct document *d, struct err *e);

/* The text as UTF-8. Where it is none, and holds no character of several bytes either, it is
 * Windows-1252, of which Latin-1 is a part; else single bytes are damaged, and stay as they are. */
struct str reader_utf8(struct arena *a, struct str raw);

/* A date as a field gives it ("2021-03-15", "2021-03", "20210315", "15 March 2021 08:00"); nothing
 * where it is "". ERR_INVALID for anything else. */
int reader_date_given(struct arena *a, struct document *d, struct str given, struct err *e);

/* The value of --date as ISO, kept in `iso`; NULL stays. ERR_INVALID where it is no date. */
enum { READER_DATE = 16 };
int reader_date_option(const char **date, char iso[static READER_DATE], struct err *e);

/* What the first bytes of a file say where no reader knows them: a sentence that says what to do,
 * or NULL. Give it 512 bytes. */
const char *reader_unknown(struct str head);

/* Finishes any document: non-empty text without NUL, content hash, id where none was given.
 * Fails with a sentence that does not name the document (the caller does). */
int reader_finish(struct arena *a, struct document *d, struct err *e);

/* A date as people write it at the head of a text: "2021-03-15", "15 March 2021", "March 15,
 * 2021", with or without "date:" or "Published:" before it and a weekday or time around it.
 * Gives the ISO form, or "" where the line is something else. */
struct str reader_date_line(struct arena *a, struct str line);

/* Bytes of one open file, read bit by bit: gzip and zstd are undone, lines are bounded. */
struct stream *stream_open(const char *path, struct err *e); /* "-" is standard input */
void stream_close(struct stream *s);
/* The next line without its end, valid until the next call: 1, or 0 at the end, or -1 (ERR_TOO_BIG
 * for a line above READER_BYTES_MAX, which is passed over). */
int stream_line(struct stream *s, struct str *line, struct err *e);
/* Exactly n bytes, or fewer at the end; valid until the next call. */
int stream_bytes(struct stream *s, size_t n, struct str *bytes, struct err *e);
/* Looks ahead without taking: up to n bytes (n at most 4096). */
int stream_peek(struct stream *s, size_t n, struct str *bytes, struct err *e);
int stream_skip(struct stream *s, uint64_t n, struct err *e);
/* Everything that is left; ERR_TOO_BIG above READER_BYTES_MAX. */
int stream_all(struct stream *s, struct str *bytes, struct err *e);

#endif
