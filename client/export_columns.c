/* The layouts, column by column. Names and order of POLECAT, ICEWS, Phoenix and GDELT are those of
 * the published files; what we do not know stays empty. Our own layout: header line, snake_case,
 * codes as text, multi-valued fields sorted as in the record and joined by "; ". */
#include <stdlib.h>

#include "client/country_codes.h"
#include "client/export.h"
#include "client/record.h"
#include "worker/engine/date.h"

#define CELL(name) static void name(const struct export_row *row, struct buf *out)
#define TEXT(name, text)        \
	CELL(name)              \
	{                       \
		add(out, text); \
	}
#define NUMBER(name, format, number)             \
	CELL(name)                               \
	{                                        \
		buf_printf(out, format, number); \
	}
#define ACTORS(name, of, part)                    \
	CELL(name)                                \
	{                                         \
		actors(row, &row->of, part, out); \
	}

static void add(struct buf *out, struct str s)
{
	buf_add_str(out, s);
}

/* Documents */
TEXT(doc_id, row->result->doc.id)
TEXT(doc_title, row->result->doc.title)
TEXT(doc_date, row->result->doc.date)
TEXT(doc_source, row->result->doc.source)
TEXT(doc_lang, row->result->doc.lang)
TEXT(doc_collection, row->result->doc.collection)
TEXT(doc_sha256, row->result->doc.sha256)
NUMBER(doc_sentences, "%lu", row->result->stats.sentences)
NUMBER(doc_tokens, "%lu", row->result->stats.tokens)
NUMBER(doc_events, "%u", row->result->n_events)
NUMBER(doc_stances, "%u", row->result->n_stances)
TEXT(engine_version, row->result->engine.version)
TEXT(engine_model, row->result->engine.model)

/* What a column of countries says of an actor: nothing where it belongs to none. */
static struct str country_code(const struct result_entity *en)
{
	return str_starts(en->code, STR("OTHER:")) ? STR("") : en->code;
}

static struct str cow_code(const struct result_entity *en)
{
	const struct country_codes *c = country_codes(en->code);

	return str_of(c ? c->cow : "");
}

/* Lists of actors */
enum part { NAME, CODE, COW, ROLE };

static struct str part_of(const struct result_entity *en, enum part part)
{
	switch (part) {
	case NAME:
		return en->name;
	case CODE:
		return country_code(en);
	case COW:
		return cow_code(en);
	case ROLE:
		break;
	}
	return en->role;
}

static void actors(const struct export_row *row, const struct id_list *ids, enum part part,
		   struct buf *out)
{
	for (uint32_t i = 0; i < ids->n; i++) {
		if (i)
			add(out, STR("; "));
		add(out, part_of(record_entity(row->result, ids->ids[i]), part));
	}
}

ACTORS(source_names, event->source, NAME)
ACTORS(source_codes, event->source, CODE)
ACTORS(source_cow, event->source, COW)
ACTORS(source_roles, event->source, ROLE)
ACTORS(target_names, event->target, NAME)
ACTORS(target_codes, event->target, CODE)
ACTORS(target_cow, event->target, COW)
ACTORS(target_roles, event->target, ROLE)
ACTORS(event_by, event->by, NAME)

/* Events */
static struct str best_date(const struct export_row *row)
{
	return row->event->date.start.n ? row->event->date.start : row->result->doc.date;
}

CELL(event_id)
{
	export_id(row, out);
}

/* A year or month by its first or last day: what reads a column of days takes "2020" for none, or
 * for a number. */
