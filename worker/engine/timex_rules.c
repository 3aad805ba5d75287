#include "worker/engine/timex_scan.h"

/* ---- numbers ---- */

/* "twenty four", "2,000", "a few", "several"; value -1 where it is vague. */
uint32_t rule_number(const struct scan *s, uint32_t i, int *value)
{
	uint32_t n = 0;

	*value = 0;
	if ((scan_is(s, i, "a") || scan_is(s, i, "the")) && scan_class(s, i + 1) == TIME_NUMBER &&
	    (s->w[i + 1].value < 0 || s->w[i + 1].value == 2 || s->w[i + 1].value >= 12))
		n = 1;
	if (scan_class(s, i + n) != TIME_NUMBER && scan_class(s, i + n) != TIME_YEAR)
		return 0;
	*value = s->w[i + n].value;
	n++;
	while (scan_class(s, i + n) == TIME_NUMBER && *value > 0 && s->w[i + n].value > 0 &&
	       n < 6) {
		int next = s->w[i + n].value;

		if (next == 100 || next == 1000)
			*value = *value > 30 ? *value : *value * next;
		else if (*value >= 20 && next < 10)
			*value += next;
		else
			break;
		n++;
	}
	if (scan_dash(s, i + n) && *value >= 20 && scan_class(s, i + n + 1) == TIME_NUMBER &&
	    s->w[i + n + 1].value < 10 && s->w[i + n + 1].value > 0) {
		*value += s->w[i + n + 1].value;
		n += 2;
	}
	if (scan_is(s, i + n, "of") && n > 1 && (*value < 0 || *value == 2))
		n++;
	return n;
}

static bool is_day(const struct scan *s, uint32_t i)
{
	return (scan_class(s, i) == TIME_NUMBER || scan_class(s, i) == TIME_ORDINAL) &&
	       s->w[i].value >= 1 && s->w[i].value <= 31;
}

/* ---- absolute dates ---- */

/* ", 1999" or " 1999" after a month or a day. */
uint32_t rule_year_after(const struct scan *s, uint32_t i, int *year)
{
	uint32_t comma = scan_is(s, i, ",") ? 1 : 0;

	if (scan_class(s, i + comma) != TIME_YEAR)
		return 0;
	*year = s->w[i + comma].value;
	return comma + 1;
}

static void until(struct scan *s, struct hit *h, struct date end)
{
	if (!h->v.start.year || date_cmp(end, h->v.start) <= 0)
		return;
	h->v.end = end;
	h->v.value = arena_printf(s->a, "%.*s/%.*s", STR_ARG(h->v.value),
				  STR_ARG(date_format(s->a, end)));
}

/* "January 17–18, 2020", "Jan. 17 and 18", "January 17 - February 2" */
static uint32_t second_day(struct scan *s, uint32_t i, int month, struct date *end)
{
	static const char *const JOIN[] = {"-", "\xe2\x80\x93", "\xe2\x80\x94", "and", "to", NULL};
	bool hyphen = scan_dash(s, i);

	*end = (struct date){0, (int8_t)month, 0};
	if (!scan_any(s, i, JOIN))
		return 0;
	if (is_day(s, i + 1) && (hyphen || scan_class(s, i + 2) != TIME_UNIT)) {
		if (!hyphen && scan_class(s, i + 2) == TIME_NONE && i + 2 < s->end &&
		    s->doc->tokens[i + 2].upos != UPOS_PUNCT && !scan_is(s, i + 2, "in"))
			return 0;
		end->day = (int8_t)s->w[i + 1].value;
		return 2;
	}
	if (scan_class(s, i + 1) == TIME_MONTH && is_day(s, i + 2) && hyphen) {
		end->month = (int8_t)s->w[i + 1].value;
		end->day = (int8_t)s->w[i + 2].value;
		return 3;
	}
	return 0;
}

/* "Theresa May", "Mrs. May", "May met …": a month without a day may be a person's name. */
static bool is_surname(const struct scan *s, uint32_t i)
{
	const struct token *t = &s->doc->tokens[i], *b = t - 1;

	if (t->ner == NER_PER)
		return true;
	if (!str_is(t->lower, "may") || t->upos != UPOS_PROPN)
		return false;
	return t->rel == REL_NSUBJ || (i > 0 && b->sent == t->sent && b->upos == UPOS_PROPN &&
				       s->w[i - 1].class == TIME_NONE);
}

