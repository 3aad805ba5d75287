/* Writing JSON: the same bytes for the same values on every machine and in every locale.
 *
 * A writer appends to a buf; commas are set by the functions. Strings are written as valid UTF-8
 * (bad bytes become U+FFFD), with only what JSON demands escaped. Knows nothing of what is
 * written; reading JSON is jansson's work. */
#ifndef DEMARCHE_PROTO_JSON_H
#define DEMARCHE_PROTO_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/mem.h"

/* Plain pieces: a quoted string; the shortest digits that read back as the same double, always
 * with a point or an exponent ("2.0"); null for infinities and not-a-number. */
void json_add_str(struct buf *out, struct str s);
void json_add_double(struct buf *out, double v);

/* A writer of nested values. {.out = buf} starts it; keys are literals of the program. */
struct json { /* no name here may be one of jansson's: both are linked together */
	struct buf *out;
	bool comma; /* the next value needs one before it */
};

void json_open(struct json *j, char bracket);  /* '{' or '[' */
void json_close(struct json *j, char bracket); /* '}' or ']' */
void json_key(struct json *j, const char *key);
void json_str(struct json *j, struct str s);
void json_int(struct json *j, int64_t v);
void json_uint(struct json *j, uint64_t v);
void json_double(struct json *j, double v);
void json_bool(struct json *j, bool v);
void json_nil(struct json *j); /* not json_null: jansson has one */

#endif
