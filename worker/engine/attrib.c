#include "worker/engine/attrib.h"

#include "worker/engine/attrib_cues.h"
#include "worker/engine/attrib_list.h"
#include "worker/engine/attrib_pick.h"
#include "worker/engine/attrib_rank.h"
#include "worker/engine/attrib_source.h"
#include "worker/engine/image.h"
#include "worker/engine/quote.h"
#include "worker/engine/tag.h"

/* Candidates are collected sentence by sentence from cues in the trees; then quotations join the
 * attribution whose content they overlap, or find a cue beside them, or go on with the last
 * speaker. At the end all are sorted and painted on the tokens, inner over outer. */

static const struct token *at(const struct doc *doc, int32_t i)
{
	return &doc->tokens[i];
}

static bool is_mark(const struct token *t)
{
	char c = t->form.n ? t->form.p[0] : 'x';

	return t->upos == UPOS_PUNCT || c == '"' || c == ',' || c == '.' || c == '`';
}

struct range attrib_trim(const struct doc *doc, struct range r)
{
	while (r.first < r.end && is_mark(&doc->tokens[r.first]))
		r.first++;
	while (r.end > r.first && is_mark(&doc->tokens[r.end - 1]))
		r.end--;
	return r;
}

static bool is_passive(const struct doc *doc, int32_t cue)
{
	return doc_child(doc, cue, REL_AUX_PASS) >= 0 || doc_child(doc, cue, REL_NSUBJ_PASS) >= 0;
}

/* "X warns Y; Z rejects it": neither says the other's clause. */
static bool apart(const struct doc *doc, int32_t cue, struct range r)
{
	uint32_t first = (uint32_t)cue < r.first ? (uint32_t)cue : r.end;
	uint32_t end = (uint32_t)cue < r.first ? r.first : (uint32_t)cue;

	for (uint32_t i = first; i < end; i++)
		if (str_is(doc->tokens[i].form, ";"))
			return true;
	return false;
}

struct attribution *attrib_add(struct doc *doc, int32_t cue, int32_t source, struct range r,
			       enum attribution_kind kind)
{
	struct attribution *a;

	r = attrib_trim(doc, r);
	if (r.first >= r.end || (cue >= 0 && apart(doc, cue, r)))
		return NULL;
	if (source < 0 && cue >= 0 && at(doc, cue)->upos == UPOS_VERB && !is_passive(doc, cue))
		return NULL; /* an imperative, a title: nobody says it */
	ARENA_GROW(doc->arena, doc->attributions, doc->n_attributions, doc->cap_attributions);
	a = &doc->attributions[doc->n_attributions++];
	*a = (struct attribution){.cue = cue,
				  .content = r.first,
				  .n_content = r.end - r.first,
				  .source = -1,
				  .source_entity = -1,
				  .source_tok = source,
				  .parent = -1,
				  .kind = (uint8_t)kind};
	return a;
}

static struct range subtree(const struct doc *doc, int32_t tok)
{
	uint32_t first, last;

	doc_subtree(doc, tok, &first, &last);
	return attrib_trim(doc, (struct range){first, last + 1});
}

/* ---- cues with a clause ---- */

/* The clause around a parenthetical cue ("…, officials said, …"): that of its head. */
static struct range around(const struct doc *doc, int32_t cue)
{
	struct range all = subtree(doc, at(doc, cue)->head), own = subtree(doc, cue);

	/* A cue at either edge leaves the rest; one in the middle is left out when painting. */
	if (own.first <= all.first)
		all.first = own.end;
	else if (own.end >= all.end)
		all.end = own.first;
	return all;
}

static bool has_aux(const struct doc *doc, int32_t verb, const char *word)
{
	for (int32_t c = at(doc, verb)->child; c >= 0; c = at(doc, c)->next)
		if (str_is(at(doc, c)->lower, word))
			return true;
	return false;
}

/* "…, as officials said": the clause that it comments on. */
static bool is_comment(const struct doc *doc, int32_t verb)
{
	if (at(doc, verb)->rel == REL_PARATAXIS)
		return doc_child(doc, verb, REL_NSUBJ) >= 0;
	return at(doc, verb)->rel == REL_ADVCL && has_aux(doc, verb, "as") &&
	       doc_child(doc, verb, REL_CCOMP) < 0 && doc_child(doc, verb, REL_OBJ) < 0;
}

