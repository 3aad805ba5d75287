/* Where sentences end: fixed rules, and a learned classifier where the image has one. */
#include "worker/engine/segment.h"

#include "worker/engine/text.h"

enum { HEADLINE_TOKENS = 40 };

static uint32_t first_char(const struct token *t)
{
	uint32_t cp = 0;

	if (t->form.n)
		text_next(t->form.p, t->form.p + t->form.n, &cp);
	return cp;
}

static bool is_any(const struct token *t, const char *const *list)
{
	for (; *list; list++)
		if (str_is(t->lower, *list))
			return true;
	return false;
}

static bool is_terminal(const struct token *t)
{
	if (t->form.n == 0)
		return false;
	if (t->form.p[0] == '!' || t->form.p[0] == '?')
		return true;
	return t->form.p[0] == '.' && (t->form.n == 1 || t->form.p[1] == '.');
}

static bool is_closer(const struct token *t)
{
	static const char *const closers[] = {"\"", "''", "'", ")", "]", "}", NULL};

	return is_any(t, closers);
}

static bool is_number(const struct token *t)
{
	for (size_t i = 0; i < t->form.n; i++)
		if (t->form.p[i] < '0' || t->form.p[i] > '9')
			return false;
	return t->form.n > 0;
}

static bool starts_lower(const struct token *t)
{
	uint32_t cp = first_char(t);

	return text_is_letter(cp) && !text_is_upper(cp);
}

/* Capitalised words that open sentences far more often than they go on after "U.S." */
static bool opens_sentence(const struct token *t)
{
	static const char *const openers[] = {
		"the", "a", "an", "he", "she", "it", "they", "we", "i", "you", "this", "that", "these",
		"those", "in", "on", "at", "but", "and", "however", "for", "if", "when", "while", "as",
		"there", "his", "her", "its", "their", "our", "my", "after", "before", "according",
		"although", "also", "both", "by", "from", "some", "such", "to", "under", "what", "who",
		"why", "how", "with", "so", "no", "not", "one", "many", "most", "since", "then", NULL};
	uint32_t cp = first_char(t);

	return text_is_upper(cp) && is_any(t, openers);
}

static bool is_title(const struct token *t)
{
	static const char *const titles[] = {
		"mr.", "mrs.", "ms.", "dr.", "prof.", "sen.", "sens.", "rep.", "reps.", "gen.", "col.",
		"lt.", "sgt.", "gov.", "pres.", "st.", "vs.", "jan.", "feb.", "mar.", "apr.", "jun.",
		"jul.", "aug.", "sept.", "sep.", "oct.", "nov.", "dec.", "no.", "fig.", "capt.",
		"cmdr.", "adm.", "maj.", "brig.", "hon.", "rev.", "e.g.", "i.e.", "cf.", "amb.", NULL};

	return is_any(t, titles) || (t->form.n == 2 && t->form.p[1] == '.');
}

/* Words that no sentence ends with: a line break after them stands inside the sentence. */
static bool goes_on(const struct token *t)
{
	static const char *const words[] = {
		",", "the", "a", "an", "of", "to", "in", "on", "at", "by", "for", "from", "with",
		"and", "or", "but", "that", "which", "who", "its", "their", "his", "her", "our",
		"is", "are", "was", "were", "has", "have", "had", "be", "as", "between", "into",
		"(", "-", NULL};

	return is_any(t, words);
}

/* End of the closers that follow tokens[i] (a terminal sign): quotes, brackets, a footnote. */
static uint32_t after_closers(const struct doc *d, const uint8_t *gaps, uint32_t i)
{
	while (i + 1 < d->n_tokens && gaps[i] == GAP_NONE &&
	       (is_closer(&d->tokens[i + 1]) ||
		(is_number(&d->tokens[i + 1]) && gaps[i + 1] != GAP_NONE)))
		i++;
	return i;
}

static bool line_ends(const struct doc *d, uint32_t i)
{
	const struct token *t = &d->tokens[i], *next = &d->tokens[i + 1];

	if (is_terminal(t) || is_closer(t) || segment_is_abbreviation(t) || is_number(t))
		return !starts_lower(next);
	return !goes_on(t) && !starts_lower(next);
}

