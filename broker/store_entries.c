/* An entry that begins with a number above 0 is that job's; 0 and a kind begin the others. So the
 * records of brokers that knew jobs only are read as well. */
#include "broker/store_entries.h"

#include <string.h>

enum {
	ENTRY_HEAD = 256, /* of an entry without its texts, and more */
	TEXT_MOST = 1 << 28,
};

size_t store_entry_job_size(const struct store_document *d)
{
	return ENTRY_HEAD + d->key.n + d->id.n + d->title.n + d->date.n + d->date_source.n +
	       d->source.n + d->lang.n + d->body.n;
}

size_t store_entry_result_size(const struct change *c)
{
	return ENTRY_HEAD + c->worker.n + c->record.n;
}

void store_entry_put_job(struct buf *b, const struct store_document *d, const struct job_fact *f,
			 int64_t now_ms)
{
	pack_uint(b, f->job);
	pack_uint(b, f->ticket);
	pack_uint(b, f->collection);
	pack_uint(b, f->priority);
	pack_uint(b, f->state);
	pack_uint(b, f->attempts);
	pack_int(b, f->due_ms);
	pack_int(b, f->deadline_ms);
	pack_int(b, now_ms);
	pack_uint(b, d->batch);
	pack_bin(b, (struct str){(const char *)d->identity, STORE_IDENTITY});
	pack_str(b, d->key);
	pack_str(b, d->id);
	pack_str(b, d->title);
	pack_str(b, d->date);
	pack_str(b, d->date_source);
	pack_str(b, d->source);
	pack_str(b, d->lang);
	pack_bin(b, d->body);
}

static void put_kind(struct buf *b, enum store_entry_kind kind)
{
	pack_uint(b, 0);
	pack_uint(b, kind);
}

void store_entry_put_number(struct buf *b, uint64_t number)
{
	put_kind(b, ENTRY_NUMBER);
	pack_uint(b, number);
}

void store_entry_put_lease(struct buf *b, const struct job_fact *f)
{
	put_kind(b, ENTRY_LEASE);
	pack_uint(b, f->job);
	pack_uint(b, f->attempts);
	pack_int(b, f->leased_ms);
}

void store_entry_put_result(struct buf *b, const struct change *c, int64_t now_ms)
{
	put_kind(b, ENTRY_RESULT);
	pack_uint(b, c->job.job);
	pack_uint(b, c->job.collection);
	pack_uint(b, c->job.priority);
	pack_uint(b, c->job.attempts);
	pack_int(b, c->job.leased_ms);
	pack_uint(b, c->from);
	pack_uint(b, c->seq);
	pack_int(b, now_ms);
	pack_bool(b, c->result != NULL);
	pack_str(b, c->worker);
	pack_bin(b, c->record);
}

static bool get_job(struct unpack *u, struct store_entry *x)
{
	struct store_document *d = &x->d;
	struct job_fact *f = &x->c.job;
	struct str identity;

	f->ticket = unpack_uint(u, INT64_MAX);
	f->collection = (uint32_t)unpack_uint(u, UINT32_MAX);
	f->priority = (uint8_t)unpack_uint(u, UINT8_MAX);
	f->state = (enum job_state)unpack_uint(u, N_JOB_STATES - 1);
	f->attempts = (uint32_t)unpack_uint(u, UINT32_MAX);
	f->due_ms = unpack_int(u);
	f->deadline_ms = unpack_int(u);
	x->now_ms = unpack_int(u);
	d->collection = f->collection;
	d->batch = (uint32_t)unpack_uint(u, UINT32_MAX);
	identity = unpack_str(u, STORE_IDENTITY);
	d->key = unpack_str(u, TEXT_MOST);
	d->id = unpack_str(u, TEXT_MOST);
	d->title = unpack_str(u, TEXT_MOST);
	d->date = unpack_str(u, TEXT_MOST);
	d->date_source = unpack_str(u, TEXT_MOST);
	d->source = unpack_str(u, TEXT_MOST);
	d->lang = unpack_str(u, TEXT_MOST);
	d->body = unpack_str(u, TEXT_MOST);
	if (unpack_failed(u) || identity.n != STORE_IDENTITY)
		return false;
	memcpy(d->identity, identity.p, STORE_IDENTITY);
	return true;
}

static bool get_result(struct unpack *u, struct store_entry *x)
{
	struct change *c = &x->c;

	c->verb = JOB_COMPLETE;
	c->job.state = JOB_DONE;
	c->job.job = unpack_uint(u, INT64_MAX);
	c->job.collection = (uint32_t)unpack_uint(u, UINT32_MAX);
	c->job.priority = (uint8_t)unpack_uint(u, UINT8_MAX);
	c->job.attempts = (uint32_t)unpack_uint(u, UINT32_MAX);
	c->job.leased_ms = unpack_int(u);
	c->from = (enum job_state)unpack_uint(u, N_JOB_STATES - 1);
	c->seq = unpack_uint(u, INT64_MAX);
	x->now_ms = unpack_int(u);
	x->has_rows = unpack_bool(u);
	c->worker = unpack_str(u, TEXT_MOST);
	c->record = unpack_str(u, TEXT_MOST);
	return !unpack_failed(u);
}

static bool get_lease(struct unpack *u, struct store_entry *x)
{
	x->c.verb = JOB_GRANT;
	x->c.job.job = unpack_uint(u, INT64_MAX);
	x->c.job.attempts = (uint32_t)unpack_uint(u, UINT32_MAX);
	x->c.job.leased_ms = x->now_ms = unpack_int(u);
	return !unpack_failed(u);
}

bool store_entry_get(struct unpack *u, struct store_entry *x)
{
	*x = (struct store_entry){.c.job.job = unpack_uint(u, INT64_MAX)};
	if (x->c.job.job)
		return get_job(u, x);
	x->kind = (enum store_entry_kind)unpack_uint(u, N_ENTRY_KINDS - 1);
	switch (x->kind) {
	case ENTRY_NUMBER:
		x->number = unpack_uint(u, INT64_MAX);
		return !unpack_failed(u);
	case ENTRY_LEASE:
		return get_lease(u, x);
	case ENTRY_RESULT:
		return get_result(u, x);
	default:
		return false;
	}
}
