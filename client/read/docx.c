/* Word documents: a zip archive (libarchive) with XML in it (libxml2). Each paragraph is one
 * paragraph of text; deleted revisions and field codes are left out. Bounds: an inner file above
 * READER_BYTES_MAX is refused, so a zip bomb costs one error; other files in the archive are passed
 * over by the directory at its end, never unpacked; a document type is refused, whose entities
 * would say in a line what fills the memory. */
#include "client/read/reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <libxml/parser.h>

static int inner_file(struct str raw, const char *name, struct buf *out, struct err *e)
{
	struct archive *z = archive_read_new();
	struct archive_entry *entry;
	char chunk[1 << 14];
	la_ssize_t n = 0;
	int r;

	archive_read_support_format_zip_seekable(z);
	r = archive_read_open_memory(z, raw.p, raw.n);
	while (r == ARCHIVE_OK && (r = archive_read_next_header(z, &entry)) == ARCHIVE_OK) {
		const char *path = archive_entry_pathname(entry); /* NULL: no name in any charset */

		if (path && strcmp(path, name) == 0)
			break;
	}
	if (r != ARCHIVE_OK) {
		err_set(e, ERR_INVALID,
			"a ZIP file without %s: no Word document (unpack archives, save "
			"spreadsheets as .csv)",
			name);
		archive_read_free(z);
		return -1;
	}
	while (out->n <= READER_BYTES_MAX && (n = archive_read_data(z, chunk, sizeof(chunk))) > 0)
		buf_add(out, chunk, (size_t)n);
	if (n < 0)
		err_set(e, ERR_CORRUPT, "%s is damaged: %s", name, archive_error_string(z));
	archive_read_free(z);
	if (out->n > READER_BYTES_MAX)
		return err_set(e, ERR_TOO_BIG, "%s above the limit of %d MiB", name,
			       READER_BYTES_MAX >> 20);
	return n < 0 ? -1 : 0;
}

static bool is(const xmlNode *n, const char *name)
{
	return n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, name) == 0;
}

static void write_runs(struct buf *out, const xmlNode *n, int depth)
{
	for (; n && depth < 200; n = n->next) {
		if (is(n, "t")) {
			xmlChar *s = xmlNodeGetContent(n);

			if (s)
				buf_add(out, s, strlen((char *)s));
			xmlFree(s);
		} else if (is(n, "tab")) {
			buf_add(out, " ", 1);
		} else if (is(n, "br") || is(n, "cr")) {
			buf_add(out, "\n", 1);
		} else if (!is(n, "del") && !is(n, "instrText")) {
			bool paragraph = is(n, "p");
			size_t before = out->n;

			write_runs(out, n->children, depth + 1);
			if (paragraph && out->n > before)
				buf_add(out, "\n\n", 2);
		}
	}
}

/* No entities, no network: a document can say nothing about other files. */
static xmlDoc *parse(struct str xml)
{
	xmlDoc *doc = xmlReadMemory(xml.p, (int)xml.n, NULL, NULL,
				    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);

	if (!doc || !doc->intSubset)
		return doc;
	xmlFreeDoc(doc);
	return NULL;
}

/* docProps/core.xml: title, and the day it was made; both may be missing. */
static void take_properties(struct arena *a, struct str raw, struct document *d)
{
	struct buf b = {0};
	struct err ignored;
	xmlDoc *xml =
		inner_file(raw, "docProps/core.xml", &b, &ignored) < 0 ? NULL : parse(buf_str(&b));
	xmlNode *root = xml ? xmlDocGetRootElement(xml) : NULL;

	for (xmlNode *n = root ? root->children : NULL; n; n = n->next) {
		xmlChar *s = xmlNodeGetContent(n);
		struct str v = s ? str_of((char *)s) : STR("");

		if (is(n, "title") && v.n)
			d->meta.title = arena_str(a, v);
		if (is(n, "created") && v.n >= 10 && !d->meta.date.n) {
			d->meta.date = reader_date_line(a, (struct str){v.p, 10});
			d->meta.date_source = STR("given");
		}
		xmlFree(s);
	}
	xmlFreeDoc(xml);
	buf_free(&b);
}

int reader_docx(struct arena *a, struct str raw, struct document *d, struct err *e)
{
	struct buf b = {0}, text = {0};
	xmlDoc *xml = NULL;
	int r = inner_file(raw, "word/document.xml", &b, e);

	if (r == 0 && !(xml = parse(buf_str(&b))))
		r = err_set(e, ERR_CORRUPT,
			    "word/document.xml is not well-formed, or has a document type");
	if (r == 0) {
		write_runs(&text, xmlDocGetRootElement(xml), 0);
		d->text = arena_str(a, buf_str(&text));
		take_properties(a, raw, d);
	}
	xmlFreeDoc(xml);
	buf_free(&b);
	buf_free(&text);
	return r;
}
