/* Compiles actors/: blocks of a head and its fields (docs/codebook.md describes them). Reading is
 * one table of head words and one of fields; names and image sections are in the files beside. */
#include "worker/codebook/actors.h"

#include "worker/engine/date.h"
#include "worker/engine/fold.h"

static const struct {
	const char *word;
	enum ai_class class;
	enum entity_kind kind;
	const char *role; /* where the head names none */
} HEADS[] = {
	{"country", AI_ACTOR, ENTITY_COUNTRY, "GOV"},
	{"government", AI_ACTOR, ENTITY_GOVERNMENT, "GOV"},
	{"organization", AI_ACTOR, ENTITY_ORGANIZATION, ""},
	{"group", AI_ACTOR, ENTITY_GROUP, ""},
	{"person", AI_ACTOR, ENTITY_PERSON, ""},
	{"media", AI_ACTOR, ENTITY_MEDIA, "MED"},
	{"other", AI_ACTOR, ENTITY_OTHER, ""},
	{"place", AI_PLACE, ENTITY_OTHER, ""},
	{"nothing", AI_NOTHING, ENTITY_OTHER, ""},
	{"title", AI_TITLE, ENTITY_PERSON, ""},
	{"agent", AI_AGENT, ENTITY_GROUP, ""},
	{"body", AI_BODY, ENTITY_ORGANIZATION, ""},
};
enum { CODE_MAX = 64 };
enum { N_HEADS = sizeof(HEADS) / sizeof(HEADS[0]) };

static const char *const ROLES[] = {"GOV", "MIL", "LEG", "JUD", "PTY", "OPP", "MED", "EDU",
				    "BUS", "CVL", "SPY", "IGO", "NGO", "REB", NULL};
#define ROLE_NAMES "GOV MIL LEG JUD PTY OPP MED EDU BUS CVL SPY IGO NGO REB"

static bool is_role(struct str s)
{
	return str_in(s, ROLES);
}

static struct str read_role(struct actors *a, struct str s)
{
	if (str_is(s, "-") || is_role(s))
		return str_is(s, "-") ? STR("") : s;
	source_problem(a->source, a->source->line, s, "a role (" ROLE_NAMES ") or -");
	return STR("");
}

/* "OTHER:" and a name with _ for spaces is a code too, and OTHER alone one that takes the words of
 * the text ("OTHER:Islamic State", "OTHER:ISIL"). */
static bool is_code(struct str s)
{
	bool other = str_starts(s, STR("OTHER:")) && s.n > 6;

	for (size_t i = other ? 6 : 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '+' ||
		      (other && ((c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '\''))))
			return false;
	}
	return s.n > 0 && s.n <= (other ? CODE_MAX : 16);
}

/* The code as records carry it: blanks where the codebook must write _. */
static struct ai_str code_text(struct actors *a, struct str code)
{
	char copy[CODE_MAX];

	if (!str_starts(code, STR("OTHER:")) || code.n > sizeof(copy))
		return actors_text(a, code);
	for (size_t i = 0; i < code.n; i++)
		copy[i] = code.p[i] == '_' ? ' ' : code.p[i];
	return actors_text(a, (struct str){copy, code.n});
}

static struct ai_entry *entry_of(struct actors *a)
{
	return &a->entries[a->n_entries - 1];
}

/* "CHN/GOV China": code, role where it is not the kind's, name. Words have a role, and a code
 * only where one country's people alone are called so ("USA/PTY Republicans"). */
static void read_head_value(struct actors *a, struct str value, const char *role, uint32_t k)
{
	struct ai_entry *e = entry_of(a);
	struct str rest = value, code, slash = {0};

	e->role = actors_text(a, str_of(role));
	source_part(&rest, ' ', &code);
	rest = source_trim(rest);
	if (HEADS[k].class == AI_TITLE || HEADS[k].class == AI_AGENT || HEADS[k].class == AI_BODY) {
		slash = code;
		if (memchr(slash.p, '/', slash.n)) {
			source_part(&slash, '/', &code);
			e->code = code_text(a, code);
		}
		e->role = actors_text(a, read_role(a, slash));
		e->name = actors_text(a, rest);
		return;
	}
	slash = code;
	source_part(&slash, '/', &code);
	if (slash.n)
		e->role = actors_text(a, read_role(a, slash));
	if (str_is(code, "-"))
		code = STR("");
	else if (!is_code(code))
		source_problem(a->source, a->source->line, code,
			       "a code of capital letters (CHN, NATO) or -, then the name");
	e->code = code_text(a, code);
	e->name = actors_text(a, rest);
	if (HEADS[k].kind == ENTITY_PERSON)
		actors_add_person_names(a, rest, code);
	else
		actors_add_name(a, rest, AI_NAME, false);
}

