#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "proto/log.h"
#include "proto/msg.h"
#include "proto/options.h"
#include "proto/wire.h"
#include "worker/agent.h"
#include "worker/layers.h"

struct settings {
	struct option_list broker;
	const char *key, *name, *model, *codebook, *codebook_image, *stances_from;
	int64_t slots, time_ms, memory, drain_ms;
	bool no_sandbox;
	struct option_log log;
};

#define AT(field) .offset = offsetof(struct settings, field)

static const struct option_row ROWS[] = {
	{.name = "broker",
	 .letter = 'b',
	 .type = OPTION_LIST,
	 AT(broker),
	 .arg = "ENDPOINT",
	 .standard = WIRE_DEFAULT_ENDPOINT,
	 .help = "where a broker listens; with several, work is taken from all of them",
	 .check = wire_check_endpoint},
	{.name = "slots",
	 .letter = 'j',
	 .type = OPTION_INT,
	 AT(slots),
	 .arg = "N",
	 .standard = "0",
	 .help = "documents analysed at a time, each in a process of its own; 0: one for each "
		 "processor",
	 .max = SLOTS_MAX},
	{.name = "key",
	 .type = OPTION_STR,
	 AT(key),
	 .arg = "FILE",
	 .help = "key file of this worker, for brokers beyond this machine (demarche keys)"},
	{.name = "name",
	 .type = OPTION_STR,
	 AT(name),
	 .arg = "NAME",
	 .help = "what the broker shows for this worker; else host and process"},
	LAYERS_ROW(AT(codebook)),
	{.name = "codebook-image",
	 .type = OPTION_STR,
	 AT(codebook_image),
	 .arg = "FILE",
	 .help = "a compiled codebook instead of the built-in one"},
	{.name = "model",
	 .type = OPTION_STR,
	 AT(model),
	 .arg = "FILE",
	 .help = "a trained model instead of the built-in one"},
	SLOTS_CONFIDENCE_ROW(AT(stances_from)),
	{.name = "time-limit",
	 .type = OPTION_DURATION,
	 AT(time_ms),
	 .arg = "T",
	 .standard = "60s",
	 .help = "longest time for one document; then its slot is killed and the attempt failed",
	 .min = 100,
	 .max = 24 * 3600 * 1000},
	{.name = "memory-limit",
	 .type = OPTION_SIZE,
	 AT(memory),
	 .arg = "SIZE",
	 .standard = "1G",
	 .help = "private memory of one slot, model and codebook not counted",
	 .min = 32 << 20,
	 .max = (int64_t)1 << 40},
	{.name = "drain-time",
	 .type = OPTION_DURATION,
	 AT(drain_ms),
	 .arg = "T",
	 .standard = "30s",
	 .help = "how long SIGTERM waits for the documents under way; then they are given back",
	 .max = 24 * 3600 * 1000},
	{.name = "no-sandbox",
	 .type = OPTION_BOOL,
	 AT(no_sandbox),
	 .help = "slots without system call filter and limits, for kernels without seccomp"},
	{.type = OPTION_INCLUDE, AT(log), .include = OPTION_LOG_ROWS},
	{.type = OPTION_END},
};

static const struct option_program PROGRAM = {
	.name = "demarche-worker",
	.section = "worker",
	.synopsis = "[OPTION…]",
	.about = "Takes documents from a broker, finds events and stances in them, and gives the "
		 "results back. Runs in the foreground and prints one line \"ready …\" when the "
		 "first broker has welcomed it. SIGTERM finishes what is under way and ends; a "
		 "second one ends at once; SIGHUP reads the key file again.",
	.more = "Exit status: 0 ended as told · 1 could not start or go on · 2 wrong usage ·\n"
		"4 every broker refused (its protocol version, or what the key may do)\n",
	.rows = ROWS,
};

static int64_t processors(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	return CPU_COUNT(&set) < SLOTS_MAX ? CPU_COUNT(&set) : SLOTS_MAX;
}

/* Before any other thread exists, so that all inherit it. */
static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int fail(const struct err *e)
{
	log_error("cannot-go-on", LOG_ERR(e));
	return e->code == ERR_VERSION || e->code == ERR_REFUSED ? 4 : 1;
}

static int run(const struct settings *s, struct images *im, struct arena *a)
{
	char host[256] = "worker";
	struct agent_options o = {.brokers = s->broker.v,
				  .n_brokers = (uint32_t)s->broker.n,
				  .key_path = s->key,
				  .name = s->name,
				  .slots = {.n = (int)(s->slots ? s->slots : processors()),
					    .images = im,
					    .time_ms = s->time_ms,
					    .memory = s->memory,
					    .no_sandbox = s->no_sandbox},
				  .drain_ms = s->drain_ms};
	struct err e;

	if (getrandom(&o.seed, sizeof(o.seed), 0) != sizeof(o.seed))
		o.seed = (uint32_t)getpid();
	if (!o.name) {
		gethostname(host, sizeof(host) - 1);
		o.name = arena_printf(a, "%.60s:%d", host, (int)getpid()).p;
	}
	if (strlen(o.name) > MSG_NAME_MAX) {
		err_set(&e, ERR_TOO_BIG, "--name: longer than %d bytes", MSG_NAME_MAX);
		return options_wrong(&PROGRAM, &e);
	}
	if (slots_read_confidence(s->stances_from, &o.slots.stance_least, &e) < 0)
		return options_wrong(&PROGRAM, &e);
	if (o.n_brokers > AGENT_BROKERS_MAX) {
		err_set(&e, ERR_TOO_BIG, "--broker: more than %d", AGENT_BROKERS_MAX);
		return options_wrong(&PROGRAM, &e);
	}
	return agent_run(&o, &e) < 0 ? fail(&e) : 0;
}

int main(int argc, char **argv)
{
	struct settings s = {.slots = 0};
	struct arena a = {0};
	struct images im;
	struct err e;
	int operand, rc;

	if (slot_is_one(argv))
		return slot_main(argv, &slot_engine);
	block_signals();
	rc = options_start(&PROGRAM, argc, argv, &a, &s, &operand);
	if (rc >= 0) {
		arena_free(&a);
		return rc;
	}
	if (operand < argc) {
		err_set(&e, ERR_INVALID, "\"%.100s\" is too much: there are only options",
			argv[operand]);
		arena_free(&a);
		return options_wrong(&PROGRAM, &e);
	}
	options_log(&s.log, wire_wall_ms);
	if (images_open(&im, s.model, s.codebook_image, &e) < 0) {
		arena_free(&a);
		return fail(&e);
	}
	if (s.codebook && layers_apply(&im, s.codebook, &e) < 0)
		rc = fail(&e);
	else
		rc = run(&s, &im, &a);
	images_close(&im);
	arena_free(&a);
	return rc;
}
