/* The broker as its peers see it: a server and its peers in one process, turn by turn. Include
 * after cmocka.h. */
#ifndef DEMARCHE_TESTS_SERVER_FOR_TEST_H
#define DEMARCHE_TESTS_SERVER_FOR_TEST_H

#include <stdio.h>
#include <stdlib.h>

#include "broker/server.h"
#include "broker/store.h"
#include "proto/log.h"
#include "proto/msg.h"
#include "proto/pack.h"
#include "proto/result.h"
#include "proto/wire.h"
#include "tests/unit/core_for_test.h"
#include "tests/unit/folder_for_test.h"

enum { PATIENCE = 20000 /* turns of a millisecond */ };

struct fixture {
	char dir[64], store[96], endpoint[96];
	struct server *server;
	struct arena arena;
	struct err e;
	struct core_config core;
};

static inline void open_server(struct fixture *f)
{
	const char *endpoints[] = {f->endpoint};
	struct server_options o = {.endpoints = endpoints,
				   .n_endpoints = 1,
				   .store = f->store,
				   .software = "test",
				   .core = f->core};

	if (server_open(&f->server, &o, &f->e) < 0)
		fail_msg("%s", f->e.text);
}

static inline int start(void **state)
{
	struct fixture *f = mem_alloc(sizeof(*f));

	log_setup(&(struct log_setup){.least = LOG_LEVEL_ERROR});
	folder_for_test(f->dir, "server");
	snprintf(f->store, sizeof(f->store), "sqlite:%s/s.db", f->dir);
	snprintf(f->endpoint, sizeof(f->endpoint), "ipc://%s/broker", f->dir);
	f->core = core_for_test();
	open_server(f);
	*state = f;
	return 0;
}

static inline int stop(void **state)
{
	struct fixture *f = *state;

	server_close(f->server);
	folder_remove(f->dir);
	arena_free(&f->arena);
	mem_free(f);
	return 0;
}

static inline struct wire *connect_to(struct fixture *f)
{
	const char *endpoints[] = {f->endpoint};
	struct wire_options o = {.endpoints = endpoints, .n_endpoints = 1};
	struct wire *w;

	assert_int_equal(wire_open(&w, &o, &f->e), 0);
	return w;
}

static inline void say(struct fixture *f, struct wire *w, const struct msg *m)
{
	struct buf b = {0};

	(void)f;
	msg_write(m, &b);
	assert_int_equal(wire_send(w, NULL, buf_str(&b)), WIRE_SENT);
	buf_free(&b);
}

/* The next message to w, made by as many turns as it takes; kind NONE where nothing comes. */
static inline struct msg hear(struct fixture *f, struct wire *w)
{
	struct msg m = {0};

	for (int i = 0; i < PATIENCE; i++) {
		struct wire_frame frame;

		if (server_turn(f->server, 1, &f->e) < 0)
			fail_msg("%s", f->e.text);
		if (wire_recv(w, &frame, &f->e) == 1) {
			struct str kept = arena_str(&f->arena, frame.bytes);

			assert_int_equal(msg_read(kept, &f->arena, &m, &f->e), 0);
			return m;
		}
	}
	return m;
}

static inline struct msg hear_a(struct fixture *f, struct wire *w, enum msg_kind kind)
{
	struct msg m = hear(f, w);

	if (m.kind == MSG_ERROR && kind != MSG_ERROR)
		fail_msg("%.*s", STR_ARG(m.error.text));
	if (m.kind != kind)
		fail_msg("%s instead of %s", msg_kind_name(m.kind), msg_kind_name(kind));
	return m;
}

static inline void turns(struct fixture *f, int n)
{
	while (n--)
		assert_int_equal(server_turn(f->server, 1, &f->e), 0);
}

static inline struct wire *join(struct fixture *f, const char *name)
{
	struct wire *w = connect_to(f);
	struct msg m = {.kind = MSG_HELLO};

	m.hello =
		(struct msg_hello){.version = MSG_VERSION, .roles = ROLE_ALL, .name = str_of(name)};
	say(f, w, &m);
	assert_int_equal(hear_a(f, w, MSG_WELCOME).welcome.version, MSG_VERSION);
	return w;
}

static inline struct msg_submitted_item submit(struct fixture *f, struct wire *w,
					       struct msg_submit_item item)
{
	struct msg m = {.kind = MSG_SUBMIT, .submit = {.tag = 7, .items = &item, .n_items = 1}};

	say(f, w, &m);
	m = hear_a(f, w, MSG_SUBMITTED);
	assert_int_equal(m.submitted.tag, 7);
	assert_int_equal(m.submitted.n_items, 1);
	return m.submitted.items[0];
}

static inline uint64_t submit_text(struct fixture *f, struct wire *w, const char *text)
{
	struct msg_submitted_item r =
		submit(f, w, (struct msg_submit_item){.id = STR("doc"), .body = str_of(text)});

	assert_int_equal(r.status, SUBMIT_NEW);
	return r.job;
}

static inline void want(struct fixture *f, struct wire *w, uint32_t n)
{
	struct msg m = {.kind = MSG_WANT, .want = {n}};

	say(f, w, &m);
}

