/* Hand-coded documents: the texts of a JSON Lines file (id, date, title, text) and the records of
 * a folder (../shared/gold/GUIDELINES.md), and where each event's trigger stands among the tokens
 * of the analysed document. */
#ifndef DEMARCHE_TRAINING_EVENT_GOLD_H
#define DEMARCHE_TRAINING_EVENT_GOLD_H

#include "proto/err.h"
#include "worker/engine/doc.h"
#include "worker/engine/engine.h"

enum { GOLD_ACTORS_MAX = 16 };

struct gold_actor {
	struct str code, role, name;
};

struct gold_event {
	enum event_type type;
	enum event_status status;
	struct gold_actor source[GOLD_ACTORS_MAX], target[GOLD_ACTORS_MAX];
	uint32_t n_source, n_target, n_by;
	struct str sentence, trigger;
};

struct gold_doc {
	struct str id, date, title, text;
	struct gold_event *events;
	uint32_t n_events, cap_events;
	uint32_t fold;
};

struct gold {
	struct arena arena;
	struct gold_doc *docs; /* sorted by id; fold = index modulo 5 */
	uint32_t n, cap;
};

/* corpus: JSON Lines; records: a folder with *.jsonl below it, or one file. */
int gold_read(struct gold *g, const char *corpus, const char *records, struct err *e);
/* Adds documents that are never tested on (fold GOLD_EXTRA): "DOCUMENTS:RECORDS". */
enum { GOLD_EXTRA = 99 };
int gold_read_pair(struct gold *g, const char *pair, struct err *e);
/* The document's fold, 0 to 4; of those that are never tested on by their id. */
uint32_t gold_fold(const struct gold_doc *d);
void gold_free(struct gold *g);

struct engine_input gold_input(const struct gold_doc *doc);

/* The tokens of a phrase (a trigger) of the sentence that begins so: [*first, *first + *n); false
 * where they are not found. */
bool gold_locate(const struct doc *d, struct str sentence, struct str phrase, uint32_t *first,
		 uint32_t *n);

#endif
