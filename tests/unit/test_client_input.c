#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/input.h"

static char folder[64];

static char *path_of(const char *name)
{
	static char path[32][256];
	static int i;

	i = (i + 1) % 32;
	snprintf(path[i], sizeof(path[i]), "%s/%s", folder, name);
	return path[i];
}

static void put(const char *name, const void *p, size_t n)
{
	FILE *f = fopen(path_of(name), "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	fclose(f);
}

static void put_text(const char *name, const char *s)
{
	put(name, s, strlen(s));
}

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/test_client_input.XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int drop_folder(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

static void assert_str(struct str s, const char *expected)
{
	if (!str_is(s, expected))
		fail_msg("\"%.*s\" where \"%s\" was expected", STR_ARG(s), expected);
}

static void folder_is_read_in_sorted_order_by_path_below_it(void **state)
{
	char *paths[] = {folder};
	struct document d;
	struct err e;
	struct input *in;

	(void)state;
	mkdir(path_of("b"), 0777);
	put_text("c.txt", "Third.");
	put_text("b/z.txt", "Second.");
	put_text("a.txt", "First.");
	put_text(".hidden.txt", "Not read.");
	in = input_new(paths, 1);
	assert_int_equal(input_next(in, &d, &e), 1);
	assert_str(d.meta.id, "a.txt");
	assert_int_equal(input_next(in, &d, &e), 1);
	assert_str(d.meta.id, "b/z.txt");
	assert_str(d.text, "Second.");
	assert_int_equal(input_next(in, &d, &e), 1);
	assert_str(d.meta.id, "c.txt");
	assert_int_equal(input_next(in, &d, &e), 0);
	input_free(in);
}

static void failed_document_is_named_and_the_next_one_read(void **state)
{
	char *paths[] = {path_of("empty.txt"), path_of("nul.txt"), path_of("missing.txt"),
			 path_of("good.txt")};
	struct document d;
	struct err e;
	struct input *in;

	(void)state;
	put_text("empty.txt", "");
	put("nul.txt", "a\0b", 3);
	put_text("good.txt", "Good.");
	in = input_new(paths, 4);
	assert_int_equal(input_next(in, &d, &e), -1);
	assert_non_null(strstr(e.text, "empty.txt: empty"));
	assert_int_equal(input_next(in, &d, &e), -1);
	assert_non_null(strstr(e.text, "nul.txt: not text: NUL at byte 1"));
	assert_int_equal(input_next(in, &d, &e), -1);
	assert_non_null(strstr(e.text, "missing.txt: cannot open"));
	assert_int_equal(input_next(in, &d, &e), 1);
	assert_int_equal(input_next(in, &d, &e), 0);
	assert_int_equal(input_failed(in), 3);
	input_free(in);
}

static void title_and_date_are_found_and_left_in_the_text(void **state)
{
	static const char TEXT[] = "Ministers meet in Oslo\n\n12 March 2021\n\nThey met.\n";
	char *paths[] = {path_of("t.txt")};
	struct document d;
	struct err e;
	struct input *in;

	(void)state;
	put_text("t.txt", TEXT);
	in = input_new(paths, 1);
	assert_int_equal(input_next(in, &d, &e), 1);
	assert_str(d.meta.title, "Ministers meet in Oslo");
	assert_str(d.meta.date, "2021-03-12");
	assert_str(d.meta.date_source, "text");
	assert_str(d.text, TEXT);
	input_free(in);
}

static void sentence_is_no_title(void **state)
{
	char *paths[] = {path_of("t.txt")};
	struct document d;
	struct err e;
	struct input *in;

	(void)state;
	put_text("t.txt", "They met on Monday.\n\nNothing was signed.\n");
	in = input_new(paths, 1);
	assert_int_equal(input_next(in, &d, &e), 1);
	assert_str(d.meta.title, "");
	assert_str(d.meta.date_source, "none");
	input_free(in);
}

static void json_lines_give_one_document_a_line_and_name_bad_ones(void **state)
{
	char *paths[] = {path_of("d.jsonl")};
	struct document d;
	struct err e;
	struct input *in;

	(void)state;
	put_text("d.jsonl", "{\"id\": 7, \"text\": \"One.\", \"date\": \"2020-02-03\"}\n"
			    "\n"
			    "{\"id\": \"x\"}\n"
			    "{broken\n"
			    "{\"id\": \"y\", \"text\": \"Two.\", \"date\": \"yesterday\"}\n"
			    "{\"event_text\": \"Three.\", \"publisher\": \"P\"}");
	in = input_new(paths, 1);
	assert_int_equal(input_next(in, &d, &e), 1);
	assert_str(d.meta.id, "7");
	assert_str(d.meta.date, "2020-02-03");
	assert_str(d.meta.date_source, "given");
	assert_int_equal(input_next(in, &d, &e), -1);
	assert_non_null(strstr(e.text, "d.jsonl:3: no \"text\""));
	assert_int_equal(input_next(in, &d, &e), -1);
	assert_non_null(strstr(e.text, "d.jsonl:4: not JSON"));
	assert_int_equal(input_next(in, &d, &e), -1);
	assert_non_null(strstr(e.text, "d.jsonl:5: \"date\" is no date: yesterday (expected "
				       "YYYY-MM-DD"));
	assert_int_equal(input_next(in, &d, &e), 1);
	assert_str(d.text, "Three.");
	assert_str(d.meta.source, "P");
	assert_true(str_eq(d.meta.id, d.meta.sha256));
	assert_int_equal(input_next(in, &d, &e), 0);
	input_free(in);
}

static void web_page_gives_its_article_and_what_it_says_of_itself(void **state)
{
	char *paths[] = {path_of("p.html")};
	struct document d;
	struct err e;
	struct input *in;

	(void)state;
	put_text("p.html",
		 "<!DOCTYPE html><html lang=en><head><title>Talks | Site</title>"
		 "<meta property='og:site_name' content='The Site'>"
		 "<meta property='article:published_time' content='2022-05-06T07:08:09Z'>"
		 "<script>var x = '<p>no</p>';</script></head><body>"
		 "<nav><ul><li><a href=/>Home</a></li></ul></nav>"
		 "<div id=a><h1>Talks resume</h1><p>Norway hosted &eacute; the\n talks.</p>"
		 "<p>Both sides <b>met</b> twice.</p></div>"
		 "<div><p><a href=/x>A link that is not part of it</a></p></div>"
		 "<footer><p>All rights reserved by nobody at all.</p></footer></body></html>");
	in = input_new(paths, 1);
	assert_int_equal(input_next(in, &d, &e), 1);
	assert_str(d.meta.title, "Talks | Site");
	assert_str(d.meta.date, "2022-05-06");
	assert_str(d.meta.date_source, "html");
	assert_str(d.meta.source, "The Site");
	assert_str(d.meta.lang, "en");
	assert_str(d.text, "Talks resume\n\nNorway hosted \xc3\xa9 the talks.\n\n"
			   "Both sides met twice.");
	input_free(in);
}

static void warc_gives_its_pages_only(void **state)
{
	static const char PAGE[] =
		"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
		"<html><body><p>The page.</p></body></html>";
	char *paths[] = {path_of("w.warc")};
	struct document d;
	struct err e;
	struct input *in;
	char warc[2000];

	(void)state;
	snprintf(warc, sizeof(warc),
		 "WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 5\r\n\r\nabcde\r\n\r\n"
		 "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://example.org/1\r\n"
		 "Content-Length: %zu\r\n\r\n%s\r\n\r\n",
		 strlen(PAGE), PAGE);
	put_text("w.warc", warc);
	in = input_new(paths, 1);
	assert_int_equal(input_next(in, &d, &e), 1);
	assert_str(d.meta.id, "http://example.org/1");
	assert_str(d.text, "The page.");
	assert_int_equal(input_next(in, &d, &e), 0);
	input_free(in);
}

static void utf16_with_its_mark_is_read(void **state)
{
	char *paths[] = {path_of("u.txt")};
	struct document d;
	struct err e;
	struct input *in;

	(void)state;
	put("u.txt", "\xff\xfeO\0k\0.\0", 8);
	in = input_new(paths, 1);
	assert_int_equal(input_next(in, &d, &e), 1);
	assert_str(d.text, "Ok.");
	input_free(in);
}

static void line_above_the_limit_is_refused(void **state)
{
	char *paths[] = {path_of("long.txt"), path_of("long.jsonl")};
	struct document d;
	struct err e;
	struct input *in;
	FILE *f[2];
	static char block[1 << 20];

	(void)state;
	memset(block, 'x', sizeof(block));
	f[0] = fopen(paths[0], "wb");
	f[1] = fopen(paths[1], "wb");
	for (int i = 0; i < 40; i++)
		for (int k = 0; k < 2; k++)
			fwrite(block, 1, sizeof(block), f[k]);
	fputs("\n{\"id\": \"after\", \"text\": \"Read on.\"}\n", f[1]);
	fclose(f[0]);
	fclose(f[1]);
	in = input_new(paths, 2);
	assert_int_equal(input_next(in, &d, &e), -1);
	assert_int_equal(e.code, ERR_TOO_BIG);
	assert_int_equal(input_next(in, &d, &e), -1);
	assert_int_equal(e.code, ERR_TOO_BIG);
	assert_int_equal(input_next(in, &d, &e), 1);
	assert_str(d.meta.id, "after");
	input_free(in);
}

static void dates_are_read_as_people_write_them(void **state)
{
	static const struct {
		const char *line, *iso;
	} CASES[] = {
		{"2021-03-15", "2021-03-15"},
		{"date: 2021-03-15", "2021-03-15"},
		{"Published: Monday, 15 March 2021, 10:30 GMT", "2021-03-15"},
		{"March 15, 2021", "2021-03-15"},
		{"Sept. 3rd 2019", "2019-09-03"},
		{"2021-03-15T08:00:00Z", "2021-03-15"},
		{"30 February 2021", ""},
		{"2021", ""},
		{"In March 2021 15 ministers met", ""},
		{"", ""},
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++)
		assert_str(reader_date_line(&a, str_of(CASES[i].line)), CASES[i].iso);
	arena_free(&a);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, drop_folder)

static void read_file(const char *name, struct input **in, struct document *d, int expected)
{
	static char *paths[1];
	struct err e;
	int got;

	paths[0] = path_of(name);
	*in = input_new(paths, 1);
	got = input_next(*in, d, &e);
	if (got != expected)
		fail_msg("%d where %d was expected: %s", got, expected, got < 0 ? e.text : "");
}

static void a_table_is_a_document_a_row(void **state)
{
	struct document d;
	struct input *in;
	struct err e;

	(void)state;
	put_text("t.csv", "\xef\xbb\xbf"
			  "ID,Date,Headline,Text,other\r\n"
			  "7,2020-01-02,NA,\"Iran said \"\"no\"\", twice.\nIt left.\",x\r\n"
			  "\r\n"
			  "8,,Oslo,,y\r\n"
			  "9,20200105,\"Bergen, again\",Norway left.\r\n");
	read_file("t.csv", &in, &d, 1);
	assert_str(d.meta.id, "7");
	assert_str(d.meta.date, "2020-01-02");
	assert_str(d.meta.date_source, "given");
	assert_str(d.meta.title, "");
	assert_str(d.text, "Iran said \"no\", twice.\nIt left.");
	assert_int_equal(input_next(in, &d, &e), -1); /* a row without text */
	assert_non_null(strstr(e.text, "t.csv:5: empty"));
	assert_int_equal(input_next(in, &d, &e), 1);
	assert_str(d.meta.title, "Bergen, again");
	assert_str(d.meta.date, "2020-01-05");
	assert_str(d.text, "Norway left.");
	assert_int_equal(input_next(in, &d, &e), 0);
	input_free(in);
}

static void a_table_may_have_tabs_or_semicolons(void **state)
{
	struct document d;
	struct input *in;

	(void)state;
	put_text("t.tsv", "source\ttext\nWire\tA, b; c.\n");
	read_file("t.tsv", &in, &d, 1);
	assert_str(d.text, "A, b; c.");
	assert_str(d.meta.source, "Wire");
	input_free(in);
	put_text("s.csv", "text;lang\nA, b.;en\n");
	read_file("s.csv", &in, &d, 1);
	assert_str(d.text, "A, b.");
	input_free(in);
}

/* As databases, R and spreadsheets write them; 3/4/2020 is one day here and another one there. */
static void dates_of_tables_are_read(void **state)
{
	struct document d;
	struct input *in;
	struct err e;
	char *paths[] = {path_of("dates.csv")};

	(void)state;
	put_text("dates.csv", "text,date\n"
			      "A.,2020-04-03 12:30:00\n"
			      "B.,2020/04/03\n"
			      "C.,2020-04-03 00:00:00+00:00\n"
			      "D.,3/4/2020\n");
	in = input_new(paths, 1);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(input_next(in, &d, &e), 1);
		assert_str(d.meta.date, "2020-04-03");
	}
	assert_int_equal(input_next(in, &d, &e), -1);
	assert_non_null(strstr(e.text, "is no date: 3/4/2020 (expected YYYY-MM-DD"));
	input_free(in);
}

static void letters_of_two_bytes_are_told(void **state)
{
	struct document d;
	struct input *in;
	struct err e;
	char *paths[] = {path_of("wide.txt"), path_of("wide.csv")};

	(void)state;
	put("wide.txt", "P\0e\0r\0u\0.\0", 10);
	put("wide.csv", "\xff\xfet\0e\0x\0t\0\n\0A\0\n\0", 16);
	in = input_new(paths, 2);
	assert_int_equal(input_next(in, &d, &e), -1);
	assert_non_null(strstr(e.text, "try iconv -f UTF-16LE"));
	assert_int_equal(input_next(in, &d, &e), -1);
	assert_non_null(strstr(e.text, "wide.csv: tables and JSON are read as UTF-8"));
	assert_int_equal(input_next(in, &d, &e), 0);
	input_free(in);
}

static void a_table_without_texts_says_what_is_missing(void **state)
{
	struct document d;
	struct input *in;
	struct err e;
	char *paths[] = {path_of("no.csv"), path_of("open.csv"), path_of("good.txt")};

	(void)state;
	put_text("no.csv", "id,year\n1,2020\n");
	put_text("open.csv", "id,text\n1,\"never closed\n2,b\n");
	put_text("good.txt", "Good.");
	in = input_new(paths, 3);
	assert_int_equal(input_next(in, &d, &e), -1);
	assert_non_null(strstr(e.text, "names no column \"text\""));
	assert_non_null(strstr(e.text, "but: id, year"));
	assert_int_equal(input_next(in, &d, &e), -1);
	assert_non_null(strstr(e.text, "a quote is not closed"));
	assert_int_equal(input_next(in, &d, &e), 1);
	assert_str(d.text, "Good.");
	assert_int_equal(input_next(in, &d, &e), 0);
	assert_int_equal(input_failed(in), 2);
	input_free(in);
}

static void fields_as_tables_write_them_are_read(void **state)
{
	struct document d;
	struct input *in;
	struct err e;

	(void)state;
	put_text("f.jsonl", "{\"id\": 3.0, \"text\": \"One.\", \"date\": \"NA\"}\n"
			    "{\"text\": \"Two.\", \"date\": \"Jan 2, 2020, 9:30 AM EST\"}\n");
	read_file("f.jsonl", &in, &d, 1);
	assert_str(d.meta.id, "3");
	assert_str(d.meta.date, "");
	assert_int_equal(input_next(in, &d, &e), 1);
	assert_str(d.meta.date, "2020-01-02");
	input_free(in);
}

static void a_json_file_may_be_an_array_or_one_object(void **state)
{
	struct document d;
	struct input *in;
	struct err e;

	(void)state;
	put_text("a.json",
		 "[{\"id\": 1, \"text\": \"One.\"},\n {\"id\": 2}, {\"text\": \"Three.\"}]");
	read_file("a.json", &in, &d, 1);
	assert_str(d.meta.id, "1");
	assert_int_equal(input_next(in, &d, &e), -1);
	assert_non_null(strstr(e.text, "a.json:2: no \"text\""));
	assert_int_equal(input_next(in, &d, &e), 1);
	assert_str(d.text, "Three.");
	assert_int_equal(input_next(in, &d, &e), 0);
	input_free(in);
	put_text("o.json", "{\n  \"text\": \"One.\"\n}\n");
	read_file("o.json", &in, &d, 1);
	assert_str(d.text, "One.");
	input_free(in);
	put_text("l.json", "\xef\xbb\xbf{\"text\": \"One.\"}\n{\"text\": \"Two.\"}\n");
	read_file("l.json", &in, &d, 1);
	assert_int_equal(input_next(in, &d, &e), 1);
	assert_str(d.text, "Two.");
	input_free(in);
}

static void single_bytes_are_windows_1252(void **state)
{
	struct document d;
	struct input *in;

	(void)state;
	put_text("w.txt", "The \xc9lys\xe9"
			  "e said \x93no\x94.");
	read_file("w.txt", &in, &d, 1);
	assert_str(d.text, "The Élysée said “no”.");
	input_free(in);
	put_text("w.csv", "text\nThe \xc9lys\xe9"
			  "e said no.\n");
	read_file("w.csv", &in, &d, 1);
	assert_str(d.text, "The Élysée said no.");
	input_free(in);
	put_text("u.txt", "É and a damaged \xe9.");
	read_file("u.txt", &in, &d, 1);
	assert_str(d.text, "É and a damaged \xe9.");
	input_free(in);
}

static void files_of_other_formats_say_what_to_do(void **state)
{
	static const struct {
		const char *name, *bytes, *says;
	} FILES[] = {
		{"x.rtf", "{\\rtf1\\ansi Oslo.}", "RTF"},
		{"x.doc", "\xd0\xcf\x11\xe0\xa1\xb1", "old Office"},
		{"x.png", "\x89PNG\r\n", "picture"},
		{"x.zip", "PK\003\004abcdef", "unpack archives"},
	};
	struct document d;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(FILES) / sizeof(*FILES); i++) {
		char *paths[] = {path_of(FILES[i].name)};
		struct input *in = input_new(paths, 1);

		put_text(FILES[i].name, FILES[i].bytes);
		assert_int_equal(input_next(in, &d, &e), -1);
		if (!strstr(e.text, FILES[i].says))
			fail_msg("%s", e.text);
		input_free(in);
	}
}

