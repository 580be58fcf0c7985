"""What lab authors use: release and prove a lab."""
