/* The words of a sentence that an event or stance is made of, marked in it: what says it in plain
 * brackets, who did it and to whom with a word before them. */
#ifndef DEMARCHE_CLIENT_MARKS_H
#define DEMARCHE_CLIENT_MARKS_H

#include "proto/result.h"

enum { MARKS_MAX = 32 };

struct mark {
	struct span span;  /* in characters of the document */
	const char *label; /* "who"; "" for what says it */
};
struct marks {
	struct mark list[MARKS_MAX]; /* none overlaps another; as they were added */
	uint32_t n;
};

/* Adds one unless it is empty, outside of the sentence, or overlaps one that is there. */
void marks_add(struct marks *m, struct span sentence, struct span span, const char *label);
/* For each entity that of its mentions in the sentence which is nearest and can be added. */
void marks_add_entities(struct marks *m, const struct result *r, const struct id_list *ids,
			struct span sentence, struct span near, const char *label);

/* Appends the sentence, which is `text`, with its marks: "[who: Ottawa] [rejected] it". `on` and
 * `off` stand around what says it. */
void marks_render(const struct marks *m, struct span sentence, struct str text, const char *on,
		  const char *off, struct buf *out);

#endif