static int32_t clause_of(const struct doc *doc, int32_t verb)
{
	int32_t c = doc_child(doc, verb, REL_CCOMP);

	if (c >= 0)
		return c;
	for (c = at(doc, verb)->child; c >= 0; c = at(doc, c)->next)
		if (at(doc, c)->rel == REL_PARATAXIS && at(doc, c)->upos == UPOS_VERB &&
		    (c < verb || doc_child(doc, c, REL_NSUBJ) >= 0))
			return c;
	return -1;
}

/* ---- plain reports, read from the order of the words where the tree has no clause ---- */

static bool finite(const struct token *t)
{
	return t->xpos == XPOS_VBD || t->xpos == XPOS_VBZ || t->xpos == XPOS_VBP ||
	       t->xpos == XPOS_MD;
}

static bool any_finite(const struct doc *doc, uint32_t first, uint32_t end)
{
	for (uint32_t i = first; i < end; i++)
		if (finite(&doc->tokens[i]))
			return true;
	return false;
}

/* Behind "said X" only the phrase itself may follow, with its own relative clause at most. */
static bool inverted(const struct doc *doc, int32_t v, uint32_t end)
{
	const struct token *next = at(doc, v + 1);
	uint32_t i = (uint32_t)v + 1;

	if (next->rel == REL_OBL_UNMARKED || next->rel == REL_ADVMOD)
		return false; /* "said Thursday" */
	if (next->upos != UPOS_PROPN && next->upos != UPOS_DET && next->upos != UPOS_ADJ &&
	    next->upos != UPOS_NOUN &&
	    !(next->upos == UPOS_PRON && next->head == v && next->rel == REL_NSUBJ))
		return false;
	while (i < end && !attrib_is_break(&doc->tokens[i]) && doc->tokens[i].upos != UPOS_PRON)
		i++;
	return !any_finite(doc, (uint32_t)v + 1, i);
}

/* "…, said X." and "…, X said": a report that ends its sentence, whatever the tree says. */
static bool is_final_report(const struct doc *doc, int32_t v)
{
	const struct sentence *s = &doc->sentences[at(doc, v)->sent];
	uint32_t end = s->tok + s->n_tok, i = (uint32_t)v;

	if (!cue_is_report(at(doc, v)->lemma) || i < s->tok + 3 ||
	    (at(doc, v)->xpos != XPOS_VBD && at(doc, v)->xpos != XPOS_VBZ &&
	     (at(doc, v)->xpos != XPOS_VBN || at(doc, v - 1)->upos == UPOS_AUX)))
		return false;
	i = attrib_report_start(doc, v);
	if (i == (uint32_t)v)
		return i + 1 < end && inverted(doc, v, end) && any_finite(doc, s->tok, i);
	if (i < s->tok + 3 || (uint32_t)v - i > 30 || !any_finite(doc, s->tok, i))
		return false;
	for (uint32_t k = i; k < (uint32_t)v && !attrib_is_break(&doc->tokens[k]); k++)
		if (doc->tokens[k].upos == UPOS_VERB || doc->tokens[k].upos == UPOS_SCONJ ||
		    doc->tokens[k].upos == UPOS_CCONJ ||
		    (k == i && doc->tokens[k].upos == UPOS_ADP))
			return false;
	/* nothing but an adjunct may follow: "…, he said on Friday." */
	for (i = (uint32_t)v + 1; i < end && !attrib_is_break(&doc->tokens[i]); i++)
		if (doc->tokens[i].upos == UPOS_VERB || doc->tokens[i].upos == UPOS_SCONJ ||
		    doc->tokens[i].upos == UPOS_AUX)
			return false;
	return true;
}

/* "KABUL, Afghanistan (AP) -" before the first sentence is nobody's words. */
static uint32_t after_dateline(const struct doc *doc, const struct sentence *s)
{
	for (uint32_t i = s->tok + 1; i < s->tok + s->n_tok && i < s->tok + 14; i++) {
		const struct token *t = &doc->tokens[i], *b = t - 1;

		if (t->form.n && (t->form.p[0] == '-' || t->form.p[0] == (char)0xE2) &&
		    t->upos == UPOS_PUNCT && t->space_after && b->space_after &&
		    (str_is(b->form, ")") ||
		     (b->form.n > 2 && b->form.p[1] >= 'A' && b->form.p[1] <= 'Z')))
			return i + 1;
	}
	return s->tok;
}

