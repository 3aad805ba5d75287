/* Happy path: connect, HELLO, WELCOME, request, answer. Failure modes: nobody answers (retry until
 * the time is up), the broker was replaced (it answers "say HELLO first": hello again and repeat),
 * the broker is busy or its disk is full (wait as long as it says, repeat), another version or a
 * key without rights (give up at once). A PING after a second of silence tells a slow broker from
 * a lost connection. */
#include "client/link.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "proto/keyfile.h"
#include "proto/wire.h"
#include "worker/engine/engine.h"

enum { PING_MS = 1000, SILENT_MS = 5000, POLL_MS = 200, ARENA_KEEP = 1 << 20, PAGE = 1000 };

const struct option_row LINK_ROWS[] = {
	{.name = "broker",
	 .letter = 'b',
	 .type = OPTION_LIST,
	 .offset = offsetof(struct link_options, broker),
	 .arg = "ENDPOINT",
	 .standard = WIRE_DEFAULT_ENDPOINT,
	 .help = "where the broker listens; several are tried in order",
	 .check = wire_check_endpoint},
	{.name = "key-file",
	 .type = OPTION_STR,
	 .offset = offsetof(struct link_options, key),
	 .arg = "FILE",
	 .help = "this client's key, for brokers that ask for one (demarche keys makes it)"},
	{.name = "timeout",
	 .type = OPTION_DURATION,
	 .offset = offsetof(struct link_options, timeout_ms),
	 .arg = "T",
	 .standard = "10s",
	 .help = "give up after so long without an answer"},
	{.type = OPTION_END},
};

struct link {
	struct wire *wire;
	const struct link_options *options;
	uint64_t roles, last_tag;
	struct buf frame;   /* what is being sent */
	struct arena arena; /* of the last message received */
	struct arena own;   /* of the welcome */
	struct msg_welcome welcome;
	int64_t heard_ms, pinged_ms, hello_ms;
	int64_t full_ms;     /* since when the broker's disk has been full, 0: it is not */
	int64_t patience_ms; /* -1: for ever */
	bool welcomed, busy_said, silence_said;
	bool known; /* a broker has welcomed us once */
	int (*check)(void *arg, struct err *e);
	void *check_arg;
};

/* A broker with keys is silent towards whom it does not know. */
static int no_answer(const struct link *l, struct err *e)
{
	return err_set(e, ERR_UNREACHABLE, "no broker answers (is demarche-broker running%s",
		       l->options->key ? ", and this key in its file?)"
				       : "? One with keys wants --key-file)");
}

static int watch(const struct link *l, struct err *e)
{
	return l->check ? l->check(l->check_arg, e) : 0;
}

static int send_bytes(struct link *l, const struct msg *m, struct err *e)
{
	int64_t start = wire_now_ms();

	l->frame.n = 0;
	msg_write(m, &l->frame);
	for (;;) {
		switch (wire_send(l->wire, NULL, buf_str(&l->frame))) {
		case WIRE_SENT:
			return 0;
		case WIRE_FULL:
		case WIRE_GONE:
			break;
		}
		if (watch(l, e) < 0)
			return -1;
		if (l->patience_ms >= 0 && wire_now_ms() - start >= l->patience_ms)
			return l->known
				       ? err_set(e, ERR_UNREACHABLE, "the broker takes no messages")
				       : no_answer(l, e);
		wire_pause(20);
	}
}

static int say_hello(struct link *l, struct err *e)
{
	static char name[64];
	struct msg m = {.kind = MSG_HELLO};

	snprintf(name, sizeof(name), "client-%ld", (long)getpid());
	m.hello.version = MSG_VERSION;
	m.hello.roles = l->roles;
	m.hello.name = str_of(name);
	m.hello.software = STR("demarche " ENGINE_VERSION);
	l->welcomed = false;
	l->hello_ms = wire_now_ms();
	return send_bytes(l, &m, e);
}

/* The broker does not know us any more. Several of our messages may say so: one HELLO is enough,
 * unless it was lost with the broker that should have answered it. */
static int hello_again(struct link *l, struct err *e)
{
	if (!l->welcomed && wire_now_ms() - l->hello_ms < PING_MS)
		return 0;
	return say_hello(l, e);
}

/* Never waits: a wire that is full of pings needs no further one. */
static void ping(struct link *l)
{
	struct msg m = {.kind = MSG_PING};

	l->pinged_ms = wire_now_ms();
	l->frame.n = 0;
	msg_write(&m, &l->frame);
	wire_send(l->wire, NULL, buf_str(&l->frame));
}

static int take_error(struct link *l, const struct msg *m, struct err *e)
{
	if (m->error.code == ERR_VERSION)
		return err_set(e, ERR_VERSION,
			       "the broker speaks version %lu of the protocol, this program %d",
			       m->error.version, MSG_VERSION);
	(void)l;
	return err_set(e, (enum err_code)m->error.code, "broker: %.*s", STR_ARG(m->error.text));
}

