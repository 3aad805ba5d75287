/* Documents from outside: files, folders, standard input, one after the other in a fixed order
 * (arguments as given, folders in sorted order, records as they stand in their file).
 *
 * Owns opening, bounding and naming; the formats are in read/. Must never know the broker, the
 * engine or the terminal: what failed comes back as an error that names the document, and the
 * caller goes on with the next. */
#ifndef DEMARCHE_CLIENT_INPUT_H
#define DEMARCHE_CLIENT_INPUT_H

#include "client/read/reader.h"

/* The option of commands that take documents in; what it says is for the command to use. */
#define DOCUMENT_DATE_ROW(...)                                                     \
	{                                                                          \
		.name = "date", .type = OPTION_STR, __VA_ARGS__, .arg = "DATE",    \
		.help = "date of publication of documents that do not tell theirs" \
	}

struct input;

/* `paths` [n] are borrowed for the input's life; "-" is standard input, and so is an empty list. */
struct input *input_new(char *const *paths, int n);
void input_free(struct input *in);

/* 1: *d is the next document, valid until the next call. 0: no more. -1: one document (or folder)
 * could not be read, *e says which and why; call again for the next. */
int input_next(struct input *in, struct document *d, struct err *e);

/* Number of documents and files that failed so far. */
uint64_t input_failed(const struct input *in);

#endif
