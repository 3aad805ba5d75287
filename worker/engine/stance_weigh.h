/* What was weighed in one sentence: holders, targets and signs with their scores. For explanations,
 * made on request only; the stance stage keeps none of it. */
#ifndef DEMARCHE_ENGINE_STANCE_WEIGH_H
#define DEMARCHE_ENGINE_STANCE_WEIGH_H

#include "worker/engine/doc.h"

struct stance_ranker;

struct stance_weighed {
	uint32_t holder; /* entity */
	struct str target;
	enum polarity polarity;
	double score; /* raw: of this holder on this target, with this sign */
};

/* The tone of a sentence toward an actor that it names, in anybody's eyes (stance_tone.h). */
struct stance_toward {
	uint32_t entity;
	double p[N_POLARITIES];
};

/* At most `most`, the likeliest first; after stance_run with the same ranker. Strings live in the
 * document's arena. */
uint32_t stance_weigh(const struct stance_ranker *r, struct doc *d, uint32_t sentence,
		      struct stance_weighed *out, uint32_t most);

#endif
