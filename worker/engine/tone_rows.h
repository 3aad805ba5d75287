/* What the tone model looks at, as rows of its tables: of each word for itself, of a word as seen
 * from an actor that the sentence names (and from whoever's eyes the tone is asked), and of the
 * pair as a whole. Trainer and engine share it. Names are never looked at: a proper noun gives its
 * part of speech and its place in the tree, nothing else, so that nobody is liked or disliked for
 * who they are. Knows no weights. */
#ifndef DEMARCHE_ENGINE_TONE_ROWS_H
#define DEMARCHE_ENGINE_TONE_ROWS_H

#include "worker/engine/stance_pairs.h"

/* The words looked at: of a longer sentence those around the target. */
enum { TONE_TOKENS = 64 };

/* Rows of each table, in this order; those of the grammar's classes follow them (of words one a
 * class, of wholes one a class and sign). To change one: change it here, train again, commit the
 * weights in the same commit. */
enum { TONE_NO_REL = N_REL, TONE_RELS, TONE_CHAINS = 256, TONE_CLASSES_MAX = 256 };
enum tone_word_row {
	WORD_UPOS,
	WORD_REL = WORD_UPOS + N_UPOS,
	WORD_NEGATED = WORD_REL + N_REL,
	WORD_ACTOR,
	TONE_WORD_ROWS,
};
enum tone_pair_row {
	PAIR_STEPS,                               /* up from the target [5], down to the word [4] */
	PAIR_BRANCH = PAIR_STEPS + 20,            /* up [3], relation where the branch leaves */
	PAIR_BELOW = PAIR_BRANCH + 3 * TONE_RELS, /* below it? [2], how the target hangs there */
	PAIR_APART = PAIR_BELOW + 2 * TONE_RELS,  /* before or after [2], how far [9] */
	PAIR_INSIDE = PAIR_APART + 18,
	PAIR_SAME,        /* another mention of the target */
	PAIR_SAID_TARGET, /* words of the target itself, of the holder, of others */
	PAIR_SAID_HOLDER,
	PAIR_SAID_OTHER,
	PAIR_HOLDER,
	PAIR_HOLDER_STEPS,                               /* up [4], down [3] */
	PAIR_HOLDER_BRANCH = PAIR_HOLDER_STEPS + 12,     /* up [2], relation */
	PAIR_FRAME = PAIR_HOLDER_BRANCH + 2 * TONE_RELS, /* places [12], kind, sign [3] */
	TONE_PAIR_ROWS = PAIR_FRAME + 12 * N_GRAMMAR_KINDS * 3,
};
enum tone_whole_row {
	WHOLE_SUM, /* of the composed signs [5] */
	WHOLE_UPOS = WHOLE_SUM + 5,
	WHOLE_REL = WHOLE_UPOS + N_UPOS,
	WHOLE_SPEAKER = WHOLE_REL + N_REL,               /* author, other, target [3] */
	WHOLE_KIND = WHOLE_SPEAKER + 3,                  /* of the nearest side, sign [3] */
	WHOLE_ANYONE = WHOLE_KIND + N_GRAMMAR_KINDS * 3, /* nobody's eyes in particular */
	WHOLE_HOLDER,
	WHOLE_HOLDER_SPEAKS, /* no, yes, unknown [3] */
	WHOLE_HOLDER_REL = WHOLE_HOLDER_SPEAKS + 3,
	WHOLE_HOLDER_FIRST = WHOLE_HOLDER_REL + N_REL, /* [2] */
	WHOLE_OWN = WHOLE_HOLDER_FIRST + 2,            /* the holder's own composed sign [4] */
	WHOLE_CHAIN = WHOLE_OWN + 4,                   /* from the target up to above the holder */
	TONE_WHOLE_ROWS = WHOLE_CHAIN + TONE_CHAINS,
};
enum { TONE_ROWS_MAX = 16 };

/* Rows of one word or pair. */
struct tone_rows {
	uint16_t row[TONE_ROWS_MAX];
	uint32_t n;
};

/* Of whom to whom. */
struct tone_question {
	int32_t target;        /* head token of the phrase */
	uint32_t tok, n_tok;   /* the phrase */
	int32_t entity;        /* the actor that it names, or -1 */
	int32_t holder;        /* head token of the holder's phrase; -1: in anybody's eyes */
	int32_t holder_entity; /* or -1 */
};

/* A question with what is worked out once for all words. */
struct tone_view {
	const struct stance_ground *s;
	struct tone_question q;
	uint32_t first, n; /* the words looked at, all of the target's sentence */
	uint8_t steps[2]
		     [256]; /* [word of the sentence] up from target and holder; 255: not above */
	uint8_t relation[256]; /* how the way up from the target arrives there */
	uint32_t sentence;
};
/* Words of the target that lie outside its head's sentence are left out. */
void tone_look(struct tone_view *v, const struct stance_ground *s, const struct tone_question *q);

/* class_row: of each class of the grammar, counted from 0 in the model's own order; or -1. */
void tone_word_rows(const struct stance_ground *s, const int16_t *class_row, uint32_t tok,
		    struct tone_rows *out);
void tone_pair_rows(const struct tone_view *v, uint32_t tok, struct tone_rows *out);
void tone_whole_rows(const struct tone_view *v, const int16_t *class_row, struct tone_rows *out);

#endif
