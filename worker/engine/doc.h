/* The document while it is analysed: where the stages of the engine meet. The stages do not know
 * each other; each reads what is there and adds its own. Everything lives in doc->arena.
 *
 *   stage       file        reads                         writes
 *   decode      text.c      raw bytes                     text, n_chars, char_of
 *   segment     segment.c   text                          tokens (form, spans), sentences
 *   read        net.c       tokens, sentences             upos, xpos, feats, head, rel, ner
 *   lemmas      lemma.c     form, xpos                    lemma
 *   spelling    spelling.c  upos                          lower, lemma (American)
 *   time        timex.c     tags, date                    timexes, event dates later on
 *   actors      actor.c     trees, names, codebook        mentions, entities
 *   coref       coref.c     mentions                      mention.entity
 *   attribution attrib.c    trees, mentions               quotes, attributions, sentence voices
 *   events      event.c     everything above              events
 *   stances     stance.c    everything above, events      stances
 *   result      result.c    everything                    struct result
 *
 * Positions: a token is named by its index in doc->tokens; -1 means none. Character spans count
 * Unicode code points, byte spans count bytes of doc->text, both half open. */
#ifndef DEMARCHE_ENGINE_DOC_H
#define DEMARCHE_ENGINE_DOC_H

#include "proto/mem.h"
#include "proto/result.h"
#include "worker/engine/date.h"

/* clang-format off */
/* Universal Dependencies v2 part-of-speech tags. */
#define UPOS_LIST(X)                                                                               \
	X(X) X(ADJ) X(ADP) X(ADV) X(AUX) X(CCONJ) X(DET) X(INTJ) X(NOUN) X(NUM) X(PART) X(PRON)    \
	X(PROPN) X(PUNCT) X(SCONJ) X(SYM) X(VERB)

/* Universal Dependencies v2 relations with the subtypes that English treebanks use. */
#define REL_LIST(X)                                                                                \
	X(ROOT, "root") X(ACL, "acl") X(ACL_RELCL, "acl:relcl") X(ADVCL, "advcl")                  \
	X(ADVCL_RELCL, "advcl:relcl") X(ADVMOD, "advmod") X(AMOD, "amod") X(APPOS, "appos")        \
	X(AUX, "aux") X(AUX_PASS, "aux:pass") X(CASE, "case") X(CC, "cc")                          \
	X(CC_PRECONJ, "cc:preconj") X(CCOMP, "ccomp") X(COMPOUND, "compound")                      \
	X(COMPOUND_PRT, "compound:prt") X(CONJ, "conj") X(COP, "cop") X(CSUBJ, "csubj")            \
	X(CSUBJ_OUTER, "csubj:outer") X(CSUBJ_PASS, "csubj:pass") X(DEP, "dep") X(DET, "det")      \
	X(DET_PREDET, "det:predet") X(DISCOURSE, "discourse") X(DISLOCATED, "dislocated")          \
	X(EXPL, "expl") X(FIXED, "fixed") X(FLAT, "flat") X(GOESWITH, "goeswith")                  \
	X(IOBJ, "iobj") X(LIST, "list") X(MARK, "mark") X(NMOD, "nmod") X(NMOD_DESC, "nmod:desc")  \
	X(NMOD_POSS, "nmod:poss") X(NMOD_UNMARKED, "nmod:unmarked") X(NSUBJ, "nsubj")              \
	X(NSUBJ_OUTER, "nsubj:outer") X(NSUBJ_PASS, "nsubj:pass") X(NUMMOD, "nummod")              \
	X(OBJ, "obj") X(OBL, "obl") X(OBL_AGENT, "obl:agent") X(OBL_UNMARKED, "obl:unmarked")      \
	X(ORPHAN, "orphan") X(PARATAXIS, "parataxis") X(PUNCT, "punct")                            \
	X(REPARANDUM, "reparandum") X(VOCATIVE, "vocative") X(XCOMP, "xcomp")

#define NER_LIST(X)                                                                                \
	X(NONE, "") X(PER, "PER") X(ORG, "ORG") X(LOC, "LOC") X(NORP, "NORP") X(MISC, "MISC")
/* clang-format on */

enum upos {
#define X(name) UPOS_##name,
	UPOS_LIST(X)
#undef X
		N_UPOS
};
enum rel {
#define X(name, text) REL_##name,
	REL_LIST(X)
#undef X
		N_REL
};
enum ner {
#define X(name, text) NER_##name,
	NER_LIST(X)
#undef X
		N_NER
};

