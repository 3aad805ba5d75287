/* The commands of demarche-train. Each trains one stage of the engine or measures it on held-out
 * data; each has its file. argv[0] is the command's name. Returns the exit status. */
#ifndef DEMARCHE_TRAINING_TRAIN_H
#define DEMARCHE_TRAINING_TRAIN_H

struct train_command {
	const char *name, *arguments, *help;
	int (*run)(int argc, char **argv);
};

/* One line a command: X(function, "name", "arguments", "what it does"). */
#define TRAIN_COMMANDS(X)                                                                          \
	X(train_corpus, "corpus", "OUT FILE...", "sentences of raw text, one a line")              \
	X(train_sentences, "sentences", "OUT TREEBANK...", "the sentence splitter")                \
	X(train_vectors, "vectors", "OUT CORPUS TREEBANK...", "word vectors (skip-gram)")          \
	X(train_nn, "nn", "--out STATE OPTION...", "the network: tags, trees, names")              \
	X(fuzz_language, "fuzz", "MODEL CODEBOOK|- FROM COUNT", "random texts through the engine") \
	X(train_measure, "measure", "MODEL FILE...", "scores on gold tokens: trees, names")        \
	X(train_picture, "picture", "MODEL SENTENCE", "the analysis of a sentence as SVG")         \
	X(train_mean, "mean", "OUT STATE STATE...", "the mean of trained networks")                \
	X(train_language, "language", "OUT STATE TREEBANK...", "quantised network and lemmas")     \
	X(train_codings, "codings", "ARTICLES SPEECHES DOCS RECORDS CODINGS...",                   \
	  "texts and records of codings")                                                          \
	X(train_stances, "stances", "MODEL CODEBOOK SHARED", "ranker of stances")                  \
	X(eval_stances, "eval-stances", "MODEL CODEBOOK SHARED [LEAST]",                           \
	  "stances on foreign sets")                                                               \
	X(train_eval_events, "eval-events", "MODEL CODEBOOK SENTENCES...",                         \
	  "codes of sentences found")                                                              \
	X(train_events, "events", "MODEL CODEBOOK CORPUS RECORDS OUT ...",                         \
	  "triggers and actors of events")                                                         \
	X(train_event_net, "event-net", "FOLD|all OUT MODEL CODEBOOK ...", "network of events")    \
	X(actor_measure, "actor-measure", "MODEL CODEBOOK CORPUS RECORDS STRINGS [-v]",            \
	  "codes of actors")                                                                       \
	X(train_join, "join", "OUT IMAGE...", "join the sections of images into one image")        \
	X(timex_measure, "timex-measure", "MODEL FOLDER... [-v]",                                  \
	  "scores of temporal expressions")                                                        \
	X(coref_measure, "coref-measure", "MODEL CODEBOOK|- CONLLU FOLDER [-v]",                   \
	  "CoNLL scores on OntoGUM")                                                               \
	X(train_countries, "countries",                                                            \
	  "OUT MODEL CODEBOOK CORPUS RECORDS [DOCUMENTS:RECORDS]...",                              \
	  "the ranker of countries of agents that name none")                                      \
	X(train_attributions, "attributions", "OUT MODEL CODEBOOK FOLDER [HELD]",                  \
	  "the rankers of attributions")                                                           \
	X(attrib_measure, "attrib-measure", "MODEL CODEBOOK|- FOLDER [-v [FOLD]]",                 \
	  "attribution on PolNeAR")                                                                \
	X(analyze_measure, "analyze-measure", "MODEL CODEBOOK FILE...",                            \
	  "time and memory of the whole analysis")                                                 \
	X(coref_gap, "coref-gap", "MODEL CODEBOOK|- FILE.tsv", "pronouns on GAP")                  \
	X(train_tone, "tone", "MODEL CODEBOOK SHARED OUT [FOLDS]", "tone toward a named actor")    \
	X(discourse_dump, "discourse-dump", "MODEL CODEBOOK CORPUS.jsonl ID...",                   \
	  "who is who and who says what")

#define X(function, name, arguments, help) int function(int argc, char **argv);
TRAIN_COMMANDS(X)
#undef X

#endif
