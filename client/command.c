#include "client/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/msg.h"
#include "proto/near.h"
#include "worker/engine/engine.h"

enum { KEYS_MAX = 128 };

const struct command COMMANDS[] = {
	{"run", "the whole system in one command: documents in, database out", cmd_run,
	 &PROGRAM_RUN},
	{"analyze", "documents in, result records out; no broker", cmd_analyze, &PROGRAM_ANALYZE},
	{"parse", "the linguistic analysis alone", cmd_parse, &PROGRAM_PARSE},
	{"submit", "submit documents to a broker; prints job ids", cmd_submit, &PROGRAM_SUBMIT},
	{"watch", "the result stream, one record a line", cmd_watch, &PROGRAM_WATCH},
	{"status", "queue, workers and rates", cmd_status, &PROGRAM_STATUS},
	{"top", "the live screen", cmd_top, &PROGRAM_TOP},
	{"jobs", "list jobs", cmd_jobs, &PROGRAM_JOBS},
	{"show", "the whole life of a job", cmd_show, &PROGRAM_SHOW},
	{"results", "stored result records", cmd_results, &PROGRAM_RESULTS},
	{"retry", "bring dead or cancelled jobs back", cmd_retry, &PROGRAM_RETRY},
	{"cancel", "stop jobs", cmd_cancel, &PROGRAM_CANCEL},
	{"dead", "list quarantined jobs with their reasons", cmd_dead, &PROGRAM_DEAD},
	{"events", "who did what to whom", cmd_events, &PROGRAM_EVENTS},
	{"stances", "who stands where on what", cmd_stances, &PROGRAM_STANCES},
	{"explain", "one event or stance with its evidence", cmd_explain, &PROGRAM_EXPLAIN},
	{"export", "files that the field's tools load", cmd_export, &PROGRAM_EXPORT},
	{"report", "one offline HTML page", cmd_report, &PROGRAM_REPORT},
	{"eval", "compare results with hand-coded records", cmd_eval, &PROGRAM_EVAL},
	{"codebook", "one's own dictionaries, and what a name stands for", cmd_codebook,
	 &PROGRAM_CODEBOOK},
	{"keys", "make and list the keys of a broker's peers", cmd_keys, &PROGRAM_KEYS},
	{"doctor", "check what a run needs", cmd_doctor, &PROGRAM_DOCTOR},
	{0},
};

static struct arena options_arena; /* one command a process */

static void add_keys(const struct option_row *rows, const char **keys, size_t *n)
{
	for (; rows->type != OPTION_END; rows++) {
		if (rows->type == OPTION_INCLUDE)
			add_keys(rows->include, keys, n);
		else if (rows->type != OPTION_STR_FLAG && !str_in(str_of(rows->name), keys))
			keys[(*n)++] = rows->name;
		CHECK(*n < KEYS_MAX);
	}
}

/* The options of all commands, which share the section [client]: what is meant for one of them does
 * not disturb the others. */
static const char *const *client_keys(void)
{
	const char **keys = ARENA_ARRAY(&options_arena, const char *, KEYS_MAX);
	size_t n = 0;

	for (const struct command *c = COMMANDS; c->name; c++)
		add_keys(c->program->rows, keys, &n);
	return keys;
}

int command_options(const struct option_program *p, int argc, char **argv, void *settings,
		    int *operand)
{
	struct option_program with_keys = *p;

	with_keys.others = client_keys();
	return options_start(&with_keys, argc, argv, &options_arena, settings, operand);
}

int command_options_alone(const struct option_program *p, int argc, char **argv, void *settings)
{
	int operand, status = command_options(p, argc, argv, settings, &operand);
	struct err e;

	if (status >= 0 || operand == argc)
		return status;
	err_set(&e, ERR_INVALID, "no operand expected, got \"%s\"", argv[operand]);
	return options_wrong(p, &e);
}

int command_job(const char *word, uint64_t *job, struct err *e)
{
	char *end;

	*job = strtoull(word, &end, 10);
	if (*end || !*job || *word == '-')
		return err_set(e, ERR_INVALID, "\"%s\" is no job number", word);
	return 0;
}

int command_name(const char *option, const char *value, struct err *e)
{
	if (value && strlen(value) > MSG_NAME_MAX)
		return err_set(e, ERR_INVALID, "--%s has %zu bytes, a name at most %d", option,
			       strlen(value), MSG_NAME_MAX);
	return 0;
}

static const struct command *command_of(const char *name)
{
	for (const struct command *c = COMMANDS; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static void print_help(FILE *f)
{
	fputs("demarche reads political news and tells, with evidence, who did what to whom\n"
	      "and who stands where on what.\n\n"
	      "usage: demarche COMMAND [ARGUMENT…]\n\n",
	      f);
	for (const struct command *c = COMMANDS; c->name; c++)
		fprintf(f, "  %-9s %s\n", c->name, c->summary);
	fputs("\ndemarche COMMAND --help tells more about one command.\n", f);
}

static int no_command(const char *name)
{
	struct near near;

	near_start(&near, str_of(name));
	for (const struct command *c = COMMANDS; c->name; c++)
		near_try(&near, str_of(c->name));
	fprintf(stderr, "demarche: no command \"%s\"", name);
	if (near.best.n)
		fprintf(stderr, "; did you mean %.*s?", STR_ARG(near.best));
	fprintf(stderr, "; demarche --help lists them\n");
	return EXIT_USAGE;
}

int command_main(int argc, char **argv)
{
	const struct command *c;
	int status;

	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("demarche " ENGINE_VERSION);
		return EXIT_DONE;
	}
	c = command_of(argv[1]);
	if (!c)
		return no_command(argv[1]);
	status = c->run(argc - 1, argv + 1);
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_DONE) {
		fprintf(stderr, "demarche %s: cannot write to standard output\n", c->name);
		status = EXIT_SOME_FAILED;
	}
	arena_free(&options_arena);
	return status;
}
