/* Reads events/: codes, contexts, classes of words, frames. Codes and contexts must be known
 * before the frames that name them, so the files are read in two passes. */
#include "worker/codebook/events.h"

#include <stdlib.h>

#include "proto/result.h"
#include "worker/codebook/codebook.h"

struct frame_text events_text(struct events *v, struct str s)
{
	return (struct frame_text){pool_add(&v->pool, s), (uint32_t)s.n};
}

static struct str text_of(const struct events *v, struct frame_text t)
{
	return (struct str){v->pool.bytes.p + t.at, t.n};
}

static int32_t find_name(const struct events *v, const struct events_name *list, uint32_t n,
			 struct str name)
{
	for (uint32_t i = 0; i < n; i++)
		if (str_eq((struct str){v->pool.bytes.p + list[i].at, list[i].n}, name))
			return (int32_t)i;
	return -1;
}

static int32_t find_code(const struct events *v, struct str code)
{
	for (uint32_t i = 0; i < v->n_codes; i++)
		if (str_eq(text_of(v, v->codes[i].code), code))
			return (int32_t)i;
	return -1;
}

static uint64_t read_contexts(struct events *v, struct source *s, uint32_t line, struct str list)
{
	uint64_t bits = 0;
	struct str part;

	while (source_part(&list, ' ', &part)) {
		int32_t i = find_name(v, v->contexts, v->n_contexts, part);

		if (i < 0)
			source_problem(s, line, part, "the name of a context in contexts.txt");
		else
			bits |= (uint64_t)1 << i;
	}
	return bits;
}

static bool is_code(struct str s)
{
	bool digits = s.n >= 3 && s.n <= 4;

	for (size_t i = 0; digits && i < s.n; i++)
		digits = s.p[i] >= '0' && s.p[i] <= '9';
	return digits;
}

/* code CODE | GOLDSTEIN | TYPE | MODE | CONTEXTS | meaning; a later layer's line replaces. */
static void read_code(struct events *v, struct source *s, const struct source_line *l)
{
	struct frame_code c = {0};
	struct str rest = l->value, part[6];
	char number[32] = "", *end = number;
	int32_t at;

	for (int i = 0; i < 6; i++)
		if (!source_part(&rest, '|', &part[i])) {
			source_problem(s, l->line, l->value,
				       "CODE | GOLDSTEIN | TYPE | MODE | CONTEXTS | meaning");
			return;
		}
	if (part[1].n > 0 && part[1].n < sizeof(number)) {
		memcpy(number, part[1].p, part[1].n);
		c.goldstein = strtod(number, &end);
	}
	c.type = event_type_of(part[2]);
	if (!is_code(part[0]))
		source_problem(s, l->line, part[0], "a CAMEO code of three or four digits");
	if (end == number || *end || c.goldstein < -10 || c.goldstein > 10)
		source_problem(s, l->line, part[1], "a Goldstein value from -10 to 10");
	if (!c.type && !str_is(part[2], "-"))
		source_problem(s, l->line, part[2], "a PLOVER type, or -");
	c.code = events_text(v, part[0]);
	c.mode = events_text(v, str_is(part[3], "-") ? STR("") : part[3]);
	c.name = events_text(v, part[5]);
	if (!str_is(part[4], "-"))
		c.contexts = read_contexts(v, s, l->line, part[4]);
	at = find_code(v, part[0]);
	if (at >= 0) {
		v->codes[at] = c;
		return;
	}
	if (v->n_codes == FRAME_CODES_MAX) {
		source_problem(s, l->line, part[0], "at most %d codes", FRAME_CODES_MAX);
		return;
	}
	MEM_GROW(v->codes, v->n_codes, v->cap_codes);
	v->codes[v->n_codes++] = c;
}

/* The context or class to which the following `words:` belong. */
static void read_name(struct events *v, struct source *s, const struct source_line *l, bool context)
{
	struct events_name n;
	uint32_t count = context ? v->n_contexts : v->n_classes;
	uint32_t max = context ? FRAME_CONTEXTS_MAX : FRAME_CLASSES_MAX;

	v->block = context ? EVENTS_CONTEXT : EVENTS_CLASS;
	if (l->value.n == 0 || count == max) {
		source_problem(s, l->line, l->value, "a name; at most %u of them", max);
		v->block = EVENTS_NOTHING;
		return;
	}
	n = (struct events_name){pool_add(&v->pool, l->value), (uint32_t)l->value.n};
	if (context) {
		MEM_GROW(v->contexts, v->n_contexts, v->cap_contexts);
		v->contexts[v->n_contexts++] = n;
	} else {
		MEM_GROW(v->classes, v->n_classes, v->cap_classes);
		v->classes[v->n_classes++] = n;
	}
}

