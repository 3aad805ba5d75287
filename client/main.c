#include <jansson.h>
#include <libxml/parser.h>
#include <locale.h>
#include <sodium.h>
#include <stdlib.h>

#include "client/command.h"
#include "proto/err.h"
#include "proto/mem.h"
#include "worker/slot.h"

int main(int argc, char **argv)
{
	if (slot_is_one(argv)) /* a process of `analyze -j N` */
		return slot_main(argv, &slot_engine);
	setlocale(LC_CTYPE, "C.UTF-8"); /* for the width of characters in tables; never for data */
	json_set_alloc_funcs(mem_alloc, mem_free);
	json_object_seed(0); /* by chance: foreign keys cannot be made to collide */
	xmlInitParser();
	CHECK(sodium_init() >= 0);
	return command_main(argc, argv);
}
