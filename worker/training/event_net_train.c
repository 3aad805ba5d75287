/* demarche-train event-net: the network that says of each candidate what event it is (event_net.h).
 * A text's fold is learned from the texts of all others, so that what the network says of it can
 * teach the choice of events (event_opinions.h); without a fold it learns from all of them and is
 * written as it is shipped. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/engine/event_net.h"
#include "worker/training/conllu.h"
#include "worker/training/event_net_lessons.h"
#include "worker/training/event_opinions.h"
#include "worker/training/matrix.h"
#include "worker/training/nn_quantise.h"
#include "worker/training/random.h"
#include "worker/training/stance_hints.h"
#include "worker/training/train.h"

enum { HEAD = 32, BATCH_TOKENS = 600, AVERAGE_EVERY = 25, EPOCHS = 4 };
static const float RATE = 1e-3f, AVERAGE_FROM = 0.7f, OWN_WEIGHT = 2;

/* The heads, one after the other. */
enum { N_HEADS = 4 };
static const struct {
	int at, n;
	float weight;
} heads[N_HEADS] = {{0, N_EVENT_TYPES, 1},
		    {EVENT_NET_TARGET, 2, 0.5f},
		    {EVENT_NET_SIGN, 2, 0.25f},
		    {EVENT_NET_HOLDER, 2, 0.25f}};

struct net_trainer {
	struct coder coder;
	struct silver silver;
	struct net_lessons lessons;
	struct nn *n;
	struct nn_batch *batch;
	float flipped[HEAD * NET_D]; /* the head's weights, transposed */
};

/* -- the head: the first columns of what tags are elsewhere -- */

static uint16_t label(const struct nn_token *t, int k)
{
	return k == 0 ? t->event : k == 1 ? t->target : k == 2 ? t->sign : t->holder;
}

static bool is_example_of(const struct nn_token *t, int k)
{
	return label(t, k) < heads[k].n;
}

static bool is_example(const struct nn_token *t)
{
	bool is = false;

	for (int k = 0; k < N_HEADS; k++)
		is |= is_example_of(t, k);
	return is;
}

/* b->tags: [n][HEAD] */
static void head(struct nn *n, struct nn_batch *b)
{
	gemm_run(&(struct gemm){.a = b->xd[NET_LAYERS],
				.b = n->at.tags,
				.c = b->tags,
				.a_row = NET_D,
				.a_col = 1,
				.ldb = NET_TAGS,
				.ldc = HEAD,
				.m = b->n,
				.n = HEAD,
				.k = NET_D});
	matrix_add_bias(b->tags, HEAD, n->at.tags_b, b->n, HEAD);
}

struct tally {
	double loss[N_HEADS], weight[N_HEADS];
};

/* Logits of one head become gradients. */
static void losses_of(const struct net_trainer *t, const bool *own, int k, struct tally *sum)
{
	struct nn_batch *b = t->batch;
	float examples = 0;

	for (uint32_t i = 0; i < b->n; i++)
		examples += is_example_of(&b->data->t[b->token[i]], k);
	for (uint32_t i = 0; i < b->n; i++) {
		const struct nn_token *x = &b->data->t[b->token[i]];
		float *y = b->tags + (size_t)i * HEAD + heads[k].at;
		float w = own[b->token[i]] ? OWN_WEIGHT : 1, gold;

		if (!is_example_of(x, k)) {
			memset(y, 0, (size_t)heads[k].n * sizeof(float));
			continue;
		}
		gold = y[label(x, k)];
		sum->loss[k] +=
			(double)w * (double)(matrix_softmax(y, (uint32_t)heads[k].n) - gold);
		sum->weight[k] += (double)w;
		y[label(x, k)] -= 1;
		for (int c = 0; c < heads[k].n; c++)
			y[c] *= w / examples * heads[k].weight;
	}
}

static void losses(const struct net_trainer *t, const bool *own, struct tally *sum)
{
	for (int k = 0; k < N_HEADS; k++)
		losses_of(t, own, k, sum);
	for (uint32_t i = 0; i < t->batch->n; i++)
		memset(t->batch->tags + (size_t)i * HEAD + EVENT_NET_USED, 0,
		       (HEAD - EVENT_NET_USED) * sizeof(float));
}

