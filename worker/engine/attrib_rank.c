#include "worker/engine/attrib_rank.h"

#include "worker/engine/attrib_source.h"

/* Chosen in cross-validation on the training part (demarche-train attributions). */
static const double LIKELY = 0.5;

static const struct token *at(const struct doc *doc, int32_t i)
{
	return &doc->tokens[i];
}

static struct str case_of(const struct doc *doc, int32_t tok)
{
	int32_t c = doc_child(doc, tok, REL_CASE);

	return c >= 0 ? at(doc, c)->lower : STR("");
}

static struct str mark_of(const struct doc *doc, int32_t tok)
{
	int32_t c = doc_child(doc, tok, REL_MARK);

	return c >= 0 ? at(doc, c)->lower : STR("");
}

/* ---- proposals ---- */

static int32_t noun_source(const struct doc *doc, int32_t n)
{
	static const char *const BY[] = {"by", "from", "among"};
	int32_t c = doc_child(doc, n, REL_NSUBJ), head = at(doc, n)->head;

	if (c >= 0)
		return c;
	c = doc_child(doc, n, REL_NMOD_POSS);
	if (c >= 0)
		return c;
	for (c = at(doc, n)->child; c >= 0; c = at(doc, c)->next)
		for (size_t k = 0; k < 3 && c > n; k++)
			if (at(doc, c)->rel == REL_NMOD && str_is(case_of(doc, c), BY[k]))
				return c;
	for (c = at(doc, n)->child; c >= 0; c = at(doc, c)->next)
		if ((at(doc, c)->rel == REL_COMPOUND || at(doc, c)->rel == REL_AMOD) &&
		    at(doc, c)->ner != NER_NONE)
			return c;
	if (head >= 0 && at(doc, head)->upos == UPOS_VERB &&
	    (at(doc, n)->rel == REL_OBJ || at(doc, n)->rel == REL_OBL ||
	     at(doc, n)->rel == REL_XCOMP))
		return attrib_source_of_verb(doc, head);
	return -1;
}

static int32_t source_of(const struct doc *doc, int32_t cue)
{
	if (at(doc, cue)->upos == UPOS_NOUN)
		return noun_source(doc, cue);
	if (at(doc, cue)->rel == REL_AMOD) /* "politicians critical of …" */
		return at(doc, cue)->head;
	return attrib_source_of_verb(doc, cue);
}

static bool takes(const struct doc *doc, int32_t cue, int32_t c)
{
	enum rel r = at(doc, c)->rel;

	switch (r) {
	case REL_CCOMP:
	case REL_XCOMP:
	case REL_OBJ:
		return c > cue;
	case REL_OBL:
	case REL_NMOD:
		return c > cue && doc_child(doc, c, REL_CASE) >= 0;
	case REL_ADVCL:
	case REL_ACL:
		return c > cue && (doc_child(doc, c, REL_MARK) >= 0 || at(doc, c)->xpos == 0);
	default:
		return false;
	}
}

static uint8_t kind_of(const struct doc *doc, int32_t cue, int32_t c)
{
	switch (at(doc, c)->rel) {
	case REL_CCOMP:
		return ATTRIB_THOUGHT;
	case REL_XCOMP:
		return str_is(mark_of(doc, c), "to") ? ATTRIB_WILL : ATTRIB_ABOUT;
	case REL_ACL:
		return at(doc, cue)->upos == UPOS_NOUN && str_is(mark_of(doc, c), "that")
			       ? ATTRIB_THOUGHT
			       : ATTRIB_ABOUT;
	default:
		return ATTRIB_ABOUT;
	}
}

uint32_t attrib_propose(const struct doc *doc, int32_t cue,
			struct attrib_proposal p[static ATTRIB_PROPOSALS])
{
	uint8_t upos = at(doc, cue)->upos;
	uint32_t n = 0, first, last;
	int32_t source;

	if (upos != UPOS_VERB && upos != UPOS_NOUN && upos != UPOS_ADJ)
		return 0;
	source = source_of(doc, cue);
	if (source < 0)
		return 0;
	for (int32_t c = at(doc, cue)->child; c >= 0 && n < ATTRIB_PROPOSALS;
	     c = at(doc, c)->next) {
		if (!takes(doc, cue, c) || c == source)
			continue;
		doc_subtree(doc, c, &first, &last);
		if ((uint32_t)source >= first && (uint32_t)source <= last)
			continue;
		p[n++] = (struct attrib_proposal){.cue = cue,
						  .source = source,
						  .head = c,
						  .first = first,
						  .end = last + 1,
						  .kind = kind_of(doc, cue, c)};
	}
	return n;
}

struct attribution attrib_of_proposal(const struct attrib_proposal *p)
{
	return (struct attribution){.cue = p->cue,
				    .content = p->first,
				    .n_content = p->end - p->first,
				    .source = -1,
				    .source_entity = -1,
				    .source_tok = p->source,
				    .parent = -1,
				    .kind = p->kind};
}

/* ---- features ---- */

