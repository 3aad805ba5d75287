/* The actor sections of a codebook image, byte for byte; shared by the compiler
 * (worker/codebook/actors.c) and the reader (actor_book.c). Changing anything here means raising
 * ACTOR_IMAGE_VERSION. All arrays are little endian and lie at multiples of 64 bytes.
 *
 *   actor.head    one struct actor_image_head
 *   actor.text    bytes of all strings
 *   actor.entry   [n_entries] struct ai_entry
 *   actor.office  [n_offices] struct ai_office, those of an entry together
 *   actor.name    [n_names] struct ai_name, the names of one key together, best first
 *   actor.slot    [n_slots] u32, open addressing by ai_name.key: index + 1 of its first name
 *   actor.first   [n_firsts] struct ai_first, open addressing by the hash of a first piece
 *   actor.list    [n_lists] u64: piece hashes (context words) and indices of members */
#ifndef DEMARCHE_ENGINE_ACTOR_IMAGE_H
#define DEMARCHE_ENGINE_ACTOR_IMAGE_H

#include <stdint.h>

enum { ACTOR_IMAGE_VERSION = 1, ACTOR_NAME_PIECES = 16 };

struct ai_str {
	uint32_t at, n;
};

struct actor_image_head {
	uint32_t version, n_entries, n_offices, n_names, n_slots, n_firsts, n_lists, n_text;
};

enum ai_class {
	AI_ACTOR,   /* a name with a code */
	AI_TITLE,   /* an office or occupation of one person: "president", "spokesman" */
	AI_AGENT,   /* people by what they do: "officials", "troops", "protesters" */
	AI_BODY,    /* an institution: "government", "ministry of defence" */
	AI_PLACE,   /* a named region that is no actor: "South China Sea" */
	AI_NOTHING, /* a phrase that must not be read as the actor inside it */
	N_AI_CLASSES
};

enum {
	AI_WEAK = 1,    /* only where the document speaks of the entry's country */
	AI_NEUTRAL = 2, /* a title without a role of its own ("spokesman"): takes its employer's */
	AI_PLURAL = 4,  /* only in the plural form: "troops" */
	AI_MASS = 8     /* several of them without plural: "police", "military" */
};

struct ai_entry {
	struct ai_str name, code, role, file;
	uint32_t line, kind, class, flags;
	uint32_t office, n_office; /* actor.office */
	uint32_t member, n_member; /* actor.list: entry indices */
	uint32_t with, n_with;     /* actor.list: hashes of words that must be there */
	uint32_t unless, n_unless; /* … that must not */
};

struct ai_office {
	struct ai_str role, title, code; /* code "" is the entry's */
	int32_t from, to;                /* yyyymmdd, parts may be 0; 0 and 99999999 where open */
};

enum ai_name_type {
	AI_NAME,      /* the actor itself */
	AI_ADJECTIVE, /* "Chinese", "European" */
	AI_PEOPLE,    /* "Chinese", "Americans": its population */
	AI_CAPITAL,   /* the seat of government: actor or place */
	AI_METONYM,   /* always the government: "the Kremlin" */
	AI_SHORT,     /* a famous surname, while in office */
	AI_TITLED,    /* a surname after a title */
	AI_PREFIX,    /* "Sino" */
	AI_WORD,      /* a word of the classes TITLE, AGENT, BODY */
	N_AI_NAME_TYPES
};

struct ai_name {
	uint64_t key;       /* fold_join over the pieces */
	struct ai_str text; /* as written in the codebook */
	uint32_t entry;
	uint16_t capitals;                    /* bit i: piece i must start with a capital */
	uint16_t acronyms;                    /* bit i: piece i must be all capitals */
	uint8_t type, n_pieces, plural, last; /* last: no more names of this key follow */
	uint32_t spare;
};

/* What can start with a piece. A slot with hash 0 is empty. */
struct ai_first {
	uint64_t hash;
	uint32_t max_pieces; /* of the longest name that starts so */
	uint32_t given;      /* how many persons have it as their first name, cut at 65535 */
};

_Static_assert(sizeof(struct ai_entry) == 80, "no padding in the image");
_Static_assert(sizeof(struct ai_office) == 32, "no padding in the image");
_Static_assert(sizeof(struct ai_name) == 32 && sizeof(struct ai_first) == 16, "no padding");

#endif
