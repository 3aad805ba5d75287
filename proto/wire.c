/* Happy path: wire_open; then in a loop wire_poll, wire_recv until 0, wire_send. What goes wrong:
 * an endpoint that is taken (wire_open fails), garbage on the port (libzmq ends that connection),
 * frames of several parts (dropped whole, counted), a peer that left (WIRE_GONE), a peer that does
 * not read (WIRE_FULL), a signal (wire_poll returns 0). */
#include "proto/wire.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zmq.h>

enum { MAX_ENDPOINTS = 16, MAX_FDS = 4096, ENDPOINT_LEN = 512 };
enum { UNCOUNTED = 4096 }; /* bytes of a message: of these the limit of messages is limit enough */
/* A frame above LONG_FRAME lets in only NARROW frames of each peer that are not taken yet, for so
 * long: a thousand of the longest would be 64 GB. */
enum { FRAMES = 1000, LONG_FRAME = 512 << 10, NARROW = 8, NARROW_MS = 10000 };
/* Who connects asks often whether the other side lives. Who listens hears that from each peer
 * anyway, and asks only so that connections to the dead end: two thousand answers are as many looks
 * of libzmq through all of its timers, one by one. */
enum { LISTENER_ASKS_MS = 60000 };

struct wire {
	void *context, *socket, *zap;
	void *monitor; /* of a listening socket: tells of failed handshakes */
	bool listens;
	wire_admit admit;
	void *admit_context;
	zmq_msg_t body; /* of the last frame */
	uint64_t n_malformed, n_strangers;
	char public_key[WIRE_KEY_Z85];
	char endpoints[MAX_ENDPOINTS][ENDPOINT_LEN];
	uint32_t n_endpoints;
	struct wire_load *loads; /* of all peers together */
	int queue_frames;
	int64_t narrow_until_ms; /* 0: not narrow */
	zmq_pollitem_t items[2 + MAX_FDS];
};

int64_t wire_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t wire_now_ms(void)
{
	return wire_now_us() / 1000;
}

int64_t wire_wall_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void wire_pause(int ms)
{
	struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};

	nanosleep(&t, NULL);
}

static int zmq_failed(struct err *e, const char *what)
{
	return err_set(e, ERR_IO, "%s: %s", what, zmq_strerror(zmq_errno()));
}

static int set_int(struct wire *w, int option, int value, struct err *e)
{
	if (zmq_setsockopt(w->socket, option, &value, sizeof(value)) < 0)
		return zmq_failed(e, "set a socket option");
	return 0;
}

static int set_key(struct wire *w, int option, const char *key, struct err *e)
{
	if (zmq_setsockopt(w->socket, option, key, WIRE_KEY_Z85) < 0)
		return err_set(e, ERR_INVALID, "not a CURVE key");
	return 0;
}

static int set_keys(struct wire *w, const struct wire_options *o, struct err *e)
{
	if (!o->listens) {
		if (set_key(w, ZMQ_CURVE_SERVERKEY, o->keys->server_key, e) < 0 ||
		    set_key(w, ZMQ_CURVE_PUBLICKEY, o->keys->public_key, e) < 0)
			return -1;
		return set_key(w, ZMQ_CURVE_SECRETKEY, o->keys->secret_key, e);
	}
	CHECK(o->admit);
	/* The authenticator must be there before the first connection. */
	w->zap = zmq_socket(w->context, ZMQ_REP);
	if (!w->zap || zmq_bind(w->zap, "inproc://zeromq.zap.01") < 0)
		return zmq_failed(e, "open the authenticator");
	if (set_int(w, ZMQ_CURVE_SERVER, 1, e) < 0)
		return -1;
	if (zmq_setsockopt(w->socket, ZMQ_ZAP_DOMAIN, "demarche", 8) < 0)
		return zmq_failed(e, "set the authentication domain");
	return set_key(w, ZMQ_CURVE_SECRETKEY, o->keys->secret_key, e);
}

