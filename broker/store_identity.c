/* Which document is the one with an identity. Identities are random, so one index of all of them
 * would have each new document dirty a page of its own, and read it first, once the index is larger
 * than memory. Here those of every EPOCH documents that follow each other have a small index, which
 * stays in memory while it grows and is not touched afterwards; and a filter in memory tells which
 * epochs may hold an identity: nearly always none, or the right one.
 *
 * The filter has two bytes for each document. Of each 64 epochs it has SLOTS words; the bit of an
 * epoch in a word says that one of its documents has that slot. A document has SLOTS_EACH, which
 * are pieces of its identity. At the start the filter is empty and every epoch may hold everything,
 * until it was read again (store_learn), a little in each turn. */
#include "broker/store_sql.h"

enum { EPOCH_BITS = 16, SLOT_BITS = 20, SLOTS = 1 << SLOT_BITS, SLOTS_EACH = 6, BLOCK_EPOCHS = 64 };
enum { LEARN_AT_ONCE = 512 };

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

	*document = 0;
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

int store_identity_add(struct store *s, const uint8_t *identity, uint64_t document, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_ADD_IDENTITY);

	learn(s, identity, (uint32_t)(document >> EPOCH_BITS));
	sqlite3_bind_int64(q, 1, (int64_t)(document >> EPOCH_BITS));
	sqlite3_bind_blob(q, 2, identity, STORE_IDENTITY, SQLITE_STATIC);
	sqlite3_bind_int64(q, 3, (int64_t)document);
	return store_run(s, q, "store an identity", e);
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
	s->learning = last;
	return 0;
}

/* The newest epoch first. */
int store_learn(struct store *s, bool *more, struct err *e)
{
	sqlite3_stmt *q = store_statement(s, SQL_IDENTITIES);
	uint32_t n = 0;
	int r;

	*more = s->learning >= 0;
	if (!*more)
		return 0;
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
	if (n < LEARN_AT_ONCE) {
		s->blocks[s->learning / BLOCK_EPOCHS].unlearnt &=
			~(1ull << s->learning % BLOCK_EPOCHS);
		s->learning--;
	}
	return 0;
}

void store_identity_free(struct store *s)
{
	for (uint32_t i = 0; i < s->n_blocks; i++)
		mem_free(s->blocks[i].slots);
	mem_free(s->blocks);
}
