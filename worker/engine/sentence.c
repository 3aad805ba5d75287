/* Where sentences end: fixed rules, and a learned classifier where the image has one. */
#include "worker/engine/segment.h"

#include "worker/engine/sentence.h"
#include "worker/engine/text.h"

enum { HEADLINE_TOKENS = 40 };

/* Treebanks of web text end sentences without any sign; edited text hardly does. */
static const float BARE_ODDS = 1.5f;

static uint32_t first_char(const struct token *t)
{
	uint32_t cp = 0;

	if (t->form.n)
		text_next(t->form.p, t->form.p + t->form.n, &cp);
	return cp;
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

	return str_in(t->lower, closers);
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
		"the",   "a",      "an",        "he",       "she",   "it",    "they", "we",
		"i",     "you",    "this",      "that",     "these", "those", "in",   "on",
		"at",    "but",    "and",       "however",  "for",   "if",    "when", "while",
		"as",    "there",  "his",       "her",      "its",   "their", "our",  "my",
		"after", "before", "according", "although", "also",  "both",  "by",   "from",
		"some",  "such",   "to",        "under",    "what",  "who",   "why",  "how",
		"with",  "so",     "no",        "not",      "one",   "many",  "most", "since",
		"then",  NULL};
	uint32_t cp = first_char(t);

	return text_is_upper(cp) && str_in(t->lower, openers);
}

static bool is_title(const struct token *t)
{
	static const char *const titles[] = {
		"mr.",  "mrs.", "ms.",  "dr.",  "prof.", "sen.",  "sens.", "rep.", "reps.",
		"gen.", "col.", "lt.",  "sgt.", "gov.",  "pres.", "st.",   "vs.",  "jan.",
		"feb.", "mar.", "apr.", "jun.", "jul.",  "aug.",  "sept.", "sep.", "oct.",
		"nov.", "dec.", "no.",  "fig.", "capt.", "cmdr.", "adm.",  "maj.", "brig.",
		"hon.", "rev.", "e.g.", "i.e.", "cf.",   "amb.",  NULL};

	return str_in(t->lower, titles) || (t->form.n == 2 && t->form.p[1] == '.');
}

