#include "worker/engine/attrib_pick.h"

#include "worker/engine/attrib_source.h"

/* Where the rules found nobody, so likely must one be at least. */
static const double ALONE = 0.5;

enum { REACH = 60 };

static const struct token *at(const struct doc *doc, int32_t i)
{
	return &doc->tokens[i];
}

static bool within(const struct attribution *a, int32_t tok)
{
	return tok >= (int32_t)a->content && tok < (int32_t)(a->content + a->n_content);
}

static bool may_speak(const struct token *t)
{
	switch (t->upos) {
	case UPOS_NOUN:
	case UPOS_PROPN:
	case UPOS_PRON:
		break;
	case UPOS_DET:
	case UPOS_NUM:
	case UPOS_ADJ:
		return t->rel == REL_NSUBJ || t->rel == REL_NSUBJ_PASS;
	default:
		return false;
	}
	return t->rel != REL_FLAT && t->rel != REL_GOESWITH && t->rel != REL_FIXED;
}

uint32_t attrib_candidates(const struct doc *doc, const struct attribution *a,
			   int32_t tok[static ATTRIB_CANDIDATES])
{
	const struct sentence *s = &doc->sentences[at(doc, a->cue)->sent];
	int32_t first = a->cue - REACH, end = a->cue + REACH;
	bool around = within(a, a->cue);
	uint32_t n = 0;

	first = first < (int32_t)s->tok ? (int32_t)s->tok : first;
	end = end > (int32_t)(s->tok + s->n_tok) ? (int32_t)(s->tok + s->n_tok) : end;
	for (int32_t i = first; i < end && n < ATTRIB_CANDIDATES; i++)
		if (i != a->cue &&
		    (i == a->source_tok || ((around || !within(a, i)) && may_speak(at(doc, i)))))
			tok[n++] = i;
	return n;
}

enum template {
	T_TREE = 101,
	T_TREE_CUE,
	T_REL,
	T_PATH,
	T_PLACE,
	T_BETWEEN,
	T_SORT,
	T_LEMMA,
	T_CASE,
	T_WITHIN,
	T_CUE,
	T_FIRST,
	T_SIDES,
	T_NEIGHBOUR,
};

/* How the candidate and the cue hang together in the tree. */
static int64_t path_of(const struct doc *doc, int32_t cue, int32_t tok)
{
	int32_t head = at(doc, tok)->head, above = at(doc, cue)->head;
	int64_t rel = at(doc, tok)->rel;

	if (head == cue)
		return 1000 + rel;
	if (above == tok)
		return 2000 + at(doc, cue)->rel;
	if (head >= 0 && head == above)
		return 3000 + rel * 64 + at(doc, cue)->rel;
	if (above >= 0 && head >= 0 && head == at(doc, above)->head)
		return 10000 + rel * 64 + at(doc, cue)->rel;
	if (head >= 0 && at(doc, head)->head == cue)
		return 20000 + rel * 64 + at(doc, head)->rel;
	return 0;
}

/* What lies between: verbs, commas, marks, other candidates. */
struct between {
	uint32_t verbs, commas, marks, nouns;
};

static uint32_t few(uint32_t n)
{
	return n > 3 ? 3 : n;
}

static struct between between(const struct doc *doc, int32_t a, int32_t b)
{
	struct between x = {0};
	int32_t first = a < b ? a : b, end = a < b ? b : a;

	for (int32_t i = first + 1; i < end; i++) {
		const struct token *t = at(doc, i);

		x.verbs += t->upos == UPOS_VERB;
		x.commas += str_is(t->form, ",");
		x.marks += t->upos == UPOS_PUNCT && !str_is(t->form, ",");
		x.nouns += may_speak(t) && t->rel != REL_COMPOUND;
	}
	return x;
}

