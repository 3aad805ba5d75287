/* Stances of headlines and pull quotes that the body holds, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "worker/engine/stance_repeats.h"

enum { TOKENS_MAX = 64, SENTENCES_MAX = 4, UNION = 1, MAYOR = 2 };

struct scene {
	struct arena arena;
	struct token tokens[TOKENS_MAX];
	struct sentence sentences[SENTENCES_MAX];
	struct entity entities[3];
	struct result_stance stances[SENTENCES_MAX];
	struct stance_place places[SENTENCES_MAX];
	uint32_t n_places;
	struct doc d;
};

static void set_up(struct scene *x)
{
	memset(x, 0, sizeof(*x));
	x->d = (struct doc){.arena = &x->arena,
			    .tokens = x->tokens,
			    .sentences = x->sentences,
			    .entities = x->entities,
			    .n_entities = 3,
			    .stances = x->stances};
}

/* A sentence of nouns, and a stance of its holder on its last word. */
static void say(struct scene *x, int32_t holder, const char *const *words)
{
	struct doc *d = &x->d;
	uint32_t s = d->n_sentences++;

	x->sentences[s].tok = d->n_tokens;
	for (; *words; words++)
		x->tokens[d->n_tokens++] =
			(struct token){.lower = str_of(*words), .upos = UPOS_NOUN, .sent = s};
	x->sentences[s].n_tok = d->n_tokens - x->sentences[s].tok;
	x->stances[s].strength = (int)s;
	x->places[x->n_places++] = (struct stance_place){.stance = d->n_stances++,
							 .sentence = s,
							 .holder = holder,
							 .entity = -1,
							 .tok = d->n_tokens - 1,
							 .n_tok = 1};
}

static const char *const headline[] = {"dockers", "vow", "fight", "toll", NULL};
static const char *const body[] = {"dockers", "vow", "friday", "harbour", "fight", "toll", NULL};
static const char *const other[] = {"dockers", "want", "longer", "harbour", "pier", "toll", NULL};

static void a_headline_holds_nothing_that_the_body_holds(void **state)
{
	struct scene x;

	(void)state;
	set_up(&x);
	say(&x, UNION, headline);
	say(&x, UNION, body);
	stance_drop_repeats(&x.d, x.places, x.n_places);
	assert_int_equal(x.d.n_stances, 1);
	assert_int_equal(x.stances[0].strength, 1);
	arena_free(&x.arena);
}

static void of_two_alike_the_first_stays(void **state)
{
	struct scene x;

	(void)state;
	set_up(&x);
	say(&x, UNION, body);
	say(&x, UNION, body);
	stance_drop_repeats(&x.d, x.places, x.n_places);
	assert_int_equal(x.d.n_stances, 1);
	assert_int_equal(x.stances[0].strength, 0);
	arena_free(&x.arena);
}

static void another_holder_or_sentence_is_no_repeat(void **state)
{
	struct scene x;

	(void)state;
	set_up(&x);
	say(&x, MAYOR, headline);
	say(&x, UNION, body);
	say(&x, UNION, other);
	stance_drop_repeats(&x.d, x.places, x.n_places);
	assert_int_equal(x.d.n_stances, 3);
	arena_free(&x.arena);
}

static void stances_found_elsewhere_stay(void **state)
{
	struct scene x;

	(void)state;
	set_up(&x);
	say(&x, UNION, headline);
	say(&x, UNION, body);
	x.places[0] = x.places[1];
	stance_drop_repeats(&x.d, x.places, 1);
	assert_int_equal(x.d.n_stances, 2);
	arena_free(&x.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_headline_holds_nothing_that_the_body_holds),
		cmocka_unit_test(of_two_alike_the_first_stays),
		cmocka_unit_test(another_holder_or_sentence_is_no_repeat),
		cmocka_unit_test(stances_found_elsewhere_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
