#include "worker/engine/attrib_cues.h"

/* Lemmas, sorted bytewise: cue_find searches by halves. */
struct cue {
	const char *lemma;
	uint8_t kind; /* enum attribution_kind */
};

static const struct cue VERBS[] = {
	/* clang-format off */
	{"accept", ATTRIB_THOUGHT}, {"accuse", ATTRIB_SPEECH}, {"acknowledge", ATTRIB_SPEECH},
	{"add", ATTRIB_SPEECH}, {"address", ATTRIB_SPEECH}, {"admire", ATTRIB_THOUGHT},
	{"admit", ATTRIB_SPEECH}, {"advise", ATTRIB_SPEECH}, {"affirm", ATTRIB_SPEECH},
	{"agree", ATTRIB_SPEECH}, {"aim", ATTRIB_WILL}, {"air", ATTRIB_SPEECH},
	{"allege", ATTRIB_SPEECH}, {"announce", ATTRIB_SPEECH}, {"answer", ATTRIB_SPEECH},
	{"anticipate", ATTRIB_THOUGHT}, {"appeal", ATTRIB_SPEECH}, {"applaud", ATTRIB_SPEECH},
	{"appreciate", ATTRIB_THOUGHT}, {"argue", ATTRIB_SPEECH}, {"ask", ATTRIB_SPEECH},
	{"aspire", ATTRIB_WILL}, {"assert", ATTRIB_SPEECH}, {"assess", ATTRIB_THOUGHT},
	{"assume", ATTRIB_THOUGHT}, {"assure", ATTRIB_SPEECH}, {"attempt", ATTRIB_WILL},
	{"attest", ATTRIB_SPEECH}, {"beg", ATTRIB_SPEECH}, {"begin", ATTRIB_SPEECH},
	{"believe", ATTRIB_THOUGHT}, {"berate", ATTRIB_SPEECH}, {"bet", ATTRIB_THOUGHT},
	{"blame", ATTRIB_SPEECH}, {"blast", ATTRIB_SPEECH}, {"blog", ATTRIB_SPEECH},
	{"boast", ATTRIB_SPEECH}, {"brag", ATTRIB_SPEECH}, {"brand", ATTRIB_SPEECH},
	{"brief", ATTRIB_SPEECH}, {"broadcast", ATTRIB_SPEECH}, {"cable", ATTRIB_SPEECH},
	{"calculate", ATTRIB_SPEECH}, {"call", ATTRIB_SPEECH}, {"caption", ATTRIB_SPEECH},
	{"care", ATTRIB_THOUGHT}, {"caution", ATTRIB_SPEECH}, {"certify", ATTRIB_SPEECH},
	{"chant", ATTRIB_SPEECH}, {"characterize", ATTRIB_SPEECH}, {"cherish", ATTRIB_THOUGHT},
	{"chide", ATTRIB_SPEECH}, {"chime", ATTRIB_SPEECH}, {"choose", ATTRIB_WILL},
	{"cite", ATTRIB_SPEECH}, {"claim", ATTRIB_SPEECH}, {"clarify", ATTRIB_SPEECH},
	{"command", ATTRIB_SPEECH}, {"commend", ATTRIB_SPEECH}, {"comment", ATTRIB_SPEECH},
	{"complain", ATTRIB_SPEECH}, {"concede", ATTRIB_SPEECH}, {"conceive", ATTRIB_THOUGHT},
	{"concern", ATTRIB_THOUGHT}, {"conclude", ATTRIB_SPEECH}, {"condemn", ATTRIB_SPEECH},
	{"confess", ATTRIB_SPEECH}, {"confide", ATTRIB_SPEECH}, {"confirm", ATTRIB_SPEECH},
	{"congratulate", ATTRIB_SPEECH}, {"consider", ATTRIB_THOUGHT},
	{"contemplate", ATTRIB_THOUGHT}, {"contend", ATTRIB_SPEECH}, {"contest", ATTRIB_SPEECH},
	{"continue", ATTRIB_SPEECH}, {"convince", ATTRIB_SPEECH}, {"counsel", ATTRIB_SPEECH},
	{"counter", ATTRIB_SPEECH}, {"criticize", ATTRIB_SPEECH},
	{"cry", ATTRIB_SPEECH}, {"debate", ATTRIB_SPEECH}, {"decide", ATTRIB_SPEECH},
	{"declare", ATTRIB_SPEECH}, {"decline", ATTRIB_WILL}, {"decry", ATTRIB_SPEECH},
	{"deem", ATTRIB_THOUGHT}, {"demand", ATTRIB_SPEECH}, {"denounce", ATTRIB_SPEECH},
	{"deny", ATTRIB_SPEECH}, {"deplore", ATTRIB_SPEECH}, {"describe", ATTRIB_SPEECH},
	{"desire", ATTRIB_WILL}, {"despise", ATTRIB_THOUGHT}, {"detail", ATTRIB_SPEECH},
	{"determine", ATTRIB_SPEECH}, {"detest", ATTRIB_THOUGHT}, {"disagree", ATTRIB_SPEECH},
	{"disclose", ATTRIB_SPEECH}, {"discover", ATTRIB_THOUGHT}, {"discuss", ATTRIB_SPEECH},
	{"dislike", ATTRIB_THOUGHT}, {"dismiss", ATTRIB_THOUGHT}, {"dispute", ATTRIB_SPEECH},
	{"document", ATTRIB_SPEECH}, {"doubt", ATTRIB_THOUGHT}, {"dream", ATTRIB_THOUGHT},
	{"dub", ATTRIB_SPEECH}, {"ejaculate", ATTRIB_SPEECH}, {"elaborate", ATTRIB_SPEECH},
	{"email", ATTRIB_SPEECH}, {"emphasize", ATTRIB_SPEECH},
	{"enquire", ATTRIB_SPEECH}, {"envisage", ATTRIB_THOUGHT}, {"envision", ATTRIB_THOUGHT},
	{"estimate", ATTRIB_SPEECH}, {"exclaim", ATTRIB_SPEECH}, {"expect", ATTRIB_THOUGHT},
	{"explain", ATTRIB_SPEECH}, {"express", ATTRIB_SPEECH}, {"falter", ATTRIB_SPEECH},
	{"favor", ATTRIB_THOUGHT}, {"fear", ATTRIB_THOUGHT},
	{"feel", ATTRIB_THOUGHT}, {"figure", ATTRIB_THOUGHT}, {"find", ATTRIB_SPEECH},
	{"finish", ATTRIB_SPEECH}, {"forecast", ATTRIB_SPEECH}, {"foresee", ATTRIB_THOUGHT},
	{"forget", ATTRIB_THOUGHT}, {"fume", ATTRIB_SPEECH}, {"gasp", ATTRIB_SPEECH},
	{"gather", ATTRIB_THOUGHT}, {"go", ATTRIB_SPEECH}, {"groan", ATTRIB_SPEECH},
	{"growl", ATTRIB_SPEECH}, {"grunt", ATTRIB_SPEECH}, {"guarantee", ATTRIB_SPEECH},
	{"guess", ATTRIB_THOUGHT}, {"gush", ATTRIB_SPEECH}, {"hail", ATTRIB_SPEECH},
	{"hate", ATTRIB_THOUGHT}, {"hear", ATTRIB_THOUGHT}, {"hint", ATTRIB_SPEECH},
	{"hold", ATTRIB_SPEECH}, {"hope", ATTRIB_THOUGHT}, {"hypothesize", ATTRIB_THOUGHT},
	{"imagine", ATTRIB_THOUGHT}, {"implore", ATTRIB_SPEECH}, {"imply", ATTRIB_SPEECH},
	{"indicate", ATTRIB_SPEECH}, {"infer", ATTRIB_THOUGHT}, {"inform", ATTRIB_SPEECH},
	{"inquire", ATTRIB_SPEECH}, {"insist", ATTRIB_SPEECH}, {"instruct", ATTRIB_SPEECH},
	{"intend", ATTRIB_WILL}, {"interject", ATTRIB_SPEECH}, {"interpose", ATTRIB_SPEECH},
	{"interrupt", ATTRIB_SPEECH}, {"intone", ATTRIB_SPEECH}, {"joke", ATTRIB_SPEECH},
	{"judge", ATTRIB_THOUGHT}, {"know", ATTRIB_THOUGHT}, {"label", ATTRIB_SPEECH},
	{"lament", ATTRIB_SPEECH}, {"laud", ATTRIB_SPEECH}, {"laugh", ATTRIB_SPEECH},
	{"lay", ATTRIB_SPEECH}, {"learn", ATTRIB_THOUGHT}, {"lecture", ATTRIB_SPEECH},
	{"like", ATTRIB_THOUGHT}, {"loathe", ATTRIB_THOUGHT}, {"long", ATTRIB_WILL},
	{"love", ATTRIB_THOUGHT}, {"maintain", ATTRIB_SPEECH}, {"mean", ATTRIB_THOUGHT},
	{"mention", ATTRIB_SPEECH}, {"mind", ATTRIB_THOUGHT}, {"mistrust", ATTRIB_THOUGHT},
	{"mock", ATTRIB_SPEECH}, {"mull", ATTRIB_WILL}, {"murmur", ATTRIB_SPEECH},
	{"muse", ATTRIB_SPEECH}, {"mutter", ATTRIB_SPEECH}, {"narrate", ATTRIB_SPEECH},
	{"nod", ATTRIB_SPEECH}, {"note", ATTRIB_SPEECH}, {"notice", ATTRIB_THOUGHT},
	{"notify", ATTRIB_SPEECH}, {"object", ATTRIB_SPEECH}, {"observe", ATTRIB_SPEECH},
	{"opine", ATTRIB_SPEECH}, {"oppose", ATTRIB_THOUGHT}, {"opt", ATTRIB_WILL},
	{"order", ATTRIB_SPEECH}, {"outline", ATTRIB_SPEECH}, {"perceive", ATTRIB_THOUGHT},
	{"persuade", ATTRIB_SPEECH}, {"phone", ATTRIB_SPEECH}, {"phrase", ATTRIB_SPEECH},
	{"plan", ATTRIB_WILL}, {"plead", ATTRIB_SPEECH}, {"pledge", ATTRIB_SPEECH},
	{"ponder", ATTRIB_THOUGHT}, {"posit", ATTRIB_SPEECH}, {"post", ATTRIB_SPEECH},
	{"praise", ATTRIB_SPEECH}, {"preach", ATTRIB_SPEECH}, {"predict", ATTRIB_SPEECH},
	{"preface", ATTRIB_SPEECH}, {"prefer", ATTRIB_WILL}, {"prepare", ATTRIB_WILL},
	{"presume", ATTRIB_THOUGHT}, {"prize", ATTRIB_THOUGHT}, {"proclaim", ATTRIB_SPEECH},
	{"proffer", ATTRIB_SPEECH}, {"project", ATTRIB_SPEECH}, {"promise", ATTRIB_SPEECH},
	{"pronounce", ATTRIB_SPEECH}, {"prophesy", ATTRIB_SPEECH}, {"propose", ATTRIB_SPEECH},
	{"protest", ATTRIB_SPEECH}, {"publish", ATTRIB_SPEECH}, {"query", ATTRIB_SPEECH},
	{"quip", ATTRIB_SPEECH}, {"quote", ATTRIB_SPEECH}, {"rail", ATTRIB_SPEECH},
	{"read", ATTRIB_SPEECH}, {"reaffirm", ATTRIB_SPEECH},
	{"realize", ATTRIB_THOUGHT}, {"rebuke", ATTRIB_SPEECH}, {"rebut", ATTRIB_SPEECH},
	{"recall", ATTRIB_SPEECH}, {"reckon", ATTRIB_THOUGHT},
	{"recognize", ATTRIB_THOUGHT}, {"recommend", ATTRIB_SPEECH}, {"recount", ATTRIB_SPEECH},
	{"reflect", ATTRIB_THOUGHT}, {"refuse", ATTRIB_WILL}, {"refute", ATTRIB_SPEECH},
	{"regard", ATTRIB_THOUGHT}, {"regret", ATTRIB_THOUGHT}, {"reiterate", ATTRIB_SPEECH},
	{"reject", ATTRIB_THOUGHT}, {"rejoin", ATTRIB_SPEECH}, {"relate", ATTRIB_SPEECH},
	{"remark", ATTRIB_SPEECH}, {"remember", ATTRIB_THOUGHT}, {"remind", ATTRIB_SPEECH},
	{"repeat", ATTRIB_SPEECH}, {"reply", ATTRIB_SPEECH}, {"report", ATTRIB_SPEECH},
	{"request", ATTRIB_SPEECH}, {"resent", ATTRIB_THOUGHT}, {"resolve", ATTRIB_WILL},
	{"respect", ATTRIB_THOUGHT}, {"respond", ATTRIB_SPEECH}, {"resume", ATTRIB_SPEECH},
	{"retort", ATTRIB_SPEECH}, {"return", ATTRIB_SPEECH}, {"retweet", ATTRIB_SPEECH},
	{"reveal", ATTRIB_SPEECH}, {"rule", ATTRIB_SPEECH}, {"say", ATTRIB_SPEECH},
	{"scoff", ATTRIB_SPEECH}, {"scold", ATTRIB_SPEECH}, {"scream", ATTRIB_SPEECH},
	{"see", ATTRIB_THOUGHT}, {"seek", ATTRIB_WILL}, {"shout", ATTRIB_SPEECH},
	{"show", ATTRIB_SPEECH}, {"sigh", ATTRIB_SPEECH}, {"signal", ATTRIB_SPEECH},
	{"sing", ATTRIB_SPEECH}, {"slam", ATTRIB_SPEECH}, {"smile", ATTRIB_SPEECH},
	{"snap", ATTRIB_SPEECH}, {"speak", ATTRIB_SPEECH}, {"specify", ATTRIB_SPEECH},
	{"speculate", ATTRIB_THOUGHT}, {"spell", ATTRIB_SPEECH}, {"stammer", ATTRIB_SPEECH},
	{"state", ATTRIB_SPEECH}, {"stipulate", ATTRIB_SPEECH}, {"stress", ATTRIB_SPEECH},
	{"strive", ATTRIB_WILL}, {"suggest", ATTRIB_SPEECH},
	{"summarize", ATTRIB_SPEECH}, {"support", ATTRIB_THOUGHT}, {"suppose", ATTRIB_THOUGHT},
	{"surmise", ATTRIB_THOUGHT}, {"suspect", ATTRIB_THOUGHT}, {"swear", ATTRIB_SPEECH},
	{"talk", ATTRIB_SPEECH}, {"telegraph", ATTRIB_SPEECH}, {"tell", ATTRIB_SPEECH},
	{"term", ATTRIB_SPEECH}, {"testify", ATTRIB_SPEECH}, {"text", ATTRIB_SPEECH},
	{"thank", ATTRIB_SPEECH}, {"theorize", ATTRIB_THOUGHT}, {"think", ATTRIB_THOUGHT},
	{"threaten", ATTRIB_SPEECH}, {"thunder", ATTRIB_SPEECH}, {"treasure", ATTRIB_THOUGHT},
	{"trust", ATTRIB_THOUGHT}, {"try", ATTRIB_WILL}, {"tweet", ATTRIB_SPEECH},
	{"underline", ATTRIB_SPEECH}, {"underscore", ATTRIB_SPEECH},
	{"understand", ATTRIB_THOUGHT}, {"urge", ATTRIB_SPEECH}, {"value", ATTRIB_THOUGHT},
	{"venture", ATTRIB_SPEECH}, {"view", ATTRIB_THOUGHT}, {"voice", ATTRIB_SPEECH},
	{"volunteer", ATTRIB_SPEECH}, {"vouch", ATTRIB_SPEECH}, {"vow", ATTRIB_SPEECH},
	{"want", ATTRIB_WILL}, {"warn", ATTRIB_SPEECH}, {"welcome", ATTRIB_SPEECH},
	{"whisper", ATTRIB_SPEECH}, {"wire", ATTRIB_SPEECH}, {"wish", ATTRIB_WILL},
	{"wonder", ATTRIB_THOUGHT}, {"worry", ATTRIB_THOUGHT}, {"write", ATTRIB_SPEECH},
	{"yearn", ATTRIB_WILL}, {"yell", ATTRIB_SPEECH},
	/* clang-format on */
};

