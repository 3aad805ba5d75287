#include "worker/training/event_silver.h"

#include <jansson.h>

#include "worker/codebook/example.h"
#include "worker/training/conllu.h"
#include "worker/training/json_lines.h"

static struct str text_of(struct silver *s, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_string(v))
		return STR("");
	return arena_str(&s->arena, (struct str){json_string_value(v), json_string_length(v)});
}

/* Names of older editions of PLOVER. */
static enum event_type old_name(struct str name)
{
	static const struct {
		const char *name;
		enum event_type type;
	} OLD[] = {{"DEMAND", EVENT_REQUEST},
		   {"DISAPPROVE", EVENT_ACCUSE},
		   {"INVESTIGATE", EVENT_ACCUSE},
		   {"FIGHT", EVENT_ASSAULT}};

	for (size_t i = 0; i < sizeof(OLD) / sizeof(OLD[0]); i++)
		if (str_is(name, OLD[i].name))
			return OLD[i].type;
	return event_type_of(name);
}

/* A root of two digits stands for its general code. */
static enum event_type type_of_code(const struct frame_book *book, struct str code)
{
	char full[8];
	const struct frame_code *c = frame_code_find(book, code);

	if (!c && code.n == 2) {
		memcpy(full, code.p, 2);
		memcpy(full + 2, "0", 2);
		c = frame_code_find(book, str_of(full));
	}
	return c ? (enum event_type)c->type : EVENT_NONE;
}

static void add_sentence(struct silver *s, const struct frame_book *book, const json_t *o)
{
	struct silver_sentence x = {.id = text_of(s, o, "id"),
				    .text = text_of(s, o, "text"),
				    .date = text_of(s, o, "date")};
	const json_t *list = json_object_get(o, "events"), *v;
	size_t i;

	json_array_foreach(list, i, v)
	{
		struct str code = text_of(s, v, "code");
		enum event_type t = old_name(code);

		if (str_is(code, "YIELD"))
			x.yield = true;
		if (!t)
			t = type_of_code(book, code);
		if (x.n < SILVER_TYPES_MAX && code.n) {
			x.codes[x.n] = code;
			x.doers[x.n] = text_of(s, v, "source");
			x.others[x.n] = text_of(s, v, "target");
			x.types[x.n++] = t;
		}
	}
	MEM_GROW(s->list, s->n, s->cap);
	s->list[s->n++] = x;
}

struct reading {
	struct silver *silver;
	const struct frame_book *book;
};

static int read_sentence(void *to, json_t *o, struct err *e)
{
	struct reading *r = to;

	(void)e;
	add_sentence(r->silver, r->book, o);
	return 0;
}

int silver_read(struct silver *s, const struct frame_book *book, const char *path, struct err *e)
{
	return json_lines(path, read_sentence, &(struct reading){s, book}, e);
}

static void add_example(struct silver *s, const struct example *x)
{
	struct silver_sentence y = {.id = STR("example"),
				    .text = arena_str(&s->arena, x->sentence),
				    .date = STR(""),
				    .types = {x->type},
				    .codes = {str_of(event_type_name(x->type))},
				    .n = 1,
				    .source = arena_str(&s->arena, x->source),
				    .target = arena_str(&s->arena, x->target)};

	MEM_GROW(s->list, s->n, s->cap);
	s->list[s->n++] = y;
}

int silver_read_examples(struct silver *s, const char *path, struct err *e)
{
	struct problems problems = {0};
	struct buf b = {0};
	struct source file = {.path = str_of(path), .problems = &problems};
	struct example x;
	int rc = 0;

	if (file_read(&b, path, e) < 0)
		return -1;
	file.text = buf_str(&b);
	while (example_next(&file, &x))
		add_example(s, &x);
	if (problems.n)
		rc = err_set(e, ERR_INVALID, "%.*s", STR_ARG(buf_str(&problems.text)));
	problems_free(&problems);
	buf_free(&b);
	return rc;
}

void silver_free(struct silver *s)
{
	mem_free(s->list);
	arena_free(&s->arena);
	*s = (struct silver){0};
}