static void put_day(struct str iso, bool last, struct buf *out)
{
	struct date d;

	if (!date_parse(iso, &d)) {
		add(out, iso);
		return;
	}
	if (!d.month)
		d.month = last ? 12 : 1;
	if (!d.day)
		d.day = (int8_t)(last ? date_month_days(d.year, d.month) : 1);
	buf_printf(out, "%04d-%02d-%02d", d.year, d.month, d.day);
}
CELL(event_date)
{
	put_day(best_date(row), false, out);
}
CELL(event_end)
{
	put_day(row->event->date.start.n ? row->event->date.end : row->result->doc.date, true, out);
}
CELL(precision_of_date)
{
	bool own = row->event->date.start.n > 0;

	add(out, own ? str_of(date_precision_name(row->event->date.precision)) : STR("document"));
}
TEXT(event_type, str_of(event_type_name(row->event->type)))
TEXT(event_mode, row->event->mode)
TEXT(event_status, str_of(event_status_name(row->event->status)))
CELL(event_contexts)
{
	for (uint32_t i = 0; i < row->event->n_contexts; i++)
		buf_printf(out, "%s%.*s", i ? "; " : "", STR_ARG(row->event->contexts[i]));
}
TEXT(cameo, row->event->cameo)
CELL(cameo_base)
{
	struct str c = row->event->cameo;

	add(out, (struct str){c.p, c.n < 3 ? c.n : 3});
}
CELL(cameo_root)
{
	struct str c = row->event->cameo;

	add(out, (struct str){c.p, c.n < 2 ? c.n : 2});
}
NUMBER(quad, "%d", event_type_quad(row->event->type))
NUMBER(goldstein, "%.1f", row->event->goldstein)
NUMBER(event_confidence, "%.3f", row->event->confidence)
TEXT(event_rule, row->event->rule)
TEXT(event_text, row->event->text)
NUMBER(trigger_start, "%u", row->event->trigger.start)
NUMBER(trigger_end, "%u", row->event->trigger.end)
TEXT(place, row->event->place.name)
TEXT(place_country, row->event->place.country)
CELL(latitude)
{
	if (row->event->place.name.n)
		buf_printf(out, "%.5f", row->event->place.latitude);
}
CELL(longitude)
{
	if (row->event->place.name.n)
		buf_printf(out, "%.5f", row->event->place.longitude);
}

/* Whether the coordinates are those of a point or of a country as a whole. */
static bool is_whole_country(const struct export_row *row)
{
	const struct result_place *p = &row->event->place;

	for (uint32_t i = 0; i < row->places->n; i++) {
		const struct result_place *m = &row->places->middles[i];

		if (str_eq(m->country, p->country))
			return m->latitude == p->latitude && m->longitude == p->longitude;
	}
	return false;
}

CELL(geo_precision)
{
	if (row->event->place.name.n && row->places)
		add(out, is_whole_country(row) ? STR("country") : STR("point"));
}
CELL(ontology)
{
	(void)row, add(out, STR("PLOVER 2.0"));
}

/* The id of the event of the same document that this one repeats. */
CELL(event_same_as)
{
	struct export_row first = *row;

	if (!row->event->same_as)
		return;
	first.index = row->event->same_as - 1;
	export_id(&first, out);
}
CELL(event_cluster)
{
	if (row->reports)
		add(out, row->reports[row->index].cluster);
}
CELL(event_reports)
{
	if (row->reports)
		buf_printf(out, "%lu", row->reports[row->index].reports);
}

static const struct export_column EVENT_COLUMNS[] = {
	{"event_id", event_id, false},
	{"event_date", event_date, false},
	{"end_date", event_end, false},
	{"date_precision", precision_of_date, false},
	{"event_type", event_type, false},
	{"event_mode", event_mode, false},
	{"status", event_status, false},
	{"cameo_code", cameo, false},
	{"root_code", cameo_root, false},
	{"quad_class", quad, true},
	{"goldstein", goldstein, true},
	{"contexts", event_contexts, false},
	{"source_name", source_names, false},
	{"source_country", source_codes, false},
	{"source_cow", source_cow, false},
	{"source_sectors", source_roles, false},
	{"target_name", target_names, false},
	{"target_country", target_codes, false},
	{"target_cow", target_cow, false},
	{"target_sectors", target_roles, false},
	{"reported_by", event_by, false},
	{"placename", place, false},
	{"country", place_country, false},
	{"latitude", latitude, true},
	{"longitude", longitude, true},
	{"doc_id", doc_id, false},
	{"publisher", doc_source, false},
	{"pub_date", doc_date, false},
	{"sentence_text", event_text, false},
	{"start_char", trigger_start, true},
	{"end_char", trigger_end, true},
	{"confidence", event_confidence, true},
	{"rule_id", event_rule, false},
	{"engine_version", engine_version, false},
	{"lexicon_version", engine_model, false},
	{"ontology_version", ontology, false},
	{"same_as", event_same_as, false},
	{"cluster", event_cluster, false},
	{"reports", event_reports, true},
	{"geo_precision", geo_precision, false},
	{NULL, NULL, false},
};
const struct export_layout EXPORT_EVENTS = {EVENT_COLUMNS, ',', true, false};

