#include "client/marks.h"

#include "client/record.h"

static bool fits(const struct marks *m, struct span sentence, struct span span)
{
	if (m->n == MARKS_MAX || span.start >= span.end || span.start < sentence.start ||
	    span.end > sentence.end)
		return false;
	for (uint32_t i = 0; i < m->n; i++)
		if (span.start < m->list[i].span.end && m->list[i].span.start < span.end)
			return false;
	return true;
}

void marks_add(struct marks *m, struct span sentence, struct span span, const char *label)
{
	if (fits(m, sentence, span))
		m->list[m->n++] = (struct mark){span, label};
}

static uint32_t apart(struct span a, struct span b)
{
	return a.end <= b.start ? b.start - a.end : a.start >= b.end ? a.start - b.end : 0;
}

void marks_add_entities(struct marks *m, const struct result *r, const struct id_list *ids,
			struct span sentence, struct span near, const char *label)
{
	for (uint32_t i = 0; i < ids->n; i++) {
		const struct result_entity *en = record_entity(r, ids->ids[i]);
		struct span best = {0};

		for (uint32_t k = 0; k < en->n_mentions; k++)
			if (fits(m, sentence, en->mentions[k]) &&
			    (!best.end || apart(en->mentions[k], near) < apart(best, near)))
				best = en->mentions[k];
		marks_add(m, sentence, best, label);
	}
}

static const struct mark *next_mark(const struct marks *m, uint32_t from)
{
	const struct mark *next = NULL;

	for (uint32_t i = 0; i < m->n; i++)
		if (m->list[i].span.start >= from &&
		    (!next || m->list[i].span.start < next->span.start))
			next = &m->list[i];
	return next;
}

/* Takes n characters off *rest. */
static struct str take(struct str *rest, uint32_t n)
{
	struct str s = {rest->p, 0};

	while (n-- > 0 && s.n < rest->n) {
		s.n++;
		while (s.n < rest->n && ((unsigned char)s.p[s.n] & 0xc0) == 0x80)
			s.n++;
	}
	*rest = (struct str){rest->p + s.n, rest->n - s.n};
	return s;
}

void marks_render(const struct marks *m, struct span sentence, struct str text, const char *on,
		  const char *off, struct buf *out)
{
	uint32_t at = sentence.start;
	const struct mark *x;

	while ((x = next_mark(m, at)) != NULL) {
		bool says = !*x->label;

		buf_add_str(out, take(&text, x->span.start - at));
		buf_printf(out, "%s[%s%s", says ? on : "", x->label, says ? "" : ": ");
		buf_add_str(out, take(&text, x->span.end - x->span.start));
		buf_printf(out, "]%s", says ? off : "");
		at = x->span.end;
	}
	buf_add_str(out, text);
}
