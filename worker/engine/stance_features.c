#include "worker/engine/stance_features.h"

enum template {
	T_HEAD = 1000,
	T_UPOS,
	T_REL,
	T_KIND,
	T_GOV,
	T_GOV_REL,
	T_GOV2,
	T_CHAIN,
	T_OPENER,
	T_SIDE,
	T_SIDE_ITEM,
	T_SIDE_FLAGS,
	T_NO_SIDE,
	T_VALUE,
	T_MODAL,
	T_NEG,
	T_ENTITY,
	T_LENGTH,
	T_PLACE,
	T_SENTENCE,
	T_ATTRIB,
	T_ROOT,
	T_INNER,
	T_WORD,
	T_BEFORE,
	T_AFTER,
	T_DET,
	T_CHILD,
	T_SUBJ,
	T_VALUE_SUM,
	T_ENTITIES,
	T_GOV_CLASS,
	T_CLAUSE_CLASS,
	T_CLAUSE_WORD,
	T_DENSITY,
	S_WORD = 3000,
	S_PAIR,
	S_VALUE,
	S_NEAR,
	S_SIDE,
	S_OUTER,
	C_HEAD = 4000,
	C_GOV,
	C_GOV2,
	C_CHILD,
	C_PATH,
	C_VERB,
	C_SUBJ,
	C_ROOT,
	C_BAG,
	C_CUE,
	C_GOV_HEAD,
	C_SIDE_HEAD,
	C_ROLE_GOV,
	P_OPINION = 2100,
	P_SIDE_LINKS,
	P_LINKS = 2000,
	P_LINK,
	P_SIDE,
	P_SIDE_ITEM,
	P_PATH,
	P_PATH_LEMMA,
	P_CUE,
	P_ROLE,
	P_KIND,
	P_NEST,
	P_DISTANCE,
	P_TOP,
	P_N,
	P_SAME_CODE,
	P_VERB,
	P_PRONOUN,
	P_MIDDLE,
	P_AUTHOR_VALUE,
	X_PART = 5000,
	X_CHAIN,
	X_SIDE,
	X_SUBJECT,
	X_SUBJECT_CLASS,
};
enum { PATH_MAX = 9, CLAUSE_MAX = 40, CLIMB_MAX = 12 };

struct sink {
	const struct stance_ground *s;
	const struct doc *d;
	const struct candidates *c;
	struct features *f;
};

static const struct token *tok_at(const struct doc *d, int32_t t)
{
	return &d->tokens[t];
}

static void add_str(struct sink *k, enum template t, struct str v)
{
	features_add(k->f, feature_of(t, v));
}

static void add_int(struct sink *k, enum template t, int64_t v)
{
	features_add(k->f, feature_of_int(t, v));
}

static void add_2(struct sink *k, enum template t, struct str a, int64_t b)
{
	features_add(k->f, feature_and(feature_of(t, a), feature_of_int(t, b)));
}

static void add_strs(struct sink *k, enum template t, struct str a, struct str b)
{
	features_add(k->f, feature_and(feature_of(t, a), feature_of(t, b)));
}

/* A number is a number, a name is a name: their words say nothing of stances. */
static struct str word_of(const struct token *t)
{
	if (t->upos == UPOS_NUM)
		return STR("#");
	if (t->mention >= 0 && t->upos == UPOS_PROPN)
		return STR("@");
	return t->lemma.n ? t->lemma : t->lower;
}

/* The same for all words of a class. */
static void add_class(struct sink *k, enum template t, int32_t tok, int64_t with)
{
	const struct word_cluster *c = &k->s->cluster[tok];

	if (!c->fine)
		return;
	add_int(k, t, (with * 4096 + c->fine) * 2);
	add_int(k, t, (with * 4096 + c->coarse) * 2 + 1);
}

static int sign_code(const struct side *x)
{
	return x->sign + 1;
}

