/* Whether a document is here already. Two submissions are the same where their keys are, or else
 * their bytes, within a collection. What is looked for is a quick hash of that (XXH3, 128 bits):
 * where no document has it the document is new, and nearly always that is all. Where one has it,
 * key or bytes are compared. A document that only shares its hash with another one has the slow
 * identity (BLAKE2b) instead.
 *
 * Stores that were made before version 9 have documents with slow identities that share nothing;
 * there both are looked for (`slow` in meta). */
#include "broker/store_sql.h"

#include <sodium.h>
#include <xxhash.h>

static struct str essence(const struct store_document *d)
{
	return d->key.n ? d->key : d->body;
}

static void identify_quickly(const struct store *s, struct store_document *d)
{
	struct str what = essence(d);
	uint64_t seed = s->seed ^ d->collection ^ (uint64_t)(d->key.n > 0) << 32;
	XXH128_canonical_t bytes;

	XXH128_canonicalFromHash(&bytes, XXH3_128bits_withSeed(what.p, what.n, seed));
	memcpy(d->identity, bytes.digest, STORE_IDENTITY);
}

static void identify_slowly(struct store_document *d)
{
	crypto_generichash_state h;
	const unsigned char head[5] = {d->key.n ? 'k' : 'b', (unsigned char)(d->collection >> 24),
				       (unsigned char)(d->collection >> 16),
				       (unsigned char)(d->collection >> 8),
				       (unsigned char)d->collection};
	struct str what = essence(d);

	crypto_generichash_init(&h, NULL, 0, STORE_IDENTITY);
	crypto_generichash_update(&h, head, sizeof(head));
	crypto_generichash_update(&h, (const unsigned char *)what.p, what.n);
	crypto_generichash_final(&h, d->identity, STORE_IDENTITY);
}

static int compare(struct store *s, const struct store_document *d, int64_t document, bool *same,
		   struct err *e)
{
	sqlite3_stmt *q;
	int r;

	if (store_rows_there(s, e) < 0)
		return -1;
	q = store_statement(s, SQL_SAME);
	sqlite3_bind_int64(q, 1, document);
	sqlite3_bind_int64(q, 2, d->collection);
	store_bind_str(q, 3, d->key);
	sqlite3_bind_blob(q, 4, d->body.n ? d->body.p : "", (int)d->body.n, SQLITE_STATIC);
	r = sqlite3_step(q);
	*same = r == SQLITE_ROW && sqlite3_column_int(q, 0);
	sqlite3_reset(q);
	return r == SQLITE_ROW ? 0 : store_failed(s->db, e, "compare a document");
}

/* Where the quick hash says that it may be another one, or not all have one. */
static int look_slowly(struct store *s, struct store_document *d, bool taken, int64_t *document,
		       struct err *e)
{
	struct store_document slow = *d;

	identify_slowly(&slow);
	if (store_identity_find(s, slow.identity, document, e) < 0)
		return -1;
	if (*document || taken)
		*d = slow;
	return 0;
}

int store_identify(struct store *s, struct store_document *d, int64_t *document, struct err *e)
{
	bool same = false, taken;

	identify_quickly(s, d);
	if (store_identity_find(s, d->identity, document, e) < 0)
		return -1;
	taken = *document;
	if (taken && compare(s, d, *document, &same, e) < 0)
		return -1;
	if (same || (!taken && !s->slow))
		return 0;
	return look_slowly(s, d, taken, document, e);
}

int store_same_start(struct store *s, struct err *e)
{
	int64_t slow;

	s->seed = XXH3_64bits(s->id, strlen(s->id));
	if (store_ask(s, "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'slow'", 0, &slow,
		      e) < 0)
		return -1;
	s->slow = slow;
	return 0;
}
