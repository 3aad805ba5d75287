#include "worker/engine/actor_match.h"

enum { PIECES_OF_TOKEN = 24, DATELINE_TOKENS = 14 };

static void add_word(struct matcher *m, uint64_t hash)
{
	uint32_t i = (uint32_t)(hash >> 7) & (m->n_words - 1);

	while (m->words[i] && m->words[i] != hash)
		i = (i + 1) & (m->n_words - 1);
	m->words[i] = hash;
}

/* Whether the document has this word anywhere. */
static bool has_word(const struct matcher *m, uint64_t hash)
{
	uint32_t i = (uint32_t)(hash >> 7) & (m->n_words - 1);

	while (m->words[i] && m->words[i] != hash)
		i = (i + 1) & (m->n_words - 1);
	return m->words[i] == hash;
}

static void cut_tokens(struct matcher *m)
{
	struct doc *d = m->d;
	struct fold_piece p[PIECES_OF_TOKEN];
	uint32_t cap = 0;

	m->piece_of = ARENA_ARRAY(d->arena, uint32_t, d->n_tokens + 1);
	for (uint32_t t = 0; t < d->n_tokens; t++) {
		uint32_t n = fold_pieces(d->tokens[t].form, p, PIECES_OF_TOKEN);

		m->piece_of[t] = m->n_pieces;
		for (uint32_t i = 0; i < n; i++) {
			ARENA_GROW(d->arena, m->pieces, m->n_pieces, cap);
			m->pieces[m->n_pieces++] = (struct piece){.hash = p[i].hash,
								  .tok = t,
								  .first = i == 0,
								  .last = i + 1 == n,
								  .upper = p[i].upper,
								  .all_upper = p[i].all_upper,
								  .n = p[i].n};
		}
	}
	m->piece_of[d->n_tokens] = m->n_pieces;
}

void matcher_start(struct matcher *m, const struct actor_book *b, struct doc *d)
{
	*m = (struct matcher){.book = b, .d = d, .day = d->date.year ? book_day(d->date) : 0};
	cut_tokens(m);
	m->n_words = 64;
	while (m->n_words < 2 * m->n_pieces)
		m->n_words *= 2;
	m->words = ARENA_ARRAY(d->arena, uint64_t, m->n_words);
	for (uint32_t i = 0; i < m->n_pieces; i++)
		add_word(m, m->pieces[i].hash);
	m->codes = ARENA_ARRAY(d->arena, uint32_t, CODES_SLOTS);
	m->unit_of = ARENA_ARRAY(d->arena, int32_t, d->n_tokens + 1);
	for (uint32_t t = 0; t < d->n_tokens; t++)
		m->unit_of[t] = -1;
}

/* What stands in the text must be written as the codebook writes it, but may shout. */
static bool case_fits(const struct matcher *m, const struct ai_name *n, uint32_t at)
{
	for (uint32_t i = 0; i < n->n_pieces; i++) {
		const struct piece *p = &m->pieces[at + i];

		if ((n->capitals >> i & 1 && !p->upper) || (n->acronyms >> i & 1 && !p->all_upper))
			return false;
		/* "the world" is not in "the World Bank". */
		if (i && !n->capitals && n->type != AI_WORD && p->upper && !m->shouting)
			return false;
	}
	return true;
}

/* Context words: all entries of the list that the document has. */
static uint32_t words_there(const struct matcher *m, uint32_t at, uint32_t n)
{
	uint32_t there = 0;

	for (uint32_t i = 0; i < n; i++)
		there += has_word(m, m->book->lists[at + i]);
	return there;
}

/* A code is known by where the image has its text: equal strings are stored once. */
static uint32_t *code_slot(const struct matcher *m, uint32_t at)
{
	uint32_t i = at * 2654435761u >> 23;

	while (m->codes[i] && m->codes[i] != at)
		i = (i + 1) % CODES_SLOTS;
	return &m->codes[i];
}

/* A name of this country in the document so far: what a weak entry asks for. */
static bool country_is_named(const struct matcher *m, const struct ai_entry *e)
{
	return e->code.n != 3 || *code_slot(m, e->code.at) == e->code.at;
}

static bool country_is_there(const struct matcher *m, const struct ai_entry *e)
{
	return str_is(book_text(m->book, e->code), "USA") || country_is_named(m, e);
}

