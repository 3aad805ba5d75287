/* demarche-train codings: documents and records from codings that hold no text of their own.
 *
 * A coding tells where in a foreign article something stands, and what it was coded as; the texts
 * stay where they are (../shared/data/text). A file of codings has one line a thing, fields are
 * separated by tabs, positions are START+LENGTH in bytes of the document's text, which is the
 * title, a line feed, and the named bytes of the article:
 *
 *   D  ID  ARTICLE  START  LENGTH  DATE          bytes of the article's text; lines below are its
 *   E  SENTENCE  TYPE  SOURCES  TARGETS  TRIGGER  STATUS  BY
 *   S  SENTENCE  HOLDERS  TARGET  CODE  ABOUT  POLARITY(+-0)  STRENGTH  TRIGGER  BY
 *
 * Lists are separated by `;`, `-` is none. An actor is CODE[.ROLE][@NAME], the name a position;
 * the code OTHER with a name stands for "OTHER:" and that name. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/training/conllu.h"
#include "worker/training/json_lines.h"
#include "worker/training/train.h"

enum { FIELDS_MAX = 12, SENTENCE_BYTES = 60 };

struct articles {
	json_t *by_id; /* id -> {title, text} */
	const char *speeches;
};

struct expansion {
	struct articles *articles;
	json_t *doc;     /* of the last D line; NULL before the first */
	struct str text; /* of it */
	FILE *documents, *records;
	uint32_t n_documents, n_records;
};

static uint32_t split(struct str line, char separator, struct str *out, uint32_t max)
{
	uint32_t n = 0;

	while (n < max) {
		const char *end = line.n ? memchr(line.p, separator, line.n) : NULL;
		size_t k = end ? (size_t)(end - line.p) : line.n;

		out[n++] = (struct str){line.p, k};
		if (!end)
			break;
		line = (struct str){line.p + k + 1, line.n - k - 1};
	}
	return n;
}

/* START+LENGTH of the document's text. */
static int piece_of(const struct expansion *x, struct str at, struct str *out, struct err *e)
{
	char s[32], *end;
	unsigned long start, n = 0;

	snprintf(s, sizeof(s), "%.*s", STR_ARG(at));
	start = strtoul(s, &end, 10);
	if (end > s && *end == '+')
		n = strtoul(end + 1, &end, 10);
	if (end == s || *end || start > x->text.n || n > x->text.n - start)
		return err_set(e, ERR_INVALID,
			       "\"%s\" is not START+LENGTH within the %zu bytes of the text", s,
			       x->text.n);
	*out = (struct str){x->text.p + start, n};
	return 0;
}

static int set_str(json_t *o, const char *key, struct str s, struct err *e)
{
	json_t *v = json_stringn(s.p, s.n);

	if (!v)
		return err_set(e, ERR_INVALID, "%s: a position splits a character", key);
	json_object_set_new(o, key, v);
	return 0;
}

static int set_piece(const struct expansion *x, json_t *o, const char *key, struct str at,
		     struct err *e)
{
	struct str s;

	return piece_of(x, at, &s, e) < 0 ? -1 : set_str(o, key, s, e);
}

static int actor(const struct expansion *x, struct str s, json_t *list, struct err *e)
{
	json_t *a = json_object();
	struct str part[2], code[2], name = STR("");
	char other[512];

	json_array_append_new(list, a);
	if (split(s, '@', part, 2) == 2 && piece_of(x, part[1], &name, e) < 0)
		return -1;
	if (split(part[0], '.', code, 2) < 2)
		code[1] = STR("");
	if (str_is(code[0], "OTHER") && name.n) {
		snprintf(other, sizeof(other), "OTHER:%.*s", STR_ARG(name));
		code[0] = str_of(other);
	}
	return set_str(a, "code", code[0], e) < 0 || set_str(a, "role", code[1], e) < 0
		       ? -1
		       : set_str(a, "name", name, e);
}

/* A list under a key: actors, pieces of the text, or words as they are. */
static int set_list(const struct expansion *x, json_t *o, const char *key, struct str s, char what,
		    struct err *e)
{
	struct str part[64];
	uint32_t n = str_is(s, "-") ? 0 : split(s, ';', part, 64);
	json_t *list = json_array();

