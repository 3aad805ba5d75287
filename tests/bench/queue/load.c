/* Load on our broker, for measuring it and for killing it meanwhile. One thread a peer, each with a
 * connection of its own.
 *
 *	load EP submit N [items] [inflight] [producers] [bytes]   N jobs; prints jobs/s
 *	load EP one N [producers]                                 each waits for its answer; without
 *								  libzmq, on a blocking socket
 *	load EP work N [workers] [credit] [bytes]                 until N results are acknowledged
 *	load EP bound FILE                                        serves EP without a queue: frames
 *								  go to FILE, one sync a burst
 *	load EP both N [producers] [workers] [items] [bytes]      submit to result; prints jobs/s
 *	load EP latency N [per second] [analysis us]              submit to result, one worker; the
 *								  time of the analysis is left out
 *	load EP first                                             ms until a first lease
 *	load EP restart N BROKER ARGUMENT…                        N times: the broker is started,
 *killed with -9 and started again while a worker waits; ms from the second start to the worker's
 *lease. The store must hold jobs. load EP idle W S SECONDS                                  idle
 *workers and subscribers
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/msg.h"
#include "proto/result.h"
#include "proto/wire.h"
#include "tests/bench/queue/zmtp.h"

static const char *ENDPOINT;
static const struct wire_keys *KEYS;

struct task {
	uint64_t n, items, inflight, bytes, credit, first;
	uint64_t done;
	struct arena arena;
	struct wire *wire;
};

static atomic_ullong results_left, next_body;
static atomic_llong all_done_us; /* workers may wait for more a little longer */
static struct buf RECORD;

static _Noreturn void die(const char *what, const struct err *e)
{
	fprintf(stderr, "load: %s: %s\n", what, e ? e->text : "");
	exit(1);
}

static void say(struct task *t, const struct msg *m)
{
	struct buf b = {0};

	msg_write(m, &b);
	while (wire_send_take(t->wire, NULL, &b) != WIRE_SENT)
		wire_pause(1);
	buf_free(&b);
}

/* Valid until the next call. False where nothing came in time. */
static bool hear(struct task *t, struct msg *m, int timeout_ms)
{
	struct wire_frame f;
	struct err e;

	arena_reset(&t->arena, 16 << 20);
	for (;;) {
		if (wire_recv(t->wire, &f, &e) == 1) {
			if (msg_read(f.bytes, &t->arena, m, &e) < 0)
				die("read", &e);
			if (m->kind == MSG_ERROR && m->error.code != ERR_CONFLICT)
				fprintf(stderr, "load: %.*s\n", STR_ARG(m->error.text));
			return true;
		}
		if (wire_poll(t->wire, NULL, 0, timeout_ms, &e) <= 0)
			return false;
	}
}

static void join(struct task *t, uint32_t roles)
{
	struct wire_options o = {
		.endpoints = &ENDPOINT, .n_endpoints = 1, .keys = KEYS, .queue_frames = 100000};
	struct msg m = {.kind = MSG_HELLO};
	struct err e;

	if (wire_open(&t->wire, &o, &e) < 0)
		die("connect", &e);
	m.hello = (struct msg_hello){.version = 1, .roles = roles, .name = STR("load")};
	say(t, &m);
	if (!hear(t, &m, 10000) || m.kind != MSG_WELCOME)
		die("no welcome", NULL);
}

static void leave(struct task *t)
{
	struct msg bye = {.kind = MSG_BYE};

	say(t, &bye);
	wire_close(t->wire, 100);
	arena_free(&t->arena);
}

