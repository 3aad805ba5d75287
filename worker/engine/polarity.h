/* Polarity along the tree: which words of a sentence take sides (frames of the stance grammar with
 * their places filled), and how their signs compose from a phrase up to whoever holds the stance:
 * negation, reversal ("refuse", "lack of", "lift the ban"), double reversal, obligation, questions
 * and conditions. Reads tokens and trees of struct doc alone; knows no entities and no weights. */
#ifndef DEMARCHE_ENGINE_POLARITY_H
#define DEMARCHE_ENGINE_POLARITY_H

#include "worker/engine/doc.h"
#include "worker/engine/stance_grammar.h"

/* A word of the grammar that stands in the text, its places filled by tokens (-1: empty). */
struct frame {
	int32_t tok;
	uint32_t item;
	const struct grammar_class *class;
	int32_t holder;    /* head token of the holder; HOLDER_SOURCE: whoever speaks */
	int32_t target[4]; /* head tokens of what it is about */
	uint32_t n_targets;
};
enum { HOLDER_SOURCE = -2, HOLDER_NONE = -1 };

/* What composition says of one phrase. */
enum side_flag {
	SIDE_NEGATED = 1, /* a negation was crossed */
	SIDE_FLIPPED = 2, /* a reversing word was crossed */
	SIDE_MODAL = 4,   /* should, must, need */
	SIDE_MAYBE = 8,   /* may, could, would, if */
	SIDE_QUESTION = 16,
	SIDE_FAR = 32,      /* words without a frame lie between */
	SIDE_UNSIGNED = 64, /* the sign is that of "see X as Y" whose Y is unknown */
};
struct side {
	int32_t holder;  /* token, or HOLDER_SOURCE */
	int32_t trigger; /* token of the word that takes the side */
	const struct grammar_class *class;
	uint32_t item;
	int8_t sign; /* 1, -1, 0 */
	uint8_t strength, depth, flags;
};
enum { SIDES_MAX = 10 };

/* The frames of a whole document; of[tok] .. of[tok + 1] are those of a token. */
struct frames {
	struct frame *list;
	uint32_t n, cap;
	uint32_t *of; /* [n_tokens + 1] */
};

/* Finds the frames of all tokens. Lives in d->arena. */
void frames_find(struct doc *d, const struct grammar *g, struct frames *out);

/* Everything that the words above the phrase with this head say of it; at most SIDES_MAX. */
uint32_t polarity_sides(const struct doc *d, const struct grammar *g, const struct frames *f,
			int32_t tok, struct side *out);

/* Whether the word is negated where it stands ("not", "never", "no", "nobody …"). */
bool polarity_negated(const struct doc *d, int32_t tok);

/* Lexical value of one word by the evaluation classes: 1, -1 or 0. */
int polarity_value(const struct frames *f, int32_t tok);

/* The head of a word's subject, -1 where it has none; passives, control, relative clauses and
 * coordination are seen through. */
int32_t polarity_subject(const struct doc *d, int32_t tok);

/* The preposition or conjunction that opens a phrase, "" where none. */
struct str polarity_opener(const struct doc *d, int32_t tok);

#endif
