#include "proto/log.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>
#include <unistd.h>

#include "proto/json.h"

static const char *const LEVEL_NAMES[] = {"debug", "info", "warn", "error"};

static struct log_setup setup = {.least = LOG_LEVEL_INFO};

void log_setup(const struct log_setup *s)
{
	setup = *s;
}

static struct str cut(struct str s)
{
	return (struct str){s.p, s.n < LOG_VALUE_MAX ? s.n : LOG_VALUE_MAX};
}

/* A value that would be ambiguous in a line is written as a JSON string. */
static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c >= 0x7f || c == '"' || c == '=' || c == '\\')
			return false;
	}
	return s.n > 0;
}

static void add_value(enum log_format format, const struct log_pair *p, struct buf *out)
{
	switch (p->kind) {
	case LOG_KIND_END:
		break;
	case LOG_KIND_INT:
		buf_printf(out, "%" PRId64, p->as.i);
		break;
	case LOG_KIND_UINT:
		buf_printf(out, "%" PRIu64, p->as.u);
		break;
	case LOG_KIND_BOOL:
		buf_add_str(out, p->as.b ? STR("true") : STR("false"));
		break;
	case LOG_KIND_STR:
		if (format == LOG_FORMAT_TEXT && is_plain(cut(p->as.s)))
			buf_add_str(out, cut(p->as.s));
		else
			json_add_str(out, cut(p->as.s));
		break;
	}
}

static struct str time_text(int64_t wall_ms, char text[static 40])
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;
	size_t n;

	gmtime_r(&seconds, &tm);
	n = strftime(text, 32, "%Y-%m-%dT%H:%M:%S", &tm);
	text[n++] = '.';
	for (int64_t unit = 100; unit; unit /= 10)
		text[n++] = (char)('0' + wall_ms % 1000 / unit % 10);
	text[n++] = 'Z';
	return (struct str){text, n};
}

static void add_pair(const struct log_setup *s, const struct log_pair *p, struct buf *out)
{
	if (s->format == LOG_FORMAT_JSON) {
		buf_add(out, ",", 1);
		json_add_str(out, str_of(p->key));
		buf_add(out, ":", 1);
	} else {
		buf_printf(out, " %s=", p->key);
	}
	add_value(s->format, p, out);
}

void log_render(const struct log_setup *s, enum log_level level, const char *word,
		const struct log_pair *pairs, struct buf *out)
{
	const struct log_pair *p;
	char text[40];

	if (s->format == LOG_FORMAT_JSON) {
		buf_add_str(out, STR("{\"event\":"));
		json_add_str(out, str_of(word));
	} else {
		buf_add_str(out, str_of(word));
	}
	if (level != LOG_LEVEL_INFO || s->format == LOG_FORMAT_JSON)
		add_pair(s, &LOG_CSTR("level", LEVEL_NAMES[level]), out);
	for (p = pairs; p->kind != LOG_KIND_END; p++)
		if (out->n < LOG_LINE_MAX - 2 * LOG_VALUE_MAX)
			add_pair(s, p, out);
	if (s->wall_ms)
		add_pair(s, &LOG_TEXT("t", time_text(s->wall_ms(), text)), out);
	buf_add_str(out, s->format == LOG_FORMAT_JSON ? STR("}\n") : STR("\n"));
}

/* Where the log itself cannot be written there is nobody left to tell. */
void log_write(enum log_level level, const char *word, const struct log_pair *pairs)
{
	struct buf line = {0};
	size_t done = 0;

	if (level < setup.least)
		return;
	log_render(&setup, level, word, pairs, &line);
	while (done < line.n) {
		ssize_t n =
			write(setup.fd ? setup.fd : STDERR_FILENO, line.p + done, line.n - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	buf_free(&line);
}
