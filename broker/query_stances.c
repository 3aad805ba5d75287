/* Stances counted: who stands where towards whom or what, at all and over time, and who said the
 * opposite later. Positions are counted on a scale from -3 (strongly against) to 3 (strongly for);
 * neutral ones are 0. Everything is integers until the last division, so that the same rows give
 * the same figures in any order. */
#include <math.h>
#include <string.h>

#include "broker/query_sql.h"
#include "broker/store_sql.h"

/* The interval around a mean. Two stances more, one at each end of the scale, stand for what a few
 * sentences cannot tell: so one sentence alone, or ten that agree, do not give an interval of no
 * width (Agresti and Coull's idea, on this scale); then 1.96 standard errors. */
static void bounds(int64_t n, int64_t sum, int64_t squares, double *low, double *high)
{
	const double most = 3;
	double count = (double)n + 2, middle = (double)sum / count;
	double variance = ((double)squares + 2 * most * most) / count - middle * middle;
	double half = 1.96 * sqrt(variance > 0 ? variance / count : 0);

	*low = middle - half < -most ? -most : middle - half;
	*high = middle + half > most ? most : middle + half;
}

static void mean_low(sqlite3_context *c, int n, sqlite3_value **v)
{
	double low, high;

	(void)n;
	bounds(sqlite3_value_int64(v[0]), sqlite3_value_int64(v[1]), sqlite3_value_int64(v[2]),
	       &low, &high);
	sqlite3_result_double(c, low);
}

static void mean_high(sqlite3_context *c, int n, sqlite3_value **v)
{
	double low, high;

	(void)n;
	bounds(sqlite3_value_int64(v[0]), sqlite3_value_int64(v[1]), sqlite3_value_int64(v[2]),
	       &low, &high);
	sqlite3_result_double(c, high);
}

void query_stance_functions(sqlite3 *db)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;

	sqlite3_create_function(db, "mean_low", 3, flags, NULL, mean_low, NULL, NULL);
	sqlite3_create_function(db, "mean_high", 3, flags, NULL, mean_high, NULL, NULL);
}

/* clang-format off */
static const struct condition CONDITIONS[] = {
	{"actor", "h.code = % OR h.name = %"},
	STANCE_FOUND_CONDITIONS,
	/* How rows are put together, not which. */
	{"holders", "% IN ('code', 'name')"},
	{"targets", "% IN ('actor', 'name', 'topic', 'issue', 'any')"},
	{"period", "% IN ('day', 'week', 'month', 'year')"},
	{"least", "CAST(% AS INTEGER) >= 0"},
	{0},
};

/* A key of one word ("deal") is the same issue elsewhere only where the taxonomy knows the word
 * ("tariff"). */
#define ISSUE "iif(instr(v.issue, ' ') = 0 AND v.topic = '', '', v.issue)"
#define HOLDER "CASE :holders WHEN 'name' THEN h.name ELSE coalesce(nullif(h.code, ''), h.name) END"
#define TARGET                                                                                     \
	"CASE :targets WHEN 'topic' THEN v.topic WHEN 'name' THEN coalesce(a.name, " ISSUE ") "    \
	"WHEN 'issue' THEN iif(v.target_code = '', " ISSUE ", '') "                                \
	"WHEN 'any' THEN coalesce(nullif(v.target_code, ''), " ISSUE ") ELSE v.target_code END"
#define VALUE                                                                                      \
	"CASE v.polarity WHEN 'support' THEN v.strength WHEN 'oppose' THEN -v.strength ELSE 0 END"
#define PERIOD                                                                                     \
	"CASE :period WHEN 'day' THEN d.date WHEN 'year' THEN substr(d.date, 1, 4) "               \
	"WHEN 'week' THEN iif(length(d.date) = 10, date(d.date, 'weekday 0', '-6 days'), d.date) " \
	"ELSE substr(d.date, 1, 7) END"
#define ROWS_OF                                                                                    \
	"SELECT " HOLDER " AS h, " TARGET " AS t, " VALUE " AS value, " PERIOD " AS period, "      \
	"d.date, j.document, v.stance, v.target, v.confidence "                                    \
	"FROM stances v JOIN stance_actors h ON h.stance = v.stance AND h.part = 'holder' "        \
	"LEFT JOIN stance_actors a ON a.stance = v.stance AND a.part = 'target'" DOC_JOINS
#define COUNTED                                                                                    \
	"count(*) AS n, sum(value > 0) AS support, sum(value < 0) AS oppose, "                     \
	"sum(value = 0) AS neutral, count(DISTINCT document) AS documents, "                       \
	"1.0 * sum(value) / count(*) AS mean, "                                                    \
	"mean_low(count(*), sum(value), sum(value * value)) AS low, "                              \
	"mean_high(count(*), sum(value), sum(value * value)) AS high, "                            \
	"substr(min(printf('%06d', length(target)) || target), 7) AS words"
