/* Happy path: start → images → engine → sandbox → READY, then WORK → RECORD until the pool closes
 * the socket. Failure modes: start-up errors are told in UNFIT; anything that goes wrong with a
 * document kills this process, and the pool knows which document it was. */
#include "worker/slot.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "proto/pack.h"
#include "proto/wire.h"
#include "worker/sandbox.h"

enum { META_MAX = 4096, MEMORY_KEPT = 4 << 20 };

/* ---- frames ---- */

void slot_work_write(const struct slot_work *w, struct buf *out)
{
	const struct result_doc *m = &w->meta;

	pack_array(out, 10);
	pack_bin(out, w->text);
	pack_str(out, m->id);
	pack_str(out, m->title);
	pack_str(out, m->date);
	pack_str(out, m->date_source);
	pack_str(out, m->lang);
	pack_str(out, m->source);
	pack_str(out, m->collection);
	pack_str(out, m->sha256);
	pack_double(out, w->stance_least);
}

int slot_work_read(struct str bytes, struct slot_work *w, struct err *e)
{
	struct result_doc *m = &w->meta;
	struct unpack u;

	*w = (struct slot_work){0};
	unpack_init(&u, bytes);
	if (unpack_array(&u) != 10)
		unpack_fail(&u, "ten values");
	w->text = unpack_str(&u, SLOT_TEXT_MAX);
	m->id = unpack_str(&u, META_MAX);
	m->title = unpack_str(&u, META_MAX);
	m->date = unpack_str(&u, META_MAX);
	m->date_source = unpack_str(&u, META_MAX);
	m->lang = unpack_str(&u, META_MAX);
	m->source = unpack_str(&u, META_MAX);
	m->collection = unpack_str(&u, META_MAX);
	m->sha256 = unpack_str(&u, META_MAX);
	w->stance_least = unpack_double(&u);
	if (!(w->stance_least >= 0) || w->stance_least > 1)
		unpack_fail(&u, "no confidence");
	return unpack_end(&u, e);
}

void slot_error_write(const struct err *error, struct buf *out)
{
	pack_array(out, 2);
	pack_uint(out, error->code);
	pack_cstr(out, error->text);
}

int slot_error_read(struct str bytes, struct err *error, struct err *e)
{
	struct unpack u;
	struct str text;
	uint64_t code;

	unpack_init(&u, bytes);
	if (unpack_array(&u) != 2)
		unpack_fail(&u, "two values");
	code = unpack_uint(&u, 255);
	text = unpack_str(&u, sizeof(error->text));
	if (unpack_end(&u, e) < 0)
		return -1;
	err_set(error, (enum err_code)code, "%.*s", STR_ARG(text));
	return 0;
}

/* ---- the process ---- */

struct slot {
	const struct slot_program *program;
	void *state;
	struct images images;
	struct buf in, out;
	char sha256[2 * crypto_hash_sha256_BYTES + 1];
};

static int read_all(int fd, void *p, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t got = read(fd, (char *)p + done, n - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		done += (size_t)got;
	}
	return 0;
}

static int write_all(int fd, const void *p, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t put = write(fd, (const char *)p + done, n - done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return -1;
		done += (size_t)put;
	}
	return 0;
}

/* A frame is built behind room for its head, so that it leaves in one piece. */
static void frame_begin(struct buf *b)
{
	static const struct slot_head none;

	b->n = 0;
	buf_add(b, &none, sizeof(none));
}

static int frame_send(struct buf *b, enum slot_frame_kind kind)
{
	struct slot_head h = {kind, (uint32_t)(b->n - sizeof(h))};

	memcpy(b->p, &h, sizeof(h));
	return write_all(SLOT_FD_SOCKET, b->p, b->n);
}

static int send_error(struct slot *s, enum slot_frame_kind kind, const struct err *error)
{
	frame_begin(&s->out);
	slot_error_write(error, &s->out);
	return frame_send(&s->out, kind);
}

/* 0: *w is the next document; -1: the pool has closed. */
static int next_work(struct slot *s, struct slot_work *w)
{
	struct slot_head h;
	struct err e;

	if (s->in.cap > MEMORY_KEPT)
		buf_free(&s->in);
	if (read_all(SLOT_FD_SOCKET, &h, sizeof(h)) < 0)
		return -1;
	CHECK(h.kind == SLOT_WORK && h.length <= SLOT_FRAME_MAX);
	s->in.n = 0;
	buf_reserve(&s->in, h.length);
	if (read_all(SLOT_FD_SOCKET, s->in.p, h.length) < 0)
		return -1;
	s->in.n = h.length;
	CHECK(slot_work_read(buf_str(&s->in), w, &e) == 0);
	return 0;
}

