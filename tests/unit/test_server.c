/* The broker as its peers see it: jobs, refusals, restarts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/unit/server_for_test.h"

/* In the place of the C library's, for SQLite too. */
static bool disk_fails;

int fdatasync(int fd)
{
	if (disk_fails) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fdatasync, fd);
}

static void turn_until_the_disk_fails(struct fixture *f)
{
	int n = 0;

	disk_fails = true;
	while (server_turn(f->server, 1, &f->e) == 0)
		assert_true(++n < PATIENCE);
	disk_fails = false;
	server_close(f->server);
	f->server = NULL;
}

/* What reached a peer of a broker that has ended. */
static enum msg_kind heard(struct fixture *f, struct wire *w)
{
	struct wire_frame frame;
	struct msg m;

	if (wire_poll(w, NULL, 0, 50, &f->e) < 1 || wire_recv(w, &frame, &f->e) != 1)
		return MSG_NONE;
	assert_int_equal(msg_read(frame.bytes, &f->arena, &m, &f->e), 0);
	return m.kind;
}

/* Tests */

static void a_new_job_is_granted_while_its_turn_is_synced_and_accepted_after(void **state)
{
	struct fixture *f = *state;
	struct wire *worker = join(f, "worker"), *producer = join(f, "producer");
	struct msg_submit_item item = {.id = STR("doc"), .body = STR("China visited Japan.")};
	struct msg m = {.kind = MSG_SUBMIT, .submit = {.tag = 7, .items = &item, .n_items = 1}};

	want(f, worker, 1);
	turns(f, 20);
	say(f, producer, &m);
	turn_until_the_disk_fails(f);
	assert_int_equal(heard(f, worker), MSG_GRANT);
	assert_int_equal(heard(f, producer), MSG_NONE);
	wire_close(worker, 0);
	wire_close(producer, 0);
}

static void a_further_try_is_granted_only_when_it_is_known_to_count(void **state)
{
	struct fixture *f = *state;
	struct wire *worker = join(f, "worker"), *producer = join(f, "producer");

	submit_text(f, producer, "China visited Japan.");
	want(f, worker, 1);
	turn_until_the_disk_fails(f);
	assert_int_equal(heard(f, worker), MSG_NONE);
	wire_close(worker, 0);
	wire_close(producer, 0);
}

static void a_document_becomes_a_result(void **state)
{
	struct fixture *f = *state;
	struct wire *w = join(f, "w");
	uint64_t job = submit_text(f, w, "China visited Japan.");
	struct msg_lease lease;
	struct msg m = {.kind = MSG_SUBSCRIBE};

	want(f, w, 1);
	lease = granted(f, w);
	assert_int_equal(lease.job, job);
	assert_int_equal(lease.attempt, 1);
	assert_true(str_is(lease.body, "China visited Japan."));
	assert_true(str_is(lease.id, "doc"));
	assert_int_equal(finish(f, w, job, 1).status, DONE_ACCEPTED);
	assert_string_equal(job_state(f, w, job), "done");

	m.subscribe = (struct msg_subscribe){.tag = 5, .start = START_BEGINNING, .credit = 10};
	say(f, w, &m);
	m = hear_a(f, w, MSG_RESULTS);
	assert_int_equal(m.results.n_items, 1);
	assert_int_equal(m.results.items[0].seq, 1);
	assert_int_equal(m.results.items[0].job, job);
	assert_true(m.results.caught_up);
	assert_true(m.results.idle);
	wire_close(w, 0);
}

static void same_bytes_are_one_job_unless_again(void **state)
{
	struct fixture *f = *state;
	struct wire *w = join(f, "w");
	struct msg_submit_item item = {.body = STR("same")};
	struct msg_submitted_item r;
	uint64_t job = submit(f, w, item).job;

	r = submit(f, w, item);
	assert_int_equal(r.status, SUBMIT_DUPLICATE);
	assert_int_equal(r.job, job);
	item.again = true;
	r = submit(f, w, item);
	assert_int_equal(r.status, SUBMIT_NEW);
	assert_int_not_equal(r.job, job);
	item = (struct msg_submit_item){.collection = STR("other"), .body = STR("same")};
	assert_int_equal(submit(f, w, item).status, SUBMIT_NEW);
	item = (struct msg_submit_item){.key = STR("k"), .body = STR("one")};
	job = submit(f, w, item).job;
	item.body = STR("two");
	assert_int_equal(submit(f, w, item).job, job);
	wire_close(w, 0);
}

