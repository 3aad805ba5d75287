/* Real slot processes with a stand-in for the engine that does what the document says. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "worker/slots.h"

/* ---- the stand-in ---- */

static struct result answer;
static char *bomb;

static const struct result *stand_in(void *state, const struct slot_work *w)
{
	(void)state;
	if (str_is(w->text, "crash"))
		*(volatile char *)(w->text.n) = 1; /* nothing is mapped at address 5 */
	if (str_is(w->text, "check"))
		CHECK(!"this document");
	for (volatile bool hang = str_is(w->text, "hang"); hang;)
		;
	for (size_t n = 1 << 20; str_is(w->text, "bomb"); n *= 2)
		memset(bomb = mem_alloc(n), 1, n);
	if (str_is(w->text, "open"))
		open("/etc/passwd", O_RDONLY);
	if (str_is(w->text, "network"))
		socket(AF_INET, SOCK_STREAM, 0);
	if (str_is(w->text, "fork"))
		_exit(fork() < 0 ? 3 : 0);
	if (str_is(w->text, "execute"))
		mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
		     -1, 0);
	if (str_is(w->text, "kill parent"))
		kill(getppid(), SIGKILL);
	if (str_is(w->text, "garbage"))
		CHECK(write(SLOT_FD_SOCKET, "what is this, a frame?", 22) == 22);
	answer = (struct result){.doc = w->meta, .stats.chars = w->text.n};
	return &answer;
}

static void *stand_in_open(const struct images *im, struct err *e)
{
	if (image_section(&im->model, "unfit").p) {
		err_set(e, ERR_CORRUPT, "the model is unfit");
		return NULL;
	}
	return mem_alloc(1);
}

static const struct slot_program PROGRAM = {stand_in_open, stand_in};

/* ---- the tests ---- */

struct fixture {
	struct images images;
	struct slots *slots;
	struct err e;
};

static int image_of(const char *section)
{
	struct image_writer *w = image_writer_new();
	struct buf bytes = {0};
	int fd = memfd_create("image", MFD_CLOEXEC), up;

	image_writer_add(w, section, "x", 1);
	image_writer_finish(w, &bytes);
	CHECK(write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n);
	image_writer_free(w);
	buf_free(&bytes);
	up = fcntl(fd, F_DUPFD_CLOEXEC, 64);
	close(fd);
	return up;
}

