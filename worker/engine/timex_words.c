#include "worker/engine/timex_words.h"

/* Sorted bytewise by word: timex_word searches it by halves. */
static const struct {
	const char *word;
	uint8_t class;
	bool plural;
	int16_t value;
} WORDS[] = {
	/* clang-format off */
	{"afternoon", TIME_PART, 0, PART_AFTERNOON},
	{"afternoons", TIME_PART, 1, PART_AFTERNOON},
	{"annually", TIME_FREQ, 0, UNIT_YEAR},
	{"apr", TIME_MONTH, 0, 4},
	{"apr.", TIME_MONTH, 0, 4},
	{"april", TIME_MONTH, 0, 4},
	{"aug", TIME_MONTH, 0, 8},
	{"aug.", TIME_MONTH, 0, 8},
	{"august", TIME_MONTH, 0, 8},
	{"autumn", TIME_SEASON, 0, 2},
	{"centuries", TIME_UNIT, 1, UNIT_CENTURY},
	{"century", TIME_UNIT, 0, UNIT_CENTURY},
	{"christmas", TIME_HOLIDAY, 0, 1225},
	{"coming", TIME_SPAN, 0, 1},
	{"couple", TIME_NUMBER, 0, 2},
	{"current", TIME_REL, 0, 0},
	{"currently", TIME_REF, 0, 0},
	{"daily", TIME_FREQ, 0, UNIT_DAY},
	{"day", TIME_UNIT, 0, UNIT_DAY},
	{"days", TIME_UNIT, 1, UNIT_DAY},
	{"dec", TIME_MONTH, 0, 12},
	{"dec.", TIME_MONTH, 0, 12},
	{"decade", TIME_UNIT, 0, UNIT_DECADE},
	{"decades", TIME_UNIT, 1, UNIT_DECADE},
	{"december", TIME_MONTH, 0, 12},
	{"diwali", TIME_HOLIDAY, 0, 0},
	{"dozen", TIME_NUMBER, 0, 12},
	{"dozens", TIME_NUMBER, 0, -1},
	{"each", TIME_EVERY, 0, 0},
	{"earlier", TIME_EDGE, 0, 0},
	{"early", TIME_EDGE, 0, 0},
	{"easter", TIME_HOLIDAY, 0, 0},
	{"eight", TIME_NUMBER, 0, 8},
	{"eighteen", TIME_NUMBER, 0, 18},
	{"eighteenth", TIME_ORDINAL, 0, 18},
	{"eighth", TIME_ORDINAL, 0, 8},
	{"eighties", TIME_DECADE, 0, 1980},
	{"eighty", TIME_NUMBER, 0, 80},
	{"eleven", TIME_NUMBER, 0, 11},
	{"eleventh", TIME_ORDINAL, 0, 11},
	{"evening", TIME_PART, 0, PART_EVENING},
	{"evenings", TIME_PART, 1, PART_EVENING},
	{"every", TIME_EVERY, 0, 0},
	{"fall", TIME_SEASON, 0, 2},
	{"feb", TIME_MONTH, 0, 2},
	{"feb.", TIME_MONTH, 0, 2},
	{"february", TIME_MONTH, 0, 2},
	{"few", TIME_NUMBER, 0, -1},
	{"fifteen", TIME_NUMBER, 0, 15},
	{"fifteenth", TIME_ORDINAL, 0, 15},
	{"fifth", TIME_ORDINAL, 0, 5},
	{"fifties", TIME_DECADE, 0, 1950},
	{"fifty", TIME_NUMBER, 0, 50},
	{"first", TIME_ORDINAL, 0, 1},
	{"five", TIME_NUMBER, 0, 5},
	{"following", TIME_REL, 0, 1},
	{"forthcoming", TIME_SPAN, 0, 1},
	{"forties", TIME_DECADE, 0, 1940},
	{"forty", TIME_NUMBER, 0, 40},
	{"four", TIME_NUMBER, 0, 4},
	{"fourteen", TIME_NUMBER, 0, 14},
	{"fourteenth", TIME_ORDINAL, 0, 14},
	{"fourth", TIME_ORDINAL, 0, 4},
	{"fri.", TIME_WEEKDAY, 0, 4},
	{"friday", TIME_WEEKDAY, 0, 4},
	{"fridays", TIME_WEEKDAY, 1, 4},
	{"future", TIME_REF, 0, 1},
	{"half", TIME_UNIT, 0, UNIT_HALF},
	{"halloween", TIME_HOLIDAY, 0, 1031},
	{"hour", TIME_UNIT, 0, UNIT_HOUR},
	{"hourly", TIME_FREQ, 0, UNIT_HOUR},
	{"hours", TIME_UNIT, 1, UNIT_HOUR},
	{"hundred", TIME_NUMBER, 0, 100},
	{"hundreds", TIME_NUMBER, 0, -1},
	{"jan", TIME_MONTH, 0, 1},
	{"jan.", TIME_MONTH, 0, 1},
	{"january", TIME_MONTH, 0, 1},
	{"jul", TIME_MONTH, 0, 7},
	{"jul.", TIME_MONTH, 0, 7},
	{"july", TIME_MONTH, 0, 7},
	{"jun", TIME_MONTH, 0, 6},
	{"jun.", TIME_MONTH, 0, 6},
	{"june", TIME_MONTH, 0, 6},
	{"last", TIME_REL, 0, -1},
	{"late", TIME_EDGE, 0, 0},
	{"lately", TIME_REF, 0, -1},
	{"later", TIME_EDGE, 0, 0},
	{"many", TIME_NUMBER, 0, -1},
	{"mar", TIME_MONTH, 0, 3},
	{"mar.", TIME_MONTH, 0, 3},
	{"march", TIME_MONTH, 0, 3},
	{"may", TIME_MONTH, 0, 5},
	{"mid", TIME_EDGE, 0, 0},
	{"midday", TIME_PART, 0, PART_NOON},
	{"midnight", TIME_PART, 0, PART_MIDNIGHT},
	{"minute", TIME_UNIT, 0, UNIT_MINUTE},
	{"minutes", TIME_UNIT, 1, UNIT_MINUTE},
	{"mon.", TIME_WEEKDAY, 0, 0},
	{"monday", TIME_WEEKDAY, 0, 0},
	{"mondays", TIME_WEEKDAY, 1, 0},
	{"month", TIME_UNIT, 0, UNIT_MONTH},
	{"monthly", TIME_FREQ, 0, UNIT_MONTH},
	{"months", TIME_UNIT, 1, UNIT_MONTH},
	{"morning", TIME_PART, 0, PART_MORNING},
	{"mornings", TIME_PART, 1, PART_MORNING},
	{"next", TIME_REL, 0, 1},
	{"night", TIME_PART, 0, PART_NIGHT},
	{"nights", TIME_PART, 1, PART_NIGHT},
	{"nine", TIME_NUMBER, 0, 9},
	{"nineteen", TIME_NUMBER, 0, 19},
	{"nineteenth", TIME_ORDINAL, 0, 19},
	{"nineties", TIME_DECADE, 0, 1990},
	{"ninety", TIME_NUMBER, 0, 90},
	{"ninth", TIME_ORDINAL, 0, 9},
	{"noon", TIME_PART, 0, PART_NOON},
	{"nov", TIME_MONTH, 0, 11},
	{"nov.", TIME_MONTH, 0, 11},
	{"november", TIME_MONTH, 0, 11},
	{"now", TIME_REF, 0, 0},
	{"nowadays", TIME_REF, 0, 0},
	{"oct", TIME_MONTH, 0, 10},
	{"oct.", TIME_MONTH, 0, 10},
	{"october", TIME_MONTH, 0, 10},
	{"one", TIME_NUMBER, 0, 1},
	{"passover", TIME_HOLIDAY, 0, 0},
	{"past", TIME_SPAN, 0, -1},
	{"preceding", TIME_REL, 0, -1},
	{"presently", TIME_REF, 0, 0},
	{"previous", TIME_REL, 0, -1},
	{"quarter", TIME_UNIT, 0, UNIT_QUARTER},
	{"quarters", TIME_UNIT, 1, UNIT_QUARTER},
	{"ramadan", TIME_HOLIDAY, 0, 0},
	{"recent", TIME_SPAN, 0, -1},
	{"recently", TIME_REF, 0, -1},
	{"same", TIME_REL, 0, 0},
	{"saturday", TIME_WEEKDAY, 0, 5},
	{"saturdays", TIME_WEEKDAY, 1, 5},
	{"second", TIME_ORDINAL, 0, 2},
	{"seconds", TIME_UNIT, 1, UNIT_SECOND},
	{"sep", TIME_MONTH, 0, 9},
	{"sep.", TIME_MONTH, 0, 9},
	{"sept", TIME_MONTH, 0, 9},
	{"sept.", TIME_MONTH, 0, 9},
	{"september", TIME_MONTH, 0, 9},
	{"seven", TIME_NUMBER, 0, 7},
	{"seventeen", TIME_NUMBER, 0, 17},
	{"seventeenth", TIME_ORDINAL, 0, 17},
	{"seventh", TIME_ORDINAL, 0, 7},
	{"seventies", TIME_DECADE, 0, 1970},
	{"seventy", TIME_NUMBER, 0, 70},
	{"several", TIME_NUMBER, 0, -1},
	{"six", TIME_NUMBER, 0, 6},
	{"sixteen", TIME_NUMBER, 0, 16},
	{"sixteenth", TIME_ORDINAL, 0, 16},
	{"sixth", TIME_ORDINAL, 0, 6},
	{"sixties", TIME_DECADE, 0, 1960},
	{"sixty", TIME_NUMBER, 0, 60},
	{"some", TIME_NUMBER, 0, -1},
	{"spring", TIME_SEASON, 0, 0},
	{"springs", TIME_SEASON, 1, 0},
	{"summer", TIME_SEASON, 0, 1},
	{"summers", TIME_SEASON, 1, 1},
	{"sunday", TIME_WEEKDAY, 0, 6},
	{"sundays", TIME_WEEKDAY, 1, 6},
	{"ten", TIME_NUMBER, 0, 10},
	{"tenth", TIME_ORDINAL, 0, 10},
	{"thanksgiving", TIME_HOLIDAY, 0, 1100},
	{"third", TIME_ORDINAL, 0, 3},
	{"thirteen", TIME_NUMBER, 0, 13},
	{"thirteenth", TIME_ORDINAL, 0, 13},
	{"thirties", TIME_DECADE, 0, 1930},
	{"thirtieth", TIME_ORDINAL, 0, 30},
	{"thirty", TIME_NUMBER, 0, 30},
	{"this", TIME_REL, 0, 0},
	{"thousand", TIME_NUMBER, 0, 1000},
	{"thousands", TIME_NUMBER, 0, -1},
	{"three", TIME_NUMBER, 0, 3},
	{"thurs", TIME_WEEKDAY, 0, 3},
	{"thurs.", TIME_WEEKDAY, 0, 3},
	{"thursday", TIME_WEEKDAY, 0, 3},
	{"thursdays", TIME_WEEKDAY, 1, 3},
	{"today", TIME_DAY, 0, 0},
	{"tomorrow", TIME_DAY, 0, 1},
	{"tonight", TIME_DAY, 0, 0},
	{"tues", TIME_WEEKDAY, 0, 1},
	{"tues.", TIME_WEEKDAY, 0, 1},
	{"tuesday", TIME_WEEKDAY, 0, 1},
	{"tuesdays", TIME_WEEKDAY, 1, 1},
	{"twelfth", TIME_ORDINAL, 0, 12},
	{"twelve", TIME_NUMBER, 0, 12},
	{"twenties", TIME_DECADE, 0, 1920},
	{"twentieth", TIME_ORDINAL, 0, 20},
	{"twenty", TIME_NUMBER, 0, 20},
	{"two", TIME_NUMBER, 0, 2},
	{"upcoming", TIME_SPAN, 0, 1},
	{"wed.", TIME_WEEKDAY, 0, 2},
	{"wednesday", TIME_WEEKDAY, 0, 2},
	{"wednesdays", TIME_WEEKDAY, 1, 2},
	{"week", TIME_UNIT, 0, UNIT_WEEK},
	{"weekend", TIME_UNIT, 0, UNIT_WEEKEND},
	{"weekends", TIME_UNIT, 1, UNIT_WEEKEND},
	{"weekly", TIME_FREQ, 0, UNIT_WEEK},
	{"weeks", TIME_UNIT, 1, UNIT_WEEK},
	{"winter", TIME_SEASON, 0, 3},
	{"winters", TIME_SEASON, 1, 3},
	{"year", TIME_UNIT, 0, UNIT_YEAR},
	{"yearly", TIME_FREQ, 0, UNIT_YEAR},
	{"years", TIME_UNIT, 1, UNIT_YEAR},
	{"yesterday", TIME_DAY, 0, -1},
	{"zero", TIME_NUMBER, 0, 0},
	/* clang-format on */
};

