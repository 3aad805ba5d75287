/* The questions that only the living broker can answer: status, workers, collections. */
#include "broker/server_state.h"

#include "proto/json.h"
#include "proto/pack.h"

enum { ROW_BYTES = 1024, DESCRIBED_MAX = 1000 };

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
	uint32_t n = 0, at = 0;

	while (core_worker(s->core, &at, &w))
		n++;
	return n;
}

static const enum job_state STATES[] = {JOB_DELAYED, JOB_QUEUED, JOB_LEASED,
					JOB_DONE,    JOB_DEAD,   JOB_CANCELLED};
enum { N_STATES = sizeof(STATES) / sizeof(STATES[0]) };

static void answer_status(struct server *s, struct msg_rows *rows)
{
	struct buf b = {0};
	uint32_t cap = 0;

	pack_map(&b, 15);
	put_str(&b, "broker", str_of(store_id(s->store)));
	put_str(&b, "version", str_of(s->options.software));
	put_uint(&b, "started_ms", (uint64_t)s->start_ms);
	for (size_t i = 0; i < N_STATES; i++)
		put_uint(&b, job_state_name(STATES[i]), core_count(s->core, STATES[i]));
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
	uint32_t at = q->after < UINT32_MAX ? (uint32_t)q->after : UINT32_MAX;
	struct core_worker w;
	struct buf b = {0};

	while (core_worker(s->core, &at, &w)) {
		if (rows->n_rows == limit) {
			rows->more = true;
			break;
		}
		rows->next = at;
		pack_map(&b, 6);
		put_str(&b, "name", w.name);
		put_uint(&b, "credit", w.credit);
		put_uint(&b, "leases", w.n_leases);
		put_uint(&b, "since_ms", (uint64_t)w.since_ms);
		put_uint(&b, "done", w.n_done);
		put_uint(&b, "failed", w.n_failed);
		add_row(s, rows, &cap, &b);
	}
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

static void describe_worker(struct json *j, const struct core_worker *w)
{
	json_open(j, '{');
	json_key(j, "name"), json_str(j, w->name);
	json_key(j, "credit"), json_uint(j, w->credit);
	json_key(j, "leases"), json_uint(j, w->n_leases);
	json_key(j, "since_ms"), json_int(j, w->since_ms);
	json_key(j, "done"), json_uint(j, w->n_done);
	json_key(j, "failed"), json_uint(j, w->n_failed);
	json_close(j, '}');
}

static void describe_json(struct server *s, struct buf *out)
{
	struct json j = {.out = out};
	struct core_worker w;
	uint32_t at = 0;

	json_open(&j, '{');
	json_key(&j, "broker"), json_str(&j, str_of(store_id(s->store)));
	json_key(&j, "version"), json_str(&j, str_of(s->options.software));
	json_key(&j, "started_ms"), json_int(&j, s->start_ms);
	for (size_t i = 0; i < N_STATES; i++) {
		json_key(&j, job_state_name(STATES[i]));
		json_uint(&j, core_count(s->core, STATES[i]));
	}
	json_key(&j, "workers"), json_uint(&j, count_workers(s));
	json_key(&j, "peers"), json_uint(&j, s->n_peers);
	json_key(&j, "subscribers"), json_uint(&j, s->n_streams);
	json_key(&j, "last_seq"), json_uint(&j, core_last_seq(s->core));
	json_key(&j, "results_per_min"), json_uint(&j, results_per_minute(s));
	json_key(&j, "db_bytes"), json_int(&j, store_bytes(s->store));
	json_key(&j, "worker_list"), json_open(&j, '[');
	for (uint32_t i = 0; i < DESCRIBED_MAX && core_worker(s->core, &at, &w); i++)
		describe_worker(&j, &w);
	json_close(&j, ']');
	json_close(&j, '}');
}

/* One figure: what it is, of which kind, and its value. */
static void metric(struct buf *out, const char *name, const char *kind, const char *help,
		   uint64_t v)
{
	buf_printf(out, "# HELP demarche_%s %s\n# TYPE demarche_%s %s\ndemarche_%s %lu\n", name,
		   help, name, kind, name, v);
}

static void describe_metrics(struct server *s, struct buf *out)
{
	buf_printf(out, "# HELP demarche_jobs Jobs by state.\n# TYPE demarche_jobs gauge\n");
	for (size_t i = 0; i < N_STATES; i++)
		buf_printf(out, "demarche_jobs{state=\"%s\"} %lu\n", job_state_name(STATES[i]),
			   core_count(s->core, STATES[i]));
	metric(out, "workers", "gauge", "Workers that are connected.", count_workers(s));
	metric(out, "peers", "gauge", "Peers that are connected.", s->n_peers);
	metric(out, "subscribers", "gauge", "Readers of the result stream.", s->n_streams);
	metric(out, "results_total", "counter", "Results that were stored.",
	       core_last_seq(s->core));
	metric(out, "results_last_minute", "gauge", "Results of the last 60 seconds.",
	       results_per_minute(s));
	metric(out, "store_bytes", "gauge", "Size of the store's files.",
	       (uint64_t)store_bytes(s->store));
	metric(out, "start_time_seconds", "gauge", "When the broker was started (Unix time).",
	       (uint64_t)(s->start_ms / 1000));
}

void server_describe(struct server *s, struct buf *json, struct buf *metrics)
{
	describe_json(s, json);
	describe_metrics(s, metrics);
}
