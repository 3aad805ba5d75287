/* The conversation with the broker: HELLO, requests and their answers, streams. Hides restarts of
 * the broker: a request is repeated until it is answered (the protocol makes that safe), and a
 * stream's owner is told to state its subscription again. Owns the wire; must never know what the
 * commands make of the answers. */
#ifndef DEMARCHE_CLIENT_LINK_H
#define DEMARCHE_CLIENT_LINK_H

#include "proto/msg.h"
#include "proto/options.h"

/* What every command that speaks to a broker has; include it with OPTION_INCLUDE. */
struct link_options {
	struct option_list broker;
	const char *key;
	int64_t timeout_ms;
};
extern const struct option_row LINK_ROWS[];

struct link;

/* Finds a broker (the endpoints are tried in order) and says HELLO with these roles. NULL with
 * ERR_UNREACHABLE, ERR_VERSION or ERR_REFUSED. */
struct link *link_open(const struct link_options *o, uint64_t roles, struct err *e);
void link_close(struct link *l); /* says BYE */
const struct msg_welcome *link_welcome(const struct link *l);

/* From now on a broker may be silent for so long before the link gives up (-1: for ever; at first
 * it is the options' timeout). Said once on standard error when it has been silent for a while. */
void link_patience(struct link *l, int64_t ms);
/* Asked again and again while the link waits: where it fails, so does what is waited for. For who
 * knows more of the broker than its silence. */
void link_watch(struct link *l, int (*check)(void *arg, struct err *e), void *arg);
/* Says once on standard error that the broker is busy, and why. */
void link_say_busy(struct link *l, struct str why);

/* Sends m with a tag of its own and waits for the answer, as long as patience allows without any
 * sign of life. BUSY is waited out (and said once on standard error). An ERROR answer is the error
 * here. The answer is valid until the next call. */
int link_ask(struct link *l, struct msg *m, struct msg *answer, struct err *e);

/* For streams: sends without waiting; receives what comes. 1 a message, 0 nothing within wait_ms,
 * 2 the conversation began anew (state the subscription again), -1 failed. */
int link_send(struct link *l, struct msg *m, struct err *e);
int link_next(struct link *l, int wait_ms, struct msg *m, struct err *e);

/* The exit status for an error of the link: 3 unreachable or another version, 4 refused, else 1. */
int link_exit_status(const struct err *e);

/* Walks over all pages of a QUERY. {what, arguments} are borrowed; rows point into memory valid
 * until the next call. limit 0 means all. */
struct link_query {
	const char *what;
	struct msg_argument *arguments;
	uint32_t n_arguments;
	uint64_t limit, after, given;
	uint32_t page; /* rows asked for at once; 0: as many as are usual */
	bool done;
};
/* 1 with the next page in *page, 0 at the end, -1. */
int link_page(struct link *l, struct link_query *q, struct msg_rows *page, struct err *e);

#endif
