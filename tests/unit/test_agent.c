/* The agent as another process, with a stand-in for the engine; the test plays the broker. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "proto/log.h"
#include "proto/msg.h"
#include "proto/wire.h"
#include "worker/agent.h"

enum { PATIENCE_MS = 20000, MODEL_FD = 70, CODEBOOK_FD = 71 };

/* ---- the process under test ---- */

static struct result answer;

static const struct result *stand_in(void *state, const struct slot_work *w)
{
	(void)state;
	for (volatile bool hang = str_is(w->text, "hang"); hang;)
		;
	CHECK(!str_is(w->text, "crash"));
	answer = (struct result){.doc = w->meta, .stats.chars = w->text.n};
	return &answer;
}

static void *stand_in_open(const struct images *im, struct err *e)
{
	(void)im;
	(void)e;
	return mem_alloc(1);
}

static const struct slot_program SLOT_PROGRAM = {stand_in_open, stand_in};

static int agent_main(char **argv)
{
	const char *brokers[] = {argv[1], argv[2]};
	struct images im;
	struct agent_options o = {.brokers = brokers,
				  .n_brokers = argv[2] ? 2 : 1,
				  .name = "under-test",
				  .slots = {.n = 2, .images = &im},
				  .drain_ms = 3 * PATIENCE_MS};
	const struct log_setup quiet = {.least = LOG_LEVEL_ERROR};
	sigset_t set;
	struct err e;

	log_setup(&quiet);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (images_adopt(&im, MODEL_FD, CODEBOOK_FD, &e) < 0)
		return 9;
	return agent_run(&o, &e) < 0 ? (int)e.code : 0;
}

/* ---- the broker ---- */

struct fixture {
	struct wire *wires[2];
	pid_t agent;
	struct wire_peer peer; /* of the last message */
	struct arena arena;
	struct msg m; /* the last message */
	struct err e;
};

static void keep_image(int to)
{
	struct image_writer *w = image_writer_new();
	struct buf bytes = {0};
	int fd = memfd_create("image", 0);

	image_writer_add(w, "any", "x", 1);
	image_writer_finish(w, &bytes);
	CHECK(write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n);
	CHECK(dup2(fd, to) == to);
	close(fd);
	image_writer_free(w);
	buf_free(&bytes);
}

static struct wire *listen_on(const char *endpoint, struct err *e)
{
	const struct wire_options o = {.endpoints = &endpoint, .n_endpoints = 1, .listens = true};
	struct wire *w;

	if (wire_open(&w, &o, e) < 0)
		fail_msg("%s", e->text);
	return w;
}

static void start_agent(struct fixture *f)
{
	char *argv[4] = {(char *)(uintptr_t) "agent-under-test"};

	for (int i = 0; i < 2 && f->wires[i]; i++)
		argv[1 + i] = mem_strdup(wire_endpoint(f->wires[i], 0));
	assert_int_equal(posix_spawn(&f->agent, "/proc/self/exe", NULL, NULL, argv, environ), 0);
	mem_free(argv[1]);
	mem_free(argv[2]);
}

static int set_up(void **state)
{
	struct fixture *f = mem_alloc(sizeof(*f));

	f->wires[0] = listen_on("tcp://127.0.0.1:*", &f->e);
	start_agent(f);
	*state = f;
	return 0;
}

static int set_up_two(void **state)
{
	struct fixture *f = mem_alloc(sizeof(*f));

	f->wires[0] = listen_on("tcp://127.0.0.1:*", &f->e);
	f->wires[1] = listen_on("tcp://127.0.0.1:*", &f->e);
	start_agent(f);
	*state = f;
	return 0;
}

static int end_of_agent(struct fixture *f)
{
	int status = -1;

	while (waitpid(f->agent, &status, 0) < 0 && errno == EINTR)
		;
	f->agent = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	if (f->agent) {
		kill(f->agent, SIGKILL);
		end_of_agent(f);
	}
	wire_close(f->wires[0], 0);
	wire_close(f->wires[1], 0);
	arena_free(&f->arena);
	mem_free(f);
	return 0;
}

static void say_to(struct fixture *f, int i, const struct msg *m)
{
	struct buf out = {0};

	msg_write(m, &out);
	assert_int_equal(wire_send(f->wires[i], &f->peer, buf_str(&out)), WIRE_SENT);
	buf_free(&out);
}

static void say(struct fixture *f, const struct msg *m)
{
	say_to(f, 0, m);
}

