"""What the change of a record tells: events for those outside, sums for those who look at costs."""