static void name_by_content(struct slot *s, struct slot_work *w)
{
	unsigned char hash[crypto_hash_sha256_BYTES];

	if (!w->meta.sha256.n) {
		crypto_hash_sha256(hash, (const unsigned char *)w->text.p, w->text.n);
		sodium_bin2hex(s->sha256, sizeof(s->sha256), hash, sizeof(hash));
		w->meta.sha256 = str_of(s->sha256);
	}
	if (!w->meta.id.n)
		w->meta.id = w->meta.sha256;
	if (w->meta.date.n && !w->meta.date_source.n)
		w->meta.date_source = STR("given");
}

static bool is_tired(void)
{
	struct rusage used;

	return getrusage(RUSAGE_SELF, &used) == 0 &&
	       used.ru_utime.tv_sec + used.ru_stime.tv_sec >= SLOT_CPU_SECONDS;
}

static int do_work(struct slot *s, struct slot_work *w)
{
	int64_t start_us = wire_now_us();
	struct result r;
	struct err e;

	name_by_content(s, w);
	r = *s->program->analyze(s->state, w);
	r.stats.us = (uint64_t)(wire_now_us() - start_us);
	if (s->out.cap > MEMORY_KEPT)
		buf_free(&s->out);
	frame_begin(&s->out);
	result_pack(&r, &s->out);
	if (s->out.n - sizeof(struct slot_head) > SLOT_RECORD_MAX) {
		err_set(&e, ERR_TOO_BIG, "result record of %zu bytes, limit %d", s->out.n,
			SLOT_RECORD_MAX);
		return send_error(s, SLOT_FAILED, &e);
	}
	return frame_send(&s->out, is_tired() ? SLOT_RECORD_LAST : SLOT_RECORD);
}

/* The pool stops slots by closing the socket; signals meant for the program pass them by. */
static void ignore_signals(void)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};

	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		signal(ignored[i], SIG_IGN);
}

static int start(struct slot *s, const struct slot_argument *a, struct err *e)
{
	struct sandbox_limits limits = {.memory = a->memory,
					.cpu_seconds = SLOT_CPU_SECONDS + a->time_ms / 1000 + 60};

	ignore_signals();
	mem_give_back();
	prctl(PR_SET_NAME, SLOT_NAME, 0, 0, 0); /* else ps and top call it "exe" */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return err_errno(e, errno, "cannot ask to end with the parent");
	if (sodium_init() < 0)
		return err_set(e, ERR_IO, "libsodium does not start");
	if (images_adopt(&s->images, SLOT_FD_MODEL, SLOT_FD_CODEBOOK, e) < 0)
		return -1;
	close(SLOT_FD_MODEL);
	close(SLOT_FD_CODEBOOK);
	s->images.model_fd = s->images.codebook_fd = -1;
	if (a->sandbox && sandbox_limit(&limits, e) < 0)
		return -1;
	s->state = s->program->open(&s->images, e);
	if (!s->state)
		return -1;
	return a->sandbox ? sandbox_enter(e) : 0;
}

bool slot_is_one(char **argv)
{
	return argv[0] && strcmp(argv[0], SLOT_NAME) == 0;
}

static int read_argument(char **argv, struct slot_argument *a)
{
	if (!argv[1] || !argv[2] || !argv[3] || argv[4])
		return -1;
	*a = (struct slot_argument){strtoll(argv[1], NULL, 10), strtoll(argv[2], NULL, 10),
				    strcmp(argv[3], "sandbox") == 0};
	return a->memory > 0 && a->time_ms > 0 ? 0 : -1;
}

int slot_main(char **argv, const struct slot_program *program)
{
	struct slot s = {.program = program};
	struct slot_argument argument;
	struct slot_work w;
	struct err e;

	if (read_argument(argv, &argument) < 0) {
		fputs(SLOT_NAME ": started by the worker, not by hand\n", stderr);
		return 2;
	}
	if (start(&s, &argument, &e) < 0) {
		send_error(&s, SLOT_UNFIT, &e);
		return 1;
	}
	frame_begin(&s.out);
	if (frame_send(&s.out, SLOT_READY) < 0)
		return 0;
	while (next_work(&s, &w) == 0 && do_work(&s, &w) == 0)
		;
	_exit(0); /* no clean-up: it could need what the sandbox forbids */
}
