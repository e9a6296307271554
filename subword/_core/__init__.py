"""C structs, tables and checks that every room may use and none owns."""
