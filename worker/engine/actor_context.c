/* What a phrase does not say itself: the country of "the government", of "lawmakers" or of a person
 * whom the codebook does not know. */
#include "worker/engine/actor_compose.h"
#include "worker/engine/actor_country.h"

bool actor_is_beside(struct str lemma)
{
	static const char *const beside[] = {"ally",        "partner",  "friend",
					     "counterpart", "rival",    "adversary",
					     "enemy",       "neighbor", NULL};

	return str_in(lemma, beside);
}

/* "Countries", "some allies", "our partners", "all parties": others than the country that the
 * document speaks of. */
static bool is_of_others(const struct doc *d, const struct mention *x)
{
	static const char *const many[] = {"country", "nation", "state", "government",
					   "regime",  "party",  "side",  NULL};
	struct str lemma = d->tokens[x->head].lemma;

	return actor_is_beside(lemma) || (x->plural && str_in(lemma, many));
}

bool actor_is_stranger(struct str lemma)
{
	static const char *const strangers[] = {"migrant",  "immigrant", "seeker",      "suspect",
						"attacker", "assailant", "perpetrator", "kidnapper",
						"gunman",   "hijacker",  "terrorist",   "passenger",
						"observer", "smuggler",  "trafficker",  NULL};

	return str_in(lemma, strangers);
}

/* Without weights: whose country the document as a whole may give. Scholars, companies, rebels and
 * charities are often somebody else's; those stay without. */
static bool takes_country(const struct doc *d, const struct mention *x)
{
	static const char *const roles[] = {"GOV", "MIL", "LEG", "JUD", "PTY",
					    "OPP", "CVL", "SPY", "MED", NULL};

	return !is_of_others(d, x) && (!x->role.n || str_in(x->role, roles));
}

/* "The Secretary-General" who needs no organization is that of the United Nations. */
static bool is_of_the_un(const struct doc *d, const struct mention *x)
{
	const struct token *t = &d->tokens[x->head];

	return (str_is(t->lower, "secretary-general") ||
		(str_is(t->lower, "general") && x->head >= 2 &&
		 str_is(d->tokens[x->head - 2].lower, "secretary"))) &&
	       t->form.p[0] >= 'A' && t->form.p[0] <= 'Z';
}

/* "In Seoul several hundred people marched to the Japanese embassy": a crowd is at home where it
 * marches. Returns that place's code, empty where the clause names none. */
static struct str crowds_home(const struct doc *d, const struct mention *x)
{
	static const char *const march[] = {"demonstrate", "protest", "march", "rally",
					    "riot",        "gather",  "chant", NULL};
	static const char *const in[] = {"in", "through", "across", "throughout", NULL};
	const struct token *t = &d->tokens[x->head];

	if (!x->plural || (!str_is(x->role, "CVL") && !str_is(x->role, "OPP")) ||
	    rel_base(t->rel) != REL_NSUBJ || t->head < 0 ||
	    !str_in(d->tokens[t->head].lemma, march))
		return STR("");
	for (int32_t c = d->tokens[t->head].child; c >= 0; c = d->tokens[c].next) {
		int32_t prep = doc_child(d, c, REL_CASE);
		const struct mention *m =
			d->tokens[c].mention < 0 ? NULL : &d->mentions[d->tokens[c].mention];

		if (m && prep >= 0 && str_in(d->tokens[prep].lower, in) && !m->guessed &&
		    m->kind == MENTION_NAME && country_is_code(m->code))
			return m->code;
	}
	return STR("");
}

/* After all sentences: countries of generic agents and of strangers. */
static void run_contexts(struct matcher *m)
{
	struct doc *d = m->d;
	struct countries c;
	struct linear rank;
	struct features f = {0};
	bool trained = linear_view(&rank, image_section(d->model, COUNTRY_SECTION));

	countries_read(&c, d);
	for (uint32_t i = 0; c.n && i < d->n_mentions; i++) {
		struct mention *x = &d->mentions[i];
		struct str home;
		uint32_t k = 0;

		if (!country_is_asked(d, x))
			continue;
		if (is_of_the_un(d, x)) {
			x->code = STR("UN");
			x->role = STR("IGO");
			continue;
		}
		home = crowds_home(d, x);
		if (home.n) {
			x->code = home;
			x->guessed = true;
			continue;
		}
		if (trained)
			k = country_choose(&rank, d, &c, i, &f);
		else if (!takes_country(d, x))
			continue;
		if (k < c.n) {
			x->code = c.codes[k];
			x->guessed = true;
		}
	}
	features_free(&f);
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
			if (compose_read(&m, t, t < m.dateline ? m.dateline : end, &ph))
				emit_phrase(&m, &ph, end);
		}
	}
	run_contexts(&m);
}
