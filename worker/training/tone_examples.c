#include "worker/training/tone_examples.h"

#include "worker/engine/stance_tone.h"

#define OTHER_MENTION 0.5f /* weight of an example by another mention of the target */

static bool within(const struct token *t, uint32_t start, uint32_t end)
{
	return t->span.end > start && t->span.start < end;
}

/* The topmost word within the marked characters, and the first and last of them. */
static int32_t head_of(const struct doc *d, uint32_t start, uint32_t end, uint32_t *tok,
		       uint32_t *n_tok)
{
	int32_t head = -1;

	*n_tok = 0;
	for (uint32_t i = 0; i < d->n_tokens; i++) {
		const struct token *t = &d->tokens[i];

		if (!within(t, start, end))
			continue;
		if (!*n_tok)
			*tok = i;
		*n_tok = i - *tok + 1;
		if (head < 0 ||
		    (d->tokens[head].sent == t->sent && doc_dominates(d, (int32_t)i, head)))
			head = (int32_t)i;
	}
	return head;
}

bool tone_question_of(const struct doc *d, const struct extra *x, struct tone_question *q)
{
	uint32_t tok, n_tok;

	*q = (struct tone_question){.holder = -1, .holder_entity = -1};
	q->target = head_of(d, x->target, x->target_end, &q->tok, &q->n_tok);
	if (q->target < 0)
		return false;
	q->entity = target_entity_at(d, q->target, true);
	if (x->holder < x->holder_end)
		q->holder = head_of(d, x->holder, x->holder_end, &tok, &n_tok);
	if (q->holder >= 0 && d->tokens[q->holder].sent != d->tokens[q->target].sent)
		q->holder = -1;
	if (q->holder >= 0)
		q->holder_entity = target_entity_at(d, q->holder, true);
	return true;
}

/* Adds what the parsed document says of the question. class_row as tone_word_rows has it. */
static void take(struct tone_set *set, const struct stance_ground *s, const struct tone_question *q,
		 const int16_t *class_row, enum polarity label, float weight, uint8_t group)
{
	struct tone_view v;
	struct tone_example x = {.label = label, .weight = weight, .group = group};
	struct tone_rows *word, *pair;
	uint8_t *inputs;

	tone_look(&v, s, q);
	x.n = v.n;
	x.target = v.q.tok - v.first;
	x.n_target = v.q.n_tok;
	x.inputs = inputs = arena_alloc(&set->arena, (size_t)v.n * NET_WORD);
	x.word = word = ARENA_ARRAY(&set->arena, struct tone_rows, v.n);
	x.pair = pair = ARENA_ARRAY(&set->arena, struct tone_rows, v.n);
	tone_inputs(s->d, v.first, v.n, inputs);
	for (uint32_t i = 0; i < v.n; i++) {
		tone_word_rows(s, class_row, v.first + i, &word[i]);
		tone_pair_rows(&v, v.first + i, &pair[i]);
	}
	tone_whole_rows(&v, class_row, &x.whole);
	ARENA_GROW(&set->arena, set->list, set->n, set->cap);
	set->list[set->n++] = x;
}

/* The other mentions of the same actor in the target's sentence bear the same tone. */
static void add_mentions(struct tone_set *set, const struct stance_ground *s,
			 const struct tone_question *q, const struct extra *x,
			 const int16_t *class_row, float weight, uint8_t group)
{
	struct tone_spot spots[TONE_SPOTS_MAX];
	uint32_t n = stance_tone_spots(s->d, s->d->tokens[q->target].sent, spots);

	for (uint32_t i = 0; i < n; i++) {
		struct tone_question other = *q;

		/* the phrase itself as the engine cuts it is one of them */
		if ((q->entity < 0 || spots[i].entity != q->entity) && spots[i].head != q->target)
			continue;
		if (spots[i].tok == q->tok && spots[i].n_tok == q->n_tok)
			continue;
		other.target = spots[i].head;
		other.tok = spots[i].tok;
		other.n_tok = spots[i].n_tok;
		take(set, s, &other, class_row, x->polarity, weight, group);
	}
}

static struct extra turned(const struct extra *x)
{
	return (struct extra){.text = x->text,
			      .target = x->holder,
			      .target_end = x->holder_end,
			      .holder = x->target,
			      .holder_end = x->target_end,
			      .polarity = POLARITY_NEUTRAL};
}

static void add_one(struct tone_set *set, const struct stance_ground *s, const struct extra *x,
		    const int16_t *class_row, float weight, uint8_t group)
{
	struct tone_question q;

	if (!tone_question_of(s->d, x, &q))
		return;
	take(set, s, &q, class_row, x->polarity, weight, group);
	if (q.holder < 0)
		add_mentions(set, s, &q, x, class_row, weight * OTHER_MENTION, group | TONE_ASIDE);
}

void tone_examples_add(struct tone_set *set, struct engine *en, const struct grammar *g,
		       const struct extras *x, float weight, bool both)
{
	static const struct word_clusters none;
	int16_t class_row[TONE_CLASSES_MAX];
	struct stance_ground s = {0};

	for (int c = 0; c < TONE_CLASSES_MAX; c++)
		class_row[c] = (uint32_t)c < g->n_classes ? (int16_t)c : -1;
	for (uint32_t i = 0; i < x->n; i++) {
		const struct extra *a = &x->list[i];
		struct engine_input in = {.text = a->text};
		struct extra b = turned(a);
		/* what follows each other is of one article; directed sentiment is in no order */
		uint8_t group = (uint8_t)(both ? i % TONE_FOLDS : (uint64_t)i * TONE_FOLDS / x->n);

		/* sentences of one text follow each other and share a group */
		if (!i || !str_eq(a->text, x->list[i - 1].text))
			stance_ground_make(&s, engine_parse(en, &in), g, &none);
		add_one(set, &s, a, class_row, weight, group);
		if (both)
			add_one(set, &s, &b, class_row, weight, group);
	}
}
