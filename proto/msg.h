/* The messages (docs/protocol.md): one list per message yields its struct, reader, writer and
 * names. Knows no sockets and no state.
 *
 * A message is one frame, a msgpack map with small integer keys. Key 0 comes first and holds the
 * kind. A field that is 0, false, empty or an empty list is not written; one that is missing reads
 * so. Unknown keys are skipped.
 *
 * To change a message: add a field with a new key to its list, with its line in docs/protocol.md
 * and a byte example in tests/unit/test_msg.c. Keys and kinds once used are never used again. A
 * change that an older peer cannot ignore raises MSG_VERSION. */
#ifndef DEMARCHE_PROTO_MSG_H
#define DEMARCHE_PROTO_MSG_H

#include "proto/err.h"
#include "proto/mem.h"

enum {
	MSG_VERSION = 1,
	MSG_NAME_MAX = 128,        /* collections, batches, cursors, peers: bytes */
	MSG_META_MAX = 1024,       /* document ids, titles, keys: bytes */
	MSG_TEXT_MAX = 480,        /* one sentence for people: bytes */
	MSG_BODY_MAX = 16 << 20,   /* a document: bytes */
	MSG_RECORD_MAX = 16 << 20, /* a result record: bytes */
	MSG_FRAME_MAX = 64 << 20,  /* a whole message: bytes */
	MSG_ITEMS_MAX = 10000,     /* elements of any list of a message */
	MSG_CREDIT_MAX = 10000,    /* leases or results asked for and not yet sent */
};

enum msg_role { ROLE_SUBMIT = 1, ROLE_WORK = 2, ROLE_READ = 4, ROLE_ADMIN = 8, ROLE_ALL = 15 };
enum msg_submit_status { SUBMIT_REFUSED, SUBMIT_NEW, SUBMIT_DUPLICATE };
enum msg_done_outcome { OUTCOME_RESULT, OUTCOME_FAILED };
enum msg_done_status { DONE_REFUSED, DONE_ACCEPTED, DONE_DUPLICATE, DONE_RETRY, DONE_DEAD };
enum msg_start { START_AFTER, START_NOW, START_BEGINNING, START_NAME };

/* clang-format off */
/* F(key, shape, name, bound). Shapes: U64 (bound: greatest value), BOOL, STR (bound: bytes, text),
 * BIN (bound: bytes). L(key, list, name, bound): n_`name` elements; `list` names a list below, or
 * numbers (uint64_t), or values (struct str, each one whole msgpack value). */
#define MSG_LISTS(X)                                                                               \
	X(submit_item) X(submitted_item) X(lease) X(lease_ref) X(done_item) X(done_ack_item)       \
	X(result_item) X(outcome_item) X(argument)

#define MSG_submit_item(F, L)                                                                      \
	F(1, STR, collection, MSG_NAME_MAX)                                                        \
	F(2, STR, key, MSG_META_MAX)                                                               \
	F(3, STR, id, MSG_META_MAX)                                                                \
	F(4, STR, title, MSG_META_MAX)                                                             \
	F(5, STR, date, 32)                                                                        \
	F(6, STR, source, MSG_META_MAX)                                                            \
	F(7, STR, lang, 35)                                                                        \
	F(8, U64, priority, 9)                                                                     \
	F(9, U64, delay_ms, INT64_MAX / 4)                                                         \
	F(10, U64, deadline_ms, INT64_MAX / 4)                                                     \
	F(11, BOOL, again, 1)                                                                      \
	F(12, BIN, body, MSG_BODY_MAX)                                                             \
	F(13, STR, date_source, 16)
#define MSG_submitted_item(F, L)                                                                   \
	F(1, U64, job, INT64_MAX)                                                                  \
	F(2, U64, status, 2)                                                                       \
	F(3, U64, code, 255)                                                                       \
	F(4, STR, text, MSG_TEXT_MAX)
