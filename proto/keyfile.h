/* The key file of a program that connects (client, worker): its own secret and whom to trust.
 *
 *     # made by demarche keys
 *     secret  FORTY_Z85_CHARACTERS
 *     server  FORTY_Z85_CHARACTERS
 *
 * `server` is the broker's public key. The file must not be readable by others. Knows the format
 * and nothing of connections. */
#ifndef DEMARCHE_PROTO_KEYFILE_H
#define DEMARCHE_PROTO_KEYFILE_H

#include "proto/err.h"
#include "proto/mem.h"

enum { KEYFILE_MAX = 4096, KEYFILE_Z85 = 41 };

struct keyfile {
	char secret[KEYFILE_Z85], server[KEYFILE_Z85];
};

/* Fails where the file cannot be read, is readable by others, or a line is wrong (it is named). */
int keyfile_read(const char *path, struct keyfile *k, struct err *e);
/* Makes a new file, readable by its owner alone; fails where there is one. */
int keyfile_write(const char *path, const struct keyfile *k, struct err *e);

/* The text alone; `path` is for the error. */
int keyfile_parse(struct str text, const char *path, struct keyfile *k, struct err *e);

#endif
