/* The place sections of a codebook image, byte for byte; shared by the compiler
 * (worker/codebook/places.c) and the reader (place.c). Little endian, at multiples of 64 bytes.
 *
 *   place.text   bytes of all names
 *   place.item   [n] struct place_item, those of one key together, the best first
 *   place.slot   [power of two] u32, open addressing by key: index + 1 of its first item */
#ifndef DEMARCHE_ENGINE_PLACE_IMAGE_H
#define DEMARCHE_ENGINE_PLACE_IMAGE_H

#include <stdint.h>

enum { PLACE_PIECES = 8, PLACE_DEGREE = 10000 };

enum place_kind { PLACE_TOWN, PLACE_COUNTRY, PLACE_POINT }; /* a town has its country's middle */

struct place_item {
	uint64_t key;                /* fold_join over the name's pieces */
	uint32_t name, n_name;       /* in place.text */
	int32_t latitude, longitude; /* in 1/PLACE_DEGREE of a degree */
	char code[4];                /* alpha-3, or zeros */
	uint8_t kind, n_pieces, last, spare;
};

_Static_assert(sizeof(struct place_item) == 32, "no padding in the image");

#endif
