-- While another database is being copied into this one: how that one stood. The row goes when all of it is here and has
-- been compared; until then nothing else opens this database (store/copy_mark.c).
CREATE TABLE copy_mark (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  source TEXT NOT NULL,     -- where its chains and its outbox ended
  begun_at BIGINT NOT NULL
);
