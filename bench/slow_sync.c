/* A library to preload (LD_PRELOAD): each fsync takes a millisecond more, as on a disk that keeps its word. */
#include <dlfcn.h>
#include <time.h>
#include <unistd.h>

static int slowly(const char *name, int fd)
{
	const struct timespec moment = {.tv_nsec = 1000000};
	int (*real)(int);
	*(void **)&real = dlsym(RTLD_NEXT, name);
	nanosleep(&moment, NULL);
	return real(fd);
}

int fsync(int fd) { return slowly("fsync", fd); }
int fdatasync(int fd) { return slowly("fdatasync", fd); }
