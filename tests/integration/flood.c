/* A peer that means harm, on purpose: asks for more than it takes, sends more than is taken, or
 * makes things grow that the broker keeps.
 * usage: flood WHAT ENDPOINT N
 *   deaf         asks N times for all texts, and reads no answer
 *   giants       submits the same documents N times, in messages as large as they may be
 *   collections  submits N documents, each into a collection of its own
 *   cursors      acknowledges results of N named cursors
 *   works        N connections, each asks for work
 *   repeats      N times the messages that would cost most room to read
 * Prints how many answers were errors. Where it does not read, it stays until it is killed. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/msg.h"
#include "proto/pack.h"
#include "proto/wire.h"

enum { PATIENCE_MS = 20000, GIANT_BODY = 15 << 20, GIANT_ITEMS = 4 };

struct flood {
	const char *endpoint;
	uint32_t n;
	struct wire *wire;
	struct buf out;
	struct arena arena;
	uint32_t n_answers, n_errors;
};

static struct wire *connect_to(const char *endpoint, uint32_t queue_frames)
{
	struct wire_options o = {
		.endpoints = &endpoint, .n_endpoints = 1, .queue_frames = queue_frames};
	struct wire *w;
	struct err e;

	if (wire_open(&w, &o, &e) < 0) {
		fprintf(stderr, "flood: %s\n", e.text);
		exit(1);
	}
	return w;
}

static void send_frame(struct flood *f, struct wire *w, struct str bytes)
{
	int64_t until = wire_now_ms() + PATIENCE_MS;

	(void)f;
	while (wire_send(w, NULL, bytes) != WIRE_SENT && wire_now_ms() < until)
		wire_pause(5);
}

static void say(struct flood *f, struct wire *w, const struct msg *m)
{
	f->out.n = 0;
	msg_write(m, &f->out);
	send_frame(f, w, buf_str(&f->out));
}

static void hello(struct flood *f, struct wire *w)
{
	say(f, w,
	    &(struct msg){.kind = MSG_HELLO,
			  .hello = {.version = MSG_VERSION, .roles = ROLE_ALL, .name = STR("x")}});
}

/* The next answer, counted; false where none comes. */
static bool hear(struct flood *f, struct wire *w, struct msg *m)
{
	struct wire_frame frame;
	struct err e;

	if (wire_poll(w, NULL, 0, PATIENCE_MS, &e) != 1 || wire_recv(w, &frame, &e) != 1)
		return false;
	arena_reset(&f->arena, 1 << 20);
	if (msg_read(frame.bytes, &f->arena, m, &e) < 0)
		return false;
	f->n_answers++;
	f->n_errors += m->kind == MSG_ERROR;
	return true;
}

static void deaf(struct flood *f)
{
	struct wire *w = connect_to(f->endpoint, 1);
	struct msg m = {.kind = MSG_QUERY, .query = {.what = STR("text"), .limit = 1000}};

	hello(f, w);
	for (uint32_t i = 0; i < f->n; i++)
		say(f, w, &m);
	puts("said");
	fflush(stdout);
	pause();
}

static void giants(struct flood *f)
{
	struct msg_submit_item items[GIANT_ITEMS] = {0};
	struct msg m = {.kind = MSG_SUBMIT, .submit = {.items = items, .n_items = GIANT_ITEMS}};
	char *body = mem_alloc(GIANT_BODY);
	struct msg back;

	memset(body, 'x', GIANT_BODY);
	hello(f, f->wire);
	for (uint32_t i = 0; i < f->n; i++) {
		for (int k = 0; k < GIANT_ITEMS; k++)
			items[k].body = (struct str){body, GIANT_BODY};
		say(f, f->wire, &m);
	}
	puts("said");
	fflush(stdout);
	for (uint32_t i = 0; i < f->n && hear(f, f->wire, &back); i++)
		;
	mem_free(body);
}

