/* The list of attributions while it is filled: shared by attrib.c (cues over the trees) and
 * attrib_quote.c (quotations and transcripts) only. */
#ifndef DEMARCHE_ENGINE_ATTRIB_LIST_H
#define DEMARCHE_ENGINE_ATTRIB_LIST_H

#include "worker/engine/doc.h"

/* Tokens [first, end). */
struct range {
	uint32_t first, end;
};

/* Without the marks and commas at its ends. */
struct range attrib_trim(const struct doc *doc, struct range r);
/* Appends one; NULL where the content is empty or an active verb has no source (an imperative, a
 * title). Valid until the next call. */
struct attribution *attrib_add(struct doc *doc, int32_t cue, int32_t source, struct range r,
			       enum attribution_kind kind);

/* attrib_quote.c: joins every quotation that speaks with a cue, then, once the cues' sources are
 * known, lets the others go on with the last speaker. The cues' attributions are there, in the
 * order of the text. Between the two lies an array [n_quotes] in the document's arena: the
 * attribution of a quotation, below 0 where it has none. */
int32_t *attrib_quote_cues(struct doc *doc);
void attrib_quote_rest(struct doc *doc, const int32_t *of_quote);
/* attrib_quote.c: the turns of a text with labels ("WALLACE: …", "Q: …"). */
void attrib_transcript(struct doc *doc);

#endif
