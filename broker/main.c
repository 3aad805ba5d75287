/* demarche-broker: options, signals, the loop of turns; and the store's maintenance commands. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "broker/http.h"
#include "broker/server.h"
#include "broker/store.h"
#include "proto/log.h"
#include "proto/options.h"
#include "proto/wire.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_REFUSED = 4 };
enum { TURN_MS = 1000, DRAIN_MS = 5000, SHOW_MS = 500 };

struct settings {
	struct option_list listen;
	const char *data_dir, *store, *keys, *http;
	int64_t lease_ms, heartbeat_ms, backoff_ms, backoff_most_ms, keep_ms;
	int64_t attempts, window, max_waiting, keep_results, seed;
	struct option_log log;
};

#define AT(field) offsetof(struct settings, field)
static const struct option_row ROWS[] = {
	{"listen", 0, OPTION_LIST, AT(listen), "ENDPOINT", WIRE_DEFAULT_ENDPOINT,
	 "listen here (tcp://ADDRESS:PORT, ipc://PATH); may be repeated", 0, 0, NULL,
	 wire_check_endpoint},
	{"data-dir", 0, OPTION_STR, AT(data_dir), "DIR", NULL,
	 "where the store lies (default: $XDG_STATE_HOME/demarche)", 0, 0, NULL, NULL},
	{"store", 0, OPTION_STR, AT(store), "URL", NULL,
	 "the store itself: sqlite:PATH (default: demarche.db in --data-dir)", 0, 0, NULL, NULL},
	{"keys", 0, OPTION_STR, AT(keys), "FILE", NULL,
	 "CURVE keys and roles; needed to listen beyond this machine", 0, 0, NULL, NULL},
	{"http", 0, OPTION_STR, AT(http), "ENDPOINT", NULL,
	 "figures for browsers and monitoring, on this machine only (127.0.0.1:7780): a live page, "
	 "/status as JSON, /metrics",
	 0, 0, NULL, NULL},
	{"lease", 0, OPTION_DURATION, AT(lease_ms), "TIME", "30s",
	 "a lease without heartbeat ends after this", 100, 86400000, NULL, NULL},
	{"heartbeat", 0, OPTION_DURATION, AT(heartbeat_ms), "TIME", "5s",
	 "peers say something at least this often", 50, 3600000, NULL, NULL},
	{"max-attempts", 0, OPTION_INT, AT(attempts), "N", "5",
	 "a job that failed so often is dead", 1, 1000, NULL, NULL},
	{"backoff", 0, OPTION_DURATION, AT(backoff_ms), "TIME", "1s",
	 "pause after the first failed attempt; doubles each time", 1, 86400000, NULL, NULL},
	{"backoff-most", 0, OPTION_DURATION, AT(backoff_most_ms), "TIME", "5m",
	 "longest pause between attempts", 1, 86400000, NULL, NULL},
	{"max-waiting", 0, OPTION_INT, AT(max_waiting), "N", "0",
	 "so many jobs may wait; then submitters are told to wait (0: no limit)", 0, INT64_MAX,
	 NULL, NULL},
	{"window", 0, OPTION_INT, AT(window), "N", "16384", "jobs kept in memory, about", 16,
	 1 << 20, NULL, NULL},
	{"keep", 0, OPTION_DURATION, AT(keep_ms), "TIME", "0",
	 "results are kept that long (0: for ever)", 0, INT64_MAX / 2, NULL, NULL},
	{"keep-results", 0, OPTION_INT, AT(keep_results), "N", "0",
	 "so many of the last results are kept (0: all)", 0, INT64_MAX, NULL, NULL},
	{"seed", 0, OPTION_INT, AT(seed), "N", "0", NULL, 0, INT64_MAX, NULL, NULL},
	{.type = OPTION_INCLUDE, .offset = AT(log), .include = OPTION_LOG_ROWS, NULL},
	{.type = OPTION_END},
};

static const struct option_program PROGRAM = {
	.name = "demarche-broker",
	.section = "broker",
	.synopsis = "[OPTION…]\n       demarche-broker backup TO [OPTION…]\n"
		    "       demarche-broker check [OPTION…]",
	.about =
		"Takes documents, leases them to workers, keeps the results and streams them. Runs "
		"in the foreground and logs to standard error. SIGTERM ends it after the leases "
		"under way (a second one at once), SIGHUP reads the keys again. backup copies the "
		"store while the broker runs; check looks whether it is sound.",
	.rows = ROWS,
};

static volatile sig_atomic_t asked_to_end, asked_to_reload;

static void note_end(int signal_number)
{
	(void)signal_number;
	asked_to_end++;
}

static void note_reload(int signal_number)
{
	(void)signal_number;
	asked_to_reload = 1;
}

static void catch_signals(void)
{
	struct sigaction end = {.sa_handler = note_end}, reload = {.sa_handler = note_reload};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGHUP, &reload, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

/* Beside programs that compute, analysis above all, a thread that wakes up may have to wait until
 * their time slice of some milliseconds is over, several times for each answer. Who asks for short
 * slices wakes up at once and gets no more time in all; it needs no right. Linux from 6.12 on;
 * others leave everything as it is. */
