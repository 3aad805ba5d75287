/* Happy path, again and again: ask for work (WANT), take it (GRANT), feed the slots, report what
 * they found (DONE), forget it when the broker has it (DONE_ACK), say HEARTBEAT in between.
 * Failure modes: a broker that goes away (uplink.c reconnects; what has no acknowledgement is
 * said again), a lease that was lost or revoked (its document is stopped), a slot that dies
 * (slots.c; a failed attempt), SIGTERM (what waits is released, what runs is finished). */
#include "worker/agent.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "proto/log.h"
#include "proto/wire.h"
#include "worker/task.h"
#include "worker/uplink.h"

enum {
	TASKS_MAX = 1024,          /* leases held at a time, over all brokers */
	TASKS_TAKEN = 4096,        /* … and however many a broker gives that was not asked */
	AHEAD_US = 200 * 1000,     /* work that may wait in front of each slot … */
	AHEAD_LEAST = 2,           /* … but at least so many documents with the one at work … */
	AHEAD_MOST = 32,           /* … and at most so many */
	DONE_BYTES_MAX = 16 << 20, /* of the records in one DONE, above its first */
	LINGER_MS = 2000,
	RETRY_LEAST_MS = 50,
	QUIET = 2,
};

struct link {
	struct uplink *up;
	uint32_t asked;        /* credit given and not used by a grant yet */
	uint64_t done_tag;     /* of the DONE under way; 0 none */
	int64_t beat_ms;       /* when to say HEARTBEAT */
	int64_t done_after_ms; /* the broker asked for patience */
	uint32_t done_most;    /* items in the next DONE */
	uint64_t ping_tag;     /* draining: of the PING whose PONG will settle it; 0 none */
	int quiet;             /* draining: PONGs in a row that found no lease here */
	bool refused;
};

struct agent {
	const struct agent_options *o;
	struct keyfile keys;
	struct slots *slots;
	struct link *links; /* [o->n_brokers] */
	struct tasks tasks;
	struct arena turn;
	uint64_t last_tag;
	int64_t now_ms, mean_us; /* mean_us: of a document, of late */
	int64_t drain_by_ms;     /* 0: not draining */
	int signals;
	bool ready, ended;
	uint64_t n_done, n_failed;
};

static struct link *link_of(struct agent *a, const struct task *t)
{
	return &a->links[t->link];
}

static void drop(struct agent *a, struct task *t)
{
	if (t->state == TASK_RUNNING)
		slots_cancel(a->slots, t->number);
	tasks_drop(&a->tasks, t);
}

/* ---- what a broker says ---- */

/* A conversation begins: credit is forgotten there, reports without answer are repeated, and a
 * HEARTBEAT takes our leases over. */
static void on_welcome(struct agent *a, struct link *l, const struct msg *m)
{
	(void)m;
	l->asked = 0;
	l->done_tag = 0;
	l->done_after_ms = 0;
	l->done_most = MSG_ITEMS_MAX;
	l->ping_tag = 0;
	l->quiet = 0;
	l->beat_ms = a->now_ms;
	for (uint32_t i = 0; i < a->tasks.n; i++)
		if (link_of(a, a->tasks.list[i]) == l && a->tasks.list[i]->state == TASK_REPORTED)
			task_move(a->tasks.list[i], TASK_FINISHED);
	log_info("broker-found", LOG_CSTR("broker", uplink_endpoint(l->up)));
	if (!a->ready) {
		a->ready = true;
		printf("ready worker=%s slots=%d\n", a->o->name, a->o->slots.n);
		fflush(stdout);
	}
}

static void on_grant(struct agent *a, struct link *l, const struct msg *m)
{
	uint32_t n = m->grant.n_leases;

	l->asked -= n < l->asked ? n : l->asked;
	l->ping_tag = 0;
	l->quiet = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (a->tasks.n >= TASKS_TAKEN) {
			log_warn("not-taken", LOG_UINT("leases", n - i),
				 LOG_CSTR("broker", uplink_endpoint(l->up)),
				 LOG_CSTR("because", "nobody asked for so many"));
			return;
		}
		tasks_grant(&a->tasks, (uint32_t)(l - a->links), &m->grant.leases[i]);
	}
}

