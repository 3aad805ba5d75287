#include "worker/engine/attrib_list.h"

#include "worker/engine/attrib_cues.h"
#include "worker/engine/attrib_source.h"

static const struct token *at(const struct doc *doc, int32_t i)
{
	return &doc->tokens[i];
}

/* ---- quotations ---- */

enum { QUOTES_BACK = 8 };

static bool overlaps(const struct attribution *a, const struct quote *q)
{
	return a->content < q->tok + q->n_tok && q->tok < a->content + a->n_content;
}

static bool inside(uint32_t tok, const struct quote *q)
{
	return tok >= q->tok && tok < q->tok + q->n_tok;
}

/* A word or two in marks, or a title, is no speech of its own. */
static bool speaks(const struct doc *doc, const struct quote *q)
{
	uint32_t verbs = 0;

	if (q->n_tok < 3 || q->parent >= 0)
		return false;
	for (uint32_t i = q->tok; i < q->tok + q->n_tok && verbs == 0; i++)
		verbs += doc->tokens[i].upos == UPOS_VERB || doc->tokens[i].upos == UPOS_AUX;
	return verbs > 0 || q->n_tok >= 8;
}

/* A speech verb with a subject in [first, end), outside the quotation; the nearest to it. */
static int32_t cue_beside(const struct doc *doc, uint32_t first, uint32_t end, bool nearest_last)
{
	int32_t found = -1;

	for (uint32_t i = first; i < end; i++) {
		int32_t source;

		if (doc->tokens[i].upos != UPOS_VERB ||
		    cue_verb(doc->tokens[i].lemma) != ATTRIB_SPEECH)
			continue;
		source = attrib_source_of_verb(doc, (int32_t)i);
		if ((source < (int32_t)first || source >= (int32_t)end) &&
		    cue_is_report(doc->tokens[i].lemma))
			source = attrib_first_mention(doc, first, end);
		if (source < (int32_t)first || source >= (int32_t)end)
			continue;
		found = (int32_t)i;
		if (!nearest_last)
			break;
	}
	return found;
}

static int32_t cue_of_quote(const struct doc *doc, const struct quote *q)
{
	uint32_t last = q->tok + q->n_tok - 1;
	const struct sentence *s = &doc->sentences[doc->tokens[q->tok].sent];
	const struct sentence *e = &doc->sentences[doc->tokens[last].sent];
	uint32_t after = last + 2; /* past the closing mark */
	int32_t cue = -1;

	if (q->closed && after < e->tok + e->n_tok)
		cue = cue_beside(doc, after, e->tok + e->n_tok, false);
	if (cue < 0 && q->closed && after == e->tok + e->n_tok && after < doc->n_tokens) {
		/* the cue clause was split off: "…?" he asked. */
		const struct sentence *next = &doc->sentences[doc->tokens[after].sent];

		if (next->paragraph == e->paragraph && next->n_tok <= 12 &&
		    !(doc->tokens[after].form.p[0] >= 'A' && doc->tokens[after].form.p[0] <= 'Z' &&
		      doc->tokens[after].upos != UPOS_PROPN))
			cue = cue_beside(doc, after, next->tok + next->n_tok, false);
	}
	if (cue < 0 && q->tok > s->tok + 1)
		cue = cue_beside(doc, s->tok, q->tok - 1, true);
	if (cue < 0 && q->tok <= s->tok + 1 && s->tok > 0 &&
	    str_is(doc->tokens[s->tok - 1].form, ":")) { /* "He said:" and a new line */
		const struct sentence *b = &doc->sentences[doc->tokens[s->tok - 1].sent];

		cue = cue_beside(doc, b->tok, s->tok, true);
	}
	return cue;
}

/* Outside the marks, by the order of the words: before the cue, else behind it. */
static int32_t speaker_beside(const struct doc *doc, int32_t cue, const struct quote *q)
{
	const struct sentence *s = &doc->sentences[at(doc, cue)->sent];
	uint32_t first = s->tok, end = s->tok + s->n_tok, past = q->tok + q->n_tok + 1;
	int32_t found;

	if (cue >= (int32_t)past && past > first)
		first = past;
	else if (cue < (int32_t)q->tok && q->tok < end)
		end = q->tok;
	found = attrib_noun_before(doc, first, (uint32_t)cue);
	return found >= 0 ? found : attrib_noun_behind(doc, (uint32_t)cue + 1, end);
}

