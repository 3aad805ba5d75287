/* A slot: the process that analyses documents for a pool (slots.h), one after the other.
 *
 * It is this same program, started anew under another name with the image files and one socket
 * already open; it maps the images, makes the engine, enters the sandbox and then only reads
 * documents and writes records. Knows no broker, jobs or leases.
 *
 * Frames on the socket: u32 kind, u32 length, then `length` bytes (machine byte order: both ends
 * are the same program). Both sides bound the length before they read on. */
#ifndef DEMARCHE_WORKER_SLOT_H
#define DEMARCHE_WORKER_SLOT_H

#include <stdbool.h>

#include "proto/result.h"
#include "worker/images.h"

enum {
	SLOT_TEXT_MAX = 16 << 20,   /* bytes of a document; what the engine takes */
	SLOT_RECORD_MAX = 16 << 20, /* bytes of a result record */
	SLOT_FRAME_MAX = SLOT_TEXT_MAX + 65536,
	SLOT_CPU_SECONDS = 600, /* a slot retires after this much work */
};

enum slot_frame_kind {
	SLOT_READY = 1,   /* slot → pool: the sandbox is closed, documents are welcome */
	SLOT_UNFIT,       /* slot → pool: could not start: code, sentence */
	SLOT_WORK,        /* pool → slot: a document */
	SLOT_RECORD,      /* slot → pool: its record, msgpack */
	SLOT_FAILED,      /* slot → pool: no record: code, sentence */
	SLOT_RECORD_LAST, /* as SLOT_RECORD; the slot has worked enough and wants to be replaced */
};

struct slot_head {
	uint32_t kind, length;
};

/* A document. `text` any bytes; meta as far as known (date ISO or ""). An empty sha256 is computed
 * in the slot, an empty id becomes that hash. */
struct slot_work {
	struct str text;
	struct result_doc meta;
	double stance_least; /* confidence from which on stances are given; 0: as the model says */
};

void slot_work_write(const struct slot_work *w, struct buf *out);
int slot_work_read(struct str bytes, struct slot_work *w, struct err *e); /* borrows from bytes */
void slot_error_write(const struct err *error, struct buf *out);
int slot_error_read(struct str bytes, struct err *error, struct err *e);

/* What a slot does with a document; slot_engine is the product's, tests have their own. */
struct slot_program {
	void *(*open)(const struct images *im, struct err *e); /* NULL: failed */
	/* Valid until the next call; stats.us is set by the slot. Cannot fail. */
	const struct result *(*analyze)(void *state, const struct slot_work *w);
};
extern const struct slot_program slot_engine;

/* How a pool starts one: argv[0], the descriptors that are open, and the rest of argv. */
#define SLOT_NAME "demarche-slot"
enum { SLOT_FD_SOCKET = 3, SLOT_FD_MODEL = 4, SLOT_FD_CODEBOOK = 5 };
struct slot_argument {
	int64_t memory, time_ms;
	bool sandbox;
};

/* main calls this first: true in a process that a pool has started as its slot. */
bool slot_is_one(char **argv);
/* Its whole life; returns the exit status. */
int slot_main(char **argv, const struct slot_program *program);

#endif
