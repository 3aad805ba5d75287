#include "worker/engine/timex.h"

#include "worker/engine/timex_scan.h"

/* One pass from left to right. At each token that can open an expression, rules match as much as
 * they can and say how many tokens they took; the longest match wins. */

/* ---- days, clocks, sets ---- */

static uint32_t part_after(const struct scan *s, uint32_t i, struct hit *h)
{
	if (scan_class(s, i) != TIME_PART || s->w[i].plural || !h->v.start.day)
		return 0;
	h->v = time_value_part(s->a, h->v.start, s->w[i].value);
	return 1;
}

static struct hit try_day(struct scan *s, uint32_t i)
{
	struct hit h = {0};
	struct hit date;
	uint32_t comma;

	if (scan_class(s, i) == TIME_DAY) {
		h.v = time_value_shift(s->a, s->today, UNIT_DAY, s->w[i].value);
		if (scan_is(s, i, "tonight"))
			h.v = time_value_part(s->a, s->today, PART_NIGHT);
		h.n = 1;
		h.n += part_after(s, i + 1, &h);
		return h;
	}
	if (scan_class(s, i) != TIME_WEEKDAY)
		return h;
	h.n = 1;
	if (s->w[i].plural) {
		h.v = time_value_duration(s->a, 1, UNIT_WEEK);
		h.v.type = TIMEX_SET;
		h.v.value = arena_printf(s->a, "XXXX-WXX-%d", s->w[i].value + 1);
		return h;
	}
	h.v = scan_weekday(s, i, s->w[i].value);
	comma = scan_is(s, i + 1, ",");
	date = rule_month_day(s, i + 1 + comma);
	if (date.n && date.v.unit == UNIT_DAY) {
		date.n += 1 + comma;
		return date;
	}
	h.n += part_after(s, i + 1, &h);
	if (scan_is(s, i + h.n, "last") && scan_is(s, i + h.n + 1, "week") && s->today.year) {
		h.v = time_value_day(s->a,
				     date_of_days(date_to_days(s->today) - date_weekday(s->today) -
						  7 + s->w[i].value));
		h.n += 2;
	}
	return h;
}

static uint32_t zone_after(const struct scan *s, uint32_t i)
{
	static const char *const ZONES[] = {"gmt", "est", "edt", "et",  "utc", "pst",
					    "pdt", "cet", "bst", "cst", "cdt", NULL};
	static const char *const WORDS[] = {"eastern", "pacific", "central", "local",
					    "beijing", "moscow",  NULL};

	if (scan_any(s, i, ZONES))
		return 1;
	if (scan_is(s, i, "(") && scan_any(s, i + 1, ZONES))
		return 3;
	if (scan_any(s, i, WORDS) && scan_is(s, i + 1, "time"))
		return 2;
	return 0;
}

static struct hit try_clock(struct scan *s, uint32_t i)
{
	static const char *const AM[] = {"a.m.", "a.m", "am", NULL};
	static const char *const PM[] = {"p.m.", "p.m", "pm", NULL};
	struct hit h = {0};
	struct hit day;
	int minutes;
	uint32_t n = 1, comma;

	if (scan_class(s, i) == TIME_CLOCK)
		minutes = s->w[i].value;
	else if (scan_class(s, i) == TIME_NUMBER && s->w[i].value >= 1 && s->w[i].value <= 12 &&
		 (scan_any(s, i + 1, AM) || scan_any(s, i + 1, PM)))
		minutes = s->w[i].value * 60;
	else
		return h;
	if (scan_any(s, i + n, AM)) {
		minutes = minutes % 720;
		n++;
	} else if (scan_any(s, i + n, PM)) {
		minutes = minutes % 720 + 720;
		n++;
	}
	n += zone_after(s, i + n);
	comma = scan_is(s, i + n, ",") || scan_is(s, i + n, "on");
	day = try_day(s, i + n + comma);
	if (!day.n)
		day = rule_month_day(s, i + n + comma);
	if (day.n && day.v.start.day) {
		h.v = time_value_clock(s->a, day.v.start, minutes);
		h.n = n + comma + day.n;
		return h;
	}
	h.v = time_value_clock(s->a, s->today.day ? s->today : (struct date){0}, minutes);
	h.n = n;
	return h;
}

static struct hit try_set(struct scan *s, uint32_t i)
{
	struct hit h = {0};
	int count = 1;
	uint32_t n = 0;

