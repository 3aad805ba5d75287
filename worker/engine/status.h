/* Whether an event is told as done, planned, supposed, denied or a habit: negation, modality,
 * future, conditions and the verbs above, followed through the tree. Knows no actors. */
#ifndef DEMARCHE_ENGINE_STATUS_H
#define DEMARCHE_ENGINE_STATUS_H

#include "worker/engine/doc.h"

/* Status of what the token (head of a trigger) tells. `verbal`: the event is done by saying it
 * (demand, accuse ...), so that what follows from its own clause counts, not from its content. */
enum event_status status_of(const struct doc *d, int32_t tok);

/* What the words above make of it: "refused to invade", "threatened to invade", "urged X not to
 * invade", "denied invading". */
enum status_view { STATUS_FREE, STATUS_REFUSED, STATUS_DENIED, STATUS_THREATENED, STATUS_ASKED };
enum status_view status_view(const struct doc *d, int32_t tok);

/* "will never sign", "would not", "cannot", "does not intend to", "does not recognize": somebody
 * will not or cannot, which is more than that he did not. */
bool status_denies_will(const struct doc *d, int32_t tok);

/* "is about to restore ties", "on the verge of war": it comes, and nobody has promised it. */
bool status_imminent(const struct doc *d, int32_t tok);

/* "five years after crowds burned its embassy": what was years ago and only dates the news. */
bool status_background(const struct doc *d, int32_t tok);

#endif
