/* Arc-hybrid transitions over one sentence, for the parser and its trainer. */
#ifndef DEMARCHE_ENGINE_GREEDY_H
#define DEMARCHE_ENGINE_GREEDY_H

#include "worker/engine/percep.h"
#include "worker/engine/segment.h"

enum { MOVE_SHIFT, MOVE_LEFT, MOVE_RIGHT };

/* Words are 1..n; 0 is none; n + 1 is the root, last in the buffer. */
struct greedy {
	uint32_t n, n_stack, next;
	uint32_t word[SENTENCE_MAX + 4];
	uint8_t upos[SENTENCE_MAX + 4], xpos[SENTENCE_MAX + 4];
	uint16_t stack[SENTENCE_MAX + 4], head[SENTENCE_MAX + 4];
	uint8_t rel[SENTENCE_MAX + 4];
	uint16_t left[SENTENCE_MAX + 4], left2[SENTENCE_MAX + 4];   /* outermost dependents */
	uint16_t right[SENTENCE_MAX + 4], right2[SENTENCE_MAX + 4];
	uint8_t n_left[SENTENCE_MAX + 4], n_right[SENTENCE_MAX + 4];
};

void greedy_start(struct greedy *g, const struct token *tokens, uint32_t n);
bool greedy_done(const struct greedy *g);
bool greedy_legal(const struct greedy *g, int move);
void greedy_move(struct greedy *g, int move, uint8_t rel);
void greedy_features(const struct greedy *g, struct percep_features *f);

#endif
