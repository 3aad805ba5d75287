#include "proto/result.h"

#define X(name, quad) [EVENT_##name] = #name,
static const char *const TYPE_NAMES[N_EVENT_TYPES] = {[EVENT_NONE] = "", EVENT_TYPES(X)};
#undef X
#define X(name, quad) [EVENT_##name] = quad,
static const int TYPE_QUADS[N_EVENT_TYPES] = {EVENT_TYPES(X)};
#undef X
#define X(name, text) [ENTITY_##name] = text,
static const char *const KIND_NAMES[] = {ENTITY_KINDS(X)};
#undef X
#define X(name, text) [STATUS_##name] = text,
static const char *const STATUS_NAMES[] = {EVENT_STATUSES(X)};
#undef X
#define X(name, text) [POLARITY_##name] = text,
static const char *const POLARITY_NAMES[] = {POLARITIES(X)};
#undef X
#define X(name, text) [STANCE_##name] = text,
static const char *const STANCE_NAMES[] = {STANCE_KINDS(X)};
#undef X
#define X(name, text) [PRECISION_##name] = text,
static const char *const PRECISION_NAMES[] = {DATE_PRECISIONS(X)};
#undef X

const char *event_type_name(enum event_type t)
{
	return TYPE_NAMES[t];
}

enum event_type event_type_of(struct str name)
{
	for (int t = EVENT_NONE + 1; t < N_EVENT_TYPES; t++)
		if (str_is(name, TYPE_NAMES[t]))
			return (enum event_type)t;
	return EVENT_NONE;
}

int event_type_quad(enum event_type t)
{
	return TYPE_QUADS[t];
}

const char *entity_kind_name(enum entity_kind k)
{
	return KIND_NAMES[k];
}

const char *event_status_name(enum event_status s)
{
	return STATUS_NAMES[s];
}

const char *polarity_name(enum polarity p)
{
	return POLARITY_NAMES[p];
}

const char *stance_kind_name(enum stance_kind k)
{
	return STANCE_NAMES[k];
}

const char *date_precision_name(enum date_precision p)
{
	return PRECISION_NAMES[p];
}
