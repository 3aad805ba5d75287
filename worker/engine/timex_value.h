/* TIMEX3 values and the days they stand for, from a calendar position and a unit. Owns the
 * notation ("2020-W04", "P3M", "PAST_REF"); knows no tokens and no text. */
#ifndef DEMARCHE_ENGINE_TIMEX_VALUE_H
#define DEMARCHE_ENGINE_TIMEX_VALUE_H

#include "worker/engine/date.h"
#include "worker/engine/timex_words.h"

struct time_value {
	int type;               /* TIMEX_DATE … of doc.h */
	enum time_unit unit;    /* how fine it is */
	struct date start, end; /* year 0: no place in the calendar */
	struct str value;
};

struct time_value time_value_day(struct arena *a, struct date d);
struct time_value time_value_month(struct arena *a, int year, int month);
struct time_value time_value_year(struct arena *a, int year);
struct time_value time_value_decade(struct arena *a, int year);
struct time_value time_value_century(struct arena *a, int year);
struct time_value time_value_quarter(struct arena *a, int year, int quarter);
struct time_value time_value_half(struct arena *a, int year, int half);
struct time_value time_value_season(struct arena *a, int year, int season);
struct time_value time_value_weekend(struct arena *a, struct date d);
/* The part of a day ("2020-01-17TMO"); the day's own value without its T part is `day`. */
struct time_value time_value_part(struct arena *a, struct date d, enum time_part part);
struct time_value time_value_clock(struct arena *a, struct date d, int minutes);
/* `n` units from `from`, kept as coarse as the unit is. */
struct time_value time_value_shift(struct arena *a, struct date from, enum time_unit unit, int n);
/* A length of time; n < 0 for a vague count ("PXD"). */
struct time_value time_value_duration(struct arena *a, int n, enum time_unit unit);
struct time_value time_value_ref(int direction); /* PAST_REF, PRESENT_REF, FUTURE_REF */

#endif
