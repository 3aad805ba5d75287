/* Runs a fuzz target over the files of the folders given: usage fuzz_NAME CORPUS… */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "proto/mem.h"
#include "tests/fuzz/fuzz.h"

static int replay(const char *path)
{
	struct buf bytes = {0};
	FILE *f = fopen(path, "rb");
	size_t n = 1;

	if (!f) {
		perror(path);
		return -1;
	}
	while (n) {
		buf_reserve(&bytes, 65536);
		n = fread(bytes.p + bytes.n, 1, 65536, f);
		bytes.n += n;
	}
	fclose(f);
	LLVMFuzzerTestOneInput((const uint8_t *)bytes.p, bytes.n);
	buf_free(&bytes);
	return 0;
}

int main(int argc, char **argv)
{
	int n = 0;

	for (int i = 1; i < argc; i++) {
		DIR *folder = opendir(argv[i]);

		if (!folder) {
			perror(argv[i]);
			return 1;
		}
		for (struct dirent *entry; (entry = readdir(folder));) {
			struct buf path = {0};

			if (entry->d_name[0] == '.')
				continue;
			buf_printf(&path, "%s/%s", argv[i], entry->d_name);
			buf_add(&path, "", 1);
			if (replay(path.p) < 0)
				return 1;
			buf_free(&path);
			n++;
		}
		closedir(folder);
	}
	printf("%d files replayed\n", n);
	return n ? 0 : 1;
}
