/* demarche submit: documents in, one job id a line out, each printed only when the broker has the
 * document on disk. Documents travel in batches; what the broker refuses because it is busy is
 * sent again, what it refuses for good is named and counts as failed. */
#include <unistd.h>

#include "client/command.h"
#include "client/input.h"
#include "client/source.h"
#include "client/submit.h"
#include "client/table.h"
#include "proto/wire.h"

struct submit {
	struct link_options link;
	struct document_options documents;
	const char *key;
	int64_t priority, delay_ms, deadline_ms;
	bool wait, json;
};

#define AT(field) .offset = offsetof(struct submit, field)
static const struct option_row ROWS[] = {
	{.type = OPTION_INCLUDE, AT(link), .include = LINK_ROWS},
	{.type = OPTION_INCLUDE, AT(documents), .include = DOCUMENT_ROWS},
	{.name = "priority",
	 .type = OPTION_INT,
	 AT(priority),
	 .arg = "0-9",
	 .standard = "4",
	 .min = 0,
	 .max = 9,
	 .help = "9 is served first"},
	{.name = "delay",
	 .type = OPTION_DURATION,
	 AT(delay_ms),
	 .arg = "T",
	 .standard = "0",
	 .help = "not before this time has passed"},
	{.name = "deadline",
	 .type = OPTION_DURATION,
	 AT(deadline_ms),
	 .arg = "T",
	 .standard = "0",
	 .help = "given up when not done by then; 0 is never"},
	{.name = "key",
	 .type = OPTION_STR_FLAG, /* in a file it is a worker's */
	 AT(key),
	 .arg = "KEY",
	 .help = "the same key in the same collection is the same job, whatever the content; for "
		 "one document, and with the flag alone"},
	{.name = "wait",
	 .letter = 'w',
	 .type = OPTION_BOOL,
	 AT(wait),
	 .help = "return only when all of them are done or given up"},
	{.name = "json", .type = OPTION_BOOL, AT(json), .help = "one JSON object a line"},
	{.type = OPTION_END},
};

const struct option_program PROGRAM_SUBMIT = {
	.name = "demarche submit",
	.section = "client",
	.synopsis = "PATH…",
	.about = "Submits documents (text, HTML, PDF, DOCX, CSV, JSON Lines, WARC, folders of "
		 "these, or "
		 "- "
		 "for standard input) and prints one job id a line. What is printed is on the "
		 "broker's disk. The same bytes in the same collection are one job.",
	.more = "Examples:\n"
		"  demarche submit news/ --collection 2024\n"
		"  curl -s https://example.org/page.html | demarche submit -\n",
	.rows = ROWS,
};

static void print_accepted(void *arg, const char *document, uint64_t job, bool duplicate)
{
	const struct submit *o = arg;

	if (!o->json) {
		printf("%lu\n", job);
		return;
	}
	json_t *line = json_pack("{s:I,s:s,s:b}", "job", (json_int_t)job, "document", document,
				 "duplicate", duplicate);
	json_dumpf(line, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(line);
}

static void print_failed(void *arg, const char *sentence)
{
	(void)arg;
	progress_clear();
	fprintf(stderr, "demarche submit: %s\n", sentence);
}

int cmd_submit(int argc, char **argv)
{
	struct submit o = {0};
	struct submit_totals totals = {0};
	struct err e;
	int operand, status = command_options(&PROGRAM_SUBMIT, argc, argv, &o, &operand);
	char iso[READER_DATE];
	struct link *l;
	int r;

	if (status >= 0)
		return status;
	if (document_options_check(&o.documents, iso, &e) < 0)
		return options_wrong(&PROGRAM_SUBMIT, &e);
	if (operand == argc) {
		err_set(&e, ERR_INVALID, "which documents? - is standard input");
		return options_wrong(&PROGRAM_SUBMIT, &e);
	}
	const struct submit_options s = {
		.collection = o.documents.collection,
		.key = o.key,
		.date = o.documents.date,
		.priority = (uint64_t)o.priority,
		.delay_ms = (uint64_t)o.delay_ms,
		.deadline_ms = (uint64_t)o.deadline_ms,
		.again = o.documents.again,
		.accepted = print_accepted,
		.failed = print_failed,
		.arg = &o,
	};
	l = link_open(&o.link, ROLE_SUBMIT | (o.wait ? ROLE_READ : 0), &e);
	r = l ? submit_all(l, argv + operand, argc - operand, &s, &totals, &e) : -1;
	fflush(stdout); /* who reads the numbers need not wait for the results */
	if (r == 0 && o.wait)
		r = submit_wait(l, &totals, &e);
	progress_clear();
	if (r < 0)
		fprintf(stderr, "demarche submit: %s\n", e.text);
	status = r < 0                          ? link_exit_status(&e)
		 : totals.failed || totals.dead ? EXIT_SOME_FAILED
						: EXIT_DONE;
	link_close(l);
	return status;
}
