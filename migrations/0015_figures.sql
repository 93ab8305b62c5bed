-- The figures of the desk (service/figures/figures.h), counted in the background so that no question has to read all that was
-- ever decided: one row for each number of a day. Nobody's name is in them. Kept for 800 days.
CREATE TABLE figure (
  site_id BIGINT NOT NULL REFERENCES site (id),
  scope TEXT NOT NULL,   -- '': the whole site; '/Politik': a section
  day BIGINT NOT NULL,   -- days since 1970 as the server's time zone counts them
  name BIGINT NOT NULL,  -- enum store_figure_name
  bin BIGINT NOT NULL,   -- an hour, a kind, a rule, a class of waiting time …
  value BIGINT NOT NULL,
  PRIMARY KEY (site_id, scope, day, name, bin)
);
CREATE INDEX figure_day ON figure (day);

-- Of which scopes there are any.
CREATE TABLE figure_scope (
  site_id BIGINT NOT NULL REFERENCES site (id),
  scope TEXT NOT NULL,
  PRIMARY KEY (site_id, scope)
);

-- How far they have been counted: decisions by sequence (site 0), what was received and forecast by day. Moves in the
-- transaction that counts, so nothing is counted twice or left out, whenever the program ends.
CREATE TABLE figure_mark (
  site_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  value BIGINT NOT NULL,
  PRIMARY KEY (site_id, name)
);

CREATE INDEX revision_received ON revision (site_id, created_at);
