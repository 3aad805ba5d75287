/* Sentences with event codes but without trigger words (../shared/data/events): each tells the
 * type of one event in it. Knows nothing of features. */
#ifndef DEMARCHE_TRAINING_EVENT_SILVER_H
#define DEMARCHE_TRAINING_EVENT_SILVER_H

#include "proto/err.h"
#include "worker/engine/frame.h"

enum { SILVER_TYPES_MAX = 8 };

struct silver_sentence {
	struct str id, text, date;
	uint32_t types[SILVER_TYPES_MAX]; /* enum event_type */
	struct str codes[SILVER_TYPES_MAX];
	struct str doers[SILVER_TYPES_MAX], others[SILVER_TYPES_MAX]; /* as the file codes them */
	uint32_t n;
	struct str source, target; /* codes joined by '+', "" unknown (examples of frames) */
	bool yield;                /* "YIELD": either CONCEDE or RETREAT */
};

struct silver {
	struct arena arena;
	struct silver_sentence *list;
	uint32_t n, cap;
};

/* Appends a file of JSON Lines: {"text", "events": [{"code": TYPE or CAMEO code}]}. CAMEO codes
 * become the types that codes.txt gives them. */
int silver_read(struct silver *s, const struct frame_book *book, const char *path, struct err *e);
/* Appends the examples of a frames file (worker/codebook/example.h). */
int silver_read_examples(struct silver *s, const char *path, struct err *e);
void silver_free(struct silver *s);

#endif
