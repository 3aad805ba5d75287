/* The same work on other queues, in their own protocols, pipelined as far as each allows:
 *
 *	peers beanstalkd|redis|rabbitmq|nats|gearmand HOST PORT submit|one|both N
 *	peers postgresql CONNINFO - submit|one|both N
 *
 * submit: N jobs of 4 KB, acknowledged. one: the same by eight producers who wait for each
 * acknowledgement. both: submit, with two workers that take jobs and store a result of 1 KB for
 * each. Bodies are as in load.c. Durability is the server's set-up (scripts/bench-queue). */
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <errno.h>
#include <libpq-fe.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/queue/peers.h"

const char *HOST, *PORT;
uint64_t N;
char result_text[RESULT];
static atomic_ullong left_to_do, next_number;
static atomic_llong all_done_us; /* workers may wait for more a little longer */

void die(const char *what)
{
	fprintf(stderr, "peers: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t mix(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

void fill(char *p, uint64_t number)
{
	for (uint64_t i = 0; i + 8 <= BODY; i += 8) {
		uint64_t v = mix(number * 1000003 + i + 1) | 0x0101010101010101u;

		memcpy(p + i, &v, 8);
	}
}

/* A socket with a buffer for reading. */

struct line_socket dial(void)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *a;
	struct line_socket s = {0};
	int one = 1;

	if (getaddrinfo(HOST, PORT, &hints, &a) != 0)
		die("resolve");
	s.fd = socket(a->ai_family, a->ai_socktype, 0);
	if (s.fd < 0 || connect(s.fd, a->ai_addr, a->ai_addrlen) < 0)
		die("connect");
	setsockopt(s.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	freeaddrinfo(a);
	return s;
}

void send_all(struct line_socket *s, const char *p, size_t n)
{
	while (n) {
		ssize_t k = write(s->fd, p, n);

		if (k <= 0)
			die("write");
		p += k;
		n -= (size_t)k;
	}
}

static void more(struct line_socket *s)
{
	ssize_t k;

	if (s->at) {
		memmove(s->in.p, s->in.p + s->at, s->in.n - s->at);
		s->in.n -= s->at;
		s->at = 0;
	}
	buf_reserve(&s->in, 65536);
	k = read(s->fd, s->in.p + s->in.n, 65536);
	if (k <= 0)
		die("read");
	s->in.n += (size_t)k;
}

struct str line(struct line_socket *s)
{
	for (;;) {
		char *p = s->in.n > s->at ? memchr(s->in.p + s->at, '\n', s->in.n - s->at) : NULL;
		struct str got;

		if (!p) {
			more(s);
			continue;
		}
		got = (struct str){s->in.p + s->at, (size_t)(p - s->in.p) - s->at};
		s->at += got.n + 1;
		if (got.n && got.p[got.n - 1] == '\r')
			got.n--;
		return got;
	}
}

struct str bytes(struct line_socket *s, size_t n)
{
	while (s->in.n - s->at < n)
		more(s);
	s->at += n;
	return (struct str){s->in.p + s->at - n, n};
}

bool work_left(void)
{
	return atomic_load(&left_to_do) > 0;
}

bool next_job(uint64_t *number)
{
	*number = atomic_fetch_add(&next_number, 1);
	return *number < N;
}

bool take_work(uint64_t n)
{
	unsigned long long left = atomic_load(&left_to_do);

	while (!atomic_compare_exchange_weak(&left_to_do, &left, left > n ? left - n : 0))
		;
	if (left && left <= n)
		atomic_store(&all_done_us, wire_now_us());
	return left > n;
}

/* beanstalkd */

static void bean_put(struct buf *b, const char *body, size_t n)
{
	buf_printf(b, "put 0 0 60 %zu\r\n", n);
	buf_add(b, body, n);
	buf_add(b, "\r\n", 2);
}

static void *bean_submit(void *unused)
{
	struct line_socket s = dial();
	struct buf b = {0};
	char body[BODY];
	uint64_t sent = 0;

	send_all(&s, "use jobs\r\n", 10);
	line(&s);
	for (uint64_t done = 0; done < N; done++) {
		b.n = 0;
		while (sent < N && sent - done < IN_FLIGHT && b.n < 65536) {
			fill(body, sent++);
			bean_put(&b, body, BODY);
		}
		send_all(&s, b.p, b.n);
		if (!str_starts(line(&s), STR("INSERTED")))
			die("put");
	}
	return unused;
}

static void *bean_one(void *unused)
{
	struct line_socket s = dial();
	struct buf b = {0};
	char body[BODY];
	uint64_t i;

	send_all(&s, "use jobs\r\n", 10);
	line(&s);
	while (next_job(&i)) {
		b.n = 0;
		fill(body, i);
		bean_put(&b, body, BODY);
		send_all(&s, b.p, b.n);
		if (!str_starts(line(&s), STR("INSERTED")))
			die("put");
	}
	return unused;
}

static void *bean_work(void *unused)
{
	struct line_socket s = dial();
	struct buf b = {0};

	send_all(&s, "use results\r\nwatch jobs\r\nignore default\r\n", 41);
	line(&s), line(&s), line(&s);
	do {
		uint64_t ids[BATCH];
		int n = 0;

		b.n = 0;
		for (int i = 0; i < BATCH; i++)
			buf_printf(&b, "reserve-with-timeout 0\r\n");
		send_all(&s, b.p, b.n);
		for (int i = 0; i < BATCH; i++) {
			struct str got = line(&s);

			if (!str_starts(got, STR("RESERVED")))
				continue;
			ids[n++] = strtoull(got.p + 9, NULL, 10);
			bytes(&s, BODY + 2);
		}
		b.n = 0;
		for (int i = 0; i < n; i++) {
			bean_put(&b, result_text, RESULT);
			buf_printf(&b, "delete %llu\r\n", (unsigned long long)ids[i]);
		}
		if (n)
			send_all(&s, b.p, b.n);
		for (int i = 0; i < 2 * n; i++)
			line(&s);
		if (!n && atomic_load(&left_to_do))
			wire_pause(1);
		take_work((uint64_t)n);
	} while (work_left());
	return unused;
}

/* Redis Streams */

static void redis_command(struct buf *b, int n, const char *const *words, const size_t *sizes)
{
	buf_printf(b, "*%d\r\n", n);
	for (int i = 0; i < n; i++) {
		size_t size = sizes && sizes[i] ? sizes[i] : strlen(words[i]);

		buf_printf(b, "$%zu\r\n", size);
		buf_add(b, words[i], size);
		buf_add(b, "\r\n", 2);
	}
}

static void redis_add(struct buf *b, const char *stream, const char *body, size_t n)
{
	const char *words[] = {"XADD", stream, "*", "b", body};
	const size_t sizes[] = {0, 0, 0, 0, n};

	redis_command(b, 5, words, sizes);
}

/* Passes one whole reply; the ids of stream entries (bulk strings with a '-') go to `ids`. */
static void redis_reply(struct line_socket *s, char (*ids)[40], int *n_ids)
{
	struct str got = line(s);
	char kind = got.p[0];
	long n = strtol(got.p + 1, NULL, 10);

	if (kind == '-') {
		fprintf(stderr, "peers: %.*s\n", STR_ARG(got));
		exit(1);
	}
	if (kind == '$' && n >= 0) {
		while (s->in.n - s->at < (size_t)n + 2)
			more(s);
		if (ids && n < 39 && n > 10 && memchr(s->in.p + s->at, '-', (size_t)n)) {
			memcpy(ids[*n_ids], s->in.p + s->at, (size_t)n);
			ids[(*n_ids)++][n] = '\0';
		}
		s->at += (size_t)n + 2;
	}
	for (long i = 0; kind == '*' && i < n; i++)
		redis_reply(s, ids, n_ids);
}

static void *redis_submit(void *unused)
{
	struct line_socket s = dial();
	struct buf b = {0};
	char body[BODY];
	uint64_t sent = 0;

	for (uint64_t done = 0; done < N; done++) {
		b.n = 0;
		while (sent < N && sent - done < IN_FLIGHT && b.n < 65536) {
			fill(body, sent++);
			redis_add(&b, "jobs", body, BODY);
		}
		send_all(&s, b.p, b.n);
		redis_reply(&s, NULL, NULL);
	}
	return unused;
}

static void *redis_one(void *unused)
{
	struct line_socket s = dial();
	struct buf b = {0};
	char body[BODY];
	uint64_t i;

	while (next_job(&i)) {
		b.n = 0;
		fill(body, i);
		redis_add(&b, "jobs", body, BODY);
		send_all(&s, b.p, b.n);
		redis_reply(&s, NULL, NULL);
	}
	return unused;
}

static void redis_setup(void)
{
	static const char *const flush[] = {"FLUSHALL"};
	static const char *const group[] = {"XGROUP", "CREATE", "jobs", "g", "0", "MKSTREAM"};
	struct line_socket s = dial();
	struct buf b = {0};

	redis_command(&b, 1, flush, NULL);
	redis_command(&b, 6, group, NULL);
	send_all(&s, b.p, b.n);
	redis_reply(&s, NULL, NULL);
	redis_reply(&s, NULL, NULL);
	close(s.fd);
}

static void *redis_work(void *name)
{
	struct line_socket s = dial();
	struct buf b = {0};
	static const char *const read_head[] = {"XREADGROUP", "GROUP", "g",     NULL,
						"COUNT",      "100",   "BLOCK", "20",
						"STREAMS",    "jobs",  ">"};
	const char *words[11];

	memcpy(words, read_head, sizeof(read_head));
	words[3] = name;
	do {
		char ids[2 * BATCH][40];
		const char *ack[3 + BATCH] = {"XACK", "jobs", "g"};
		int n = 0;

		b.n = 0;
		redis_command(&b, 11, words, NULL);
		send_all(&s, b.p, b.n);
		redis_reply(&s, ids, &n);
		if (!n)
			continue;
		b.n = 0;
		for (int i = 0; i < n; i++) {
			redis_add(&b, "results", result_text, RESULT);
			ack[3 + i] = ids[i];
		}
		redis_command(&b, 3 + n, ack, NULL);
		send_all(&s, b.p, b.n);
		for (int i = 0; i <= n; i++)
			redis_reply(&s, NULL, NULL);
		take_work((uint64_t)n);
	} while (work_left());
	return NULL;
}

/* PostgreSQL: a table, COPY in transactions of 100, SKIP LOCKED */

static PGconn *pg_dial(void)
{
	PGconn *c = PQconnectdb(HOST);

	if (PQstatus(c) != CONNECTION_OK) {
		fprintf(stderr, "peers: %s", PQerrorMessage(c));
		exit(1);
	}
	return c;
}

static void pg_run(PGconn *c, const char *sql)
{
	PGresult *r = PQexec(c, sql);

	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK) {
		fprintf(stderr, "peers: %s", PQerrorMessage(c));
		exit(1);
	}
	PQclear(r);
}

static void pg_setup(void)
{
	PGconn *c = pg_dial();

	pg_run(c, "DROP TABLE IF EXISTS jobs, results;"
		  "CREATE TABLE jobs(id bigserial PRIMARY KEY, state int DEFAULT 0, body text);"
		  "ALTER TABLE jobs ALTER body SET STORAGE EXTERNAL;"
		  "CREATE INDEX ON jobs(id) WHERE state = 0;"
		  "CREATE TABLE results(id bigint PRIMARY KEY, body text)");
	PQfinish(c);
}

/* Text that COPY and INSERT take as it stands. */
static void pg_fill(char *row, uint64_t number)
{
	fill(row, number);
	for (int k = 0; k < BODY; k++)
		row[k] = (char)('A' + (row[k] & 15));
}

static void *pg_one(void *unused)
{
	PGconn *c = pg_dial();
	char row[BODY + 1] = "";
	const char *values[] = {row};
	uint64_t i;

	PQclear(PQprepare(c, "put", "INSERT INTO jobs(body) VALUES($1)", 1, NULL));
	while (next_job(&i)) {
		PGresult *r;

		pg_fill(row, i);
		r = PQexecPrepared(c, "put", 1, values, NULL, NULL, 0);
		if (PQresultStatus(r) != PGRES_COMMAND_OK)
			die(PQerrorMessage(c));
		PQclear(r);
	}
	PQfinish(c);
	return unused;
}

static void *pg_submit(void *unused)
{
	PGconn *c = pg_dial();
	static char row[BODY + 1];

	for (uint64_t done = 0; done < N; done += BATCH) {
		PGresult *r = PQexec(c, "COPY jobs(body) FROM STDIN");

		PQclear(r);
		for (int i = 0; i < BATCH; i++) {
			pg_fill(row, done + (uint64_t)i);
			row[BODY] = '\n';
			PQputCopyData(c, row, BODY + 1);
		}
		PQputCopyEnd(c, NULL);
		while ((r = PQgetResult(c))) {
			if (PQresultStatus(r) != PGRES_COMMAND_OK)
				die(PQerrorMessage(c));
			PQclear(r);
		}
	}
	PQfinish(c);
	return unused;
}

static void *pg_work(void *unused)
{
	PGconn *c = pg_dial();
	struct buf b = {0};

	do {
		PGresult *r =
			PQexec(c, "UPDATE jobs SET state = 1 WHERE id IN (SELECT id FROM jobs "
				  "WHERE state = 0 ORDER BY id LIMIT 100 FOR UPDATE "
				  "SKIP LOCKED) RETURNING id, body");
		int n = PQntuples(r);

		b.n = 0;
		buf_printf(&b, "BEGIN;INSERT INTO results VALUES");
		for (int i = 0; i < n; i++)
			buf_printf(&b, "%s(%s,'%.*s')", i ? "," : "", PQgetvalue(r, i, 0), RESULT,
				   result_text);
		buf_printf(&b, ";UPDATE jobs SET state = 2 WHERE id IN (0");
		for (int i = 0; i < n; i++)
			buf_printf(&b, ",%s", PQgetvalue(r, i, 0));
		buf_printf(&b, ");COMMIT");
		PQclear(r);
		if (n)
			pg_run(c, b.p);
		else
			wire_pause(1);
		take_work((uint64_t)n);
	} while (work_left());
	PQfinish(c);
	return unused;
}

/* RabbitMQ: quorum queues, publisher confirms */

static void rabbit_check(amqp_rpc_reply_t r, const char *what)
{
	if (r.reply_type != AMQP_RESPONSE_NORMAL)
		die(what);
}

static amqp_connection_state_t rabbit_dial(void)
{
	amqp_connection_state_t c = amqp_new_connection();
	amqp_socket_t *s = amqp_tcp_socket_new(c);

	if (!s || amqp_socket_open(s, HOST, atoi(PORT)) != AMQP_STATUS_OK)
		die("connect");
	rabbit_check(amqp_login(c, "/", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest"),
		     "log in");
	amqp_channel_open(c, 1);
	rabbit_check(amqp_get_rpc_reply(c), "open a channel");
	amqp_confirm_select(c, 1);
	rabbit_check(amqp_get_rpc_reply(c), "ask for confirms");
	return c;
}

static void rabbit_setup(void)
{
	amqp_connection_state_t c = rabbit_dial();
	amqp_table_entry_t entry = {.key = amqp_cstring_bytes("x-queue-type")};
	amqp_table_t table = {1, &entry};

	entry.value.kind = AMQP_FIELD_KIND_UTF8;
	entry.value.value.bytes = amqp_cstring_bytes("quorum");
	for (int i = 0; i < 2; i++) {
		const char *name = i ? "results" : "jobs";

		amqp_queue_delete(c, 1, amqp_cstring_bytes(name), 0, 0);
		amqp_queue_declare(c, 1, amqp_cstring_bytes(name), 0, 1, 0, 0, table);
		rabbit_check(amqp_get_rpc_reply(c), "declare a queue");
	}
	amqp_destroy_connection(c);
}

static void rabbit_put(amqp_connection_state_t c, const char *queue, char *body, size_t n)
{
	amqp_basic_properties_t p = {._flags = AMQP_BASIC_DELIVERY_MODE_FLAG, .delivery_mode = 2};

	amqp_basic_publish(c, 1, amqp_empty_bytes, amqp_cstring_bytes(queue), 0, 0, &p,
			   (amqp_bytes_t){n, body});
}

/* Waits for confirms up to a number; returns the highest confirmed. */
static uint64_t rabbit_confirmed(amqp_connection_state_t c)
{
	amqp_frame_t f;

	do {
		amqp_maybe_release_buffers(c);
		if (amqp_simple_wait_frame(c, &f) != AMQP_STATUS_OK)
			die("wait for a confirm");
	} while (f.frame_type != AMQP_FRAME_METHOD || f.payload.method.id != AMQP_BASIC_ACK_METHOD);
	return ((amqp_basic_ack_t *)f.payload.method.decoded)->delivery_tag;
}

static void *rabbit_submit(void *unused)
{
	amqp_connection_state_t c = rabbit_dial();
	uint64_t sent = 0, top = 0, done = 0;
	char body[BODY];

	/* Confirms may come out of order; counting what is under way is enough here. */
	while (done < N) {
		while (sent < N && sent - done < IN_FLIGHT) {
			fill(body, sent++);
			rabbit_put(c, "jobs", body, BODY);
		}
		top = rabbit_confirmed(c);
		done = top > done ? top : done;
	}
	amqp_destroy_connection(c);
	return unused;
}

static void *rabbit_one(void *unused)
{
	amqp_connection_state_t c = rabbit_dial();
	char body[BODY];
	uint64_t i;

	while (next_job(&i)) {
		fill(body, i);
		rabbit_put(c, "jobs", body, BODY);
		rabbit_confirmed(c);
	}
	amqp_destroy_connection(c);
	return unused;
}

static void *rabbit_work(void *unused)
{
	amqp_connection_state_t in = rabbit_dial(), out = rabbit_dial();
	struct timeval wait = {0, 20000};
	uint64_t done = 0, confirmed = 0;

	amqp_basic_qos(in, 1, 0, 2 * BATCH, 0);
	amqp_basic_consume(in, 1, amqp_cstring_bytes("jobs"), amqp_empty_bytes, 0, 0, 0,
			   amqp_empty_table);
	rabbit_check(amqp_get_rpc_reply(in), "consume");
	do {
		uint64_t last = 0;
		int n = 0;

		for (; n < BATCH; n++) {
			amqp_envelope_t e;

			amqp_maybe_release_buffers(in);
			if (amqp_consume_message(in, &e, &wait, 0).reply_type !=
			    AMQP_RESPONSE_NORMAL)
				break;
			last = e.delivery_tag;
			amqp_destroy_envelope(&e);
			rabbit_put(out, "results", result_text, RESULT);
			done++;
		}
		while (confirmed < done)
			confirmed = rabbit_confirmed(out);
		if (n)
			amqp_basic_ack(in, 1, last, 1);
		take_work((uint64_t)n);
	} while (work_left());
	amqp_destroy_connection(in);
	amqp_destroy_connection(out);
	return unused;
}

static void nothing(void)
{
}

static const struct engine BEANSTALKD = {"beanstalkd", nothing, bean_submit, bean_one, bean_work},
			   REDIS = {"redis", redis_setup, redis_submit, redis_one, redis_work},
			   POSTGRESQL = {"postgresql", pg_setup, pg_submit, pg_one, pg_work},
			   RABBITMQ = {"rabbitmq", rabbit_setup, rabbit_submit, rabbit_one,
				       rabbit_work};
static const struct engine *const ENGINES[] = {&BEANSTALKD, &REDIS, &POSTGRESQL,
					       &RABBITMQ,   &NATS,  &GEARMAND};

int main(int argc, char **argv)
{
	static char names[WORKERS][8] = {"w1", "w2"};
	const struct engine *e = NULL;
	pthread_t threads[PRODUCERS + WORKERS];
	bool both, one;
	int64_t start;
	int n = 0;

	if (argc < 6)
		return 2;
	for (size_t i = 0; i < sizeof(ENGINES) / sizeof(ENGINES[0]); i++)
		if (strcmp(argv[1], ENGINES[i]->name) == 0)
			e = ENGINES[i];
	if (!e)
		return 2;
	HOST = argv[2];
	PORT = argv[3];
	both = strcmp(argv[4], "both") == 0;
	one = strcmp(argv[4], "one") == 0;
	N = strtoull(argv[5], NULL, 10) / BATCH * BATCH;
	memset(result_text, 'r', RESULT);
	atomic_store(&left_to_do, N);
	e->setup();
	start = wire_now_us();
	for (int i = 0; i < (one ? PRODUCERS : 1); i++)
		pthread_create(&threads[n++], NULL, one ? e->one : e->submit, NULL);
	for (int i = 0; both && i < WORKERS; i++)
		pthread_create(&threads[n++], NULL, e->work, names[i]);
	while (n)
		pthread_join(threads[--n], NULL);
	start = (both ? atomic_load(&all_done_us) : wire_now_us()) - start;
	printf("%s %s jobs=%llu seconds=%.3f per_second=%.0f\n", e->name, argv[4],
	       (unsigned long long)N, (double)start / 1e6, (double)N * 1e6 / (double)start);
	return 0;
}