/* The words from the target up to its clause, and what the grammar makes of them. */
static void add_chain(struct sink *k, const struct target *t)
{
	const struct doc *d = k->d;
	uint64_t chain = feature_of_int(T_CHAIN, 0);
	int32_t at = target_top(d, t->head);

	for (int i = 0; i < 4 && tok_at(d, at)->head >= 0; i++) {
		int32_t g = tok_at(d, at)->head;
		enum rel r = tok_at(d, at)->rel;
		struct str w = word_of(tok_at(d, g));

		if (i == 0) {
			add_2(k, T_GOV_REL, w, r);
			add_class(k, C_GOV, g, r);
			add_str(k, T_GOV, w);
			add_2(k, T_GOV_REL, STR(""), r * N_UPOS + tok_at(d, g)->upos);
			add_2(k, T_OPENER, w, (int64_t)feature_of(1, polarity_opener(d, at)));
		} else {
			add_2(k, T_GOV2, w, i * 100 + (int)r);
			add_class(k, C_GOV2, g, i > 2 ? 2 : i);
		}
		chain = feature_and(chain, feature_of_int(T_CHAIN, r));
		features_add(k->f, chain);
		features_add(k->f, feature_and(chain, feature_of(T_CHAIN, w)));
		at = g;
	}
}

static void add_sides(struct sink *k, uint32_t target)
{
	const struct candidates *c = k->c;
	int64_t sum = 0;

	add_int(k, T_NO_SIDE, c->n_sides[target] > 3 ? 3 : c->n_sides[target]);
	for (uint32_t i = 0; i < c->n_sides[target]; i++) {
		const struct side *x = &c->sides[target][i];
		struct str name = grammar_str(k->s->g, x->class->name);
		int64_t code = sign_code(x) + 3 * (x->depth > 2 ? 2 : x->depth);

		add_2(k, T_SIDE, name, sign_code(x));
		add_2(k, T_SIDE, name, 10 + code);
		add_int(k, T_SIDE_FLAGS, x->class->kind * 1000 + sign_code(x) * 256 + x->flags);
		add_2(k, T_SIDE_ITEM, grammar_str(k->s->g, k->s->g->items[x->item].lemma),
		      sign_code(x));
		sum += x->sign;
		if (i == 0)
			add_2(k, T_SIDE, name, 100 + sign_code(x));
	}
	add_int(k, T_VALUE, sum > 3 ? 3 : sum < -3 ? -3 : sum);
}

static void add_words(struct sink *k, const struct target *t)
{
	const struct doc *d = k->d;
	uint32_t n = 0, actors = 0;
	int value = 0;

	for (uint32_t i = t->tok; i < t->tok + t->n_tok; i++) {
		const struct token *x = &d->tokens[i];
		int v = polarity_value(&k->s->frames, (int32_t)i);

		value += v;
		actors += x->mention >= 0;
		if (x->upos != UPOS_PUNCT && x->upos != UPOS_DET && n++ < 12)
			add_str(k, T_INNER, word_of(x));
	}
	add_int(k, T_VALUE_SUM, value > 2 ? 2 : value < -2 ? -2 : value);
	add_int(k, T_ENTITIES, actors > 3 ? 3 : actors);
	add_int(k, T_LENGTH, t->n_words > 8 ? 8 : t->n_words);
}

static void add_around(struct sink *k, const struct target *t)
{
	const struct doc *d = k->d;
	const struct sentence *s = &d->sentences[k->c->sentence];
	uint32_t end = t->tok + t->n_tok;

	for (uint32_t i = 1; i <= 2; i++) {
		add_2(k, T_BEFORE,
		      t->tok >= s->tok + i ? word_of(&d->tokens[t->tok - i]) : STR("<"), i);
		add_2(k, T_AFTER,
		      end + i <= s->tok + s->n_tok ? word_of(&d->tokens[end + i - 1]) : STR(">"),
		      i);
	}
	for (int32_t c = tok_at(d, t->head)->child; c >= 0; c = tok_at(d, c)->next) {
		add_2(k, T_CHILD, STR(""), tok_at(d, c)->rel);
		if (tok_at(d, c)->rel != REL_PUNCT) {
			add_2(k, T_CHILD, word_of(tok_at(d, c)), tok_at(d, c)->rel);
			add_class(k, C_CHILD, c, tok_at(d, c)->rel);
		}
	}
}

