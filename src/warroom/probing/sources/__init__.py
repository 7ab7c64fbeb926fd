"""One file a kind of source. `table` knows them all."""