struct hit rule_month_day(struct scan *s, uint32_t i)
{
	struct hit h = {0};
	struct date end = {0};
	int month, day = 0, year = 0;
	uint32_t n = 1, more;

	if (scan_class(s, i) == TIME_MONTH) {
		month = s->w[i].value;
		if (scan_is(s, i + n, ".") && i + n + 1 < s->end && is_day(s, i + n + 1))
			n++;
		if (is_day(s, i + n))
			day = s->w[i + n++].value;
		else if (is_surname(s, i))
			return h;
	} else if (is_day(s, i)) { /* 17 January, the 3rd of May */
		day = s->w[i].value;
		if (scan_dash(s, i + 1) && is_day(s, i + 2) && scan_class(s, i + 3) == TIME_MONTH) {
			end = (struct date){0, (int8_t)s->w[i + 3].value,
					    (int8_t)s->w[i + 2].value};
			n = 3;
		}
		if (scan_is(s, i + n, "of") && scan_class(s, i) == TIME_ORDINAL)
			n++;
		if (scan_class(s, i + n) != TIME_MONTH)
			return h;
		month = s->w[i + n++].value;
	} else {
		return h;
	}
	if (day && !end.day) {
		more = second_day(s, i + n, month, &end);
		n += more;
	}
	more = rule_year_after(s, i + n, &year);
	if (!more && !day && scan_is(s, i + n, "of"))
		more = rule_year_after(s, i + n + 1, &year) ? 2 : 0;
	n += more;
	if (!year)
		year = scan_year(s, i, month, day);
	if (day > date_month_days(year ? year : 2000, month))
		day = 0;
	h.v = scan_month_day(s, year, month, day);
	if (end.day && year && end.day <= date_month_days(year, end.month)) {
		end.year = (int16_t)year;
		until(s, &h, end);
	}
	h.n = n;
	return h;
}

/* 2020-01-17 in one token or three; 11/02/89 */
struct hit rule_numeric(struct scan *s, uint32_t i)
{
	struct hit h = {0};
	struct str t = scan_low(s, i);
	struct date d = {0};

	if (t.n == 10 && date_parse(t, &d)) {
		h.n = 1;
	} else if (scan_class(s, i) == TIME_YEAR && scan_is(s, i + 1, "-") &&
		   scan_class(s, i + 2) == TIME_NUMBER && scan_is(s, i + 3, "-") &&
		   is_day(s, i + 4) && s->w[i + 2].value >= 1 && s->w[i + 2].value <= 12) {
		d = (struct date){s->w[i].value, (int8_t)s->w[i + 2].value,
				  (int8_t)s->w[i + 4].value};
		if (d.day <= date_month_days(d.year, d.month))
			h.n = 5;
	} else if (t.n >= 8 && t.n <= 10 && t.p[2] == '/' && t.p[5] == '/') {
		int part[3] = {0};
		int at = 0;

		for (size_t k = 0; k < t.n; k++) {
			if (t.p[k] == '/')
				at++;
			else if (t.p[k] < '0' || t.p[k] > '9' || at > 2)
				return h;
			else
				part[at] = part[at] * 10 + (t.p[k] - '0');
		}
		if (part[2] < 100)
			part[2] += part[2] < 40 ? 2000 : 1900;
		d = (struct date){(int16_t)part[2], (int8_t)part[0], (int8_t)part[1]};
		if (part[0] >= 1 && part[0] <= 12 && part[1] >= 1 &&
		    part[1] <= date_month_days(part[2], part[0]))
			h.n = 1;
	}
	if (h.n)
		h.v = time_value_day(s->a, d);
	return h;
}