static void read_words(struct events *v, struct source *s, const struct source_line *l)
{
	struct str rest = l->value, part;

	if (v->block != EVENTS_CONTEXT && v->block != EVENTS_CLASS) {
		source_problem(s, l->line, l->key, "`words` only under `context` or `class`");
		return;
	}
	while (source_part(&rest, ',', &part)) {
		uint32_t at = events_word(v, part); /* may move the list */
		struct events_word *w = &v->words[at];

		if (v->block == EVENTS_CONTEXT)
			w->contexts |= (uint64_t)1 << (v->n_contexts - 1);
		else
			w->classes |= (uint64_t)1 << (v->n_classes - 1);
	}
}

static void check_frame(struct events *v, struct source *s)
{
	if (v->block == EVENTS_FRAME && !v->code_seen)
		source_problem(s, v->frame_lines[v->n_frames - 1],
			       text_of(v, v->frames[v->n_frames - 1].name),
			       "a `code` line in every frame");
	v->block = EVENTS_NOTHING;
}

static void read_frame(struct events *v, struct source *s, const struct source_line *l)
{
	struct frame_rec f = {.source = 1u << FRAME_ROLE_SUBJECT,
			      .target = 1u << FRAME_ROLE_OBJECT,
			      .flags = v->own ? FRAME_OWN : 0};

	for (uint32_t i = 0; i < v->n_frames; i++)
		if (str_eq(text_of(v, v->frames[i].name), l->value)) {
			source_problem(s, l->line, l->value, "a name that no other frame has");
			return;
		}
	if (!l->value.n || v->n_frames == FRAME_FRAMES_MAX) {
		source_problem(s, l->line, l->value, "a frame's name; at most %d frames",
			       FRAME_FRAMES_MAX);
		return;
	}
	f.name = events_text(v, l->value);
	v->block = EVENTS_FRAME;
	v->code_seen = v->type_given = v->mode_given = false;
	MEM_GROW(v->frame_lines, v->n_frames, v->cap_lines);
	v->frame_lines[v->n_frames] = l->line;
	MEM_GROW(v->frames, v->n_frames, v->cap_frames);
	v->frames[v->n_frames++] = f;
}

static uint32_t read_roles(struct source *s, const struct source_line *l)
{
	static const char *const NAMES[] = {
#define X(name, text) text,
		FRAME_ROLES(X)
#undef X
	};
	uint32_t bits = 0, k;
	struct str rest = l->value, part;

	while (source_part(&rest, ',', &part)) {
		for (k = 0; k < N_FRAME_ROLES && !str_is(part, NAMES[k]); k++)
			;
		if (k == N_FRAME_ROLES)
			source_problem(s, l->line, part,
				       "subject, object, possessor, clause or "
				       "one of the known prepositions");
		else
			bits |= 1u << k;
	}
	return bits;
}

static void frame_code_line(struct events *v, struct source *s, const struct source_line *l)
{
	struct frame_rec *f = &v->frames[v->n_frames - 1];
	int32_t code = find_code(v, l->value);

	v->code_seen = true;
	if (code < 0) {
		source_problem(s, l->line, l->value, "a CAMEO code of codes.txt");
		return;
	}
	f->code = (uint32_t)code;
	if (!v->type_given)
		f->type = v->codes[code].type;
	if (!v->mode_given)
		f->mode = v->codes[code].mode;
	if (!f->type)
		source_problem(s, l->line, l->value, "a code that has a PLOVER type");
}

static void frame_type_line(struct events *v, struct source *s, const struct source_line *l)
{
	v->type_given = true;
	v->frames[v->n_frames - 1].type = event_type_of(l->value);
	if (!v->frames[v->n_frames - 1].type)
		source_problem(s, l->line, l->value, "one of the sixteen PLOVER types");
}

static uint32_t read_types(struct source *s, const struct source_line *l)
{
	struct str rest = l->value, part;
	uint32_t bits = 0;

	while (source_part(&rest, ',', &part)) {
		enum event_type t = event_type_of(part);

		if (!t)
			source_problem(s, l->line, part, "one of the sixteen PLOVER types");
		bits |= 1u << t;
	}
	return bits & ~1u;
}

