/* The engine: text in, events and stances out. A pure function of the document, the model and
 * the codebook: same bytes, same result, on every machine. Knows no files, sockets, clocks or
 * threads; one engine serves one document at a time and keeps its memory for the next. */
#ifndef DEMARCHE_ENGINE_ENGINE_H
#define DEMARCHE_ENGINE_ENGINE_H

#include "proto/result.h"
#include "worker/engine/doc.h"
#include "worker/engine/image.h"

#define ENGINE_VERSION "0.1.0"

/* Bytes. A longer text is not analysed at all: an empty result says so in its warnings. A text
 * above ENGINE_WINDOW is analysed in windows, cut at paragraphs, so that memory stays the same
 * however long it is. */
enum {
	ENGINE_TEXT_MAX = 16 << 20,
	ENGINE_PARSE_MAX = 4 << 20, /* of engine_parse, which keeps all of a text's trees */
	ENGINE_WINDOW = 128 << 10,
};

struct engine;

/* Both images are borrowed and must outlive the engine. Fails where a section is missing or
 * damaged. */
struct engine *engine_new(const struct image *model, const struct image *codebook, struct err *e);
void engine_free(struct engine *en);

/* What is known of a document besides its text; date ISO or "". */
struct engine_input {
	struct str text; /* any bytes; decoded as UTF-8 */
	struct result_doc meta;
	bool every_noun;     /* coreference over all noun phrases, for measuring it */
	double stance_least; /* confidence from which on stances are given; 0: the model's own */
};

/* Analyses the language only: tokens to attributions. The doc is valid until the next call. */
struct doc *engine_parse(struct engine *en, const struct engine_input *in);

/* The whole: the result is valid until the next call. stats.us is left 0 for the caller, who has
 * a clock. Never fails: what could not be done is in the warnings. */
const struct result *engine_analyze(struct engine *en, const struct engine_input *in);

/* Of an event or a sentence's stances, after engine_analyze and until the next document: what was
 * weighed (event_why.h, stance.h). Made on request; analysis itself keeps none of it. */
struct event_why;
struct stance_weighed;
bool engine_why(struct engine *en, uint32_t event, struct event_why *out);
/* The sentence that starts at this character; false where none does. */
bool engine_sentence_at(const struct engine *en, uint32_t start, uint32_t *sentence);
uint32_t engine_weighed(struct engine *en, uint32_t sentence, struct stance_weighed *out,
			uint32_t most);
/* The tone toward the actors that the sentence names (stance_weigh.h). */
struct stance_toward;
uint32_t engine_tones(struct engine *en, uint32_t sentence, struct stance_toward *out,
		      uint32_t most);

#endif
