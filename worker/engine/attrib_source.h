/* Whose words they are: the source of a cue, found in the tree. Returns tokens; knows no
 * entities. */
#ifndef DEMARCHE_ENGINE_ATTRIB_SOURCE_H
#define DEMARCHE_ENGINE_ATTRIB_SOURCE_H

#include "worker/engine/doc.h"

/* The subject of a verb or a predicate adjective, also where it stands with the verb above
 * ("began by saying"), before a relative clause, or behind "by"; -1 where there is none. */
int32_t attrib_source_of_verb(const struct doc *doc, int32_t verb);

/* The owner of a noun ("X's claim", "a statement by X"), the subject of a light verb above it
 * ("X made the claim"); -1 where there is none. */
int32_t attrib_source_of_noun(const struct doc *doc, int32_t noun);

/* The one behind a document that speaks ("the ministry's statement", "a report by X"): its owner,
 * else the noun itself. */
int32_t attrib_owner(const struct doc *doc, int32_t noun);

/* Where the tree fails, the order of the words: a comma or a closing mark; the first token of the
 * short clause that holds the verb ("…, officials said"); its actor, before or behind the verb;
 * the first actor of [first, end), a person's name before all others, -1 none. */
bool attrib_is_break(const struct token *t);
uint32_t attrib_report_start(const struct doc *doc, int32_t verb);
int32_t attrib_source_of_report(const struct doc *doc, int32_t verb);
int32_t attrib_first_mention(const struct doc *doc, uint32_t first, uint32_t end);
/* Who stands in [first, end) before a verb or behind it: an actor, else a noun or pronoun. */
int32_t attrib_noun_before(const struct doc *doc, uint32_t first, uint32_t end);
int32_t attrib_noun_behind(const struct doc *doc, uint32_t first, uint32_t end);

/* The noun before the relative clause for "who" and "which", else the token itself. */
int32_t attrib_antecedent(const struct doc *doc, int32_t tok);

/* The mention with that head, or the name around it; made where there is none. */
int32_t attrib_mention(struct doc *doc, int32_t tok);

#endif
