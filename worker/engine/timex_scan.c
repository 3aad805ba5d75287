#include "worker/engine/timex_scan.h"

enum { YEAR_REACH = 10 }; /* sentences for which a named year holds bare months */

struct str scan_low(const struct scan *s, uint32_t i)
{
	return i < s->end ? s->doc->tokens[i].lower : STR("");
}

bool scan_is(const struct scan *s, uint32_t i, const char *word)
{
	return i < s->end && str_is(s->doc->tokens[i].lower, word);
}

bool scan_any(const struct scan *s, uint32_t i, const char *const *words)
{
	for (; *words; words++)
		if (scan_is(s, i, *words))
			return true;
	return false;
}

enum time_class scan_class(const struct scan *s, uint32_t i)
{
	return i < s->end ? s->w[i].class : TIME_NONE;
}

bool scan_dash(const struct scan *s, uint32_t i)
{
	return scan_is(s, i, "-") || scan_is(s, i, "--") || scan_is(s, i, "\xe2\x80\x93") ||
	       scan_is(s, i, "\xe2\x80\x94");
}

bool scan_before(const struct scan *s, uint32_t i, const char *const *words)
{
	return i > 0 && s->doc->tokens[i - 1].sent == s->doc->tokens[i].sent &&
	       scan_any(s, i - 1, words);
}

/* ---- tense ---- */

static const char *const FUTURE_AUX[] = {"will", "'ll",   "wo",    "shall",  "would", "can",
					 "may",  "might", "could", "should", "must",  NULL};
static const char *const PAST_AUX[] = {"did", "had",  "was", "were", "been",
				       "has", "have", "'d",  "'ve",  NULL};
static const char *const FUTURE_VERBS[] = {"plan",      "expect",   "schedule", "due",   "intend",
					   "hope",      "set",      "begin",    "slate", "plans",
					   "scheduled", "expected", "planned",  NULL};

static int tense_of_verb(const struct scan *s, int32_t verb)
{
	const struct token *t = &s->doc->tokens[verb];
	int32_t c;
	int tense = 0;

	for (c = t->child; c >= 0; c = s->doc->tokens[c].next) {
		if (s->doc->tokens[c].upos != UPOS_AUX && !scan_is(s, (uint32_t)c, "to"))
			continue;
		if (scan_any(s, (uint32_t)c, FUTURE_AUX))
			return 1;
		if (scan_any(s, (uint32_t)c, PAST_AUX))
			tense = -1;
		if (scan_is(s, (uint32_t)c, "to") && tense == 0)
			tense = 1;
	}
	if (tense == 0 && !str_eq(t->lower, t->lemma) && !str_ends(t->lower, STR("s")) &&
	    !str_ends(t->lower, STR("ing")))
		tense = -1;
	return tense;
}

/* -1 past, +1 future, 0 unknown: of the clause that holds the token. */
int scan_tense(const struct scan *s, uint32_t tok)
{
	int32_t at = (int32_t)tok;

	for (int steps = 0; at >= 0 && steps < 24; steps++, at = s->doc->tokens[at].head) {
		const struct token *t = &s->doc->tokens[at];

		if (t->upos == UPOS_VERB || t->upos == UPOS_AUX || t->head < 0)
			break;
	}
	if (at < 0)
		return 0;
	if (scan_any(s, (uint32_t)at, FUTURE_VERBS) && tense_of_verb(s, at) >= 0)
		return 1;
	for (uint32_t c = 0; FUTURE_VERBS[c]; c++)
		if (str_is(s->doc->tokens[at].lemma, FUTURE_VERBS[c]) &&
		    str_ends(scan_low(s, (uint32_t)at), STR("ed")))
			return 1;
	return tense_of_verb(s, at);
}

/* ---- into the calendar ---- */

struct time_value scan_weekday(const struct scan *s, uint32_t tok, int weekday)
{
	struct date d = {0};
	int32_t today, back;

	if (!s->today.year || !s->today.day)
		return time_value_day(s->a, d);
	today = date_to_days(s->today);
	back = (date_weekday(s->today) - weekday + 7) % 7;
	if (scan_tense(s, tok) > 0)
		return time_value_day(s->a, date_of_days(back ? today - back + 7 : today));
	return time_value_day(s->a, date_of_days(today - back));
}

/* The year that a bare month (with or without a day) is of. */
int scan_year(const struct scan *s, uint32_t tok, int month, int day)
{
	struct date d = {s->today.year, (int8_t)month, (int8_t)day};
	int t = scan_tense(s, tok), order;
	uint32_t sent = s->doc->tokens[tok].sent;

	if (s->year && sent - s->year_sent <= YEAR_REACH && t <= 0 &&
	    (!s->today.year || s->year < s->today.year))
		return s->year;
	if (!s->today.year)
		return s->year;
	order = date_cmp(d, s->today);
	if (t > 0)
		return s->today.year + (order < 0 && month != s->today.month);
	if (t == 0 && order > 0)
		return s->today.year - (month - s->today.month > 6);
	if (t < 0 && order > 0 && day && month - s->today.month <= 1)
		return s->today.year; /* a day just ahead of the date line, whatever the tense */
	return s->today.year - (order > 0);
}

struct time_value scan_month_day(const struct scan *s, int year, int month, int day)
{
	struct date d = {(int16_t)year, (int8_t)month, (int8_t)day};

	if (year <= 0) {
		struct time_value v = time_value_day(s->a, (struct date){0});

		v.value = day ? arena_printf(s->a, "XXXX-%02d-%02d", month, day)
			      : arena_printf(s->a, "XXXX-%02d", month);
		return v;
	}
	return day ? time_value_day(s->a, d) : time_value_month(s->a, year, month);
}

/* Where "earlier", "the following" and "that" are counted from. */
struct date scan_anchor(const struct scan *s)
{
	return s->said.start.year ? s->said.start : s->today;
}
