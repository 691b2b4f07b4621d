"""``rolecall tag``: files of any size, chunk by chunk, over processes or machines, into a store and all reports.

Every chunk goes the same way, whoever works on it: files -> chunks (``plan``) -> tagged parts (``tag_chunk``) ->
numbered and stored (``load``) -> copies linked -> reports in partitions (``finish``) -> statistics over all of them
(``run``).
"""
