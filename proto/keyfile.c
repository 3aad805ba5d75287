#include "proto/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char Z85[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			  ".-:+=^!/*?&<>()[]{}@%$#";

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of the line; the rest stays in *line. */
static struct str word(struct str *line)
{
	struct str w;

	while (line->n && is_blank(*line->p))
		*line = (struct str){line->p + 1, line->n - 1};
	w.p = line->p;
	for (w.n = 0; w.n < line->n && !is_blank(w.p[w.n]);)
		w.n++;
	*line = (struct str){w.p + w.n, line->n - w.n};
	return w;
}

static bool is_key(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!s.p[i] || !strchr(Z85, s.p[i]))
			return false;
	return s.n == KEYFILE_Z85 - 1;
}

static int parse_line(struct str line, const char *path, int number, struct keyfile *k,
		      struct err *e)
{
	struct str name = word(&line), key = word(&line);
	char *to = str_is(name, "secret") ? k->secret : str_is(name, "server") ? k->server : NULL;

	if (!name.n || name.p[0] == '#')
		return 0;
	if (!to || word(&line).n)
		return err_set(e, ERR_INVALID, "%s:%d: expected \"secret KEY\" or \"server KEY\"",
			       path, number);
	if (!is_key(key))
		return err_set(e, ERR_INVALID, "%s:%d: not a key of 40 Z85 characters", path,
			       number);
	memcpy(to, key.p, key.n);
	to[key.n] = '\0';
	return 0;
}

int keyfile_parse(struct str text, const char *path, struct keyfile *k, struct err *e)
{
	*k = (struct keyfile){.secret = ""};
	for (int number = 1; text.n; number++) {
		const char *end = memchr(text.p, '\n', text.n);
		struct str line = {text.p, end ? (size_t)(end - text.p) : text.n};
		size_t skip = line.n + (end != NULL);

		if (parse_line(line, path, number, k, e) < 0)
			return -1;
		text = (struct str){text.p + skip, text.n - skip};
	}
	if (!*k->secret || !*k->server)
		return err_set(e, ERR_INVALID, "%s: the line \"%s KEY\" is missing", path,
			       *k->secret ? "server" : "secret");
	return 0;
}

int keyfile_read(const char *path, struct keyfile *k, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;
	char text[KEYFILE_MAX];
	struct stat st;
	ssize_t n = 0;

	if (fd < 0)
		return err_errno(e, errno, "cannot open the key file %s", path);
	if (fstat(fd, &st) < 0 || (n = read(fd, text, sizeof(text))) < 0)
		rc = err_errno(e, errno, "cannot read the key file %s", path);
	else if (!S_ISREG(st.st_mode) || st.st_mode & (S_IRWXG | S_IRWXO))
		rc = err_set(e, ERR_REFUSED, "%s can be read by others: chmod 600 it", path);
	else if ((size_t)n == sizeof(text))
		rc = err_set(e, ERR_TOO_BIG, "%s: a key file has less than %d bytes", path,
			     KEYFILE_MAX);
	close(fd);
	return rc < 0 ? -1 : keyfile_parse((struct str){text, (size_t)n}, path, k, e);
}

int keyfile_write(const char *path, const struct keyfile *k, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), rc = 0;
	struct buf text = {0};

	if (fd < 0)
		return err_errno(e, errno, "cannot make the key file %s", path);
	buf_printf(&text, "# made by demarche keys\nsecret  %s\nserver  %s\n", k->secret,
		   k->server);
	if (write(fd, text.p, text.n) != (ssize_t)text.n || fsync(fd) < 0)
		rc = err_errno(e, errno, "cannot write the key file %s", path);
	close(fd);
	buf_free(&text);
	return rc;
}