static bool rule_ends(const struct doc *d, const uint8_t *gaps, uint32_t i, uint32_t *closers_end)
{
	const struct token *t = &d->tokens[i], *next;
	uint32_t last;

	if (is_terminal(t)) {
		last = after_closers(d, gaps, i);
		*closers_end = last;
		if (last + 1 >= d->n_tokens)
			return true;
		next = &d->tokens[last + 1];
		if (gaps[last] == GAP_NONE && !text_is_upper(first_char(next)))
			return false;
		return t->form.n > 1 && t->form.p[0] == '.' ? text_is_upper(first_char(next))
							    : !starts_lower(next);
	}
	*closers_end = i;
	if (gaps[i] == GAP_NONE || i + 1 >= d->n_tokens || !segment_is_abbreviation(t) ||
	    is_title(t))
		return false;
	return opens_sentence(&d->tokens[i + 1]);
}

/* A sentence that is too long ends after its last pause, or anywhere. */
static uint32_t forced_end(const struct doc *d, uint32_t start)
{
	static const char *const pauses[] = {";", ":", ",", "--", "|", NULL};

	for (uint32_t i = start + SENTENCE_MAX - 1; i > start + SENTENCE_MAX / 2; i--)
		if (is_any(&d->tokens[i], pauses))
			return i;
	return start + SENTENCE_MAX - 1;
}

static void add(struct doc *d, uint32_t start, uint32_t end, uint32_t paragraph)
{
	const struct token *a = &d->tokens[start], *b = &d->tokens[end];
	struct sentence *s;

	ARENA_GROW(d->arena, d->sentences, d->n_sentences, d->cap_sentences);
	for (uint32_t i = start; i <= end; i++)
		d->tokens[i].sent = d->n_sentences;
	s = &d->sentences[d->n_sentences++];
	*s = (struct sentence){.span = {a->span.start, b->span.end},
			       .byte = a->byte,
			       .n_bytes = b->byte + b->n_bytes - a->byte,
			       .tok = start,
			       .n_tok = end - start + 1,
			       .root = -1,
			       .paragraph = paragraph,
			       .voice = -1};
}

/* The first line of a document that goes on below is its headline, if it looks like one. */
static void mark_headline(struct doc *d, const uint8_t *gaps)
{
	struct sentence *s = d->sentences;
	uint32_t last;

	if (d->n_sentences < 2)
		return;
	last = s->tok + s->n_tok - 1;
	if (gaps[last] >= GAP_LINE && s->n_tok <= HEADLINE_TOKENS &&
	    !(d->tokens[last].form.n == 1 && d->tokens[last].form.p[0] == '.'))
		s->kind = SENTENCE_HEADLINE;
}

/* Text under a picture: an agency's fixed phrases give it away. */
static void mark_captions(struct doc *d)
{
	for (uint32_t i = 0; i < d->n_sentences; i++) {
		struct sentence *s = &d->sentences[i];
		const struct token *t = &d->tokens[s->tok];

		if (s->n_tok > 3 && (str_is(t[0].form, "FILE") || str_is(t[0].form, "File")) &&
		    (str_is(t[1].form, "-") || str_is(t[1].form, "--") ||
		     str_is(t[1].lower, "photo")))
			s->kind = SENTENCE_CAPTION;
	}
}

void segment_sentences(struct doc *d, const uint8_t *gaps, struct str model)
{
	uint32_t start = 0, paragraph = 0, last = 0;

	(void)model;
	for (uint32_t i = 0; i < d->n_tokens; i++) {
		bool ends = rule_ends(d, gaps, i, &last);

		if (ends && last - start < SENTENCE_MAX)
			i = last;
		if (i + 1 >= d->n_tokens || gaps[i] == GAP_PARAGRAPH)
			ends = true;
		else if (gaps[i] == GAP_LINE && !ends)
			ends = line_ends(d, i);
		if (!ends && i - start + 1 >= SENTENCE_MAX) {
			i = forced_end(d, start);
			ends = true;
		}
		if (!ends)
			continue;
		add(d, start, i, paragraph);
		paragraph += gaps[i] >= GAP_LINE;
		start = i + 1;
	}
	mark_headline(d, gaps);
	mark_captions(d);
}
