/* Temporal expressions: found by rules over the tokens, put into the calendar by the document's
 * date, the dates said before and the tense of the clause. Fills doc->timexes in the order of
 * the text, without overlaps. Knows words of time (timex_words.h) and the trees; knows no events.
 */
#ifndef DEMARCHE_ENGINE_TIMEX_H
#define DEMARCHE_ENGINE_TIMEX_H

#include "worker/engine/doc.h"

/* Reads tokens, sentences, trees and doc->date. Where doc->date is unknown and the head of the
 * text gives a full date (a dateline, "Published: …"), that becomes the document's date and
 * doc->meta.date_source becomes "text". */
int timex_run(struct doc *doc, struct err *e);

/* The expression that dates what `tok` says (an event's trigger): attached to it in the tree, or
 * else in the same clause, or else framing the whole sentence. Index into doc->timexes, or -1.
 * Lengths of time, sets and vague references date nothing. */
int32_t timex_of(const struct doc *doc, int32_t tok);

#endif
