#include "worker/engine/actor_country.h"

#include "worker/engine/actor.h"

enum { LEAD_SENTENCES = 3, LOOK_BACK = 256 };

bool country_is_code(struct str code)
{
	return code.n == 3 && !str_is(code, "WHO") && !str_is(code, "WTO") &&
	       !str_is(code, "IMF") && !str_is(code, "SCO") && !str_is(code, "NDB") &&
	       !str_is(code, "G20");
}

/* "No country", "any government"; "many economists", who are of several. */
static bool is_of_none(const struct doc *d, const struct mention *x)
{
	bool scholars = x->plural && str_is(x->role, "EDU");

	for (int32_t c = d->tokens[x->head].child; c >= 0 && c < x->head; c = d->tokens[c].next)
		if (str_is(d->tokens[c].lower, "any") ||
		    (scholars && str_is(d->tokens[c].lower, "many")))
			return true;
	return doc_is_nobody(d, x->head);
}

bool country_is_asked(const struct doc *d, const struct mention *x)
{
	if ((x->code.n && !x->guessed) || x->is_place || x->entry >= 0 ||
	    x->kind == MENTION_PRONOUN)
		return false;
	if (x->kind == MENTION_NAME)
		return x->role.n || x->etype == ENTITY_PERSON;
	return x->role.n && !is_of_none(d, x) && !actor_is_stranger(d->tokens[x->head].lemma);
}

/* By insertion: mentions come nearly in the order of the text. */
static void put_place(struct country_place *places, uint32_t n, struct country_place p)
{
	for (; n > 0 && places[n - 1].tok > p.tok; n--)
		places[n] = places[n - 1];
	places[n] = p;
}

static uint32_t country_index(struct countries *c, struct str code)
{
	uint32_t k = 0;

	while (k < c->n && !str_eq(c->codes[k], code))
		k++;
	if (k == c->n && c->n < COUNTRIES_MAX) {
		c->codes[k] = code;
		c->counts[k] = 0;
		c->n++;
	}
	return k;
}

