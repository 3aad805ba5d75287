/* The scan for temporal expressions: its state, what rules ask of it, and the rules. Shared by
 * timex.c (the scan), timex_scan.c (questions, tense, calendar) and timex_rules.c; nobody else
 * includes it. Positions are tokens of the document; outside the sentence nothing matches. */
#ifndef DEMARCHE_ENGINE_TIMEX_SCAN_H
#define DEMARCHE_ENGINE_TIMEX_SCAN_H

#include "worker/engine/doc.h"
#include "worker/engine/timex_value.h"
#include "worker/engine/timex_words.h"

struct hit {
	uint32_t n; /* tokens taken; 0: no match */
	struct time_value v;
};

struct scan {
	struct doc *doc;
	struct arena *a;
	struct time_word *w;    /* [n_tokens] */
	uint32_t end;           /* of the sentence */
	struct date today;      /* the document's date; year 0 unknown */
	struct time_value said; /* the last calendar expression of the text, year 0: none */
	int year;               /* the last year named outright, 0: none */
	uint32_t year_sent;
};

/* Questions of one token. */
struct str scan_low(const struct scan *s, uint32_t i);
bool scan_is(const struct scan *s, uint32_t i, const char *word);
bool scan_any(const struct scan *s, uint32_t i, const char *const *words);
enum time_class scan_class(const struct scan *s, uint32_t i);
bool scan_dash(const struct scan *s, uint32_t i);
bool scan_before(const struct scan *s, uint32_t i, const char *const *words);

/* -1 past, +1 future, 0 unknown: of the clause that holds the token. */
int scan_tense(const struct scan *s, uint32_t tok);

/* Into the calendar. The day that a bare weekday names; the year that a bare month is of; where
 * "earlier", "the following" and "that" are counted from. */
struct time_value scan_weekday(const struct scan *s, uint32_t tok, int weekday);
int scan_year(const struct scan *s, uint32_t tok, int month, int day);
struct time_value scan_month_day(const struct scan *s, int year, int month, int day);
struct date scan_anchor(const struct scan *s);

/* "twenty four", "2,000", "a few": tokens taken; value -1 where it is vague. */
uint32_t rule_number(const struct scan *s, uint32_t i, int *value);

/* ", 1999" or " 1999" after a month or a day: tokens taken. */
uint32_t rule_year_after(const struct scan *s, uint32_t i, int *year);

/* Rules: how many tokens an expression takes that opens here (n 0: none), and what it means. */
struct hit rule_month_day(struct scan *s, uint32_t i);
struct hit rule_numeric(struct scan *s, uint32_t i);
struct hit rule_year(struct scan *s, uint32_t i);
struct hit rule_quarter(struct scan *s, uint32_t i);
struct hit rule_relative(struct scan *s, uint32_t i);
struct hit rule_count(struct scan *s, uint32_t i);
struct hit rule_unit(struct scan *s, uint32_t i);

#endif
