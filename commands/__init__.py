"""The commands: each reads its arguments, calls the packages and shows what came of it."""
