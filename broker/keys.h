/* Who may do what: CURVE public keys with their names and roles, read from a file. Knows no
 * sockets; comparisons take the same time whatever differs.
 *
 *     # public key (Z85)                        roles               name
 *     server  SECRET_KEY
 *     allow   Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID  submit,read  ann
 */
#ifndef DEMARCHE_BROKER_KEYS_H
#define DEMARCHE_BROKER_KEYS_H

#include "proto/err.h"
#include "proto/mem.h"

struct keys;

enum { KEYS_MAX = 10000, KEYS_FILE_MAX = 4 << 20, KEYS_Z85 = 41 };

struct key {
	char public_key[KEYS_Z85];
	uint32_t roles; /* bits of enum msg_role */
	char name[64];
};

/* Fails where the file cannot be read, is readable by others, or a line is wrong (which it names).
 */
int keys_open(struct keys **out, const char *path, struct err *e);
void keys_close(struct keys *k);
/* Reads the file again; on -1 the old keys stay. */
int keys_reload(struct keys *k, struct err *e);

uint32_t keys_generation(const struct keys *k); /* another number after each reload */

const char *keys_server_secret(const struct keys *k);
/* NULL where nobody has it. Valid until keys_reload. */
const struct key *keys_find(const struct keys *k, const char *public_key);

/* "submit,read" as bits of enum msg_role. */
int keys_roles(struct str text, uint32_t *roles, struct err *e);

/* For tests and for keys_open: reads the file's text. */
int keys_parse(struct keys *k, struct str text, struct err *e);
struct keys *keys_new(void);

#endif
