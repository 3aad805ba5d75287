/* The server: the broker's turns. Takes what arrived, lets the core decide, writes the turn in one
 * transaction, and only then sends. Owns the wire, the store and the core; decides nothing about
 * jobs itself. A failed commit ends the broker: server_turn returns -1, and the next start reads
 * what was committed. */
#ifndef DEMARCHE_BROKER_SERVER_H
#define DEMARCHE_BROKER_SERVER_H

#include "broker/core.h"
#include "broker/keys.h"

struct server;

struct server_options {
	const char *const *endpoints;
	uint32_t n_endpoints;
	const char *store;    /* URL or path */
	const char *software; /* program and version, for WELCOME */
	struct core_config core;
	int64_t keep_ms;       /* results are kept that long; 0: for ever */
	uint64_t keep_results; /* so many of the last results are kept; 0: all */
	struct keys *keys;     /* borrowed; NULL: no encryption, everybody may do everything */
};

/* Opens the store, replays it into the core and listens. ERR_REFUSED for an endpoint beyond the
 * loopback without keys. */
int server_open(struct server **out, const struct server_options *options, struct err *e);
void server_close(struct server *s);
const char *server_endpoint(struct server *s, uint32_t i); /* the one really bound */

/* One turn: waits at most timeout_ms for something to do, and does it. */
int server_turn(struct server *s, int timeout_ms, struct err *e);

/* From now on accepts no work and gives none; what is under way may end. */
void server_drain(struct server *s);
bool server_drained(const struct server *s); /* nothing is leased any more */

struct server_figures {
	uint64_t delayed, queued, leased, done, dead, cancelled;
};
struct server_figures server_figures(const struct server *s);

/* Appends what the question "status" answers, with the workers, as one JSON object; and as lines of
 * Prometheus' text format. */
void server_describe(struct server *s, struct buf *json, struct buf *metrics);

#endif
