/* Names as the codebook compares them: cut into pieces at spaces, hyphens and apostrophes, in
 * lower case, without accents and dots. "People's" is people·s, "U.S." is us, "Erdoğan" is
 * erdogan, "Jong-un" is jong·un; so it does not matter how a tokenizer cuts them. The compiler
 * and the engine share this; it knows nothing of either. */
#ifndef DEMARCHE_ENGINE_FOLD_H
#define DEMARCHE_ENGINE_FOLD_H

#include "proto/mem.h"

enum { FOLD_PIECE_MAX = 64 }; /* bytes of a piece that are compared */

struct fold_piece {
	uint64_t hash;
	uint8_t n;      /* bytes after folding */
	bool upper;     /* starts with a capital, a digit or a letter of a script without case */
	bool all_upper; /* no small letter in it */
	char text[FOLD_PIECE_MAX];
};

/* Cuts s into at most max pieces and returns their number. */
uint32_t fold_pieces(struct str s, struct fold_piece *out, uint32_t max);

/* The key of a phrase is fold_join over its pieces, starting from FOLD_START. */
#define FOLD_START 0x9e3779b97f4a7c15u
static inline uint64_t fold_join(uint64_t key, uint64_t piece)
{
	key ^= piece;
	key *= 0xff51afd7ed558ccdu;
	return key ^ key >> 32;
}
uint64_t fold_key(struct str phrase);

#endif
