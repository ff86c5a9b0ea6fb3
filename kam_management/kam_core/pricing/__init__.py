"""Price columns, the policy that grants them, and what an order gives away."""
