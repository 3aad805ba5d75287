/* Frames of four peers, turn by turn, to a whole broker: whatever they say, its core stays sound,
 * its store works, and all it answers can be read. The input: a peer (low bits; bit 7: no turn is
 * made after this frame), the frame's length in two bytes, the frame; and so on.
 *
 * The store is a copy of a new one, in memory; what the broker sends is caught at the wire (the
 * linker's --wrap), since nobody is connected. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/server_state.h"
#include "proto/log.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/core_for_test.h"

enum { PEERS = 4, NO_TURN = 0x80 };

enum wire_sent __wrap_wire_send(struct wire *w, const struct wire_peer *peer, struct str bytes);
enum wire_sent __wrap_wire_send_counted(struct wire *w, const struct wire_peer *p,
					struct buf *bytes, struct wire_load *l);

static void check_answer(struct str bytes)
{
	struct arena a = {0};
	struct msg m;
	struct err e;

	CHECK(msg_read(bytes, &a, &m, &e) == 0);
	arena_free(&a);
}

enum wire_sent __wrap_wire_send(struct wire *w, const struct wire_peer *peer, struct str bytes)
{
	(void)w, (void)peer;
	check_answer(bytes);
	return WIRE_SENT;
}

enum wire_sent __wrap_wire_send_counted(struct wire *w, const struct wire_peer *p,
					struct buf *bytes, struct wire_load *l)
{
	(void)w, (void)p, (void)l;
	check_answer(buf_str(bytes));
	buf_free(bytes);
	return WIRE_SENT;
}

static char folder[64], path[96];
static struct buf new_store;

static void clean(void)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-intake", ".lock"};
	char name[128];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
}

static void clean_all(void)
{
	clean();
	rmdir(folder);
	buf_free(&new_store);
}

static struct server *open_server(void)
{
	static const char *const endpoints[] = {"inproc://fuzz"};
	struct server_options o = {.endpoints = endpoints,
				   .n_endpoints = 1,
				   .store = path,
				   .software = "fuzz",
				   .core = core_for_test()};
	struct server *s;
	struct err e;

	if (server_open(&s, &o, &e) < 0)
		fprintf(stderr, "fuzz_server: %s\n", e.text), abort();
	return s;
}

/* Once: making the tables takes longer than all else. */
static void start(void)
{
	struct stat st;
	FILE *f;

	log_setup(&(struct log_setup){.least = LOG_LEVEL_ERROR,
				      .fd = open("/dev/null", O_WRONLY | O_CLOEXEC)});
	snprintf(folder, sizeof(folder), "%s/demarche-fuzz-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	CHECK(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/s.db", folder);
	atexit(clean_all);
	server_close(open_server());
	CHECK(stat(path, &st) == 0 && (f = fopen(path, "rb")));
	buf_reserve(&new_store, (size_t)st.st_size);
	new_store.n = fread(new_store.p, 1, (size_t)st.st_size, f);
	fclose(f);
}

static void put_store(void)
{
	FILE *f = fopen(path, "wb");

	CHECK(f && fwrite(new_store.p, 1, new_store.n, f) == new_store.n);
	CHECK(fclose(f) == 0);
}

static void turn(struct server *s)
{
	struct err e;

	CHECK(server_turn(s, 0, &e) == 0);
	core_verify(s->core);
	CHECK(s->n_peers <= PEERS);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const uint8_t *end = p + n;
	struct server *s;
	struct err e;

	if (!new_store.n)
		start();
	clean();
	put_store();
	s = open_server();
	while (end - p > 3) {
		struct wire_frame f = {.peer = {.n = 1, .id = {p[0] % PEERS}},
				       .public_key = STR("")};
		bool makes_turn = !(p[0] & NO_TURN);
		size_t most = (size_t)(end - p) - 3, size = p[1] | (size_t)p[2] << 8;

		f.bytes = (struct str){(const char *)p + 3, size < most ? size : most};
		CHECK(server_handle(s, &f, &e) == 0);
		arena_reset(&s->frame, 1 << 20);
		if (makes_turn)
			turn(s);
		p += 3 + f.bytes.n;
	}
	turn(s);
	turn(s);
	server_close(s);
	return 0;
}
