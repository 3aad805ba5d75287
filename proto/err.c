#include "proto/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return -1;
}

int err_wrap(struct err *e, const char *fmt, ...)
{
	char inner[sizeof(e->text)];
	va_list ap;
	int n;

	memcpy(inner, e->text, sizeof(inner));
	va_start(ap, fmt);
	n = vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n + 2 < sizeof(e->text)) /* what does not fit is cut */
		snprintf(e->text + n, sizeof(e->text) - (size_t)n, ": %.*s",
			 (int)(sizeof(e->text) - (size_t)n - 3), inner);
	return -1;
}

int err_errno(struct err *e, int error_number, const char *fmt, ...)
{
	va_list ap;
	int n;

	e->code = error_number == ENOSPC || error_number == EDQUOT ? ERR_FULL : ERR_IO;
	va_start(ap, fmt);
	n = vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(e->text))
		snprintf(e->text + n, sizeof(e->text) - (size_t)n, ": %s", strerror(error_number));
	return -1;
}

const char *err_name(enum err_code code)
{
	switch (code) {
#define X(number, name, text, meaning) \
	case ERR_##name:               \
		return text;
		ERR_CODES(X)
#undef X
	}
	return "unknown";
}

_Noreturn void err_check_failed(const char *file, int line, const char *condition)
{
	fprintf(stderr, "check-failed at=%s:%d condition=\"%s\"\n", file, line, condition);
	abort();
}
