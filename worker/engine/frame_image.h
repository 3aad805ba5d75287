/* Layout of the events sections of a codebook image: what the compiler (worker/codebook/events.c)
 * writes and worker/engine/frame.c reads. Little endian, read in place. Strings are
 * { u32 at, u32 n } into "events.text". To change it: raise FRAME_LAYOUT, change both sides.
 *
 *   events.head     struct frame_head
 *   events.text     the bytes of all strings
 *   events.codes    struct frame_code[n_codes], sorted by code
 *   events.frames   struct frame_rec[n_frames]
 *   events.entries  struct frame_entry[n_entries], those of one first word side by side
 *   events.words    struct frame_text[n_words], further words: alternatives end with n == 0
 *   events.slots    struct frame_slot[n_slots], open addressing over all words of interest
 *   events.names    struct frame_text[n_names]: contexts, then classes of words */
#ifndef DEMARCHE_ENGINE_FRAME_IMAGE_H
#define DEMARCHE_ENGINE_FRAME_IMAGE_H

#include <stdint.h>

enum { FRAME_LAYOUT = 1, FRAME_CONTEXTS_MAX = 64, FRAME_CLASSES_MAX = 64 };
enum { FRAME_CODES_MAX = 4096, FRAME_FRAMES_MAX = 8192, FRAME_WORDS_MAX = 8 };

struct frame_text {
	uint32_t at, n;
};

struct frame_head {
	uint32_t layout, n_codes, n_frames, n_entries, n_words, n_slots, n_contexts, n_classes;
};

struct frame_code {
	struct frame_text code, mode, name;
	double goldstein;
	uint64_t contexts; /* bits: index into the names of contexts */
	uint32_t type;     /* enum event_type, 0 none */
	uint32_t reserved;
};

/* Where an argument stands, as bits of frame_rec.source and .target. */
/* clang-format off */
#define FRAME_ROLES(X)                                                                             \
	X(SUBJECT, "subject") X(OBJECT, "object") X(POSSESSOR, "possessor") X(CLAUSE, "clause")    \
	X(OF, "of") X(BY, "by") X(BETWEEN, "between") X(FROM, "from") X(WITH, "with") X(TO, "to")  \
	X(ON, "on") X(AGAINST, "against") X(AT, "at") X(FOR, "for") X(OVER, "over") X(IN, "in")    \
	X(INTO, "into") X(NEAR, "near") X(TOWARD, "toward") X(AROUND, "around") X(ALONG, "along")  \
	X(OUTSIDE, "outside") X(THROUGH, "through") X(ABOUT, "about") X(BEHIND, "behind")          \
	X(BEFORE, "before") X(OFF, "off")
/* clang-format on */
enum frame_role {
#define X(name, text) FRAME_ROLE_##name,
	FRAME_ROLES(X)
#undef X
		N_FRAME_ROLES
};

/* A matter is no event: it only says what events are about (see event_code.c). A user's own frame
 * decides: where it matches there is its event, with its code as it stands. Told: the words are
 * what is said and not the saying ("has violated our airspace" accuses). */
enum { FRAME_RECIPROCAL = 1, FRAME_WEAK = 2, FRAME_MATTER = 4, FRAME_OWN = 8, FRAME_TOLD = 16 };

struct frame_rec {
	struct frame_text name;
	uint32_t code; /* index into events.codes */
	uint32_t type; /* enum event_type */
	struct frame_text mode;
	uint32_t source, target; /* bits of enum frame_role */
	uint32_t flags;
	uint32_t never; /* types that the words never are; bits of enum event_type, from 0 */
};

enum frame_pos { FRAME_VERB = 1, FRAME_NOUN = 2, FRAME_ADJ = 4, FRAME_ANY = 7 };

/* `before` words stand immediately in front of the trigger ("joint exercise"), the others of
 * n_words follow it. words: first string of the further words in events.words. */
struct frame_entry {
	uint32_t frame;
	uint32_t words;
	uint8_t n_words, before, pos, reserved;
};

/* A word of interest: the entries that it triggers, its classes and contexts. */
struct frame_slot {
	struct frame_text word; /* n == 0: free */
	uint32_t entry, n_entries;
	uint64_t classes, contexts;
};

#endif
