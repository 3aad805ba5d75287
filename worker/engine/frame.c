#include "worker/engine/frame.h"

#include <xxhash.h>

struct frame_book {
	const struct frame_head *h;
	const struct frame_code *codes;
	const struct frame_rec *frames;
	const struct frame_entry *entries;
	const struct frame_text *words, *names;
	const struct frame_slot *slots;
	struct str text;
};

/* How far behind its trigger a further word may stand. */
enum { REACH = 9 };

static int section(const struct image *im, const char *name, size_t want, const void **p,
		   struct err *e)
{
	struct str s = image_section(im, name);

	if (s.n != want || (want && !s.p))
		return err_set(e, ERR_CORRUPT, "section %s of %zu bytes, expected %zu", name, s.n,
			       want);
	*p = s.p;
	return 0;
}

static bool text_ok(const struct frame_book *b, struct frame_text t)
{
	return t.at <= b->text.n && t.n <= b->text.n - t.at;
}

static bool entry_ok(const struct frame_book *b, const struct frame_entry *x)
{
	uint32_t w = x->words;

	if (x->frame >= b->h->n_frames || x->n_words >= FRAME_WORDS_MAX || x->before > x->n_words)
		return false;
	for (uint32_t i = 0; i < x->n_words; i++) {
		while (w < b->h->n_words && b->words[w].n)
			w++;
		if (w >= b->h->n_words)
			return false;
		w++;
	}
	return true;
}

/* Every offset and index that matching follows is checked once, here. */
static int check(const struct frame_book *b, struct err *e)
{
	const struct frame_head *h = b->h;
	bool ok = h->n_slots > 0 && (h->n_slots & (h->n_slots - 1)) == 0;
	uint32_t used = 0;

	for (uint32_t i = 0; ok && i < h->n_codes; i++)
		ok = text_ok(b, b->codes[i].code) && text_ok(b, b->codes[i].mode) &&
		     text_ok(b, b->codes[i].name) && b->codes[i].type < N_EVENT_TYPES;
	for (uint32_t i = 0; ok && i < h->n_frames; i++)
		ok = text_ok(b, b->frames[i].name) && text_ok(b, b->frames[i].mode) &&
		     b->frames[i].code < h->n_codes && b->frames[i].type < N_EVENT_TYPES;
	for (uint32_t i = 0; ok && i < h->n_words; i++)
		ok = text_ok(b, b->words[i]);
	for (uint32_t i = 0; ok && i < h->n_entries; i++)
		ok = entry_ok(b, &b->entries[i]);
	for (uint32_t i = 0; ok && i < h->n_contexts + h->n_classes; i++)
		ok = text_ok(b, b->names[i]);
	for (uint32_t i = 0; ok && i < h->n_slots; i++) {
		const struct frame_slot *s = &b->slots[i];

		used += s->word.n > 0;
		ok = text_ok(b, s->word) && s->entry <= h->n_entries &&
		     s->n_entries <= h->n_entries - s->entry;
	}
	if (!ok || used == h->n_slots)
		return err_set(e, ERR_CORRUPT, "the codebook's event frames are damaged");
	return 0;
}

static int open_sections(struct frame_book *b, const struct image *im, struct err *e)
{
	const struct frame_head *h;
	const void *p = NULL;

	if (section(im, "events.head", sizeof(*h), &p, e) < 0)
		return -1;
	b->h = h = p;
	if (h->layout != FRAME_LAYOUT)
		return err_set(e, ERR_VERSION, "event frames of layout %u, this program reads %d",
			       h->layout, FRAME_LAYOUT);
	if (h->n_contexts > FRAME_CONTEXTS_MAX || h->n_classes > FRAME_CLASSES_MAX)
		return err_set(e, ERR_CORRUPT, "the codebook has too many contexts or classes");
	b->text = image_section(im, "events.text");
#define SECTION(field, name, count)                                                    \
	do {                                                                           \
		if (section(im, name, (size_t)(count) * sizeof(*b->field), &p, e) < 0) \
			return -1;                                                     \
		b->field = p;                                                          \
	} while (0)
	SECTION(codes, "events.codes", h->n_codes);
	SECTION(frames, "events.frames", h->n_frames);
	SECTION(entries, "events.entries", h->n_entries);
	SECTION(words, "events.words", h->n_words);
	SECTION(slots, "events.slots", h->n_slots);
	SECTION(names, "events.names", (size_t)h->n_contexts + h->n_classes);
#undef SECTION
	return check(b, e);
}

