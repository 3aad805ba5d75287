#include "worker/engine/engine.h"

#include <stdio.h>
#include <xxhash.h>

#include "worker/engine/actor.h"
#include "worker/engine/attrib.h"
#include "worker/engine/attrib_pick.h"
#include "worker/engine/attrib_rank.h"
#include "worker/engine/coref.h"
#include "worker/engine/coref_memory.h"
#include "worker/engine/event.h"
#include "worker/engine/event_why.h"
#include "worker/engine/gather.h"
#include "worker/engine/lang.h"
#include "worker/engine/lemma.h"
#include "worker/engine/net.h"
#include "worker/engine/result.h"
#include "worker/engine/segment.h"
#include "worker/engine/spelling.h"
#include "worker/engine/stance.h"
#include "worker/engine/stance_weigh.h"
#include "worker/engine/text.h"
#include "worker/engine/timex.h"
#include "worker/engine/window.h"

enum { ARENA_KEEP = 16 * 1024 * 1024 };

struct engine {
	const struct image *model, *codebook;
	struct actor_book *actors; /* NULL without a codebook */
	struct event_model events; /* book NULL without a codebook */
	struct stance_ranker stances;
	bool has_stances; /* the codebook has a stance grammar */
	struct arena arena;
	struct doc doc;
	struct result result;
	/* of a long text; NULL until the first one */
	struct gather *gather;
	struct coref_memory *memory;
};

/* The stages in their order; each has its own header. A stage that fails leaves a warning and the
 * ones after it work with what is there. */
static const struct stage {
	const char *name;
	int (*run)(struct doc *d, struct err *e);
} language_stages[] = {
	{"segment", segment_run},   {"net", net_run},     {"lemma", lemma_run},
	{"spelling", spelling_run}, {"timex", timex_run},
};
/* Who is who and who says what; after the actors. */
static const struct stage discourse_stages[] = {
	{"coref", coref_mentions},
	{"attrib", attrib_run},
	{"coref", coref_run},
	{"attrib", attrib_resolve},
};
/* Stages that need the codebook too: actor (engine_parse), then event,
 * stance and result (engine_analyze). Their owners add them here. */

/* What the stages open for each document without looking again. */
static int check_linear(const struct image *model, const char *name, struct err *e)
{
	struct str section = image_section(model, name);
	struct linear m;

	if (!section.n) /* an image without it has rules instead */
		return 0;
	if (linear_open(&m, section, e) < 0)
		return err_wrap(e, "section %s", name);
	return 0;
}

static int check_model(const struct image *model, struct err *e)
{
	if (check_linear(model, "sentences", e) < 0 || check_linear(model, ATTRIB_SECTION, e) < 0 ||
	    check_linear(model, ATTRIB_SOURCES_SECTION, e) < 0)
		return -1;
	if (!image_section(model, "lemmas").n)
		return err_set(e, ERR_CORRUPT, "the model has no lemmas");
	return net_check(model, e);
}

struct engine *engine_new(const struct image *model, const struct image *codebook, struct err *e)
{
	struct engine *en;

	struct actor_book *actors = NULL;

	if (check_model(model, e) < 0)
		return NULL;
	if (codebook && codebook->p) {
		actors = actor_book_new(codebook, e);
		if (!actors)
			return NULL;
	}
	en = mem_alloc(sizeof(*en));
	en->actors = actors;
	if (actors && event_model_open(&en->events, model, codebook, e) < 0) {
		engine_free(en);
		return NULL;
	}
	en->has_stances = actors && image_section(codebook, "stances").n > 0;
	if (en->has_stances && stance_ranker_open(&en->stances, model, codebook, e) < 0) {
		engine_free(en);
		return NULL;
	}
	en->model = model;
	en->codebook = codebook;
	return en;
}

void engine_free(struct engine *en)
{
	if (!en)
		return;
	actor_book_free(en->actors);
	event_model_close(&en->events);
	arena_free(&en->arena);
	gather_free(en->gather);
	coref_memory_free(en->memory);
	mem_free(en);
}

/* The input's strings are the caller's; the document keeps copies. */
static struct result_doc copy_meta(struct arena *a, const struct result_doc *m)
{
	return (struct result_doc){
		.id = arena_str(a, m->id),
		.title = arena_str(a, m->title),
		.date = arena_str(a, m->date),
		.date_source = arena_str(a, m->date_source),
		.lang = arena_str(a, m->lang),
		.source = arena_str(a, m->source),
		.collection = arena_str(a, m->collection),
		.sha256 = arena_str(a, m->sha256),
	};
}

