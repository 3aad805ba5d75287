#include "worker/training/train.h"

#include <stdio.h>
#include <string.h>

static const struct train_command commands[] = {
#define X(function, name, arguments, help) {name, arguments, help, function},
	TRAIN_COMMANDS(X)
#undef X
		{NULL, NULL, NULL, NULL},
};

static int usage(void)
{
	fprintf(stderr, "usage: demarche-train COMMAND [ARGUMENT...]\n");
	for (const struct train_command *c = commands; c->name; c++)
		fprintf(stderr, "  %-14s %-28s %s\n", c->name, c->arguments, c->help);
	return 2;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return usage();
	for (const struct train_command *c = commands; c->name; c++)
		if (strcmp(argv[1], c->name) == 0)
			return c->run(argc - 1, argv + 1);
	return usage();
}
