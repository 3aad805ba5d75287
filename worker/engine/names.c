#include "worker/engine/names.h"

#include "worker/engine/segment.h"

static bool opens(uint32_t label) /* begins a name that goes on, or is inside one */
{
	return label && ((label - 1) % 4 == NAME_BEGIN || (label - 1) % 4 == NAME_INSIDE);
}

static bool continues(uint32_t label)
{
	return label && ((label - 1) % 4 == NAME_INSIDE || (label - 1) % 4 == NAME_LAST);
}

static bool legal(uint32_t a, uint32_t b)
{
	if (opens(a))
		return continues(b) && (a - 1) / 4 == (b - 1) / 4;
	return !continues(b);
}

/* Where the best label of each token by itself makes a legal sequence, no better one exists. */
static bool best_alone(const float *scores, uint32_t stride, uint32_t n, uint8_t *labels)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < n; i++) {
		const float *x = scores + (size_t)i * stride;
		uint32_t best = 0;

		for (uint32_t l = 1; l < NET_NER_LABELS; l++)
			best = x[l] > x[best] ? l : best;
		if (!legal(last, best))
			return false;
		labels[i] = (uint8_t)best;
		last = best;
	}
	return !opens(last);
}

void names_decode(const float *scores, uint32_t stride, uint32_t n, uint8_t *labels)
{
	uint8_t from[SENTENCE_MAX][NET_NER_LABELS];
	float last[NET_NER_LABELS], now[NET_NER_LABELS];
	uint32_t best = 0;

	if (n == 0 || n > SENTENCE_MAX || best_alone(scores, stride, n, labels))
		return;
	for (uint32_t l = 0; l < NET_NER_LABELS; l++)
		last[l] = continues(l) ? -1e9f : scores[l];
	for (uint32_t i = 1; i < n; i++) {
		for (uint32_t l = 0; l < NET_NER_LABELS; l++) {
			uint32_t b = NET_NER_LABELS;

			for (uint32_t k = 0; k < NET_NER_LABELS; k++)
				if (legal(k, l) && (b == NET_NER_LABELS || last[k] > last[b]))
					b = k;
			from[i][l] = (uint8_t)b;
			now[l] = last[b] + scores[(size_t)i * stride + l];
		}
		memcpy(last, now, sizeof(last));
	}
	for (uint32_t l = 1; l < NET_NER_LABELS; l++)
		if (!opens(l) && last[l] > last[best])
			best = l;
	for (uint32_t i = n; i-- > 0;) {
		labels[i] = (uint8_t)best;
		if (i)
			best = from[i][best];
	}
}

void names_apply(struct token *t, const uint8_t *labels, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t part = labels[i] ? (labels[i] - 1u) % 4 : 0;

		t[i].ner = (uint8_t)(labels[i] ? 1 + (labels[i] - 1u) / 4 : 0);
		t[i].ner_begin = labels[i] && (part == NAME_BEGIN || part == NAME_UNIT);
		/* "Russian", "Democrats": one word, an adjective or a plural */
		if (t[i].ner == NER_MISC && part == NAME_UNIT &&
		    (t[i].xpos == XPOS_JJ || t[i].xpos == XPOS_NNPS))
			t[i].ner = NER_NORP;
	}
}

/* ---- kinds of MISC names ---- */

static bool has_word(const struct doc *doc, uint32_t first, uint32_t end, const char *const *words)
{
	for (uint32_t i = first; i < end; i++)
		if (str_in(doc->tokens[i].lower, words))
			return true;
	return false;
}

static bool is_mark(struct str form)
{
	return str_is(form, "\"") || str_is(form, "'") || str_is(form, "``") || str_is(form, "''");
}

static const char *kind_of_misc(const struct doc *doc, uint32_t first, uint32_t end)
{
	static const char *const LAWS[] = {
		"act",        "law",        "treaty",    "agreement", "accord",    "accords",
		"pact",       "bill",       "charter",   "protocol",  "protocols", "convention",
		"code",       "directive",  "amendment", "decree",    "statute",   "constitution",
		"regulation", "resolution", NULL};
	static const char *const EVENTS[] = {
		"war",           "wars",       "revolution", "uprising", "intifada",
		"holocaust",     "olympics",   "games",      "cup",      "championship",
		"festival",      "summit",     "conference", "forum",    "election",
		"elections",     "referendum", "massacre",   "genocide", "crisis",
		"championships", "olympic",    "brexit",     "marathon", NULL};

	if (has_word(doc, first, end, LAWS))
		return "LAW";
	if (has_word(doc, first, end, EVENTS))
		return "EVENT";
	if (first > 0 && end < doc->n_tokens && is_mark(doc->tokens[first - 1].form) &&
	    is_mark(doc->tokens[end].form))
		return "WORK";
	return ner_name(NER_MISC);
}

const char *names_type(const struct doc *doc, uint32_t tok)
{
	const struct token *t = doc->tokens;
	const struct sentence *s = &doc->sentences[t[tok].sent];
	uint32_t first = tok, end = tok + 1;

	if (t[tok].ner != NER_MISC)
		return ner_name((enum ner)t[tok].ner);
	while (first > s->tok && !t[first].ner_begin)
		first--;
	while (end < s->tok + s->n_tok && t[end].ner == NER_MISC && !t[end].ner_begin)
		end++;
	return kind_of_misc(doc, first, end);
}
