#include "worker/engine/event_code.h"

/* General codes of the types. */
static const char *const GENERAL[N_EVENT_TYPES] = {
	[EVENT_AGREE] = "030",    [EVENT_CONSULT] = "040",   [EVENT_SUPPORT] = "050",
	[EVENT_CONCEDE] = "080",  [EVENT_COOPERATE] = "060", [EVENT_AID] = "070",
	[EVENT_RETREAT] = "087",  [EVENT_REQUEST] = "020",   [EVENT_ACCUSE] = "110",
	[EVENT_REJECT] = "120",   [EVENT_THREATEN] = "130",  [EVENT_PROTEST] = "140",
	[EVENT_SANCTION] = "160", [EVENT_MOBILIZE] = "150",  [EVENT_COERCE] = "170",
	[EVENT_ASSAULT] = "190",
};

/* What "agree to X", "demand X", "refuse X", "threaten X" become when X has a code that starts
 * so. The first row that fits wins. Empty inner code: everything else. */
static const struct {
	const char *outer, *inner, *code;
} INNER[] = {
	{"030", "04", "036"},    {"030", "071", "0331"},  {"030", "072", "0332"},
	{"030", "073", "0333"},  {"030", "074", "0334"},  {"030", "07", "033"},
	{"030", "061", "0311"},  {"030", "062", "0312"},  {"030", "063", "0313"},
	{"030", "064", "0314"},  {"030", "06", "031"},    {"030", "05", "032"},
	{"030", "0841", "0353"}, {"030", "085", "0354"},  {"030", "086", "0355"},
	{"030", "087", "0356"},  {"030", "08", "035"},    {"030", "045", "039"},
	{"020", "045", "028"},   {"020", "04", "026"},    {"020", "061", "0211"},
	{"020", "062", "0212"},  {"020", "063", "0213"},  {"020", "064", "0214"},
	{"020", "06", "021"},    {"020", "05", "022"},    {"020", "071", "0231"},
	{"020", "072", "0232"},  {"020", "073", "0233"},  {"020", "074", "0234"},
	{"020", "07", "023"},    {"020", "0831", "0241"}, {"020", "083", "024"},
	{"020", "0841", "0253"}, {"020", "085", "0254"},  {"020", "086", "0255"},
	{"020", "087", "0256"},  {"020", "08", "025"},    {"100", "045", "108"},
	{"100", "04", "106"},    {"100", "061", "1011"},  {"100", "062", "1012"},
	{"100", "063", "1013"},  {"100", "064", "1014"},  {"100", "06", "101"},
	{"100", "05", "102"},    {"100", "071", "1031"},  {"100", "072", "1032"},
	{"100", "073", "1033"},  {"100", "074", "1034"},  {"100", "07", "103"},
	{"100", "0831", "1041"}, {"100", "083", "104"},   {"100", "0841", "1053"},
	{"100", "085", "1054"},  {"100", "086", "1055"},  {"100", "087", "1056"},
	{"100", "08", "105"},    {"120", "045", "126"},   {"120", "04", "125"},
	{"120", "061", "1211"},  {"120", "062", "1212"},  {"120", "063", "1213"},
	{"120", "064", "1214"},  {"120", "06", "121"},    {"120", "071", "1221"},
	{"120", "072", "1222"},  {"120", "073", "1223"},  {"120", "074", "1224"},
	{"120", "07", "122"},    {"120", "0831", "1231"}, {"120", "083", "123"},
	{"120", "0841", "1243"}, {"120", "085", "1244"},  {"120", "086", "1245"},
	{"120", "087", "1246"},  {"120", "08", "124"},    {"120", "057", "127"},
	{"120", "03", "127"},    {"130", "162", "1311"},  {"130", "163", "1312"},
	{"130", "16", "1313"},   {"130", "1723", "1323"}, {"130", "1724", "1324"},
	{"130", "172", "132"},   {"130", "17", "132"},    {"130", "14", "133"},
	{"130", "164", "134"},   {"130", "191", "1381"},  {"130", "192", "1382"},
	{"130", "204", "1385"},  {"130", "20", "1383"},   {"130", "18", "1384"},
	{"130", "19", "138"},    {"130", "15", "138"},    {"112", "19", "1123"},
	{"112", "18", "1123"},   {"112", "20", "1124"},   {"112", "176", "1125"},
};

static const struct frame_code *inner_code(const struct event_ground *g, int32_t trigger,
					   uint32_t type)
{
	const struct doc *d = g->d;
	const struct sentence *s = &d->sentences[d->tokens[trigger].sent];

	for (int32_t i = trigger + 1; i < (int32_t)(s->tok + s->n_tok); i++) {
		int32_t c = g->tokens[i].candidate;
		const struct event_candidate *x;
		const struct frame_rec *r;

		if (c < 0 || !doc_dominates(d, trigger, i))
			continue;
		x = &g->candidates[c];
		for (uint32_t k = 0; k < x->n_matches; k++) {
			r = frame_at(g->book, x->matches[k].frame);
			if (r->type != type && !(r->flags & FRAME_WEAK))
				return frame_code_at(g->book, r->code);
		}
	}
	return NULL;
}

const struct frame_code *event_code(const struct event_ground *g, int32_t trigger, uint32_t type,
				    const struct frame_match *match)
{
	const struct frame_code *c = NULL, *inner, *narrow;
	struct str outer, in;

	if (match)
		c = frame_code_at(g->book, frame_at(g->book, match->frame)->code);
	if (!c)
		c = frame_code_find(g->book, str_of(GENERAL[type]));
	if (!c)
		return NULL;
	outer = frame_string(g->book, c->code);
	if (!str_is(outer, "030") && !str_is(outer, "020") && !str_is(outer, "100") &&
	    !str_is(outer, "120") && !str_is(outer, "130") && !str_is(outer, "112"))
		return c;
	inner = inner_code(g, trigger, type);
	if (!inner)
		return c;
	in = frame_string(g->book, inner->code);
	for (size_t i = 0; i < sizeof(INNER) / sizeof(INNER[0]); i++)
		if (str_is(outer, INNER[i].outer) && str_starts(in, str_of(INNER[i].inner))) {
			narrow = frame_code_find(g->book, str_of(INNER[i].code));
			return narrow ? narrow : c;
		}
	return c;
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

	e->cameo = c ? frame_string(g->book, c->code) : STR("");
	e->goldstein = c ? c->goldstein : 0;
	e->mode = match                     ? frame_mode(g->book, match->frame)
		  : c && c->type == e->type ? frame_string(g->book, c->mode)
					    : STR("");
	fill_contexts(g, trigger, c ? c->contexts : 0, e);
}