static void take_short_slices(void)
{
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t slice_ns, deadline, period;
	} a = {.size = sizeof(a), .slice_ns = 200000};

	if (sched_getscheduler(0) != SCHED_OTHER)
		return;
	a.nice = getpriority(PRIO_PROCESS, 0);
	syscall(SYS_sched_setattr, 0, &a, 0);
}

static int fail(const struct err *e)
{
	log_error("broker-failed", LOG_ERR(e));
	return e->code == ERR_REFUSED ? EXIT_REFUSED : EXIT_FAILED;
}

/* $XDG_STATE_HOME/demarche, or ~/.local/state/demarche. */
static struct str default_dir(struct arena *a)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state && *state)
		return arena_printf(a, "%s/demarche", state);
	return arena_printf(a, "%s/.local/state/demarche", home && *home ? home : ".");
}

static int make_dir(const char *path, struct err *e)
{
	struct buf b = {0};
	int r = 0;

	buf_add(&b, path, strlen(path) + 1);
	for (char *p = b.p + 1; r == 0; p++) {
		if (*p != '/' && *p != '\0')
			continue;
		char end = *p;

		*p = '\0';
		if (mkdir(b.p, 0700) < 0 && errno != EEXIST)
			r = err_errno(e, errno, "cannot create %s", b.p);
		*p = end;
		if (!end)
			break;
	}
	buf_free(&b);
	return r;
}

static bool is_store(const char *url)
{
	const char *colon = strchr(url, ':'), *slash = strchr(url, '/');

	return str_starts(str_of(url), STR("sqlite:")) || !colon || (slash && slash < colon);
}

/* What can be seen to be wrong before anything is made or opened. */
static int check(const struct settings *s, struct err *e)
{
	if (s->store && !is_store(s->store))
		return err_set(e, ERR_INVALID, "--store %s: expected sqlite:PATH", s->store);
	if (s->lease_ms < s->heartbeat_ms)
		return err_set(e, ERR_INVALID,
			       "--lease %gs is shorter than --heartbeat %gs: no worker could keep "
			       "its leases",
			       (double)s->lease_ms / 1000, (double)s->heartbeat_ms / 1000);
	return 0;
}

static int store_url(const struct settings *s, struct arena *a, const char **url, struct err *e)
{
	const char *dir = s->data_dir ? s->data_dir : default_dir(a).p;

	*url = s->store;
	if (s->store)
		return 0;
	*url = arena_printf(a, "sqlite:%s/demarche.db", dir).p;
	return make_dir(dir, e);
}

static void announce(struct server *s, const struct settings *set)
{
	struct server_figures f = server_figures(s);

	for (size_t i = 0; i < set->listen.n; i++) {
		printf("ready %s\n", server_endpoint(s, (uint32_t)i));
		log_info("ready", LOG_CSTR("endpoint", server_endpoint(s, (uint32_t)i)),
			 LOG_UINT("queued", f.queued), LOG_UINT("delayed", f.delayed),
			 LOG_UINT("leased", f.leased), LOG_UINT("done", f.done));
	}
	fflush(stdout);
}

static void reload_keys(struct keys *keys)
{
	struct err e;

	asked_to_reload = 0;
	if (!keys)
		log_warn("reload", LOG_CSTR("because", "there are no keys to reload"));
	else if (keys_reload(keys, &e) < 0)
		log_error("reload-failed", LOG_ERR(&e));
	else
		log_info("reload", LOG_BOOL("done", true));
}