/* The words of the clause above that are no part of the target: what is said of it. */
static void add_clause(struct sink *k, const struct target *t)
{
	const struct doc *d = k->d;
	const struct sentence *s = &d->sentences[k->c->sentence];
	int sum = 0;

	for (uint32_t i = s->tok; i < s->tok + s->n_tok; i++) {
		int v;

		if (i >= t->tok && i < t->tok + t->n_tok)
			continue;
		v = polarity_value(&k->s->frames, (int32_t)i);
		sum += v;
		if (s->n_tok <= CLAUSE_MAX &&
		    (d->tokens[i].upos == UPOS_VERB || d->tokens[i].upos == UPOS_AUX ||
		     d->tokens[i].upos == UPOS_ADJ))
			add_str(k, T_CLAUSE_WORD, word_of(&d->tokens[i]));
	}
	add_int(k, T_CLAUSE_CLASS, sum > 3 ? 3 : sum < -3 ? -3 : sum);
}

static void add_grammar_of(struct sink *k, enum template t, int32_t tok)
{
	const struct frames *f = &k->s->frames;

	for (uint32_t i = f->of[tok]; i < f->of[tok + 1]; i++)
		add_str(k, t, grammar_str(k->s->g, f->list[i].class->name));
}

/* How much the sentence and the document take sides at all. */
static void add_density(struct sink *k)
{
	const struct sentence *s = &k->d->sentences[k->c->sentence];
	uint32_t n[N_GRAMMAR_KINDS] = {0}, sum = 0;

	for (uint32_t i = k->s->frames.of[s->tok]; i < k->s->frames.of[s->tok + s->n_tok]; i++)
		n[k->s->frames.list[i].class->kind]++;
	for (uint32_t i = 0; i < N_GRAMMAR_KINDS; i++) {
		add_int(k, T_DENSITY, i * 8 + (n[i] > 3 ? 3 : n[i]));
		if (i == GRAMMAR_ATT || i == GRAMMAR_SAY || i == GRAMMAR_WANT || i == GRAMMAR_EVAL)
			sum += n[i];
	}
	add_int(k, T_DENSITY, 100 + (sum > 7 ? 7 : sum));
	add_int(k, T_DENSITY, 200 + k->s->density);
	add_int(k, T_DENSITY, 300 + (s->n_tok > 48 ? 6 : s->n_tok / 8));
}

static void end_part(const struct features *f, struct feature_parts *parts)
{
	if (!parts)
		return;
	CHECK(parts->n < PARTS_MAX);
	parts->end[parts->n++] = f->n;
}

/* Classes of words together: what is done with what. */
static void add_together(struct sink *k, const struct target *t, uint32_t target)
{
	const struct token *h = tok_at(k->d, target_top(k->d, t->head));
	int64_t head = k->s->cluster[t->head].coarse;

	if (h->head >= 0) {
		int64_t gov = k->s->cluster[h->head].coarse, fine = k->s->cluster[h->head].fine;

		add_int(k, C_GOV_HEAD, (gov * 64 + head) * N_REL + h->rel);
		add_int(k, C_GOV_HEAD, (1 << 20) + (fine * 64 + head));
	}
	if (k->c->n_sides[target])
		add_2(k, C_SIDE_HEAD, grammar_str(k->s->g, k->c->sides[target][0].class->name),
		      head);
}

