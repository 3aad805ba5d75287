#include "worker/engine/topic.h"

enum { TOPICS_MAX = 256, KEY_WORDS = 12 };

static bool is_issue(const struct grammar *g, uint32_t topic)
{
	return g->bytes[g->topics[topic]] == GRAMMAR_ISSUE;
}

struct str topic_of(const struct doc *d, const struct grammar *g, uint32_t tok, uint32_t n_tok)
{
	uint32_t votes[TOPICS_MAX] = {0}, best = 0, n = g->n_topics;

	if (n > TOPICS_MAX)
		n = TOPICS_MAX;
	for (uint32_t i = tok; i < tok + n_tok; i++) {
		uint32_t first, count = grammar_topics_of(g, d->tokens[i].lemma, &first);

		for (uint32_t k = first; k < first + count; k++)
			if (g->topic_words[k].topic < n && !is_issue(g, g->topic_words[k].topic))
				votes[g->topic_words[k].topic] += g->topic_words[k].weight;
	}
	for (uint32_t i = 1; i < n; i++)
		if (votes[i] > votes[best])
			best = i;
	return n && votes[best] ? grammar_str(g, g->topics[best]) : STR("");
}

/* Words that name no issue by themselves. */
static bool is_empty(const struct token *t)
{
	static const char *const list[] = {
		"be",  "have",  "do",       "such",   "other",   "own",  "more",   "further",
		"new", "issue", "question", "matter", "problem", "idea", "notion", NULL};

	if (str_in(t->lemma, list))
		return true;
	return t->upos != UPOS_NOUN && t->upos != UPOS_PROPN && t->upos != UPOS_VERB &&
	       t->upos != UPOS_ADJ;
}

/* Endings that tell forms of one word apart ("economic", "economy", "economies"). */
static size_t stem_length(struct str s)
{
	static const char *const endings[] = {
		"isation", "ization", "ational", "ation", "ition", "ility", "ments", "ment", "ness",
		"ical",    "ally",    "tion",    "sion",  "ism",   "ist",   "ity",   "ies",  "ing",
		"ive",     "ion",     "ous",     "ful",   "ies",   "al",    "ic",    "ed",   "er",
		"es",      "ly",      "y",       "e",     "s",     NULL};

	for (const char *const *p = endings; *p; p++) {
		size_t n = strlen(*p);

		if (s.n >= n + 4 && memcmp(s.p + s.n - n, *p, n) == 0)
			return s.n - n;
	}
	return s.n;
}

/* The name of the issue that the word stands for, "" where the codebook knows none. */
static struct str issue_of(const struct grammar *g, const struct token *t)
{
	uint32_t first, n = grammar_topics_of(g, t->lemma, &first);

	for (uint32_t i = first; i < first + n; i++)
		if (g->topic_words[i].topic < g->n_topics && is_issue(g, g->topic_words[i].topic)) {
			struct str s = grammar_str(g, g->topics[g->topic_words[i].topic]);

			return (struct str){s.p + 1, s.n - 1};
		}
	return STR("");
}

static struct str key_word(const struct doc *d, const struct grammar *g, const struct token *t)
{
	struct str s = t->lemma.n ? t->lemma : t->lower, issue;

	if (t->mention >= 0 && d->mentions[t->mention].entity >= 0) {
		struct str code = d->entities[d->mentions[t->mention].entity].code;

		if (code.n)
			return code;
	}
	if (t->upos == UPOS_PROPN)
		return t->lower;
	issue = issue_of(g, t);
	if (issue.n)
		s = issue;
	s.n = stem_length(s);
	return s;
}

struct str topic_key(struct doc *d, const struct grammar *g, uint32_t tok, uint32_t n_tok)
{
	struct str words[KEY_WORDS], out;
	uint32_t n = 0, at;
	size_t size = 0;
	char *p;

	for (uint32_t i = tok; i < tok + n_tok && n < KEY_WORDS; i++) {
		struct str w;
		bool again = false;

		if (is_empty(&d->tokens[i]))
			continue;
		w = key_word(d, g, &d->tokens[i]);
		for (at = 0; at < n && str_cmp(words[at], w) < 0; at++)
			;
		again = at < n && str_eq(words[at], w);
		if (again || !w.n)
			continue;
		memmove(&words[at + 1], &words[at], (n - at) * sizeof(*words));
		words[at] = w;
		n++;
		size += w.n + 1;
	}
	p = arena_alloc(d->arena, size + 1);
	out = (struct str){p, size ? size - 1 : 0};
	for (uint32_t i = 0; i < n; i++) {
		memcpy(p, words[i].p, words[i].n);
		p += words[i].n;
		*p++ = i + 1 < n ? ' ' : 0;
	}
	return out;
}
