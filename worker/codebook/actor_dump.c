/* demarche-actor-dump MODEL CODEBOOK < LIST: for measuring. LIST has "DATE<tab>PATH" lines; prints
 * one line a mention: path, sentence, its tokens, text, name, code, role, flags, rule, entity. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "worker/engine/actor.h"
#include "worker/engine/engine.h"

static struct str map_file(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size == 0)
		return (struct str){0};
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	return p == MAP_FAILED ? (struct str){0} : (struct str){p, (size_t)st.st_size};
}

static void print_flat(struct str s, size_t max)
{
	for (size_t i = 0; i < s.n && i < max; i++)
		putchar((unsigned char)s.p[i] < ' ' ? ' ' : s.p[i]);
	putchar('\t');
}

static void print_mention(const struct doc *d, const char *path, const struct mention *m)
{
	const struct sentence *s = &d->sentences[d->tokens[m->tok].sent];

	printf("%s\t%u\t", path, d->tokens[m->tok].sent);
	print_flat((struct str){d->text.p + s->byte, s->n_bytes}, 10000);
	printf("%u\t%u\t%d\t", m->tok, m->n_tok, m->head);
	print_flat(doc_text(d, m->tok, m->n_tok), 400);
	print_flat(m->name, 400);
	print_flat(m->code, 40);
	print_flat(m->role, 40);
	printf("%s%s%s%s%s%s%s\t%s\t", m->is_place ? "place " : "", m->generic ? "generic " : "",
	       m->plural ? "plural " : "", m->modifier ? "modifier " : "",
	       m->former ? "former " : "", m->guessed ? "guessed " : "",
	       m->kind == MENTION_NAME      ? "name"
	       : m->kind == MENTION_NOMINAL ? "nominal"
					    : "pronoun",
	       entity_kind_name((enum entity_kind)m->etype));
	print_flat(m->rule, 100);
	if (m->entity >= 0) {
		const struct entity *x = &d->entities[m->entity];

		print_flat(x->name, 400);
		print_flat(x->code, 40);
		print_flat(x->role, 40);
	}
	putchar('\n');
}

int main(int argc, char **argv)
{
	struct image model, codebook;
	struct str m, c;
	struct engine *en;
	struct err e;
	char line[4096];

	if (argc != 3) {
		fprintf(stderr, "usage: demarche-actor-dump MODEL CODEBOOK < LIST\n");
		return 2;
	}
	m = map_file(argv[1]);
	c = map_file(argv[2]);
	if (image_open(&model, m.p, m.n, &e) < 0 || image_open(&codebook, c.p, c.n, &e) < 0 ||
	    !(en = engine_new(&model, &codebook, &e))) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	while (fgets(line, sizeof(line), stdin)) {
		char *tab = strchr(line, '\t'), *nl = strchr(line, '\n');
		struct engine_input in = {0};
		const struct doc *d;

		if (!tab || !nl)
			continue;
		*tab = *nl = 0;
		in.meta.date = str_of(line);
		in.text = map_file(tab + 1);
		d = engine_parse(en, &in);
		for (uint32_t i = 0; i < d->n_mentions; i++)
			print_mention(d, tab + 1, &d->mentions[i]);
	}
	engine_free(en);
	return 0;
}