static int64_t sort_of(const struct doc *doc, int32_t tok)
{
	const struct token *t = at(doc, tok);
	int64_t kind = 0;

	if (t->mention >= 0 && !str_is(doc->mentions[t->mention].rule, "source"))
		kind = 1 + (int64_t)doc->mentions[t->mention].kind;
	return t->upos + 32 * (t->ner + 8 * kind);
}

static struct str word(const struct doc *doc, int32_t i)
{
	return i >= 0 && i < (int32_t)doc->n_tokens ? at(doc, i)->lower : STR("");
}

void attrib_candidate_features(const struct doc *doc, const struct attribution *a, int32_t tok,
			       struct features *f)
{
	const struct token *t = at(doc, tok), *cue = at(doc, a->cue);
	const struct sentence *s = &doc->sentences[cue->sent];
	struct between x = between(doc, tok, a->cue);
	uint64_t tree = feature_of_int(T_TREE, (tok == a->source_tok) + 2 * (a->source_tok < 0));
	uint64_t path = feature_of_int(T_PATH, path_of(doc, a->cue, tok)), place, sort, lemma;
	int32_t c = doc_child(doc, tok, REL_CASE);
	int64_t side = (tok < a->cue) + 2 * (a->content > (uint32_t)a->cue) +
		       4 * within(a, a->cue) + 8 * a->direct;

	f->n = 0;
	place = feature_of_int(T_PLACE, side + 16 * few(x.nouns));
	sort = feature_of_int(T_SORT, sort_of(doc, tok));
	lemma = feature_of(T_CUE, cue->lemma);
	features_add(f, tree);
	features_add(f, feature_and(tree, lemma));
	features_add(f, feature_and(tree, feature_of_int(T_TREE_CUE, cue->upos + 32 * cue->rel)));
	features_add(f, feature_and(tree, place));
	features_add(f, feature_and(tree, sort));
	features_add(f, path);
	features_add(f, feature_and(path, feature_of_int(T_CUE, cue->xpos)));
	features_add(f, feature_and(path, lemma));
	features_add(f, place);
	features_add(f, feature_and(place, feature_of_int(T_BETWEEN, few(x.verbs))));
	features_add(f, feature_of_int(T_BETWEEN, side + 16 * (few(x.verbs) + 4 * few(x.commas) +
							       16 * few(x.marks))));
	features_add(f, sort);
	features_add(f, feature_and(sort, place));
	features_add(f, feature_and(sort, feature_of_int(T_REL, t->rel)));
	features_add(f, feature_of(T_LEMMA, t->lemma));
	features_add(f, feature_of_int(T_REL, t->rel + 64 * side));
	features_add(f, feature_and(tree, feature_of_int(T_REL, t->rel)));
	features_add(f, feature_and(feature_of_int(T_CASE, side),
				    feature_of(T_CASE, c >= 0 ? at(doc, c)->lower : STR(""))));
	features_add(f, feature_of_int(T_WITHIN, within(a, tok) + 2 * within(a, a->cue)));
	features_add(f, feature_and(sort, feature_of_int(T_FIRST, (uint32_t)tok <= s->tok + 3)));
	features_add(f, feature_and(place, feature_of(T_NEIGHBOUR, word(doc, tok + 1))));
	features_add(f, feature_and(place, feature_of(T_SIDES, word(doc, tok - 1))));
	if (t->head >= 0)
		features_add(f, feature_and(feature_of_int(T_REL, t->rel),
					    feature_of(T_LEMMA, at(doc, t->head)->lemma)));
}

int32_t attrib_pick(const struct linear *m, const struct doc *doc, const struct attribution *a,
		    struct features *f)
{
	int32_t tok[ATTRIB_CANDIDATES], best = a->source_tok;
	uint32_t n = attrib_candidates(doc, a, tok);
	double most = a->source_tok < 0 ? ALONE : 0, yes;

	for (uint32_t i = 0; i < n; i++) {
		attrib_candidate_features(doc, a, tok[i], f);
		yes = linear_yes(m, f);
		if (yes <= most)
			continue;
		most = yes;
		best = tok[i];
	}
	return best;
}
