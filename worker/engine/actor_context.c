/* What a phrase does not say itself: the country of "the government", of "lawmakers" or of a person
 * whom the codebook does not know is the one that the document speaks of most. Never that of a
 * neighbour in the sentence: "Kowal told Russia" says nothing about whose minister Kowal is. */
#include "worker/engine/actor_compose.h"

enum { CODES_MAX = 64, LEAD_SENTENCES = 3 };

struct tally {
	struct str code;
	uint32_t n, first;
};

static bool is_country_code(struct str code)
{
	return code.n == 3 && !str_is(code, "WHO") && !str_is(code, "WTO") &&
	       !str_is(code, "IMF") && !str_is(code, "SCO") && !str_is(code, "NDB") &&
	       !str_is(code, "G20");
}

/* The country named most often; what stands at the start counts double. */
static struct str dominant_country(const struct doc *d)
{
	struct tally list[CODES_MAX];
	uint32_t n = 0, best = 0;

	for (uint32_t i = 0; i < d->n_mentions; i++) {
		const struct mention *x = &d->mentions[i];
		uint32_t k = 0;

		if (!is_country_code(x->code) || x->guessed)
			continue;
		while (k < n && !str_eq(list[k].code, x->code))
			k++;
		if (k == n && n == CODES_MAX)
			continue;
		if (k == n)
			list[n++] = (struct tally){.code = x->code, .first = i};
		list[k].n += d->tokens[x->tok].sent < LEAD_SENTENCES ? 2 : 1;
	}
	for (uint32_t k = 1; k < n; k++)
		if (list[k].n > list[best].n)
			best = k;
	return n ? list[best].code : (struct str){0};
}

static bool in_list(struct str word, const char *const *list)
{
	for (; *list; list++)
		if (str_is(word, *list))
			return true;
	return false;
}

/* "Countries", "some allies", "our partners", "all parties": others than the country that the
 * document speaks of. */
static bool is_of_others(const struct doc *d, const struct mention *x)
{
	static const char *const many[] = {"country", "nation", "state",    "government", "regime",
					   "party",   "side",   "neighbor", "neighbour",  NULL};
	static const char *const beside[] = {"ally",  "partner",   "friend", "counterpart",
					     "rival", "adversary", "enemy",  NULL};
	struct str lemma = d->tokens[x->head].lemma;

	return in_list(lemma, beside) || (x->plural && in_list(lemma, many));
}

bool actor_is_stranger(struct str lemma)
{
	static const char *const strangers[] = {"migrant",  "immigrant", "seeker",      "suspect",
						"attacker", "assailant", "perpetrator", "kidnapper",
						"gunman",   "hijacker",  "terrorist",   "passenger",
						"observer", "smuggler",  "trafficker",  NULL};

	return in_list(lemma, strangers);
}

/* Whose country the document as a whole may give. Scholars, companies, rebels and charities are
 * often somebody else's; those stay without. */
static bool takes_country(const struct doc *d, const struct mention *x)
{
	static const char *const roles[] = {"GOV", "MIL", "LEG", "JUD", "PTY",
					    "OPP", "CVL", "SPY", "MED", NULL};

	if (x->code.n || x->is_place || x->entry >= 0 || is_of_others(d, x) ||
	    (x->kind == MENTION_NOMINAL && actor_is_stranger(d->tokens[x->head].lemma)))
		return false;
	if (!x->role.n)
		return x->etype == ENTITY_PERSON && x->kind == MENTION_NAME;
	return in_list(x->role, roles);
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

/* "Rebels", "insurgents": of the country where they fight. */
static bool is_rebel(const struct doc *d, const struct mention *x)
{
	static const char *const rebels[] = {"rebel",      "insurgent", "guerrilla", "separatist",
					     "militiaman", "fighter",   NULL};

	return x->kind == MENTION_NOMINAL && !x->code.n && x->plural &&
	       in_list(d->tokens[x->head].lemma, rebels);
}

/* A country named as a place, or after "of": "in Yemen", "the former president of Yemen". */
static bool is_where(const struct doc *d, const struct mention *x)
{
	static const char *const words[] = {"in", "of", "across", "near", "inside", NULL};
	int32_t prep = x->head < 0 ? -1 : doc_child(d, x->head, REL_CASE);

	return is_country_code(x->code) && !x->guessed &&
	       (x->is_place || (prep >= 0 && in_list(d->tokens[prep].lower, words)));
}

/* The nearest such country in the sentence; else that of the document. */
static struct str country_fought_in(const struct doc *d, uint32_t mention, struct str otherwise)
{
	const struct mention *x = &d->mentions[mention];
	uint32_t sent = d->tokens[x->tok].sent, best = UINT32_MAX;

	for (uint32_t i = mention; i-- > 0 && d->tokens[d->mentions[i].tok].sent == sent;)
		if (is_where(d, &d->mentions[i]) && x->tok - d->mentions[i].tok < best) {
			best = x->tok - d->mentions[i].tok;
			otherwise = d->mentions[i].code;
		}
	for (uint32_t i = mention + 1;
	     i < d->n_mentions && d->tokens[d->mentions[i].tok].sent == sent; i++)
		if (is_where(d, &d->mentions[i]) && d->mentions[i].tok - x->tok < best) {
			best = d->mentions[i].tok - x->tok;
			otherwise = d->mentions[i].code;
		}
	return otherwise;
}

/* After all sentences: appositions, surnames, countries of generic agents. */
static void run_contexts(struct matcher *m)
{
	struct doc *d = m->d;
	struct str country = dominant_country(d);

	for (uint32_t i = 0; country.n && i < d->n_mentions; i++) {
		struct mention *x = &d->mentions[i];

		if (is_rebel(d, x)) {
			x->code = country_fought_in(d, i, country);
			x->guessed = true;
		}
		if (!takes_country(d, x))
			continue;
		if (is_of_the_un(d, x)) {
			x->code = STR("UN");
			x->role = STR("IGO");
			continue;
		}
		x->code = country;
		x->guessed = true;
	}
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
	run_contexts(&m);
}
