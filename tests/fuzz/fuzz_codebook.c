/* One's own dictionaries are foreign bytes: any text compiles or is refused with problems that name
 * a line, and what compiles opens. The first byte chooses the folder that reads it, and that of a
 * second layer, which begins behind a control character that no file may have. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "worker/codebook/codebook.h"
#include "worker/engine/actor.h"

enum { NEXT_LAYER = 0x1e };

static void open_again(const struct buf *bytes)
{
	struct image im;
	struct actor_book *book;
	struct err e;
	void *p = aligned_alloc(64, (bytes->n + 63) / 64 * 64);

	memcpy(p, bytes->p, bytes->n);
	CHECK(image_open(&im, p, bytes->n, &e) == 0);
	book = actor_book_new(&im, &e);
	CHECK(book != NULL);
	actor_book_free(book);
	free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {"actors/own.txt", "places/own.txt", "events/own.txt",
					    "stances/own.txt"};
	struct codebook_files files = {0};
	struct problems problems = {0};
	struct buf bytes = {0};
	struct err e = {0};
	struct str text;
	const char *cut;

	if (!size)
		return 0;
	text = (struct str){(const char *)data + 1, size - 1};
	cut = memchr(text.p, NEXT_LAYER, text.n);
	codebook_files_add(&files, str_of(paths[data[0] % 4]),
			   (struct str){text.p, cut ? (size_t)(cut - text.p) : text.n}, 0);
	if (cut)
		codebook_files_add(&files, str_of(paths[data[0] / 4 % 4]),
				   (struct str){cut + 1, (size_t)(text.p + text.n - cut - 1)}, 1);
	if (codebook_compile(&files, &bytes, &problems, &e) == 0)
		open_again(&bytes);
	else
		CHECK(problems.n > 0 && problems.text.n > 0);
	codebook_files_free(&files);
	problems_free(&problems);
	buf_free(&bytes);
	return 0;
}
