#include "worker/training/seesaw.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "worker/training/bench.h"

enum { NAME_WORDS = 16, LISTED_MAX = 128, WORD_MAX = 24 };

/* ---- names ---- */

struct name {
	char word[NAME_WORDS][WORD_MAX];
	uint32_t n;
};

/* Articles, titles and the words that any party, chamber or person may have. */
static bool is_light(const char *w)
{
	static const char *const words[] = {"mr",
					    "mrs",
					    "ms",
					    "dr",
					    "sen",
					    "rep",
					    "gov",
					    "president",
					    "senator",
					    "leader",
					    "party",
					    "secretary",
					    "general",
					    "attorney",
					    "speaker",
					    "representative",
					    "administration"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(w, words[i]) == 0)
			return true;
	return false;
}

/* Ends a word: possessive and plural s go, articles and "of" are no words. */
static void end_word(struct name *out, uint32_t n)
{
	char *w = out->word[out->n];

	w[n] = 0;
	if (n > 4 && w[n - 1] == 's')
		w[n - 1] = 0;
	if (n && strcmp(w, "the") != 0 && strcmp(w, "a") != 0 && strcmp(w, "an") != 0 &&
	    strcmp(w, "of") != 0 && strcmp(w, "s") != 0)
		out->n++;
}

static struct name name_of(struct str s)
{
	struct name out = {.n = 0};
	uint32_t n = 0;

	for (size_t i = 0; i < s.n && out.n < NAME_WORDS; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (isalnum(c)) {
			if (n < WORD_MAX - 1)
				out.word[out.n][n++] = (char)tolower(c);
			continue;
		}
		if (c == '.') /* U.S. */
			continue;
		if (n)
			end_word(&out, n);
		n = 0;
	}
	if (n && out.n < NAME_WORDS)
		end_word(&out, n);
	return out;
}

static bool has(const struct name *a, const char *w)
{
	for (uint32_t i = 0; i < a->n; i++)
		if (strcmp(a->word[i], w) == 0)
			return true;
	return false;
}

static bool holds_all(const struct name *a, const struct name *b, bool light)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < b->n; i++) {
		if (!light && is_light(b->word[i]))
			continue;
		n++;
		if (!has(a, b->word[i]))
			return false;
	}
	return n > 0;
}

int seesaw_same_name(struct str listed, struct str name)
{
	struct name a = name_of(listed), b = name_of(name);
	const char *last_a, *last_b;

	if (!a.n || !b.n)
		return 0;
	if (a.n == b.n && holds_all(&a, &b, true) && holds_all(&b, &a, true))
		return 4;
	if (holds_all(&a, &b, false) && holds_all(&b, &a, false))
		return 3;
	last_a = a.word[a.n - 1];
	last_b = b.word[b.n - 1];
	/* a surname; the first and last of three; a party by its people */
	if (((a.n == 1 || b.n == 1) && strcmp(last_a, last_b) == 0 && !is_light(last_a)) ||
	    (strcmp(last_a, last_b) == 0 && strcmp(a.word[0], b.word[0]) == 0) ||
	    (strcmp(last_a, "party") == 0 && b.n == 1 && strcmp(a.word[0], last_b) == 0))
		return 2;
	if (holds_all(&b, &a, true) || (b.n > 1 && holds_all(&a, &b, true)))
		return 1;
	return 0;
}

/* ---- an article ---- */

struct pair_of {
	uint32_t sentence;
	int subject, object, sign;
};
struct pairs {
	struct pair_of *list;
	uint32_t n, cap;
};

struct article {
	struct arena arena;
	struct str listed[LISTED_MAX];
	uint32_t n_listed;
	struct buf text;
	uint32_t *start, n_sentences; /* characters */
	struct str date;
	struct pairs gold, ours;
};

static struct str text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return str_of(s ? s : "");
}

static bool is_actor(const json_t *types)
{
	for (size_t i = 0; i < json_array_size(types); i++) {
		const char *t = json_string_value(json_array_get(types, i));

		if (!t || !strcmp(t, "Topic") || !strcmp(t, "Event") || !strcmp(t, "Others"))
			return false;
	}
	return true;
}

