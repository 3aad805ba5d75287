/* What the event stage prepares once a document: the codebook's view of every token, which tokens
 * may be triggers, and what surrounds them (clause, voice, sentence). Knows no weights. */
#ifndef DEMARCHE_ENGINE_EVENT_GROUND_H
#define DEMARCHE_ENGINE_EVENT_GROUND_H

#include "worker/engine/frame.h"
#include "worker/engine/word_clusters.h"

/* One token as the event stage sees it. */
struct event_token {
	struct frame_word word;
	uint64_t lemma; /* hash of the lemma */
	struct word_cluster cluster;
	uint16_t types;    /* bits of enum event_type: strong or weak frames match here */
	uint16_t strong;   /* ... frames that are not weak */
	int32_t candidate; /* index into candidates, -1 */
	int32_t cue;       /* the attribution that it is the cue of, -1 */
};

/* A token that may express an event, with the frames that match it. */
struct event_candidate {
	int32_t tok;
	uint32_t n_matches;
	struct frame_match matches[FRAME_MATCHES_MAX];
};

enum { PARTIES_MAX = 4 };

struct event_sentence {
	uint32_t n_actors; /* mentions with a code */
	uint32_t n_negative, n_positive, n_duty;
	uint32_t n_political; /* ... of those who make politics: governments, armies, parties ... */
	uint32_t n_parties;   /* different codes among the actors, up to PARTIES_MAX */
	uint64_t topics;      /* classes of words without politics that it has */
	uint16_t types;       /* frames anywhere in it */
	bool first_person;    /* "we", "I", "our" */
	bool second_person;
	bool quoted;  /* some of it stands in quotation marks */
	bool archive; /* the caption of an old picture: "in this 2006 file photo" */
};

/* What the actors of one code do in the document, and what is done to them, by the plain reading of
 * subjects, objects and agents of words that frames know. */
struct event_deeds {
	uint8_t does[N_EVENT_TYPES], gets[N_EVENT_TYPES];
};

struct event_ground {
	const struct frame_book *book;
	const struct doc *d;
	struct event_token *tokens;       /* [d->n_tokens] */
	struct event_sentence *sentences; /* [d->n_sentences] */
	struct event_candidate *candidates;
	uint32_t n_candidates, cap_candidates;
	uint32_t *mentions;    /* usable ones by sentence, in the order of the text */
	uint32_t *mentions_at; /* [d->n_sentences + 1] where each sentence's begin */
	uint32_t salient;      /* entity with a code that is named most often, or 0 */
	uint32_t world;        /* in a speech: the entity of all countries, or 0 */
	bool speech;           /* a speech: sentences have a voice of their own */
	uint64_t topics;       /* classes of words without politics ("topic-...") */
	uint32_t share[64];    /* per cent of the document's sentences with each of these classes */
	uint32_t political;    /* per cent of its sentences with an actor who makes politics */
	uint64_t class_negative, class_positive, class_duty, class_speech, class_will,
		class_misfortune, class_vehicle;

	uint32_t next_salient[2];  /* named most often after `salient`, of other codes; or 0 */
	uint32_t *same_code;       /* [d->n_entities] the first with an entity's code, 0 none */
	struct event_deeds *deeds; /* by that first entity; index 0: of all together */
};

/* Fills g; everything lives in the document's arena. */
void event_ground_init(struct event_ground *g, const struct frame_book *book,
		       const struct word_clusters *clusters, struct doc *d);

/* The first of the candidate's frames that is of this type, or NULL. */
const struct frame_match *event_match_of(const struct event_ground *g,
					 const struct event_candidate *c, uint32_t type);

/* Whether a text is long enough to be coded as a whole: of documents much is left out, which the
 * trees have learned; of a few lone sentences all is given that is likely enough. */
bool event_whole(const struct doc *d);

/* The token's clause: the nearest verb above it (itself where it is one), else the root. */
int32_t event_clause(const struct doc *d, int32_t tok);
/* Negated by a word of its own ("not", "n't", "never", "no", "neither", "without"). */
bool event_negated(const struct doc *d, int32_t tok);
/* The subject of a verb or of a predicate: its own, or that which control, coordination, a
 * participle or a relative clause gives it; -1 where there is none. *inherited says it is not its
 * own. For passives this is who undergoes. */
int32_t event_subject(const struct doc *d, int32_t tok, bool *inherited);
bool event_is_passive(const struct doc *d, int32_t tok);
/* "Must", "should" and their kind at the verb: what somebody demands, not what is done. */
bool event_is_duty(const struct event_ground *g, int32_t tok);
/* The innermost attribution around the token, NULL where the author says it. */
const struct attribution *event_attribution(const struct doc *d, int32_t tok);
/* The attribution whose content holds this one, or NULL. */
const struct attribution *event_attribution_around(const struct doc *d,
						   const struct attribution *a);
/* The voice that says the token: an entity, or -1 for the author. *direct: in quotation marks. */
int32_t event_voice(const struct doc *d, int32_t tok, bool *direct);

#endif