#define MSG_lease(F, L)                                                                            \
	F(1, U64, job, INT64_MAX)                                                                  \
	F(2, U64, attempt, UINT32_MAX)                                                             \
	F(3, U64, lease_ms, INT64_MAX)                                                             \
	F(4, STR, collection, MSG_NAME_MAX)                                                        \
	F(5, STR, id, MSG_META_MAX)                                                                \
	F(6, STR, title, MSG_META_MAX)                                                             \
	F(7, STR, date, 32)                                                                        \
	F(8, STR, source, MSG_META_MAX)                                                            \
	F(9, STR, lang, 35)                                                                        \
	F(10, BIN, body, MSG_BODY_MAX)                                                             \
	F(11, STR, date_source, 16)
#define MSG_lease_ref(F, L)                                                                        \
	F(1, U64, job, INT64_MAX)                                                                  \
	F(2, U64, attempt, UINT32_MAX)
#define MSG_done_item(F, L)                                                                        \
	F(1, U64, job, INT64_MAX)                                                                  \
	F(2, U64, attempt, UINT32_MAX)                                                             \
	F(3, U64, outcome, 1)                                                                      \
	F(4, BIN, record, MSG_RECORD_MAX)                                                          \
	F(5, U64, code, 255)                                                                       \
	F(6, STR, text, MSG_TEXT_MAX)                                                              \
	F(7, BOOL, retryable, 1)
#define MSG_done_ack_item(F, L)                                                                    \
	F(1, U64, job, INT64_MAX)                                                                  \
	F(2, U64, status, 4)                                                                       \
	F(3, U64, code, 255)                                                                       \
	F(4, STR, text, MSG_TEXT_MAX)
#define MSG_result_item(F, L)                                                                      \
	F(1, U64, seq, INT64_MAX)                                                                  \
	F(2, U64, job, INT64_MAX)                                                                  \
	F(3, BIN, record, MSG_RECORD_MAX)
#define MSG_outcome_item(F, L)                                                                     \
	F(1, U64, job, INT64_MAX)                                                                  \
	F(2, U64, code, 255)                                                                       \
	F(3, STR, text, MSG_TEXT_MAX)                                                              \
	F(4, STR, state, 32)
#define MSG_argument(F, L)                                                                         \
	F(1, STR, name, MSG_NAME_MAX)                                                              \
	F(2, STR, value, MSG_META_MAX)

/* X(number, name, NAME) */
#define MSG_KINDS(X)                                                                               \
	X(1, hello, HELLO) X(2, welcome, WELCOME) X(3, error, ERROR)                               \
	X(4, submit, SUBMIT) X(5, submitted, SUBMITTED)                                            \
	X(6, want, WANT) X(7, grant, GRANT) X(8, done, DONE) X(9, done_ack, DONE_ACK)              \
	X(10, heartbeat, HEARTBEAT) X(11, heartbeat_ack, HEARTBEAT_ACK)                            \
	X(12, release, RELEASE) X(13, revoke, REVOKE)                                              \
	X(14, subscribe, SUBSCRIBE) X(15, results, RESULTS) X(16, credit, CREDIT)                  \
	X(17, unsubscribe, UNSUBSCRIBE)                                                            \
	X(18, retry, RETRY) X(19, cancel, CANCEL) X(20, outcome, OUTCOME)                          \
	X(21, query, QUERY) X(22, rows, ROWS) X(23, ping, PING) X(24, pong, PONG) X(25, bye, BYE)

#define MSG_hello(F, L)                                                                            \
	F(1, U64, version, UINT32_MAX)                                                             \
	F(2, U64, roles, UINT32_MAX)                                                               \
	F(3, STR, name, MSG_NAME_MAX)                                                              \
	F(4, STR, software, MSG_NAME_MAX)
