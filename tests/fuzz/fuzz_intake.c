/* The file of what was accepted last, beside a store (store_intake.c), in the place of which is
 * what is given: the store opens and is sound, or says that it cannot read it. The first byte:
 * whether the input gets the head of a whole record. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xxhash.h>

#include "broker/store.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD = 32, WITH_HEAD = 1 };

static char folder[64], path[96];
static struct buf new_store;
static char magic_and_salt[16];

static void name_of(char *name, size_t room, const char *end)
{
	snprintf(name, room, "%s%s", path, end);
}

static void clean(void)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-intake", ".lock"};
	char name[128];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		name_of(name, sizeof(name), ends[i]);
		unlink(name);
	}
}

static void clean_all(void)
{
	clean();
	rmdir(folder);
	buf_free(&new_store);
}

static void put(const char *end, struct str bytes)
{
	char name[128];
	FILE *f;

	name_of(name, sizeof(name), end);
	f = fopen(name, "wb");
	CHECK(f && fwrite(bytes.p, 1, bytes.n, f) == bytes.n);
	CHECK(fclose(f) == 0);
}

static void get(const char *end, struct buf *to)
{
	char name[128];
	FILE *f;

	name_of(name, sizeof(name), end);
	f = fopen(name, "rb");
	CHECK(f);
	for (size_t got = 1; got; to->n += got) {
		buf_reserve(to, 65536);
		got = fread(to->p + to->n, 1, 65536, f);
	}
	fclose(f);
}

/* A job that is only in the intake yet. */
static void submit(struct store *s)
{
	struct store_document d = {.collection = 1, .id = STR("d"), .body = STR("They met.")};
	struct change c = {.job = {.job = 1, .ticket = 1, .collection = 1, .state = JOB_QUEUED},
			   .verb = JOB_SUBMIT};
	struct err e;

	CHECK(store_insert(s, &d, &c, 1000, &e) == 0);
	CHECK(store_write(s, &e) == 0 && store_sync(s, &e) == 0);
}

/* A store with a collection and a job; the salt of its records is kept. */
static void start(void)
{
	struct buf intake = {0};
	struct store *s;
	struct err e;
	uint32_t number;

	snprintf(folder, sizeof(folder), "%s/demarche-fuzz-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	CHECK(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/s.db", folder);
	atexit(clean_all);
	CHECK(store_open(&s, path, &e) == 0);
	CHECK(store_collection(s, STR("news"), &number, &e) == 0 && store_write(s, &e) == 0 &&
	      store_sync(s, &e) == 0);
	submit(s);
	get("-intake", &intake);
	CHECK(intake.n > HEAD);
	memcpy(magic_and_salt, intake.p, sizeof(magic_and_salt));
	buf_free(&intake);
	store_close(s);
	get("", &new_store);
}

static void put_number(char *to, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		to[i] = (char)(v >> 8 * i);
}

/* As store_intake.c writes it. */
static void add_head(struct buf *b)
{
	uint64_t salt = 0;

	for (int i = 8; i < 16; i++)
		salt |= (uint64_t)(unsigned char)magic_and_salt[i] << 8 * (i - 8);
	memcpy(b->p, magic_and_salt, sizeof(magic_and_salt));
	put_number(b->p + 16, b->n);
	put_number(b->p + 24, XXH3_64bits_withSeed(b->p + HEAD, b->n - HEAD, salt ^ b->n));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char none[HEAD];
	struct buf intake = {0};
	struct store *s;
	struct err e;

	if (!new_store.n)
		start();
	if (!n)
		return 0;
	clean();
	put("", buf_str(&new_store));
	if (p[0] & WITH_HEAD)
		buf_add(&intake, none, HEAD);
	buf_add(&intake, p + 1, n - 1);
	if (p[0] & WITH_HEAD)
		add_head(&intake);
	put("-intake", buf_str(&intake));
	buf_free(&intake);
	if (store_open(&s, path, &e) == 0) {
		store_close(s);
		CHECK(store_check(path, &e) == 0);
	} else {
		CHECK(e.text[0]);
	}
	return 0;
}
