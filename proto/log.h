/* Log lines on standard error: one fixed word, then pairs.
 *
 *     lease job=17 attempt=2 worker=w9
 *     {"event":"lease","level":"info","job":17,"attempt":2,"worker":"w9"}     --log-format json
 *
 * The only state of the process that lives here is where lines go and how. Pure code never logs:
 * it returns facts, and the shell around it logs them. Knows no messages, jobs or clocks: the
 * time in a line comes from the function that the program hands over. A line is one write(2), so
 * lines of several processes do not mix; values are cut at LOG_VALUE_MAX bytes. */
#ifndef DEMARCHE_PROTO_LOG_H
#define DEMARCHE_PROTO_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/err.h"
#include "proto/mem.h"

enum { LOG_LINE_MAX = 8192, LOG_VALUE_MAX = 1024 };

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* The choices of --log-level and --log-format, in the order of the enums. */
#define LOG_LEVEL_CHOICES  "debug|info|warn|error"
#define LOG_FORMAT_CHOICES "text|json"

struct log_setup {
	enum log_level least; /* quieter lines are dropped */
	enum log_format format;
	int64_t (*wall_ms)(void); /* milliseconds since 1970, or NULL: no time in the lines */
	int fd;                   /* 0 means standard error */
};

/* Without a call lines go to standard error as text, from info up, without time. */
void log_setup(const struct log_setup *s);

enum log_kind { LOG_KIND_END, LOG_KIND_INT, LOG_KIND_UINT, LOG_KIND_STR, LOG_KIND_BOOL };

struct log_pair {
	const char *key;
	enum log_kind kind;
	union {
		int64_t i;
		uint64_t u;
		struct str s;
		bool b;
	} as;
};

#define LOG_INT(k, v)  ((struct log_pair){.key = (k), .kind = LOG_KIND_INT, .as.i = (v)})
#define LOG_UINT(k, v) ((struct log_pair){.key = (k), .kind = LOG_KIND_UINT, .as.u = (v)})
#define LOG_TEXT(k, v) ((struct log_pair){.key = (k), .kind = LOG_KIND_STR, .as.s = (v)})
#define LOG_CSTR(k, v) LOG_TEXT(k, str_of(v))
#define LOG_BOOL(k, v) ((struct log_pair){.key = (k), .kind = LOG_KIND_BOOL, .as.b = (v)})
/* Both pairs of a failure; a line with it reads: fetch-failed error=io because="cannot …". */
#define LOG_ERR(e) LOG_CSTR("error", err_name((e)->code)), LOG_CSTR("because", (e)->text)

/* log_info("lease", LOG_UINT("job", id), LOG_CSTR("worker", name)); at least one pair. */
#define log_debug(word, ...) log_write_pairs(LOG_LEVEL_DEBUG, word, __VA_ARGS__)
#define log_info(word, ...)  log_write_pairs(LOG_LEVEL_INFO, word, __VA_ARGS__)
#define log_warn(word, ...)  log_write_pairs(LOG_LEVEL_WARN, word, __VA_ARGS__)
#define log_error(word, ...) log_write_pairs(LOG_LEVEL_ERROR, word, __VA_ARGS__)
#define log_write_pairs(level, word, ...) \
	log_write((level), (word), (const struct log_pair[]){__VA_ARGS__, {.kind = LOG_KIND_END}})

/* The list ends with LOG_KIND_END; everything is borrowed for the call. */
void log_write(enum log_level level, const char *word, const struct log_pair *pairs);

/* The line itself with its newline, for tests and for those that write elsewhere. */
void log_render(const struct log_setup *s, enum log_level level, const char *word,
		const struct log_pair *pairs, struct buf *out);

#endif