static void on_done_ack(struct agent *a, struct link *l, const struct msg *m)
{
	if (m->done_ack.tag != l->done_tag)
		return;
	l->done_tag = 0;
	l->done_most = MSG_ITEMS_MAX;
	for (uint32_t i = 0; i < m->done_ack.n_items; i++) {
		const struct msg_done_ack_item *item = &m->done_ack.items[i];
		struct task *t = tasks_of_job(&a->tasks, (uint32_t)(l - a->links), item->job);

		if (item->status == DONE_DEAD) /* why was told when it failed */
			log_info("dead", LOG_UINT("job", item->job));
		if (item->status == DONE_REFUSED)
			log_info("refused", LOG_UINT("job", item->job),
				 LOG_CSTR("error", err_name((enum err_code)item->code)),
				 LOG_TEXT("because", item->text));
		if (t && t->state == TASK_REPORTED)
			tasks_drop(&a->tasks, t);
	}
}

/* A result that is finished may still be the first valid one, so it is reported all the same. */
static void lose(struct agent *a, struct link *l, const uint64_t *jobs, uint32_t n, bool revoked)
{
	for (uint32_t i = 0; i < n; i++) {
		struct task *t = tasks_of_job(&a->tasks, (uint32_t)(l - a->links), jobs[i]);

		if (!t || (!revoked && t->state >= TASK_FINISHED))
			continue;
		log_info(revoked ? "revoked" : "lost", LOG_UINT("job", t->job),
			 LOG_UINT("attempt", t->attempt));
		drop(a, t);
	}
}

static void on_heartbeat_ack(struct agent *a, struct link *l, const struct msg *m)
{
	lose(a, l, m->heartbeat_ack.lost, m->heartbeat_ack.n_lost, false);
	lose(a, l, m->heartbeat_ack.cancelled, m->heartbeat_ack.n_cancelled, true);
}

static void on_revoke(struct agent *a, struct link *l, const struct msg *m)
{
	lose(a, l, m->revoke.jobs, m->revoke.n_jobs, true);
}

/* The reports of the DONE under way come back: to be said again, or, where a single one is not
 * accepted, to become a failure. */
static void take_back(struct agent *a, struct link *l, const struct msg_error *error, bool again)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < a->tasks.n; i++)
		n += link_of(a, a->tasks.list[i]) == l && a->tasks.list[i]->state == TASK_REPORTED;
	for (uint32_t i = 0; i < a->tasks.n; i++) {
		struct task *t = a->tasks.list[i];

		if (link_of(a, t) != l || t->state != TASK_REPORTED)
			continue;
		task_move(t, TASK_FINISHED);
		if (again || n > 1)
			continue;
		buf_free(&t->record);
		err_set(&t->e, (enum err_code)error->code, "%.*s", STR_ARG(error->text));
	}
	l->done_tag = 0;
	l->done_most = again ? MSG_ITEMS_MAX : 1;
}

static void on_error(struct agent *a, struct link *l, const struct msg *m)
{
	const struct msg_error *error = &m->error;
	bool again = error->code == ERR_BUSY || error->code == ERR_FULL;

	log_warn("broker-complains", LOG_CSTR("broker", uplink_endpoint(l->up)),
		 LOG_CSTR("about", msg_kind_name((enum msg_kind)error->kind)),
		 LOG_CSTR("error", err_name((enum err_code)error->code)),
		 LOG_TEXT("because", error->text));
	if (error->kind == MSG_DONE && l->done_tag && error->tag == l->done_tag) {
		take_back(a, l, error, again);
		l->done_after_ms =
			a->now_ms + (error->retry_ms > RETRY_LEAST_MS ? (int64_t)error->retry_ms
								      : RETRY_LEAST_MS);
	}
	if (error->kind == MSG_WANT)
		l->asked = 0;
}

