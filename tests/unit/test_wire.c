/* What a wire takes and gives, beside a peer that speaks ZeroMQ by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <zmq.h>

#include "proto/wire.h"
#include "tests/unit/folder_for_test.h"

struct fixture {
	char dir[64], endpoint[96];
	struct wire *wire;
	void *context, *peer;
};

static int start(void **state)
{
	struct fixture *f = mem_alloc(sizeof(*f));
	const char *endpoints[] = {f->endpoint};
	struct wire_options o = {.endpoints = endpoints, .n_endpoints = 1, .listens = true};
	struct err e;

	folder_for_test(f->dir, "wire");
	snprintf(f->endpoint, sizeof(f->endpoint), "ipc://%s/wire", f->dir);
	assert_int_equal(wire_open(&f->wire, &o, &e), 0);
	f->context = zmq_ctx_new();
	f->peer = zmq_socket(f->context, ZMQ_DEALER);
	assert_int_equal(zmq_connect(f->peer, f->endpoint), 0);
	*state = f;
	return 0;
}

static int stop(void **state)
{
	struct fixture *f = *state;

	zmq_close(f->peer);
	zmq_ctx_term(f->context);
	wire_close(f->wire, 0);
	folder_remove(f->dir);
	mem_free(f);
	return 0;
}

static void hear(struct wire *w, struct wire_frame *f)
{
	struct err e;

	while (wire_recv(w, f, &e) == 0)
		assert_true(wire_poll(w, NULL, 0, 10000, &e) >= 0);
}

static void a_message_of_two_frames_is_dropped_and_counted(void **state)
{
	struct fixture *f = *state;
	struct wire_frame frame;

	assert_int_equal(zmq_send(f->peer, "one", 3, ZMQ_SNDMORE), 3);
	assert_int_equal(zmq_send(f->peer, "two", 3, 0), 3);
	assert_int_equal(zmq_send(f->peer, "whole", 5, 0), 5);
	hear(f->wire, &frame);
	assert_true(str_eq(frame.bytes, STR("whole")));
	assert_int_equal(wire_malformed(f->wire), 1);
}

static void what_is_no_endpoint_is_told(void **state)
{
	const char *endpoints[] = {"somewhere"};
	struct wire_options o = {.endpoints = endpoints, .n_endpoints = 1};
	struct wire *w;
	struct err e;

	(void)state;
	assert_int_equal(wire_open(&w, &o, &e), -1);
	assert_int_equal(e.code, ERR_INVALID);
	assert_string_equal(e.text, "somewhere: expected tcp://HOST:PORT or ipc://PATH");
}

static void endpoints_have_host_and_port(void **state)
{
	static const char *const good[] = {"tcp://127.0.0.1:7711", "tcp://*:*", "tcp://[::1]:0",
					   "ipc:///run/demarche.sock", "tcp://broker:65535"};
	static const char *const bad[] = {"",          "tcp://",           "tcp://broker",
					  "tcp://b:",  "tcp://b:port",     "tcp://b:65536",
					  "udp://b:1", "tcp://b:7711,c:1", "b:7711"};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_int_equal(wire_check_endpoint(good[i], &e), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (wire_check_endpoint(bad[i], &e) == 0)
			fail_msg("%s was taken for an endpoint", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_message_of_two_frames_is_dropped_and_counted,
						start, stop),
		cmocka_unit_test(what_is_no_endpoint_is_told),
		cmocka_unit_test(endpoints_have_host_and_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
