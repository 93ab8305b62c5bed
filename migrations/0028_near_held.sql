-- By which keys a text that waits is found again, beside its place in the queue: written with it, gone with it. Who writes
-- to the database keeps them in memory (store/near_held.c). Rows of near_key, at nine random places of a large tree, are
-- only for what was refused, for links, and for what waits beyond the many that memory holds.
ALTER TABLE queue ADD COLUMN near BLOB ;