/* A bare year is one after a preposition, or where nothing countable follows. */
static bool year_reads(const struct scan *s, uint32_t i)
{
	static const char *const PREP[] = {
		"in",  "since",   "of",     "by",      "from",   "until", "till",  "during",
		"to",  "before",  "after",  "and",     "fiscal", "for",   "early", "late",
		"mid", "through", "around", "between", "the",    "circa", "year",  "(",
		"or",  "-",       "about",  "over",    "as",     NULL};
	static const char *const MONEY[] = {"$",      "us$",   "no.",          "number",
					    "nearly", "some",  "page",         "euros",
					    "than",   "least", "\xe2\x82\xac", NULL};
	const struct token *t = &s->doc->tokens[i];
	const struct token *next = i + 1 < s->end ? t + 1 : NULL;

	if (scan_before(s, i, MONEY) || s->w[i].value < 1400)
		return false;
	if (next &&
	    (next->upos == UPOS_SYM || str_is(next->lower, "%") || str_is(next->lower, "percent")))
		return false;
	if (next && next->upos == UPOS_NOUN && t->head == (int32_t)i + 1 && t->rel == REL_NUMMOD &&
	    str_ends(next->lower, STR("s")))
		return scan_before(s, i, (const char *const[]){"the", "in", NULL}) &&
		       s->w[i].value >= 1900;
	return scan_before(s, i, PREP) || (s->w[i].value >= 1900 && s->w[i].value <= 2100);
}

struct hit rule_year(struct scan *s, uint32_t i)
{
	struct hit h = {0};
	int year, to;

	if (scan_class(s, i) == TIME_DECADE) {
		h.v = time_value_decade(s->a, s->w[i].value);
		h.n = 1;
		return h;
	}
	if (scan_is(s, i, "fiscal") && scan_class(s, i + 1) == TIME_YEAR) {
		h.v = time_value_year(s->a, s->w[i + 1].value);
		h.n = 2;
		return h;
	}
	if (scan_is(s, i, "fiscal") && scan_is(s, i + 1, "year") &&
	    scan_class(s, i + 2) == TIME_YEAR) {
		h.v = time_value_year(s->a, s->w[i + 2].value);
		h.n = 3;
		return h;
	}
	if (scan_class(s, i) != TIME_YEAR || !year_reads(s, i))
		return h;
	year = s->w[i].value;
	h.v = time_value_year(s->a, year);
	h.n = 1;
	if (!scan_dash(s, i + 1) && !scan_is(s, i + 1, "/"))
		return h;
	to = i + 2 < s->end ? s->w[i + 2].value : 0;
	if (scan_class(s, i + 2) == TIME_NUMBER && to > year % 100 && to < 100 &&
	    scan_low(s, i + 2).n == 2)
		to += year - year % 100;
	if (to > year && to < year + 200 && to <= 2200) {
		h.n = 3;
		until(s, &h, (struct date){(int16_t)to, 0, 0});
	}
	return h;
}

/* "first quarter of 2020", "the third-quarter", "Q3 2020", "the second half of the year" */
struct hit rule_quarter(struct scan *s, uint32_t i)
{
	struct hit h = {0};
	enum time_unit unit;
	int nth, year = 0, now;
	uint32_t n = 1, more;

	if (scan_class(s, i) != TIME_ORDINAL)
		return h;
	nth = s->w[i].value;
	n += scan_dash(s, i + n);
	if (scan_is(s, i + n, "fiscal"))
		n++;
	if (scan_class(s, i + n) != TIME_UNIT)
		return h;
	unit = s->w[i + n].value;
	if (unit == UNIT_CENTURY && nth <= 30 && nth >= 1) {
		h.v = time_value_century(s->a, (nth - 1) * 100 + 1);
		h.n = n + 1;
		return h;
	}
	if ((unit != UNIT_QUARTER || nth > 4) && (unit != UNIT_HALF || nth > 2))
		return h;
	n++;
	if (s->w[i + n - 1].plural)
		return h;
	more = scan_is(s, i + n, "of") || scan_is(s, i + n, "in");
	if (rule_year_after(s, i + n + more, &year)) {
		n += more + 1;
	} else if (scan_is(s, i + n, "of") && scan_is(s, i + n + 1, "last") &&
		   scan_is(s, i + n + 2, "year")) {
		year = s->today.year ? s->today.year - 1 : 0;
		n += 3;
	} else if (scan_is(s, i + n, "of") && scan_is(s, i + n + 1, "this") &&
		   scan_is(s, i + n + 2, "year")) {
		year = s->today.year;
		n += 3;
	}
	now = s->today.month ? (s->today.month - 1) / (unit == UNIT_HALF ? 6 : 3) + 1 : 1;
	if (!year && s->today.year)
		year = s->today.year - (nth > now && scan_tense(s, i) <= 0);
	h.v = unit == UNIT_HALF ? time_value_half(s->a, year, nth)
				: time_value_quarter(s->a, year, nth);
	h.n = n;
	return h;
}

