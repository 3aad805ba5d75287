/* A worker whose slots do evil where the document says so: linked in place of slot_engine.c into
 * the test's own worker, never into the product. All else is analysed as usual. */
#include <fcntl.h>
#include <sys/socket.h>

#include "worker/engine/engine.h"
#include "worker/slot.h"

static void *hostile_open(const struct images *im, struct err *e)
{
	return engine_new(&im->model, &im->codebook, e);
}

static char *eaten;

static void do_evil(struct str text)
{
	for (volatile bool hang = str_starts(text, STR("EVIL hang")); hang;)
		;
	if (str_starts(text, STR("EVIL crash")))
		*(volatile char *)text.n = 1; /* nothing is mapped so low */
	for (size_t n = 1 << 20; str_starts(text, STR("EVIL eat")); n *= 2)
		memset(eaten = mem_alloc(n), 1, n);
	if (str_starts(text, STR("EVIL read")))
		open("/etc/passwd", O_RDONLY);
	if (str_starts(text, STR("EVIL call")))
		socket(AF_INET, SOCK_STREAM, 0);
}

static const struct result *hostile_analyze(void *state, const struct slot_work *w)
{
	const struct engine_input in = {.text = w->text, .meta = w->meta};

	do_evil(w->text);
	return engine_analyze(state, &in);
}

const struct slot_program slot_engine = {.open = hostile_open, .analyze = hostile_analyze};
