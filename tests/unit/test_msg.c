#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/msg.h"
#include "proto/pack.h"

static struct arena A;
static struct err E;

static int forget(void **state)
{
	(void)state;
	arena_free(&A);
	return 0;
}

static struct msg there_and_back(const struct msg *m, struct buf *b)
{
	struct msg back;

	b->n = 0;
	msg_write(m, b);
	assert_int_equal(msg_read(buf_str(b), &A, &back, &E), 0);
	assert_int_equal(back.kind, m->kind);
	return back;
}

/* The byte examples of docs/protocol.md. */
static void hello_is_written_as_documented(void **state)
{
	struct msg m = {.kind = MSG_HELLO};
	struct buf b = {0};

	(void)state;
	m.hello = (struct msg_hello){.version = 1, .roles = ROLE_SUBMIT, .name = STR("ann")};
	msg_write(&m, &b);
	assert_int_equal(b.n, 12);
	assert_memory_equal(b.p,
			    "\x84\x00\x01\x01\x01\x02\x01\x03\xa3"
			    "ann",
			    12);
	buf_free(&b);
}

static void want_and_ping_are_written_as_documented(void **state)
{
	struct msg want = {.kind = MSG_WANT, .want = {.credit = 4}};
	struct msg ping = {.kind = MSG_PING};
	struct buf b = {0};

	(void)state;
	msg_write(&want, &b);
	assert_int_equal(b.n, 5);
	assert_memory_equal(b.p, "\x82\x00\x06\x01\x04", 5);
	b.n = 0;
	msg_write(&ping, &b);
	assert_int_equal(b.n, 3);
	assert_memory_equal(b.p, "\x81\x00\x17", 3);
	buf_free(&b);
}

static void submit_comes_back_with_every_field(void **state)
{
	struct msg_submit_item items[2] = {
		{.collection = STR("c"),
		 .key = STR("k"),
		 .id = STR("a/b.txt"),
		 .title = STR("T"),
		 .date = STR("2020-01-02"),
		 .source = STR("S"),
		 .lang = STR("en"),
		 .priority = 7,
		 .delay_ms = 1000,
		 .deadline_ms = 1u << 30,
		 .again = true,
		 .body = {"x\0y", 3}},
		{.body = STR("only a body")},
	};
	struct msg m = {.kind = MSG_SUBMIT}, back;
	struct buf b = {0};

	(void)state;
	m.submit = (struct msg_submit){.tag = 99, .items = items, .n_items = 2, .batch = STR("b1")};
	back = there_and_back(&m, &b);
	assert_int_equal(back.submit.tag, 99);
	assert_int_equal(msg_tag(&back), 99);
	assert_true(str_is(back.submit.batch, "b1"));
	assert_int_equal(back.submit.n_items, 2);
	assert_true(str_is(back.submit.items[0].id, "a/b.txt"));
	assert_int_equal(back.submit.items[0].priority, 7);
	assert_int_equal(back.submit.items[0].deadline_ms, 1u << 30);
	assert_true(back.submit.items[0].again);
	assert_int_equal(back.submit.items[0].body.n, 3);
	assert_false(back.submit.items[1].again);
	assert_true(str_is(back.submit.items[1].body, "only a body"));
	buf_free(&b);
}

static void numbers_and_values_come_back(void **state)
{
	uint64_t jobs[3] = {1, 300, INT64_MAX};
	struct buf row = {0}, b = {0};
	struct str rows[1];
	struct msg m = {.kind = MSG_CANCEL}, back;

	(void)state;
	m.cancel = (struct msg_cancel){.tag = 5, .jobs = jobs, .n_jobs = 3};
	back = there_and_back(&m, &b);
	assert_int_equal(back.cancel.n_jobs, 3);
	assert_memory_equal(back.cancel.jobs, jobs, sizeof(jobs));

	pack_map(&row, 1);
	pack_cstr(&row, "job");
	pack_uint(&row, 17);
	rows[0] = buf_str(&row);
	m = (struct msg){.kind = MSG_ROWS};
	m.rows = (struct msg_rows){.rows = rows, .n_rows = 1, .more = true, .next = 17};
	back = there_and_back(&m, &b);
	assert_true(str_eq(back.rows.rows[0], rows[0]));
	assert_true(back.rows.more);
	buf_free(&row);
	buf_free(&b);
}

static void unknown_fields_are_skipped(void **state)
{
	struct buf b = {0};
	struct msg m;

	(void)state;
	pack_map(&b, 3);
	pack_uint(&b, 0);
	pack_uint(&b, MSG_WANT);
	pack_uint(&b, 77);
	pack_array(&b, 2);
	pack_map(&b, 1);
	pack_cstr(&b, "new");
	pack_nil(&b);
	pack_double(&b, 1.5);
	pack_uint(&b, 1);
	pack_uint(&b, 3);
	assert_int_equal(msg_read(buf_str(&b), &A, &m, &E), 0);
	assert_int_equal(m.want.credit, 3);
	buf_free(&b);
}

