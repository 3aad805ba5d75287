#include "worker/engine/segment.h"

#include "worker/engine/image.h"
#include "worker/engine/text.h"

/* A reader over the text; `at` and `chars` move together. */
struct reader {
	struct doc *d;
	const char *base, *end;
	uint8_t *gaps;
	uint32_t cap_gaps;
	const char *at;
	uint32_t chars;
	bool single_open; /* an opening single quotation mark waits for its closing one */
};

static uint32_t peek(const char *p, const char *end)
{
	uint32_t cp = 0;

	if (p < end)
		text_next(p, end, &cp);
	return cp;
}

static const char *after(const char *p, const char *end)
{
	uint32_t cp;

	return p < end ? p + text_next(p, end, &cp) : p;
}

static bool is_apostrophe(uint32_t cp)
{
	return cp == '\'' || cp == 0x2019 || cp == '`' || cp == 0x2BC || cp == 0x2018;
}

static bool is_word_start(uint32_t cp)
{
	return text_is_letter(cp) || text_is_digit(cp);
}

/* Typographic signs in plain form; 0 where the sign stays. */
static const char *plain_form(uint32_t cp)
{
	switch (cp) {
	case 0x2018:
	case 0x2019:
	case 0x201A:
	case 0x201B:
	case 0x2BC:
	case 0x2032:
		return "'";
	case 0x201C:
	case 0x201D:
	case 0x201E:
	case 0x201F:
	case 0x2033:
	case 0xAB:
	case 0xBB:
		return "\"";
	case 0x2010:
	case 0x2011:
	case 0x2012:
	case 0x2013:
	case 0x2212:
		return "-";
	case 0x2014:
	case 0x2015:
		return "--";
	case 0x2026:
		return "...";
	default:
		return NULL;
	}
}

/* A word broken at the end of a line, without the hyphen and the break. */
static struct str whole_word(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n' || s.p[i] == '\r')
			continue;
		if (s.p[i] == '-' && i + 1 < s.n && (s.p[i + 1] == '\n' || s.p[i + 1] == '\r'))
			continue;
		out[n++] = s.p[i];
	}
	return (struct str){out, n};
}

static struct str normal_form(struct arena *a, struct str s)
{
	const char *end;
	uint32_t cp;
	size_t n = 0;
	char *out;
	bool plain = true;

	if (s.n && memchr(s.p, '\n', s.n))
		s = whole_word(a, s);
	end = s.p + s.n;
	for (size_t i = 0; i < s.n; i++)
		plain = plain && (unsigned char)s.p[i] < 0x80;
	if (plain)
		return s;
	out = arena_alloc(a, 2 * s.n + 1);
	for (const char *p = s.p; p < end;) {
		unsigned len = text_next(p, end, &cp);
		const char *as = plain_form(cp);

		if (as) {
			memcpy(out + n, as, strlen(as));
			n += strlen(as);
		} else {
			memcpy(out + n, p, len);
			n += len;
		}
		p += len;
	}
	return (struct str){out, n};
}

static struct str lower_form(struct arena *a, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80 || (s.p[i] >= 'A' && s.p[i] <= 'Z'))
			return text_lower(a, s);
	return s;
}

void segment_forms(struct arena *a, struct str raw, struct token *t)
{
	t->form = normal_form(a, raw);
	t->lower = lower_form(a, t->form);
}

static void emit(struct reader *r, const char *to, bool glued)
{
	struct doc *d = r->d;
	struct str raw = {r->at, (size_t)(to - r->at)};
	struct token *t;
	uint32_t n = text_count(raw);

	ARENA_GROW(d->arena, d->tokens, d->n_tokens, d->cap_tokens);
	ARENA_GROW(d->arena, r->gaps, d->n_tokens, r->cap_gaps);
	r->gaps[d->n_tokens] = GAP_NONE;
	t = &d->tokens[d->n_tokens++];
	*t = (struct token){.span = {r->chars, r->chars + n},
			    .byte = (uint32_t)(r->at - r->base),
			    .n_bytes = (uint32_t)raw.n,
			    .glued = glued,
			    .head = -1,
			    .child = -1,
			    .next = -1,
			    .mention = -1};
	segment_forms(d->arena, raw, t);
	r->at = to;
	r->chars += n;
}

static struct str ascii_lower(char *out, size_t cap, const char *p, const char *end)
{
	size_t n = (size_t)(end - p) < cap ? (size_t)(end - p) : cap;