/* Gives the pages what they show, twice a second at most. */
static void show(struct server *s, struct http *http, int64_t *next)
{
	struct buf json = {0}, metrics = {0};

	if (!http || wire_now_ms() < *next)
		return;
	*next = wire_now_ms() + SHOW_MS;
	server_describe(s, &json, &metrics);
	http_show(http, buf_str(&json), buf_str(&metrics));
	buf_free(&json);
	buf_free(&metrics);
}

static int run_turns(struct server *s, struct keys *keys, struct http *http, struct err *e)
{
	int64_t end_at = INT64_MAX, next_show = 0;

	while (asked_to_end < 2 && wire_now_ms() < end_at) {
		if (asked_to_end && end_at == INT64_MAX) {
			log_info("drain", LOG_UINT("leased", server_figures(s).leased));
			end_at = wire_now_ms() + DRAIN_MS;
			server_drain(s);
		}
		if (asked_to_end && server_drained(s))
			break;
		if (asked_to_reload)
			reload_keys(keys);
		show(s, http, &next_show);
		if (server_turn(s, asked_to_end ? 50 : TURN_MS, e) < 0)
			return -1;
	}
	return 0;
}

static int serve(const struct settings *set, const char *url, struct err *e)
{
	struct keys *keys = NULL;
	struct server *s = NULL;
	struct http *http = NULL;
	struct server_options o = {
		.endpoints = set->listen.v,
		.n_endpoints = (uint32_t)set->listen.n,
		.store = url,
		.software = "demarche-broker " DEMARCHE_VERSION,
		.keep_ms = set->keep_ms,
		.keep_results = (uint64_t)set->keep_results,
		.core =
			{
				.lease_ms = set->lease_ms,
				.heartbeat_ms = set->heartbeat_ms,
				.backoff_least_ms = set->backoff_ms,
				.backoff_most_ms = set->backoff_most_ms,
				.max_attempts = (uint32_t)set->attempts,
				.window_total = (uint32_t)set->window,
				.max_waiting = (uint64_t)set->max_waiting,
				.max_credit = 10000,
				.seed = (uint64_t)set->seed,
			},
	};
	int r = -1;

	if (set->keys && keys_open(&keys, set->keys, e) < 0)
		goto out;
	o.keys = keys;
	if (server_open(&s, &o, e) < 0)
		goto out;
	if (set->http && http_open(&http, set->http, e) < 0)
		goto out;
	announce(s, set);
	if (http)
		log_info("http", LOG_CSTR("endpoint", http_address(http)));
	r = run_turns(s, keys, http, e);
	if (r == 0)
		log_info("end", LOG_UINT("queued", server_figures(s).queued));
out:
	http_close(http);
	server_close(s);
	keys_close(keys);
	return r;
}

/* A person waits for these: no line of a log. */
static int tell(int r, const struct err *e)
{
	if (r < 0)
		fprintf(stderr, "%s: %s\n", PROGRAM.name, e->text);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}

static int run_command(const char *url, char **words, int n)
{
	struct err e;
	int r;

	if (n == 2 && strcmp(words[0], "backup") == 0)
		return tell(store_backup(url, words[1], &e), &e);
	if (n == 1 && strcmp(words[0], "check") == 0) {
		r = store_check(url, &e);
		if (r == 0)
			printf("sound %s\n", url);
		return tell(r, &e);
	}
	err_set(&e, ERR_INVALID, "\"%s\": expected no command, \"backup TO\" or \"check\"",
		words[0]);
	return options_wrong(&PROGRAM, &e);
}

int main(int argc, char **argv)
{
	struct settings set = {0};
	struct arena a = {0};
	const char *url;
	struct err e;
	int operand, status;

	status = options_start(&PROGRAM, argc, argv, &a, &set, &operand);
	if (status >= 0)
		goto out;
	options_log(&set.log, wire_wall_ms);
	if (check(&set, &e) < 0) {
		status = options_wrong(&PROGRAM, &e);
		goto out;
	}
	if (store_url(&set, &a, &url, &e) < 0) {
		status = fail(&e);
	} else if (operand < argc) {
		status = run_command(url, argv + operand, argc - operand);
	} else {
		catch_signals();
		take_short_slices();
		status = serve(&set, url, &e) < 0 ? fail(&e) : EXIT_DONE;
	}
out:
	arena_free(&a);
	return status;
}
