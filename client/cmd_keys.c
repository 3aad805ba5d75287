/* demarche keys: makes the keys that a broker beyond one machine asks for. The broker's file holds
 * its own secret and who may come in with which roles; each peer gets a file with its secret and
 * the broker's public key. Nothing is ever overwritten; no file is readable by others. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/keys.h"
#include "client/command.h"
#include "client/read/reader.h"
#include "client/table.h"
#include "proto/keyfile.h"
#include "proto/options.h"
#include "proto/wire.h"

struct keys_options {
	const char *keys, *roles, *out;
	bool json;
};

#define AT(field) .offset = offsetof(struct keys_options, field)
static const struct option_row ROWS[] = {
	{.name = "keys",
	 .type = OPTION_STR,
	 AT(keys),
	 .arg = "FILE",
	 .standard = "broker.keys",
	 .help = "the broker's file (demarche-broker --keys); made where it is missing"},
	{.name = "roles",
	 .type = OPTION_STR,
	 AT(roles),
	 .arg = "LIST",
	 .standard = "submit,read",
	 .help = "of the new peer: submit, work, read, admin, with commas"},
	{.name = "out",
	 .letter = 'o',
	 .type = OPTION_STR,
	 AT(out),
	 .arg = "FILE",
	 .help = "key file of the new peer: --key of a worker, --key-file of a client (default: "
		 "NAME.key)"},
	{.name = "json", .type = OPTION_BOOL, AT(json), .help = "list as JSON, one object a line"},
	{.type = OPTION_END},
};

const struct option_program PROGRAM_KEYS = {
	.name = "demarche keys",
	.synopsis = "[add NAME]",
	.about = "Lists who may talk to a broker, or adds a peer: makes its key file and a line in "
		 "the broker's file. A running broker reads its file again on SIGHUP.",
	.more = "Examples:\n"
		"  demarche keys add office --roles submit,read\n"
		"  demarche keys add node7 --roles work\n"
		"  demarche-broker --listen tcp://0.0.0.0:7730 --keys broker.keys\n"
		"  demarche-worker --broker tcp://HOST:7730 --key node7.key\n",
	.rows = ROWS,
};

static int append(const char *path, struct str text, struct err *e)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	ssize_t n;
	int r = 0;

	if (fd < 0)
		return err_errno(e, errno, "cannot write %s", path);
	n = write(fd, text.p, text.n);
	if (n < 0 || (size_t)n != text.n || fsync(fd) < 0)
		r = err_errno(e, errno, "cannot write %s", path);
	close(fd);
	return r;
}

static int make_broker_file(const char *path, struct err *e)
{
	struct wire_keys pair;
	struct buf text = {0};
	int r;

	if (access(path, F_OK) == 0)
		return 0;
	if (wire_keypair(&pair, e) < 0)
		return -1;
	buf_printf(&text, "# keys of a demarche broker; not for others' eyes\nserver  %s\n",
		   pair.secret_key);
	r = append(path, buf_str(&text), e);
	sodium_memzero(text.p, text.n);
	sodium_memzero(&pair, sizeof(pair));
	buf_free(&text);
	if (r == 0)
		fprintf(stderr, "made %s\n", path);
	return r;
}

static int server_public(const char *path, char out[static KEYFILE_Z85], struct err *e)
{
	struct wire_keys pair = {.secret_key = ""};
	struct keys *k;
	int r;

	if (keys_open(&k, path, e) < 0)
		return -1;
	memcpy(pair.secret_key, keys_server_secret(k), sizeof(pair.secret_key));
	r = wire_public_key(&pair, e);
	memcpy(out, pair.public_key, KEYFILE_Z85);
	keys_close(k);
	sodium_memzero(&pair, sizeof(pair));
	return r;
}

/* What the broker would not take as a line of its file. */
static int check_peer(const struct keys_options *o, const char *name, struct err *e)
{
	size_t most = sizeof((struct key){.roles = 0}.name) - 1;
	uint32_t roles;

	if (!*name || strpbrk(name, " \t\r\n/#") || strlen(name) > most)
		return err_set(e, ERR_INVALID,
			       "\"%s\" is no name for a peer: up to %zu bytes without spaces, / "
			       "and #",
			       name, most);
	if (keys_roles(str_of(o->roles), &roles, e) < 0)
		return err_wrap(e, "--roles");
	return 0;
}