/* Stable, so that of two that are named as often the one named first stays first. */
static void most_often_first(struct countries *c, struct country_place *places)
{
	uint32_t order[COUNTRIES_MAX], place[COUNTRIES_MAX];
	struct countries old = *c;

	for (uint32_t i = 0; i < c->n; i++) {
		uint32_t k = i;

		for (; k > 0 && old.counts[order[k - 1]] < old.counts[i]; k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
	for (uint32_t k = 0; k < c->n; k++) {
		c->codes[k] = old.codes[order[k]];
		c->counts[k] = old.counts[order[k]];
		place[order[k]] = k;
	}
	for (uint32_t i = 0; i < c->n_places; i++)
		places[i].country = place[places[i].country];
}

void countries_read(struct countries *c, const struct doc *d)
{
	struct country_place *places = arena_alloc(d->arena, (d->n_mentions + 1) * sizeof(*places));

	*c = (struct countries){.places = places};
	for (uint32_t i = 0; i < d->n_mentions; i++) {
		const struct mention *m = &d->mentions[i];
		uint32_t k, weight;

		if (!country_is_code(m->code) || m->guessed)
			continue;
		k = country_index(c, m->code);
		if (k == COUNTRIES_MAX)
			continue;
		weight = d->tokens[m->tok].sent < LEAD_SENTENCES ? 2 : 1;
		c->counts[k] += weight;
		c->all += weight;
		put_place(places, c->n_places++,
			  (struct country_place){.tok = m->tok, .mention = i, .country = k});
	}
	most_often_first(c, places);
}

/* Where a country stands, seen from the phrase. */
struct view {
	int32_t before, after; /* mentions; -1: not there; after only in the same sentence */
	int64_t newer;         /* other countries named between it and the phrase */
	bool in_lead;
	int64_t kin; /* its agents of this role before: 1 some, 2 the last such, +2 by this noun */
};

/* "The army" after "the Sudanese army". */
static int64_t kin_of(const struct doc *d, const struct countries *c, const struct mention *x,
		      uint32_t country, uint32_t at)
{
	int64_t kin = 0;
	bool last = true, noun = false;

	for (uint32_t i = at, looks = 0; i-- > 0 && looks < LOOK_BACK; looks++) {
		const struct mention *m = &d->mentions[c->places[i].mention];

		if (!m->role.n || !str_eq(m->role, x->role))
			continue;
		if (c->places[i].country == country) {
			kin = kin ? kin : 1 + last;
			noun |= str_eq(d->tokens[m->head].lemma, d->tokens[x->head].lemma);
		}
		last = false;
	}
	return kin + 2 * noun;
}

static struct view view_of(const struct doc *d, const struct countries *c, const struct mention *x,
			   uint32_t country)
{
	struct view v = {.before = -1, .after = -1};
	uint32_t seen = 0, at = 0, sent = d->tokens[x->tok].sent;

	while (at < c->n_places && c->places[at].tok < x->tok)
		at++;
	for (uint32_t i = at, looks = 0; i-- > 0 && looks < LOOK_BACK && v.before < 0; looks++) {
		if (c->places[i].country == country)
			v.before = (int32_t)c->places[i].mention;
		else
			seen |= 1u << c->places[i].country;
	}
	v.newer = __builtin_popcount(seen);
	v.kin = kin_of(d, c, x, country, at);
	for (uint32_t i = at;
	     i < c->n_places && d->tokens[c->places[i].tok].sent == sent && v.after < 0; i++)
		if (c->places[i].country == country)
			v.after = (int32_t)c->places[i].mention;
	for (uint32_t i = 0; i < c->n_places && d->tokens[c->places[i].tok].sent < LEAD_SENTENCES;
	     i++)
		v.in_lead |= c->places[i].country == country;
	return v;
}

static int64_t bin(int64_t n)
{
	return n < 4 ? n : n < 6 ? 4 : n < 10 ? 5 : n < 20 ? 6 : 7;
}

/* How a country's name stands in its sentence. */
static int64_t manner(const struct doc *d, int32_t mention)
{
	const struct mention *m = &d->mentions[mention];

	return (int64_t)d->tokens[m->head].rel * 4 + m->is_place * 2 + m->modifier;
}

/* How two phrases of a sentence stand to each other: "lawmakers told Russia" are hardly Russia's.
 */
static int64_t company(const struct doc *d, int32_t x, int32_t m)
{
	int32_t up_x = d->tokens[x].head, up_m = d->tokens[m].head;
	int64_t rels = d->tokens[x].rel * 64 + d->tokens[m].rel;

	if (up_x >= 0 && up_x == up_m)
		return 8 + rels;
	if (doc_dominates(d, x, m))
		return up_m == x ? 1 : 2;
	if (doc_dominates(d, m, x))
		return up_x == m ? 3 : 4;
	if (up_x >= 0 && doc_dominates(d, up_x, m))
		return 8 + 64 * 64 + d->tokens[x].rel;
	if (up_m >= 0 && doc_dominates(d, up_m, x))
		return 8 + 65 * 64 + d->tokens[m].rel;
	return 0;
}

static struct str preposition(const struct doc *d, int32_t mention)
{
	int32_t prep = doc_child(d, d->mentions[mention].head, REL_CASE);

	return prep < 0 ? STR("") : d->tokens[prep].lower;
}

/* "Its", "the", "two", or nothing before the phrase. */
static struct str determiner(const struct doc *d, const struct mention *x)
{
	int32_t poss = doc_child(d, x->head, REL_NMOD_POSS), det = doc_child(d, x->head, REL_DET);

	if (poss >= 0)
		return d->tokens[poss].lower;
	if (det >= 0)
		return d->tokens[det].lower;
	return doc_child(d, x->head, REL_NUMMOD) >= 0 ? STR("#") : STR("");
}

struct country_phrase country_phrase_of(const struct doc *d, uint32_t mention)
{
	const struct mention *x = &d->mentions[mention];
	bool name = x->kind == MENTION_NAME;

	return (struct country_phrase){
		.mention = mention,
		.role = feature_and(feature_of(1, x->role),
				    feature_of_int(2, x->kind * 2 + x->plural)),
		.noun = feature_of(3, name ? STR("*") : d->tokens[x->head].lemma),
		.determiner = feature_of(4, name ? STR("*") : determiner(d, x))};
}

static void add(struct features *f, const struct country_phrase *p, uint64_t h)
{
	features_add(f, h);
	features_add(f, feature_and(h, p->role));
	features_add(f, feature_and(h, p->noun));
	features_add(f, feature_and(h, p->determiner));
}

static void add_none(const struct countries *c, const struct country_phrase *p, struct features *f)
{
	uint64_t none = feature_of_int(10, 0);

	add(f, p, none);
	add(f, p, feature_of_int(11, bin(c->n)));
	features_add(f, feature_and(none, feature_and(p->noun, p->determiner)));
}

static void add_before(const struct doc *d, const struct mention *x, const struct view *v,
		       const struct country_phrase *p, struct features *f)
{
	const struct mention *m = &d->mentions[v->before];
	int64_t apart = d->tokens[x->tok].sent - d->tokens[m->tok].sent;

	add(f, p, feature_of_int(22, bin(apart) * 8 + (v->newer < 4 ? v->newer : 4)));
	if (apart > 1)
		return;
	add(f, p, feature_of_int(23, manner(d, v->before) * 2 + apart));
	add(f, p,
	    feature_and(feature_of(24, preposition(d, v->before)), feature_of_int(25, apart)));
	if (apart == 0) {
		add(f, p, feature_of_int(26, bin(x->tok - m->tok)));
		add(f, p, feature_of_int(33, company(d, x->head, m->head)));
	}
}

static void add_after(const struct doc *d, const struct mention *x, const struct view *v,
		      const struct country_phrase *p, struct features *f)
{
	const struct mention *m = &d->mentions[v->after];

	add(f, p, feature_of_int(30, manner(d, v->after)));
	add(f, p, feature_of(31, preposition(d, v->after)));
	add(f, p, feature_of_int(32, bin(m->tok - x->tok)));
	add(f, p, feature_of_int(34, company(d, x->head, m->head)));
}

void country_features(const struct doc *d, const struct countries *c,
		      const struct country_phrase *p, uint32_t country, struct features *f)
{
	const struct mention *x = &d->mentions[p->mention];
	struct view v;

	f->n = 0;
	if (country == c->n) {
		add_none(c, p, f);
		return;
	}
	v = view_of(d, c, x, country);
	add(f, p, feature_of_int(20, (country < 4 ? country : 4) * 8 + bin(c->n)));
	add(f, p, feature_of_int(21, (int64_t)(8 * c->counts[country] / c->all) * 2 + v.in_lead));
	add(f, p, feature_of_int(28, v.kin));
	features_add(f, feature_and(feature_of(29, c->codes[country]), p->noun));
	if (v.before >= 0)
		add_before(d, x, &v, p, f);
	else
		add(f, p, feature_of_int(27, v.after >= 0));
	if (v.after >= 0)
		add_after(d, x, &v, p, f);
}

uint32_t country_choose(const struct linear *m, const struct doc *d, const struct countries *c,
			uint32_t mention, struct features *f)
{
	const struct country_phrase p = country_phrase_of(d, mention);
	uint32_t best = c->n;
	double most = 0;

	for (uint32_t k = 0; k <= c->n; k++) {
		double s;

		country_features(d, c, &p, k, f);
		s = linear_logit(m, f);
		if (k == 0 || s > most) {
			most = s;
			best = k;
		}
	}
	return best;
}
