-- The journal. Nothing in it is ever changed or removed: triggers refuse it, and the chain would show it.
-- dates are integers YYYYMMDD; instants are microseconds since 1970 UTC; amounts are whole minor units.
CREATE TABLE facts (
  seq  INTEGER PRIMARY KEY,
  key  TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  at   INTEGER NOT NULL,
  date INTEGER NOT NULL,
  body BLOB NOT NULL,   -- canonical JSON of the fact
  hash BLOB NOT NULL    -- SHA-256(previous hash, body, canonical JSON of the entry)
) STRICT;
CREATE TABLE accounts (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE commodities (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE postings (
  seq       INTEGER NOT NULL REFERENCES facts (seq),
  ix        INTEGER NOT NULL,
  date      INTEGER NOT NULL,
  account   INTEGER NOT NULL REFERENCES accounts (id),
  commodity INTEGER NOT NULL REFERENCES commodities (id),
  amount    INTEGER NOT NULL,
  PRIMARY KEY (seq, ix)
) STRICT, WITHOUT ROWID;
CREATE TABLE lots (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE,
  seq         INTEGER NOT NULL REFERENCES facts (seq),
  commodity   INTEGER NOT NULL REFERENCES commodities (id),
  kind        TEXT NOT NULL,
  acquired_at INTEGER NOT NULL,
  units       INTEGER NOT NULL,
  cost        INTEGER NOT NULL
) STRICT;
CREATE TABLE moves (
  seq     INTEGER NOT NULL REFERENCES facts (seq),
  ix      INTEGER NOT NULL,
  date    INTEGER NOT NULL,
  lot     INTEGER NOT NULL REFERENCES lots (id),
  place   INTEGER NOT NULL REFERENCES accounts (id),
  units   INTEGER NOT NULL,
  cost    INTEGER NOT NULL,
  kind    TEXT NOT NULL,
  cost_to TEXT NOT NULL,
  value   INTEGER NOT NULL,
  PRIMARY KEY (seq, ix)
) STRICT, WITHOUT ROWID;
CREATE INDEX lots_by_fact ON lots (seq);
CREATE INDEX moves_by_lot ON moves (lot);
CREATE TRIGGER facts_keep BEFORE UPDATE ON facts BEGIN SELECT RAISE(ABORT, 'facts are never changed'); END;
CREATE TRIGGER facts_stay BEFORE DELETE ON facts BEGIN SELECT RAISE(ABORT, 'facts are never removed'); END;
CREATE TRIGGER postings_keep BEFORE UPDATE ON postings BEGIN SELECT RAISE(ABORT, 'postings are never changed'); END;
CREATE TRIGGER postings_stay BEFORE DELETE ON postings BEGIN SELECT RAISE(ABORT, 'postings are never removed'); END;
CREATE TRIGGER lots_keep BEFORE UPDATE ON lots BEGIN SELECT RAISE(ABORT, 'lots are never changed'); END;
CREATE TRIGGER lots_stay BEFORE DELETE ON lots BEGIN SELECT RAISE(ABORT, 'lots are never removed'); END;
CREATE TRIGGER moves_keep BEFORE UPDATE ON moves BEGIN SELECT RAISE(ABORT, 'lot moves are never changed'); END;
CREATE TRIGGER moves_stay BEFORE DELETE ON moves BEGIN SELECT RAISE(ABORT, 'lot moves are never removed'); END;
-- Readable forms of the tables above.
CREATE VIEW posting_rows AS
  SELECT t.seq, t.ix, t.date, a.name AS account, c.name AS commodity, t.amount
  FROM postings t JOIN accounts a ON a.id = t.account JOIN commodities c ON c.id = t.commodity;
CREATE VIEW lot_rows AS
  SELECT l.id, l.seq, l.name, c.name AS commodity, l.kind, l.acquired_at, l.units, l.cost
  FROM lots l JOIN commodities c ON c.id = l.commodity;
CREATE VIEW move_rows AS
  SELECT m.seq, m.ix, m.date, l.name AS lot, p.name AS place, m.units, m.cost, m.kind, m.cost_to, m.value,
         l.commodity, l.kind AS lot_kind, l.acquired_at, l.seq AS lot_seq, l.units AS lot_units, l.cost AS lot_cost
  FROM moves m JOIN lot_rows l ON l.id = m.lot JOIN accounts p ON p.id = m.place;
