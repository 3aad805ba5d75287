/* demarche codebook check|build|find: one's own dictionaries and rules, before they are used.
 *
 *   check [DIR…]           compiles the built-in codebook with these layers; names every problem
 *   build DIR… --out FILE  … and writes the image
 *   find NAME [--date D]   what the codebook knows under a name, best first */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "client/command.h"
#include "client/examples.h"
#include "client/output.h"
#include "client/table.h"
#include "proto/json.h"
#include "proto/near.h"
#include "proto/options.h"
#include "worker/codebook/codebook.h"
#include "worker/engine/actor.h"
#include "worker/engine/date.h"
#include "worker/images.h"
#include "worker/layers.h"

enum { FOUND_MAX = 50 };

struct settings {
	const char *codebook, *date, *out;
	bool json;
};

static const struct option_row ROWS[] = {
	{.name = "codebook",
	 .type = OPTION_STR,
	 .offset = offsetof(struct settings, codebook),
	 .arg = "DIR",
	 .help = "find: with one's own codebook laid over the built-in one"},
	{.name = "date",
	 .type = OPTION_STR,
	 .offset = offsetof(struct settings, date),
	 .arg = "DATE",
	 .help = "find: the roles at this date (YYYY, YYYY-MM or YYYY-MM-DD); else the latest"},
	{.name = "out",
	 .letter = 'o',
	 .type = OPTION_STR,
	 .offset = offsetof(struct settings, out),
	 .arg = "FILE",
	 .help = "build: where the image goes"},
	{.name = "json",
	 .type = OPTION_BOOL,
	 .offset = offsetof(struct settings, json),
	 .help = "find: one JSON object a line"},
	{.type = OPTION_END},
};

const struct option_program PROGRAM_CODEBOOK = {
	.name = "demarche codebook",
	.section = "client",
	.synopsis = "check [DIR…] | build DIR… --out FILE | find NAME [--date DATE]",
	.about =
		"Checks and compiles codebooks, and looks names up in them. The built-in texts are "
		"always the lowest layer; later folders win where both name the same. check also "
		"codes the examples of one's own frames.",
	.more = "Examples:\n"
		"  demarche codebook check my-actors\n"
		"  demarche codebook find \"Emmanuel Macron\" --date 2019-05-01\n",
	.rows = ROWS,
};

/* Prints the problems, one a line; -1 with their number where there are any. */
static int tell(const struct problems *p, struct err *e)
{
	if (!p->n)
		return 0;
	fprintf(stderr, "%.*s", STR_ARG(buf_str(&p->text)));
	return err_set(e, ERR_INVALID, "%u problem%s found", p->n, p->n == 1 ? "" : "s");
}

/* All layers into one image; where `examples` is given, those of one's own frames are run with it.
 */
static int compile(char **dirs, int n, struct buf *image, int *examples, struct err *e)
{
	struct codebook_files files = {0};
	struct problems problems = {0};
	int rc = codebook_read_dir(&files, images_path("codebook"), e);

	for (int i = 0; i < n && rc == 0; i++)
		rc = codebook_read_dir(&files, dirs[i], e);
	if (rc == 0)
		rc = codebook_compile(&files, image, &problems, e);
	if (rc == 0 && n > 0 && examples) {
		*examples = examples_run(&files, buf_str(image), &problems, e);
		rc = *examples < 0 ? -1 : 0;
	}
	if (problems.n)
		rc = tell(&problems, e);
	codebook_files_free(&files);
	problems_free(&problems);
	return rc;
}

static int fail(const struct err *e, int status)
{
	fprintf(stderr, "demarche codebook: %s\n", e->text);
	return status;
}

static int check(char **dirs, int n, const char *out)
{
	struct buf image = {0};
	struct err e = {0};
	int status = EXIT_DONE, examples = 0;

	if (compile(dirs, n, &image, out ? NULL : &examples, &e) < 0)
		status = fail(&e, EXIT_SOME_FAILED);
	else if (out && output_write(out, buf_str(&image), &e) < 0)
		status = fail(&e, EXIT_SOME_FAILED);
	else if (!out && examples)
		printf("no problem found, %d example%s hold%s\n", examples,
		       examples == 1 ? "" : "s", examples == 1 ? "s" : "");
	else if (!out)
		printf("no problem found\n");
	buf_free(&image);
	return status;
}

static void date_text(struct date d, char *out, size_t max)
{
	if (!d.year)
		*out = 0;
	else if (!d.month)
		snprintf(out, max, "%04d", d.year);
	else if (!d.day)
		snprintf(out, max, "%04d-%02d", d.year, d.month);
	else
		snprintf(out, max, "%04d-%02d-%02d", d.year, d.month, d.day);
}

