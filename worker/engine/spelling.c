#include "worker/engine/spelling.h"

/* Words in -ise that Americans write so, too, beside those with a vowel, v or w before it
 * ("praise", "revise", "otherwise"), which all are. */
static const char *const stay[] = {
	"advertise", "apprise",  "chastise",    "circumcise",     "comprise",    "compromise",
	"concise",   "demise",   "despise",     "disenfranchise", "enfranchise", "enterprise",
	"excise",    "exercise", "exorcise",    "expertise",      "franchise",   "imprecise",
	"incise",    "marquise", "merchandise", "moonrise",       "paradise",    "precise",
	"premise",   "promise",  "reprise",     "sunrise",        "surmise",     "surprise",
	"treatise",  "uprise",   "valise",
};

enum { LEAST = 4 }; /* bytes of the shortest word that changes */

struct pair {
	const char *british, *american;
};

static const struct pair words[] = {
	{"enrol", "enroll"},    {"fulfil", "fulfill"}, {"gaol", "jail"},
	{"grey", "gray"},       {"instil", "instill"}, {"kilometre", "kilometer"},
	{"litre", "liter"},     {"metre", "meter"},    {"practise", "practice"},
	{"spectre", "specter"},
};

/* How words begin, or go on after a prefix. */
static const struct pair beginnings[] = {
	{"acknowledgement", "acknowledgment"},
	{"aeroplane", "airplane"},
	{"ageing", "aging"},
	{"analyse", "analyze"},
	{"armour", "armor"},
	{"artefact", "artifact"},
	{"behaviour", "behavior"},
	{"calibre", "caliber"},
	{"candour", "candor"},
	{"catalogue", "catalog"},
	{"catalyse", "catalyze"},
	{"centre", "center"},
	{"clamour", "clamor"},
	{"colour", "color"},
	{"counsellor", "counselor"},
	{"defence", "defense"},
	{"demeanour", "demeanor"},
	{"endeavour", "endeavor"},
	{"enrolment", "enrollment"},
	{"favour", "favor"},
	{"fervour", "fervor"},
	{"fibre", "fiber"},
	{"fulfilment", "fulfillment"},
	{"harbour", "harbor"},
	{"honour", "honor"},
	{"humour", "humor"},
	{"instalment", "installment"},
	{"judgement", "judgment"},
	{"labour", "labor"},
	{"licence", "license"},
	{"manoeuvre", "maneuver"},
	{"meagre", "meager"},
	{"misdemeanour", "misdemeanor"},
	{"neighbour", "neighbor"},
	{"offence", "offense"},
	{"paralyse", "paralyze"},
	{"plough", "plow"},
	{"pretence", "pretense"},
	{"programme", "program"},
	{"rancour", "rancor"},
	{"rumour", "rumor"},
	{"saviour", "savior"},
	{"sceptic", "skeptic"},
	{"skilful", "skillful"},
	{"sombre", "somber"},
	{"splendour", "splendor"},
	{"sulphur", "sulfur"},
	{"theatre", "theater"},
	{"traveller", "traveler"},
	{"tumour", "tumor"},
	{"valour", "valor"},
	{"wilful", "willful"},
};

static const char *const prefixes[] = {"", "un", "dis", "mis"};

/* Where "-ise" or what is made of it has the s that becomes a z; 0: nowhere. */
static size_t place_of_z(struct str w)
{
	static const char *const endings[] = {"isations", "isation", "isers", "ises",
					      "ised",     "iser",    "ising", "ise"};
	size_t stem = 0;

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]) && !stem; i++)
		if (str_ends(w, str_of(endings[i])))
			stem = w.n - strlen(endings[i]);
	if (stem < 3)
		return 0;
	if (w.p[stem + 2] == 'a')
		return str_ends((struct str){w.p, stem}, STR("improv")) ? 0 : stem + 1;
	if (strchr("aeiouvw", w.p[stem - 1]))
		return 0;
	for (size_t i = 0; i < sizeof(stay) / sizeof(stay[0]); i++)
		if (str_ends((struct str){w.p, stem + 2},
			     (struct str){stay[i], strlen(stay[i]) - 1}))
			return 0;
	return stem + 1;
}

/* w with `cut` bytes at `at` replaced. */
static struct str replaced(struct str w, size_t at, size_t cut, const char *by, char *out)
{
	size_t n = strlen(by);

	memcpy(out, w.p, at);
	memcpy(out + at, by, n);
	memcpy(out + at + n, w.p + at + cut, w.n - at - cut);
	return (struct str){out, w.n - cut + n};
}

static bool begins(struct str w, size_t at, const struct pair *p)
{
	return str_starts((struct str){w.p + at, w.n - at}, str_of(p->british));
}

struct str spelling_american(struct str w, char out[static SPELLING_MAX])
{
	size_t z;

	if (w.n < LEAST || w.n > SPELLING_LONGEST)
		return w;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (w.p[0] == words[i].british[0] && str_is(w, words[i].british))
			return replaced(w, 0, w.n, words[i].american, out);
	for (size_t p = 0; p < sizeof(prefixes) / sizeof(prefixes[0]); p++) {
		size_t at = strlen(prefixes[p]);

		if (at >= w.n || memcmp(w.p, prefixes[p], at) != 0)
			continue;
		for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
			if (w.p[at] == beginnings[i].british[0] && begins(w, at, &beginnings[i]))
				return replaced(w, at, strlen(beginnings[i].british),
						beginnings[i].american, out);
	}
	z = place_of_z(w);
	return z ? replaced(w, z, 1, "z", out) : w;
}

static struct str spelled(struct arena *a, struct str word)
{
	char other[SPELLING_MAX];
	struct str s = spelling_american(word, other);

	return s.p == word.p ? word : arena_str(a, s);
}

int spelling_run(struct doc *d, struct err *e)
{
	(void)e;
	for (uint32_t i = 0; i < d->n_tokens; i++) {
		struct token *t = &d->tokens[i];

		t->lower = spelled(d->arena, t->lower);
		if (t->upos != UPOS_PROPN)
			t->lemma = spelled(d->arena, t->lemma);
	}
	return 0;
}
