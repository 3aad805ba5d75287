/* The pool of slots: documents in, records out, in the order in which they are finished.
 *
 * Owns the processes, their time limits and their replacement. A document that crashes its slot,
 * runs past the limit or eats too much memory gets an error, and nothing else is touched. Never
 * waits but in slots_new and slots_wait; used by the worker's agent, which polls slots_fd beside
 * its wire, and by `demarche analyze -j N`. Knows no broker and no files but the images. */
#ifndef DEMARCHE_WORKER_SLOTS_H
#define DEMARCHE_WORKER_SLOTS_H

#include "worker/slot.h"

enum { SLOTS_MAX = 256 };

struct slots_options {
	int n;                       /* 1 … SLOTS_MAX processes */
	const struct images *images; /* borrowed for the life of the pool */
	int64_t time_ms;             /* longest time for one document; 0: a minute */
	int64_t memory;              /* private bytes of one slot; 0: 1 GiB */
	bool no_sandbox;             /* only where the kernel has no seccomp */
	double stance_least;         /* as struct slot_work's, for all documents */
};

/* The option of every program that analyzes. */
#define SLOTS_CONFIDENCE_ROW(...)                                                               \
	{                                                                                       \
		.name = "stances-from", .type = OPTION_STR, __VA_ARGS__, .arg = "P",            \
		.help = "stances at least so sure, from 0.01 to 1; a low one gives many more, " \
			"fewer of "                                                             \
			"them right, and the tone toward every actor"                           \
	}
/* Reads what --stances-from says, NULL: nothing. Fails where it is not from 0.01 to 1. */
int slots_read_confidence(const char *text, double *out, struct err *e);

struct slots;

/* Starts the processes and waits until the first is ready; fails with its reason where none can
 * be (no section in the model, no seccomp …). */
int slots_new(struct slots **out, const struct slots_options *o, struct err *e);
/* Kills what is at work. NULL is fine. */
void slots_free(struct slots *s);

/* How many documents can be submitted now without waiting for a collect. */
int slots_idle(const struct slots *s);
/* Documents submitted and not yet collected. */
int slots_busy(const struct slots *s);

/* Hands a document to an idle slot (CHECKed: slots_idle > 0). `tag` comes back with the outcome.
 * Everything in *w is copied. ERR_TOO_BIG where the text is above SLOT_TEXT_MAX. */
int slots_submit(struct slots *s, uint64_t tag, const struct slot_work *w, struct err *e);

/* Readable whenever slots_turn has something to do; poll or epoll it. */
int slots_fd(const struct slots *s);
/* Moves bytes, watches limits, replaces the dead. Never blocks. */
void slots_turn(struct slots *s);
/* slots_turn after waiting up to timeout_ms (-1: until something happens). */
void slots_wait(struct slots *s, int timeout_ms);

struct slots_done {
	uint64_t tag;
	bool failed;
	struct str record; /* msgpack, where not failed */
	struct err e;      /* ERR_CRASHED, ERR_TIMEOUT, ERR_TOO_BIG …, where failed */
};

/* The next finished document, or false. The record is valid until the next call of any function
 * of this pool. */
bool slots_collect(struct slots *s, struct slots_done *d);

/* Kills the slot that is at work on `tag`; it will not be collected. False where there is none. */
bool slots_cancel(struct slots *s, uint64_t tag);

/* What happened since the last call, for the log: slots replaced after a crash, a limit or an
 * error at start. */
struct slots_events {
	uint64_t crashed, timed_out, retired, unfit;
	struct err last; /* the latest reason, code ERR_NONE where nothing went wrong */
};
void slots_events(struct slots *s, struct slots_events *out);

#endif
