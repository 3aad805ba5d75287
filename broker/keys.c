#include "broker/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/msg.h"

struct keys {
	char *path;
	char server_secret[KEYS_Z85];
	struct key *keys;
	uint32_t n, cap, generation;
};

struct keys *keys_new(void)
{
	return mem_alloc(sizeof(struct keys));
}

void keys_close(struct keys *k)
{
	if (!k)
		return;
	sodium_memzero(k->server_secret, sizeof(k->server_secret));
	mem_free(k->keys);
	mem_free(k->path);
	mem_free(k);
}

uint32_t keys_generation(const struct keys *k)
{
	return k->generation;
}

const char *keys_server_secret(const struct keys *k)
{
	return k->server_secret;
}

/* Looks at every key, whichever it is, so that time tells nothing. */
const struct key *keys_find(const struct keys *k, const char *public_key)
{
	const struct key *found = NULL;

	if (strlen(public_key) != KEYS_Z85 - 1)
		return NULL;
	for (uint32_t i = 0; i < k->n; i++)
		if (sodium_memcmp(k->keys[i].public_key, public_key, KEYS_Z85 - 1) == 0)
			found = &k->keys[i];
	return found;
}

/* The next word of a line; what is left moves on. */
static struct str word(struct str *line)
{
	struct str w;

	while (line->n && (*line->p == ' ' || *line->p == '\t'))
		line->p++, line->n--;
	w = (struct str){line->p, 0};
	while (line->n && *line->p != ' ' && *line->p != '\t')
		line->p++, line->n--, w.n++;
	return w;
}

int keys_roles(struct str text, uint32_t *roles, struct err *e)
{
	static const struct {
		const char *name;
		uint32_t role;
	} names[] = {{"submit", ROLE_SUBMIT},
		     {"work", ROLE_WORK},
		     {"read", ROLE_READ},
		     {"admin", ROLE_ADMIN}};

	if (!text.n)
		return err_set(e, ERR_INVALID, "no role");
	for (*roles = 0; text.n;) {
		struct str one = text;
		const char *comma = memchr(text.p, ',', text.n);
		bool is_one = false;

		one.n = comma ? (size_t)(comma - text.p) : text.n;
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (str_is(one, names[i].name))
				*roles |= names[i].role, is_one = true;
		if (!is_one)
			return err_set(e, ERR_INVALID,
				       "\"%.*s\" is none of submit, work, read, "
				       "admin",
				       STR_ARG(one));
		text.p += one.n + (comma != NULL);
		text.n -= one.n + (comma != NULL);
	}
	return 0;
}

static int parse_key(struct str text, char out[static KEYS_Z85], struct err *e)
{
	if (text.n != KEYS_Z85 - 1)
		return err_set(e, ERR_INVALID, "a key of %zu characters, expected %d", text.n,
			       KEYS_Z85 - 1);
	if (memchr(text.p, '\0', text.n))
		return err_set(e, ERR_INVALID, "a key with a NUL byte");
	memcpy(out, text.p, text.n);
	out[text.n] = '\0';
	return 0;
}

static int parse_line(struct keys *k, struct str line, struct err *e)
{
	struct str what = word(&line), first, roles, name;
	struct key key = {0};

	if (!what.n || what.p[0] == '#')
		return 0;
	first = word(&line);
	if (str_is(what, "server"))
		return parse_key(first, k->server_secret, e);
	if (!str_is(what, "allow"))
		return err_set(e, ERR_INVALID, "\"%.*s\", expected server or allow", STR_ARG(what));
	roles = word(&line);
	name = word(&line);
	if (!roles.n || !name.n)
		return err_set(e, ERR_INVALID, "expected: allow KEY ROLES NAME");
	if (name.n >= sizeof(key.name))
		return err_set(e, ERR_TOO_BIG, "a name of %zu bytes", name.n);
	if (k->n >= KEYS_MAX)
		return err_set(e, ERR_TOO_BIG, "more than %d keys", KEYS_MAX);
	if (parse_key(first, key.public_key, e) < 0 || keys_roles(roles, &key.roles, e) < 0)
		return -1;
	memcpy(key.name, name.p, name.n);
	MEM_GROW(k->keys, k->n, k->cap);
	k->keys[k->n++] = key;
	return 0;
}

int keys_parse(struct keys *k, struct str text, struct err *e)
{
	for (int number = 1; text.n; number++) {
		const char *end = memchr(text.p, '\n', text.n);
		struct str line = {text.p, end ? (size_t)(end - text.p) : text.n};

		if (parse_line(k, line, e) < 0)
			return err_wrap(e, "line %d", number);
		text.p += line.n + (end != NULL);
		text.n -= line.n + (end != NULL);
	}
	if (!k->server_secret[0])
		return err_set(e, ERR_INVALID, "no line \"server SECRET_KEY\"");
	return 0;
}

static int read_fd(int fd, struct buf *b, struct err *e)
{
	ssize_t n;

	do {
		buf_reserve(b, 65536);
		n = read(fd, b->p + b->n, 65536);
		if (n > 0)
			b->n += (size_t)n;
		if (b->n > KEYS_FILE_MAX)
			return err_set(e, ERR_TOO_BIG, "more than %d bytes", KEYS_FILE_MAX);
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? err_errno(e, errno, "cannot read it") : 0;
}

static int read_file(const char *path, struct buf *b, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;
	struct stat st;

	if (fd < 0)
		return err_errno(e, errno, "cannot open it");
	if (fstat(fd, &st) == 0 && st.st_mode & (S_IRGRP | S_IROTH | S_IWGRP | S_IWOTH))
		r = err_set(e, ERR_REFUSED, "others may read it: chmod 600");
	else
		r = read_fd(fd, b, e);
	close(fd);
	return r;
}

static int load(struct keys *k, const char *path, struct err *e)
{
	struct buf b = {0};
	int r = read_file(path, &b, e);

	if (r == 0)
		r = keys_parse(k, buf_str(&b), e);
	if (b.p)
		sodium_memzero(b.p, b.cap);
	buf_free(&b);
	return r < 0 ? err_wrap(e, "%s", path) : 0;
}

int keys_open(struct keys **out, const char *path, struct err *e)
{
	struct keys *k = keys_new();

	k->path = mem_strdup(path);
	if (load(k, path, e) < 0) {
		keys_close(k);
		return -1;
	}
	*out = k;
	return 0;
}

/* The server's own key cannot change while it listens; the new file's is not looked at. */
int keys_reload(struct keys *k, struct err *e)
{
	struct keys *fresh = keys_new();
	struct key *old = k->keys;

	if (load(fresh, k->path, e) < 0) {
		keys_close(fresh);
		return -1;
	}
	k->keys = fresh->keys;
	k->generation++;
	k->n = fresh->n;
	k->cap = fresh->cap;
	fresh->keys = old;
	keys_close(fresh);
	return 0;
}
