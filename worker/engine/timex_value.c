#include "worker/engine/timex_value.h"

#include "worker/engine/doc.h"

static struct date month_end(int year, int month)
{
	return (struct date){(int16_t)year, (int8_t)month, (int8_t)date_month_days(year, month)};
}

static bool sane(int year)
{
	return year > 0 && year <= 9999;
}

static struct time_value nothing(void)
{
	return (struct time_value){.type = TIMEX_DATE, .unit = UNIT_DAY, .value = STR("")};
}

struct time_value time_value_day(struct arena *a, struct date d)
{
	if (!sane(d.year))
		return nothing();
	return (struct time_value){TIMEX_DATE, UNIT_DAY, d, d, date_format(a, d)};
}

struct time_value time_value_month(struct arena *a, int year, int month)
{
	struct date d = {(int16_t)year, (int8_t)month, 0};

	if (!sane(year))
		return nothing();
	return (struct time_value){TIMEX_DATE, UNIT_MONTH, d, d, date_format(a, d)};
}

struct time_value time_value_year(struct arena *a, int year)
{
	struct date d = {(int16_t)year, 0, 0};

	if (!sane(year))
		return nothing();
	return (struct time_value){TIMEX_DATE, UNIT_YEAR, d, d, date_format(a, d)};
}

static struct time_value years(enum time_unit unit, int from, int to, struct str value)
{
	return (struct time_value){
		TIMEX_DATE, unit, {(int16_t)from, 0, 0}, {(int16_t)to, 0, 0}, value};
}

struct time_value time_value_decade(struct arena *a, int year)
{
	if (!sane(year))
		return nothing();
	year -= year % 10;
	return years(UNIT_DECADE, year, year + 9, arena_printf(a, "%03d", year / 10));
}

struct time_value time_value_century(struct arena *a, int year)
{
	if (!sane(year))
		return nothing();
	year -= year % 100;
	return years(UNIT_CENTURY, year, year + 99, arena_printf(a, "%02d", year / 100));
}

static struct time_value months(enum time_unit unit, int year, int from, int to, struct str value)
{
	return (struct time_value){
		TIMEX_DATE, unit, {(int16_t)year, (int8_t)from, 1}, month_end(year, to), value};
}

struct time_value time_value_quarter(struct arena *a, int year, int quarter)
{
	if (!sane(year))
		return nothing();
	return months(UNIT_QUARTER, year, quarter * 3 - 2, quarter * 3,
		      arena_printf(a, "%04d-Q%d", year, quarter));
}

struct time_value time_value_half(struct arena *a, int year, int half)
{
	if (!sane(year))
		return nothing();
	return months(UNIT_HALF, year, half * 6 - 5, half * 6,
		      arena_printf(a, "%04d-H%d", year, half));
}

/* Seasons of the northern half, by whole months; a winter is named after the year it starts in. */
struct time_value time_value_season(struct arena *a, int year, int season)
{
	static const char *const name[] = {"SP", "SU", "FA", "WI"};
	struct time_value v;

	if (!sane(year) || !sane(year + 1))
		return nothing();
	v = months(UNIT_QUARTER, year, season * 3 + 3, season == 3 ? 12 : season * 3 + 5,
		   arena_printf(a, "%04d-%s", year, name[season]));
	if (season == 3)
		v.end = month_end(year + 1, 2);
	return v;
}

static struct time_value week_days(struct arena *a, struct date d, int first, const char *tail)
{
	struct time_value v = {.type = TIMEX_DATE, .unit = first ? UNIT_WEEKEND : UNIT_WEEK};
	int32_t monday;
	int year, week;

	if (!sane(d.year))
		return nothing();
	monday = date_to_days(d) - date_weekday(d);
	week = date_iso_week(d, &year);
	v.start = date_of_days(monday + first);
	v.end = date_of_days(monday + 6);
	v.value = arena_printf(a, "%04d-W%02d%s", year, week, tail);
	return v;
}

