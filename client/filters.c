#include "client/filters.h"

#include <stdlib.h>
#include <strings.h>

#include "proto/job.h"
#include "proto/near.h"
#include "worker/engine/date.h"

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
	FILTER(since, "DATE", "not before this day, month or year (2020-06)"),
	FILTER(until, "DATE", "not after this day, month or year"),
	FILTER(text, "WORDS", "words of the sentence"),
	COLLECTION_ROW(AT(collection)),
	FILTER(confidence, "P", "at least so sure, from 0 to 1: fewer, and more of them right"),
	LIMIT_ROW(AT(limit)),
	JSON_ROW(AT(json)),
	{.type = OPTION_END},
};

/* Words that a filter takes. One that is not among them would be answered with nothing, and read as
 * "there is none". */

static const char *type_word(int i)
{
	return i + 1 < N_EVENT_TYPES ? event_type_name((enum event_type)(i + 1)) : NULL;
}

static const char *status_word(int i)
{
	return i < N_EVENT_STATUSES ? event_status_name((enum event_status)i) : NULL;
}

static const char *polarity_word(int i)
{
	return i < N_POLARITIES ? polarity_name((enum polarity)i) : NULL;
}

static const char *state_word(int i)
{
	return i + 1 < N_JOB_STATES ? job_state_name((enum job_state)(i + 1)) : NULL;
}

static const struct vocabulary {
	const char *filter;
	const char *(*word)(int i); /* NULL after the last */
} VOCABULARIES[] = {
	{"type", type_word},
	{"status", status_word},
	{"polarity", polarity_word},
	{"state", state_word},
};

static int wrong_word(const struct vocabulary *v, const char *value, struct err *e)
{
	struct buf b = {0};
	struct near near;

	near_start(&near, str_of(value));
	for (int i = 0; v->word(i); i++) {
		buf_printf(&b, "%s%s", i ? ", " : "", v->word(i));
		near_try(&near, str_of(v->word(i)));
	}
	if (near.best.n)
		buf_printf(&b, "; did you mean %.*s?", STR_ARG(near.best));
	err_set(e, ERR_INVALID, "--%s %s is not one of %.*s", v->filter, value,
		STR_ARG(buf_str(&b)));
	buf_free(&b);
	return -1;
}

static bool is_date(const char *s)
{
	size_t n = strlen(s);
	struct date d;

	return (n == 4 || n == 7 || n == 10) && date_parse(str_of(s), &d) && d.year &&
	       (n < 7 || d.month) && (n < 10 || d.day);
}

int filter_check(struct row_filter *f, struct err *e)
{
	if (!f->value || !*f->value)
		return 0;
	if ((strcmp(f->name, "since") == 0 || strcmp(f->name, "until") == 0) && !is_date(f->value))
		return err_set(e, ERR_INVALID, "--%s %s: expected YYYY-MM-DD, YYYY-MM or YYYY",
			       f->name, f->value);
	for (size_t k = 0; k < sizeof(VOCABULARIES) / sizeof(VOCABULARIES[0]); k++) {
		const struct vocabulary *v = &VOCABULARIES[k];

		if (strcmp(f->name, v->filter) != 0)
			continue;
		for (int i = 0; v->word(i); i++)
			if (strcasecmp(v->word(i), f->value) == 0) {
				f->value = v->word(i);
				return 0;
			}
		return wrong_word(v, f->value, e);
	}
	return 0;
}

/* "chn" is CHN: nobody goes by three small letters. */
static void raise_code(struct row_filter *f, char code[static 4])
{
	static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz";

	if (!f->value || strlen(f->value) != 3 || strspn(f->value, LETTERS) != 3)
		return;
	for (int i = 0; i < 3; i++)
		code[i] = (char)(f->value[i] - 'a' + 'A');
	f->value = code;
}

/* What ends before it begins has nothing; a year or month lasts to its end. */
static int check_span(const char *since, const char *until, struct err *e)
{
	size_t n = since && until ? strlen(since) : 0, m = n ? strlen(until) : 0;

	if (strncmp(n ? since : "", n ? until : "", n < m ? n : m) <= 0)
		return 0;
	return err_set(e, ERR_INVALID, "--since %s is after --until %s", since, until);
}

int filters_fill(struct filters *f, const struct filter_options *o, const struct row_filter *more,
		 struct err *e)
{
	struct row_filter mine[] = {
		{"actor", o->actor},           {"target", o->target}, {"since", o->since},
		{"until", o->until},           {"text", o->text},     {"collection", o->collection},
		{"confidence", o->confidence},
	};
	uint32_t n = 0;
	char *end;

	*f = (struct filters){0};
	raise_code(&mine[0], f->codes[0]);
	raise_code(&mine[1], f->codes[1]);
	for (size_t i = 0; i < sizeof(mine) / sizeof(mine[0]); i++)
		if (mine[i].value)
			f->list[n++] = mine[i];
	for (; more && more->name; more++)
		if (more->value) {
			CHECK(n < FILTERS_MAX);
			f->list[n++] = *more;
		}
	for (uint32_t i = 0; i < n; i++)
		if (filter_check(&f->list[i], e) < 0)
			return -1;
	if (check_span(o->since, o->until, e) < 0)
		return -1;
	if (!o->confidence)
		return 0;
	if (!(strtod(o->confidence, &end) >= 0) || *end || end == o->confidence ||
	    strtod(o->confidence, NULL) > 1)
		return err_set(e, ERR_INVALID, "--confidence %s is not a number from 0 to 1",
			       o->confidence);
	return 0;
}