static uint64_t mix(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* Bodies that do not compress and never repeat. */
static void fill(char *p, uint64_t bytes, uint64_t number)
{
	for (uint64_t i = 0; i + 8 <= bytes; i += 8) {
		uint64_t v = mix(number * 1000003 + i + 1) | 0x0101010101010101u;

		memcpy(p + i, &v, 8);
	}
}

static void send_batch(struct task *t, uint64_t n)
{
	struct msg_submit_item *items = mem_alloc(n * sizeof(*items));
	char *bodies = mem_alloc(n * t->bytes);
	struct msg m = {.kind = MSG_SUBMIT};

	for (uint64_t i = 0; i < n; i++) {
		fill(bodies + i * t->bytes, t->bytes, atomic_fetch_add(&next_body, 1));
		items[i] = (struct msg_submit_item){.id = STR("doc.txt"),
						    .body = {bodies + i * t->bytes, t->bytes}};
	}
	m.submit = (struct msg_submit){.tag = 1, .items = items, .n_items = (uint32_t)n};
	say(t, &m);
	mem_free(items);
	mem_free(bodies);
}

static void *submit_all(void *context)
{
	struct task *t = context;
	uint64_t sent = 0, answered = 0;
	struct msg m;

	join(t, ROLE_SUBMIT);
	while (answered < t->n) {
		while (sent < t->n && sent - answered < t->inflight * t->items) {
			uint64_t n = t->n - sent < t->items ? t->n - sent : t->items;

			send_batch(t, n);
			sent += n;
		}
		if (!hear(t, &m, 30000))
			die("no answer to SUBMIT", NULL);
		if (m.kind != MSG_SUBMITTED)
			continue;
		for (uint32_t i = 0; i < m.submitted.n_items; i++)
			if (m.submitted.items[i].status != SUBMIT_NEW)
				die("a job was refused", NULL);
		answered += m.submitted.n_items;
	}
	t->done = answered;
	leave(t);
	return NULL;
}

/* One at a time on a blocking socket, as the producers of the other queues in peers.c. */
static struct str ask(struct zmtp *z, const struct msg *m, struct buf *b)
{
	b->n = 0;
	msg_write(m, b);
	zmtp_send(z, buf_str(b));
	return zmtp_recv(z);
}

static void *submit_one(void *context)
{
	struct task *t = context;
	struct msg_submit_item item = {.id = STR("doc.txt")};
	struct msg m = {.kind = MSG_HELLO}, got;
	struct buf b = {0};
	struct zmtp z;
	struct err e;
	char body[4096];

	zmtp_dial(&z, ENDPOINT);
	m.hello = (struct msg_hello){.version = 1, .roles = ROLE_SUBMIT, .name = STR("load")};
	ask(&z, &m, &b);
	m = (struct msg){.kind = MSG_SUBMIT, .submit = {.tag = 1, .items = &item, .n_items = 1}};
	item.body = (struct str){body, sizeof(body)};
	for (; t->done < t->n; t->done++) {
		struct str answer;

		fill(body, sizeof(body), atomic_fetch_add(&next_body, 1));
		answer = ask(&z, &m, &b);
		arena_reset(&t->arena, 1 << 16);
		if (msg_read(answer, &t->arena, &got, &e) < 0 || got.kind != MSG_SUBMITTED ||
		    got.submitted.n_items != 1 || got.submitted.items[0].status != SUBMIT_NEW)
			die("a job was refused", NULL);
	}
	zmtp_hang_up(&z);
	buf_free(&b);
	arena_free(&t->arena);
	return NULL;
}

static void finish_grant(struct task *t, const struct msg_grant *g)
{
	struct msg_done_item *items = mem_alloc(g->n_leases * sizeof(*items));
	struct msg m = {.kind = MSG_DONE};

	for (uint32_t i = 0; i < g->n_leases; i++)
		items[i] = (struct msg_done_item){.job = g->leases[i].job,
						  .attempt = g->leases[i].attempt,
						  .record = buf_str(&RECORD)};
	m.done = (struct msg_done){.tag = 2, .items = items, .n_items = g->n_leases};
	say(t, &m);
	mem_free(items);
}

static void ask_work(struct task *t, uint64_t n)
{
	struct msg m = {.kind = MSG_WANT, .want = {n}};

	say(t, &m);
}

static void *work_all(void *context)
{
	struct task *t = context;
	struct msg m;

	join(t, ROLE_WORK);
	ask_work(t, t->credit);
	while (atomic_load(&results_left) > 0) {
		if (!hear(t, &m, 200))
			continue;
		if (m.kind == MSG_GRANT) {
			ask_work(t, m.grant.n_leases);
			finish_grant(t, &m.grant);
		} else if (m.kind == MSG_DONE_ACK) {
			unsigned long long left = atomic_load(&results_left),
					   n = m.done_ack.n_items;

			t->done += n;
			while (!atomic_compare_exchange_weak(&results_left, &left,
							     left > n ? left - n : 0))
				;
			if (left && left <= n)
				atomic_store(&all_done_us, wire_now_us());
		}
	}
	leave(t);
	return NULL;
}

static void make_record(uint64_t bytes)
{
	struct result r = {.doc = {.id = STR("doc.txt"), .lang = STR("en")}};
	struct str *warning = mem_alloc(sizeof(*warning));
	char *text = mem_alloc(bytes);

	memset(text, 'w', bytes);
	result_pack(&r, &RECORD);
	*warning = (struct str){text, bytes > RECORD.n ? bytes - RECORD.n : 0};
	r.warnings = warning;
	r.n_warnings = 1;
	RECORD.n = 0;
	result_pack(&r, &RECORD);
	mem_free(text);
	mem_free(warning);
}

static uint64_t arg(int argc, char **argv, int i, uint64_t otherwise)
{
	return argc > i ? strtoull(argv[i], NULL, 10) : otherwise;
}

static void report(const char *what, uint64_t n, int64_t us)
{
	printf("%s jobs=%llu seconds=%.3f per_second=%.0f\n", what, (unsigned long long)n,
	       (double)us / 1e6, (double)n * 1e6 / (double)us);
}

static int run_submit(int argc, char **argv, bool one)
{
	uint64_t n = arg(argc, argv, 3, 100000);
	uint64_t producers = one ? arg(argc, argv, 4, 8) : arg(argc, argv, 6, 1);
	struct task *tasks = mem_alloc(producers * sizeof(*tasks));
	pthread_t *threads = mem_alloc(producers * sizeof(*threads));
	int64_t start = wire_now_us();

	for (uint64_t i = 0; i < producers; i++) {
		tasks[i] = (struct task){.n = n / producers,
					 .items = arg(argc, argv, 4, 100),
					 .inflight = arg(argc, argv, 5, 16),
					 .bytes = arg(argc, argv, 7, 4096)};
		pthread_create(&threads[i], NULL, one ? submit_one : submit_all, &tasks[i]);
	}
	for (uint64_t i = 0; i < producers; i++)
		pthread_join(threads[i], NULL);
	report(one ? "one" : "submit", n / producers * producers, wire_now_us() - start);
	return 0;
}

static int run_both(int argc, char **argv, bool submits)
{
	uint64_t n = arg(argc, argv, 3, 100000);
	uint64_t producers = submits ? arg(argc, argv, 4, 1) : 0;
	uint64_t workers = submits ? arg(argc, argv, 5, 2) : arg(argc, argv, 4, 2);
	uint64_t items = arg(argc, argv, 6, 100), credit = submits ? 200 : arg(argc, argv, 5, 200);
	struct task *tasks = mem_alloc((producers + workers) * sizeof(*tasks));
	pthread_t *threads = mem_alloc((producers + workers) * sizeof(*threads));
	int64_t start = wire_now_us();

	make_record(1024);
	atomic_store(&results_left, n);
	for (uint64_t i = 0; i < producers + workers; i++) {
		tasks[i] = (struct task){.n = producers ? n / producers : 0,
					 .items = items,
					 .inflight = 16,
					 .credit = credit,
					 .bytes = submits ? arg(argc, argv, 7, 4096) : 0};
		pthread_create(&threads[i], NULL, i < producers ? submit_all : work_all, &tasks[i]);
	}
	for (uint64_t i = 0; i < producers + workers; i++)
		pthread_join(threads[i], NULL);
	report(submits ? "both" : "work", n, atomic_load(&all_done_us) - start);
	return 0;
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* One connection that submits, works and measures: submit to DONE_ACK. */
static int run_latency(int argc, char **argv)
{
	uint64_t n = arg(argc, argv, 3, 500), rate = arg(argc, argv, 4, 100);
	uint64_t analysis_us = arg(argc, argv, 5, 0);
	int64_t *took = mem_alloc(n * sizeof(*took));
	struct task s = {.items = 1, .bytes = 4096}, w = {.credit = 4};
	struct msg m;

	make_record(1024);
	join(&s, ROLE_SUBMIT);
	join(&w, ROLE_WORK);
	ask_work(&w, 4);
	for (uint64_t i = 0; i < n; i++) {
		int64_t start = wire_now_us(), rest, analysed;

		send_batch(&s, 1);
		while (!hear(&w, &m, 5000) || m.kind != MSG_GRANT)
			;
		analysed = wire_now_us();
		if (analysis_us)
			usleep((useconds_t)analysis_us);
		analysed = wire_now_us() - analysed;
		finish_grant(&w, &m.grant);
		ask_work(&w, 1); /* after it, as the worker's agent does */
		while (!hear(&w, &m, 5000) || m.kind != MSG_DONE_ACK)
			;
		took[i] = wire_now_us() - start - analysed;
		while (!hear(&s, &m, 5000) || m.kind != MSG_SUBMITTED)
			;
		rest = (int64_t)(1000000 / rate) - (wire_now_us() - start);
		if (rest > 1000)
			wire_pause((int)(rest / 1000));
	}
	qsort(took, n, sizeof(*took), by_size);
	printf("latency n=%llu p50_us=%lld p90_us=%lld p99_us=%lld max_us=%lld\n",
	       (unsigned long long)n, (long long)took[n / 2], (long long)took[n * 9 / 10],
	       (long long)took[n * 99 / 100], (long long)took[n - 1]);
	return 0;
}

static int run_first(void)
{
	struct task t = {0};
	int64_t start = wire_now_us();
	struct msg m;

	join(&t, ROLE_WORK);
	ask_work(&t, 1);
	while (!hear(&t, &m, 10000) || m.kind != MSG_GRANT)
		;
	printf("first ms=%.1f\n", (double)(wire_now_us() - start) / 1000);
	leave(&t);
	return 0;
}

static void await_grant(struct task *t)
{
	struct msg m, hello = {.kind = MSG_HELLO};

	/* As a worker does: the broker that comes back does not know it. */
	hello.hello = (struct msg_hello){.version = 1, .roles = ROLE_WORK, .name = STR("load")};
	for (;;) {
		if (!hear(t, &m, 1000))
			die("no lease after the restart", NULL);
		if (m.kind == MSG_GRANT)
			return;
		if (m.kind == MSG_ERROR && m.error.code == ERR_CONFLICT)
			say(t, &hello);
		if (m.kind == MSG_WELCOME)
			ask_work(t, 1);
	}
}

static pid_t start_broker(char **argv)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(126);
		execv(argv[0], argv);
		_exit(127);
	}
	return pid;
}

