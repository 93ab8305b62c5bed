/* Files that come into being all at once: written under another name, on the disk, then renamed. Knows no databases. */
#include "service/move/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static enum frg_status io_failed(struct frg_error *err, const char *what, const char *path)
{
	return errno == ENOSPC ? frg_fail(err, FRG_UNAVAILABLE, "store_full", "no room for %s", path)
	                       : frg_fail(err, FRG_UNAVAILABLE, "store_io", "cannot %s %s: %m", what, path);
}

enum frg_status move_file_begin(struct move_file *f, const char *path, struct frg_error *err)
{
	snprintf(f->part, sizeof f->part, "%s.part", path);
	f->fd = open(f->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (f->fd < 0)
		return io_failed(err, "write", f->part);
	if (flock(f->fd, LOCK_EX | LOCK_NB) != 0) { /* of one that was cut off nobody holds the lock */
		close(f->fd);
		f->fd = -1;
		return frg_fail(err, FRG_CONFLICT, "backup_running", "%s is being written already", f->part);
	}
	if (ftruncate(f->fd, 0) != 0 || fchmod(f->fd, 0600) != 0) {
		enum frg_status st = io_failed(err, "write", f->part);
		move_file_drop(f);
		return st;
	}
	return FRG_OK;
}

void move_file_drop(struct move_file *f)
{
	static const char *const ends[] = {"-wal", "-shm", "-journal", ""};
	char name[STORE_PATH_MAX + 32];
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		snprintf(name, sizeof name, "%s%s", f->part, ends[i]);
		unlink(name);
	}
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

static void folder_of(const char *path, char folder[STORE_PATH_MAX])
{
	snprintf(folder, STORE_PATH_MAX, "%s", path);
	char *slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder] = 0;
	else
		snprintf(folder, STORE_PATH_MAX, ".");
}

/* Of a file, or if it is not there, of its folder. */
static bool find_owner(const char *path, struct stat *out)
{
	char folder[STORE_PATH_MAX];
	folder_of(path, folder);
	return stat(path, out) == 0 || (errno == ENOENT && stat(folder, out) == 0);
}

static enum frg_status give(int fd, const char *name, const struct stat *whose, struct frg_error *err)
{
	return fchown(fd, whose->st_uid, whose->st_gid) == 0 ? FRG_OK : io_failed(err, "give away", name);
}

enum frg_status move_file_give(struct move_file *f, const char *like, struct frg_error *err)
{
	struct stat whose;
	if (geteuid() != 0)
		return FRG_OK;
	return find_owner(like, &whose) ? give(f->fd, f->part, &whose, err) : io_failed(err, "look at", like);
}

enum frg_status move_file_make(const char *path, bool *made, struct frg_error *err)
{
	struct stat whose;
	bool known = find_owner(path, &whose);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	*made = fd >= 0;
	if (fd < 0)
		return FRG_OK; /* it is there, or whoever opens it as a database says why it cannot be */
	enum frg_status st = known && geteuid() == 0 ? give(fd, path, &whose, err) : FRG_OK;
	close(fd);
	if (st != FRG_OK)
		unlink(path);
	return st;
}

enum frg_status move_folder_sync(const char *path, struct frg_error *err)
{
	char folder[STORE_PATH_MAX];
	folder_of(path, folder);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;
	enum frg_status st = done ? FRG_OK : io_failed(err, "sync", folder);
	if (fd >= 0)
		close(fd);
	return st;
}

int move_rename(const char *from, const char *to)
{
	int failed = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
	if (!failed || errno != EINVAL)
		return failed;
	if (access(to, F_OK) != 0) /* a file system that cannot say "only if it is not there" */
		return rename(from, to);
	errno = EEXIST;
	return failed;
}

enum frg_status move_file_finish(struct move_file *f, const char *path, struct frg_error *err)
{
	if (fsync(f->fd) != 0)
		return io_failed(err, "sync", f->part);
	int failed = move_rename(f->part, path);
	if (failed && errno == EEXIST)
		return frg_fail(err, FRG_CONFLICT, "backup_exists", "%s is there already", path);
	if (failed)
		return io_failed(err, "write", path);
	close(f->fd);
	f->fd = -1;
	return move_folder_sync(path, err);
}