	for (size_t i = 0; i < n; i++)
		out[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] + 32 : p[i]);
	return (struct str){out, (size_t)(end - p) <= cap ? n : 0};
}

static const char *const ABBREVIATIONS[] = {
	"mr",    "mrs",    "ms",    "dr",     "prof", "sen",  "sens", "rep",  "reps", "gen",
	"col",   "lt",     "sgt",   "gov",    "govs", "pres", "jr",   "sr",   "st",   "ste",
	"inc",   "corp",   "co",    "ltd",    "vs",   "etc",  "jan",  "feb",  "apr",  "aug",
	"sept",  "sep",    "oct",   "nov",    "dec",  "al",   "fig",  "vol",  "pp",   "eds",
	"cf",    "approx", "dept",  "est",    "ave",  "blvd", "hon",  "rev",  "maj",  "capt",
	"cmdr",  "adm",    "brig",  "messrs", "ft",   "bros", "cpl",  "pvt",  "supt", "amb",
	"atty",  "assn",   "assoc", "calif",  "fla",  "mass", "conn", "mich", "minn", "tenn",
	"wash",  "wis",    "ariz",  "colo",   "pa",   "va",   "md",   "ga",   "ill",  "ind",
	"kan",   "ky",     "mo",    "neb",    "nev",  "okla", "ore",  "tex",  "vt",   "wyo",
	"ala",   "ark",    "del",   "bn",     "ph.d", "ph",   "mt",   "esp",  "div",  "attn",
	"fr",    "viz",    "ed",    "m.sc",   "nos",  "arts", "para", "ext",  "tel",  "tues",
	"thurs", "wed",    "fri",   NULL};

/* Known as words too: an abbreviation only before a number ("No. 5", "p. 7", "Art. 5"). */
static const char *const NUMBER_ABBREVIATIONS[] = {"no",  "p",   "art", "sec", "ch", "mar",
						   "jun", "jul", "ca",  "c",   "v",  NULL};

/* Whether the letters in [p, end), followed by a full stop, make one token with it. */
static bool takes_full_stop(const char *p, const char *dot, const char *end)
{
	char low[16];
	struct str word = ascii_lower(low, sizeof(low), p, dot);
	const char *next = dot + 1;

	if (dot - p >= 3 && dot[-2] == '.' && text_is_letter((unsigned char)dot[-1]))
		return true;
	if (dot - p == 1 && text_is_upper((unsigned char)*p) && *p != 'I')
		return true;
	if (!word.n)
		return false;
	if (str_in(word, ABBREVIATIONS))
		return true;
	while (next < end && text_is_space((unsigned char)*next) && *next != '\n')
		next++;
	return next < end && *next >= '0' && *next <= '9' && str_in(word, NUMBER_ABBREVIATIONS);
}

/* Whether the full stop at `dot` stands inside the word that began at p. */
static bool inner_full_stop(const char *p, const char *dot, const char *end)
{
	uint32_t prev = (unsigned char)dot[-1], next = peek(dot + 1, end);

	if (text_is_digit(next))
		return text_is_digit(prev);
	if (!text_is_letter(next) || prev >= 0x80)
		return false;
	if (text_is_upper(next) && !text_is_upper(prev) && dot - p > 2)
		return false; /* a blank is missing between two sentences */
	return true;
}

static const char *const PREFIXES[] = {
	"non",   "re", "anti", "co",      "pre",   "mid",   "pro",    "cross", "post",  "semi",
	"multi", "ex", "sub",  "counter", "mini",  "inter", "socio",  "intra", "micro", "over",
	"e",     "un", "neo",  "psycho",  "ultra", "quasi", "pseudo", NULL};

/* Whether the hyphen stays inside the word ("co-operate", "713-853-3989", "e-mail"). */
static bool inner_hyphen(const char *p, const char *hyphen, const char *end)
{
	char low[8];
	struct str word = ascii_lower(low, sizeof(low), p, hyphen);
	const char *q = hyphen + 1;

	if (str_in(word, PREFIXES) && text_is_letter(peek(q, end)))
		return !(word.n == 2 && word.p[0] == 'e' && word.p[1] == 'x') ||
		       text_is_letter(peek(q, end));
	for (const char *d = p; d < hyphen; d++)
		if (!text_is_digit((unsigned char)*d) && *d != '-')
			return false;
	while (q < end && q - hyphen < 8 && text_is_digit((unsigned char)*q))
		q++;
	if (hyphen - p == 3 && q - hyphen == 4 && end - q >= 5 && *q == '-') {
		hyphen = q++; /* a telephone number in three groups */
		while (q < end && q - hyphen < 8 && text_is_digit((unsigned char)*q))
			q++;
	}
	return hyphen - p >= 3 && q - hyphen == 5 && !(hyphen - p == 4 && p[0] <= '2') &&
	       !text_is_letter(peek(q, end));
}

