/* Figures for browsers and monitoring, over HTTP on this machine alone: a live page (/), the status
 * as JSON (/status) and as metrics (/metrics). A thread of its own shows what it was last given; it
 * asks nobody and changes nothing. Must never know the store, the core or the wire. */
#ifndef DEMARCHE_BROKER_HTTP_H
#define DEMARCHE_BROKER_HTTP_H

#include "proto/err.h"
#include "proto/mem.h"

struct http;

/* `endpoint`: "127.0.0.1:7780", "[::1]:7780", "localhost:7780", with or without tcp:// or http://;
 * port 0 takes a free one. ERR_REFUSED beyond the loopback: there is neither encryption nor a key.
 * ERR_INVALID for anything else, ERR_IO where it cannot listen. */
int http_open(struct http **out, const char *endpoint, struct err *e);
void http_close(struct http *h);
const char *http_address(const struct http *h); /* "http://127.0.0.1:7780/"; valid until closed */

/* From now on this is shown. Copied. */
void http_show(struct http *h, struct str json, struct str metrics);

#endif
