/*            due                WELCOME
 *   DOWN ─────────▶ GREETING ───────────▶ UP
 *     ▲  no answer   │   ▲    "say HELLO    │
 *     ├──────────────┘   └─────first"───────┤
 *     └────────────── silence ──────────────┘
 *   GREETING, UP ── ERROR version, refused ──▶ REFUSED (for good)                    */
#include "worker/uplink.h"

#include <stdlib.h>

#include "proto/log.h"
#include "proto/wire.h"

enum { SILENT_BEATS = 3, ARENA_KEPT = 1 << 20, HEARTBEAT_LEAST_MS = 50 };

enum state { DOWN, GREETING, UP, REFUSED, N_STATES };

static const bool MOVES[N_STATES][N_STATES] = {
	[DOWN] = {[GREETING] = true, [DOWN] = true},
	[GREETING] = {[UP] = true, [DOWN] = true, [GREETING] = true, [REFUSED] = true},
	[UP] = {[GREETING] = true, [DOWN] = true, [REFUSED] = true, [UP] = true},
};

struct uplink {
	struct uplink_options o;
	enum state state;
	struct wire *wire; /* NULL while DOWN or REFUSED */
	int64_t due_ms;    /* DOWN: open; GREETING: give up */
	int64_t heard_ms;
	int failures; /* in a row */
	struct msg_welcome terms;
	struct err refusal;
	struct arena arena;
	struct buf out;
};

struct uplink *uplink_new(const struct uplink_options *o)
{
	struct uplink *u = mem_alloc(sizeof(*u));

	u->o = *o;
	return u;
}

static void move(struct uplink *u, enum state to)
{
	CHECK(MOVES[u->state][to]);
	u->state = to;
}

static void disconnect(struct uplink *u, int linger_ms)
{
	wire_close(u->wire, linger_ms);
	u->wire = NULL;
}

void uplink_free(struct uplink *u, int linger_ms)
{
	if (!u)
		return;
	if (u->state == UP)
		uplink_send(u, &(struct msg){.kind = MSG_BYE});
	disconnect(u, linger_ms);
	arena_free(&u->arena);
	buf_free(&u->out);
	mem_free(u);
}

/* From half to one and a half times the pause, which doubles with each failure. */
static int64_t pause_ms(struct uplink *u)
{
	int64_t ms = UPLINK_PAUSE_MS;

	for (int i = 1; i < u->failures && ms < UPLINK_PAUSE_MAX_MS; i++)
		ms *= 2;
	if (ms > UPLINK_PAUSE_MAX_MS)
		ms = UPLINK_PAUSE_MAX_MS;
	return ms / 2 + rand_r(&u->o.seed) % (ms + 1);
}

static void fall(struct uplink *u, int64_t now_ms, const char *why)
{
	disconnect(u, 0);
	move(u, DOWN);
	u->failures++;
	u->due_ms = now_ms + pause_ms(u);
	log_warn("broker-lost", LOG_CSTR("broker", u->o.endpoint), LOG_CSTR("because", why),
		 LOG_INT("again_in_ms", u->due_ms - now_ms));
}

static bool transmit(struct uplink *u, const struct msg *m)
{
	u->out.n = 0;
	msg_write(m, &u->out);
	return wire_send(u->wire, NULL, buf_str(&u->out)) == WIRE_SENT;
}

static void greet(struct uplink *u, int64_t now_ms)
{
	const struct msg hello = {.kind = MSG_HELLO,
				  .hello = {.version = MSG_VERSION,
					    .roles = ROLE_WORK,
					    .name = str_of(u->o.name),
					    .software = STR("demarche-worker")}};

	move(u, GREETING);
	u->due_ms = now_ms + UPLINK_GREET_MS;
	transmit(u, &hello);
}

static int open_wire(struct uplink *u, struct err *e)
{
	struct wire_options o = {
		.endpoints = &u->o.endpoint, .n_endpoints = 1, .max_frame = MSG_FRAME_MAX};
	struct wire_keys keys = {.public_key = ""};

	if (u->o.keys) {
		memcpy(keys.secret_key, u->o.keys->secret, sizeof(keys.secret_key));
		memcpy(keys.server_key, u->o.keys->server, sizeof(keys.server_key));
		if (wire_public_key(&keys, e) < 0)
			return -1;
		o.keys = &keys;
	}
	return wire_open(&u->wire, &o, e);
}

