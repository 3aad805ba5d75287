/* Happy path: every slot goes STARTING → IDLE → BUSY → FINISHED → IDLE …; bytes move when epoll
 * says so, a timer of its own watches each slot. Failure modes: a slot that ends or breaks the
 * frame rules while BUSY is a failed document and a new process; one that cannot start waits
 * longer each time; one that runs past its time is killed.
 *
 *                  READY        submit       RECORD          collect
 *   ABSENT ─▶ STARTING ─▶ IDLE ─────▶ BUSY ──────▶ FINISHED ─────▶ IDLE
 *      ▲          │ unfit   │ ends      │ ends, timer
 *      └──timer───┴─────────┴───────────┴──▶ STARTING                         */
#include "worker/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	TIME_MS = 60 * 1000,
	START_MS = 60 * 1000,
	PAUSE_FIRST_MS = 100,
	PAUSE_LAST_MS = 5000,
	KEPT = 4 << 20, /* bytes of buffer that an idle slot keeps */
	FD_LEAST = 64,  /* above the numbers that a slot gets */
	EVENTS = 64,
};
static const int64_t MEMORY = (int64_t)1 << 30;

enum state { ABSENT, STARTING, IDLE, BUSY, FINISHED, N_STATES };

static const bool MOVES[N_STATES][N_STATES] = {
	[ABSENT] = {[STARTING] = true, [ABSENT] = true},
	[STARTING] = {[IDLE] = true, [ABSENT] = true},
	[IDLE] = {[BUSY] = true, [ABSENT] = true},
	[BUSY] = {[FINISHED] = true, [ABSENT] = true},
	[FINISHED] = {[IDLE] = true, [ABSENT] = true},
};

struct member {
	enum state state;
	int n; /* its number in the pool */
	pid_t pid;
	int socket, complaints, timer; /* -1 where there is none */
	int64_t time_ms;               /* for the document at work */
	uint64_t tag;                  /* BUSY, FINISHED */
	bool leaves;                   /* FINISHED: to be replaced after collection */
	int bad_starts;                /* in a row */
	struct buf in, out;
	size_t sent; /* of out */
};

struct failure {
	uint64_t tag;
	struct err e;
};

struct slots {
	struct slots_options o;
	int epoll;
	struct member *members; /* [o.n] */
	int next;               /* where collecting looks first */
	struct failure *failures;
	uint32_t n_failures, cap_failures;
	struct slots_events events;
	struct slots_done done; /* the one collected last */
	int busy;
};

static void move(struct member *m, enum state to)
{
	CHECK(MOVES[m->state][to]);
	m->state = to;
}

static void set_timer(struct member *m, int64_t ms)
{
	struct itimerspec t = {.it_value = {ms / 1000, ms % 1000 * 1000000}};

	CHECK(timerfd_settime(m->timer, 0, &t, NULL) == 0);
}

/* ---- starting ---- */

static int pair_up(int fds[2])
{
	for (int i = 0; i < 2; i++) {
		int up = fcntl(fds[i], F_DUPFD_CLOEXEC, FD_LEAST);

		close(fds[i]);
		fds[i] = up;
	}
	return fds[0] < 0 || fds[1] < 0 ? -1 : 0;
}

