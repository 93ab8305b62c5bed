-- What an author was told when their comment would be decided, and when it was: so that the server knows how often it
-- keeps its word, and learns from it (service/forecast.h). Kept for sixty days.
CREATE TABLE forecast (
  revision_id BIGINT PRIMARY KEY REFERENCES revision (id),
  site_id BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,   -- in the queue
  expected BIGINT NOT NULL, -- work until then, in editor-milliseconds; 0: nothing was known
  bucket BIGINT NOT NULL,   -- what kind of forecast
  from_at BIGINT,           -- what was told; NULL: no time could be given
  until_at BIGINT,
  decided_at BIGINT
);
CREATE INDEX forecast_made ON forecast (site_id, made_at);
CREATE INDEX forecast_until ON forecast (site_id, until_at);
CREATE INDEX forecast_decided ON forecast (site_id, decided_at);