/* ---- relative expressions ---- */

static struct hit relative_unit(struct scan *s, uint32_t i, int dir, enum time_unit unit)
{
	struct hit h = {0};
	struct date from = s->today;

	if (scan_is(s, i, "following") || scan_is(s, i, "previous") || scan_is(s, i, "preceding") ||
	    scan_is(s, i, "same"))
		from = scan_anchor(s);
	h.n = 2;
	h.v = time_value_shift(s->a, from, unit, dir);
	if (unit == UNIT_HOUR || unit == UNIT_MINUTE || unit == UNIT_SECOND)
		h.n = 0;
	if (unit == UNIT_WEEKEND && dir == -1 && s->today.year &&
	    date_weekday(s->today) < 5) /* on a Monday the last weekend was yesterday */
		h.v = time_value_weekend(s->a, date_of_days(date_to_days(s->today) - 7));
	return h;
}

static struct hit relative_season(struct scan *s, int dir, int season)
{
	struct hit h = {.n = 2};
	int now = s->today.month ? (s->today.month % 12) / 3 - 1 : 0; /* -1 winter … 2 autumn */
	int year = s->today.year;

	if (dir < 0 && (season >= now || now < 0))
		year--;
	if (dir > 0 && season <= now && now >= 0)
		year++;
	h.v = time_value_season(s->a, year, season);
	return h;
}

static struct hit relative_month(struct scan *s, uint32_t i, int dir, int month)
{
	struct hit h = {.n = 2};
	int year = s->today.year;

	if (dir < 0 && month >= s->today.month)
		year--;
	if (dir > 0 && month <= s->today.month)
		year++;
	h.v = scan_month_day(s, year, month, 0);
	if (is_day(s, i + 2) && scan_class(s, i + 3) != TIME_UNIT && year) {
		h.v = scan_month_day(s, year, month, s->w[i + 2].value);
		h.n = 3;
	}
	return h;
}

static struct hit relative_weekday(struct scan *s, int dir, int weekday)
{
	struct hit h = {.n = 2};
	int32_t today = date_to_days(s->today), back;

	if (!s->today.year || !s->today.day) {
		h.v = time_value_day(s->a, (struct date){0});
		return h;
	}
	back = (date_weekday(s->today) - weekday + 7) % 7;
	if (dir < 0)
		today -= back ? back : 7;
	else if (dir > 0)
		today += 7 - back;
	else
		today += weekday - date_weekday(s->today);
	h.v = time_value_day(s->a, date_of_days(today));
	return h;
}

/* What "last", "next" and "this" make of the next word by itself. */
static struct hit relative_word(struct scan *s, uint32_t i, int dir)
{
	struct time_word w = i + 1 < s->end ? s->w[i + 1] : (struct time_word){0};
	struct hit h = {0};

	switch (w.class) {
	case TIME_UNIT:
		return relative_unit(s, i, dir, w.value);
	case TIME_SEASON:
		return relative_season(s, dir, w.value);
	case TIME_MONTH:
		return relative_month(s, i, dir, w.value);
	case TIME_WEEKDAY:
		return relative_weekday(s, dir, w.value);
	case TIME_PART:
		if (!s->today.year)
			return h;
		h.v = time_value_part(
			s->a, date_of_days(date_to_days(s->today) + (dir < 0 ? -1 : dir)), w.value);
		h.n = 2;
		return h;
	case TIME_HOLIDAY:
		if (w.value % 100 && s->today.year) {
			h.v = scan_month_day(s, s->today.year + (dir < 0 ? -1 : dir), w.value / 100,
					     w.value % 100);
			h.n = 2;
		}
		return h;
	default:
		return h;
	}
}