static void head_back(struct net_trainer *t)
{
	struct nn *n = t->n;
	struct nn_batch *b = t->batch;

	matrix_sum_rows(b->tags, HEAD, n->grad.tags_b, b->n, HEAD);
	gemm_run(&(struct gemm){.a = b->xd[NET_LAYERS],
				.b = b->tags,
				.c = n->grad.tags,
				.a_row = 1,
				.a_col = NET_D,
				.ldb = HEAD,
				.ldc = NET_TAGS,
				.m = NET_D,
				.n = HEAD,
				.k = b->n,
				.add = true});
	for (int k = 0; k < NET_D; k++)
		for (int c = 0; c < HEAD; c++)
			t->flipped[c * NET_D + k] = n->at.tags[k * NET_TAGS + c];
	gemm_run(&(struct gemm){.a = b->tags,
				.b = t->flipped,
				.c = b->dh,
				.a_row = HEAD,
				.a_col = 1,
				.ldb = NET_D,
				.ldc = NET_D,
				.m = b->n,
				.n = NET_D,
				.k = HEAD});
}

/* -- training -- */

static void print_losses(const char *of, const struct tally *t)
{
	static const char *const names[N_HEADS] = {"events", "targets", "signs", "holders"};

	fprintf(stderr, "%s:", of);
	for (int k = 0; k < N_HEADS; k++)
		fprintf(stderr, " %s %.4f (%.0f)", names[k], t->loss[k] / t->weight[k],
			t->weight[k]);
	fprintf(stderr, "\n");
}

static float rate_at(double part)
{
	return part < 0.02 ? RATE * (float)(part / 0.02) : RATE * (float)(1 - part) + 1e-6f;
}

static void learn(struct net_trainer *t, uint32_t *order, uint32_t n_order, const bool *own)
{
	const struct nn_data *d = &t->lessons.data;
	struct nn_mean mean = {0};

	for (uint32_t epoch = 0; epoch < EPOCHS; epoch++) {
		struct tally sum = {0};
		uint32_t i = 0;

		random_shuffle(order, n_order, &t->n->seed);
		while (i < n_order) {
			uint32_t tokens = 0, from = i;
			double part;

			while (i < n_order && tokens < BATCH_TOKENS && i - from < NN_SENTENCES_MAX)
				tokens += d->start[order[i] + 1] - d->start[order[i]], i++;
			t->batch->train = true;
			nn_batch_fill(t->batch, d, order + from, i - from);
			nn_encode(t->n, t->batch);
			head(t->n, t->batch);
			losses(t, own, &sum);
			head_back(t);
			nn_encode_back(t->n, t->batch);
			part = (epoch + (double)from / n_order) / EPOCHS;
			nn_adam(t->n, rate_at(part));
			if (t->n->step % AVERAGE_EVERY == 0 && part > (double)AVERAGE_FROM)
				nn_mean_add(&mean, t->n);
		}
		fprintf(stderr, "epoch %u ", epoch + 1);
		print_losses("seen", &sum);
	}
	nn_mean_use(&mean, t->n);
}

/* Sentences of other folds with any example. */
static void train(struct net_trainer *t, uint32_t fold)
{
	const struct nn_data *d = &t->lessons.data;
	uint32_t *order = mem_alloc(t->lessons.n_places * sizeof(*order)), n = 0;
	bool *own = mem_alloc(d->n * sizeof(*own));

	for (uint32_t s = 0; s < t->lessons.n_places; s++) {
		bool any = false;

		for (uint32_t i = d->start[s]; i < d->start[s + 1]; i++) {
			own[i] = t->lessons.places[s].own;
			any |= is_example(&d->t[i]);
		}
		if (any && t->lessons.places[s].fold != fold)
			order[n++] = s;
	}
	fprintf(stderr, "%u sentences, %u tokens; learning from %u sentences\n",
		t->lessons.n_places, d->n, n);
	t->n->at.tags_b[0] = 2;
	learn(t, order, n, own);
	mem_free(order);
	mem_free(own);
}

/* -- what comes of it -- */

