/* What the trainers of the event stage read hand-coded documents with: engine, codebook, records.
 */
#ifndef DEMARCHE_TRAINING_EVENT_CODER_H
#define DEMARCHE_TRAINING_EVENT_CODER_H

#include "worker/engine/event.h"
#include "worker/engine/image.h"
#include "worker/training/event_gold.h"
#include "worker/training/event_silver.h"

struct coder {
	struct gold gold;
	struct image model, codebook;
	struct buf model_bytes, codebook_bytes;
	struct engine *engine;
	struct frame_book *book; /* owned until somebody takes it */
	struct word_clusters clusters;
};

/* {0} before; coder_close also after a failure. */
int coder_open(struct coder *c, const char *model, const char *codebook, const char *corpus,
	       const char *records, struct err *e);
void coder_close(struct coder *c);

/* The document, analysed up to where events begin; valid until the next one. */
struct doc *coder_read(struct coder *c, const struct gold_doc *gd, struct event_ground *g);
struct doc *coder_read_silver(struct coder *c, const struct silver_sentence *x,
			      struct event_ground *g);
/* A piece of the document as if it were all. */
struct doc *coder_read_alone(struct coder *c, const struct gold_doc *gd, struct str piece,
			     struct event_ground *g);

#endif
