"""The example boards of ``rolecall demo``: invented employers and ads, and a server of their platforms' formats."""
