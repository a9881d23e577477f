"""What vendors are paid over time, for the facts that limits are held against."""
