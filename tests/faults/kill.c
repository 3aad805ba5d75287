/* kill -9 of the broker at seeded moments, or at marked points (marks.c), while a client submits,
 * workers work and a reader reads. Each of them only does what docs/protocol.md says. Afterwards:
 *every accepted document has one job and one result, the reader saw every result once and in order,
 *and the store is sound.
 *
 *	kill BROKER [SEED [KILLS [DOCUMENTS [MARKS-LIBRARY]]]]
 *
 * With the library each kill is at a mark, in turn; one that is not reached before the documents
 * end is a failure too.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker/store.h"
#include "proto/msg.h"
#include "proto/result.h"
#include "proto/wire.h"

enum {
	WORKERS = 2,
	HELD = 64,
	SUBMITS = 8,
	ITEMS = 5,
	AGAIN_MS = 400,
	PING_MS = 50,
	END_AFTER_MS = 200, /* a broker that shall die while it ends in order */
	BODY_MARKED = 7000, /* so that the log is copied into the tables meanwhile */
	BODY_MOST = 8000,
};

/* Where the broker is killed: the kind of marks.c, the file, and at most how often it passes there
 * before. */
static const struct mark {
	const char *kind, *end;
	uint64_t passes;
	bool ends; /* while the broker ends in order */
} MARKS[] = {
	{"write", ".db-intake", 8, false},  /* written, not synced */
	{"sync", ".db-intake", 8, false},   /* synced, nobody was told */
	{"unsync", ".db-intake", 8, false}, /* its rows may have been put into their tables */
	{"first", ".db-intake", 3, false},  /* a half is begun again */
	{"write", ".db-wal", 20, false},    /* between batches of rows, or within one */
	{"sync", ".db-wal", 6, false},      /* a turn in the tables; nobody was told */
	{"write", ".db", 60, false},        /* a checkpoint is at work */
	{"unsync", ".db", 1, false},        /* … and has copied everything */
	{"sync", ".db", 1, false},          /* … and the log may begin again */
	{"remove", ".db-intake", 1, true},  /* everything is in the tables */
	{"gone", ".db-intake", 1, true},    {"remove", ".db-wal", 1, true},
};
enum { N_MARKS = sizeof(MARKS) / sizeof(MARKS[0]) };

struct peer {
	struct wire *wire;
	struct arena arena;
	uint32_t roles;
	int64_t ping_at, hello_at;
	bool welcome;
};

struct holder {
	struct peer peer;
	struct held {
		uint64_t job, attempt;
		int64_t done_at; /* DONE is sent (again) then */
	} held[HELD];
	uint32_t n_held;
};

static struct {
	const char *broker, *library;
	uint32_t mark; /* the next one */
	bool ending;   /* the broker was told to end */
	char dir[64], endpoint[96], store[96];
	pid_t pid;
	uint64_t random, n_docs, n_kills, kills_left;
	int64_t kill_at, first_kill_at;
	uint64_t *job_of; /* [n_docs], 0: not accepted yet */
	bool *seen;       /* [any job] */
	uint64_t seen_cap, last_seq, n_accepted;
	struct peer client, reader;
	int64_t asked_at[SUBMITS];
	uint64_t asked_from[SUBMITS], next_doc;
	struct holder workers[WORKERS];
	struct buf record;
	int64_t slowest_ms;
} W;

