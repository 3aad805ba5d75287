/* The agent: takes leases from brokers, has them analysed by slots, gives the results back.
 *
 * It asks for as much work as keeps the slots busy for a moment (credit), says that it is alive,
 * keeps each result until the broker has it on disk, and stops what the broker revokes. A lease
 * whose document crashed its slot is reported as a failed attempt. Knows nothing of the text and
 * stores nothing: whatever dies here, the broker's leases expire and the work is done again. */
#ifndef DEMARCHE_WORKER_AGENT_H
#define DEMARCHE_WORKER_AGENT_H

#include "proto/keyfile.h"
#include "worker/slots.h"

enum { AGENT_BROKERS_MAX = 16 };

struct agent_options {
	const char *const *brokers; /* [n_brokers] endpoints; all of them give work */
	uint32_t n_brokers;
	const char *key_path; /* NULL: no encryption; read again on SIGHUP */
	const char *name;
	struct slots_options slots;
	int64_t drain_ms; /* how long SIGTERM waits for documents under way */
	uint32_t seed;
};

/* Works until SIGTERM or SIGINT. SIGTERM, SIGINT and SIGHUP must be blocked; a second SIGTERM
 * ends at once. Returns 0, or -1 where it cannot start or every broker refuses it. */
int agent_run(const struct agent_options *o, struct err *e);

#endif
