"""Parts of the composition root: how shops, sources and addresses are put together from everybody."""
