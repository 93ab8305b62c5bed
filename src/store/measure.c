/* What the store counts of its connections and transactions. */
#include "store/measure.h"

METRIC(store_commits, HISTOGRAM, "freigabe_store_commit_seconds",
       "How long the disk took to keep a group of writes (COMMIT, with its fsync).", .unit = METRIC_NANOSECONDS,
       .bounds = metric_times, .cells = METRIC_CELLS(METRIC_STRIDE));
METRIC(store_group, HISTOGRAM, "freigabe_store_commit_writes", "Writes that were committed together.",
       .bounds = metric_sizes, .cells = METRIC_CELLS(METRIC_STRIDE));
METRIC(store_failures, COUNTER, "freigabe_store_commit_failures_total", "Groups of writes that could not be kept.",
       .cells = METRIC_CELLS(1));
METRIC(store_checkpoints, HISTOGRAM, "freigabe_store_checkpoint_seconds",
       "How long it took to move the log's pages into the file, beside the commits.", .unit = METRIC_NANOSECONDS,
       .bounds = metric_times, .cells = METRIC_CELLS(METRIC_STRIDE));
METRIC(store_log_pages, GAUGE, "freigabe_store_log_pages", "Pages in the log when a group was kept last.",
       .cells = METRIC_CELLS(1));
METRIC(store_writes, HISTOGRAM, "freigabe_store_write_seconds",
       "From a write's being asked for to its being on the disk.", .unit = METRIC_NANOSECONDS, .bounds = metric_times,
       .cells = METRIC_CELLS(METRIC_STRIDE));
METRIC(store_writes_waiting, GAUGE, "freigabe_store_writes_waiting", "Writes that wait to be taken into a group.",
       .cells = METRIC_CELLS(1));
METRIC(store_readers, GAUGE, "freigabe_store_readers", "Connections that read.", .cells = METRIC_CELLS(1));
METRIC(store_readers_busy, GAUGE, "freigabe_store_readers_busy", "Of these, those in use.", .cells = METRIC_CELLS(1));
METRIC(store_reads_waiting, GAUGE, "freigabe_store_reads_waiting", "Reads that wait for a connection.",
       .cells = METRIC_CELLS(1));
METRIC(store_read_waits, COUNTER, "freigabe_store_read_waits_total", "Reads that had to wait for a connection.",
       .cells = METRIC_CELLS(1));
METRIC(store_replicas, GAUGE, "freigabe_store_replicas", "Replicas that are configured.", .cells = METRIC_CELLS(1));
METRIC(store_replicas_up, GAUGE, "freigabe_store_replicas_up", "Of these, those that are read from.",
       .cells = METRIC_CELLS(1));
METRIC(store_replica_behind, GAUGE, "freigabe_store_replica_behind_events",
       "Events that the slowest of these has not replayed yet.", .cells = METRIC_CELLS(1));
static const char *const answers[] = {
	[REPLICA_READ] = "read",     [REPLICA_BEHIND] = "behind", [REPLICA_AHEAD] = "ahead",
	[REPLICA_FAILED] = "failed", [REPLICA_DOWN] = "down",     NULL};
METRIC(store_replica_reads, COUNTER, "freigabe_store_replica_reads_total",
       "Reads for readers, by what came of asking the replicas; all but the first went to the primary.",
       .label = {{"answer", answers}}, .cells = METRIC_CELLS(REPLICA_ANSWERS));

void store_measure_open(void)
{
	static struct metric *const table[] = {
		&store_commits,    &store_group,          &store_failures,    &store_checkpoints,    &store_log_pages,
		&store_writes,     &store_writes_waiting, &store_readers,     &store_readers_busy,   &store_reads_waiting,
		&store_read_waits, &store_replicas,       &store_replicas_up, &store_replica_behind, &store_replica_reads,
	};
	metrics_register(table, COUNT_OF(table));
}