void stance_target_features(const struct stance_ground *s, const struct candidates *c,
			    uint32_t target, struct features *f, struct feature_parts *parts)
{
	struct sink k = {s, s->d, c, f};
	const struct target *t = &c->targets[target];
	const struct token *h = tok_at(s->d, t->head);
	const struct sentence *st = &s->d->sentences[c->sentence];
	const struct token *top = tok_at(s->d, target_top(s->d, t->head));
	int32_t subject = polarity_subject(s->d, top->head >= 0 ? top->head : t->head);

	add_str(&k, T_HEAD, word_of(h));
	add_class(&k, C_HEAD, t->head, 0);
	add_class(&k, C_HEAD, t->head, 1 + h->rel);
	add_2(&k, T_HEAD, word_of(h), h->rel);
	add_int(&k, T_REL, h->rel * 8 + t->kind);
	add_int(&k, T_REL, 1000 + top->rel * 8 + t->kind);
	add_int(&k, T_UPOS, h->upos);
	add_int(&k, T_ENTITY, t->entity >= 0);
	add_2(&k, T_ENTITY, t->entity >= 0 ? s->d->entities[t->entity].role : STR("-"), h->rel);
	add_int(&k, T_SENTENCE, st->kind * 4 + (st->voice >= 0) * 2 + (h->attrib >= 0));
	if (h->attrib >= 0)
		add_int(&k, T_ATTRIB,
			s->d->attributions[h->attrib].kind * 2 +
				s->d->attributions[h->attrib].direct);
	add_int(&k, T_PLACE, st->n_tok ? 4 * (t->tok - st->tok) / st->n_tok : 0);
	add_int(&k, T_NEG, polarity_negated(s->d, t->head));
	if (st->root >= 0)
		add_2(&k, T_ROOT, word_of(tok_at(s->d, st->root)), st->root == top->head);
	if (st->root >= 0)
		add_class(&k, C_ROOT, st->root, 0);
	if (subject >= 0)
		add_class(&k, C_SUBJ, subject, subject == t->head);
	if (subject >= 0)
		add_2(&k, T_SUBJ, word_of(tok_at(s->d, subject)), subject == t->head);
	if (top->head >= 0)
		add_grammar_of(&k, T_GOV_CLASS, top->head);
	add_grammar_of(&k, T_CLAUSE_CLASS, t->head);
	add_density(&k);
	end_part(f, parts);
	add_chain(&k, t);
	add_together(&k, t, target);
	end_part(f, parts);
	add_sides(&k, target);
	end_part(f, parts);
	add_words(&k, t);
	end_part(f, parts);
	add_around(&k, t);
	end_part(f, parts);
	add_clause(&k, t);
	end_part(f, parts);
}

/* The way through the tree from the target to the holder: relations up, the word at the top,
 * relations down. */
static void add_path(struct sink *k, const struct target *t, int32_t to, struct str tag)
{
	const struct doc *d = k->d;
	int32_t at = target_top(d, t->head), up[PATH_MAX];
	uint64_t path = feature_of(P_PATH, tag), lemmas = path;
	int n_up = 0, n_down = 0;

	while (at >= 0 && n_up < PATH_MAX && !doc_dominates(d, at, to)) {
		up[n_up++] = at;
		at = tok_at(d, at)->head;
	}
	if (at < 0 || n_up == PATH_MAX) {
		add_2(k, P_PATH, tag, -1);
		return;
	}
	for (int i = 0; i < n_up; i++) {
		path = feature_and(path, feature_of_int(P_PATH, tok_at(d, up[i])->rel));
		if (i)
			lemmas = feature_and(lemmas, feature_of(P_PATH, word_of(tok_at(d, up[i]))));
	}
	path = feature_and(path, 7);
	for (int32_t x = to; x != at && x >= 0 && n_down < PATH_MAX; x = tok_at(d, x)->head) {
		path = feature_and(path, feature_of_int(P_PATH, 100 + tok_at(d, x)->rel));
		n_down++;
	}
	features_add(k->f, path);
	features_add(k->f, feature_and(path, feature_of(P_PATH_LEMMA, word_of(tok_at(d, at)))));
	features_add(k->f, feature_and(lemmas, feature_of(P_PATH_LEMMA, word_of(tok_at(d, at)))));
	add_2(k, P_TOP, word_of(tok_at(d, at)), n_down > 2 ? 2 : n_down);
	features_add(k->f, feature_and(path, feature_of_int(C_PATH, k->s->cluster[at].fine)));
	features_add(k->f,
		     feature_and(path, feature_of_int(C_PATH, 10000 + k->s->cluster[at].coarse)));
	add_int(k, P_DISTANCE, n_up * 16 + n_down);
	add_2(k, P_TOP, tag, tok_at(d, to)->rel * 64 + tok_at(d, t->head)->rel);
}