static int set_up(void **state)
{
	struct fixture *f = mem_alloc(sizeof(*f));

	assert_int_equal(images_adopt(&f->images, image_of("model"), image_of("codebook"), &f->e),
			 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	slots_free(f->slots);
	images_close(&f->images);
	mem_free(f);
	return 0;
}

static void open_pool(struct fixture *f, int n, int64_t time_ms)
{
	const struct slots_options o = {
		.n = n, .images = &f->images, .time_ms = time_ms, .memory = 64 << 20};

	if (slots_new(&f->slots, &o, &f->e) < 0)
		fail_msg("%s", f->e.text);
}

static void submit(struct fixture *f, uint64_t tag, struct str text)
{
	const struct slot_work w = {.text = text, .meta.title = STR("T")};

	while (!slots_idle(f->slots))
		slots_wait(f->slots, -1);
	assert_int_equal(slots_submit(f->slots, tag, &w, &f->e), 0);
}

static struct slots_done collect(struct fixture *f)
{
	struct slots_done d;

	while (!slots_collect(f->slots, &d))
		slots_wait(f->slots, -1);
	return d;
}

static void document_comes_back_as_a_record(void **state)
{
	struct fixture *f = *state;
	struct arena a = {0};
	struct slots_done d;
	struct result r;

	open_pool(f, 1, 0);
	submit(f, 7, STR("hello"));
	d = collect(f);
	assert_int_equal(d.tag, 7);
	assert_false(d.failed);
	assert_int_equal(result_unpack(d.record, &a, &r, &f->e), 0);
	assert_int_equal(r.stats.chars, 5);
	assert_true(str_is(r.doc.title, "T"));
	assert_true(str_is(r.doc.sha256,
			   "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"));
	assert_true(str_eq(r.doc.id, r.doc.sha256));
	assert_int_equal(slots_busy(f->slots), 0);
	arena_free(&a);
}

static void many_documents_on_four_slots_all_come_back_once(void **state)
{
	struct fixture *f = *state;
	static unsigned char seen[1000];
	uint64_t sent = 0;
	int got = 0;

	open_pool(f, 4, 0);
	memset(seen, 0, sizeof(seen));
	while (got < 1000) {
		struct slots_done d;

		while (sent < 1000 && slots_idle(f->slots))
			submit(f, sent++, STR("text"));
		for (slots_wait(f->slots, -1); slots_collect(f->slots, &d); got++) {
			assert_false(d.failed);
			seen[d.tag]++;
		}
	}
	for (int i = 0; i < 1000; i++)
		assert_int_equal(seen[i], 1);
}

static void document_larger_than_any_socket_buffer_passes(void **state)
{
	struct fixture *f = *state;
	struct buf text = {0};
	struct slots_done d;

	open_pool(f, 1, 0);
	buf_reserve(&text, 8 << 20);
	memset(text.p, 'a', 8 << 20);
	text.n = 8 << 20;
	submit(f, 1, buf_str(&text));
	d = collect(f);
	assert_false(d.failed);
	buf_free(&text);
}

static void oversized_document_is_refused(void **state)
{
	struct fixture *f = *state;
	const struct slot_work w = {.text = {"x", (size_t)SLOT_TEXT_MAX + 1}};

	open_pool(f, 1, 0);
	assert_int_equal(slots_submit(f->slots, 1, &w, &f->e), -1);
	assert_int_equal(f->e.code, ERR_TOO_BIG);
	assert_int_equal(slots_busy(f->slots), 0);
}

/* The bad document fails with a reason; the same slot's next document does not notice. */
static void expect_only_that_document_lost(struct fixture *f, const char *text, enum err_code code,
					   const char *reason)
{
	struct slots_done d;

	submit(f, 1, str_of(text));
	d = collect(f);
	assert_int_equal(d.tag, 1);
	assert_true(d.failed);
	assert_int_equal(d.e.code, code);
	if (!strstr(d.e.text, reason))
		fail_msg("expected \"%s\" in \"%s\"", reason, d.e.text);
	submit(f, 2, STR("fine"));
	d = collect(f);
	assert_int_equal(d.tag, 2);
	assert_false(d.failed);
}

static void crash_loses_only_its_document(void **state)
{
	open_pool(*state, 1, 0);
	expect_only_that_document_lost(*state, "check", ERR_CRASHED, "this document");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	expect_only_that_document_lost(*state, "crash", ERR_CRASHED, "SIGSEGV");
#endif
}

static void hang_is_ended_by_the_time_limit(void **state)
{
	open_pool(*state, 1, 1500);
	expect_only_that_document_lost(*state, "hang", ERR_TIMEOUT, "within 1500 ms");
}

static void garbage_from_a_slot_ends_it(void **state)
{
	open_pool(*state, 1, 0);
	expect_only_that_document_lost(*state, "garbage", ERR_CRASHED, "not a frame");
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static void memory_bomb_loses_only_its_document(void **state)
{
	open_pool(*state, 1, 0);
	expect_only_that_document_lost(*state, "bomb", ERR_CRASHED, "out-of-memory");
}

static void sandbox_forbids_files_network_processes_and_code(void **state)
{
	static const char *const deeds[] = {"open", "network", "fork", "execute", "kill parent"};

	open_pool(*state, 1, 0);
	for (size_t i = 0; i < sizeof(deeds) / sizeof(*deeds); i++)
		expect_only_that_document_lost(*state, deeds[i], ERR_CRASHED, "forbids");
}
#endif

static void cancelled_document_does_not_come_back(void **state)
{
	struct fixture *f = *state;
	struct slots_done d;

	open_pool(f, 1, 60000);
	submit(f, 1, STR("hang"));
	assert_true(slots_cancel(f->slots, 1));
	assert_false(slots_cancel(f->slots, 1));
	submit(f, 2, STR("fine"));
	d = collect(f);
	assert_int_equal(d.tag, 2);
	assert_int_equal(slots_busy(f->slots), 0);
}

static void slot_killed_while_idle_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct slots_events events;

	open_pool(f, 1, 0);
	submit(f, 1, STR("garbage")); /* ends it */
	collect(f);
	submit(f, 2, STR("fine"));
	assert_false(collect(f).failed);
	slots_events(f->slots, &events);
	assert_int_equal(events.crashed, 1);
	assert_int_equal(events.unfit, 0);
	slots_events(f->slots, &events);
	assert_int_equal(events.crashed, 0);
}

static void pool_that_cannot_start_says_why(void **state)
{
	struct fixture *f = *state;
	const struct slots_options o = {.n = 2, .images = &f->images};

	images_close(&f->images);
	assert_int_equal(images_adopt(&f->images, image_of("unfit"), image_of("codebook"), &f->e),
			 0);
	assert_int_equal(slots_new(&f->slots, &o, &f->e), -1);
	assert_string_equal(f->e.text, "start a slot: the model is unfit");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(document_comes_back_as_a_record),
		TEST(many_documents_on_four_slots_all_come_back_once),
		TEST(document_larger_than_any_socket_buffer_passes),
		TEST(oversized_document_is_refused),
		TEST(crash_loses_only_its_document),
		TEST(hang_is_ended_by_the_time_limit),
		TEST(garbage_from_a_slot_ends_it),
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
		TEST(memory_bomb_loses_only_its_document),
		TEST(sandbox_forbids_files_network_processes_and_code),
#endif
		TEST(cancelled_document_does_not_come_back),
		TEST(slot_killed_while_idle_is_replaced),
		TEST(pool_that_cannot_start_says_why),
	};

	(void)argc;
	if (slot_is_one(argv))
		return slot_main(argv, &PROGRAM);
	return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
