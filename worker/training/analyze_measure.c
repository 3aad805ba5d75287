/* Processor time a token and memory of the whole analysis, for texts of any length: what an
 * engine takes beyond what it has before the first text (the images), the text and the packed
 * record included, as in a slot. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "worker/training/bench.h"
#include "worker/training/conllu.h"
#include "worker/training/train.h"

static double cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

/* A line of /proc/self/status in KiB: VmRSS now, VmHWM at most since the last reset. */
static long status_kib(const char *name)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	long n = 0;

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, name, strlen(name)) == 0)
			n = strtol(line + strlen(name) + 1, NULL, 10);
	if (f)
		fclose(f);
	return n;
}

static void reset_peak(void)
{
	FILE *f = fopen("/proc/self/clear_refs", "w");

	if (!f)
		return;
	fputs("5", f);
	fclose(f);
}

static int measure_file(struct engine *en, const char *path, long before, struct err *e)
{
	struct engine_input in = {0};
	struct buf text = {0}, record = {0};
	const struct result *r;
	double start, seconds;

	if (file_read(&text, path, e) < 0)
		return -1;
	in.text = buf_str(&text);
	reset_peak();
	start = cpu_seconds();
	r = engine_analyze(en, &in);
	seconds = cpu_seconds() - start;
	result_pack(r, &record);
	printf("%9zu bytes, %7llu tokens, %5.1f us/token, record of %8zu bytes, %5.1f MiB\n",
	       text.n, (unsigned long long)r->stats.tokens, 1e6 * seconds / (double)r->stats.tokens,
	       record.n, (double)(status_kib("VmHWM") - before) / 1024);
	for (uint32_t i = 0; i < r->n_warnings; i++)
		printf("    %.*s\n", STR_ARG(r->warnings[i]));
	buf_free(&text);
	buf_free(&record);
	return 0;
}

int analyze_measure(int argc, char **argv)
{
	struct bench b;
	struct err e;
	long before;

	if (argc < 4) {
		fprintf(stderr, "usage: analyze-measure MODEL CODEBOOK FILE...\n");
		return 2;
	}
	mem_give_back();
	if (bench_open(&b, argv[1], argv[2], &e) < 0)
		goto bad;
	before = status_kib("VmRSS");
	for (int i = 3; i < argc; i++)
		if (measure_file(b.engine, argv[i], before, &e) < 0)
			goto bad;
	bench_close(&b);
	return 0;
bad:
	fprintf(stderr, "analyze-measure: %s\n", e.text);
	return 1;
}
