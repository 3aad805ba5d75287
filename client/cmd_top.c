/* demarche top: the live screen. Asks the broker once a second; q ends. It needs a
 * terminal. */
#include <locale.h>
#include <ncurses.h>
#include <unistd.h>

#include "client/command.h"
#include "client/source.h"

struct top {
	struct source_options source;
	int64_t every_ms;
};

static const struct option_row ROWS[] = {
	{.type = OPTION_INCLUDE, .offset = offsetof(struct top, source), .include = SOURCE_ROWS},
	{.name = "every",
	 .type = OPTION_DURATION,
	 .offset = offsetof(struct top, every_ms),
	 .arg = "T",
	 .standard = "1s",
	 .min = 100,
	 .max = 3600000,
	 .help = "time between two looks"},
	{.type = OPTION_END},
};

const struct option_program PROGRAM_TOP = {
	.name = "demarche top",
	.section = "client",
	.synopsis = "[OPTION…]",
	.about = "The live screen: queue, rates and workers; q ends it.",
	.rows = ROWS,
};

/* The first row of a question, or NULL. */
static json_t *one_row(struct source *s, const char *what, struct err *e)
{
	struct link_query q = {.what = what, .limit = 1};
	struct str packed;
	int got = source_first(s, &q, &packed, e);

	if (got == 0)
		err_set(e, ERR_NOT_FOUND, "no %s", what);
	return got == 1 ? source_row(packed, e) : NULL;
}

static void draw_number(int y, int x, const char *name, int64_t n)
{
	mvprintw(y, x, "%-10s", name);
	attron(A_BOLD);
	printw("%10ld", (long)n);
	attroff(A_BOLD);
}

/* How far a queue is: a bar of the share that is done. */
static void draw_bar(int y, const json_t *status)
{
	int64_t done = row_int(status, "done");
	int64_t left =
		row_int(status, "queued") + row_int(status, "delayed") + row_int(status, "leased");
	int width = COLS - 12 > 10 ? COLS - 12 : 10;
	int full = done + left ? (int)(done * width / (done + left)) : 0;

	mvprintw(y, 0, "[");
	for (int i = 0; i < width; i++)
		addch(i < full ? '#' : ' ');
	printw("] %3ld%%", (long)(done + left ? done * 100 / (done + left) : 100));
}

static void draw_status(const json_t *status, double per_second)
{
	static const char *const LEFT[] = {"queued", "delayed", "leased", "done", "dead"};
	static const char *const RIGHT[] = {"workers", "peers", "subscribers", "last_seq"};

	attron(A_REVERSE);
	mvprintw(0, 0, " demarche %-*.*s", COLS - 10, COLS - 10, row_str(status, "broker").p);
	attroff(A_REVERSE);
	draw_bar(2, status);
	for (int i = 0; i < 5; i++)
		draw_number(4 + i, 2, LEFT[i], row_int(status, LEFT[i]));
	for (int i = 0; i < 4; i++)
		draw_number(4 + i, 30, RIGHT[i], row_int(status, RIGHT[i]));
	mvprintw(8, 30, "%-10s%10.1f", "results/s", per_second);
}

static void draw_worker(void *line, json_t *w)
{
	int *y = line;

	if (*y < LINES - 1)
		mvprintw((*y)++, 2, "%-24.24s %8ld %8ld %10ld %8ld", row_str(w, "name").p,
			 (long)row_int(w, "leases"), (long)row_int(w, "credit"),
			 (long)row_int(w, "done"), (long)row_int(w, "failed"));
}

static int draw_workers(struct source *s, int y, struct err *e)
{
	struct link_query q = {.what = "workers"};

	attron(A_UNDERLINE);
	mvprintw(y++, 2, "%-24s %8s %8s %10s %8s", "worker", "leases", "credit", "done", "failed");
	attroff(A_UNDERLINE);
	return source_rows(s, &q, draw_worker, &y, e);
}

struct rate {
	int64_t seq;
	bool known;
};

static int draw(struct source *s, bool live, struct rate *r, int64_t every_ms, struct err *e)
{
	json_t *status = one_row(s, "status", e);
	double per_second;
	int got = 0;

	if (!status)
		return -1;
	per_second =
		r->known ? (double)(row_int(status, "last_seq") - r->seq) * 1000 / (double)every_ms
			 : 0;
	*r = (struct rate){row_int(status, "last_seq"), true};
	erase();
	draw_status(status, per_second);
	if (live)
		got = draw_workers(s, 11, e);
	mvprintw(LINES - 1, 0, "q ends");
	refresh();
	json_decref(status);
	return got;
}

static int watch(struct source *s, bool live, int64_t every_ms, struct err *e)
{
	struct rate r = {0};
	int key = 0, got = 0;

	setlocale(LC_ALL, "C.UTF-8");
	initscr();
	cbreak();
	noecho();
	curs_set(0);
	timeout((int)every_ms);
	while (got == 0 && key != 'q') {
		got = draw(s, live, &r, every_ms, e);
		key = getch();
	}
	endwin();
	return got;
}

int cmd_top(int argc, char **argv)
{
	struct top o = {0};
	struct err e;
	int r, status = command_options_alone(&PROGRAM_TOP, argc, argv, &o);
	struct source *s;

	if (status >= 0)
		return status;
	if (!isatty(STDOUT_FILENO)) {
		fprintf(stderr, "demarche top: needs a terminal; demarche status prints once\n");
		return EXIT_USAGE;
	}
	s = source_open(&o.source, &e);
	r = s ? watch(s, !o.source.db, o.every_ms, &e) : -1;
	if (r < 0)
		fprintf(stderr, "demarche top: %s\n", e.text);
	source_close(s);
	return r < 0 ? link_exit_status(&e) : EXIT_DONE;
}