static int set_options(struct wire *w, const struct wire_options *o, struct err *e)
{
	int hwm = w->queue_frames;
	int64_t max_frame = o->max_frame ? (int64_t)o->max_frame : -1;

	if (set_int(w, ZMQ_SNDHWM, hwm, e) < 0 || set_int(w, ZMQ_RCVHWM, hwm, e) < 0 ||
	    set_int(w, ZMQ_LINGER, 0, e) < 0 || set_int(w, ZMQ_IPV6, 1, e) < 0 ||
	    set_int(w, ZMQ_TCP_KEEPALIVE, 1, e) < 0 || set_int(w, ZMQ_BACKLOG, 1024, e) < 0 ||
	    set_int(w, ZMQ_HEARTBEAT_IVL, o->listens ? LISTENER_ASKS_MS : 5000, e) < 0 ||
	    set_int(w, ZMQ_HEARTBEAT_TIMEOUT, 20000, e) < 0 ||
	    set_int(w, ZMQ_HANDSHAKE_IVL, 10000, e) < 0)
		return -1;
	if (zmq_setsockopt(w->socket, ZMQ_MAXMSGSIZE, &max_frame, sizeof(max_frame)) < 0)
		return zmq_failed(e, "set the greatest frame");
	if (o->listens && set_int(w, ZMQ_ROUTER_MANDATORY, 1, e) < 0)
		return -1;
	if (!o->listens && (set_int(w, ZMQ_RECONNECT_IVL, 20, e) < 0 ||
			    set_int(w, ZMQ_RECONNECT_IVL_MAX, 2000, e) < 0))
		return -1;
	return o->keys ? set_keys(w, o, e) : 0;
}

static int watch_strangers(struct wire *w, struct err *e)
{
	static const char at[] = "inproc://strangers";
	int events = ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL;

	w->monitor = zmq_socket(w->context, ZMQ_PAIR);
	if (!w->monitor || zmq_socket_monitor(w->socket, at, events) < 0 ||
	    zmq_connect(w->monitor, at) < 0)
		return zmq_failed(e, "watch for strangers");
	return 0;
}

/* tcp://[::ffff:127.0.0.1]:7711 is told as tcp://127.0.0.1:7711, as people write it. */
static void unmap(char *endpoint)
{
	static const char head[] = "tcp://[::ffff:";
	char *end = strchr(endpoint, ']');
	size_t n;

	if (!str_starts(str_of(endpoint), str_of(head)) || !end)
		return;
	n = (size_t)(end - endpoint) - (sizeof(head) - 1);
	memmove(endpoint + 6, endpoint + sizeof(head) - 1, n);
	memmove(endpoint + 6 + n, end + 1, strlen(end + 1) + 1);
}

/* "*" lets the system choose one to listen on. */
static bool has_port(const char *address)
{
	const char *colon = strrchr(address, ':');
	char *end;

	if (!colon || strchr(address, ','))
		return false;
	if (strcmp(colon, ":*") == 0)
		return true;
	return strtoul(colon + 1, &end, 10) <= UINT16_MAX && end > colon + 1 && !*end;
}

int wire_check_endpoint(const char *endpoint, struct err *e)
{
	static const char *const heads[] = {"tcp://", "ipc://", "inproc://"};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (str_starts(str_of(endpoint), str_of(heads[i])) &&
		    (i > 0 || has_port(endpoint + strlen(heads[i]))))
			return 0;
	return err_set(e, ERR_INVALID, "%s: expected tcp://HOST:PORT or ipc://PATH", endpoint);
}

static int attach(struct wire *w, const char *endpoint, struct err *e)
{
	char *to = w->endpoints[w->n_endpoints];
	size_t n = ENDPOINT_LEN;
	int r;

	if (wire_check_endpoint(endpoint, e) < 0)
		return -1;
	r = w->listens ? zmq_bind(w->socket, endpoint) : zmq_connect(w->socket, endpoint);
	if (r < 0)
		return err_set(e, zmq_errno() == EINVAL ? ERR_INVALID : ERR_IO, "%s %s: %s",
			       w->listens ? "listen on" : "connect to", endpoint,
			       zmq_strerror(zmq_errno()));
	if (zmq_getsockopt(w->socket, ZMQ_LAST_ENDPOINT, to, &n) < 0)
		return zmq_failed(e, "ask for the endpoint");
	unmap(to);
	w->n_endpoints++;
	return 0;
}