/* Somebody mends a date, or the text behind a key: the next analysis must see it. */
static void what_is_said_of_a_document_again_counts(void **state)
{
	struct fixture *f = *state;
	struct wire *w = join(f, "w");
	struct msg_submit_item item = {
		.key = STR("k"), .id = STR("old"), .title = STR("kept"), .body = STR("one")};
	struct msg_lease lease;

	submit(f, w, item);
	want(f, w, 1);
	assert_int_equal(finish(f, w, granted(f, w).job, 1).status, DONE_ACCEPTED);
	submit(f, w,
	       (struct msg_submit_item){.key = STR("k"),
					.id = STR("new"),
					.date = STR("2020-02-03"),
					.body = STR("two"),
					.again = true});
	want(f, w, 1);
	lease = granted(f, w);
	assert_true(str_is(lease.id, "new"));
	assert_true(str_is(lease.title, "kept"));
	assert_true(str_is(lease.date, "2020-02-03"));
	assert_true(str_is(lease.body, "two"));
	wire_close(w, 0);
}

static void duplicates_within_one_message_are_found(void **state)
{
	struct fixture *f = *state;
	struct wire *w = join(f, "w");
	struct msg_submit_item items[3] = {
		{.body = STR("x")}, {.body = STR("x")}, {.body = STR("y")}};
	struct msg m = {.kind = MSG_SUBMIT, .submit = {.items = items, .n_items = 3}};

	say(f, w, &m);
	m = hear_a(f, w, MSG_SUBMITTED);
	assert_int_equal(m.submitted.items[0].status, SUBMIT_NEW);
	assert_int_equal(m.submitted.items[1].status, SUBMIT_DUPLICATE);
	assert_int_equal(m.submitted.items[1].job, m.submitted.items[0].job);
	assert_int_equal(m.submitted.items[2].status, SUBMIT_NEW);
	wire_close(w, 0);
}

static void strangers_must_say_hello(void **state)
{
	struct fixture *f = *state;
	struct wire *w = connect_to(f);
	struct msg m = {.kind = MSG_PING, .ping = {42}};

	say(f, w, &m);
	m = hear_a(f, w, MSG_ERROR);
	assert_int_equal(m.error.code, ERR_CONFLICT);
	assert_int_equal(m.error.tag, 42);
	wire_close(w, 0);
}

static void another_version_is_refused_clearly(void **state)
{
	struct fixture *f = *state;
	struct wire *w = connect_to(f);
	struct msg m = {.kind = MSG_HELLO, .hello = {.version = 99, .roles = ROLE_ALL}};

	say(f, w, &m);
	m = hear_a(f, w, MSG_ERROR);
	assert_int_equal(m.error.code, ERR_VERSION);
	assert_int_equal(m.error.version, MSG_VERSION);
	wire_close(w, 0);
}

static void garbage_is_answered_and_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct wire *w = join(f, "w");

	assert_int_equal(wire_send(w, NULL, STR("\xc1 not msgpack")), WIRE_SENT);
	assert_int_equal(hear_a(f, w, MSG_ERROR).error.code, ERR_INVALID);
	submit_text(f, w, "still here");
	wire_close(w, 0);
}

/* A reader that asks for 320 MiB and takes none of it: it is given up, after a bounded number of
 * bytes, and nobody else waits for it meanwhile. */
