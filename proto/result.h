/* The result record: what was found in one document. Its keys are fixed (docs/result.md); the
 * msgpack map that travels and the JSON line that is exported have the same keys in the same
 * order. Values are open structs; everything they point to is borrowed from the arena in which
 * the record was built or read, and valid until that arena is reset. */
#ifndef DEMARCHE_PROTO_RESULT_H
#define DEMARCHE_PROTO_RESULT_H

#include "proto/err.h"
#include "proto/mem.h"

enum { RESULT_SCHEMA = 1 };

/* clang-format off */

/* The sixteen PLOVER event types, with their quad class (1 verbal cooperation, 2 material
 * cooperation, 3 verbal conflict, 4 material conflict). Source: PLOVER manual 2.0. */
#define EVENT_TYPES(X)                                                                             \
	X(AGREE, 1) X(CONSULT, 1) X(SUPPORT, 1) X(CONCEDE, 1)                                      \
	X(COOPERATE, 2) X(AID, 2) X(RETREAT, 2)                                                    \
	X(REQUEST, 3) X(ACCUSE, 3) X(REJECT, 3) X(THREATEN, 3)                                     \
	X(PROTEST, 4) X(SANCTION, 4) X(MOBILIZE, 4) X(COERCE, 4) X(ASSAULT, 4)
enum event_type {
	EVENT_NONE,
#define X(name, quad) EVENT_##name,
	EVENT_TYPES(X)
#undef X
	N_EVENT_TYPES
};
const char *event_type_name(enum event_type t);   /* "AGREE"; "" for EVENT_NONE */
enum event_type event_type_of(struct str name);   /* EVENT_NONE where it is none */
int event_type_quad(enum event_type t);

#define ENTITY_KINDS(X)                                                                            \
	X(OTHER, "other") X(PERSON, "person") X(COUNTRY, "country") X(GOVERNMENT, "government")    \
	X(ORGANIZATION, "organization") X(GROUP, "group") X(MEDIA, "media") X(AUTHOR, "author")
#define EVENT_STATUSES(X)                                                                          \
	X(ACTUAL, "actual") X(PLANNED, "planned") X(HYPOTHETICAL, "hypothetical")                  \
	X(NEGATED, "negated") X(HABITUAL, "habitual")
#define POLARITIES(X) X(NEUTRAL, "neutral") X(SUPPORT, "support") X(OPPOSE, "oppose")
#define STANCE_KINDS(X) X(STATED, "stated") X(ACTED, "acted") X(AUTHOR, "author")
#define DATE_PRECISIONS(X) X(NONE, "none") X(YEAR, "year") X(MONTH, "month") X(DAY, "day")

#define X(name, text) ENTITY_##name,
enum entity_kind { ENTITY_KINDS(X) N_ENTITY_KINDS };
#undef X
#define X(name, text) STATUS_##name,
enum event_status { EVENT_STATUSES(X) N_EVENT_STATUSES };
#undef X
#define X(name, text) POLARITY_##name,
enum polarity { POLARITIES(X) N_POLARITIES };
#undef X
#define X(name, text) STANCE_##name,
enum stance_kind { STANCE_KINDS(X) N_STANCE_KINDS };
#undef X
#define X(name, text) PRECISION_##name,
enum date_precision { DATE_PRECISIONS(X) N_DATE_PRECISIONS };
#undef X

/* clang-format on */

const char *entity_kind_name(enum entity_kind k);
const char *event_status_name(enum event_status s);
const char *polarity_name(enum polarity p);
const char *stance_kind_name(enum stance_kind k);
const char *date_precision_name(enum date_precision p);

/* [start, end) in Unicode code points of the document's stored text. */
struct span {
	uint32_t start, end;
};

struct id_list {
	uint32_t *ids; /* [n] ids of entities */
	uint32_t n;
};