struct token {
	struct span span; /* characters */
	uint32_t byte, n_bytes;
	uint32_t sent;
	struct str form;  /* as written, but typographic quotes and dashes in plain form */
	struct str lower; /* form in lower case; from spelling.c on in American spelling */
	struct str lemma;
	uint8_t upos;   /* enum upos */
	uint8_t xpos;   /* index into the tagger's list, tag_xpos_name */
	uint8_t rel;    /* enum rel */
	uint8_t ner;    /* enum ner of the name that the token belongs to */
	bool ner_begin; /* first token of a name */
	bool space_after;
	bool glued;     /* one written word with the token before ("do" + "n't", "Xi" + "'s") */
	uint16_t feats; /* index into the tagger's list of morphological features */
	int32_t head;   /* token index in the document; -1 for the root of a sentence */
	int32_t child;  /* first dependent; siblings follow through `next`, left to right */
	int32_t next;
	int32_t mention; /* the innermost mention that has this token as head, or -1 */
	int32_t attrib;  /* the innermost attribution whose content holds this token, or -1 */
};

enum sentence_kind { SENTENCE_PLAIN, SENTENCE_HEADLINE, SENTENCE_CAPTION };

struct sentence {
	struct span span;
	uint32_t byte, n_bytes;
	uint32_t tok, n_tok; /* tokens[tok .. tok + n_tok) */
	int32_t root;
	uint32_t paragraph; /* counted from 0 */
	enum sentence_kind kind;
	int32_t voice;     /* entity that speaks the whole sentence (a speech), or -1: author */
	uint32_t dateline; /* how many of its tokens say where it was written: "KABUL (AP) -" */
};

enum mention_kind { MENTION_NAME, MENTION_NOMINAL, MENTION_PRONOUN };

/* A phrase that names an actor or a place. */
struct mention {
	uint32_t tok, n_tok; /* the name itself, without relative clauses and such */
	int32_t head;        /* syntactic head of the phrase */
	enum mention_kind kind;
	int32_t entity;  /* -1: not an actor that the codebook or the document knows */
	struct str code; /* what this mention says of itself, before coreference */
	struct str role;
	int32_t also;    /* another mention that shares the phrase ("the two countries": the */
			 /* parties are chained here), or -1 */
	bool is_place;   /* used as a place ("in Geneva"), not as an actor */
	bool generic;    /* "officials", "troops": an agent noun, not a name */
	bool plural;     /* several of them ("Russian troops", "Americans") */
	bool modifier;   /* a nationality before a noun that is no actor ("Russian invasion") */
	bool former;     /* "former President", or out of office at the document's date */
	bool guessed;    /* code comes from the document's context, not from the phrase */
	uint8_t etype;   /* enum entity_kind */
	int32_t entry;   /* actor entry of the codebook (actor_entry_*), or -1 */
	struct str name; /* the entry's full name, else the phrase without its article */
	struct str rule; /* codebook line or composition that gave code and role */
};

/* An actor of the document: what coreference made one. Ids are indices into doc->entities. */
struct entity {
	struct str name; /* the fullest name that the text gives */
	enum entity_kind kind;
	struct str code, role;
	uint32_t *mentions; /* [n_mentions] indices into doc->mentions */
	uint32_t n_mentions, cap;
	struct str rule; /* codebook line or model that gave the code */
};

enum { ENTITY_DOC_AUTHOR = 0 }; /* entities[0] is always the document's own voice */

struct timex {
	uint32_t tok, n_tok;
	enum { TIMEX_DATE, TIMEX_TIME, TIMEX_DURATION, TIMEX_SET } type;
	struct date start, end; /* equal for a single day, month or year */
	struct str value;       /* TIMEX3 value */
};

/* What stands between quotation marks, the marks left out. Sorted by `tok`; may nest, and may be
 * empty (n_tok 0: a mark without its partner that was no quotation). */
struct quote {
	uint32_t tok, n_tok;
	int32_t parent; /* the quote around it, or -1 */
	bool closed;    /* false: left open at the end of its paragraph */
};

/* The last is an attitude to a thing ("criticised the ban"): the thing is named by the author, so
 * its tokens stand on nobody else's word (token.attrib leaves it out). */
