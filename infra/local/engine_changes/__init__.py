"""What makes ministack truer to AWS; runs in the engine's own environment."""