static int add_peer(const struct keys_options *o, const char *name, struct err *e)
{
	struct wire_keys pair;
	struct keyfile file;
	struct buf line = {0}, out = {0};
	int r;

	if (make_broker_file(o->keys, e) < 0 || server_public(o->keys, file.server, e) < 0 ||
	    wire_keypair(&pair, e) < 0)
		return -1;
	memcpy(file.secret, pair.secret_key, sizeof(file.secret));
	buf_printf(&line, "allow   %s  %s  %s\n", pair.public_key, o->roles, name);
	buf_printf(&out, "%s%s", o->out ? o->out : name, o->out ? "" : ".key");
	buf_add(&out, "", 1);
	r = keyfile_write(out.p, &file, e);
	if (r == 0)
		r = append(o->keys, buf_str(&line), e);
	if (r == 0)
		printf("%s\n", out.p);
	sodium_memzero(&pair, sizeof(pair));
	sodium_memzero(&file, sizeof(file));
	buf_free(&line);
	buf_free(&out);
	return r;
}

/* "allow KEY ROLES NAME" of a file that the broker would take. */
static void list_line(struct table *t, const char *line)
{
	char key[64], roles[64], name[80];
	json_t *peer;

	if (sscanf(line, " allow %63s %63s %79s", key, roles, name) != 3)
		return;
	if (t) {
		table_add(t, (const struct str[]){str_of(name), str_of(roles), str_of(key)});
		return;
	}
	peer = json_pack("{s:s, s:s, s:s}", "name", name, "roles", roles, "public_key", key);
	if (peer)
		json_dumpf(peer, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(peer);
}

static int list_peers(const struct keys_options *o, struct err *e)
{
	static const char *const HEADS[] = {"name", "roles", "public key", NULL};
	char server[KEYFILE_Z85];
	struct arena a = {0};
	struct stream *in;
	struct str line;
	struct table *t;
	int got;

	if (access(o->keys, F_OK) < 0 && errno == ENOENT)
		return err_set(e, ERR_NOT_FOUND,
			       "there is no file %s; demarche keys add NAME makes it", o->keys);
	if (server_public(o->keys, server, e) < 0)
		return -1;
	in = stream_open(o->keys, e);
	if (!in)
		return -1;
	t = o->json ? NULL : table_new(HEADS);
	if (t)
		table_add(t, (const struct str[]){STR("(broker)"), STR(""), str_of(server)});
	while ((got = stream_line(in, &line, e)) == 1)
		list_line(t, arena_str(&a, line).p);
	if (t && got == 0)
		table_print(t, stdout);
	table_free(t);
	stream_close(in);
	arena_free(&a);
	return got;
}

int cmd_keys(int argc, char **argv)
{
	struct keys_options o = {0};
	struct err e;
	int operand, r, status = command_options(&PROGRAM_KEYS, argc, argv, &o, &operand);
	bool adds = operand + 2 == argc && strcmp(argv[operand], "add") == 0;

	if (status >= 0)
		return status;
	if (operand < argc && !adds) {
		err_set(&e, ERR_INVALID, "\"add NAME\" expected, or nothing");
		return options_wrong(&PROGRAM_KEYS, &e);
	}
	if (adds && check_peer(&o, argv[operand + 1], &e) < 0)
		return options_wrong(&PROGRAM_KEYS, &e);
	r = adds ? add_peer(&o, argv[operand + 1], &e) : list_peers(&o, &e);
	if (r < 0)
		fprintf(stderr, "demarche keys: %s\n", e.text);
	return r < 0 ? EXIT_SOME_FAILED : EXIT_DONE;
}
