#include "worker/codebook/source.h"

#include <stdarg.h>
#include <stdio.h>

void problems_free(struct problems *p)
{
	buf_free(&p->text);
	p->n = 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

struct str source_trim(struct str s)
{
	while (s.n && is_blank(s.p[0]))
		s.p++, s.n--;
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool source_part(struct str *rest, char separator, struct str *part)
{
	const char *end;

	if (!rest->p || !rest->n)
		return false;
	end = memchr(rest->p, separator, rest->n);
	*part = (struct str){rest->p, end ? (size_t)(end - rest->p) : rest->n};
	rest->n -= part->n + (end != NULL);
	rest->p += part->n + (end != NULL);
	*part = source_trim(*part);
	return true;
}

void source_problem(struct source *s, uint32_t line, struct str found, const char *expected, ...)
{
	struct buf *b = &s->problems->text;
	char text[400];
	va_list ap;

	if (s->problems->n++ >= SOURCE_PROBLEMS_MAX)
		return;
	va_start(ap, expected);
	vsnprintf(text, sizeof(text), expected, ap);
	va_end(ap);
	buf_printf(b, "%.*s", STR_ARG(s->path));
	if (line) /* 0: the file as a whole */
		buf_printf(b, ":%u", line);
	buf_printf(b, ": found ");
	if (found.n)
		buf_printf(b, "\"%.*s%s\"", (int)(found.n > 80 ? 80 : found.n), found.p,
			   found.n > 80 ? "…" : "");
	else
		buf_printf(b, "nothing");
	buf_printf(b, ", expected %s\n", text);
}

/* Length of the valid UTF-8 at the start of s. */
static size_t utf8_valid(struct str s)
{
	size_t i = 0;

	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];
		size_t more = c < 0x80   ? 0
			      : c < 0xc2 ? 9
			      : c < 0xe0 ? 1
			      : c < 0xf0 ? 2
			      : c < 0xf5 ? 3
					 : 9;

		if (more > s.n - i - 1 || (c < 0x20 && c != '\t' && c != '\r'))
			return i;
		for (size_t k = 1; k <= more; k++)
			if (((unsigned char)s.p[i + k] & 0xc0) != 0x80)
				return i;
		i += more + 1;
	}
	return i;
}

/* A '#' at the start of a line or after a blank starts a comment. */
static struct str without_comment(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '#' && (i == 0 || is_blank(s.p[i - 1])))
			s.n = i;
	return s;
}

static bool split(struct source *s, struct str line, struct source_line *l)
{
	const char *end;

	l->line = s->line;
	l->field = is_blank(line.p[0]);
	line = source_trim(line);
	if (l->field) {
		end = memchr(line.p, ':', line.n);
		if (!end || end == line.p) {
			source_problem(s, s->line, line, "a field of the form `key: value`");
			return false;
		}
	} else {
		for (end = line.p; end < line.p + line.n && !is_blank(*end);)
			end++;
	}
	l->key = source_trim((struct str){line.p, (size_t)(end - line.p)});
	end += l->field;
	l->value = source_trim((struct str){end, (size_t)(line.p + line.n - end)});
	return true;
}

bool source_next(struct source *s, struct source_line *l)
{
	while (s->at < s->text.n) {
		const char *p = s->text.p + s->at;
		const char *end = memchr(p, '\n', s->text.n - s->at);
		struct str line = {p, end ? (size_t)(end - p) : s->text.n - s->at};
		size_t valid;

		s->at += line.n + 1;
		s->line++;
		valid = utf8_valid(line);
		if (valid < line.n) {
			source_problem(s, s->line, (struct str){line.p, valid},
				       "UTF-8 text (byte 0x%02x at column %zu is not)",
				       (unsigned char)line.p[valid], valid + 1);
			continue;
		}
		if (line.n > SOURCE_LINE_MAX) {
			source_problem(s, s->line, line, "a line of at most %d bytes",
				       SOURCE_LINE_MAX);
			continue;
		}
		line = without_comment(line);
		if (source_trim(line).n && split(s, line, l))
			return true;
	}
	return false;
}
