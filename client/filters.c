#include "client/filters.h"

#include <stdlib.h>

#define AT(field) .offset = offsetof(struct filter_options, field)
#define FILTER(field, argument, words)                                                        \
	{                                                                                     \
		.name = #field, .type = OPTION_STR, AT(field), .arg = argument, .help = words \
	}
const struct option_row FILTER_ROWS[] = {
	FILTER(actor, "CODE", "who: CHN, EU …, or a name"),
	FILTER(target, "CODE",
	       "to or towards whom: a code or a name; for stances also words of the "
	       "issue"),
	FILTER(since, "DATE", "not before this day"),
	FILTER(until, "DATE", "not after this day"),
	FILTER(text, "WORDS", "words of the sentence"),
	FILTER(collection, "NAME", "of one collection only"),
	FILTER(confidence, "P", "at least so sure, from 0 to 1: fewer, and more of them right"),
	{.name = "limit",
	 .letter = 'n',
	 .type = OPTION_INT,
	 AT(limit),
	 .arg = "N",
	 .standard = "0",
	 .help = "at most so many; 0 is all"},
	{.name = "json",
	 .type = OPTION_BOOL,
	 AT(json),
	 .help = "one JSON object a line instead of a table"},
	{.type = OPTION_END},
};

int filters_fill(struct filters *f, const struct filter_options *o, const struct row_filter *more,
		 struct err *e)
{
	const struct row_filter mine[] = {
		{"actor", o->actor},           {"target", o->target}, {"since", o->since},
		{"until", o->until},           {"text", o->text},     {"collection", o->collection},
		{"confidence", o->confidence},
	};
	uint32_t n = 0;
	char *end;

	*f = (struct filters){0};
	for (size_t i = 0; i < sizeof(mine) / sizeof(mine[0]); i++)
		if (mine[i].value)
			f->list[n++] = mine[i];
	for (; more && more->name; more++)
		if (more->value) {
			CHECK(n < FILTERS_MAX);
			f->list[n++] = *more;
		}
	if (!o->confidence)
		return 0;
	if (!(strtod(o->confidence, &end) >= 0) || *end || end == o->confidence ||
	    strtod(o->confidence, NULL) > 1)
		return err_set(e, ERR_INVALID, "--confidence %s is not a number from 0 to 1",
			       o->confidence);
	return 0;
}
