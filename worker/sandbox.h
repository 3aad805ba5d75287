/* The cage around a slot: from the moment on at which a process enters, it can compute and talk
 * over the descriptors that it has, and nothing else. No files, no network, no new processes, no
 * executable memory. Knows nothing of what runs inside. */
#ifndef DEMARCHE_WORKER_SANDBOX_H
#define DEMARCHE_WORKER_SANDBOX_H

#include <stdint.h>

#include "proto/err.h"

struct sandbox_limits {
	int64_t memory;      /* bytes of private memory (RLIMIT_DATA) */
	int64_t cpu_seconds; /* of the whole life of the process */
};

/* Limits and no new privileges; the process may still open what it needs. */
int sandbox_limit(const struct sandbox_limits *l, struct err *e);

/* The system call filter; there is no way back. A forbidden call ends the process by SIGSYS. */
int sandbox_enter(struct err *e);

#endif
