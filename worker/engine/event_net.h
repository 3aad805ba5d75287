/* What a recurrent network says of the words that may express an event, a target or a holder of a
 * stance. It reads whole sentences: of every token the language network's word vector and a bag of
 * what the event stage knows of it (lemma, tree, frames, actors, voice), and so sees what the
 * linear models of event.h, which look at one word and its neighbours, do not. Owns the layout of
 * the section "event.net", what goes in and the arithmetic; knows nothing of what its opinion is
 * used for. */
#ifndef DEMARCHE_ENGINE_EVENT_NET_H
#define DEMARCHE_ENGINE_EVENT_NET_H

#include "worker/engine/event_ground.h"
#include "worker/engine/net_encoder.h"

enum {
	EVENT_NET_LOG2_ROWS = 16, /* of the table of what is known of a token */
	EVENT_NET_ROWS_MAX = 512, /* of a token */
	EVENT_NET_WIDE = 64,      /* columns of the head, of which the first ones are used: */
	EVENT_NET_TARGET = N_EVENT_TYPES,      /* after the types no target, target, */
	EVENT_NET_SIGN = EVENT_NET_TARGET + 2, /* support, oppose, */
	EVENT_NET_HOLDER = EVENT_NET_SIGN + 2, /* no holder, holder */
	EVENT_NET_USED = EVENT_NET_HOLDER + 2,
};

/* Layout of the section, little endian: this header, then at the named offsets from the section's
 * start, multiples of 64
 *   bag     i8 [1 << EVENT_NET_LOG2_ROWS][NET_BAG]
 *   matrix  of the window, the layers, the head (net_section_matrix)
 *   state   f32 [NET_LAYERS][2][2 * NET_D] */
struct event_net_header {
	char magic[8]; /* "ENET002" */
	uint32_t n_classes;
	float bag_scale; /* sum of bag rows -> input units */
	uint64_t bag, conv, layer[NET_LAYERS], head, state;
};

/* For training: what nets said that had not seen the document; false where there is nothing. */
struct event_net_held {
	bool (*find)(const struct event_net_held *h, const struct doc *d, int32_t tok,
		     float p[static N_EVENT_TYPES]);
};

struct event_net {
	struct net_encoder encoder;
	struct net_matrix head;
	const int8_t *bag; /* NULL: no net */
	float bag_scale;
	const struct event_net_held *held; /* speaks in its place where it is not NULL */
};

/* Borrows the section. An empty one gives no net; a damaged one fails with ERR_CORRUPT. */
int event_net_open(struct event_net *n, struct str section, struct err *e);

/* What it says of a document, in its arena: chances of the types for every candidate ([0]: of none)
 * and, of every token, what is said to the stances. NULL where there is no net or no sentence. */
typedef const float event_net_chances[N_EVENT_TYPES];
struct event_net_said {
	event_net_chances *events;
	const struct stance_hint *hints; /* NULL too where another speaks in its place */
};
struct event_net_said event_net_run(const struct event_net *n, const struct event_ground *g);

/* What the head's columns u[EVENT_NET_USED] say for stances. */
struct stance_hint event_net_hint(const float *u);

/* Rows of the table for a token; returns how many. `others`: in a text of other coders than those
 * whose habits count, which only training has. */
uint32_t event_net_rows(const struct event_ground *g, uint32_t tok, bool others,
			uint32_t rows[static EVENT_NET_ROWS_MAX]);

#endif
