/* What the tables say of themselves: help, man pages, and the flags for shell completion. */
#include "proto/options.h"

#include <ctype.h>

enum { WIDTH = 90, INDENT = 30 };

static const struct option_row OWN_ROWS[] = {
	{.name = "config",
	 .type = OPTION_STR,
	 .arg = "FILE",
	 .help = "configuration file instead of the XDG ones (demarche/demarche.ini)"},
	{.name = "help", .letter = 'h', .type = OPTION_BOOL, .help = "print this and end"},
	{.name = "version", .type = OPTION_BOOL, .help = "print the version and end"},
	{.type = OPTION_END},
};

/* Columns of UTF-8 text without double-width characters, which is what tables hold. */
static int columns(const char *s, size_t n)
{
	int count = 0;

	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)s[i] & 0xc0) != 0x80;
	return count;
}

static void wrap(FILE *out, const char *text, int indent, int column)
{
	while (*text) {
		size_t n = strcspn(text, " ");
		int width = columns(text, n);

		if (column > indent && column + 1 + width > WIDTH) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			fputc(' ', out);
			column++;
		}
		fwrite(text, 1, n, out);
		column += width;
		text += n + strspn(text + n, " ");
	}
	fputc('\n', out);
}

static struct str row_flag(const struct option_row *r, struct arena *a)
{
	struct str head = r->letter ? arena_printf(a, "-%c, --%s", r->letter, r->name)
				    : arena_printf(a, "    --%s", r->name);

	return r->type == OPTION_BOOL ? head
				      : arena_printf(a, "%s=%s%s", head.p, r->arg,
						     r->type == OPTION_LIST ? "…" : "");
}

static struct str row_help(const struct option_row *r, struct arena *a)
{
	if (r->standard && r->type != OPTION_BOOL)
		return arena_printf(a, "%s (default: %s)", r->help, r->standard);
	return str_of(r->help);
}

static void help_rows(const struct option_row *r, FILE *out, struct arena *a)
{
	for (; r->type != OPTION_END; r++) {
		struct str flag;
		int column;

		if (r->type == OPTION_INCLUDE) {
			help_rows(r->include, out, a);
			continue;
		}
		if (!r->help)
			continue;
		flag = row_flag(r, a);
		column = 2 + columns(flag.p, flag.n);
		fprintf(out, "  %s", flag.p);
		if (column > INDENT - 2) {
			fprintf(out, "\n%*s", INDENT, "");
			column = INDENT;
		} else {
			fprintf(out, "%*s", INDENT - column, "");
			column = INDENT;
		}
		wrap(out, row_help(r, a).p, INDENT, column);
	}
}

void options_help(const struct option_program *p, FILE *out)
{
	struct arena a = {0};

	fprintf(out, "Usage: %s %s\n\n", p->name, p->synopsis);
	wrap(out, p->about, 0, 0);
	fprintf(out, "\nOptions:\n");
	help_rows(p->rows, out, &a);
	help_rows(OWN_ROWS, out, &a);
	fprintf(out, "\n");
	wrap(out,
	     "Each option that takes a value can also be set by a variable (--data-dir: "
	     "DEMARCHE_DATA_DIR) and in the configuration file.",
	     0, 0);
	if (p->more)
		fprintf(out, "\n%s", p->more);
	arena_free(&a);
}

/* troff takes '-' for a hyphen, a backslash for a command, and '.' or '\'' at a line's start. */
static void man_text(FILE *out, const char *text)
{
	bool start = true;

	for (; *text; text++) {
		if (start && (*text == '.' || *text == '\''))
			fputs("\\&", out);
		if (*text == '-')
			fputs("\\-", out);
		else if (*text == '\\')
			fputs("\\e", out);
		else
			fputc(*text, out);
		start = *text == '\n';
	}
}

static void man_rows(const struct option_row *r, FILE *out, struct arena *a)
{
	for (; r->type != OPTION_END; r++) {
		const char *flag;

		if (r->type == OPTION_INCLUDE) {
			man_rows(r->include, out, a);
			continue;
		}
		if (!r->help)
			continue;
		for (flag = row_flag(r, a).p; *flag == ' ';)
			flag++;
		fputs(".TP\n.B ", out);
		man_text(out, flag);
		fputc('\n', out);
		man_text(out, row_help(r, a).p);
		fputs(".\n", out);
	}
}

void options_man(const struct option_program *p, FILE *out)
{
	struct arena a = {0};
	char title[64];

	snprintf(title, sizeof(title), "%s", p->name);
	for (char *c = title; *c; c++)
		*c = *c == ' ' ? '-' : (char)toupper((unsigned char)*c);
	fprintf(out, ".TH %s 1 \"\" \"demarche %s\" \"User Commands\"\n.SH NAME\n", title,
		DEMARCHE_VERSION);
	for (char *c = title; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	man_text(out, title);
	fprintf(out, " \\- %s\n.SH SYNOPSIS\n.B %s\n", "events and stances from political text",
		p->name);
	man_text(out, p->synopsis);
	fputs("\n.SH DESCRIPTION\n", out);
	man_text(out, p->about);
	fputs("\n.SH OPTIONS\n", out);
	man_rows(p->rows, out, &a);
	man_rows(OWN_ROWS, out, &a);
	fputs(".SH CONFIGURATION\n"
	      "Each option that takes a value can also be set by a variable (\\-\\-data\\-dir: "
	      "DEMARCHE_DATA_DIR)\nand in $XDG_CONFIG_HOME/demarche/demarche.ini. "
	      "A flag wins over a variable, a variable over the file.\n",
	      out);
	if (p->more) {
		fputs(".SH NOTES\n.nf\n", out);
		man_text(out, p->more);
		fputs(".fi\n", out);
	}
	arena_free(&a);
}

static void flag_rows(const struct option_row *r, FILE *out)
{
	for (; r->type != OPTION_END; r++) {
		if (r->type == OPTION_INCLUDE)
			flag_rows(r->include, out);
		else if (r->help)
			fprintf(out, "--%s%s%s\n", r->name, r->type == OPTION_BOOL ? "" : "=",
				r->type == OPTION_CHOICE ? r->arg : "");
	}
}

void options_flags(const struct option_program *p, FILE *out)
{
	flag_rows(p->rows, out);
	flag_rows(OWN_ROWS, out);
}
