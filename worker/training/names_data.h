/* Sentences with named entities in columns (CoNLL-2003 and the like). */
#ifndef DEMARCHE_TRAINING_NAMES_DATA_H
#define DEMARCHE_TRAINING_NAMES_DATA_H

#include "worker/training/conllu.h"

/* Appends the sentences of a file: the word in the first column, B-KIND, I-KIND or O in the last,
 * sentences apart by empty lines. Tokens get form, lower, ner and ner_begin. Kinds: PER ORG LOC
 * MISC. */
int names_read(struct treebank *tb, const char *path, struct err *e);

#endif
