-- How many comments of an article readers see. Kept where `publication` is written (store/publication.c): to count them
-- means to walk through all, for every page that is made.
CREATE TABLE publication_count (
  article_id BIGINT PRIMARY KEY REFERENCES article (id),
  count BIGINT NOT NULL
);
INSERT INTO publication_count (article_id, count)
  SELECT article_id, count(*) FROM publication WHERE removed_at IS NULL GROUP BY article_id;