	if (scan_class(s, i) == TIME_FREQ) {
		h.v = time_value_duration(s->a, 1, s->w[i].value);
		h.n = 1;
	} else if (scan_class(s, i) == TIME_EVERY) {
		n = rule_number(s, i + 1, &count);
		if (!n)
			count = 1;
		if (scan_class(s, i + 1 + n) == TIME_UNIT)
			h.v = time_value_duration(s->a, count, s->w[i + 1 + n].value);
		else if (scan_class(s, i + 1) == TIME_WEEKDAY)
			h.v.value = arena_printf(s->a, "XXXX-WXX-%d", s->w[i + 1].value + 1);
		else if (scan_class(s, i + 1) == TIME_MONTH)
			h.v.value = arena_printf(s->a, "XXXX-%02d", s->w[i + 1].value);
		else
			return h;
		h.n = n + 2;
	}
	h.v.type = TIMEX_SET;
	return h;
}

static struct hit try_ref(struct scan *s, uint32_t i)
{
	struct hit h = {0};
	int value = i < s->end ? s->w[i].value : 0;

	if (scan_class(s, i) == TIME_REF)
		h.n = 1;
	else if (scan_class(s, i) == TIME_SPAN && value < 0 && scan_is(s, i, "past") &&
		 scan_before(s, i, (const char *const[]){"the", NULL}) && i + 1 < s->end &&
		 s->doc->tokens[i].upos == UPOS_NOUN)
		h.n = 1;
	else if (scan_is(s, i, "current") || scan_is(s, i, "recent"))
		h.n = 1;
	if (h.n)
		h.v = time_value_ref(value);
	if (scan_is(s, i, "future") &&
	    (s->doc->tokens[i].upos == UPOS_ADJ || s->doc->tokens[i].rel == REL_AMOD))
		h.n = 0; /* "future talks" date nothing */
	return h;
}

static struct hit try_alone(struct scan *s, uint32_t i)
{
	struct hit h = {0};

	if (scan_class(s, i) == TIME_SEASON && s->today.year &&
	    scan_before(s, i, (const char *const[]){"in", "the", "by", "late", "early", NULL})) {
		int year, t = scan_tense(s, i);

		if (scan_is(s, i + 1, "of") && rule_year_after(s, i + 2, &year))
			h.n = 3;
		else if (rule_year_after(s, i + 1, &year) && !scan_is(s, i + 1, ","))
			h.n = 2;
		else if (scan_is(s, i, "fall"))
			return h;
		else {
			h.n = 1;
			year = s->year && t <= 0 ? s->year : s->today.year;
		}
		h.v = time_value_season(s->a, year, s->w[i].value);
	} else if (scan_class(s, i) == TIME_SEASON && scan_is(s, i + 1, "of") &&
		   scan_class(s, i + 2) == TIME_YEAR) {
		h.v = time_value_season(s->a, s->w[i + 2].value, s->w[i].value);
		h.n = 3;
	} else if (scan_class(s, i) == TIME_SEASON && scan_class(s, i + 1) == TIME_YEAR) {
		h.v = time_value_season(s->a, s->w[i + 1].value, s->w[i].value);
		h.n = 2;
	} else if (scan_class(s, i) == TIME_HOLIDAY && s->w[i].value % 100 && s->today.year) {
		h.v = scan_month_day(s, s->today.year - (s->w[i].value / 100 > s->today.month + 3),
				     s->w[i].value / 100, s->w[i].value % 100);
		h.n = 1 + scan_is(s, i + 1, "day");
	} else if (scan_class(s, i) == TIME_PART && s->today.day && !s->w[i].plural &&
		   (s->w[i].value == PART_NOON || s->w[i].value == PART_MIDNIGHT)) {
		struct hit day = try_day(s, i + 1);
		struct date d = day.n && day.v.start.day ? day.v.start : s->today;

		h.v = time_value_part(s->a, d, s->w[i].value);
		h.n = 1 + day.n;
	}
	return h;
}

/* ---- the scan ---- */

/* "the end of", "early", "mid-": said in front, part of the expression, no change to its days. */
static uint32_t edge(const struct scan *s, uint32_t i)
{
	static const char *const POINT[] = {"end",  "beginning", "start", "middle",
					    "rest", "close",     NULL};
	uint32_t n = 0;

	if (scan_is(s, i, "the"))
		n = 1;
	if (scan_any(s, i + n, POINT) && scan_is(s, i + n + 1, "of"))
		return n + 2 + scan_is(s, i + n + 2, "the");
	if (scan_class(s, i + n) == TIME_EDGE)
		return n + 1 + (scan_dash(s, i + n + 1) || scan_is(s, i + n + 1, "in"));
	return n;
}

static struct hit best_at(struct scan *s, uint32_t i)
{
	static struct hit (*const TRY[])(struct scan *, uint32_t) = {
		rule_month_day, rule_numeric, rule_year, rule_quarter, rule_relative, rule_count,
		rule_unit,      try_day,      try_clock, try_set,      try_ref,       try_alone};
	struct hit best = {0}, h;

