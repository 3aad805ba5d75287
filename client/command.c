#include "client/command.h"

#include <stdio.h>
#include <string.h>

#include "proto/near.h"
#include "worker/engine/engine.h"

const struct command COMMANDS[] = {
	{"run", "PATH… --db FILE", "the whole system in one command: documents in, database out",
	 cmd_run},
	{"analyze", "[FILE…]", "documents in, result records out; no broker", cmd_analyze},
	{"parse", "[FILE…]", "the linguistic analysis alone", cmd_parse},
	{"submit", "PATH…", "submit documents to a broker; prints job ids", cmd_submit},
	{"watch", "[OPTION…]", "the result stream, one record a line", cmd_watch},
	{"status", "[OPTION…]", "queue, workers and rates", cmd_status},
	{"top", "[OPTION…]", "the live screen", cmd_top},
	{"jobs", "[OPTION…]", "list jobs", cmd_jobs},
	{"show", "JOB…", "the whole life of a job", cmd_show},
	{"results", "[JOB…]", "stored result records", cmd_results},
	{"retry", "JOB…", "bring dead or cancelled jobs back", cmd_retry},
	{"cancel", "JOB…", "stop jobs", cmd_cancel},
	{"dead", "[OPTION…]", "list quarantined jobs with their reasons", cmd_dead},
	{"events", "[OPTION…]", "who did what to whom", cmd_events},
	{"stances", "[OPTION…]", "who stands where on what", cmd_stances},
	{"explain", "ID…", "one event or stance with its evidence", cmd_explain},
	{"export", "--as FORMAT --out PATH", "files that the field's tools load", cmd_export},
	{"report", "--db FILE --out FILE.html", "one offline HTML page", cmd_report},
	{"eval", "--gold FILE… --results FILE", "compare results with hand-coded records",
	 cmd_eval},
	{"codebook", "check|build|find", "one's own dictionaries, and what a name stands for",
	 cmd_codebook},
	{"keys", "[add NAME]", "make and list the keys of a broker's peers", cmd_keys},
	{"doctor", "[OPTION…]", "check what a run needs", cmd_doctor},
	{0},
};

static struct arena options_arena; /* one command a process */

/* The options of all commands, which share the section [client]: what is meant for one of them does
 * not disturb the others. tests/integration/options.sh holds it against the tables. */
static const char *const CLIENT_KEYS[] = {"actor",        "again",      "as",
					  "batch",        "brief",      "broker",
					  "by",           "by-label",   "cluster",
					  "clusters",     "codebook",   "codebook-image",
					  "collection",   "confidence", "contradictions",
					  "csv",          "date",       "db",
					  "deadline",     "delay",      "document",
					  "errors",       "every",      "floors",
					  "format",       "from",       "gold",
					  "header",       "holders",    "jobs",
					  "json",         "key-file",   "keys",
					  "least",        "limit",      "matrix",
					  "memory-limit", "model",      "name",
					  "newest",       "once",       "out",
					  "over-time",    "polarity",   "priority",
					  "report",       "reports",    "results",
					  "roles",        "rows",       "since",
					  "stances-from", "state",      "status",
					  "target",       "targets",    "text",
					  "time-limit",   "timeout",    "topic",
					  "type",         "until",      "until-idle",
					  "wait",         NULL};

int command_options(const struct option_program *p, int argc, char **argv, void *settings,
		    int *operand)
{
	struct option_program with_keys = *p;

	with_keys.others = CLIENT_KEYS;
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
