-- Where rows lie, so that what is asked for together is read from few pages, however large the file is.
--
-- What readers are shown: the comments of an article lie side by side, in the order in which they were released (SQLite keeps
-- rows by such a key). A place is the article's id down to its millisecond, and 22 bits that count: four million comments.
CREATE TABLE publication_place (
  comment_id BIGINT PRIMARY KEY,
  depth BIGINT NOT NULL,
  place BIGINT NOT NULL
);
INSERT INTO publication_place (comment_id, depth, place)
  SELECT comment_id, depth,
    (article_id >> 22 << 22) + row_number() OVER (PARTITION BY article_id >> 22 ORDER BY depth, published_at, comment_id)
  FROM publication;
CREATE INDEX publication_place_order ON publication_place (depth, place, comment_id);
CREATE TABLE publication_next (
  place BIGINT PRIMARY KEY,
  comment_id BIGINT NOT NULL UNIQUE REFERENCES comment (id),
  site_id BIGINT NOT NULL REFERENCES site (id),
  article_id BIGINT NOT NULL REFERENCES article (id),
  parent_id BIGINT REFERENCES publication_next (comment_id),
  root_id BIGINT NOT NULL,
  depth BIGINT NOT NULL,
  revision_id BIGINT NOT NULL,
  text_hash TEXT NOT NULL,
  decision_id BIGINT NOT NULL,
  action TEXT NOT NULL CHECK (action = 'release'),
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  submitted_at BIGINT NOT NULL,
  published_at BIGINT NOT NULL,
  edited_at BIGINT,
  removed_at BIGINT, -- withdrawn, text emptied; the row stays only for its answers
  picked BIGINT NOT NULL, -- 1: marked by the editors as worth reading
  FOREIGN KEY (revision_id, text_hash) REFERENCES revision (id, text_hash),
  FOREIGN KEY (decision_id, revision_id, text_hash, action)
    REFERENCES decision (id, revision_id, text_hash, action)
);
-- What is answered before its answers.
INSERT INTO publication_next (place, comment_id, site_id, article_id, parent_id, root_id, depth, revision_id, text_hash,
    decision_id, action, name, text, submitted_at, published_at, edited_at, removed_at, picked)
  SELECT n.place, p.comment_id, p.site_id, p.article_id, p.parent_id, p.root_id, p.depth, p.revision_id, p.text_hash,
    p.decision_id, p.action, p.name, p.text, p.submitted_at, p.published_at, p.edited_at, p.removed_at, p.picked
  FROM publication_place n CROSS JOIN publication p WHERE p.comment_id = n.comment_id ORDER BY n.depth, n.place;
DROP TABLE publication;
DROP TABLE publication_place;
ALTER TABLE publication_next RENAME TO publication;
CREATE INDEX publication_roots ON publication (article_id, published_at, comment_id)
  WHERE parent_id IS NULL;
CREATE INDEX publication_tree ON publication (article_id, root_id, published_at, comment_id);
CREATE INDEX publication_children ON publication (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX publication_latest ON publication (article_id, published_at, comment_id)
  WHERE removed_at IS NULL;