static void close_pair(const int fds[2])
{
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* A slot gets no environment but what the sanitizers and the loader want to know. */
static char **slim_environment(struct arena *a)
{
	static const char *const kept[] = {"ASAN_OPTIONS=", "UBSAN_OPTIONS=", "TSAN_OPTIONS=",
					   "LSAN_OPTIONS=", "LD_LIBRARY_PATH="};
	char **out = ARENA_ARRAY(a, char *, sizeof(kept) / sizeof(*kept) + 1);
	size_t n = 0;

	for (char **v = environ; *v; v++)
		for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
			if (n < sizeof(kept) / sizeof(*kept) &&
			    strncmp(*v, kept[i], strlen(kept[i])) == 0)
				out[n++] = *v;
	return out;
}

static int spawn(struct slots *s, pid_t *pid, int socket, int complaints)
{
	struct arena a = {0};
	char *argv[] = {(char *)(uintptr_t)SLOT_NAME,
			(char *)(uintptr_t)arena_printf(&a, "%lld", (long long)s->o.memory).p,
			(char *)(uintptr_t)arena_printf(&a, "%lld", (long long)s->o.time_ms).p,
			(char *)(uintptr_t)(s->o.no_sandbox ? "open" : "sandbox"), NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t all, none;
	int rc;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_adddup2(&files, 0, 1);
	posix_spawn_file_actions_adddup2(&files, complaints, 2);
	posix_spawn_file_actions_adddup2(&files, socket, SLOT_FD_SOCKET);
	posix_spawn_file_actions_adddup2(&files, s->o.images->model_fd, SLOT_FD_MODEL);
	posix_spawn_file_actions_adddup2(&files, s->o.images->codebook_fd, SLOT_FD_CODEBOOK);
	posix_spawn_file_actions_addclosefrom_np(&files, SLOT_FD_CODEBOOK + 1);
	rc = posix_spawn(pid, "/proc/self/exe", &files, &attributes, argv, slim_environment(&a));
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	arena_free(&a);
	return rc;
}

static void watch(struct slots *s, struct member *m, int operation, uint32_t events)
{
	struct epoll_event v = {.events = events, .data.u64 = (uint64_t)m->n * 2};

	CHECK(epoll_ctl(s->epoll, operation, m->socket, &v) == 0);
}

static int try_start(struct slots *s, struct member *m, struct err *e)
{
	int talk[2] = {-1, -1}, complain[2] = {-1, -1}, rc;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, talk) < 0 || pair_up(talk) < 0 ||
	    pipe2(complain, O_CLOEXEC | O_NONBLOCK) < 0 || pair_up(complain) < 0) {
		err_errno(e, errno, "cannot make a slot's socket");
		goto failed;
	}
	rc = spawn(s, &m->pid, talk[1], complain[1]);
	if (rc) {
		err_errno(e, rc, "cannot start a slot");
		goto failed;
	}
	close(talk[1]);
	close(complain[1]);
	CHECK(fcntl(talk[0], F_SETFL, O_NONBLOCK) == 0);
	m->socket = talk[0];
	m->complaints = complain[0];
	m->in.n = m->out.n = m->sent = 0;
	m->leaves = false;
	watch(s, m, EPOLL_CTL_ADD, EPOLLIN);
	return 0;
failed:
	close_pair(talk);
	close_pair(complain);
	m->pid = 0;
	return -1;
}

static int64_t pause_ms(int bad_starts)
{
	int64_t ms = PAUSE_FIRST_MS;

	while (--bad_starts > 0 && ms < PAUSE_LAST_MS)
		ms *= 2;
	return ms < PAUSE_LAST_MS ? ms : PAUSE_LAST_MS;
}

static void note_unfit(struct slots *s, struct member *m, const struct err *e)
{
	s->events.unfit++;
	s->events.last = *e;
	m->bad_starts++;
}

/* ABSENT slots start now, or after a pause where the last start failed. */
static void start(struct slots *s, struct member *m)
{
	struct err e;

	if (try_start(s, m, &e) == 0) {
		move(m, STARTING);
		set_timer(m, START_MS);
		return;
	}
	note_unfit(s, m, &e);
	set_timer(m, pause_ms(m->bad_starts));
}

/* ---- ending ---- */

/* The first line with letters that the slot wrote to standard error, for the reason. */
static struct str complaint(struct member *m, char text[static 512])
{
	char *line = text, *end;
	ssize_t n = read(m->complaints, text, 511);

	text[n > 0 ? n : 0] = '\0';
	while (*line && (*line < 'A' || *line > 'z'))
		line++;
	end = line + strcspn(line, "\n");
	return (struct str){line, (size_t)(end - line)};
}