static int open_all(struct wire *w, const struct wire_options *o, struct err *e)
{
	w->context = zmq_ctx_new();
	if (!w->context)
		return zmq_failed(e, "start ZeroMQ");
	if (o->listens && zmq_ctx_set(w->context, ZMQ_MAX_SOCKETS, 65535) < 0)
		return zmq_failed(e, "allow many sockets");
	w->socket = zmq_socket(w->context, o->listens ? ZMQ_ROUTER : ZMQ_DEALER);
	if (!w->socket)
		return zmq_failed(e, "open a socket");
	if (set_options(w, o, e) < 0)
		return -1;
	if (o->listens && watch_strangers(w, e) < 0)
		return -1;
	if (o->n_endpoints == 0 || o->n_endpoints > MAX_ENDPOINTS)
		return err_set(e, ERR_INVALID, "%u endpoints, from 1 to %d are possible",
			       o->n_endpoints, MAX_ENDPOINTS);
	for (uint32_t i = 0; i < o->n_endpoints; i++)
		if (attach(w, o->endpoints[i], e) < 0)
			return -1;
	return 0;
}

int wire_open(struct wire **out, const struct wire_options *options, struct err *e)
{
	struct wire *w = mem_alloc(sizeof(*w));

	w->listens = options->listens;
	w->admit = options->admit;
	w->admit_context = options->admit_context;
	w->loads = wire_load_new();
	w->queue_frames = options->queue_frames ? (int)options->queue_frames : FRAMES;
	zmq_msg_init(&w->body);
	if (open_all(w, options, e) < 0) {
		wire_close(w, 0);
		return -1;
	}
	*out = w;
	return 0;
}

void wire_close(struct wire *w, int linger_ms)
{
	if (!w)
		return;
	zmq_msg_close(&w->body);
	if (w->socket) {
		zmq_setsockopt(w->socket, ZMQ_LINGER, &linger_ms, sizeof(linger_ms));
		zmq_close(w->socket);
	}
	if (w->monitor)
		zmq_close(w->monitor);
	if (w->zap)
		zmq_close(w->zap);
	if (w->context)
		while (zmq_ctx_term(w->context) < 0 && zmq_errno() == EINTR)
			;
	wire_load_free(w->loads);
	mem_free(w);
}

int wire_descriptor(struct wire *w)
{
	size_t n = sizeof(int);
	int fd;

	CHECK(zmq_getsockopt(w->socket, ZMQ_FD, &fd, &n) == 0);
	return fd;
}

const char *wire_endpoint(struct wire *w, uint32_t i)
{
	CHECK(i < w->n_endpoints);
	return w->endpoints[i];
}

/* ZAP (ZeroMQ RFC 27): version, request, domain, address, identity, mechanism, credentials. */
enum { ZAP_PARTS = 7, ZAP_PART_MAX = 255 };

static void zap_reply(struct wire *w, struct str request, bool admitted, const char *user)
{
	const char *parts[6] = {
		"1.0", NULL, admitted ? "200" : "400", admitted ? "" : "not a known key", user, ""};

	for (int i = 0; i < 6; i++) {
		struct str s = i == 1 ? request : str_of(parts[i]);

		zmq_send(w->zap, s.p, s.n, i < 5 ? ZMQ_SNDMORE : 0);
	}
}

