"""Whether the sources are well, after every run: rules over what the store knows of them, and messages at every turn.

The rules are spidermon's monitors, the messages its actions. ``data/rules.toml`` holds every threshold.
"""
