"""Reports: from the store to files. Each is a pure function from frames to a frame; ``write`` puts them on disk."""
