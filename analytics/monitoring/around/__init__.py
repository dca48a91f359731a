"""What stands around a patient's plan, drawn from facts like every figure."""