/* The worker says something every 10 ms until it hears; what it said to a dead broker is lost. */
static int run_restart(char **argv)
{
	uint64_t n = strtoull(argv[3], NULL, 10);
	struct msg ping = {.kind = MSG_PING};

	for (uint64_t i = 0; i < n; i++) {
		struct task t = {0};
		pid_t pid = start_broker(argv + 4);
		struct wire_fd none;
		struct err e;
		int64_t start;

		join(&t, ROLE_WORK);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		start = wire_now_us();
		pid = start_broker(argv + 4);
		do
			say(&t, &ping);
		while (wire_poll(t.wire, &none, 0, 10, &e) == 0);
		await_grant(&t);
		printf("restart ms=%.1f\n", (double)(wire_now_us() - start) / 1000);
		fflush(stdout);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		wire_close(t.wire, 0);
		arena_free(&t.arena);
	}
	return 0;
}

enum { IDLE_AT_ONCE = 10 };

static int run_idle(int argc, char **argv)
{
	uint64_t workers = arg(argc, argv, 3, 1000), readers = arg(argc, argv, 4, 1000);
	uint64_t seconds = arg(argc, argv, 5, 30);
	struct task *tasks = mem_alloc((workers + readers) * sizeof(*tasks));
	struct msg subscribe = {.kind = MSG_SUBSCRIBE}, ping = {.kind = MSG_PING}, m;

	subscribe.subscribe = (struct msg_subscribe){
		.tag = 1, .start = START_NOW, .credit = 100, .actor = STR("ZZZ")};
	for (uint64_t i = 0; i < workers + readers; i++) {
		join(&tasks[i], i < workers ? ROLE_WORK : ROLE_READ);
		if (i >= workers)
			say(&tasks[i], &subscribe);
	}
	printf("idle workers=%llu readers=%llu\n", (unsigned long long)workers,
	       (unsigned long long)readers);
	fflush(stdout);
	/* Each says something every four seconds, one after the other: they are not one program. */
	for (int64_t end = wire_now_ms() + (int64_t)seconds * 1000; wire_now_ms() < end;) {
		for (uint64_t i = 0; i < workers + readers; i++) {
			if (i % IDLE_AT_ONCE == 0)
				wire_pause((int)(4000 * IDLE_AT_ONCE / (workers + readers)));
			say(&tasks[i], &ping);
			while (hear(&tasks[i], &m, 0))
				;
		}
		if (!workers && !readers)
			wire_pause(100);
	}
	return 0;
}

