/* The alternatives behind an event or a stance. The store keeps what was decided; what was weighed
 * is found again by analysing the stored text once more, here, with this program's engine. Owns
 * that engine; must never know how rows are listed. */
#ifndef DEMARCHE_CLIENT_WHY_H
#define DEMARCHE_CLIENT_WHY_H

#include "client/source.h"
#include "client/work.h"

struct why;

struct why *why_open(const struct work_options *o, struct err *e);
void why_close(struct why *w);
const struct images *why_images(const struct why *w); /* valid until closed */

/* The alternatives to an event's or a stance's row, yours to json_decref:
 *   event: {"frames": [name], "types": [{type, score}], "source", "target": [{name, code, place,
 *           score, chosen}]}
 *   stance: {"weighed": [{holder, target, polarity, score}],
 *            "tone": [{name, support, oppose}]}: of the sentence, toward who is named in it
 * NULL with ERR_NOT_FOUND where this engine does not find it: another one made the record. */
json_t *why_event(struct why *w, struct source *s, const json_t *row, struct err *e);
json_t *why_stance(struct why *w, struct source *s, const json_t *row, struct err *e);

/* Prints them below what `explain` says. */
void why_print(const json_t *alternatives);

#endif