static void print_plain(const struct actor_entry *x, const struct actor_role *r)
{
	struct str code = r->code.n ? r->code : x->code;
	char from[24], to[24];

	date_text(r->from, from, sizeof(from));
	date_text(r->to, to, sizeof(to));
	printf("%-4.*s %-4.*s %.*s", STR_ARG(code.n ? code : STR("-")),
	       STR_ARG(r->role.n ? r->role : STR("-")), STR_ARG(x->name));
	if (*from || *to || r->office.n)
		printf(", %s%.*s%s%s..%s", r->former ? "former " : "", STR_ARG(r->office),
		       r->office.n ? " " : "", from, to);
	printf("  (%.*s:%u)\n", STR_ARG(x->file), x->line);
}

static void print_json(const struct actor_entry *x, const struct actor_role *r)
{
	struct buf b = {0};
	struct json j = {.out = &b};
	char from[24], to[24];

	date_text(r->from, from, sizeof(from));
	date_text(r->to, to, sizeof(to));
	json_open(&j, '{');
	json_key(&j, "name"), json_str(&j, x->name);
	json_key(&j, "code"), json_str(&j, r->code.n ? r->code : x->code);
	json_key(&j, "role"), json_str(&j, r->role);
	json_key(&j, "kind"), json_str(&j, str_of(entity_kind_name(x->kind)));
	json_key(&j, "office"), json_str(&j, r->office);
	json_key(&j, "from"), json_str(&j, str_of(from));
	json_key(&j, "to"), json_str(&j, str_of(to));
	json_key(&j, "former"), json_bool(&j, r->former);
	json_key(&j, "file"), json_str(&j, x->file);
	json_key(&j, "line"), json_uint(&j, x->line);
	json_close(&j, '}');
	printf("%.*s\n", STR_ARG(buf_str(&b)));
	buf_free(&b);
}

static void say_nearest(const struct actor_book *book, struct str name)
{
	struct actor_entry x;
	struct near near;

	near_start(&near, name);
	for (int32_t i = 0; actor_entry(book, i, &x); i++)
		near_try(&near, x.name);
	fprintf(stderr, "demarche codebook: nothing goes by the name \"%.*s\"", STR_ARG(name));
	if (near.best.n)
		fprintf(stderr, "; did you mean %.*s?", STR_ARG(near.best));
	fputc('\n', stderr);
}

static int print_found(const struct actor_book *book, struct str name, const struct settings *s)
{
	int32_t found[FOUND_MAX];
	struct date when = {0};
	uint32_t n;

	if (s->date && !date_parse(str_of(s->date), &when)) {
		fprintf(stderr,
			"demarche codebook: --date %s: expected YYYY-MM-DD, YYYY-MM or YYYY\n",
			s->date);
		return EXIT_USAGE;
	}
	n = actor_find(book, name, when, found, FOUND_MAX);
	if (!n && name.n > 4 && strncasecmp(name.p, "the ", 4) == 0) { /* "the Kremlin" */
		name = (struct str){name.p + 4, name.n - 4};
		n = actor_find(book, name, when, found, FOUND_MAX);
	}
	for (uint32_t i = 0; i < n; i++) {
		struct actor_entry x;
		struct actor_role r = actor_role_at(book, found[i], when);

		if (!actor_entry(book, found[i], &x))
			continue;
		if (s->json)
			print_json(&x, &r);
		else
			print_plain(&x, &r);
	}
	if (n)
		return EXIT_DONE;
	say_nearest(book, name);
	return EXIT_SOME_FAILED;
}

static int find(const char *name, const struct settings *s)
{
	struct images im;
	struct actor_book *book = NULL;
	struct err e = {0};
	int status;

	if (images_open(&im, NULL, NULL, &e) < 0)
		return fail(&e, EXIT_SOME_FAILED);
	if ((s->codebook && layers_apply(&im, s->codebook, &e) < 0) ||
	    !(book = actor_book_new(&im.codebook, &e)))
		status = fail(&e, EXIT_SOME_FAILED);
	else
		status = print_found(book, str_of(name), s);
	actor_book_free(book);
	images_close(&im);
	return status;
}

static int wrong(const char *what)
{
	struct err e = {0};

	err_set(&e, ERR_INVALID, "%s", what);
	return options_wrong(&PROGRAM_CODEBOOK, &e);
}

static int dispatch(char **words, int n, const struct settings *s)
{
	if (n >= 1 && strcmp(words[0], "check") == 0)
		return check(words + 1, n - 1, NULL);
	if (n >= 1 && strcmp(words[0], "build") == 0)
		return s->out ? check(words + 1, n - 1, s->out) : wrong("build needs --out FILE");
	if (n >= 1 && strcmp(words[0], "find") == 0)
		return n == 2 ? find(words[1], s) : wrong("find needs one name (in quotes)");
	return wrong("expected check, build or find");
}

int cmd_codebook(int argc, char **argv)
{
	struct settings s = {0};
	int operand, status = command_options(&PROGRAM_CODEBOOK, argc, argv, &s, &operand);

	return status < 0 ? dispatch(argv + operand, argc - operand, &s) : status;
}