/* The cue's subject, or where the tree gives none outside the marks what stands there. */
static int32_t source_beside(const struct doc *doc, int32_t cue, const struct quote *q)
{
	int32_t source = attrib_source_of_verb(doc, cue);

	return source >= 0 && !inside((uint32_t)source, q) ? source : speaker_beside(doc, cue, q);
}

/* "…" - Name: who signs a quotation behind its closing mark. */
static int32_t signature(const struct doc *doc, const struct quote *q)
{
	uint32_t i = q->tok + q->n_tok + 1, end;
	const struct token *t;

	if (!q->closed || i + 1 >= doc->n_tokens)
		return -1;
	t = &doc->tokens[i];
	if (t->form.n > 3 || !(t->form.p[0] == '-' || str_is(t->form, "\xe2\x80\x95") ||
			       str_is(t->form, "\xe2\x80\x94") || str_is(t->form, "\xe2\x80\x93")))
		return -1;
	for (end = i + 1; end < doc->n_tokens && end < i + 7 &&
			  !attrib_is_break(&doc->tokens[end]) && doc->tokens[end].upos != UPOS_VERB;
	     end++)
		;
	for (uint32_t k = i + 1; k < end; k++) {
		int32_t m = doc->tokens[k].mention;

		if (m >= 0 && doc->mentions[m].kind == MENTION_NAME && k <= i + 4)
			return (int32_t)k;
	}
	return -1;
}

struct speaker {
	int32_t source;      /* token */
	int32_t interviewed; /* token, -1 nobody */
	uint32_t paragraph;  /* of the end of the last quotation */
	bool open;
};

static void widen(struct doc *doc, struct attribution *a, const struct quote *q)
{
	uint32_t end = a->content + a->n_content, q_end = q->tok + q->n_tok;
	struct range r = {a->content < q->tok ? a->content : q->tok, end > q_end ? end : q_end};

	a->direct = true;
	r = attrib_trim(doc, r);
	a->content = r.first;
	a->n_content = r.end - r.first;
}

/* Attributions of the cues stand in the order of the text, nearly: only those whose cue lies in
 * the quotation's sentences can overlap it, so the search starts at `from`. */
static int32_t join_cues(struct doc *doc, const struct quote *q, uint32_t *from, uint32_t n_cues)
{
	uint32_t sent = doc->tokens[q->tok].sent;
	uint32_t end_sent = doc->tokens[q->tok + q->n_tok - 1].sent;

	while (*from < n_cues && doc->tokens[doc->attributions[*from].cue].sent < sent)
		(*from)++;
	for (uint32_t k = *from; k < n_cues; k++) {
		struct attribution *a = &doc->attributions[k];

		if (doc->tokens[a->cue].sent > end_sent + 1)
			break;
		if (inside((uint32_t)a->cue, q) || !overlaps(a, q) || a->kind == ATTRIB_WILL)
			continue;
		widen(doc, a, q);
		if (a->source_tok >= 0 && inside((uint32_t)a->source_tok, q))
			a->source_tok = speaker_beside(doc, a->cue, q);
		return (int32_t)k;
	}
	return -1;
}

/* The source of the last report of each sentence, -1 none. */
static int32_t *reports(struct doc *doc)
{
	int32_t *said = ARENA_ARRAY(doc->arena, int32_t, doc->n_sentences + 1);

	for (uint32_t i = 0; i < doc->n_sentences; i++)
		said[i] = -1;
	for (uint32_t k = 0; k < doc->n_attributions; k++) {
		const struct attribution *a = &doc->attributions[k];

		if (a->kind == ATTRIB_SPEECH && a->cue >= 0 && a->source_tok >= 0)
			said[doc->tokens[a->cue].sent] = a->source_tok;
	}
	return said;
}

