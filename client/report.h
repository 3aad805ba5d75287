/* The report: one HTML file with everything in it, readable offline. The page is report/page.html;
 * the rows of events and stances are put into it as JSON. */
#ifndef DEMARCHE_CLIENT_REPORT_H
#define DEMARCHE_CLIENT_REPORT_H

#include "client/source.h"

/* At most `limit` events and as many stances (0: all). */
int report_write(struct source *s, const char *path, uint64_t limit, struct err *e);

#endif
