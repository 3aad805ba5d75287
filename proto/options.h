/* Options of a program or command: one table gives the flags, the DEMARCHE_* variables, the keys
 * of the configuration file, the types, the defaults and the help.
 *
 * A value comes from the first of: the flag · the variable (--data-dir: DEMARCHE_DATA_DIR) · the
 * configuration file · the default in the table. Tables include others, so that what several
 * commands share is written once. Reads files and the environment, only at start; knows nothing
 * of what the options mean. main hands argv over and gets a filled struct. */
#ifndef DEMARCHE_PROTO_OPTIONS_H
#define DEMARCHE_PROTO_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "proto/err.h"
#include "proto/mem.h"

enum { OPTION_LIST_MAX = 64, OPTION_VALUE_MAX = 4096, OPTION_FILE_MAX = 256 * 1024 };

enum option_type {
	OPTION_END,      /* closes a table */
	OPTION_STR,      /* const char *, NULL where there is no value and no default */
	OPTION_STR_FLAG, /* the same from the flag alone: it says what is done this once */
	OPTION_INT,      /* int64_t from min to max */
	OPTION_SIZE,     /* int64_t bytes: 4096, 64K, 256M, 2G */
	OPTION_DURATION, /* int64_t milliseconds: 250ms, 30s, 5m, 2h, 7d; a bare number: seconds */
	OPTION_BOOL,     /* bool: the flag takes no value; variable and file take yes or no */
	OPTION_CHOICE,   /* int, the index of the word in `arg` ("text|json") */
	OPTION_LIST,     /* struct option_list: a flag may be repeated; commas elsewhere */
	OPTION_INCLUDE,  /* the rows of another table, whose struct lies at `offset` in ours */
};

struct option_list {
	const char **v; /* [n], and a NULL after them */
	size_t n;
};

struct option_row {
	const char *name; /* "data-dir"; also the key of the file */
	char letter;      /* 'j', or 0 */
	enum option_type type;
	size_t offset;        /* of the field in the struct that is filled */
	const char *arg;      /* what help calls the value ("DIR"); the words of a choice */
	const char *standard; /* default, as one would write it; NULL none */
	const char *help;     /* one sentence without a point at the end; NULL hides the option */
	int64_t min, max;     /* of INT, SIZE, DURATION; both 0: from 0 up */
	const struct option_row *include;
	int (*check)(const char *value,
		     struct err *e); /* of a LIST: each value; NULL: any will do */
};

struct option_program {
	const char *name;     /* "demarche-worker", "demarche submit" */
	const char *section;  /* of the configuration file: "worker"; NULL: only what all share */
	const char *synopsis; /* "[OPTION…] PATH…" */
	const char *about;    /* what it does: sentences, wrapped by help */
	const char *more;     /* printed below the options as it stands (examples …), or NULL */
	const struct option_row *rows;
	const char *const *others; /* further keys of the section, which other programs read; ends
				      with NULL; or NULL */
};

/* --log-format and --log-level, for every program that logs; options_log turns them on. */
struct option_log {
	int format, level;
};
extern const struct option_row OPTION_LOG_ROWS[];
void options_log(const struct option_log *l, int64_t (*wall_ms)(void));

/* Fills *settings (zeroed by the caller). Strings live in the arena. Returns 0 and the index of the
 * first operand in *operand (argv is permuted so that operands stand last); 1 where --help,
 * --version or another printing option was asked for and printed; -1 for wrong usage. */
int options_read(const struct option_program *p, int argc, char **argv, struct arena *a,
		 void *settings, int *operand, struct err *e);

/* The same for a program's main: -1 to go on, else the exit status (0 printed, 2 wrong usage with
 * a sentence on standard error). */
int options_start(const struct option_program *p, int argc, char **argv, struct arena *a,
		  void *settings, int *operand);

/* Prints "NAME: SENTENCE" and where to look; returns 2, the exit status of wrong usage. */
int options_wrong(const struct option_program *p, const struct err *e);

/* --help; a man page in section 1 (hidden flag --print-man); rows of a bash completion, one flag a
 * line (hidden flag --print-flags). */
void options_help(const struct option_program *p, FILE *out);
void options_man(const struct option_program *p, FILE *out);
void options_flags(const struct option_program *p, FILE *out);

/* One value as the tables read it; the field at `settings + row->offset` is set. For tests and
 * for those who read the same words elsewhere. `where` names the origin in the error. */
int options_set(const struct option_row *row, const char *text, const char *where, struct arena *a,
		void *settings, struct err *e);

/* "30s" → 30000; "1G" → 1073741824; -1 for anything that is not one. */
int64_t options_duration(const char *text);
int64_t options_size(const char *text);

/* Reads one configuration text (ini): keys without a section must be shared options, keys in
 * [section] in the table or among `others`; sections of the other programs are passed over. Values
 * already set stay. Errors name `path` and line, and what may have been meant. */
int options_file(const struct option_program *p, struct str text, const char *path, struct arena *a,
		 void *settings, struct err *e);

#endif
