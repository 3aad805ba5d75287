/* Bytes of any program of this machine to --http: an answer or none, and after it the next one is
 * answered as ever. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "broker/http.h"
#include "tests/fuzz/fuzz.h"

static struct http *http;
static struct sockaddr_in at;

static void stop(void)
{
	http_close(http);
}

static void start(void)
{
	struct err e;
	unsigned port;

	if (http_open(&http, "127.0.0.1:0", &e) < 0)
		fprintf(stderr, "fuzz_http: %s\n", e.text), abort();
	atexit(stop);
	CHECK(sscanf(http_address(http), "http://127.0.0.1:%u/", &port) == 1);
	at = (struct sockaddr_in){.sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	http_show(http, STR("{}"), STR("# none\n"));
}

/* Says it, waits so long for the beginning of an answer, and breaks the connection off. */
static size_t ask(struct str bytes, int ms, char *answer, size_t room)
{
	const struct timeval patience = {ms / 1000, ms % 1000 * 1000};
	const struct linger at_once = {1, 0};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ssize_t n;

	CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
	n = recv(fd, answer, room, 0);
	close(fd);
	return n > 0 ? (size_t)n : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static unsigned times;
	struct buf request = {0};
	char answer[4096];
	size_t got;

	if (!http)
		start();
	buf_add(&request, p, n);
	buf_add(&request, "\r\n\r\n", 4);
	got = ask(buf_str(&request), 5, answer, sizeof(answer));
	CHECK(got < 5 || memcmp(answer, "HTTP/", 5) == 0);
	if (times++ % 64 == 0) {
		got = ask(STR("GET /status HTTP/1.0\r\nHost: localhost\r\n\r\n"), 20000, answer,
			  sizeof(answer));
		CHECK(got > 12 && memcmp(answer + 8, " 200", 4) == 0);
	}
	buf_free(&request);
	return 0;
}