static const struct cue NOUNS[] = {
	/* clang-format off */
	{"accusation", ATTRIB_SPEECH}, {"acknowledgment", ATTRIB_SPEECH},
	{"admission", ATTRIB_SPEECH}, {"aim", ATTRIB_WILL}, {"allegation", ATTRIB_SPEECH},
	{"ambition", ATTRIB_WILL}, {"announcement", ATTRIB_SPEECH}, {"anxiety", ATTRIB_THOUGHT},
	{"appeal", ATTRIB_SPEECH}, {"apprehension", ATTRIB_THOUGHT}, {"argument", ATTRIB_SPEECH},
	{"aspiration", ATTRIB_WILL}, {"assertion", ATTRIB_SPEECH},
	{"assumption", ATTRIB_THOUGHT}, {"assurance", ATTRIB_SPEECH}, {"belief", ATTRIB_THOUGHT},
	{"call", ATTRIB_SPEECH}, {"certainty", ATTRIB_THOUGHT}, {"charge", ATTRIB_SPEECH},
	{"claim", ATTRIB_SPEECH}, {"claims", ATTRIB_SPEECH}, {"comment", ATTRIB_SPEECH},
	{"commitment", ATTRIB_WILL}, {"complaint", ATTRIB_SPEECH}, {"complaints", ATTRIB_SPEECH},
	{"concern", ATTRIB_THOUGHT}, {"conclusion", ATTRIB_SPEECH},
	{"confidence", ATTRIB_THOUGHT}, {"confirmation", ATTRIB_SPEECH},
	{"consensus", ATTRIB_THOUGHT}, {"contention", ATTRIB_SPEECH},
	{"conviction", ATTRIB_THOUGHT}, {"decision", ATTRIB_SPEECH},
	{"declaration", ATTRIB_SPEECH}, {"demand", ATTRIB_SPEECH}, {"denial", ATTRIB_SPEECH},
	{"desire", ATTRIB_WILL}, {"determination", ATTRIB_WILL}, {"doubt", ATTRIB_THOUGHT},
	{"dream", ATTRIB_THOUGHT}, {"effort", ATTRIB_WILL}, {"estimate", ATTRIB_SPEECH},
	{"expectation", ATTRIB_THOUGHT}, {"explanation", ATTRIB_SPEECH},
	{"fact", ATTRIB_THOUGHT}, {"fear", ATTRIB_THOUGHT}, {"feeling", ATTRIB_THOUGHT},
	{"finding", ATTRIB_SPEECH}, {"forecast", ATTRIB_SPEECH}, {"goal", ATTRIB_WILL},
	{"guarantee", ATTRIB_SPEECH}, {"hint", ATTRIB_SPEECH}, {"hope", ATTRIB_THOUGHT},
	{"hypothesis", ATTRIB_THOUGHT}, {"idea", ATTRIB_THOUGHT}, {"impression", ATTRIB_THOUGHT},
	{"insistence", ATTRIB_SPEECH}, {"intent", ATTRIB_WILL}, {"intention", ATTRIB_WILL},
	{"joke", ATTRIB_SPEECH}, {"judgment", ATTRIB_THOUGHT}, {"knowledge", ATTRIB_THOUGHT},
	{"letter", ATTRIB_SPEECH}, {"message", ATTRIB_SPEECH}, {"news", ATTRIB_SPEECH},
	{"notification", ATTRIB_SPEECH}, {"notion", ATTRIB_THOUGHT},
	{"observation", ATTRIB_SPEECH}, {"opinion", ATTRIB_THOUGHT}, {"order", ATTRIB_SPEECH},
	{"perception", ATTRIB_THOUGHT}, {"perspective", ATTRIB_THOUGHT}, {"plan", ATTRIB_WILL},
	{"pledge", ATTRIB_SPEECH}, {"position", ATTRIB_THOUGHT}, {"prediction", ATTRIB_SPEECH},
	{"promise", ATTRIB_SPEECH}, {"proposal", ATTRIB_SPEECH}, {"proposition", ATTRIB_SPEECH},
	{"quip", ATTRIB_SPEECH}, {"readiness", ATTRIB_WILL}, {"realization", ATTRIB_THOUGHT},
	{"recognition", ATTRIB_THOUGHT}, {"recommendation", ATTRIB_SPEECH},
	{"refusal", ATTRIB_WILL}, {"reluctance", ATTRIB_WILL}, {"remark", ATTRIB_SPEECH},
	{"reminder", ATTRIB_SPEECH}, {"report", ATTRIB_SPEECH}, {"request", ATTRIB_SPEECH},
	{"resolve", ATTRIB_WILL}, {"revelation", ATTRIB_SPEECH}, {"rhetoric", ATTRIB_SPEECH},
	{"ruling", ATTRIB_SPEECH}, {"rumor", ATTRIB_SPEECH},
	{"sense", ATTRIB_THOUGHT}, {"speculation", ATTRIB_THOUGHT}, {"speech", ATTRIB_SPEECH},
	{"statement", ATTRIB_SPEECH}, {"suggestion", ATTRIB_SPEECH},
	{"suspicion", ATTRIB_THOUGHT}, {"testimony", ATTRIB_SPEECH}, {"theory", ATTRIB_THOUGHT},
	{"thought", ATTRIB_THOUGHT}, {"threat", ATTRIB_SPEECH}, {"tweet", ATTRIB_SPEECH},
	{"understanding", ATTRIB_THOUGHT}, {"verdict", ATTRIB_SPEECH}, {"view", ATTRIB_THOUGHT},
	{"vow", ATTRIB_SPEECH}, {"warning", ATTRIB_SPEECH}, {"willingness", ATTRIB_WILL},
	{"wish", ATTRIB_WILL}, {"word", ATTRIB_SPEECH}, {"words", ATTRIB_SPEECH},
	{"worry", ATTRIB_THOUGHT},
	/* clang-format on */
};