static void add_pair_side(struct sink *k, const struct pair *p)
{
	const struct side *x;

	if (p->side < 0) {
		add_int(k, P_SIDE, p->links);
		return;
	}
	x = &k->c->sides[p->target][p->side];
	add_2(k, P_SIDE, grammar_str(k->s->g, x->class->name), sign_code(x));
	add_2(k, P_SIDE, grammar_str(k->s->g, x->class->name), 8 + sign_code(x) + 3 * x->depth);
	add_2(k, P_SIDE_ITEM, grammar_str(k->s->g, k->s->g->items[x->item].lemma), sign_code(x));
	add_int(k, P_SIDE, x->class->kind * 10000 + sign_code(x) * 1000 + x->flags);
	add_int(k, P_SIDE, 200000 + sign_code(x) * 16 + x->class->kind);
	add_int(k, P_SIDE, 300000 + p->side * 3 + sign_code(x));
	add_2(k, P_SIDE_LINKS, grammar_str(k->s->g, x->class->name), p->links);
}

static void add_attribution(struct sink *k, const struct target *t, const struct holder *h,
			    const struct pair *p)
{
	const struct doc *d = k->d;
	const struct token *top = tok_at(d, target_top(d, t->head));
	int32_t a = tok_at(d, t->head)->attrib;

	for (int nest = 0; a >= 0 && nest < 4; nest++, a = d->attributions[a].parent) {
		const struct attribution *x = &d->attributions[a];
		int64_t shape = nest * 16 + x->kind * 4 + x->direct * 2 + x->by_phrase;

		if (x->source_entity != h->entity)
			continue;
		add_int(k, P_CUE, shape);
		if (x->cue >= 0)
			add_2(k, P_CUE, word_of(tok_at(d, x->cue)), nest);
		add_strs(k, P_CUE, word_of(tok_at(d, t->head)), STR("head"));
		if (top->head >= 0)
			add_2(k, P_CUE, word_of(tok_at(d, top->head)), 100 + top->rel);
		return;
	}
	add_int(k, P_CUE, -1 - (tok_at(d, t->head)->attrib >= 0) - 2 * !!(p->links & LINK_SUBJECT));
}

static void add_holder(struct sink *k, const struct target *t, const struct holder *h,
		       const struct pair *p)
{
	const struct doc *d = k->d;
	const struct entity *e = &d->entities[h->entity];
	int32_t top = tok_at(d, target_top(d, t->head))->head;

	add_2(k, P_ROLE, e->role, p->links);
	add_2(k, P_ROLE, e->role, -1);
	if (top >= 0)
		add_2(k, C_ROLE_GOV, e->role, k->s->cluster[top].fine * 16 + (p->links & 15));
	add_int(k, P_KIND, e->kind);
	add_int(k, P_KIND, 100 + (e->code.n > 0));
	if (t->entity >= 0) {
		bool same = str_eq(e->code, d->entities[t->entity].code);

		add_int(k, P_SAME_CODE, same);
		add_int(k, P_SAME_CODE, same * 4096 + 4096 * 2 + p->links);
	}
	if (h->tok < 0)
		return;
	add_int(k, P_MIDDLE, (h->tok < t->head) * 1000 + tok_at(d, h->tok)->rel);
	add_int(k, P_PRONOUN, tok_at(d, h->tok)->upos);
	if (tok_at(d, h->tok)->head >= 0) {
		add_2(k, P_VERB, word_of(tok_at(d, tok_at(d, h->tok)->head)),
		      tok_at(d, h->tok)->rel);
		add_class(k, C_VERB, tok_at(d, h->tok)->head, tok_at(d, h->tok)->rel);
	}
}

