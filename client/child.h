/* Programs of ours that a command starts and ends: found beside it, their log kept in a file,
 * known to be ready by the line that they print. */
#ifndef DEMARCHE_CLIENT_CHILD_H
#define DEMARCHE_CLIENT_CHILD_H

#include <sys/types.h>

#include "proto/err.h"
#include "proto/mem.h"

struct child {
	const char *name; /* "demarche-broker" */
	pid_t pid;
	int out;       /* what it prints */
	char log[512]; /* file with its standard error */
};

/* Where a program of the family is: beside this one, in the build tree, or on the PATH (then just
 * its name). Valid until the next call. */
const char *child_path(const char *name);

/* Starts it with `args` (NULL at the end, without the name), its log in folder/NAME.log, and waits
 * until it prints "ready …". The child ends when this process does. */
int child_start(struct child *c, const char *name, const char *const *args, const char *folder,
		int wait_ms, struct err *e);

/* -1 with the reason in the last line of its log where it has ended by itself. */
int child_alive(struct child *c, struct err *e);

/* SIGTERM, then SIGKILL after wait_ms. */
void child_stop(struct child *c, int wait_ms);

#endif