/* Stances */
ACTORS(holder_names, stance->holder, NAME)
ACTORS(holder_codes, stance->holder, CODE)
ACTORS(holder_roles, stance->holder, ROLE)
ACTORS(stance_by, stance->by, NAME)
ACTORS(about_codes, stance->target.about, CODE)
TEXT(target_text, row->stance->target.text)
CELL(target_code)
{
	if (row->stance->target.entity >= 0)
		add(out,
		    country_code(record_entity(row->result, (uint32_t)row->stance->target.entity)));
}
TEXT(target_issue, row->stance->target.key)
TEXT(target_topic, row->stance->target.topic)
TEXT(polarity, str_of(polarity_name(row->stance->polarity)))
NUMBER(strength, "%d", row->stance->strength)
TEXT(stance_kind, str_of(stance_kind_name(row->stance->kind)))
TEXT(stance_text, row->stance->text)
NUMBER(stance_start, "%u", row->stance->trigger.start)
NUMBER(stance_end, "%u", row->stance->trigger.end)
NUMBER(stance_confidence, "%.3f", row->stance->confidence)
TEXT(stance_rule, row->stance->rule)

static const struct export_column STANCE_COLUMNS[] = {
	{"stance_id", event_id, false},
	{"holder_name", holder_names, false},
	{"holder_country", holder_codes, false},
	{"holder_sectors", holder_roles, false},
	{"polarity", polarity, false},
	{"strength", strength, true},
	{"kind", stance_kind, false},
	{"target_text", target_text, false},
	{"target_country", target_code, false},
	{"about", about_codes, false},
	{"topic", target_topic, false},
	{"reported_by", stance_by, false},
	{"doc_id", doc_id, false},
	{"publisher", doc_source, false},
	{"pub_date", doc_date, false},
	{"sentence_text", stance_text, false},
	{"start_char", stance_start, true},
	{"end_char", stance_end, true},
	{"confidence", stance_confidence, true},
	{"rule_id", stance_rule, false},
	{"engine_version", engine_version, false},
	{"lexicon_version", engine_model, false},
	{"issue", target_issue, false},
	{NULL, NULL, false},
};
const struct export_layout EXPORT_STANCES = {STANCE_COLUMNS, ',', true, false};

static const struct export_column DOCUMENT_COLUMNS[] = {
	{"doc_id", doc_id, false},
	{"title", doc_title, false},
	{"pub_date", doc_date, false},
	{"publisher", doc_source, false},
	{"language", doc_lang, false},
	{"collection", doc_collection, false},
	{"sha256", doc_sha256, false},
	{"sentences", doc_sentences, true},
	{"tokens", doc_tokens, true},
	{"events", doc_events, true},
	{"stances", doc_stances, true},
	{"engine_version", engine_version, false},
	{"lexicon_version", engine_model, false},
	{NULL, NULL, false},
};
const struct export_layout EXPORT_DOCUMENTS = {DOCUMENT_COLUMNS, ',', true, false};

/* POLECAT: 40 columns. */
static void first_role(const struct export_row *row, const struct id_list *ids, struct buf *out)
{
	if (ids->n)
		add(out, record_entity(row->result, ids->ids[0])->role);
}
CELL(quad_words)
{
	static const char *const WORDS[] = {"", "VERBAL COOPERATION", "MATERIAL COOPERATION",
					    "VERBAL CONFLICT", "MATERIAL CONFLICT"};

	add(out, str_of(WORDS[event_type_quad(row->event->type)]));
}
CELL(source_first_role)
{
	first_role(row, &row->event->source, out);
}
CELL(target_first_role)
{
	first_role(row, &row->event->target, out);
}
TEXT(language, row->result->doc.lang.n ? row->result->doc.lang : STR("en"))
NUMBER(version, "demarche %.*s", STR_ARG(row->result->engine.version))