/* "that day", "that year" */
static struct hit that_unit(struct scan *s, uint32_t i)
{
	struct time_word w = i + 1 < s->end ? s->w[i + 1] : (struct time_word){0};
	struct hit h = {0};

	if (w.class != TIME_UNIT || w.plural || w.value < UNIT_DAY || w.value > UNIT_YEAR)
		return h;
	h.v = time_value_shift(s->a, scan_anchor(s), w.value, 0);
	h.n = 2;
	return h;
}

/* "the latest quarter", "the last period" */
static bool is_period(const struct scan *s, uint32_t i, int dir)
{
	bool latest = scan_is(s, i, "latest");

	return (latest || (scan_class(s, i) == TIME_REL && dir != 0)) &&
	       (scan_is(s, i + 1, "period") || (latest && scan_is(s, i + 1, "quarter")));
}

/* "last year", "next Monday", "this spring", "the past three months", "recent years" */
struct hit rule_relative(struct scan *s, uint32_t i)
{
	bool that = scan_is(s, i, "that"), latest = scan_is(s, i, "latest");
	struct hit h = {0};
	int dir, count = 0;
	uint32_t n;

	if (scan_class(s, i) != TIME_REL && scan_class(s, i) != TIME_SPAN && !that && !latest)
		return h;
	if (that)
		return that_unit(s, i);
	dir = s->w[i].value;
	n = rule_number(s, i + 1, &count);
	if (n && scan_class(s, i + 1 + n) == TIME_UNIT) {
		h.v = time_value_duration(s->a, count, s->w[i + 1 + n].value);
		h.n = n + 2;
		return h;
	}
	if (scan_class(s, i + 1) == TIME_UNIT && s->w[i + 1].plural &&
	    (scan_class(s, i) == TIME_SPAN || dir != 0)) {
		h.v = time_value_ref(dir);
		h.n = 2;
		return h;
	}
	if (is_period(s, i, dir)) {
		h.v = time_value_shift(s->a, s->today, UNIT_QUARTER,
				       scan_is(s, i, "next") ? 1 : -1);
		h.n = 2;
		return h;
	}
	if (latest)
		return h;
	if (scan_is(s, i + 1, "fiscal") && scan_class(s, i + 2) == TIME_UNIT) {
		h = relative_unit(s, i, dir, s->w[i + 2].value);
		h.n = h.n ? 3 : 0;
		return h;
	}
	return relative_word(s, i, dir);
}

/* What follows a count of units: ago, earlier, later, from now … */
static struct hit counted(struct scan *s, uint32_t n, uint32_t i, int count, enum time_unit unit)
{
	struct hit h = {0};
	bool vague = count < 0;
	uint32_t at = i + n;

	if (scan_is(s, at, "ago")) {
		if (s->said.start.year && s->said.unit == UNIT_QUARTER && unit == UNIT_YEAR &&
		    count == 1)
			h.v = time_value_shift(s->a, s->said.start, UNIT_QUARTER, -4);
		else
			h.v = vague ? time_value_ref(-1)
				    : time_value_shift(s->a, s->today, unit, -count);
		h.n = n + 1;
	} else if (scan_is(s, at, "earlier") || scan_is(s, at, "before") ||
		   scan_is(s, at, "later") ||
		   (scan_is(s, at, "after") && !scan_is(s, at + 1, "the"))) {
		int sign = scan_is(s, at, "earlier") || scan_is(s, at, "before") ? -1 : 1;

		if (scan_is(s, at, "before") || scan_is(s, at, "after"))
			return h;
		if (s->said.start.year && s->said.unit == UNIT_QUARTER && unit == UNIT_YEAR &&
		    !vague)
			h.v = time_value_shift(s->a, s->said.start, UNIT_QUARTER, 4 * sign * count);
		else
			h.v = vague ? time_value_ref(sign)
				    : time_value_shift(s->a, scan_anchor(s), unit, sign * count);
		h.n = n + 1;
	} else if (scan_is(s, at, "from") && scan_is(s, at + 1, "now")) {
		h.v = vague ? time_value_ref(1) : time_value_shift(s->a, s->today, unit, count);
		h.n = n + 2;
	} else {
		h.v = time_value_duration(s->a, count, unit);
		h.n = n;
	}
	return h;
}

