/* Classes of words that are used alike, coarse and fine, learned from raw text: what a ranker
 * knows of one word it then knows of its like. Section "stance.clusters": magic, n, then n keys
 * (u64, sorted, words_key of the lower-case form) and n pairs of u16 (coarse, fine). Knows
 * nothing of what the classes are used for. */
#ifndef DEMARCHE_ENGINE_WORD_CLUSTERS_H
#define DEMARCHE_ENGINE_WORD_CLUSTERS_H

#include "proto/err.h"
#include "proto/mem.h"

struct word_clusters_header {
	char magic[8]; /* "WCLUST1" */
	uint32_t n, reserved;
};
struct word_cluster {
	uint16_t coarse, fine;
};
struct word_clusters {
	const uint64_t *keys;
	const struct word_cluster *of;
	uint32_t n;
};

/* An empty section gives no clusters; fails with ERR_CORRUPT where it is damaged. */
int word_clusters_open(struct word_clusters *c, struct str section, struct err *e);

/* {0, 0} for a word that is not in it. */
struct word_cluster word_clusters_find(const struct word_clusters *c, struct str lower);

#endif
