/* Speaks the protocol wrongly on purpose.
 * usage: stranger hello ENDPOINT VERSION      says HELLO of that version, prints the answer
 *        stranger bytes ENDPOINT              sends standard input as one frame, prints the answer
 *        stranger broker ENDPOINT VERSION     answers every message like a broker of that version
 */
#include <stdio.h>
#include <stdlib.h>

#include "proto/msg.h"
#include "proto/wire.h"

enum { PATIENCE_MS = 10000, BYTES_MAX = 1 << 20 };

static int print_answer(struct wire *w)
{
	struct arena a = {0};
	struct wire_frame f;
	struct msg m;
	struct err e;

	if (wire_poll(w, NULL, 0, PATIENCE_MS, &e) != 1 || wire_recv(w, &f, &e) != 1) {
		puts("no answer");
		return 1;
	}
	if (msg_read(f.bytes, &a, &m, &e) < 0)
		printf("unreadable: %s\n", e.text);
	else if (m.kind == MSG_ERROR)
		printf("ERROR %s version=%llu: %.*s\n", err_name((enum err_code)m.error.code),
		       (unsigned long long)m.error.version, STR_ARG(m.error.text));
	else
		printf("%s\n", msg_kind_name(m.kind));
	arena_free(&a);
	return 0;
}

static void say_hello(uint64_t version, struct buf *out)
{
	const struct msg m = {.kind = MSG_HELLO,
			      .hello = {.version = version, .roles = ROLE_ALL, .name = STR("x")}};

	msg_write(&m, out);
}

static void read_input(struct buf *out)
{
	buf_reserve(out, BYTES_MAX);
	out->n = fread(out->p, 1, BYTES_MAX, stdin);
}

static int play_broker(struct wire *w, uint64_t version)
{
	const struct msg m = {.kind = MSG_ERROR,
			      .error = {.code = ERR_VERSION,
					.kind = MSG_HELLO,
					.version = version,
					.text = STR("this broker speaks another version")}};
	struct buf out = {0};
	struct wire_frame f;
	struct err e;

	msg_write(&m, &out);
	puts("ready");
	fflush(stdout);
	for (;;) {
		if (wire_poll(w, NULL, 0, -1, &e) < 0)
			return 1;
		while (wire_recv(w, &f, &e) == 1)
			wire_send(w, &f.peer, buf_str(&out));
	}
}

int main(int argc, char **argv)
{
	const char *endpoint = argc > 2 ? argv[2] : "";
	struct wire_options o = {.endpoints = &endpoint, .n_endpoints = 1};
	uint64_t version = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
	struct buf out = {0};
	struct wire *w;
	struct err e;
	int rc;

	if (argc < 3)
		return 2;
	o.listens = strcmp(argv[1], "broker") == 0;
	if (wire_open(&w, &o, &e) < 0) {
		fprintf(stderr, "stranger: %s\n", e.text);
		return 1;
	}
	if (o.listens)
		return play_broker(w, version);
	if (strcmp(argv[1], "hello") == 0)
		say_hello(version, &out);
	else
		read_input(&out);
	rc = wire_send(w, NULL, buf_str(&out)) == WIRE_SENT ? print_answer(w) : 1;
	buf_free(&out);
	wire_close(w, 0);
	return rc;
}
