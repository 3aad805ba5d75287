/* The stance grammar as the engine sees it: classes of words that take sides, and the words with
 * the frames in which they do. Owns the layout and the checking of the image's section "stances";
 * worker/codebook/stances.c writes it from worker/engine/codebook/stances/. Knows nothing of
 * documents.
 *
 * Layout, little endian, all parts 4-byte aligned: struct grammar_header, then n_classes
 * grammar_class, n_items grammar_item (sorted by lemma, then by order of the files), n_topics
 * u32 names, n_topic_words grammar_topic_word (sorted by lemma), then n_bytes of strings, each
 * with a terminating 0; a string is named by its offset, offset 0 is "". */
#ifndef DEMARCHE_ENGINE_STANCE_GRAMMAR_H
#define DEMARCHE_ENGINE_STANCE_GRAMMAR_H

#include "proto/err.h"
#include "proto/mem.h"

#define GRAMMAR_PARTS(X) X(VERB, "verb") X(NOUN, "noun") X(ADJ, "adj") X(ADV, "adv") X(PREP, "prep")
/* clang-format off */
#define GRAMMAR_KINDS(X)                                                                          \
	X(ATT, "att")                                                                             \
	X(SAY, "say") X(ACT, "act") X(WANT, "want") X(EFF, "eff") X(FLIP, "flip") X(EVAL, "eval") \
		X(CERT, "cert")
/* clang-format on */
#define GRAMMAR_SLOTS(X)   \
	X(SUBJ, "subj", 1) \
	X(OBJ, "obj", 2)   \
	X(COMP, "comp", 4) X(HEAD, "head", 8) X(POSS, "poss", 16) X(SOURCE, "source", 32)

#define X(name, text) GRAMMAR_##name,
enum grammar_part { GRAMMAR_PARTS(X) N_GRAMMAR_PARTS };
enum grammar_kind { GRAMMAR_KINDS(X) N_GRAMMAR_KINDS };
#undef X
#define X(name, text, bit) SLOT_##name = bit,
enum grammar_slot { GRAMMAR_SLOTS(X) SLOT_PREP = 64 };
#undef X

struct grammar_header {
	char magic[8]; /* "STANCE1" */
	uint32_t n_classes, n_items, n_topics, n_topic_words, n_bytes, reserved;
};

struct grammar_class {
	uint32_t name;
	uint8_t kind, part; /* enum grammar_kind, grammar_part */
	int8_t sign;
	uint8_t strength;
	uint8_t holder, targets; /* bits of enum grammar_slot */
	uint16_t reserved;
};

struct grammar_item {
	uint32_t lemma, particle, object, prep; /* "" where the item asks for none */
	uint32_t class_index;
	uint32_t line;  /* (file number << 16) | line, for explanations */
	uint32_t flags; /* GRAMMAR_ADDRESSEE: the preposition opens who is asked, not the target */
};
enum { GRAMMAR_ADDRESSEE = 1 };

struct grammar_topic_word {
	uint32_t lemma;
	uint16_t topic, weight;
};

enum { GRAMMAR_ISSUE = '=' }; /* first character of a topic that is an issue's name */

struct grammar {
	const struct grammar_class *classes;
	const struct grammar_item *items;
	const uint32_t *topics;
	const struct grammar_topic_word *topic_words;
	const char *bytes;
	uint32_t n_classes, n_items, n_topics, n_topic_words, n_bytes;
};

/* Borrows the section. Fails with ERR_CORRUPT where it is none or is damaged. */
int grammar_open(struct grammar *g, struct str section, struct err *e);

/* A string of the section by its offset; valid as long as the section. */
struct str grammar_str(const struct grammar *g, uint32_t offset);

/* The items of a lemma: items[first .. first + count). */
uint32_t grammar_find(const struct grammar *g, struct str lemma, uint32_t *first);

/* The words of the taxonomy with this lemma: topic_words[first .. first + count). */
uint32_t grammar_topics_of(const struct grammar *g, struct str lemma, uint32_t *first);

#endif
