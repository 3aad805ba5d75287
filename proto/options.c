/* Happy path: flags are collected, then the defaults, the configuration files, the variables and
 * the collected flags are applied in this order, so the last word wins. Every failure names where
 * the value stood: a flag, a variable, or file and line. */
#include "proto/options.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <ini.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/log.h"
#include "proto/near.h"

enum { ROWS_MAX = 96, GIVEN_MAX = 512 };

enum origin { ORIGIN_NONE, ORIGIN_STANDARD, ORIGIN_FILE, ORIGIN_VARIABLE, ORIGIN_FLAG };

/* A table with its includes unfolded. */
struct slot {
	const struct option_row *row;
	char *base;
	enum origin origin; /* of the present value: a list starts anew when it changes */
};

struct slots {
	struct slot v[ROWS_MAX];
	int n;
};

/* Keys that several programs share: without a section they may stand in the file even where a
 * program has no use for them. */
static const char *const FAMILY[] = {"broker", "key",      "log-format",     "log-level",
				     "model",  "codebook", "codebook-image", "collection"};

static const char *const SECTIONS[] = {"broker", "worker", "client"};

static void unfold(struct slots *s, const struct option_row *rows, char *base)
{
	for (; rows->type != OPTION_END; rows++) {
		if (rows->type == OPTION_INCLUDE) {
			unfold(s, rows->include, base + rows->offset);
			continue;
		}
		CHECK(s->n < ROWS_MAX);
		s->v[s->n++] = (struct slot){.row = rows, .base = base};
	}
}

static struct slot *slot_of(struct slots *s, const char *name)
{
	for (int i = 0; i < s->n; i++)
		if (strcmp(s->v[i].row->name, name) == 0)
			return &s->v[i];
	return NULL;
}

/* ---- values ---- */

static const struct unit {
	const char *name;
	int64_t factor;
} DURATIONS[] = {{"ms", 1},      {"s", 1000},    {"", 1000},      {"m", 60000},
		 {"min", 60000}, {"h", 3600000}, {"d", 86400000}, {NULL, 0}},
  SIZES[] = {{"", 1},          {"B", 1},         {"K", 1 << 10}, {"KB", 1 << 10}, {"k", 1 << 10},
	     {"M", 1 << 20},   {"MB", 1 << 20},  {"G", 1 << 30}, {"GB", 1 << 30}, {"KiB", 1 << 10},
	     {"MiB", 1 << 20}, {"GiB", 1 << 30}, {NULL, 0}};

static int read_int(const char *text, int64_t *v, const char **rest)
{
	char *end;

	errno = 0;
	*v = strtoll(text, &end, 10);
	*rest = end;
	return errno || end == text || isspace((unsigned char)*text) ? -1 : 0;
}

static int64_t with_unit(const char *text, const struct unit *units)
{
	const char *rest;
	int64_t v;

	if (read_int(text, &v, &rest) < 0 || v < 0)
		return -1;
	for (; units->name; units++)
		if (strcmp(rest, units->name) == 0)
			return v > INT64_MAX / units->factor ? -1 : v * units->factor;
	return -1;
}

int64_t options_duration(const char *text)
{
	return with_unit(text, DURATIONS);
}

int64_t options_size(const char *text)
{
	return with_unit(text, SIZES);
}

static int set_number(const struct option_row *r, const char *text, const char *where, void *field,
		      struct err *e)
{
	int64_t max = r->min || r->max ? r->max : INT64_MAX, v;
	const char *what = "a number", *rest = "";
	bool bad = false;

	if (r->type == OPTION_DURATION) {
		what = "a duration such as 250ms, 30s, 5m or 2h";
		v = with_unit(text, DURATIONS);
		bad = v < 0;
	} else if (r->type == OPTION_SIZE) {
		what = "a size such as 4096, 64K, 256M or 2G";
		v = with_unit(text, SIZES);
		bad = v < 0;
	} else {
		bad = read_int(text, &v, &rest) < 0 || *rest;
	}
	if (bad)
		return err_set(e, ERR_INVALID, "%s: expected %s, got \"%.100s\"", where, what,
			       text);
	if (v < r->min || v > max)
		return err_set(e, ERR_INVALID,
			       "%s: %.100s is not from %" PRId64 " to %" PRId64 "%s", where, text,
			       r->min, max, r->type == OPTION_DURATION ? " milliseconds" : "");
	memcpy(field, &v, sizeof(v));
	return 0;
}

