/* Web pages, through libxml2's forgiving HTML parser. The article is the subtree with the most
 * paragraph text that is not links; what is known about it comes from the page's own metadata
 * (Open Graph, article:*, schema.org's JSON-LD, <time>). */
#include "client/read/reader.h"

#include <jansson.h>
#include <libxml/HTMLparser.h>

static const xmlChar *const *names(const char *const *list)
{
	return (const xmlChar *const *)list;
}

static bool is_one_of(const xmlNode *n, const char *const *list)
{
	for (const xmlChar *const *p = names(list); *p; p++)
		if (xmlStrcasecmp(n->name, *p) == 0)
			return true;
	return false;
}

static const char *const SKIPPED[] = {"script", "style",    "nav",      "header",     "footer",
				      "aside",  "form",     "button",   "select",     "iframe",
				      "svg",    "noscript", "template", "figcaption", "menu",
				      "head",   NULL};
static const char *const BLOCKS[] = {"p",       "div",     "h1",   "h2",     "h3", "h4",
				     "h5",      "h6",      "li",   "ul",     "ol", "blockquote",
				     "section", "article", "main", "tr",     "td", "table",
				     "dd",      "dt",      "pre",  "figure", NULL};
static const char *const PARAGRAPHS[] = {"p", "li", "blockquote", NULL};

/* Running text: white space runs are one space, blocks are two newlines. */
struct writer {
	struct buf *out;
	int gap; /* 0 none, 1 space, 2 line, 3 paragraph: owed before the next character */
};

static void write_text(struct writer *w, const char *p)
{
	for (; *p; p++) {
		bool nbsp = (unsigned char)p[0] == 0xc2 && (unsigned char)p[1] == 0xa0;

		if (nbsp || strchr(" \t\r\n\f", *p)) {
			w->gap = w->gap ? w->gap : 1;
			p += nbsp;
			continue;
		}
		if (w->gap && w->out->n)
			buf_add_str(w->out, w->gap == 1   ? STR(" ")
					    : w->gap == 2 ? STR("\n")
							  : STR("\n\n"));
		w->gap = 0;
		buf_add(w->out, p, 1);
	}
}

enum {
	DEPTH_MAX = 200,      /* of elements; libxml2 gives up above 256 */
	ATTRIBUTES_MAX = 500, /* of one tag: the parser compares each with all before it */
	LOOKS_A_BYTE = 64,    /* so often may each byte be looked at for that */
	SCRIPT_MAX = 1 << 20, /* of JSON-LD: read, an empty list takes 300 times its bytes */
};

static void write_node(struct writer *w, const xmlNode *n, int depth)
{
	bool block;

	if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) {
		if (n->content)
			write_text(w, (const char *)n->content);
		return;
	}
	if (n->type != XML_ELEMENT_NODE || depth > DEPTH_MAX || is_one_of(n, SKIPPED))
		return;
	if (xmlStrcasecmp(n->name, (const xmlChar *)"br") == 0 && w->gap < 2)
		w->gap = 2;
	block = is_one_of(n, BLOCKS);
	if (block)
		w->gap = 3;
	for (const xmlNode *c = n->children; c; c = c->next)
		write_node(w, c, depth + 1);
	if (block)
		w->gap = 3;
}

static size_t weight_of(const xmlNode *n)
{
	return (size_t)(uintptr_t)n->_private;
}

/* Notes with each node the characters of paragraph text below it, links not counted. */
static size_t weigh(xmlNode *n, bool inside, int depth)
{
	size_t sum = 0;

	if (n->type == XML_TEXT_NODE && inside && n->content)
		sum = strlen((const char *)n->content);
	if (n->type == XML_ELEMENT_NODE && depth <= DEPTH_MAX && !is_one_of(n, SKIPPED) &&
	    xmlStrcasecmp(n->name, (const xmlChar *)"a") != 0) {
		inside |= is_one_of(n, PARAGRAPHS);
		for (xmlNode *c = n->children; c; c = c->next)
			sum += weigh(c, inside, depth + 1);
	}
	n->_private = (void *)(uintptr_t)sum;
	return sum;
}