void stance_pair_features(const struct stance_ground *s, const struct candidates *c,
			  const struct pair *p, struct features *f, struct feature_parts *parts)
{
	struct sink k = {s, s->d, c, f};
	const struct target *t = &c->targets[p->target];
	const struct holder *h = &c->holders[p->holder];
	const struct token *head = tok_at(s->d, t->head);
	const struct token *top = tok_at(s->d, target_top(s->d, t->head));
	bool sourced = head->attrib >= 0 && s->d->attributions[head->attrib].source_entity >= 0;

	add_int(&k, P_LINKS,
		p->links * 4 + sourced * 2 + (s->d->sentences[c->sentence].voice >= 0));
	for (int b = 0; b < 11; b++)
		if (p->links >> b & 1) {
			add_int(&k, P_LINK, b);
			add_int(&k, P_LINK, 100 + b * 64 + top->rel);
			add_2(&k, P_LINK,
			      top->head >= 0 ? word_of(tok_at(s->d, top->head)) : STR("^"), b);
		}
	add_int(&k, P_N, c->n_holders > 6 ? 6 : c->n_holders);
	if (h->entity == ENTITY_DOC_AUTHOR)
		add_int(&k, P_OPINION, s->opinion * 4 + (head->attrib >= 0) * 2 + (p->side >= 0));
	end_part(f, parts);
	add_pair_side(&k, p);
	end_part(f, parts);
	add_attribution(&k, t, h, p);
	end_part(f, parts);
	add_holder(&k, t, h, p);
	end_part(f, parts);
	if (h->tok >= 0 && !(p->links & LINK_INSIDE))
		add_path(&k, t, h->tok, STR("holder"));
	else
		add_int(&k, P_PATH, p->links);
	if (h->entity == ENTITY_DOC_AUTHOR || p->links & (LINK_SOURCE | LINK_VOICE))
		for (uint32_t i = 0; i < c->n_sides[p->target]; i++) {
			const struct side *x = &c->sides[p->target][i];

			if (x->holder == HOLDER_SOURCE)
				add_2(&k, P_AUTHOR_VALUE, grammar_str(s->g, x->class->name),
				      sign_code(x) * 2 + (h->entity == ENTITY_DOC_AUTHOR));
		}
	end_part(f, parts);
}

/* What part the holder has where the phrase stands. Of somebody who only occurs, little
 * follows from it. */
enum part { PART_NONE, PART_SUBJECT, PART_I, PART_SOURCE, PART_AUTHOR, PART_VOICE, PART_OWNER };

static enum part part_of(const struct doc *d, const struct target *t, const struct pair *p)
{
	bool quoted = d->tokens[t->head].attrib >= 0;

	if (p->links & LINK_SUBJECT)
		return p->links & LINK_SOURCE ? PART_I : PART_SUBJECT;
	if (p->links & LINK_SOURCE)
		return PART_SOURCE;
	if (p->links & LINK_AUTHOR)
		return quoted || p->links & LINK_VOICE ? PART_NONE : PART_AUTHOR;
	if (p->links & LINK_VOICE && !quoted)
		return PART_VOICE;
	return p->links & LINK_POSSESSOR ? PART_OWNER : PART_NONE;
}

/* Who does what is said with the phrase: this holder, another actor, or somebody unnamed ("others
 * hailed ..."). */
static void add_nearest_subject(struct sink *k, const struct target *t, const struct holder *h,
				enum part part)
{
	const struct doc *d = k->d;
	int32_t at = target_top(d, t->head), subject = -1, who;

	for (int i = 0; i < CLIMB_MAX && subject < 0 && tok_at(d, at)->head >= 0; i++) {
		at = tok_at(d, at)->head;
		subject = polarity_subject(d, at);
		if (subject >= (int32_t)t->tok && subject < (int32_t)(t->tok + t->n_tok))
			subject = -1;
	}
	if (subject < 0) {
		add_int(k, X_SUBJECT, part);
		return;
	}
	who = stance_actor_at(d, subject);
	add_int(k, X_SUBJECT, 100 + part * 4 + (who == h->entity ? 1 : who >= 0 ? 2 : 3));
	if (who >= 0)
		return;
	add_2(k, X_SUBJECT, word_of(tok_at(d, subject)), part);
	add_class(k, X_SUBJECT_CLASS, subject, part);
}

/* The relations on the way up from the phrase. */
static void add_part_chain(struct sink *k, const struct target *t, enum part part)
{
	uint64_t chain = feature_of_int(X_CHAIN, part);
	int32_t at = target_top(k->d, t->head);

	for (int i = 0; i < 3 && tok_at(k->d, at)->head >= 0; i++) {
		chain = feature_and(chain, feature_of_int(X_CHAIN, tok_at(k->d, at)->rel));
		features_add(k->f, chain);
		at = tok_at(k->d, at)->head;
	}
}