struct frame_book *frame_book_new(const struct image *codebook, struct err *e)
{
	struct frame_book *b = mem_alloc(sizeof(*b));

	if (open_sections(b, codebook, e) == 0)
		return b;
	mem_free(b);
	return NULL;
}

void frame_book_free(struct frame_book *b)
{
	mem_free(b);
}

struct str frame_string(const struct frame_book *b, struct frame_text t)
{
	return (struct str){b->text.p + t.at, t.n};
}

bool frame_decides(const struct frame_book *b, uint32_t frame)
{
	return (b->frames[frame].flags & (FRAME_OWN | FRAME_WEAK)) == FRAME_OWN;
}

const struct frame_rec *frame_at(const struct frame_book *b, uint32_t frame)
{
	return &b->frames[frame];
}

struct str frame_name(const struct frame_book *b, uint32_t frame)
{
	return frame_string(b, b->frames[frame].name);
}

struct str frame_mode(const struct frame_book *b, uint32_t frame)
{
	return frame_string(b, b->frames[frame].mode);
}

const struct frame_code *frame_code_find(const struct frame_book *b, struct str code)
{
	for (uint32_t i = 0; i < b->h->n_codes; i++)
		if (str_eq(frame_string(b, b->codes[i].code), code))
			return &b->codes[i];
	return NULL;
}

const struct frame_code *frame_code_at(const struct frame_book *b, uint32_t index)
{
	return &b->codes[index];
}

uint32_t frame_n_contexts(const struct frame_book *b)
{
	return b->h->n_contexts;
}

struct str frame_context_name(const struct frame_book *b, uint32_t context)
{
	return frame_string(b, b->names[context]);
}

uint32_t frame_n_classes(const struct frame_book *b)
{
	return b->h->n_classes;
}

struct str frame_class_name(const struct frame_book *b, uint32_t class_index)
{
	return frame_string(b, b->names[b->h->n_contexts + class_index]);
}

static int32_t find(const struct frame_book *b, struct str word)
{
	uint32_t mask = b->h->n_slots - 1;

	if (word.n == 0)
		return -1;
	for (uint32_t k = (uint32_t)XXH3_64bits(word.p, word.n) & mask; b->slots[k].word.n;
	     k = (k + 1) & mask)
		if (str_eq(frame_string(b, b->slots[k].word), word))
			return (int32_t)k;
	return -1;
}

static bool last_of_sentence(const struct doc *d, uint32_t tok)
{
	return tok + 1 >= d->n_tokens || d->tokens[tok + 1].sent != d->tokens[tok].sent;
}

/* "prime minister", "human rights": the lemma or form with the next one. */
static int32_t find_pair(const struct frame_book *b, const struct doc *d, uint32_t tok)
{
	char pair[96];
	struct str a = d->tokens[tok].lower, c;

	if (last_of_sentence(d, tok))
		return -1;
	c = d->tokens[tok + 1].lower;
	if (a.n == 0 || c.n == 0 || a.n + c.n + 1 > sizeof(pair))
		return -1;
	memcpy(pair, a.p, a.n);
	pair[a.n] = ' ';
	memcpy(pair + a.n + 1, c.p, c.n);
	return find(b, (struct str){pair, a.n + 1 + c.n});
}