#define ENOUGH " HAVING count(*) >= coalesce(CAST(:least AS INTEGER), 1)"
#define PAGE " WHERE v.row > ?1 ORDER BY v.row LIMIT ?2"

const struct question STANCE_QUESTIONS[] = {
	/* One row a holder and target. A change is a day whose stances together have the other
	 * sign than those of the day before it. */
	{"stance_pairs", ROWS_OF, "v.row", "h <> '' AND t <> ''", CONDITIONS,
	 "WITH x AS MATERIALIZED (@), "
	 "days AS (SELECT h, t, date, sum(value) > 0 AS sign FROM x WHERE date <> '' "
	 "GROUP BY h, t, date HAVING sum(value) <> 0), "
	 "turns AS (SELECT h, t, sign <> lag(sign) OVER (PARTITION BY h, t ORDER BY date) AS turn "
	 "FROM days), "
	 "changes AS MATERIALIZED (SELECT h, t, sum(turn) AS changes FROM turns GROUP BY h, t) "
	 "SELECT * FROM (SELECT row_number() OVER (ORDER BY y.n DESC, y.holder, y.target) AS row, "
	 "y.*, coalesce(c.changes, 0) AS changes FROM (SELECT h AS holder, t AS target, " COUNTED ", "
	 "min(nullif(date, '')) AS first, max(nullif(date, '')) AS last FROM x GROUP BY h, t" ENOUGH
	 ") y LEFT JOIN changes c ON c.h = y.holder AND c.t = y.target) v" PAGE},
	/* One row a holder, target and period, pairs with most stances first. */
	{"stance_times", ROWS_OF, "v.row", "h <> '' AND t <> '' AND d.date <> ''", CONDITIONS,
	 "WITH x AS MATERIALIZED (@), "
	 "weight AS MATERIALIZED (SELECT h, t, count(*) AS weight FROM x GROUP BY h, t" ENOUGH ") "
	 "SELECT * FROM (SELECT row_number() OVER (ORDER BY w.weight DESC, y.holder, y.target, "
	 "y.period) AS row, y.*, y.mean - lag(y.mean) OVER (PARTITION BY y.holder, y.target "
	 "ORDER BY y.period) AS change FROM (SELECT h AS holder, t AS target, period, " COUNTED
	 " FROM x GROUP BY h, t, period) y JOIN weight w ON w.h = y.holder AND w.t = y.target) v"
	 PAGE},
	/* One row for each day on which a holder took the other side than on the last day before it
	 * on which he took one. Of several sentences of a day the surest. By name, only names count:
	 * "officials" here are not "officials" there, and each author is his own. */
	{"contradictions", ROWS_OF, "v.row",
	 "h <> '' AND t <> '' AND d.date <> '' AND h.code <> 'AUTHOR' AND " VALUE " <> 0 AND "
	 "(coalesce(:holders, 'code') <> 'name' OR h.name NOT GLOB '[a-z]*') AND "
	 "(coalesce(:targets, 'actor') <> 'name' OR a.name IS NULL OR a.name NOT GLOB '[a-z]*')",
	 CONDITIONS,
	 "WITH x AS MATERIALIZED (SELECT *, value > 0 AS sign FROM (@)), "
	 "best AS (SELECT *, row_number() OVER (PARTITION BY h, t, date, sign "
	 "ORDER BY confidence DESC, stance) AS place, dense_rank() OVER (PARTITION BY h, t "
	 "ORDER BY date) AS day FROM x), "
	 "y AS MATERIALIZED (SELECT * FROM best WHERE place = 1) "
	 "SELECT * FROM (SELECT row_number() OVER (ORDER BY min(p.confidence, q.confidence) DESC, "
	 "p.h, p.t, p.date, p.stance, q.stance) AS row, p.h AS holder, p.t AS target, "
	 "p.stance AS earlier, p.date AS earlier_date, s.polarity AS earlier_polarity, "
	 "s.strength AS earlier_strength, s.target AS earlier_target, s.text AS earlier_text, "
	 "d.id AS earlier_document, p.confidence AS earlier_confidence, "
	 "q.stance AS later, q.date AS later_date, u.polarity AS later_polarity, "
	 "u.strength AS later_strength, u.target AS later_target, u.text AS later_text, "
	 "f.id AS later_document, q.confidence AS later_confidence "
	 "FROM y p JOIN y q ON q.h = p.h AND q.t = p.t AND q.day = p.day + 1 AND q.sign <> p.sign "
	 "JOIN stances s ON s.stance = p.stance JOIN stances u ON u.stance = q.stance "
	 "JOIN documents d ON d.document = p.document JOIN documents f ON f.document = q.document) v"
	 PAGE},
	{0},
};
/* clang-format on */