static int set_bool(const char *text, const char *where, bool *field, struct err *e)
{
	static const char *const yes[] = {"yes", "true", "on", "1"};
	static const char *const no[] = {"no", "false", "off", "0"};

	for (int i = 0; i < 4; i++) {
		if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
			*field = strcmp(text, yes[i]) == 0;
			return 0;
		}
	}
	return err_set(e, ERR_INVALID, "%s: expected yes or no, got \"%.100s\"", where, text);
}

static int set_choice(const struct option_row *r, const char *text, const char *where, int *field,
		      struct err *e)
{
	const char *word = r->arg;
	struct near near;
	int index = 0;

	near_start(&near, str_of(text));
	for (;; index++) {
		size_t n = strcspn(word, "|");

		if (strlen(text) == n && memcmp(word, text, n) == 0) {
			*field = index;
			return 0;
		}
		near_try(&near, (struct str){word, n});
		if (!word[n])
			break;
		word += n + 1;
	}
	return err_set(e, ERR_INVALID, "%s: expected one of %s, got \"%.100s\"%s%.*s%s", where,
		       r->arg, text, near.best.n ? "; did you mean " : "", STR_ARG(near.best),
		       near.best.n ? "?" : "");
}

static int list_add(struct option_list *l, struct str word, const char *where, struct arena *a,
		    struct err *e)
{
	const char **v;

	if (l->n == OPTION_LIST_MAX)
		return err_set(e, ERR_TOO_BIG, "%s: more than %d values", where, OPTION_LIST_MAX);
	v = ARENA_ARRAY(a, const char *, l->n + 2);
	if (l->n)
		memcpy(v, l->v, l->n * sizeof(*v));
	v[l->n] = arena_str(a, word).p;
	*l = (struct option_list){v, l->n + 1};
	return 0;
}

static int add_value(const struct option_row *r, struct option_list *l, struct str word,
		     const char *where, struct arena *a, struct err *e)
{
	if (list_add(l, word, where, a, e) < 0)
		return -1;
	return r->check && r->check(l->v[l->n - 1], e) < 0 ? err_wrap(e, "%s", where) : 0;
}

static int list_add_words(const struct option_row *r, struct option_list *l, const char *text,
			  const char *where, struct arena *a, struct err *e)
{
	for (;;) {
		size_t n;

		text += strspn(text, " \t\n,");
		n = strcspn(text, " \t\n,");
		if (!n)
			return 0;
		if (add_value(r, l, (struct str){text, n}, where, a, e) < 0)
			return -1;
		text += n;
	}
}

int options_set(const struct option_row *row, const char *text, const char *where, struct arena *a,
		void *settings, struct err *e)
{
	void *field = (char *)settings + row->offset;

	if (strlen(text) > OPTION_VALUE_MAX)
		return err_set(e, ERR_TOO_BIG, "%s: longer than %d bytes", where, OPTION_VALUE_MAX);
	switch (row->type) {
	case OPTION_STR:
	case OPTION_STR_FLAG:
		*(const char **)field = arena_str(a, str_of(text)).p;
		return 0;
	case OPTION_INT:
	case OPTION_SIZE:
	case OPTION_DURATION:
		return set_number(row, text, where, field, e);
	case OPTION_BOOL:
		return set_bool(text, where, field, e);
	case OPTION_CHOICE:
		return set_choice(row, text, where, field, e);
	case OPTION_LIST:
		return list_add_words(row, field, text, where, a, e);
	case OPTION_END:
	case OPTION_INCLUDE:
		break;
	}
	CHECK(!"an option without a value");
	return -1;
}

static int slot_set(struct slot *s, enum origin origin, const char *text, const char *where,
		    struct arena *a, struct err *e)
{
	const struct option_row *r = s->row;
	struct option_list *list = (struct option_list *)(void *)(s->base + r->offset);

