#include "worker/codebook/example.h"

#include <string.h>

static bool read_example(struct str value, struct example *x)
{
	const char *arrow = memmem(value.p, value.n, " => ", 4);
	struct str rest, type;

	if (!arrow)
		return false;
	x->sentence = (struct str){value.p, (size_t)(arrow - value.p)};
	rest = (struct str){arrow + 4, value.n - x->sentence.n - 4};
	if (!source_part(&rest, ' ', &x->source) || !source_part(&rest, ' ', &type) ||
	    !source_part(&rest, ' ', &x->target))
		return false;
	x->type = event_type_of(type);
	return x->type != EVENT_NONE;
}

bool example_next(struct source *s, struct example *x)
{
	struct source_line l;

	while (source_next(s, &l)) {
		if (!l.field || !str_is(l.key, "example"))
			continue;
		x->line = l.line;
		if (read_example(l.value, x))
			return true;
		source_problem(s, l.line, l.value,
			       "SENTENCE => SOURCE TYPE TARGET, with codes of actors or -");
	}
	return false;
}

static bool is_named(const struct result *r, const struct id_list *l, struct str code)
{
	for (uint32_t i = 0; i < l->n; i++)
		for (uint32_t k = 0; k < r->n_entities; k++)
			if (r->entities[k].id == l->ids[i] && str_eq(r->entities[k].code, code))
				return true;
	return false;
}

static bool are_named(const struct result *r, const struct id_list *l, struct str codes)
{
	struct str one;

	if (str_is(codes, "-"))
		return true;
	while (source_part(&codes, '+', &one))
		if (!is_named(r, l, one))
			return false;
	return true;
}

bool example_holds(const struct example *x, const struct result *r)
{
	for (uint32_t i = 0; i < r->n_events; i++) {
		const struct result_event *v = &r->events[i];

		if (v->type == x->type && are_named(r, &v->source, x->source) &&
		    are_named(r, &v->target, x->target))
			return true;
	}
	return false;
}