static void unknown_kind_is_unsupported_and_garbage_invalid(void **state)
{
	struct msg m;

	(void)state;
	assert_int_equal(msg_read((struct str){"\x81\x00\xcc\xc8", 4}, &A, &m, &E), -1);
	assert_int_equal(E.code, ERR_UNSUPPORTED);
	assert_int_equal(msg_read(STR("GET / HTTP/1.1\r\n\r\n"), &A, &m, &E), -1);
	assert_int_equal(E.code, ERR_INVALID);
	assert_int_equal(msg_read(STR(""), &A, &m, &E), -1);
	assert_int_equal(E.code, ERR_INVALID);
}

static void every_cut_of_a_message_is_refused(void **state)
{
	struct msg_done_item item = {
		.job = 1, .attempt = 2, .record = STR("rrr"), .text = STR("why")};
	struct msg m = {.kind = MSG_DONE}, back;
	struct buf b = {0};

	(void)state;
	m.done = (struct msg_done){.tag = 1, .items = &item, .n_items = 1};
	msg_write(&m, &b);
	for (size_t n = 0; n < b.n; n++)
		assert_int_equal(msg_read((struct str){b.p, n}, &A, &back, &E), -1);
	buf_free(&b);
}

static void bounds_are_enforced(void **state)
{
	struct msg_submit_item item = {.priority = 10, .body = STR("x")};
	struct msg m = {.kind = MSG_SUBMIT}, back;
	struct buf b = {0};
	char name[MSG_NAME_MAX + 1];

	(void)state;
	m.submit = (struct msg_submit){.items = &item, .n_items = 1};
	msg_write(&m, &b);
	assert_int_equal(msg_read(buf_str(&b), &A, &back, &E), -1);
	memset(name, 'n', sizeof(name));
	m = (struct msg){.kind = MSG_HELLO, .hello = {.name = {name, sizeof(name)}}};
	b.n = 0;
	msg_write(&m, &b);
	assert_int_equal(msg_read(buf_str(&b), &A, &back, &E), -1);
	assert_int_equal(back.kind, MSG_HELLO);
	buf_free(&b);
}

static void a_claimed_count_allocates_nothing(void **state)
{
	struct msg m;

	(void)state;
	/* CANCEL with an array32 of 2^32 - 1 numbers, of which none follows */
	assert_int_equal(
		msg_read((struct str){"\x82\x00\x13\x02\xdd\xff\xff\xff\xff", 9}, &A, &m, &E), -1);
	assert_true(A.used < 4096);
}

/* SUBMIT of a list of 10,000 empty items of a byte each, again and again: a frame within its bound
 * must not ask for more room than one list has. */
static void a_field_that_is_repeated_is_refused(void **state)
{
	struct msg m;
	struct buf b = {0};
	const uint32_t times = 200;

	(void)state;
	assert_int_equal(msg_read(STR("\x83\0\x13\2\x91\1\2\x91\1"), &A, &m, &E), -1);
	pack_map(&b, 1 + times);
	pack_uint(&b, 0), pack_uint(&b, MSG_SUBMIT);
	for (uint32_t i = 0; i < times; i++) {
		pack_uint(&b, 2);
		pack_array(&b, MSG_ITEMS_MAX);
		for (int k = 0; k < MSG_ITEMS_MAX; k++)
			pack_map(&b, 0);
	}
	assert_int_equal(msg_read(buf_str(&b), &A, &m, &E), -1);
	assert_non_null(strstr(E.text, "each field once"));
	assert_true(A.used <= 2 * MSG_ITEMS_MAX * sizeof(struct msg_submit_item));
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(hello_is_written_as_documented, forget),
		cmocka_unit_test_teardown(want_and_ping_are_written_as_documented, forget),
		cmocka_unit_test_teardown(submit_comes_back_with_every_field, forget),
		cmocka_unit_test_teardown(numbers_and_values_come_back, forget),
		cmocka_unit_test_teardown(unknown_fields_are_skipped, forget),
		cmocka_unit_test_teardown(unknown_kind_is_unsupported_and_garbage_invalid, forget),
		cmocka_unit_test_teardown(every_cut_of_a_message_is_refused, forget),
		cmocka_unit_test_teardown(bounds_are_enforced, forget),
		cmocka_unit_test_teardown(a_claimed_count_allocates_nothing, forget),
		cmocka_unit_test_teardown(a_field_that_is_repeated_is_refused, forget),
	};

	return cmocka_run_group_tests_name("msg", tests, NULL, NULL);
}