static void who_asks_and_does_not_read_is_given_up(void **state)
{
	const char *endpoints[1];
	struct wire_options o = {.endpoints = endpoints, .n_endpoints = 1, .queue_frames = 1};
	struct fixture *f = *state;
	struct msg m = {.kind = MSG_HELLO};
	struct wire *deaf, *w = join(f, "w");
	struct buf body = {0};

	buf_reserve(&body, 8 << 20);
	memset(body.p, 'x', 8 << 20);
	body.n = 8 << 20;
	submit(f, w, (struct msg_submit_item){.id = STR("long"), .body = buf_str(&body)});
	buf_free(&body);
	endpoints[0] = f->endpoint;
	assert_int_equal(wire_open(&deaf, &o, &f->e), 0);
	m.hello =
		(struct msg_hello){.version = MSG_VERSION, .roles = ROLE_READ, .name = STR("deaf")};
	say(f, deaf, &m);
	turns(f, 20);
	assert_string_equal(row_value(f, ask(f, w, "status", "", "").rows[0], "peers"), "2");
	m = (struct msg){.kind = MSG_QUERY, .query = {.what = STR("text")}};
	for (int i = 0; i < 40; i++) {
		struct buf b = {0};

		msg_write(&m, &b);
		while (wire_send(deaf, NULL, buf_str(&b)) != WIRE_SENT)
			turns(f, 1);
		buf_free(&b);
		assert_int_equal(ask(f, w, "status", "", "").n_rows, 1);
	}
	turns(f, 50);
	assert_string_equal(row_value(f, ask(f, w, "status", "", "").rows[0], "peers"), "1");
	wire_close(deaf, 0);
	wire_close(w, 0);
}

static void the_name_of_a_collection_that_is_refused_does_not_stay(void **state)
{
	struct fixture *f = *state;
	struct wire *w;
	struct msg_submitted_item r;
	struct msg_rows rows;

	server_close(f->server);
	f->core.max_waiting = 1;
	open_server(f);
	w = join(f, "w");
	submit(f, w, (struct msg_submit_item){.collection = STR("a"), .body = STR("x")});
	r = submit(f, w, (struct msg_submit_item){.collection = STR("b"), .body = STR("y")});
	assert_int_equal(r.status, SUBMIT_REFUSED);
	assert_int_equal(r.code, ERR_BUSY);
	r = submit(f, w, (struct msg_submit_item){.collection = STR("a"), .body = STR("x")});
	assert_int_equal(r.status, SUBMIT_DUPLICATE);
	rows = ask(f, w, "collections", "", "");
	for (uint32_t i = 0; i < rows.n_rows; i++)
		assert_string_not_equal(row_value(f, rows.rows[i], "collection"), "b");
	assert_true(rows.n_rows);
	wire_close(w, 0);
}

static void failed_attempts_are_repeated_then_dead(void **state)
{
	struct fixture *f = *state;
	struct wire *w = join(f, "w");
	uint64_t job = submit_text(f, w, "poison");
	struct msg_rows rows;
	struct msg m = {.kind = MSG_RETRY};

	want(f, w, 10);
	for (uint64_t attempt = 1; attempt <= 3; attempt++) {
		struct msg_lease lease = granted(f, w);

		assert_int_equal(lease.job, job);
		assert_int_equal(lease.attempt, attempt);
		assert_int_equal(give_up(f, w, job, attempt, true).status,
				 attempt < 3 ? DONE_RETRY : DONE_DEAD);
	}
	rows = ask(f, w, "dead", "", "");
	assert_int_equal(rows.n_rows, 1);
	assert_string_equal(row_value(f, rows.rows[0], "text"), "it crashed");
	assert_string_equal(row_value(f, rows.rows[0], "code"), "crashed");
	m.retry = (struct msg_retry){.tag = 1, .jobs = &job, .n_jobs = 1};
	say(f, w, &m);
	assert_int_equal(hear_a(f, w, MSG_OUTCOME).outcome.items[0].code, 0);
	assert_int_equal(granted(f, w).attempt, 1);
	wire_close(w, 0);
}