/* "three days ago", "a year earlier", "30-year", "two weeks", "half an hour" */
struct hit rule_count(struct scan *s, uint32_t i)
{
	struct hit h = {0};
	int count = 0;
	uint32_t n = rule_number(s, i, &count), gap;
	bool hyphen;

	if (!n && (scan_is(s, i, "a") || scan_is(s, i, "an"))) {
		n = 1;
		count = 1;
		if (scan_is(s, i + 1, "full") || scan_is(s, i + 1, "whole"))
			n = 2;
	}
	if (!n)
		return h;
	gap = scan_is(s, i + n, "more") || scan_is(s, i + n, "full") ||
	      scan_is(s, i + n, "consecutive") || scan_is(s, i + n, "straight");
	hyphen = scan_dash(s, i + n);
	gap += hyphen;
	if (scan_class(s, i + n + gap) != TIME_UNIT || s->w[i + n + gap].value == UNIT_HALF)
		return h;
	n += gap + 1;
	if (hyphen && scan_dash(s, i + n) && scan_is(s, i + n + 1, "old")) {
		return h; /* an age is a property, not a time */
	}
	if ((scan_is(s, i, "a") || scan_is(s, i, "an")) && count == 1 &&
	    s->w[i + n - 1].value == UNIT_SECOND)
		return h;
	return counted(s, n, i, count, s->w[i + n - 1].value);
}

/* "year-earlier", "year-ago quarter", "the quarter", "the year", "the weekend" */
struct hit rule_unit(struct scan *s, uint32_t i)
{
	struct hit h = {0};
	struct time_word w = s->w[i];
	struct date from = scan_anchor(s);
	bool the = scan_before(s, i, (const char *const[]){"the", NULL});

	if (w.class != TIME_UNIT)
		return h;
	if (w.value == UNIT_YEAR && scan_dash(s, i + 1) &&
	    (scan_is(s, i + 2, "earlier") || scan_is(s, i + 2, "ago"))) {
		h.n = 3;
		if (s->said.unit == UNIT_QUARTER || scan_is(s, i + 3, "quarter") ||
		    scan_is(s, i + 3, "period"))
			h.v = time_value_shift(s->a, s->said.unit == UNIT_QUARTER ? from : s->today,
					       UNIT_QUARTER,
					       s->said.unit == UNIT_QUARTER ? -4 : -5);
		else
			h.v = time_value_year(s->a, s->today.year - 1);
		if (scan_is(s, i + 3, "quarter") || scan_is(s, i + 3, "period"))
			h.n = 4;
		return h;
	}
	if (w.value == UNIT_YEAR && scan_dash(s, i + 1) && scan_is(s, i + 2, "end")) {
		h.v = time_value_year(s->a, s->today.year);
		h.n = 3;
		return h;
	}
	if (the && !w.plural &&
	    (w.value == UNIT_QUARTER || w.value == UNIT_WEEKEND || w.value == UNIT_YEAR) &&
	    !scan_is(s, i + 1, "of")) {
		if (w.value == UNIT_QUARTER && s->said.unit != UNIT_QUARTER)
			h.v = time_value_shift(s->a, s->today, w.value, -1);
		else
			h.v = time_value_shift(s->a, w.value == UNIT_QUARTER ? from : s->today,
					       w.value, w.value == UNIT_WEEKEND ? -1 : 0);
		h.n = 1;
	}
	if (w.plural && w.value >= UNIT_DAY && w.value != UNIT_QUARTER && w.value != UNIT_HALF &&
	    w.value != UNIT_WEEKEND && !scan_is(s, i + 1, "of")) {
		static const char *const OVER[] = {"for", "in", "within", "over", "after", NULL};

		if (scan_before(s, i, OVER)) {
			h.v = time_value_duration(s->a, -1, w.value);
			h.n = 1;
			if (scan_is(s, i + 1, "ago")) {
				h.v = time_value_ref(-1);
				h.n = 2;
			}
		}
	}
	return h;
}
