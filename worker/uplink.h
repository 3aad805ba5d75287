/* The connection to one broker, kept alive: HELLO and WELCOME, silence, reconnection with jitter.
 *
 * Owns the wire. Tells the agent when a conversation begins (WELCOME comes through: what was said
 * before must be said again) and hides everything in between. Knows no jobs and no slots; time is
 * an argument. */
#ifndef DEMARCHE_WORKER_UPLINK_H
#define DEMARCHE_WORKER_UPLINK_H

#include "proto/keyfile.h"
#include "proto/msg.h"

enum { UPLINK_GREET_MS = 5000, UPLINK_PAUSE_MS = 100, UPLINK_PAUSE_MAX_MS = 5000 };

struct uplink_options {
	const char *endpoint;
	const struct keyfile *keys; /* NULL: no encryption */
	const char *name;           /* of the worker, for people */
	uint32_t seed;              /* of the jitter */
};

struct uplink;

/* Borrows the strings for its life. Connects at the first tick. */
struct uplink *uplink_new(const struct uplink_options *o);
/* Says BYE, waits up to linger_ms for what was sent. */
void uplink_free(struct uplink *u, int linger_ms);

/* Opens, greets, gives up and begins anew as the time says; -1 once the broker has refused us or
 * speaks another version: there is no use in going on. */
int uplink_tick(struct uplink *u, int64_t now_ms, struct err *e);
int64_t uplink_next_ms(const struct uplink *u); /* when to tick at the latest */

/* The next message for the agent: 1, or 0 where there is none. WELCOME means: a conversation has
 * begun, say all again. Valid until the next call. */
int uplink_recv(struct uplink *u, int64_t now_ms, struct msg *m);
/* False where it cannot be sent now: no conversation, or the broker reads too slowly. */
bool uplink_send(struct uplink *u, const struct msg *m);

bool uplink_is_up(const struct uplink *u);
/* The limits of the present conversation, while it is up. */
const struct msg_welcome *uplink_terms(const struct uplink *u);
const char *uplink_endpoint(const struct uplink *u);

/* Ends the connection and begins anew at once (other keys). */
void uplink_restart(struct uplink *u, const struct keyfile *keys);

/* To poll for reading (see wire_descriptor); -1 while there is no connection. */
int uplink_fd(const struct uplink *u);

#endif
