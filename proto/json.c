#include "proto/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Length of the well-formed UTF-8 sequence at p (Unicode 15, table 3-7), or 0. */
static size_t utf8_length(const unsigned char *p, size_t n)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t want;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	want = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n < want)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < want; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return want;
}

static void add_escaped(struct buf *out, unsigned char c)
{
	switch (c) {
	case '"':
		buf_add(out, "\\\"", 2);
		break;
	case '\\':
		buf_add(out, "\\\\", 2);
		break;
	case '\n':
		buf_add(out, "\\n", 2);
		break;
	case '\t':
		buf_add(out, "\\t", 2);
		break;
	case '\r':
		buf_add(out, "\\r", 2);
		break;
	default:
		buf_printf(out, "\\u%04x", c);
	}
}

void json_add_str(struct buf *out, struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t from = 0, i = 0;

	buf_add(out, "\"", 1);
	while (i < s.n) {
		size_t n = utf8_length(p + i, s.n - i);

		if (n && p[i] >= 0x20 && p[i] != '"' && p[i] != '\\' && p[i] != 0x7f) {
			i += n;
			continue;
		}
		if (i > from)
			buf_add(out, s.p + from, i - from);
		if (n)
			add_escaped(out, p[i]);
		else
			buf_add_str(out, STR("\xef\xbf\xbd"));
		from = ++i;
	}
	if (i > from)
		buf_add(out, s.p + from, i - from);
	buf_add(out, "\"", 1);
}

/* %g drops trailing zeros, so fifteen digits are the short form of all decimals that have it.
 * snprintf writes the locale's decimal point; whatever it is becomes '.'. */
void json_add_double(struct buf *out, double v)
{
	char digits[40];
	bool point = false;

	if (!isfinite(v)) {
		buf_add_str(out, STR("null"));
		return;
	}
	for (int precision = 15; precision <= 17; precision++) {
		snprintf(digits, sizeof(digits), "%.*g", precision, v);
		if (strtod(digits, NULL) == v)
			break;
	}
	for (const char *c = digits; *c; c++) {
		if ((*c >= '0' && *c <= '9') || *c == '-' || *c == '+' || *c == 'e') {
			point |= *c == 'e';
			buf_add(out, c, 1);
		} else if (!point) {
			point = true;
			buf_add(out, ".", 1);
		}
	}
	if (!point)
		buf_add_str(out, STR(".0"));
}

static void before_value(struct json *j)
{
	if (j->comma)
		buf_add(j->out, ",", 1);
	j->comma = true;
}

void json_open(struct json *j, char bracket)
{
	before_value(j);
	buf_add(j->out, &bracket, 1);
	j->comma = false;
}

void json_close(struct json *j, char bracket)
{
	buf_add(j->out, &bracket, 1);
	j->comma = true;
}

void json_key(struct json *j, const char *key)
{
	before_value(j);
	json_add_str(j->out, str_of(key));
	buf_add(j->out, ":", 1);
	j->comma = false;
}

void json_str(struct json *j, struct str s)
{
	before_value(j);
	json_add_str(j->out, s);
}

void json_int(struct json *j, int64_t v)
{
	before_value(j);
	buf_printf(j->out, "%" PRId64, v);
}

void json_uint(struct json *j, uint64_t v)
{
	before_value(j);
	buf_printf(j->out, "%" PRIu64, v);
}

void json_double(struct json *j, double v)
{
	before_value(j);
	json_add_double(j->out, v);
}

void json_bool(struct json *j, bool v)
{
	before_value(j);
	buf_add_str(j->out, v ? STR("true") : STR("false"));
}

void json_nil(struct json *j)
{
	before_value(j);
	buf_add_str(j->out, STR("null"));
}