static bool read_head(struct actors *a, const struct source_line *l)
{
	struct ai_entry e = {.line = l->line,
			     .file = actors_text(a, a->source->path),
			     .office = a->n_offices,
			     .member = a->n_lists,
			     .with = a->n_lists,
			     .unless = a->n_lists};
	uint32_t k = 0;

	while (k < N_HEADS && !str_is(l->key, HEADS[k].word))
		k++;
	if (k == N_HEADS) {
		source_problem(a->source, l->line, l->key,
			       "the start of a block: country, "
			       "government, organization, group, person, media, other, place, "
			       "nothing, title, agent or body");
		return false;
	}
	if (!l->value.n) {
		source_problem(a->source, l->line, l->value, "a code and a name after \"%s\"",
			       HEADS[k].word);
		return false;
	}
	e.kind = HEADS[k].kind;
	e.class = HEADS[k].class;
	MEM_GROW(a->entries, a->n_entries, a->cap_entries);
	a->entries[a->n_entries++] = e;
	read_head_value(a, l->value, HEADS[k].role, k);
	return true;
}

static void read_names(struct actors *a, struct str value, enum ai_name_type type)
{
	bool person = entry_of(a)->kind == ENTITY_PERSON && entry_of(a)->class == AI_ACTOR;
	struct str part;

	while (source_part(&value, '|', &part)) {
		if (type == AI_PEOPLE)
			actors_add_people(a, part);
		else if (type == AI_WORD)
			actors_add_word(a, part);
		else if (person && type == AI_NAME)
			actors_add_name(a, part, AI_NAME, false);
		else
			actors_add_name(a, part, type, false);
	}
}

static void read_alias(struct actors *a, struct str v)
{
	read_names(a, v, AI_NAME);
}
static void read_adjective(struct actors *a, struct str v)
{
	read_names(a, v, AI_ADJECTIVE);
}
static void read_people(struct actors *a, struct str v)
{
	read_names(a, v, AI_PEOPLE);
}
static void read_capital(struct actors *a, struct str v)
{
	read_names(a, v, AI_CAPITAL);
}
static void read_metonym(struct actors *a, struct str v)
{
	read_names(a, v, AI_METONYM);
}
static void read_short(struct actors *a, struct str v)
{
	read_names(a, v, AI_SHORT);
}
static void read_prefix(struct actors *a, struct str v)
{
	read_names(a, v, AI_PREFIX);
}

static bool is_word_class(const struct ai_entry *e)
{
	return e->class == AI_TITLE || e->class == AI_AGENT || e->class == AI_BODY;
}

static void read_word(struct actors *a, struct str value)
{
	if (!is_word_class(entry_of(a)))
		source_problem(a->source, a->source->line, value,
			       "no words here: only title, agent and body have them");
	else
		read_names(a, value, AI_WORD);
}

static void read_plural(struct actors *a, struct str value)
{
	struct str part;

	while (source_part(&value, '|', &part))
		actors_add_name(a, part, AI_WORD, true);
}

static void read_mass(struct actors *a, struct str value)
{
	struct str part;

	while (source_part(&value, '|', &part))
		actors_add_name(a, part, AI_WORD, true);
}

static void read_others(struct actors *a, struct str value)
{
	if (a->others.n || is_word_class(entry_of(a)))
		source_problem(a->source, a->source->line, value,
			       "one such line, and none with title, agent and body");
	a->others = value;
	a->others_line = a->source->line;
}

/* At the end of a block: the others have its code, role, kind and conditions, but each is an actor
 * of its own. */
static void add_others(struct actors *a)
{
	struct str part;

	while (source_part(&a->others, '|', &part)) {
		struct ai_entry e = *entry_of(a);

		e.name = actors_text(a, part);
		e.line = a->others_line;
		MEM_GROW(a->entries, a->n_entries, a->cap_entries);
		a->entries[a->n_entries++] = e;
		actors_add_name(a, part, AI_NAME, false);
	}
	a->others = (struct str){0};
}

/* yyyymmdd with zeros for what is not said; `open` for an empty side of "..". */
static int32_t read_day(struct actors *a, struct str s, int32_t open)
{
	struct date d;

	if (!s.n)
		return open;
	if (!date_parse(s, &d)) {
		source_problem(a->source, a->source->line, s,
			       "a date: 2017, 2017-05, 2017-05-14, or nothing");
		return open;
	}
	return d.year * 10000 + d.month * 100 + d.day;
}

/* "GOV prime minister 2017-05-14..2020": role, title, and the days from and to. A country other
 * than the person's stands before the role: "EU/IGO president of the Commission 2019..". */
static void read_office(struct actors *a, struct str value)
{
	const char *dots = memmem(value.p, value.n, "..", 2);
	struct str rest = value, role = {0}, dates, code = {0}, from;
	struct ai_office o = {0};
	size_t start;

	if (!dots) {
		source_problem(a->source, a->source->line, value,
			       "role, title and dates: `GOV president 2017-05-14..2022`");
		return;
	}
	for (start = (size_t)(dots - value.p); start > 0 && value.p[start - 1] != ' ';)
		start--;
	dates = (struct str){value.p + start, value.n - start};
	rest.n = start;
	source_part(&rest, ' ', &role);
	if (role.n && memchr(role.p, '/', role.n))
		source_part(&role, '/', &code);
	o.role = actors_text(a, read_role(a, role));
	if (code.n && !is_code(code))
		source_problem(a->source, a->source->line, code, "a code of capital letters");
	o.code = code_text(a, code);
	o.title = actors_text(a, source_trim(rest));
	from = (struct str){dates.p, (size_t)(dots - dates.p)};
	o.from = read_day(a, from, 0);
	o.to = read_day(a, source_trim((struct str){dots + 2, dates.n - from.n - 2}), 99999999);
	if (o.to < o.from && o.to != o.from / 10000 * 10000 && o.to != o.from / 100 * 100)
		source_problem(a->source, a->source->line, dates, "an end after the beginning");
	MEM_GROW(a->offices, a->n_offices, a->cap_offices);
	a->offices[a->n_offices++] = o;
	entry_of(a)->n_office++;
}