#define MSG_welcome(F, L)                                                                          \
	F(1, U64, version, UINT32_MAX)                                                             \
	F(2, STR, broker, MSG_NAME_MAX)                                                            \
	F(3, STR, software, MSG_NAME_MAX)                                                          \
	F(4, U64, roles, UINT32_MAX)                                                               \
	F(5, U64, heartbeat_ms, UINT32_MAX)                                                        \
	F(6, U64, lease_ms, UINT32_MAX)                                                            \
	F(7, U64, max_body, UINT32_MAX)                                                            \
	F(8, U64, max_frame, UINT32_MAX)                                                           \
	F(9, U64, max_items, UINT32_MAX)                                                           \
	F(10, U64, max_credit, UINT32_MAX)
#define MSG_error(F, L)                                                                            \
	F(1, U64, tag, UINT64_MAX)                                                                 \
	F(2, U64, code, 255)                                                                       \
	F(3, STR, text, MSG_TEXT_MAX)                                                              \
	F(4, U64, kind, 255)                                                                       \
	F(5, U64, retry_ms, UINT32_MAX)                                                            \
	F(6, U64, version, UINT32_MAX)
#define MSG_submit(F, L)                                                                           \
	F(1, U64, tag, UINT64_MAX)                                                                 \
	L(2, submit_item, items, MSG_ITEMS_MAX)                                                    \
	F(3, STR, batch, MSG_NAME_MAX)
#define MSG_submitted(F, L)                                                                        \
	F(1, U64, tag, UINT64_MAX)                                                                 \
	L(2, submitted_item, items, MSG_ITEMS_MAX)                                                 \
	F(3, U64, retry_ms, UINT32_MAX)
#define MSG_want(F, L) F(1, U64, credit, MSG_CREDIT_MAX)
#define MSG_grant(F, L) L(1, lease, leases, MSG_ITEMS_MAX)
#define MSG_done(F, L)                                                                             \
	F(1, U64, tag, UINT64_MAX)                                                                 \
	L(2, done_item, items, MSG_ITEMS_MAX)
#define MSG_done_ack(F, L)                                                                         \
	F(1, U64, tag, UINT64_MAX)                                                                 \
	L(2, done_ack_item, items, MSG_ITEMS_MAX)
#define MSG_heartbeat(F, L) L(1, lease_ref, leases, MSG_ITEMS_MAX)
#define MSG_heartbeat_ack(F, L)                                                                    \
	L(1, numbers, lost, MSG_ITEMS_MAX)                                                         \
	L(2, numbers, cancelled, MSG_ITEMS_MAX)
#define MSG_release(F, L)                                                                          \
	F(1, U64, tag, UINT64_MAX)                                                                 \
	L(2, lease_ref, leases, MSG_ITEMS_MAX)
#define MSG_revoke(F, L)                                                                           \
	L(1, numbers, jobs, MSG_ITEMS_MAX)                                                         \
	F(2, U64, code, 255)
#define MSG_subscribe(F, L)                                                                        \
	F(1, U64, tag, UINT64_MAX)                                                                 \
	F(2, U64, start, 3)                                                                        \
	F(3, U64, seq, INT64_MAX)                                                                  \
	F(4, STR, name, MSG_NAME_MAX)                                                              \
	F(5, STR, collection, MSG_NAME_MAX)                                                        \
	F(6, STR, actor, MSG_NAME_MAX)                                                             \
	F(7, STR, type, 32)                                                                        \
	F(8, STR, polarity, 32)                                                                    \
	F(9, U64, credit, MSG_CREDIT_MAX)
#define MSG_results(F, L)                                                                          \
	F(1, U64, tag, UINT64_MAX)                                                                 \
	L(2, result_item, items, MSG_ITEMS_MAX)                                                    \
	F(3, U64, last_seq, INT64_MAX)                                                             \
	F(4, BOOL, caught_up, 1)                                                                   \
	F(5, BOOL, idle, 1)                                                                        \
	F(6, U64, gone, INT64_MAX)
#define MSG_credit(F, L)                                                                           \
	F(1, U64, tag, UINT64_MAX)                                                                 \
	F(2, U64, credit, MSG_CREDIT_MAX)                                                          \
	F(3, U64, ack, INT64_MAX)
