/* Numbers and letters by which other data sets name the countries of our records: the state numbers
 * of the Correlates of War project, and the two letters of FIPS 10-4, which GDELT uses for places.
 * Facts, as of the lists of 2016 and 2014; a state that another one continues has its number
 * (SUN and RUS, YUG and SRB). */
#ifndef DEMARCHE_CLIENT_COUNTRY_CODES_H
#define DEMARCHE_CLIENT_COUNTRY_CODES_H

#include "proto/mem.h"

struct country_codes {
	const char
		*code; /* ISO 3166-1 alpha-3, or what the codebook has for states that are gone */
	const char *cow, *fips; /* "" where there is none */
};

/* NULL for whatever is no country: organizations, blocs, authors. */
const struct country_codes *country_codes(struct str code);

#endif
