"""What the chapters share: real data sets, one training loop and one figure style."""
