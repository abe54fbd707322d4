-- Where the chain ends. Without it, facts removed from the end of the file would leave a chain that looks whole.
CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
INSERT INTO head (id, seq, hash)
  SELECT 1, coalesce(max(seq), 0), coalesce((SELECT hash FROM facts ORDER BY seq DESC LIMIT 1), zeroblob(32)) FROM facts;
