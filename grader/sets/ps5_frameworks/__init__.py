"""A PyTorch module, Keras's conventions, folding."""