/* A turn of the broker answers first and grants then, so grants of the turn that answered the
 * first PING have arrived before the second PONG. */
static void on_pong(struct agent *a, struct link *l, const struct msg *m)
{
	if (!l->ping_tag || m->pong.tag != l->ping_tag)
		return; /* of a PING that a grant made worthless: another is under way */
	l->quiet = tasks_count(&a->tasks, (uint32_t)(l - a->links)) ? 0 : l->quiet + 1;
	l->ping_tag = 0;
}

static void (*const HANDLERS[N_MSG_KINDS])(struct agent *, struct link *, const struct msg *) = {
	[MSG_WELCOME] = on_welcome,   [MSG_GRANT] = on_grant,
	[MSG_DONE_ACK] = on_done_ack, [MSG_HEARTBEAT_ACK] = on_heartbeat_ack,
	[MSG_REVOKE] = on_revoke,     [MSG_ERROR] = on_error,
	[MSG_PONG] = on_pong,
};

/* ---- what we say ---- */

/* How many leases to hold: enough to fill the time until new ones come, but no hoard that other
 * workers could have begun with. */
static uint32_t appetite(const struct agent *a)
{
	int64_t ahead = AHEAD_LEAST + AHEAD_US / (a->mean_us + 1);
	int64_t n = a->o->slots.n * (ahead < AHEAD_MOST ? ahead : AHEAD_MOST);
	uint32_t n_up = 0;

	for (uint32_t i = 0; i < a->o->n_brokers; i++)
		n_up += uplink_is_up(a->links[i].up);
	return (uint32_t)(n < TASKS_MAX ? n : TASKS_MAX) / (n_up ? n_up : 1) + 1;
}

/* Asks in handfuls, so that credit does not cost a message for each document. */
static bool say_want(struct agent *a, struct link *l)
{
	uint32_t most = appetite(a), held = tasks_count(&a->tasks, (uint32_t)(l - a->links));
	uint64_t limit = uplink_terms(l->up)->max_credit;
	uint32_t more;

	if (limit && most > limit)
		most = (uint32_t)limit;
	if (a->drain_by_ms || held + l->asked >= most)
		return false;
	more = most - held - l->asked;
	if (more * 4 < most && held + l->asked > (uint32_t)a->o->slots.n)
		return false;
	if (!uplink_send(l->up, &(struct msg){.kind = MSG_WANT, .want = {.credit = more}}))
		return false;
	l->asked += more;
	return true;
}

static struct msg_done_item done_item(const struct task *t)
{
	bool failed = t->e.code != ERR_NONE;

	return (struct msg_done_item){.job = t->job,
				      .attempt = t->attempt,
				      .outcome = failed ? OUTCOME_FAILED : OUTCOME_RESULT,
				      .record = buf_str(&t->record),
				      .code = t->e.code,
				      .text = failed ? str_of(t->e.text) : STR(""),
				      .retryable =
					      t->e.code == ERR_CRASHED || t->e.code == ERR_TIMEOUT};
}

/* One DONE at a time: while the broker writes it to disk, the next one grows. */
static bool say_done(struct agent *a, struct link *l)
{
	struct msg m = {.kind = MSG_DONE};
	size_t bytes = 0;
	uint32_t n = 0;

	if (l->done_tag || a->now_ms < l->done_after_ms)
		return false;
	m.done.items = ARENA_ARRAY(&a->turn, struct msg_done_item, a->tasks.n);
	for (uint32_t i = 0; i < a->tasks.n && n < l->done_most && bytes < DONE_BYTES_MAX; i++) {
		struct task *t = a->tasks.list[i];

		if (link_of(a, t) != l || t->state != TASK_FINISHED)
			continue;
		m.done.items[n++] = done_item(t);
		bytes += t->record.n;
	}
	m.done.n_items = n;
	m.done.tag = a->last_tag + 1;
	if (!n || !uplink_send(l->up, &m))
		return false;
	l->done_tag = ++a->last_tag;
	for (uint32_t i = 0; i < n; i++)
		task_move(tasks_of_job(&a->tasks, (uint32_t)(l - a->links), m.done.items[i].job),
			  TASK_REPORTED);
	return true;
}