/* The next message of this kind; what is not asked for is passed over. */
static void expect_at(struct fixture *f, int i, enum msg_kind kind)
{
	int64_t by = wire_now_ms() + PATIENCE_MS;
	struct wire_frame frame;

	while (wire_now_ms() < by) {
		if (wire_poll(f->wires[i], NULL, 0, 100, &f->e) != 1)
			continue;
		while (wire_recv(f->wires[i], &frame, &f->e) == 1) {
			f->peer = frame.peer;
			arena_reset(&f->arena, 1 << 20);
			assert_int_equal(msg_read(frame.bytes, &f->arena, &f->m, &f->e), 0);
			if (f->m.kind == kind)
				return;
		}
	}
	fail_msg("no %s within %d ms", msg_kind_name(kind), PATIENCE_MS);
}

static void expect(struct fixture *f, enum msg_kind kind)
{
	expect_at(f, 0, kind);
}

static void welcome(struct fixture *f, uint64_t heartbeat_ms)
{
	expect(f, MSG_HELLO);
	assert_int_equal(f->m.hello.version, MSG_VERSION);
	assert_int_equal(f->m.hello.roles, ROLE_WORK);
	say(f, &(struct msg){.kind = MSG_WELCOME,
			     .welcome = {.version = MSG_VERSION,
					 .roles = ROLE_WORK,
					 .heartbeat_ms = heartbeat_ms,
					 .lease_ms = 60000}});
}

static void grant(struct fixture *f, uint64_t job, uint64_t attempt, const char *text)
{
	struct msg_lease lease = {.job = job,
				  .attempt = attempt,
				  .lease_ms = 60000,
				  .id = STR("d"),
				  .body = str_of(text)};

	say(f, &(struct msg){.kind = MSG_GRANT, .grant = {&lease, 1}});
}

static void acknowledge(struct fixture *f)
{
	struct msg_done_ack_item items[16];
	struct msg m = {.kind = MSG_DONE_ACK, .done_ack = {f->m.done.tag, items, 0}};

	for (uint32_t i = 0; i < f->m.done.n_items && i < 16; i++)
		items[m.done_ack.n_items++] = (struct msg_done_ack_item){
			.job = f->m.done.items[i].job, .status = DONE_ACCEPTED};
	say(f, &m);
}

static const struct msg_done_item *only_item(const struct fixture *f)
{
	assert_int_equal(f->m.done.n_items, 1);
	return &f->m.done.items[0];
}

/* ---- the tests ---- */

static void lease_comes_back_as_a_record(void **state)
{
	struct fixture *f = *state;
	struct result r;

	welcome(f, 60000);
	expect(f, MSG_WANT);
	assert_true(f->m.want.credit >= 2);
	grant(f, 17, 3, "text");
	expect(f, MSG_DONE);
	assert_int_equal(only_item(f)->job, 17);
	assert_int_equal(only_item(f)->attempt, 3);
	assert_int_equal(only_item(f)->outcome, OUTCOME_RESULT);
	assert_int_equal(result_unpack(only_item(f)->record, &f->arena, &r, &f->e), 0);
	assert_int_equal(r.stats.chars, 4);
	assert_true(str_is(r.doc.id, "d"));
}

static void report_is_repeated_until_acknowledged(void **state)
{
	struct fixture *f = *state;

	welcome(f, 60000);
	expect(f, MSG_WANT);
	grant(f, 17, 1, "text");
	expect(f, MSG_DONE);
	/* the broker dies before it answers; its successor knows nobody */
	say(f, &(struct msg){.kind = MSG_ERROR,
			     .error = {.code = ERR_CONFLICT, .text = STR("say HELLO first")}});
	welcome(f, 60000);
	expect(f, MSG_HEARTBEAT);
	assert_int_equal(f->m.heartbeat.n_leases, 1);
	assert_int_equal(f->m.heartbeat.leases[0].job, 17);
	expect(f, MSG_DONE);
	assert_int_equal(only_item(f)->job, 17);
	acknowledge(f);
	grant(f, 18, 1, "more");
	expect(f, MSG_DONE);
	assert_int_equal(only_item(f)->job, 18);
}

static void busy_broker_gets_the_report_again_later(void **state)
{
	struct fixture *f = *state;

	welcome(f, 60000);
	expect(f, MSG_WANT);
	grant(f, 17, 1, "text");
	expect(f, MSG_DONE);
	say(f, &(struct msg){.kind = MSG_ERROR,
			     .error = {.tag = f->m.done.tag,
				       .code = ERR_FULL,
				       .kind = MSG_DONE,
				       .retry_ms = 60,
				       .text = STR("disk full")}});
	expect(f, MSG_DONE);
	assert_int_equal(only_item(f)->job, 17);
	assert_int_equal(only_item(f)->outcome, OUTCOME_RESULT);
}

