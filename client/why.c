#include "client/why.h"

#include "client/record.h"
#include "client/table.h"
#include "proto/pack.h"
#include "worker/engine/engine.h"
#include "worker/engine/event_why.h"
#include "worker/engine/stance_weigh.h"

enum { TYPES_SHOWN = 4, WEIGHED_SHOWN = 5 };
static const double LEAST_SHOWN = 0.005;

struct why {
	struct work work;
	struct engine *engine;
	int64_t job;                 /* whose document was analysed last; 0 none */
	const struct result *result; /* of it */
	struct buf text;
};

struct why *why_open(const struct work_options *o, struct err *e)
{
	struct why *w = mem_alloc(sizeof(*w));

	if (work_open(&w->work, o, e) < 0) {
		mem_free(w);
		return NULL;
	}
	w->engine = engine_new(&w->work.images.model, &w->work.images.codebook, e);
	if (w->engine)
		return w;
	why_close(w);
	return NULL;
}

void why_close(struct why *w)
{
	if (!w)
		return;
	engine_free(w->engine);
	work_close(&w->work);
	buf_free(&w->text);
	mem_free(w);
}

const struct images *why_images(const struct why *w)
{
	return &w->work.images;
}

/* The one row of a question about a job. NULL where there is none. */
static int ask(struct source *s, const char *what, int64_t job, struct str *packed, struct err *e)
{
	char number[24];
	struct msg_argument argument = {STR("job"), {number, 0}};
	struct link_query q = {.what = what, .arguments = &argument, .n_arguments = 1, .limit = 1};
	int got;

	argument.value.n = (size_t)snprintf(number, sizeof(number), "%ld", (long)job);
	got = source_first(s, &q, packed, e);
	if (got == 0)
		return err_set(e, ERR_NOT_FOUND, "no job %s", number);
	return got < 0 ? -1 : 0;
}

static int read_text(struct why *w, struct source *s, int64_t job, struct err *e)
{
	struct str packed;
	struct unpack u;

	w->text.n = 0;
	if (ask(s, "text", job, &packed, e) < 0)
		return -1;
	unpack_init(&u, packed);
	for (uint32_t n = unpack_map(&u); n > 0; n--) {
		if (str_is(unpack_str(&u, MSG_NAME_MAX), "body"))
			buf_add_str(&w->text, unpack_str(&u, MSG_FRAME_MAX));
		else
			unpack_skip(&u);
	}
	return unpack_end(&u, e);
}

/* As the worker analysed it: the same text and what was known of it. */
static int analyze(struct why *w, struct source *s, int64_t job, struct err *e)
{
	struct engine_input in = {0};
	struct str packed;
	json_t *known;

	if (job == w->job)
		return 0;
	w->job = 0;
	if (read_text(w, s, job, e) < 0)
		return -1;
	if (w->text.n > ENGINE_WINDOW)
		return err_set(
			e, ERR_UNSUPPORTED,
			"texts above %d KiB are analysed in pieces, of which nothing is kept",
			ENGINE_WINDOW >> 10);
	if (ask(s, "show", job, &packed, e) < 0)
		return -1;
	known = source_row(packed, e);
	if (!known)
		return -1;
	in.text = buf_str(&w->text);
	in.meta = (struct result_doc){.id = row_str(known, "document"),
				      .title = row_str(known, "title"),
				      .date = row_str(known, "date"),
				      .source = row_str(known, "source"),
				      .lang = row_str(known, "lang")};
	w->result = engine_analyze(w->engine, &in);
	w->job = job;
	json_decref(known);
	return 0;
}

static int not_found(struct err *e)
{
	return err_set(e, ERR_NOT_FOUND,
		       "this engine does not find it any more: another one made the record");
}

static int find_event(struct why *w, struct source *s, const json_t *row, struct err *e)
{
	if (analyze(w, s, row_int(row, "job"), e) < 0)
		return -1;
	for (uint32_t i = 0; i < w->result->n_events; i++) {
		const struct result_event *v = &w->result->events[i];

		if (v->trigger.start == row_int(row, "trigger_start") &&
		    v->trigger.end == row_int(row, "trigger_end") &&
		    str_is(row_str(row, "type"), event_type_name(v->type)))
			return (int)i;
	}
	return not_found(e);
}

static struct str name_of(const struct why *w, uint32_t entity)
{
	struct str name = record_entity(w->result, entity)->name;

	return name.n ? name : STR("the author");
}

static json_t *string(struct str s)
{
	json_t *v = json_stringn(s.n ? s.p : "", s.n);

	return v ? v : json_string("");
}

static json_t *actors_of(const struct why *w, const struct event_why_actor *list, uint32_t n)
{
	json_t *out = json_array();

	for (uint32_t i = 0; i < n; i++)
		json_array_append_new(
			out, json_pack("{s:o,s:o,s:o,s:f,s:b,s:b}", "name",
				       string(name_of(w, list[i].entity)), "code",
				       string(record_entity(w->result, list[i].entity)->code),
				       "place", string(list[i].place), "score", list[i].p, "chosen",
				       list[i].chosen, "doubtful", list[i].doubtful));
	return out;
}

