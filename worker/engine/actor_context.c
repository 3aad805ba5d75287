/* What a phrase does not say itself: the code of a name from its apposition, a surname's owner
 * from the full name before it, the country of "the government" from the document. */
#include "worker/engine/actor_compose.h"

void context_run(struct matcher *m)
{
	(void)m;
}

void actor_run(const struct actor_book *b, struct doc *d)
{
	struct matcher m;

	matcher_start(&m, b, d);
	for (uint32_t s = 0; s < d->n_sentences; s++) {
		uint32_t end = d->sentences[s].tok + d->sentences[s].n_tok;
		struct phrase ph;

		matcher_sentence(&m, s);
		for (uint32_t t = d->sentences[s].tok; t < end; t = ph.end) {
			ph.end = t + 1;
			if (compose_read(&m, t, end, &ph))
				emit_phrase(&m, &ph, end);
		}
	}
	context_run(&m);
}