static void take_welcome(struct link *l, const struct msg *m)
{
	arena_reset(&l->own, 4096);
	l->welcome = m->welcome;
	l->welcome.broker = arena_str(&l->own, m->welcome.broker);
	l->welcome.software = arena_str(&l->own, m->welcome.software);
	l->welcomed = l->known = true;
}

/* One frame, if there is one within wait_ms: 1, 0, -1. A frame that is no message is passed over:
 * whoever sent it is no broker of ours. */
static int receive(struct link *l, int wait_ms, struct msg *m, struct err *e)
{
	struct wire_frame f;
	struct err ignored;
	int got = wire_poll(l->wire, NULL, 0, wait_ms, e);

	if (got > 0)
		got = wire_recv(l->wire, &f, e);
	if (got <= 0)
		return got;
	arena_reset(&l->arena, ARENA_KEEP);
	l->heard_ms = wire_now_ms();
	return msg_read(f.bytes, &l->arena, m, &ignored) == 0 ? 1 : 0;
}

static bool is_stranger(const struct msg *m)
{
	return m->kind == MSG_ERROR && m->error.code == ERR_CONFLICT &&
	       m->error.kind != MSG_RETRY && m->error.kind != MSG_CANCEL;
}

static int await_welcome(struct link *l, int64_t until, struct err *e)
{
	struct msg m;

	while (!l->welcomed) {
		int64_t left = until - wire_now_ms();

		if (wire_now_ms() - l->hello_ms >= PING_MS && say_hello(l, e) < 0)
			return -1; /* the first may have been lost with a broker that was replaced
				    */
		int got = left > 0 ? receive(l, left < POLL_MS ? (int)left : POLL_MS, &m, e) : 0;

		if (got < 0)
			return -1;
		if (left <= 0)
			return no_answer(l, e);
		if (got == 1 && m.kind == MSG_WELCOME)
			take_welcome(l, &m);
		else if (got == 1 && m.kind == MSG_ERROR && !is_stranger(&m))
			return take_error(l, &m, e);
	}
	return 0;
}

static int read_keys(const char *path, struct wire_keys *keys, struct err *e)
{
	struct keyfile k;

	if (keyfile_read(path, &k, e) < 0)
		return -1;
	memcpy(keys->secret_key, k.secret, sizeof(keys->secret_key));
	memcpy(keys->server_key, k.server, sizeof(keys->server_key));
	return wire_public_key(keys, e);
}

static int connect_to(struct link *l, const char *endpoint, struct err *e)
{
	struct wire_options w = {
		.endpoints = &endpoint, .n_endpoints = 1, .max_frame = MSG_FRAME_MAX};
	struct wire_keys keys;

	if (l->options->key) {
		if (read_keys(l->options->key, &keys, e) < 0)
			return -1;
		w.keys = &keys;
	}
	if (wire_open(&l->wire, &w, e) < 0)
		return -1;
	l->heard_ms = wire_now_ms();
	if (say_hello(l, e) == 0 &&
	    await_welcome(l, wire_now_ms() + l->options->timeout_ms, e) == 0)
		return 0;
	wire_close(l->wire, 0);
	l->wire = NULL;
	return err_wrap(e, "%s", endpoint);
}

struct link *link_open(const struct link_options *o, uint64_t roles, struct err *e)
{
	struct link *l = mem_alloc(sizeof(*l));

	l->options = o;
	l->patience_ms = o->timeout_ms;
	l->roles = roles;
	for (size_t i = 0; i < o->broker.n; i++)
		if (connect_to(l, o->broker.v[i], e) == 0)
			break;
	if (l->wire && (l->welcome.roles & roles) != roles) {
		err_set(e, ERR_REFUSED, "the broker does not let this key do that");
		link_close(l);
		return NULL;
	}
	if (!l->wire) {
		link_close(l);
		return NULL;
	}
	return l;
}

void link_close(struct link *l)
{
	struct msg bye = {.kind = MSG_BYE};
	struct err ignored;

	if (!l)
		return;
	if (l->wire && l->welcomed)
		send_bytes(l, &bye, &ignored);
	wire_close(l->wire, 500);
	buf_free(&l->frame);
	arena_free(&l->arena);
	arena_free(&l->own);
	mem_free(l);
}

const struct msg_welcome *link_welcome(const struct link *l)
{
	return &l->welcome;
}

int link_send(struct link *l, struct msg *m, struct err *e)
{
	return send_bytes(l, m, e);
}

/* Said once a command, so that nobody wonders why it stands still. */
void link_say_busy(struct link *l, struct str why)
{
	if (!l->busy_said)
		fprintf(stderr, "demarche: the broker is busy (%.*s): waiting\n", STR_ARG(why));
	l->busy_said = true;
}

