/* Which document is the one with an identity. Identities are random, so one index of all of them
 * would have each new document dirty a page of its own, and read it first, once the index is larger
 * than memory. Here those of every EPOCH documents that follow each other have a small index, which
 * stays in memory while it grows and is not touched afterwards; and a filter in memory tells which
 * epochs may hold an identity: nearly always none, or the right one.
 *
 * The filter has two bytes for each document. Of each 64 epochs it has SLOTS words; the bit of an
 * epoch in a word says that one of its documents has that slot. A document has SLOTS_EACH, which
 * are pieces of its identity. At the start the filter is empty and every epoch may hold everything,
 * until it was read again (store_learn), a little in each turn: the bits of an epoch that is over
 * are kept in a table, and those of the newest, or of a store that kept none, are made again from
 * its identities.
 *
 * The newest documents are not in the index yet: each would dirty a page of it in its turn. Up to
 * RECENT_MOST of them are remembered here and indexed together, in their order, so that several
 * share a page. The row of meta named `indexed` says up to which document the index goes; at the
 * start the later ones are read from the table of documents. */
#include <endian.h>
#include <stdlib.h>

#include "broker/store_intake.h"

enum { EPOCH_BITS = 16, SLOT_BITS = 20, SLOTS = 1 << SLOT_BITS, SLOTS_EACH = 6, BLOCK_EPOCHS = 64 };
enum { FILTER_WORDS = SLOTS / 64, FILTER_BYTES = SLOTS / 8 };
enum { LEARN_AT_ONCE = 512, RECENT_MOST = 4096, RECENT_SLOTS = 4 * RECENT_MOST };

struct store_recent {
	uint32_t n;
	struct recent {
		int64_t document;
		uint8_t identity[STORE_IDENTITY];
	} items[RECENT_MOST];
	uint16_t slots[RECENT_SLOTS]; /* 1 + place in items; 0: free */
};

/* The slot that holds the identity, or the free one where it belongs. */
static uint16_t *recent_slot(struct store_recent *r, const uint8_t *identity)
{
	uint64_t at;

	memcpy(&at, identity, sizeof(at));
	for (;; at++) {
		uint16_t *slot = &r->slots[at % RECENT_SLOTS];

		if (!*slot || memcmp(r->items[*slot - 1].identity, identity, STORE_IDENTITY) == 0)
			return slot;
	}
}

static int by_place(const void *a, const void *b)
{
	const struct recent *x = a, *y = b;
	int64_t ex = x->document >> EPOCH_BITS, ey = y->document >> EPOCH_BITS;

	return ex != ey ? (ex > ey) - (ex < ey) : memcmp(x->identity, y->identity, STORE_IDENTITY);
}

struct store_epochs {
	uint64_t *slots;   /* [SLOTS]; NULL while nothing is known */
	uint64_t unlearnt; /* epochs whose documents are not all in the filter */
};

struct slots {
	uint32_t at[SLOTS_EACH];
};

static struct slots slots_of(const uint8_t *identity)
{
	uint64_t half[2];
	struct slots s;

	memcpy(half, identity, sizeof(half));
	for (int i = 0; i < SLOTS_EACH; i++)
		s.at[i] = half[i / 3] >> SLOT_BITS * (i % 3) & (SLOTS - 1);
	return s;
}

static void make_room(struct store *s, uint32_t block)
{
	while (s->n_blocks <= block) {
		MEM_GROW(s->blocks, s->n_blocks, s->cap_blocks);
		s->blocks[s->n_blocks++] = (struct store_epochs){0};
	}
}

static void learn(struct store *s, const uint8_t *identity, uint32_t epoch)
{
	struct slots at = slots_of(identity);
	struct store_epochs *b;

	make_room(s, epoch / BLOCK_EPOCHS);
	b = &s->blocks[epoch / BLOCK_EPOCHS];
	if (!b->slots)
		b->slots = mem_alloc(SLOTS * sizeof(uint64_t));
	for (int i = 0; i < SLOTS_EACH; i++)
		b->slots[at.at[i]] |= 1ull << epoch % BLOCK_EPOCHS;
}

/* The bits of one epoch, which is over: no document will be added to it. */
static int keep_filter(struct store *s, uint32_t epoch, struct err *e)
{
	const struct store_epochs *b = &s->blocks[epoch / BLOCK_EPOCHS];
	sqlite3_stmt *q = store_statement(s, SQL_ADD_FILTER);
	uint8_t *bits;
	int r;

	if (!b->slots)
		return 0;
	bits = mem_alloc(FILTER_BYTES);
	for (uint32_t i = 0; i < SLOTS; i++)
		bits[i / 8] |= (uint8_t)((b->slots[i] >> epoch % BLOCK_EPOCHS & 1) << i % 8);
	sqlite3_bind_int64(q, 1, epoch);
	sqlite3_bind_blob(q, 2, bits, FILTER_BYTES, SQLITE_STATIC);
	r = store_run(s, q, "keep a filter", e);
	mem_free(bits);
	return r;
}