static void zap_answer(struct wire *w)
{
	char part[ZAP_PARTS][ZAP_PART_MAX + 1];
	size_t len[ZAP_PARTS] = {0};
	int n = 0, more = 1;
	char key[WIRE_KEY_Z85] = "";
	bool admitted = false;

	while (more) {
		char rest[ZAP_PART_MAX + 1];
		int got = zmq_recv(w->zap, n < ZAP_PARTS ? part[n] : rest, ZAP_PART_MAX, 0);
		size_t size = sizeof(more);

		if (got < 0)
			return;
		if (n < ZAP_PARTS)
			len[n] = (size_t)got > ZAP_PART_MAX ? ZAP_PART_MAX : (size_t)got;
		n++;
		if (zmq_getsockopt(w->zap, ZMQ_RCVMORE, &more, &size) < 0)
			return;
	}
	if (n == ZAP_PARTS && len[5] == 5 && memcmp(part[5], "CURVE", 5) == 0 && len[6] == 32) {
		zmq_z85_encode(key, (const uint8_t *)part[6], 32);
		admitted = w->admit(w->admit_context, key, (struct str){part[3], len[3]});
	}
	zap_reply(w, (struct str){part[1], n > 1 ? len[1] : 0}, admitted, key);
}

static bool has_come(void *socket)
{
	int events = 0;
	size_t n = sizeof(events);

	return zmq_getsockopt(socket, ZMQ_EVENTS, &events, &n) == 0 && events & ZMQ_POLLIN;
}

/* As zmq_poll without waiting, with one system call a socket instead of three. */
static int look(struct wire *w)
{
	if (w->zap && has_come(w->zap))
		zap_answer(w);
	return has_come(w->socket) ? 1 : 0;
}

int wire_poll(struct wire *w, struct wire_fd *fds, uint32_t n_fds, int timeout_ms, struct err *e)
{
	uint32_t first = w->zap ? 2 : 1;

	CHECK(n_fds <= MAX_FDS);
	if (timeout_ms == 0 && n_fds == 0)
		return look(w);
	w->items[0] = (zmq_pollitem_t){.socket = w->socket, .events = ZMQ_POLLIN};
	if (w->zap)
		w->items[1] = (zmq_pollitem_t){.socket = w->zap, .events = ZMQ_POLLIN};
	for (uint32_t i = 0; i < n_fds; i++) {
		w->items[first + i] = (zmq_pollitem_t){.fd = fds[i].fd, .events = ZMQ_POLLIN};
		if (fds[i].want_write)
			w->items[first + i].events |= ZMQ_POLLOUT;
	}
	if (zmq_poll(w->items, (int)(first + n_fds), timeout_ms) < 0) {
		if (zmq_errno() != EINTR)
			return zmq_failed(e, "wait for messages");
		for (uint32_t i = 0; i < first + n_fds; i++)
			w->items[i].revents = 0;
	}
	for (uint32_t i = 0; i < n_fds; i++) {
		short got = w->items[first + i].revents;

		fds[i].readable = got & (ZMQ_POLLIN | ZMQ_POLLERR);
		fds[i].writable = got & ZMQ_POLLOUT;
	}
	if (w->zap && w->items[1].revents)
		zap_answer(w);
	return w->items[0].revents ? 1 : 0;
}

int wire_wait(struct wire *w, int64_t timeout_us, struct err *e)
{
	struct pollfd p = {.fd = wire_descriptor(w), .events = POLLIN};
	int64_t end = wire_now_us() + timeout_us;

	/* The descriptor says that something happened, which need not be a frame. */
	for (;;) {
		int r = wire_poll(w, NULL, 0, 0, e);
		int64_t left = end - wire_now_us();
		struct timespec t = {left / 1000000, left % 1000000 * 1000};

		if (r != 0 || left <= 0)
			return r;
		if (ppoll(&p, 1, &t, NULL) < 0)
			return errno == EINTR ? 0 : err_errno(e, errno, "wait for messages");
	}
}

static bool has_more(struct wire *w)
{
	int more = 0;
	size_t n = sizeof(more);

	return zmq_getsockopt(w->socket, ZMQ_RCVMORE, &more, &n) == 0 && more;
}

static void drop_rest(struct wire *w)
{
	w->n_malformed++;
	while (has_more(w))
		if (zmq_msg_recv(&w->body, w->socket, ZMQ_DONTWAIT) < 0)
			return;
}