/* Goes down as long as one child holds nearly all of the paragraph text. */
static const xmlNode *find_article(xmlNode *top)
{
	const xmlNode *n = top;

	weigh(top, false, 0);
	for (;;) {
		const xmlNode *next = NULL;

		for (const xmlNode *c = n->children; c && weight_of(n); c = c->next)
			if (c->type == XML_ELEMENT_NODE && weight_of(c) * 10 >= weight_of(n) * 9)
				next = c;
		if (!next || is_one_of(n, PARAGRAPHS) || is_one_of(next, PARAGRAPHS))
			return n;
		n = next;
	}
}

static struct str attribute(struct arena *a, const xmlNode *n, const char *name)
{
	xmlChar *v = xmlGetProp(n, (const xmlChar *)name);
	struct str s = v ? arena_str(a, str_of((char *)v)) : STR("");

	xmlFree(v);
	return s;
}

static void take_iso_day(struct document *d, struct arena *a, struct str s)
{
	struct str day;

	if (d->meta.date.n || s.n < 8)
		return;
	if (s.n > 10 && (s.p[10] == 'T' || s.p[10] == ' ') && s.p[4] == '-')
		s.n = 10;
	day = reader_date_line(a, s);
	if (!day.n)
		return;
	d->meta.date = day;
	d->meta.date_source = STR("html");
}

static void take_meta(struct document *d, struct arena *a, const xmlNode *n)
{
	static const char *const DATES[] = {
		"article:published_time", "datepublished", "date",    "dc.date",
		"dc.date.issued",         "dcterms.date",  "pubdate", "publish-date",
		"parsely-pub-date",       "sailthru.date"};
	struct str key = attribute(a, n, "property"), value = attribute(a, n, "content");

	if (!key.n)
		key = attribute(a, n, "name");
	if (!key.n)
		key = attribute(a, n, "itemprop");
	if (!key.n || !value.n)
		return;
	if (strcasecmp(key.p, "og:title") == 0)
		d->meta.title = value;
	else if (strcasecmp(key.p, "og:site_name") == 0)
		d->meta.source = value;
	for (size_t i = 0; i < sizeof(DATES) / sizeof(*DATES); i++)
		if (strcasecmp(key.p, DATES[i]) == 0)
			take_iso_day(d, a, value);
}

static void take_json_ld(struct document *d, struct arena *a, const xmlNode *n)
{
	xmlChar *content = xmlNodeGetContent(n);
	size_t bytes = content ? strlen((char *)content) : 0;
	json_t *o = bytes && bytes <= SCRIPT_MAX ? json_loads((char *)content, 0, NULL) : NULL;
	json_t *one = json_is_array(o) ? json_array_get(o, 0) : o;
	const char *date = json_string_value(json_object_get(one, "datePublished"));
	const char *title = json_string_value(json_object_get(one, "headline"));

	if (date)
		take_iso_day(d, a, str_of(date));
	if (title && !d->meta.title.n)
		d->meta.title = arena_str(a, str_of(title));
	json_decref(o);
	xmlFree(content);
}

static void take_title(struct document *d, struct arena *a, const xmlNode *n)
{
	xmlChar *content = xmlNodeGetContent(n);
	struct buf b = {0};
	struct writer w = {.out = &b};

	if (content)
		write_text(&w, (char *)content);
	if (b.n && !d->meta.title.n)
		d->meta.title = arena_str(a, buf_str(&b));
	buf_free(&b);
	xmlFree(content);
}

/* One pass over the page for what it says about itself; the best places first where it matters. */
static void take_metadata(struct document *d, struct arena *a, const xmlNode *n, int depth)
{
	for (; n && depth < DEPTH_MAX; n = n->next) {
		const char *name = (const char *)n->name;

		if (n->type != XML_ELEMENT_NODE)
			continue;
		if (strcasecmp(name, "html") == 0 && !d->meta.lang.n)
			d->meta.lang = attribute(a, n, "lang");
		else if (strcasecmp(name, "meta") == 0)
			take_meta(d, a, n);
		else if (strcasecmp(name, "time") == 0)
			take_iso_day(d, a, attribute(a, n, "datetime"));
		else if (strcasecmp(name, "script") == 0 &&
			 str_is(attribute(a, n, "type"), "application/ld+json"))
			take_json_ld(d, a, n);
		else if (strcasecmp(name, "title") == 0)
			take_title(d, a, n);
		take_metadata(d, a, n->children, depth + 1);
	}
}

