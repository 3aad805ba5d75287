/* Hand-coded stances for training and measuring: reads the corpus and its records, and says where
 * a stance of ours is one of theirs by the rules of the scorer (same sentence, a common holder
 * code, same target). Knows nothing of models. */
#ifndef DEMARCHE_TRAINING_STANCE_GOLD_H
#define DEMARCHE_TRAINING_STANCE_GOLD_H

#include "proto/result.h"

enum { WORDS_MAX = 40 };

/* Content words of a text as the scorer takes them: lower case, plain quotes, no stop words. */
struct words {
	struct str w[WORDS_MAX];
	uint32_t n;
};
void words_of(struct arena *a, struct str text, struct words *out);
uint32_t words_common(const struct words *a, const struct words *b);

struct gold_stance {
	struct str sentence; /* normalised beginning of the sentence */
	struct str *codes, *names;
	uint32_t n_holders;
	struct str target, code;
	struct words words;
	enum polarity polarity;
	int strength;
	struct str trigger;
};

struct gold_doc {
	struct str id, date, text;
	struct gold_stance *stances;
	uint32_t n_stances, cap;
};

struct stance_gold {
	struct arena arena;
	struct gold_doc *docs; /* sorted by id; the last n_own are the project's own examples */
	uint32_t n_docs, cap, n_own;
};

/* Reads `folder`/corpus.jsonl and the records of `folder`/gold, then, unless NULL, the own examples
 * `own`/documents.jsonl and records.jsonl. Kept until the trainer ends. */
int stance_gold_read(struct stance_gold *g, const char *folder, const char *own, struct err *e);

/* What follows the last slash: by that the documents are known. */
struct str gold_id(struct str id);
struct gold_doc *gold_find(const struct stance_gold *g, struct str id); /* or NULL */

/* Lower case, plain quotes, single blanks: how the scorer compares texts. */
struct str gold_normal(struct arena *a, struct str s);
bool gold_same_sentence(struct str gold, struct str ours); /* both normalised */
bool gold_same_target(const struct gold_stance *g, struct str code, const struct words *w);
bool gold_holds(const struct gold_stance *g, struct str code);

/* What is learned from looks more kindly at actors without a code of their own, of whom coders
 * write the name in several ways: "OTHER:critics" is what "OTHER:Many critics" is. */
bool gold_means_holder(struct arena *a, const struct gold_stance *g, struct str code);
bool gold_means_target(struct arena *a, const struct gold_stance *g, struct str code,
		       const struct words *w);

#endif
