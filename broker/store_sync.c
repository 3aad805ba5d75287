#include "broker/store_sync.h"

#include <pthread.h>
#include <stdatomic.h>

#include "broker/store_vfs.h"
#include "proto/mem.h"

struct store_syncer {
	pthread_t thread;
	pthread_mutex_t lock; /* of everything below; `busy` is also looked at without it */
	pthread_cond_t wake, ended;
	sqlite3_file *log;
	atomic_bool busy;
	bool stop;
	int code;
};

static void *sync_loop(void *context)
{
	struct store_syncer *y = context;

	pthread_mutex_lock(&y->lock);
	while (!y->stop || y->log) {
		sqlite3_file *log = y->log;
		int code;

		if (!log) {
			pthread_cond_wait(&y->wake, &y->lock);
			continue;
		}
		pthread_mutex_unlock(&y->lock);
		code = store_vfs_sync(log);
		pthread_mutex_lock(&y->lock);
		y->code = code;
		y->log = NULL;
		atomic_store(&y->busy, false);
		pthread_cond_signal(&y->ended);
	}
	pthread_mutex_unlock(&y->lock);
	return NULL;
}

int store_syncer_start(struct store_syncer **out, struct err *e)
{
	struct store_syncer *y = mem_alloc(sizeof(*y));

	pthread_mutex_init(&y->lock, NULL);
	pthread_cond_init(&y->wake, NULL);
	pthread_cond_init(&y->ended, NULL);
	if (pthread_create(&y->thread, NULL, sync_loop, y) != 0) {
		mem_free(y);
		return err_set(e, ERR_IO, "cannot start the sync thread");
	}
	pthread_setname_np(y->thread, "sync");
	*out = y;
	return 0;
}

void store_syncer_stop(struct store_syncer *y)
{
	if (!y)
		return;
	pthread_mutex_lock(&y->lock);
	y->stop = true;
	pthread_cond_signal(&y->wake);
	pthread_mutex_unlock(&y->lock);
	pthread_join(y->thread, NULL);
	pthread_mutex_destroy(&y->lock);
	pthread_cond_destroy(&y->wake);
	pthread_cond_destroy(&y->ended);
	mem_free(y);
}

void store_syncer_begin(struct store_syncer *y, sqlite3_file *log)
{
	pthread_mutex_lock(&y->lock);
	CHECK(!y->log);
	y->log = log;
	atomic_store(&y->busy, true);
	pthread_cond_signal(&y->wake);
	pthread_mutex_unlock(&y->lock);
}

bool store_syncer_busy(struct store_syncer *y)
{
	return atomic_load(&y->busy);
}

int store_syncer_wait(struct store_syncer *y)
{
	int code;

	pthread_mutex_lock(&y->lock);
	while (y->log)
		pthread_cond_wait(&y->ended, &y->lock);
	code = y->code;
	pthread_mutex_unlock(&y->lock);
	return code;
}