void stance_part_features(const struct stance_ground *s, const struct candidates *c,
			  const struct pair *p, struct features *f, struct feature_parts *parts)
{
	struct sink k = {s, s->d, c, f};
	const struct target *t = &c->targets[p->target];
	enum part part = part_of(s->d, t, p);

	add_nearest_subject(&k, t, &c->holders[p->holder], part);
	add_int(&k, X_PART, part * 16 + s->opinion);
	add_int(&k, X_PART, 1000 + part * 16 + s->density);
	for (uint32_t i = 0; part != PART_NONE && i < c->n_sides[p->target]; i++) {
		const struct side *x = &c->sides[p->target][i];

		add_2(&k, X_SIDE, grammar_str(s->g, x->class->name),
		      (sign_code(x) * 2 + (i == 0)) * 8 + part);
	}
	if (part != PART_NONE)
		add_part_chain(&k, t, part);
	if (parts)
		parts->end[parts->n - 1] = f->n;
}

/* Words of the sentence with how they stand to the target: inside, before, after; and negated. */
static void add_bag(struct sink *k, const struct target *t)
{
	const struct doc *d = k->d;
	const struct sentence *s = &d->sentences[k->c->sentence];
	int64_t before = 0, after = 0, in = 0;

	for (uint32_t i = s->tok; i < s->tok + s->n_tok; i++) {
		const struct token *x = &d->tokens[i];
		bool negated = polarity_negated(d, (int32_t)i);
		int v = polarity_value(&k->s->frames, (int32_t)i) * (negated ? -1 : 1);
		int where = i < t->tok ? 0 : i < t->tok + t->n_tok ? 1 : 2;

		if (x->upos != UPOS_VERB && x->upos != UPOS_NOUN && x->upos != UPOS_ADJ &&
		    x->upos != UPOS_ADV)
			continue;
		*(where == 0 ? &before : where == 1 ? &in : &after) += v;
		add_2(k, S_WORD, word_of(x), negated);
		add_class(k, C_BAG, (int32_t)i, negated);
		add_2(k, S_WORD, word_of(x), 10 + where + 4 * negated);
	}
	add_int(k, S_VALUE, (before > 0) - (before < 0));
	add_int(k, S_VALUE, 10 + (in > 0) - (in < 0));
	add_int(k, S_VALUE, 20 + (after > 0) - (after < 0));
	add_int(k, S_VALUE, 30 + (before + in + after > 0) - (before + in + after < 0));
}

/* The sign that composition ends with: of the outermost side of this holder, of the outermost one
 * at all, and of the nearest that is no valuation. */
static void add_composed(struct sink *k, const struct pair *p)
{
	const struct side *sides = k->c->sides[p->target], *own = NULL, *last = NULL, *near = NULL;
	int32_t holder = k->c->holders[p->holder].entity;

	for (uint32_t i = 0; i < k->c->n_sides[p->target]; i++) {
		const struct side *x = &sides[i];
		int32_t who = x->holder == HOLDER_SOURCE
				      ? stance_speaker(k->s, k->c->sentence, x->trigger)
				      : stance_actor_at(k->d, x->holder);

		if (!x->sign || x->class->kind == GRAMMAR_CERT)
			continue;
		if (x->class->kind != GRAMMAR_EVAL) {
			last = x;
			near = near ? near : x;
			own = who == holder ? x : own;
		}
	}
	add_int(k, S_OUTER, own ? own->sign * 10 + own->class->kind : 100);
	add_int(k, S_OUTER, 200 + (own ? own->sign : 2));
	add_int(k, S_OUTER, 300 + (last ? last->sign * 10 + last->class->kind : 100));
	add_int(k, S_OUTER, 500 + (last ? last->sign : 2));
	add_int(k, S_OUTER, 600 + (near ? near->sign : 2));
	add_int(k, S_OUTER, 700 + (own ? own->sign : 2) * 5 + (near ? near->sign : 2));
}

void stance_sign_rest(const struct stance_ground *s, const struct candidates *c,
		      const struct pair *p, struct features *f, struct feature_parts *parts)
{
	struct sink k = {s, s->d, c, f};

	add_bag(&k, &c->targets[p->target]);
	end_part(f, parts);
	add_composed(&k, p);
	end_part(f, parts);
}

void stance_sign_features(const struct stance_ground *s, const struct candidates *c,
			  const struct pair *p, struct features *f)
{
	stance_target_features(s, c, p->target, f, NULL);
	stance_pair_features(s, c, p, f, NULL);
	stance_sign_rest(s, c, p, f, NULL);
}