static void crashed_slot_is_a_failed_attempt_with_its_reason(void **state)
{
	struct fixture *f = *state;

	welcome(f, 60000);
	expect(f, MSG_WANT);
	grant(f, 17, 1, "crash");
	expect(f, MSG_DONE);
	assert_int_equal(only_item(f)->outcome, OUTCOME_FAILED);
	assert_int_equal(only_item(f)->code, ERR_CRASHED);
	assert_true(only_item(f)->retryable);
	assert_true(only_item(f)->text.n > 0);
	acknowledge(f);
	grant(f, 18, 1, "text");
	expect(f, MSG_DONE);
	assert_int_equal(only_item(f)->outcome, OUTCOME_RESULT);
}

static void revoked_job_is_stopped_and_not_reported(void **state)
{
	struct fixture *f = *state;
	uint64_t job = 17;

	welcome(f, 60000);
	expect(f, MSG_WANT);
	grant(f, 17, 1, "hang");
	grant(f, 18, 1, "hang");
	say(f, &(struct msg){.kind = MSG_REVOKE, .revoke = {&job, 1, ERR_CANCELLED}});
	grant(f, 19, 1, "text");
	expect(f, MSG_DONE);
	assert_int_equal(only_item(f)->job, 19);
}

static void heartbeats_name_all_leases_and_lost_ones_are_stopped(void **state)
{
	struct fixture *f = *state;
	uint64_t job = 17;

	welcome(f, 100);
	expect(f, MSG_WANT);
	grant(f, 17, 1, "hang");
	do
		expect(f, MSG_HEARTBEAT);
	while (!f->m.heartbeat.n_leases);
	assert_int_equal(f->m.heartbeat.leases[0].job, 17);
	assert_int_equal(f->m.heartbeat.leases[0].attempt, 1);
	say(f, &(struct msg){.kind = MSG_HEARTBEAT_ACK, .heartbeat_ack = {&job, 1, NULL, 0}});
	do
		expect(f, MSG_HEARTBEAT);
	while (f->m.heartbeat.n_leases);
}

static void silent_broker_is_left_and_found_again(void **state)
{
	struct fixture *f = *state;

	welcome(f, 50);
	expect(f, MSG_WANT);
	grant(f, 17, 1, "hang");
	welcome(f, 60000); /* a new connection after three heartbeats without a word */
	expect(f, MSG_HEARTBEAT);
	assert_int_equal(f->m.heartbeat.n_leases, 1);
	expect(f, MSG_WANT);
}

static void sigterm_releases_what_waits_and_finishes_what_runs(void **state)
{
	struct fixture *f = *state;
	struct msg_lease leases[8];

	welcome(f, 2000);
	expect(f, MSG_WANT);
	for (uint32_t i = 0; i < 8; i++)
		leases[i] = (struct msg_lease){
			.job = i + 1, .attempt = 1, .lease_ms = 60000, .body = STR("hang")};
	say(f, &(struct msg){.kind = MSG_GRANT, .grant = {leases, 8}});
	/* two of them are with the slots before any other word */
	do
		expect(f, MSG_HEARTBEAT);
	while (f->m.heartbeat.n_leases != 8);
	kill(f->agent, SIGTERM);
	expect(f, MSG_RELEASE);
	assert_int_equal(f->m.release.n_leases, 6);
	kill(f->agent, SIGTERM);
	assert_int_equal(end_of_agent(f), 0);
}

static void pong(struct fixture *f)
{
	expect(f, MSG_PING);
	say(f, &(struct msg){.kind = MSG_PONG, .pong = {f->m.ping.tag}});
}

static void idle_agent_drains_at_once_and_says_bye(void **state)
{
	struct fixture *f = *state;

	welcome(f, 60000);
	expect(f, MSG_WANT);
	kill(f->agent, SIGTERM);
	pong(f);
	pong(f);
	expect(f, MSG_BYE);
	assert_int_equal(end_of_agent(f), 0);
}

static void grant_that_crosses_the_draining_is_released(void **state)
{
	struct fixture *f = *state;

	welcome(f, 60000);
	expect(f, MSG_WANT);
	kill(f->agent, SIGTERM);
	expect(f, MSG_PING);
	grant(f, 17, 1, "hang");
	say(f, &(struct msg){.kind = MSG_PONG, .pong = {f->m.ping.tag}});
	expect(f, MSG_RELEASE);
	assert_int_equal(f->m.release.leases[0].job, 17);
	pong(f);
	pong(f);
	expect(f, MSG_BYE);
	assert_int_equal(end_of_agent(f), 0);
}

