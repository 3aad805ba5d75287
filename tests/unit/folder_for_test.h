/* A folder of a test's own, and nothing left of it afterwards. Include after cmocka.h. */
#ifndef DEMARCHE_TESTS_FOLDER_FOR_TEST_H
#define DEMARCHE_TESTS_FOLDER_FOR_TEST_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Makes one, with `name` in its name; give it back with folder_remove. */
static inline void folder_for_test(char dir[static 64], const char *name)
{
	snprintf(dir, 64, "/tmp/demarche-%s-XXXXXX", name);
	assert_non_null(mkdtemp(dir));
}

/* With all files in it; folders in it must be gone. */
static inline void folder_remove(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *x;
	char path[512];

	assert_non_null(d);
	while ((x = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", dir, x->d_name);
		if (strcmp(x->d_name, ".") != 0 && strcmp(x->d_name, "..") != 0)
			unlink(path);
	}
	closedir(d);
	assert_int_equal(rmdir(dir), 0);
}

#endif
