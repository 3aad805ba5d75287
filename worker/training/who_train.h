/* Learns who did it and to whom (worker/engine/event_who.h) from events whose trigger is known:
 * linear rankers over the candidates, then trees over the rankers' scores. The trees learn from
 * scores of rankers that have not seen the event's group of documents, as they will meet them in
 * a document that nobody coded. */
#ifndef DEMARCHE_TRAINING_WHO_TRAIN_H
#define DEMARCHE_TRAINING_WHO_TRAIN_H

#include "worker/engine/event_who.h"
#include "worker/training/event_gold.h"

/* Groups of documents, counted from 1; group 0 is all of them. */
enum { WHO_GROUPS = 5 };

struct who_cases;
struct who_cases *who_cases_new(void);
void who_cases_free(struct who_cases *s);

/* The event e, told by the candidate. tested: of the documents that figures are reported of; they
 * count twice. */
void who_cases_add(struct who_cases *s, const struct event_ground *g, int32_t candidate,
		   const struct gold_event *e, uint32_t group, bool tested);

/* Trains all rankers and trees; takes a minute or two. */
int who_cases_train(struct who_cases *s, struct err *e);

/* Of how many events with a source or a target the candidates hold a right one. */
void who_cases_report(const struct who_cases *s);

/* The model that has not seen the group (0: has seen all); its weights stay with
 * the cases. */
struct who_model who_cases_model(const struct who_cases *s, uint32_t group);

/* The sections of the model that has seen all. */
void who_cases_write(const struct who_cases *s, struct image_writer *w);

#endif
