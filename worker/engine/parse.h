/* Dependency trees from arc scores: the best tree with one root (Chu-Liu/Edmonds). Owns the
 * search only; the scores come from net.c. */
#ifndef DEMARCHE_ENGINE_PARSE_H
#define DEMARCHE_ENGINE_PARSE_H

#include "worker/engine/doc.h"
#include "worker/engine/model.h"

/* Room for one sentence of up to n tokens, in the arena. */
struct parse_work;
struct parse_work *parse_work_new(struct arena *a, uint32_t n);

/* To be filled for each sentence of n tokens: scores[n][n + 1], column 0 the root, column h + 1
 * token h; and vectors of heads[n + 1]. */
float *parse_scores(struct parse_work *w);
int8_t (*parse_heads(struct parse_work *w))[NET_A];

/* Writes head of the sentence's tokens and its root. The scores are used up. */
void parse_tree(struct parse_work *w, struct doc *d, uint32_t sentence);

/* The same for bare scores: head[i] in 0 … n, exactly one 0. */
void parse_best_tree(struct parse_work *w, uint32_t n, uint16_t *head);

#endif