void frame_word(const struct frame_book *b, const struct doc *d, uint32_t tok, struct frame_word *w)
{
	const struct token *t = &d->tokens[tok];
	int32_t pair = find_pair(b, d, tok);

	*w = (struct frame_word){.slot = find(b, t->lemma), .slot2 = -1};
	if (!str_eq(t->lower, t->lemma))
		w->slot2 = find(b, t->lower);
	if (w->slot >= 0) {
		w->classes |= b->slots[w->slot].classes;
		w->contexts |= b->slots[w->slot].contexts;
	}
	if (w->slot2 >= 0) {
		w->classes |= b->slots[w->slot2].classes;
		w->contexts |= b->slots[w->slot2].contexts;
	}
	if (pair >= 0) {
		w->classes |= b->slots[pair].classes;
		w->contexts |= b->slots[pair].contexts;
	}
}

static bool pos_ok(uint8_t pos, uint8_t upos)
{
	switch (upos) {
	case UPOS_VERB:
	case UPOS_AUX:
		return pos & FRAME_VERB;
	case UPOS_NOUN:
	case UPOS_PROPN:
		return pos & FRAME_NOUN;
	case UPOS_ADJ:
		return pos & FRAME_ADJ;
	default:
		return pos == FRAME_ANY;
	}
}

static bool is_word(const struct frame_book *b, const struct doc *d, uint32_t w, int32_t tok)
{
	const struct token *t = &d->tokens[tok];

	for (; b->words[w].n; w++) {
		struct str s = frame_string(b, b->words[w]);

		if (str_eq(s, t->lemma) || str_eq(s, t->lower))
			return true;
	}
	return false;
}

static uint32_t skip_word(const struct frame_book *b, uint32_t w)
{
	while (b->words[w].n)
		w++;
	return w + 1;
}

/* The noun that a passive or a participle is about: "the embassy was closed", "sanctions imposed".
 */
static int32_t passive_theme(const struct doc *d, int32_t tok)
{
	const struct token *t = &d->tokens[tok];
	int32_t s = doc_child(d, tok, REL_NSUBJ_PASS);

	if (s >= 0)
		return s;
	if (t->rel == REL_ACL || t->rel == REL_ACL_RELCL)
		return t->head;
	if (t->rel == REL_AMOD && t->upos == UPOS_VERB)
		return t->head;
	return -1;
}

/* Whether a word behind the trigger may belong to it: not past another clause's subject. */
static bool bars(const struct doc *d, int32_t tok)
{
	uint8_t r = d->tokens[tok].rel;
	struct str f = d->tokens[tok].form;

	return r == REL_NSUBJ || r == REL_NSUBJ_PASS ||
	       (f.n == 1 && (*f.p == ';' || *f.p == ':' || *f.p == '"'));
}

/* Finds one further word behind `from`; -1 where there is none. */
static int32_t find_behind(const struct frame_book *b, const struct doc *d, uint32_t w,
			   int32_t from)
{
	const struct sentence *s = &d->sentences[d->tokens[from].sent];
	int32_t end = (int32_t)(s->tok + s->n_tok);

	for (int32_t i = from + 1; i < end && i <= from + REACH; i++) {
		if (is_word(b, d, w, i))
			return i;
		if (bars(d, i))
			return -1;
	}
	return -1;
}

static bool match_before(const struct frame_book *b, const struct doc *d,
			 const struct frame_entry *x, int32_t tok, struct frame_match *m)
{
	int32_t first = tok - x->before;
	uint32_t w = x->words;

	if (first < (int32_t)d->sentences[d->tokens[tok].sent].tok)
		return false;
	for (int32_t i = first; i < tok; i++, w = skip_word(b, w))
		if (!is_word(b, d, w, i))
			return false;
	m->first = first;
	return true;
}

/* Finds one further word in a noun's phrase behind `after` ("martial law" of "martial law was
 * declared"); -1 where there is none. */
static int32_t find_in_theme(const struct frame_book *b, const struct doc *d, uint32_t w,
			     int32_t theme, int32_t after)
{
	enum { WIDTH = 4 };

	for (int32_t i = theme - WIDTH > after ? theme - WIDTH : after + 1; i <= theme; i++)
		if (i >= 0 && is_word(b, d, w, i) && doc_dominates(d, theme, i))
			return i;
	return -1;
}

