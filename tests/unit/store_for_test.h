/* A store in a folder of its own, for one test. Include after cmocka.h. */
#ifndef DEMARCHE_TESTS_STORE_FOR_TEST_H
#define DEMARCHE_TESTS_STORE_FOR_TEST_H

#include "broker/store.h"
#include "tests/unit/folder_for_test.h"

struct store_fixture {
	char dir[64], path[96], other[96]; /* other: where a copy may be put */
	struct store *store;
	struct arena arena;
	struct err e;
	uint64_t last; /* the test's own counter */
};

static inline void store_reopen(struct store_fixture *f, const char *path)
{
	store_close(f->store);
	f->store = NULL;
	if (store_open(&f->store, path, &f->e) < 0)
		fail_msg("%s", f->e.text);
}

static inline void store_begin_test(struct store_fixture *f)
{
	*f = (struct store_fixture){0};
	folder_for_test(f->dir, "store");
	snprintf(f->path, sizeof(f->path), "%s/s.db", f->dir);
	snprintf(f->other, sizeof(f->other), "%s/other.db", f->dir);
	store_reopen(f, f->path);
}

/* Whatever a test did to its store, what it leaves is sound. */
static inline void store_end_test(struct store_fixture *f)
{
	store_close(f->store);
	if (store_check(f->path, &f->e) < 0)
		fail_msg("%s", f->e.text);
	folder_remove(f->dir);
	arena_free(&f->arena);
}

static inline int store_setup(void **state)
{
	*state = mem_alloc(sizeof(struct store_fixture));
	store_begin_test(*state);
	return 0;
}

static inline int store_teardown(void **state)
{
	store_end_test(*state);
	mem_free(*state);
	return 0;
}

/* Copies one of a store's files ("", "-wal", "-intake") as it is at this moment. */
static inline void store_file_copy(const char *from, const char *to, const char *end)
{
	char a[128], b[128], bytes[4096];
	FILE *in, *out;
	size_t n;

	snprintf(a, sizeof(a), "%s%s", from, end);
	snprintf(b, sizeof(b), "%s%s", to, end);
	in = fopen(a, "rb");
	out = fopen(b, "wb");
	assert_true(in && out);
	while ((n = fread(bytes, 1, sizeof(bytes), in)) > 0)
		assert_int_equal(fwrite(bytes, 1, n, out), n);
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

#endif
