/* What the store counts of its connections and transactions. */
#ifndef STORE_MEASURE_H
#define STORE_MEASURE_H

#include "base/metrics.h"

extern struct metric store_commits, store_group, store_failures, store_checkpoints, store_log_pages, store_writes,
	store_writes_waiting, store_readers, store_readers_busy, store_reads_waiting, store_read_waits, store_replicas,
	store_replicas_up, store_replica_behind, store_replica_reads;
/* The cells of store_replica_reads. */
enum replica_answer { REPLICA_READ, REPLICA_BEHIND, REPLICA_AHEAD, REPLICA_FAILED, REPLICA_DOWN, REPLICA_ANSWERS };
void store_measure_open(void);

#endif
