/* Which language a text is in, well enough to tell English from what the engine cannot read.
 * By script, then by the share of each language's commonest function words. */
#ifndef DEMARCHE_ENGINE_LANG_H
#define DEMARCHE_ENGINE_LANG_H

#include "proto/mem.h"

/* The BCP 47 code of valid UTF-8 text; "en" where a text in Latin letters is too short or too
 * mixed to tell, "und" where it has no letters. Reads the first 64 KiB. A literal: never freed. */
struct str lang_detect(struct str text);

/* Whether a BCP 47 tag is one that the engine reads: "en", "en-GB", … */
bool lang_supported(struct str tag);

#endif