/* A text above the limit is no text at all: half of it would pass for the whole. */
static void decode(struct doc *d, struct str text, size_t max)
{
	if (text.n > max) {
		doc_warn(d, "text of %zu bytes not analysed: the limit is %zu", text.n, max);
		text.n = 0;
	}
	text_decode(d, text);
	if (d->n_bad)
		doc_warn(d, "%u malformed byte sequences replaced", d->n_bad);
}

/* A language that the engine cannot read gives an empty record that says so. */
static bool readable(struct doc *d)
{
	if (!d->meta.lang.n)
		d->meta.lang = lang_detect(d->text);
	if (lang_supported(d->meta.lang) || str_is(d->meta.lang, "und"))
		return true;
	doc_warn(d, "language %.*s not supported", STR_ARG(d->meta.lang));
	return false;
}

static void run_stages(struct doc *d, const struct stage *stages, size_t n)
{
	struct err e;

	for (size_t i = 0; i < n; i++)
		if (stages[i].run(d, &e) < 0)
			doc_warn(d, "%s: %s", stages[i].name, e.text);
}

static struct doc *begin(struct engine *en, const struct result_doc *meta)
{
	struct doc *d = &en->doc;

	arena_reset(&en->arena, ARENA_KEEP);
	*d = (struct doc){.arena = &en->arena,
			  .model = en->model,
			  .codebook = en->codebook,
			  .actors = en->actors};
	d->meta = copy_meta(d->arena, meta);
	return d;
}

static void parse(struct doc *d)
{
	run_stages(d, language_stages, sizeof(language_stages) / sizeof(language_stages[0]));
	if (d->actors)
		actor_run(d->actors, d);
	run_stages(d, discourse_stages, sizeof(discourse_stages) / sizeof(discourse_stages[0]));
}

static struct doc *parse_text(struct engine *en, const struct engine_input *in, size_t max)
{
	struct doc *d = begin(en, &in->meta);

	if (!date_parse(d->meta.date, &d->date))
		d->date = (struct date){0};
	decode(d, in->text, max);
	if (!readable(d))
		return d;
	d->every_noun = in->every_noun;
	d->stance_least = in->stance_least;
	parse(d);
	return d;
}

struct doc *engine_parse(struct engine *en, const struct engine_input *in)
{
	return parse_text(en, in, ENGINE_PARSE_MAX);
}

/* Of model and codebook together: another codebook is another engine, and so is one that gives
 * other stances. */
static uint64_t content_hash(const struct engine *en, double stance_least)
{
	uint64_t all[3] = {en->model->hash, en->codebook ? en->codebook->hash : 0};

	memcpy(&all[2], &stance_least, sizeof(stance_least));
	return XXH3_64bits(all, stance_least > 0 ? sizeof(all) : 2 * sizeof(all[0]));
}

static void sign(const struct engine *en, double stance_least, struct result *r, struct arena *a)
{
	r->engine.name = STR("demarche");
	r->engine.version = STR(ENGINE_VERSION);
	r->engine.model =
		arena_printf(a, "%016llx", (unsigned long long)content_hash(en, stance_least));
}

static void code(struct engine *en, struct doc *d, struct result *r)
{
	if (en->events.book)
		event_run(&en->events, d);
	if (en->has_stances)
		stance_run(&en->stances, d);
	result_fill(d, r);
}

/* ---- long texts ---- */

/* The statistics of a window without its context. */
static void count_own(const struct doc *d, uint32_t context, struct result *r)
{
	r->stats.sentences = r->stats.tokens = 0;
	for (uint32_t i = 0; i < d->n_sentences; i++)
		r->stats.sentences += d->sentences[i].span.start >= context;
	for (uint32_t i = 0; i < d->n_tokens; i++)
		r->stats.tokens += d->tokens[i].span.start >= context;
}

/* What the first window found out of the whole text, for the ones after it. */
struct whole {
	struct result_doc meta;
	struct date date;
	char day[16]; /* the date where the text gave it */
	uint32_t chars;
	double stance_least;
};

