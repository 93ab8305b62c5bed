PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_migration (version BIGINT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, applied_at BIGINT NOT NULL);
INSERT INTO schema_migration VALUES(1,'0001_begin.sql','25e6642837db52d636f68af27fc33b7656822a65b5fcbcffe7ab2ca36d94e23b',1795521713166);
INSERT INTO schema_migration VALUES(2,'0002_suggestion.sql','c837756b4cfe54ad1afdd028ae58cb1387e3b9a1cb31892512ae86a7d0f24e1c',1795521713167);
INSERT INTO schema_migration VALUES(3,'0003_policy.sql','862b19c8ee9c0fc7d6124f34c0deb849a043688684f8815946b73ec387ffe3ae',1795521713167);
CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO counter VALUES('event',17);
INSERT INTO counter VALUES('suggestion_bytes',0);
CREATE TABLE site (
  id BIGINT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  slogan TEXT NOT NULL,
  lang TEXT NOT NULL CHECK (lang IN ('de', 'en')),
  base_url TEXT NOT NULL,
  origins TEXT NOT NULL,       -- foreign origins that may embed, separated by spaces
  article_hosts TEXT NOT NULL, -- hosts whose pages may be read for articles, separated by spaces
  created_at BIGINT NOT NULL
);
INSERT INTO site VALUES(7530963903699343019,'test','Testbote','','de','http://127.0.0.1:8080','','',1795521713185);
CREATE TABLE site_notice (
  site_id BIGINT NOT NULL REFERENCES site (id),
  lang TEXT NOT NULL CHECK (lang IN ('de', 'en')),
  markdown TEXT NOT NULL,
  PRIMARY KEY (site_id, lang)
);
CREATE TABLE api_key (
  key_hash TEXT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE media (
  hash TEXT PRIMARY KEY,
  content_type TEXT NOT NULL,
  data BLOB NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE article (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  external_id TEXT NOT NULL,
  lang TEXT NOT NULL CHECK (lang IN ('de', 'en')),
  url TEXT NOT NULL,
  title TEXT NOT NULL,
  kicker TEXT NOT NULL,
  lead TEXT NOT NULL,
  section TEXT NOT NULL,
  author TEXT NOT NULL,
  source TEXT NOT NULL,
  agency TEXT NOT NULL,
  body_html TEXT NOT NULL,
  body_text TEXT NOT NULL,
  image_url TEXT NOT NULL,
  image_alt TEXT NOT NULL,
  image_caption TEXT NOT NULL,
  image_credit TEXT NOT NULL,
  image_width BIGINT NOT NULL,
  image_height BIGINT NOT NULL,
  published_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  hosted BIGINT NOT NULL,      -- 1: shown on pages of ours; 0: stands elsewhere, known from its page
  open BIGINT NOT NULL,        -- 1: takes comments
  content_hash TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (site_id, external_id)
);
INSERT INTO article VALUES(7530963904805390104,7530963903699343019,'bruecke','de','http://127.0.0.1:8080/articles/bruecke','Die Brücke bleibt gesperrt','Verkehr','Die Elverbrücke bleibt bis zum Herbst für Lastwagen gesperrt. Die Stadt prüft eine Behelfsbrücke.','Lokales','Marit Osing','Testbote','','<p>Die Elverbrücke bleibt für Lastwagen gesperrt. Das hat der Stadtrat am Dienstag beschlossen. Gutachter hatten im Stahl des mittleren Pfeilers Risse gefunden.</p><p>Die Reparatur soll 2,4 Millionen Euro kosten. Bis zum Herbst müssen Lastwagen über die Autobahn fahren, das sind 14 Kilometer Umweg.</p>',replace('Die Elverbrücke bleibt für Lastwagen gesperrt. Das hat der Stadtrat am Dienstag beschlossen. Gutachter hatten im Stahl des mittleren Pfeilers Risse gefunden.\n\nDie Reparatur soll 2,4 Millionen Euro kosten. Bis zum Herbst müssen Lastwagen über die Autobahn fahren, das sind 14 Kilometer Umweg.','\n',char(10)),'','','','',0,0,1794936000000,0,1,1,'ba796bb4106b3b1efd2dcdeefa9b3954612347cc7b293532df240b4b66b6c274',1795521713448);
INSERT INTO article VALUES(7530963904806951522,7530963903699343019,'library','en','http://127.0.0.1:8080/articles/library','Library opens on Sundays','','From January the town library will open its doors on Sunday afternoons. Volunteers will run the desk.','Local','Jasper Ford','Test Herald','','<p>From January the town library will open on Sunday afternoons. The council agreed to a trial of one year.</p><p>Eleven volunteers will run the desk between two and six. The trial costs 9,000 pounds.</p>',replace('From January the town library will open on Sunday afternoons. The council agreed to a trial of one year.\n\nEleven volunteers will run the desk between two and six. The trial costs 9,000 pounds.','\n',char(10)),'','','','',0,0,1794816000000,0,1,1,'40e78972d53542f2a8587cf7f8c61bf2350af52e61180759ad02ffd5338a34dd',1795521713449);
CREATE TABLE author (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  token_hash TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL
);
INSERT INTO author VALUES(7530963905883398624,7530963903699343019,'f7c103645f66d71696a953039421d5a9459ed6c4b6a75109aeaf61b9cf3b1268',1795521713705);
CREATE TABLE comment (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  article_id BIGINT NOT NULL REFERENCES article (id),
  parent_id BIGINT REFERENCES comment (id),
  author_id BIGINT NOT NULL REFERENCES author (id),
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
INSERT INTO comment VALUES(7530963905883399222,7530963903699343019,7530963904805390104,NULL,7530963905883398624,'Wilma Test','wilma@paper.example',1795521713705);
INSERT INTO comment VALUES(7530963905915585142,7530963903699343019,7530963904805390104,7530963905883399222,7530963905883398624,'Wilma Test','wilma@paper.example',1795521713713);
INSERT INTO comment VALUES(7530963905941693712,7530963903699343019,7530963904805390104,NULL,7530963905883398624,'Wilma Test','wilma@paper.example',1795521713719);
INSERT INTO comment VALUES(7530963905993878829,7530963903699343019,7530963904805390104,NULL,7530963905883398624,'Wilma Test','wilma@paper.example',1795521713732);
INSERT INTO comment VALUES(7530963906046620530,7530963903699343019,7530963904805390104,NULL,7530963905883398624,'Wilma Test','wilma@paper.example',1795521713744);
INSERT INTO comment VALUES(7530963906198054321,7530963903699343019,7530963904805390104,NULL,7530963905883398624,'Wilma Test','wilma@paper.example',1795521713780);
CREATE TABLE revision (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  comment_id BIGINT NOT NULL REFERENCES comment (id),
  author_id BIGINT NOT NULL REFERENCES author (id),
  ordinal BIGINT NOT NULL,
  text TEXT NOT NULL,
  text_hash TEXT NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('held', 'released', 'rejected', 'returned', 'superseded', 'withdrawn')),
  version BIGINT NOT NULL,
  idempotency_key TEXT NOT NULL, -- of the request that brought it
  created_at BIGINT NOT NULL,
  UNIQUE (comment_id, ordinal),
  UNIQUE (id, text_hash),
  UNIQUE (author_id, idempotency_key)
);
INSERT INTO revision VALUES(7530963905883399580,7530963903699343019,7530963905883399222,7530963905883398624,1,'Gut, dass die Stadt den Pfeiler prüfen lässt.','23dffeaeea3769300241d16219277452997dfbd40e472fec40da056b6d32c897','released',2,'297a93ed72e7586692df3111a98b91a6db99118ac0c17ac9007f14a5c41b8edc',1795521713705);
INSERT INTO revision VALUES(7530963905915585640,7530963903699343019,7530963905915585142,7530963905883398624,1,'Wann fahren die Busse wieder?','72bb977d41ea3178011214b61336293c6a7a79d4d133b9408dadebe0478ae483','released',2,'db65936fa6adde12ab659640e9021e94b496e1978c529d690be45f11c5f45d59',1795521713713);
INSERT INTO revision VALUES(7530963905941693870,7530963903699343019,7530963905941693712,7530963905883398624,1,'Du Idiot hast nichts verstanden.','b1caef55a63c5f9fb1863c170de27705a4c692ee21962a56894c568ae6a4613b','rejected',2,'5b4bbe242e29d7f288483f26fd6f28b8d031184cfc441b139f559bc51d221772',1795521713719);
INSERT INTO revision VALUES(7530963905994168807,7530963903699343019,7530963905993878829,7530963905883398624,1,'Ein sehr langer Gedanke zur Brücke.','5246b519dace089db8da27e684449b37ccada62a3c3425e0b933e00511eaa703','returned',2,'90e001a926e72a93e30dca8ad464af1fc0974714adc8d2cddacec39166739d58',1795521713732);
INSERT INTO revision VALUES(7530963906035707131,7530963903699343019,7530963905883399222,7530963905883398624,2,'Gut, dass die Stadt den Pfeiler endlich prüfen lässt.','0d2a2f63674b102b79c0f21032bea459b71e8411f8e4930657555c6d57aa6764','held',1,'a7659295eb95a51332d3322c08d038895702f7e3c18bdd5d56960c2d9b17b612',1795521713742);
INSERT INTO revision VALUES(7530963906046883638,7530963903699343019,7530963906046620530,7530963905883398624,1,'Das war doch alles bezahlt, oder?','bda2148adfc67de37d6fde16d2b9794ebe10d79e533c95bea055cfc840893b64','held',3,'df6f95df9a95aed3cd08c7bca15df0b338bf9353f525a2e18277516835432ca4',1795521713744);
INSERT INTO revision VALUES(7530963906198054449,7530963903699343019,7530963906198054321,7530963905883398624,1,'Ein Kommentar, der wartet.','0aafd33c78a80777b8e790bb8f5a9b64f13e85c2d1e1c9bf345773159280cd76','held',1,'fa024029b0d73abca672c298dbf03c44d2ee97bbd930d8bdb9da771c57a80351',1795521713780);
CREATE TABLE review (
  id BIGINT PRIMARY KEY,
  revision_id BIGINT NOT NULL REFERENCES revision (id),
  engine TEXT NOT NULL,
  suggestion TEXT NOT NULL CHECK (suggestion IN ('release', 'look', 'reject')),
  findings TEXT NOT NULL, -- JSON: lang, scores, evidence, related
  article_hash TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
INSERT INTO review VALUES(7530963905883400266,7530963905883399580,'freigabe 0.1.0 lists-5c4760e5 model-8d92705e','release','{"lang":"de","scores":{"profanity":0.01404,"aggression":0.07629,"insinuation":0.02167,"ad_link":0.009513,"off_topic":0.003254,"engaging":0.01881},"over":[],"evidence":[],"related":{"part":"lead","begin":64,"end":100}}','ba796bb4106b3b1efd2dcdeefa9b3954612347cc7b293532df240b4b66b6c274',1795521713705);
INSERT INTO review VALUES(7530963905917011806,7530963905915585640,'freigabe 0.1.0 lists-5c4760e5 model-8d92705e','release','{"lang":"de","scores":{"profanity":0.01672,"aggression":0.0451,"insinuation":0.03083,"ad_link":0.009513,"off_topic":0.01378,"engaging":0.0085},"over":[],"evidence":[],"related":{"part":"body","begin":207,"end":294}}','ba796bb4106b3b1efd2dcdeefa9b3954612347cc7b293532df240b4b66b6c274',1795521713713);
INSERT INTO review VALUES(7530963905941694789,7530963905941693870,'freigabe 0.1.0 lists-5c4760e5 model-8d92705e','reject','{"lang":"de","scores":{"profanity":0.9089,"aggression":0.9648,"insinuation":0.009794,"ad_link":0.009513,"off_topic":0.1427,"engaging":0.004499},"over":["profanity","aggression"],"evidence":[{"rule":"aggression","kind":"aggression_insult","begin":0,"end":8,"quote":"Du Idiot","score":0.92,"reason":"»Du Idiot« beleidigt jemanden, statt zur Sache zu sprechen."},{"rule":"profanity","kind":"profanity","begin":3,"end":8,"quote":"Idiot","score":0.86,"reason":"Schimpfwort oder vulgärer Ausdruck: »Idiot«."}],"related":null}','ba796bb4106b3b1efd2dcdeefa9b3954612347cc7b293532df240b4b66b6c274',1795521713719);
INSERT INTO review VALUES(7530963905994498773,7530963905994168807,'freigabe 0.1.0 lists-5c4760e5 model-8d92705e','release','{"lang":"de","scores":{"profanity":0.01357,"aggression":0.05088,"insinuation":0.01188,"ad_link":0.009513,"off_topic":0.004124,"engaging":0.01198},"over":[],"evidence":[],"related":{"part":"title","begin":0,"end":27}}','ba796bb4106b3b1efd2dcdeefa9b3954612347cc7b293532df240b4b66b6c274',1795521713732);
INSERT INTO review VALUES(7530963906035707708,7530963906035707131,'freigabe 0.1.0 lists-5c4760e5 model-8d92705e','release','{"lang":"de","scores":{"profanity":0.01323,"aggression":0.06289,"insinuation":0.02077,"ad_link":0.009513,"off_topic":0.003254,"engaging":0.01588},"over":[],"evidence":[],"related":{"part":"lead","begin":64,"end":100}}','ba796bb4106b3b1efd2dcdeefa9b3954612347cc7b293532df240b4b66b6c274',1795521713742);
INSERT INTO review VALUES(7530963906046884392,7530963906046883638,'freigabe 0.1.0 lists-5c4760e5 model-8d92705e','look','{"lang":"de","scores":{"profanity":0.01319,"aggression":0.08867,"insinuation":0.5727,"ad_link":0.009513,"off_topic":0.2615,"engaging":0.005391},"over":["insinuation"],"evidence":[{"rule":"insinuation","kind":"insinuation_learned","begin":0,"end":26,"quote":"Das war doch alles bezahlt","score":0.5727,"reason":"»Das war doch alles bezahlt« klingt nach einer Unterstellung; der Kommentar nennt dafür weder Grund noch Quelle."}],"related":null}','ba796bb4106b3b1efd2dcdeefa9b3954612347cc7b293532df240b4b66b6c274',1795521713744);
INSERT INTO review VALUES(7530963906198054988,7530963906198054449,'freigabe 0.1.0 lists-5c4760e5 model-8d92705e','release','{"lang":"de","scores":{"profanity":0.0141,"aggression":0.112,"insinuation":0.05614,"ad_link":0.009513,"off_topic":0.277,"engaging":0.004499},"over":[],"evidence":[],"related":null}','ba796bb4106b3b1efd2dcdeefa9b3954612347cc7b293532df240b4b66b6c274',1795521713780);
INSERT INTO review VALUES(7530963906259436143,7530963906035707131,'freigabe 0.1.0 lists-5c4760e5 model-8d92705e policy-7fdc022b','release','{"lang":"de","scores":{"profanity":0.01323,"aggression":0.06289,"insinuation":0.02077,"ad_link":0.009513,"off_topic":0.003254,"engaging":0.01588},"over":[],"evidence":[],"related":{"part":"lead","begin":64,"end":100}}','ba796bb4106b3b1efd2dcdeefa9b3954612347cc7b293532df240b4b66b6c274',1795521713795);
INSERT INTO review VALUES(7530963906260956413,7530963906046883638,'freigabe 0.1.0 lists-5c4760e5 model-8d92705e policy-7fdc022b','look','{"lang":"de","scores":{"profanity":0.01319,"aggression":0.08867,"insinuation":0.5727,"ad_link":0.009513,"off_topic":0.2615,"engaging":0.005391},"over":["insinuation"],"evidence":[{"rule":"insinuation","kind":"insinuation_learned","begin":0,"end":26,"quote":"Das war doch alles bezahlt","score":0.5727,"reason":"»Das war doch alles bezahlt« klingt nach einer Unterstellung; der Kommentar nennt dafür weder Grund noch Quelle."}],"related":null}','ba796bb4106b3b1efd2dcdeefa9b3954612347cc7b293532df240b4b66b6c274',1795521713795);
INSERT INTO review VALUES(7530963906261005205,7530963906198054449,'freigabe 0.1.0 lists-5c4760e5 model-8d92705e policy-7fdc022b','release','{"lang":"de","scores":{"profanity":0.0141,"aggression":0.112,"insinuation":0.05614,"ad_link":0.009513,"off_topic":0.277,"engaging":0.004499},"over":[],"evidence":[],"related":null}','ba796bb4106b3b1efd2dcdeefa9b3954612347cc7b293532df240b4b66b6c274',1795521713795);
CREATE TABLE editor (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  login TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL, -- argon2id
  created_at BIGINT NOT NULL
);
INSERT INTO editor VALUES(7530963904179734843,7530963903699343019,'rike','Rike Ahrens','$argon2id$v=19$m=65536,t=2,p=1$1lGTvmkBoBrhknetedtQog$YZwjp5PTfEE/2yz+MqAT8wJhEq8z6CRjCuQBH/TSLVs',1795521713299);
INSERT INTO editor VALUES(7530963904653405130,7530963903699343019,'omar','Omar Said','$argon2id$v=19$m=65536,t=2,p=1$qK94QCvSXaW5nnaE6AHckQ$fnbx7V9xVhN1uSnmdwr4DB3Dl9MbDcIIX1mXhx0TqzA',1795521713412);
CREATE TABLE session (
  token_hash TEXT PRIMARY KEY,
  editor_id BIGINT NOT NULL REFERENCES editor (id),
  csrf TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
INSERT INTO session VALUES('49c046e90ac8afe3616e78c22952dd594a6833ffd284504310e832e2b72081c1',7530963904179734843,'jjsWfcEmaZPww0-72bHH0DwCee0nZxCdkp-4iUAXqO0',1795521713617,1795564913617);
INSERT INTO session VALUES('0a5d85047cacedbf4ed359a56450e009ea6b0291a1375258fed26c9ddee0b7c6',7530963904653405130,'GUnQLxfpDZHJ-HD2FPjiC4QY36VbuO80N1tX7bBUFCM',1795521713700,1795564913700);
CREATE TABLE decision (
  seq BIGINT PRIMARY KEY,
  id BIGINT NOT NULL UNIQUE,
  site_id BIGINT NOT NULL REFERENCES site (id),
  comment_id BIGINT NOT NULL REFERENCES comment (id),
  revision_id BIGINT NOT NULL,
  text_hash TEXT NOT NULL,
  author_name TEXT NOT NULL, -- under which the text stands or would stand
  action TEXT NOT NULL CHECK (action IN ('release', 'reject', 'return', 'undo')),
  rules TEXT NOT NULL,  -- separated by commas
  word TEXT NOT NULL,   -- to the author
  editor_id BIGINT NOT NULL REFERENCES editor (id),
  editor_name TEXT NOT NULL,
  engine TEXT NOT NULL, -- which engine had spoken
  findings TEXT NOT NULL, -- and what it had said
  undoes BIGINT REFERENCES decision (id),
  submitted_at BIGINT NOT NULL, -- of the revision: how long the author waited
  decided_at BIGINT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  FOREIGN KEY (revision_id, text_hash) REFERENCES revision (id, text_hash),
  UNIQUE (id, revision_id, text_hash, action)
);
INSERT INTO decision VALUES(1,7530963905901789816,7530963903699343019,7530963905883399222,7530963905883399580,'23dffeaeea3769300241d16219277452997dfbd40e472fec40da056b6d32c897','Wilma Test','release','','',7530963904179734843,'Rike Ahrens','freigabe 0.1.0 lists-5c4760e5 model-8d92705e','{"lang":"de","scores":{"profanity":0.01404,"aggression":0.07629,"insinuation":0.02167,"ad_link":0.009513,"off_topic":0.003254,"engaging":0.01881},"over":[],"evidence":[],"related":{"part":"lead","begin":64,"end":100}}',NULL,1795521713705,1795521713710,'','040f1f29f2e4a543b652302bb21abbe8a4a54b9c64d260b10030784ee5b7edc7');
INSERT INTO decision VALUES(2,7530963905931146078,7530963903699343019,7530963905915585142,7530963905915585640,'72bb977d41ea3178011214b61336293c6a7a79d4d133b9408dadebe0478ae483','Wilma Test','release','','',7530963904653405130,'Omar Said','freigabe 0.1.0 lists-5c4760e5 model-8d92705e','{"lang":"de","scores":{"profanity":0.01672,"aggression":0.0451,"insinuation":0.03083,"ad_link":0.009513,"off_topic":0.01378,"engaging":0.0085},"over":[],"evidence":[],"related":{"part":"body","begin":207,"end":294}}',NULL,1795521713713,1795521713717,'040f1f29f2e4a543b652302bb21abbe8a4a54b9c64d260b10030784ee5b7edc7','51d8af0c6728f8d8a7179c0936b360769ac1cf30aaae28f55db3ff2512e04c3a');
INSERT INTO decision VALUES(3,7530963905957491213,7530963903699343019,7530963905941693712,7530963905941693870,'b1caef55a63c5f9fb1863c170de27705a4c692ee21962a56894c568ae6a4613b','Wilma Test','reject','profanity','Bitte ohne Schimpfwort.',7530963904179734843,'Rike Ahrens','freigabe 0.1.0 lists-5c4760e5 model-8d92705e','{"lang":"de","scores":{"profanity":0.9089,"aggression":0.9648,"insinuation":0.009794,"ad_link":0.009513,"off_topic":0.1427,"engaging":0.004499},"over":["profanity","aggression"],"evidence":[{"rule":"aggression","kind":"aggression_insult","begin":0,"end":8,"quote":"Du Idiot","score":0.92,"reason":"»Du Idiot« beleidigt jemanden, statt zur Sache zu sprechen."},{"rule":"profanity","kind":"profanity","begin":3,"end":8,"quote":"Idiot","score":0.86,"reason":"Schimpfwort oder vulgärer Ausdruck: »Idiot«."}],"related":null}',NULL,1795521713719,1795521713723,'51d8af0c6728f8d8a7179c0936b360769ac1cf30aaae28f55db3ff2512e04c3a','add63e1fb98d59e8f36be95e773beb082c147de239ead908823e2961cb509b5f');
INSERT INTO decision VALUES(4,7530963906011067537,7530963903699343019,7530963905993878829,7530963905994168807,'5246b519dace089db8da27e684449b37ccada62a3c3425e0b933e00511eaa703','Wilma Test','return','','Bitte kürzer.',7530963904179734843,'Rike Ahrens','freigabe 0.1.0 lists-5c4760e5 model-8d92705e','{"lang":"de","scores":{"profanity":0.01357,"aggression":0.05088,"insinuation":0.01188,"ad_link":0.009513,"off_topic":0.004124,"engaging":0.01198},"over":[],"evidence":[],"related":{"part":"title","begin":0,"end":27}}',NULL,1795521713732,1795521713736,'add63e1fb98d59e8f36be95e773beb082c147de239ead908823e2961cb509b5f','d4a5242211b7e0a04627aead0d711f632682abecf9748eac1dd45dfd162c4b74');
INSERT INTO decision VALUES(5,7530963906076515489,7530963903699343019,7530963906046620530,7530963906046883638,'bda2148adfc67de37d6fde16d2b9794ebe10d79e533c95bea055cfc840893b64','Wilma Test','release','','',7530963904179734843,'Rike Ahrens','freigabe 0.1.0 lists-5c4760e5 model-8d92705e','{"lang":"de","scores":{"profanity":0.01319,"aggression":0.08867,"insinuation":0.5727,"ad_link":0.009513,"off_topic":0.2615,"engaging":0.005391},"over":["insinuation"],"evidence":[{"rule":"insinuation","kind":"insinuation_learned","begin":0,"end":26,"quote":"Das war doch alles bezahlt","score":0.5727,"reason":"»Das war doch alles bezahlt« klingt nach einer Unterstellung; der Kommentar nennt dafür weder Grund noch Quelle."}],"related":null}',NULL,1795521713744,1795521713751,'d4a5242211b7e0a04627aead0d711f632682abecf9748eac1dd45dfd162c4b74','1a334383c60017bff261bb7bd2ae419e87459a2a4a2c8c09e0d4fe9a7e085827');
INSERT INTO decision VALUES(6,7530963906085662989,7530963903699343019,7530963906046620530,7530963906046883638,'bda2148adfc67de37d6fde16d2b9794ebe10d79e533c95bea055cfc840893b64','Wilma Test','undo','','',7530963904179734843,'Rike Ahrens','freigabe 0.1.0 lists-5c4760e5 model-8d92705e','{"lang":"de","scores":{"profanity":0.01319,"aggression":0.08867,"insinuation":0.5727,"ad_link":0.009513,"off_topic":0.2615,"engaging":0.005391},"over":["insinuation"],"evidence":[{"rule":"insinuation","kind":"insinuation_learned","begin":0,"end":26,"quote":"Das war doch alles bezahlt","score":0.5727,"reason":"»Das war doch alles bezahlt« klingt nach einer Unterstellung; der Kommentar nennt dafür weder Grund noch Quelle."}],"related":null}',7530963906076515489,1795521713744,1795521713754,'1a334383c60017bff261bb7bd2ae419e87459a2a4a2c8c09e0d4fe9a7e085827','7938551b1819acdf2617b3db384c4415dd907b01e70a1127fc61eadd03a03d54');
CREATE TABLE chain_head (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  seq BIGINT NOT NULL,
  hash TEXT NOT NULL
);
INSERT INTO chain_head VALUES(1,6,'7938551b1819acdf2617b3db384c4415dd907b01e70a1127fc61eadd03a03d54');
CREATE TABLE publication (
  comment_id BIGINT PRIMARY KEY REFERENCES comment (id),
  site_id BIGINT NOT NULL REFERENCES site (id),
  article_id BIGINT NOT NULL REFERENCES article (id),
  parent_id BIGINT REFERENCES publication (comment_id),
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
  FOREIGN KEY (revision_id, text_hash) REFERENCES revision (id, text_hash),
  FOREIGN KEY (decision_id, revision_id, text_hash, action)
    REFERENCES decision (id, revision_id, text_hash, action)
);
INSERT INTO publication VALUES(7530963905883399222,7530963903699343019,7530963904805390104,NULL,7530963905883399222,0,7530963905883399580,'23dffeaeea3769300241d16219277452997dfbd40e472fec40da056b6d32c897',7530963905901789816,'release','Wilma Test','Gut, dass die Stadt den Pfeiler prüfen lässt.',1795521713705,1795521713710,NULL,NULL);
INSERT INTO publication VALUES(7530963905915585142,7530963903699343019,7530963904805390104,7530963905883399222,7530963905883399222,1,7530963905915585640,'72bb977d41ea3178011214b61336293c6a7a79d4d133b9408dadebe0478ae483',7530963905931146078,'release','Wilma Test','Wann fahren die Busse wieder?',1795521713713,1795521713717,NULL,NULL);
CREATE TABLE event (
  seq BIGINT PRIMARY KEY,
  kind TEXT NOT NULL,
  site_id BIGINT NOT NULL,
  article_id BIGINT NOT NULL, -- 0: none
  comment_id BIGINT NOT NULL,
  revision_id BIGINT NOT NULL,
  detail TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
INSERT INTO event VALUES(1,'site',7530963903699343019,0,0,0,'',1795521713185);
INSERT INTO event VALUES(2,'article',7530963903699343019,7530963904805390104,0,0,'',1795521713448);
INSERT INTO event VALUES(3,'article',7530963903699343019,7530963904806951522,0,0,'',1795521713449);
INSERT INTO event VALUES(4,'held',7530963903699343019,7530963904805390104,7530963905883399222,7530963905883399580,'',1795521713705);
INSERT INTO event VALUES(5,'decided',7530963903699343019,7530963904805390104,7530963905883399222,7530963905883399580,'release Rike Ahrens',1795521713711);
INSERT INTO event VALUES(6,'held',7530963903699343019,7530963904805390104,7530963905915585142,7530963905915585640,'',1795521713713);
INSERT INTO event VALUES(7,'decided',7530963903699343019,7530963904805390104,7530963905915585142,7530963905915585640,'release Omar Said',1795521713717);
INSERT INTO event VALUES(8,'held',7530963903699343019,7530963904805390104,7530963905941693712,7530963905941693870,'',1795521713719);
INSERT INTO event VALUES(9,'decided',7530963903699343019,7530963904805390104,7530963905941693712,7530963905941693870,'reject Rike Ahrens',1795521713723);
INSERT INTO event VALUES(10,'held',7530963903699343019,7530963904805390104,7530963905993878829,7530963905994168807,'',1795521713732);
INSERT INTO event VALUES(11,'decided',7530963903699343019,7530963904805390104,7530963905993878829,7530963905994168807,'return Rike Ahrens',1795521713736);
INSERT INTO event VALUES(12,'held',7530963903699343019,7530963904805390104,7530963905883399222,7530963906035707131,'',1795521713742);
INSERT INTO event VALUES(13,'held',7530963903699343019,7530963904805390104,7530963906046620530,7530963906046883638,'',1795521713744);
INSERT INTO event VALUES(14,'decided',7530963903699343019,7530963904805390104,7530963906046620530,7530963906046883638,'release Rike Ahrens',1795521713751);
INSERT INTO event VALUES(15,'undone',7530963903699343019,7530963904805390104,7530963906046620530,7530963906046883638,'release',1795521713754);
INSERT INTO event VALUES(16,'held',7530963903699343019,7530963904805390104,7530963906198054321,7530963906198054449,'',1795521713780);
INSERT INTO event VALUES(17,'policy',7530963903699343019,0,0,0,'',1795521713794);
CREATE TABLE suggestion (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  text TEXT NOT NULL,
  lang TEXT NOT NULL CHECK (lang IN ('de', 'en')),
  attribute TEXT NOT NULL,
  score_permille BIGINT NOT NULL CHECK (score_permille BETWEEN 0 AND 1000),
  community TEXT NOT NULL, -- the client's name for where it stood; '' if none
  created_at BIGINT NOT NULL
);
CREATE TABLE policy (
  site_id BIGINT NOT NULL REFERENCES site (id),
  version BIGINT NOT NULL,
  text TEXT NOT NULL,          -- docs/tune.md
  editor_id BIGINT REFERENCES editor (id), -- NULL: by a command
  editor_name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, version)
);
INSERT INTO policy VALUES(7530963903699343019,1,replace('word	profanity	0.900	brimborix*\n','\n',char(10)),7530963904179734843,'Rike Ahrens',1795521713783);
CREATE INDEX article_front ON article (site_id, published_at, id) WHERE hosted = 1;
CREATE INDEX comment_by_author ON comment (author_id, article_id, id);
CREATE INDEX revision_queue ON revision (site_id, id) WHERE state = 'held';
CREATE INDEX revision_by_author ON revision (author_id, id);
CREATE INDEX review_of_revision ON review (revision_id, id);
CREATE INDEX decision_of_revision ON decision (revision_id, seq);
CREATE INDEX decision_of_comment ON decision (comment_id, seq);
CREATE INDEX decision_by_site ON decision (site_id, seq);
CREATE UNIQUE INDEX decision_undone ON decision (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX publication_roots ON publication (article_id, published_at, comment_id)
  WHERE parent_id IS NULL;
CREATE INDEX publication_tree ON publication (root_id, published_at, comment_id);
CREATE INDEX publication_children ON publication (parent_id);
CREATE INDEX publication_latest ON publication (article_id, published_at, comment_id)
  WHERE removed_at IS NULL;
CREATE INDEX suggestion_by_site ON suggestion (site_id, id);
COMMIT;