json_t *why_event(struct why *w, struct source *s, const json_t *row, struct err *e)
{
	int event = find_event(w, s, row, e);
	json_t *types = json_array(), *frames = json_array();
	struct event_why y;

	if (event < 0 || (!engine_why(w->engine, (uint32_t)event, &y) && not_found(e))) {
		json_decref(types);
		json_decref(frames);
		return NULL;
	}
	for (uint32_t i = 0; i < N_EVENT_TYPES; i++)
		json_array_append_new(
			types,
			json_pack("{s:s,s:f}", "type",
				  y.types[i].type ? event_type_name(y.types[i].type) : "none",
				  "score", y.types[i].p));
	for (uint32_t i = 0; i < y.n_frames; i++)
		json_array_append_new(frames, string(y.frames[i]));
	return json_pack("{s:o,s:o,s:o,s:o}", "frames", frames, "types", types, "source",
			 actors_of(w, y.sources, y.n_sources), "target",
			 actors_of(w, y.targets, y.n_targets));
}

/* The sentence that a stance stands in, as the engine counts sentences. */
static int find_sentence(struct why *w, struct source *s, const json_t *row, struct err *e)
{
	uint32_t sentence;

	if (analyze(w, s, row_int(row, "job"), e) < 0)
		return -1;
	if (!engine_sentence_at(w->engine, (uint32_t)row_int(row, "sentence_start"), &sentence))
		return not_found(e);
	return (int)sentence;
}

static json_t *tones_of(struct why *w, uint32_t sentence)
{
	struct stance_toward list[WEIGHED_SHOWN];
	uint32_t n = engine_tones(w->engine, sentence, list, WEIGHED_SHOWN);
	json_t *out = json_array();

	for (uint32_t i = 0; i < n; i++)
		json_array_append_new(out, json_pack("{s:o,s:f,s:f}", "name",
						     string(name_of(w, list[i].entity)), "support",
						     list[i].p[POLARITY_SUPPORT], "oppose",
						     list[i].p[POLARITY_OPPOSE]));
	return out;
}

json_t *why_stance(struct why *w, struct source *s, const json_t *row, struct err *e)
{
	struct stance_weighed list[WEIGHED_SHOWN];
	int sentence = find_sentence(w, s, row, e);
	json_t *out;
	uint32_t n;

	if (sentence < 0)
		return NULL;
	out = json_array();
	n = engine_weighed(w->engine, (uint32_t)sentence, list, WEIGHED_SHOWN);
	for (uint32_t i = 0; i < n; i++)
		json_array_append_new(out, json_pack("{s:o,s:o,s:s,s:f}", "holder",
						     string(name_of(w, list[i].holder)), "target",
						     string(list[i].target), "polarity",
						     polarity_name(list[i].polarity), "score",
						     list[i].score));
	return json_pack("{s:o,s:o}", "weighed", out, "tone", tones_of(w, (uint32_t)sentence));
}

/* Text */

static void print_list(const char *key, const struct buf *line)
{
	if (line->n)
		printf("    %-9s %.*s\n", key, STR_ARG(buf_str(line)));
}

static void print_types(const json_t *types)
{
	struct buf line = {0};
	const json_t *x;
	size_t i;

	json_array_foreach(types, i, x)
	{
		if (i >= TYPES_SHOWN || row_double(x, "score") < LEAST_SHOWN)
			break;
		buf_printf(&line, "%s%.*s %.2f", i ? " · " : "", STR_ARG(row_str(x, "type")),
			   row_double(x, "score"));
	}
	print_list("type", &line);
	buf_free(&line);
}

static void print_actors(const char *key, const json_t *actors)
{
	const json_t *x;
	size_t i;

	json_array_foreach(actors, i, x)
	{
		bool chosen = json_is_true(json_object_get(x, "chosen"));
		bool doubtful = json_is_true(json_object_get(x, "doubtful"));
		struct str code = row_str(x, "code");

		if (row_double(x, "score") < LEAST_SHOWN && !chosen)
			continue;
		printf("    %-9s %s%.*s%s%.*s%s  %.2f  %.*s%s\n", key, chosen ? "" : "(",
		       STR_ARG(row_str(x, "name")), code.n ? " " : "", STR_ARG(code),
		       chosen ? "" : ")", row_double(x, "score"), STR_ARG(row_str(x, "place")),
		       !chosen    ? ""
		       : doubtful ? ", doubtful"
				  : ", taken");
		key = "";
	}
}

static void print_weighed(const json_t *list)
{
	const json_t *x;
	size_t i;

	json_array_foreach(list, i, x)
		printf("    %.2f  %.*s, %.*s: %.*s\n", row_double(x, "score"),
		       STR_ARG(row_str(x, "holder")), STR_ARG(row_str(x, "polarity")),
		       STR_ARG(row_str(x, "target")));
}

static void print_tones(const json_t *list)
{
	struct buf line = {0};
	const json_t *x;
	size_t i;

	json_array_foreach(list, i, x) buf_printf(
		&line, "%s%.*s %.2f for, %.2f against", i ? " · " : "", STR_ARG(row_str(x, "name")),
		row_double(x, "support"), row_double(x, "oppose"));
	print_list("tone", &line);
	buf_free(&line);
}

void why_print(const json_t *alternatives)
{
	struct buf frames = {0};
	const json_t *x;
	size_t i;

	puts("  what was weighed");
	print_types(json_object_get(alternatives, "types"));
	json_array_foreach(json_object_get(alternatives, "frames"), i, x)
		buf_printf(&frames, "%s%s", i ? " · " : "", json_string_value(x));
	print_list("frames", &frames);
	print_actors("who", json_object_get(alternatives, "source"));
	print_actors("whom", json_object_get(alternatives, "target"));
	print_weighed(json_object_get(alternatives, "weighed"));
	print_tones(json_object_get(alternatives, "tone"));
	buf_free(&frames);
}
