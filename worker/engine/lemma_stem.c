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
		"nven",   "rven",  "plet",   "mpet",  "stpon",  "condon", "clon",   "elcom",
		"ecom",   "plor",  "gnor",   "stor",  "dor",    "hop",    "cop",    "scop",
		"vot",    "mot",   "quot",   "not",   "nit",    "cit",    "vit",    "writ",
		"gnit",   "spit",  "promis", "rais",  "prais",  "advis",  "cris",   "vis",
		"ris",    "tim",   "wip",    "fil",   "pil",    "smil",   "epar",   "eclar",
		"ompar",  "scar",  "shar",   "car",   "squar",  "nam",    "blam",   "sham",
		"fram",   "plan",  "scal",   "fac",   "rac",    "lac",    "plac",   "bas",
		"ras",    "has",   "eas",    "los",   "pos",    "us",     "escap",  "shap",
		"rap",    "tap",   "explod", "erod",  "cod",    "revel",  "aton",   "tir",
		"quir",   "spir",  "hir",    "fir",   "wir",    "sir",    "mir",    "dir",
		"plain",  "xil",   "pris",   "eval",  "aval",   "igit",   "ethron", "mpos",
		"terfer", "radit", "cajol",  "parol", "concil", "phon",   "traven", "vercom",
		"scor",   NULL};

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
	static const char *const WITH[] = {"challeng", "reveng", "aveng",   "plung",
					   "chang",    "arrang", "exchang", "rang",
					   "infring",  "imping", "cring",   NULL};
	char last, before;
	size_t vowels = 0;

	if (s.n < 2)
		return false;
	for (size_t i = 0; i < s.n; i++)
		vowels += is_vowel(s.p[i]);
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
		       (before == 'n' && s.n > 4 && ends_in(s, WITH));
	if (last == 's')
		return before != 's';
	if (last == 'l' && !is_vowel(before))
		return before != 'l' && before != 'r' && before != 'w';
	if (last == 'h' || last == 'w' || last == 'x' || last == 'y' || is_vowel(last))
		return false;
	if (last == 'r' && before == 'c')
		return true;
	if (!is_vowel(before))
		return str_is(s, "wast") || str_is(s, "past") || str_is(s, "tast");
	/* "ston", "phon", "us": one syllable would have doubled its consonant */
	if (vowels == 1 || str_ends(s, STR("creat")))
		return true;
	/* two vowels: "avoid", "speak"; but "requir", "negotiat", "persuad" have a short one */
	if (s.n > 3 && is_vowel(s.p[s.n - 3]) && !(s.p[s.n - 3] == 'u' && s.p[s.n - 4] == 'q') &&
	    !((s.p[s.n - 3] == 'i' || s.p[s.n - 3] == 'u') && before == 'a'))
		return false;
	return open_syllable(s, before, last);
}

/* Short verbs have it, longer ones with the weight on -ol or -el do not. */
bool lemma_keeps_ll(struct str s)
{
	static const char *const LONG[] = {"recall", "install",   "fulfill",  "appall",
					   "befall", "bankroll",  "foretell", "enroll",
					   "unroll", "stonewall", "overkill", NULL};
	uint32_t syllables = 0;

	for (size_t i = 0; i < s.n; i++)
		syllables += is_vowel(s.p[i]) && (i == 0 || !is_vowel(s.p[i - 1]));
	return syllables == 1 || ends_in(s, LONG);
}