static const struct export_column POLECAT_COLUMNS[] = {
	{"Event ID", event_id, false},
	{"Event Date", event_date, false},
	{"Event Type", event_type, false},
	{"Event Mode", event_mode, false},
	{"Intensity", goldstein, true},
	{"Quad Code", quad_words, false},
	{"Contexts", event_contexts, false},
	{"Actor Name", source_names, false},
	{"Actor Country", source_codes, false},
	{"Actor COW", source_cow, false},
	{"Primary Actor Sector", source_first_role, false},
	{"Actor Sectors", source_roles, false},
	{"Actor Title", NULL, false},
	{"Actor Name Raw", source_names, false},
	{"Wikipedia Actor ID", NULL, false},
	{"Recipient Name", target_names, false},
	{"Recipient Country", target_codes, false},
	{"Recipient COW", target_cow, false},
	{"Primary Recipient Sector", target_first_role, false},
	{"Recipient Sectors", target_roles, false},
	{"Recipient Title", NULL, false},
	{"Recipient Name Raw", target_names, false},
	{"Wikipedia Recipient ID", NULL, false},
	{"Placename", place, false},
	{"City", NULL, false},
	{"District", NULL, false},
	{"Province", NULL, false},
	{"Country", place_country, false},
	{"Latitude", latitude, true},
	{"Longitude", longitude, true},
	{"GeoNames ID", NULL, false},
	{"Raw Placename", place, false},
	{"Feature Type", NULL, false},
	{"Source", doc_source, false},
	{"Publication Date", doc_date, false},
	{"Story People", NULL, false},
	{"Story Organizations", NULL, false},
	{"Story Locations", NULL, false},
	{"Language", language, false},
	{"Version", version, false},
	{NULL, NULL, false},
};
const struct export_layout EXPORT_POLECAT = {POLECAT_COLUMNS, '\t', true, false};

/* One actor on each side */
TEXT(source_name, row->source ? row->source->name : STR(""))
TEXT(source_code, row->source ? country_code(row->source) : STR(""))
TEXT(source_role, row->source ? row->source->role : STR(""))
TEXT(one_target_name, row->target ? row->target->name : STR(""))
TEXT(one_target_code, row->target ? country_code(row->target) : STR(""))
TEXT(one_target_role, row->target ? row->target->role : STR(""))
CELL(source_full)
{
	source_code(row, out), source_role(row, out);
}
CELL(target_full)
{
	one_target_code(row, out), one_target_role(row, out);
}

/* A number of its own for each row, the same in every run: 53 bits of a mix of the document's hash,
 * the place in the record and the pair of actors. What reads it as a floating point number (R,
 * spreadsheets, JavaScript) keeps all of them. */
CELL(number_id)
{
	char hex[17] = "";
	struct str sha = row->result->doc.sha256;
	uint64_t x;

	memcpy(hex, sha.p, sha.n < 16 ? sha.n : 16);
	x = strtoull(hex, NULL, 16) + ((uint64_t)row->index << 32) + row->pair;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u; /* splitmix64's last steps: one to one */
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	buf_printf(out, "%lu", (x ^ (x >> 31)) >> 11);
}

CELL(cameo_name)
{
	static const char *const ROOTS[] = {"",
					    "Make public statement",
					    "Appeal",
					    "Express intent to cooperate",
					    "Consult",
					    "Engage in diplomatic cooperation",
					    "Engage in material cooperation",
					    "Provide aid",
					    "Yield",
					    "Investigate",
					    "Demand",
					    "Disapprove",
					    "Reject",
					    "Threaten",
					    "Protest",
					    "Exhibit force posture",
					    "Reduce relations",
					    "Coerce",
					    "Assault",
					    "Fight",
					    "Use unconventional mass violence"};
	struct str c = row->event->cameo;
	int root = c.n >= 2 ? (c.p[0] - '0') * 10 + c.p[1] - '0' : 0;

	add(out, str_of(ROOTS[root >= 0 && root <= 20 ? root : 0]));
}
CELL(sentence_number)
{
	/* ICEWS counts sentences; the record knows where they start: count the distinct starts. */
	uint32_t n = 1, last = UINT32_MAX;

	for (uint32_t i = 0; i < row->index; i++) {
		uint32_t start = row->result->events[i].sentence.start;

		n += start != last && start < row->event->sentence.start;
		last = start;
	}
	buf_printf(out, "%u", n);
}

CELL(city)
{
	if (!row->places || !is_whole_country(row))
		place(row, out);
}

/* ICEWS writes countries out. */
static void country_name(const struct export_row *row, struct str code, struct buf *out)
{
	for (uint32_t i = 0; row->places && i < row->places->n; i++)
		if (str_eq(row->places->middles[i].country, code)) {
			add(out, row->places->middles[i].name);
			return;
		}
	add(out, code);
}
CELL(source_country_name)
{
	country_name(row, row->source ? country_code(row->source) : STR(""), out);
}
CELL(target_country_name)
{
	country_name(row, row->target ? country_code(row->target) : STR(""), out);
}
CELL(place_country_name)
{
	country_name(row, row->event->place.country, out);
}