struct result_entity {
	uint32_t id;
	struct str name;
	enum entity_kind kind;
	struct str code; /* ISO 3166-1 alpha-3, an acronym, AUTHOR, OTHER:Name, or "" */
	struct str role; /* GOV MIL LEG JUD PTY OPP MED EDU BUS CVL SPY IGO NGO REB, or "" */
	struct span *mentions;
	uint32_t n_mentions;
};

struct result_date {
	struct str start, end; /* ISO dates as precise as known ("2020", "2020-01", "2020-01-17") */
	enum date_precision precision;
	struct str text; /* the expression it was read from, or "" */
};

struct result_place {
	struct str name; /* "" where there is none: then the record has an empty map */
	struct str country;
	double latitude, longitude;
};

struct result_event {
	enum event_type type;
	struct str mode;
	struct str *contexts;
	uint32_t n_contexts;
	struct str cameo;
	double goldstein;
	struct id_list source, target, by;
	struct id_list doubtful; /* those of source and target who are hardly likely */
	struct span trigger, sentence;
	struct str text;
	struct result_date date;
	struct result_place place;
	enum event_status status;
	double confidence;
	struct str rule;
	uint32_t same_as; /* the earlier event of the record that tells the same act, counted */
			  /* from 1; 0: none (in the record counted from 0, and nil) */
};

struct result_target {
	struct str text;
	struct span span;
	int64_t entity; /* id, or -1 where it is an issue (nil in the record) */
	struct id_list about;
	struct str topic; /* of the taxonomy ("trade"), or "" */
	struct str key;   /* the issue in normalised words, the same for all ways of naming it */
};

struct result_stance {
	struct id_list holder, by;
	struct result_target target;
	enum polarity polarity;
	int strength; /* 1 mild, 2 clear, 3 strong */
	enum stance_kind kind;
	struct span trigger, sentence;
	struct str text;
	double confidence;
	struct str rule;
};

struct result_doc {
	struct str id, title, date, date_source, lang, source, collection, sha256;
};

struct result {
	struct result_doc doc;
	struct {
		struct str name, version, model;
	} engine;
	struct {
		uint64_t chars, sentences, tokens, us;
	} stats;
	struct result_entity *entities;
	struct result_event *events;
	struct result_stance *stances;
	struct str *warnings;
	uint32_t n_entities, n_events, n_stances, n_warnings;
};

/* Bounds of a record that is read. A writer stays below them; engine limits are far lower. */
enum {
	RESULT_ENTITIES_MAX = 1 << 17,
	RESULT_EVENTS_MAX = 1 << 17,
	RESULT_STANCES_MAX = 1 << 17,
	RESULT_SPANS_MAX = 1 << 20, /* mentions of one entity */
	RESULT_IDS_MAX = 4096,      /* entities in one list of an event or stance */
	RESULT_DOUBTFUL_MAX = 32,
	RESULT_CONTEXTS_MAX = 64,
	RESULT_WARNINGS_MAX = 1024,
	RESULT_TEXT_MAX = 16 << 20, /* bytes of any one string */
	RESULT_ID_MAX = 1 << 17,    /* greatest entity id */
};

/* Appends the record as one msgpack map. */
void result_pack(const struct result *r, struct buf *out);

/* Reads a record; keys may stand in any order, unknown ones are skipped, missing ones are empty.
 * Strings point into `bytes`, lists are made in `a`: both must live as long as *r. What comes
 * back is sound: known words, spans in order, ids unique, every reference an entity's id. */
int result_unpack(struct str bytes, struct arena *a, struct result *r, struct err *e);

/* Takes the doubtful out of the sides of all events: what tables show and counts count. */
void result_drop_doubtful(struct result *r);

/* Appends the record as one JSON object without a newline, the same keys in the same order; with
 * `seq` (0: none) as first key. The bytes depend on nothing but the record. */
void result_json(const struct result *r, uint64_t seq, struct buf *out);

#endif