static uint64_t rnd(void)
{
	uint64_t z = W.random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* In the child. */
static void set_mark(void)
{
	const struct mark *m = &MARKS[W.mark % N_MARKS];
	char text[64];

	snprintf(text, sizeof(text), "%s %s %llu", m->kind, m->end,
		 (unsigned long long)(1 + rnd() % m->passes));
	setenv("KILL_MARK", text, 1);
	setenv("LD_PRELOAD", W.library, 1);
	setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
}

static void start_broker(void)
{
	W.pid = fork();
	if (W.pid)
		return;
	if (!freopen("/dev/null", "w", stdout))
		_exit(3);
	if (W.library && W.kills_left)
		set_mark();
	execl(W.broker, W.broker, "--listen", W.endpoint, "--store", W.store, "--log-level",
	      "error", "--lease", "5s", "--heartbeat", "1s", "--backoff", "10ms", "--max-attempts",
	      "1000", (char *)NULL);
	_exit(3);
}

static void say(struct peer *p, const struct msg *m)
{
	struct buf b = {0};

	msg_write(m, &b);
	wire_send(p->wire, NULL, buf_str(&b));
	buf_free(&b);
}

static void say_hello(struct peer *p)
{
	struct msg m = {.kind = MSG_HELLO};

	m.hello = (struct msg_hello){.version = MSG_VERSION, .roles = p->roles};
	p->welcome = false;
	p->hello_at = wire_now_ms();
	say(p, &m);
}

static void join(struct peer *p, uint32_t roles)
{
	const char *endpoints[] = {W.endpoint};
	struct wire_options o = {.endpoints = endpoints, .n_endpoints = 1};
	struct err e;

	p->roles = roles;
	CHECK(wire_open(&p->wire, &o, &e) == 0);
	say_hello(p);
}

/* The next message, or false. Strangers say HELLO again. */
static bool hear(struct peer *p, struct msg *m)
{
	struct wire_frame f;
	struct err e;

	arena_reset(&p->arena, 1 << 20);
	if (wire_recv(p->wire, &f, &e) != 1)
		return false;
	CHECK(msg_read(f.bytes, &p->arena, m, &e) == 0);
	if (m->kind == MSG_WELCOME)
		p->welcome = true;
	/* A HELLO may have gone down with the broker that it was said to. */
	if (m->kind == MSG_ERROR && m->error.code == ERR_CONFLICT &&
	    (p->welcome || wire_now_ms() - p->hello_at > AGAIN_MS))
		say_hello(p);
	return true;
}

static void ping(struct peer *p, int64_t now)
{
	struct msg m = {.kind = MSG_PING};

	if (now < p->ping_at)
		return;
	p->ping_at = now + PING_MS;
	say(p, &m);
}

/* The client */

static void ask_submit(int slot, int64_t now)
{
	struct msg_submit_item items[ITEMS];
	static char bodies[ITEMS][BODY_MOST];
	struct msg m = {.kind = MSG_SUBMIT};

	for (int i = 0; i < ITEMS; i++) {
		int n = snprintf(bodies[i], sizeof(bodies[i]), "document %llu of seed",
				 (unsigned long long)(W.asked_from[slot] + (uint64_t)i));

		if (W.library) {
			memset(bodies[i] + n, ' ', BODY_MARKED);
			n += BODY_MARKED;
		}
		items[i] = (struct msg_submit_item){.id = STR("d"), .body = {bodies[i], (size_t)n}};
	}
	m.submit = (struct msg_submit){.tag = (uint64_t)slot, .items = items, .n_items = ITEMS};
	say(&W.client, &m);
	W.asked_at[slot] = now;
}

static void take_submitted(const struct msg_submitted *s)
{
	uint64_t from = W.asked_from[s->tag];

	if (!W.asked_at[s->tag])
		return; /* an answer to a question asked twice */
	CHECK(s->n_items == ITEMS);
	for (uint32_t i = 0; i < ITEMS; i++) {
		CHECK(s->items[i].status != SUBMIT_REFUSED && s->items[i].job);
		CHECK(!W.job_of[from + i]);
		W.job_of[from + i] = s->items[i].job;
		W.n_accepted++;
	}
	W.asked_at[s->tag] = 0;
}

static void client_acts(int64_t now)
{
	struct msg m;

	while (hear(&W.client, &m))
		if (m.kind == MSG_SUBMITTED && m.submitted.tag < SUBMITS && m.submitted.n_items &&
		    W.asked_at[m.submitted.tag])
			take_submitted(&m.submitted);
	ping(&W.client, now);
	for (int i = 0; i < SUBMITS; i++) {
		if (!W.asked_at[i] && W.next_doc < W.n_docs && rnd() % 20 == 0) {
			W.asked_from[i] = W.next_doc;
			W.next_doc += ITEMS;
			ask_submit(i, now);
		} else if (W.asked_at[i] && now - W.asked_at[i] > AGAIN_MS) {
			ask_submit(i, now);
		}
	}
}

/* Workers */

static void worker_grants(struct holder *h, const struct msg_grant *g, int64_t now)
{
	for (uint32_t i = 0; i < g->n_leases; i++) {
		bool known = false;

		for (uint32_t k = 0; k < h->n_held; k++)
			known |= h->held[k].job == g->leases[i].job;
		if (!known && h->n_held < HELD)
			h->held[h->n_held++] = (struct held){g->leases[i].job, g->leases[i].attempt,
							     now + (int64_t)(rnd() % 60)};
	}
}

static void worker_drops(struct holder *h, uint64_t job)
{
	for (uint32_t k = 0; k < h->n_held; k++)
		if (h->held[k].job == job)
			h->held[k--] = h->held[--h->n_held];
}

static void worker_welcome(struct holder *h)
{
	struct msg_lease_ref refs[HELD];
	struct msg want = {.kind = MSG_WANT, .want = {16}}, beat = {.kind = MSG_HEARTBEAT};

	for (uint32_t i = 0; i < h->n_held; i++)
		refs[i] = (struct msg_lease_ref){h->held[i].job, h->held[i].attempt};
	beat.heartbeat = (struct msg_heartbeat){refs, h->n_held};
	say(&h->peer, &beat);
	say(&h->peer, &want);
}

static void worker_acts(struct holder *h, int64_t now)
{
	struct msg m;

	while (hear(&h->peer, &m)) {
		if (m.kind == MSG_WELCOME)
			worker_welcome(h);
		if (m.kind == MSG_GRANT)
			worker_grants(h, &m.grant, now);
		if (m.kind == MSG_DONE_ACK) {
			struct msg want = {.kind = MSG_WANT, .want = {m.done_ack.n_items}};

			for (uint32_t i = 0; i < m.done_ack.n_items; i++)
				worker_drops(h, m.done_ack.items[i].job);
			say(&h->peer, &want);
		}
	}
	ping(&h->peer, now);
	for (uint32_t i = 0; i < h->n_held; i++) {
		struct msg_done_item item = {.job = h->held[i].job,
					     .attempt = h->held[i].attempt,
					     .record = buf_str(&W.record)};

		if (now < h->held[i].done_at)
			continue;
		h->held[i].done_at = now + AGAIN_MS;
		m = (struct msg){.kind = MSG_DONE, .done = {1, &item, 1}};
		say(&h->peer, &m);
	}
}

/* The reader */

static void take_result(const struct msg_result_item *r)
{
	CHECK(r->seq == W.last_seq + 1);
	W.last_seq = r->seq;
	while (r->job >= W.seen_cap) {
		uint64_t cap = W.seen_cap ? 2 * W.seen_cap : 4096;

		W.seen = mem_resize(W.seen, cap);
		memset(W.seen + W.seen_cap, 0, cap - W.seen_cap);
		W.seen_cap = cap;
	}
	CHECK(!W.seen[r->job]);
	W.seen[r->job] = true;
}

static void reader_acts(int64_t now)
{
	struct msg m;

	while (hear(&W.reader, &m)) {
		struct msg back = {.kind = MSG_NONE};

		if (m.kind == MSG_WELCOME) {
			back.kind = MSG_SUBSCRIBE;
			back.subscribe =
				(struct msg_subscribe){.tag = 9, .seq = W.last_seq, .credit = 50};
		}
		if (m.kind == MSG_RESULTS && m.results.n_items) {
			for (uint32_t i = 0; i < m.results.n_items; i++)
				take_result(&m.results.items[i]);
			back.kind = MSG_CREDIT;
			back.credit = (struct msg_credit){.tag = 9, .credit = m.results.n_items};
		}
		if (back.kind)
			say(&W.reader, &back);
	}
	ping(&W.reader, now);
}

static void start_again(int64_t now)
{
	W.kills_left--;
	W.kill_at = now + (W.library ? END_AFTER_MS : 30 + (int64_t)(rnd() % 400));
	W.ending = false;
	W.mark++;
	rnd(); /* what the next broker's mark takes of it */
	start_broker();
}

static void maybe_kill(int64_t now)
{
	int status;

	if (!W.kills_left || now < W.kill_at)
		return;
	kill(W.pid, SIGKILL);
	CHECK(waitpid(W.pid, &status, 0) == W.pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	start_again(now);
}

static void look_at_mark(int64_t now)
{
	const struct mark *m = &MARKS[W.mark % N_MARKS];
	int status;

	if (!W.kills_left)
		return;
	if (W.last_seq == W.n_docs && !m->ends) {
		fprintf(stderr, "not ok: the broker never came to %s of %s\n", m->kind, m->end);
		exit(1);
	}
	if (m->ends && !W.ending && now >= W.kill_at) {
		W.ending = true;
		kill(W.pid, SIGTERM);
	}
	if (waitpid(W.pid, &status, WNOHANG) != W.pid)
		return;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
		fprintf(stderr, "not ok: the broker ended with %d before %s of %s\n", status,
			m->kind, m->end);
		exit(1);
	}
	start_again(now);
}

static void make_record(void)
{
	struct result r = {.doc = {.id = STR("d")}};

	result_pack(&r, &W.record);
}

static void run(void)
{
	int64_t end = wire_now_ms() + 600000;

	W.kill_at = wire_now_ms() + 100;
	while (W.last_seq < W.n_docs || W.kills_left) {
		int64_t now = wire_now_ms();

		CHECK(now < end);
		if (W.library)
			look_at_mark(now);
		else
			maybe_kill(now);
		client_acts(now);
		for (int i = 0; i < WORKERS; i++)
			worker_acts(&W.workers[i], now);
		reader_acts(now);
		wire_pause(1);
	}
}

/* The last kill may be only just past: the broker that then started is up. */
static void wait_for_broker(void)
{
	struct msg m;

	say_hello(&W.client);
	for (int i = 0; i < 10000 && !W.client.welcome; i++) {
		hear(&W.client, &m);
		wire_pause(1);
	}
	CHECK(W.client.welcome);
}

static void check_end(void)
{
	int status;
	struct err e;

	wait_for_broker();
	kill(W.pid, SIGTERM);
	CHECK(waitpid(W.pid, &status, 0) == W.pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(W.last_seq == W.n_docs && W.n_accepted == W.n_docs);
	for (uint64_t i = 0; i < W.n_docs; i++)
		CHECK(W.job_of[i] < W.seen_cap && W.seen[W.job_of[i]]);
	if (store_check(W.store, &e) < 0) {
		fprintf(stderr, "not ok: %s\n", e.text);
		exit(1);
	}
}

static void remove_all(void)
{
	static const char *const names[] = {"k.db",        "k.db-wal",  "k.db-shm",
					    "k.db-intake", "k.db.lock", "b"};
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", W.dir, names[i]);
		unlink(path);
	}
	rmdir(W.dir);
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;

	if (argc < 2)
		return 2;
	W.broker = argv[1];
	W.random = seed;
	W.n_kills = W.kills_left = argc > 3 ? strtoull(argv[3], NULL, 10) : 10;
	W.library = argc > 5 ? argv[5] : NULL;
	W.n_docs = argc > 4 ? strtoull(argv[4], NULL, 10) / ITEMS * ITEMS : 500;
	snprintf(W.dir, sizeof(W.dir), "/tmp/demarche-kill-XXXXXX");
	CHECK(mkdtemp(W.dir));
	snprintf(W.endpoint, sizeof(W.endpoint), "ipc://%s/b", W.dir);
	snprintf(W.store, sizeof(W.store), "sqlite:%s/k.db", W.dir);
	W.job_of = mem_alloc(W.n_docs * sizeof(uint64_t));
	make_record();
	fprintf(stderr, "kill seed=%llu\n", (unsigned long long)seed);
	start_broker();
	join(&W.client, ROLE_SUBMIT);
	join(&W.reader, ROLE_READ);
	for (int i = 0; i < WORKERS; i++)
		join(&W.workers[i].peer, ROLE_WORK);
	run();
	check_end();
	remove_all();
	printf("ok seed=%llu kills%s=%llu documents=%llu: lost 0, doubled 0\n",
	       (unsigned long long)seed, W.library ? "_at_marks" : "",
	       (unsigned long long)W.n_kills, (unsigned long long)W.n_docs);
	return 0;
}
