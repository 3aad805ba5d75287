/* The commands of `demarche`, one line each in command.c; --help is printed from that table.
 * A command gets its own name in argv[0], prints data on standard output and everything else on
 * standard error, and returns the exit status. */
#ifndef DEMARCHE_CLIENT_COMMAND_H
#define DEMARCHE_CLIENT_COMMAND_H

#include <stddef.h>

#include "proto/err.h"
#include "proto/options.h"

enum exit_status {
	EXIT_DONE = 0,
	EXIT_SOME_FAILED = 1, /* each was named on standard error */
	EXIT_USAGE = 2,
	EXIT_NO_BROKER = 3,
	EXIT_REFUSED = 4,
};

typedef int command_fn(int argc, char **argv);

struct command {
	const char *name;
	const char *summary; /* half a line */
	command_fn *run;
	const struct option_program *program;
};

extern const struct command COMMANDS[]; /* ends with an empty entry */

/* As options_start; what the options point to lives until the command has ended. */
int command_options(const struct option_program *p, int argc, char **argv, void *settings,
		    int *operand);
/* The same for a command that takes no operands. */
int command_options_alone(const struct option_program *p, int argc, char **argv, void *settings);

/* What a person calls a job: its number, from 1. ERR_INVALID for anything else. */
int command_job(const char *word, uint64_t *job, struct err *e);
/* ERR_INVALID where an option's value is longer than names may be. NULL is no value. */
int command_name(const char *option, const char *value, struct err *e);

/* Runs argv[1] with the rest; prints help for --help and for nothing. */
int command_main(int argc, char **argv);

command_fn cmd_run, cmd_analyze, cmd_parse, cmd_submit, cmd_watch, cmd_status, cmd_jobs, cmd_show,
	cmd_results;
command_fn cmd_retry, cmd_cancel, cmd_dead, cmd_events, cmd_stances, cmd_eval, cmd_doctor,
	cmd_explain, cmd_export, cmd_codebook, cmd_keys, cmd_report, cmd_top;

extern const struct option_program PROGRAM_RUN, PROGRAM_ANALYZE, PROGRAM_PARSE, PROGRAM_SUBMIT,
	PROGRAM_WATCH, PROGRAM_STATUS, PROGRAM_TOP, PROGRAM_JOBS, PROGRAM_SHOW, PROGRAM_RESULTS,
	PROGRAM_RETRY, PROGRAM_CANCEL, PROGRAM_DEAD, PROGRAM_EVENTS, PROGRAM_STANCES,
	PROGRAM_EXPLAIN, PROGRAM_EXPORT, PROGRAM_REPORT, PROGRAM_EVAL, PROGRAM_CODEBOOK,
	PROGRAM_KEYS, PROGRAM_DOCTOR;

#endif
