/* Random and hostile texts through the engine; every document must come out whole, in a time that
 * its length allows, and the process must not grow. Most are short; one in SELDOM has some hundred
 * thousand bytes. Text number i of a seed is always the same. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "worker/engine/engine.h"
#include "worker/engine/segment.h"
#include "worker/engine/text.h"
#include "worker/training/bench.h"
#include "worker/training/random.h"
#include "worker/training/train.h"

enum { SHORT = 160, LONG = 2000, HUGE_TEXT = 400000, SELDOM = 25000 };

/* Processor time that a text may take: some for any, and for each byte. A token of news costs 25 us
 * and has five bytes; one bracket is a token too. What grows with the square of a huge text's
 * length is far above. Meant for a release build; ASan gets MARGIN times as much. */
static const double START_S = 0.05, BYTE_S = 100e-6;
#if defined(__SANITIZE_ADDRESS__)
enum { MARGIN = 20 };
#else
enum { MARGIN = 1 };
#endif

static const char *const pieces[] = {
	"The minister",
	" said ",
	"\"",
	"“",
	"”",
	"'",
	"’s ",
	"n't ",
	". ",
	".",
	"...",
	"?!",
	"!",
	",",
	"(",
	")",
	"[",
	"]",
	" — ",
	"--",
	"-",
	"\n",
	"\n\n",
	"\r\n",
	"\t",
	" ",
	"\u200b",
	"\u202e",
	"שלום",
	"مرحبا",
	"北京",
	"Ж",
	"é",
	"😀",
	"👨‍👩‍👧",
	"\xff",
	"\xe2\x80",
	"\xed\xa0\x80",
	"\xf0",
	"1",
	"2020",
	"1,000",
	"$",
	"%",
	"U.S.",
	"Mr. ",
	"e.g.",
	"http://",
	"a@b.c",
	"www.",
	"@",
	"#",
	"/",
	"\\",
	"&",
	"*",
	"_",
	"=",
	"~",
	"`",
	"<",
	">",
	"{",
	"}",
	"|",
	";",
	":",
	"a",
	"I",
	"don",
	"cannot",
	"gonna",
	"Xi Jinping",
	"NATO",
	"of",
	"and",
	"which",
	"who",
	"that",
};

/* Plain sentences: one of each row after the other. Alone in a text they are the first of
 * everything. */
enum { ROW_WORDS = 16 };
static const char *const rows[][ROW_WORDS] = {
	{"", "", "The ", "A ", "Some ", "Many ", "Others ", "Several ", "Most ", "They ", "It ",
	 "Two ", "Nobody ", "Her ", "China's ", "On Monday "},
	{"", "", "", "", "", "", "former ", "Chinese ", "two ", "prime ", "leading ", "U.S. ",
	 "late ", "armed ", "European ", "then-"},
	{"", "", "", "president ", "ministers ", "troops ", "Wang Yi ", "Reuters ", "latter ",
	 "party ", "countries ", "talks ", "invasion ", "we ", "NATO ", "week "},
	{"said ", "left ", "will invade ", "did not meet ", "was accused of ", "urged ", "is ",
	 "have been killed ", "threatened to leave ", "agreed with ", "against ", "supports ",
	 "who ", "denied that ", "between ", "welcomed "},
	{"", "", "early", "France", "it", "each other", "them to stop", "\"no\"",
	 "that nobody came", "him", "on 3 March", "last week", "in Paris", "the deal",
	 "sanctions on Iran", "Rome and Oslo"},
	{".", ".", ". ", ". ", "", "?", "!", ", ", " and ", "\n\n", ": ", " after ", " because ",
	 "; ", ", who ", " that "},
};

/* What is said over and over: any bytes, controls, brackets that open and never close, one piece,
 * all pieces, pieces with blanks; or some plain sentences. */
enum kind { BYTES, CONTROLS, BRACKETS, LETTERS, ONE_PIECE, PIECES, SPACED, N_KINDS, PLAIN };

static void make_piece(struct buf *b, enum kind kind, const char *one, uint64_t *seed)
{
	static const char open[] = "([{\"'<";
	uint64_t r = random_next(seed);
	char byte = (char)(r >> 8);

	if (kind == CONTROLS)
		byte = (char)(r >> 8 & 31);
	else if (kind == BRACKETS)
		byte = r >> 40 & 7 ? *one == ' ' ? '(' : open[(r >> 8) % 6] : 'a';
	else if (kind == LETTERS)
		byte = (char)('a' + (r >> 8) % 26);
	if (kind < ONE_PIECE)
		buf_add(b, &byte, 1);
	else if (kind == ONE_PIECE)
		buf_add_str(b, str_of(one));
	else
		buf_add_str(b, str_of(pieces[(r >> 32) % (sizeof(pieces) / sizeof(*pieces))]));
	if (kind == SPACED)
		buf_add(b, " ", 1);
}

static void make_plain(struct buf *b, uint64_t *seed)
{
	for (uint32_t n = 1 + random_below(seed, 4); n > 0; n--)
		for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
			buf_add_str(b, str_of(rows[i][random_below(seed, ROW_WORDS)]));
}