static struct range before_report(const struct doc *doc, int32_t v)
{
	const struct sentence *s = &doc->sentences[at(doc, v)->sent];

	return (struct range){after_dateline(doc, s), attrib_report_start(doc, v)};
}

/* An object that a finite verb follows is the subject of a clause that the tree missed. */
static bool clause_follows(const struct doc *doc, int32_t v, uint32_t end)
{
	uint32_t i = (uint32_t)v + 1;

	while (i < end && i < (uint32_t)v + 9 &&
	       (doc->tokens[i].upos == UPOS_PROPN || doc->tokens[i].upos == UPOS_NOUN ||
		doc->tokens[i].upos == UPOS_DET || doc->tokens[i].upos == UPOS_ADJ ||
		doc->tokens[i].upos == UPOS_PRON || doc->tokens[i].upos == UPOS_PART))
		i++;
	return i > (uint32_t)v + 1 && i < end &&
	       (finite(&doc->tokens[i]) || doc->tokens[i].xpos == XPOS_VBN);
}

/* "He said in recent years, …": all that follows the verb. */
static bool loose_report(struct doc *doc, int32_t v)
{
	const struct sentence *s = &doc->sentences[at(doc, v)->sent];
	int32_t source = attrib_source_of_verb(doc, v);
	uint32_t first = (uint32_t)v + 1, end = s->tok + s->n_tok;

	if (source < 0 || source > v)
		return false;
	if (doc_child(doc, v, REL_OBJ) >= 0 ? !clause_follows(doc, v, end)
					    : !any_finite(doc, first, end))
		return false;
	return attrib_add(doc, v, source, (struct range){first, end}, ATTRIB_SPEECH) != NULL;
}

/* The clause, and those that the tree hangs on the verb behind it. */
static struct range clauses(const struct doc *doc, int32_t v, int32_t content)
{
	struct range r = subtree(doc, content), more;

	for (int32_t c = at(doc, content)->next; c >= 0 && content > v; c = at(doc, c)->next) {
		if (at(doc, c)->rel != REL_CCOMP)
			continue;
		more = subtree(doc, c);
		r.end = more.end > r.end ? more.end : r.end;
	}
	return r;
}

static void clause_cue(struct doc *doc, int32_t v)
{
	enum attribution_kind kind = cue_verb(at(doc, v)->lemma);
	int32_t content;

	if (kind == ATTRIB_NONE) {
		content = doc_child(doc, v, REL_CCOMP);
		if (content < 0 || doc_child(doc, v, REL_NSUBJ) < 0 ||
		    !has_aux(doc, content, "that"))
			return;
		attrib_add(doc, v, attrib_source_of_verb(doc, v), subtree(doc, content),
			   ATTRIB_THOUGHT);
		return;
	}
	if (is_final_report(doc, v)) {
		attrib_add(doc, v, attrib_source_of_report(doc, v), before_report(doc, v), kind);
		return;
	}
	content = clause_of(doc, v);
	if (content >= 0 && content < v && cue_is_report(at(doc, v)->lemma) &&
	    !attrib_is_break(at(doc, v > 0 ? v - 1 : 0)) && loose_report(doc, v))
		return;
	if (content >= 0) {
		attrib_add(doc, v, attrib_source_of_verb(doc, v), clauses(doc, v, content), kind);
		return;
	}
	if (kind != ATTRIB_WILL && is_comment(doc, v) && at(doc, v)->head >= 0) {
		attrib_add(doc, v, attrib_source_of_verb(doc, v), around(doc, v), kind);
		return;
	}
	content = doc_child(doc, v, REL_XCOMP);
	if (content >= 0 && !cue_is_phase(at(doc, v)->lemma) && !is_passive(doc, v) &&
	    (at(doc, content)->upos == UPOS_VERB || has_aux(doc, content, "to")))
		attrib_add(doc, v, attrib_source_of_verb(doc, v), subtree(doc, content),
			   kind == ATTRIB_SPEECH ? ATTRIB_SPEECH : ATTRIB_WILL);
	else if (cue_is_report(at(doc, v)->lemma))
		loose_report(doc, v);
}