static const struct cue ADJECTIVES[] = {
	/* clang-format off */
	{"adamant", ATTRIB_THOUGHT}, {"afraid", ATTRIB_THOUGHT}, {"angry", ATTRIB_THOUGHT},
	{"anxious", ATTRIB_WILL}, {"aware", ATTRIB_THOUGHT}, {"certain", ATTRIB_THOUGHT},
	{"clear", ATTRIB_THOUGHT}, {"committed", ATTRIB_WILL}, {"concerned", ATTRIB_THOUGHT},
	{"confident", ATTRIB_THOUGHT}, {"conscious", ATTRIB_THOUGHT},
	{"convinced", ATTRIB_THOUGHT}, {"determined", ATTRIB_WILL},
	{"disappointed", ATTRIB_THOUGHT}, {"doubtful", ATTRIB_THOUGHT}, {"eager", ATTRIB_WILL},
	{"fearful", ATTRIB_THOUGHT}, {"glad", ATTRIB_THOUGHT}, {"happy", ATTRIB_THOUGHT},
	{"hopeful", ATTRIB_THOUGHT}, {"keen", ATTRIB_WILL}, {"loath", ATTRIB_WILL},
	{"mindful", ATTRIB_THOUGHT}, {"optimistic", ATTRIB_THOUGHT},
	{"pessimistic", ATTRIB_THOUGHT}, {"poised", ATTRIB_WILL}, {"prepared", ATTRIB_WILL},
	{"proud", ATTRIB_THOUGHT}, {"ready", ATTRIB_WILL}, {"reluctant", ATTRIB_WILL},
	{"skeptical", ATTRIB_THOUGHT}, {"sorry", ATTRIB_THOUGHT},
	{"sure", ATTRIB_THOUGHT}, {"surprised", ATTRIB_THOUGHT}, {"uncertain", ATTRIB_THOUGHT},
	{"unsure", ATTRIB_THOUGHT}, {"unwilling", ATTRIB_WILL}, {"wary", ATTRIB_THOUGHT},
	{"willing", ATTRIB_WILL}, {"worried", ATTRIB_THOUGHT},
	/* clang-format on */
};

