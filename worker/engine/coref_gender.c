#include "worker/engine/coref_set.h"

/* Given names that are a man's or a woman's nearly everywhere; sorted bytewise. */
static const char *const MEN[] = {
	/* clang-format off */
	"abdel", "abdullah", "abraham", "adam", "ahmed", "alan", "albert", "alexander", "alexei",
	"allen", "amir", "andrei", "andrew", "anthony", "antonio", "antony", "ashraf", "barack",
	"bashar", "ben", "benjamin", "bernard", "bernie", "bill", "bob", "boris", "brian",
	"carl", "carlos", "charles", "christopher", "dan", "daniel", "dave", "david", "dennis",
	"dick", "dmitry", "dominic", "donald", "doug", "douglas", "ed", "eduardo", "edward",
	"emmanuel", "eric", "evo", "felipe", "fernando", "francis", "francois", "frank", "fred",
	"gary", "gennady", "george", "gerald", "gordon", "greg", "gregory", "guy", "hamid",
	"harold", "harry", "hassan", "henry", "herbert", "hosni", "hugo", "ian", "igor", "ivan",
	"jack", "jacob", "jacques", "jair", "jake", "james", "jared", "jason", "javad", "javier",
	"jeff", "jeffrey", "jens", "jeremy", "jerry", "jim", "jimmy", "joe", "john", "johnny",
	"jon", "jonathan", "jorge", "jose", "joseph", "josh", "joshua", "juan", "justin", "karl",
	"keith", "ken", "kenneth", "kevin", "kofi", "larry", "leon", "leonid", "lloyd", "louis",
	"luis", "manuel", "marco", "marcus", "mario", "mark", "martin", "matt", "matthew", "max",
	"michael", "miguel", "mike", "mikhail", "mitch", "mitt", "mohamed", "mohammad",
	"mohammed", "muhammad", "nicholas", "nick", "nicolas", "nicolás", "nikita", "nikolai",
	"olaf", "oleg", "omar", "oscar", "pablo", "patrick", "paul", "pavel", "pedro", "pete",
	"peter", "petro", "phil", "philip", "pierre", "rafael", "ralph", "ray", "raymond",
	"recep", "reza", "richard", "rick", "robert", "roberto", "rodrigo", "roger", "roman",
	"ron", "ronald", "rudolph", "rudy", "rupert", "russell", "ryan", "salman", "samuel",
	"scott", "sean", "sergei", "sergey", "shinzo", "simon", "stephen", "steve", "steven",
	"stuart", "ted", "terry", "theodore", "thomas", "tim", "timothy", "toby", "todd", "tom",
	"tommy", "tony", "vaclav", "victor", "viktor", "vincent", "vitaly", "vladimir",
	"volodymyr", "walter", "wayne", "wesley", "will", "william", "yasser", "yuri",
	/* clang-format on */
};

static const char *const WOMEN[] = {
	/* clang-format off */
	"abigail", "alexandra", "alice", "alison", "amanda", "amber", "amy", "andrea", "angela",
	"angelina", "anita", "ann", "anna", "anne", "annegret", "annette", "asma", "barbara",
	"benazir", "beth", "betty", "beverly", "brenda", "carla", "carly", "caroline", "carolyn",
	"carrie", "catherine", "cathy", "christina", "christine", "cindy", "claire", "clara",
	"condoleezza", "cristina", "cynthia", "dawn", "debbie", "deborah", "denise", "diana",
	"diane", "dianne", "dilma", "donna", "dorothy", "elaine", "eleanor", "elena",
	"elisabeth", "elise", "elizabeth", "ellen", "emily", "emma", "erika", "eva", "evelyn",
	"federica", "fiona", "frances", "gina", "gloria", "grace", "hanna", "hannah", "heather",
	"heidi", "helen", "hillary", "huma", "indira", "irene", "isabel", "ivanka", "jacinda",
	"jackie", "jane", "janet", "janice", "jeanne", "jen", "jennifer", "jenny", "jessica",
	"jill", "joan", "joanna", "joyce", "judith", "judy", "julia", "julie", "kamala", "karen",
	"kate", "katherine", "kathleen", "kathryn", "kathy", "kay", "kellyanne", "kirsten",
	"kirstjen", "kristen", "laura", "lauren", "leila", "linda", "lisa", "liz", "loretta",
	"louise", "lucy", "madeleine", "maggie", "malala", "margaret", "maria", "marie",
	"marine", "mary", "megan", "melania", "melissa", "mette", "michele", "michelle",
	"monica", "nadia", "nancy", "naomi", "natalia", "natalie", "nicola", "nicole", "nikki",
	"olga", "pamela", "patricia", "paula", "penny", "priti", "rachel", "rebecca", "renee",
	"roberta", "rosa", "rose", "ruth", "sally", "samantha", "sandra", "sanna", "sara",
	"sarah", "sharon", "sheila", "shirley", "sigrid", "simone", "sofia", "sonia", "sophia",
	"sophie", "stacey", "stephanie", "sue", "susan", "susana", "suzanne", "sylvia", "tammy",
	"tara", "teresa", "theresa", "tina", "tulsi", "ursula", "valerie", "vera", "veronica",
	"victoria", "virginia", "viviane", "wendy", "winnie", "yulia", "yvonne",
	/* clang-format on */
};