int uplink_tick(struct uplink *u, int64_t now_ms, struct err *e)
{
	switch (u->state) {
	case DOWN:
		if (now_ms < u->due_ms)
			return 0;
		if (open_wire(u, e) < 0)
			return err_wrap(e, "broker %s", u->o.endpoint);
		greet(u, now_ms);
		return 0;
	case GREETING:
		if (now_ms >= u->due_ms)
			fall(u, now_ms, "it does not answer");
		return 0;
	case UP:
		if (now_ms >= uplink_next_ms(u))
			fall(u, now_ms, "it has fallen silent");
		return 0;
	default:
		*e = u->refusal;
		return err_wrap(e, "broker %s", u->o.endpoint);
	}
}

int64_t uplink_next_ms(const struct uplink *u)
{
	if (u->state == UP)
		return u->heard_ms + SILENT_BEATS * (int64_t)u->terms.heartbeat_ms;
	return u->state == REFUSED ? 0 : u->due_ms;
}

static int refuse(struct uplink *u, enum err_code code, struct str text)
{
	err_set(&u->refusal, code, "%.*s", STR_ARG(text));
	move(u, REFUSED);
	disconnect(u, 0);
	return 0;
}

static int welcome(struct uplink *u, const struct msg_welcome *w)
{
	if (!(w->roles & ROLE_WORK))
		return refuse(u, ERR_REFUSED, STR("our key may not do work there"));
	move(u, UP);
	u->failures = 0;
	u->terms = *w;
	u->terms.broker = u->terms.software = STR(""); /* they do not outlive the message */
	if (u->terms.heartbeat_ms < HEARTBEAT_LEAST_MS)
		u->terms.heartbeat_ms = HEARTBEAT_LEAST_MS;
	return 1;
}

/* 1 where the agent should see the message. */
static int hear(struct uplink *u, int64_t now_ms, const struct msg *m)
{
	if (m->kind == MSG_WELCOME)
		return u->state == GREETING ? welcome(u, &m->welcome) : 0;
	if (m->kind != MSG_ERROR)
		return u->state == UP;
	switch (m->error.code) {
	case ERR_VERSION:
	case ERR_REFUSED:
		return refuse(u, (enum err_code)m->error.code, m->error.text);
	case ERR_CONFLICT:
		if (u->state == UP)
			greet(u, now_ms);
		return 0;
	default:
		return u->state == UP;
	}
}

int uplink_recv(struct uplink *u, int64_t now_ms, struct msg *m)
{
	while (u->wire) {
		struct wire_frame f;
		struct err e;
		int got = wire_recv(u->wire, &f, &e);

		if (got < 0)
			fall(u, now_ms, e.text);
		if (got <= 0)
			return 0;
		u->heard_ms = now_ms;
		arena_reset(&u->arena, ARENA_KEPT);
		if (msg_read(f.bytes, &u->arena, m, &e) < 0)
			log_warn("message-unreadable", LOG_CSTR("broker", u->o.endpoint),
				 LOG_ERR(&e));
		else if (hear(u, now_ms, m))
			return 1;
	}
	return 0;
}

bool uplink_send(struct uplink *u, const struct msg *m)
{
	return u->state == UP && transmit(u, m);
}

bool uplink_is_up(const struct uplink *u)
{
	return u->state == UP;
}

const struct msg_welcome *uplink_terms(const struct uplink *u)
{
	return &u->terms;
}

const char *uplink_endpoint(const struct uplink *u)
{
	return u->o.endpoint;
}

void uplink_restart(struct uplink *u, const struct keyfile *keys)
{
	u->o.keys = keys;
	if (u->state == REFUSED)
		return;
	disconnect(u, 0);
	move(u, DOWN);
	u->due_ms = 0;
}

int uplink_fd(const struct uplink *u)
{
	return u->wire ? wire_descriptor(u->wire) : -1;
}
