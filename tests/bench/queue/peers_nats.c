/* NATS JetStream over its text protocol: a stream in files with one consumer, and one for results.
 * NATS 2.9 has no setting that syncs before it acknowledges; its figures are of a weaker promise.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/queue/peers.h"

static struct line_socket nats_dial(void)
{
	struct line_socket s = dial();
	static const char hello[] =
		"CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true}"
		"\r\nPING\r\n";

	line(&s); /* INFO */
	send_all(&s, hello, sizeof(hello) - 1);
	while (!str_starts(line(&s), STR("PONG")))
		;
	return s;
}

/* The next message's payload, and where an answer to it goes; until the next call. */
static struct str nats_message(struct line_socket *s, char reply[static 256], bool *status)
{
	for (;;) {
		struct str got = line(s);
		char head[512], subject[256];
		unsigned long sid, header = 0, n;
		int fields;

		snprintf(head, sizeof(head), "%.*s", STR_ARG(got));
		if (str_starts(got, STR("PING"))) {
			send_all(s, "PONG\r\n", 6);
			continue;
		}
		if (str_starts(got, STR("-ERR"))) {
			fprintf(stderr, "peers: %s\n", head);
			exit(1);
		}
		*reply = '\0';
		*status = str_starts(got, STR("HMSG"));
		if (*status) {
			fields = sscanf(head, "HMSG %255s %lu %255s %lu %lu", subject, &sid, reply,
					&header, &n);
			if (fields != 5)
				sscanf(head, "HMSG %255s %lu %lu %lu", subject, &sid, &header, &n);
		} else if (str_starts(got, STR("MSG"))) {
			fields = sscanf(head, "MSG %255s %lu %255s %lu", subject, &sid, reply, &n);
			if (fields != 4) {
				*reply = '\0';
				sscanf(head, "MSG %255s %lu %lu", subject, &sid, &n);
			}
		} else {
			continue;
		}
		got = bytes(s, n + 2);
		return (struct str){got.p, n};
	}
}

static void nats_publish(struct buf *b, const char *subject, const char *reply, const char *p,
			 size_t n)
{
	buf_printf(b, "PUB %s %s %zu\r\n", subject, reply, n);
	buf_add(b, p, n);
	buf_add(b, "\r\n", 2);
}

static void nats_expect_stored(struct line_socket *s)
{
	char reply[256];
	bool status;
	struct str got = nats_message(s, reply, &status);
	char text[300];

	snprintf(text, sizeof(text), "%.*s", (int)(got.n < 299 ? got.n : 299), got.p);
	if (!strstr(text, "\"seq\"")) {
		fprintf(stderr, "peers: %s\n", text);
		exit(1);
	}
}

static void nats_ask(struct line_socket *s, const char *subject, const char *json, bool must)
{
	struct buf b = {0};
	char reply[256];
	bool status;
	struct str got;

	nats_publish(&b, subject, "inbox.setup", json, strlen(json));
	send_all(s, b.p, b.n);
	got = nats_message(s, reply, &status);
	if (must && memmem(got.p, got.n, "\"error\"", 7)) {
		fprintf(stderr, "peers: %.*s\n", STR_ARG(got));
		exit(1);
	}
	buf_free(&b);
}

static void nats_setup(void)
{
	struct line_socket s = nats_dial();

	send_all(&s, "SUB inbox.setup 1\r\n", 19);
	nats_ask(&s, "$JS.API.STREAM.DELETE.jobs", "", false);
	nats_ask(&s, "$JS.API.STREAM.DELETE.results", "", false);
	nats_ask(&s, "$JS.API.STREAM.CREATE.jobs",
		 "{\"name\":\"jobs\",\"subjects\":[\"jobs\"],\"storage\":\"file\","
		 "\"retention\":\"workqueue\",\"num_replicas\":1}",
		 true);
	nats_ask(&s, "$JS.API.STREAM.CREATE.results",
		 "{\"name\":\"results\",\"subjects\":[\"results\"],\"storage\":\"file\","
		 "\"num_replicas\":1}",
		 true);
	nats_ask(&s, "$JS.API.CONSUMER.DURABLE.CREATE.jobs.w",
		 "{\"stream_name\":\"jobs\",\"config\":{\"durable_name\":\"w\",\"ack_policy\":"
		 "\"explicit\",\"max_ack_pending\":10000}}",
		 true);
	close(s.fd);
}

static void *nats_submit(void *unused)
{
	struct line_socket s = nats_dial();
	struct buf b = {0};
	char body[BODY];
	uint64_t sent = 0;

	send_all(&s, "SUB inbox.p 1\r\n", 15);
	for (uint64_t done = 0; done < N; done++) {
		b.n = 0;
		while (sent < N && sent - done < IN_FLIGHT && b.n < 65536) {
			fill(body, sent++);
			nats_publish(&b, "jobs", "inbox.p", body, BODY);
		}
		send_all(&s, b.p, b.n);
		nats_expect_stored(&s);
	}
	return unused;
}

static void *nats_one(void *unused)
{
	static atomic_int next;
	struct line_socket s = nats_dial();
	struct buf b = {0};
	char body[BODY], inbox[32];
	uint64_t i;

	snprintf(inbox, sizeof(inbox), "inbox.o%d", atomic_fetch_add(&next, 1));
	buf_printf(&b, "SUB %s 1\r\n", inbox);
	send_all(&s, b.p, b.n);
	while (next_job(&i)) {
		b.n = 0;
		fill(body, i);
		nats_publish(&b, "jobs", inbox, body, BODY);
		send_all(&s, b.p, b.n);
		nats_expect_stored(&s);
	}
	return unused;
}

/* Takes what there is, at most a batch: the acknowledgements of its jobs are put into b. */
static int nats_take(struct line_socket *s, const char *inbox, struct buf *acks)
{
	static const char ask[] = "{\"batch\":100,\"no_wait\":true}";
	struct buf b = {0};
	char reply[256];
	bool status;
	int n = 0;

	nats_publish(&b, "$JS.API.CONSUMER.MSG.NEXT.jobs.w", inbox, ask, sizeof(ask) - 1);
	send_all(s, b.p, b.n);
	buf_free(&b);
	while (n < BATCH) {
		nats_message(s, reply, &status);
		if (status)
			break; /* no more at present */
		nats_publish(acks, reply, "", "+ACK", 4);
		n++;
	}
	return n;
}

static void *nats_work(void *name)
{
	struct line_socket s = nats_dial();
	struct buf b = {0}, acks = {0};
	char jobs[32], stored[32];

	snprintf(jobs, sizeof(jobs), "inbox.j%s", (char *)name);
	snprintf(stored, sizeof(stored), "inbox.r%s", (char *)name);
	buf_printf(&b, "SUB %s 1\r\nSUB %s 2\r\n", jobs, stored);
	send_all(&s, b.p, b.n);
	do {
		int n;

		b.n = acks.n = 0;
		n = nats_take(&s, jobs, &acks);
		for (int i = 0; i < n; i++)
			nats_publish(&b, "results", stored, result_text, RESULT);
		if (n)
			send_all(&s, b.p, b.n);
		for (int i = 0; i < n; i++)
			nats_expect_stored(&s);
		if (n)
			send_all(&s, acks.p, acks.n);
		else
			wire_pause(1);
		take_work((uint64_t)n);
	} while (work_left());
	return NULL;
}

const struct engine NATS = {"nats", nats_setup, nats_submit, nats_one, nats_work};
