/* What the last choice among a sentence's scored pairs looks at: how sure the first models are of
 * each, how it stands to its rivals, and, as the choice goes on, how it stands to what is chosen
 * already. Owns these features alone; knows no weights. */
#ifndef DEMARCHE_ENGINE_STANCE_CHOICE_H
#define DEMARCHE_ENGINE_STANCE_CHOICE_H

#include "worker/engine/stance_pairs.h"

enum {
	CHOSEN_MAX = 24,
	OPTIONS_MAX = 96, /* more of a sentence's pairs than that are never near a choice */
	STANDS_MAX = 128,
	CHOICE_PARTS = 11,                               /* kinds of features of the first models */
	CHOICE_HINTS = 5,                                /* of the network's */
	CHOICE_ALONE = 73 + CHOICE_HINTS + CHOICE_PARTS, /* features of a pair among its rivals */
	CHOICE_BESIDE = 14, /* features of a pair beside what is chosen */
	CHOICE_FEATURES = CHOICE_ALONE + CHOICE_BESIDE,
	CHOICE_SMALL = CHOICE_ALONE - 1, /* a value that is hardly ever above 3 */
};

/* A pair with its probabilities. */
struct scored {
	struct pair pair;
	double p, p_sign;           /* that it is one; that the sign is right */
	double p_sided;             /* that it is not neutral; 0 where that is likeliest */
	double logit;               /* of p */
	double parts[CHOICE_PARTS]; /* what each kind of feature gives to it: of the phrase, then of
				     * the pair */
	double p_target;            /* that the phrase is a target of anything */
	double raw;                 /* that it is right beside those chosen before */
	enum polarity polarity;
	bool out;                        /* no longer open to choice */
	uint8_t values[CHOICE_FEATURES]; /* of its sign at first, then of the choice */
};

/* What was chosen in the sentences before. */
struct choice_past {
	uint32_t sentences, chosen;
	double sum;          /* of the chances of all their pairs */
	uint16_t *held;      /* [n_entities] stances that it holds */
	uint16_t *met;       /* [n_entities] stances about it */
	int32_t last_holder; /* entity, or -1 */
	int32_t last_sign;   /* sum over its stances in that sentence */
	int16_t *liked;      /* [n_entities] sum of the signs of stances about it */
	struct stand {
		int32_t holder, entity, sign;
	} stands[STANDS_MAX]; /* the first ones toward actors */
	uint32_t n_stands;
	uint32_t of_sentence; /* chosen in the sentence just before */
};

/* Whether two phrases share a word. */
bool targets_overlap(const struct target *a, const struct target *b);

/* Whether all that one phrase names the other names, too: said twice in a sentence, it is one
 * target. */
bool targets_repeat(const struct doc *d, const struct target *a, const struct target *b);

/* Fill the first CHOICE_ALONE values of all, and the others of one. */
void choice_alone(const struct stance_ground *s, const struct candidates *c,
		  const struct choice_past *past, struct scored *list, uint32_t n);
void choice_beside(const struct stance_ground *s, const struct candidates *c, struct scored *x,
		   const struct scored *chosen, uint32_t n_chosen);

#endif
