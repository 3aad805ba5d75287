/* Errors: a code that travels on the wire and a sentence for people.
 *
 * A function that can fail returns 0 or -1 and takes `struct err *e` last; on -1 it has set *e.
 * Nobody prints where it fails, and nobody uses errno across a call. Programming mistakes are
 * not errors: CHECK stops the process, in release builds too. Knows nothing of any other file. */
#ifndef DEMARCHE_PROTO_ERR_H
#define DEMARCHE_PROTO_ERR_H

/* Numbers are part of the protocol (docs/protocol.md): never reuse one. */
/* clang-format off */
#define ERR_CODES(X)                                                                               \
	X(0, NONE, "none", "no error")                                                             \
	X(1, INVALID, "invalid", "the input is not what was expected")                             \
	X(2, TOO_BIG, "too_big", "a size or count is above its limit")                             \
	X(3, BUSY, "busy", "a bound was reached: wait and try again")                              \
	X(4, NOT_FOUND, "not_found", "no such thing")                                              \
	X(5, CONFLICT, "conflict", "the thing is not in a state that allows this")                 \
	X(6, REFUSED, "refused", "not allowed")                                                    \
	X(7, VERSION, "version", "the other side speaks another version")                          \
	X(8, UNREACHABLE, "unreachable", "the peer cannot be reached")                             \
	X(9, IO, "io", "reading or writing failed")                                                \
	X(10, FULL, "full", "no space left")                                                       \
	X(11, TIMEOUT, "timeout", "a time limit ran out")                                          \
	X(12, CORRUPT, "corrupt", "stored or received bytes are damaged")                          \
	X(13, UNSUPPORTED, "unsupported", "understood, but not done here")                         \
	X(14, CRASHED, "crashed", "the process that did the work died")                            \
	X(15, CANCELLED, "cancelled", "stopped on request")
/* clang-format on */

enum err_code {
#define X(number, name, text, meaning) ERR_##name = number,
	ERR_CODES(X)
#undef X
};

struct err {
	enum err_code code;
	char text[480]; /* one sentence, no newline, always terminated */
};

/* Sets *e and returns -1. The format makes one sentence: what failed, what was expected. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Prefixes what the caller was doing ("load x.model: …"), keeps the code, returns -1. */
int err_wrap(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* As err_set with strerror(error_number) at the end; ENOSPC and EDQUOT become ERR_FULL. */
int err_errno(struct err *e, int error_number, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Short stable name of a code ("too_big"); "unknown" for a number not in the table. */
const char *err_name(enum err_code code);

/* The program is wrong: say where and stop. Never on what a peer or a file said. */
#define CHECK(condition)                                                  \
	do {                                                              \
		if (!(condition))                                         \
			err_check_failed(__FILE__, __LINE__, #condition); \
	} while (0)
_Noreturn void err_check_failed(const char *file, int line, const char *condition);

#endif