/* Ends the process, whatever it does; *e says how it ended. */
static void end(struct slots *s, struct member *m, struct err *e)
{
	char text[512];
	struct str said;
	int status = 0;

	kill(m->pid, SIGKILL);
	while (waitpid(m->pid, &status, 0) < 0 && errno == EINTR)
		;
	said = complaint(m, text);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		err_set(e, ERR_CRASHED, "the slot made a system call that its sandbox forbids");
	else if (WIFSIGNALED(status))
		err_set(e, ERR_CRASHED, "the slot was killed by SIG%s%s%.*s",
			sigabbrev_np(WTERMSIG(status)), said.n ? ": " : "", STR_ARG(said));
	else
		err_set(e, ERR_CRASHED, "the slot ended with status %d%s%.*s", WEXITSTATUS(status),
			said.n ? ": " : "", STR_ARG(said));
	epoll_ctl(s->epoll, EPOLL_CTL_DEL, m->socket, NULL);
	close(m->socket);
	close(m->complaints);
	m->socket = m->complaints = -1;
	m->pid = 0;
}

static void fail(struct slots *s, struct member *m, const struct err *e)
{
	MEM_GROW(s->failures, s->n_failures, s->cap_failures);
	s->failures[s->n_failures++] = (struct failure){m->tag, *e};
}

/* The slot is of no more use: its document fails, a new process takes its place. `why` is given
 * where the pool knows better than the exit status. */
static void replace(struct slots *s, struct member *m, const struct err *why)
{
	enum state was = m->state;
	struct err e;

	end(s, m, &e);
	if (why)
		e = *why;
	move(m, ABSENT);
	if (was == STARTING) {
		note_unfit(s, m, &e);
		set_timer(m, pause_ms(m->bad_starts));
		return;
	}
	if (was == BUSY)
		fail(s, m, &e);
	if (e.code == ERR_TIMEOUT)
		s->events.timed_out++;
	else
		s->events.crashed++;
	s->events.last = e;
	start(s, m);
}

static void retire(struct slots *s, struct member *m)
{
	struct err e;

	end(s, m, &e);
	move(m, ABSENT);
	s->events.retired++;
	start(s, m);
}

/* ---- frames ---- */

static void garbage(struct slots *s, struct member *m)
{
	struct err e;

	err_set(&e, ERR_CRASHED, "the slot sent something that is not a frame");
	replace(s, m, &e);
}

static void failed_frame(struct slots *s, struct member *m, struct str payload)
{
	struct err said, e;

	if (slot_error_read(payload, &said, &e) < 0) {
		garbage(s, m);
		return;
	}
	if (m->state == STARTING) {
		replace(s, m, &said);
		return;
	}
	fail(s, m, &said);
	move(m, FINISHED);
	move(m, IDLE);
	set_timer(m, 0);
	m->in.n = 0;
}

static void frame(struct slots *s, struct member *m, uint32_t kind, struct str payload)
{
	if (m->state == STARTING && kind == SLOT_READY) {
		move(m, IDLE);
		set_timer(m, 0);
		m->bad_starts = 0;
		m->in.n = 0;
	} else if ((m->state == STARTING && kind == SLOT_UNFIT) ||
		   (m->state == BUSY && kind == SLOT_FAILED)) {
		failed_frame(s, m, payload);
	} else if (m->state == BUSY && m->sent == m->out.n &&
		   (kind == SLOT_RECORD || kind == SLOT_RECORD_LAST)) {
		move(m, FINISHED);
		set_timer(m, 0);
		m->leaves = kind == SLOT_RECORD_LAST;
	} else {
		garbage(s, m);
	}
}