/* What libzmq and the disk allow a broker that does nothing: every frame of a burst is written, the
 * file synced once, every frame answered as a broker would. Until it is killed. */
static void answer_bound(struct wire *w, const struct wire_peer *to, struct str frame)
{
	static struct arena a;
	struct msg_submitted_item item = {.status = SUBMIT_NEW};
	struct msg m, back = {.kind = MSG_WELCOME};
	struct buf b = {0};
	struct err e;

	arena_reset(&a, 1 << 20);
	if (msg_read(frame, &a, &m, &e) < 0)
		die("read", &e);
	if (m.kind == MSG_SUBMIT) {
		back.kind = MSG_SUBMITTED;
		back.submitted.items = &item;
		back.submitted.n_items = 1;
	}
	msg_write(&back, &b);
	wire_send_take(w, to, &b);
	buf_free(&b);
}

static int run_bound(const char *path)
{
	enum { BURST = 64, ROOM = 11 << 20 };
	struct wire_options o = {.endpoints = &ENDPOINT, .n_endpoints = 1, .listens = true};
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *zeros = mem_alloc(ROOM);
	struct wire *w;
	struct err e;
	off_t at = 0;

	if (fd < 0 || write(fd, zeros, ROOM) != ROOM || fdatasync(fd) < 0)
		die(path, NULL);
	if (wire_open(&w, &o, &e) < 0)
		die("listen", &e);
	while (wire_poll(w, NULL, 0, -1, &e) >= 0) {
		struct wire_peer peers[BURST];
		struct buf frames[BURST] = {0};
		struct wire_frame f;
		int n = 0;

		while (n < BURST && wire_recv(w, &f, &e) == 1) {
			if (at + (off_t)f.bytes.n > ROOM)
				at = 0;
			if (pwrite(fd, f.bytes.p, f.bytes.n, at) != (ssize_t)f.bytes.n)
				die(path, NULL);
			at += (off_t)f.bytes.n;
			peers[n] = f.peer;
			buf_add(&frames[n++], f.bytes.p, f.bytes.n);
		}
		if (n && fdatasync(fd) < 0)
			die(path, NULL);
		for (int i = 0; i < n; i++) {
			answer_bound(w, &peers[i], buf_str(&frames[i]));
			buf_free(&frames[i]);
		}
	}
	return 1;
}