/* Past forms and participles that are no base form and no stem with -ed; sorted. */
static const struct irregular {
	const char *form, *verb;
} IRREGULAR[] = {
	{"arisen", "arise"},      {"arose", "arise"},       {"ate", "eat"},
	{"awoke", "awake"},       {"awoken", "awake"},      {"bade", "bid"},
	{"beaten", "beat"},       {"became", "become"},     {"befell", "befall"},
	{"began", "begin"},       {"begot", "beget"},       {"begotten", "beget"},
	{"begun", "begin"},       {"beheld", "behold"},     {"bent", "bend"},
	{"beset", "beset"},       {"bet", "bet"},           {"bidden", "bid"},
	{"bit", "bite"},          {"bitten", "bite"},       {"bled", "bleed"},
	{"blew", "blow"},         {"blown", "blow"},        {"bore", "bear"},
	{"borne", "bear"},        {"bought", "buy"},        {"bound", "bind"},
	{"bred", "breed"},        {"broke", "break"},       {"broken", "break"},
	{"brought", "bring"},     {"built", "build"},       {"burnt", "burn"},
	{"came", "come"},         {"cast", "cast"},         {"caught", "catch"},
	{"chose", "choose"},      {"chosen", "choose"},     {"clung", "cling"},
	{"crept", "creep"},       {"cut", "cut"},           {"dealt", "deal"},
	{"drank", "drink"},       {"drawn", "draw"},        {"dreamt", "dream"},
	{"drew", "draw"},         {"driven", "drive"},      {"drove", "drive"},
	{"drunk", "drink"},       {"dug", "dig"},           {"eaten", "eat"},
	{"fallen", "fall"},       {"fed", "feed"},          {"fell", "fall"},
	{"felt", "feel"},         {"fled", "flee"},         {"flew", "fly"},
	{"flown", "fly"},         {"flung", "fling"},       {"forbade", "forbid"},
	{"forbidden", "forbid"},  {"forgone", "forgo"},     {"forwent", "forgo"},
	{"fought", "fight"},      {"found", "find"},        {"froze", "freeze"},
	{"frozen", "freeze"},     {"gassed", "gas"},        {"gassing", "gas"},
	{"gave", "give"},         {"given", "give"},        {"gone", "go"},
	{"got", "get"},           {"gotten", "get"},        {"grew", "grow"},
	{"ground", "grind"},      {"grown", "grow"},        {"had", "have"},
	{"heard", "hear"},        {"held", "hold"},         {"hewn", "hew"},
	{"hid", "hide"},          {"hidden", "hide"},       {"hit", "hit"},
	{"hung", "hang"},         {"hurt", "hurt"},         {"kept", "keep"},
	{"knelt", "kneel"},       {"knew", "know"},         {"knit", "knit"},
	{"known", "know"},        {"laid", "lay"},          {"lain", "lie"},
	{"leapt", "leap"},        {"learnt", "learn"},      {"led", "lead"},
	{"left", "leave"},        {"lent", "lend"},         {"let", "let"},
	{"lit", "light"},         {"lost", "lose"},         {"made", "make"},
	{"meant", "mean"},        {"met", "meet"},          {"paid", "pay"},
	{"pled", "plead"},        {"proven", "prove"},      {"put", "put"},
	{"ran", "run"},           {"read", "read"},         {"rent", "rend"},
	{"rescinded", "rescind"}, {"ridden", "ride"},       {"risen", "rise"},
	{"rode", "ride"},         {"rose", "rise"},         {"said", "say"},
	{"sang", "sing"},         {"sank", "sink"},         {"sat", "sit"},
	{"saw", "see"},           {"seen", "see"},          {"sent", "send"},
	{"set", "set"},           {"sewn", "sew"},          {"shaken", "shake"},
	{"shed", "shed"},         {"shone", "shine"},       {"shook", "shake"},
	{"shot", "shoot"},        {"shown", "show"},        {"shrank", "shrink"},
	{"shrunk", "shrink"},     {"shut", "shut"},         {"slain", "slay"},
	{"slept", "sleep"},       {"slew", "slay"},         {"slid", "slide"},
	{"slung", "sling"},       {"smitten", "smite"},     {"sold", "sell"},
	{"sought", "seek"},       {"sown", "sow"},          {"spat", "spit"},
	{"sped", "speed"},        {"spelt", "spell"},       {"spent", "spend"},
	{"spilt", "spill"},       {"split", "split"},       {"spoke", "speak"},
	{"spoken", "speak"},      {"sprang", "spring"},     {"spread", "spread"},
	{"sprung", "spring"},     {"spun", "spin"},         {"stole", "steal"},
	{"stolen", "steal"},      {"stood", "stand"},       {"striven", "strive"},
	{"strode", "stride"},     {"strove", "strive"},     {"struck", "strike"},
	{"strung", "string"},     {"stuck", "stick"},       {"stung", "sting"},
	{"stunk", "stink"},       {"sung", "sing"},         {"sunk", "sink"},
	{"swam", "swim"},         {"swept", "sweep"},       {"swore", "swear"},
	{"sworn", "swear"},       {"swum", "swim"},         {"swung", "swing"},
	{"taken", "take"},        {"taught", "teach"},      {"thought", "think"},
	{"threw", "throw"},       {"thrown", "throw"},      {"thrust", "thrust"},
	{"told", "tell"},         {"took", "take"},         {"tore", "tear"},
	{"torn", "tear"},         {"trod", "tread"},        {"trodden", "tread"},
	{"undergone", "undergo"}, {"underwent", "undergo"}, {"undid", "undo"},
	{"undone", "undo"},       {"went", "go"},           {"wept", "weep"},
	{"won", "win"},           {"wore", "wear"},         {"worn", "wear"},
	{"wound", "wind"},        {"wove", "weave"},        {"woven", "weave"},
	{"written", "write"},     {"wrote", "write"},       {"wrung", "wring"},
};