static bool would_block(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* Reads up to the end of the present frame and no further. */
static void receive(struct slots *s, struct member *m)
{
	struct slot_head h = {0};

	for (;;) {
		size_t want = sizeof(h);
		ssize_t got;

		if (m->in.n >= sizeof(h)) {
			memcpy(&h, m->in.p, sizeof(h));
			if (h.length > SLOT_RECORD_MAX) {
				garbage(s, m);
				return;
			}
			want += h.length;
		}
		if (m->in.n >= sizeof(h) && m->in.n == want) {
			frame(s, m, h.kind, (struct str){m->in.p + sizeof(h), want - sizeof(h)});
			return;
		}
		buf_reserve(&m->in, want - m->in.n);
		got = read(m->socket, m->in.p + m->in.n, want - m->in.n);
		if (got < 0 && would_block())
			return;
		if (got <= 0) {
			replace(s, m, NULL);
			return;
		}
		m->in.n += (size_t)got;
	}
}

/* A slot that has gone is noticed by reading, so a failed write just waits for that. */
static void transmit(struct slots *s, struct member *m)
{
	while (m->sent < m->out.n) {
		ssize_t n = send(m->socket, m->out.p + m->sent, m->out.n - m->sent, MSG_NOSIGNAL);

		if (n < 0 && would_block())
			break;
		if (n <= 0) {
			m->sent = m->out.n;
			break;
		}
		m->sent += (size_t)n;
	}
	watch(s, m, EPOLL_CTL_MOD, m->sent < m->out.n ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void time_over(struct slots *s, struct member *m)
{
	uint64_t count;
	struct err e;

	if (read(m->timer, &count, sizeof(count)) != sizeof(count))
		return; /* it was set anew meanwhile */
	if (m->state == ABSENT) {
		start(s, m);
	} else if (m->state == BUSY || m->state == STARTING) {
		err_set(&e, ERR_TIMEOUT, "the slot gave no answer within %lld ms",
			(long long)(m->state == BUSY ? m->time_ms : START_MS));
		replace(s, m, &e);
	}
}

static void turn(struct slots *s, int timeout_ms)
{
	struct epoll_event v[EVENTS];
	int n = epoll_wait(s->epoll, v, EVENTS, timeout_ms);

	for (int i = 0; i < n; i++) {
		struct member *m = &s->members[v[i].data.u64 / 2];

		if (v[i].data.u64 % 2) {
			time_over(s, m);
			continue;
		}
		if (m->socket >= 0 && v[i].events & EPOLLOUT)
			transmit(s, m);
		if (m->socket >= 0 && v[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR) &&
		    m->state != FINISHED)
			receive(s, m);
		else if (m->state == FINISHED && v[i].events & (EPOLLHUP | EPOLLERR))
			m->leaves = true;
	}
}

/* ---- the pool ---- */

static void add_member(struct slots *s, int n)
{
	struct member *m = &s->members[n];
	struct epoll_event v = {.events = EPOLLIN, .data.u64 = (uint64_t)n * 2 + 1};

	*m = (struct member){.state = ABSENT, .n = n, .socket = -1, .complaints = -1};
	m->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	CHECK(m->timer >= 0 && epoll_ctl(s->epoll, EPOLL_CTL_ADD, m->timer, &v) == 0);
	start(s, m);
}

int slots_new(struct slots **out, const struct slots_options *o, struct err *e)
{
	struct slots *s = mem_alloc(sizeof(*s));

	CHECK(o->n > 0 && o->n <= SLOTS_MAX);
	s->o = *o;
	s->o.time_ms = o->time_ms ? o->time_ms : TIME_MS;
	s->o.memory = o->memory ? o->memory : MEMORY;
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	CHECK(s->epoll >= 0);
	s->members = mem_alloc((size_t)o->n * sizeof(*s->members));
	for (int i = 0; i < o->n; i++)
		add_member(s, i);
	while (!slots_idle(s) && !s->events.unfit)
		turn(s, -1);
	if (!slots_idle(s)) {
		*e = s->events.last;
		slots_free(s);
		return err_wrap(e, "start a slot");
	}
	*out = s;
	return 0;
}

void slots_free(struct slots *s)
{
	struct err e;

	if (!s)
		return;
	for (int i = 0; i < s->o.n; i++) {
		struct member *m = &s->members[i];

		if (m->pid)
			end(s, m, &e);
		close(m->timer);
		buf_free(&m->in);
		buf_free(&m->out);
	}
	close(s->epoll);
	mem_free(s->members);
	mem_free(s->failures);
	mem_free(s);
}

static struct member *find(struct slots *s, enum state state)
{
	for (int i = 0; i < s->o.n; i++) {
		struct member *m = &s->members[(s->next + i) % s->o.n];

		if (m->state == state)
			return m;
	}
	return NULL;
}

int slots_idle(const struct slots *s)
{
	int n = 0;

	for (int i = 0; i < s->o.n; i++)
		n += s->members[i].state == IDLE;
	return n;
}

int slots_busy(const struct slots *s)
{
	return s->busy;
}

int slots_read_confidence(const char *text, double *out, struct err *e)
{
	char *end = NULL;

	*out = text ? strtod(text, &end) : 0;
	if (text && (end == text || *end || !(*out >= 0.01) || *out > 1))
		return err_set(e, ERR_INVALID, "--stances-from %.40s is not from 0.01 to 1", text);
	return 0;
}

int slots_submit(struct slots *s, uint64_t tag, const struct slot_work *w, struct err *e)
{
	struct member *m = find(s, IDLE);
	struct slot_head h = {.kind = SLOT_WORK};
	struct slot_work own = *w;

	CHECK(m);
	if (w->text.n > SLOT_TEXT_MAX)
		return err_set(e, ERR_TOO_BIG, "document of %zu bytes, limit %d", w->text.n,
			       SLOT_TEXT_MAX);
	if (m->in.cap > KEPT)
		buf_free(&m->in);
	if (m->out.cap > KEPT)
		buf_free(&m->out);
	m->in.n = m->out.n = m->sent = 0;
	buf_add(&m->out, &h, sizeof(h));
	own.stance_least = s->o.stance_least;
	slot_work_write(&own, &m->out);
	h.length = (uint32_t)(m->out.n - sizeof(h));
	memcpy(m->out.p, &h, sizeof(h));
	if (h.length > SLOT_FRAME_MAX)
		return err_set(e, ERR_TOO_BIG, "document with %u bytes of title and names",
			       h.length - SLOT_TEXT_MAX);
	m->tag = tag;
	move(m, BUSY);
	s->busy++;
	/* a text of several megabytes has the limit for each that it begins */
	m->time_ms = s->o.time_ms * (1 + (int64_t)(w->text.n >> 20));
	set_timer(m, m->time_ms);
	transmit(s, m);
	return 0;
}

int slots_fd(const struct slots *s)
{
	return s->epoll;
}

void slots_turn(struct slots *s)
{
	turn(s, 0);
}

void slots_wait(struct slots *s, int timeout_ms)
{
	if (!s->n_failures && !find(s, FINISHED))
		turn(s, timeout_ms);
}

bool slots_collect(struct slots *s, struct slots_done *d)
{
	struct member *m = find(s, FINISHED);

	if (s->n_failures) {
		*d = (struct slots_done){s->failures[0].tag, true, STR(""), s->failures[0].e};
		s->n_failures--;
		memmove(s->failures, s->failures + 1, s->n_failures * sizeof(*s->failures));
		s->busy--;
		return true;
	}
	if (!m)
		return false;
	*d = (struct slots_done){
		m->tag,
		false,
		{m->in.p + sizeof(struct slot_head), m->in.n - sizeof(struct slot_head)},
		{.code = ERR_NONE}};
	s->busy--;
	s->next = (m->n + 1) % s->o.n;
	if (m->leaves)
		retire(s, m);
	else
		move(m, IDLE);
	m->in.n = 0; /* the bytes stay until the next frame is read */
	return true;
}

bool slots_cancel(struct slots *s, uint64_t tag)
{
	for (uint32_t i = 0; i < s->n_failures; i++) {
		if (s->failures[i].tag != tag)
			continue;
		s->n_failures--;
		memmove(s->failures + i, s->failures + i + 1,
			(s->n_failures - i) * sizeof(*s->failures));
		s->busy--;
		return true;
	}
	for (int i = 0; i < s->o.n; i++) {
		struct member *m = &s->members[i];

		if ((m->state != BUSY && m->state != FINISHED) || m->tag != tag)
			continue;
		s->busy--;
		if (m->state == FINISHED && !m->leaves)
			move(m, IDLE);
		else
			retire(s, m);
		return true;
	}
	return false;
}

void slots_events(struct slots *s, struct slots_events *out)
{
	*out = s->events;
	s->events = (struct slots_events){0};
}
