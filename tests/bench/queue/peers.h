/* What the engines of queue-peers share: the work to be done, and a socket that is read by lines.
 */
#ifndef DEMARCHE_BENCH_PEERS_H
#define DEMARCHE_BENCH_PEERS_H

#include <stdatomic.h>

#include "proto/mem.h"
#include "proto/wire.h"

enum { BODY = 4096, RESULT = 1024, IN_FLIGHT = 1600, BATCH = 100, WORKERS = 2, PRODUCERS = 8 };

extern const char *HOST, *PORT;
extern uint64_t N;
extern char result_text[RESULT];

_Noreturn void die(const char *what);
void fill(char *p, uint64_t number); /* a body that no other has and that does not compress */
bool take_work(uint64_t n);          /* so many results are stored; false when all are */
bool work_left(void);
bool next_job(uint64_t *number); /* of those that are submitted one at a time; false at the end */

struct line_socket {
	int fd;
	struct buf in;
	size_t at;
};

struct line_socket dial(void);
void send_all(struct line_socket *s, const char *p, size_t n);
struct str line(struct line_socket *s);            /* without its end; until the next call */
struct str bytes(struct line_socket *s, size_t n); /* the next n; until the next call */

/* How an engine does it: `submit` all pipelined, `one` waits for each acknowledgement (PRODUCERS of
 * them at once), `work` takes jobs and stores results until none are left. */
struct engine {
	const char *name;
	void (*setup)(void);
	void *(*submit)(void *);
	void *(*one)(void *);
	void *(*work)(void *);
};
extern const struct engine NATS, GEARMAND;

#endif