	if (r->type == OPTION_LIST && s->origin != origin)
		*list = (struct option_list){0};
	s->origin = origin;
	if (r->type == OPTION_LIST && origin == ORIGIN_FLAG)
		return add_value(r, list, str_of(text), where, a, e);
	return options_set(r, text, where, a, s->base, e);
}

/* ---- configuration file ---- */

struct file_reader {
	struct str rest;
	int line, section_line; /* present ones */
	const char *path;
	const struct option_program *program;
	struct slots *slots;
	struct arena *arena;
	struct err *e;
	bool failed;
};

/* inih's reader: one line as fgets would give it. Longer lines would be split silently. */
static char *file_line(char *line, int size, void *context)
{
	struct file_reader *f = context;
	const char *end;
	size_t n;

	if (!f->rest.n || f->failed)
		return NULL;
	end = memchr(f->rest.p, '\n', f->rest.n);
	n = end ? (size_t)(end - f->rest.p) + 1 : f->rest.n;
	f->line++;
	if (n >= (size_t)size) {
		f->failed = true;
		err_set(f->e, ERR_TOO_BIG, "%s:%d: line of %zu bytes, at most %d", f->path, f->line,
			n, size - 1);
		return NULL;
	}
	memcpy(line, f->rest.p, n);
	line[n] = '\0';
	if (line[strspn(line, " \t")] == '[')
		f->section_line = f->line;
	f->rest = (struct str){f->rest.p + n, f->rest.n - n};
	return line;
}

#define N_OF(list) (sizeof(list) / sizeof(*(list)))

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

/* 0 where the section is this program's or nobody's, 1 where it is another program's, -1 where it
 * is none. */
static int check_section(struct file_reader *f, const char *section)
{
	const char *own = f->program->section;
	struct near near;

	if (!*section || (own && strcmp(section, own) == 0))
		return 0;
	if (is_one_of(section, SECTIONS, N_OF(SECTIONS)))
		return 1;
	near_start(&near, str_of(section));
	for (size_t i = 0; i < N_OF(SECTIONS); i++)
		near_try(&near, str_of(SECTIONS[i]));
	err_set(f->e, ERR_INVALID, "%s:%d: no section [%.50s]%s%.*s%s", f->path, f->section_line,
		section, near.best.n ? "; did you mean [" : "", STR_ARG(near.best),
		near.best.n ? "]?" : "");
	return -1;
}

/* Where one program stands alone its own keys were meant, else those that all share. */
static void no_such_key(struct file_reader *f, const char *section, const char *name,
			const char *where)
{
	struct near near;

	near_start(&near, str_of(name));
	for (int i = 0; *section && i < f->slots->n; i++)
		if (f->slots->v[i].row->type != OPTION_STR_FLAG)
			near_try(&near, str_of(f->slots->v[i].row->name));
	for (const char *const *o = f->program->others; *section && o && *o; o++)
		near_try(&near, str_of(*o));
	for (size_t i = 0; !*section && i < N_OF(FAMILY); i++)
		near_try(&near, str_of(FAMILY[i]));
	err_set(f->e, ERR_INVALID, "%s: no such option%s%.*s%s%s", where,
		near.best.n ? "; did you mean " : "", STR_ARG(near.best), near.best.n ? "?" : "",
		*section ? "" : " (options of one program stand below its [section])");
}

/* Whether another program, or another command of this one, reads the key. */
static bool is_for_others(const struct file_reader *f, const char *section, const char *name)
{
	size_t n = 0;

	if (!*section)
		return is_one_of(name, FAMILY, N_OF(FAMILY));
	while (f->program->others && f->program->others[n])
		n++;
	return is_one_of(name, f->program->others, n);
}

