"""How does a dataset grow by a vintage without ever losing one?"""
