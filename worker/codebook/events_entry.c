/* Entries of frames: `hold talk|meeting`, `joint exercise`, `be ready|willing`. */
#include "worker/codebook/events.h"

#include <xxhash.h>

#include "worker/engine/spelling.h"

static void rehash(struct events *v)
{
	mem_free(v->slots);
	v->n_slots = v->n_slots ? 2 * v->n_slots : 1024;
	v->slots = mem_alloc(v->n_slots * sizeof(*v->slots));
	for (uint32_t i = 0; i < v->n_words; i++) {
		struct str t = {v->pool.bytes.p + v->words[i].at, v->words[i].text.n};
		uint32_t k = (uint32_t)XXH3_64bits(t.p, t.n) & (v->n_slots - 1);

		while (v->slots[k])
			k = (k + 1) & (v->n_slots - 1);
		v->slots[k] = i + 1;
	}
}

uint32_t events_word(struct events *v, struct str written)
{
	char other[SPELLING_MAX];
	struct str s = spelling_american(written, other);
	uint32_t k;

	if (2 * (v->n_words + 1) > v->n_slots)
		rehash(v);
	k = (uint32_t)XXH3_64bits(s.p, s.n) & (v->n_slots - 1);
	for (; v->slots[k]; k = (k + 1) & (v->n_slots - 1)) {
		const struct events_word *w = &v->words[v->slots[k] - 1];

		if (str_eq((struct str){v->pool.bytes.p + w->at, w->text.n}, s))
			return v->slots[k] - 1;
	}
	MEM_GROW(v->words, v->n_words, v->cap_words);
	v->words[v->n_words] =
		(struct events_word){.text = {NULL, s.n}, .at = pool_add(&v->pool, s)};
	v->slots[k] = ++v->n_words;
	return v->n_words - 1;
}

static bool is_preposition(struct str w)
{
	static const char *const LIST[] = {"of", "on", "for", "from",    "between", "in",    "with",
					   "at", "to", "by",  "against", "over",    "around"};

	for (size_t i = 0; i < sizeof(LIST) / sizeof(LIST[0]); i++)
		if (str_is(w, LIST[i]))
			return true;
	return false;
}

/* The alternatives of one further word, closed by an empty text. */
static void add_further(struct events *v, struct str word)
{
	struct str one;

	while (source_part(&word, '|', &one)) {
		char other[SPELLING_MAX];
		struct frame_text t = events_text(v, spelling_american(one, other));

		MEM_GROW(v->further, v->n_further, v->cap_further);
		v->further[v->n_further++] = t;
	}
	MEM_GROW(v->further, v->n_further, v->cap_further);
	v->further[v->n_further++] = (struct frame_text){0};
}

/* words[n]; words[trigger] is the one that triggers. Every alternative of it is an entry. */
static void add_triggers(struct events *v, uint8_t pos, const struct str *words, uint32_t n,
			 uint32_t trigger)
{
	struct frame_entry e = {.frame = v->n_frames - 1,
				.words = v->n_further,
				.pos = pos,
				.n_words = (uint8_t)(n - 1),
				.before = (uint8_t)trigger};
	struct str rest = words[trigger], one;

	for (uint32_t i = 0; i < n; i++)
		if (i != trigger)
			add_further(v, words[i]);
	while (source_part(&rest, '|', &one)) {
		struct events_entry x = {.e = e, .order = v->n_entries};

		x.word = events_word(v, one);
		MEM_GROW(v->entries, v->n_entries, v->cap_entries);
		v->entries[v->n_entries++] = x;
	}
}

void events_add_entry(struct events *v, struct source *s, uint32_t line, uint8_t pos,
		      struct str entry)
{
	struct str words[FRAME_WORDS_MAX], rest = entry, part;
	uint32_t n = 0, trigger = 0;

	while (source_part(&rest, ' ', &part)) {
		if (part.n == 0)
			continue;
		if (n == FRAME_WORDS_MAX) {
			source_problem(s, line, entry, "at most %d words", FRAME_WORDS_MAX);
			return;
		}
		words[n++] = part;
	}
	if (n == 0) {
		source_problem(s, line, entry, "a word, or several");
		return;
	}
	/* The copula depends on its predicate: `be ready` is triggered by "ready". */
	if (n > 1 && str_is(words[0], "be")) {
		memmove(words, words + 1, --n * sizeof(words[0]));
		pos = FRAME_ANY;
	}
	/* A compound noun is triggered by its last word: `joint exercise`, `recall of envoy`. */
	if (pos == FRAME_NOUN)
		while (trigger + 1 < n && !is_preposition(words[trigger + 1]))
			trigger++;
	add_triggers(v, pos, words, n, trigger);
}
