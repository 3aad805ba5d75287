/* Foreign sentences with a sentiment toward somebody (NewsMTSC, directed sentiment): more examples
 * for the sign of a stance, and held-out data to measure it on. Knows nothing of models. */
#ifndef DEMARCHE_TRAINING_STANCE_EXTRA_H
#define DEMARCHE_TRAINING_STANCE_EXTRA_H

#include "worker/engine/engine.h"
#include "worker/engine/stance_pairs.h"

struct extra {
	struct str text;
	uint32_t target, target_end; /* characters of the phrase that the sentiment is toward */
	uint32_t holder, holder_end; /* of whose it is; equal where nobody is named */
	enum polarity polarity;
};
struct extras {
	struct arena arena;
	struct extra *list;
	uint32_t n, cap;
};

/* Append what the files hold. Fail where a file cannot be opened. */
int extras_newsmtsc(struct extras *x, const char *path, struct err *e);
/* Both directions of each pair; `neutral` also those without sentiment. */
int extras_directed(struct extras *x, const char *path, struct err *e);
void extras_free(struct extras *x);

/* The candidate that an example means in its parsed sentence; false where there is none. */
bool extra_find(const struct stance_ground *s, const struct extra *x, struct candidates *c,
		struct pair *p);

#endif