/* What is said of a fold's tokens, and the losses there on the documents that count. */
struct telling {
	struct buf opinions, hints;
	struct tally sum;
};

static void add_loss(const struct nn_token *x, const float *p, struct tally *sum)
{
	for (int k = 0; k < N_HEADS; k++) {
		if (!is_example_of(x, k))
			continue;
		sum->loss[k] -= log((double)p[heads[k].at + label(x, k)] + 1e-9);
		sum->weight[k]++;
	}
}

static void tell(struct net_trainer *t, uint32_t sentence, struct telling *out)
{
	const struct net_place *at = &t->lessons.places[sentence];
	struct str id = t->coder.gold.docs[at->doc].id;
	struct nn_batch *b = t->batch;

	nn_batch_fill(b, &t->lessons.data, &sentence, 1);
	nn_encode(t->n, b);
	head(t->n, b);
	for (uint32_t i = 0; i < b->n; i++) {
		const struct nn_token *x = &t->lessons.data.t[b->token[i]];
		float *p = b->tags + (size_t)i * HEAD;
		int32_t tok = (int32_t)(at->tok + i);

		if (x->asked)
			hints_add(&out->hints, id, tok, event_net_hint(p));
		for (int k = 0; k < N_HEADS; k++)
			matrix_softmax(p + heads[k].at, (uint32_t)heads[k].n);
		if (at->own)
			add_loss(x, p, &out->sum);
		if (x->event != NN_NONE)
			opinions_add(&out->opinions, id, tok, p);
	}
}

static int write_opinions(struct net_trainer *t, uint32_t fold, const char *path, struct err *e)
{
	struct telling said = {0};
	struct arena a = {0};
	int rc;

	t->batch->train = false;
	for (uint32_t s = 0; s < t->lessons.n_places; s++)
		if (t->lessons.places[s].fold == fold && !t->lessons.places[s].lone)
			tell(t, s, &said);
	print_losses("not seen", &said.sum);
	rc = file_write(arena_printf(&a, "%s.opinions", path).p, buf_str(&said.opinions), e);
	if (rc == 0)
		rc = file_write(arena_printf(&a, "%s.hints", path).p, buf_str(&said.hints), e);
	buf_free(&said.opinions);
	buf_free(&said.hints);
	arena_free(&a);
	return rc;
}

/* The sums of rows over tokens of the data, to see how large they get. */
static float bag_limit(const struct net_trainer *t)
{
	enum { SAMPLE = 20000 };
	const struct nn_data *d = &t->lessons.data;
	uint32_t step = d->n / SAMPLE + 1, k = 0;
	float *sums = mem_alloc((size_t)(SAMPLE + 1) * NET_BAG * sizeof(float)), limit;

	for (uint32_t i = 0; i < d->n; i += step, k++)
		for (uint32_t r = 0; r < d->t[i].n_bag; r++)
			for (int j = 0; j < NET_BAG; j++)
				sums[(size_t)k * NET_BAG + (size_t)j] +=
					t->n->bag.w[(size_t)d->bag[d->t[i].bag_at + r] * NET_BAG +
						    (size_t)j];
	limit = quantise_usual_limit(sums, (size_t)k * NET_BAG);
	mem_free(sums);
	return limit;
}

static void quantise(const struct net_trainer *t, struct buf *b)
{
	const struct nn_weights *w = &t->n->at;
	struct event_net_header h = {.magic = "ENET002", .n_classes = EVENT_NET_USED};
	float bag_unit = bag_limit(t) / NET_ONE, input[3 * NET_IN], inner[NET_D],
	      columns[NET_D * HEAD];

	for (int i = 0; i < 3 * NET_IN; i++)
		input[i] = i % NET_IN < NET_WORD ? 1.0f / NET_ONE : bag_unit;
	for (int i = 0; i < NET_D; i++) {
		inner[i] = 1.0f / NET_ONE;
		memcpy(columns + (size_t)i * HEAD, w->tags + (size_t)i * NET_TAGS,
		       HEAD * sizeof(float));
	}
	buf_add(b, &h, sizeof(h));
	h.bag = quantise_table(b, t->n->bag.w, (size_t)t->n->bag.n * NET_BAG, bag_unit,
			       &h.bag_scale);
	h.conv = quantise_matrix(b, w->conv, w->conv_b, input, 3 * NET_IN, NET_D);
	for (int l = 0; l < NET_LAYERS; l++)
		h.layer[l] = quantise_matrix(b, w->layer[l].w, NULL, inner, NET_D, 3 * NET_D);
	h.head = quantise_matrix(b, columns, w->tags_b, inner, NET_D, HEAD);
	h.state = quantise_align(b);
	for (int l = 0; l < NET_LAYERS; l++) {
		buf_add(b, w->layer[l].v, 2 * NET_D * sizeof(float));
		buf_add(b, w->layer[l].b, 2 * NET_D * sizeof(float));
	}
	memcpy(b->p, &h, sizeof(h));
}

