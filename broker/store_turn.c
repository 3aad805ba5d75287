/* How a turn is written and how it comes to the disk. A turn is a record of the intake or a
 * transaction of the tables (store_begin decides by being called); it owes a sync of the one file
 * or the other, and the next turn is written after that. What goes wrong: a write or a sync fails,
 * and the broker ends; what of the turn is on the disk then is not known, and nobody was told. */
#include "broker/store_checkpoint.h"
#include "broker/store_intake.h"
#include "broker/store_sync.h"
#include "broker/store_vfs.h"

int store_transaction(struct store *s, struct err *e)
{
	if (s->in_transaction)
		return 0;
	if (store_run(s, store_statement(s, SQL_BEGIN), "begin a turn", e) < 0)
		return -1;
	s->in_transaction = true;
	return 0;
}

int store_begin(struct store *s, struct err *e)
{
	if (s->turn == TURN_TABLES)
		return 0;
	if (store_intake_commit(s, e) < 0 || store_transaction(s, e) < 0 ||
	    store_intake_take_turn(s, e) < 0)
		return -1;
	s->turn = TURN_TABLES;
	return 0;
}

/* A log that has grown long is helped to its beginning, which needs all of it on the disk. */
static int help_checkpoint(struct store *s, struct err *e)
{
	enum store_checkpoint due = store_checkpoint_due(s->checkpointer, s->wal_pages);

	if (due == CHECKPOINT_NONE)
		return 0;
	if (store_sync(s, e) < 0)
		return -1;
	store_vfs_put_off(s->log, false);
	store_checkpoint_finish(s->db, due);
	store_vfs_put_off(s->log, true);
	return 0;
}

int store_end_transaction(struct store *s, struct err *e)
{
	if (store_write_notes(s, e) < 0 ||
	    store_run(s, store_statement(s, SQL_COMMIT), "commit", e) < 0)
		return -1;
	s->in_transaction = false;
	s->committed_entry = s->taken_entry;
	return help_checkpoint(s, e);
}

static int write_tables(struct store *s, struct err *e)
{
	s->turn = TURN_NONE;
	s->owes = OWES_LOG;
	return store_end_transaction(s, e);
}

int store_write(struct store *s, struct err *e)
{
	bool written = false;

	if (s->turn == TURN_NONE)
		return 0;
	CHECK(!s->owes);
	if (s->turn == TURN_INTAKE &&
	    (store_log_sync_look(s, e) < 0 || store_intake_write(s, &written, e) < 0))
		return -1;
	if (!written)
		return store_begin(s, e) < 0 ? -1 : write_tables(s, e);
	s->turn = TURN_NONE;
	s->owes = OWES_INTAKE;
	return 0;
}

static sqlite3_file *owed_file(struct store *s)
{
	return s->owes == OWES_LOG ? s->log : store_intake_file(s);
}

void store_sync_begin(struct store *s)
{
	if (s->syncing || !s->owes)
		return;
	s->syncing = true;
	s->sync_covers = s->committed_entry;
	store_syncer_begin(s->syncer, owed_file(s));
}

void store_sync_soon(struct store *s)
{
	if (s->owes == OWES_INTAKE && !s->syncing)
		store_intake_hint(s);
}

bool store_sync_ended(struct store *s)
{
	return !s->owes || (s->syncing && !store_syncer_busy(s->syncer));
}

static int sync_failed(struct store *s, struct err *e)
{
	s->failed = true;
	return err_set(e, ERR_IO, "cannot sync the store: the disk failed");
}

int store_sync(struct store *s, struct err *e)
{
	int code;

	if (!s->owes)
		return 0;
	if (!s->syncing)
		s->sync_covers = s->committed_entry;
	code = s->syncing ? store_syncer_wait(s->syncer) : store_vfs_sync(owed_file(s));
	s->syncing = false;
	if (code != SQLITE_OK)
		return sync_failed(s, e);
	if (s->owes == OWES_LOG)
		s->log_entry = s->sync_covers;
	s->owes = OWES_NOTHING;
	return 0;
}

void store_log_sync_begin(struct store *s)
{
	if (s->log_syncing)
		return;
	s->log_syncing = true;
	s->log_sync_covers = s->committed_entry;
	store_syncer_begin(s->log_syncer, s->log);
}

int store_log_sync_look(struct store *s, struct err *e)
{
	if (!s->log_syncing || store_syncer_busy(s->log_syncer))
		return 0;
	s->log_syncing = false;
	if (store_syncer_wait(s->log_syncer) != SQLITE_OK)
		return sync_failed(s, e);
	if (s->log_sync_covers > s->log_entry)
		s->log_entry = s->log_sync_covers;
	return 0;
}

int store_commit(struct store *s, struct err *e)
{
	if (s->turn == TURN_INTAKE && store_begin(s, e) < 0)
		return -1;
	return store_write(s, e) < 0 ? -1 : store_sync(s, e);
}

bool store_in_turn(const struct store *s)
{
	return s->turn != TURN_NONE;
}
