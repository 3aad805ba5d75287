#include "worker/engine/event_code.h"

#include "worker/engine/status.h"

/* General codes of the types. */
static const char *const GENERAL[N_EVENT_TYPES] = {
	[EVENT_AGREE] = "030",    [EVENT_CONSULT] = "040",   [EVENT_SUPPORT] = "050",
	[EVENT_CONCEDE] = "080",  [EVENT_COOPERATE] = "060", [EVENT_AID] = "070",
	[EVENT_RETREAT] = "087",  [EVENT_REQUEST] = "020",   [EVENT_ACCUSE] = "110",
	[EVENT_REJECT] = "120",   [EVENT_THREATEN] = "130",  [EVENT_PROTEST] = "140",
	[EVENT_SANCTION] = "160", [EVENT_MOBILIZE] = "150",  [EVENT_COERCE] = "170",
	[EVENT_ASSAULT] = "190",
};

/* What asking, promising, demanding (02, 03, 10) and refusing (12) become with a matter whose code
 * starts with `inner`: the digits after the root. The first row that fits wins. */
static const struct {
	const char *inner, *ask, *refuse;
} SPEECH[] = {
	{"037", "7", "7"},    {"038", "8", "6"},    {"039", "9", "6"},    {"045", "8", "6"},
	{"03", "", "7"},      {"04", "6", "5"},     {"057", "2", "7"},    {"05", "2", ""},
	{"061", "11", "11"},  {"062", "12", "12"},  {"063", "13", "13"},  {"064", "14", "14"},
	{"06", "1", "1"},     {"071", "31", "21"},  {"072", "32", "22"},  {"073", "33", "23"},
	{"074", "34", "24"},  {"075", "33", "23"},  {"07", "3", "2"},     {"0831", "41", "31"},
	{"0832", "42", "32"}, {"0833", "43", "33"}, {"0834", "44", "34"}, {"083", "4", "3"},
	{"081", "51", "41"},  {"082", "52", "42"},  {"084", "53", "43"},  {"085", "54", "44"},
	{"086", "55", "45"},  {"087", "56", "46"},  {"08", "5", "4"},
};

/* What threats (13), accusations (112), inquiries (09) and cuts of aid (162) become. */
static const struct {
	const char *outer, *inner, *code;
} DEEDS[] = {
	{"13", "162", "1311"},  {"13", "163", "1312"},  {"13", "164", "134"},
	{"13", "165", "135"},   {"13", "166", "136"},   {"13", "16", "1313"},
	{"13", "1721", "1321"}, {"13", "1722", "1322"}, {"13", "1723", "1323"},
	{"13", "1724", "1324"}, {"13", "175", "137"},   {"13", "17", "132"},
	{"13", "14", "133"},    {"13", "191", "1381"},  {"13", "192", "1382"},
	{"13", "204", "1385"},  {"13", "20", "1383"},   {"13", "18", "1383"},
	{"13", "19", "1384"},   {"13", "15", "138"},    {"112", "19", "1123"},
	{"112", "18", "1123"},  {"112", "20", "1124"},  {"112", "176", "1125"},
	{"09", "1121", "091"},  {"09", "1122", "092"},  {"09", "1123", "093"},
	{"09", "1124", "094"},  {"162", "071", "1621"}, {"162", "072", "1622"},
	{"162", "073", "1623"},
};

static const struct frame_code *find_code(const struct event_ground *g, const char *a, size_t na,
					  const char *b)
{
	char code[8] = "";

	if (na + strlen(b) >= sizeof(code))
		return NULL;
	memcpy(code, a, na);
	memcpy(code + na, b, strlen(b) + 1);
	return frame_code_find(g->book, str_of(code));
}

static const struct frame_code *of_speech(const struct event_ground *g, struct str outer,
					  struct str inner)
{
	bool refuse = str_starts(outer, STR("12"));

	if (!refuse && !str_starts(outer, STR("02")) && !str_starts(outer, STR("03")) &&
	    !str_starts(outer, STR("10")))
		return NULL;
	for (size_t i = 0; i < sizeof(SPEECH) / sizeof(SPEECH[0]); i++)
		if (str_starts(inner, str_of(SPEECH[i].inner))) {
			const char *rest = refuse ? SPEECH[i].refuse : SPEECH[i].ask;

			/* Mediating oneself is the only thing that promises tell apart. */
			if (str_starts(outer, STR("03")) && strcmp(SPEECH[i].inner, "045") == 0)
				rest = "9";
			return *rest ? find_code(g, outer.p, 2, rest) : NULL;
		}
	return NULL;
}

/* The code that an event of code `outer` has when it is about `inner`; NULL where nothing follows.
 */
static const struct frame_code *compose(const struct event_ground *g, struct str outer,
					struct str inner)
{
	const struct frame_code *c = of_speech(g, outer, inner);

