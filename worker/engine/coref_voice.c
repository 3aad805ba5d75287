#include "worker/engine/coref_memory.h"
#include "worker/engine/coref_set.h"

/* A speech speaks for its state from the first sentence to the last. It is known by its title
 * ("USA statement in the UN General Debate", "Remarks by President X"), by a salute ("Mr.
 * President", "Excellencies"), or by a text that says "we" and "I" all the time and quotes nobody.
 */

enum { HEAD_TOKENS = 60, SPEECH_MIN = 12, SHORT_MIN = 5, SHORT_TOKENS = 30 };

static const struct token *at(const struct coref *c, uint32_t i)
{
	return &c->doc->tokens[i];
}

/* The first mention with a code in [first, end): a state, or the one who speaks for it. */
static int32_t speaker_in(const struct coref *c, uint32_t first, uint32_t end)
{
	int32_t person = -1, state = -1;

	for (uint32_t i = first; i < end; i++) {
		int32_t m = at(c, i)->mention, e = m < 0 ? -1 : c->doc->mentions[m].entity;

		if (e <= ENTITY_DOC_AUTHOR || !c->doc->entities[e].code.n)
			continue;
		if (c->facts[e].person && person < 0)
			person = e;
		else if (c->facts[e].country && state < 0)
			state = e;
	}
	return person >= 0 ? person : state;
}

static uint32_t headline_end(const struct coref *c)
{
	const struct sentence *s = c->doc->sentences;

	return s->tok + s->n_tok < HEAD_TOKENS ? s->tok + s->n_tok : HEAD_TOKENS;
}

/* "X statement in …", "Statement by X", "Address by X to …" */
static int32_t by_title(const struct coref *c)
{
	static const char *const KINDS[] = {"statement", "speech",  "remarks",
					    "address",   "keynote", NULL};
	static const char *const LINKS[] = {"in", "at", "by", "of", "to", "on", "delivered", NULL};
	uint32_t end = headline_end(c);

	for (uint32_t i = 0; i + 1 < end; i++) {
		int32_t e;

		if (!str_in(at(c, i)->lower, KINDS) || !str_in(at(c, i + 1)->lower, LINKS))
			continue;
		if (i > 8)
			return -1;
		e = speaker_in(c, 0, i); /* before it: "USA statement" */
		if (e < 0 &&
		    (str_is(at(c, i + 1)->lower, "by") || str_is(at(c, i + 1)->lower, "of")))
			e = speaker_in(c, i + 2, end);
		return e;
	}
	return -1;
}

struct manner {
	uint32_t first, salutes, cues;
};

static struct manner manner(const struct coref *c)
{
	static const char *const FIRST[] = {"we", "our", "us", "i", "my", NULL};
	static const char *const SALUTE[] = {"excellencies", "excellency", "distinguished",
					     "delegates",    "madam",      NULL};
	struct manner n = {0};

	for (uint32_t i = 0; i < c->doc->n_tokens; i++) {
		const struct token *t = at(c, i);
		bool direct = t->attrib >= 0 && c->doc->attributions[t->attrib].direct;

		n.first += !direct && t->upos == UPOS_PRON && str_in(t->lower, FIRST);
		n.salutes += str_in(t->lower, SALUTE) ||
			     (str_is(t->lower, "president") && i > 0 &&
			      str_is(at(c, i - 1)->lower, "mr.") &&
			      (i + 1 == c->doc->n_tokens || at(c, i + 1)->upos == UPOS_PUNCT));
	}
	for (uint32_t k = 0; k < c->doc->n_attributions; k++)
		n.cues += c->doc->attributions[k].direct && c->doc->attributions[k].source_tok >= 0;
	return n;
}

/* It says "we" all the time: a dozen times, or in a short one every thirty words. */
static bool is_speech(const struct coref *c, const struct manner *n)
{
	return n->salutes >= 2 && n->cues * 6 < n->first &&
	       (n->first >= SPEECH_MIN ||
		(n->first >= SHORT_MIN && n->first * SHORT_TOKENS >= c->doc->n_tokens));
}

/* How often a state is named, where it does something twice: "we" and "my country" are not yet
 * known. */
static uint32_t named(const struct doc *d, const struct entity *e)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < e->n_mentions; i++) {
		const struct mention *m = &d->mentions[e->mentions[i]];

		if (m->kind == MENTION_NAME)
			n += 1 + (rel_base(d->tokens[m->head].rel) == REL_NSUBJ);
	}
	return n;
}

/* The state named most. */
static int32_t state_of_speech(const struct coref *c)
{
	uint32_t best = 0;
	int32_t state = -1;

	for (uint32_t e = 1; e < c->doc->n_entities; e++) {
		uint32_t n;

		if (!c->facts[e].country || c->doc->entities[e].code.n != 3)
			continue;
		n = named(c->doc, &c->doc->entities[e]);
		if (n > best) {
			best = n;
			state = (int32_t)e;
		}
	}
	return state;
}

void coref_voices(struct coref *c)
{
	struct doc *doc = c->doc;
	struct manner n;
	int32_t voice;

	if (doc->n_sentences == 0)
		return;
	if (!coref_memory_voice(c, &voice)) {
		voice = by_title(c);
		n = manner(c);
		if (voice < 0 && is_speech(c, &n))
			voice = state_of_speech(c);
	}
	if (voice < 0)
		return;
	for (uint32_t i = 0; i < doc->n_sentences; i++)
		doc->sentences[i].voice = voice;
}
