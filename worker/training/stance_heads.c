#include "worker/training/stance_heads.h"

#include "worker/training/stance_label.h"

struct stance_heads {
	struct grammar grammar;
	struct word_clusters clusters;
	struct stance_gold gold;
	struct sentence_labels labels;
	struct arena scratch;
};

struct stance_heads *stance_heads_new(const struct image *model, const struct image *codebook,
				      const char *shared, const char *own, struct err *e)
{
	struct stance_heads *h = mem_alloc(sizeof(*h));

	if (grammar_open(&h->grammar, image_section(codebook, "stances"), e) == 0 &&
	    word_clusters_open(&h->clusters, image_section(model, "stance.clusters"), e) == 0 &&
	    stance_gold_read(&h->gold, shared, own, e) == 0)
		return h;
	stance_heads_free(h);
	return NULL;
}

void stance_heads_free(struct stance_heads *h)
{
	if (!h)
		return;
	arena_free(&h->scratch);
	arena_free(&h->gold.arena);
	mem_free(h);
}

static void put_targets(const struct stance_heads *h, const struct candidates *c,
			struct stance_head *out)
{
	const struct sentence_labels *l = &h->labels;

	for (uint32_t t = 0; t < c->n_targets; t++) {
		struct stance_head *x = &out[c->targets[t].head];
		uint32_t support = 0, oppose = 0;

		x->asked = true;
		if (l->target[t] == 1 || (!l->target[t] && x->target == STANCE_HEAD_NONE))
			x->target = l->target[t];
		for (uint32_t k = 0; l->whole[t] && k < c->n_holders; k++) {
			support += l->pair[t][k] == LABEL_SUPPORT;
			oppose += l->pair[t][k] == LABEL_OPPOSE;
		}
		if (!support != !oppose)
			x->sign = oppose > 0;
	}
}

static void put_holders(const struct stance_heads *h, const struct candidates *c,
			struct stance_head *out)
{
	for (uint32_t k = 0; k < c->n_holders; k++) {
		struct stance_head *x = &out[c->holders[k].tok >= 0 ? c->holders[k].tok : 0];
		bool is = false, maybe = false;

		if (c->holders[k].tok < 0)
			continue;
		x->asked = true;
		for (uint32_t t = 0; t < c->n_targets; t++) {
			uint8_t label = h->labels.pair[t][k];

			maybe |= label == LABEL_IGNORE;
			is |= label != LABEL_IGNORE && label != LABEL_NONE;
		}
		if (is)
			x->holder = 1;
		else if (!maybe && x->holder == STANCE_HEAD_NONE)
			x->holder = 0;
	}
}

bool stance_heads_label(struct stance_heads *h, struct doc *d, struct str id,
			struct stance_head *out)
{
	const struct gold_doc *g = gold_find(&h->gold, gold_id(id));
	struct stance_ground s;
	struct candidates c = {0};

	for (uint32_t i = 0; i < d->n_tokens; i++)
		out[i] = (struct stance_head){STANCE_HEAD_NONE, STANCE_HEAD_NONE, STANCE_HEAD_NONE,
					      false};
	if (!g || !d->n_entities)
		return false;
	stance_ground_make(&s, d, &h->grammar, &h->clusters);
	for (uint32_t i = 0; i < d->n_sentences; i++) {
		candidates_find(&s, i, &c);
		arena_reset(&h->scratch, 1 << 20);
		stance_label(&s, &c, g, &h->scratch, &h->labels);
		put_targets(h, &c, out);
		put_holders(h, &c, out);
	}
	return true;
}
