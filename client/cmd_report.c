#include "client/command.h"

#include <stdio.h>

#include "client/output.h"
#include "client/report.h"
#include "worker/engine/place.h"
#include "worker/images.h"

enum { COUNTRIES_MAX = 1000 };

extern const unsigned char report_page[];
extern const unsigned long report_page_n;

/* A row inside <script>: "</" must not end it. */
static void add_json(struct buf *out, const json_t *row)
{
	char *text = json_dumps(row, JSON_COMPACT | JSON_REAL_PRECISION(4));

	for (const char *p = text; *p; p++) {
		if (p[0] == '<')
			buf_add_str(out, STR("\\u003c"));
		else
			buf_add(out, p, 1);
	}
	mem_free(text);
}

/* A list of rows as it is written, and the documents that they come from, by their jobs. */
struct row_text {
	struct buf *out;
	json_t *documents;
	bool begun;
};

static void add_row(void *to, json_t *row)
{
	struct row_text *t = to;
	char job[32];

	snprintf(job, sizeof(job), "%ld", (long)row_int(row, "job"));
	json_object_set_new(t->documents, job, json_true());
	buf_add_str(t->out, t->begun ? STR(",\n") : STR(""));
	add_json(t->out, row);
	t->begun = true;
}

static int add_rows(struct source *s, const char *what, uint64_t limit, json_t *documents,
		    bool *cut, struct buf *out, struct err *e)
{
	struct link_query q = {.what = what, .limit = limit};
	struct row_text t = {.out = out, .documents = documents};
	int r = source_rows(s, &q, add_row, &t, e);

	*cut |= limit && q.given == limit && !q.done;
	return r;
}

/* The middles of countries, by which the map is labelled. Without the codebook it has no labels. */
static void add_countries(struct buf *out)
{
	struct result_place *list = mem_alloc(COUNTRIES_MAX * sizeof(*list));
	json_t *countries = json_object();
	struct images im;
	struct err e;
	uint32_t n = 0;

	if (images_open(&im, NULL, NULL, &e) == 0) {
		n = place_countries(&im.codebook, list, COUNTRIES_MAX);
		for (uint32_t i = 0; i < n; i++) {
			char code[8];

			snprintf(code, sizeof(code), "%.*s", STR_ARG(list[i].country));
			json_object_set_new(countries, code,
					    json_pack("[f,f,s%]", list[i].latitude,
						      list[i].longitude, list[i].name.p,
						      list[i].name.n));
		}
		images_close(&im);
	}
	buf_add_str(out, STR(",\n\"countries\":"));
	add_json(out, countries);
	json_decref(countries);
	mem_free(list);
}

static int make_data(struct source *s, uint64_t limit, struct buf *out, struct err *e)
{
	json_t *documents = json_object();
	bool cut = false;
	int r;

	buf_add_str(out, STR("{\"events\":["));
	r = add_rows(s, "events", limit, documents, &cut, out, e);
	buf_add_str(out, STR("],\n\"stances\":["));
	if (r == 0)
		r = add_rows(s, "stances", limit, documents, &cut, out, e);
	buf_add_str(out, STR("]"));
	add_countries(out);
	buf_printf(out, ",\n\"documents\":%zu,\"cut\":%s}", json_object_size(documents),
		   cut ? "true" : "false");
	json_decref(documents);
	return r;
}

static int write_page(const char *path, struct str data, struct err *e)
{
	struct str page = {(const char *)report_page, report_page_n};
	const char *hole = memmem(page.p, page.n, "@DATA@", 6);
	struct output *o = output_open(path, e);
	FILE *f;

	CHECK(hole);
	if (!o)
		return -1;
	f = output_file(o);
	fwrite(page.p, 1, (size_t)(hole - page.p), f);
	fwrite(data.p, 1, data.n, f);
	fwrite(hole + 6, 1, page.n - (size_t)(hole + 6 - page.p), f);
	return output_keep(o, e);
}

int report_write(struct source *s, const char *path, uint64_t limit, struct err *e)
{
	struct buf data = {0};
	int r = make_data(s, limit, &data, e);

	if (r == 0)
		r = write_page(path, buf_str(&data), e);
	buf_free(&data);
	return r;
}

struct report {
	struct source_options source;
	const char *out;
	int64_t limit;
};

static const struct option_row ROWS[] = {
	{.type = OPTION_INCLUDE, .offset = offsetof(struct report, source), .include = SOURCE_ROWS},
	{.name = "out",
	 .letter = 'o',
	 .type = OPTION_STR,
	 .offset = offsetof(struct report, out),
	 .arg = "FILE.html",
	 .help = "page to write; - is standard output"},
	{.name = "limit",
	 .letter = 'n',
	 .type = OPTION_INT,
	 .offset = offsetof(struct report, limit),
	 .arg = "N",
	 .standard = "20000",
	 .help = "at most so many events and so many stances; 0 is all"},
	{.type = OPTION_END},
};

const struct option_program PROGRAM_REPORT = {
	.name = "demarche report",
	.section = "client",
	.synopsis = "--db FILE --out FILE.html",
	.about = "Writes one HTML page that needs nothing else: events over time and on a map, who "
		 "stands where towards whom and who acts on whom as matrices, and the sentences "
		 "behind each point and cell.",
	.rows = ROWS,
};

int cmd_report(int argc, char **argv)
{
	struct report o = {0};
	struct err e;
	int r, status = command_options_alone(&PROGRAM_REPORT, argc, argv, &o);
	struct source *s;

	if (status >= 0)
		return status;
	if (!o.out) {
		err_set(&e, ERR_INVALID, "--out FILE.html is needed");
		return options_wrong(&PROGRAM_REPORT, &e);
	}
	s = source_open(&o.source, &e);
	r = s ? report_write(s, o.out, (uint64_t)o.limit, &e) : -1;
	if (r < 0)
		fprintf(stderr, "demarche report: %s\n", e.text);
	source_close(s);
	return r < 0 ? link_exit_status(&e) : EXIT_DONE;
}
