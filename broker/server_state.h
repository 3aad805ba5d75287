/* What the files of the server share: its state, and one function per kind of work. Included by
 * server*.c and stream.c alone. */
#ifndef DEMARCHE_BROKER_SERVER_STATE_H
#define DEMARCHE_BROKER_SERVER_STATE_H

#include <uthash.h>

#include "broker/core.h"
#include "broker/query.h"
#include "broker/server.h"
#include "broker/store.h"
#include "proto/msg.h"
#include "proto/wire.h"

enum {
	SERVER_PEERS_MAX = 20000,
	SERVER_STREAMS_MAX = 64, /* of one peer */
	SERVER_STREAMS_ALL = 20000,
};

struct stream;
struct cursor;

struct server_peer {
	uint32_t number; /* what the core calls it */
	struct wire_peer id;
	struct wire_load *load; /* what was sent and it has not read */
	uint32_t roles, asked_roles;
	uint32_t keys_generation; /* of the keys that gave the roles */
	char name[MSG_NAME_MAX + 1];
	int64_t since_ms;
	struct stream *streams;
	uint32_t n_streams;
	struct lease_list { /* grants of this turn */
		struct msg_lease *items;
		uint32_t n, cap;
		size_t bytes;
		bool any_late; /* one must not be told before the turn is on the disk */
	} grants;
	uint32_t n_asked;       /* submissions that are not answered */
	uint32_t answered_turn; /* of the last answer; 0: it has come back */
	uint8_t impatience;     /* so often it must be quick before it is waited for again */
	bool awaited;
	UT_hash_handle hh;
};

/* Who was answered just now and is likely to come back at once (server_gather.c). */
struct gathering {
	uint32_t
		*peers; /* those that became awaited since the last turn; some have come, or left */
	uint32_t n_peers, cap_peers, n_awaited, n_turns;
	int64_t answered_us, cost_us; /* of the last answer; of a turn, about */
	bool waited;                  /* in this turn */
};

/* Answers that wait for the disk. */
struct answers {
	struct outgoing {
		uint32_t peer;
		enum msg_kind kind;
		bool early; /* may be sent before the turn is on the disk */
		struct buf bytes;
	} * items;
	uint32_t n, cap;
	size_t bytes;
};

enum { RATE_SECONDS = 60 };

struct server {
	struct server_options options;
	struct core_config config;
	struct wire *wire;
	struct store *store;
	struct query *query;
	struct core *core;
	struct server_peer *by_id;      /* hash */
	struct server_peer **by_number; /* [cap_numbers] */
	uint32_t *free_numbers;
	uint32_t n_free, cap_free, n_numbers, cap_numbers;
	struct arena turn, frame;
	size_t turn_bytes;   /* of the frames of the open turn */
	struct arena record; /* the result that is being taken */
	struct update update;
	uint32_t n_applied;  /* of update.changes */
	struct answers out;  /* of the open turn */
	struct answers held; /* of the turn that is written and not settled */
	struct gathering gathering;
	struct cursor *cursors;
	struct stream *streams; /* all, those that were served longest ago first */
	uint32_t n_streams, n_peers, n_pages;
	int64_t start_ms, start_mono_ms, now_ms;
	bool streams_wait; /* some stream has more to send than one turn allows */
	bool streams_full; /* some reader takes nothing at present */
	bool learns;       /* the store has more to read for itself */
	bool drains;
	bool disk_full;  /* less than the reserve is free: nothing is accepted */
	int64_t disk_ms; /* when that is looked at next */
	uint64_t n_refused, seen_malformed, seen_strangers;
	int64_t strangers_ms;                    /* when they are counted next */
	uint64_t written_number, durable_number; /* highest of the jobs, as of these two */
	uint64_t written_seq;                    /* last result of the turn that was written last */
	uint64_t durable_seq;  /* last result on the disk: readers get no more than these */
	uint64_t streamed_seq; /* results up to here were offered to all streams */
	bool was_idle;
	uint32_t rate[RATE_SECONDS]; /* results of the last seconds */
	int64_t rate_second;
	int64_t retain_ms; /* when old results are looked at next */
};

struct server_peer *server_peer_of(struct server *s, uint32_t number);

/* Lets the core take the input, and writes what it changed. -1: the store failed. */
int server_step(struct server *s, const struct input *in, struct err *e);

/* Queues a message until the turn is on the disk (server_answers.c). `bytes`: about so long is it;
 * a good guess saves copying. */
void server_reply(struct server *s, uint32_t peer, const struct msg *m);
void server_reply_long(struct server *s, uint32_t peer, const struct msg *m, size_t bytes);
void server_reply_error(struct server *s, uint32_t peer, const struct msg *to, enum err_code code,
			const char *text);
/* Writes the open turn; nothing may be held. */
int server_write(struct server *s, struct err *e);
/* Sends what of the written turn need not wait. */
int server_send_early(struct server *s, struct err *e);
/* Waits until the written turn is on the disk, and sends its answers. */
int server_settle(struct server *s, struct err *e);
bool server_can_settle(const struct server *s); /* there are answers, and it would not wait */
void server_answers_free(struct server *s);

/* Waiting for those that were answered just now (server_gather.c). */
void server_gather_asked(struct server_peer *p); /* it submitted */
void server_gather_answered(struct server *s, struct server_peer *p);
void server_gather_came(struct server *s, struct server_peer *p); /* a frame of it is here */
/* Nothing more is here, and the turn has something: 1 when more came, 0 when not, -1 failed. */
int server_gather_wait(struct server *s, struct err *e);
void server_gather_end(struct server *s);                   /* the turn took what it takes */
void server_gather_cost(struct server *s, int64_t took_us); /* to write and sync a turn */
bool server_disk_is_quick(const struct server *s); /* so that a small turn is synced at once */

/* One frame (server_handle.c). -1 only where the store failed. */
int server_handle(struct server *s, const struct wire_frame *f, struct err *e);
void server_peer_remove(struct server *s, struct server_peer *p);

/* status, workers and collections (server_status.c); false where it is another question. */
bool server_status(struct server *s, const struct msg_query *q, struct msg_rows *rows);
void server_count_result(struct server *s);

/* Streams (stream.c) */
int stream_open(struct server *s, struct server_peer *p, const struct msg *m, struct err *e);
int stream_credit(struct server *s, struct server_peer *p, const struct msg *m, struct err *e);
int stream_close(struct server *s, struct server_peer *p, const struct msg *m, struct err *e);
void stream_close_all(struct server *s, struct server_peer *p);
int stream_pump(struct server *s, struct err *e); /* after the commit: sends what there is */
void stream_free_cursors(struct server *s);

#endif
