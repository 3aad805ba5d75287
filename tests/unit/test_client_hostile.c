/* Files that are made to harm who reads them: each is one error, and costs no more than its bytes
 * allow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <archive.h>
#include <archive_entry.h>
#include <sys/mman.h>
#include <unistd.h>

#include "client/read/reader.h"
#include "client/source.h"
#include "proto/pack.h"

static struct arena A;
static struct buf B;
static struct err E;

static int forget(void **state)
{
	(void)state;
	arena_free(&A);
	buf_free(&B);
	return 0;
}

#define DOCUMENT(inside)                                                      \
	"<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>Leaders met" inside \
	"</w:t></w:r></w:p></w:body></w:document>"

static la_ssize_t to_buf(struct archive *z, void *to, const void *p, size_t n)
{
	(void)z;
	buf_add(to, p, n);
	return (la_ssize_t)n;
}

/* A Word document in B with this as its word/document.xml, behind a file of another name. */
static struct str docx_of(struct str xml)
{
	struct archive *z = archive_write_new();
	const char *const names[] = {"word/media/a.png", "word/document.xml"};

	archive_write_set_format_zip(z);
	assert_int_equal(archive_write_open(z, &B, NULL, to_buf, NULL), ARCHIVE_OK);
	for (int i = 0; i < 2; i++) {
		struct archive_entry *entry = archive_entry_new();

		archive_entry_set_pathname(entry, names[i]);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_size(entry, (la_int64_t)xml.n);
		assert_int_equal(archive_write_header(z, entry), ARCHIVE_OK);
		assert_int_equal(archive_write_data(z, xml.p, xml.n), (la_ssize_t)xml.n);
		archive_entry_free(entry);
	}
	archive_write_free(z);
	return buf_str(&B);
}

static void a_word_document_is_read(void **state)
{
	struct document d = {0};

	(void)state;
	assert_int_equal(reader_docx(&A, docx_of(STR(DOCUMENT("."))), &d, &E), 0);
	assert_true(str_is(d.text, "Leaders met.\n\n"));
}

/* Three such entities in a few hundred bytes would be as many gigabytes. */
static void a_document_type_is_refused(void **state)
{
	struct document d = {0};

	(void)state;
	assert_int_equal(
		reader_docx(&A,
			    docx_of(STR("<!DOCTYPE w [<!ENTITY a \"aaaaaaaaaa\">]>" DOCUMENT(
				    "&a;&a;&a;"))),
			    &d, &E),
		-1);
	assert_int_equal(E.code, ERR_CORRUPT);
}

static void too_many_attributes_are_cut_off(void **state)
{
	struct document d = {0};
	const char *const tags[] = {"<p title='x'", "<p title=\"<b\" "};

	(void)state;
	for (int k = 0; k < 2; k++) {
		B.n = 0;
		buf_printf(&B, "<html><body>%s", tags[k]);
		for (int i = 0; i < 5000; i++)
			buf_printf(&B, " a%d=\"%d > 1\"", i, i);
		buf_printf(&B, "><p>Leaders met.</p><p class=x>They talked.</p></body></html>");
		assert_int_equal(reader_html(&A, buf_str(&B), &d, &E), 0);
		assert_true(str_ends(d.text, STR("Leaders met.\n\nThey talked.")));
	}
}

static void a_page_may_nest_deeply(void **state)
{
	struct document d = {0};

	(void)state;
	buf_printf(&B, "<html><body><div><p>Menu</p></div>");
	for (int i = 0; i < 150; i++)
		buf_printf(&B, "<div>");
	for (int i = 0; i < 100; i++)
		buf_printf(&B, "<p>Leaders met.</p>");
	assert_int_equal(reader_html(&A, buf_str(&B), &d, &E), 0);
	assert_true(str_starts(d.text, STR("Leaders met.\n\nLeaders")));
	buf_add(&B, "<b>", 3);
	for (int i = 0; i < 10000; i++)
		buf_printf(&B, "<i>");
	assert_int_equal(reader_html(&A, buf_str(&B), &d, &E), 0);
}

/* Tags that stand in each other's values: looking for their ends must not cost the square. */
static void tags_within_tags_are_no_page(void **state)
{
	struct document d = {0};

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_printf(&B, "<a x=<a/");
	assert_int_equal(reader_html(&A, buf_str(&B), &d, &E), -1);
	assert_non_null(strstr(E.text, "tags within tags"));
}

static void crowded_json_is_refused(void **state)
{
	struct document d = {0};

	(void)state;
	buf_printf(&B, "{\"text\": \"\\\"[[[ Leaders met.\", \"a\": [");
	assert_null(json_list_open(buf_str(&B), &E));
	assert_int_equal(E.code, ERR_CORRUPT);
	for (int i = 0; i < 1000000; i++)
		buf_add(&B, "{},", 3);
	assert_int_equal(reader_json(&A, buf_str(&B), &d, &E), -1);
	assert_int_equal(E.code, ERR_TOO_BIG);
}