static void a_record_that_cannot_be_read_is_a_failed_attempt(void **state)
{
	struct fixture *f = *state;
	struct wire *w = join(f, "w");
	uint64_t job = submit_text(f, w, "x");
	struct msg_done_item item = {.job = job, .attempt = 1, .record = STR("\xc1")};
	struct msg m = {.kind = MSG_DONE, .done = {.items = &item, .n_items = 1}};

	want(f, w, 1);
	granted(f, w);
	say(f, w, &m);
	assert_int_equal(hear_a(f, w, MSG_DONE_ACK).done_ack.items[0].status, DONE_RETRY);
	wire_close(w, 0);
}

static void second_result_is_a_duplicate(void **state)
{
	struct fixture *f = *state;
	struct wire *w = join(f, "w");
	uint64_t job = submit_text(f, w, "x");

	want(f, w, 1);
	granted(f, w);
	assert_int_equal(finish(f, w, job, 1).status, DONE_ACCEPTED);
	assert_int_equal(finish(f, w, job, 1).status, DONE_DUPLICATE);
	assert_int_equal(finish(f, w, 999999, 1).code, ERR_NOT_FOUND);
	wire_close(w, 0);
}

/* Longer than a silent peer is kept, whatever else the machine does meanwhile. */
static void who_only_submits_is_not_silent(void **state)
{
	struct fixture *f = *state;
	struct wire *w;
	char text[16];
	int64_t end;

	f->core.heartbeat_ms = 500;
	server_close(f->server);
	open_server(f);
	w = join(f, "w");
	end = wire_now_ms() + 4 * f->core.heartbeat_ms;
	for (int i = 0; wire_now_ms() < end; i++) {
		turns(f, 20);
		snprintf(text, sizeof(text), "text %d", i);
		submit_text(f, w, text);
	}
	wire_close(w, 0);
}

static void cancelled_while_leased_is_revoked(void **state)
{
	struct fixture *f = *state;
	struct wire *w = join(f, "w"), *c = join(f, "c");
	uint64_t job = submit_text(f, c, "x");
	struct msg m = {.kind = MSG_CANCEL, .cancel = {.jobs = &job, .n_jobs = 1}};

	want(f, w, 1);
	granted(f, w);
	say(f, c, &m);
	assert_true(str_is(hear_a(f, c, MSG_OUTCOME).outcome.items[0].state, "cancelled"));
	m = hear_a(f, w, MSG_REVOKE);
	assert_int_equal(m.revoke.jobs[0], job);
	assert_int_equal(m.revoke.code, ERR_CANCELLED);
	assert_int_equal(finish(f, w, job, 1).code, ERR_CANCELLED);
	wire_close(w, 0);
	wire_close(c, 0);
}

static void released_job_counts_no_attempt(void **state)
{
	struct fixture *f = *state;
	struct wire *w = join(f, "w");
	uint64_t job = submit_text(f, w, "x");
	struct msg_lease_ref ref = {job, 1};
	struct msg m = {.kind = MSG_RELEASE, .release = {.leases = &ref, .n_leases = 1}};

	want(f, w, 1);
	granted(f, w);
	say(f, w, &m);
	hear_a(f, w, MSG_OUTCOME);
	want(f, w, 1);
	assert_int_equal(granted(f, w).attempt, 1);
	wire_close(w, 0);
}

static void a_grant_that_cannot_be_sent_counts_no_attempt(void **state)
{
	struct fixture *f = *state;
	struct wire *gone = join(f, "gone"), *w = join(f, "w");

	want(f, gone, 5);
	turns(f, 20);
	wire_close(gone, 0);
	turns(f, 20);
	submit_text(f, w, "x");
	want(f, w, 1);
	assert_int_equal(granted(f, w).attempt, 1);
	wire_close(w, 0);
}

