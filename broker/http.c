/* Happy path: the broker's loop gives two texts now and then; a thread of libmicrohttpd answers GET
 * with the last ones. Failure modes: a slow or silent reader is dropped after some seconds, more
 * than so many at a time are turned away, everything but GET and HEAD is 405, another path 404. A
 * page of another site that resolves its name to this machine is refused by the Host it asks for.
 */
#include "broker/http.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/log.h"

enum { CONNECTIONS = 32, SECONDS = 10, MEMORY = 16 * 1024 };

struct http {
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock;
	struct buf json, metrics; /* under the lock */
	char address[80];
};

static const char PAGE[] =
	"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>demarche broker</title>"
	"<style>body{font:15px system-ui,sans-serif;margin:2em;max-width:60em;color:#222}"
	"table{border-collapse:collapse;margin:1em 0}td,th{padding:.2em 1em .2em 0;text-align:left}"
	"td.n{text-align:right;font-variant-numeric:tabular-nums}.dim{color:#777}</style>"
	"<h1>demarche broker</h1><p id=\"sub\" class=\"dim\">…</p><table id=\"jobs\"></table>"
	"<h2>Workers</h2><table id=\"workers\"></table>"
	"<p class=\"dim\">Also: <a href=\"/status\">/status</a> (JSON), "
	"<a href=\"/metrics\">/metrics</a> (Prometheus)</p><script>"
	"'use strict';const $=i=>document.getElementById(i);"
	"const row=(tag,...c)=>{const r=document.createElement('tr');for(const x of c){"
	"const d=document.createElement(tag);d.textContent=x;"
	"if(typeof x==='number')d.className='n';r.append(d)}return r};"
	"async function look(){try{const s=await(await fetch('/status')).json();"
	"$('sub').textContent=s.version+', since '+new Date(s.started_ms).toLocaleString()+', '"
	"+s.results_per_min+' results in the last minute, '+(s.db_bytes/1048576).toFixed(1)+' MiB';"
	"$('jobs').replaceChildren(...['delayed','queued','leased','done','dead','cancelled']"
	".map(k=>row('td',k,s[k])));"
	"$('workers').replaceChildren(row('th','worker','leases','done','failed'),"
	"...s.worker_list.map(w=>row('td',w.name,w.leases,w.done,w.failed)));"
	"}catch(e){$('sub').textContent='the broker does not answer'}setTimeout(look,1000)}look();"
	"</script></html>";

/* Whose pages may ask: those that this machine's own names gave. */
static bool is_own_host(const char *host)
{
	char name[64];
	struct in_addr four;
	size_t n;

	if (!host)
		return false;
	n = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
	if (n >= sizeof(name))
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)n, host);
	if (strcmp(name, "localhost") == 0 || strcmp(name, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, name, &four) == 1 && ntohl(four.s_addr) >> 24 == 127;
}

static enum MHD_Result send_text(struct MHD_Connection *c, unsigned code, const char *type,
				 struct str text)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(text.n, (void *)(uintptr_t)text.p,
								 MHD_RESPMEM_MUST_COPY);
	enum MHD_Result sent;

	if (!r)
		return MHD_NO;
	MHD_add_response_header(r, "Content-Type", type);
	MHD_add_response_header(r, "Cache-Control", "no-store");
	MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(r, "Content-Security-Policy",
				"default-src 'none'; script-src 'unsafe-inline'; "
				"style-src 'unsafe-inline'; connect-src 'self'");
	sent = MHD_queue_response(c, code, r);
	MHD_destroy_response(r);
	return sent;
}

static enum MHD_Result answer(void *arg, struct MHD_Connection *c, const char *path,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_n, void **state)
{
	static const char PLAIN[] = "text/plain; charset=utf-8";
	struct http *h = arg;
	enum MHD_Result r;

