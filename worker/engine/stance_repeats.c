#include "worker/engine/stance_repeats.h"

#include "worker/engine/linear.h"

/* Of a sentence with fewer words it is chance what another one has of them; and how many of a
 * hundred must be there. */
enum { WORDS_MIN = 4, PERCENT = 80 };

static bool is_content(const struct token *t)
{
	return t->upos == UPOS_NOUN || t->upos == UPOS_PROPN || t->upos == UPOS_VERB ||
	       t->upos == UPOS_ADJ || t->upos == UPOS_ADV || t->upos == UPOS_NUM;
}

/* A run of tokens. */
struct words {
	uint32_t tok, n;
};

static uint32_t count(const struct doc *d, struct words a)
{
	uint32_t n = 0;

	for (uint32_t i = a.tok; i < a.tok + a.n; i++)
		n += is_content(&d->tokens[i]);
	return n;
}

static bool has_word(const struct doc *d, struct words a, struct str lower)
{
	for (uint32_t i = a.tok; i < a.tok + a.n; i++)
		if (is_content(&d->tokens[i]) && str_eq(d->tokens[i].lower, lower))
			return true;
	return false;
}

/* How many content words of a are in b. */
static uint32_t in_common(const struct doc *d, struct words a, struct words b)
{
	uint32_t n = 0;

	for (uint32_t i = a.tok; i < a.tok + a.n; i++)
		n += is_content(&d->tokens[i]) && has_word(d, b, d->tokens[i].lower);
	return n;
}

static bool same_holder(const struct doc *d, int32_t a, int32_t b)
{
	return a == b ||
	       (d->entities[a].code.n > 0 && str_eq(d->entities[a].code, d->entities[b].code));
}

static bool same_target(const struct doc *d, const struct stance_place *a,
			const struct stance_place *b)
{
	struct words x = {a->tok, a->n_tok}, y = {b->tok, b->n_tok};
	uint32_t n = count(d, x), m = count(d, y), least = n < m ? n : m;

	if (a->entity > 0 && a->entity == b->entity)
		return true;
	return least > 0 && 2 * in_common(d, n < m ? x : y, n < m ? y : x) >= least;
}

/* A bit for each content word of a place's sentence (several may share one), and how many there
 * are: nearly all sentences are told from one another by that. */
struct outline {
	uint64_t bits;
	uint32_t n;
};

static struct outline outline_of(const struct doc *d, uint32_t sentence)
{
	const struct sentence *s = &d->sentences[sentence];
	struct outline o = {0};

	for (uint32_t i = s->tok; i < s->tok + s->n_tok; i++)
		if (is_content(&d->tokens[i])) {
			o.bits |= 1ull << (feature_of(1, d->tokens[i].lower) >> 58);
			o.n++;
		}
	return o;
}

static uint32_t bits_set(uint64_t x)
{
	uint32_t n = 0;

	for (; x; x &= x - 1)
		n++;
	return n;
}

/* What a sentence may say beyond another that says it again. */
static uint32_t beyond(uint32_t n_words)
{
	return n_words * (100 - PERCENT) / 100;
}

static bool may_say_again(const struct outline *a, const struct outline *b)
{
	return a->n >= WORDS_MIN && a->n <= b->n && bits_set(a->bits & ~b->bits) <= beyond(a->n);
}

static bool says_again(const struct doc *d, uint32_t sentence, uint32_t other)
{
	const struct sentence *s = &d->sentences[sentence], *t = &d->sentences[other];
	struct words a = {s->tok, s->n_tok}, b = {t->tok, t->n_tok};
	uint32_t n = count(d, a);

	return n - in_common(d, a, b) <= beyond(n);
}

/* Of two that say the same the first one stays. */
static bool is_repeat(const struct doc *d, const struct stance_place *list,
		      const struct outline *outlines, uint32_t n, uint32_t at)
{
	const struct stance_place *p = &list[at], *q;

	for (uint32_t i = 0; i < n; i++) {
		q = &list[i];
		if (q->sentence != p->sentence && may_say_again(&outlines[at], &outlines[i]) &&
		    (outlines[at].n < outlines[i].n || q->sentence < p->sentence) &&
		    same_holder(d, q->holder, p->holder) && same_target(d, p, q) &&
		    says_again(d, p->sentence, q->sentence))
			return true;
	}
	return false;
}

void stance_drop_repeats(struct doc *d, const struct stance_place *list, uint32_t n)
{
	struct outline *outlines = ARENA_ARRAY(d->arena, struct outline, n + 1);
	uint32_t kept = 0, at = 0;

	for (uint32_t i = 0; i < n; i++)
		outlines[i] = i && list[i].sentence == list[i - 1].sentence
				      ? outlines[i - 1]
				      : outline_of(d, list[i].sentence);
	for (uint32_t i = 0; i < d->n_stances; i++) {
		bool found = at < n && list[at].stance == i;

		if (!found || !is_repeat(d, list, outlines, n, at))
			d->stances[kept++] = d->stances[i];
		at += found;
	}
	d->n_stances = kept;
}
