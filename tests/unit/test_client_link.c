/* The conversation with a broker, against a broker of this test's own in a child process: it
 * answers as the protocol says, or as it must not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "client/link.h"
#include "client/source.h"
#include "proto/wire.h"

static char folder[64], endpoint[128];
static pid_t broker;

/* What a fake broker does with the n-th message: fills *answer, or leaves MSG_NONE for silence. */
typedef void fake_fn(int n, const struct msg *m, struct msg *answer);

static _Noreturn void serve(fake_fn *fake)
{
	const char *endpoints[] = {endpoint};
	struct wire_options o = {.endpoints = endpoints, .n_endpoints = 1, .listens = true};
	struct arena a = {0};
	struct buf out = {0};
	struct wire *w;
	struct err e;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (wire_open(&w, &o, &e) < 0)
		_exit(1);
	for (int n = 0;;) {
		struct wire_frame f;
		struct msg m, answer = {.kind = MSG_NONE};

		if (wire_poll(w, NULL, 0, -1, &e) <= 0 || wire_recv(w, &f, &e) <= 0)
			continue;
		arena_reset(&a, 4096);
		if (msg_read(f.bytes, &a, &m, &e) < 0)
			_exit(2);
		fake(n++, &m, &answer);
		if (answer.kind == MSG_NONE)
			continue;
		out.n = 0;
		msg_write(&answer, &out);
		wire_send(w, &f.peer, buf_str(&out));
	}
}