/* "X spoke with us": who answers the questions of an interview, -1 where nobody is told to. */
static int32_t interviewed(const struct doc *doc)
{
	for (uint32_t i = 0; i < doc->n_tokens; i++) {
		const struct token *t = &doc->tokens[i];
		int32_t source, to;

		if (t->upos != UPOS_VERB ||
		    (!str_is(t->lemma, "speak") && !str_is(t->lemma, "talk") &&
		     !str_is(t->lemma, "tell") && !str_is(t->lemma, "sit")))
			continue;
		for (to = t->child; to >= 0 && !str_is(at(doc, to)->lower, "us");)
			to = at(doc, to)->next;
		source = to < 0 ? -1 : attrib_source_of_verb(doc, (int32_t)i);
		if (source >= 0)
			return source;
	}
	return -1;
}

/* A question alone in its paragraph, before the k-th quotation and in none itself. */
static bool is_question(const struct doc *doc, uint32_t k, uint32_t sent)
{
	const struct sentence *s = &doc->sentences[sent];

	if (s->n_tok < 2 || !str_is(doc->tokens[s->tok + s->n_tok - 1].form, "?") ||
	    (sent > 0 && doc->sentences[sent - 1].paragraph == s->paragraph))
		return false;
	for (uint32_t i = k > QUOTES_BACK ? k - QUOTES_BACK : 0; i < k; i++)
		if (doc->quotes[i].tok + doc->quotes[i].n_tok > s->tok)
			return false;
	return true;
}

/* The answer to such a question is whose the last one was, or the one's who is interviewed. */
static bool answers(const struct doc *doc, uint32_t k, struct speaker *last)
{
	uint32_t sent = doc->tokens[doc->quotes[k].tok].sent;
	uint32_t paragraph = doc->sentences[sent].paragraph;

	if (sent == 0 || doc->sentences[sent - 1].paragraph + 1 != paragraph ||
	    !is_question(doc, k, sent - 1))
		return false;
	if (!last->open || paragraph - last->paragraph > 2)
		last->source = last->interviewed;
	return last->source >= 0;
}

/* A quotation without a cue goes on with who spoke last: in the sentence before it, or in the
 * quotation that ended in this paragraph or the one before. */
static bool inherits(const struct doc *doc, const struct quote *q, struct speaker *last,
		     const int32_t *said)
{
	uint32_t sent = doc->tokens[q->tok].sent;
	uint32_t paragraph = doc->sentences[sent].paragraph;

	if (last->open && paragraph == last->paragraph)
		return true;
	if (sent > 0 && said[sent - 1] >= 0 &&
	    paragraph - doc->sentences[sent - 1].paragraph <= 1) {
		last->source = said[sent - 1];
		return true;
	}
	return (last->open && paragraph - last->paragraph <= 1) ||
	       answers(doc, (uint32_t)(q - doc->quotes), last);
}

/* What a quotation has besides an attribution's number. */
enum { NO_SPEECH = -1, NO_CUE = -2, NO_SPEAKER = -3 };

static int32_t cue_for(struct doc *doc, const struct quote *q, uint32_t *from, uint32_t n_cues)
{
	int32_t k = join_cues(doc, q, from, n_cues), cue, source;
	struct attribution *a;

	if (k >= 0)
		return k;
	source = signature(doc, q);
	cue = source >= 0 ? -1 : cue_of_quote(doc, q);
	if (source < 0 && cue < 0)
		return NO_CUE;
	if (cue >= 0)
		source = source_beside(doc, cue, q);
	a = attrib_add(doc, cue, source, (struct range){q->tok, q->tok + q->n_tok}, ATTRIB_SPEECH);
	if (!a)
		return NO_SPEAKER;
	a->direct = true;
	return (int32_t)doc->n_attributions - 1;
}

int32_t *attrib_quote_cues(struct doc *doc)
{
	int32_t *of_quote = ARENA_ARRAY(doc->arena, int32_t, doc->n_quotes + 1);
	uint32_t n_cues = doc->n_attributions, from = 0;

	for (uint32_t k = 0; k < doc->n_quotes; k++)
		of_quote[k] = speaks(doc, &doc->quotes[k])
				      ? cue_for(doc, &doc->quotes[k], &from, n_cues)
				      : NO_SPEECH;
	return of_quote;
}