/* How much speaks for reading a name as this entry; negative rules it out. */
static int weigh(const struct matcher *m, const struct ai_name *n)
{
	const struct ai_entry *e = &m->book->entries[n->entry];
	uint32_t with = words_there(m, e->with, e->n_with);
	uint32_t against = words_there(m, e->unless, e->n_unless);
	int w = 10 + 4 * (int)with - 6 * (int)against;

	if ((e->n_with && !with) || (e->n_unless && against > with))
		return -1;
	if (e->class == AI_ACTOR && e->kind == ENTITY_PERSON) {
		if (e->n_office)
			w += book_in_office(m->book, e, m->day, 0, 0)   ? 8
			     : book_in_office(m->book, e, m->day, 1, 6) ? 3
									: -4;
		/* A bare surname counts around its office, or where its country is spoken of. */
		if (n->type == AI_SHORT && (e->n_office ? !book_in_office(m->book, e, m->day, 2, 8)
							: !country_is_named(m, e)))
			return -1;
		if (e->flags & AI_WEAK) {
			if (!country_is_there(m, e))
				return -1;
			w -= 3;
		}
	}
	if (e->class != AI_ACTOR && e->code.n)
		w++; /* "Pentagon" of one country before the word for any */
	if (n->type == AI_PEOPLE)
		w--; /* "Chinese" is an adjective first; composition turns it into a people */
	return w;
}

static bool is_iso_word(const struct matcher *m, const struct ai_name *n)
{
	const struct ai_entry *e = &m->book->entries[n->entry];

	return e->kind == ENTITY_COUNTRY && n->n_pieces == 1 && n->acronyms && n->text.n == 3 &&
	       str_eq(book_text(m->book, n->text), book_text(m->book, e->code)) &&
	       !str_is(book_text(m->book, e->code), "USA");
}

/* The best reading of n_pieces pieces from `at`, or NULL. */
static const struct ai_name *best_name(const struct matcher *m, uint64_t key, uint32_t at,
				       uint32_t n_pieces)
{
	const struct ai_name *best = NULL;
	int best_weight = -1;

	for (const struct ai_name *n = book_names(m->book, key); n; n = n->last ? NULL : n + 1) {
		int w;

		if (n->n_pieces != n_pieces || n->type == AI_TITLED || !case_fits(m, n, at))
			continue;
		if (m->shouting && is_iso_word(m, n))
			continue;
		w = weigh(m, n);
		if (w > best_weight) {
			best_weight = w;
			best = n;
		}
	}
	return best;
}

/* Whether the token starts with a capital and is no ordinary first word of a sentence. */
static bool is_name_like(const struct matcher *m, uint32_t tok)
{
	const struct token *t = &m->d->tokens[tok];
	bool starts = tok == m->d->sentences[t->sent].tok ||
		      str_is(m->d->tokens[tok - 1].form, "\"") ||
		      str_is(m->d->tokens[tok - 1].form, ":");

	if (m->piece_of[tok] == m->piece_of[tok + 1] || m->shouting ||
	    !m->pieces[m->piece_of[tok]].upper)
		return false;
	if (t->form.p[0] >= '0' && t->form.p[0] <= '9')
		return false;
	if (t->upos != UPOS_X)
		return t->upos == UPOS_PROPN || (!starts && t->upos != UPOS_PRON &&
						 t->upos != UPOS_DET && t->upos != UPOS_ADP);
	return !starts;
}

/* A surname that is a word too: "in May", "May 12", "last March". */
static bool is_date_like(const struct matcher *m, const struct ai_name *n, uint32_t tok,
			 uint32_t end)
{
	static const char *const before[] = {"in",    "since", "until", "last", "next", "this",
					     "early", "late",  "mid",   "by",   "of",   NULL};
	uint32_t first = m->d->sentences[m->d->tokens[tok].sent].tok;

	if (n->type != AI_SHORT || n->n_pieces != 1 || !str_is(m->d->tokens[tok].form, "May"))
		return false;
	if (tok + 1 < end && m->d->tokens[tok + 1].form.p[0] >= '0' &&
	    m->d->tokens[tok + 1].form.p[0] <= '9')
		return true;
	if (tok + 1 < end && str_starts(m->d->tokens[tok + 1].form, STR("'")))
		return false;
	if (tok > first && str_in(m->d->tokens[tok - 1].lower, before))
		return true;
	return m->d->tokens[tok].upos == UPOS_AUX;
}