static uint32_t leases(struct agent *a, struct link *l, struct msg_lease_ref **refs,
		       bool (*which)(const struct task *))
{
	uint32_t n = 0;

	*refs = ARENA_ARRAY(&a->turn, struct msg_lease_ref, a->tasks.n);
	for (uint32_t i = 0; i < a->tasks.n && n < MSG_ITEMS_MAX; i++)
		if (link_of(a, a->tasks.list[i]) == l && which(a->tasks.list[i]))
			(*refs)[n++] = (struct msg_lease_ref){a->tasks.list[i]->job,
							      a->tasks.list[i]->attempt};
	return n;
}

static bool any_task(const struct task *t)
{
	(void)t;
	return true;
}

static bool is_waiting(const struct task *t)
{
	return t->state == TASK_WAITING;
}

static bool is_not_finished(const struct task *t)
{
	return t->state < TASK_FINISHED;
}

/* At least twice in the time after which the broker takes us for gone, or a lease for lost. */
static int64_t beat_interval(const struct link *l)
{
	const struct msg_welcome *w = uplink_terms(l->up);
	int64_t ms = (int64_t)w->heartbeat_ms / 2, lease = (int64_t)w->lease_ms / 4;

	if (lease && lease < ms)
		ms = lease;
	return ms > 1 ? ms : 1;
}

static bool say_heartbeat(struct agent *a, struct link *l)
{
	struct msg m = {.kind = MSG_HEARTBEAT};

	if (a->now_ms < l->beat_ms)
		return false;
	m.heartbeat.n_leases = leases(a, l, &m.heartbeat.leases, any_task);
	if (!uplink_send(l->up, &m))
		return false;
	l->beat_ms = a->now_ms + beat_interval(l);
	return true;
}

/* Gives leases back without counting an attempt. What cannot be sent comes back by expiry. */
static bool say_release(struct agent *a, struct link *l, bool (*which)(const struct task *))
{
	struct msg m = {.kind = MSG_RELEASE, .release = {.tag = ++a->last_tag}};
	uint32_t n = leases(a, l, &m.release.leases, which);

	m.release.n_leases = n;
	if (!n || !uplink_send(l->up, &m))
		return false;
	for (uint32_t i = 0; i < n; i++)
		drop(a, tasks_of_job(&a->tasks, (uint32_t)(l - a->links), m.release.leases[i].job));
	log_info("released", LOG_UINT("leases", n), LOG_CSTR("broker", uplink_endpoint(l->up)));
	return true;
}

/* Credit that was given may still become a grant; leaving then would cost that job its lease. */
static bool say_ping(struct agent *a, struct link *l)
{
	const struct msg m = {.kind = MSG_PING, .ping = {.tag = a->last_tag + 1}};

	if (l->quiet >= QUIET || l->ping_tag || tasks_count(&a->tasks, (uint32_t)(l - a->links)) ||
	    !uplink_send(l->up, &m))
		return false;
	l->ping_tag = ++a->last_tag;
	return true;
}

static bool say_all(struct agent *a)
{
	bool said = false;

	for (uint32_t i = 0; i < a->o->n_brokers; i++) {
		struct link *l = &a->links[i];

		if (!uplink_is_up(l->up))
			continue;
		said |= say_heartbeat(a, l);
		said |= say_done(a, l);
		said |= say_want(a, l);
		if (a->drain_by_ms) {
			said |= say_release(a, l, is_waiting);
			said |= say_ping(a, l);
		}
	}
	arena_reset(&a->turn, 1 << 20);
	return said;
}