/* The grant made the PING before it worthless, and another is under way when its PONG comes. */
static void a_pong_that_comes_late_does_not_hold_the_draining_up(void **state)
{
	struct fixture *f = *state;
	uint64_t tag;

	welcome(f, 60000);
	expect(f, MSG_WANT);
	kill(f->agent, SIGTERM);
	expect(f, MSG_PING);
	tag = f->m.ping.tag;
	grant(f, 17, 1, "hang");
	expect(f, MSG_RELEASE);
	say(f, &(struct msg){.kind = MSG_PONG, .pong = {tag}});
	pong(f);
	pong(f);
	expect(f, MSG_BYE);
	assert_int_equal(end_of_agent(f), 0);
}

static void broker_of_another_version_ends_the_agent(void **state)
{
	struct fixture *f = *state;

	expect(f, MSG_HELLO);
	say(f, &(struct msg){.kind = MSG_ERROR,
			     .error = {.code = ERR_VERSION,
				       .version = 9,
				       .kind = MSG_HELLO,
				       .text = STR("this broker speaks version 9")}});
	assert_int_equal(end_of_agent(f), ERR_VERSION);
}

static void garbage_from_the_broker_is_passed_over(void **state)
{
	struct fixture *f = *state;

	welcome(f, 60000);
	expect(f, MSG_WANT);
	assert_int_equal(wire_send(f->wires[0], &f->peer, STR("\x93garbage")), WIRE_SENT);
	assert_int_equal(wire_send(f->wires[0], &f->peer, STR("")), WIRE_SENT);
	grant(f, 17, 1, "text");
	expect(f, MSG_DONE);
}

/* They come back when their leases end. */
static void leases_that_nobody_asked_for_are_bounded(void **state)
{
	enum { GIVEN = 9000, TAKEN = 4096 };
	struct msg_lease *leases = mem_alloc(GIVEN * sizeof(*leases));
	struct fixture *f = *state;

	for (uint32_t i = 0; i < GIVEN; i++)
		leases[i] = (struct msg_lease){
			.job = i + 1, .attempt = 1, .lease_ms = 60000, .body = STR("text")};
	welcome(f, 1000); /* who is slow to read all of them shall not take us for silent */
	expect(f, MSG_WANT);
	say(f, &(struct msg){.kind = MSG_GRANT, .grant = {leases, GIVEN}});
	do
		expect(f, MSG_HEARTBEAT);
	while (f->m.heartbeat.n_leases < TAKEN);
	assert_int_equal(f->m.heartbeat.n_leases, TAKEN);
	mem_free(leases);
}

static void two_brokers_are_both_served(void **state)
{
	struct fixture *f = *state;
	const struct msg hello = {.kind = MSG_WELCOME,
				  .welcome = {.version = MSG_VERSION,
					      .roles = ROLE_WORK,
					      .heartbeat_ms = 60000,
					      .lease_ms = 60000}};
	struct msg_lease lease = {.job = 5, .attempt = 1, .lease_ms = 60000, .body = STR("text")};

	for (int i = 0; i < 2; i++) {
		expect_at(f, i, MSG_HELLO);
		say_to(f, i, &hello);
	}
	for (int i = 0; i < 2; i++) {
		expect_at(f, i, MSG_WANT);
		say_to(f, i, &(struct msg){.kind = MSG_GRANT, .grant = {&lease, 1}});
	}
	for (int i = 0; i < 2; i++) {
		expect_at(f, i, MSG_DONE);
		assert_int_equal(only_item(f)->job, 5);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(lease_comes_back_as_a_record),
		TEST(report_is_repeated_until_acknowledged),
		TEST(busy_broker_gets_the_report_again_later),
		TEST(crashed_slot_is_a_failed_attempt_with_its_reason),
		TEST(revoked_job_is_stopped_and_not_reported),
		TEST(heartbeats_name_all_leases_and_lost_ones_are_stopped),
		TEST(silent_broker_is_left_and_found_again),
		TEST(sigterm_releases_what_waits_and_finishes_what_runs),
		TEST(idle_agent_drains_at_once_and_says_bye),
		TEST(grant_that_crosses_the_draining_is_released),
		TEST(a_pong_that_comes_late_does_not_hold_the_draining_up),
		TEST(broker_of_another_version_ends_the_agent),
		TEST(garbage_from_the_broker_is_passed_over),
		TEST(leases_that_nobody_asked_for_are_bounded),
		cmocka_unit_test_setup_teardown(two_brokers_are_both_served, set_up_two, tear_down),
	};

	if (slot_is_one(argv))
		return slot_main(argv, &SLOT_PROGRAM);
	if (argc > 1 && strcmp(argv[0], "agent-under-test") == 0)
		return agent_main(argv);
	keep_image(MODEL_FD);
	keep_image(CODEBOOK_FD);
	return cmocka_run_group_tests_name("agent", tests, NULL, NULL);
}