/* inih's handler: 1 is success. */
static int file_value(void *context, const char *section, const char *name, const char *value)
{
	struct file_reader *f = context;
	struct slot *s = slot_of(f->slots, name);
	char where[160];
	int other;

	if (f->failed)
		return 0;
	other = check_section(f, section);
	if (other == 1)
		return 1;
	f->failed = true; /* unless it is found */
	if (other < 0)
		return 0;
	snprintf(where, sizeof(where), "%.80s:%d: %.50s", f->path, f->line, name);
	if (s && (s->row->type == OPTION_STR_FLAG ||
		  (!*section && !is_one_of(name, FAMILY, N_OF(FAMILY)))))
		s = NULL;
	if (!s && !is_for_others(f, section, name))
		no_such_key(f, section, name, where);
	else
		f->failed = s && slot_set(s, ORIGIN_FILE, value, where, f->arena, f->e) < 0;
	return !f->failed;
}

static int file_apply(struct slots *s, const struct option_program *p, struct str text,
		      const char *path, struct arena *a, struct err *e)
{
	struct file_reader f = {
		.rest = text, .path = path, .program = p, .slots = s, .arena = a, .e = e};
	int line;

	if (text.n > OPTION_FILE_MAX)
		return err_set(e, ERR_TOO_BIG, "%s: larger than %d bytes", path, OPTION_FILE_MAX);
	if (text.n && memchr(text.p, 0, text.n))
		return err_set(e, ERR_INVALID, "%s: not a text file (NUL byte)", path);
	line = ini_parse_stream(file_line, &f, file_value, &f);
	if (f.failed)
		return -1;
	if (line)
		return err_set(e, ERR_INVALID, "%s:%d: expected \"key = value\" or \"[section]\"",
			       path, line);
	return 0;
}

int options_file(const struct option_program *p, struct str text, const char *path, struct arena *a,
		 void *settings, struct err *e)
{
	struct slots s = {.n = 0};

	unfold(&s, p->rows, settings);
	return file_apply(&s, p, text, path, a, e);
}

static int file_read(struct slots *s, const struct option_program *p, const char *path,
		     bool must_exist, struct arena *a, struct err *e)
{
	char *bytes;
	size_t n = 0;
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	if (fd < 0 && errno == ENOENT && !must_exist)
		return 0;
	if (fd < 0)
		return err_errno(e, errno, "cannot open the configuration %s", path);
	bytes = mem_alloc(OPTION_FILE_MAX + 1);
	while (n <= OPTION_FILE_MAX && (got = read(fd, bytes + n, OPTION_FILE_MAX + 1 - n)) > 0)
		n += (size_t)got;
	if (n <= OPTION_FILE_MAX && got < 0)
		rc = err_errno(e, errno, "cannot read the configuration %s", path);
	else
		rc = file_apply(s, p, (struct str){bytes, n}, path, a, e);
	close(fd);
	mem_free(bytes);
	return rc;
}

/* The XDG base directories, least important first; --config or DEMARCHE_CONFIG replaces them. */
static int files_read(struct slots *s, const struct option_program *p, const char *config,
		      struct arena *a, struct err *e)
{
	const char *dirs = getenv("XDG_CONFIG_DIRS"), *home = getenv("XDG_CONFIG_HOME");
	struct option_list list = {0};

	if (config)
		return file_read(s, p, config, true, a, e);
	for (dirs = dirs && *dirs ? dirs : "/etc/xdg"; *dirs && list.n < OPTION_LIST_MAX;) {
		size_t n = strcspn(dirs, ":");

		if (n && *dirs == '/' && list_add(&list, (struct str){dirs, n}, "", a, e) < 0)
			return -1;
		dirs += n + (dirs[n] == ':');
	}
	while (list.n--)
		if (file_read(s, p, arena_printf(a, "%s/demarche/demarche.ini", list.v[list.n]).p,
			      false, a, e) < 0)
			return -1;
	if (!home || *home != '/') {
		home = getenv("HOME");
		if (!home || *home != '/')
			return 0;
		home = arena_printf(a, "%s/.config", home).p;
	}
	return file_read(s, p, arena_printf(a, "%s/demarche/demarche.ini", home).p, false, a, e);
}

/* ---- variables ---- */

static struct str variable_name(const char *name, char text[static 64])
{
	int n = snprintf(text, 64, "DEMARCHE_%s", name);

