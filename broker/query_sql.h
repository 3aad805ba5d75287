/* How a question is written down: a SELECT and the arguments that add conditions to it. Shared by
 * query.c, which runs them, and the files that hold questions. */
#ifndef DEMARCHE_BROKER_QUERY_SQL_H
#define DEMARCHE_BROKER_QUERY_SQL_H

#include <sqlite3.h>

struct condition {
	const char *argument;
	const char *sql; /* the argument's value is % in it; %% is a % */
};

struct question {
	const char *name;
	const char *select; /* up to FROM and its joins */
	const char *order;  /* the column that rows are ordered by, which `after` goes on from */
	const char *always; /* a condition, or NULL */
	const struct condition *conditions;
	/* NULL, or a statement that makes the rows of the select with its conditions, which are at
	 * @, into those of the answer; :name is an argument's value or NULL. It has the rows'
	 * numbers (after ?1, at most ?2) in the column of `order`. */
	const char *around;
};

/* clang-format off */
#define COLLECTION_IS "(SELECT collection FROM collections WHERE name = %)"
#define DOC_JOINS                                                                                  \
	" JOIN results r ON r.seq = v.seq JOIN jobs j ON j.job = r.job "                           \
	"JOIN documents d ON d.document = j.document"

/* Conditions on v, an event or stance joined with DOC_JOINS, whose day is the expression `date`. */
#define ACTOR_IS(what, part)                                                                       \
	"v." what " IN (SELECT " what " FROM " what "_actors WHERE code = % AND part = '" part "' " \
	"UNION SELECT " what " FROM " what "_actors WHERE name = % AND part = '" part "')"
#define FOUND_CONDITIONS(date)                                                                     \
	{"since", date " >= %"},                                                                   \
	{"until", date " <> '' AND substr(" date ", 1, length(%)) <= %"},                          \
	{"text", "v.text LIKE '%%' || % || '%%'"},                                                 \
	{"collection", "r.collection = " COLLECTION_IS},                                           \
	{"confidence", "v.confidence >= CAST(% AS REAL)"}
#define STANCE_FOUND_CONDITIONS                                                                    \
	{"target", "(v.target_code = % OR v.target LIKE '%%' || % || '%%' OR v.stance IN (SELECT " \
		   "stance FROM stance_actors WHERE code = % AND part IN ('target', 'about')))"},  \
	{"polarity", "v.polarity = %"},                                                            \
	{"kind", "v.kind = %"},                                                                    \
	{"topic", "v.topic = %"},                                                                  \
	FOUND_CONDITIONS("d.date")
/* clang-format on */

/* Stances counted (query_stances.c): ends with an empty entry. */
extern const struct question STANCE_QUESTIONS[];

/* The SQL functions that they use. */
void query_stance_functions(sqlite3 *db);

#endif