static int unheard(struct link *l, struct err *e)
{
	int64_t now = wire_now_ms(), silent = now - l->heard_ms;

	if (watch(l, e) < 0)
		return -1;
	if (l->patience_ms >= 0 && silent > l->patience_ms)
		return err_set(e, ERR_UNREACHABLE, "the broker has not answered for %ld s",
			       (long)(silent / 1000));
	if (silent > SILENT_MS && !l->silence_said) {
		fprintf(stderr, "demarche: no answer from the broker: trying on\n");
		l->silence_said = true;
	}
	if (silent > PING_MS && now - l->pinged_ms > PING_MS)
		ping(l);
	return 0;
}

int link_next(struct link *l, int wait_ms, struct msg *m, struct err *e)
{
	int got;

	if (unheard(l, e) < 0)
		return -1;
	got = receive(l, wait_ms, m, e);
	if (got != 1)
		return got;
	if (m->kind == MSG_PONG)
		return 0;
	if (is_stranger(m))
		return hello_again(l, e);
	if (m->kind == MSG_WELCOME) {
		take_welcome(l, m);
		return 2;
	}
	return m->kind == MSG_ERROR ? take_error(l, m, e) : 1;
}

static void set_tag(struct msg *m, uint64_t tag)
{
	switch (m->kind) {
#define TAGGED(KIND, name)         \
	case MSG_##KIND:           \
		m->name.tag = tag; \
		break;
		TAGGED(SUBMIT, submit)
		TAGGED(RETRY, retry)
		TAGGED(CANCEL, cancel)
		TAGGED(QUERY, query)
		TAGGED(SUBSCRIBE, subscribe)
#undef TAGGED
	default:
		CHECK(!"a request with a tag");
	}
}

/* A busy broker works its way out; a full disk may wait for a person. */
static bool has_long_been_full(struct link *l)
{
	int64_t now = wire_now_ms();

	if (!l->full_ms)
		l->full_ms = now;
	return now - l->full_ms > l->options->timeout_ms;
}

/* What an answer to our request means: 1 it is the answer, 0 wait on, 2 send again, -1 failed. */
static int judge(struct link *l, const struct msg *m, uint64_t tag, struct err *e)
{
	if (is_stranger(m))
		return hello_again(l, e);
	if (m->kind == MSG_WELCOME) {
		take_welcome(l, m);
		return 2;
	}
	if (msg_tag(m) != tag || m->kind == MSG_PONG)
		return 0;
	if (m->kind != MSG_ERROR) {
		l->full_ms = 0;
		return 1;
	}
	if (m->error.code == ERR_FULL && has_long_been_full(l))
		return take_error(l, m, e);
	if (m->error.code == ERR_BUSY || m->error.code == ERR_FULL) {
		link_say_busy(l, m->error.text);
		wire_pause(m->error.retry_ms ? (int)m->error.retry_ms : 500);
		return 2;
	}
	return take_error(l, m, e);
}

int link_ask(struct link *l, struct msg *m, struct msg *answer, struct err *e)
{
	uint64_t tag = ++l->last_tag;
	int verdict = 2;

	set_tag(m, tag);
	l->heard_ms = wire_now_ms();
	for (;;) {
		int got;

		if (verdict < 0 || (verdict == 2 && send_bytes(l, m, e) < 0))
			return -1;
		got = receive(l, POLL_MS, answer, e);
		if (got < 0 || unheard(l, e) < 0)
			return -1;
		verdict = got == 1 ? judge(l, answer, tag, e) : 0;
		if (verdict == 1)
			return 0;
	}
}

void link_patience(struct link *l, int64_t ms)
{
	l->patience_ms = ms;
}

void link_watch(struct link *l, int (*check)(void *arg, struct err *e), void *arg)
{
	l->check = check;
	l->check_arg = arg;
}

int link_exit_status(const struct err *e)
{
	if (e->code == ERR_UNREACHABLE || e->code == ERR_VERSION)
		return 3;
	return e->code == ERR_REFUSED ? 4 : 1;
}

int link_page(struct link *l, struct link_query *q, struct msg_rows *page, struct err *e)
{
	struct msg m = {.kind = MSG_QUERY}, answer;
	uint64_t most = q->page ? q->page : PAGE;
	uint64_t left = q->limit ? q->limit - q->given : most;

	if (q->done || left == 0)
		return 0;
	m.query.what = str_of(q->what);
	m.query.arguments = q->arguments;
	m.query.n_arguments = q->n_arguments;
	m.query.limit = left < most ? left : most;
	m.query.after = q->after;
	if (link_ask(l, &m, &answer, e) < 0)
		return -1;
	if (answer.kind != MSG_ROWS)
		return err_set(e, ERR_INVALID,
			       "the broker answered with %s where ROWS was expected",
			       msg_kind_name(answer.kind));
	*page = answer.rows;
	q->done = !page->more;
	q->after = page->next;
	q->given += page->n_rows;
	return page->n_rows || !q->done ? 1 : 0;
}
