#include "worker/training/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "proto/mem.h"

enum { THREADS_MAX = 16 };

struct crew {
	void (*job)(void *context, uint32_t i);
	void *context;
	uint32_t n;
	atomic_uint next;
};

static void *work(void *arg)
{
	struct crew *c = arg;
	uint32_t i;

	while ((i = atomic_fetch_add(&c->next, 1)) < c->n)
		c->job(c->context, i);
	return NULL;
}

void parallel_run(void (*job)(void *context, uint32_t i), void *context, uint32_t n)
{
	struct crew c = {.job = job, .context = context, .n = n};
	pthread_t threads[THREADS_MAX];
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	uint32_t n_threads = cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : (uint32_t)cores;
	uint32_t started = 0;

	n_threads = n_threads < n ? n_threads : n;
	/* this thread works too; what cannot be started is not missed */
	while (started + 1 < n_threads && pthread_create(&threads[started], NULL, work, &c) == 0)
		started++;
	work(&c);
	for (uint32_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
}