static void collections(struct flood *f)
{
	struct msg_submit_item *items = mem_alloc(1000 * sizeof(*items));
	char(*names)[16] = mem_alloc(1000 * sizeof(*names));
	struct msg m = {.kind = MSG_SUBMIT, .submit = {.items = items, .n_items = 1000}}, back;

	hello(f, f->wire);
	hear(f, f->wire, &back);
	for (uint32_t i = 0; i < f->n; i += 1000) {
		for (uint32_t k = 0; k < 1000; k++) {
			snprintf(names[k], sizeof(names[k]), "c%u", i + k);
			items[k] = (struct msg_submit_item){.collection = str_of(names[k]),
							    .body = str_of(names[k])};
		}
		say(f, f->wire, &m);
		hear(f, f->wire, &back);
		for (uint32_t k = 0; k < back.submitted.n_items; k++)
			f->n_errors += back.submitted.items[k].status == SUBMIT_REFUSED;
	}
	mem_free(items);
	mem_free(names);
}

static void cursors(struct flood *f)
{
	struct msg back;
	char name[16];

	hello(f, f->wire);
	hear(f, f->wire, &back);
	for (uint32_t i = 0; i < f->n; i++) {
		struct msg m = {.kind = MSG_SUBSCRIBE,
				.subscribe = {.tag = 1, .start = START_NAME, .credit = 1}};

		snprintf(name, sizeof(name), "n%u", i);
		m.subscribe.name = str_of(name);
		say(f, f->wire, &m);
		do {
			if (!hear(f, f->wire, &back))
				return;
		} while (back.kind == MSG_RESULTS && !back.results.n_items);
		if (back.kind == MSG_RESULTS)
			say(f, f->wire,
			    &(struct msg){.kind = MSG_CREDIT, .credit = {.tag = 1, .ack = 1}});
	}
	say(f, f->wire, &(struct msg){.kind = MSG_PING});
	while (hear(f, f->wire, &back) && back.kind != MSG_PONG)
		;
}

static void works(struct flood *f)
{
	struct wire **w = mem_alloc(f->n * sizeof(struct wire *));
	struct msg back;

	for (uint32_t i = 0; i < f->n; i++) {
		w[i] = connect_to(f->endpoint, 10);
		hello(f, w[i]);
		say(f, w[i], &(struct msg){.kind = MSG_WANT, .want = {.credit = 1}});
		hear(f, w[i], &back);
	}
	puts("said");
	fflush(stdout);
	pause();
}

/* A list of as many elements of one byte as it may have, given again and again. */
static void repeats(struct flood *f)
{
	struct msg back;
	struct buf b = {0};

	hello(f, f->wire);
	hear(f, f->wire, &back);
	pack_map(&b, 1 + 6000);
	pack_uint(&b, 0), pack_uint(&b, MSG_SUBMIT);
	for (int i = 0; i < 6000; i++) {
		pack_uint(&b, 2);
		pack_array(&b, MSG_ITEMS_MAX);
		for (int k = 0; k < MSG_ITEMS_MAX; k++)
			pack_map(&b, 0);
	}
	for (uint32_t i = 0; i < f->n; i++) {
		send_frame(f, f->wire, buf_str(&b));
		hear(f, f->wire, &back);
	}
	buf_free(&b);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(struct flood *f);
	} FLOODS[] = {{"deaf", deaf},       {"giants", giants}, {"collections", collections},
		      {"cursors", cursors}, {"works", works},   {"repeats", repeats}};
	struct flood f = {0};

	if (argc != 4)
		return 2;
	f.endpoint = argv[2];
	f.n = (uint32_t)strtoul(argv[3], NULL, 10);
	f.wire = connect_to(f.endpoint, 0);
	for (size_t i = 0; i < sizeof(FLOODS) / sizeof(FLOODS[0]); i++)
		if (strcmp(argv[1], FLOODS[i].name) == 0)
			FLOODS[i].run(&f);
	wire_close(f.wire, 0);
	buf_free(&f.out);
	arena_free(&f.arena);
	printf("answers %u, errors %u\n", f.n_answers, f.n_errors);
	return 0;
}
