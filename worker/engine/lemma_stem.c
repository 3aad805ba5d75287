#include "worker/engine/lemma_stem.h"

static bool is_vowel(char c)
{
	return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
}

static bool ends_in(struct str s, const char *const *list)
{
	for (; *list; list++)
		if (str_ends(s, str_of(*list)))
			return true;
	return false;
}

/* One vowel, then one consonant: "invad", "provid", "secur" have lost it, "visit", "enter" not. */
static bool open_syllable(struct str s, char v, char c)
{
	static const char *const LOST[] = {
		"nven", "rven",  "plet",  "mpet",   "stpon", "condon", "clon",  "elcom", "ecom",
		"plor", "gnor",  "stor",  "dor",    "hop",   "cop",    "scop",  "vot",   "mot",
		"quot", "not",   "nit",   "cit",    "vit",   "writ",   "gnit",  "spit",  "promis",
		"rais", "prais", "advis", "cris",   "vis",   "ris",    "tim",   "wip",   "fil",
		"pil",  "smil",  "epar",  "eclar",  "ompar", "scar",   "shar",  "car",   "squar",
		"nam",  "blam",  "sham",  "fram",   "plan",  "scal",   "fac",   "rac",   "lac",
		"plac", "bas",   "ras",   "has",    "eas",   "los",    "pos",   "us",    "escap",
		"shap", "rap",   "tap",   "explod", "erod",  "cod",    "revel", "aton",  "tir",
		"quir", "spir",  "hir",   "fir",    "wir",   "sir",    "mir",   "dir",   "plain",
		"xil",  "pris",  "eval",  "aval",   "igit",  "ethron", "mpos",  NULL};

	if (ends_in(s, LOST))
		return true;
	if (c == 'z' || c == 'v' || c == 'k' || c == 'b' || c == 'g')
		return true;
	if (c == 't' && v == 'a')
		return true;
	if ((c == 't' || c == 'r' || c == 'm' || c == 'n' || c == 'd' || c == 'l' || c == 's') &&
	    v == 'u')
		return true;
	if (c == 'd')
		return v != 'o';
	if (c == 'n' && v == 'i')
		return true;
	if (c == 's' && v != 'u')
		return true;
	return false;
}

bool lemma_lost_e(struct str s)
{
	/* whole stems that the rules would get wrong, with their e or without */
	static const char *const WITHOUT[] = {
		"focus",  "bias",    "canvas",  "visit",   "limit",   "edit",     "combat",
		"format", "seek",    "speak",   "flag",    "begin",   "gas",      "develop",
		"belong", "bring",   "sing",    "hang",    "debut",   "pilot",    "pivot",
		"target", "chat",    "bus",     "caucus",  "avoid",   "aid",      "credit",
		"audit",  "profit",  "inherit", "benefit", "exhibit", "prohibit", "inhibit",
		"merit",  "solicit", "elicit",  "forfeit", "deposit", "posit",    "spirit",
		"orbit",  "recruit", "suit",    "await",   "wait",    "float",    "treat",
		"threat", "defeat",  "cheat",   "beat",    "heat",    "repeat",   "retreat",
		"seat",   "eat",     "coat",    "bloat",   "label",   "travel",   "model",
		"embed",  "shed",    "open",    "veto",    "wed",     "sped",     NULL};
	static const char *const WITH[] = {"challeng", "reveng",  "aveng", "plung", "chang",
					   "arrang",   "exchang", "rang",  "ing",   NULL};
	char last, before;

	if (s.n < 2)
		return false;
	last = s.p[s.n - 1];
	before = s.p[s.n - 2];
	for (const char *const *w = WITHOUT; *w; w++)
		if (str_is(s, *w) || (strlen(*w) > 5 && str_ends(s, str_of(*w))))
			return false;
	/* "releas", "seiz", "rais": two vowels before s or z keep the rule of the consonant */
	if (last == 'v' || last == 'c' || last == 'u')
		return true;
	if (last == 'z')
		return before != 'z' && before != 't';
	if (last == 'g')
		return before == 'd' || before == 'r' || is_vowel(before) ||
		       (before == 'n' && s.n > 4 && ends_in(s, WITH) && !str_ends(s, STR("ring")));
	if (last == 's')
		return before != 's';
	if (last == 'l' && !is_vowel(before))
		return before != 'l' && before != 'r' && before != 'w';
	if (last == 'h' || last == 'w' || last == 'x' || last == 'y' || is_vowel(last))
		return false;
	if (!is_vowel(before))
		return false;
	/* two vowels: "avoid", "speak"; but "requir", "negotiat", "persuad" have a short one */
	if (s.n > 3 && is_vowel(s.p[s.n - 3]) && !(s.p[s.n - 3] == 'u' && s.p[s.n - 4] == 'q') &&
	    !((s.p[s.n - 3] == 'i' || s.p[s.n - 3] == 'u') && before == 'a'))
		return false;
	return open_syllable(s, before, last);
}

/* Short verbs have it, longer ones with the weight on -ol or -el do not. */
bool lemma_keeps_ll(struct str s)
{
	static const char *const LONG[] = {"recall", "install", "fulfill",   "appall",   "befall",
					   "enroll", "unroll",  "stonewall", "overkill", NULL};
	uint32_t syllables = 0;

	for (size_t i = 0; i < s.n; i++)
		syllables += is_vowel(s.p[i]) && (i == 0 || !is_vowel(s.p[i - 1]));
	return syllables == 1 || ends_in(s, LONG);
}