static int cue_find(const struct cue *cues, size_t n, struct str lemma)
{
	size_t low = 0, high = n, mid;
	int c;

	while (low < high) {
		mid = (low + high) / 2;
		c = str_cmp(lemma, str_of(cues[mid].lemma));
		if (c == 0)
			return cues[mid].kind;
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return ATTRIB_NONE;
}

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

enum attribution_kind cue_verb(struct str lemma)
{
	return cue_find(VERBS, COUNT(VERBS), lemma);
}

enum attribution_kind cue_noun(struct str lemma)
{
	return cue_find(NOUNS, COUNT(NOUNS), lemma);
}

enum attribution_kind cue_adjective(struct str lemma)
{
	return cue_find(ADJECTIVES, COUNT(ADJECTIVES), lemma);
}

bool cue_is_report(struct str lemma)
{
	static const char *const REPORT[] = {
		"say",       "add",       "tell",     "state",    "note",    "announce",
		"report",    "claim",     "warn",     "explain",  "insist",  "argue",
		"tweet",     "write",     "stress",   "declare",  "observe", "acknowledge",
		"reply",     "reiterate", "continue", "conclude", "confirm", "respond",
		"emphasize", "recall",    "remark",   "suggest",  NULL};

	return str_in(lemma, REPORT);
}

bool cue_is_phase(struct str lemma)
{
	static const char *const PHASE[] = {"begin", "continue", "go",     "read", "show",  "find",
					    "hold",  "resume",   "finish", "term", "label", "call",
					    "know",  "see",      "appear", "come", "learn", NULL};

	return str_in(lemma, PHASE);
}

bool cue_is_stance(struct str lemma)
{
	static const char *const STANCE[] = {
		/* clang-format off */
		"accuse", "acknowledge", "announce", "applaud", "argue", "articulate", "assail",
		"attribute", "blame", "blast", "call", "characterize", "chide", "cite",
		"conclude", "condemn", "credit", "criticize", "declare", "decry",
		"deem", "defend", "demand", "denounce", "deny", "deplore", "describe", "discuss",
		"dismiss", "dispute", "echo", "emphasize", "endorse", "estimate", "explain",
		"express", "favor", "hail", "insist", "issue", "label", "lament", "liken",
		"list", "mention", "mock", "note", "oppose", "outline", "portray", "praise",
		"promise", "propose", "question", "quote", "reaffirm", "rebut", "recall",
		"recount", "reference", "reiterate", "reject", "remind", "reveal", "slam",
		"stress", "suggest", "support", "tout", "tweet", "underline", "underscore",
		"unveil", "urge", "voice", "vow", "warn", "welcome"
		/* clang-format on */
	};
	size_t low = 0, high = COUNT(STANCE);

	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = str_cmp(lemma, str_of(STANCE[mid]));

		if (c == 0)
			return true;
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return false;
}

bool cue_takes(struct str lemma, struct str preposition)
{
	static const struct {
		const char *verb, *preposition;
	} PAIRS[] = {
		{"refer", "to"},        {"call", "for"},      {"ask", "about"},
		{"point", "to"},        {"call", "on"},       {"speak", "about"},
		{"talk", "about"},      {"push", "for"},      {"rail", "against"},
		{"vouch", "for"},       {"seem", "like"},     {"side", "with"},
		{"warn", "of"},         {"warn", "about"},    {"push", "against"},
		{"hint", "at"},         {"object", "to"},     {"complain", "about"},
		{"allude", "to"},       {"appeal", "for"},    {"argue", "for"},
		{"argue", "against"},   {"speak", "of"},      {"insist", "on"},
		{"agree", "with"},      {"disagree", "with"}, {"hope", "for"},
		{"worry", "about"},     {"accuse", "of"},     {"press", "for"},
		{"plead", "for"},       {"boast", "about"},   {"brag", "about"},
		{"caution", "against"}, {"warn", "against"},  {"come", "against"},
	};

	for (size_t i = 0; i < COUNT(PAIRS); i++)
		if (str_is(lemma, PAIRS[i].verb) && str_is(preposition, PAIRS[i].preposition))
			return true;
	return false;
}