/* "Michael Jordan" and "Jordan Peterson" are no countries. */
static bool is_part_of_other_name(const struct matcher *m, const struct ai_name *n, uint32_t tok,
				  uint32_t n_tok)
{
	const struct ai_entry *e = &m->book->entries[n->entry];
	const struct ai_first *f;
	uint32_t first = m->d->sentences[m->d->tokens[tok].sent].tok;
	uint32_t end = first + m->d->sentences[m->d->tokens[tok].sent].n_tok;

	if (e->class != AI_ACTOR || n->n_pieces != 1 || n->acronyms || n->type == AI_ADJECTIVE ||
	    n->type == AI_PEOPLE)
		return false;
	if (m->d->tokens[tok].ner == NER_PER && e->kind != ENTITY_PERSON && !n->acronyms &&
	    (tok + n_tok < end && m->d->tokens[tok + n_tok].ner == NER_PER &&
	     !m->d->tokens[tok + n_tok].ner_begin))
		return true;
	if (tok > first && m->unit_of[tok - 1] < 0 && m->piece_of[tok - 1] < m->piece_of[tok]) {
		f = book_first(m->book, m->pieces[m->piece_of[tok - 1]].hash);
		if (f && f->given >= 3 && is_name_like(m, tok - 1) &&
		    m->d->tokens[tok - 1].upos == UPOS_PROPN)
			return true;
	}
	f = book_first(m->book, m->pieces[m->piece_of[tok]].hash);
	return e->kind == ENTITY_COUNTRY && f && f->given >= 3 && tok + n_tok < end &&
	       m->d->tokens[tok + n_tok].upos != UPOS_VERB && is_name_like(m, tok + n_tok) &&
	       !book_first(m->book, m->pieces[m->piece_of[tok + n_tok]].hash);
}

/* "Grassy Park police": what follows a word that is a name, too, is no surname of its own. */
static bool is_behind_name(const struct matcher *m, const struct ai_name *n, uint32_t tok)
{
	const struct token *before = tok ? &m->d->tokens[tok - 1] : NULL;

	return before && n->type == AI_SHORT && n->n_pieces == 1 &&
	       before->sent == m->d->tokens[tok].sent && m->unit_of[tok - 1] < 0 &&
	       before->upos == UPOS_PROPN && is_name_like(m, tok - 1) &&
	       !str_ends(before->form, STR("."));
}

/* "Waker-uz-Zaman": a part of somebody's name is no newspaper. */
static bool is_behind_hyphens(const struct matcher *m, uint32_t tok)
{
	const struct token *t = &m->d->tokens[tok];

	return tok >= 4 && str_is(t[-1].form, "-") && str_is(t[-3].form, "-") &&
	       !t[-1].space_after && !t[-2].space_after && !t[-3].space_after &&
	       !t[-4].space_after && t[-2].form.n <= 3 && t[-2].form.p[0] >= 'a' &&
	       t[-2].form.p[0] <= 'z' && m->pieces[m->piece_of[tok]].upper;
}

/* "The North" and "the South" are states where they stand alone, not "North Dakota". */
static bool is_direction(const struct matcher *m, const struct ai_name *n, uint32_t tok)
{
	const struct token *t = &m->d->tokens[tok], *next = t + 1;

	if (n->n_pieces != 1 || m->book->entries[n->entry].kind != ENTITY_COUNTRY ||
	    (!str_is(t->lower, "north") && !str_is(t->lower, "south")))
		return false;
	if (tok == 0 || !str_is(t[-1].lower, "the") || m->shouting)
		return true;
	return tok + 1 < m->d->n_tokens && next->sent == t->sent &&
	       (is_name_like(m, tok + 1) || str_is(next->form, "-") || str_is(next->lower, "of"));
}

static enum unit_type type_of(const struct actor_book *b, const struct ai_name *n)
{
	switch (b->entries[n->entry].class) {
	case AI_TITLE:
		return UNIT_TITLE;
	case AI_AGENT:
		return UNIT_AGENT;
	case AI_BODY:
		return UNIT_BODY;
	case AI_PLACE:
		return UNIT_PLACE;
	case AI_NOTHING:
		return UNIT_NOTHING;
	default:
		break;
	}
	if (b->entries[n->entry].kind == ENTITY_PERSON)
		return UNIT_PERSON;
	switch (n->type) {
	case AI_ADJECTIVE:
		return UNIT_ADJECTIVE;
	case AI_PEOPLE:
		return UNIT_PEOPLE;
	case AI_CAPITAL:
		return UNIT_CAPITAL;
	case AI_PREFIX:
		return UNIT_PREFIX;
	default:
		return UNIT_NAME;
	}
}

