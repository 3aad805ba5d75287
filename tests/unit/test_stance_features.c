/* What the stances' features tell of a pair, on trees made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "worker/engine/stance_choice.h"
#include "worker/engine/stance_features.h"

enum { N = 4, MAYOR = 1, COUNCIL = 2 };

/* "Others praise the mayor's courage": the target is the last word, the holder whoever is asked. */
struct scene {
	struct token tokens[N];
	struct mention mentions[2];
	struct entity entities[3];
	struct sentence sentence;
	struct word_cluster cluster[N];
	struct doc d;
	struct grammar g;
	struct stance_ground s;
	struct target target;
	struct holder holders[2];
	uint32_t n_sides;
	struct candidates c;
};

static struct token word(const char *lemma, enum upos u, enum rel r, int32_t head)
{
	return (struct token){.lemma = str_of(lemma),
			      .lower = str_of(lemma),
			      .upos = (uint8_t)u,
			      .rel = (uint8_t)r,
			      .head = head,
			      .child = -1,
			      .next = -1,
			      .mention = -1,
			      .attrib = -1};
}

static void set_up(struct scene *x)
{
	memset(x, 0, sizeof(*x));
	x->tokens[0] = word("other", UPOS_PRON, REL_NSUBJ, 1);
	x->tokens[1] = word("praise", UPOS_VERB, REL_ROOT, -1);
	x->tokens[2] = word("mayor", UPOS_NOUN, REL_NMOD_POSS, 3);
	x->tokens[3] = word("courage", UPOS_NOUN, REL_OBJ, 1);
	x->tokens[1].child = 0;
	x->tokens[0].next = 3;
	x->tokens[3].child = 2;
	x->tokens[2].mention = 0;
	x->mentions[0] = (struct mention){.entity = MAYOR, .also = -1};
	x->mentions[1] = (struct mention){.entity = COUNCIL, .also = -1};
	x->sentence = (struct sentence){.n_tok = N, .root = 1, .voice = -1};
	x->d = (struct doc){.tokens = x->tokens,
			    .n_tokens = N,
			    .sentences = &x->sentence,
			    .n_sentences = 1,
			    .mentions = x->mentions,
			    .n_mentions = 2,
			    .entities = x->entities,
			    .n_entities = 3};
	x->s = (struct stance_ground){.d = &x->d, .g = &x->g, .cluster = x->cluster};
	x->target = (struct target){.tok = 3, .n_tok = 1, .head = 3, .entity = -1};
	x->holders[0] = (struct holder){.entity = MAYOR, .tok = 2};
	x->holders[1] = (struct holder){.entity = COUNCIL, .tok = 0};
	x->c = (struct candidates){
		.targets = &x->target, .n_targets = 1, .n_sides = &x->n_sides, .n_holders = 2};
	memcpy(x->c.holders, x->holders, sizeof(x->holders));
}

static bool has_same(const struct features *a, const struct features *b)
{
	return a->n == b->n && memcmp(a->h, b->h, a->n * sizeof(*a->h)) == 0;
}

static void part(struct scene *x, uint16_t holder, uint16_t links, struct features *f)
{
	f->n = 0;
	stance_part_features(&x->s, &x->c,
			     &(struct pair){.holder = holder, .links = links, .side = -1}, f, NULL);
}

static void whose_deed_it_is_changes_what_is_seen_of_the_owner(void **state)
{
	struct features unnamed = {0}, other = {0};
	struct scene x;

	(void)state;
	set_up(&x);
	part(&x, 0, LINK_POSSESSOR, &unnamed);
	x.tokens[0].mention = 1;
	part(&x, 0, LINK_POSSESSOR, &other);
	assert_false(has_same(&unnamed, &other));
	features_free(&unnamed);
	features_free(&other);
}

static void the_doer_is_seen_otherwise_than_who_is_only_named(void **state)
{
	struct features doer = {0}, named = {0};
	struct scene x;

	(void)state;
	set_up(&x);
	x.tokens[0].mention = 1;
	part(&x, 1, LINK_SUBJECT, &doer);
	part(&x, 0, LINK_POSSESSOR, &named);
	assert_true(doer.n > 0);
	assert_false(has_same(&doer, &named));
	features_free(&doer);
	features_free(&named);
}

static void more_of_the_last_part_leaves_the_others_as_they_are(void **state)
{
	struct pair p = {.links = LINK_POSSESSOR, .side = -1};
	struct features less = {0}, more = {0};
	struct feature_parts a = {0}, b = {0};
	struct scene x;

	(void)state;
	set_up(&x);
	stance_pair_features(&x.s, &x.c, &p, &less, &a);
	stance_pair_features(&x.s, &x.c, &p, &more, &b);
	stance_part_features(&x.s, &x.c, &p, &more, &b);
	assert_int_equal(a.n, PAIR_PARTS);
	assert_int_equal(b.n, PAIR_PARTS);
	assert_memory_equal(a.end, b.end, (PAIR_PARTS - 1) * sizeof(*a.end));
	assert_int_equal(b.end[PAIR_PARTS - 1], more.n);
	assert_true(more.n > less.n);
	assert_memory_equal(less.h, more.h, less.n * sizeof(*less.h));
	features_free(&less);
	features_free(&more);
}

/* "the new toll ... the toll ... the old bridge" */
static void a_phrase_said_again_is_the_same_target(void **state)
{
	struct token tokens[] = {
		word("the", UPOS_DET, REL_DET, 2),    word("new", UPOS_ADJ, REL_AMOD, 2),
		word("toll", UPOS_NOUN, REL_OBJ, -1), word("the", UPOS_DET, REL_DET, 4),
		word("toll", UPOS_NOUN, REL_OBJ, -1), word("the", UPOS_DET, REL_DET, 7),
		word("old", UPOS_ADJ, REL_AMOD, 7),   word("bridge", UPOS_NOUN, REL_OBJ, -1),
	};
	struct doc d = {.tokens = tokens, .n_tokens = 8};
	struct target first = {.tok = 0, .n_tok = 3}, again = {.tok = 3, .n_tok = 2};
	struct target bridge = {.tok = 5, .n_tok = 3}, article = {.tok = 5, .n_tok = 1};

	(void)state;
	assert_true(targets_repeat(&d, &first, &again));
	assert_true(targets_repeat(&d, &again, &first));
	assert_false(targets_repeat(&d, &first, &bridge));
	assert_false(targets_repeat(&d, &first, &article));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whose_deed_it_is_changes_what_is_seen_of_the_owner),
		cmocka_unit_test(the_doer_is_seen_otherwise_than_who_is_only_named),
		cmocka_unit_test(a_phrase_said_again_is_the_same_target),
		cmocka_unit_test(more_of_the_last_part_leaves_the_others_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
