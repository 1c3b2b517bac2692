"""What follows the log: entries become jobs, and jobs are run until they are done, beside the server."""
