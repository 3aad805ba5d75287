/* demarche doctor: tries what a run needs, one thing after the other, and says how to mend what is
 * not there. Exit status 0 where everything needed works; what is only useful is a note. */
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "client/child.h"
#include "client/command.h"
#include "client/link.h"
#include "client/table.h"
#include "client/work.h"
#include "proto/json.h"
#include "worker/slots.h"

struct doctor {
	struct link_options link;
	struct work_options work;
	bool json;
};

static const struct option_row ROWS[] = {
	{.type = OPTION_INCLUDE, .offset = offsetof(struct doctor, link), .include = LINK_ROWS},
	{.type = OPTION_INCLUDE, .offset = offsetof(struct doctor, work), .include = WORK_ROWS},
	{.name = "json",
	 .type = OPTION_BOOL,
	 .offset = offsetof(struct doctor, json),
	 .help = "one JSON object a line"},
	{.type = OPTION_END},
};

const struct option_program PROGRAM_DOCTOR = {
	.name = "demarche doctor",
	.section = "client",
	.synopsis = "[OPTION…]",
	.about = "Checks what a run needs and says how to mend it.",
	.rows = ROWS,
};

enum verdict { GOOD, NOTE, BAD };

struct report {
	bool json;
	int n_bad;
};

static void say(struct report *r, enum verdict v, const char *what, const char *found,
		const char *mend)
{
	static const char *const WORDS[] = {"ok", "note", "bad"};
	static const enum style STYLES[] = {STYLE_GOOD, STYLE_MARK, STYLE_BAD};

	r->n_bad += v == BAD;
	if (r->json) {
		struct buf b = {0};
		struct json j = {.out = &b};

		json_open(&j, '{');
		json_key(&j, "check"), json_str(&j, str_of(what));
		json_key(&j, "verdict"), json_str(&j, str_of(WORDS[v]));
		json_key(&j, "found"), json_str(&j, str_of(found));
		json_key(&j, "mend"), json_str(&j, str_of(v == GOOD ? "" : mend));
		json_close(&j, '}');
		printf("%.*s\n", STR_ARG(buf_str(&b)));
		buf_free(&b);
		return;
	}
	printf("%s%-4s%s  %-10s %s\n", style_on(stdout, STYLES[v]), WORDS[v], style_off(stdout),
	       what, found);
	if (v != GOOD && *mend)
		printf("                  → %s\n", mend);
}

/* Analyses one sentence in a slot: images, engine, sandbox and pool all have to work for it. */
static int try_slot(const struct images *im, struct result *r, struct arena *a, struct err *e)
{
	struct slots_options o = {.n = 1, .images = im, .time_ms = 20000};
	struct slot_work w = {.text = STR("France condemned the coup in Niger.")};
	struct slots_done d;
	struct slots *s;
	int got = -1;

	if (slots_new(&s, &o, e) < 0)
		return -1;
	if (slots_submit(s, 1, &w, e) == 0) {
		while (!slots_collect(s, &d))
			slots_wait(s, -1);
		*e = d.e;
		got = d.failed ? -1 : result_unpack(arena_str(a, d.record), a, r, e);
	}
	slots_free(s);
	return got;
}

static void check_engine(struct report *r, const struct doctor *o)
{
	struct work work;
	struct arena a = {0};
	struct result found;
	struct err e;
	char text[600];

	if (work_open(&work, &o->work, &e) < 0) {
		say(r, BAD, "model", e.text,
		    "build or install demarche again: the images come with it");
		return;
	}
	snprintf(text, sizeof(text), "%s", images_path(IMAGES_MODEL_NAME));
	say(r, GOOD, "model", text, "");
	if (try_slot(&work.images, &found, &a, &e) < 0) {
		say(r, BAD, "engine", e.text, "a slot cannot work here; is seccomp forbidden?");
	} else {
		snprintf(text, sizeof(text),
			 "a sandboxed slot found %u event(s), %u stance(s) in a "
			 "test sentence",
			 found.n_events, found.n_stances);
		say(r, found.n_events ? GOOD : BAD, "engine", text,
		    "the model or the codebook is not the right one");
	}
	arena_free(&a);
	work_close(&work);
}

static void check_programs(struct report *r)
{
	static const char *const NAMES[] = {"demarche-broker", "demarche-worker"};
	bool pdf = system("command -v pdftotext >/dev/null 2>&1") == 0;

	for (int i = 0; i < 2; i++) {
		const char *path = child_path(NAMES[i]);
		bool there = strchr(path, '/') != NULL;

		say(r, there ? GOOD : BAD, "program", path,
		    there ? "" : "not beside demarche: run needs it; install all three programs");
	}
	say(r, pdf ? GOOD : NOTE, "pdftotext", pdf ? "PDF documents can be read" : "not found",
	    "apt-get install poppler-utils, if you have PDF documents");
}

static void check_room(struct report *r)
{
	struct statvfs here;
	struct rlimit files;
	char text[128];
	double gib;

	if (statvfs(".", &here) == 0) {
		gib = (double)here.f_bavail * (double)here.f_frsize / (1 << 30);
		snprintf(text, sizeof(text), "%.1f GiB free in this folder", gib);
		say(r, gib < 1 ? NOTE : GOOD, "disk", text,
		    "a database needs about 10 KB a document");
	}
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		snprintf(text, sizeof(text), "%lu files may be open",
			 (unsigned long)files.rlim_cur);
		say(r, files.rlim_cur < 1024 ? NOTE : GOOD, "limits", text,
		    "ulimit -n 4096 before starting a broker with many peers");
	}
}

static void check_broker(struct report *r, const struct doctor *o)
{
	struct link_options quick = o->link;
	struct link *l;
	struct err e;
	char text[600];

	if (quick.timeout_ms > 1000)
		quick.timeout_ms = 1000;
	l = link_open(&quick, ROLE_READ, &e);
	if (!l) {
		say(r, NOTE, "broker", e.text,
		    "only needed for submit, watch and the like: start demarche-broker");
		return;
	}
	snprintf(text, sizeof(text), "%s, %.*s", o->link.broker.v[0],
		 STR_ARG(link_welcome(l)->software));
	say(r, GOOD, "broker", text, "");
	link_close(l);
}

int cmd_doctor(int argc, char **argv)
{
	struct doctor o = {0};
	struct report r = {0};
	int status = command_options_alone(&PROGRAM_DOCTOR, argc, argv, &o);

	if (status >= 0)
		return status;
	r.json = o.json;
	check_engine(&r, &o);
	check_programs(&r);
	check_room(&r);
	check_broker(&r, &o);
	return r.n_bad ? EXIT_SOME_FAILED : EXIT_DONE;
}