static const struct irregular *irregular(struct str form)
{
	size_t low = 0, high = sizeof(IRREGULAR) / sizeof(IRREGULAR[0]);

	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = str_cmp(form, str_of(IRREGULAR[mid].form));

		if (c == 0)
			return &IRREGULAR[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

static struct str joined(struct arena *a, struct str x, const char *y)
{
	return arena_printf(a, "%.*s%s", STR_ARG(x), y);
}

/* "lent", "overran", "misled". */
static struct str irregular_verb(struct arena *a, struct str form)
{
	static const char *const PREFIXES[] = {"re",   "over", "under", "out",   "un", "mis",
					       "with", "fore", "up",    "inter", "for"};
	const struct irregular *v = irregular(form);

	if (v)
		return str_of(v->verb);
	for (size_t i = 0; i < sizeof(PREFIXES) / sizeof(PREFIXES[0]); i++) {
		struct str prefix = str_of(PREFIXES[i]);

		if (!str_starts(form, prefix) || form.n < prefix.n + 3)
			continue;
		v = irregular((struct str){form.p + prefix.n, form.n - prefix.n});
		if (v)
			return joined(a, prefix, v->verb);
	}
	return STR("");
}

/* "kidnapp", "regrett": the consonant is doubled by the ending; "boycott", "add" have both. */
static bool doubled(struct str s)
{
	char c = s.p[s.n - 1];

	return s.n > 3 && s.p[s.n - 2] == c && strchr("bdgmnprt", c) && !str_is(s, "boycott") &&
	       !str_is(s, "butt") && !str_is(s, "purr");
}

/* What is left when the ending is cut off, as it stands in a dictionary. */
static struct str of_stem(struct arena *a, struct str s)
{
	static const char *const HARD[] = {"traffick", "panick",  "mimick",
					   "frolick",  "picnick", NULL};

	if (str_ends(s, STR("ll")))
		return lemma_keeps_ll(s) ? s : (struct str){s.p, s.n - 1};
	if (doubled(s) || ends_in(s, HARD))
		return (struct str){s.p, s.n - 1};
	return lemma_lost_e(s) ? joined(a, s, "e") : s;
}

struct str lemma_verb(struct arena *a, struct str form)
{
	struct str v = irregular_verb(a, form);

	if (v.n || form.n < 4)
		return v;
	if ((form.n == 4 && str_ends(form, STR("ied"))) || str_ends(form, STR("eed")))
		return (struct str){form.p, form.n - 1};
	if (str_ends(form, STR("ied")))
		return joined(a, (struct str){form.p, form.n - 3}, "y");
	if (str_ends(form, STR("ed")))
		return of_stem(a, (struct str){form.p, form.n - 2});
	if (form.n > 4 && str_ends(form, STR("ing")))
		return of_stem(a, (struct str){form.p, form.n - 3});
	return v;
}
