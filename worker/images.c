#include "worker/images.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Slots get descriptors at small numbers; ours are kept out of the way. */
enum { FD_LEAST = 64 };

const char *images_path(const char *name)
{
	static char path[PATH_MAX + 64];
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (n > 0) {
		exe[n] = '\0';
		for (int up = 0; up < 2 && strrchr(exe, '/'); up++)
			*strrchr(exe, '/') = '\0';
		snprintf(path, sizeof(path), "%s/share/demarche/%s", exe, name);
		if (access(path, F_OK) == 0)
			return path;
	}
	snprintf(path, sizeof(path), "%s/%s", DEMARCHE_DATA_PATH, name);
	return path;
}

static int move_up(int fd)
{
	int up = fcntl(fd, F_DUPFD_CLOEXEC, FD_LEAST);

	close(fd);
	return up;
}

static int map_file(struct image *im, int fd, struct err *e)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) < 0)
		return err_errno(e, errno, "cannot look at the file");
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return err_set(e, ERR_CORRUPT, "not a regular file with content");
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return err_errno(e, errno, "cannot map %lld bytes", (long long)st.st_size);
	if (image_open(im, p, (size_t)st.st_size, e) == 0)
		return 0;
	munmap(p, (size_t)st.st_size);
	*im = (struct image){0};
	return -1;
}

static int open_one(struct image *im, int *fd, const char *path, const char *what, const char *flag,
		    struct err *e)
{
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0)
		return err_errno(e, errno, "cannot open the %s %s (--%s=FILE names another)", what,
				 path, flag);
	*fd = move_up(*fd);
	if (*fd < 0)
		return err_errno(e, errno, "cannot keep the %s %s open", what, path);
	if (map_file(im, *fd, e) < 0)
		return err_wrap(e, "%s %s", what, path);
	return 0;
}

int images_open(struct images *im, const char *model_path, const char *codebook_path, struct err *e)
{
	*im = (struct images){.model_fd = -1, .codebook_fd = -1};
	if (open_one(&im->model, &im->model_fd,
		     model_path ? model_path : images_path(IMAGES_MODEL_NAME), "model", "model",
		     e) == 0 &&
	    open_one(&im->codebook, &im->codebook_fd,
		     codebook_path ? codebook_path : images_path(IMAGES_CODEBOOK_NAME), "codebook",
		     "codebook-image", e) == 0)
		return 0;
	images_close(im);
	return -1;
}

int images_adopt(struct images *im, int model_fd, int codebook_fd, struct err *e)
{
	*im = (struct images){.model_fd = model_fd, .codebook_fd = codebook_fd};
	if (map_file(&im->model, model_fd, e) < 0)
		err_wrap(e, "model");
	else if (map_file(&im->codebook, codebook_fd, e) < 0)
		err_wrap(e, "codebook");
	else
		return 0;
	images_close(im);
	return -1;
}

static void drop(struct image *im, int *fd)
{
	if (im->p)
		munmap((void *)(uintptr_t)im->p, im->n);
	if (*fd >= 0)
		close(*fd);
	*im = (struct image){0};
	*fd = -1;
}

int images_set_codebook(struct images *im, struct str bytes, struct err *e)
{
	int fd = memfd_create("codebook", MFD_CLOEXEC);
	struct image codebook;

	if (fd >= 0)
		fd = move_up(fd);
	if (fd < 0)
		return err_errno(e, errno, "cannot make room for the codebook");
	for (size_t done = 0; done < bytes.n;) {
		ssize_t n = write(fd, bytes.p + done, bytes.n - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			err_errno(e, errno, "cannot keep the codebook in memory");
			close(fd);
			return -1;
		}
		done += (size_t)n;
	}
	if (map_file(&codebook, fd, e) < 0) {
		close(fd);
		return err_wrap(e, "codebook");
	}
	drop(&im->codebook, &im->codebook_fd);
	im->codebook = codebook;
	im->codebook_fd = fd;
	return 0;
}

void images_close(struct images *im)
{
	drop(&im->model, &im->model_fd);
	drop(&im->codebook, &im->codebook_fd);
}
