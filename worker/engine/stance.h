/* Stances: who stands where on what. Ranks the pairs of holder and target that stance_pairs.h
 * proposes with trained weights (sections "stance.target", "stance.pair" and "stance.sign" of the
 * model; where they are missing the composed polarity of the grammar decides alone), chooses among
 * overlapping ones and writes doc->stances. Reads everything before it in struct doc. */
#ifndef DEMARCHE_ENGINE_STANCE_H
#define DEMARCHE_ENGINE_STANCE_H

#include "proto/err.h"
#include "worker/engine/image.h"
#include "worker/engine/linear.h"
#include "worker/engine/stance_choice.h"
#include "worker/engine/stance_tone.h"
#include "worker/engine/trees.h"

enum { STANCE_KNOTS = 21 };

/* What ranks; the trainer makes its own for cross-validation. */
struct stance_ranker {
	struct grammar grammar;
	struct word_clusters clusters;
	bool trained;
	struct linear target; /* 2 classes: is it a target of anything? */
	struct linear pair;   /* 2 classes: does this holder stand for or against it? */
	struct linear sign;   /* N_POLARITIES classes: given that, which */
	struct trees side;    /* support rather than oppose; n_trees 0: as the linear model says */
	struct trees choice;  /* which of them, beside those chosen; n_trees 0: the surest */
	double threshold;     /* stances with a raw score below this are not given */
	/* What the tone shows besides. */
	struct stance_tones tones;
	/* What a raw score of i / (STANCE_KNOTS - 1) is worth: the share of such stances that were
	 * right on documents not learned from. Rising; all 0: confidence is the raw score. */
	double worth[STANCE_KNOTS];
};

/* Borrows both images. Fails where the codebook has no stance grammar or weights are damaged. */
int stance_ranker_open(struct stance_ranker *r, const struct image *model,
		       const struct image *codebook, struct err *e);

/* Raw score to confidence. */
double stance_confidence(const struct stance_ranker *r, double raw);

/* The stage: writes doc->stances, those from doc->stance_least on or, where that is 0, from the
 * model's thresholds on. */
void stance_run(const struct stance_ranker *r, struct doc *d);

/* Looks on as the choice is made: what the trainer learns it from. */
struct stance_watcher {
	void (*begin)(struct stance_watcher *w, const struct stance_ground *s,
		      const struct candidates *c);
	/* a pair whose sign is being weighed by values[SIGN_FEATURES] */
	void (*weigh)(struct stance_watcher *w, const struct candidates *c, const struct pair *p,
		      const uint8_t *values);
	/* before `best` of the list is taken */
	void (*step)(struct stance_watcher *w, const struct stance_ground *s,
		     const struct candidates *c, const struct scored *list, uint32_t n,
		     const struct scored *best);
};
void stance_watch(const struct stance_ranker *r, struct doc *d, struct stance_watcher *watch);

#endif