static void add_list(struct actors *a, uint64_t x)
{
	MEM_GROW(a->lists, a->n_lists, a->cap_lists);
	a->lists[a->n_lists++] = x;
}

static void read_members(struct actors *a, struct str value)
{
	struct ai_entry *e = entry_of(a);
	struct str part;

	if (!e->n_member)
		e->member = a->n_lists;
	if (e->member + e->n_member != a->n_lists) {
		source_problem(a->source, a->source->line, value,
			       "all member lines of an entry to stand together");
		return;
	}
	while (source_part(&value, ' ', &part)) {
		if (!part.n)
			continue;
		if (!is_code(part))
			source_problem(a->source, a->source->line, part, "codes of members");
		add_list(a, fold_key(part));
		e->n_member++;
	}
}

static void read_words(struct actors *a, struct str value, uint32_t *at, uint32_t *n)
{
	struct fold_piece p[2];
	struct str part;

	if (*n)
		source_problem(a->source, a->source->line, value, "this field only once");
	*at = a->n_lists;
	*n = 0;
	while (source_part(&value, '|', &part)) {
		if (fold_pieces(part, p, 2) != 1) {
			source_problem(a->source, a->source->line, part, "single words");
			continue;
		}
		add_list(a, p[0].hash);
		++*n;
	}
}

static void read_with(struct actors *a, struct str v)
{
	read_words(a, v, &entry_of(a)->with, &entry_of(a)->n_with);
}

static void read_unless(struct actors *a, struct str v)
{
	read_words(a, v, &entry_of(a)->unless, &entry_of(a)->n_unless);
}

static void read_flag(struct actors *a, struct str value, uint32_t flag)
{
	if (str_is(value, "yes"))
		entry_of(a)->flags |= flag;
	else
		source_problem(a->source, a->source->line, value, "yes");
}

static void read_weak(struct actors *a, struct str v)
{
	read_flag(a, v, AI_WEAK);
}
static void read_neutral(struct actors *a, struct str v)
{
	read_flag(a, v, AI_NEUTRAL);
}

static const struct {
	const char *key;
	void (*read)(struct actors *a, struct str value);
} FIELDS[] = {
	{"alias", read_alias},     {"adjective", read_adjective}, {"people", read_people},
	{"capital", read_capital}, {"metonym", read_metonym},     {"short", read_short},
	{"prefix", read_prefix},   {"office", read_office},       {"member", read_members},
	{"with", read_with},       {"unless", read_unless},       {"weak", read_weak},
	{"neutral", read_neutral}, {"word", read_word},           {"plural", read_plural},
	{"mass", read_mass},       {"names", read_others},
};
enum { N_FIELDS = sizeof(FIELDS) / sizeof(FIELDS[0]) };

static void read_field(struct actors *a, const struct source_line *l)
{
	for (uint32_t k = 0; k < N_FIELDS; k++)
		if (str_is(l->key, FIELDS[k].key)) {
			if (!l->value.n)
				source_problem(a->source, l->line, l->value,
					       "a value after \"%s:\"", FIELDS[k].key);
			else
				FIELDS[k].read(a, l->value);
			return;
		}
	source_problem(a->source, l->line, l->key,
		       "a field: alias, adjective, people, capital, "
		       "metonym, short, prefix, office, member, with, unless, weak, neutral, word, "
		       "plural, mass or names");
}

static void read_file(struct actors *a, struct source *s)
{
	struct source_line l;
	bool open = false;

	a->source = s;
	while (source_next(s, &l)) {
		if (!l.field) {
			add_others(a);
			open = read_head(a, &l);
		} else if (open)
			read_field(a, &l);
		else if (!s->problems->n)
			source_problem(s, l.line, l.key, "a block's head before its fields");
	}
	add_others(a);
}

void actors_compile(const struct codebook_file *files, uint32_t n, struct image_writer *w,
		    struct problems *p)
{
	struct actors a = {0};

	pool_add(&a.pool, STR(" ")); /* offset 0 is the empty string */
	for (uint32_t i = 0; i < n; i++) {
		struct source s = {.path = files[i].path, .text = files[i].text, .problems = p};

		a.layer = files[i].layer;
		read_file(&a, &s);
	}
	if (!p->n)
		actors_write(&a, w);
	pool_free(&a.pool);
	mem_free(a.entries);
	mem_free(a.offices);
	mem_free(a.names);
	mem_free(a.lists);
}
