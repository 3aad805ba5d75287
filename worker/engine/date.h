/* Calendar dates without clocks or time zones (proleptic Gregorian). */
#ifndef DEMARCHE_ENGINE_DATE_H
#define DEMARCHE_ENGINE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/mem.h"
#include "proto/result.h"

/* month and day are 0 where they are not known; year 0 means no date at all. */
struct date {
	int16_t year;
	int8_t month, day;
};

bool date_parse(struct str iso, struct date *d); /* "2020", "2020-01", "2020-01-17[T…]" */
struct str date_format(struct arena *a, struct date d);
enum date_precision date_precision(struct date d);
int32_t date_to_days(struct date d); /* days since 1970-01-01; unknown parts are 1 */
struct date date_of_days(int32_t days);
int date_weekday(struct date d);             /* 0 Monday … 6 Sunday */
int date_iso_week(struct date d, int *year); /* ISO 8601 week 1..53 and the year it is of */
int date_month_days(int year, int month);    /* 0 for a month outside 1..12 */
/* Moves by months, the day held within the month; {0} outside the years 1..9999. */
struct date date_add_months(struct date d, int months);
int date_cmp(struct date a, struct date b); /* by the known parts, from the year down */

#endif