static bool hear_all(struct agent *a)
{
	bool heard = false;

	for (uint32_t i = 0; i < a->o->n_brokers; i++) {
		struct link *l = &a->links[i];
		struct msg m;

		while (uplink_recv(l->up, a->now_ms, &m) > 0) {
			heard = true;
			if (HANDLERS[m.kind])
				HANDLERS[m.kind](a, l, &m);
		}
	}
	return heard;
}

/* ---- slots ---- */

static void feed(struct agent *a)
{
	struct task *t;

	while (slots_idle(a->slots) && (t = tasks_first(&a->tasks, TASK_WAITING))) {
		struct slot_work w;
		struct err e;

		CHECK(slot_work_read(buf_str(&t->work), &w, &e) == 0);
		if (slots_submit(a->slots, t->number, &w, &t->e) < 0) {
			task_move(t, TASK_FINISHED);
			continue;
		}
		task_move(t, TASK_RUNNING);
		t->started_us = wire_now_us();
	}
}

static void take(struct agent *a, const struct slots_done *d)
{
	struct task *t = tasks_of_number(&a->tasks, d->tag);
	int64_t us;

	CHECK(t); /* a dropped task was cancelled in the pool */
	us = wire_now_us() - t->started_us;
	task_move(t, TASK_FINISHED);
	if (d->failed) {
		t->e = d->e;
		a->n_failed++;
		log_warn("attempt-failed", LOG_UINT("job", t->job), LOG_UINT("attempt", t->attempt),
			 LOG_ERR(&d->e));
		return;
	}
	a->n_done++;
	a->mean_us += (us - a->mean_us) / 8;
	buf_add_str(&t->record, d->record);
}

static void collect(struct agent *a)
{
	struct slots_events events;
	struct slots_done d;

	slots_turn(a->slots);
	while (slots_collect(a->slots, &d))
		take(a, &d);
	slots_events(a->slots, &events);
	if (events.crashed || events.timed_out || events.unfit)
		log_warn("slot-replaced", LOG_UINT("crashed", events.crashed),
			 LOG_UINT("timed_out", events.timed_out), LOG_UINT("unfit", events.unfit),
			 LOG_ERR(&events.last));
}

/* ---- the program ---- */

static void reload_keys(struct agent *a)
{
	struct keyfile keys;
	struct err e;

	if (!a->o->key_path)
		return;
	if (keyfile_read(a->o->key_path, &keys, &e) < 0) {
		log_error("keys-kept", LOG_ERR(&e));
		return;
	}
	a->keys = keys;
	for (uint32_t i = 0; i < a->o->n_brokers; i++)
		uplink_restart(a->links[i].up, &a->keys);
	log_info("keys-read", LOG_CSTR("path", a->o->key_path));
}

static void on_signals(struct agent *a)
{
	struct signalfd_siginfo s;

	while (read(a->signals, &s, sizeof(s)) == sizeof(s)) {
		if (s.ssi_signo == SIGHUP) {
			reload_keys(a);
		} else if (a->drain_by_ms) {
			log_warn("ended", LOG_CSTR("because", "told twice"));
			a->ended = true;
		} else {
			a->drain_by_ms = a->now_ms + a->o->drain_ms;
			log_info("draining", LOG_UINT("leases", a->tasks.n),
				 LOG_INT("for_ms", a->o->drain_ms));
		}
	}
}

/* Nothing is left, or there is no more time: then what still runs goes back to the queue. */
static void finish_draining(struct agent *a)
{
	bool settled = true;

	for (uint32_t i = 0; i < a->o->n_brokers; i++)
		settled &= a->links[i].quiet >= QUIET || !uplink_is_up(a->links[i].up);
	if (!a->tasks.n && settled) {
		a->ended = true;
	} else if (a->now_ms >= a->drain_by_ms) {
		for (uint32_t i = 0; i < a->o->n_brokers; i++)
			say_release(a, &a->links[i], is_not_finished);
		a->ended = true;
	}
}