	if (c)
		return c;
	/* "demonstrate for rights": 141 and 0833 are 1413. */
	if (str_starts(outer, STR("14")) && outer.n == 3 && outer.p[2] != '0' &&
	    str_starts(inner, STR("083")) && inner.n == 4)
		return find_code(g, outer.p, 3, (char[]){inner.p[3], 0});
	for (size_t i = 0; i < sizeof(DEEDS) / sizeof(DEEDS[0]); i++)
		if (str_starts(outer, str_of(DEEDS[i].outer)) &&
		    str_starts(inner, str_of(DEEDS[i].inner)))
			return frame_code_find(g->book, str_of(DEEDS[i].code));
	return frame_code_find(g->book, inner);
}

/* The state of the search for the narrowest code. */
struct narrowing {
	const struct event_ground *g;
	const struct frame_code *code; /* the frame's or the type's general one */
	struct str outer;
	uint32_t type;
	bool frame; /* the code is a frame's */
	const struct frame_code *best;
	uint32_t best_rank;
};

/* "030" stands for all of 03. */
static struct str stem(struct str code)
{
	if (code.n == 3 && code.p[2] == '0')
		code.n = 2;
	return code;
}

/* Codes of speech that say no more than its manner; a veto or defiance says it all. */
static bool is_general(struct str code)
{
	if (str_is(code, "128") || str_is(code, "129"))
		return false;
	return str_starts(code, STR("02")) || str_starts(code, STR("03")) ||
	       str_starts(code, STR("10")) || str_starts(code, STR("12"));
}

/* Yielding in words and in deeds share their codes. */
static bool yields(uint32_t type)
{
	return type == EVENT_CONCEDE || type == EVENT_RETREAT;
}

/* Whether the code says more than the one that the event has, and nothing else. */
static bool narrower(const struct narrowing *w, const struct frame_code *c)
{
	struct str to = frame_string(w->g->book, c->code);
	struct str from = stem(w->frame ? w->outer : (struct str){w->outer.p, 2});

	if (c->type != w->type && c->type != w->code->type && !(yields(c->type) && yields(w->type)))
		return false;
	if (to.n > from.n && str_starts(to, from))
		return true;
	/* An attack is one whatever the arms: those that are named say which. */
	if (w->type == EVENT_ASSAULT)
		return str_is(w->outer, "180") || str_is(w->outer, "190") || to.n > w->outer.n;
	if (w->type == EVENT_THREATEN)
		return !str_is(w->outer, "139");
	return (is_general(w->outer) || yields(w->type)) && to.n > w->outer.n &&
	       memcmp(to.p, w->outer.p, 2) == 0;
}

/* A longer code, more words, and words nearer to the trigger come first. */
enum { LENGTH = 16, FAR_MAX = 12 };

static void consider(struct narrowing *w, struct str inner, uint32_t n_words, uint32_t far)
{
	const struct frame_code *c = compose(w->g, w->outer, inner);
	uint32_t rank;

	if (!c || c == w->code || !narrower(w, c))
		return;
	rank = LENGTH * (uint32_t)frame_string(w->g->book, c->code).n + 4 * n_words + FAR_MAX;
	rank -= far < FAR_MAX ? far : FAR_MAX;
	if (rank > w->best_rank) {
		w->best = c;
		w->best_rank = rank;
	}
}

/* Matters named by a word; where none has several, a frame of another type that matches there. */
static void look_at(struct narrowing *w, int32_t tok, uint32_t far)
{
	const struct event_ground *g = w->g;
	struct frame_match m[FRAME_MATCHES_MAX];
	uint32_t n = frame_matters(g->book, g->d, (uint32_t)tok, &g->tokens[tok].word, m);
	const struct event_candidate *x;

	for (uint32_t i = 0; i < n; i++) {
		const struct frame_rec *r = frame_at(g->book, m[i].frame);

		consider(w, frame_string(g->book, frame_code_at(g->book, r->code)->code),
			 m[i].n_words, far);
	}
	if (g->tokens[tok].candidate < 0 || far == 0 || (n && m[0].n_words))
		return;
	x = &g->candidates[g->tokens[tok].candidate];
	for (uint32_t i = 0; i < x->n_matches; i++) {
		const struct frame_rec *r = frame_at(g->book, x->matches[i].frame);
		const struct frame_code *c = frame_code_at(g->book, r->code);

		if (r->type != w->type && !(r->flags & FRAME_WEAK))
			consider(w, frame_string(g->book, c->code), x->matches[i].n_words, far);
	}
}

/* What the words below `top` say; those of the trigger count before those of its clause. */
static void look_below(struct narrowing *w, int32_t trigger, int32_t top)
{
	const struct doc *d = w->g->d;
	const struct sentence *s = &d->sentences[d->tokens[trigger].sent];

	for (int32_t i = (int32_t)s->tok; i < (int32_t)(s->tok + s->n_tok); i++) {
		uint32_t far = (uint32_t)(i < trigger ? trigger - i : i - trigger);

		/* what hangs from the trigger itself is as near as can be */
		if (i == top || doc_dominates(d, top, i))
			look_at(w, i, d->tokens[i].head == trigger ? 1 : far);
	}
}