/* "X criticised Y", "X called for Y" */
static void about_cue(struct doc *doc, int32_t v)
{
	int32_t source = attrib_source_of_verb(doc, v);

	if (source < 0)
		return;
	for (int32_t c = at(doc, v)->child; c >= 0; c = at(doc, c)->next) {
		bool takes = at(doc, c)->rel == REL_OBJ && cue_is_stance(at(doc, v)->lemma);

		if (at(doc, c)->rel == REL_OBL)
			for (int32_t k = at(doc, c)->child; k >= 0 && !takes; k = at(doc, k)->next)
				takes = at(doc, k)->rel == REL_CASE &&
					cue_takes(at(doc, v)->lemma, at(doc, k)->lower);
		if (takes && c > v) {
			attrib_add(doc, v, source, subtree(doc, c), ATTRIB_ABOUT);
			return;
		}
	}
}

static void verb_cue(struct doc *doc, int32_t v)
{
	uint32_t before = doc->n_attributions;

	clause_cue(doc, v);
	if (doc->n_attributions == before)
		about_cue(doc, v);
}

/* "the claim that …", "X's hope to …"; "willing to …", "confident that …" */
static void noun_cue(struct doc *doc, int32_t n)
{
	bool adjective = at(doc, n)->upos == UPOS_ADJ;
	enum attribution_kind kind =
		adjective ? cue_adjective(at(doc, n)->lemma) : cue_noun(at(doc, n)->lemma);
	int32_t source;

	if (kind == ATTRIB_NONE)
		return;
	for (int32_t c = at(doc, n)->child; c >= 0; c = at(doc, c)->next) {
		enum rel r = at(doc, c)->rel;

		if (c < n || (r != REL_ACL && r != REL_CCOMP && r != REL_XCOMP && r != REL_ADVCL))
			continue;
		if (r != REL_XCOMP && !has_aux(doc, c, "that") && !has_aux(doc, c, "to"))
			continue;
		source = adjective ? attrib_source_of_verb(doc, n) : attrib_source_of_noun(doc, n);
		attrib_add(doc, n, source, subtree(doc, c), kind);
		return;
	}
}

/* ---- phrases: "according to X", "in X's view" ---- */

/* A phrase at either end of its sentence, set off by a comma, speaks for all of it, however low
 * the tree hangs it. */
static void whole_sentence(const struct doc *doc, struct range own, struct range *all)
{
	const struct sentence *s = &doc->sentences[doc->tokens[own.first].sent];
	uint32_t end = s->tok + s->n_tok, tail = own.end;

	while (tail < end && is_mark(&doc->tokens[tail]))
		tail++;
	if (own.first <= s->tok + 1 && own.end < end && is_mark(&doc->tokens[own.end]))
		*all = (struct range){s->tok, end};
	else if (tail >= end && own.first > s->tok && is_mark(&doc->tokens[own.first - 1]))
		*all = (struct range){after_dateline(doc, s), own.end};
}

static void phrase_content(struct doc *doc, int32_t phrase, int32_t source, int32_t cue)
{
	struct range own = subtree(doc, phrase), all;
	int32_t governor = at(doc, phrase)->head;
	struct attribution *a;

	if (governor < 0)
		return;
	while (at(doc, governor)->head >= 0 && at(doc, governor)->upos != UPOS_VERB &&
	       at(doc, governor)->rel != REL_CONJ && at(doc, governor)->rel != REL_PARATAXIS)
		governor = at(doc, governor)->head;
	all = subtree(doc, governor);
	whole_sentence(doc, own, &all);
	if (own.first <= all.first)
		all.first = own.end;
	else if (own.end >= all.end)
		all.end = own.first;
	a = attrib_add(doc, cue, source, all, ATTRIB_SPEECH);
	if (a)
		a->by_phrase = true;
}