/* "Satur-" and "day" on the next line are one word: where the rest starts, or NULL. What is a
 * compound more often than not ("well-", "two-") stays one. */
static const char *broken_word(const char *p, const char *hyphen, const char *end)
{
	static const char *const firsts[] = {
		"well", "self",  "long", "short", "high", "low", "half",  "all",   "full", "part",
		"two",  "three", "four", "five",  "six",  "ten", "far",   "right", "left", "war",
		"year", "cross", "post", "mid",   "anti", "non", "state", "law",   "vice", NULL};
	const char *q = hyphen + 1;
	uint32_t next;
	char low[8];

	for (const char *d = p; d < hyphen; d++)
		if (!text_is_letter((unsigned char)*d))
			return NULL;
	if (hyphen - p < 2 || str_in(ascii_lower(low, sizeof(low), p, hyphen), firsts))
		return NULL;
	q += q < end && *q == '\r';
	if (q >= end || *q != '\n')
		return NULL;
	next = peek(++q, end);
	return text_is_letter(next) && !text_is_upper(next) ? q : NULL;
}

/* End of the word that starts at p: letters and digits with what may stand between them. */
static const char *word_end(const char *p, const char *end)
{
	const char *q = p;
	uint32_t prev = 0, cp, next;
	const char *rest;

	while (q < end && q - p < TOKEN_MAX) {
		unsigned n = text_next(q, end, &cp);

		next = peek(q + n, end);
		if (is_word_start(cp) || (cp == '_' && is_word_start(next)))
			;
		else if (q == p)
			break;
		else if (cp == '.' && inner_full_stop(p, q, end))
			;
		else if (cp == ',' && text_is_digit(prev) && text_is_digit(next) && end - q > 3 &&
			 text_is_digit((unsigned char)q[2]) && text_is_digit((unsigned char)q[3]))
			;
		else if ((cp == ':' || cp == '/') && text_is_digit(prev) && text_is_digit(next))
			;
		else if (cp == '&' && prev < 0x80 && next < 0x80 && text_is_upper(prev) &&
			 text_is_upper(next))
			;
		else if (cp == '-' && is_word_start(next) && inner_hyphen(p, q, end))
			;
		else if (cp == '-' && (rest = broken_word(p, q, end)) != NULL)
			n = (unsigned)(rest - q);
		else
			break;
		prev = cp;
		q += n;
	}
	return q;
}

