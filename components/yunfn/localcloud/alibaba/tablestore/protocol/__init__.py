"""Tablestore's messages; ``table_store_pb2`` is made from ``table_store.proto`` by ``make protocol``."""