static const struct export_column ICEWS_COLUMNS[] = {
	{"Event ID", number_id, false},
	{"Event Date", event_date, false},
	{"Source Name", source_name, false},
	{"Source Sectors", source_role, false},
	{"Source Country", source_country_name, false},
	{"Event Text", cameo_name, false},
	{"CAMEO Code", cameo, false},
	{"Intensity", goldstein, true},
	{"Target Name", one_target_name, false},
	{"Target Sectors", one_target_role, false},
	{"Target Country", target_country_name, false},
	{"Story ID", doc_id, false},
	{"Sentence Number", sentence_number, true},
	{"Publisher", doc_source, false},
	{"City", city, false},
	{"District", NULL, false},
	{"Province", NULL, false},
	{"Country", place_country_name, false},
	{"Latitude", latitude, true},
	{"Longitude", longitude, true},
	{NULL, NULL, false},
};
const struct export_layout EXPORT_ICEWS = {ICEWS_COLUMNS, '\t', true, true};

/* Dates in pieces */
static void digits(const struct export_row *row, size_t from, size_t n, const char *missing,
		   struct buf *out)
{
	struct str d = best_date(row);

	add(out, d.n >= from + n ? (struct str){d.p + from, n} : str_of(missing));
}
CELL(year)
{
	digits(row, 0, 4, "", out);
}
CELL(month)
{
	digits(row, 5, 2, best_date(row).n ? "01" : "", out);
}
CELL(day)
{
	digits(row, 8, 2, best_date(row).n ? "01" : "", out);
}
CELL(yearmonth)
{
	year(row, out), month(row, out);
}
CELL(sqldate)
{
	yearmonth(row, out), day(row, out);
}
CELL(fraction)
{
	struct str d = best_date(row);
	int y = 0, m = 1, k = 1;

	if (d.n && sscanf(d.p, "%4d-%2d-%2d", &y, &m, &k) >= 1)
		buf_printf(out, "%.4f", y + ((m - 1) * 30 + k) / 365.0);
}

/* Phoenix: 26 columns, no header. */
CELL(quad_cameo)
{
	static const int QUADS[] = {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 3, 4, 4, 4, 4};
	struct str c = row->event->cameo;
	int root = c.n >= 2 ? (c.p[0] - '0') * 10 + c.p[1] - '0' : 0;

	buf_printf(out, "%d", QUADS[root >= 0 && root <= 20 ? root : 0]);
}

static const struct export_column PHOENIX_COLUMNS[] = {
	{"EventID", number_id, false},
	{"Date", sqldate, false},
	{"Year", year, false},
	{"Month", month, false},
	{"Day", day, false},
	{"SourceActorFull", source_full, false},
	{"SourceActorEntity", source_code, false},
	{"SourceActorRole", source_role, false},
	{"SourceActorAttribute", NULL, false},
	{"TargetActorFull", target_full, false},
	{"TargetActorEntity", one_target_code, false},
	{"TargetActorRole", one_target_role, false},
	{"TargetActorAttribute", NULL, false},
	{"EventCode", cameo, false},
	{"EventRootCode", cameo_root, false},
	{"QuadClass", quad_cameo, true},
	{"GoldsteinScore", goldstein, true},
	{"Issues", event_contexts, false},
	{"Lat", latitude, true},
	{"Lon", longitude, true},
	{"LocationName", place, false},
	{"StateName", NULL, false},
	{"CountryCode", place_country, false},
	{"SentenceID", event_id, false},
	{"URLs", doc_id, false},
	{"NewsSources", doc_source, false},
	{NULL, NULL, false},
};
const struct export_layout EXPORT_PHOENIX = {PHOENIX_COLUMNS, '\t', false, true};

/* GDELT 2.0 events: 61 columns, no header. */
CELL(quad_gdelt)
{
	struct str c = row->event->cameo;
	int root = c.n >= 2 ? (c.p[0] - '0') * 10 + c.p[1] - '0' : 0;

	buf_printf(out, "%d", root <= 5 ? 1 : root <= 8 ? 2 : root <= 13 ? 3 : 4);
}
CELL(articles)
{
	if (row->reports)
		event_reports(row, out);
	else
		buf_printf(out, "1");
}
CELL(one)
{
	(void)row, add(out, STR("1"));
}
/* 1 a country, 4 a place in the world (GDELT tells those of the USA apart, we do not) */
CELL(geo_type)
{
	if (!row->event->place.name.n)
		add(out, STR("0"));
	else
		add(out, !row->places || is_whole_country(row) ? STR("1") : STR("4"));
}
CELL(date_added)
{
	for (size_t i = 0; i < row->result->doc.date.n; i++)
		if (row->result->doc.date.p[i] != '-')
			buf_add(out, &row->result->doc.date.p[i], 1);
}