enum { N_WORDS = sizeof(WORDS) / sizeof(*WORDS) };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t read_number(struct str s, int *value)
{
	size_t n = 0;

	*value = 0;
	for (; n < s.n && n < 6; n++) {
		if (s.p[n] == ',' && n > 0 && s.n - n == 4) /* 2,000 */
			continue;
		if (!is_digit(s.p[n]))
			break;
		*value = *value * 10 + (s.p[n] - '0');
	}
	return n;
}

static struct time_word numeric(struct str s)
{
	struct time_word none = {0}, w = {0};
	int value, minutes;
	size_t n = read_number(s, &value);
	struct str rest = {s.p + n, s.n - n};

	if (n == 0 || value > 30000)
		return none;
	w.value = (int16_t)value;
	if (rest.n == 0) {
		w.class = n == 4 && value >= 1000 && value <= 2199 ? TIME_YEAR : TIME_NUMBER;
		return w;
	}
	if (str_is(rest, "st") || str_is(rest, "nd") || str_is(rest, "rd") || str_is(rest, "th")) {
		w.class = TIME_ORDINAL;
		return w;
	}
	if (str_is(rest, "s") || str_is(rest, "'s")) {
		if (value % 10 != 0 || (n != 4 && n != 2) || (n == 4 && value < 1000))
			return none;
		w.class = TIME_DECADE;
		w.value = (int16_t)(n == 2 ? 1900 + value : value);
		return w;
	}
	if (rest.p[0] == ':' && rest.n == 3 && value < 24 && is_digit(rest.p[1]) &&
	    is_digit(rest.p[2])) {
		minutes = (rest.p[1] - '0') * 10 + (rest.p[2] - '0');
		if (minutes >= 60)
			return none;
		w.class = TIME_CLOCK;
		w.value = (int16_t)(value * 60 + minutes);
		return w;
	}
	return none;
}