	json_object_set_new(o, key, list);
	for (uint32_t i = 0; i < n; i++) {
		if (what == 'a') {
			if (actor(x, part[i], list, e) < 0)
				return -1;
			continue;
		}
		if (what == 'p' && piece_of(x, part[i], &part[i], e) < 0)
			return -1;
		json_array_append_new(list, json_stringn(part[i].p, part[i].n));
	}
	return 0;
}

/* The first characters of the sentence, as records name it. */
static int set_sentence(const struct expansion *x, json_t *o, struct str start, struct err *e)
{
	char s[32];
	struct str rest;
	size_t at;

	snprintf(s, sizeof(s), "%.*s", STR_ARG(start));
	at = strtoul(s, NULL, 10);
	if (at >= x->text.n)
		return err_set(e, ERR_INVALID, "no sentence starts at %s", s);
	rest = (struct str){x->text.p + at, x->text.n - at};
	return set_str(o, "sent", str_cut(rest, SENTENCE_BYTES), e);
}

static int event(const struct expansion *x, const struct str *f, json_t *o, struct err *e)
{
	json_object_set_new(o, "kind", json_string("event"));
	if (set_sentence(x, o, f[1], e) < 0 || set_str(o, "type", f[2], e) < 0 ||
	    set_list(x, o, "source", f[3], 'a', e) < 0 ||
	    set_list(x, o, "target", f[4], 'a', e) < 0 || set_piece(x, o, "trigger", f[5], e) < 0 ||
	    set_str(o, "status", f[6], e) < 0)
		return -1;
	return set_list(x, o, "by", f[7], 'p', e);
}

static int stance(const struct expansion *x, const struct str *f, json_t *o, struct err *e)
{
	json_t *target = json_object();
	char polarity = f[6].n ? f[6].p[0] : ' ', code[512];
	struct str words;

	json_object_set_new(o, "kind", json_string("stance"));
	json_object_set_new(o, "target", target);
	json_object_set_new(o, "polarity",
			    json_string(polarity == '+'   ? "support"
					: polarity == '-' ? "oppose"
							  : "neutral"));
	json_object_set_new(o, "strength", json_integer(f[7].n ? f[7].p[0] - '0' : 1));
	if (piece_of(x, f[3], &words, e) < 0)
		return -1;
	if (str_is(f[4], "OTHER"))
		snprintf(code, sizeof(code), "OTHER:%.*s", STR_ARG(words));
	else
		snprintf(code, sizeof(code), "%.*s", str_is(f[4], "-") ? 0 : (int)f[4].n, f[4].p);
	if (set_sentence(x, o, f[1], e) < 0 || set_list(x, o, "holder", f[2], 'a', e) < 0 ||
	    set_str(target, "text", words, e) < 0 || set_str(target, "code", str_of(code), e) < 0 ||
	    set_list(x, target, "about", f[5], 'w', e) < 0 ||
	    set_piece(x, o, "trigger", f[8], e) < 0)
		return -1;
	return set_list(x, o, "by", f[9], 'p', e);
}

/* The named bytes of an article below its title. A speech (ISO_SESSION_YEAR) is a file. */
static int document(struct expansion *x, const struct str *f, struct err *e)
{
	char id[128], path[4096], title[128];
	struct buf speech = {0}, all = {0};
	const json_t *article;
	struct str body;
	size_t start = strtoul(f[3].p, NULL, 10), n = strtoul(f[4].p, NULL, 10);
	int rc;

	json_decref(x->doc);
	x->doc = NULL;
	snprintf(id, sizeof(id), "%.*s", STR_ARG(f[2]));
	article = json_object_get(x->articles->by_id, id);
	if (article) {
		const json_t *t = json_object_get(article, "text");

		body = (struct str){json_string_value(t), json_string_length(t)};
		buf_add_str(&all, str_of(json_string_value(json_object_get(article, "title"))));
	} else {
		snprintf(path, sizeof(path), "%s/%s.txt", x->articles->speeches, id);
		if (file_read(&speech, path, e) < 0)
			return err_wrap(e, "neither an article nor a speech: %s", id);
		body = buf_str(&speech);
		snprintf(title, sizeof(title), "%.*s statement in the UN General Debate",
			 (int)strcspn(id, "_"), id);
		buf_add_str(&all, str_of(title));
	}
	if (start > body.n || n > body.n - start) {
		buf_free(&speech);
		buf_free(&all);
		return err_set(e, ERR_INVALID, "%s has %zu bytes", id, body.n);
	}
	x->doc = json_object();
	rc = set_str(x->doc, "title", buf_str(&all), e);
	buf_add(&all, "\n", 1);
	buf_add(&all, body.p + start, n);
	if (rc == 0)
		rc = set_str(x->doc, "id", f[1], e) | set_str(x->doc, "date", f[5], e) |
		     set_str(x->doc, "text", buf_str(&all), e);
	buf_free(&speech);
	buf_free(&all);
	if (rc < 0)
		return -1;
	x->text = (struct str){json_string_value(json_object_get(x->doc, "text")),
			       json_string_length(json_object_get(x->doc, "text"))};
	x->n_documents++;
	json_dumpf(x->doc, x->documents, JSON_COMPACT);
	fputc('\n', x->documents);
	return 0;
}

