/* A core that does not make a test wait: tries are repeated after a millisecond or two. */
#ifndef DEMARCHE_TESTS_CORE_FOR_TEST_H
#define DEMARCHE_TESTS_CORE_FOR_TEST_H

#include "broker/core.h"

static inline struct core_config core_for_test(void)
{
	return (struct core_config){.lease_ms = 60000,
				    .heartbeat_ms = 20000,
				    .backoff_least_ms = 1,
				    .backoff_most_ms = 2,
				    .max_attempts = 3,
				    .window_total = 64,
				    .max_credit = 100,
				    .seed = 1};
}

#endif
