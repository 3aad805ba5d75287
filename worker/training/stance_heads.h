/* What words of a sentence are to hand-coded stances: what the network's heads of stances learn. */
#ifndef DEMARCHE_TRAINING_STANCE_HEADS_H
#define DEMARCHE_TRAINING_STANCE_HEADS_H

#include "proto/err.h"
#include "worker/engine/doc.h"
#include "worker/engine/image.h"

struct stance_heads;

/* Of a token; STANCE_HEAD_NONE where there is nothing to learn. */
enum { STANCE_HEAD_NONE = 255 };
struct stance_head {
	uint8_t target; /* heads a phrase that is coded as a target */
	uint8_t sign;   /* of such a phrase: 0 support, 1 oppose */
	uint8_t holder; /* a mention of a holder */
	bool asked;     /* heads a phrase or may be a holder at all */
};

/* shared: the folder with corpus and gold; own: that of our own codings. NULL with *e set. */
struct stance_heads *stance_heads_new(const struct image *model, const struct image *codebook,
				      const char *shared, const char *own, struct err *e);
void stance_heads_free(struct stance_heads *h);

/* Fills out[d->n_tokens]; false where the document has no codings of stances. */
bool stance_heads_label(struct stance_heads *h, struct doc *d, struct str id,
			struct stance_head *out);

#endif
