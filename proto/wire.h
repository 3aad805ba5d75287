/* The wire: the only file that knows ZeroMQ, and the only one that reads a clock. Carries frames
 * between peers; knows nothing of what is in them.
 *
 * A broker listens (ROUTER; a peer that cannot be reached is told, not dropped silently); every
 * other program connects (DEALER) to one broker and is reconnected by ZeroMQ with growing pauses.
 * After a reconnection the broker sees a new peer, so a conversation starts again with HELLO.
 * One thread uses a wire. */
#ifndef DEMARCHE_PROTO_WIRE_H
#define DEMARCHE_PROTO_WIRE_H

#include "proto/err.h"
#include "proto/mem.h"

#define WIRE_DEFAULT_ENDPOINT "tcp://127.0.0.1:7730"

struct wire;

enum { WIRE_PEER_MAX = 32, WIRE_KEY_Z85 = 41 };

/* Who sent a frame: valid for one connection. On a connecting wire always empty. */
struct wire_peer {
	uint8_t n;
	uint8_t id[WIRE_PEER_MAX];
};

/* CURVE keys in Z85 text. A connecting wire needs all three, a listening one its secret. */
struct wire_keys {
	char public_key[WIRE_KEY_Z85], secret_key[WIRE_KEY_Z85], server_key[WIRE_KEY_Z85];
};

/* Asked for every connection to a listening wire with keys: true lets the holder of that public
 * key in. `address` is where it comes from. */
typedef bool (*wire_admit)(void *context, const char public_key[static WIRE_KEY_Z85],
			   struct str address);

struct wire_options {
	const char *const *endpoints;
	uint32_t n_endpoints;
	bool listens;
	const struct wire_keys *keys; /* NULL: no encryption */
	wire_admit admit;             /* required when listening with keys */
	void *admit_context;
	uint32_t max_frame;    /* bytes; greater frames end their connection; 0: no limit */
	uint32_t queue_frames; /* frames held for a slow peer; 0: 1000 */
};

/* Fails where an endpoint is malformed or taken. Options are copied. */
int wire_open(struct wire **out, const struct wire_options *options, struct err *e);
/* Waits up to linger_ms for frames accepted but not yet sent. NULL is fine. */
void wire_close(struct wire *w, int linger_ms);
/* The endpoint really bound ("tcp://127.0.0.1:*" gives its port); valid until the next call. */
const char *wire_endpoint(struct wire *w, uint32_t i);

/* Another file descriptor to wait for besides the wire's own. */
struct wire_fd {
	int fd;
	bool want_write, readable, writable; /* the last two are set by wire_poll */
};

/* Waits until a frame is there, an fd is ready or timeout_ms is over (-1: for ever). 1 when a
 * frame is there, 0 when not (also after a signal), -1 when waiting failed. */
int wire_poll(struct wire *w, struct wire_fd *fds, uint32_t n_fds, int timeout_ms, struct err *e);

/* As wire_poll with no other fd, for times shorter than a millisecond. */
int wire_wait(struct wire *w, int64_t timeout_us, struct err *e);

/* For those who wait for several wires: becomes readable when something happened on this one.
 * Edge-triggered: before waiting on it, wire_recv must have said 0 after the last wire_send. */
int wire_descriptor(struct wire *w);

struct wire_frame {
	struct wire_peer peer;
	struct str bytes; /* valid until the next wire_recv */
	/* With keys: the sender's public key, proved, else "". */
	struct str public_key;
};
/* Never waits: 1 got one, 0 none there, -1 failed. Frames that are not of one part are not
 * delivered; wire_malformed counts them. */
int wire_recv(struct wire *w, struct wire_frame *f, struct err *e);
uint64_t wire_malformed(const struct wire *w);
/* Connections to a listening wire that ended before their peer had introduced itself, since it was
 * opened: without a key where one is needed, another protocol, or gone too soon. A key that is
 * refused is not among them. */
uint64_t wire_strangers(struct wire *w);

enum wire_sent { WIRE_SENT, WIRE_FULL /* peer is slow: later */, WIRE_GONE /* no such peer */ };
/* Never waits. `peer` NULL on a connecting wire. */
enum wire_sent wire_send(struct wire *w, const struct wire_peer *peer, struct str bytes);
/* As wire_send without copying: on WIRE_SENT the buf's memory is taken and the buf is empty. */
enum wire_sent wire_send_take(struct wire *w, const struct wire_peer *peer, struct buf *bytes);

/* The bytes of one peer's long messages that were sent and have not left this process. Who does not
 * read keeps them here: above WIRE_LOAD_MAX the wire is full for him, whatever libzmq would still
 * take (it counts messages alone), and above WIRE_LOADS_MAX for all together earlier. */
enum { WIRE_LOAD_MAX = 64 << 20, WIRE_LOADS_MAX = 512 << 20 };
struct wire_load;
struct wire_load *wire_load_new(void);
void wire_load_free(struct wire_load *l); /* NULL is fine; what is under way still counts down */
bool wire_load_has_room(const struct wire *w, const struct wire_load *l, size_t bytes);
/* As wire_send_take, counted; `l` NULL: whatever waits. */
enum wire_sent wire_send_counted(struct wire *w, const struct wire_peer *peer, struct buf *bytes,
				 struct wire_load *l);

/* A new pair of keys; -1 where libzmq was built without CURVE. */
int wire_keypair(struct wire_keys *keys, struct err *e);
int wire_public_key(struct wire_keys *keys, struct err *e); /* from keys->secret_key */

/* ERR_INVALID for what is no endpoint at all; wire_open asks it too. */
int wire_check_endpoint(const char *endpoint, struct err *e);
/* True for ipc and inproc, and for tcp on an address of the loopback. */
bool wire_is_local(const char *endpoint);

int64_t wire_now_ms(void);  /* monotonic */
int64_t wire_now_us(void);  /* monotonic */
int64_t wire_wall_ms(void); /* since 1970 UTC; only for rows meant for people */
void wire_pause(int ms);    /* sleeps, for pauses between attempts to reach a broker */

#endif
