#include "worker/engine/lang.h"

#include "worker/engine/text.h"

enum { LANG_READ = 64 * 1024, LANG_WORD_MAX = 24, HITS_MIN = 4, WORDS_MIN = 6 };

/* Words that are frequent in their language and rare in the others; in lower case. */
/* clang-format off */
static const struct {
	const char *lang;
	const char *words;
} FUNCTION_WORDS[] = {
	{"en", " a i the of and to in that is was for it with as on by be are this from which has have not "},
	{"fr", " le la les des et est une dans qui que du au aux pour par sur avec ce cette sont pas d l qu ont été ses "},
	{"de", " der die das und ist nicht ein eine mit den dem des von zu auf für sich auch wird sind hat nach bei im wurde über dass "},
	{"es", " el la los las y que en una un del por con para se su es al como más pero sus fue ha de "},
	{"it", " il la che di e è un una per del della con non sono nel alla gli le dei più ha si dell delle "},
	{"pt", " os as e que do da dos das em um uma para com não por é no na ao pelo pela foi o de "},
	{"nl", " de het een en van dat is niet met voor zijn op aan die er ook te naar bij wordt heeft werd "},
	{"sv", " och att det som en på är av för med den till inte om har ett var från efter "},
	{"da", " og at det som en på er af for med den til ikke har et var fra blev efter "},
	{"pl", " w na że się nie jest to od po przez dla jak oraz przy który ale z o ich "},
	{"cs", " se že je pro jako by ale který podle jsou nebo byl na v z ve po "},
	{"tr", " ve bir bu için ile da de olarak çok daha olan gibi kadar sonra ancak etti dedi "},
	{"id", " yang dan di dengan untuk dari pada ini dalam tidak akan itu oleh ke telah "},
	{"vi", " và của là có cho trong được không với các một đã người này những ở "},
	{"hu", " az és hogy nem is egy ez meg de volt csak mint már után "},
	{"ro", " și de la în pe cu că este nu din care pentru o un mai sunt "},
	{"fi", " ja on ei se että oli kun mutta ovat myös hän joka tai kuin mukaan "},
	{"sw", " ya wa na kwa ni za katika hilo cha vya hiyo "},
	{"tl", " ng ang sa mga na ay ni kay nang sina "},
};
/* clang-format on */

/* English words that no other language here has: one of them, and a short text is English. */
static const char ENGLISH_ALONE[] = " the and of that with this from which not are it be were said "
				    "says they you he would will have ";

enum { N_LANGS = sizeof(FUNCTION_WORDS) / sizeof(FUNCTION_WORDS[0]) };

/* Scripts that name their language, or its most usual one. */
static const struct {
	uint32_t first, last;
	const char *lang;
} SCRIPTS[] = {
	{0x0370, 0x03FF, "el"}, {0x0400, 0x052F, "ru"}, {0x0590, 0x05FF, "he"},
	{0x0600, 0x06FF, "ar"}, {0x0900, 0x097F, "hi"}, {0x0980, 0x09FF, "bn"},
	{0x0E00, 0x0E7F, "th"}, {0x10A0, 0x10FF, "ka"}, {0x1200, 0x137F, "am"},
	{0x3040, 0x30FF, "ja"}, {0x4E00, 0x9FFF, "zh"}, {0xAC00, 0xD7AF, "ko"},
};

enum { N_SCRIPTS = sizeof(SCRIPTS) / sizeof(SCRIPTS[0]) };

struct census {
	uint32_t letters, script[N_SCRIPTS];
	uint32_t words, hits[N_LANGS], english_alone;
	uint64_t kinds[N_LANGS]; /* which words were met, a bit each */
};

/* The list has each word between blanks. Gives the word's place in it, 0 where it is not there. */
static size_t listed(const char *words, const char *word, size_t n)
{
	for (const char *p = strstr(words, word); p; p = strstr(p + 1, word))
		if (p[-1] == ' ' && p[n] == ' ')
			return (size_t)(p - words);
	return 0;
}

static void count_word(struct census *c, char *word, size_t n)
{
	if (!n)
		return;
	word[n] = '\0';
	c->words++;
	for (int i = 0; i < N_LANGS; i++) {
		size_t place = listed(FUNCTION_WORDS[i].words, word, n);

		c->hits[i] += place > 0;
		if (place)
			c->kinds[i] |= (uint64_t)1 << place / 2 % 64; /* no two begin so near */
	}
	c->english_alone += listed(ENGLISH_ALONE, word, n) > 0;
}

static void count_letter(struct census *c, uint32_t cp)
{
	c->letters++;
	for (int i = 0; i < N_SCRIPTS; i++)
		c->script[i] += cp >= SCRIPTS[i].first && cp <= SCRIPTS[i].last;
}

static void take_census(struct census *c, struct str text)
{
	const char *p = text.p, *end = p + (text.n < LANG_READ ? text.n : LANG_READ);
	char word[LANG_WORD_MAX + 8];
	size_t n = 0;

	while (p < end) {
		uint32_t cp;
		unsigned len = text_next(p, text.p + text.n, &cp);

		p += len;
		if (text_is_letter(cp)) {
			count_letter(c, cp);
			if (n <= LANG_WORD_MAX)
				n += text_put(word + n, text_to_lower(cp));
			continue;
		}
		count_word(c, word, n <= LANG_WORD_MAX ? n : 0);
		n = 0;
	}
	count_word(c, word, n <= LANG_WORD_MAX ? n : 0);
}

static int largest(const uint32_t *list, int n)
{
	int best = 0;

	for (int i = 1; i < n; i++)
		if (list[i] > list[best])
			best = i;
	return best;
}

/* Another language must be clearly ahead: twice English's words, one word in eight. Where a text is
 * too short for that, no word may be English alone, and different ones must be its own ("da" alone
 * is also part of names). */
static bool is_ahead(const struct census *c, int lang)
{
	uint32_t own = c->hits[lang], kinds;

	if (own >= HITS_MIN && own > 2 * c->hits[0] && own * 8 > c->words)
		return true;
	kinds = (uint32_t)__builtin_popcountll(c->kinds[lang]);
	return !c->english_alone && c->words >= WORDS_MIN && own > c->hits[0] &&
	       ((kinds >= 3 && own * 8 > c->words) || (kinds == 2 && own * 4 > c->words));
}

struct str lang_detect(struct str text)
{
	struct census c = {0};
	int best;

	take_census(&c, text);
	if (!c.letters)
		return STR("und");
	best = largest(c.script, N_SCRIPTS);
	if (c.script[best] * 2 > c.letters)
		return str_of(SCRIPTS[best].lang);
	best = largest(c.hits, N_LANGS);
	if (is_ahead(&c, best))
		return str_of(FUNCTION_WORDS[best].lang);
	return STR("en");
}

bool lang_supported(struct str tag)
{
	return str_is(tag, "en") || str_starts(tag, STR("en-")) || str_starts(tag, STR("en_"));
}
