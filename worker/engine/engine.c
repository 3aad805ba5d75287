#include "worker/engine/engine.h"

#include <xxhash.h>

#include "worker/engine/actor.h"
#include "worker/engine/attrib.h"
#include "worker/engine/coref.h"
#include "worker/engine/event.h"
#include "worker/engine/event_why.h"
#include "worker/engine/lang.h"
#include "worker/engine/lemma.h"
#include "worker/engine/net.h"
#include "worker/engine/result.h"
#include "worker/engine/segment.h"
#include "worker/engine/stance.h"
#include "worker/engine/stance_weigh.h"
#include "worker/engine/text.h"
#include "worker/engine/timex.h"

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
};

/* The stages in their order; each has its own header. A stage that fails leaves a warning and the
 * ones after it work with what is there. */
static const struct stage {
	const char *name;
	int (*run)(struct doc *d, struct err *e);
} language_stages[] = {
	{"segment", segment_run},
	{"net", net_run},
	{"lemma", lemma_run},
	{"timex", timex_run},
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

static int check_model(const struct image *model, struct err *e)
{
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

static void decode(struct doc *d, struct str text)
{
	if (text.n > ENGINE_TEXT_MAX) {
		doc_warn(d, "text of %zu bytes cut to %d", text.n, ENGINE_TEXT_MAX);
		text.n = ENGINE_TEXT_MAX;
		while (text.n > ENGINE_TEXT_MAX - 4 &&
		       ((unsigned char)text.p[text.n] & 0xC0) == 0x80)
			text.n--;
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

struct doc *engine_parse(struct engine *en, const struct engine_input *in)
{
	struct doc *d = &en->doc;

	arena_reset(&en->arena, ARENA_KEEP);
	*d = (struct doc){.arena = &en->arena,
			  .model = en->model,
			  .codebook = en->codebook,
			  .actors = en->actors};
	d->meta = copy_meta(d->arena, &in->meta);
	if (!date_parse(d->meta.date, &d->date))
		d->date = (struct date){0};
	decode(d, in->text);
	if (!readable(d))
		return d;
	d->every_noun = in->every_noun;
	run_stages(d, language_stages, sizeof(language_stages) / sizeof(language_stages[0]));
	if (d->actors)
		actor_run(d->actors, d);
	run_stages(d, discourse_stages, sizeof(discourse_stages) / sizeof(discourse_stages[0]));
	return d;
}

/* Of model and codebook together: another codebook is another engine. */
static uint64_t content_hash(const struct engine *en)
{
	uint64_t both[2] = {en->model->hash, en->codebook ? en->codebook->hash : 0};

	return XXH3_64bits(both, sizeof(both));
}

const struct result *engine_analyze(struct engine *en, const struct engine_input *in)
{
	struct doc *d = engine_parse(en, in);
	struct result *r = &en->result;

	*r = (struct result){.doc = d->meta};
	r->engine.name = STR("demarche");
	r->engine.version = STR(ENGINE_VERSION);
	r->engine.model = arena_printf(d->arena, "%016llx", (unsigned long long)content_hash(en));
	if (en->events.book)
		event_run(&en->events, d);
	if (en->has_stances)
		stance_run(&en->stances, d);
	result_fill(d, r);
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