static void add_filter(struct store *s, uint32_t epoch, const uint8_t *bits)
{
	struct store_epochs *b = &s->blocks[epoch / BLOCK_EPOCHS];

	if (!b->slots)
		b->slots = mem_alloc(SLOTS * sizeof(uint64_t));
	for (uint32_t i = 0; i < FILTER_WORDS; i++) {
		uint64_t word;

		memcpy(&word, bits + 8 * i, 8);
		for (word = le64toh(word); word; word &= word - 1)
			b->slots[64 * i + (uint32_t)__builtin_ctzll(word)] |=
				1ull << epoch % BLOCK_EPOCHS;
	}
}

static int read_filter(struct store *s, uint32_t epoch, bool *found, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_FILTER);
	struct str bits;
	int r;

	sqlite3_bind_int64(q, 1, epoch);
	r = sqlite3_step(q);
	bits = r == SQLITE_ROW ? store_column_str(q, 0) : STR("");
	*found = bits.n == FILTER_BYTES;
	if (*found)
		add_filter(s, epoch, (const uint8_t *)bits.p);
	sqlite3_reset(q);
	return r == SQLITE_ROW || r == SQLITE_DONE ? 0 : store_failed(s->db, e, "read a filter");
}

static bool is_learnt(const struct store *s, uint32_t epoch)
{
	return !(s->blocks[epoch / BLOCK_EPOCHS].unlearnt >> epoch % BLOCK_EPOCHS & 1);
}

static uint64_t candidates(const struct store_epochs *b, const struct slots *at)
{
	uint64_t may = b->slots ? UINT64_MAX : 0;

	for (int i = 0; may && i < SLOTS_EACH; i++)
		may &= b->slots[at->at[i]];
	return may | b->unlearnt;
}

static int look_in(struct store *s, uint32_t epoch, const uint8_t *identity, int64_t *document,
		   struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_FIND);
	int r;

	sqlite3_bind_int64(q, 1, epoch);
	sqlite3_bind_blob(q, 2, identity, STORE_IDENTITY, SQLITE_STATIC);
	r = sqlite3_step(q);
	*document = r == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
	sqlite3_reset(q);
	return r == SQLITE_ROW || r == SQLITE_DONE ? 0 : store_failed(s->db, e, "look a job up");
}

int store_identity_find(struct store *s, const uint8_t *identity, int64_t *document, struct err *e)
{
	struct slots at = slots_of(identity);

	*document = *recent_slot(s->recent, identity);
	if (*document) {
		*document = s->recent->items[*document - 1].document;
		return 0;
	}
	for (uint32_t block = s->n_blocks; block-- > 0;) {
		uint64_t may = candidates(&s->blocks[block], &at);

		for (uint32_t bit = BLOCK_EPOCHS; may && bit-- > 0;) {
			if (!(may >> bit & 1))
				continue;
			if (look_in(s, block * BLOCK_EPOCHS + bit, identity, document, e) < 0)
				return -1;
			if (*document)
				return 0;
		}
	}
	return 0;
}

static int index_one(struct store *s, const struct recent *x, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_ADD_IDENTITY);

	learn(s, x->identity, (uint32_t)(x->document >> EPOCH_BITS));
	sqlite3_bind_int64(q, 1, x->document >> EPOCH_BITS);
	sqlite3_bind_blob(q, 2, x->identity, STORE_IDENTITY, SQLITE_STATIC);
	sqlite3_bind_int64(q, 3, x->document);
	return store_run(s, q, "store an identity", e);
}

static int index_recent(struct store *s, struct err *e)
{
	struct store_recent *r = s->recent;
	int64_t first = r->items[0].document, last = r->items[r->n - 1].document;
	sqlite3_stmt *q = store_statement(s, SQL_SET_INDEXED);

	sqlite3_bind_int64(q, 1, last);
	if (store_begin(s, e) < 0 || store_run(s, q, "note what is indexed", e) < 0)
		return -1;
	qsort(r->items, r->n, sizeof(r->items[0]), by_place);
	for (uint32_t i = 0; i < r->n; i++)
		if (index_one(s, &r->items[i], e) < 0)
			return -1;
	memset(r, 0, sizeof(*r));
	for (int64_t epoch = first >> EPOCH_BITS; epoch < (last + 1) >> EPOCH_BITS; epoch++)
		if (s->blocks[epoch / BLOCK_EPOCHS].slots && is_learnt(s, (uint32_t)epoch) &&
		    keep_filter(s, (uint32_t)epoch, e) < 0)
			return -1;
	return 0;
}

