/* The parts of a noun phrase that names an actor, as actor.c reads them and actor_emit.c turns
 * them into mentions. Private to the actor_*.c files. */
#ifndef DEMARCHE_ENGINE_ACTOR_COMPOSE_H
#define DEMARCHE_ENGINE_ACTOR_COMPOSE_H

#include "worker/engine/actor_match.h"

enum { QUALIFIERS_MAX = 4 };

struct phrase {
	uint32_t first, end; /* tokens [first, end) */
	const struct unit *quals[QUALIFIERS_MAX];
	uint32_t n_quals, quals_end;
	bool possessive;             /* "Russia's …" */
	const struct unit *heads[4]; /* "foreign ministry" "spokesman" */
	uint32_t n_heads;
	const struct unit *name;      /* after the heads, or NULL */
	const struct unit *link_head; /* "spokesman for the army": army */
	uint32_t head_tok, link_end;
};

/* What an entry says at the document's date. */
struct unit_fact {
	int32_t entry;
	struct str name, code, role;
	enum entity_kind etype;
	bool former;
};

struct unit_fact compose_fact(const struct matcher *m, const struct unit *u);
bool compose_read(const struct matcher *m, uint32_t tok, uint32_t end, struct phrase *ph);

/* Appends the mentions of a phrase. */
void emit_phrase(struct matcher *m, const struct phrase *ph, uint32_t end);

#endif