#define MSG_unsubscribe(F, L) F(1, U64, tag, UINT64_MAX)
#define MSG_retry(F, L)                                                                            \
	F(1, U64, tag, UINT64_MAX)                                                                 \
	L(2, numbers, jobs, MSG_ITEMS_MAX)
#define MSG_cancel(F, L)                                                                           \
	F(1, U64, tag, UINT64_MAX)                                                                 \
	L(2, numbers, jobs, MSG_ITEMS_MAX)
#define MSG_outcome(F, L)                                                                          \
	F(1, U64, tag, UINT64_MAX)                                                                 \
	L(2, outcome_item, items, MSG_ITEMS_MAX)
#define MSG_query(F, L)                                                                            \
	F(1, U64, tag, UINT64_MAX)                                                                 \
	F(2, STR, what, 32)                                                                        \
	L(3, argument, arguments, 64)                                                              \
	F(4, U64, limit, MSG_ITEMS_MAX)                                                            \
	F(5, U64, after, INT64_MAX)
#define MSG_rows(F, L)                                                                             \
	F(1, U64, tag, UINT64_MAX)                                                                 \
	L(2, values, rows, MSG_ITEMS_MAX)                                                          \
	F(3, BOOL, more, 1)                                                                        \
	F(4, U64, next, INT64_MAX)
#define MSG_ping(F, L) F(1, U64, tag, UINT64_MAX)
#define MSG_pong(F, L) F(1, U64, tag, UINT64_MAX)
#define MSG_bye(F, L) F(1, U64, tag, UINT64_MAX)

#define MSG_C_U64  uint64_t
#define MSG_C_BOOL bool
#define MSG_C_STR  struct str
#define MSG_C_BIN  struct str
#define MSG_LIST_numbers uint64_t
#define MSG_LIST_values  struct str
#define MSG_LIST_submit_item    struct msg_submit_item
#define MSG_LIST_submitted_item struct msg_submitted_item
#define MSG_LIST_lease          struct msg_lease
#define MSG_LIST_lease_ref      struct msg_lease_ref
#define MSG_LIST_done_item      struct msg_done_item
#define MSG_LIST_done_ack_item  struct msg_done_ack_item
#define MSG_LIST_result_item    struct msg_result_item
#define MSG_LIST_outcome_item   struct msg_outcome_item
#define MSG_LIST_argument       struct msg_argument
/* clang-format on */

#define MSG_FIELD(key, shape, name, bound) MSG_C_##shape name;
#define MSG_LISTED(key, list, name, bound) \
	MSG_LIST_##list *name;             \
	uint32_t n_##name;
#define X(name)                                   \
	struct msg_##name {                       \
		MSG_##name(MSG_FIELD, MSG_LISTED) \
	};
MSG_LISTS(X)
#undef X
#define X(number, name, NAME)                     \
	struct msg_##name {                       \
		MSG_##name(MSG_FIELD, MSG_LISTED) \
	};
MSG_KINDS(X)
#undef X

enum msg_kind {
	MSG_NONE,
#define X(number, name, NAME) MSG_##NAME = number,
	MSG_KINDS(X)
#undef X
		N_MSG_KINDS
};

/* What m.kind says is the valid member: m.submit for MSG_SUBMIT. */
struct msg {
	enum msg_kind kind;
	union {
#define X(number, name, NAME) struct msg_##name name;
		MSG_KINDS(X)
#undef X
	};
};

const char *msg_kind_name(enum msg_kind k); /* "SUBMIT"; "unknown" for another number */

/* Appends one frame. A list's elements are borrowed for the call. */
void msg_write(const struct msg *m, struct buf *out);

/* Lists are made in `a`; strings point into `frame` and are valid as long as it is. On -1 the
 * message is not usable, but m->kind and, where it was read before the fault, the tag (see
 * msg_tag) can be answered. ERR_UNSUPPORTED for an unknown kind, else ERR_INVALID or TOO_BIG. */
int msg_read(struct str frame, struct arena *a, struct msg *m, struct err *e);

/* The tag of any message that has one, else 0. */
uint64_t msg_tag(const struct msg *m);

#endif