/* Words that are something else without a capital letter. */
static bool needs_capital(struct time_word w, struct str lower)
{
	return (w.class == TIME_MONTH &&
		(str_is(lower, "may") || str_is(lower, "march") || str_is(lower, "mar") ||
		 str_is(lower, "sep") || str_is(lower, "dec") || str_is(lower, "jan"))) ||
	       w.class == TIME_HOLIDAY || (w.class == TIME_WEEKDAY && lower.n < 6);
}

struct time_word timex_word(struct str form, struct str lower)
{
	struct time_word none = {0}, w;
	size_t low = 0, high = N_WORDS, mid;
	int c;

	if (lower.n == 0 || lower.n > 12)
		return none;
	if (is_digit(lower.p[0]))
		return numeric(lower);
	if (lower.p[0] == '\'' && lower.n >= 4 && is_digit(lower.p[1]))
		return numeric((struct str){lower.p + 1, lower.n - 1});
	while (low < high) {
		mid = (low + high) / 2;
		c = str_cmp(lower, str_of(WORDS[mid].word));
		if (c == 0) {
			w = (struct time_word){WORDS[mid].class, WORDS[mid].plural,
					       WORDS[mid].value};
			if (needs_capital(w, lower) && !(form.p[0] >= 'A' && form.p[0] <= 'Z'))
				return none;
			return w;
		}
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return none;
}
