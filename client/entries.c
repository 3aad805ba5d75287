#include "client/entries.h"

#include "worker/codebook/codebook.h"
#include "worker/engine/actor.h"

enum { FOUND_MAX = 16 };

struct entries {
	struct actor_book *actors;
	struct codebook_files files;
};

struct entries *entries_open(const struct images *images, const char *dir, struct err *e)
{
	struct entries *n = mem_alloc(sizeof(*n));

	n->actors = actor_book_new(&images->codebook, e);
	if (n->actors && codebook_read_dir(&n->files, images_path("codebook"), e) == 0 &&
	    (!dir || codebook_read_dir(&n->files, dir, e) == 0))
		return n;
	entries_close(n);
	return NULL;
}

void entries_close(struct entries *n)
{
	if (!n)
		return;
	actor_book_free(n->actors);
	codebook_files_free(&n->files);
	mem_free(n);
}

static bool is_known(const json_t *list, struct str of)
{
	const json_t *x;
	size_t i;

	json_array_foreach(list, i, x) if (str_eq(row_str(x, "of"), of)) return true;
	return false;
}

static void add(json_t *list, struct str of, struct str file, uint32_t line, struct str office)
{
	json_array_append_new(list, json_pack("{s:s%,s:s%,s:i,s:s%}", "of", of.p, of.n, "file",
					      file.p, file.n, "line", (int)line, "office",
					      office.n ? office.p : "", office.n));
}

/* Of those who go by the name, the one with the actor's code. */
static void add_actor(const struct entries *n, json_t *list, struct str name, struct str code,
		      struct date when)
{
	int32_t found[FOUND_MAX];
	uint32_t n_found;

	if (!name.n || is_known(list, name))
		return;
	n_found = actor_find(n->actors, name, when, found, FOUND_MAX);
	for (uint32_t i = 0; i < n_found; i++) {
		struct actor_role role = actor_role_at(n->actors, found[i], when);
		struct actor_entry x;

		if (!actor_entry(n->actors, found[i], &x) ||
		    (code.n && !str_eq(role.code.n ? role.code : x.code, code)))
			continue;
		add(list, name, x.file, x.line, role.office);
		return;
	}
}

static void add_actors(const struct entries *n, json_t *list, const json_t *row, const char *key,
		       struct date when)
{
	const json_t *x;
	size_t i;

	json_array_foreach(json_object_get(row, key), i, x)
		add_actor(n, list, row_str(x, "name"), row_str(x, "code"), when);
}

/* The line that opens the block of this name: "frame reject.refuse", "class att.concern verb …". */
static uint32_t line_of(struct str text, struct str name)
{
	uint32_t line = 1;

	for (size_t i = 0, len; i < text.n; i += len + 1, line++) {
		const char *nl = memchr(text.p + i, '\n', text.n - i);
		struct str s = {text.p + i, len = nl ? (size_t)(nl - text.p) - i : text.n - i};

		if (!str_starts(s, STR("frame ")) && !str_starts(s, STR("class ")))
			continue;
		s.p += 6, s.n -= 6;
		if (str_starts(s, name) && (s.n == name.n || strchr(" \t\r", s.p[name.n])))
			return line;
	}
	return 0;
}

/* A rule is a frame's name, or words of which one is the name of a class ("att.concern:concerned").
 * The last layer that has it wins. */
static void add_rule(const struct entries *n, json_t *list, struct str rule)
{
	for (size_t i = 0, len; i < rule.n; i += len + 1) {
		struct str word = {rule.p + i, len = 0};

		while (i + len < rule.n && !strchr(" :", rule.p[i + len]))
			len++;
		word.n = len;
		if (!word.n || !memchr(word.p, '.', word.n) || is_known(list, word))
			continue;
		for (uint32_t k = n->files.n; k-- > 0;) {
			uint32_t line = line_of(n->files.list[k].text, word);

			if (line) {
				add(list, word, n->files.list[k].path, line, STR(""));
				break;
			}
		}
	}
}

json_t *entries_of(const struct entries *n, const json_t *row)
{
	static const char *const ACTORS[] = {"source", "target", "holder", "about", "by"};
	json_t *list = json_array();
	struct date when;

	if (!date_parse(row_str(row, "doc_date"), &when))
		when = (struct date){0};
	for (size_t i = 0; i < sizeof(ACTORS) / sizeof(*ACTORS); i++)
		add_actors(n, list, row, ACTORS[i], when);
	add_rule(n, list, row_str(row, "rule"));
	return list;
}

void entries_print(const json_t *list)
{
	const json_t *x;
	size_t i;

	if (json_array_size(list))
		puts("  in the codebook");
	json_array_foreach(list, i, x)
	{
		struct str office = row_str(x, "office");

		printf("    %.*s  %.*s:%ld%s%.*s\n", STR_ARG(row_str(x, "of")),
		       STR_ARG(row_str(x, "file")), (long)row_int(x, "line"), office.n ? ", " : "",
		       STR_ARG(office));
	}
}
