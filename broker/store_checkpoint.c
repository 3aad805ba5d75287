#include "broker/store_checkpoint.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include "broker/store_vfs.h"
#include "proto/mem.h"

enum {
	WAKE_PAGES = 2500,
	PASSES = 2,          /* of the thread, the second over what came during the first */
	LEFT_PAGES = 300,    /* so few are little */
	FORCE_PAGES = 10000, /* so long a log waits for those who read it */
	MOST_PAGES = 12000, /* a start must read the log: turns that add more wait for the thread */
	NICE = 10
};

struct store_checkpointer {
	sqlite3 *db; /* of the thread alone */
	pthread_t thread;
	pthread_mutex_t lock; /* of everything below */
	pthread_cond_t wake, rests;
	bool stop, asked, busy;
	uint64_t log, passed; /* logs are counted; of this one the thread wrote back nearly all */
	int last_pages;       /* of the turns' thread: as of the last commit */
	int found_pages;      /* at the start */
};

/* It has time, and turns have not: where it takes a processor, a turn is to have it back at once.
 * Not so little that the log grows without end on a busy machine. */
static void give_way(void)
{
	struct sched_param none = {0};

	sched_setscheduler(0, SCHED_BATCH, &none);
	setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
}

/* What was copied goes to the disk here, and not when a turn ends the checkpoint. */
static void sync_file(sqlite3 *db)
{
	sqlite3_file *file;

	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK)
		store_vfs_sync(file);
}

/* Turns go on meanwhile: the second pass copies what came during the first, and a turn does the
 * rest. Where that is little, the file is synced here, and the turn has little to sync as well.
 * Where it is much, every millisecond that this takes longer makes the log longer, which a start
 * must read: then the turn does it, and everybody waits. What fails is tried again at the next
 * wake; the log keeps what is in it. */
static void pass_over(sqlite3 *db)
{
	int had = 0, copied;

	for (int i = 0; i < PASSES; i++) {
		if (sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, &copied) !=
		    SQLITE_OK)
			return;
		if (copied - had < LEFT_PAGES)
			sync_file(db);
		had = copied;
	}
}

static void *checkpoint_loop(void *context)
{
	struct store_checkpointer *c = context;
	uint64_t log;

	give_way();
	pthread_mutex_lock(&c->lock);
	while (!c->stop) {
		if (!c->asked) {
			pthread_cond_wait(&c->wake, &c->lock);
			continue;
		}
		c->asked = false;
		c->busy = true;
		log = c->log;
		pthread_mutex_unlock(&c->lock);
		pass_over(c->db);
		pthread_mutex_lock(&c->lock);
		c->busy = false;
		c->passed = log;
		pthread_cond_signal(&c->rests);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

int store_checkpointer_start(struct store_checkpointer **out, const char *path, struct err *e)
{
	struct store_checkpointer *c = mem_alloc(sizeof(*c));

	c->log = 1;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->wake, NULL);
	pthread_cond_init(&c->rests, NULL);
	if (sqlite3_open_v2(path, &c->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
			    store_vfs()) != SQLITE_OK ||
	    sqlite3_exec(c->db, "PRAGMA synchronous = FULL; PRAGMA cache_size = -256", NULL, NULL,
			 NULL) != SQLITE_OK) {
		err_set(e, ERR_IO, "cannot open the store for checkpoints: %s",
			sqlite3_errmsg(c->db));
		sqlite3_close(c->db);
		mem_free(c);
		return -1;
	}
	if (pthread_create(&c->thread, NULL, checkpoint_loop, c) != 0) {
		sqlite3_close(c->db);
		mem_free(c);
		return err_set(e, ERR_IO, "cannot start the checkpoint thread");
	}
	pthread_setname_np(c->thread, "checkpoint");
	*out = c;
	return 0;
}

void store_checkpointer_stop(struct store_checkpointer *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->stop = true;
	pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	sqlite3_close(c->db);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->wake);
	pthread_cond_destroy(&c->rests);
	mem_free(c);
}

enum store_checkpoint store_checkpoint_due(struct store_checkpointer *c, int pages)
{
	enum store_checkpoint due = CHECKPOINT_NONE;
	bool restarted = pages < c->last_pages;

	if (!c->last_pages || restarted)
		c->found_pages = restarted ? 0 : pages;
	c->last_pages = pages;
	if (pages < WAKE_PAGES && !restarted)
		return CHECKPOINT_NONE;
	pthread_mutex_lock(&c->lock);
	c->log += restarted;
	while (pages - c->found_pages >= MOST_PAGES && (c->busy || c->asked))
		pthread_cond_wait(&c->rests, &c->lock);
	if (c->busy || c->asked || pages < WAKE_PAGES) {
		/* It is at work, or has nothing to do. */
	} else if (c->passed == c->log) {
		due = pages >= FORCE_PAGES ? CHECKPOINT_FORCE : CHECKPOINT_HELP;
		c->passed = 0;
	} else {
		c->asked = true;
		pthread_cond_signal(&c->wake);
	}
	pthread_mutex_unlock(&c->lock);
	return due;
}

void store_checkpoint_finish(sqlite3 *db, enum store_checkpoint how)
{
	sqlite3_wal_checkpoint_v2(db, NULL,
				  how == CHECKPOINT_FORCE ? SQLITE_CHECKPOINT_RESTART
							  : SQLITE_CHECKPOINT_PASSIVE,
				  NULL, NULL);
}