enum template {
	T_LEMMA = 1,
	T_FRAME,
	T_LEMMA_FRAME,
	T_PARTICLE,
	T_UPOS_FRAME,
	T_OBJ,
	T_SOURCE_KIND,
	T_SOURCE_LEMMA,
	T_SOURCE_FRAME,
	T_CONTENT_KIND,
	T_CONTENT_LEMMA,
	T_CONTENT_FRAME,
	T_XPOS,
	T_AUX,
	T_NEG,
	T_REL,
	T_HEAD,
	T_SUFFIX,
	T_ORDER,
	T_KINDS,
};

/* What sort of thing a noun names, as far as tags and names tell. */
static int64_t sort_of(const struct doc *doc, int32_t tok)
{
	const struct token *t = at(doc, tok);
	int64_t kind = 0;

	if (t->mention >= 0 && !str_is(doc->mentions[t->mention].rule, "source"))
		kind = 1 + (int64_t)doc->mentions[t->mention].kind;
	return t->upos + 32 * (t->ner + 8 * kind);
}

/* Relation, preposition and mark: how the content hangs on the cue. */
static uint64_t frame_of(const struct doc *doc, int32_t c)
{
	uint64_t f = feature_of_int(T_FRAME, at(doc, c)->rel);

	f = feature_and(f, feature_of(T_FRAME, case_of(doc, c)));
	return feature_and(f, feature_of(T_FRAME, mark_of(doc, c)));
}

static void add_cue(const struct doc *doc, int32_t cue, uint64_t frame, struct features *f)
{
	const struct token *t = at(doc, cue);
	uint64_t lemma = feature_of(T_LEMMA, t->lemma);
	struct str tail = t->lemma;

	features_add(f, lemma);
	features_add(f, feature_and(feature_of_int(T_UPOS_FRAME, t->upos), frame));
	features_add(f, feature_and(lemma, frame));
	features_add(f, feature_and(lemma, feature_of_int(T_LEMMA, t->upos)));
	if (tail.n > 3)
		tail = (struct str){tail.p + tail.n - 3, 3};
	features_add(f, feature_of(T_SUFFIX, tail));
	features_add(f, feature_of_int(T_XPOS, t->xpos));
	features_add(f, feature_of_int(T_REL, t->rel));
	if (t->head >= 0) {
		features_add(f, feature_of(T_HEAD, at(doc, t->head)->lemma));
		features_add(f, feature_and(lemma, feature_of(T_HEAD, at(doc, t->head)->lemma)));
	}
	for (int32_t c = t->child; c >= 0; c = at(doc, c)->next) {
		uint64_t word = feature_of(T_AUX, at(doc, c)->lemma);

		if (at(doc, c)->rel == REL_COMPOUND_PRT)
			features_add(f, feature_and(lemma, feature_and(word, T_PARTICLE)));
		else if (at(doc, c)->rel == REL_OBJ)
			features_add(f, feature_and(lemma, feature_and(word, T_OBJ)));
		else if (at(doc, c)->upos == UPOS_AUX || at(doc, c)->upos == UPOS_PART)
			features_add(f, word);
		else if (at(doc, c)->rel == REL_ADVMOD)
			features_add(f, feature_and(word, T_NEG));
	}
}

void attrib_features(const struct doc *doc, const struct attrib_proposal *p, struct features *f)
{
	uint64_t frame = frame_of(doc, p->head), source, content, lemma;

	f->n = 0;
	add_cue(doc, p->cue, frame, f);
	lemma = feature_of(T_LEMMA, at(doc, p->cue)->lemma);
	source = feature_of_int(T_SOURCE_KIND, sort_of(doc, p->source));
	content = feature_of_int(T_CONTENT_KIND, sort_of(doc, p->head));
	features_add(f, frame);
	features_add(f, source);
	features_add(f, feature_and(source, frame));
	features_add(f, feature_and(source, lemma));
	features_add(f, feature_of(T_SOURCE_LEMMA, at(doc, p->source)->lemma));
	features_add(f, content);
	features_add(f, feature_and(content, frame));
	features_add(f, feature_and(content, lemma));
	features_add(f, feature_of(T_CONTENT_LEMMA, at(doc, p->head)->lemma));
	features_add(f, feature_and(feature_of_int(T_KINDS, 0), feature_and(source, content)));
	features_add(f, feature_of_int(T_ORDER, (p->source < p->cue) + 2 * (p->head < p->cue) +
							4 * (at(doc, p->source)->head == p->cue)));
	features_add(f, feature_of_int(T_SOURCE_FRAME, at(doc, p->source)->rel));
}

bool attrib_likely(const struct linear *m, const struct doc *doc, int32_t cue, struct features *f,
		   struct attrib_proposal *best)
{
	struct attrib_proposal p[ATTRIB_PROPOSALS];
	uint32_t n = attrib_propose(doc, cue, p);
	double most = LIKELY, yes;
	bool found = false;

	for (uint32_t i = 0; i < n; i++) {
		attrib_features(doc, &p[i], f);
		yes = linear_yes(m, f);
		if (yes <= most)
			continue;
		most = yes;
		*best = p[i];
		found = true;
	}
	return found;
}