/* Whether the same word is another kind of name of the same entry: "Chinese", "US". */
static bool also(const struct matcher *m, const struct ai_name *n, enum ai_name_type type)
{
	const struct ai_name *x = book_names(m->book, n->key);

	for (; x; x = x->last ? NULL : x + 1)
		if (x->entry == n->entry && x->type == type)
			return true;
	return false;
}

static void add_unit(struct matcher *m, struct unit u)
{
	for (uint32_t t = u.tok; t < u.tok + u.n_tok; t++)
		m->unit_of[t] = (int32_t)m->n_units;
	ARENA_GROW(m->d->arena, m->units, m->n_units, m->cap_units);
	m->units[m->n_units++] = u;
	if (u.entry >= 0 && u.type != UNIT_PERSON && m->n_codes < CODES_SLOTS / 2) {
		uint32_t at = m->book->entries[u.entry].code.at, *slot = code_slot(m, at);

		m->n_codes += !*slot;
		*slot = at;
	}
}

/* "the carrier USS Theodore Roosevelt": a ship has a person's name. */
static bool is_ship(const struct matcher *m, const struct ai_name *n, uint32_t tok)
{
	static const char *const before[] = {"uss",     "hms",       "usns",
					     "carrier", "destroyer", "frigate",
					     "warship", "cruiser",   NULL};

	if (m->book->entries[n->entry].kind != ENTITY_PERSON || n->type == AI_WORD || tok == 0)
		return false;
	return str_in(m->d->tokens[tok - 1].lower, before);
}

/* "attaches importance", "military action", "opposition to the plan": a word that could be people
 * or a body, but is none here. */
static bool is_no_actor(const struct matcher *m, const struct ai_name *n, uint32_t tok,
			uint32_t n_tok)
{
	static const char *const acts[] = {"opposition", "resistance", "dissent", NULL};
	static const char *const towards[] = {"to", "from", "against", NULL};
	const struct token *t = &m->d->tokens[tok];

	if (n->type != AI_WORD || n_tok != 1 || m->pieces[m->piece_of[tok]].upper)
		return false;
	if (t->upos == UPOS_VERB || t->upos == UPOS_AUX || t->upos == UPOS_ADV ||
	    t->upos == UPOS_ADJ || t->upos == UPOS_ADP || t->upos == UPOS_PRON)
		return true;
	for (uint32_t i = 0; tok + 1 < m->d->n_tokens && acts[i]; i++)
		for (uint32_t k = 0; str_is(t->lower, acts[i]) && towards[k]; k++)
			if (str_is(m->d->tokens[tok + 1].lower, towards[k]))
				return true;
	return false;
}

static bool shouts(const struct matcher *m, uint32_t tok)
{
	struct str f = m->d->tokens[tok].form;

	for (size_t i = 0; i < f.n; i++)
		if (f.p[i] < 'A' || f.p[i] > 'Z')
			return false;
	return f.n > 1;
}

/* "VERY FAST AND VERY HARD": a small word among words that shout is no acronym. */
static bool is_shouted(const struct matcher *m, const struct ai_name *n, uint32_t tok,
		       uint32_t n_tok)
{
	const struct token *t = &m->d->tokens[tok];
	const struct sentence *s = &m->d->sentences[t->sent];

	if (!n->acronyms || n_tok != 1 ||
	    (t->upos != UPOS_AUX && t->upos != UPOS_VERB && t->upos != UPOS_CCONJ &&
	     t->upos != UPOS_SCONJ && t->upos != UPOS_ADP && t->upos != UPOS_PART))
		return false;
	return (tok > s->tok && shouts(m, tok - 1)) ||
	       (tok + 1 < s->tok + s->n_tok && shouts(m, tok + 1));
}

/* Tries the longest name that starts at a piece; returns the number of pieces used, 0 if none.
 * A name may end inside a token at a hyphen ("US-led"), but not begin there. */
