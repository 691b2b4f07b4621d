"""``rolecall browse``: ``copy`` makes a database of the reports' tables, ``site`` shows it in Datasette."""
