#include "worker/engine/place.h"

#include <string.h>

#include "worker/engine/fold.h"
#include "worker/engine/image.h"
#include "worker/engine/place_image.h"

enum { NAME_TOKENS = 6, PREPOSITION_REACH = 5, TREE_REACH = 4, WINDOW = 200, CONTEXT = 2000 };

struct gazetteer {
	const char *text;
	const struct place_item *items;
	const uint32_t *slots;
	uint32_t n_text, n_items, n_slots;
};

/* Nothing is trusted here: every index is checked where it is used. */
static bool open_gazetteer(const struct image *im, struct gazetteer *g)
{
	struct str text, items, slots;

	if (!im || !im->p)
		return false;
	text = image_section(im, "place.text");
	items = image_section(im, "place.item");
	slots = image_section(im, "place.slot");
	*g = (struct gazetteer){.text = text.p,
				.items = (const void *)items.p,
				.slots = (const void *)slots.p,
				.n_text = (uint32_t)text.n,
				.n_items = (uint32_t)(items.n / sizeof(struct place_item)),
				.n_slots = (uint32_t)(slots.n / sizeof(uint32_t))};
	return g->n_items && g->n_slots && !(g->n_slots & (g->n_slots - 1));
}

static const struct place_item *find(const struct gazetteer *g, uint64_t key)
{
	uint32_t mask = g->n_slots - 1, i = (uint32_t)key & mask;

	for (uint32_t tries = 0; tries < g->n_slots && g->slots[i]; tries++, i = (i + 1) & mask)
		if (g->slots[i] <= g->n_items && g->items[g->slots[i] - 1].key == key)
			return &g->items[g->slots[i] - 1];
	return NULL;
}

static uint32_t code_mentions(const struct doc *d, const char *code)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < d->n_mentions && i < CONTEXT; i++)
		n += d->mentions[i].code.n == 3 && memcmp(d->mentions[i].code.p, code, 3) == 0;
	return n;
}

/* Among places of one name, the one whose country the document speaks of most. */
static const struct place_item *choose(const struct doc *d, const struct gazetteer *g,
				       const struct place_item *first)
{
	const struct place_item *best = first, *end = g->items + g->n_items;
	uint32_t most = 0;

	if (first->last)
		return first;
	for (const struct place_item *x = first; x < end; x++) {
		uint32_t n = code_mentions(d, x->code);

		if (n > most) {
			most = n;
			best = x;
		}
		if (x->last)
			break;
	}
	return best;
}

static bool starts_upper(const struct token *t)
{
	struct fold_piece p[1];

	return fold_pieces(t->form, p, 1) == 1 && p[0].upper;
}

/* The longest place that starts at a token; *n_tok is how far it goes. */
static const struct place_item *name_at(const struct doc *d, const struct gazetteer *g,
					uint32_t tok, uint32_t end, uint32_t *n_tok)
{
	const struct place_item *best = NULL;
	uint64_t key = FOLD_START;

	if (!starts_upper(&d->tokens[tok]) || d->tokens[tok].ner == NER_PER)
		return NULL;
	for (uint32_t t = tok; t < end && t < tok + NAME_TOKENS; t++) {
		struct fold_piece p[PLACE_PIECES];
		uint32_t n = fold_pieces(d->tokens[t].form, p, PLACE_PIECES);
		const struct place_item *found;

		if (!n && !str_is(d->tokens[t].form, "-"))
			break;
		for (uint32_t i = 0; i < n; i++)
			key = fold_join(key, p[i].hash);
		found = n ? find(g, key) : NULL;
		if (found && (found->kind != PLACE_TOWN || d->tokens[tok].ner == NER_LOC)) {
			best = found;
			*n_tok = t - tok + 1;
		}
	}
	return best ? choose(d, g, best) : NULL;
}