/* The peer's part in front of each frame that a ROUTER gives: 1, 0 when nothing is there, or -1
 * with the frame dropped where the peer chose a longer name than we keep. */
static int recv_peer(struct wire *w, struct wire_peer *peer)
{
	char id[256];
	int n = zmq_recv(w->socket, id, sizeof(id), ZMQ_DONTWAIT);

	if (n < 0)
		return zmq_errno() == EAGAIN || zmq_errno() == EINTR ? 0 : -2;
	if (n > WIRE_PEER_MAX || !has_more(w)) {
		drop_rest(w);
		return -1;
	}
	peer->n = (uint8_t)n;
	memcpy(peer->id, id, (size_t)n);
	return 1;
}

static struct str key_of(struct wire *w)
{
	const char *key = w->zap ? zmq_msg_gets(&w->body, "User-Id") : NULL;

	return str_of(key ? key : "");
}

static int set_width(struct wire *w, size_t frame, struct err *e)
{
	bool was = w->narrow_until_ms;

	if (!w->listens || (!was && frame < LONG_FRAME))
		return 0;
	if (frame >= LONG_FRAME)
		w->narrow_until_ms = wire_now_ms() + NARROW_MS;
	else if (wire_now_ms() >= w->narrow_until_ms)
		w->narrow_until_ms = 0;
	if (was == (w->narrow_until_ms != 0))
		return 0;
	return set_int(w, ZMQ_RCVHWM,
		       w->narrow_until_ms && NARROW < w->queue_frames ? NARROW : w->queue_frames,
		       e);
}

int wire_recv(struct wire *w, struct wire_frame *f, struct err *e)
{
	for (;;) {
		int r = 1;

		*f = (struct wire_frame){.public_key = STR("")};
		if (w->listens)
			r = recv_peer(w, &f->peer);
		if (r == -1)
			continue;
		if (r <= 0)
			return r == 0 ? 0 : zmq_failed(e, "receive");
		if (zmq_msg_recv(&w->body, w->socket, ZMQ_DONTWAIT) < 0) {
			if (zmq_errno() == EAGAIN || zmq_errno() == EINTR)
				return 0;
			return zmq_failed(e, "receive");
		}
		if (!has_more(w))
			break;
		drop_rest(w);
	}
	f->bytes = (struct str){zmq_msg_data(&w->body), zmq_msg_size(&w->body)};
	f->public_key = key_of(w);
	return set_width(w, f->bytes.n, e) < 0 ? -1 : 1;
}

uint64_t wire_malformed(const struct wire *w)
{
	return w->n_malformed;
}

/* Each event has two frames: what it is, and where. */
uint64_t wire_strangers(struct wire *w)
{
	char part[ENDPOINT_LEN];

	while (w->monitor && zmq_recv(w->monitor, part, sizeof(part), ZMQ_DONTWAIT) >= 0) {
		w->n_strangers++;
		zmq_recv(w->monitor, part, sizeof(part), ZMQ_DONTWAIT);
	}
	return w->n_strangers;
}

static enum wire_sent not_sent(void)
{
	return zmq_errno() == EAGAIN || zmq_errno() == EINTR ? WIRE_FULL : WIRE_GONE;
}

