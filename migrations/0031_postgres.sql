-- PostgreSQL asks for each row by a query of its own whether what it refers to is there, twelve times a comment. Seven of
-- these say what others say, too: a text's site and author are its comment's, a comment's site is its article's, and what
-- is made from a text (its place in the queue, what its author was told, by which line it came) is written with it and
-- goes with it. SQLite, for which it is a step in a tree that was read anyway, goes on asking: a program that would break
-- this is found there. The lines below are PostgreSQL's alone: SQLite reads them as comments.
/*sqlite -- sqlite*/ ALTER TABLE comment DROP CONSTRAINT comment_site_id_fkey;
/*sqlite -- sqlite*/ ALTER TABLE revision DROP CONSTRAINT revision_site_id_fkey;
/*sqlite -- sqlite*/ ALTER TABLE revision DROP CONSTRAINT revision_author_id_fkey;
/*sqlite -- sqlite*/ ALTER TABLE queue DROP CONSTRAINT queue_site_id_fkey;
/*sqlite -- sqlite*/ ALTER TABLE queue DROP CONSTRAINT queue_revision_id_fkey;

-- These two may have been cut into partitions (deploy/postgresql/partitions.sql): the names of what they have differ.
/*sqlite -- sqlite*/ DO $$ DECLARE c RECORD; BEGIN FOR c IN SELECT conrelid::regclass AS of, conname FROM pg_constraint WHERE contype = 'f' AND conrelid IN ('address'::regclass, 'forecast'::regclass) LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.of, c.conname); END LOOP; END $$;