static void restart_keeps_everything_and_leases_are_taken_over(void **state)
{
	struct fixture *f = *state;
	struct wire *w = join(f, "w");
	uint64_t first = submit_text(f, w, "one"), second = submit_text(f, w, "two"), third;
	struct msg_lease_ref refs[2] = {{first, 1}, {second, 7}};
	struct msg m = {.kind = MSG_HEARTBEAT, .heartbeat = {.leases = refs, .n_leases = 2}};

	want(f, w, 1);
	assert_int_equal(granted(f, w).job, first);
	wire_close(w, 0);
	server_close(f->server);
	open_server(f);
	w = join(f, "again");
	say(f, w, &m);
	m = hear_a(f, w, MSG_HEARTBEAT_ACK);
	assert_int_equal(m.heartbeat_ack.n_lost, 1);
	assert_int_equal(m.heartbeat_ack.lost[0], second);
	assert_int_equal(finish(f, w, first, 1).status, DONE_ACCEPTED);
	want(f, w, 5);
	assert_int_equal(granted(f, w).job, second);
	third = submit_text(f, w, "three");
	assert_true(third > second);
	wire_close(w, 0);
}

static void an_endpoint_is_told_as_it_was_asked_for(void **state)
{
	const char *endpoints[] = {"tcp://127.0.0.1:*"};
	struct fixture *f = *state;
	struct server_options o = {
		.endpoints = endpoints, .n_endpoints = 1, .store = f->store, .core = f->core};

	server_close(f->server);
	f->server = NULL;
	assert_int_equal(server_open(&f->server, &o, &f->e), 0);
	assert_true(str_starts(str_of(server_endpoint(f->server, 0)), STR("tcp://127.0.0.1:")));
	assert_null(strchr(server_endpoint(f->server, 0), '*'));
}

static void beyond_the_loopback_needs_keys(void **state)
{
	struct fixture *f = *state;
	const char *endpoints[] = {"tcp://0.0.0.0:*"};
	char store[128];
	struct server_options o = {.endpoints = endpoints,
				   .n_endpoints = 1,
				   .store = store,
				   .software = "test",
				   .core = core_for_test()};
	struct server *s;

	snprintf(store, sizeof(store), "%s/other.db", f->dir);
	assert_int_equal(server_open(&s, &o, &f->e), -1);
	assert_int_equal(f->e.code, ERR_REFUSED);
}

static void a_store_has_one_broker(void **state)
{
	struct fixture *f = *state;
	struct store *s;

	assert_int_equal(store_open(&s, f->store, &f->e), -1);
	assert_int_equal(f->e.code, ERR_CONFLICT);
}

static void backup_while_running_is_sound(void **state)
{
	struct fixture *f = *state;
	struct wire *w = join(f, "w");
	uint64_t job = submit_text(f, w, "x");
	char copy[128];

	want(f, w, 1);
	granted(f, w);
	finish(f, w, job, 1);
	snprintf(copy, sizeof(copy), "%s/copy.db", f->dir);
	if (store_backup(f->store, copy, &f->e) < 0)
		fail_msg("%s", f->e.text);
	assert_int_equal(store_check(f->store, &f->e), 0);
	assert_int_equal(store_backup(f->store, copy, &f->e), -1);
	wire_close(w, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		T(a_document_becomes_a_result),
		T(same_bytes_are_one_job_unless_again),
		T(what_is_said_of_a_document_again_counts),
		T(duplicates_within_one_message_are_found),
		T(strangers_must_say_hello),
		T(another_version_is_refused_clearly),
		T(garbage_is_answered_and_changes_nothing),
		T(who_asks_and_does_not_read_is_given_up),
		T(the_name_of_a_collection_that_is_refused_does_not_stay),
		T(failed_attempts_are_repeated_then_dead),
		T(a_record_that_cannot_be_read_is_a_failed_attempt),
		T(second_result_is_a_duplicate),
		T(who_only_submits_is_not_silent),
		T(cancelled_while_leased_is_revoked),
		T(released_job_counts_no_attempt),
		T(a_new_job_is_granted_while_its_turn_is_synced_and_accepted_after),
		T(a_further_try_is_granted_only_when_it_is_known_to_count),
		T(a_grant_that_cannot_be_sent_counts_no_attempt),
		T(restart_keeps_everything_and_leases_are_taken_over),
		T(an_endpoint_is_told_as_it_was_asked_for),
		T(beyond_the_loopback_needs_keys),
		T(a_store_has_one_broker),
		T(backup_while_running_is_sound),
	};

	return cmocka_run_group_tests_name("server", tests, NULL, NULL);
}