static bool match_entry(const struct frame_book *b, const struct doc *d, uint32_t entry,
			uint32_t tok, struct frame_match *m)
{
	const struct frame_entry *x = &b->entries[entry];
	int32_t at = (int32_t)tok, theme = passive_theme(d, (int32_t)tok), after = -1;
	uint32_t w = x->words;

	*m = (struct frame_match){x->frame, entry, x->n_words, -1, (int32_t)tok};
	if (x->before && !match_before(b, d, x, (int32_t)tok, m))
		return false;
	for (uint32_t i = 0; i < x->before; i++)
		w = skip_word(b, w);
	for (uint32_t i = x->before; i < x->n_words; i++, w = skip_word(b, w)) {
		int32_t found = theme >= 0 ? find_in_theme(b, d, w, theme, after) : -1;

		if (found >= 0) {
			m->last = after = found;
			continue;
		}
		found = find_behind(b, d, w, at);
		if (found < 0)
			return false;
		m->last = at = found;
	}
	return true;
}

/* A user's own frames first, then those of more words. */
static uint32_t rank(const struct frame_book *b, const struct frame_match *m)
{
	return m->n_words + (b->frames[m->frame].flags & FRAME_OWN ? FRAME_WORDS_MAX + 1 : 0);
}

static uint32_t add_match(const struct frame_book *b, struct frame_match *list, uint32_t n,
			  const struct frame_match *m)
{
	uint32_t at = n;

	for (uint32_t i = 0; i < n; i++)
		if (list[i].frame == m->frame)
			return n;
	while (at > 0 && rank(b, &list[at - 1]) < rank(b, m))
		at--;
	if (at == FRAME_MATCHES_MAX)
		return n;
	if (n == FRAME_MATCHES_MAX)
		n--;
	memmove(list + at + 1, list + at, (n - at) * sizeof(*list));
	list[at] = *m;
	return n + 1;
}

/* "Kenya and Chad welcome a deal": what has a subject and an object is a verb, whatever its tag. */
static uint8_t upos_in_tree(const struct doc *d, uint32_t tok)
{
	uint8_t upos = d->tokens[tok].upos;

	if ((upos == UPOS_INTJ || upos == UPOS_ADV || upos == UPOS_X) &&
	    doc_child(d, (int32_t)tok, REL_NSUBJ) >= 0 && doc_child(d, (int32_t)tok, REL_OBJ) >= 0)
		return UPOS_VERB;
	return upos;
}

static uint32_t match_all(const struct frame_book *b, const struct doc *d, uint32_t tok,
			  const struct frame_word *w, uint32_t matter,
			  struct frame_match m[static FRAME_MATCHES_MAX])
{
	int32_t slots[2] = {w->slot, w->slot2};
	uint8_t upos = upos_in_tree(d, tok);
	uint32_t n = 0;

	for (int k = 0; k < 2; k++)
		for (uint32_t i = 0; slots[k] >= 0 && i < b->slots[slots[k]].n_entries; i++) {
			uint32_t entry = b->slots[slots[k]].entry + i;
			struct frame_match one;

			if ((b->frames[b->entries[entry].frame].flags & FRAME_MATTER) == matter &&
			    pos_ok(b->entries[entry].pos, upos) &&
			    match_entry(b, d, entry, tok, &one))
				n = add_match(b, m, n, &one);
		}
	return n;
}

uint32_t frame_match(const struct frame_book *b, const struct doc *d, uint32_t tok,
		     const struct frame_word *w, struct frame_match m[static FRAME_MATCHES_MAX])
{
	return match_all(b, d, tok, w, 0, m);
}

uint32_t frame_matters(const struct frame_book *b, const struct doc *d, uint32_t tok,
		       const struct frame_word *w, struct frame_match m[static FRAME_MATCHES_MAX])
{
	return match_all(b, d, tok, w, FRAME_MATTER, m);
}