	for (char *c = text; *c; c++)
		*c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
	return (struct str){text, (size_t)n};
}

static int variables_read(struct slots *s, struct arena *a, struct err *e)
{
	char name[64];

	for (int i = 0; i < s->n; i++) {
		const char *value = getenv(variable_name(s->v[i].row->name, name).p);

		if (value && *value && s->v[i].row->type != OPTION_STR_FLAG &&
		    slot_set(&s->v[i], ORIGIN_VARIABLE, value, name, a, e) < 0)
			return -1;
	}
	return 0;
}

/* ---- flags ---- */

enum own { OWN_HELP = 1000, OWN_VERSION, OWN_CONFIG, OWN_MAN, OWN_FLAGS };

static const struct option OWN[] = {
	{"help", no_argument, NULL, OWN_HELP},
	{"version", no_argument, NULL, OWN_VERSION},
	{"config", required_argument, NULL, OWN_CONFIG},
	{"print-man", no_argument, NULL, OWN_MAN},
	{"print-flags", no_argument, NULL, OWN_FLAGS},
};
enum { N_OWN = sizeof(OWN) / sizeof(*OWN) };

struct given {
	struct {
		int slot;
		const char *text;
	} v[GIVEN_MAX];
	int n;
	const char *config;
	int print; /* an `own` that prints, or 0 */
};

struct getopt_table {
	struct option longs[ROWS_MAX + N_OWN + 1];
	char shorts[2 * ROWS_MAX + 4];
};

static void getopt_table(const struct slots *s, struct getopt_table *t)
{
	char *c = t->shorts;

	*t = (struct getopt_table){0};
	*c++ = ':';
	*c++ = 'h';
	for (int i = 0; i < s->n; i++) {
		const struct option_row *r = s->v[i].row;

		t->longs[i] = (struct option){
			r->name, r->type == OPTION_BOOL ? no_argument : required_argument, NULL,
			2000 + i};
		if (!r->letter)
			continue;
		*c++ = r->letter;
		if (r->type != OPTION_BOOL)
			*c++ = ':';
	}
	memcpy(t->longs + s->n, OWN, sizeof(OWN));
}

static int slot_of_letter(const struct slots *s, int letter)
{
	for (int i = 0; i < s->n; i++)
		if (s->v[i].row->letter == letter)
			return i;
	return -1;
}

static int given_add(struct given *g, const struct slots *s, int c, struct err *e)
{
	int slot = c >= 2000 ? c - 2000 : slot_of_letter(s, c);

	CHECK(slot >= 0);
	if (g->n == GIVEN_MAX)
		return err_set(e, ERR_TOO_BIG, "more than %d options", GIVEN_MAX);
	g->v[g->n].slot = slot;
	g->v[g->n++].text = s->v[slot].row->type == OPTION_BOOL ? "yes" : optarg;
	return 0;
}

static int no_such_flag(const struct getopt_table *t, const char *word, struct err *e)
{
	struct near near;

	word += strspn(word, "-");
	near_start(&near, (struct str){word, strcspn(word, "=")});
	for (const struct option *o = t->longs; o->name; o++)
		near_try(&near, str_of(o->name));
	if (near.best.n)
		return err_set(e, ERR_INVALID, "no such option: --%.100s; did you mean --%.*s?",
			       word, STR_ARG(near.best));
	return err_set(e, ERR_INVALID, "no such option, or not clear which: --%.100s", word);
}

static int flags_collect(const struct slots *s, int argc, char **argv, struct given *g,
			 struct err *e)
{
	struct getopt_table t;
	int c;