static void make_text(struct buf *b, uint64_t number, uint64_t *seed)
{
	enum kind kind = (enum kind)random_below(seed, N_KINDS + 6);
	uint32_t n = random_below(seed, random_below(seed, 16) ? SHORT : LONG);
	const char *one = pieces[random_below(seed, sizeof(pieces) / sizeof(*pieces))];

	b->n = 0;
	if (number % SELDOM == SELDOM - 1) {
		n = HUGE_TEXT / 2 + random_below(seed, HUGE_TEXT / 2);
	} else if (kind >= PLAIN) {
		make_plain(b, seed);
		return;
	}
	if (kind >= N_KINDS)
		kind = SPACED;
	while (b->n < n)
		make_piece(b, kind, one, seed);
}

/* Whether bytes are whole characters: decoding them again finds nothing to replace. */
static bool is_text(struct str s)
{
	struct arena a = {0};
	struct doc d = {.arena = &a};

	text_decode(&d, s);
	arena_free(&a);
	return d.n_bad == 0;
}

/* What must hold of every analysed document. */
static bool is_whole(const struct doc *d)
{
	uint32_t end = 0, tokens = 0;

	for (uint32_t i = 0; i < d->n_tokens; i++) {
		const struct token *t = &d->tokens[i];

		if (t->span.start < end || t->span.end <= t->span.start ||
		    t->span.end > d->n_chars || t->n_bytes == 0 || !t->form.n || !t->lemma.n ||
		    !is_text(t->lemma))
			return false;
		end = t->span.end;
	}
	for (uint32_t s = 0; s < d->n_sentences; s++) {
		const struct sentence *sent = &d->sentences[s];
		uint32_t roots = 0;

		if (sent->tok != tokens || sent->n_tok == 0 || sent->n_tok > SENTENCE_MAX)
			return false;
		tokens += sent->n_tok;
		for (uint32_t i = sent->tok; i < tokens; i++) {
			int32_t up = (int32_t)i;
			uint32_t steps = 0;

			roots += d->tokens[i].head < 0;
			while (d->tokens[up].head >= 0 && steps++ < sent->n_tok)
				up = d->tokens[up].head;
			if (up != sent->root)
				return false;
		}
		if (roots != 1)
			return false;
	}
	return tokens == d->n_tokens;
}

static double cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static long resident_kib(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long all = 0, resident = 0;

	if (f && fscanf(f, "%ld %ld", &all, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	return resident * 4;
}

struct fuzz {
	struct engine *en;
	bool coded;
	struct buf text, record;
	uint64_t tokens, bytes;
	double slowest; /* share of its time that a text took */
};

/* Language and discourse are looked at token by token, events and stances by packing the record
 * and reading it again, which checks every reference. */
static bool run_one(struct fuzz *f, struct err *e)
{
	/* every other text as if somebody asked for unsure stances */
	struct engine_input in = {.text = buf_str(&f->text),
				  .stance_least = f->text.n % 2 ? 0.01 : 0};
	double start = cpu_seconds(), share;
	struct arena a = {0};
	struct result again;
	bool whole;

	if (f->coded) {
		f->record.n = 0;
		result_pack(engine_analyze(f->en, &in), &f->record);
		share = cpu_seconds() - start;
		whole = result_unpack(buf_str(&f->record), &a, &again, e) == 0;
		f->tokens += again.stats.tokens;
		arena_free(&a);
	} else {
		const struct doc *d = engine_parse(f->en, &in);

		share = cpu_seconds() - start;
		whole = is_whole(d);
		f->tokens += d->n_tokens;
		err_set(e, ERR_INVALID, "the document is broken");
	}
	f->bytes += f->text.n;
	share /= MARGIN * (START_S + BYTE_S * (double)f->text.n);
	f->slowest = share > f->slowest ? share : f->slowest;
	if (!whole)
		return false;
	err_set(e, ERR_TIMEOUT, "%.1f times the time that %zu bytes may take", share, f->text.n);
	return share <= 1;
}

int fuzz_language(int argc, char **argv)
{
	struct fuzz f = {0};
	struct bench b;
	struct err e;
	uint64_t n, from, i;
	long early = 0, late;
	bool good = true;

	if (argc != 5) {
		fprintf(stderr, "usage: fuzz MODEL CODEBOOK|- FROM COUNT\n");
		return 2;
	}
	f.coded = strcmp(argv[2], "-") != 0;
	from = strtoull(argv[3], NULL, 10);
	n = strtoull(argv[4], NULL, 10);
	if (bench_open(&b, argv[1], f.coded ? argv[2] : NULL, &e) < 0) {
		fprintf(stderr, "fuzz: %s\n", e.text);
		return 1;
	}
	f.en = b.engine;
	for (i = 0; i < n && good; i++) {
		uint64_t seed = 1000003 + from + i;

		make_text(&f.text, from + i, &seed);
		good = run_one(&f, &e);
		if (i == n / 2)
			early = resident_kib();
	}
	late = resident_kib();
	printf("%llu texts from %llu, %llu bytes, %llu tokens, %.0f s; the slowest took %.2f of "
	       "its "
	       "time; grown by %ld KiB in the second half\n",
	       (unsigned long long)i, (unsigned long long)from, (unsigned long long)f.bytes,
	       (unsigned long long)f.tokens, cpu_seconds(), f.slowest, late - early);
	if (!good)
		fprintf(stderr, "text %llu: %s\n", (unsigned long long)(from + i - 1), e.text);
	bench_close(&b);
	buf_free(&f.text);
	buf_free(&f.record);
	return !good;
}
