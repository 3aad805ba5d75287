/* Scoring: result records against hand-coded records, one to one inside a document.
 *
 *   event.detect   same sentence, same type
 *   event.triple   … and a common source code, and a common target code where gold has a target
 *   event.full     … and the same status
 *   stance.pair    same sentence, a common holder code, the same target
 *   stance.full    … and the same polarity
 *
 * A target is the same where both name the same actor code, or where their texts share at least
 * half of the content words of the shorter one. Owns the matching; must never know files. */
#ifndef DEMARCHE_CLIENT_SCORE_H
#define DEMARCHE_CLIENT_SCORE_H

#include <jansson.h>

#include "proto/err.h"
#include "proto/mem.h"

enum measure { EVENT_DETECT, EVENT_TRIPLE, EVENT_FULL, STANCE_PAIR, STANCE_FULL, N_MEASURES };
const char *measure_name(enum measure m);

struct tally {
	uint32_t tp, gold, predicted;
};
double tally_precision(struct tally t);
double tally_recall(struct tally t);
double tally_f1(struct tally t);

struct score;
struct score *score_new(void);
void score_free(struct score *s);

/* One coded record {"doc", "kind", "sent", …} or one result record; both are kept. Fails where a
 * key that scoring needs is missing. All gold comes before the first result. */
int score_add_gold(struct score *s, json_t *record, struct err *e);
int score_add_result(struct score *s, json_t *result, struct err *e);

/* Documents of the gold, and how many of them have a result. */
void score_documents(const struct score *s, uint32_t *gold, uint32_t *with_result);

/* Sums over all documents of the gold. */
struct tally score_total(struct score *s, enum measure m);

/* One event type (or one polarity, for stances) alone: gold and predicted records of that type. */
struct tally score_label(struct score *s, enum measure m, const char *label);

/* Calls back for each gold record without match and each prediction without match, in order. */
typedef void score_error_fn(void *arg, const char *doc, bool missed, const json_t *record);
void score_errors(struct score *s, enum measure m, score_error_fn *fn, void *arg);

#endif
