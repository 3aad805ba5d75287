/* Configuration files and values of options. */
#include "proto/options.h"
#include "tests/fuzz/fuzz.h"

struct settings {
	struct option_list list;
	const char *text;
	int64_t number, size, duration;
	bool yes;
	int choice;
};

#define AT(field) .offset = offsetof(struct settings, field)

static const struct option_row ROWS[] = {
	{.name = "broker", .type = OPTION_LIST, AT(list)},
	{.name = "text", .type = OPTION_STR, AT(text)},
	{.name = "number", .type = OPTION_INT, AT(number), .min = -5, .max = 500},
	{.name = "size", .type = OPTION_SIZE, AT(size)},
	{.name = "duration", .type = OPTION_DURATION, AT(duration)},
	{.name = "yes", .type = OPTION_BOOL, AT(yes)},
	{.name = "choice", .type = OPTION_CHOICE, AT(choice), .arg = "one|two|three"},
	{.type = OPTION_END},
};

static const struct option_program PROGRAM = {.name = "fuzz", .section = "fuzz", .rows = ROWS};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct settings s = {.number = 0};
	struct arena a = {0};
	struct err e;

	if (options_file(&PROGRAM, text, "fuzz.ini", &a, &s, &e) == 0) {
		CHECK(s.number >= -5 && s.number <= 500);
		CHECK(s.choice >= 0 && s.choice < 3);
		CHECK(s.list.n <= OPTION_LIST_MAX);
	} else {
		CHECK(e.code != ERR_NONE && e.text[0]);
	}
	if (size < 64) {
		text = arena_str(&a, text);
		for (const struct option_row *r = ROWS; r->type != OPTION_END; r++)
			options_set(r, text.p, "fuzz", &a, &s, &e);
	}
	arena_free(&a);
	return 0;
}