static int listed_at(const struct article *a, struct str name)
{
	for (uint32_t i = 0; i < a->n_listed; i++)
		if (str_eq(a->listed[i], name))
			return (int)i;
	return -1;
}

static void add_pair(struct article *a, struct pairs *to, struct pair_of x)
{
	for (uint32_t i = 0; i < to->n; i++) {
		const struct pair_of *y = &to->list[i];

		if (x.sentence == y->sentence && x.subject == y->subject && x.object == y->object &&
		    x.sign == y->sign)
			return;
	}
	ARENA_GROW(&a->arena, to->list, to->n, to->cap);
	to->list[to->n++] = x;
}

static void read_gold(struct article *a, json_t *o)
{
	const json_t *lists = json_object_get(o, "entity lists");
	const char *key;
	json_t *of;

	for (size_t i = 0; i < json_array_size(lists) && a->n_listed < LISTED_MAX; i++) {
		const json_t *x = json_array_get(lists, i);
		const char *name = json_string_value(json_array_get(x, 0));

		if (name && is_actor(json_array_get(x, 1)))
			a->listed[a->n_listed++] = arena_str(&a->arena, str_of(name));
	}
	json_object_foreach(json_object_get(o, "sentence-level stances"), key, of)
	{
		for (size_t i = 0; i < json_array_size(of); i++) {
			const json_t *x = json_array_get(of, i);
			struct pair_of p = {.sentence = (uint32_t)strtoul(key, NULL, 10),
					    .subject = listed_at(a, text_of(x, "subject")),
					    .object = listed_at(a, text_of(x, "object")),
					    .sign = str_is(text_of(x, "sentiment"), "POS") ? 1
											   : -1};

			if (p.subject >= 0 && p.object >= 0)
				add_pair(a, &a->gold, p);
		}
	}
}

static uint32_t count_chars(struct str s)
{
	uint32_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return n;
}

/* The sentences, one after the other with a blank between them. */
static void read_text(struct article *a, const json_t *o)
{
	const json_t *sentences = json_object_get(o, "text");
	uint32_t chars = 0;

	a->start = ARENA_ARRAY(&a->arena, uint32_t, json_array_size(sentences) + 1);
	for (size_t i = 0; i < json_array_size(sentences); i++) {
		struct str s = text_of(json_array_get(sentences, i), "text");

		if (i) {
			buf_add(&a->text, " ", 1);
			chars++;
		}
		a->start[a->n_sentences++] = chars;
		buf_add(&a->text, s.p, s.n);
		chars += count_chars(s);
	}
}

static struct str slice(struct str s, struct span span)
{
	uint32_t n = 0;
	size_t from = s.n, to = s.n;

	for (size_t i = 0; i < s.n; i++) {
		if (((unsigned char)s.p[i] & 0xC0) == 0x80)
			continue;
		if (n == span.start)
			from = i;
		if (n++ == span.end) {
			to = i;
			break;
		}
	}
	return (struct str){s.p + from, to - from};
}

/* The listed entity that one of ours is by any of its names; -1. */
static int listed_of(const struct article *a, const struct result_entity *x)
{
	int best = 0, at = -1;

	for (uint32_t i = 0; i < a->n_listed; i++) {
		int score = seesaw_same_name(a->listed[i], x->name);

		for (uint32_t k = 0; k < x->n_mentions; k++) {
			int s = seesaw_same_name(a->listed[i],
						 slice(buf_str(&a->text), x->mentions[k]));

			score = s > score ? s : score;
		}
		if (score > best) {
			best = score;
			at = (int)i;
		}
	}
	return at;
}

static int find(const struct article *a, const struct result *r, int64_t id)
{
	for (uint32_t i = 0; i < r->n_entities; i++)
		if (r->entities[i].id == id)
			return listed_of(a, &r->entities[i]);
	return -1;
}