static int expand_line(struct expansion *x, struct str line, struct err *e)
{
	struct str f[FIELDS_MAX];
	uint32_t n = split(line, '\t', f, FIELDS_MAX);
	json_t *o;
	int rc;

	if (str_is(f[0], "D") && n == 6)
		return document(x, f, e);
	if (!((str_is(f[0], "E") && n == 8) || (str_is(f[0], "S") && n == 10)) || !x->doc)
		return err_set(e, ERR_INVALID, "expected D and 5, E and 7 or S and 9 fields");
	o = json_object();
	json_object_set(o, "doc", json_object_get(x->doc, "id"));
	rc = str_is(f[0], "E") ? event(x, f, o, e) : stance(x, f, o, e);
	if (rc == 0) {
		json_dumpf(o, x->records, JSON_COMPACT);
		fputc('\n', x->records);
		x->n_records++;
	}
	json_decref(o);
	return rc;
}

static int expand_file(struct expansion *x, const char *path, struct err *e)
{
	struct buf b = {0};
	struct str rest, line[2];
	int rc = 0;

	if (file_read(&b, path, e) < 0)
		return -1;
	rest = buf_str(&b);
	for (int no = 1; rc == 0 && rest.n; no++) {
		bool more = split(rest, '\n', line, 2) == 2;

		rest = more ? (struct str){line[1].p, (size_t)(b.p + b.n - line[1].p)} : STR("");
		if (line[0].n && expand_line(x, line[0], e) < 0)
			rc = err_wrap(e, "%s:%d", path, no);
	}
	buf_free(&b);
	return rc;
}

static int read_article(void *to, json_t *o, struct err *e)
{
	const char *id = json_string_value(json_object_get(o, "id"));

	if (!id)
		return err_set(e, ERR_INVALID, "an article without an id");
	json_object_set(to, id, o);
	return 0;
}

int train_codings(int argc, char **argv)
{
	struct articles articles = {json_object(), argc > 2 ? argv[2] : NULL};
	struct expansion x = {.articles = &articles};
	struct err e;
	int rc;

	if (argc < 6) {
		fprintf(stderr, "usage: codings ARTICLES.jsonl SPEECHES DOCUMENTS.jsonl "
				"RECORDS.jsonl CODINGS.tsv...\n");
		return 2;
	}
	x.documents = fopen(argv[3], "w");
	x.records = fopen(argv[4], "w");
	if (!x.documents || !x.records)
		rc = err_set(&e, ERR_INVALID, "%s or %s can't be written", argv[3], argv[4]);
	else
		rc = json_lines(argv[1], read_article, articles.by_id, &e);
	for (int i = 5; rc == 0 && i < argc; i++)
		rc = expand_file(&x, argv[i], &e);
	if ((x.documents && fclose(x.documents) != 0) || (x.records && fclose(x.records) != 0))
		rc = err_set(&e, ERR_INVALID, "%s or %s can't be written", argv[3], argv[4]);
	json_decref(x.doc);
	json_decref(articles.by_id);
	if (rc < 0) {
		fprintf(stderr, "codings: %s\n", e.text);
		return 1;
	}
	fprintf(stderr, "documents=%u records=%u\n", x.n_documents, x.n_records);
	return 0;
}
