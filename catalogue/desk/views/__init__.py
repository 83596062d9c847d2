"""The pages, a room for each kind of reader."""