static void take_stances(struct article *a, const struct result *r, double least)
{
	for (uint32_t i = 0; i < r->n_stances; i++) {
		const struct result_stance *s = &r->stances[i];
		int64_t target = s->target.entity;
		struct pair_of p = {.sign = s->polarity == POLARITY_SUPPORT ? 1 : -1};

		if (target < 0 && s->target.about.n == 1)
			target = s->target.about.ids[0];
		if (s->confidence < least || s->polarity == POLARITY_NEUTRAL || target < 0 ||
		    !s->holder.n)
			continue;
		p.subject = find(a, r, s->holder.ids[0]);
		p.object = find(a, r, target);
		while (p.sentence + 1 < a->n_sentences &&
		       a->start[p.sentence + 1] <= s->sentence.start)
			p.sentence++;
		if (p.subject >= 0 && p.object >= 0 && p.subject != p.object)
			add_pair(a, &a->ours, p);
	}
}

/* Each pair of the article once, whatever the sentence. */
static void once(struct article *a, const struct pairs *from, struct pairs *to)
{
	for (uint32_t i = 0; i < from->n; i++) {
		struct pair_of p = from->list[i];

		p.sentence = 0;
		add_pair(a, to, p);
	}
}

static uint32_t common(const struct pairs *a, const struct pairs *b, bool sign)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < a->n; i++)
		for (uint32_t k = 0; k < b->n; k++) {
			const struct pair_of *x = &a->list[i], *y = &b->list[k];

			if (x->sentence == y->sentence && x->subject == y->subject &&
			    x->object == y->object && (!sign || x->sign == y->sign)) {
				n++;
				break;
			}
		}
	return n;
}

static void score_article(struct article *a, struct seesaw_score *out)
{
	struct pairs gold = {0}, ours = {0};

	out->articles++;
	out->gold += a->gold.n;
	out->ours += a->ours.n;
	out->right += common(&a->gold, &a->ours, true);
	out->pairs += common(&a->gold, &a->ours, false);
	once(a, &a->gold, &gold);
	once(a, &a->ours, &ours);
	out->doc_gold += gold.n;
	out->doc_ours += ours.n;
	out->doc_right += common(&gold, &ours, true);
}

static void measure_article(struct engine *en, json_t *annotation, json_t *text, struct str date,
			    double least, struct seesaw_score *out)
{
	struct article *a = mem_alloc(sizeof(*a));
	struct engine_input in = {.stance_least = least, .meta.date = date};

	*a = (struct article){.n_listed = 0};
	read_gold(a, annotation);
	read_text(a, text);
	in.text = buf_str(&a->text);
	take_stances(a, engine_analyze(en, &in), least);
	score_article(a, out);
	buf_free(&a->text);
	arena_free(&a->arena);
	mem_free(a);
}

/* The up to three articles of a story that belongs to the part. */
static void measure_story(struct engine *en, const char *folder, const json_t *meta, double least,
			  struct seesaw_score *out)
{
	const char *id = json_string_value(json_object_get(meta, "triplet_id"));

	for (int k = 0; id && k < 3; k++) {
		char path[2][4096];
		json_t *annotation, *text;

		snprintf(path[0], sizeof(path[0]), "%s/annotations/TRIPLET_%s_DOCUMENT_%d.json",
			 folder, id, k);
		snprintf(path[1], sizeof(path[1]), "%s/articles/TRIPLET_%s_DOCUMENT_%d.json",
			 folder, id, k);
		annotation = json_load_file(path[0], 0, NULL);
		text = json_load_file(path[1], 0, NULL);
		if (annotation && text)
			measure_article(en, annotation, text, text_of(meta, "story_time"), least,
					out);
		json_decref(annotation);
		json_decref(text);
	}
}

int seesaw_measure(struct engine *en, const char *folder, const char *part, double least,
		   struct seesaw_score *out, struct err *e)
{
	struct arena arena = {0};
	struct str *paths;
	uint32_t n;
	char meta[4096];

	*out = (struct seesaw_score){0};
	snprintf(meta, sizeof(meta), "%s/meta", folder);
	if (bench_list(&arena, meta, ".json", &paths, &n, e) < 0)
		return -1;
	for (uint32_t i = 0; i < n; i++) {
		json_t *o =
			json_load_file(arena_printf(&arena, "%.*s", STR_ARG(paths[i])).p, 0, NULL);

		if (o && str_is(text_of(o, "Split"), part))
			measure_story(en, folder, o, least, out);
		json_decref(o);
	}
	arena_free(&arena);
	return 0;
}
