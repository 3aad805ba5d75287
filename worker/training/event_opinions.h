/* What networks said of candidates of documents that they had not learned from (said.h): chances of
 * the types. */
#ifndef DEMARCHE_TRAINING_EVENT_OPINIONS_H
#define DEMARCHE_TRAINING_EVENT_OPINIONS_H

#include "proto/err.h"
#include "proto/mem.h"
#include "worker/engine/event_net.h"

struct opinion;
struct opinions {
	struct event_net_held held; /* first: it is what `find` gets */
	struct opinion *list;
	uint32_t n, cap;
	uint32_t *slots, n_slots; /* index + 1 by hash of id and token */
};

/* Appends a line. */
void opinions_add(struct buf *out, struct str id, int32_t tok, const float p[static N_EVENT_TYPES]);
/* Adds a file's to what is there. */
int opinions_read(struct opinions *o, const char *path, struct err *e);
void opinions_free(struct opinions *o);

#endif
