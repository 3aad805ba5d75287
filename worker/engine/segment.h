/* Tokens and sentences in the style of UD English: contractions and possessives are words of
 * their own ("do" "n't"), hyphened compounds are split, addresses are not. Owns the rules of
 * spelling only; knows no tags and no meaning.
 *
 * Cost is linear: a token has at most TOKEN_MAX bytes, a sentence at most SENTENCE_MAX tokens. */
#ifndef DEMARCHE_ENGINE_SEGMENT_H
#define DEMARCHE_ENGINE_SEGMENT_H

#include "worker/engine/doc.h"

enum { TOKEN_MAX = 240, SENTENCE_MAX = 256 };

/* What stands between a token and the next one. */
enum gap { GAP_NONE, GAP_BLANK, GAP_LINE, GAP_PARAGRAPH };

/* Reads d->text, writes d->tokens without sentences. Returns [n_tokens] gaps in the arena. */
uint8_t *segment_tokens(struct doc *d);

/* Reads tokens and gaps, writes d->sentences and token.sent. The model is the image's section
 * "sentences"; with {NULL, 0} fixed rules decide. */
void segment_sentences(struct doc *d, const uint8_t *gaps, struct str model);

/* Both. */
int segment_run(struct doc *d, struct err *e);

/* A token's form and lower-case form from what is written. */
void segment_forms(struct arena *a, struct str raw, struct token *t);

/* Whether a token is an abbreviation that ends in a full stop ("Mr.", "U.S."). */
bool segment_is_abbreviation(const struct token *t);

#endif
