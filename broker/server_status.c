/* The questions that only the living broker can answer: status, workers, collections. */
#include "broker/server_state.h"

#include "proto/pack.h"

enum { ROW_BYTES = 1024 };

void server_count_result(struct server *s)
{
	int64_t second = s->now_ms / 1000;

	for (; s->rate_second < second; s->rate_second++) {
		if (second - s->rate_second > RATE_SECONDS) {
			memset(s->rate, 0, sizeof(s->rate));
			s->rate_second = second;
			break;
		}
		s->rate[(s->rate_second + 1) % RATE_SECONDS] = 0;
	}
	s->rate[second % RATE_SECONDS]++;
}

static uint64_t results_per_minute(const struct server *s)
{
	int64_t second = s->now_ms / 1000;
	uint64_t n = 0;

	for (int64_t t = second - RATE_SECONDS + 1; t <= s->rate_second; t++)
		n += t > 0 ? s->rate[t % RATE_SECONDS] : 0;
	return n;
}

static void put_uint(struct buf *b, const char *key, uint64_t v)
{
	pack_cstr(b, key);
	pack_uint(b, v);
}

static void put_str(struct buf *b, const char *key, struct str v)
{
	pack_cstr(b, key);
	pack_str(b, v);
}

/* Moves a finished row into the turn's arena. */
static void add_row(struct server *s, struct msg_rows *rows, uint32_t *cap, struct buf *b)
{
	ARENA_GROW(&s->turn, rows->rows, rows->n_rows, *cap);
	rows->rows[rows->n_rows++] = arena_str(&s->turn, buf_str(b));
	b->n = 0;
}

static uint32_t count_workers(const struct server *s)
{
	struct core_worker w;
	uint32_t n = 0;

	while (core_worker(s->core, n, &w))
		n++;
	return n;
}

static void answer_status(struct server *s, struct msg_rows *rows)
{
	static const enum job_state states[] = {JOB_DELAYED, JOB_QUEUED, JOB_LEASED,
						JOB_DONE,    JOB_DEAD,   JOB_CANCELLED};
	struct buf b = {0};
	uint32_t cap = 0;

	pack_map(&b, 15);
	put_str(&b, "broker", str_of(store_id(s->store)));
	put_str(&b, "version", str_of(s->options.software));
	put_uint(&b, "started_ms", (uint64_t)s->start_ms);
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		put_uint(&b, job_state_name(states[i]), core_count(s->core, states[i]));
	put_uint(&b, "workers", count_workers(s));
	put_uint(&b, "peers", s->n_peers);
	put_uint(&b, "subscribers", s->n_streams);
	put_uint(&b, "last_seq", core_last_seq(s->core));
	put_uint(&b, "results_per_min", results_per_minute(s));
	put_uint(&b, "db_bytes", (uint64_t)store_bytes(s->store));
	add_row(s, rows, &cap, &b);
	buf_free(&b);
}

static void answer_workers(struct server *s, const struct msg_query *q, struct msg_rows *rows)
{
	uint32_t limit = q->limit ? (uint32_t)q->limit : QUERY_ROWS, cap = 0;
	struct core_worker w;
	struct buf b = {0};

	for (uint32_t i = (uint32_t)q->after; core_worker(s->core, i, &w); i++) {
		if (rows->n_rows == limit) {
			rows->more = true;
			break;
		}
		pack_map(&b, 6);
		put_str(&b, "name", w.name);
		put_uint(&b, "credit", w.credit);
		put_uint(&b, "leases", w.n_leases);
		put_uint(&b, "since_ms", (uint64_t)w.since_ms);
		put_uint(&b, "done", w.n_done);
		put_uint(&b, "failed", w.n_failed);
		add_row(s, rows, &cap, &b);
	}
	rows->next = q->after + rows->n_rows;
	buf_free(&b);
}

bool server_status(struct server *s, const struct msg_query *q, struct msg_rows *rows)
{
	if (str_is(q->what, "status"))
		answer_status(s, rows);
	else if (str_is(q->what, "workers"))
		answer_workers(s, q, rows);
	else
		return false;
	return true;
}
