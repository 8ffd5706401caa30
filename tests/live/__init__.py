"""Against servers of one's own, where the environment names one; skipped everywhere else."""