static void read_keys(void)
{
	static struct wire_keys keys;
	const char *server = getenv("LOAD_SERVER_KEY"), *secret = getenv("LOAD_SECRET_KEY");
	struct err e;

	if (!server || !secret)
		return;
	snprintf(keys.server_key, sizeof(keys.server_key), "%s", server);
	snprintf(keys.secret_key, sizeof(keys.secret_key), "%s", secret);
	if (wire_public_key(&keys, &e) < 0)
		die("key", &e);
	KEYS = &keys;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: load ENDPOINT submit|one|work|both|latency|first|idle …\n");
		return 2;
	}
	ENDPOINT = argv[1];
	atomic_store(&next_body, (uint64_t)wire_wall_ms() << 24);
	read_keys();
	if (strcmp(argv[2], "submit") == 0 || strcmp(argv[2], "one") == 0)
		return run_submit(argc, argv, strcmp(argv[2], "one") == 0);
	if (strcmp(argv[2], "work") == 0 || strcmp(argv[2], "both") == 0)
		return run_both(argc, argv, strcmp(argv[2], "both") == 0);
	if (strcmp(argv[2], "latency") == 0)
		return run_latency(argc, argv);
	if (strcmp(argv[2], "first") == 0)
		return run_first();
	if (strcmp(argv[2], "restart") == 0 && argc > 4)
		return run_restart(argv);
	if (strcmp(argv[2], "idle") == 0)
		return run_idle(argc, argv);
	if (strcmp(argv[2], "bound") == 0 && argc > 3)
		return run_bound(argv[3]);
	fprintf(stderr, "load: no \"%s\"\n", argv[2]);
	return 2;
}
