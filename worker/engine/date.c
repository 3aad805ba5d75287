#include "worker/engine/date.h"

static bool digits(struct str s, size_t at, size_t n, int *value)
{
	if (at + n > s.n)
		return false;
	*value = 0;
	for (size_t i = at; i < at + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*value = *value * 10 + (s.p[i] - '0');
	}
	return true;
}

static bool leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int date_month_days(int year, int month)
{
	static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month < 1 || month > 12)
		return 0;
	return days[month - 1] + (month == 2 && leap(year));
}

bool date_parse(struct str iso, struct date *d)
{
	int year, month = 0, day = 0;

	*d = (struct date){0};
	if (!digits(iso, 0, 4, &year) || year == 0)
		return false;
	if (iso.n > 4) {
		if (iso.p[4] != '-' || !digits(iso, 5, 2, &month) || month < 1 || month > 12)
			return false;
		if (iso.n > 7) {
			if (iso.p[7] != '-' || !digits(iso, 8, 2, &day) || day < 1 ||
			    day > date_month_days(year, month))
				return false;
			if (iso.n > 10 && iso.p[10] != 'T' && iso.p[10] != ' ')
				return false;
		}
	}
	*d = (struct date){(int16_t)year, (int8_t)month, (int8_t)day};
	return true;
}

struct str date_format(struct arena *a, struct date d)
{
	if (d.year <= 0)
		return STR("");
	if (!d.month)
		return arena_printf(a, "%04d", d.year);
	if (!d.day)
		return arena_printf(a, "%04d-%02d", d.year, d.month);
	return arena_printf(a, "%04d-%02d-%02d", d.year, d.month, d.day);
}

enum date_precision date_precision(struct date d)
{
	if (d.year <= 0)
		return PRECISION_NONE;
	return !d.month ? PRECISION_YEAR : !d.day ? PRECISION_MONTH : PRECISION_DAY;
}

/* Days and civil dates after Howard Hinnant's chrono algorithms: eras of 400 years that start on
 * the first of March, so that the leap day is the last of its year. */
int32_t date_to_days(struct date d)
{
	int32_t month = d.month ? d.month : 1, day = d.day ? d.day : 1;
	int32_t year = d.year - (month <= 2);
	int32_t era = (year >= 0 ? year : year - 399) / 400;
	int32_t of_era = year - era * 400;
	int32_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct date date_of_days(int32_t days)
{
	int32_t z = days + 719468;
	int32_t era = (z >= 0 ? z : z - 146096) / 146097;
	int32_t of_era = z - era * 146097;
	int32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int32_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int32_t mp = (5 * of_year + 2) / 153;
	int32_t month = mp < 10 ? mp + 3 : mp - 9;

	return (struct date){(int16_t)(year + era * 400 + (month <= 2)), (int8_t)month,
			     (int8_t)(of_year - (153 * mp + 2) / 5 + 1)};
}

int date_weekday(struct date d)
{
	int32_t w = (date_to_days(d) + 3) % 7; /* 1970-01-01 was a Thursday */

	return w < 0 ? w + 7 : w;
}

int date_iso_week(struct date d, int *year)
{
	struct date thursday = date_of_days(date_to_days(d) - date_weekday(d) + 3);
	struct date first = {thursday.year, 1, 1};

	*year = thursday.year;
	return (date_to_days(thursday) - date_to_days(first)) / 7 + 1;
}

struct date date_add_months(struct date d, int months)
{
	int32_t at = d.year * 12 + (d.month ? d.month - 1 : 0) + months;
	int32_t year = at >= 0 ? at / 12 : (at - 11) / 12;
	int month = at - year * 12 + 1;

	if (year < 1 || year > 9999)
		return (struct date){0};
	d.year = (int16_t)year;
	d.month = (int8_t)month;
	if (d.day > date_month_days(year, month))
		d.day = (int8_t)date_month_days(year, month);
	return d;
}

int date_cmp(struct date a, struct date b)
{
	if (a.year != b.year)
		return a.year < b.year ? -1 : 1;
	if (a.month && b.month && a.month != b.month)
		return a.month < b.month ? -1 : 1;
	if (a.month && b.month && a.day && b.day && a.day != b.day)
		return a.day < b.day ? -1 : 1;
	return 0;
}
