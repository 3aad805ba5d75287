/* Keys and roles: the file, and a broker that asks for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/keys.h"
#include "broker/server.h"
#include "proto/log.h"
#include "proto/msg.h"
#include "proto/wire.h"
#include "tests/unit/core_for_test.h"
#include "tests/unit/folder_for_test.h"

static struct err E;

#define KEY_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define KEY_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void keys_and_roles_are_read(void **state)
{
	struct keys *k = keys_new();
	const struct key *found;

	(void)state;
	assert_int_equal(
		keys_parse(k,
			   STR("# who\nserver " KEY_A "\n\n  allow\t" KEY_B "  submit,read  ann\n"),
			   &E),
		0);
	found = keys_find(k, KEY_B);
	assert_non_null(found);
	assert_int_equal(found->roles, ROLE_SUBMIT | ROLE_READ);
	assert_string_equal(found->name, "ann");
	assert_null(keys_find(k, KEY_A));
	assert_null(keys_find(k, "short"));
	keys_close(k);
}

static void a_wrong_line_is_named(void **state)
{
	static const struct {
		const char *text, *error;
	} wrong[] = {
		{"server short\n", "line 1: a key of 5 characters"},
		{"server " KEY_A "\nallow " KEY_B " fly x\n", "line 2: \"fly\" is none of"},
		{"server " KEY_A "\nallow " KEY_B " work\n", "line 2: expected: allow KEY"},
		{"serve " KEY_A "\n", "line 1: \"serve\", expected server or allow"},
		{"allow " KEY_B " work w\n", "no line \"server"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct keys *k = keys_new();

		assert_int_equal(keys_parse(k, str_of(wrong[i].text), &E), -1);
		if (!strstr(E.text, wrong[i].error))
			fail_msg("\"%s\" instead of \"%s\"", E.text, wrong[i].error);
		keys_close(k);
	}
}

/* A broker with three keys: a submitter, a worker, and nobody. */
struct fixture {
	char dir[64], path[96], store[96];
	struct wire_keys broker, submitter, worker;
	struct keys *keys;
	struct server *server;
	struct arena arena;
};

static void write_keys(struct fixture *f, bool with_worker)
{
	FILE *out = fopen(f->path, "w");

	assert_non_null(out);
	fprintf(out, "server %s\nallow %s submit,read ann\n", f->broker.secret_key,
		f->submitter.public_key);
	if (with_worker)
		fprintf(out, "allow %s work bob\n", f->worker.public_key);
	fclose(out);
	chmod(f->path, 0600);
}

static int start(void **state)
{
	struct fixture *f = mem_alloc(sizeof(*f));
	const char *endpoints[] = {"tcp://127.0.0.1:*"};
	struct server_options o = {
		.endpoints = endpoints, .n_endpoints = 1, .store = f->store, .software = "test"};

	log_setup(&(struct log_setup){.least = LOG_LEVEL_ERROR});
	folder_for_test(f->dir, "keys");
	snprintf(f->path, sizeof(f->path), "%s/keys", f->dir);
	snprintf(f->store, sizeof(f->store), "%s/s.db", f->dir);
	assert_int_equal(wire_keypair(&f->broker, &E), 0);
	assert_int_equal(wire_keypair(&f->submitter, &E), 0);
	assert_int_equal(wire_keypair(&f->worker, &E), 0);
	write_keys(f, true);
	assert_int_equal(keys_open(&f->keys, f->path, &E), 0);
	o.keys = f->keys;
	o.core = core_for_test();
	if (server_open(&f->server, &o, &E) < 0)
		fail_msg("%s", E.text);
	*state = f;
	return 0;
}

static int stop(void **state)
{
	struct fixture *f = *state;

	server_close(f->server);
	keys_close(f->keys);
	folder_remove(f->dir);
	arena_free(&f->arena);
	mem_free(f);
	return 0;
}

static struct wire *connect_with(struct fixture *f, const struct wire_keys *own)
{
	const char *endpoints[] = {server_endpoint(f->server, 0)};
	struct wire_keys keys;
	struct wire_options o = {.endpoints = endpoints, .n_endpoints = 1};
	struct wire *w;

	if (own) {
		keys = *own;
		memcpy(keys.server_key, f->broker.public_key, sizeof(keys.server_key));
		o.keys = &keys;
	}
	assert_int_equal(wire_open(&w, &o, &E), 0);
	return w;
}

/* The answer to a message; kind NONE where the broker says nothing for a second. */
static struct msg ask(struct fixture *f, struct wire *w, const struct msg *m)
{
	struct msg back = {0};
	struct buf b = {0};