enum attribution_kind { ATTRIB_NONE, ATTRIB_SPEECH, ATTRIB_THOUGHT, ATTRIB_WILL, ATTRIB_ABOUT };

/* Who says what: source, cue and content of an attribution. Contents nest. */
struct attribution {
	int32_t cue;                 /* token of the verb or noun, -1 for a bare quotation */
	uint32_t content, n_content; /* tokens */
	int32_t source;              /* mention, -1 unknown */
	int32_t source_entity;       /* entity after coreference, -1 unknown */
	int32_t source_tok;          /* head token of the source's phrase, -1 unknown */
	int32_t parent;              /* attribution whose content holds this one, or -1 */
	bool direct;                 /* quotation marks around it */
	bool by_phrase;              /* "according to X", "in X's view" */
	uint8_t kind;                /* enum attribution_kind: said, thought, or wanted */
};

/* What the network that reads sentences (event_net.h) says of a token to the stances, as log odds:
 * that it heads a phrase somebody stands for or against, that this is support, that it names who.
 */
struct stance_hint {
	float target, support, holder;
};

struct doc {
	struct arena *arena;
	const struct image *model, *codebook;
	const struct actor_book *actors; /* the codebook's actors (actor.h), or NULL */

	struct str text;         /* valid UTF-8; what spans are counted in */
	uint32_t n_chars, n_bad; /* code points; bad byte sequences replaced by U+FFFD */
	struct date date;        /* publication; year 0 unknown */
	bool every_noun;         /* coreference takes every noun phrase (for measuring it) */
	double stance_least; /* confidence from which on stances are given; 0: the model's own */
	bool goes_on;        /* a later window of a long text: its head is no document's head */
	struct coref_memory
		*memory;           /* of earlier windows of a long text, or NULL (coref_memory.h) */
	const struct coref *coref; /* what coreference knows besides, for the memory */
	struct result_doc meta;

	struct token *tokens;
	struct sentence *sentences;
	struct timex *timexes;
	struct mention *mentions;
	struct entity *entities;
	struct quote *quotes;
	struct attribution *attributions;
	struct result_event *events;
	int32_t *event_tok; /* [n_events] head token of the trigger */
	struct result_stance *stances;
	const struct stance_hint *hints; /* [n_tokens]; NULL: it was not asked */
	struct net_values *net_values;   /* what networks work in: net_run makes it */
	struct str *warnings;
	uint32_t n_tokens, n_sentences, n_timexes, n_mentions, n_entities, n_attributions;
	uint32_t n_quotes, n_events, n_stances, n_warnings;
	uint32_t cap_tokens, cap_sentences, cap_timexes, cap_mentions, cap_entities;
	uint32_t cap_quotes, cap_attributions, cap_events, cap_stances, cap_warnings;
};

/* Small questions that every stage asks (doc.c). */
const char *upos_name(enum upos u);
const char *rel_name(enum rel r);
const char *ner_name(enum ner n);
enum upos upos_of(struct str name); /* UPOS_X where it is none */
enum rel rel_of(struct str name);   /* an unknown subtype gives its base, else REL_DEP */
enum rel rel_base(enum rel r);      /* acl:relcl -> acl */

/* Fills child/next of all tokens of the sentence from their heads. */
void doc_link_children(struct doc *d, uint32_t sentence);
/* First dependent with this relation, or -1. */
int32_t doc_child(const struct doc *d, int32_t tok, enum rel r);
/* "Nobody", "no country", "neither Peru nor Chile": whatever the word names, there is none. */
bool doc_is_nobody(const struct doc *d, int32_t tok);
/* Heads above the token, `most` at most. */
int doc_depth(const struct doc *d, int32_t tok, int most);
/* Whether `ancestor` is `tok` or dominates it. */
bool doc_dominates(const struct doc *d, int32_t ancestor, int32_t tok);
/* First and last token of the subtree of `tok`. */
void doc_subtree(const struct doc *d, int32_t tok, uint32_t *first, uint32_t *last);
/* Characters and original bytes of a run of tokens. */
struct span doc_span(const struct doc *d, uint32_t tok, uint32_t n_tok);
struct str doc_text(const struct doc *d, uint32_t tok, uint32_t n_tok);
/* The same as one line, for names and codes: every run of blanks and control characters is a space.
 * Borrowed from the text where it is so already, else in the arena. */
struct str doc_phrase(const struct doc *d, uint32_t tok, uint32_t n_tok);
void doc_warn(struct doc *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
