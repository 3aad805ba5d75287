/* What to say where nothing was found: whether a filter asks for what no codebook knows or for a
 * collection that is not there, and what may have been meant. Asks the installed codebook, and says
 * nothing of actors and topics where there is none. */
#ifndef DEMARCHE_CLIENT_HINT_H
#define DEMARCHE_CLIENT_HINT_H

#include "client/source.h"

/* Prints one line on standard error for each filter that looks wrong. Returns the exit status: 2
 * where the topic is none of the taxonomy, else 0. */
int hint_nothing(const char *command, struct source *s, const struct row_filter *filters);

#endif