static void note_whole(struct whole *whole, const struct doc *d)
{
	whole->date = d->date;
	whole->meta.lang = d->meta.lang;
	if (!str_is(d->meta.date_source, "text"))
		return;
	snprintf(whole->day, sizeof(whole->day), "%.*s", STR_ARG(d->meta.date));
	whole->meta.date = str_of(whole->day);
	whole->meta.date_source = STR("text");
}

/* Adds one window's results; false where the text cannot be read. */
static bool add_window(struct engine *en, struct str text, const struct window *w,
		       struct whole *whole)
{
	struct doc *d = begin(en, &whole->meta);
	struct result r = {0};
	struct gather_part part = {.result = &r};
	uint32_t *ids, *known;
	bool reads;

	d->goes_on = w->own > 0;
	d->stance_least = whole->stance_least;
	d->memory = en->memory;
	if (d->goes_on)
		d->date = whole->date;
	else if (!date_parse(d->meta.date, &d->date))
		d->date = (struct date){0};
	decode(d, (struct str){text.p + w->start, w->end - w->start}, ENGINE_TEXT_MAX);
	reads = readable(d);
	if (reads)
		parse(d);
	code(en, d, &r);
	part.context = text_count_raw((struct str){text.p + w->start, w->own - w->start});
	part.base = whole->chars - part.context;
	count_own(d, part.context, &r);
	part.n_known = d->n_entities;
	known = ARENA_ARRAY(d->arena, uint32_t, d->n_entities + 1);
	ids = ARENA_ARRAY(d->arena, uint32_t, d->n_entities + 1);
	for (uint32_t i = 0; i < d->n_entities; i++)
		known[i] = coref_memory_id(d, i);
	part.known = known;
	gather_add(en->gather, &part, ids);
	coref_memory_keep(en->memory, d, ids);
	whole->chars += d->n_chars - part.context;
	if (!d->goes_on)
		note_whole(whole, d);
	return reads;
}

static void analyze_windows(struct engine *en, const struct engine_input *in, struct result *r)
{
	struct whole whole = {.meta = in->meta, .stance_least = in->stance_least};
	struct window w = {0};

	if (!en->gather) {
		en->gather = gather_new(GATHER_RECORD_MAX);
		en->memory = coref_memory_new();
	}
	gather_clear(en->gather);
	coref_memory_clear(en->memory);
	while (window_next(in->text, ENGINE_WINDOW, &w))
		if (!add_window(en, in->text, &w, &whole))
			break;
	*r = (struct result){.doc = begin(en, &whole.meta)->meta};
	gather_finish(en->gather, r);
	sign(en, in->stance_least, r, &en->arena);
}

const struct result *engine_analyze(struct engine *en, const struct engine_input *in)
{
	struct result *r = &en->result;
	struct doc *d;

	if (in->text.n > ENGINE_WINDOW && in->text.n <= ENGINE_TEXT_MAX) {
		analyze_windows(en, in, r);
		return r;
	}
	d = parse_text(en, in, ENGINE_TEXT_MAX);
	*r = (struct result){.doc = d->meta};
	sign(en, in->stance_least, r, d->arena);
	code(en, d, r);
	return r;
}

bool engine_why(struct engine *en, uint32_t event, struct event_why *out)
{
	return en->events.book && event < en->doc.n_events &&
	       event_why(&en->events, &en->doc, event, out);
}

bool engine_sentence_at(const struct engine *en, uint32_t start, uint32_t *sentence)
{
	for (*sentence = 0; *sentence < en->doc.n_sentences; ++*sentence)
		if (en->doc.sentences[*sentence].span.start == start)
			return true;
	return false;
}

uint32_t engine_weighed(struct engine *en, uint32_t sentence, struct stance_weighed *out,
			uint32_t most)
{
	if (!en->has_stances || sentence >= en->doc.n_sentences || !en->doc.n_entities)
		return 0;
	return stance_weigh(&en->stances, &en->doc, sentence, out, most);
}

uint32_t engine_tones(struct engine *en, uint32_t sentence, struct stance_toward *out,
		      uint32_t most)
{
	struct stance_ground s;

	if (!en->has_stances || sentence >= en->doc.n_sentences)
		return 0;
	stance_ground_make(&s, &en->doc, &en->stances.grammar, &en->stances.clusters);
	return stance_tone_weigh(&en->stances.tones, &s, sentence, out, most);
}
