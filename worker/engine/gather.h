/* The results of a long text's windows, joined into one: ids and spans as the whole text counts
 * them, what stands in a window's leading context left out. Owns copies of all it keeps.
 *
 * A record has a limit (GATHER_RECORD_MAX): where the events and stances of a text are too many,
 * the least confident are left out, and a warning says how many and up to which confidence. Knows
 * no tokens and no trees. */
#ifndef DEMARCHE_ENGINE_GATHER_H
#define DEMARCHE_ENGINE_GATHER_H

#include "proto/result.h"

enum { GATHER_RECORD_MAX = 15 << 20 }; /* bytes as msgpack, estimated from above */

struct gather;

/* One window's result. */
struct gather_part {
	const struct result *result;
	uint32_t base;         /* characters of the whole text before the window's first */
	uint32_t context;      /* its first characters that belong to the window before */
	const uint32_t *known; /* [n_known] the joined result's id of an entity, UINT32_MAX none */
	uint32_t n_known;      /* above all ids in `result` */
};

struct gather *gather_new(size_t record_max);
void gather_free(struct gather *g);
void gather_clear(struct gather *g); /* for the next text */

/* Sets ids[i], i < n_known, to the joined result's id of the window's entity i, UINT32_MAX where
 * nothing of it was kept. */
void gather_add(struct gather *g, const struct gather_part *part, uint32_t *ids);

/* The joined lists, warnings and statistics; valid until the next clear. */
void gather_finish(struct gather *g, struct result *out);

#endif