static void frame_flag(struct events *v, struct source *s, const struct source_line *l,
		       uint32_t flag)
{
	if (!str_is(l->value, "yes"))
		source_problem(s, l->line, l->value, "yes");
	v->frames[v->n_frames - 1].flags |= flag;
}

static void frame_field(struct events *v, struct source *s, const struct source_line *l)
{
	static const struct {
		const char *key;
		uint8_t pos;
	} LISTS[] = {
		{"verb", FRAME_VERB}, {"noun", FRAME_NOUN}, {"adj", FRAME_ADJ}, {"any", FRAME_ANY}};
	struct frame_rec *f = &v->frames[v->n_frames - 1];
	struct str rest = l->value, part;

	for (size_t i = 0; i < sizeof(LISTS) / sizeof(LISTS[0]); i++)
		if (str_is(l->key, LISTS[i].key)) {
			while (source_part(&rest, ',', &part))
				events_add_entry(v, s, l->line, LISTS[i].pos, part);
			return;
		}
	if (str_is(l->key, "code"))
		frame_code_line(v, s, l);
	else if (str_is(l->key, "type"))
		frame_type_line(v, s, l);
	else if (str_is(l->key, "mode"))
		v->mode_given = true,
		f->mode = events_text(v, str_is(l->value, "-") ? STR("") : l->value);
	else if (str_is(l->key, "source"))
		f->source = read_roles(s, l);
	else if (str_is(l->key, "target"))
		f->target = read_roles(s, l);
	else if (str_is(l->key, "never"))
		f->never = read_types(s, l);
	else if (str_is(l->key, "reciprocal"))
		frame_flag(v, s, l, FRAME_RECIPROCAL);
	else if (str_is(l->key, "weak"))
		frame_flag(v, s, l, FRAME_WEAK);
	else if (str_is(l->key, "told"))
		frame_flag(v, s, l, FRAME_TOLD);
	else if (str_is(l->key, "matter"))
		frame_flag(v, s, l, FRAME_MATTER);
	else if (!str_is(l->key, "example") && !str_is(l->key, "counter"))
		source_problem(s, l->line, l->key,
			       "code, type, mode, verb, noun, adj, any, source, "
			       "target, never, reciprocal, weak, told, matter, example or "
			       "counter");
}

/* pass 0: contexts; 1: codes and classes; 2: frames. */
static void read_line(struct events *v, struct source *s, const struct source_line *l, int pass)
{
	if (l->field) {
		if (v->block == EVENTS_FRAME)
			frame_field(v, s, l);
		else if (v->block != EVENTS_NOTHING)
			str_is(l->key, "words") ? read_words(v, s, l)
						: source_problem(s, l->line, l->key, "words");
		return;
	}
	check_frame(v, s);
	if (str_is(l->key, "context")) {
		if (pass == 0)
			read_name(v, s, l, true);
	} else if (str_is(l->key, "code")) {
		if (pass == 1)
			read_code(v, s, l);
	} else if (str_is(l->key, "class")) {
		if (pass == 1)
			read_name(v, s, l, false);
	} else if (str_is(l->key, "frame")) {
		if (pass == 2)
			read_frame(v, s, l);
	} else if (pass == 0) {
		source_problem(s, l->line, l->key, "frame, code, context or class");
	}
}

void events_free(struct events *v)
{
	pool_free(&v->pool);
	mem_free(v->codes);
	mem_free(v->frames);
	mem_free(v->frame_lines);
	mem_free(v->entries);
	mem_free(v->further);
	mem_free(v->words);
	mem_free(v->slots);
	mem_free(v->contexts);
	mem_free(v->classes);
}

void events_compile(const struct codebook_file *files, uint32_t n, struct image_writer *w,
		    struct problems *p)
{
	struct events v = {0};

	pool_add(&v.pool, STR(""));
	for (int pass = 0; pass < 3; pass++) {
		/* Lines that are no use to anybody are told once, in the first pass. */
		struct problems ignored = {0};

		for (uint32_t i = 0; i < n; i++) {
			struct source s = {
				.path = files[i].path, .text = files[i].text, .problems = p};
			struct source_line l;

			v.own = files[i].layer > 0;
			for (;;) {
				s.problems = pass == 0 ? p : &ignored;
				if (!source_next(&s, &l))
					break;
				s.problems = p;
				read_line(&v, &s, &l, pass);
			}
			s.problems = p;
			check_frame(&v, &s);
		}
		problems_free(&ignored);
	}
	events_write(&v, w);
	events_free(&v);
}