static void according(struct doc *doc, int32_t i)
{
	int32_t phrase = -1;

	if ((uint32_t)i + 1 >= doc->n_tokens || !str_is(at(doc, i + 1)->lower, "to"))
		return;
	if (at(doc, i)->rel == REL_CASE || at(doc, i)->rel == REL_MARK) {
		phrase = at(doc, i)->head;
		if (phrase > i)
			phrase_content(doc, phrase, attrib_owner(doc, phrase), i);
		return;
	}
	phrase = doc_child(doc, i, REL_OBL);
	if (phrase < 0)
		phrase = doc_child(doc, i, REL_NMOD);
	if (phrase >= 0)
		phrase_content(doc, i, attrib_owner(doc, phrase), i);
}

static void in_view_of(struct doc *doc, int32_t n)
{
	static const char *const NOUNS[] = {"view",       "opinion", "words",     "judgment",
					    "estimation", "eyes",    "assessment"};
	int32_t source;

	if (!has_aux(doc, n, "in") || at(doc, n)->rel != REL_OBL)
		return;
	for (size_t k = 0; k < sizeof(NOUNS) / sizeof(*NOUNS); k++) {
		if (!str_is(at(doc, n)->lower, NOUNS[k]))
			continue;
		source = attrib_source_of_noun(doc, n);
		if (source >= 0)
			phrase_content(doc, n, source, n);
		return;
	}
}

/* What the rules see nothing in. */
struct learned {
	struct linear m;
	bool open;
	struct features f;
};

/* The coded news does not nest: inside another's content the model knows nothing. */
static void learned_cues(struct doc *doc, const struct sentence *s, uint32_t from,
			 const bool *quoted, struct learned *l)
{
	struct attrib_proposal p;

	for (uint32_t i = s->tok; l->open && i < s->tok + s->n_tok; i++) {
		bool known = quoted[i];

		for (uint32_t k = from; k < doc->n_attributions && !known; k++)
			known = doc->attributions[k].cue == (int32_t)i ||
				(i >= doc->attributions[k].content &&
				 i < doc->attributions[k].content + doc->attributions[k].n_content);
		if (!known && attrib_likely(&l->m, doc, (int32_t)i, &l->f, &p))
			attrib_add(doc, p.cue, p.source, (struct range){p.first, p.end},
				   (enum attribution_kind)p.kind);
	}
}

static void sentence_cues(struct doc *doc, const struct sentence *s)
{
	for (uint32_t i = s->tok; i < s->tok + s->n_tok; i++) {
		const struct token *t = &doc->tokens[i];

		if (str_is(t->lower, "according"))
			according(doc, (int32_t)i);
		else if (t->upos == UPOS_VERB)
			verb_cue(doc, (int32_t)i);
		else if (t->upos == UPOS_NOUN || t->upos == UPOS_ADJ) {
			noun_cue(doc, (int32_t)i);
			if (t->upos == UPOS_NOUN)
				in_view_of(doc, (int32_t)i);
		}
	}
}

/* ---- nesting ---- */

static int by_place(const struct attribution *a, const struct attribution *b)
{
	if (a->content != b->content)
		return a->content < b->content ? -1 : 1;
	if (a->n_content != b->n_content)
		return a->n_content > b->n_content ? -1 : 1;
	return a->cue < b->cue ? -1 : a->cue > b->cue;
}

static void merge(const struct attribution *from, uint32_t left, uint32_t middle, uint32_t right,
		  struct attribution *to)
{
	uint32_t i = left, j = middle;

	for (uint32_t k = left; k < right; k++) {
		if (i < middle && (j >= right || by_place(&from[i], &from[j]) <= 0))
			to[k] = from[i++];
		else
			to[k] = from[j++];
	}
}

static void sort(struct doc *doc)
{
	uint32_t n = doc->n_attributions;
	struct attribution *a = doc->attributions;
	struct attribution *b = ARENA_ARRAY(doc->arena, struct attribution, n + 1), *swap;

	for (uint32_t width = 1; width < n; width *= 2) {
		for (uint32_t left = 0; left < n; left += 2 * width) {
			uint32_t middle = left + width < n ? left + width : n;
			uint32_t right = left + 2 * width < n ? left + 2 * width : n;

			merge(a, left, middle, right, b);
		}
		swap = a;
		a = b;
		b = swap;
	}
	doc->attributions = a;
	doc->cap_attributions = n;
}

