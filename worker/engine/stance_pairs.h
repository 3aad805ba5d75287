/* Who could hold a stance about what: for every sentence the target phrases, what composition of
 * polarity says of each, and the holders that syntax, attribution or the document's voice allow.
 * Proposes generously; choosing is the ranker's work (stance.h). Knows no weights. */
#ifndef DEMARCHE_ENGINE_STANCE_PAIRS_H
#define DEMARCHE_ENGINE_STANCE_PAIRS_H

#include "worker/engine/doc.h"
#include "worker/engine/polarity.h"
#include "worker/engine/target.h"
#include "worker/engine/word_clusters.h"

/* How a holder is tied to a target. */
enum link {
	LINK_SIDE = 1,   /* a frame of the grammar names it as holder */
	LINK_SOURCE = 2, /* innermost source of the words */
	LINK_OUTER = 4,  /* a source of the source */
	LINK_VOICE = 8,  /* speaks the whole sentence */
	LINK_AUTHOR = 16,
	LINK_SUBJECT = 32,   /* subject of a word above the target */
	LINK_POSSESSOR = 64, /* "Trump's decision" */
	LINK_MENTION = 128,  /* named elsewhere in the sentence */
	LINK_INSIDE = 256,   /* named inside the target */
	LINK_EARLIER = 512,  /* not in the sentence: who was last spoken of */
	LINK_SELF = 1024,    /* the target itself */
};

struct holder {
	int32_t entity, tok; /* tok: its mention in the sentence, or -1 */
	uint8_t nest;        /* 1: innermost source … ; 0: none */
};

struct pair {
	uint16_t target, holder; /* indices in the sentence's lists */
	int8_t side;             /* the nearest composed side with this holder, or -1 */
	uint16_t links;
};

enum { HOLDERS_MAX = 14, TARGETS_MAX = 64 };

/* The candidates of one sentence; lists live in d->arena and are used again for the next one.
 * {0} before the first. */
struct candidates {
	uint32_t sentence;
	struct target *targets;
	struct side (*sides)[SIDES_MAX];
	uint32_t *n_sides;
	uint32_t n_targets, cap_targets;
	struct holder holders[HOLDERS_MAX];
	uint32_t n_holders;
	struct pair *pairs;
	uint32_t n_pairs, cap_pairs;
};

/* What the whole document gives: frames, and for each sentence
 * who was last spoken of before it. */
struct stance_ground {
	struct doc *d;
	const struct grammar *g;
	struct frames frames;
	uint32_t density;             /* valuations and attitudes per 64 tokens, at most 9 */
	uint32_t opinion;             /* the same of the author's own words, with "must" and "I" */
	struct word_cluster *cluster; /* [n_tokens] */
	int32_t *earlier;             /* [n_sentences] entity, or -1 */
};
void stance_ground_make(struct stance_ground *s, struct doc *d, const struct grammar *g,
			const struct word_clusters *clusters);

/* Targets, sides and holders of a sentence. */
void candidates_find(const struct stance_ground *s, uint32_t sentence, struct candidates *c);

/* Pairs the target with every holder that fits. */
void candidates_pair(const struct stance_ground *s, struct candidates *c, uint32_t target);

/* Whoever speaks this word: innermost source, else the sentence's voice, else the author. */
int32_t stance_speaker(const struct stance_ground *s, uint32_t sentence, int32_t tok);

/* The actor that a phrase with this head stands for, else the one that it belongs to; -1. */
int32_t stance_actor_at(const struct doc *d, int32_t tok);

#endif