static inline struct msg_lease granted(struct fixture *f, struct wire *w)
{
	struct msg m = hear_a(f, w, MSG_GRANT);

	assert_int_equal(m.grant.n_leases, 1);
	return m.grant.leases[0];
}

static inline struct str record(struct fixture *f)
{
	struct span mention = {0, 5};
	struct result_entity entities[2] = {{.id = 1,
					     .name = STR("China"),
					     .kind = ENTITY_COUNTRY,
					     .code = STR("CHN"),
					     .role = STR("GOV"),
					     .mentions = &mention,
					     .n_mentions = 1},
					    {.id = 2,
					     .name = STR("Japan"),
					     .kind = ENTITY_COUNTRY,
					     .code = STR("JPN"),
					     .role = STR("GOV"),
					     .mentions = &mention,
					     .n_mentions = 1}};
	uint32_t one = 1, two = 2;
	struct result_event event = {.type = EVENT_CONSULT,
				     .cameo = STR("042"),
				     .source = {&one, 1},
				     .target = {&two, 1},
				     .goldstein = 1.9,
				     .trigger = {6, 13},
				     .sentence = {0, 20},
				     .text = STR("China visited Japan."),
				     .status = STATUS_ACTUAL,
				     .date = {.start = STR("2020-01-17"),
					      .end = STR("2020-01-17"),
					      .precision = PRECISION_DAY,
					      .text = STR("")},
				     .mode = STR("visit"),
				     .confidence = 0.9,
				     .rule = STR("r")};
	struct result_stance stance = {
		.holder = {&one, 1},
		.target = {.text = STR("Japan"), .span = {14, 19}, .entity = 2},
		.polarity = POLARITY_SUPPORT,
		.strength = 2,
		.kind = STANCE_STATED,
		.trigger = {6, 13},
		.sentence = {0, 20},
		.text = STR("China visited Japan."),
		.confidence = 0.5,
		.rule = STR("s")};
	struct result r = {.doc = {.id = STR("doc")},
			   .entities = entities,
			   .n_entities = 2,
			   .events = &event,
			   .n_events = 1,
			   .stances = &stance,
			   .n_stances = 1};
	struct buf b = {0};
	struct str kept;

	result_pack(&r, &b);
	kept = arena_str(&f->arena, buf_str(&b));
	buf_free(&b);
	return kept;
}

static inline struct msg_done_ack_item finish(struct fixture *f, struct wire *w, uint64_t job,
					      uint64_t attempt)
{
	struct msg_done_item item = {.job = job, .attempt = attempt, .record = record(f)};
	struct msg m = {.kind = MSG_DONE, .done = {.tag = 3, .items = &item, .n_items = 1}};

	say(f, w, &m);
	m = hear_a(f, w, MSG_DONE_ACK);
	return m.done_ack.items[0];
}

static inline struct msg_done_ack_item give_up(struct fixture *f, struct wire *w, uint64_t job,
					       uint64_t attempt, bool retryable)
{
	struct msg_done_item item = {.job = job,
				     .attempt = attempt,
				     .outcome = OUTCOME_FAILED,
				     .code = ERR_CRASHED,
				     .text = STR("it crashed"),
				     .retryable = retryable};
	struct msg m = {.kind = MSG_DONE, .done = {.tag = 3, .items = &item, .n_items = 1}};

	say(f, w, &m);
	m = hear_a(f, w, MSG_DONE_ACK);
	return m.done_ack.items[0];
}

/* The value of a key of a row, as text. */
static inline const char *row_value(struct fixture *f, struct str row, const char *key)
{
	struct unpack u;
	uint32_t n;

	unpack_init(&u, row);
	n = unpack_map(&u);
	for (uint32_t i = 0; i < n; i++) {
		struct str k = unpack_str(&u, 1000);

		if (!str_is(k, key)) {
			unpack_skip(&u);
			continue;
		}
		if (unpack_peek(&u) == UNPACK_INT)
			return arena_printf(&f->arena, "%lld", (long long)unpack_int(&u)).p;
		if (unpack_peek(&u) == UNPACK_STR)
			return arena_str(&f->arena, unpack_str(&u, 100000)).p;
		return arena_printf(&f->arena, "%zu bytes", unpack_raw(&u).n).p;
	}
	return "(not there)";
}

static inline struct msg_rows ask(struct fixture *f, struct wire *w, const char *what,
				  const char *name, const char *value)
{
	struct msg_argument argument = {.name = str_of(name), .value = str_of(value)};
	struct msg m = {.kind = MSG_QUERY};

	m.query = (struct msg_query){.tag = 11,
				     .what = str_of(what),
				     .arguments = &argument,
				     .n_arguments = *name ? 1 : 0};
	say(f, w, &m);
	return hear_a(f, w, MSG_ROWS).rows;
}

static inline const char *job_state(struct fixture *f, struct wire *w, uint64_t job)
{
	char number[32];
	struct msg_rows rows;

	snprintf(number, sizeof(number), "%llu", (unsigned long long)job);
	rows = ask(f, w, "jobs", "job", number);
	return rows.n_rows ? row_value(f, rows.rows[0], "state") : "(none)";
}

#endif
