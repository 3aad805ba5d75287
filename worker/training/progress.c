#include "worker/training/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

void progress(const char *fmt, ...)
{
	static time_t start;
	va_list ap;

	if (!start)
		start = time(NULL);
	fprintf(stderr, "%4ld s: ", (long)(time(NULL) - start));
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}
