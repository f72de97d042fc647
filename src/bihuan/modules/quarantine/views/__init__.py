"""The faces of quarantine, a file for each: sites, board, admission, round, results, releases, protocols."""