/* Words that no sentence ends with: a line break after them stands inside the sentence. */
static bool goes_on(const struct token *t)
{
	static const char *const words[] = {
		",",     "the",  "a",    "an",      "of",   "to",  "in",   "on",    "at",  "by",
		"for",   "from", "with", "and",     "or",   "but", "that", "which", "who", "its",
		"their", "his",  "her",  "our",     "is",   "are", "was",  "were",  "has", "have",
		"had",   "be",   "as",   "between", "into", "(",   "-",    NULL};

	return str_in(t->lower, words);
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

/* -- the learned part -- */

/* What a token looks like, in few classes. */
static uint32_t look_of(const struct token *t)
{
	uint32_t cp = first_char(t);

	if (is_terminal(t))
		return t->form.p[0] == '.' && t->form.n > 1 ? 1 : 2;
	if (is_closer(t))
		return 3;
	if (segment_is_abbreviation(t))
		return t->form.n <= 3 ? 4 : 5;
	if (text_is_digit(cp))
		return 6;
	if (text_is_upper(cp))
		return t->form.n == 1 ? 7 : str_eq(t->form, t->lower) ? 8 : 9;
	if (text_is_letter(cp))
		return 10;
	return 11 + (cp == '(' || cp == '[') + 2 * (cp == '-' || cp == '*' || cp == '>') +
	       4 * (cp == ',' || cp == ';' || cp == ':');
}

static bool all_capitals(const struct token *t)
{
	for (size_t i = 0; i < t->form.n; i++)
		if (t->form.p[i] >= 'a' && t->form.p[i] <= 'z')
			return false;
	return t->form.n > 1;
}

static uint32_t bucket(uint32_t n)
{
	return n < 6 ? n : n < 10 ? 6 : n < 20 ? 7 : n < 40 ? 8 : 9;
}

bool sentence_may_end(const struct doc *d, const uint8_t *gaps, uint32_t i)
{
	const struct token *t = &d->tokens[i];
	uint32_t next;

	if (i + 1 >= d->n_tokens)
		return true;
	if (is_terminal(t) || is_closer(t))
		return gaps[i] != GAP_NONE || is_terminal(t);
	if (gaps[i] == GAP_NONE)
		return false;
	next = first_char(&d->tokens[i + 1]);
	return !text_is_letter(next) || text_is_upper(next) || !text_is_letter(first_char(t));
}

void sentence_note(struct sentence_state *st, const struct doc *d, uint32_t i)
{
	const struct token *t = &d->tokens[i];

	if (t->form.n == 1 && t->form.p[0] == '"')
		st->quotes++;
	if (t->form.n == 1 && (t->form.p[0] == '(' || t->form.p[0] == '['))
		st->depth++;
	if (t->form.n == 1 && (t->form.p[0] == ')' || t->form.p[0] == ']') && st->depth)
		st->depth--;
	st->capitals += text_is_upper(first_char(t));
	st->n++;
}

void sentence_features(const struct doc *d, const uint8_t *gaps, uint32_t i,
		       const struct sentence_state *st, struct features *f)
{
	static const struct token none = {.form = {"", 0}, .lower = {"", 0}};
	const struct token *t = &d->tokens[i], *p = i ? t - 1 : &none;
	const struct token *q = i + 1 < d->n_tokens ? t + 1 : &none;
	const struct token *r = i + 2 < d->n_tokens ? t + 2 : &none;
	const struct token *s = i + 3 < d->n_tokens ? t + 3 : &none;
	uint32_t lt = look_of(t), lq = look_of(q), lr = look_of(r), lp = look_of(p);
	uint32_t looks = lt * 32 + lq, gap = gaps[i];
	uint64_t word = feature_of(1, t->lower), next = feature_of(2, q->lower);
	uint64_t before = feature_of(3, p->lower);
	bool odd = st->quotes % 2;

	f->n = 0;
	features_add(f, word);
	features_add(f, next);
	features_add(f, before);
	features_add(f, feature_of(4, r->lower));
	features_add(f, feature_of_int(5, looks));
	features_add(f, feature_of_int(6, looks * 32 + lr));
	features_add(f, feature_of_int(7, looks * 32 + lp));
	features_add(f, feature_and(word, next));
	features_add(f, feature_and(word, feature_of_int(8, lq)));
	features_add(f, feature_and(next, feature_of_int(9, lt)));
	features_add(f, feature_and(before, feature_of_int(10, looks)));
	features_add(f, feature_and(feature_of_int(11, bucket(st->n)), feature_of_int(12, looks)));
	features_add(f, feature_and(feature_of_int(13, odd), feature_of_int(14, looks * 8 + gap)));
	features_add(f, feature_and(feature_of_int(15, st->depth > 0), feature_of_int(16, looks)));
	features_add(f, feature_and(next, feature_of(17, r->lower)));
	features_add(f, feature_and(before, word));
	features_add(f, feature_of_int(18, (lq * 32 + lr) * 32 + look_of(s)));
	features_add(f, feature_of_int(19, (all_capitals(t) * 2 + all_capitals(q)) * 1024 + looks));
	features_add(f, feature_of_int(20, (st->capitals * 2 > st->n) * 16384 +
						   (int64_t)bucket(st->n) * 1024 + looks));
	features_add(f, feature_of_int(21, (gap * 2 + (p->space_after || !i)) * 1024 + looks));
}

/* Whether tokens[i] is a full stop or the like, or closes what one ended. */
static bool after_terminal(const struct doc *d, const uint8_t *gaps, uint32_t i)
{
	while (i && is_closer(&d->tokens[i]) && gaps[i - 1] == GAP_NONE)
		i--;
	return is_terminal(&d->tokens[i]) || segment_is_abbreviation(&d->tokens[i]);
}

/* A number glued to the end of a sentence, before a new one ("on it.”21 In"). */
static bool closes_footnote(const struct doc *d, const uint8_t *gaps, uint32_t i)
{
	return i && i + 1 < d->n_tokens && is_number(&d->tokens[i]) && d->tokens[i].form.n <= 3 &&
	       gaps[i - 1] == GAP_NONE && gaps[i] != GAP_NONE && after_terminal(d, gaps, i - 1) &&
	       !segment_is_abbreviation(&d->tokens[i - 1]) && !starts_lower(&d->tokens[i + 1]);
}

static bool model_ends(const struct linear *m, const struct doc *d, const uint8_t *gaps, uint32_t i,
		       const struct sentence_state *st, struct features *f)
{
	int32_t sums[2];
	float odds;

	if (!sentence_may_end(d, gaps, i))
		return false;
	if (closes_footnote(d, gaps, i))
		return true;
	if (i + 1 < d->n_tokens && is_title(&d->tokens[i]) && d->tokens[i].form.n > 2 &&
	    !opens_sentence(&d->tokens[i + 1]))
		return false;
	sentence_features(d, gaps, i, st, f);
	linear_sums(m, f, sums);
	odds = (float)(sums[1] - sums[0]) * m->scale;
	return odds > (after_terminal(d, gaps, i) ? 0 : BARE_ODDS);
}

/* -- rules, and both together -- */

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
		if (str_in(d->tokens[i].lower, pauses))
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

/* "(AP Photo/Name)", "REUTERS/Name", "Photo: Name", "(Name/Getty Images)" in one sentence. */
static bool gives_credit(const struct doc *d, const struct sentence *s)
{
	static const char *const agencies[] = {"reuters", "ap",     "afp", "epa",
					       "efe",     "xinhua", NULL};

	for (uint32_t i = s->tok; i + 1 < s->tok + s->n_tok; i++) {
		const struct token *t = &d->tokens[i], *q = t + 1;

		if (str_in(t->lower, agencies) &&
		    (str_is(q->form, "/") || str_is(q->lower, "photo")))
			return true;
		if (str_is(t->lower, "photo") && (str_is(q->form, "/") || str_is(q->form, ":")))
			return true;
		if (str_is(t->lower, "getty") && str_is(q->lower, "images"))
			return true;
	}
	return false;
}

/* The sentences of the paragraph that ends with a credit, if it is short. */
static void mark_credited(struct doc *d, uint32_t credit)
{
	enum { CAPTION_TOKENS = 120 };
	uint32_t first = credit, tokens = 0;

	while (first > 0 && d->sentences[first - 1].paragraph == d->sentences[credit].paragraph)
		first--;
	for (uint32_t i = first; i <= credit; i++)
		tokens += d->sentences[i].n_tok;
	for (uint32_t i = first; i <= credit && tokens <= CAPTION_TOKENS; i++)
		d->sentences[i].kind = SENTENCE_CAPTION;
}

/* Text under a picture: an agency's fixed phrases give it away. */
static void mark_captions(struct doc *d)
{
	for (uint32_t i = 0; i < d->n_sentences; i++)
		if ((i + 1 == d->n_sentences ||
		     d->sentences[i + 1].paragraph != d->sentences[i].paragraph) &&
		    gives_credit(d, &d->sentences[i]))
			mark_credited(d, i);
	for (uint32_t i = 0; i < d->n_sentences; i++) {
		struct sentence *s = &d->sentences[i];
		const struct token *t = &d->tokens[s->tok];

		if (s->n_tok > 3 && (str_is(t[0].form, "FILE") || str_is(t[0].form, "File")) &&
		    (str_is(t[1].form, "-") || str_is(t[1].form, "--") ||
		     str_is(t[1].lower, "photo")))
			s->kind = SENTENCE_CAPTION;
	}
}

/* By rules: where the sentence that holds token i may end, at i or a little after. */
static bool rules_end_at(const struct doc *d, const uint8_t *gaps, uint32_t start, uint32_t *i)
{
	uint32_t last = *i;
	bool ends = rule_ends(d, gaps, *i, &last);

	if (ends && last - start < SENTENCE_MAX)
		*i = last;
	return ends;
}

void segment_sentences(struct doc *d, const uint8_t *gaps, struct str model)
{
	uint32_t start = 0, paragraph = 0;
	struct sentence_state st = {0};
	struct features f = {0};
	struct linear m;
	bool learned = linear_view(&m, model) && m.n_classes == 2;

	for (uint32_t i = 0; i < d->n_tokens; i++) {
		bool ends;

		sentence_note(&st, d, i);
		ends = learned ? model_ends(&m, d, gaps, i, &st, &f)
			       : rules_end_at(d, gaps, start, &i);
		if (i + 1 >= d->n_tokens || gaps[i] == GAP_PARAGRAPH)
			ends = true;
		else if (gaps[i] == GAP_LINE)
			ends = (ends && !learned) || line_ends(d, i);
		if (!ends && i - start + 1 >= SENTENCE_MAX) {
			i = forced_end(d, start);
			ends = true;
		}
		if (!ends)
			continue;
		add(d, start, i, paragraph);
		paragraph += gaps[i] >= GAP_LINE;
		start = i + 1;
		st = (struct sentence_state){0};
	}
	features_free(&f);
	mark_headline(d, gaps);
	mark_captions(d);
}
