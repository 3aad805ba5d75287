/* What all readers share: the checks and the hash at the end, and dates as people write them. */
#include "client/read/reader.h"

#include <sodium.h>

const char *reader_unknown(struct str head)
{
	static const struct {
		const char *magic;
		const char *what;
	} KNOWN[] = {
		{"{\\rtf", "rich text (RTF) is not read: save it as .docx or plain text"},
		{"\xd0\xcf\x11\xe0",
		 "an old Office file is not read: save it as .docx, or a table as .csv"},
		{"\x89PNG", "a picture has no text (OCR makes one of it)"},
		{"\xff\xd8\xff", "a picture has no text (OCR makes one of it)"},
		{"GIF8", "a picture has no text"},
		{"SQLite format 3", "a database, not a document"},
		{"7z\xbc\xaf", "an archive: unpack it, folders are read"},
		{"Rar!", "an archive: unpack it, folders are read"},
	};

	for (size_t i = 0; i < sizeof(KNOWN) / sizeof(*KNOWN); i++)
		if (str_starts(head, str_of(KNOWN[i].magic)))
			return KNOWN[i].what;
	if (head.n >= 262 && memcmp(head.p + 257, "ustar", 5) == 0)
		return "an archive (tar): unpack it, folders are read";
	return NULL;
}

/* Every other byte is NUL at the beginning: letters of two bytes. NULL where it is not so. */
static const char *wide_letters(struct str text)
{
	size_t n = text.n < 64 ? text.n : 64, nul[2] = {0};

	for (size_t i = 0; i < n; i++)
		nul[i % 2] += !text.p[i];
	if (!nul[0] && nul[1] * 3 > n)
		return "UTF-16LE";
	return !nul[1] && nul[0] * 3 > n ? "UTF-16BE" : NULL;
}

int reader_finish(struct arena *a, struct document *d, struct err *e)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof(hash) + 1];
	const char *nul = d->text.n ? memchr(d->text.p, 0, d->text.n) : NULL;
	size_t i = 0;

	if (d->text.n > READER_TEXT_MAX)
		return err_set(e, ERR_TOO_BIG, "text of %zu bytes, limit %d MiB", d->text.n,
			       READER_TEXT_MAX >> 20);
	if (nul && wide_letters(d->text))
		return err_set(e, ERR_INVALID, "%s without its mark: try iconv -f %s -t UTF-8",
			       wide_letters(d->text), wide_letters(d->text));
	if (nul)
		return err_set(e, ERR_INVALID, "not text: NUL at byte %zu",
			       (size_t)(nul - d->text.p));
	while (i < d->text.n && strchr(" \t\r\n\f\v", d->text.p[i]))
		i++;
	if (i == d->text.n)
		return err_set(e, ERR_INVALID, "empty: no text in it");
	crypto_hash_sha256(hash, (const unsigned char *)d->text.p, d->text.n);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	d->meta.sha256 = arena_str(a, str_of(hex));
	if (!d->meta.id.n)
		d->meta.id = d->meta.sha256;
	if (!d->meta.date.n)
		d->meta.date_source = STR("none");
	return 0;
}

static const char *const MONTHS[12] = {"january",   "february", "march",    "april",
				       "may",       "june",     "july",     "august",
				       "september", "october",  "november", "december"};
static const char *const WEEKDAYS[7] = {"monday", "tuesday",  "wednesday", "thursday",
					"friday", "saturday", "sunday"};

struct date_words {
	int year, month, day;
	bool other; /* something that belongs to no date */
};

static bool starts_word(const char *full, const char *w, size_t n)
{
	return n >= 3 && n <= strlen(full) && strncmp(full, w, n) == 0;
}

static bool is_time(const char *w)
{
	int h, m, used = 0;

	return sscanf(w, "%2d:%2d%n", &h, &m, &used) == 2 && used >= 4;
}

static void take_number(struct date_words *d, int value, size_t n_digits)
{
	if (n_digits == 4 && value >= 1800 && value <= 2200 && !d->year)
		d->year = value;
	else if (n_digits <= 2 && value >= 1 && value <= 31 && !d->day)
		d->day = value;
	else
		d->other = true;
}

static void take_word(struct date_words *d, const char *w, size_t n)
{
	static const char *const FILLERS[] = {
		"of", "the", "on",  "date", "published", "posted", "utc", "updated", "gmt",
		"am", "pm",  "at",  "est",  "edt",       "cst",    "cdt", "pst",     "pdt",
		"et", "bst", "cet", "cest", "msk",       "ist",    "jst", "kst"};
	int y, m, day, used = 0;
	size_t digits = strspn(w, "0123456789");

	if (sscanf(w, "%4d%*1[-/]%2d%*1[-/]%2d%n", &y, &m, &day, &used) == 3 && used >= 8 &&
	    (w[used] == 0 || w[used] == 't')) {
		*d = (struct date_words){y, m, day, d->other || d->year || d->month || d->day};
		return;
	}
	if (is_time(w))
		return;
	if (digits &&
	    (digits == n || (n == digits + 2 && digits <= 2 && strchr("snrt", w[n - 2])))) {
		take_number(d, atoi(w), digits);
		return;
	}
	for (int i = 0; i < 12; i++)
		if (starts_word(MONTHS[i], w, n)) {
			d->other |= d->month != 0;
			d->month = i + 1;
			return;
		}
	for (int i = 0; i < 7; i++)
		if (starts_word(WEEKDAYS[i], w, n))
			return;
	for (size_t i = 0; i < sizeof(FILLERS) / sizeof(*FILLERS); i++)
		if (strcmp(FILLERS[i], w) == 0)
			return;
	d->other = true;
}

static bool real_date(const struct date_words *d)
{
	static const int DAYS[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (d->year % 4 == 0 && d->year % 100 != 0) || d->year % 400 == 0;

	return !d->other && d->year && d->month >= 1 && d->month <= 12 && d->day >= 1 &&
	       d->day <= DAYS[d->month - 1] && (d->month != 2 || d->day < 29 || leap);
}

struct str reader_date_line(struct arena *a, struct str line)
{
	struct date_words d = {0};
	char word[32];
	size_t n = 0;

	if (line.n > 80)
		return STR("");
	for (size_t i = 0; i <= line.n; i++) {
		char c = i < line.n ? line.p[i] : ' ';

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (!strchr(" \t\r,.()[]|", c) && !(c == ':' && n && word[n - 1] >= 'a')) {
			if (n == sizeof(word) - 1)
				return STR("");
			word[n++] = c;
			continue;
		}
		word[n] = 0;
		if (n)
			take_word(&d, word, n);
		n = 0;
	}
	if (!real_date(&d))
		return STR("");
	return arena_printf(a, "%04d-%02d-%02d", d.year, d.month, d.day);
}
