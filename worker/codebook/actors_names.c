/* From the one name in the codebook to the forms in which texts use it. */
#include "worker/codebook/actors.h"

#include <stdio.h>

#include "worker/engine/fold.h"

struct ai_str actors_text(struct actors *a, struct str s)
{
	return (struct ai_str){pool_add(&a->pool, s), (uint32_t)s.n};
}

static void add(struct actors *a, const struct fold_piece *p, uint32_t n, struct str text,
		enum ai_name_type type, bool plural)
{
	struct actors_name name = {.order = a->n_names, .layer = (uint8_t)a->layer};

	name.n = (struct ai_name){.key = FOLD_START,
				  .text = actors_text(a, text),
				  .entry = a->n_entries - 1,
				  .type = (uint8_t)type,
				  .n_pieces = (uint8_t)n,
				  .plural = plural};
	for (uint32_t i = 0; i < n; i++) {
		name.n.key = fold_join(name.n.key, p[i].hash);
		if (p[i].upper && type != AI_WORD)
			name.n.capitals |= (uint16_t)(1u << i);
		if (p[i].upper && p[i].all_upper && p[i].n >= 2 && p[i].n <= 3 && type != AI_WORD)
			name.n.acronyms |= (uint16_t)(1u << i);
	}
	MEM_GROW(a->names, a->n_names, a->cap_names);
	a->names[a->n_names++] = name;
}

void actors_add_name(struct actors *a, struct str text, enum ai_name_type type, bool plural)
{
	struct fold_piece p[ACTOR_NAME_PIECES + 1];
	uint32_t n = fold_pieces(text, p, ACTOR_NAME_PIECES + 1);

	if (n == 0 || n > ACTOR_NAME_PIECES)
		source_problem(a->source, a->source->line, text, "a name of one to %d words",
			       ACTOR_NAME_PIECES);
	else
		add(a, p, n, text, type, plural);
}

/* The regular plural of an English noun. */
static void pluralize(struct str word, char *out, size_t max)
{
	static const char *const es[] = {"s", "x", "z", "ch", "sh"};
	char before = word.n > 1 ? word.p[word.n - 2] : 0;

	if (str_ends(word, STR("man"))) {
		snprintf(out, max, "%.*smen", (int)word.n - 3, word.p);
		return;
	}
	if (str_ends(word, STR("y")) && !strchr("aeiou", before)) {
		snprintf(out, max, "%.*sies", (int)word.n - 1, word.p);
		return;
	}
	for (size_t i = 0; i < sizeof(es) / sizeof(es[0]); i++)
		if (str_ends(word, str_of(es[i]))) {
			snprintf(out, max, "%.*ses", STR_ARG(word));
			return;
		}
	snprintf(out, max, "%.*ss", STR_ARG(word));
}

/* Where the head noun of a phrase ends: before " of " and the like, else at its end. */
static size_t head_end(struct str text)
{
	static const char *const stops[] = {" of ", " for ",     " in ",         " to ",
					    " on ", "-at-large", " general of ", "-in-"};
	size_t end = text.n;

	for (size_t k = 0; k < sizeof(stops) / sizeof(stops[0]); k++) {
		const char *at = memmem(text.p, text.n, stops[k], strlen(stops[k]));

		if (at && (size_t)(at - text.p) < end)
			end = (size_t)(at - text.p);
	}
	return end;
}

static void add_plural(struct actors *a, struct str text, enum ai_name_type type)
{
	size_t end = head_end(text), start = end;
	char plural[256], whole[512];

	while (start > 0 && text.p[start - 1] != ' ')
		start--;
	pluralize((struct str){text.p + start, end - start}, plural, sizeof(plural));
	snprintf(whole, sizeof(whole), "%.*s%s%.*s", (int)start, text.p, plural,
		 (int)(text.n - end), text.p + end);
	actors_add_name(a, str_of(whole), type, true);
}

void actors_add_word(struct actors *a, struct str text)
{
	const char *slash = memchr(text.p, '/', text.n);
	struct str one = {text.p, slash ? (size_t)(slash - text.p) : text.n};

	actors_add_name(a, one, AI_WORD, false);
	if (slash)
		actors_add_name(a, (struct str){slash + 1, text.n - one.n - 1}, AI_WORD, true);
	else
		add_plural(a, one, AI_WORD);
}

void actors_add_people(struct actors *a, struct str text)
{
	static const char *const same[] = {"ese", "sh", "ch", "ss", "Swazi"};

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (str_ends(text, str_of(same[i]))) {
			actors_add_name(a, text, AI_PEOPLE, true);
			return;
		}
	actors_add_name(a, text, AI_PEOPLE, false);
	add_plural(a, text, AI_PEOPLE);
}

static bool surname_comes_first(struct str code)
{
	static const char *const codes[] = {"CHN", "TWN", "HKG", "MAC", "KOR", "PRK", "KHM", NULL};

	return str_in(code, codes);
}

static bool is_particle(const struct fold_piece *p)
{
	static const char *const list[] = {"van", "von", "der", "den", "de",  "del", "della",
					   "di",  "da",  "dos", "do",  "du",  "la",  "le",
					   "el",  "al",  "bin", "ben", "ibn", "abu", "ter",
					   "ten", "zu",  "o",   "mac"};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (p->n == strlen(list[i]) && memcmp(p->text, list[i], p->n) == 0)
			return true;
	return false;
}

static bool is_suffix(const struct fold_piece *p)
{
	return (p->n == 2 && (memcmp(p->text, "jr", 2) == 0 || memcmp(p->text, "sr", 2) == 0 ||
			      memcmp(p->text, "ii", 2) == 0 || memcmp(p->text, "iv", 2) == 0)) ||
	       (p->n == 3 && memcmp(p->text, "iii", 3) == 0);
}

static void add_surname(struct actors *a, const struct fold_piece *p, uint32_t from, uint32_t n)
{
	char text[ACTOR_NAME_PIECES * (FOLD_PIECE_MAX + 1) + 1];
	size_t at = 0;

	for (uint32_t i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%.*s", i ? " " : "",
				       p[from + i].n, p[from + i].text);
	add(a, p + from, n, (struct str){text, at}, AI_TITLED, false);
}

/* "Donald J. Trump" is also "Donald Trump"; his surname counts after a title. */
void actors_add_person_names(struct actors *a, struct str full, struct str code)
{
	struct fold_piece p[ACTOR_NAME_PIECES + 1], q[ACTOR_NAME_PIECES];
	uint32_t n = fold_pieces(full, p, ACTOR_NAME_PIECES + 1), m = 0, from;

	actors_add_name(a, full, AI_NAME, false);
	if (n < 2 || n > ACTOR_NAME_PIECES)
		return;
	for (uint32_t i = 0; i < n; i++)
		if (i == 0 || !(p[i].n == 1 || (i == n - 1 && is_suffix(&p[i]))))
			q[m++] = p[i];
	if (m < n && m >= 2)
		add(a, q, m, full, AI_NAME, false);
	if (m < 2)
		return;
	if (surname_comes_first(code) && p[0].n > 1) {
		add_surname(a, q, 0, 1);
		return;
	}
	from = m - 1;
	if (q[from].n < 2)
		return;
	add_surname(a, q, from, 1);
	while (from > 1 && is_particle(&q[from - 1]))
		from--;
	if (from < m - 1)
		add_surname(a, q, from, m - from);
}