/* GDELT keeps countries and other actors with a code of their own apart. */
static void country_or_group(const struct result_entity *en, bool country, struct buf *out)
{
	if (en && en->kind != ENTITY_AUTHOR && (country_codes(en->code) != NULL) == country)
		add(out, country_code(en));
}
CELL(source_country)
{
	country_or_group(row->source, true, out);
}
CELL(target_country)
{
	country_or_group(row->target, true, out);
}
CELL(source_group)
{
	country_or_group(row->source, false, out);
}
CELL(target_group)
{
	country_or_group(row->target, false, out);
}
CELL(place_fips)
{
	const struct result_place *p = &row->event->place;
	const struct country_codes *c = country_codes(p->country);
	bool is_gaza = str_is(p->country, "PSE") && p->longitude != 0 && p->longitude < 34.7;

	add(out, is_gaza ? STR("GZ") : str_of(c ? c->fips : ""));
}

#define NOTHING(name)             \
	{                         \
		name, NULL, false \
	}
#define GEO_NOTHING(who)                                                                          \
	NOTHING(who "Geo_Type"), NOTHING(who "Geo_FullName"), NOTHING(who "Geo_CountryCode"),     \
		NOTHING(who "Geo_ADM1Code"), NOTHING(who "Geo_ADM2Code"), NOTHING(who "Geo_Lat"), \
		NOTHING(who "Geo_Long"), NOTHING(who "Geo_FeatureID")
static const struct export_column GDELT_COLUMNS[] = {
	{"GLOBALEVENTID", number_id, false},
	{"SQLDATE", sqldate, false},
	{"MonthYear", yearmonth, false},
	{"Year", year, false},
	{"FractionDate", fraction, true},
	{"Actor1Code", source_full, false},
	{"Actor1Name", source_name, false},
	{"Actor1CountryCode", source_country, false},
	{"Actor1KnownGroupCode", source_group, false},
	NOTHING("Actor1EthnicCode"),
	NOTHING("Actor1Religion1Code"),
	NOTHING("Actor1Religion2Code"),
	{"Actor1Type1Code", source_role, false},
	NOTHING("Actor1Type2Code"),
	NOTHING("Actor1Type3Code"),
	{"Actor2Code", target_full, false},
	{"Actor2Name", one_target_name, false},
	{"Actor2CountryCode", target_country, false},
	{"Actor2KnownGroupCode", target_group, false},
	NOTHING("Actor2EthnicCode"),
	NOTHING("Actor2Religion1Code"),
	NOTHING("Actor2Religion2Code"),
	{"Actor2Type1Code", one_target_role, false},
	NOTHING("Actor2Type2Code"),
	NOTHING("Actor2Type3Code"),
	{"IsRootEvent", one, true},
	{"EventCode", cameo, false},
	{"EventBaseCode", cameo_base, false},
	{"EventRootCode", cameo_root, false},
	{"QuadClass", quad_gdelt, true},
	{"GoldsteinScale", goldstein, true},
	{"NumMentions", one, true},
	{"NumSources", one, true},
	{"NumArticles", articles, true},
	NOTHING("AvgTone"),
	GEO_NOTHING("Actor1"),
	GEO_NOTHING("Actor2"),
	{"ActionGeo_Type", geo_type, true},
	{"ActionGeo_FullName", place, false},
	{"ActionGeo_CountryCode", place_fips, false},
	NOTHING("ActionGeo_ADM1Code"),
	NOTHING("ActionGeo_ADM2Code"),
	{"ActionGeo_Lat", latitude, true},
	{"ActionGeo_Long", longitude, true},
	NOTHING("ActionGeo_FeatureID"),
	{"DATEADDED", date_added, false},
	{"SOURCEURL", doc_id, false},
	{NULL, NULL, false},
};
const struct export_layout EXPORT_GDELT = {GDELT_COLUMNS, '\t', false, true};
