/* The words of time: what a single token can mean in a temporal expression. A constant table;
 * knows no documents and no dates. */
#ifndef DEMARCHE_ENGINE_TIMEX_WORDS_H
#define DEMARCHE_ENGINE_TIMEX_WORDS_H

#include "proto/mem.h"

enum time_class {
	TIME_NONE,
	TIME_NUMBER,  /* value; -1: a vague count (few, several) */
	TIME_ORDINAL, /* value */
	TIME_YEAR,    /* four digits that can name a year; value */
	TIME_DECADE,  /* 1990s, '90s, nineties; value: first year */
	TIME_MONTH,   /* value 1..12 */
	TIME_WEEKDAY, /* value 0..6 from Monday */
	TIME_SEASON,  /* value 0 spring, 1 summer, 2 autumn, 3 winter */
	TIME_UNIT,    /* value: enum time_unit; plural where it is */
	TIME_PART,    /* part of a day; value: enum time_part */
	TIME_DAY,     /* today, yesterday, tomorrow; value: days from today */
	TIME_REL,     /* last, this, next …; value -1, 0, +1 */
	TIME_SPAN,    /* past, coming, recent with a count: value -1 or +1 */
	TIME_EDGE,    /* early, late, mid, earlier, later */
	TIME_REF,     /* vague reference; value -1 past, 0 present, +1 future */
	TIME_FREQ,    /* daily, weekly …; value: enum time_unit */
	TIME_EVERY,   /* every, each */
	TIME_HOLIDAY, /* value: month * 100 + day; 0 where it moves */
	TIME_CLOCK,   /* 7:15; value: minutes of the day */
};

enum time_unit {
	UNIT_SECOND,
	UNIT_MINUTE,
	UNIT_HOUR,
	UNIT_DAY,
	UNIT_WEEKEND,
	UNIT_WEEK,
	UNIT_MONTH,
	UNIT_QUARTER,
	UNIT_HALF,
	UNIT_YEAR,
	UNIT_DECADE,
	UNIT_CENTURY,
};

enum time_part { PART_MORNING, PART_AFTERNOON, PART_EVENING, PART_NIGHT, PART_NOON, PART_MIDNIGHT };

struct time_word {
	uint8_t class; /* enum time_class */
	bool plural;
	int16_t value;
};

/* `form` tells capitals ("March" against "march"), `lower` is looked up. */
struct time_word timex_word(struct str form, struct str lower);

#endif