/* "in the northern city of Mosul", "near Kobani": a word of location stands before the name. */
static bool is_located(const struct doc *d, uint32_t tok, uint32_t first)
{
	static const char *const location[] = {"in",     "at",     "near",   "outside",
					       "inside", "around", "across", "throughout",
					       "off",    "within", "over",   NULL};
	static const char *const between[] = {
		"the",      "of",          "city",    "town",    "village",  "province",
		"capital",  "port",        "region",  "state",   "district", "northern",
		"southern", "eastern",     "western", "central", "nearby",   "downtown",
		"occupied", "neighboring", "Syrian",  "border",  "island",   "rebel-held",
		",",        NULL};

	for (uint32_t n = 0; n < PREPOSITION_REACH && tok > first; n++, tok--) {
		const struct token *t = &d->tokens[tok - 1];

		if (str_in(t->lower, location))
			return true;
		if (!str_in(t->lower, between) && t->upos != UPOS_ADJ)
			return false;
	}
	return false;
}

/* "the Paris Agreement": the name is a part of another thing's name. */
static bool names_another(const struct doc *d, uint32_t last)
{
	return d->tokens[last].rel == REL_COMPOUND && d->tokens[last].head > (int32_t)last &&
	       starts_upper(&d->tokens[d->tokens[last].head]);
}

/* Steps from a token up to the event, or TREE_REACH + 1. */
static int steps_to(const struct doc *d, int32_t from, int32_t event)
{
	int n = 0;

	while (from >= 0 && from != event && n <= TREE_REACH) {
		from = d->tokens[from].head;
		n++;
	}
	return from == event ? n : TREE_REACH + 1;
}

static int worth(const struct doc *d, const struct place_item *x, uint32_t tok, int32_t event)
{
	int steps = steps_to(d, (int32_t)tok, event);
	int far = (int)tok - (int)event;
	int w = steps <= TREE_REACH ? 200 - 20 * steps : 60;

	w -= far < 0 ? -far : far;
	return w + 15 * x->kind;
}

static void fill(const struct gazetteer *g, const struct place_item *x, struct result_place *place)
{
	if (x->name > g->n_text || x->n_name > g->n_text - x->name)
		return;
	place->name = (struct str){g->text + x->name, x->n_name};
	place->country = (struct str){x->code, x->code[0] ? 3 : 0};
	place->latitude = (double)x->latitude / PLACE_DEGREE;
	place->longitude = (double)x->longitude / PLACE_DEGREE;
}

bool place_of(const struct doc *d, int32_t tok, struct result_place *place)
{
	const struct sentence *s;
	const struct place_item *best = NULL;
	struct gazetteer g;
	uint32_t end;
	int most = 0;

	*place = (struct result_place){.name = STR(""), .country = STR("")};
	if (tok < 0 || (uint32_t)tok >= d->n_tokens || !open_gazetteer(d->codebook, &g))
		return false;
	s = &d->sentences[d->tokens[tok].sent];
	end = s->tok + s->n_tok;
	end = end > (uint32_t)tok + WINDOW ? (uint32_t)tok + WINDOW : end;
	for (uint32_t t = s->tok + WINDOW < (uint32_t)tok ? (uint32_t)tok - WINDOW : s->tok;
	     t < end; t++) {
		uint32_t n_tok = 1;
		const struct place_item *x = name_at(d, &g, t, end, &n_tok);
		int w;

		if (!x || !is_located(d, t, s->tok) || names_another(d, t + n_tok - 1))
			continue;
		w = worth(d, x, t, tok);
		if (w > most) {
			most = w;
			best = x;
		}
		t += n_tok - 1;
	}
	if (best)
		fill(&g, best, place);
	return place->name.n > 0;
}

uint32_t place_countries(const struct image *codebook, struct result_place *out, uint32_t most)
{
	struct gazetteer g;
	uint32_t n = 0;

	if (!open_gazetteer(codebook, &g))
		return 0;
	for (uint32_t i = 0; i < g.n_items && n < most; i++)
		if (g.items[i].kind == PLACE_COUNTRY)
			fill(&g, &g.items[i], &out[n++]);
	return n;
}