void attrib_quote_rest(struct doc *doc, const int32_t *of_quote)
{
	struct speaker last = {.source = -1, .interviewed = interviewed(doc)};
	int32_t *said = reports(doc);

	for (uint32_t k = 0; k < doc->n_quotes; k++) {
		const struct quote *q = &doc->quotes[k];
		struct attribution *a;

		if (of_quote[k] == NO_SPEECH)
			continue;
		if (of_quote[k] >= 0) {
			last.source = doc->attributions[of_quote[k]].source_tok;
		} else if (of_quote[k] == NO_SPEAKER) {
			last.source = -1;
		} else {
			if (q->tok > doc->sentences[doc->tokens[q->tok].sent].tok + 1 ||
			    !inherits(doc, q, &last, said))
				continue;
			a = attrib_add(doc, -1, last.source,
				       (struct range){q->tok, q->tok + q->n_tok}, ATTRIB_SPEECH);
			if (a)
				a->direct = true;
		}
		last.open = last.source >= 0;
		last.paragraph = doc->sentences[doc->tokens[q->tok + q->n_tok - 1].sent].paragraph;
	}
}

/* ---- transcripts: "WALLACE: …", "Q: …" ---- */

/* The colon of a label that opens the sentence, 0 where there is none. */
static uint32_t label(const struct doc *doc, const struct sentence *s)
{
	uint32_t i = s->tok;

	for (; i < s->tok + s->n_tok && i < s->tok + 6; i++) {
		const struct token *t = &doc->tokens[i];
		char c = t->form.n ? t->form.p[0] : 'x';

		if (str_is(t->form, ":"))
			return i > s->tok && i + 1 < doc->n_tokens ? i : 0;
		if (!(c >= 'A' && c <= 'Z') && c != '.' && c != '-')
			return 0;
	}
	return 0;
}

static bool is_known_label(const struct doc *doc, uint32_t first, uint32_t colon)
{
	static const char *const WORDS[] = {"q",          "a",         "question",    "answer",
					    "reporter",   "moderator", "interviewer", "host",
					    "journalist", NULL};

	if (colon == first + 1 && str_in(doc->tokens[first].lower, WORDS))
		return true;
	for (uint32_t i = first; i < colon; i++) {
		int32_t m = doc->tokens[i].mention;

		if (m >= 0 && doc->mentions[m].kind == MENTION_NAME &&
		    (doc->mentions[m].etype == ENTITY_PERSON || doc->tokens[i].ner == NER_PER ||
		     doc->mentions[m].etype == ENTITY_MEDIA))
			return true;
	}
	return false;
}

static int32_t labelled(const struct doc *doc, uint32_t first, uint32_t colon)
{
	if (str_is(doc->tokens[first].lower, "a") || str_is(doc->tokens[first].lower, "answer"))
		return attrib_first_mention(doc, 0, doc->n_tokens < 80 ? doc->n_tokens : 80);
	return attrib_first_mention(doc, first, colon);
}

static void turn(struct doc *doc, uint32_t first, uint32_t colon, uint32_t end)
{
	struct attribution *a = attrib_add(doc, -1, labelled(doc, first, colon),
					   (struct range){colon + 1, end}, ATTRIB_SPEECH);

	if (a)
		a->direct = true;
}

/* A text of turns has two labels at least; each speaks up to the next one. */
void attrib_transcript(struct doc *doc)
{
	uint32_t n = 0, first = 0, colon = 0, at_label;

	for (uint32_t i = 0; i < doc->n_sentences; i++) {
		at_label = label(doc, &doc->sentences[i]);
		n += at_label && is_known_label(doc, doc->sentences[i].tok, at_label);
	}
	for (uint32_t i = 0; i < doc->n_sentences && n >= 2; i++) {
		const struct sentence *s = &doc->sentences[i];

		at_label = label(doc, s);
		if (!at_label || !is_known_label(doc, s->tok, at_label))
			continue;
		if (colon)
			turn(doc, first, colon, s->tok);
		first = s->tok;
		colon = at_label;
	}
	if (colon)
		turn(doc, first, colon, doc->n_tokens);
}
