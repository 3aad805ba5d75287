/* demarche parse: the linguistic analysis alone, in this process. */

#include "client/command.h"
#include "client/input.h"
#include "client/output.h"
#include "client/parsed.h"
#include "client/work.h"
#include "worker/engine/engine.h"

enum format { FORMAT_CONLLU, FORMAT_JSON, FORMAT_BRAT };

struct parse {
	struct work_options work;
	const char *out, *date;
	int format;
};

#define AT(field) .offset = offsetof(struct parse, field)
static const struct option_row ROWS[] = {
	{.name = "format",
	 .letter = 'f',
	 .type = OPTION_CHOICE,
	 AT(format),
	 .arg = "conllu|json|brat",
	 .standard = "conllu",
	 .help = "CoNLL-U keeps every character of the text"},
	{.name = "out",
	 .letter = 'o',
	 .type = OPTION_STR,
	 AT(out),
	 .arg = "FOLDER",
	 .help = "for brat: a .txt and an .ann file for each document"},
	{.name = "date",
	 .type = OPTION_STR,
	 AT(date),
	 .arg = "DATE",
	 .help = "date of publication of documents that do not tell theirs"},
	{.type = OPTION_INCLUDE, AT(work), .include = WORK_ROWS},
	{.type = OPTION_END},
};

const struct option_program PROGRAM_PARSE = {
	.name = "demarche parse",
	.section = "client",
	.synopsis = "[FILE…]",
	.about = "The linguistic analysis of documents: sentences, tokens, tags, lemmas, trees, "
		 "names, coreference, attribution, times.",
	.more = "Examples:\n"
		"  echo 'Oslo and Stockholm signed a treaty.' | demarche parse\n"
		"  demarche parse samples --format brat --out annotated/\n",
	.rows = ROWS,
};

static int write_file(const char *folder, struct str name, const char *suffix, struct str bytes,
		      struct err *e)
{
	char path[4096];
	size_t at = strlen(folder) + 1;

	snprintf(path, sizeof(path), "%s/%.*s%s", folder, STR_ARG(name), suffix);
	for (char *p = path + at; *p; p++) /* one flat folder: brat wants plain names */
		if (*p == '/' || *p == ':')
			*p = '_';
	return output_write(path, bytes, e);
}

static struct str without_suffix(struct str name)
{
	const char *dot = name.n ? memrchr(name.p, '.', name.n) : NULL;

	return dot && dot != name.p ? (struct str){name.p, (size_t)(dot - name.p)} : name;
}

static int write_brat(const struct parse *o, const struct doc *d, struct buf *out, struct err *e)
{
	struct str name = without_suffix(d->meta.id);

	if (!o->out)
		return 0;
	if (write_file(o->out, name, ".txt", d->text, e) < 0 ||
	    write_file(o->out, name, ".ann", buf_str(out), e) < 0)
		return -1;
	out->n = 0;
	return 0;
}

static int parse_one(struct engine *en, const struct document *in, const struct parse *o,
		     struct buf *out, struct err *e)
{
	struct engine_input x = {.text = in->text, .meta = in->meta};
	struct doc *d;

	if (!x.meta.date.n && o->date)
		x.meta.date = str_of(o->date);
	d = engine_parse(en, &x);
	out->n = 0;
	if (o->format == FORMAT_JSON)
		parsed_json(d, out);
	else if (o->format == FORMAT_BRAT)
		parsed_brat(d, out);
	else
		parsed_conllu(d, out);
	for (uint32_t i = 0; i < d->n_warnings; i++)
		fprintf(stderr, "demarche parse: %.*s: %.*s\n", STR_ARG(in->meta.id),
			STR_ARG(d->warnings[i]));
	if (o->format == FORMAT_BRAT && write_brat(o, d, out, e) < 0)
		return -1;
	if (out->n && fwrite(out->p, 1, out->n, stdout) != out->n)
		return err_set(e, ERR_IO, "cannot write to standard output");
	return 0;
}

/* All trees of a text are kept at once here, so its length has a limit of its own. */
static bool is_too_long(const struct document *d)
{
	if (d->text.n <= ENGINE_PARSE_MAX)
		return false;
	fprintf(stderr, "demarche parse: %.*s: text of %zu bytes, limit %d MiB\n",
		STR_ARG(d->meta.id), d->text.n, ENGINE_PARSE_MAX >> 20);
	return true;
}

static int parse_all(struct engine *en, struct input *in, const struct parse *o, bool *refused,
		     struct err *e)
{
	struct buf out = {0};
	struct document d;
	struct err failure;
	int got, r = 0;

	while (r == 0 && (got = input_next(in, &d, &failure)) != 0) {
		if (got < 0)
			fprintf(stderr, "demarche parse: %s\n", failure.text);
		else if (is_too_long(&d))
			*refused = true;
		else
			r = parse_one(en, &d, o, &out, e);
	}
	buf_free(&out);
	if (r == 0 && fflush(stdout) != 0)
		r = err_set(e, ERR_IO, "cannot write to standard output");
	return r;
}

int cmd_parse(int argc, char **argv)
{
	struct parse o = {0};
	struct work work;
	struct engine *en = NULL;
	struct input *in;
	struct err e;
	bool refused = false;
	char iso[READER_DATE];
	int operand, r, status = command_options(&PROGRAM_PARSE, argc, argv, &o, &operand);

	if (status >= 0)
		return status;
	if (reader_date_option(&o.date, iso, &e) < 0)
		return options_wrong(&PROGRAM_PARSE, &e);
	if (o.out && output_folder(o.out, &e) < 0) {
		fprintf(stderr, "demarche parse: %s\n", e.text);
		return EXIT_SOME_FAILED;
	}
	in = input_new(argv + operand, argc - operand);
	r = work_open(&work, &o.work, &e);
	if (r == 0) {
		en = engine_new(&work.images.model, &work.images.codebook, &e);
		r = en ? parse_all(en, in, &o, &refused, &e) : -1;
		engine_free(en);
		work_close(&work);
	}
	if (r < 0)
		fprintf(stderr, "demarche parse: %s\n", e.text);
	status = r < 0 || refused || input_failed(in) ? EXIT_SOME_FAILED : EXIT_DONE;
	input_free(in);
	return status;
}