static int write_image(const struct net_trainer *t, const char *path, struct err *e)
{
	struct image_writer *w = image_writer_new();
	struct buf section = {0}, image = {0};
	int rc;

	quantise(t, &section);
	image_writer_add(w, "event.net", section.p, section.n);
	image_writer_finish(w, &image);
	rc = file_write(path, buf_str(&image), e);
	image_writer_free(w);
	buf_free(&section);
	buf_free(&image);
	return rc;
}

/* SHARED holds corpus.jsonl and gold, OWN documents.jsonl and records.jsonl. */
static int open_all(struct net_trainer *t, char **argv, int argc, struct err *e)
{
	struct arena a = {0};
	const char *shared = argv[5], *own = argv[6];
	int rc = coder_open(&t->coder, argv[3], argv[4],
			    arena_printf(&a, "%s/corpus.jsonl", shared).p,
			    arena_printf(&a, "%s/gold", shared).p, e);

	if (rc == 0)
		rc = gold_read_pair(
			&t->coder.gold,
			arena_printf(&a, "%s/documents.jsonl:%s/records.jsonl", own, own).p, e);
	for (int i = 7; rc == 0 && i < argc; i++)
		if (strchr(argv[i], ':'))
			rc = gold_read_pair(&t->coder.gold, argv[i], e);
		else if (str_ends(str_of(argv[i]), STR(".txt")))
			rc = silver_read_examples(&t->silver, argv[i], e);
		else
			rc = silver_read(&t->silver, t->coder.book, argv[i], e);
	arena_free(&a);
	if (rc < 0)
		return -1;
	t->lessons.coder = &t->coder;
	t->lessons.stances = stance_heads_new(&t->coder.model, &t->coder.codebook, shared, own, e);
	return t->lessons.stances ? 0 : -1;
}

int train_event_net(int argc, char **argv)
{
	static struct net_trainer t;
	uint32_t fold;
	struct err e;
	int rc;

	if (argc < 7) {
		fprintf(stderr, "usage: event-net FOLD|all OUT MODEL CODEBOOK SHARED OWN "
				"[DOCUMENTS:RECORDS...] [SENTENCES...] [FRAMES.txt...]\n"
				"OUT: OUT.opinions and OUT.hints of the fold, or the image\n");
		return 2;
	}
	fold = strcmp(argv[1], "all") == 0 ? UINT32_MAX : (uint32_t)atoi(argv[1]);
	rc = open_all(&t, argv, argc, &e);
	if (rc == 0) {
		t.n = nn_new_over(&t.coder.model, 1u << EVENT_NET_LOG2_ROWS, 1);
		t.batch = nn_batch_new();
		t.batch->input_keep = 0.8f;
		for (uint32_t i = 0; i < t.coder.gold.n; i++)
			net_lessons_add(&t.lessons, i);
		for (uint32_t i = 0; i < t.silver.n; i++)
			net_lessons_add_silver(&t.lessons, &t.silver.list[i]);
		train(&t, fold);
		rc = fold == UINT32_MAX ? write_image(&t, argv[2], &e)
					: write_opinions(&t, fold, argv[2], &e);
	}
	if (rc < 0)
		fprintf(stderr, "event-net: %s\n", e.text);
	stance_heads_free(t.lessons.stances);
	coder_close(&t.coder);
	silver_free(&t.silver);
	return rc < 0;
}