static uint32_t match_at(struct matcher *m, uint32_t at, uint32_t end)
{
	const struct ai_first *f = book_first(m->book, m->pieces[at].hash);
	uint64_t keys[ACTOR_NAME_PIECES];
	uint32_t n = 0, max = f ? f->max_pieces : 0;
	uint64_t key = FOLD_START;

	for (; n < max && at + n < end; n++) {
		/* A comma or other mark inside the text breaks a name. */
		if (n && m->pieces[at + n].tok > m->pieces[at + n - 1].tok + 1 &&
		    (!str_is(m->d->tokens[m->pieces[at + n].tok - 1].form, "-") ||
		     matcher_is_dash(m, m->pieces[at + n].tok - 1)))
			break;
		keys[n] = key = fold_join(key, m->pieces[at + n].hash);
	}
	for (; n > 0; n--) {
		const struct ai_name *name = best_name(m, keys[n - 1], at, n);
		uint32_t tok = m->pieces[at].tok, n_tok = m->pieces[at + n - 1].tok - tok + 1;
		struct unit u = {.tok = tok, .n_tok = n_tok};

		if (!name || is_part_of_other_name(m, name, tok, n_tok) ||
		    is_no_actor(m, name, tok, n_tok) || is_ship(m, name, tok) ||
		    is_shouted(m, name, tok, n_tok) || is_behind_name(m, name, tok) ||
		    is_direction(m, name, tok) || is_behind_hyphens(m, tok) ||
		    is_date_like(m, name, tok,
				 m->d->sentences[m->d->tokens[tok].sent].tok +
					 m->d->sentences[m->d->tokens[tok].sent].n_tok))
			continue;
		if (!m->pieces[at + n - 1].last && n_tok > 1)
			continue;
		if (!m->pieces[at + n - 1].last && name->type != AI_PREFIX &&
		    name->type != AI_ADJECTIVE && name->type != AI_NAME)
			continue;
		u.entry = (int32_t)name->entry;
		u.type = type_of(m->book, name);
		u.plural = name->plural || m->book->entries[name->entry].flags & AI_MASS;
		u.neutral = m->book->entries[name->entry].flags & AI_NEUTRAL;
		u.is_people_too = u.type == UNIT_PEOPLE ||
				  (u.type == UNIT_ADJECTIVE && also(m, name, AI_PEOPLE));
		u.is_adjective_too = u.type == UNIT_ADJECTIVE || u.type == UNIT_PREFIX ||
				     also(m, name, AI_ADJECTIVE);
		add_unit(m, u);
		return m->piece_of[tok + n_tok] - at;
	}
	return 0;
}

/* Small words that join the capitalised parts of one name. */
static bool joins_names(struct str form)
{
	static const char *const list[] = {"of",  "de",  "del", "la", "van", "von",
					   "der", "bin", "al",  "el", "-",   "da",
					   "dos", "du",  "for", "'",  NULL};

	return str_in(form, list);
}

static bool can_be_unknown(const struct matcher *m, uint32_t tok)
{
	return m->unit_of[tok] < 0 && is_name_like(m, tok);
}

struct str matcher_navy(struct str word)
{
	static const char *const ships[][2] = {{"USS", "USA"},  {"USNS", "USA"}, {"HMS", "GBR"},
					       {"HMAS", "AUS"}, {"HMCS", "CAN"}, {"HMNZS", "NZL"},
					       {"INS", "IND"},  {"BRP", "PHL"},  {"ROKS", "KOR"}};

	for (size_t i = 0; i < sizeof(ships) / sizeof(ships[0]); i++)
		if (str_is(word, ships[i][0]))
			return str_of(ships[i][1]);
	return STR("");
}

/* What is capitalised and unexplained is one name as far as it goes. */
static void unknown_names(struct matcher *m, uint32_t from, uint32_t end)
{
	for (uint32_t t = from; t < end; t++) {
		uint32_t stop = t + 1;
		const struct ai_first *f;

		if (!can_be_unknown(m, t))
			continue;
		for (;;) {
			if (stop < end && can_be_unknown(m, stop) && m->d->tokens[stop].ner_begin &&
			    m->d->tokens[stop - 1].ner &&
			    !matcher_navy(m->d->tokens[stop - 1].form).n)
				break;
			if (stop < end && can_be_unknown(m, stop))
				stop++;
			else if (stop + 1 < end && joins_names(m->d->tokens[stop].form) &&
				 !matcher_is_dash(m, stop) &&
				 !str_is(m->d->tokens[stop].form, "of") &&
				 !str_is(m->d->tokens[stop].form, "for") && m->unit_of[stop] < 0 &&
				 can_be_unknown(m, stop + 1))
				stop += 2;
			else
				break;
		}
		f = book_first(m->book, m->pieces[m->piece_of[t]].hash);
		add_unit(m, (struct unit){.tok = t,
					  .n_tok = stop - t,
					  .type = UNIT_UNKNOWN,
					  .entry = -1,
					  .given = f && f->given >= 2});
		t = stop - 1;
	}
}

