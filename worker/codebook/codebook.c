#include "worker/codebook/codebook.h"

#include "worker/codebook/stances.h"

/* The stance compiler reads texts under their names and stops at the first mistake. */
static void stance_files_compile(const struct codebook_file *files, uint32_t n,
				 struct image_writer *w, struct problems *p)
{
	struct stances_text *texts = mem_alloc((n + 1) * sizeof(*texts));
	struct buf section = {0};
	struct err e;

	for (uint32_t i = 0; i < n; i++)
		texts[i] = (struct stances_text){files[i].path.p, files[i].text};
	if (n && stances_compile(texts, n, &section, &e) < 0) {
		p->n++;
		buf_printf(&p->text, "%s\n", e.text);
	} else if (n) {
		image_writer_add(w, "stances", section.p, section.n);
	}
	buf_free(&section);
	mem_free(texts);
}

static const struct {
	const char *folder;
	codebook_compiler *compile;
} COMPILERS[] = {
	{"actors/", actors_compile},
	{"places/", places_compile},
	{"events/", events_compile},
	{"stances/", stance_files_compile},
};
enum { N_COMPILERS = sizeof(COMPILERS) / sizeof(COMPILERS[0]) };

void codebook_files_add(struct codebook_files *f, struct str path, struct str text, uint32_t layer)
{
	struct codebook_file file = {.layer = layer};
	char *p = mem_alloc(path.n + 1), *t = mem_alloc(text.n + 1);

	if (path.n)
		memcpy(p, path.p, path.n);
	if (text.n)
		memcpy(t, text.p, text.n);
	file.path = (struct str){p, path.n};
	file.text = (struct str){t, text.n};
	MEM_GROW(f->list, f->n, f->cap);
	f->list[f->n++] = file;
}

void codebook_files_free(struct codebook_files *f)
{
	for (uint32_t i = 0; i < f->n; i++) {
		mem_free((char *)f->list[i].path.p);
		mem_free((char *)f->list[i].text.p);
	}
	mem_free(f->list);
	*f = (struct codebook_files){0};
}

static void unknown_folders(const struct codebook_files *f, struct problems *p)
{
	for (uint32_t i = 0; i < f->n; i++) {
		struct source s = {.path = f->list[i].path, .problems = p};
		uint32_t k = 0;

		while (k < N_COMPILERS && !str_starts(s.path, str_of(COMPILERS[k].folder)))
			k++;
		if (k == N_COMPILERS)
			source_problem(&s, 0, s.path,
				       "a file in one of the folders of a codebook "
				       "(actors/, places/, events/, stances/)");
	}
}

static void compile_folder(const struct codebook_files *f, uint32_t k, struct image_writer *w,
			   struct problems *p)
{
	struct codebook_file *own = mem_alloc((f->n + 1) * sizeof(*own));
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->n; i++)
		if (str_starts(f->list[i].path, str_of(COMPILERS[k].folder)))
			own[n++] = f->list[i];
	COMPILERS[k].compile(own, n, w, p);
	mem_free(own);
}

int codebook_compile(const struct codebook_files *f, struct buf *out, struct problems *p,
		     struct err *e)
{
	struct image_writer *w = image_writer_new();
	const char *end;

	unknown_folders(f, p);
	for (uint32_t k = 0; k < N_COMPILERS; k++)
		compile_folder(f, k, w, p);
	if (!p->n)
		image_writer_finish(w, out);
	image_writer_free(w);
	if (!p->n)
		return 0;
	end = memchr(p->text.p, '\n', p->text.n);
	return err_set(e, ERR_INVALID, "%.*s", (int)(end ? end - p->text.p : 0), p->text.p);
}