static int tick_all(struct agent *a, struct err *e)
{
	uint32_t n_refused = 0;

	for (uint32_t i = 0; i < a->o->n_brokers; i++) {
		struct link *l = &a->links[i];
		struct err why;

		if (uplink_tick(l->up, a->now_ms, &why) == 0)
			continue;
		n_refused++;
		*e = why;
		if (!l->refused)
			log_error("broker-refuses", LOG_ERR(&why));
		l->refused = true;
	}
	return n_refused == a->o->n_brokers ? -1 : 0;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int wait_ms(const struct agent *a)
{
	int64_t by = a->drain_by_ms ? a->drain_by_ms : INT64_MAX, ms;

	for (uint32_t i = 0; i < a->o->n_brokers; i++) {
		const struct link *l = &a->links[i];

		if (l->refused)
			continue;
		by = earlier(by, uplink_next_ms(l->up));
		if (uplink_is_up(l->up))
			by = earlier(by, l->beat_ms);
		if (uplink_is_up(l->up) && l->done_after_ms > a->now_ms)
			by = earlier(by, l->done_after_ms);
	}
	ms = by - wire_now_ms();
	return ms < 0 ? 0 : ms > 60000 ? 60000 : (int)ms;
}

static void wait(struct agent *a)
{
	struct pollfd fds[AGENT_BROKERS_MAX + 2] = {{.fd = slots_fd(a->slots), .events = POLLIN},
						    {.fd = a->signals, .events = POLLIN}};

	for (uint32_t i = 0; i < a->o->n_brokers; i++)
		fds[2 + i] = (struct pollfd){.fd = uplink_fd(a->links[i].up), .events = POLLIN};
	poll(fds, 2 + a->o->n_brokers, wait_ms(a));
}

static int work(struct agent *a, struct err *e)
{
	bool active;

	while (!a->ended) {
		a->now_ms = wire_now_ms();
		if (tick_all(a, e) < 0)
			return -1;
		on_signals(a);
		/* Descriptors of wires tell of changes only: look again after each word said. */
		do {
			collect(a);
			if (!a->drain_by_ms)
				feed(a);
			active = hear_all(a);
			active |= say_all(a);
		} while (active);
		if (a->drain_by_ms)
			finish_draining(a);
		if (!a->ended)
			wait(a);
	}
	return 0;
}

static int open_all(struct agent *a, struct err *e)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	a->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (a->signals < 0)
		return err_errno(e, errno, "cannot wait for signals");
	if (a->o->key_path && keyfile_read(a->o->key_path, &a->keys, e) < 0)
		return -1;
	if (slots_new(&a->slots, &a->o->slots, e) < 0)
		return -1;
	a->links = mem_alloc(a->o->n_brokers * sizeof(*a->links));
	for (uint32_t i = 0; i < a->o->n_brokers; i++) {
		const struct uplink_options u = {.endpoint = a->o->brokers[i],
						 .keys = a->o->key_path ? &a->keys : NULL,
						 .name = a->o->name,
						 .seed = a->o->seed + i};

		a->links[i] = (struct link){.up = uplink_new(&u), .done_most = MSG_ITEMS_MAX};
		log_info("broker-sought", LOG_CSTR("broker", u.endpoint));
	}
	return 0;
}

int agent_run(const struct agent_options *o, struct err *e)
{
	struct agent a = {.o = o, .signals = -1};
	int rc;

	CHECK(o->n_brokers > 0 && o->n_brokers <= AGENT_BROKERS_MAX);
	rc = open_all(&a, e);
	if (rc == 0)
		rc = work(&a, e);
	log_info("end", LOG_UINT("done", a.n_done), LOG_UINT("failed", a.n_failed),
		 LOG_UINT("leases_left", a.tasks.n));
	for (uint32_t i = 0; a.links && i < o->n_brokers; i++)
		uplink_free(a.links[i].up, rc ? 0 : LINGER_MS);
	mem_free(a.links);
	slots_free(a.slots);
	tasks_free(&a.tasks);
	arena_free(&a.turn);
	if (a.signals >= 0)
		close(a.signals);
	return rc;
}