/* A stream of what is in B. */
static struct stream *open_bytes(void)
{
	int fd = memfd_create("bytes", MFD_CLOEXEC);
	struct stream *s;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(write(fd, B.p, B.n), (ssize_t)B.n);
	s = stream_open(path, &E);
	assert_non_null(s);
	close(fd);
	return s;
}

/* B becomes n MiB of nothing, packed `times`. */
static void pack_nothing(int n, int times)
{
	struct archive *z = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	struct buf chunk = {0};

	buf_reserve(&chunk, 1 << 20);
	memset(chunk.p, '\n', 1 << 20);
	for (int i = 0; i < times; i++)
		archive_write_add_filter_gzip(z);
	archive_write_set_bytes_in_last_block(z, 1);
	archive_write_set_format_raw(z);
	assert_int_equal(archive_write_open(z, &B, NULL, to_buf, NULL), ARCHIVE_OK);
	archive_entry_set_filetype(entry, AE_IFREG);
	assert_int_equal(archive_write_header(z, entry), ARCHIVE_OK);
	while (n--)
		assert_int_equal(archive_write_data(z, chunk.p, 1 << 20), 1 << 20);
	archive_entry_free(entry);
	archive_write_free(z);
	buf_free(&chunk);
}

static void bytes_that_unpack_without_end_are_given_up(void **state)
{
	struct stream *s;
	struct str line;
	uint64_t n = 0;

	(void)state;
	pack_nothing(80, 2);
	assert_true(B.n < 10000);
	s = open_bytes();
	while (stream_line(s, &line, &E) == 1)
		n++;
	assert_int_equal(E.code, ERR_CORRUPT);
	assert_in_range(n, 60 << 20, 70 << 20);
	assert_int_equal(stream_line(s, &line, &E), 0);
	stream_close(s);
}

static void warc_records_that_are_no_pages_cost_no_memory(void **state)
{
	struct document d;
	struct stream *s;

	(void)state;
	for (int i = 0; i < 10000; i++)
		buf_printf(
			&B,
			"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: urn:%d\r\n"
			"Content-Length: 44\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: image/x\r\n\r\n"
			"xx\r\n\r\n",
			i);
	s = open_bytes();
	assert_int_equal(reader_warc(s, &A, &d, &E), 0);
	assert_int_equal(A.used, 0);
	stream_close(s);
}

static void a_warc_header_without_end_is_refused(void **state)
{
	struct document d;
	struct stream *s;

	(void)state;
	buf_printf(&B, "WARC/1.0\r\n");
	for (int i = 0; i < 2000; i++)
		buf_printf(&B, "WARC-Type: response\r\n");
	s = open_bytes();
	assert_int_equal(reader_warc(s, &A, &d, &E), -1);
	assert_int_equal(E.code, ERR_CORRUPT);
	stream_close(s);
}

/* What a broker that is none might send. */
static void rows_are_bounded(void **state)
{
	json_t *row;

	(void)state;
	for (int i = 0; i < 40; i++) /* each list claims all bytes that follow */
		buf_add(&B, "\xdc\x03\xe8", 3);
	for (int i = 0; i < 2000; i++)
		pack_nil(&B);
	assert_null(source_row(buf_str(&B), &E));
	B.n = 0;
	pack_map(&B, 1);
	pack_cstr(&B, "a");
	pack_array(&B, 9 << 20);
	for (int i = 0; i < 9 << 20; i++)
		buf_add(&B, "\x01", 1);
	assert_null(source_row(buf_str(&B), &E));
	B.n = 0;
	pack_map(&B, 1);
	pack_cstr(&B, "a");
	pack_array(&B, 2);
	pack_uint(&B, 7), pack_uint(&B, 8);
	row = source_row(buf_str(&B), &E);
	assert_non_null(row);
	assert_int_equal(json_array_size(json_object_get(row, "a")), 2);
	json_decref(row);
}

#define TEST(f) cmocka_unit_test_teardown(f, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_word_document_is_read),
		TEST(a_document_type_is_refused),
		TEST(too_many_attributes_are_cut_off),
		TEST(a_page_may_nest_deeply),
		TEST(tags_within_tags_are_no_page),
		TEST(crowded_json_is_refused),
		TEST(bytes_that_unpack_without_end_are_given_up),
		TEST(warc_records_that_are_no_pages_cost_no_memory),
		TEST(a_warc_header_without_end_is_refused),
		TEST(rows_are_bounded),
	};

	return cmocka_run_group_tests_name("client_hostile", tests, NULL, NULL);
}
