/* Words that bring somebody's speech, thought or will: a constant table by lemma. Knows no
 * documents; whether such a word is a cue where it stands is for attrib.c to say. */
#ifndef DEMARCHE_ENGINE_ATTRIB_CUES_H
#define DEMARCHE_ENGINE_ATTRIB_CUES_H

#include "worker/engine/doc.h"

/* ATTRIB_NONE where the lemma is none. */
enum attribution_kind cue_verb(struct str lemma);
enum attribution_kind cue_noun(struct str lemma);
enum attribution_kind cue_adjective(struct str lemma);

/* Verbs whose object somebody speaks of or takes a side on (criticise, cite, reject), and verbs
 * that do so with a preposition (call for). */
bool cue_is_stance(struct str lemma);
bool cue_takes(struct str lemma, struct str preposition);

/* Verbs that with an infinitive say that something goes on, not what anybody says. */
bool cue_is_phase(struct str lemma);
/* Verbs that report and do little else: say, add, tell … */
bool cue_is_report(struct str lemma);

#endif