int store_identity_add(struct store *s, const uint8_t *identity, uint64_t document, struct err *e)
{
	struct store_recent *r = s->recent;
	uint16_t *slot;

	if (r->n == RECENT_MOST && index_recent(s, e) < 0)
		return -1;
	slot = recent_slot(r, identity);
	CHECK(!*slot);
	r->items[r->n].document = (int64_t)document;
	memcpy(r->items[r->n].identity, identity, STORE_IDENTITY);
	*slot = (uint16_t)++r->n;
	return 0;
}

static int read_recent(struct store *s, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_NOT_INDEXED);
	int r, added = 0;

	while (added == 0 && (r = sqlite3_step(q)) == SQLITE_ROW) {
		struct str identity = store_column_str(q, 1);

		if (identity.n != STORE_IDENTITY || s->recent->n == RECENT_MOST ||
		    *recent_slot(s->recent, (const uint8_t *)identity.p))
			added = err_set(e, ERR_CORRUPT, "document %lld is not indexed",
					(long long)sqlite3_column_int64(q, 0));
		else
			added = store_identity_add(s, (const uint8_t *)identity.p,
						   (uint64_t)sqlite3_column_int64(q, 0), e);
	}
	if (added == 0 && r != SQLITE_DONE)
		added = store_failed(s->db, e, "read the newest documents");
	sqlite3_reset(q);
	return added;
}

int store_identity_start(struct store *s, struct err *e)
{
	int64_t last;

	if (store_ask(s, "SELECT max(epoch) FROM identities", -1, &last, e) < 0)
		return -1;
	for (int64_t epoch = 0; epoch <= last; epoch++) {
		make_room(s, (uint32_t)epoch / BLOCK_EPOCHS);
		s->blocks[epoch / BLOCK_EPOCHS].unlearnt |= 1ull << epoch % BLOCK_EPOCHS;
	}
	s->learning = s->newest_epoch = last;
	s->recent = mem_alloc(sizeof(*s->recent));
	return read_recent(s, e);
}

static void learnt(struct store *s)
{
	s->blocks[s->learning / BLOCK_EPOCHS].unlearnt &= ~(1ull << s->learning % BLOCK_EPOCHS);
	s->learning--;
}

/* What was made from the identities of an epoch that is over, for the next start. No turn waits
 * for it. */
static int keep_learnt(struct store *s, struct err *e)
{
	if (s->learning == s->newest_epoch || s->turn != TURN_NONE)
		return 0;
	if (store_intake_commit(s, e) < 0 || store_transaction(s, e) < 0 ||
	    keep_filter(s, (uint32_t)s->learning, e) < 0)
		return -1;
	return store_end_transaction(s, e);
}

static int learn_some(struct store *s, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_IDENTITIES);
	uint32_t n = 0;
	int r;

	sqlite3_bind_int64(q, 1, s->learning);
	sqlite3_bind_blob(q, 2, s->learnt, s->learnt_any ? STORE_IDENTITY : 0, SQLITE_STATIC);
	sqlite3_bind_int(q, 3, LEARN_AT_ONCE);
	while ((r = sqlite3_step(q)) == SQLITE_ROW) {
		struct str identity = store_column_str(q, 0);

		if (identity.n != STORE_IDENTITY)
			continue;
		learn(s, (const uint8_t *)identity.p, (uint32_t)s->learning);
		memcpy(s->learning_at, identity.p, STORE_IDENTITY);
		n++;
	}
	sqlite3_reset(q);
	if (r != SQLITE_DONE)
		return store_failed(s->db, e, "read the identities");
	memcpy(s->learnt, s->learning_at, STORE_IDENTITY);
	s->learnt_any = n == LEARN_AT_ONCE;
	if (s->learnt_any)
		return 0;
	if (keep_learnt(s, e) < 0)
		return -1;
	learnt(s);
	return 0;
}

/* The newest epoch first. */
int store_learn(struct store *s, bool *more, struct err *e)
{
	bool found = false;

	*more = s->learning >= 0;
	if (!*more)
		return 0;
	if (!s->learnt_any && read_filter(s, (uint32_t)s->learning, &found, e) < 0)
		return -1;
	if (!found)
		return learn_some(s, e);
	learnt(s);
	return 0;
}

void store_identity_free(struct store *s)
{
	for (uint32_t i = 0; i < s->n_blocks; i++)
		mem_free(s->blocks[i].slots);
	mem_free(s->blocks);
	mem_free(s->recent);
}