/* The part that names the peer; with MANDATORY it fails at once where the peer is gone or full. */
static enum wire_sent send_peer(struct wire *w, const struct wire_peer *peer)
{
	if (!w->listens)
		return WIRE_SENT;
	if (zmq_send(w->socket, peer->id, peer->n, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
		return not_sent();
	return WIRE_SENT;
}

enum wire_sent wire_send(struct wire *w, const struct wire_peer *peer, struct str bytes)
{
	enum wire_sent sent = send_peer(w, peer);

	if (sent == WIRE_SENT && zmq_send(w->socket, bytes.p, bytes.n, ZMQ_DONTWAIT) < 0)
		return not_sent();
	return sent;
}

/* libzmq's thread gives a message back when it has written it, maybe long after its peer left. */
struct wire_load {
	atomic_size_t bytes;
	atomic_uint users; /* its owner, and the messages under way */
};

struct parcel {
	struct wire_load *load, *all;
	size_t n;
};

struct wire_load *wire_load_new(void)
{
	struct wire_load *l = mem_alloc(sizeof(*l));

	atomic_init(&l->bytes, 0);
	atomic_init(&l->users, 1);
	return l;
}

void wire_load_free(struct wire_load *l)
{
	if (l && atomic_fetch_sub(&l->users, 1) == 1)
		mem_free(l);
}

static void load_add(struct wire_load *l, size_t n)
{
	atomic_fetch_add(&l->users, 1);
	atomic_fetch_add(&l->bytes, n);
}

static void load_drop(struct wire_load *l, size_t n)
{
	atomic_fetch_sub(&l->bytes, n);
	wire_load_free(l);
}

/* One message always goes, or who asked for a long one would never get it. */
bool wire_load_has_room(const struct wire *w, const struct wire_load *l, size_t bytes)
{
	size_t waits = atomic_load(&l->bytes);
	size_t most =
		atomic_load(&w->loads->bytes) < WIRE_LOADS_MAX ? WIRE_LOAD_MAX : WIRE_LOAD_MAX / 16;

	return !waits || waits + bytes <= most;
}

static void give_back(void *p, void *counted)
{
	struct parcel *parcel = counted;

	mem_free(p);
	if (!parcel)
		return;
	load_drop(parcel->load, parcel->n);
	load_drop(parcel->all, parcel->n);
	mem_free(parcel);
}

static struct parcel *parcel_new(struct wire *w, struct wire_load *l, size_t n)
{
	struct parcel *p;

	if (!l || n <= UNCOUNTED)
		return NULL;
	p = mem_alloc(sizeof(*p));
	*p = (struct parcel){l, w->loads, n};
	load_add(p->load, n);
	load_add(p->all, n);
	return p;
}

enum wire_sent wire_send_counted(struct wire *w, const struct wire_peer *peer, struct buf *bytes,
				 struct wire_load *l)
{
	enum wire_sent sent;
	zmq_msg_t m;

	if (l && bytes->n > UNCOUNTED && !wire_load_has_room(w, l, bytes->n))
		return WIRE_FULL;
	sent = send_peer(w, peer);
	if (sent != WIRE_SENT)
		return sent;
	zmq_msg_init_data(&m, bytes->p, bytes->n, give_back, parcel_new(w, l, bytes->n));
	*bytes = (struct buf){0};
	if (zmq_msg_send(&m, w->socket, ZMQ_DONTWAIT) < 0) {
		sent = not_sent();
		/* Keep the promise: what was not sent is the caller's again. */
		bytes->n = bytes->cap = zmq_msg_size(&m);
		bytes->p = memcpy(mem_alloc(bytes->n), zmq_msg_data(&m), bytes->n);
		zmq_msg_close(&m);
	}
	return sent;
}

enum wire_sent wire_send_take(struct wire *w, const struct wire_peer *peer, struct buf *bytes)
{
	return wire_send_counted(w, peer, bytes, NULL);
}

int wire_keypair(struct wire_keys *keys, struct err *e)
{
	if (zmq_curve_keypair(keys->public_key, keys->secret_key) < 0)
		return err_set(e, ERR_UNSUPPORTED, "this libzmq has no CURVE");
	return 0;
}

int wire_public_key(struct wire_keys *keys, struct err *e)
{
	if (zmq_curve_public(keys->public_key, keys->secret_key) < 0)
		return err_set(e, ERR_INVALID, "not a CURVE key");
	return 0;
}

bool wire_is_local(const char *endpoint)
{
	static const char *const heads[] = {"ipc://",       "inproc://",        "tcp://127.",
					    "tcp://[::1]:", "tcp://localhost:", "tcp://lo:"};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (str_starts(str_of(endpoint), str_of(heads[i])))
			return true;
	return false;
}