/* Nouns for persons; sorted bytewise. */
static const char *const PERSONS[] = {
	/* clang-format off */
	"activist", "actor", "actress", "adult", "adviser", "advisor", "agent", "aide",
	"ambassador", "analyst", "artist", "athlete", "attorney", "aunt", "author", "baby",
	"boss", "boy", "boyfriend", "brother", "businessman", "candidate", "captain", "chairman",
	"chairwoman", "chancellor", "chef", "chief", "child", "citizen", "clerk", "client",
	"coach", "colleague", "columnist", "commander", "commissioner", "composer",
	"congressman", "consultant", "cousin", "critic", "customer", "dad", "daughter",
	"defendant", "deputy", "designer", "detective", "dictator", "diplomat", "director",
	"doctor", "driver", "editor", "employee", "employer", "engineer", "entrepreneur",
	"envoy", "executive", "expert", "farmer", "father", "fighter", "founder", "friend",
	"general", "gentleman", "girl", "girlfriend", "governor", "grandfather", "grandmother",
	"guard", "guest", "guy", "hero", "historian", "host", "hostage", "husband", "immigrant",
	"individual", "inmate", "interviewer", "investor", "journalist", "judge", "kid", "king",
	"lady", "lawmaker", "lawyer", "leader", "lord", "man", "manager", "mayor", "member",
	"migrant", "militant", "minister", "mom", "monk", "mother", "musician", "negotiator",
	"neighbor", "nephew", "niece", "nominee", "nun", "nurse", "officer", "official",
	"opponent", "owner", "parent", "partner", "passenger", "patient", "people", "person",
	"philosopher", "physician", "pilot", "player", "poet", "police", "policeman",
	"politician", "premier", "president", "priest", "prince", "princess", "principal",
	"prisoner", "producer", "professor", "prosecutor", "protester", "queen", "rebel",
	"refugee", "reporter", "representative", "researcher", "resident", "scholar",
	"scientist", "secretary", "senator", "sheriff", "singer", "sister", "soldier", "son",
	"speaker", "spokesman", "spokesperson", "spokeswoman", "spy", "student", "suspect",
	"teacher", "teen", "teenager", "terrorist", "tourist", "trader", "traveler", "traveller",
	"uncle", "user", "veteran", "victim", "viewer", "visitor", "voter", "wife", "winner",
	"witch", "witness", "wizard", "woman", "worker", "writer", "youth",
	/* clang-format on */
};

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static bool listed(const char *const *words, size_t n, struct str w)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = str_cmp(w, str_of(words[mid]));

		if (order == 0)
			return true;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return false;
}

static enum coref_gender by_word(struct str w)
{
	static const char *const MALE[] = {
		"mr.",      "mr",          "sir",         "king",  "prince",  "lord",   "spokesman",
		"chairman", "congressman", "businessman", "man",   "husband", "father", "son",
		"brother",  "pope",        "boy",         "uncle", NULL};
	static const char *const FEMALE[] = {"mrs.",       "mrs",
					     "ms.",        "ms",
					     "queen",      "princess",
					     "lady",       "spokeswoman",
					     "chairwoman", "congresswoman",
					     "woman",      "businesswoman",
					     "wife",       "mother",
					     "daughter",   "sister",
					     "girl",       "miss",
					     "madam",      "baroness",
					     "aunt",       NULL};

	for (size_t i = 0; MALE[i]; i++)
		if (str_is(w, MALE[i]))
			return GENDER_MALE;
	for (size_t i = 0; FEMALE[i]; i++)
		if (str_is(w, FEMALE[i]))
			return GENDER_FEMALE;
	return GENDER_UNKNOWN;
}

enum coref_gender coref_gender_of(const struct doc *doc, const struct mention *m)
{
	enum coref_gender g = GENDER_UNKNOWN;

	for (uint32_t i = m->tok; i < m->tok + m->n_tok && g == GENDER_UNKNOWN; i++)
		g = by_word(doc->tokens[i].lower);
	if (m->kind != MENTION_NAME)
		return g;
	for (uint32_t i = m->tok; i + 1 < m->tok + m->n_tok && g == GENDER_UNKNOWN; i++) {
		if (listed(MEN, COUNT(MEN), doc->tokens[i].lower))
			g = GENDER_MALE;
		else if (listed(WOMEN, COUNT(WOMEN), doc->tokens[i].lower))
			g = GENDER_FEMALE;
	}
	return g;
}

bool coref_names_person(struct str lemma)
{
	return listed(PERSONS, COUNT(PERSONS), lemma) || str_ends(lemma, STR("woman")) ||
	       (lemma.n > 5 && (str_ends(lemma, STR("ist")) || str_ends(lemma, STR("ician"))));
}