static bool is_shouting(const struct matcher *m, const struct sentence *s)
{
	uint32_t small = 0, large = 0;

	for (uint32_t i = m->piece_of[s->tok]; i < m->piece_of[s->tok + s->n_tok]; i++) {
		if (m->pieces[i].n < 2)
			continue;
		small += !m->pieces[i].all_upper;
		large += m->pieces[i].all_upper;
	}
	return large > 1 && small * 4 < large;
}

bool matcher_is_dash(const struct matcher *m, uint32_t tok)
{
	struct str form = m->d->tokens[tok].form;

	if (str_is(form, "-"))
		return tok > 0 && m->d->tokens[tok - 1].space_after &&
		       m->d->tokens[tok].space_after;
	return str_is(form, "--") || str_is(form, "\xe2\x80\x93") || str_is(form, "\xe2\x80\x94");
}

/* Whether there are letters or digits in it. */
static bool has_pieces(const struct matcher *m, uint32_t tok)
{
	return m->piece_of[tok] < m->piece_of[tok + 1];
}

/* "KABUL, Afghanistan (AP) - Police": capitals, names and numbers, a dash, and a sentence's
 * beginning. Returns the token behind the dash, or the sentence's first one. */
static uint32_t dateline_end(const struct matcher *m, const struct sentence *s)
{
	uint32_t end = s->tok + s->n_tok, last = s->tok + DATELINE_TOKENS;

	if (m->d->tokens[s->tok].form.n < 3 || !has_pieces(m, s->tok) ||
	    !m->pieces[m->piece_of[s->tok]].all_upper)
		return s->tok;
	for (uint32_t t = s->tok; t + 1 < end && t < last; t++) {
		const struct token *k = &m->d->tokens[t];
		bool digit = k->form.p[0] >= '0' && k->form.p[0] <= '9';

		if (matcher_is_dash(m, t))
			return has_pieces(m, t + 1) && m->pieces[m->piece_of[t + 1]].upper ? t + 1
											   : s->tok;
		if (!has_pieces(m, t) || digit)
			continue; /* a mark, a number */
		if (!m->pieces[m->piece_of[t]].upper)
			break;
	}
	return s->tok;
}

void matcher_sentence(struct matcher *m, uint32_t sentence)
{
	const struct sentence *s = &m->d->sentences[sentence];
	uint32_t end = m->piece_of[s->tok + s->n_tok];

	m->shouting = is_shouting(m, s);
	m->dateline = m->shouting ? s->tok : dateline_end(m, s);
	m->d->sentences[sentence].dateline = m->dateline - s->tok;
	for (uint32_t at = m->piece_of[s->tok]; at < end;) {
		uint32_t used = m->pieces[at].first ? match_at(m, at, end) : 0;

		at += used ? used : 1;
	}
	unknown_names(m, s->tok, m->dateline);
	unknown_names(m, m->dateline, s->tok + s->n_tok);
}

int32_t matcher_titled(const struct matcher *m, uint32_t tok, uint32_t n_tok, struct str code)
{
	uint32_t from = m->piece_of[tok], end = m->piece_of[tok + n_tok];
	const struct ai_name *best = NULL;
	uint64_t key = FOLD_START;
	int best_weight = 0;

	for (uint32_t i = from; i < end; i++)
		key = fold_join(key, m->pieces[i].hash);
	for (const struct ai_name *n = book_names(m->book, key); n; n = n->last ? NULL : n + 1) {
		const struct ai_entry *e = &m->book->entries[n->entry];
		int w = 0;

		if (n->type != AI_TITLED && n->type != AI_SHORT)
			continue;
		if (code.n)
			w += str_eq(book_text(m->book, e->code), code) ? 6 : -20;
		/* "President Kagame": who has no dated office has his role at all times */
		w += !e->n_office                               ? 2
		     : book_in_office(m->book, e, m->day, 0, 0) ? 6
		     : book_in_office(m->book, e, m->day, 1, 4) ? 2
								: -20;
		w += e->flags & AI_WEAK ? -3 : 0;
		w += code.n || !e->n_office || country_is_there(m, e) ? 1 : -4;
		if (w > best_weight) {
			best_weight = w;
			best = n;
		}
	}
	return best ? (int32_t)best->entry : -1;
}