static struct time_value week_value(struct arena *a, struct date d)
{
	return week_days(a, d, 0, "");
}

struct time_value time_value_weekend(struct arena *a, struct date d)
{
	return week_days(a, d, 5, "-WE");
}

struct time_value time_value_part(struct arena *a, struct date d, enum time_part part)
{
	static const char *const name[] = {"TMO", "TAF", "TEV", "TNI", "T12:00", "T24:00"};
	struct time_value v = {TIMEX_TIME, UNIT_HOUR, d, d, STR("")};

	if (!sane(d.year))
		return nothing();
	v.value = arena_printf(a, "%04d-%02d-%02d%s", d.year, d.month, d.day, name[part]);
	return v;
}

struct time_value time_value_clock(struct arena *a, struct date d, int minutes)
{
	struct time_value v = {TIMEX_TIME, UNIT_MINUTE, d, d, STR("")};

	if (sane(d.year))
		v.value = arena_printf(a, "%04d-%02d-%02dT%02d:%02d", d.year, d.month, d.day,
				       minutes / 60, minutes % 60);
	else
		v.value = arena_printf(a, "T%02d:%02d", minutes / 60, minutes % 60);
	return v;
}

struct time_value time_value_shift(struct arena *a, struct date from, enum time_unit unit, int n)
{
	struct date d = from;
	int quarter;

	if (!sane(from.year) || n > 3000 || n < -3000)
		return nothing();
	switch (unit) {
	case UNIT_DAY:
	case UNIT_SECOND:
	case UNIT_MINUTE:
	case UNIT_HOUR:
		return time_value_day(a, date_of_days(date_to_days(d) + n));
	case UNIT_WEEK:
		return week_value(a, date_of_days(date_to_days(d) + n * 7));
	case UNIT_WEEKEND:
		return time_value_weekend(a, date_of_days(date_to_days(d) + n * 7));
	case UNIT_MONTH:
		d = date_add_months(d, n);
		return time_value_month(a, d.year, d.month);
	case UNIT_QUARTER:
		quarter = d.year * 4 + ((d.month ? d.month : 1) - 1) / 3 + n;
		return time_value_quarter(a, quarter / 4, quarter % 4 + 1);
	case UNIT_HALF:
		quarter = d.year * 2 + ((d.month ? d.month : 1) - 1) / 6 + n;
		return time_value_half(a, quarter / 2, quarter % 2 + 1);
	case UNIT_YEAR:
		return time_value_year(a, d.year + n);
	case UNIT_DECADE:
		return time_value_decade(a, d.year + n * 10);
	case UNIT_CENTURY:
		break;
	}
	return n > 90 || n < -90 ? nothing() : time_value_century(a, d.year + n * 100);
}

struct time_value time_value_duration(struct arena *a, int n, enum time_unit unit)
{
	static const char *const letter[] = {"TS", "TM", "TH", "D", "WE", "W",
					     "M",  "Q",  "6M", "Y", "E",  "C"};
	struct time_value v = {.type = TIMEX_DURATION, .unit = unit};

	if (n < 0)
		v.value = arena_printf(a, "P%sX%s", letter[unit][0] == 'T' ? "T" : "",
				       letter[unit] + (letter[unit][0] == 'T'));
	else
		v.value = arena_printf(a, "P%s%d%s", letter[unit][0] == 'T' ? "T" : "", n,
				       letter[unit] + (letter[unit][0] == 'T'));
	if (n > 0 && unit == UNIT_DECADE)
		v.value = arena_printf(a, "P%dY", n * 10);
	if (n > 0 && unit == UNIT_CENTURY)
		v.value = arena_printf(a, "P%dY", n * 100);
	return v;
}

struct time_value time_value_ref(int direction)
{
	struct time_value v = {.type = TIMEX_DATE, .unit = UNIT_DAY};

	v.value = direction < 0   ? STR("PAST_REF")
		  : direction > 0 ? STR("FUTURE_REF")
				  : STR("PRESENT_REF");
	return v;
}
