"""The recruiter's page: one process, pages made on the server, a JSON API beside them."""
