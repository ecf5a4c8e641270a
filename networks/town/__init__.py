"""Parts of the synthetic district: its ground, blocks and streets, river, and street names."""