	(void)version, (void)upload, (void)upload_n, (void)state;
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return send_text(c, MHD_HTTP_METHOD_NOT_ALLOWED, PLAIN, STR("only GET\n"));
	if (!is_own_host(MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Host")))
		return send_text(c, MHD_HTTP_FORBIDDEN, PLAIN, STR("not by this name\n"));
	if (strcmp(path, "/") == 0)
		return send_text(c, MHD_HTTP_OK, "text/html; charset=utf-8",
				 (struct str){PAGE, sizeof(PAGE) - 1});
	pthread_mutex_lock(&h->lock);
	if (strcmp(path, "/status") == 0)
		r = send_text(c, MHD_HTTP_OK, "application/json", buf_str(&h->json));
	else if (strcmp(path, "/metrics") == 0)
		r = send_text(c, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8",
			      buf_str(&h->metrics));
	else
		r = send_text(c, MHD_HTTP_NOT_FOUND, PLAIN, STR("/, /status or /metrics\n"));
	pthread_mutex_unlock(&h->lock);
	return r;
}

/* A numeric address of this machine and a port. */
static int read_endpoint(const char *text, struct sockaddr_storage *out, struct err *e)
{
	struct sockaddr_in *four = (struct sockaddr_in *)out;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
	const char *host = text, *colon;
	char name[64];
	unsigned long port;
	char *end;

	*out = (struct sockaddr_storage){0};
	if (strncmp(host, "tcp://", 6) == 0)
		host += 6;
	else if (strncmp(host, "http://", 7) == 0)
		host += 7;
	colon = strrchr(host, ':');
	port = colon ? strtoul(colon + 1, &end, 10) : 0;
	if (!colon || colon == host || colon[1] < '0' || colon[1] > '9' ||
	    (*end && strcmp(end, "/") != 0) || port > 65535 || colon - host >= (int)sizeof(name))
		return err_set(e, ERR_INVALID,
			       "--http %s: expected ADDRESS:PORT, as 127.0.0.1:7780", text);
	snprintf(name, sizeof(name), "%.*s", (int)(colon - host), host);
	four->sin_port = htons((uint16_t)port); /* at the same place in both */
	if (strcmp(name, "localhost") == 0)
		strcpy(name, "127.0.0.1");
	if (inet_pton(AF_INET, name, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		if (ntohl(four->sin_addr.s_addr) >> 24 == 127)
			return 0;
	} else if (strcmp(name, "[::1]") == 0) {
		six->sin6_family = AF_INET6;
		six->sin6_addr = in6addr_loopback;
		return 0;
	}
	return err_set(e, ERR_REFUSED,
		       "--http %s is not on this machine: it has neither keys nor encryption (a "
		       "proxy or tunnel may stand before it)",
		       text);
}

/* What the library has to say about bad requests: whoever may ask could fill the log with it. */
static void take_words(void *unused, const char *format, va_list ap)
{
	char text[256];

	(void)unused;
	vsnprintf(text, sizeof(text), format, ap);
	log_debug("http", LOG_CSTR("because", text));
}

/* The thread takes no signals: the broker's loop is who must wake up. */
static struct MHD_Daemon *start(struct http *h, const struct sockaddr_storage *at)
{
	unsigned flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_USE_ERROR_LOG;
	struct MHD_Daemon *d;
	sigset_t all, before;

	if (at->ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	d = MHD_start_daemon(flags, 0, NULL, NULL, answer, h, MHD_OPTION_EXTERNAL_LOGGER,
			     take_words, NULL, MHD_OPTION_SOCK_ADDR, at,
			     MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
			     MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SECONDS,
			     MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY, MHD_OPTION_END);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return d;
}

int http_open(struct http **out, const char *endpoint, struct err *e)
{
	struct sockaddr_storage at;
	const union MHD_DaemonInfo *info;
	struct http *h;

	if (read_endpoint(endpoint, &at, e) < 0)
		return -1;
	h = mem_alloc(sizeof(*h));
	pthread_mutex_init(&h->lock, NULL);
	h->daemon = start(h, &at);
	if (!h->daemon) {
		http_close(h);
		return err_set(e, ERR_IO, "cannot listen at --http %s", endpoint);
	}
	info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_BIND_PORT);
	snprintf(h->address, sizeof(h->address), "http://%s:%u/",
		 at.ss_family == AF_INET6 ? "[::1]" : "127.0.0.1", info ? info->port : 0u);
	*out = h;
	return 0;
}

void http_close(struct http *h)
{
	if (!h)
		return;
	if (h->daemon)
		MHD_stop_daemon(h->daemon);
	pthread_mutex_destroy(&h->lock);
	buf_free(&h->json);
	buf_free(&h->metrics);
	mem_free(h);
}

const char *http_address(const struct http *h)
{
	return h->address;
}

void http_show(struct http *h, struct str json, struct str metrics)
{
	pthread_mutex_lock(&h->lock);
	h->json.n = h->metrics.n = 0;
	buf_add_str(&h->json, json);
	buf_add_str(&h->metrics, metrics);
	pthread_mutex_unlock(&h->lock);
}
