/* gearmand over its binary protocol: background jobs, kept in its SQLite queue. Results are
 * background jobs of another function, since gearmand stores none. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/queue/peers.h"

enum { CAN_DO = 1, JOB_CREATED = 8, GRAB_JOB = 9, NO_JOB = 10, JOB_ASSIGN = 11 };
enum { WORK_COMPLETE = 13, SUBMIT_JOB_BG = 18, ERROR = 19, HEAD = 12 };

static void put_head(struct buf *b, uint32_t type, size_t n)
{
	const uint32_t fields[] = {htonl(type), htonl((uint32_t)n)};

	buf_add(b, "\0REQ", 4);
	buf_add(b, fields, sizeof(fields));
}

static void gear_put(struct buf *b, const char *function, uint64_t id, const char *body, size_t n)
{
	char unique[32];
	int u = snprintf(unique, sizeof(unique), "%llu", (unsigned long long)id);

	put_head(b, SUBMIT_JOB_BG, strlen(function) + 1 + (size_t)u + 1 + n);
	buf_add(b, function, strlen(function) + 1);
	buf_add(b, unique, (size_t)u + 1);
	buf_add(b, body, n);
}

static uint32_t gear_hear(struct line_socket *s, struct str *data)
{
	uint32_t fields[2];

	memcpy(fields, bytes(s, HEAD).p + 4, sizeof(fields));
	*data = bytes(s, ntohl(fields[1]));
	if (ntohl(fields[0]) == ERROR)
		die("gearmand refuses");
	return ntohl(fields[0]);
}

static void gear_expect(struct line_socket *s, uint32_t type)
{
	struct str data;

	if (gear_hear(s, &data) != type)
		die("gearmand says something else");
}

static void nothing(void)
{
}

static void *gear_submit(void *unused)
{
	struct line_socket s = dial();
	struct buf b = {0};
	char body[BODY];
	uint64_t sent = 0;

	for (uint64_t done = 0; done < N; done++) {
		b.n = 0;
		while (sent < N && sent - done < IN_FLIGHT && b.n < 65536) {
			fill(body, sent);
			gear_put(&b, "jobs", sent++, body, BODY);
		}
		send_all(&s, b.p, b.n);
		gear_expect(&s, JOB_CREATED);
	}
	return unused;
}

static void *gear_one(void *unused)
{
	struct line_socket s = dial();
	struct buf b = {0};
	char body[BODY];
	uint64_t i;

	while (next_job(&i)) {
		b.n = 0;
		fill(body, i);
		gear_put(&b, "jobs", i, body, BODY);
		send_all(&s, b.p, b.n);
		gear_expect(&s, JOB_CREATED);
	}
	return unused;
}

/* Grabs up to a batch; the ends of its jobs are put into `ends`. */
static int gear_take(struct line_socket *s, struct buf *ends)
{
	struct buf b = {0};
	int n = 0;

	for (int i = 0; i < BATCH; i++)
		put_head(&b, GRAB_JOB, 0);
	send_all(s, b.p, b.n);
	buf_free(&b);
	for (int i = 0; i < BATCH; i++) {
		struct str data;

		if (gear_hear(s, &data) != JOB_ASSIGN)
			continue;
		put_head(ends, WORK_COMPLETE, strlen(data.p) + 1);
		buf_add(ends, data.p, strlen(data.p) + 1); /* the job's handle */
		n++;
	}
	return n;
}

static void *gear_work(void *unused)
{
	static atomic_ullong next_result;
	struct line_socket s = dial(), out = dial();
	struct buf b = {0}, ends = {0};

	put_head(&b, CAN_DO, 4);
	buf_add(&b, "jobs", 4);
	send_all(&s, b.p, b.n);
	do {
		int n;

		b.n = ends.n = 0;
		n = gear_take(&s, &ends);
		for (int i = 0; i < n; i++)
			gear_put(&b, "results", atomic_fetch_add(&next_result, 1), result_text,
				 RESULT);
		if (n)
			send_all(&out, b.p, b.n);
		for (int i = 0; i < n; i++)
			gear_expect(&out, JOB_CREATED);
		if (n)
			send_all(&s, ends.p, ends.n);
		else
			wire_pause(1);
		take_work((uint64_t)n);
	} while (work_left());
	return unused;
}

const struct engine GEARMAND = {"gearmand", nothing, gear_submit, gear_one, gear_work};
