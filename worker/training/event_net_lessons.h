/* What the network of events and stances learns from (demarche-train event-net): every sentence of
 * the coded documents, one in eight of them a second time as if it were a text of its own, and
 * sentences that have codes but no trigger words. Knows nothing of how it learns. */
#ifndef DEMARCHE_TRAINING_EVENT_NET_LESSONS_H
#define DEMARCHE_TRAINING_EVENT_NET_LESSONS_H

#include "worker/training/event_coder.h"
#include "worker/training/nn.h"
#include "worker/training/stance_heads.h"

/* Where a sentence of the data is from. */
struct net_place {
	uint32_t doc, tok; /* its first token there */
	uint8_t fold;      /* UINT8_MAX: of none */
	bool own;          /* coded as the documents that count */
	bool lone;         /* read without its document: doc and tok mean nothing */
};

/* {0} but for the first two, which are borrowed. */
struct net_lessons {
	struct coder *coder;
	struct stance_heads *stances;
	struct nn_data data;
	struct net_place *places; /* [data.n_sentences] */
	uint32_t n_places, cap_places;
	uint64_t seed;
};

/* The coder's document of that index. */
void net_lessons_add(struct net_lessons *l, uint32_t doc);
/* What in the sentence is not coded stays open. */
void net_lessons_add_silver(struct net_lessons *l, const struct silver_sentence *x);

#endif
