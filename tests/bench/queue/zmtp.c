#include "tests/bench/queue/zmtp.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LONG = 2, COMMAND = 4, GREETING = 64, READ_AT_ONCE = 65536 };

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "zmtp: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void dial_path(struct zmtp *z, const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	z->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (z->fd < 0 || connect(z->fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		die(path);
}

static void dial_port(struct zmtp *z, const char *address)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *a;
	const char *colon = strrchr(address, ':');
	char host[128];
	int one = 1;

	if (!colon)
		die(address);
	snprintf(host, sizeof(host), "%.*s", (int)(colon - address), address);
	if (getaddrinfo(host, colon + 1, &hints, &a) != 0)
		die(address);
	z->fd = socket(a->ai_family, a->ai_socktype, 0);
	if (z->fd < 0 || connect(z->fd, a->ai_addr, a->ai_addrlen) < 0)
		die(address);
	setsockopt(z->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	freeaddrinfo(a);
}

static void write_all(struct zmtp *z, const char *p, size_t n)
{
	while (n) {
		ssize_t k = write(z->fd, p, n);

		if (k <= 0)
			die("write");
		p += k;
		n -= (size_t)k;
	}
}

/* Waits for n more bytes, and passes them. */
static const unsigned char *take(struct zmtp *z, size_t n)
{
	if (z->at == z->in.n)
		z->at = z->in.n = 0;
	while (z->in.n - z->at < n) {
		ssize_t k;

		buf_reserve(&z->in, READ_AT_ONCE);
		k = read(z->fd, z->in.p + z->in.n, READ_AT_ONCE);
		if (k <= 0)
			die("read");
		z->in.n += (size_t)k;
	}
	z->at += n;
	return (const unsigned char *)z->in.p + z->at - n;
}

static size_t long_length(const unsigned char *p)
{
	size_t n = 0;

	for (int i = 0; i < 8; i++)
		n = n << 8 | p[i];
	return n;
}

static struct str next(struct zmtp *z, int *flags)
{
	size_t n;

	*flags = *take(z, 1);
	n = *flags & LONG ? long_length(take(z, 8)) : *take(z, 1);
	return (struct str){(const char *)take(z, n), n};
}

static void send_frame(struct zmtp *z, int flags, struct str s)
{
	unsigned char head[9] = {(unsigned char)(flags | LONG)};

	for (int i = 0; i < 8; i++)
		head[1 + i] = (unsigned char)(s.n >> (56 - 8 * i));
	z->out.n = 0;
	buf_add(&z->out, (const char *)head, sizeof(head));
	buf_add(&z->out, s.p, s.n);
	write_all(z, z->out.p, z->out.n);
}

void zmtp_dial(struct zmtp *z, const char *endpoint)
{
	static const char ready[] = "\5READY\13Socket-Type\0\0\0\6DEALER\10Identity\0\0\0";
	char greeting[GREETING] = {'\xff', 0,      0, 0, 0,   0,   0,   0,
				   1,      '\x7f', 3, 0, 'N', 'U', 'L', 'L'};
	int flags;

	*z = (struct zmtp){0};
	if (strncmp(endpoint, "ipc://", 6) == 0)
		dial_path(z, endpoint + 6);
	else
		dial_port(z, endpoint + 6);
	write_all(z, greeting, sizeof(greeting));
	take(z, GREETING);
	send_frame(z, COMMAND, (struct str){ready, sizeof(ready)}); /* its last 0 too */
	next(z, &flags);
	if (!(flags & COMMAND))
		die("no READY");
}

void zmtp_send(struct zmtp *z, struct str frame)
{
	send_frame(z, 0, frame);
}

struct str zmtp_recv(struct zmtp *z)
{
	for (;;) {
		int flags;
		struct str s = next(z, &flags);
		char pong[64] = "\4PONG";

		if (!(flags & COMMAND))
			return s;
		if (s.n < 7 || s.n > 32 || memcmp(s.p, "\4PING", 5) != 0)
			continue;
		memcpy(pong + 5, s.p + 7, s.n - 7); /* after its time to live */
		send_frame(z, COMMAND, (struct str){pong, s.n - 2});
	}
}

void zmtp_hang_up(struct zmtp *z)
{
	close(z->fd);
	buf_free(&z->in);
	buf_free(&z->out);
}