	for (size_t k = 0; k < sizeof(TRY) / sizeof(*TRY); k++) {
		h = TRY[k](s, i);
		if (h.n > best.n)
			best = h;
	}
	return best;
}

/* "last year's third quarter", "January of this year", "June last year" */
static void join_year(struct scan *s, uint32_t i, struct hit *h)
{
	uint32_t at = i + h->n;
	struct hit more;
	int month;

	if (h->v.unit == UNIT_YEAR && h->v.start.year && !h->v.start.month &&
	    scan_is(s, at, "'s")) {
		more = best_at(s, at + 1);
		if (more.n && more.v.unit == UNIT_QUARTER &&
		    scan_class(s, at + 1) == TIME_ORDINAL) {
			h->v = time_value_quarter(s->a, h->v.start.year, s->w[at + 1].value);
			h->n += 1 + more.n;
		}
		return;
	}
	if (h->v.unit != UNIT_MONTH || !h->v.start.month)
		return;
	month = h->v.start.month;
	at += scan_is(s, at, "of");
	more = rule_relative(s, at);
	if (more.n && more.v.unit == UNIT_YEAR && more.v.start.year) {
		h->v = time_value_month(s->a, more.v.start.year, month);
		h->n = at + more.n - i;
	}
}

static void add(struct scan *s, uint32_t tok, const struct hit *h)
{
	struct doc *doc = s->doc;
	struct timex *t;

	ARENA_GROW(s->a, doc->timexes, doc->n_timexes, doc->cap_timexes);
	t = &doc->timexes[doc->n_timexes++];
	*t = (struct timex){.tok = tok,
			    .n_tok = h->n,
			    .start = h->v.start,
			    .end = h->v.end,
			    .value = h->v.value};
	t->type = (unsigned)h->v.type;
}

static void remember(struct scan *s, uint32_t i, const struct hit *h)
{
	if (!h->v.start.year)
		return;
	s->said = h->v;
	for (uint32_t k = i; k < i + h->n; k++) {
		if (scan_class(s, k) == TIME_YEAR) {
			s->year = s->w[k].value;
			s->year_sent = s->doc->tokens[i].sent;
		}
	}
}

static void scan_sentence(struct scan *s, const struct sentence *sent)
{
	uint32_t i = sent->tok;

	s->end = sent->tok + sent->n_tok;
	while (i < s->end) {
		uint32_t skip = edge(s, i);
		struct hit h = {0};

		if (s->w[i].class == TIME_NONE && skip == 0 && !scan_is(s, i, "a") &&
		    !scan_is(s, i, "an") && !scan_is(s, i, "that") && !scan_is(s, i, "latest") &&
		    !scan_is(s, i, "fiscal") && scan_low(s, i).n < 8) {
			i++;
			continue;
		}
		if (skip && i + skip < s->end) {
			h = best_at(s, i + skip);
			if (h.n) {
				join_year(s, i + skip, &h);
				h.n += skip;
			}
		}
		if (!h.n) {
			h = best_at(s, i);
			if (h.n)
				join_year(s, i, &h);
		}
		if (!h.n) {
			i++;
			continue;
		}
		remember(s, i, &h);
		add(s, i, &h);
		i += h.n;
	}
}

static void date_from_text(struct scan *s);

int timex_run(struct doc *doc, struct err *e)
{
	struct scan s = {.doc = doc, .a = doc->arena, .today = doc->date};

	(void)e;
	doc->n_timexes = 0;
	s.w = ARENA_ARRAY(doc->arena, struct time_word, doc->n_tokens + 1);
	for (uint32_t i = 0; i < doc->n_tokens; i++)
		s.w[i] = timex_word(doc->tokens[i].form, doc->tokens[i].lower);
	if (!doc->date.year && !doc->goes_on)
		date_from_text(&s);
	for (uint32_t i = 0; i < doc->n_sentences; i++)
		scan_sentence(&s, &doc->sentences[i]);
	return 0;
}

/* The first full date within the head of the text. */
static void date_from_text(struct scan *s)
{
	enum { HEAD_SENTENCES = 4, HEAD_TOKENS = 120 };
	struct doc *doc = s->doc;

	for (uint32_t k = 0; k < doc->n_sentences && k < HEAD_SENTENCES; k++) {
		const struct sentence *sent = &doc->sentences[k];

		s->end = sent->tok + sent->n_tok;
		for (uint32_t i = sent->tok; i < s->end && i < HEAD_TOKENS; i++) {
			struct hit h = rule_month_day(s, i);

			if (!h.n)
				h = rule_numeric(s, i);
			if (!h.n || !h.v.start.day || !h.v.start.year)
				continue;
			doc->date = s->today = h.v.start;
			doc->meta.date = date_format(doc->arena, doc->date);
			doc->meta.date_source = STR("text");
			s->year = 0;
			return;
		}
	}
}