static bool *in_quotes(struct doc *doc)
{
	bool *quoted = ARENA_ARRAY(doc->arena, bool, doc->n_tokens + 1);

	for (uint32_t k = 0; k < doc->n_quotes; k++)
		for (uint32_t i = 0; i < doc->quotes[k].n_tok && doc->quotes[k].parent < 0; i++)
			quoted[doc->quotes[k].tok + i] = true;
	return quoted;
}

/* Whether a token of the content's range belongs to a cue that stands within it: of a quotation
 * all that is not in marks, else what hangs on the cue and is not its clause. */
static bool outside(const struct doc *doc, const struct attribution *a, uint32_t i,
		    const bool *quoted)
{
	if ((int32_t)i == a->cue || (int32_t)i == a->source_tok)
		return true;
	if (a->direct)
		return !quoted[i];
	return doc->tokens[i].sent == doc->tokens[a->cue].sent &&
	       (at(doc, a->cue)->rel == REL_PARATAXIS || at(doc, a->cue)->rel == REL_ADVCL) &&
	       doc_dominates(doc, a->cue, (int32_t)i);
}

/* Outer first, inner over it; the cue's and the source's own words stay outside. */
static void paint(struct doc *doc)
{
	bool *quoted = in_quotes(doc);

	for (uint32_t i = 0; i < doc->n_tokens; i++)
		doc->tokens[i].attrib = -1;
	for (uint32_t k = 0; k < doc->n_attributions; k++) {
		struct attribution *a = &doc->attributions[k];
		int32_t end = (int32_t)(a->content + a->n_content);
		bool cue_within = a->cue >= (int32_t)a->content && a->cue < end;

		a->parent = doc->tokens[a->cue >= 0 ? (uint32_t)a->cue : a->content].attrib;
		if (a->kind == ATTRIB_ABOUT)
			continue;
		for (uint32_t i = a->content; (int32_t)i < end; i++)
			if (!cue_within || !outside(doc, a, i, quoted))
				doc->tokens[i].attrib = (int32_t)k;
	}
}

static bool open_learned(struct linear *m, const struct doc *doc, const char *section)
{
	return linear_view(m, image_section(doc->model, section)) && m->n_classes == 2;
}

static void cues(struct doc *doc)
{
	struct learned l = {0};
	bool *quoted = in_quotes(doc);

	l.open = open_learned(&l.m, doc, ATTRIB_SECTION);
	for (uint32_t i = 0; i < doc->n_sentences; i++) {
		uint32_t from = doc->n_attributions;

		sentence_cues(doc, &doc->sentences[i]);
		learned_cues(doc, &doc->sentences[i], from, quoted, &l);
	}
	features_free(&l.f);
}

static void pick_sources(struct doc *doc)
{
	struct features f = {0};
	struct linear m;
	bool open = open_learned(&m, doc, ATTRIB_SOURCES_SECTION);

	for (uint32_t k = 0; k < doc->n_attributions && open; k++)
		if (doc->attributions[k].cue >= 0)
			doc->attributions[k].source_tok =
				attrib_pick(&m, doc, &doc->attributions[k], &f);
	features_free(&f);
}

int attrib_run(struct doc *doc, struct err *e)
{
	int32_t *of_quote;

	(void)e;
	doc->n_attributions = 0;
	quote_run(doc);
	cues(doc);
	of_quote = attrib_quote_cues(doc);
	pick_sources(doc);
	attrib_quote_rest(doc, of_quote);
	attrib_transcript(doc);
	sort(doc);
	paint(doc);
	for (uint32_t k = 0; k < doc->n_attributions; k++)
		if (doc->attributions[k].source_tok >= 0)
			doc->attributions[k].source = attrib_mention(
				doc, attrib_antecedent(doc, doc->attributions[k].source_tok));
	return 0;
}

int attrib_resolve(struct doc *doc, struct err *e)
{
	(void)e;
	for (uint32_t k = 0; k < doc->n_attributions; k++) {
		struct attribution *a = &doc->attributions[k];

		a->source_entity = a->source >= 0 ? doc->mentions[a->source].entity : -1;
	}
	return 0;
}