/* Length in bytes of a clitic after an apostrophe at q ("'s", "'re"), or 0. */
static unsigned clitic(const char *q, const char *end)
{
	const char *p = after(q, end);
	uint32_t a = text_to_lower(peek(p, end)), b, c;

	if (!is_apostrophe(peek(q, end)) || peek(q, end) == 0x2018)
		return 0;
	p = after(p, end);
	b = text_to_lower(peek(p, end));
	if ((a == 's' || a == 'm' || a == 'd') && !is_word_start(b))
		return (unsigned)(p - q);
	c = text_to_lower(peek(after(p, end), end));
	if (((a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l')) &&
	    !is_word_start(c))
		return (unsigned)(p + 1 - q);
	return 0;
}

/* Where "n't" starts in the word [p, q) followed by an apostrophe and t, else NULL. */
static const char *negation_start(const char *p, const char *q, const char *end)
{
	uint32_t t = text_to_lower(peek(after(q, end), end));

	if (q - p < 2 || (q[-1] | 0x20) != 'n' || !is_apostrophe(peek(q, end)) || t != 't')
		return NULL;
	return is_word_start(peek(after(after(q, end), end), end)) ? NULL : q - 1;
}

/* Words written together: where to split them. */
static unsigned joined_split(struct str low)
{
	static const struct {
		const char *word;
		unsigned at;
	} words[] = {{"cannot", 3}, {"gonna", 3}, {"wanna", 3}, {"gotta", 3},   {"gimme", 3},
		     {"lemme", 3},  {"dont", 2},  {"didnt", 3}, {"doesnt", 4},  {"wont", 2},
		     {"isnt", 2},   {"wasnt", 3}, {"arent", 3}, {"couldnt", 5}, {"wouldnt", 5},
		     {"theyre", 4}, {"youre", 3}, {"thats", 4}, {"ive", 1},     {"im", 1}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_is(low, words[i].word))
			return words[i].at;
	return 0;
}

/* Digits glued to the end of a word: a footnote mark ("community1"), where no name looks so. */
static const char *footnote_start(const char *p, const char *q)
{
	const char *d = q;

	while (d > p && d[-1] >= '0' && d[-1] <= '9')
		d--;
	if (d == q || q - d > 2 || d - p < 5)
		return NULL;
	for (const char *c = p + 1; c < d; c++)
		if (*c < 'a' || *c > 'z')
			return NULL;
	return d;
}

/* Digits with a unit behind them ("5pm", "40km"): where the unit starts, or NULL. */
static const char *unit_start(const char *p, const char *q)
{
	static const char *const units[] = {"am", "pm", "mm",  "cm",  "km", "kg",  "k",   "gb",
					    "mb", "tb", "hrs", "hr",  "lb", "lbs", "mph", "mw",
					    "kw", "bn", "mhz", "ghz", "kb", NULL};
	const char *d = p;
	char low[6];

	while (d < q && (text_is_digit((unsigned char)*d) || *d == ',' || *d == '.' || *d == ':'))
		d++;
	if (d == p || d == q || !str_in(ascii_lower(low, sizeof(low), d, q), units))
		return NULL;
	return d;
}

/* Emits a word that ends at q, with what is glued to it. */
static void emit_word(struct reader *r, const char *q, const char *end)
{
	char low[16];
	const char *split = negation_start(r->at, q, end);
	unsigned at = joined_split(ascii_lower(low, sizeof(low), r->at, q)), n;

	if (split) {
		emit(r, split, false);
		emit(r, after(after(q, end), end), true);
		return;
	}
	if (at) {
		emit(r, r->at + at, false);
		emit(r, q, true);
		return;
	}
	split = unit_start(r->at, q);
	if (split)
		emit(r, split, false);
	split = split ? NULL : footnote_start(r->at, q);
	if (split)
		emit(r, split, false);
	emit(r, q, split != NULL);
	n = clitic(q, end);
	if (n) {
		emit(r, q + n, true);
		return;
	}
	if ((q[-1] | 0x20) == 's' && !r->single_open && is_apostrophe(peek(q, end)) &&
	    peek(q, end) != 0x2018 && !is_word_start(peek(after(q, end), end)))
		emit(r, after(q, end), true); /* "the officials' answer" */
}

static bool word_has_apostrophe(const char *q, const char *end)
{
	return is_apostrophe(peek(q, end)) && text_is_letter(peek(after(q, end), end)) &&
	       !clitic(q, end);
}

static void read_word(struct reader *r, const char *end)
{
	const char *q = word_end(r->at, end);

	/* O'Neill, Shi'ite, D'Souza: letters on both sides and no clitic */
	while (q < end && q - r->at < TOKEN_MAX && word_has_apostrophe(q, end) &&
	       !negation_start(r->at, q, end))
		q = word_end(after(q, end), end);
	if (q == r->at)
		q = after(q, end);
	if (q < end && *q == '.' && takes_full_stop(r->at, q, end) &&
	    !(q + 1 < end && q[1] == '.')) {
		emit(r, q + 1, false);
		return;
	}
	emit_word(r, q, end);
}

/* End of an address that starts at p, or NULL. */
static const char *address_end(const char *p, const char *end)
{
	bool web =
		(end - p > 7 && (memcmp(p, "http://", 7) == 0 || memcmp(p, "https:/", 7) == 0)) ||
		(end - p > 4 && memcmp(p, "www.", 4) == 0);
	const char *at = NULL, *q = p;

	for (; q < end && q - p < TOKEN_MAX && (unsigned char)*q > 0x20 && (unsigned char)*q < 0x7F;
	     q++) {
		if (strchr("<>\"", *q) || (!web && strchr("(),;:[]{}'", *q)))
			break;
		if (*q == '@')
			at = q;
	}
	while (q > p && strchr(".,;:!?)'-]", q[-1]))
		q--;
	if (!web && (!at || at == p || at + 1 >= q))
		return NULL;
	return q;
}

/* A face made of signs, or NULL. */
static const char *face_end(const char *p, const char *end)
{
	static const char *const faces[] = {":-)", ":-(", ";-)", ":)", ":(",
					    ";)",  ":D",  ":P",  NULL};

	for (int i = 0; faces[i]; i++) {
		size_t n = strlen(faces[i]);

		if ((size_t)(end - p) >= n && memcmp(p, faces[i], n) == 0 &&
		    !is_word_start(peek(p + n, end)))
			return p + n;
	}
	return NULL;
}

static void read_sign(struct reader *r, const char *end)
{
	const char *q = after(r->at, end), *face = face_end(r->at, end);
	uint32_t cp = peek(r->at, end);

	if (face) {
		emit(r, face, false);
		return;
	}
	if (cp == 0x2018 || (cp == '\'' && is_word_start(peek(q, end))))
		r->single_open = true;
	else if (cp == 0x2019 || cp == '\'')
		r->single_open = false;
	if (cp == '!' || cp == '?' || cp == '.') {
		while (q < end && q - r->at < TOKEN_MAX && (*q == '!' || *q == '?' || *q == '.'))
			q++;
	} else if (cp == '-' || cp == '=' || cp == '_') {
		while (q < end && q - r->at < TOKEN_MAX && (*q == '-' || *q == '=' || *q == '_'))
			q++;
	} else if (cp == '#' && text_is_letter(peek(q, end))) {
		q = word_end(q, end);
	} else if (cp == '\'' || cp == '`') {
		if (q < end && (uint32_t)*q == cp)
			q++;
	} else if (cp < 0x80 && strchr("*~#+<>$/\\", (int)cp)) {
		while (q < end && q - r->at < TOKEN_MAX && (uint32_t)*q == cp)
			q++;
	}
	emit(r, q, false);
}

/* A clitic that a detokeniser left alone ("Giuliani 's") counts as one. */
static bool read_stray_clitic(struct reader *r, const char *end)
{
	unsigned n = clitic(r->at, end);

	if (!n || r->single_open || (r->at + n < end && is_word_start(peek(r->at + n, end))))
		return false;
	emit(r, r->at + n, false);
	return true;
}

/* Reads what stands between tokens; the gap is noted on the token before. */
static void read_blank(struct reader *r)
{
	unsigned lines = 0;
	bool any = false;
	uint32_t cp;

	while (r->at < r->end) {
		unsigned n = text_next(r->at, r->end, &cp);

		if (!text_is_space(cp))
			break;
		lines += cp == '\n' || cp == 0x2028;
		if (cp == 0x2029)
			lines += 2;
		any = true;
		r->at += n;
		r->chars++;
	}
	if (any && r->d->n_tokens) {
		r->gaps[r->d->n_tokens - 1] = lines > 1 ? GAP_PARAGRAPH
					      : lines   ? GAP_LINE
							: GAP_BLANK;
		r->d->tokens[r->d->n_tokens - 1].space_after = true;
	}
	if (lines)
		r->single_open = false;
}

uint8_t *segment_tokens(struct doc *d)
{
	struct reader r = {
		.d = d, .base = d->text.p, .end = d->text.p + d->text.n, .at = d->text.p};
	const char *address;
	uint32_t cp;

	/* a token takes five to six bytes of news: growing step by step would cost the double */
	d->cap_tokens = r.cap_gaps = (uint32_t)(d->text.n / 5 + 16);
	d->tokens = ARENA_ARRAY(d->arena, struct token, d->cap_tokens);
	r.gaps = arena_alloc(d->arena, r.cap_gaps);
	for (;;) {
		read_blank(&r);
		if (r.at >= r.end)
			break;
		cp = peek(r.at, r.end);
		address = is_word_start(cp) ? address_end(r.at, r.end) : NULL;
		if (address)
			emit(&r, address, false);
		else if (is_word_start(cp))
			read_word(&r, r.end);
		else if (!is_apostrophe(cp) || !read_stray_clitic(&r, r.end))
			read_sign(&r, r.end);
	}
	return r.gaps;
}

bool segment_is_abbreviation(const struct token *t)
{
	return t->form.n > 1 && t->form.p[t->form.n - 1] == '.' && t->form.p[0] != '.';
}

int segment_run(struct doc *d, struct err *e)
{
	struct str model = d->model ? image_section(d->model, "sentences") : (struct str){0};
	uint8_t *gaps;

	(void)e;
	gaps = segment_tokens(d);
	segment_sentences(d, gaps, model);
	return 0;
}