	getopt_table(s, &t);
	opterr = 0;
	optind = 0; /* glibc: begin anew, so that tests and commands can parse more than once */
	while ((c = getopt_long(argc, argv, t.shorts, t.longs, NULL)) != -1) {
		const char *word = argv[optind - 1];

		if (c == '?' && optopt && optopt < 256)
			return err_set(e, ERR_INVALID, "no such option: -%c", optopt);
		if (c == '?' && optopt)
			return err_set(e, ERR_INVALID, "%.100s: takes no value", word);
		if (c == '?')
			return no_such_flag(&t, word, e);
		if (c == ':')
			return err_set(e, ERR_INVALID, "%.100s: needs a value", word);
		if (c == OWN_CONFIG)
			g->config = optarg;
		else if (c == 'h' && slot_of_letter(s, 'h') < 0)
			g->print = OWN_HELP;
		else if (c >= OWN_HELP && c <= OWN_FLAGS)
			g->print = c;
		else if (given_add(g, s, c, e) < 0)
			return -1;
	}
	return 0;
}

static void print_own(const struct option_program *p, int what)
{
	switch (what) {
	case OWN_HELP:
		options_help(p, stdout);
		break;
	case OWN_MAN:
		options_man(p, stdout);
		break;
	case OWN_FLAGS:
		options_flags(p, stdout);
		break;
	default:
		printf("%s %s\n", p->name, DEMARCHE_VERSION);
	}
}

static int flags_apply(struct slots *s, const struct given *g, struct arena *a, struct err *e)
{
	char where[80];

	for (int i = 0; i < g->n; i++) {
		struct slot *slot = &s->v[g->v[i].slot];

		snprintf(where, sizeof(where), "--%s", slot->row->name);
		if (slot_set(slot, ORIGIN_FLAG, g->v[i].text, where, a, e) < 0)
			return -1;
	}
	return 0;
}

int options_read(const struct option_program *p, int argc, char **argv, struct arena *a,
		 void *settings, int *operand, struct err *e)
{
	struct slots s = {.n = 0};
	struct given g = {.n = 0};

	unfold(&s, p->rows, settings);
	if (flags_collect(&s, argc, argv, &g, e) < 0)
		return -1;
	*operand = optind;
	if (g.print) {
		print_own(p, g.print);
		return 1;
	}
	if (!g.config && getenv("DEMARCHE_CONFIG") && *getenv("DEMARCHE_CONFIG"))
		g.config = getenv("DEMARCHE_CONFIG");
	for (int i = 0; i < s.n; i++)
		if (s.v[i].row->standard && slot_set(&s.v[i], ORIGIN_STANDARD, s.v[i].row->standard,
						     s.v[i].row->name, a, e) < 0)
			return -1;
	if (files_read(&s, p, g.config, a, e) < 0 || variables_read(&s, a, e) < 0)
		return -1;
	return flags_apply(&s, &g, a, e);
}

const struct option_row OPTION_LOG_ROWS[] = {
	{.name = "log-format",
	 .type = OPTION_CHOICE,
	 .offset = offsetof(struct option_log, format),
	 .arg = LOG_FORMAT_CHOICES,
	 .standard = "text",
	 .help = "shape of the log lines on standard error: key=value pairs or JSON"},
	{.name = "log-level",
	 .type = OPTION_CHOICE,
	 .offset = offsetof(struct option_log, level),
	 .arg = LOG_LEVEL_CHOICES,
	 .standard = "info",
	 .help = "quieter lines are left out"},
	{.type = OPTION_END},
};

/* The journal stamps lines itself. */
void options_log(const struct option_log *l, int64_t (*wall_ms)(void))
{
	const struct log_setup s = {.least = (enum log_level)l->level,
				    .format = (enum log_format)l->format,
				    .wall_ms = getenv("JOURNAL_STREAM") ? NULL : wall_ms};

	log_setup(&s);
}

int options_wrong(const struct option_program *p, const struct err *e)
{
	fprintf(stderr, "%s: %s\nTry \"%s --help\".\n", p->name, e->text, p->name);
	return 2;
}

/* Standard files that were closed by whoever started us: what is opened next would take their
 * numbers, and a log line would land in a database. Using them fails as before. */
static void occupy_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int options_start(const struct option_program *p, int argc, char **argv, struct arena *a,
		  void *settings, int *operand)
{
	struct err e;
	int rc;

	occupy_standard_files();
	rc = options_read(p, argc, argv, a, settings, operand, &e);
	if (rc < 0)
		return options_wrong(p, &e);
	return rc > 0 ? 0 : -1;
}
