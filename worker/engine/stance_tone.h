/* Stances that only the tone of a sentence shows: what the words around a named actor say of it,
 * in the eyes of another actor of the sentence or of whoever speaks there. They come after the
 * ranked stances, where none of those stands between the same two already, and are less sure.
 * Knows the tone model and the records; nothing of how the other stances are ranked. */
#ifndef DEMARCHE_ENGINE_STANCE_TONE_H
#define DEMARCHE_ENGINE_STANCE_TONE_H

#include "worker/engine/stance_weigh.h"
#include "worker/engine/tone.h"

enum { TONE_KNOTS = 11, TONE_SPOTS_MAX = 12 };

/* What a chance of i / (TONE_KNOTS - 1) by the model is worth as a stance of a record: the share
 * of such that were right on coded documents; and where giving them begins. */
struct stance_tones {
	struct tone_model model;
	double least;                /* confidence */
	double worth[2][TONE_KNOTS]; /* of a speaker's, of another actor's */
};

/* Section "tone.worth" beside the model's own; without either nothing is given. */
int stance_tones_open(struct stance_tones *t, const struct image *model, const struct grammar *g,
		      struct err *e);

/* A word or name that the tone is asked toward. */
struct tone_spot {
	int32_t head;
	uint32_t tok, n_tok;
	int32_t entity; /* -1: a pronoun or name that is nobody known */
};
/* The actors that a sentence names, left to right; returns how many. */
uint32_t stance_tone_spots(const struct doc *d, uint32_t sentence, struct tone_spot *out);

/* Appends the sentence's to doc->stances; `first` is the first stance of this sentence there, and
 * `least` the confidence from which on they are given. */
void stance_tone(const struct stance_tones *t, const struct stance_ground *s, uint32_t sentence,
		 uint32_t first, double least);

/* The tone toward each known actor of a sentence, in anybody's eyes, for explanations. */
uint32_t stance_tone_weigh(const struct stance_tones *t, const struct stance_ground *s,
			   uint32_t sentence, struct stance_toward *out, uint32_t most);

#endif
