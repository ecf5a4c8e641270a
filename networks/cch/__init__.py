"""A customizable contraction hierarchy: order, topology, customisation, queries, cache.

Dibbelt, Strasser and Wagner 2016, "Customizable Contraction Hierarchies", ACM JEA 21:1.5.
"""