static void the_head_of_a_printed_page_is_no_title(void **state)
{
	struct document d;
	struct input *in;

	(void)state;
	put_text("p.txt", "11/22/26, 12:06 PM\n\nJapan protests\n\nJapan protested.");
	read_file("p.txt", &in, &d, 1);
	assert_str(d.meta.title, "");
	input_free(in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(folder_is_read_in_sorted_order_by_path_below_it),
		TEST(failed_document_is_named_and_the_next_one_read),
		TEST(title_and_date_are_found_and_left_in_the_text),
		TEST(sentence_is_no_title),
		TEST(json_lines_give_one_document_a_line_and_name_bad_ones),
		TEST(web_page_gives_its_article_and_what_it_says_of_itself),
		TEST(warc_gives_its_pages_only),
		TEST(utf16_with_its_mark_is_read),
		TEST(line_above_the_limit_is_refused),
		TEST(a_table_is_a_document_a_row),
		TEST(a_table_may_have_tabs_or_semicolons),
		TEST(dates_of_tables_are_read),
		TEST(letters_of_two_bytes_are_told),
		TEST(a_table_without_texts_says_what_is_missing),
		TEST(fields_as_tables_write_them_are_read),
		TEST(a_json_file_may_be_an_array_or_one_object),
		TEST(single_bytes_are_windows_1252),
		TEST(files_of_other_formats_say_what_to_do),
		TEST(the_head_of_a_printed_page_is_no_title),
		cmocka_unit_test(dates_are_read_as_people_write_them),
	};

	return cmocka_run_group_tests_name("client_input", tests, NULL, NULL);
}