/* Tags with too many attributes, which would cost the parser the square of their number, end where
 * there are too many. Every "<" before a letter is taken for a tag: some are none, and to cut these
 * changes nothing that is read. */

static bool is_blank(char c)
{
	return c && strchr(" \t\r\n", c);
}

static bool is_name(char c)
{
	return (unsigned char)c >= 0x80 || (c && strchr("-._:", c)) || (c >= '0' && c <= '9') ||
	       (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t pass_value(struct str s, size_t i)
{
	const char *end;

	while (i < s.n && is_blank(s.p[i]))
		i++;
	if (i < s.n && (s.p[i] == '"' || s.p[i] == '\'')) {
		end = memchr(s.p + i + 1, s.p[i], s.n - i - 1);
		return end ? (size_t)(end + 1 - s.p) : s.n;
	}
	while (i < s.n && !is_blank(s.p[i]) && s.p[i] != '>')
		i++;
	return i;
}

/* From behind "<": to the end of the tag, or to its first attribute too many (*cut). */
static size_t pass_tag(struct str s, size_t i, bool *cut)
{
	*cut = false;
	while (i < s.n && is_name(s.p[i]))
		i++;
	for (int n = 0; i < s.n && s.p[i] != '>'; n++) {
		size_t from;

		while (i < s.n && is_blank(s.p[i]))
			i++;
		*cut = n > ATTRIBUTES_MAX;
		if (*cut)
			return i;
		while (i < s.n && is_name(s.p[i]))
			i++;
		for (from = i; i < s.n && is_blank(s.p[i]);)
			i++;
		if (i < s.n && s.p[i] == '=')
			i = pass_value(s, i + 1);
		else if (i == from && i < s.n && s.p[i] != '>')
			i++; /* belongs to no attribute */
	}
	return i;
}

static int cut_tags(struct arena *a, struct str *page, struct err *e)
{
	uint64_t looks = 0;
	char *copy = NULL;

	for (size_t i = 0; i + 1 < page->n; i++) {
		char next = (char)(page->p[i + 1] | 0x20);
		size_t end;
		bool cut;

		if (page->p[i] != '<' || next < 'a' || next > 'z')
			continue;
		end = pass_tag(*page, i + 1, &cut);
		looks += end - i;
		if (looks > (uint64_t)LOOKS_A_BYTE * page->n + (1 << 20))
			return err_set(e, ERR_INVALID, "not a web page: tags within tags");
		if (!cut || end >= page->n)
			continue;
		if (!copy)
			page->p = copy = memcpy(arena_alloc(a, page->n), page->p, page->n);
		copy[end] = '>';
	}
	return 0;
}

int reader_html(struct arena *a, struct str raw, struct document *d, struct err *e)
{
	struct buf b = {0};
	struct writer w = {.out = &b};
	htmlDocPtr page;
	xmlNode *root, *body;

	if (cut_tags(a, &raw, e) < 0)
		return -1;
	page = htmlReadMemory(raw.p, (int)raw.n, NULL, NULL,
			      HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
				      HTML_PARSE_NONET | HTML_PARSE_COMPACT);
	root = page ? xmlDocGetRootElement(page) : NULL;
	if (!root) {
		xmlFreeDoc(page);
		return err_set(e, ERR_INVALID, "not a web page");
	}
	take_metadata(d, a, root, 0);
	for (body = root->children; body; body = body->next)
		if (body->type == XML_ELEMENT_NODE && strcasecmp((char *)body->name, "body") == 0)
			break;
	write_node(&w, find_article(body ? body : root), 0);
	d->text = arena_str(a, buf_str(&b));
	buf_free(&b);
	xmlFreeDoc(page);
	return 0;
}
