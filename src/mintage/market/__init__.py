"""Market: the bitcoin network's arithmetic, and daily series of prices and difficulty."""