	msg_write(m, &b);
	assert_int_equal(wire_send(w, NULL, buf_str(&b)), WIRE_SENT);
	buf_free(&b);
	for (int i = 0; i < 1000; i++) {
		struct wire_frame frame;

		assert_int_equal(server_turn(f->server, 1, &E), 0);
		if (wire_recv(w, &frame, &E) == 1) {
			struct str kept = arena_str(&f->arena, frame.bytes);

			assert_int_equal(msg_read(kept, &f->arena, &back, &E), 0);
			break;
		}
	}
	return back;
}

static struct msg hello(uint32_t roles)
{
	return (struct msg){.kind = MSG_HELLO,
			    .hello = {.version = MSG_VERSION, .roles = roles, .name = STR("x")}};
}

static void a_known_key_comes_in_with_its_roles(void **state)
{
	struct fixture *f = *state;
	struct wire *w = connect_with(f, &f->submitter);
	struct msg_submit_item item = {.body = STR("text")};
	struct msg m = hello(ROLE_ALL);

	m = ask(f, w, &m);
	assert_int_equal(m.kind, MSG_WELCOME);
	assert_int_equal(m.welcome.roles, ROLE_SUBMIT | ROLE_READ);
	m = (struct msg){.kind = MSG_SUBMIT, .submit = {.items = &item, .n_items = 1}};
	assert_int_equal(ask(f, w, &m).kind, MSG_SUBMITTED);
	m = (struct msg){.kind = MSG_WANT, .want = {1}};
	m = ask(f, w, &m);
	assert_int_equal(m.kind, MSG_ERROR);
	assert_int_equal(m.error.code, ERR_REFUSED);
	wire_close(w, 0);
}

static void a_role_that_the_key_has_not_is_refused(void **state)
{
	struct fixture *f = *state;
	struct wire *w = connect_with(f, &f->worker);
	struct msg m = hello(ROLE_READ);

	m = ask(f, w, &m);
	assert_int_equal(m.kind, MSG_ERROR);
	assert_int_equal(m.error.code, ERR_REFUSED);
	wire_close(w, 0);
}

static void an_unknown_key_is_not_let_in(void **state)
{
	struct fixture *f = *state;
	struct wire_keys stranger;
	struct wire *w;
	struct msg m = hello(ROLE_READ);

	assert_int_equal(wire_keypair(&stranger, &E), 0);
	w = connect_with(f, &stranger);
	assert_int_equal(ask(f, w, &m).kind, MSG_NONE);
	wire_close(w, 0);
}

static void who_does_not_encrypt_is_not_let_in(void **state)
{
	struct fixture *f = *state;
	struct wire *w = connect_with(f, NULL);
	struct msg m = hello(ROLE_READ);

	assert_int_equal(ask(f, w, &m).kind, MSG_NONE);
	wire_close(w, 0);
}

static void reloading_shuts_a_key_out(void **state)
{
	struct fixture *f = *state;
	struct wire *w;
	struct msg m = hello(ROLE_WORK);

	write_keys(f, false);
	assert_int_equal(keys_reload(f->keys, &E), 0);
	w = connect_with(f, &f->worker);
	assert_int_equal(ask(f, w, &m).kind, MSG_NONE);
	wire_close(w, 0);
}

static void reloading_ends_a_conversation_under_way(void **state)
{
	struct fixture *f = *state;
	struct wire *w = connect_with(f, &f->worker);
	struct msg m = hello(ROLE_WORK);

	assert_int_equal(ask(f, w, &m).kind, MSG_WELCOME);
	write_keys(f, false);
	assert_int_equal(keys_reload(f->keys, &E), 0);
	m = (struct msg){.kind = MSG_WANT, .want = {1}};
	m = ask(f, w, &m);
	assert_int_equal(m.kind, MSG_ERROR);
	assert_int_equal(m.error.code, ERR_REFUSED);
	wire_close(w, 0);
}

static void a_file_that_others_can_read_is_refused(void **state)
{
	struct fixture *f = *state;
	struct keys *k;

	chmod(f->path, 0644);
	assert_int_equal(keys_open(&k, f->path, &E), -1);
	assert_int_equal(E.code, ERR_REFUSED);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_and_roles_are_read),
		cmocka_unit_test(a_wrong_line_is_named),
		T(a_known_key_comes_in_with_its_roles),
		T(a_role_that_the_key_has_not_is_refused),
		T(an_unknown_key_is_not_let_in),
		T(who_does_not_encrypt_is_not_let_in),
		T(reloading_shuts_a_key_out),
		T(reloading_ends_a_conversation_under_way),
		T(a_file_that_others_can_read_is_refused),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
