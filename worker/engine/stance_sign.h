/* What the last word on a pair's sign looks at: what composition makes of the words between holder
 * and target, valuations around the phrase, what the linear model says, and how the same holder and
 * others stood to the same actor before. Owns these features alone; knows no weights. */
#ifndef DEMARCHE_ENGINE_STANCE_SIGN_H
#define DEMARCHE_ENGINE_STANCE_SIGN_H

#include "worker/engine/stance_choice.h"

enum {
	SIGN_SOURCES = 4,
	SIGN_FEATURES = 45,
	SIGN_SMALL = 33, /* a value that is at most 3 */
};

/* What the linear model says: chances, and how much each source (the phrase, the pair, the words of
 * the sentence, composition) speaks for support. */
struct sign_view {
	const double *p;     /* [N_POLARITIES] */
	const double *parts; /* [SIGN_SOURCES] */
};

/* values[SIGN_FEATURES] are filled. */
void sign_values(const struct stance_ground *s, const struct candidates *c,
		 const struct choice_past *past, const struct pair *pair,
		 const struct sign_view *view, uint8_t *values);

#endif
