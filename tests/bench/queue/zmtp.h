/* A producer's side of ZMTP 3.0 (rfc.zeromq.org/spec/23) on a blocking socket without encryption:
 * what peers.c is for the other queues, so that no engine's client library is measured. */
#ifndef DEMARCHE_TESTS_ZMTP_H
#define DEMARCHE_TESTS_ZMTP_H

#include "proto/mem.h"

struct zmtp {
	int fd;
	struct buf in, out;
	size_t at; /* read so far of `in` */
};

/* "ipc://PATH" or "tcp://ADDRESS:PORT". All end the program where something fails. */
void zmtp_dial(struct zmtp *z, const char *endpoint);
void zmtp_send(struct zmtp *z, struct str frame);
struct str zmtp_recv(struct zmtp *z); /* waits; valid until the next call */
void zmtp_hang_up(struct zmtp *z);

#endif
