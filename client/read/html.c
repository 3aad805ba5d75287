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

enum { DEPTH_MAX = 200 };

static void write_node(struct writer *w, const xmlNode *n, int depth)
{
	bool block;

	if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) {
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

/* Characters of paragraph text below a node, links not counted. */
static size_t paragraph_weight(const xmlNode *n, bool inside, int depth)
{
	size_t sum = 0;

	if (n->type == XML_TEXT_NODE)
		return inside ? strlen((const char *)n->content) : 0;
	if (n->type != XML_ELEMENT_NODE || depth > DEPTH_MAX || is_one_of(n, SKIPPED) ||
	    xmlStrcasecmp(n->name, (const xmlChar *)"a") == 0)
		return 0;
	inside |= is_one_of(n, PARAGRAPHS);
	for (const xmlNode *c = n->children; c; c = c->next)
		sum += paragraph_weight(c, inside, depth + 1);
	return sum;
}

/* Goes down as long as one child holds nearly all of the paragraph text. */
static const xmlNode *find_article(const xmlNode *n)
{
	for (int depth = 0; depth < DEPTH_MAX; depth++) {
		size_t all = paragraph_weight(n, false, 0);
		const xmlNode *next = NULL;

		for (const xmlNode *c = n->children; c && all; c = c->next)
			if (!is_one_of(n, PARAGRAPHS) && c->type == XML_ELEMENT_NODE &&
			    paragraph_weight(c, false, 0) * 10 >= all * 9)
				next = c;
		if (!next || is_one_of(next, PARAGRAPHS))
			return n;
		n = next;
	}
	return n;
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
	json_t *o = content ? json_loads((char *)content, 0, NULL) : NULL;
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

int reader_html(struct arena *a, struct str raw, struct document *d, struct err *e)
{
	struct buf b = {0};
	struct writer w = {.out = &b};
	htmlDocPtr page;
	xmlNode *root, *body;

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