static bool is_force(uint32_t type)
{
	return type == EVENT_COERCE || type == EVENT_ASSAULT;
}

/* Coercion and assault, yielding in words and in deeds: where the model sees the neighbour of what
 * the words say ("kidnapped": coercion), the words still tell the code. */
static const struct frame_code *of_neighbour(const struct event_ground *g, int32_t trigger,
					     uint32_t type)
{
	const struct event_candidate *x;

	if (g->tokens[trigger].candidate < 0)
		return NULL;
	x = &g->candidates[g->tokens[trigger].candidate];
	for (uint32_t i = 0; i < x->n_matches; i++) {
		const struct frame_rec *r = frame_at(g->book, x->matches[i].frame);

		if (!(r->flags & FRAME_WEAK) &&
		    ((is_force(r->type) && is_force(type)) || (yields(r->type) && yields(type))))
			return frame_code_at(g->book, r->code);
	}
	return NULL;
}

const struct frame_code *event_code(const struct event_ground *g, int32_t trigger, uint32_t type,
				    const struct frame_match *match)
{
	struct narrowing w = {.g = g, .type = type};

	if (match)
		w.code = frame_code_at(g->book, frame_at(g->book, match->frame)->code);
	else
		w.code = of_neighbour(g, trigger, type);
	w.frame = w.code != NULL;
	if (!w.code)
		w.code = frame_code_find(g->book, str_of(GENERAL[type]));
	if (!w.code || (match && frame_decides(g->book, match->frame)))
		return w.code;
	w.outer = frame_string(g->book, w.code->code);
	look_below(&w, trigger, trigger);
	if (!w.best)
		look_below(&w, trigger, event_clause(g->d, trigger));
	return w.best ? w.best : w.code;
}

/* CAMEO knows no status: what somebody plans has the code of the intention to cooperate or yield
 * (03), or of the threat (13), and not that of the deed. What is merely about to happen has that of
 * the deed: nobody has expressed an intent. */
static const struct frame_code *planned(const struct event_ground *g, const struct frame_code *c)
{
	struct str code = frame_string(g->book, c->code);
	const struct frame_code *to = NULL;

	if (str_starts(code, STR("04")) || str_starts(code, STR("05")) ||
	    str_starts(code, STR("06")) || str_starts(code, STR("07")) ||
	    str_starts(code, STR("08")))
		to = compose(g, STR("030"), code);
	else if (code.p[0] == '2' || (code.p[0] == '1' && code.p[1] >= '4'))
		to = compose(g, STR("130"), code);
	return to ? to : c;
}

/* Contexts that the code brings, then those that the sentence's words show, most often first. */
static void fill_contexts(const struct event_ground *g, int32_t trigger, uint64_t given,
			  struct result_event *e)
{
	enum { MAX = 4 };
	const struct doc *d = g->d;
	const struct sentence *s = &d->sentences[d->tokens[trigger].sent];
	uint32_t count[FRAME_CONTEXTS_MAX] = {0}, n = frame_n_contexts(g->book);

	for (uint32_t i = s->tok; i < s->tok + s->n_tok; i++)
		for (uint32_t k = 0; k < n; k++)
			count[k] += g->tokens[i].word.contexts >> k & 1;
	e->contexts = ARENA_ARRAY(d->arena, struct str, n);
	for (uint32_t k = 0; k < n; k++)
		if (given >> k & 1) {
			e->contexts[e->n_contexts++] = frame_context_name(g->book, k);
			count[k] = 0;
		}
	while (e->n_contexts < MAX) {
		uint32_t best = n;

		for (uint32_t k = 0; k < n; k++)
			if (count[k] && (best == n || count[k] > count[best]))
				best = k;
		if (best == n)
			return;
		e->contexts[e->n_contexts++] = frame_context_name(g->book, best);
		count[best] = 0;
	}
}

void event_code_fill(const struct event_ground *g, int32_t trigger, const struct frame_match *match,
		     struct result_event *e)
{
	const struct frame_code *c = event_code(g, trigger, e->type, match);

	if (c && e->status == STATUS_PLANNED && !status_imminent(g->d, trigger) &&
	    !(match && frame_decides(g->book, match->frame)))
		c = planned(g, c);
	e->cameo = c ? frame_string(g->book, c->code) : STR("");
	e->goldstein = c ? c->goldstein : 0;
	e->mode = match                     ? frame_mode(g->book, match->frame)
		  : c && c->type == e->type ? frame_string(g->book, c->mode)
					    : STR("");
	fill_contexts(g, trigger, c ? c->contexts : 0, e);
}
