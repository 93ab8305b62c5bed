/* What the system knows of this process, read when asked for. What cannot be read is left out. */
#include "base/metrics.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* The 22 first numbers behind the name in /proc/self/stat; the name itself may hold anything but is ours. */
enum { STAT_USER = 11, STAT_SYSTEM = 12, STAT_THREADS = 17, STAT_START = 19, STAT_SIZE = 20, STAT_PAGES = 21, STATS };

static bool read_stat(double out[STATS])
{
	char text[2048];
	FILE *f = fopen("/proc/self/stat", "r");
	if (!f)
		return false;
	size_t n = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[n] = 0;
	const char *at = strrchr(text, ')');
	int i = 0, moved = 0;
	char state;
	if (!at || sscanf(at + 1, " %c%n", &state, &moved) != 1)
		return false;
	for (at += 1 + moved, i = 1; i < STATS && sscanf(at, " %lf%n", &out[i], &moved) == 1; i++)
		at += moved;
	return i == STATS;
}

static double boot_time(void)
{
	char line[256];
	double seconds = 0;
	FILE *f = fopen("/proc/stat", "r");
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "btime %lf", &seconds) == 1)
			break;
	if (f)
		fclose(f);
	return seconds;
}

static int count_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = -1; /* the folder itself is one of them */
	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n < 2 ? 0 : n - 2; /* . and .. */
}

static void one(struct buf *out, bool open, const char *name, enum metric_kind kind, const char *help, double value)
{
	metrics_head(out, open, name, kind, help);
	metrics_sample(out, name, NULL, STR_NONE, value);
}

void metrics_process(struct buf *out, bool open)
{
	double stat[STATS], tick = (double)sysconf(_SC_CLK_TCK);
	struct rlimit files;
	if (read_stat(stat) && tick > 0) {
		one(out, open, "process_cpu_seconds_total", METRIC_COUNTER, "Processor time used.",
		    (stat[STAT_USER] + stat[STAT_SYSTEM]) / tick);
		one(out, open, "process_resident_memory_bytes", METRIC_GAUGE, "Memory that is in use.",
		    stat[STAT_PAGES] * (double)sysconf(_SC_PAGESIZE));
		one(out, open, "process_virtual_memory_bytes", METRIC_GAUGE, "Memory that is reserved.", stat[STAT_SIZE]);
		one(out, open, "process_start_time_seconds", METRIC_GAUGE, "When the process began, since 1970.",
		    boot_time() + stat[STAT_START] / tick);
		one(out, open, "process_threads", METRIC_GAUGE, "Threads.", stat[STAT_THREADS]);
	}
	one(out, open, "process_open_fds", METRIC_GAUGE, "Open files and connections.", count_files());
	if (getrlimit(RLIMIT_NOFILE, &files) == 0)
		one(out, open, "process_max_fds", METRIC_GAUGE, "Files and connections that may be open.",
		    (double)files.rlim_cur);
}