static void start(fake_fn *fake)
{
	strcpy(folder, "/tmp/test_client_link.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(endpoint, sizeof(endpoint), "ipc://%s/b", folder);
	broker = fork();
	if (broker == 0)
		serve(fake);
	assert_true(broker > 0);
}

static void stop(void)
{
	char path[128];

	kill(broker, SIGKILL);
	waitpid(broker, NULL, 0);
	snprintf(path, sizeof(path), "%s/b", folder);
	unlink(path);
	rmdir(folder);
}

static struct link_options options(int64_t timeout_ms)
{
	static const char *endpoints[] = {endpoint, NULL};

	return (struct link_options){.broker = {endpoints, 1}, .timeout_ms = timeout_ms};
}

static void welcome(const struct msg *m, struct msg *answer)
{
	answer->kind = MSG_WELCOME;
	answer->welcome.version = MSG_VERSION;
	answer->welcome.roles = m->hello.roles;
}

static void rows(const struct msg *m, struct msg *answer)
{
	answer->kind = MSG_ROWS;
	answer->rows.tag = m->query.tag;
}

static void other_version(int n, const struct msg *m, struct msg *answer)
{
	(void)n;
	(void)m;
	answer->kind = MSG_ERROR;
	answer->error.code = ERR_VERSION;
	answer->error.version = 2;
	answer->error.text = STR("version 2 is spoken here");
}

static void broker_of_another_version_is_named_and_counts_as_unreachable(void **state)
{
	struct link_options o = options(5000);
	struct err e;

	(void)state;
	start(other_version);
	assert_null(link_open(&o, ROLE_READ, &e));
	assert_int_equal(e.code, ERR_VERSION);
	assert_non_null(strstr(e.text, "version 2 of the protocol"));
	assert_int_equal(link_exit_status(&e), 3);
	stop();
}

static void silent(int n, const struct msg *m, struct msg *answer)
{
	(void)n;
	(void)m;
	(void)answer;
}

static void broker_that_never_answers_is_unreachable(void **state)
{
	struct link_options o = options(200);
	struct err e;

	(void)state;
	start(silent);
	assert_null(link_open(&o, ROLE_READ, &e));
	assert_int_equal(e.code, ERR_UNREACHABLE);
	assert_int_equal(link_exit_status(&e), 3);
	stop();
}

static void fewer_roles(int n, const struct msg *m, struct msg *answer)
{
	(void)n;
	welcome(m, answer);
	answer->welcome.roles = ROLE_READ;
}

static void missing_role_is_refused(void **state)
{
	struct link_options o = options(5000);
	struct err e;

	(void)state;
	start(fewer_roles);
	assert_null(link_open(&o, ROLE_READ | ROLE_SUBMIT, &e));
	assert_int_equal(link_exit_status(&e), 4);
	stop();
}

/* Message 0 HELLO, 1 QUERY: forgotten by a "restart"; 2 HELLO again, 3 the same QUERY again. */
static void restarted(int n, const struct msg *m, struct msg *answer)
{
	if (m->kind == MSG_HELLO) {
		welcome(m, answer);
	} else if (n == 1) {
		answer->kind = MSG_ERROR;
		answer->error.tag = m->query.tag;
		answer->error.code = ERR_CONFLICT;
		answer->error.kind = MSG_QUERY;
		answer->error.text = STR("say HELLO first");
	} else if (m->kind == MSG_QUERY) {
		rows(m, answer);
	}
}

static struct msg question(void)
{
	struct msg m = {.kind = MSG_QUERY};

	m.query.what = STR("jobs");
	return m;
}

static void request_is_repeated_when_the_broker_was_replaced(void **state)
{
	struct link_options o = options(5000);
	struct msg m = question(), answer;
	struct link *l;
	struct err e;

	(void)state;
	start(restarted);
	l = link_open(&o, ROLE_READ, &e);
	assert_non_null(l);
	assert_int_equal(link_ask(l, &m, &answer, &e), 0);
	assert_int_equal(answer.kind, MSG_ROWS);
	link_close(l);
	stop();
}

static void busy_once(int n, const struct msg *m, struct msg *answer)
{
	if (m->kind == MSG_HELLO) {
		welcome(m, answer);
	} else if (n == 1) {
		answer->kind = MSG_ERROR;
		answer->error.tag = m->query.tag;
		answer->error.code = ERR_BUSY;
		answer->error.retry_ms = 1;
		answer->error.text = STR("too many questions");
	} else if (m->kind == MSG_QUERY) {
		rows(m, answer);
	}
}

static void busy_is_waited_out(void **state)
{
	struct link_options o = options(5000);
	struct msg m = question(), answer;
	struct link *l;
	struct err e;

	(void)state;
	start(busy_once);
	l = link_open(&o, ROLE_READ, &e);
	assert_non_null(l);
	assert_int_equal(link_ask(l, &m, &answer, &e), 0);
	link_close(l);
	stop();
}

static void refusal(int n, const struct msg *m, struct msg *answer)
{
	(void)n;
	if (m->kind == MSG_HELLO) {
		welcome(m, answer);
	} else if (m->kind == MSG_QUERY) {
		answer->kind = MSG_ERROR;
		answer->error.tag = m->query.tag;
		answer->error.code = ERR_INVALID;
		answer->error.text = STR("no such day");
	}
}

/* A page of none, after which there is one row. */
static void first_page_empty(int n, const struct msg *m, struct msg *answer)
{
	static struct str packed = {"\x81\xa2id\x07", 5};

	if (m->kind == MSG_HELLO) {
		welcome(m, answer);
	} else if (m->kind == MSG_QUERY) {
		rows(m, answer);
		answer->rows.more = n == 1;
		answer->rows.n_rows = n == 2;
		answer->rows.rows = &packed;
	}
}

static void the_first_row_may_come_with_a_later_page(void **state)
{
	struct link_options o = options(5000);
	struct link_query q = {.what = "status"};
	struct link *l;
	struct err e;
	json_t *row;

	(void)state;
	start(first_page_empty);
	l = link_open(&o, ROLE_READ, &e);
	assert_non_null(l);
	assert_int_equal(source_first_of(l, &q, &row, &e), 1);
	assert_int_equal(row_int(row, "id"), 7);
	json_decref(row);
	assert_int_equal(source_first_of(l, &q, &row, &e), 0);
	assert_null(row);
	link_close(l);
	stop();
}

static void error_answer_is_the_error(void **state)
{
	struct link_options o = options(5000);
	struct msg m = question(), answer;
	struct link *l;
	struct err e;

	(void)state;
	start(refusal);
	l = link_open(&o, ROLE_READ, &e);
	assert_non_null(l);
	assert_int_equal(link_ask(l, &m, &answer, &e), -1);
	assert_string_equal(e.text, "broker: no such day");
	assert_int_equal(link_exit_status(&e), 1);
	link_close(l);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(broker_of_another_version_is_named_and_counts_as_unreachable),
		cmocka_unit_test(broker_that_never_answers_is_unreachable),
		cmocka_unit_test(missing_role_is_refused),
		cmocka_unit_test(request_is_repeated_when_the_broker_was_replaced),
		cmocka_unit_test(busy_is_waited_out),
		cmocka_unit_test(error_answer_is_the_error),
		cmocka_unit_test(the_first_row_may_come_with_a_later_page),
	};

	return cmocka_run_group_tests_name("client_link", tests, NULL, NULL);
}
